//! Parses the file name of a distribution into version and kind.

use std::str::FromStr;

use pep440_rs::Version;
use pep508_rs::PackageName;

use super::{DistributionKind, tags::WheelFilename};
use presolve_parse as parse;

/// Extensions of source distributions that pip accepts
/// (<https://packaging.python.org/en/latest/specifications/source-distribution-format/> allows
/// only `.tar.gz`; old releases have the others).
const SOURCE_EXTENSIONS: [&str; 8] = [
    ".tar.gz", ".tgz", ".zip", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz",
];

/// Whether a file is a distribution, of any project and kind.
pub fn is_archive(filename: &str) -> bool {
    let extensions = SOURCE_EXTENSIONS.iter().chain(&[".whl", ".egg", ".exe"]);
    let mut extensions = extensions.copied();
    extensions.any(|extension| filename.ends_with(extension))
}

/// Parses a file name of the project `name`; `None` for files that pip ignores: eggs,
/// installers, files of other projects, invalid versions.
pub fn parse(name: &PackageName, filename: &str) -> Option<(Version, DistributionKind)> {
    if filename.ends_with(".whl") {
        let wheel = WheelFilename::from_str(filename).ok()?;
        return (wheel.name == *name)
            .then_some((wheel.version, DistributionKind::Wheel(wheel.tags)));
    }
    let stem = SOURCE_EXTENSIONS
        .iter()
        .find_map(|extension| filename.strip_suffix(extension))?;
    Some((source_version(name, stem)?, DistributionKind::Source))
}

/// Parses the version of a source distribution. The project name and, in old files, the
/// version may contain dashes, so the split is at the first dash after the project name.
fn source_version(name: &PackageName, stem: &str) -> Option<Version> {
    stem.match_indices('-')
        .filter(|(index, _)| parse::pep::name(&stem[..*index]).is_ok_and(|found| found == *name))
        .find_map(|(index, _)| parse::pep::version(&stem[index + 1..]).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_behind_the_name() {
        let cases = [
            ("a-b", "a-b-1.0.tar.gz", Some("1.0")),
            ("a-b", "A_B-1.0.zip", Some("1.0")),
            ("a-b", "a.b-1.0.tgz", Some("1.0")),
            ("a", "a-b-1.0.tar.gz", None),
            ("a", "a-1.0-1.tar.gz", Some("1.0.post1")),
            ("a", "a-1.0-py3.9.egg", None),
            ("a", "a-1.0.win32.exe", None),
            ("a", "a-latest.tar.gz", None),
            ("a", "a-1.0-py3-none-any.whl", Some("1.0")),
            ("a", "b-1.0-py3-none-any.whl", None),
        ];
        for (name, filename, version) in cases {
            let name = PackageName::from_str(name).unwrap();
            let found = parse(&name, filename).map(|(version, _)| version.to_string());
            assert_eq!(found.as_deref(), version, "{filename}");
        }
    }
}
