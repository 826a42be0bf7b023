//! pip's options from the variables of a build: `PIP_INDEX_URL` is `--index-url`, for every
//! long option (<https://pip.pypa.io/en/stable/topics/configuration/#environment-variables>).
//! pip ignores empty variables, and splits the values of repeatable options at blanks
//! (`ConfigOptionParser._update_defaults`).

use std::ops::Range;

use super::variables::Variables;

/// How pip reads the value of a variable, and what follows for the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One or several URLs or paths that packages come from.
    Source,
    /// A switch.
    Switch,
    /// `:all:`, `:none:` or names.
    Formats,
    /// Files of constraints.
    Constraints,
    /// It installs something else, or at another place, so the command is left out.
    Other,
    /// The same, for a switch.
    OtherSwitch,
}

/// The options that affect which packages pip installs, from `pip install --help`. The other
/// ones affect downloads, output or builds.
const OPTIONS: [(&str, Kind); 29] = [
    ("index-url", Kind::Source),
    ("pypi-url", Kind::Source),
    ("extra-index-url", Kind::Source),
    ("find-links", Kind::Source),
    ("no-index", Kind::Switch),
    ("pre", Kind::Switch),
    ("prefer-binary", Kind::Switch),
    ("require-hashes", Kind::Switch),
    ("only-binary", Kind::Formats),
    ("no-binary", Kind::Formats),
    ("all-releases", Kind::Formats),
    ("only-final", Kind::Formats),
    ("constraint", Kind::Constraints),
    ("requirement", Kind::Other),
    ("editable", Kind::Other),
    ("group", Kind::Other),
    ("target", Kind::Other),
    ("prefix", Kind::Other),
    ("root", Kind::Other),
    ("python", Kind::Other),
    ("platform", Kind::Other),
    ("python-version", Kind::Other),
    ("implementation", Kind::Other),
    ("abi", Kind::Other),
    ("uploaded-prior-to", Kind::Other),
    ("user", Kind::OtherSwitch),
    ("no-deps", Kind::OtherSwitch),
    ("ignore-requires-python", Kind::OtherSwitch),
    ("dry-run", Kind::OtherSwitch),
];

/// The other name of `--no-deps`, as a variable.
const NO_DEPS: &str = "PIP_NO_DEPENDENCIES";

/// A variable of pip that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PipVariable {
    /// The long name of its option, without dashes.
    pub option: &'static str,
    /// How pip reads the value.
    pub kind: Kind,
    /// The value; `None` if only the build knows it.
    pub value: Option<String>,
    /// The place of the `pip config` command that sets it; `None` for a variable.
    pub configured_at: Option<Range<usize>>,
}

impl PipVariable {
    /// Returns the variables with a value, or with one that only the build knows.
    pub(super) fn all(variables: &Variables) -> Vec<Self> {
        let set = OPTIONS.into_iter().filter_map(|(option, kind)| {
            let alias = || variables.get(NO_DEPS).filter(|_| option == "no-deps");
            let value = variables.get(&name(option)).or_else(alias)?.clone();
            let is_empty = value.as_ref().is_some_and(|value| value.trim().is_empty());
            (!is_empty).then_some(Self {
                option,
                kind,
                value,
                configured_at: None,
            })
        });
        set.collect()
    }

    /// The name of the variable.
    pub(super) fn name(&self) -> String {
        name(self.option)
    }

    /// Whether a switch is on; `None` if pip cannot read the value.
    pub(super) fn is_on(&self) -> Option<bool> {
        switch(self.value.as_deref()?)
    }

    /// Whether it changes what a command installs in a way that presolve does not follow.
    pub(super) fn is_other(&self) -> bool {
        match self.kind {
            Kind::Other => true,
            Kind::OtherSwitch => self.is_on() != Some(false),
            _ => false,
        }
    }
}

/// The name of the variable of an option.
pub(super) fn name(option: &str) -> String {
    format!("PIP_{}", option.to_ascii_uppercase().replace('-', "_"))
}

/// The option of a key in pip's configuration, `global.index-url`, and how pip reads it.
pub(super) fn of_key(key: &str) -> Option<(&'static str, Kind)> {
    let (section, key) = key.split_once('.')?;
    let key = key.trim_start_matches("--").replace('_', "-");
    let is_read = matches!(section, "global" | "install");
    OPTIONS
        .into_iter()
        .find(|(option, _)| is_read && *option == key)
}

/// Reads a switch as pip does (`strtobool`).
pub(super) fn switch(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Some(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}
