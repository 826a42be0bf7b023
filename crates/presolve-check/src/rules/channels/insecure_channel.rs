use super::{super::security::is_open_to_others, known_as, listed};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "insecure-channel",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("insecure_channel.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let channels = listed(subject);
    let open = channels
        .iter()
        .filter(|channel| is_open_to_others(&channel.value));
    let findings = open.map(|channel| {
        // These hosts serve the same content over HTTP and HTTPS.
        let is_known = known_as(&channel.value) != channel.value.trim_end_matches('/');
        let safety = if is_known {
            Safety::Safe
        } else {
            Safety::Unsafe
        };
        let at = &channel.location;
        let with = at.text().replacen("http://", "https://", 1);
        RULE.finding(
            at.clone(),
            "this is not encrypted",
            "packages come over plain HTTP",
        )
        .note("anyone on the network path can substitute packages, and conda runs their scripts")
        .help("use `https://`")
        .fix(Some(TextFix::replace("use HTTPS", safety, at, with)))
    });
    findings.collect()
}
