//! Changes of a file as a unified diff.

use similar::TextDiff;

use presolve_terminal::foreign;
use presolve_text::source::SourceFile;

/// Returns the change of a file without its passwords, because diffs end up in logs. `after`
/// labels the new version, such as `pinned`.
pub fn unified(source: &SourceFile, changed: &str, after: &str) -> String {
    let path = source.path().display().to_string();
    let diff = TextDiff::from_lines(source.text(), changed)
        .unified_diff()
        .header(&path, &format!("{path} ({after})"))
        .to_string();
    foreign::shown(&diff)
}
