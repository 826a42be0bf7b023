//! The human-readable explanation: the conflicts in the layout of rustc, then the fixes
//! as a numbered list.

pub mod dot;
mod graph;
pub mod html;
pub mod json;

use anstyle::Style;

use super::diff;
use presolve_explain::{
    Edit, Explanation, Fix, GoneBuilds, LeftOut,
    cost::{Cost, Verdict},
};
use presolve_solve::Conflict;
use presolve_terminal::{foreign::shown, human};
use presolve_text::source::SourceFile;
use presolve_words::{cost, edits, unsolvable};

/// The maximum number of resulting versions that are shown per fix.
const GIVEN_SHOWN: usize = 5;

/// The number of conflicts that are shown in full. Later ones take one line each if they have
/// one line and a short reason.
const SHOWN_WHOLE: usize = 4;

/// Returns a conflict and an empty line, or one of many conflicts as a single line.
pub fn conflict(explanation: &Explanation, conflict: &Conflict, number: usize) -> String {
    let diagnostics = view(explanation).diagnostics(conflict);
    let mut text = String::new();
    if number > SHOWN_WHOLE
        && let ([diagnostic], [line]) = (&diagnostics[..], &conflict.lines[..])
        && let Some(place) = &explanation.places[*line]
        && diagnostic.notes.len() <= 2
    {
        let (reason, line) = (diagnostic.notes.last(), place.line_column().0);
        let reason = reason.unwrap_or(&diagnostic.message);
        let asked = &explanation.declared[conflict.lines[0]].text;
        return shown(&format!("line {line}: `{asked}`: {reason}\n"));
    }
    for diagnostic in &diagnostics {
        text += &human::render(diagnostic);
        text += "\n\n";
    }
    text
}

/// Returns the finding on builds that no channel has, and an empty line.
pub fn gone_builds(explanation: &Explanation, gone: &GoneBuilds) -> String {
    let told = view(explanation).gone_builds(gone);
    human::render(&told) + "\n\n"
}

/// Returns the data for the sentences on conflicts.
fn view(explanation: &Explanation) -> unsolvable::View<'_> {
    unsolvable::View {
        subdir: explanation.subdir,
        channels: &explanation.channels,
        declared: &explanation.declared,
        places: &explanation.places,
        missing: &explanation.missing,
    }
}

/// Returns a fix, with the heading before the first.
pub fn fix(explanation: &Explanation, fix: &Fix, number: usize) -> String {
    let heading = match number {
        1 => heading(fix.size()),
        _ => String::new(),
    };
    let mut text = String::new();
    let indent = " ".repeat(number.to_string().len() + 4);
    for (place, edit) in fix.edits.iter().enumerate() {
        let start = match place {
            0 => format!("  {number}. "),
            _ => indent.clone(),
        };
        text += &format!("{start}{}\n", edits::words(explanation, edit));
        if let Some(why) = why_not_nearer(edit) {
            text += &format!("{indent}{why}\n");
        }
    }
    if !fix.gives.is_empty() {
        let mut gives: Vec<String> = fix
            .gives
            .iter()
            .take(GIVEN_SHOWN)
            .map(|given| format!("{} {} ({})", given.name, given.version, given.half))
            .collect();
        let more = fix.gives.len().saturating_sub(GIVEN_SHOWN);
        if more > 0 {
            gives.push(format!("and {more} more"));
        }
        text += &format!("{indent}gives {}\n", gives.join(", "));
    }
    for note in &fix.notes {
        text += &format!("{indent}note: {note}\n");
    }
    heading + &shown(&text)
}

/// Returns the heading before the first fix, which needs the fewest changes.
fn heading(changes: usize) -> String {
    let least = match changes {
        1 => String::new(),
        _ => format!("; every fix takes {changes} or more changes"),
    };
    format!("{BOLD}fixes (each one verified by solving the changed file{least}):{BOLD:#}\n")
}

const BOLD: Style = Style::new().bold();

/// Returns why the nearest version was skipped: "not 1.20.3: it needs python (conda) 3.7 to
/// 3.10".
fn why_not_nearer(edit: &Edit) -> Option<String> {
    let skipped = edit.skipped.as_ref()?;
    Some(format!("not {}: {}", skipped.version, skipped.because))
}

/// Returns the changes of all files that a fix edits.
fn diff(source: &SourceFile, fix: &Fix, number: usize) -> String {
    let after = format!("fix {number}");
    let own = if fix.text == source.text() {
        String::new()
    } else {
        diff::unified(source, &fix.text, &after)
    };
    let included = fix.included.iter();
    let included = included.map(|file| diff::unified(&file.before, file.after.text(), &after));
    std::iter::once(own).chain(included).collect()
}

/// Returns the predicted cost of conda's classic solver if it is a problem, or if it was asked
/// for.
fn shown_cost(explanation: &Explanation, asked: bool) -> Option<&Cost> {
    let cost = explanation.cost.as_ref();
    cost.filter(|cost| asked || cost.prediction.verdict != Verdict::Fine)
}

/// Returns the end of the report. `with_cost` shows the cost of conda's classic solver even if
/// it is fine.
pub fn end(explanation: &Explanation, with_cost: bool) -> String {
    let cost = shown_cost(explanation, with_cost).map_or_else(String::new, |cost| {
        let lines = cost::lines(cost).into_iter();
        lines
            .map(|line| line.trim_end().to_string() + "\n")
            .collect()
    });
    if let Some(solution) = &explanation.solution {
        let (conda, pypi) = (solution.conda.len(), solution.pypi.len());
        let blank = if cost.is_empty() { "" } else { "\n" };
        return format!(
            "there is a solution for {}: {conda} packages from conda, {pypi} from PyPI\n{blank}{cost}",
            explanation.subdir
        );
    }
    let mut text = String::new();
    if explanation.fixes.is_empty() && !explanation.left_out.contains(&LeftOut::Fixes) {
        text += "no fix of a few lines was found\n";
    }
    if explanation.left_out.contains(&LeftOut::Conflicts) {
        text += "the search stopped early: there may be more conflicts, or smaller ones\n";
    }
    if explanation.left_out.contains(&LeftOut::Fixes) {
        text += "the search for fixes stopped early; if it reached the time limit, raise it with --timeout\n";
    }
    if !explanation.fixes.is_empty() {
        text += "\napply one with `--apply N`\n";
    }
    if !cost.is_empty() {
        text += &format!("\n{cost}");
    }
    text
}
