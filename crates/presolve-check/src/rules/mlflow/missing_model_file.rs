use crate::rules::{Finder, Finding, Rule};
use presolve_input::mlflow::Model;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::MISSING_MODEL_FILE,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_model(find)),
    text: include_str!("missing_model_file.md"),
};

fn find(model: &Model) -> Vec<Finding> {
    let (missing, _) = model.missing();
    let findings = missing.into_iter();
    findings.map(|found| Finding::new(&RULE, found)).collect()
}
