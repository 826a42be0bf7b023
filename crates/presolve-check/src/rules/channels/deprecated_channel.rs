use super::{known_as, listed};
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "deprecated-channel",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("deprecated_channel.md"),
};

/// A channel that no longer receives packages.
struct Deprecated {
    /// The names of the channel.
    names: &'static [&'static str],
    /// The reason for the deprecation.
    fact: &'static str,
    /// The help text that names the replacement.
    instead: &'static str,
}

/// The sources are in the rule's Markdown text.
const DEPRECATED: [Deprecated; 5] = [
    Deprecated {
        names: &["pytorch", "pytorch-nightly", "pytorch-test"],
        fact: "PyTorch is no longer released there: 2.5 was the last version",
        instead: "use `pytorch` from conda-forge, or `torch` in the pip list",
    },
    Deprecated {
        names: &["r"],
        fact: "Anaconda has not maintained it since November 2025",
        instead: "use the `r-` packages of conda-forge",
    },
    Deprecated {
        names: &["free", "pkgs/free"],
        fact: "it has nothing newer than September 2017, and conda has not included it since 4.7",
        instead: "use conda-forge",
    },
    Deprecated {
        names: &["conda-forge/label/broken"],
        fact: "conda-forge moves broken packages there",
        instead: "use another build or version of these packages",
    },
    Deprecated {
        names: &[
            "conda-forge/label/cf201901",
            "conda-forge/label/cf202003",
            "conda-forge/label/gcc7",
        ],
        fact: "it is an old copy of conda-forge that is no longer updated",
        instead: "use `conda-forge` itself",
    },
];

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let channels = listed(subject);
    let findings = channels.iter().filter_map(|channel| {
        let name = known_as(&channel.value);
        let mut known = DEPRECATED.iter();
        let at = channel.location.clone();
        if let Some(deprecated) = known.find(|known| known.names.contains(&name)) {
            let message = format!("the channel `{name}` is deprecated");
            let finding = RULE.finding(at, deprecated.fact, message);
            return Some(finding.help(deprecated.instead));
        }
        let (_, rest) = channel.value.split_once("://")?;
        rest.starts_with("repo.continuum.io/").then(|| {
            RULE.finding(
                at,
                "conda replaced it with `repo.anaconda.com` in 4.5",
                "`repo.continuum.io` is the old address of Anaconda's channels",
            )
            .help(format!(
                "write `https://repo.anaconda.com/{name}`, or use conda-forge"
            ))
        })
    });
    findings.collect()
}
