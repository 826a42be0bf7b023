use crate::rules::{Finder, Finding, Rule};
use presolve_input::mlflow::{Contents, Difference, Model, version};
use presolve_spec::match_spec;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "differing-mlflow-environments",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_model(find)),
    text: include_str!("differing_mlflow_environments.md"),
};

/// The maximum number of differences that a finding lists.
const MOST: usize = 10;

/// Compares the conda file of a model with its other files.
pub(crate) fn find(model: &Model) -> Vec<Finding> {
    // Nothing keeps the files of a project equal: it uses the one that it names.
    if model.is_project() {
        return Vec::new();
    }
    let contents = model.contents();
    let Some((first, others)) = contents.split_first() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for other in others {
        let python = python(first, other);
        let projects = other
            .lists_projects()
            .then(|| first.compare(other))
            .flatten();
        let differences = python.into_iter().chain(projects);
        findings.extend(differences.map(|one| finding(first, other, one)));
    }
    findings
}

fn finding(first: &Contents, other: &Contents, difference: Difference) -> Finding {
    let message = format!("{} and {} of the model differ", first.name(), other.name());
    let mut places = difference.places.into_iter();
    let at = places.next().unwrap_or_else(|| first.start());
    let mut finding = RULE.finding(at, "", message);
    for place in places {
        finding = finding.related(place, "");
    }
    let lines = &difference.lines;
    for line in lines.iter().take(MOST) {
        finding = finding.note(line.clone());
    }
    if let Some(rest) = lines.len().checked_sub(MOST).filter(|rest| *rest > 0) {
        finding = finding.note(format!("and {rest} more"));
    }
    finding.help("write the same versions into both files, or save the model again")
}

/// Compares the versions of Python: a conda file may have a range.
fn python(first: &Contents, other: &Contents) -> Option<Difference> {
    let (one, two) = (first.python.as_ref()?, other.python.as_ref()?);
    let range = match_spec::parse(&format!("python {}", one.value)).ok()?;
    let exact = presolve_parse::conda::version(two.value.trim()).ok()?;
    if range.version.as_ref()?.matches(&exact) {
        return None;
    }
    let (one_name, two_name) = (first.name(), other.name());
    let line = format!(
        "Python is {} in {one_name} and {} in {two_name}",
        version(&one.value),
        version(&two.value)
    );
    Some(Difference {
        places: vec![one.location.clone(), two.location.clone()],
        lines: vec![line],
    })
}
