//! Conda packages that pip may fail to uninstall.
//!
//! pip uninstalls what the metadata of a distribution lists. Since pip 10 it refuses
//! what distutils installed, whose metadata is an `.egg-info` *file* without a list
//! (<https://github.com/pypa/pip/issues/4805>); in every version it fails where a
//! `.dist-info` folder lacks `RECORD`. Which of them a conda package has is written
//! in its archive, not in repodata: this table holds the packages of which a failure
//! was reported, up to the version that it was reported of.

use presolve_parse as parse;
use rattler_conda_types::{PackageRecord, Version};

/// Reasons for which pip cannot uninstall a conda package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was installed by distutils.
    Distutils,
    /// It has no `RECORD`.
    NoRecord,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Reason::Distutils => "conda's builds of it were installed by distutils",
            Reason::NoRecord => "conda's builds of it have no RECORD file",
        })
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Uninstallable {
    package: &'static str,
    /// The last version of which a failure was reported; none: all have it.
    up_to: Option<&'static str>,
    /// Reason for which pip may fail.
    pub reason: Reason,
    /// URL that documents this.
    pub source: &'static str,
}

const TABLE: [Uninstallable; 7] = [
    Uninstallable {
        package: "certifi",
        up_to: Some("2019.3.9"),
        reason: Reason::Distutils,
        source: "https://github.com/jupyterhub/repo2docker/issues/725",
    },
    // The metadata of both opencv-python and opencv-python-headless is written by
    // hand, without RECORD.
    Uninstallable {
        package: "libopencv",
        up_to: None,
        reason: Reason::NoRecord,
        source: "https://github.com/mshumko/asilib/issues/14",
    },
    Uninstallable {
        package: "llvmlite",
        up_to: Some("0.38.0"),
        reason: Reason::Distutils,
        source: "https://github.com/numba/llvmlite/issues/901",
    },
    Uninstallable {
        package: "py-opencv",
        up_to: None,
        reason: Reason::NoRecord,
        source: "https://github.com/mshumko/asilib/issues/14",
    },
    // 5.4 is the first that is not built by distutils.
    Uninstallable {
        package: "pyyaml",
        up_to: Some("5.3.1"),
        reason: Reason::Distutils,
        source: "https://github.com/yaml/pyyaml/issues/349",
    },
    Uninstallable {
        package: "terminado",
        up_to: Some("0.8.2"),
        reason: Reason::Distutils,
        source: "https://github.com/pypa/pip/issues/8897",
    },
    Uninstallable {
        package: "wrapt",
        up_to: Some("1.10.11"),
        reason: Reason::Distutils,
        source: "https://github.com/tensorflow/tensorflow/issues/30191",
    },
];

/// Why pip may fail to uninstall a package, as far as is known; `pip` is the version
/// of pip, if it is known.
pub fn reason(package: &PackageRecord, pip: Option<&Version>) -> Option<Uninstallable> {
    let name = package.name.as_normalized();
    let row = TABLE.iter().find(|row| row.package == name)?;
    let version = |text: &str| parse::conda::version(text).ok();
    let reported = row
        .up_to
        .and_then(version)
        .is_none_or(|last| *package.version.version() <= last);
    let refuses = row.reason == Reason::NoRecord
        || pip.is_none_or(|pip| version("10").is_some_and(|first| *pip >= first));
    (reported && refuses).then_some(*row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_known(name: &str, version: &str, pip: Option<&str>) -> bool {
        let package = PackageRecord::new(
            name.parse().unwrap(),
            version.parse::<Version>().unwrap(),
            "0".parse().unwrap(),
        );
        reason(&package, pip.map(|pip| pip.parse().unwrap()).as_ref()).is_some()
    }

    #[test]
    fn the_table_holds_up_to_the_last_report() {
        assert!(is_known("pyyaml", "5.3.1", Some("20.0.2")));
        assert!(is_known("pyyaml", "3.12", None));
        assert!(!is_known("pyyaml", "5.4", Some("20.0.2")));
        assert!(!is_known("numpy", "1.0", None));
        assert!(is_known("py-opencv", "4.10.0", Some("24.0")));
    }

    #[test]
    fn old_pips_uninstalled_what_distutils_installed() {
        assert!(!is_known("pyyaml", "3.12", Some("9.0.3")));
        assert!(is_known("py-opencv", "3.4.1", Some("9.0.3")));
    }

    #[test]
    fn the_rows_can_be_read() {
        for row in TABLE {
            assert!(row.up_to.is_none_or(|last| last.parse::<Version>().is_ok()));
            assert!(row.source.starts_with("https://"));
        }
    }
}
