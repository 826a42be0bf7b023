//! A diagnosis as a command of a CI system, which becomes an annotation of the run. It is at
//! the first line of the environment file that the problem refers to, if one is known. The log
//! is not a file of the repository, so the text contains its line.

use super::{LogReport, Spec};
use crate::findings::{azure, github};
use presolve_diagnose::{LogVerdict, Named};
use presolve_terminal::foreign::shown;
use presolve_text::{diagnostic::Location, files::shown_path};

/// Returns a workflow command of GitHub Actions
/// (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).
pub fn github(report: &LogReport<'_>) -> String {
    let (name, text) = said(report);
    let place = place(report).map_or_else(String::new, |place| {
        let (line, column) = place.line_column();
        let file = github::property(&shown_path(place.file.path()));
        format!(",file={file},line={line},col={column}")
    });
    let (name, text) = (github::property(name), github::data(&text));
    format!("::error title={name}{place}::{text}\n")
}

/// Returns a logging command of Azure Pipelines
/// (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>).
pub fn azure(report: &LogReport<'_>) -> String {
    let (name, text) = said(report);
    let place = place(report).map_or_else(String::new, |place| {
        let (line, column) = place.line_column();
        let file = azure::property(&shown_path(place.file.path()));
        format!("sourcepath={file};linenumber={line};columnnumber={column};")
    });
    let (name, text) = (azure::property(name), azure::data(&text));
    format!("##vso[task.logissue type=error;{place}code={name};]{text}\n")
}

fn named<'r>(report: &'r LogReport<'_>) -> Option<&'r Named> {
    match &report.diagnosis.verdict {
        LogVerdict::Named(named) => Some(named),
        _ => None,
    }
}

fn place<'r>(report: &'r LogReport<'_>) -> Option<&'r Location> {
    let label = report.spec.as_ref()?.lines.first()?;
    Some(&label.location)
}

/// Returns the name of the problem and the text.
fn said(report: &LogReport<'_>) -> (&'static str, String) {
    let Some(named) = named(report) else {
        let text = format!("{} shows no known problem", report.path);
        return ("unknown", shown(&text));
    };
    let line = report.log.lines[named.lines[0]].number;
    let (message, remedy) = (named.message(), named.problem.remedy());
    let mut text = format!("{message} ({}:{line}). {remedy}", report.path);
    if let Some(change) = report.spec.as_ref().and_then(Spec::change) {
        text += &format!(" Fix for the environment file: {change}");
    }
    (named.problem.name, shown(&text))
}
