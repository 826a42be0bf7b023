//! The differences as text for a terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::{Compared, GROUPS, advisory, channels, group, in_line, states, totals, word};
use presolve_check::changes::{Kind, PackageChange};

/// Returns the differences of a file, with a trailing line break.
pub fn render(compared: &Compared) -> String {
    let Compared {
        before,
        after,
        changes,
    } = compared;
    let mut text = format!(
        "{} -> {}: {}\n",
        in_line(before),
        in_line(after),
        totals(changes)
    );
    if let Some((old, new)) = &changes.platform {
        let name = |platform: &Option<String>| in_line(platform.as_deref().unwrap_or("none"));
        let _ = writeln!(text, "  platform  {} -> {}", name(old), name(new));
    }
    if let Some((old, new)) = &changes.channels {
        let (old, new) = (channels(old), channels(new));
        let (old, new) = (in_line(&old), in_line(&new));
        let _ = writeln!(text, "  channels  {old} -> {new}");
    }
    if let Some((old, new)) = &changes.options {
        let (old, new) = (channels(old), channels(new));
        let (old, new) = (in_line(&old), in_line(&new));
        let _ = writeln!(text, "  options of pip  {old} -> {new}");
    }
    for (half, is_declared, title) in GROUPS {
        let packages = group(changes, half, is_declared);
        if packages.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        let width = packages.iter().map(|one| in_line(&one.name).width());
        let width = width.max().unwrap_or_default();
        for package in packages {
            line(&mut text, package, width);
        }
    }
    text
}

fn line(text: &mut String, package: &PackageChange, width: usize) {
    let style = style(package.kind);
    let word = format!("{:10}", word(package.kind));
    let name = in_line(&package.name);
    let space = " ".repeat(width.saturating_sub(name.width()));
    let (before, after) = states(package);
    let (before, after) = (in_line(&before), in_line(&after));
    let states = match (before.as_str(), after.as_str()) {
        ("", only) | (only, "") => only.to_owned(),
        (before, after) => format!("{before} -> {after}"),
    };
    let _ = writeln!(text, "  {style}{word}{style:#} {name}{space}  {states}");
    for (advisories, what) in [(&package.ended, "fixes"), (&package.began, "has")] {
        for one in advisories {
            let one = in_line(&advisory(one));
            let _ = writeln!(text, "             {what} {one}");
        }
    }
}

fn style(kind: Kind) -> Style {
    let colour = match kind {
        Kind::Upgraded | Kind::Added | Kind::Pinned => AnsiColor::Green,
        Kind::Downgraded | Kind::Removed | Kind::Unpinned => AnsiColor::Red,
        Kind::Rebuilt | Kind::Redeclared => AnsiColor::Cyan,
    };
    colour.on_default()
}
