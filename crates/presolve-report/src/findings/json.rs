//! The findings as JSON. Its schema (<https://json-schema.org/draft/2020-12>) is printed
//! by `check --print-schema`. An incompatible change makes a new version; the old module
//! is kept as long as the old version is written.

use presolve_check as check;
use presolve_terminal::foreign;

pub mod v1;

/// Returns all findings as JSON, with a trailing line break.
pub fn render(report: &check::CheckReport) -> String {
    foreign::json(&pretty(&v1::Report::new(report)))
}

/// Returns the schema of the output of [`render`], with a trailing line break.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(v1::Report))
}

fn pretty(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string_pretty(value);
    json.expect("strings, numbers and lists") + "\n"
}
