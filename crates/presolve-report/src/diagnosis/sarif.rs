//! A diagnosis as SARIF 2.1.0.
//!
//! GitHub code scanning shows a result at its first location, if that is a file of the
//! repository. So a problem is at the first line of the environment file that it refers to,
//! with the lines of the log as related locations. Without such a line it is in the log.

use std::path::Path;

use serde_json::{Value, json};

use super::{Answer, LINES, LogReport, Spec, about, json::v1::Confidence, shortened};
use crate::{
    findings::shows_secret,
    sarif::{FINGERPRINT, artifact, change, level, log, place, severity},
};
use presolve_check::digest;
use presolve_diagnose::{KnownFailure, LogVerdict, Named};
use presolve_terminal::foreign::shown;
use presolve_text::{
    diagnostic::{Label, Level},
    files::shown_path,
};

/// The rule for a log that no known problem explains.
const UNKNOWN: &str = "unknown";
const NOT_KNOWN: &str = "The log shows no known problem.";

/// Returns the log of one run, with a trailing line break: the main problem as an error, and
/// independent ones as warnings. For a successful build it has no results.
pub fn render(report: &LogReport<'_>) -> String {
    match &report.diagnosis.verdict {
        LogVerdict::Succeeded => log(&[], &[], &[]),
        LogVerdict::Unknown { telling, .. } => {
            let rule = json!({ "id": UNKNOWN, "shortDescription": { "text": NOT_KNOWN } });
            log(&[rule], &[unknown(report, telling)], &[])
        }
        LogVerdict::Named(named) => {
            let also = &report.diagnosis.also;
            let all = || std::iter::once(named).chain(also);
            let rules: Vec<Value> = all().map(|named| descriptor(named.problem)).collect();
            let results = all()
                .enumerate()
                .map(|(rule, named)| result(report, named, rule));
            log(&rules, &results.collect::<Vec<_>>(), &[])
        }
    }
}

fn descriptor(problem: &KnownFailure) -> Value {
    json!({
        "id": problem.name,
        "shortDescription": { "text": problem.summary() },
        "fullDescription": { "text": problem.cause() },
        "help": { "text": problem.text, "markdown": problem.text },
        "defaultConfiguration": { "level": level(Level::Error) },
        "properties": { "problem.severity": severity(Level::Error) },
    })
}

/// Returns a problem as a result. The first one is the main problem. Only for this one was the
/// environment file solved.
fn result(report: &LogReport<'_>, named: &Named, rule: usize) -> Value {
    let spec = report.spec.as_ref().filter(|_| rule == 0);
    let labels = spec.map_or(&[][..], |spec| &spec.lines);
    let of_spec = labels.iter().map(spec_line);
    let of_log = named.lines.iter().map(|&line| log_line(report, line));
    let severity = match rule {
        0 => Level::Error,
        _ => Level::Warning,
    };
    let mut result = json!({
        "ruleId": named.problem.name,
        "ruleIndex": rule,
        "level": level(severity),
        "message": { "text": text(report, named, spec) },
        "partialFingerprints": { FINGERPRINT: fingerprint(report, named, labels.first()) },
        "properties": { "confidence": Confidence::from(named.confidence) },
    });
    set_places(&mut result, of_spec.chain(of_log));
    if let Some(Answer::Fix {
        edits: Some(fix), ..
    }) = spec.and_then(|spec| spec.answer.as_ref())
        && !shows_secret(fix)
    {
        result["fixes"] = json!([change(fix)]);
    }
    result
}

fn unknown(report: &LogReport<'_>, telling: &[usize]) -> Value {
    let mut result = json!({
        "ruleId": UNKNOWN,
        "ruleIndex": 0,
        "level": level(Level::Error),
        "message": { "text": NOT_KNOWN },
        "partialFingerprints": { FINGERPRINT: fingerprint_of_unknown(report, telling) },
    });
    match telling {
        [] => set_places(&mut result, std::iter::once(whole_log(report))),
        _ => set_places(
            &mut result,
            telling.iter().map(|&line| log_line(report, line)),
        ),
    }
    result
}

/// Sets the first position as the location of a result, and the others as related locations.
fn set_places(result: &mut Value, mut places: impl Iterator<Item = Value>) {
    result["locations"] = places.next().into_iter().collect();
    let related = places.enumerate().map(|(id, mut place)| {
        place["id"] = id.into();
        place
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
}

fn spec_line(label: &Label) -> Value {
    json!({
        "physicalLocation": place(&label.location),
        "message": { "text": shown(&label.text) },
    })
}

/// Returns a line of the log with its text, because readers of the result may not have the
/// log.
fn log_line(report: &LogReport<'_>, place: usize) -> Value {
    let line = &report.log.lines[place];
    let mut location = whole_log(report);
    location["physicalLocation"]["region"] = json!({ "startLine": line.number });
    location["message"] = json!({ "text": shown(&line.text) });
    location
}

fn whole_log(report: &LogReport<'_>) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(Path::new(report.path)) } })
}

/// The whole text on a problem, line by line. It contains the log lines, because GitHub
/// shows only related locations that the text links to.
fn text(report: &LogReport<'_>, named: &Named, spec: Option<&Spec>) -> String {
    let mut lines = vec![named.message()];
    for &place in named.lines.iter().take(LINES) {
        let line = &report.log.lines[place];
        let text = shortened(&line.text);
        lines.push(format!("{}:{}: {text}", report.path, line.number));
    }
    if let Some(step) = named.step {
        let step = &report.log.steps[step];
        lines.push(format!("step: {} (line {})", step.instruction, step.line));
    }
    lines.push(format!("cause: {}", named.problem.cause()));
    lines.push(format!("help: {}", named.problem.remedy()));
    if let Some(diagnostic) = spec.map(about) {
        lines.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
        lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    }
    shown(&lines.join("\n"))
}

/// Returns a hash that identifies the problem in the log of the next build: of its name, the
/// line of the environment file, and the facts in the log.
fn fingerprint(report: &LogReport<'_>, named: &Named, label: Option<&Label>) -> String {
    let place = match label {
        Some(label) => {
            let location = &label.location;
            format!(
                "{}\0{}",
                shown_path(location.file.path()),
                shown(location.text())
            )
        }
        None => report.path.to_owned(),
    };
    let what = format!(
        "{}\0{place}\0{}",
        named.problem.name,
        shown(&named.message())
    );
    digest(&what)
}

/// Returns the hash of a log that no known problem explains: of its path and the first of its
/// informative lines, so that two unrelated failures are different results.
fn fingerprint_of_unknown(report: &LogReport<'_>, telling: &[usize]) -> String {
    let first = telling.first().map(|&place| &report.log.lines[place].text);
    let first = first.map_or_else(String::new, |text| shown(text));
    digest(&format!("{UNKNOWN}\0{}\0{first}", report.path))
}
