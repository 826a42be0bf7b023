//! Checks that a conda file does not depend on other files. The service copies only this
//! file into the context, and a build has no access to this machine.

use pep508_rs::VersionOrUrl;

use presolve_spec::{EnvironmentFile, PipRequirement, PipRequirementKind};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind, Location},
    secrets::redact,
};

/// # Errors
/// [`Failure::input`] with each line that names a file or a folder.
pub fn check_alone(environment: &EnvironmentFile) -> Result<(), Failure> {
    let (pip, options) = (&environment.pip, &environment.pip.options);
    let is_path = |text: &str| text.starts_with(['.', '/', '~', '\\']);
    let channels = environment.channels.iter();
    let channels = channels.filter(|one| is_path(&one.value) || is_local(&one.value));
    let pages = options.index_url.iter().chain(&options.extra_index_urls);
    let pages = pages.chain(&options.find_links);
    let pages = pages.filter(|one| !one.value.contains("://") || is_local(&one.value));
    let lines = pip.requirements.iter().filter(|line| needs_file(line));
    let of_lines = lines.chain(&pip.constraints).map(|line| {
        let label = if line.in_environment {
            "is on this machine"
        } else {
            "is in a file that the pip list names"
        };
        outside(&line.location, label)
    });
    let named = channels.chain(pages);
    let of_options = named.map(|one| outside(&one.location, "is on this machine"));
    let mut diagnostics: Vec<Diagnostic> = of_options.chain(of_lines).collect();
    if let Some(last) = diagnostics.pop() {
        let last = last
            .note("Azure ML copies the conda file into the build context, but not the files that it names")
            .help("write the lines in the pip list, use packages from an index, or give Azure ML a Dockerfile with `build:`");
        diagnostics.push(last);
    }
    if diagnostics.is_empty() {
        Ok(())
    } else {
        Err(Failure {
            kind: FailureKind::Input,
            diagnostics,
        })
    }
}

/// Whether a line is in another file, or names one.
fn needs_file(line: &PipRequirement) -> bool {
    match &line.kind {
        _ if !line.in_environment => true,
        PipRequirementKind::Opaque { .. } => !line.text.contains("://") || is_local(&line.text),
        PipRequirementKind::Named(named) => matches!(
            &named.version_or_url,
            Some(VersionOrUrl::Url(url)) if url.scheme() == "file"
        ),
    }
}

fn is_local(text: &str) -> bool {
    text.contains("file:")
}

fn outside(place: &Location, label: &str) -> Diagnostic {
    let message = format!("`{}` is not in the build context", redact(place.text()));
    Diagnostic::error("file-outside-context", message).at(place.clone(), label)
}
