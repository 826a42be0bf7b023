use url::Url;

use crate::rules::{Confidence, Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "extra-index",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("extra_index.md"),
};

/// Public indexes, on which anyone can register any free project name.
const PUBLIC: [&str; 8] = [
    "pypi.org",
    "pypi.python.org",
    "developer.download.nvidia.com",
    "download.pytorch.org",
    "pypi.nvidia.com",
    "pypi.ngc.nvidia.com",
    "data.pyg.org",
    "storage.googleapis.com",
];

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let options = &subject.environment.pip.options;
    let private = options.extra_index_urls.iter();
    let private = private.filter(|url| !is_public(&url.value));
    let findings = private.map(|url| {
        RULE.finding(
            url.location.clone(),
            "used in addition to the main index, not before it",
            "pip takes the highest version from any of its indexes",
        )
        .confidence(Confidence::Medium)
        .note("anyone can upload a higher version under the name of a private project to PyPI, and pip installs it")
        .help("make it the `--index-url`, and let that index mirror PyPI")
    });
    findings.collect()
}

fn is_public(text: &str) -> bool {
    let url = Url::parse(text).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.is_some_and(|host| PUBLIC.contains(&host))
}
