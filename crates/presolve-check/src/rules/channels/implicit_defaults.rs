use super::{has_nodefaults, is_of_anaconda, known_as, listed};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_registry::conda::channels::NO_DEFAULTS;
use presolve_spec::change::Change;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "implicit-defaults",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("implicit_defaults.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let channels = listed(subject);
    let has_defaults = channels
        .iter()
        .any(|channel| is_of_anaconda(known_as(&channel.value)));
    let Some(last) = channels.last() else {
        return Vec::new();
    };
    if has_defaults || has_nodefaults(subject) {
        return Vec::new();
    }
    let change = Change::AddChannel(NO_DEFAULTS.to_owned());
    let environment = subject.environment;
    let fix = TextFix::of_changes("add `nodefaults`", Safety::Unsafe, environment, &[change]);
    let finding = RULE
        .finding(
            last.location.clone(),
            "conda appends its configured channels after this one",
            "the channels of the build machine are also used",
        )
        .note("packages missing from these channels are taken from there (`defaults` unless configured otherwise)")
        .help("list `nodefaults` as the last channel")
        .fix(fix);
    vec![finding]
}
