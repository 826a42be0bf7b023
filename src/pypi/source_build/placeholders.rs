//! Projects whose source distributions refuse to be built.

use pep508_rs::PackageName;

/// Projects that refuse in a way that their `setup.py` does not show at a glance:
/// the project, the one to use instead, and where that is said.
const PLACEHOLDERS: [(&str, &str, &str); 1] = [(
    // The refusal stands in a function, and a variable of the environment lifts it.
    "sklearn",
    "scikit-learn",
    "https://github.com/scikit-learn/sklearn-pypi-package",
)];

/// Projects to use instead of those whose `setup.py` shows that it refuses, by
/// the text that it ends with.
const INSTEAD: [(&str, &str); 2] = [("pytorch", "torch"), ("tensorflow-gpu", "tensorflow")];

/// Why a build of this project fails, if it is one of those in the table.
pub(super) fn fails(project: &PackageName) -> Option<String> {
    let known = PLACEHOLDERS
        .iter()
        .find(|(name, ..)| *name == project.as_ref());
    known.map(|(_, instead, place)| {
        format!("its build ends with an error on purpose: use {instead} instead ({place})")
    })
}

/// Why a build of this project fails whose `setup.py` refuses.
pub(super) fn refusal(project: &PackageName) -> String {
    let instead = INSTEAD.iter().find(|(name, _)| *name == project.as_ref());
    match instead {
        Some((_, instead)) => {
            format!("its build ends with an error on purpose: use {instead} instead")
        }
        None => "its build ends with an error on purpose: its setup.py raises one".to_string(),
    }
}
