//! Projects whose source distributions refuse to be built.

use pep508_rs::PackageName;

use super::setup_py::SetupPy;

/// A project that stands in for another one.
struct Placeholder {
    project: &'static str,
    /// The project to use.
    instead: &'static str,
    /// What stands in the `setup.py` of the releases that refuse, where they do so
    /// in a function and not for all to see: the variable that lifts it.
    mark: Option<&'static str>,
    /// URL that documents this.
    source: &'static str,
}

const PLACEHOLDERS: [Placeholder; 3] = [
    Placeholder {
        project: "pytorch",
        instead: "torch",
        mark: None,
        source: "https://pypi.org/project/pytorch/",
    },
    Placeholder {
        project: "sklearn",
        instead: "scikit-learn",
        mark: Some("SKLEARN_ALLOW_DEPRECATED_SKLEARN_PACKAGE_INSTALL"),
        source: "https://github.com/scikit-learn/sklearn-pypi-package",
    },
    Placeholder {
        project: "tensorflow-gpu",
        instead: "tensorflow",
        mark: None,
        source: "https://pypi.org/project/tensorflow-gpu/",
    },
];

fn of(project: &PackageName) -> Option<&'static Placeholder> {
    PLACEHOLDERS
        .iter()
        .find(|known| known.project == project.as_ref())
}

/// The project to use instead of one whose newest releases refuse to be built, and
/// where that is said.
pub fn instead_of(project: &PackageName) -> Option<(&'static str, &'static str)> {
    of(project).map(|known| (known.instead, known.source))
}

/// Whether this is a release that refuses.
pub(super) fn refuses(project: &PackageName, setup_py: &SetupPy<'_>) -> bool {
    let mark = of(project).and_then(|known| known.mark);
    mark.is_some_and(|mark| setup_py.mentions(mark))
}

/// Returns the reason for which a placeholder release cannot be built.
pub(super) fn refusal(project: &PackageName) -> String {
    let why = "its build fails on purpose";
    match of(project) {
        Some(known) => format!("{why}: use {} instead ({})", known.instead, known.source),
        None => format!("{why}: its setup.py raises an error"),
    }
}
