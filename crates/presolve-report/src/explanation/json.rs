//! An explanation for programs, as JSON. What it holds is described by a schema
//! (<https://json-schema.org/draft/2020-12>), which `explain --print-schema` prints. A
//! change that a reader of it could trip over makes a new version; the old module stays
//! beside it as long as it is written.

use presolve_explain as explain;
use presolve_terminal::foreign;
use presolve_text::source::SourceFile;

pub mod v1;

/// The explanation of a file as JSON, with a trailing line break.
pub fn render(explanation: &explain::Explanation, source: &SourceFile) -> String {
    foreign::json(&pretty(&v1::Explanation::new(explanation, source)))
}

/// The schema of what [`render`] gives, with a trailing line break.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(v1::Explanation))
}

fn pretty(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string_pretty(value);
    json.expect("strings, numbers and lists") + "\n"
}
