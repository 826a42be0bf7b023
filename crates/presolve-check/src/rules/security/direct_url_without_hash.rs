use pep508_rs::VersionOrUrl;

use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_spec::{PipRequirement, PipRequirementKind};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "direct-url-without-hash",
    level: Level::Note,
    by_default: false,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("direct_url_without_hash.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = subject.environment.pip.requirements.iter();
    let open = lines.filter(|line| line.hashes.is_empty() && has_open_url(line));
    let findings = open.map(|line| {
        RULE.finding(
            line.location.clone(),
            "the archive can change at any time",
            "an archive URL has no hash",
        )
        .help("add `#sha256=…` to the URL")
    });
    findings.collect()
}

/// Whether a line is a URL on another machine without a hash in its fragment.
fn has_open_url(line: &PipRequirement) -> bool {
    let url = match &line.kind {
        PipRequirementKind::Named(named) => match &named.version_or_url {
            Some(VersionOrUrl::Url(url)) => Some(url.to_string()),
            _ => None,
        },
        // An archive URL whose file name does not contain the project's name.
        PipRequirementKind::Opaque { .. } => {
            let mut words = line.text.split_whitespace();
            words.find(|word| word.contains("://")).map(str::to_owned)
        }
    };
    let Some(url) = url.filter(|url| url.starts_with("http")) else {
        return false;
    };
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    let mut parts = fragment.split('&');
    !parts.any(|part| part.starts_with("sha") && part.contains('='))
}
