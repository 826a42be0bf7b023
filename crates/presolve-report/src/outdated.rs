//! The versions of the declared lines: table, Markdown and JSON.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::changes::{in_line, markdown::code};
use presolve_explain::outdated::{Held, Line, Outdated};
use presolve_solve::conflict::Half;
use presolve_text::secrets::redact;

pub mod json;

/// The columns, the last of which is as wide as its text.
const COLUMNS: [&str; 5] = ["package", "now", "allowed", "newest", "held back by"];

/// Returns the lines as a table, with a summary as the last line.
pub fn human(found: &Outdated, all: bool) -> String {
    let rows: Vec<[String; 5]> = shown(found, all)
        .map(|line| row(found, line).map(|cell| in_line(&cell)))
        .collect();
    if rows.is_empty() {
        return format!("{}\n", summary(found));
    }
    let titles = COLUMNS.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&titles]).map(|row| row[column].width());
        cells.max().unwrap_or_default()
    };
    let widths = [0, 1, 2, 3].map(width);
    let mut text = String::new();
    for row in [&titles].into_iter().chain(&rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let space = " ".repeat(width - cell.width() + 2);
            line += &format!("{cell}{space}");
        }
        let _ = writeln!(text, "{}", (line + &row[4]).trim_end());
    }
    let _ = writeln!(text, "{}", summary(found));
    text
}

/// Returns the lines as a table in Markdown, with a summary before it.
pub fn markdown(found: &Outdated, all: bool) -> String {
    let mut text = format!("{}.\n", summary(found));
    let mut rows = shown(found, all).map(|line| row(found, line)).peekable();
    if rows.peek().is_some() {
        let _ = writeln!(text, "\n| {} |\n|---|---|---|---|---|", COLUMNS.join(" | "));
    }
    for row in rows {
        let _ = writeln!(text, "| {} |", row.map(|cell| code(&cell)).join(" | "));
    }
    text
}

fn shown(found: &Outdated, all: bool) -> impl Iterator<Item = &Line> {
    let lines = found.lines.iter();
    lines.filter(move |line| all || line.is_outdated())
}

fn summary(found: &Outdated) -> String {
    let count = |is: fn(&Line) -> bool| found.lines.iter().filter(|line| is(line)).count();
    let (all, behind) = (found.lines.len(), count(Line::is_behind));
    let held = count(|line| line.newest.is_some());
    let open = match count(|line| line.now.is_none()) {
        0 => String::new(),
        open => format!(", {open} of them not pinned"),
    };
    format!(
        "{all} declared lines{open}: `pin -U` changes {behind} pins, the file holds back {held} lines"
    )
}

fn row(found: &Outdated, line: &Line) -> [String; 5] {
    let name = match line.package.half {
        Half::Pypi => format!("{} (pip)", line.package.name),
        Half::Conda | Half::Virtual => line.package.name.clone(),
    };
    let or =
        |version: &Option<String>, other: &str| version.clone().unwrap_or_else(|| other.to_owned());
    let held: Vec<String> = line
        .held
        .iter()
        .map(|held| words(found, line, held))
        .collect();
    let newest = line.newest.as_ref().or(line.allowed.as_ref());
    [
        name,
        or(&line.now, "open"),
        or(&line.allowed, "-"),
        newest.map_or_else(|| "-".to_owned(), String::clone),
        held.join(", "),
    ]
}

fn words(found: &Outdated, line: &Line, held: &Held) -> String {
    let index = match held {
        Held::Reason(reason) => return redact(reason),
        Held::Line(index) => *index,
    };
    let text = redact(&found.declared[index].text);
    match &found.places[index] {
        Some(place) if place.span == line.at.span => format!("its own line, {text}"),
        Some(place) => format!("{text} (line {})", place.line_column().0),
        None => text,
    }
}
