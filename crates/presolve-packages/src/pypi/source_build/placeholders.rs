//! Placeholder projects, whose source distributions fail to build on purpose.

use pep508_rs::PackageName;

use super::setup_py::SetupPy;

/// A project that refers users to another project.
struct Placeholder {
    project: &'static str,
    /// Project to use instead.
    instead: &'static str,
    /// Variable in the `setup.py` of a failing release that allows the build. `None` if the
    /// error is raised at the top level, where [`SetupPy::refuses`] finds it.
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

/// The project to use instead of one whose newest releases cannot be built, and the URL that
/// documents it.
pub fn instead_of(project: &PackageName) -> Option<(&'static str, &'static str)> {
    of(project).map(|known| (known.instead, known.source))
}

/// Whether the `setup.py` is that of a placeholder release.
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
