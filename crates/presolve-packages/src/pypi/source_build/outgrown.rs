//! Builds that a later release of a build requirement breaks: pip builds in an isolated
//! environment with the newest release that the archive allows.

use pep508_rs::PackageName;

use super::setup_py::SetupPy;
use presolve_parse as parse;

/// A project with releases that can no longer be built.
struct Outgrown {
    project: &'static str,
    /// Text in the `setup.py` of these releases.
    mark: &'static str,
    /// Project that their `[build-system]` requires without a version.
    requires: &'static str,
    /// First version of that project that breaks the build.
    since: &'static str,
    /// URL that documents this.
    source: &'static str,
}

const OUTGROWN: [Outgrown; 1] = [Outgrown {
    // 5.4, 5.4.1 and 6.0; 6.0.1 requires Cython<3.
    project: "pyyaml",
    mark: "cython_sources",
    requires: "cython",
    since: "3",
    source: "https://github.com/yaml/pyyaml/issues/724",
}];

/// Why the build of a release now fails; `None` if no failure is known.
pub(super) fn failure(
    project: &PackageName,
    setup_py: &SetupPy<'_>,
    requires: &[String],
) -> Option<String> {
    let mut known = OUTGROWN.iter();
    let known = known.find(|known| known.project == project.as_ref())?;
    let is_open = |text: &String| {
        let requirement = parse::pep::requirement(text);
        requirement.is_ok_and(|requirement| {
            requirement.name.as_ref() == known.requires && requirement.version_or_url.is_none()
        })
    };
    let fails = setup_py.mentions(known.mark) && requires.iter().any(is_open);
    fails.then(|| {
        format!(
            "its build fails with {} {} and later, which it allows ({})",
            known.requires, known.since, known.source
        )
    })
}
