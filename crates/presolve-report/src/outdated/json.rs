//! Version 1 of the JSON of `outdated`. These types are the format: their names and comments
//! are its schema. No password or token of a URL is in any text.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use presolve_explain::outdated::{self, Held};
use presolve_solve::conflict::Half;
use presolve_terminal::foreign;
use presolve_text::secrets::redact;

/// The versions of the declared lines of a file.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve outdated, version 1")]
struct Report {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u8,
    /// The version of presolve that wrote this report.
    presolve: &'static str,
    /// The path of the file.
    path: String,
    /// The declared lines that name a package; conda first.
    lines: Vec<Line>,
}

/// A declared line.
#[derive(Serialize, JsonSchema)]
struct Line {
    /// Who installs the package.
    part: Part,
    /// The normalised name.
    name: String,
    /// The requirement as declared.
    declared: String,
    /// The number of the line, from 1.
    line: usize,
    /// The exact version in the file; null if the line is not pinned.
    now: Option<String>,
    /// The version in a solution that ignores all pins; null if the package is not in it.
    allowed: Option<String>,
    /// The newest version there is.
    newest: Option<String>,
    /// What holds back the newest version; empty if it is the allowed one.
    held_back_by: Vec<HeldBackBy>,
}

/// Who installs a package.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Part {
    /// conda, from a channel.
    Conda,
    /// pip, from a package index.
    Pip,
}

/// What holds back a version: a declared line, or a reason in words.
#[derive(Serialize, JsonSchema)]
struct HeldBackBy {
    /// The requirement of the line, or the reason.
    text: String,
    /// The number of the line, from 1; null for a reason.
    line: Option<usize>,
}

/// Returns the lines as JSON, with a trailing line break.
pub fn render(found: &outdated::Outdated, path: &Path) -> String {
    let report = Report {
        version: 1,
        presolve: env!("CARGO_PKG_VERSION"),
        path: redact(&path.display().to_string()),
        lines: found
            .lines
            .iter()
            .map(|line| self::line(found, line))
            .collect(),
    };
    foreign::json(&pretty(&report))
}

/// Returns the schema of the output of [`render`], with a trailing line break.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(Report))
}

fn pretty(value: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(value);
    json.expect("strings, numbers and lists") + "\n"
}

fn line(found: &outdated::Outdated, line: &outdated::Line) -> Line {
    let held = line.held.iter().map(|held| match held {
        Held::Reason(reason) => HeldBackBy {
            text: redact(reason),
            line: None,
        },
        Held::Line(index) => HeldBackBy {
            text: redact(&found.declared[*index].text),
            line: found.places[*index]
                .as_ref()
                .map(|place| place.line_column().0),
        },
    });
    Line {
        part: match line.package.half {
            Half::Pypi => Part::Pip,
            Half::Conda | Half::Virtual => Part::Conda,
        },
        name: line.package.name.clone(),
        declared: redact(&line.declared),
        line: line.at.line_column().0,
        now: line.now.clone(),
        allowed: line.allowed.clone(),
        newest: line.newest.clone().or_else(|| line.allowed.clone()),
        held_back_by: held.collect(),
    }
}
