//! Solves an environment file and prints what would be installed, one package per line.
//!
//! ```console
//! $ cargo run --example solve fixtures/quickstart/environment.yml
//! ```
//!
//! Settings come from the same places as those of the command line: `presolve.toml` near the
//! file, `.condarc` and pip's configuration.

use std::{path::Path, process::ExitCode};

use presolve::{
    config::{Flags, Settings},
    diagnostic::Failure,
    files::Fences,
    resolve::{Listener, Outcome, Upgrade, resolve},
    source::SourceFile,
    spec::environment,
    words::{errors, unsolvable},
};

/// Solves a file and returns its lines, conda's half first.
///
/// # Errors
/// A failure if the file or a setting cannot be used, if there is no solution, or if a channel
/// or an index does not answer.
pub(crate) async fn solve(path: &Path) -> Result<Vec<String>, Failure> {
    let fence = Fences::default().around(path);
    let environment = environment::read(SourceFile::read(path, &fence)?)?;
    let settings = Settings::resolve(path, Flags::default())?;
    let resolution = resolve(&environment, &settings, &Upgrade::All, &Listener::default())
        .await
        .map_err(|error| errors::failure_in(error, &environment))?;
    let Outcome::Solved(solution) = &resolution.outcome else {
        return Err(Failure {
            kind: unsolvable::kind(&resolution),
            diagnostics: unsolvable::diagnostics(&resolution),
        });
    };
    let conda = solution.conda.iter().map(|record| {
        let record = &record.package_record;
        let (name, version) = (record.name.as_normalized(), &record.version);
        format!("{name}={version}={}", record.build)
    });
    let pypi = solution
        .pypi
        .iter()
        .map(|package| format!("{}=={}", package.name, package.version));
    Ok(conda.chain(pypi).collect())
}

#[tokio::main]
async fn main() -> ExitCode {
    let path = std::env::args_os().nth(1);
    let Some(path) = path else {
        eprintln!("error: name an environment file");
        return ExitCode::from(2);
    };
    match solve(Path::new(&path)).await {
        Ok(lines) => {
            for line in lines {
                println!("{line}");
            }
            ExitCode::SUCCESS
        }
        Err(failure) => {
            for diagnostic in failure.diagnostics {
                eprintln!("{}: {}", diagnostic.name, diagnostic.message);
            }
            ExitCode::FAILURE
        }
    }
}
