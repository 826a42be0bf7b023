use crate::rules::{Finder, Finding, Rule, Safety, TextFix};
use presolve_input::docker::{Plan, redirection};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::BARE_REDIRECTION,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_dockerfile(find)),
    text: include_str!("bare_redirection.md"),
};

fn find(plan: &Plan) -> Vec<Finding> {
    let commands = plan.installs.iter().flat_map(|install| {
        let command = &plan.build.commands[install.index];
        redirection::of(command)
    });
    let findings = commands.map(|span| {
        let at = plan.dockerfile.at(span);
        let quoted = format!("'{}'", at.text());
        let is_plain = !at.text().contains(['\'', '\n']);
        let fix = TextFix::replace("put the requirement in quotes", Safety::Safe, &at, quoted);
        Finding::new(&RULE, redirection::error(at)).fix(is_plain.then_some(fix))
    });
    findings.collect()
}
