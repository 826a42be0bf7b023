//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>): the
//! common parts of the logs of findings and of a diagnosis, with the properties that GitHub
//! code scanning and Azure DevOps read.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use super::findings::{Position, positions};
use presolve_check::rules::TextFix;
use presolve_terminal::foreign::{self, shown};
use presolve_text::diagnostic::{Level, Location};
use presolve_text::files::shown_path;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The base of relative paths. The reader of the log knows the folder.
const ROOT: &str = "%SRCROOT%";
/// The key of the fingerprint. Its number increases when the computation changes.
pub(super) const FINGERPRINT: &str = "presolve/v1";

/// Returns a log of one run, with a trailing line break: the rules of its results, the
/// results, and what the run could not determine.
pub(super) fn log(rules: &[Value], results: &[Value], notifications: &[Value]) -> String {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(rules) },
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
    foreign::json(&format!("{log:#}\n"))
}

fn driver(rules: &[Value]) -> Value {
    let mut driver = json!({
        "name": "presolve",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    if !REPOSITORY.is_empty() {
        driver["informationUri"] = REPOSITORY.into();
    }
    driver
}

/// The URL of the project's repository; empty if the package does not state it.
pub(super) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// Returns the level in the terms of GitHub code scanning.
pub(super) fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    }
}

pub(super) fn change(fix: &TextFix) -> Value {
    let replacements = fix.edits.iter().map(|edit| {
        let (start, end) = positions(&fix.location(edit));
        let mut replacement = json!({ "deletedRegion": region(start, end) });
        if !edit.with.is_empty() {
            replacement["insertedContent"] = json!({ "text": edit.with });
        }
        replacement
    });
    json!({
        "description": { "text": shown(&fix.title) },
        "artifactChanges": [{
            "artifactLocation": artifact(fix.file.path()),
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

pub(super) fn place(at: &Location) -> Value {
    let (start, end) = positions(at);
    json!({
        "artifactLocation": artifact(at.file.path()),
        "region": region(start, end),
    })
}

pub(super) fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// Returns the location of a file: relative if it is below the root, otherwise a full URI,
/// because a relative path must not lead out of its base.
pub(super) fn artifact(file: &Path) -> Value {
    // Standard input has no folder.
    if file == Path::new("-") {
        return json!({ "uri": "-" });
    }
    let shown = shown_path(file);
    let leads_out = Path::new(&shown).is_absolute() || shown.split('/').any(|part| part == "..");
    let absolute = std::path::absolute(file).ok().filter(|_| leads_out);
    match absolute.and_then(|file| Url::from_file_path(file).ok()) {
        Some(uri) => json!({ "uri": uri.as_str() }),
        _ => json!({ "uri": relative(&shown), "uriBaseId": ROOT }),
    }
}

/// Returns a path as a relative reference (RFC 3986, 4.2). Its first part must not look like
/// the scheme of a URI.
pub(super) fn relative(path: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(path, ESCAPED).to_string()
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
}
