//! Conda packages that pip may fail to uninstall.
//!
//! pip uninstalls the files that the metadata of a distribution lists. Since pip 10 it refuses
//! distributions that distutils installed, whose metadata is an `.egg-info` *file* without a
//! list (<https://github.com/pypa/pip/issues/4805>); every version fails if a `.dist-info`
//! folder lacks `RECORD`. Repodata does not contain this information. The table lists packages
//! with a reported failure, up to the reported version.

use presolve_parse as parse;
use rattler_conda_types::{PackageRecord, Version};

/// Why pip cannot uninstall a conda package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// distutils installed it, without a list of files.
    Distutils,
    /// Its `.dist-info` folder has no `RECORD`.
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

/// A package with a reported failure.
#[derive(Clone, Copy, Debug)]
pub struct Uninstallable {
    package: &'static str,
    /// Last version with a reported failure; `None` for all versions.
    up_to: Option<&'static str>,
    /// Why pip may fail.
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
    // The recipes of opencv-python and opencv-python-headless write their metadata without
    // RECORD.
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
    // 5.4 is the first version that distutils does not install.
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

/// The known reason for which pip may fail to uninstall a package; `pip` is its version, or
/// `None` if unknown.
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
