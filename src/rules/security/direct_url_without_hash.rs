use pep508_rs::VersionOrUrl;

use crate::{
    diagnostic::Level,
    rules::{Finder, Finding, Rule, Subject},
    spec::PipRequirementKind,
};

pub(super) static RULE: Rule = Rule {
    name: "direct-url-without-hash",
    level: Level::Note,
    by_default: false,
    finder: Finder::File(find),
    text: include_str!("direct_url_without_hash.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let lines = subject.environment.pip.requirements.iter();
    let open = lines.filter(|line| line.hashes.is_empty() && has_open_url(&line.kind));
    let findings = open.map(|line| {
        RULE.finding(
            line.location.clone(),
            "whatever is there on the day of the build",
            "an archive is taken from a URL without its hash",
        )
        .help("add `#sha256=…` to the URL")
    });
    findings.collect()
}

/// Whether a requirement is a URL of another machine without a hash as its fragment.
fn has_open_url(kind: &PipRequirementKind) -> bool {
    let PipRequirementKind::Named(named) = kind else {
        return false;
    };
    let Some(VersionOrUrl::Url(url)) = &named.version_or_url else {
        return false;
    };
    let mut parts = url.fragment().unwrap_or_default().split('&');
    let has_hash = parts.any(|part| part.starts_with("sha") && part.contains('='));
    url.scheme().starts_with("http") && !has_hash
}
