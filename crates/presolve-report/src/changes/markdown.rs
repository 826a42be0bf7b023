//! The differences in Markdown, for a pull request. Every foreign text is in a code span, where
//! it can be neither a link, nor HTML, nor a mention.

use std::fmt::Write;

use super::{Compared, advisory, channels, group, in_line, states, totals, word};
use presolve_check::changes::{Half, PackageChange};

/// Returns the differences of several files, a section per file.
pub fn render(files: &[Compared]) -> String {
    let sections: Vec<String> = files.iter().map(section).collect();
    sections.join("\n")
}

fn section(compared: &Compared) -> String {
    let changes = &compared.changes;
    let (before, after) = (code(&compared.before), code(&compared.after));
    let title = match before == after {
        true => after,
        false => format!("{before} to {after}"),
    };
    let mut text = format!("### {title}\n\n{}.\n", capitalised(&totals(changes)));
    if let Some((old, new)) = &changes.platform {
        let name = |platform: &Option<String>| code(platform.as_deref().unwrap_or("none"));
        let _ = writeln!(text, "\nPlatform: {} to {}.", name(old), name(new));
    }
    if let Some((old, new)) = &changes.channels {
        let (old, new) = (code(&channels(old)), code(&channels(new)));
        let _ = writeln!(text, "\nChannels: {old} to {new}.");
    }
    if let Some((old, new)) = &changes.options {
        let (old, new) = (code(&channels(old)), code(&channels(new)));
        let _ = writeln!(text, "\nOptions of pip: {old} to {new}.");
    }
    advisories(&mut text, &changes.packages);
    for half in [Half::Conda, Half::Pip] {
        let name = half_name(half);
        table(&mut text, name, &group(changes, half, true));
    }
    for half in [Half::Conda, Half::Pip] {
        let packages = group(changes, half, false);
        if packages.is_empty() {
            continue;
        }
        let (count, name) = (packages.len(), half_name(half));
        let _ = write!(
            text,
            "\n<details>\n<summary>{name}, not declared: {count}</summary>\n"
        );
        table(&mut text, name, &packages);
        text += "\n</details>\n";
    }
    text
}

fn half_name(half: Half) -> &'static str {
    match half {
        Half::Conda => "conda",
        Half::Pip => "pip",
    }
}

fn table(text: &mut String, half: &str, packages: &[&PackageChange]) {
    if packages.is_empty() {
        return;
    }
    let _ = write!(text, "\n| {half} | from | to | |\n|---|---|---|---|\n");
    for package in packages {
        let (before, after) = states(package);
        let (before, after) = (code(&before), code(&after));
        let (name, word) = (code(&package.name), word(package.kind));
        let _ = writeln!(text, "| {name} | {before} | {after} | {word} |");
    }
}

fn advisories(text: &mut String, packages: &[PackageChange]) {
    let lists = [
        ("Vulnerabilities that this fixes:", true),
        ("Known vulnerabilities of the new versions:", false),
    ];
    for (title, is_ended) in lists {
        let of = |package: &PackageChange| match is_ended {
            true => package.ended.clone(),
            false => package.began.clone(),
        };
        let lines = packages.iter().flat_map(|package| {
            let advisories = of(package).into_iter();
            advisories.map(|one| format!("- {} {}\n", code(&package.name), code(&advisory(&one))))
        });
        let lines: String = lines.collect();
        if !lines.is_empty() {
            let _ = write!(text, "\n{title}\n\n{lines}");
        }
    }
}

/// Returns a text as a code span, which also fits into a cell of a table; empty for no text.
pub(crate) fn code(text: &str) -> String {
    let text = in_line(text);
    let text = text.trim().replace('`', "'").replace('|', "\\|");
    match text.is_empty() {
        true => text,
        false => format!("`{text}`"),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
