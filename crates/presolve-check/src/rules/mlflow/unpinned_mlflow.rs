use crate::rules::{Finder, Finding, Rule};
use presolve_input::mlflow::Model;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unpinned-mlflow",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_model(find)),
    text: include_str!("unpinned_mlflow.md"),
};

/// The distributions of MLflow, each of which can load a model.
const NAMES: [&str; 2] = ["mlflow", "mlflow-skinny"];

fn find(model: &Model) -> Vec<Finding> {
    if model.is_project() {
        return Vec::new();
    }
    let contents = model.contents();
    let open = contents.iter().flat_map(|file| {
        let lines = file.pip.iter();
        lines.filter(|(name, said)| NAMES.contains(&name.as_ref()) && !said.value.contains("=="))
    });
    let findings = open.map(|(name, said)| {
        let message = format!("the model does not set the version of `{name}`");
        RULE.finding(said.location.clone(), "any version", message)
            .note("a newer MLflow may not load the model, or need another Python")
            .help("write the version that saved the model, which `MLmodel` has as `mlflow_version`")
    });
    findings.collect()
}
