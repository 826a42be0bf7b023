//! The `presolve` command.

use std::process::ExitCode;

mod allocator;

fn main() -> ExitCode {
    presolve::cli::main()
}
