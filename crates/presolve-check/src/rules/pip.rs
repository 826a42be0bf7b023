//! Rules on the pip list.

use super::{Rule, Safety, TextFix};
pub(super) use presolve_spec::requirement;
use presolve_text::{diagnostic::Diagnostic, secrets::redact};

mod bad_pip_option;
mod conda_syntax_in_pip_list;
mod duplicate_requirement;
mod empty_pip_list;
mod ignored_by_pip;
mod invalid_pip_requirement;
mod local_project;
pub(crate) mod missing_build_tools;
mod missing_project;
mod missing_requirements_file;
mod pip_in_pip_list;
mod pip_not_declared;
mod pip_not_pinned;
mod relative_file_url;
mod remote_requirements_file;
mod several_pip_lists;
mod single_equals;

pub(super) static RULES: &[&Rule] = &[
    &pip_not_declared::RULE,
    &pip_not_pinned::RULE,
    &several_pip_lists::RULE,
    &empty_pip_list::RULE,
    &single_equals::RULE,
    &conda_syntax_in_pip_list::RULE,
    &invalid_pip_requirement::RULE,
    &bad_pip_option::RULE,
    &ignored_by_pip::RULE,
    &missing_requirements_file::RULE,
    &remote_requirements_file::RULE,
    &relative_file_url::RULE,
    &missing_project::RULE,
    &local_project::RULE,
    &duplicate_requirement::RULE,
    &pip_in_pip_list::RULE,
    &missing_build_tools::RULE,
];

/// Replaces a refused requirement with what it clearly means.
fn write_intended(diagnostic: &Diagnostic, safety: Safety) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let meant = requirement::intended(at.text())?;
    let title = format!("write `{}`", redact(&meant));
    Some(TextFix::replace(title, safety, at, meant))
}
