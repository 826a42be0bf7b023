//! What requires a package, and why it has this version, in words.

use presolve_explain::{
    why::{Answer, Asker, Cause, Installed, NameAnswer, Newest, VersionChange},
    words,
};
use presolve_solve::{
    Conflict, Declared, DeclaredKind,
    askers::direct::{By, Demand},
};
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind};
use presolve_words::places;

/// The maximum number of requirements that are listed; the rest is counted.
const ASKERS: usize = 6;

/// The maximum number of downgraded packages that are listed; the rest is counted.
const CHANGES: usize = 4;

/// The text of the additional line, which requires a newer version.
const NEWER: &str = presolve_explain::why::A_NEWER_ONE;

/// Returns the answer, one block per package.
pub fn text(answer: &Answer) -> String {
    let mut blocks: Vec<Vec<String>> = Vec::new();
    for (name, found) in &answer.found {
        match found {
            NameAnswer::Installed(packages) => {
                blocks.extend(packages.iter().map(|package| installed(answer, package)));
            }
            NameAnswer::Absent { idle } => blocks.push(absent(name, idle)),
            NameAnswer::Unknown { .. } => {}
            NameAnswer::Unsolvable { lines, chains } => {
                blocks.push(unsolvable(answer, name, lines, chains));
            }
        }
    }
    let blocks: Vec<String> = blocks.iter().map(|lines| lines.join("\n") + "\n").collect();
    presolve_terminal::foreign::shown(&blocks.join("\n"))
}

/// Returns an error unless every package was found.
///
/// # Errors
/// An input failure for names that do not exist, and an unsolvable one for a file without a
/// solution.
pub fn verdict(answer: &Answer) -> Result<(), Failure> {
    let mut unknown = Vec::new();
    for (name, found) in &answer.found {
        if let NameAnswer::Unknown { nearest } = found {
            let message = format!("no channel or index of the file has a package `{name}`");
            let diagnostic = Diagnostic::error(presolve_words::codes::UNKNOWN_PACKAGE, message);
            unknown.push(if nearest.is_empty() {
                diagnostic.help("check the spelling")
            } else {
                diagnostic.help(format!("in the solution: `{}`", nearest.join("`, `")))
            });
        }
    }
    if !unknown.is_empty() {
        return Err(Failure {
            kind: FailureKind::Input,
            diagnostics: unknown,
        });
    }
    let is_unsolvable =
        |(_, found): &(String, NameAnswer)| matches!(found, NameAnswer::Unsolvable { .. });
    if answer.found.iter().any(is_unsolvable) {
        Err(Failure {
            kind: FailureKind::Unsolvable,
            diagnostics: Vec::new(),
        })
    } else {
        Ok(())
    }
}

fn installed(answer: &Answer, installed: &Installed) -> Vec<String> {
    let build = installed.build.as_ref();
    let build = build.map_or_else(String::new, |build| format!(" {build}"));
    let (package, version, from) = (&installed.package, &installed.version, &installed.from);
    let provides: Vec<&str> = installed.provides.iter().map(AsRef::as_ref).collect();
    let provides = if provides.is_empty() {
        String::new()
    } else {
        format!("; it provides {} from PyPI", provides.join(", "))
    };
    let mut lines = vec![format!(
        "{} {version}{build} from {from}{provides}",
        package.name
    )];
    lines.push("  required by".to_string());
    let shown = installed.askers.iter().take(ASKERS);
    lines.extend(shown.map(|asker| format!("    {}", asker_words(answer, asker))));
    let more = installed.askers.len().saturating_sub(ASKERS);
    if more > 0 {
        lines.push(format!("    and {more} more"));
    }
    lines.extend(newest(answer, installed));
    lines
}

fn asker_words(answer: &Answer, asker: &Asker) -> String {
    let leaves = match asker.leaves {
        Some(1) => " (leaves 1 version)".to_string(),
        Some(count) => format!(" (leaves {count} versions)"),
        None => String::new(),
    };
    let version = asker.version.as_deref().unwrap_or_default();
    let (name, half) = match &asker.demand.by {
        By::Line(line) => return format!("{}{leaves}", line_words(answer, *line)),
        By::Record(name) => (name.as_str(), "conda"),
        By::Release(name) => (name.as_ref(), "PyPI"),
    };
    let asked = format!(
        "{name} {version} ({half}): `{}`{leaves}",
        asker.demand.requirement
    );
    let Some(way) = &asker.way else {
        return asked;
    };
    let through = match &way.path[..] {
        [first, between @ .., _] if !between.is_empty() => {
            format!(", through {first}, {}", between.join(", "))
        }
        [first, _] => format!(", through {first}"),
        _ => String::new(),
    };
    format!("{asked}, by {}{through}", line_words(answer, way.line))
}

/// Returns a line with its position: "`numpy=1.19` (environment.yml:4)".
fn line_words(answer: &Answer, line: usize) -> String {
    let declared = &answer.declared[line];
    let at = match &answer.places[line] {
        Some(place) => {
            format!("{}:{}", place.file.path().display(), place.line_column().0)
        }
        None => places::outside_files(declared).to_owned(),
    };
    let half = match &declared.kind {
        DeclaredKind::Conda(_) => "",
        DeclaredKind::PipConstraint(_) => "constraint, ",
        _ => "pip, ",
    };
    format!("`{}` ({half}{at})", declared.text)
}

