//! Rules on the Python of the environment.

use super::{Requirements, Rule};
use presolve_spec::CondaRequirement;

mod branches;
mod end_of_life_python;
mod exact_python_minor;
mod malformed_python_version;
mod missing_python;
mod python_in_pip_list;
mod python_near_end_of_life;
mod several_pythons;
mod truncated_python_version;
mod unpinned_python;
mod unsupported_python;

pub(super) static RULES: &[&Rule] = &[
    &missing_python::RULE,
    &several_pythons::RULE,
    &unpinned_python::RULE,
    &malformed_python_version::RULE,
    &truncated_python_version::RULE,
    &exact_python_minor::RULE,
    &unsupported_python::RULE,
    &end_of_life_python::RULE,
    &python_near_end_of_life::RULE,
    &python_in_pip_list::RULE,
];

/// The conda dependencies on Python, without lines that only a pin added.
fn declared<'s>(subject: &Requirements<'s>) -> impl Iterator<Item = &'s CondaRequirement> {
    let lines = subject.environment.conda.iter();
    lines.filter(|line| !line.added_by_pin && line.spec.name.to_string() == "python")
}

/// The same, and the Python of the base image.
fn present<'s>(subject: &Requirements<'s>) -> impl Iterator<Item = &'s CondaRequirement> {
    declared(subject).chain(&subject.environment.image_python)
}

/// The version of a line as written, with its operator: `==3.10`.
fn written_version(line: &CondaRequirement) -> &str {
    let text = line.text.split('#').next().unwrap_or_default();
    let name = text.to_ascii_lowercase().find("python").unwrap_or(0);
    text[name..]
        .get("python".len()..)
        .unwrap_or_default()
        .trim()
}
