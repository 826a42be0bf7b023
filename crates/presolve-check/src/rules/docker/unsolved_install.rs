use crate::rules::{Finder, Finding, Rule};
use presolve_input::docker::{Plan, plan::UNSOLVED};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::UNSOLVED_INSTALL,
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_dockerfile(find)),
    text: include_str!("unsolved_install.md"),
};

fn find(plan: &Plan) -> Vec<Finding> {
    let file = plan.dockerfile.source();
    let refused = plan.contents().err().into_iter();
    let refused = refused.flat_map(|failure| failure.diagnostics);
    let left = match plan.prefix() {
        Ok(prefix) => plan.left(&prefix),
        Err(_) => plan.left_of(plan.installs.iter()),
    };
    let said = refused.chain(left).filter(|said| said.name == UNSOLVED);
    said.map(|said| Finding::of(&RULE, said, file)).collect()
}