fn newest(answer: &Answer, installed: &Installed) -> Vec<String> {
    let Newest {
        open,
        ruled_out,
        possible,
        blocked,
        left_out,
    } = &installed.newest;
    let name = &installed.package.name;
    if open.is_none() && ruled_out.is_empty() && !left_out {
        let cut_off = answer.cut_off.map(|cut_off| format!(" up to {cut_off}"));
        return vec![format!(
            "  there is no newer version{}",
            cut_off.unwrap_or_default()
        )];
    }
    let mut lines = vec!["  why not a newer version".to_string()];
    lines.extend(
        ruled_out
            .iter()
            .map(|out| format!("    {}", words::ruled_out(out))),
    );
    if let Some((versions, conflict)) = blocked {
        lines.push(format!("    {name} {versions}: conflicts with the rest"));
        lines.extend(clash(answer, conflict.as_ref()));
    }
    if let Some(possible) = possible {
        let version = &possible.version;
        lines.push(match &possible.cause {
            Cause::Pin => format!(
                "    {name} {version}: available; an earlier pin holds {}; `presolve pin -P {name}` ignores that pin",
                installed.version
            ),
            Cause::PipReplaces(by, demands) => format!(
                "    {name} {version}: pip would replace it with {by}{}",
                because(answer, demands)
            ),
            Cause::Changes(changes) => {
                format!("    {name} {version}: available{}", step_back(changes))
            }
        });
    }
    if *left_out {
        lines.push("    the time limit stopped the search; raise it with --timeout".to_string());
    }
    lines
}

fn because(answer: &Answer, demands: &[Demand]) -> String {
    let demands = demands.iter().map(|demand| match &demand.by {
        By::Line(line) => line_words(answer, *line),
        By::Record(name) => format!("{name} needs `{}`", demand.requirement),
        By::Release(name) => format!("{name} needs `{}`", demand.requirement),
    });
    match demands.collect::<Vec<_>>() {
        demands if demands.is_empty() => String::new(),
        demands => format!(": {}", demands.join(", ")),
    }
}

fn step_back(changes: &[VersionChange]) -> String {
    if changes.is_empty() {
        return ", but ranks below this one; request it in a line".to_string();
    }
    let shown = changes.iter().take(CHANGES).map(|change| {
        let (package, before) = (&change.package, &change.before);
        match &change.after {
            Some(after) => format!("{package} {after} instead of {before}"),
            None => format!("no {package} {before}"),
        }
    });
    let mut shown: Vec<String> = shown.collect();
    let more = changes.len().saturating_sub(CHANGES);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    format!(", with {}", shown.join(", "))
}

/// Returns the lines that conflict with a newer version, and the disputed packages.
fn clash(answer: &Answer, conflict: Option<&Conflict>) -> Vec<String> {
    let untold = || vec!["      through a chain of choices that is too long to show".to_string()];
    let Some(conflict) = conflict else {
        return untold();
    };
    let added = Declared {
        text: NEWER.to_string(),
        kind: DeclaredKind::PipOpaque(None, pep508_rs::MarkerTree::TRUE),
        channels: Vec::new(),
        hashes: Vec::new(),
    };
    let declared = [&answer.declared[..], &[added]].concat();
    let cases = conflict.cases.iter();
    let facts = cases.flat_map(|case| words::facts(case, &declared));
    let facts = facts.map(|fact| {
        let fact = fact.replace(&format!("`{NEWER}` (PyPI)"), NEWER);
        let fact = fact.replace(&format!("{NEWER} asks for"), &format!("{NEWER} is"));
        format!("      {fact}")
    });
    let mut lines: Vec<String> = facts.collect();
    if lines.is_empty() {
        lines = untold();
    }
    let places = conflict.lines.iter();
    let places = places.filter(|line| **line < answer.declared.len());
    let places: Vec<String> = places.map(|line| line_words(answer, *line)).collect();
    if !places.is_empty() {
        lines.push(format!("      held back by {}", places.join(", ")));
    }
    lines
}

fn absent(name: &str, idle: &[Demand]) -> Vec<String> {
    let mut lines = vec![format!(
        "{name} is not in the solution: nothing requires it"
    )];
    lines.extend(idle.iter().filter_map(|demand| {
        let By::Release(by) = &demand.by else {
            return None;
        };
        Some(format!(
            "  {by} requires it only if this holds: `{}`",
            demand.requirement
        ))
    }));
    lines
}

fn unsolvable(
    answer: &Answer,
    name: &str,
    lines: &[usize],
    chains: &[(usize, usize, usize)],
) -> Vec<String> {
    let mut text = vec![format!("no version of {name}: the file has no solution")];
    for &line in lines {
        text.push(format!("  required by {}", line_words(answer, line)));
    }
    for (number, conflict) in answer.conflicts.iter().enumerate() {
        let mut through = chains.iter().filter(|chain| chain.0 == number).peekable();
        if through.peek().is_none() {
            continue;
        }
        let about = conflict.lines.len();
        text.push(format!(
            "  conflict {} of {}, with {about} lines, involves it",
            number + 1,
            answer.conflicts.len()
        ));
        for &(_, case, chain) in through {
            let chain = &conflict.cases[case].chains[chain];
            text.push(format!("    {}", words::chain(chain, &answer.declared)));
        }
    }
    if chains.is_empty() {
        text.push("  no conflict involves it".to_string());
    }
    text.push("run `presolve explain` without --why for the conflicts and fixes".to_string());
    text
}
