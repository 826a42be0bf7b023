//! Placeholder projects, whose source distributions fail to build on purpose.

use pep508_rs::PackageName;

use super::setup_py::SetupPy;
use crate::intended::{self, Kind};

/// Variables in the `setup.py` of a failing release that allow the build. Other projects raise
/// the error at the top level, where [`SetupPy::refuses`] finds it.
const MARKS: [(&str, &str); 1] = [
    // https://github.com/scikit-learn/sklearn-pypi-package
    (
        "sklearn",
        "SKLEARN_ALLOW_DEPRECATED_SKLEARN_PACKAGE_INSTALL",
    ),
];

/// The project to use instead of one that only points to it, and the page that says so.
pub fn instead_of(project: &PackageName) -> Option<(&'static str, String)> {
    match intended::on_pypi(project)? {
        (instead, Kind::Placeholder) => {
            Some((instead, format!("https://pypi.org/project/{project}/")))
        }
        (_, Kind::Module) => None,
    }
}

/// Whether the `setup.py` is that of a placeholder release.
pub(super) fn refuses(project: &PackageName, setup_py: &SetupPy<'_>) -> bool {
    let mut marks = MARKS.iter();
    marks.any(|(known, mark)| *known == project.as_ref() && setup_py.mentions(mark))
}

/// Returns the reason for which a placeholder release cannot be built.
pub(super) fn refusal(project: &PackageName) -> String {
    let why = "its build fails on purpose";
    match instead_of(project) {
        Some((instead, page)) => format!("{why}: use {instead} instead ({page})"),
        None => format!("{why}: its setup.py raises an error"),
    }
}
