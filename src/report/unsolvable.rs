//! Says why a spec cannot be solved: the lines that clash, with what each of them
//! demands.

use crate::{
    diagnostic::{Diagnostic, FailureKind},
    problem::{Conflict, Missing},
    resolve::Resolution,
};

/// The verdict on a resolution without a solution: a name in the file that nobody
/// has is an error of the file, not a conflict.
pub fn kind(resolution: &Resolution) -> FailureKind {
    let missing = resolution.unsolvable().map(|found| &found.missing[..]);
    let is_in_file = |missing: &Missing| {
        let name = &missing.name;
        !name.starts_with("__") && resolution.declared[missing.declared].names(name)
    };
    if missing.is_some_and(|missing| missing.iter().any(is_in_file)) {
        FailureKind::Input
    } else {
        FailureKind::Unsolvable
    }
}

/// What to say of a resolution without a solution; empty if it has one.
pub fn diagnostics(resolution: &Resolution) -> Vec<Diagnostic> {
    let Some(unsolvable) = resolution.unsolvable() else {
        return Vec::new();
    };
    let missing: Vec<_> = unsolvable
        .missing
        .iter()
        .map(|missing| missing_package(resolution, missing))
        .collect();
    if !missing.is_empty() {
        return missing;
    }
    vec![clash(resolution, unsolvable)]
}

fn clash(resolution: &Resolution, unsolvable: &Conflict) -> Diagnostic {
    let lines = unsolvable.lines.len();
    let message = match lines {
        0 => format!("there is no solution for {}", resolution.subdir),
        1 => format!("this line cannot be met on {}", resolution.subdir),
        _ => format!(
            "these {lines} lines cannot be met together on {}",
            resolution.subdir
        ),
    };
    let mut diagnostic = Diagnostic::error("unsolvable", message);
    let mut implied = Vec::new();
    for &line in &unsolvable.lines {
        match &resolution.places[line] {
            Some(place) => diagnostic = diagnostic.at(place.clone(), String::new()),
            None => implied.push(resolution.declared[line].text.clone()),
        }
    }
    for text in implied {
        diagnostic = diagnostic.note(format!("`{text}` is added by conda for the pip list"));
    }
    for case in &unsolvable.cases {
        for fact in case.facts(&resolution.declared) {
            diagnostic = diagnostic.note(fact);
        }
    }
    if lines > 1 && unsolvable.minimal {
        diagnostic = diagnostic.help(format!(
            "relax one of these {lines} lines; without any one of them there is a solution"
        ));
    }
    diagnostic
}

fn missing_package(resolution: &Resolution, missing: &Missing) -> Diagnostic {
    let name = &missing.name;
    let diagnostic = if name.starts_with("__") {
        let message = format!("the target has no virtual package `{name}`");
        let help = format!(
            "if the machine that runs the environment has it, say so: --virtual-package {name}=VERSION"
        );
        Diagnostic::error("missing-virtual-package", message).help(help)
    } else if missing.conda {
        missing_conda(resolution, name)
    } else {
        let message = format!("no package index has a project `{name}`");
        Diagnostic::error("unknown-project", message)
            .help("check the spelling, or add the index that has it with --extra-index-url")
    };
    match &resolution.places[missing.declared] {
        Some(place) => {
            let asks = if resolution.declared[missing.declared].names(name) {
                "asked for here"
            } else {
                "needed by this line"
            };
            diagnostic.at(place.clone(), asks)
        }
        None => diagnostic,
    }
}

fn missing_conda(resolution: &Resolution, name: &str) -> Diagnostic {
    let channels: Vec<_> = resolution
        .channels
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    let message = format!("no package `{name}` in {}", channels.join(", "));
    let mut diagnostic = Diagnostic::error("unknown-package", message);
    let known = resolution
        .missing
        .iter()
        .find(|missing| missing.name.as_normalized() == name);
    let nearest = known
        .map(|missing| missing.suggestions.as_slice())
        .unwrap_or_default();
    if nearest.is_empty() {
        return diagnostic.help("check the spelling, or add the channel that has it");
    }
    for suggestion in nearest {
        let (name, channel) = (suggestion.name.as_normalized(), &suggestion.channel);
        diagnostic = diagnostic.help(format!("{channel} has `{name}`"));
    }
    diagnostic
}
