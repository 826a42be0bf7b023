use crate::rules::{Confidence, Finder, Finding, Requirements, Rule};
use presolve_registry::conda::names::Names;
use presolve_spec::CondaRequirement;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "missing-python",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("missing_python.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let names = |name: &str| {
        let mut lines = environment.conda.iter();
        lines.any(|line| line.spec.name.to_string() == name)
    };
    let is_empty = environment.conda.is_empty() && environment.pip.requirements.is_empty();
    // An environment for R or for compilers does not need Python.
    let is_of_r = names("r-base") || names("r-essentials");
    if is_empty || is_of_r || names("python") {
        return Vec::new();
    }
    let Some((_, key)) = subject.dependencies() else {
        return Vec::new();
    };
    // conda packages may be libraries and programs in other languages.
    let is_python =
        |line: &CondaRequirement| Names::is_known_python_package(&line.spec.name.to_string());
    let (level, confidence) = if !environment.pip.requirements.is_empty() {
        (Level::Warning, Confidence::High)
    } else if environment.conda.iter().any(is_python) {
        (Level::Note, Confidence::Medium)
    } else {
        return Vec::new();
    };
    let finding = RULE
        .finding(
            key,
            "no `python` among these",
            "the file does not set the Python version",
        )
        .level(level)
        .confidence(confidence)
        .note("the Python version, if any, depends on what the other packages allow on the day of the build")
        .help("add the version that the code was tested with, such as `- python=3.12`");
    vec![finding]
}
