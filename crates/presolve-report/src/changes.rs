//! The differences between two states of an environment file: text, Markdown and JSON.

use presolve_check::changes::{Advisory, Changes, Half, Kind, PackageChange, State};
use presolve_terminal::foreign::shown_in_place;
use presolve_text::secrets::redact;

pub mod human;
pub mod json;
pub mod markdown;

/// The differences of a file, with the names of its two states.
pub struct Compared {
    /// The old state, as the user names it.
    pub before: String,
    /// The new state.
    pub after: String,
    /// The differences.
    pub changes: Changes,
}

/// The kinds of differences, in the order of a summary.
const KINDS: [Kind; 8] = [
    Kind::Upgraded,
    Kind::Downgraded,
    Kind::Added,
    Kind::Removed,
    Kind::Rebuilt,
    Kind::Pinned,
    Kind::Unpinned,
    Kind::Redeclared,
];

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Added => "added",
        Kind::Removed => "removed",
        Kind::Upgraded => "upgraded",
        Kind::Downgraded => "downgraded",
        Kind::Rebuilt => "rebuilt",
        Kind::Pinned => "pinned",
        Kind::Unpinned => "unpinned",
        Kind::Redeclared => "changed",
    }
}

/// Returns the totals in words: "2 upgraded, 1 removed".
fn totals(changes: &Changes) -> String {
    let counts = KINDS.map(|kind| (changes.count(kind), word(kind)));
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let mut counts: Vec<String> = counts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match &changes.platform {
        None => {}
        Some((None, _)) => counts.push("a platform".to_owned()),
        Some(_) => counts.push("another platform".to_owned()),
    }
    if changes.channels.is_some() {
        counts.push("other channels".to_owned());
    }
    if changes.options.is_some() {
        counts.push("other options for pip".to_owned());
    }
    match counts.is_empty() {
        true => "no difference".to_owned(),
        false => counts.join(", "),
    }
}

/// The groups in which packages are listed, with their titles.
const GROUPS: [(Half, bool, &str); 4] = [
    (Half::Conda, true, "conda"),
    (Half::Conda, false, "conda, not declared"),
    (Half::Pip, true, "pip"),
    (Half::Pip, false, "pip, not declared"),
];

fn group(changes: &Changes, half: Half, is_declared: bool) -> Vec<&PackageChange> {
    let packages = changes.packages.iter();
    let group = packages.filter(|change| change.half == half && change.is_declared == is_declared);
    group.collect()
}

/// Returns the two states of a package in words, without passwords. They have only what is
/// necessary to tell them apart.
fn states(change: &PackageChange) -> (String, String) {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let declared = |state: Option<&State>| state.and_then(|state| state.declared.clone());
    let is_about_line = change.kind == Kind::Redeclared && declared(before) != declared(after);
    let shown = |state: Option<&State>| match state {
        Some(state) if !is_about_line => state_of(state, change.kind),
        _ => declared(state).map_or_else(String::new, |text| redact(&text)),
    };
    (shown(before), shown(after))
}

fn state_of(state: &State, kind: Kind) -> String {
    let declared = state.declared.as_deref().unwrap_or_default();
    let Some(version) = &state.version else {
        return redact(declared);
    };
    if !matches!(kind, Kind::Rebuilt | Kind::Redeclared) {
        return version.clone();
    }
    let channel = state.channel.as_deref();
    let channel = channel.map_or_else(String::new, |channel| format!("{}::", redact(channel)));
    let build = state.build.as_deref();
    let build = build.map_or_else(String::new, |build| format!("={build}"));
    let hashes: Vec<String> = state.hashes.iter().map(|hash| short(hash)).collect();
    let hashes = match hashes.is_empty() {
        true => String::new(),
        false => format!(" [{}]", hashes.join(", ")),
    };
    format!("{channel}{version}{build}{hashes}")
}

/// The first digits of a hash, which are enough to see that it differs.
fn short(hash: &str) -> String {
    const DIGITS: usize = 12;
    let digits = hash.find([':', '=']).map_or(0, |at| at + 1) + DIGITS;
    hash.chars().take(digits).collect()
}

/// Returns an advisory in a sentence.
fn advisory(advisory: &Advisory) -> String {
    match advisory.summary.as_str() {
        "" => advisory.name().to_owned(),
        summary => format!("{}: {summary}", advisory.name()),
    }
}

/// Returns a text that stays on its line, without what a terminal or a CI runner interprets.
pub(crate) fn in_line(text: &str) -> String {
    shown_in_place(&text.replace(['\n', '\r', '\t'], " "))
}

/// Returns a list of channels in words.
fn channels(channels: &[String]) -> String {
    let channels: Vec<String> = channels.iter().map(|channel| redact(channel)).collect();
    channels.join(", ")
}

#[cfg(test)]
mod tests;
