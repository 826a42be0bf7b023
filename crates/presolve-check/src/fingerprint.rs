//! Fingerprints that identify a finding in a changed file.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::rules::Finding;
use presolve_text::{files::shown_path, secrets};

/// Returns the fingerprint of each finding, in order: a hash of the rule, the path, and the
/// text of the line, so that it stays the same when the line moves. A number distinguishes
/// findings for which these are the same.
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let fingerprints = findings.iter().map(|finding| {
        let at = finding.location();
        let path = shown_path(at.file.path());
        let what = format!("{}\0{path}\0{}", finding.rule.name, line(finding));
        let number = seen.entry(what.clone()).or_default();
        let hash = digest(&format!("{what}\0{number}"));
        *number += 1;
        hash
    });
    fingerprints.collect()
}

/// The first 16 bytes of a SHA-256, as hexadecimal digits.
pub fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

/// The text of a finding's first line, without its blanks, comment and secrets. Short secrets
/// could be guessed from the hash.
fn line(finding: &Finding) -> String {
    let at = finding.location();
    let text = at.file.text();
    let start = text[..at.span.start].rfind('\n').map_or(0, |end| end + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let words = line.split(" #").next().unwrap_or_default();
    secrets::redact_for_hash(&words.split_whitespace().collect::<Vec<_>>().join(" "))
}
