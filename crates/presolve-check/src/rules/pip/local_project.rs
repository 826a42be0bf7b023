use std::path::Path;

use crate::rules::{Confidence, Finder, Finding, Requirements, Rule};
pub(super) use presolve_spec::{EnvironmentFile, PipRequirement, requirement};
use presolve_text::{diagnostic::Level, secrets::redact};

pub(super) static RULE: Rule = Rule {
    name: "local-project",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("local_project.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    // `COPY` may provide it.
    if subject.dockerfile.is_some() {
        return Vec::new();
    }
    let environment = subject.environment;
    let lines = environment.pip.requirements.iter();
    let missing = missing(environment);
    let lines = lines.filter(|line| is_local(line) && !is_missing(line, &missing));
    let findings = lines.map(|line| {
        let message = format!(
            "`{}` is on the machine where the file was written",
            redact(&line.text)
        );
        RULE.finding(line.location.clone(), "a local path", message)
            .confidence(Confidence::Medium)
            .help("copy the project into the build context, or install a release of it")
    });
    findings.collect()
}

fn is_local(line: &PipRequirement) -> bool {
    let text = line.editable().unwrap_or_else(|| line.text.clone());
    requirement::is_local(text.trim())
}

/// The places of missing projects, which another rule reports: file and span, sorted.
fn missing(environment: &EnvironmentFile) -> Vec<(&Path, usize, usize)> {
    let warnings = environment.warnings.iter();
    let warnings = warnings.filter(|warning| warning.name == presolve_spec::codes::MISSING_PROJECT);
    let places = warnings.filter_map(|warning| {
        let at = &warning.labels.first()?.location;
        Some((at.file.path(), at.span.start, at.span.end))
    });
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    places
}

fn is_missing(line: &PipRequirement, missing: &[(&Path, usize, usize)]) -> bool {
    let (path, span) = (line.location.file.path(), &line.location.span);
    let first = missing.partition_point(|place| *place < (path, span.start, 0));
    let first = missing.get(first);
    first.is_some_and(|(file, _, end)| *file == path && *end <= span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_spec::environment;
    use presolve_text::source::SourceFile;

    #[test]
    fn a_project_is_local_where_it_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("pyproject.toml"), "").expect("is written");
        let text = "dependencies:\n- pip\n- pip:\n  - -e .\n  - -e ./absent\n  - '.[dev]'\n";
        let file = SourceFile::from_text(folder.path().join("e.yml"), text);
        let environment = environment::read(file).expect("reads");
        let lines = environment.pip.requirements.iter();
        let found: Vec<bool> = lines
            .map(|line| is_local(line) && !is_missing(line, &missing(&environment)))
            .collect();
        assert_eq!(found, [true, false, true]);
    }
}
