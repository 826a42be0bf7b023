//! The base Dockerfile of a v1 definition as the start of another Dockerfile.

use super::super::BaseDockerfile;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind},
    secrets,
};

/// Returns the text of a base Dockerfile with a final line break.
///
/// # Errors
/// [`Failure::input`] when Docker cannot read it, instructions cannot follow it, it needs files
/// from a build context, or it contains a secret.
pub(super) fn text(dockerfile: &BaseDockerfile) -> Result<String, Failure> {
    let plan = dockerfile.plan();
    let at = || dockerfile.location.clone();
    if !plan.dockerfile.errors.is_empty() {
        return Err(Failure {
            kind: FailureKind::Input,
            diagnostics: plan.dockerfile.errors.clone(),
        });
    }
    let refused = |message: &str, help: &str| {
        let error = Diagnostic::error("unusable-base-dockerfile", message);
        Err(Failure::input(error.at(at(), "").help(help)))
    };
    let text = dockerfile.text();
    if plan.dockerfile.escape != '\\' {
        return refused(
            "the base Dockerfile changes the escape character, so the steps of Azure ML cannot follow it",
            "remove the `# escape` line, and end continued lines with `\\`",
        );
    }
    let is_local = |path: &String| !path.contains("://") && !path.starts_with("git@");
    let mut copies = plan.build.copies.iter();
    if copies.any(|copied| copied.path.as_ref().is_none_or(is_local)) {
        return refused(
            "the base Dockerfile copies files, but it has no build context",
            "download the files in the Dockerfile, or define the environment with a `buildContext`",
        );
    }
    if !secrets::find_all(text).is_empty() || secrets::without_logins(text) != text {
        return refused(
            "the build context would contain the secret in the base Dockerfile",
            "build the base image separately, and name it as `baseImage`",
        );
    }
    Ok(format!("{}\n", text.trim_end()))
}

/// Whether a Dockerfile begins with a `# syntax` directive
/// (<https://docs.docker.com/reference/dockerfile/#parser-directives>).
pub(super) fn has_syntax(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let directive = first.trim_start().strip_prefix('#');
    directive.is_some_and(|directive| directive.trim_start().starts_with("syntax"))
}
