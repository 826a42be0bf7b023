//! A change of the file in words.

use super::places;
use presolve_explain::{Edit, EditKind, Explanation};
use presolve_solve::Declared;
use presolve_text::secrets::redact;

/// Describes an edit: "change `numpy=1.19` to `numpy=1.21` (line 7)".
pub fn words(explanation: &Explanation, edit: &Edit) -> String {
    let at = places::of(explanation, &edit.lines);
    let at = at.map_or(String::new(), |at| format!(" ({at})"));
    let before = edit.lines.first();
    let before = before.map(|&line| format!("`{}`", explanation.declared[line].text));
    let before = before.unwrap_or_default();
    let with = edit.with.as_deref().unwrap_or_default();
    match edit.kind {
        EditKind::Drop => format!("drop {before}{at}"),
        EditKind::AddChannel => format!("add the channel `{with}`"),
        EditKind::MoveToPip => format!("move {before} to the pip list as `{with}`{at}"),
        EditKind::MoveToConda => format!("move {before} to the conda list as `{with}`{at}"),
        EditKind::OwnLine => format!("write `{}` on a line of its own{at}", redact(with)),
        EditKind::Rename => format!("write `{with}` instead of {before}{at}"),
        EditKind::Relax | EditKind::Bump | EditKind::ChangePython => {
            format!("change {before} to `{with}`{at}")
        }
        EditKind::DropBuilds => {
            format!("drop the builds from {} lines{at}", edit.lines.len())
        }
        EditKind::BumpTogether => {
            let lines = edit.lines.iter();
            let lines: Vec<&Declared> = lines.map(|&line| &explanation.declared[line]).collect();
            format!("move {} to {with}{at}", places::named_together(&lines))
        }
    }
}
