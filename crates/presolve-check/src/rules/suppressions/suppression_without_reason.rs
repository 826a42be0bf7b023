use crate::{
    rules::{Finder, Finding, Rule},
    suppression::Comment,
};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "suppression-without-reason",
    level: Level::Note,
    by_default: true,
    finder: Finder::Suppressions(find),
    text: include_str!("suppression_without_reason.md"),
};

fn find(comments: &[Comment], _looked_for: &dyn Fn(&Rule) -> bool) -> Vec<Finding> {
    let bare = comments
        .iter()
        .filter(|comment| comment.is_first && !comment.has_reason);
    let findings = bare.map(|comment| {
        RULE.finding(
            comment.location.clone(),
            "",
            "the suppression has no reason",
        )
        .help("write the reason after the bracket")
    });
    findings.collect()
}
