//! Findings as SARIF 2.1.0.

use std::path::Path;

use serde_json::{Value, json};

use super::{Entry, json::v1::Confidence, shows_secret, undecided};
use crate::sarif::{FINGERPRINT, REPOSITORY, artifact, change, level, log, place, severity};
use presolve_check::{
    CheckReport,
    rules::{self, Rule},
};
use presolve_terminal::foreign::shown;

/// Returns the log, with a trailing line break.
pub fn render(report: &CheckReport) -> String {
    // Rules without findings add nothing here, and their texts are long.
    let is_used = |rule: &&Rule| report.findings().any(|finding| finding.rule == *rule);
    let used: Vec<&Rule> = rules::all().filter(is_used).collect();
    let results: Vec<Value> = (report.all().flat_map(Entry::of))
        .map(|entry| result(&entry, &used))
        .collect();
    let notifications: Vec<Value> = (report.all())
        .flat_map(|file| undecided(file).map(move |why| notification(&file.path, &why)))
        .collect();
    let rules: Vec<Value> = used.iter().map(|rule| descriptor(rule)).collect();
    log(&rules, &results, &notifications)
}

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

/// The page of all rules, in the repository.
const RULES_PAGE: &str = "crates/presolve-check/src/rules/README.md";

/// Returns the URL of the rule's heading in the page of all rules.
fn help_uri(repository: &str, rule: &Rule) -> Option<String> {
    let repository = repository.trim_end_matches('/');
    (!repository.is_empty()).then(|| format!("{repository}/blob/main/{RULES_PAGE}#{}", rule.name))
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
        "properties": { "confidence": Confidence::from(finding.confidence) },
    });
    let related = finding.diagnostic.labels.iter().skip(1).enumerate();
    let related: Vec<Value> = related
        .map(|(id, label)| {
            json!({
                "id": id,
                "physicalLocation": place(&label.location),
                "message": { "text": shown(&label.text) },
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
    fn a_rule_has_its_heading_in_the_page_of_all() {
        let rule = rules::by_name("unused-suppression").expect("is there");
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert!(root.join(RULES_PAGE).is_file());
        assert_eq!(help_uri("", rule), None);
        assert_eq!(
            help_uri("https://git.example/presolve/", rule).as_deref(),
            Some(
                "https://git.example/presolve/blob/main/crates/presolve-check/src/rules/README.md#unused-suppression"
            )
        );
    }
}
