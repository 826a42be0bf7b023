//! Further facts about a conflict.

use presolve_solve::conflict::Note;

/// Returns a note, in a sentence without a full stop.
pub fn note(note: &Note) -> String {
    match note {
        Note::PipDoesNotRun { pips, ability } => format!(
            "pip {pips} does not run on {}: that needs pip {}",
            ability.what(),
            ability.versions()
        ),
        Note::InstalledByPip { line } => format!("`{line}` is installed by pip"),
        Note::WheelNeedsPip { wheel, ability } => {
            format!("the wheel {wheel} needs pip {}", ability.versions())
        }
        Note::MetadataNeedsPip { file, ability } => {
            let (what, versions) = (ability.what(), ability.versions());
            format!("{file} has {what}: it needs pip {versions}")
        }
    }
}
