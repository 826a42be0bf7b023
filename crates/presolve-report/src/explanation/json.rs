//! The explanation as JSON. Its schema (<https://json-schema.org/draft/2020-12>) is
//! printed by `explain --print-schema`. An incompatible change makes a new version; the
//! old module is kept as long as the old version is written.

use presolve_explain as explain;
use presolve_terminal::foreign;
use presolve_text::source::SourceFile;

pub mod v1;

/// Returns the explanation of a file as JSON, with a trailing line break.
pub fn render(explanation: &explain::Explanation, source: &SourceFile) -> String {
    foreign::json(&pretty(&v1::Explanation::new(explanation, source)))
}

/// Returns the schema of the output of [`render`], with a trailing line break.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(v1::Explanation))
}

fn pretty(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string_pretty(value);
    json.expect("strings, numbers and lists") + "\n"
}
