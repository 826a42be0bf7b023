//! Which pips have an option of a requirements file.

use std::str::FromStr;

use rattler_conda_types::{Version, VersionSpec};

use crate::{CondaRequirement, PipRequirements, codes, pip_options::Known};
use presolve_text::diagnostic::Diagnostic;

/// The maximum number of options that are reported. Every report shows the whole line.
const MOST: usize = 10;

/// The years of pip's releases; it has had one to four minor versions a year since 18.0, each
/// with up to six patches (<https://pip.pypa.io/en/stable/news/>).
const YEARS: std::ops::RangeInclusive<u64> = 18..=26;

impl Known {
    /// Whether the pip of a major and minor version has the option.
    pub fn is_of(&self, pip: (u64, u64)) -> bool {
        self.since.is_none_or(|since| since <= pip) && self.until.is_none_or(|until| pip < until)
    }

    /// The pips that have the option: "20.2 or later", "before 25.3".
    pub fn pips(&self) -> String {
        match (self.since, self.until) {
            (Some((major, minor)), _) => format!("{major}.{minor} or later"),
            (None, Some((major, minor))) => format!("before {major}.{minor}"),
            (None, None) => "of any version".to_owned(),
        }
    }

    /// A match spec for these pips.
    pub fn pip_spec(&self) -> String {
        match (self.since, self.until) {
            (Some((major, minor)), _) => format!("pip>={major}.{minor}"),
            (None, Some((major, minor))) => format!("pip<{major}.{minor}"),
            (None, None) => "pip".to_owned(),
        }
    }
}

/// Reports the options that no pip has which the conda half allows.
pub(crate) fn unknown(conda: &[CondaRequirement], pip: &PipRequirements) -> Vec<Diagnostic> {
    let declared = conda.iter().find(|line| {
        let name = line.spec.name.as_exact();
        name.is_some_and(|name| name.as_normalized() == "pip")
    });
    let Some((line, version)) = declared.and_then(|line| Some((line, line.spec.version.as_ref()?)))
    else {
        return Vec::new();
    };
    let pips = allowed(version);
    let options = pip.options.versioned.iter();
    let options = options.filter(|option| {
        !pips.is_empty() && !pips.iter().any(|version| option.value.is_of(*version))
    });
    let errors = options.take(MOST).map(|option| {
        let name = option.value.name;
        let message = format!("the pip of this file has no option `--{name}`");
        Diagnostic::error(codes::BAD_PIP_OPTION, message)
            .at(option.location.clone(), "")
            .at(line.location.clone(), "this line sets the version of pip")
            .note(format!("only pip {} has it", option.value.pips()))
            .help(format!(
                "declare `{}`, or remove the option",
                option.value.pip_spec()
            ))
    });
    errors.collect()
}

/// The major and minor versions of the pips that a version spec allows.
fn allowed(spec: &VersionSpec) -> Vec<(u64, u64)> {
    let minors = YEARS.flat_map(|major| (0..=3).map(move |minor| (major, minor)));
    let is_allowed = |(major, minor): &(u64, u64)| {
        let patches = (0..=5).map(|patch| format!("{major}.{minor}.{patch}"));
        let mut versions = std::iter::once(format!("{major}.{minor}")).chain(patches);
        versions
            .any(|version| Version::from_str(&version).is_ok_and(|version| spec.matches(&version)))
    };
    minors.filter(is_allowed).collect()
}
