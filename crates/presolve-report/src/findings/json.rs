//! Findings for programs, as JSON. What it holds is described by a schema
//! (<https://json-schema.org/draft/2020-12>), which `check --print-schema` prints. A
//! change that a reader of it could trip over makes a new version; the old module stays
//! beside it as long as it is written.

use presolve_check as check;
use presolve_terminal::foreign;

pub mod v1;

/// All findings as JSON, with a trailing line break.
pub fn render(report: &check::Report) -> String {
    foreign::json(&pretty(&v1::Report::new(report)))
}

/// The schema of what [`render`] gives, with a trailing line break.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(v1::Report))
}

fn pretty(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string_pretty(value);
    json.expect("strings, numbers and lists") + "\n"
}
