use std::{ops::Range, sync::Arc};

use crate::{
    rules::{self, Finder, Finding, Rule, Safety, TextFix},
    suppression::Comment,
};
use presolve_text::{
    diagnostic::{Level, Location},
    source::SourceFile,
};

pub(super) static RULE: Rule = Rule {
    name: "unused-suppression",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Suppressions(find),
    text: include_str!("unused_suppression.md"),
};

fn find(comments: &[Comment], looked_for: &dyn Fn(&Rule) -> bool) -> Vec<Finding> {
    let unused = comments.iter().filter(|comment| {
        let rule = rules::by_name(&comment.rule);
        !comment.is_used() && rule.is_some_and(looked_for)
    });
    let findings = unused.map(|comment| {
        RULE.finding(
            comment.location.clone(),
            "nothing to suppress",
            format!("this suppresses no finding of `{}`", comment.rule),
        )
        .help("remove it, so that later findings are shown")
        .fix(Some(fix(comment)))
    });
    findings.collect()
}

/// Removes the name, or the whole comment if it has no other name.
fn fix(comment: &Comment) -> TextFix {
    let file = &comment.location.file;
    let at = |span: Range<usize>| Location {
        file: Arc::clone(file),
        span,
    };
    let text = file.text();
    let names: Vec<&str> = text[comment.names.clone()].split(',').collect();
    if names.len() > 1 {
        let mut start = comment.names.start;
        let others = names.iter().filter(|name| {
            let span = start..start + name.len();
            start = span.end + 1;
            !(span.start <= comment.location.span.start && comment.location.span.end <= span.end)
        });
        let others: Vec<&str> = others.map(|name| name.trim()).collect();
        let place = at(comment.names.clone());
        return TextFix::replace("remove the name", Safety::Safe, &place, others.join(", "));
    }
    let line = text[..comment.whole.start]
        .rfind('\n')
        .map_or(0, |end| end + 1);
    let before = text[line..comment.whole.start].trim_end();
    let after = text[comment.whole.end..].lines().next().unwrap_or_default();
    if before.is_empty() && after.trim().is_empty() {
        return TextFix::remove_lines(
            "remove the comment",
            Safety::Safe,
            &at(comment.whole.clone()),
        );
    }
    // Blanks before the comment are also removed, but not the indentation of another comment.
    let start = if before.is_empty() {
        comment.whole.start
    } else {
        line + before.len()
    };
    let blanks = if before.is_empty() {
        after.len() - after.trim_start().len()
    } else {
        0
    };
    let place = at(start..comment.whole.end + blanks);
    TextFix::replace("remove the comment", Safety::Safe, &place, "")
}

/// Reports a `[[check.suppress]]` in a `presolve.toml` that suppressed no finding in any of
/// its files. `span` is the name of the rule.
pub fn unused_in_settings(source: &Arc<SourceFile>, span: Range<usize>, name: &str) -> Finding {
    let at = Location {
        file: Arc::clone(source),
        span,
    };
    RULE.finding(
        at,
        "nothing to suppress",
        format!("this suppresses no finding of `{name}` in any file"),
    )
    .help("remove it, or correct its `path`, so that later findings are shown")
}
