use crate::{
    rules::{self, Finder, Finding, Rule, Safety, TextFix},
    suppression::Comment,
};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unknown-rule-in-suppression",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Suppressions(find),
    text: include_str!("unknown_rule_in_suppression.md"),
};

fn find(comments: &[Comment], _looked_for: &dyn Fn(&Rule) -> bool) -> Vec<Finding> {
    let unknown = comments
        .iter()
        .filter(|comment| rules::by_name(&comment.rule).is_none());
    unknown.map(finding).collect()
}

fn finding(comment: &Comment) -> Finding {
    let at = comment.location.clone();
    if comment.rule.is_empty() {
        return RULE
            .finding(at, "expected a rule name", "the suppression names no rule")
            .help("write the rule's name in the brackets, as the finding shows it");
    }
    let message = format!("unknown rule: `{}`", comment.rule);
    let finding = RULE.finding(at.clone(), "this suppresses nothing", message);
    match rules::nearest(&comment.rule) {
        Some(rule) => {
            let title = format!("write `{}`", rule.name);
            let fix = TextFix::replace(title, Safety::Unsafe, &at, rule.name);
            finding
                .help(format!("did you mean `{}`?", rule.name))
                .fix(Some(fix))
        }
        None => finding.help("list the rules with `presolve rule`"),
    }
}
