//! The `presolve` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    presolve::cli::main()
}
