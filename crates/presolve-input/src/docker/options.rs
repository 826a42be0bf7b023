//! The options of conda and pip. An unknown option may take the next word as its value, and
//! that word could be mistaken for a package. presolve does not read such a command.

use std::ops::Range;

use super::{
    shell::{Part, Unknown, Word},
    variables::MAX_VALUE,
};

/// An argument with its value.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The argument as written.
    pub word: Word,
    /// The value with its variables expanded.
    pub value: Result<String, Unknown>,
}

/// An argument or an option.
#[derive(Clone, Debug)]
pub(super) enum Parsed {
    /// A positional argument.
    Argument(Argument),
    /// The long name of an option, and its value if it takes one.
    Option(&'static str, Option<Argument>),
}

/// The options of a program: long name, short name, whether it takes a value.
type Known = [(&'static str, Option<char>, bool)];

/// Options of `conda create`, `install`, `env create` and similar, and of micromamba
/// (<https://docs.conda.io/projects/conda/en/stable/commands/install.html>).
pub(super) const CONDA: [(&str, Option<char>, bool); 48] = [
    ("name", Some('n'), true),
    ("prefix", Some('p'), true),
    ("channel", Some('c'), true),
    ("file", Some('f'), true),
    ("solver", None, true),
    ("experimental-solver", None, true),
    ("subdir", None, true),
    ("platform", None, true),
    ("repodata-fn", None, true),
    ("clone", None, true),
    ("revision", None, true),
    ("root-prefix", Some('r'), true),
    ("environment-specifier", None, true),
    ("channel-priority", None, true),
    ("yes", Some('y'), false),
    ("quiet", Some('q'), false),
    ("verbose", Some('v'), false),
    ("json", None, false),
    ("debug", None, false),
    ("offline", None, false),
    ("insecure", Some('k'), false),
    ("no-deps", None, false),
    ("only-deps", None, false),
    ("override-channels", None, false),
    ("strict-channel-priority", None, false),
    ("no-channel-priority", None, false),
    ("freeze-installed", None, false),
    ("no-update-deps", None, false),
    ("update-deps", None, false),
    ("update-specs", None, false),
    ("update-all", None, false),
    ("all", None, false),
    ("satisfied-skip-solve", Some('S'), false),
    ("force-reinstall", None, false),
    ("force", None, false),
    ("copy", None, false),
    ("always-copy", None, false),
    ("always-softlink", None, false),
    ("mkdir", None, false),
    ("no-pin", None, false),
    ("no-py-pin", None, false),
    ("no-rc", None, false),
    ("no-env", None, false),
    ("prune", None, false),
    ("download-only", None, false),
    ("dry-run", Some('d'), false),
    ("use-local", None, false),
    ("no-default-packages", None, false),
];

/// Options of `pip install`, and pip's general options
/// (<https://pip.pypa.io/en/stable/cli/pip_install/>).
pub(super) const PIP: [(&str, Option<char>, bool); 69] = [
    ("requirement", Some('r'), true),
    ("constraint", Some('c'), true),
    ("editable", Some('e'), true),
    ("index-url", Some('i'), true),
    ("pypi-url", None, true),
    ("extra-index-url", None, true),
    ("find-links", Some('f'), true),
    ("no-index", None, false),
    ("no-binary", None, true),
    ("only-binary", None, true),
    ("prefer-binary", None, false),
    ("pre", None, false),
    ("all-releases", None, true),
    ("only-final", None, true),
    ("require-hashes", None, false),
    ("target", Some('t'), true),
    ("prefix", None, true),
    ("root", None, true),
    ("src", None, true),
    ("user", None, false),
    ("platform", None, true),
    ("python-version", None, true),
    ("python", None, true),
    ("implementation", None, true),
    ("abi", None, true),
    ("trusted-host", None, true),
    ("progress-bar", None, true),
    ("cache-dir", None, true),
    ("log", None, true),
    ("proxy", None, true),
    ("retries", None, true),
    ("timeout", None, true),
    ("default-timeout", None, true),
    ("exists-action", None, true),
    ("cert", None, true),
    ("client-cert", None, true),
    ("keyring-provider", None, true),
    ("root-user-action", None, true),
    ("upgrade-strategy", None, true),
    ("config-settings", Some('C'), true),
    ("global-option", None, true),
    ("install-option", None, true),
    ("use-feature", None, true),
    ("use-deprecated", None, true),
    ("report", None, true),
    ("upgrade", Some('U'), false),
    ("force-reinstall", None, false),
    ("ignore-installed", Some('I'), false),
    ("ignore-requires-python", None, false),
    ("no-cache-dir", None, false),
    ("no-cache", None, false),
    ("no-deps", None, false),
    ("no-build-isolation", None, false),
    ("use-pep517", None, false),
    ("no-use-pep517", None, false),
    ("check-build-dependencies", None, false),
    ("break-system-packages", None, false),
    ("no-warn-script-location", None, false),
    ("no-warn-conflicts", None, false),
    ("no-compile", None, false),
    ("compile", None, false),
    ("no-clean", None, false),
    ("no-input", None, false),
    ("no-color", None, false),
    ("disable-pip-version-check", None, false),
    ("isolated", None, false),
    ("dry-run", None, false),
    ("quiet", Some('q'), false),
    ("verbose", Some('v'), false),
];

/// Separates options from arguments. `values` are the expanded words.
///
/// # Errors
/// The place of an unknown option, and its text.
pub(super) fn parse(
    words: &[Word],
    values: &[Result<String, Unknown>],
    known: &Known,
) -> Result<Vec<Parsed>, (Range<usize>, String)> {
    let mut arguments = words.iter().zip(values).map(|(word, value)| Argument {
        word: word.clone(),
        value: value.clone(),
    });
    let mut parsed = Vec::new();
    while let Some(argument) = arguments.next() {
        let Some(option) = option_of(&argument) else {
            parsed.push(Parsed::Argument(argument));
            continue;
        };
        let refused = || (argument.word.span.clone(), option.clone());
        for (name, takes_value, value) in recognise(&option, known).ok_or_else(refused)? {
            let value = match value {
                Some(value) => Some(Argument {
                    word: argument.word.clone(),
                    value: argument.value.clone().map(|_| value),
                }),
                None if takes_value => Some(arguments.next().ok_or_else(refused)?),
                None => None,
            };
            parsed.push(Parsed::Option(name, value));
        }
    }
    Ok(parsed)
}

/// Returns the text of an argument that is an option.
fn option_of(argument: &Argument) -> Option<String> {
    let text = match (&argument.value, argument.word.parts.first()) {
        (Ok(value), _) => value.clone(),
        (Err(_), Some(Part::Text(text))) => text.clone(),
        _ => return None,
    };
    (text.len() > 1 && text.starts_with('-')).then_some(text)
}

/// The options in a word, such as `-yq`: for each, its long name, whether it takes a value,
/// and its value if the word contains one.
fn recognise(option: &str, known: &Known) -> Option<Vec<(&'static str, bool, Option<String>)>> {
    if let Some(long) = option.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        // argparse and optparse also accept abbreviated names, which real files do not use.
        let (name, _, takes_value) = known.iter().find(|(known, ..)| *known == name)?;
        return (*takes_value || value.is_none()).then(|| vec![(*name, *takes_value, value)]);
    }
    let mut options = Vec::new();
    let mut letters = option[1..].chars();
    while let Some(letter) = letters.next() {
        let (name, _, takes_value) = known.iter().find(|(_, short, _)| *short == Some(letter))?;
        let rest = letters.as_str();
        if !takes_value {
            options.push((*name, false, None));
            continue;
        }
        let value = rest.strip_prefix('=').unwrap_or(rest);
        let value = (!value.is_empty()).then(|| value.to_owned());
        options.push((*name, true, value));
        break;
    }
    Some(options)
}

/// Describes the reason for an unknown value to the user.
pub(super) fn say(unknown: &Unknown) -> String {
    match unknown {
        Unknown::Unset(name) => format!("the Dockerfile does not set `{name}`"),
        Unknown::Several(name) => format!("`{name}` expands to several words"),
        Unknown::TooLong(name) => {
            format!("the value of `{name}` makes this longer than {MAX_VALUE} bytes")
        }
        Unknown::Computed => "only the build knows this value".to_owned(),
    }
}
