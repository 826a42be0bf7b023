//! The diagnosis as JSON. Its schema (<https://json-schema.org/draft/2020-12>) is printed
//! by `diagnose --print-schema`. An incompatible change makes a new version; the old
//! module is kept as long as the old version is written.

use super::LogReport;
use presolve_terminal::foreign;

pub mod v1;

/// Returns the report as JSON, with a trailing line break.
pub fn render(report: &LogReport<'_>) -> String {
    foreign::json(&pretty(&v1::Diagnosis::new(report)))
}

/// Returns the schema of the output of [`render`], with a trailing line break.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(v1::Diagnosis))
}

fn pretty(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string_pretty(value);
    json.expect("strings, numbers and lists") + "\n"
}
