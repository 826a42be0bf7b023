//! Findings as SARIF 2.1.0
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), with what GitHub
//! code scanning and Azure DevOps read of it.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use super::{Entry, Position, path, positions, shows_secret, undecided};
use crate::{
    check::Report,
    diagnostic::{Level, Location},
    rules::{self, Confidence, Fix, Rule},
    spec::secrets::redact,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The folder that relative paths begin in; whoever reads the log knows where it is.
const ROOT: &str = "%SRCROOT%";
/// What the fingerprint is called. The number goes up when it is made otherwise.
const FINGERPRINT: &str = "presolve/v1";

/// The log, with a line break at the end.
pub fn render(report: &Report) -> String {
    // Rules without findings say nothing here, and their texts are long.
    let is_used = |rule: &&Rule| report.findings().any(|finding| finding.rule == *rule);
    let used: Vec<&Rule> = rules::all().filter(is_used).collect();
    let results: Vec<Value> = (report.all().flat_map(Entry::of))
        .map(|entry| result(&entry, &used))
        .collect();
    let notifications: Vec<Value> = (report.all())
        .flat_map(|file| undecided(file).map(move |why| notification(&file.path, &why)))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(&used) },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                ROOT: { "description": { "text": "The folder that presolve ran in." } },
            },
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn driver(used: &[&Rule]) -> Value {
    let mut driver = json!({
        "name": "presolve",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": used.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
    });
    if !REPOSITORY.is_empty() {
        driver["informationUri"] = REPOSITORY.into();
    }
    driver
}

/// Where the project is kept; empty as long as the package does not say it.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

fn descriptor(rule: &Rule) -> Value {
    let mut descriptor = json!({
        "id": rule.name,
        "shortDescription": { "text": rule.summary() },
        "help": { "text": rule.text, "markdown": rule.text },
        "defaultConfiguration": { "level": level(rule.level), "enabled": rule.by_default },
        "properties": { "problem.severity": severity(rule.level) },
    });
    if let Some(uri) = help_uri(REPOSITORY, rule) {
        descriptor["helpUri"] = uri.into();
    }
    descriptor
}

/// The rule's heading in the page of all rules.
fn help_uri(repository: &str, rule: &Rule) -> Option<String> {
    let repository = repository.trim_end_matches('/');
    (!repository.is_empty())
        .then(|| format!("{repository}/blob/main/src/rules/README.md#{}", rule.name))
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// The level in the words of GitHub code scanning.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    }
}

fn result(entry: &Entry<'_>, used: &[&Rule]) -> Value {
    let finding = entry.finding;
    let mut result = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": used.iter().position(|rule| *rule == finding.rule),
        "level": level(finding.diagnostic.level),
        "message": { "text": entry.text() },
        "locations": [{ "physicalLocation": place(finding.location()) }],
        "partialFingerprints": { FINGERPRINT: entry.fingerprint },
        "properties": { "confidence": confidence(finding.confidence) },
    });
    let related = finding.diagnostic.labels.iter().skip(1).enumerate();
    let related: Vec<Value> = related
        .map(|(id, label)| {
            json!({
                "id": id,
                "physicalLocation": place(&label.location),
                "message": { "text": redact(&label.text) },
            })
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(fix) = finding.fix.as_ref().filter(|fix| !shows_secret(fix)) {
        result["fixes"] = json!([change(fix)]);
    }
    result
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

fn change(fix: &Fix) -> Value {
    let replacements = fix.edits.iter().map(|edit| {
        let (start, end) = positions(&fix.location(edit));
        let mut replacement = json!({ "deletedRegion": region(start, end) });
        if !edit.with.is_empty() {
            replacement["insertedContent"] = json!({ "text": edit.with });
        }
        replacement
    });
    json!({
        "description": { "text": redact(&fix.title) },
        "artifactChanges": [{
            "artifactLocation": artifact(fix.file.path()),
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

fn place(at: &Location) -> Value {
    let (start, end) = positions(at);
    json!({
        "artifactLocation": artifact(at.file.path()),
        "region": region(start, end),
    })
}

fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A file: from the root if it is below it, else with its whole URI, because a relative
/// one must not lead out of its base.
fn artifact(file: &Path) -> Value {
    let shown = path(file);
    let leads_out = Path::new(&shown).is_absolute() || shown.split('/').any(|part| part == "..");
    let absolute = std::path::absolute(file).ok().filter(|_| leads_out);
    match absolute.and_then(|file| Url::from_file_path(file).ok()) {
        Some(uri) => json!({ "uri": uri.as_str() }),
        _ => json!({ "uri": relative(&shown), "uriBaseId": ROOT }),
    }
}

/// A path as a relative reference (RFC 3986, 4.2), whose first part must not look like
/// the scheme of a URI.
fn relative(path: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(path, ESCAPED).to_string()
}

fn notification(file: &Path, why: &str) -> Value {
    json!({
        "level": "warning",
        "message": { "text": why },
        "locations": [{ "physicalLocation": { "artifactLocation": artifact(file) } }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        let at = |path: &str| artifact(Path::new(path));
        assert_eq!(
            at("./a b/c:d\\é%.yml"),
            json!({ "uri": "a%20b/c%3Ad%5C%C3%A9%25.yml", "uriBaseId": ROOT })
        );
        assert_eq!(at("/x y/e.yml"), json!({ "uri": "file:///x%20y/e.yml" }));
        let uri = at("../e.yml")["uri"].as_str().map(str::to_owned);
        assert!(uri.is_some_and(|uri| uri.starts_with("file:///")));
    }

    #[test]
    fn a_rule_has_its_heading_in_the_page_of_all() {
        let rule = rules::by_name("unused-suppression").expect("is there");
        assert_eq!(help_uri("", rule), None);
        assert_eq!(
            help_uri("https://git.example/presolve/", rule).as_deref(),
            Some("https://git.example/presolve/blob/main/src/rules/README.md#unused-suppression")
        );
    }
}
