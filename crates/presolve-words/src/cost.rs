//! The predicted cost of conda's classic solver, in words.

use presolve_explain::cost::{
    Aim, Cost, Criterion, LineCost, Pass, Phase, Prediction, Remedy, Scope, SpecChange, Verdict,
};
use presolve_target::ChannelPriority;

/// The maximum number of lines and of remedies that are shown.
const SHOWN: usize = 7;

/// Returns the cost as lines of text: the verdict, the lines of the file that reach the most
/// records, further causes, and remedies.
pub fn lines(cost: &Cost) -> Vec<String> {
    let mut text = vec![verdict(cost), range(cost), String::new()];
    text.extend(table(cost));
    text.extend(facts(cost));
    let remedies = remedies(cost);
    if !remedies.is_empty() {
        text.push(String::new());
        text.extend(remedies);
    }
    text
}

/// Returns the verdict in a sentence.
pub fn verdict(cost: &Cost) -> String {
    let Prediction {
        cpu_seconds,
        peak_mb,
        verdict,
        ..
    } = cost.prediction;
    let (time, memory) = (seconds(cpu_seconds), megabytes(peak_mb));
    let memory = if cost.prediction.is_more {
        format!("more than {memory}")
    } else {
        memory
    };
    let limit = seconds(cost.limits.seconds);
    match verdict {
        Verdict::Fine => format!("conda's classic solver takes about {time} and {memory}: fine"),
        Verdict::Slow => format!(
            "conda's classic solver is slow here: about {time} of the {limit} build limit, and {memory}"
        ),
        Verdict::TimesOut => format!(
            "conda's classic solver times out: it takes about {time}, and the build limit is {limit}"
        ),
        Verdict::RunsOutOfMemory => {
            let limit = cost.limits.memory_mb.map(megabytes).unwrap_or_default();
            let about = if cost.prediction.is_more {
                ""
            } else {
                "about "
            };
            format!(
                "conda's classic solver runs out of memory: it needs {about}{memory}, and the limit is {limit}"
            )
        }
    }
}

/// Returns the range that covers two thirds of such runs.
pub fn range(cost: &Cost) -> String {
    let prediction = &cost.prediction;
    let around = |value: f64, factor: f64, show: fn(f64) -> String| {
        format!("{} to {}", show(value / factor), show(value * factor))
    };
    let time = around(prediction.cpu_seconds, prediction.cpu_factor, seconds);
    let memory = around(prediction.peak_mb, prediction.memory_factor, megabytes);
    format!("  about two thirds of such runs take {time}, and {memory}")
}

/// Returns a table of the declared lines that reach the most records, largest first.
fn table(cost: &Cost) -> Vec<String> {
    let mut heaviest: Vec<&LineCost> = cost.lines.iter().collect();
    heaviest.sort_by_key(|line| std::cmp::Reverse(line.reach.records));
    let rows = heaviest.iter().take(SHOWN).map(|line| {
        let reach = line.reach;
        [
            line.text.clone(),
            reach.matching.to_string(),
            reach.records.to_string(),
            reach.names.to_string(),
        ]
    });
    let head = ["line", "records", "reaches", "in packages"].map(String::from);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let mut text = aligned(&rows);
    if cost.lines.len() > SHOWN {
        let more = cost.lines.len() - SHOWN;
        text.push(format!("  and {more} more {}", plural(more, "line")));
    }
    let space = &cost.space;
    text.push(format!(
        "  total: {} records in {} versions of {} packages, with {} dependencies",
        space.records, space.versions, space.names, space.edges
    ));
    text
}

/// Returns further causes of the cost.
pub fn facts(cost: &Cost) -> Vec<String> {
    let mut text = most_expensive(cost);
    let pythons = &cost.space.pythons;
    if let [first, .., last] = pythons.as_slice() {
        let count = pythons.len();
        text.push(format!(
            "  python is open: {count} minor versions, {first} to {last}"
        ));
    }
    let overlap = &cost.space.overlap;
    if overlap.names > 0 {
        let largest: Vec<&str> = (overlap.largest.iter())
            .map(|name| name.name.as_str())
            .take(3)
            .collect();
        let more = if overlap.names > largest.len() {
            ", …"
        } else {
            ""
        };
        text.push(format!(
            "  {} {} in several channels: {} more records ({}{more}), priority {}",
            overlap.names,
            if overlap.names == 1 {
                "package is"
            } else {
                "packages are"
            },
            overlap.added_records,
            largest.join(", "),
            priority(cost.channel_priority),
        ));
    }
    text.push(match cost.features.distance {
        None => format!(
            "  there is no solution: conda then searches for the conflict in all {} records, regardless of version",
            cost.features.unpruned
        ),
        Some(0) => "  every package is available in its newest build".to_string(),
        Some(distance) => format!(
            "  the solution is {distance} {} from the newest version of everything; conda must prove that no closer one exists",
            plural(distance, "step")
        ),
    });
    text.push(if cost.satisfiable {
        "  libmamba, the default solver since conda 23.10, has no such objectives and diagrams"
            .to_owned()
    } else {
        "  libmamba, the default solver since conda 23.10, refuses the file, too".to_owned()
    });
    text
}

/// The number of lines that are named for an objective.
const NAMED: usize = 3;

/// Returns the phase that takes most of the time, and the lines that make it so.
fn most_expensive(cost: &Cost) -> Vec<String> {
    let mut phases = cost.phases.iter();
    let Some(first) = phases.next() else {
        return Vec::new();
    };
    let worst = phases.fold(first, |worst, phase| {
        if phase.seconds > worst.seconds {
            phase
        } else {
            worst
        }
    });
    let time = seconds(worst.seconds);
    let passes = cost.passes.iter();
    let heaviest = passes.max_by_key(|pass| pass.nodes);
    match (worst.phase, heaviest) {
        (Phase::Minimise, Some(pass)) if pass.nodes > 0 => minimising(cost, pass, &time),
        (phase, _) => vec![format!(
            "  most of the time, about {time}: {}",
            doing(phase)
        )],
    }
}

/// What conda does in a phase.
fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Load => "conda reads the channels",
        Phase::Reduce => "conda prunes the index",
        Phase::Clauses => "conda makes clauses of the records",
        Phase::Minimise => "conda minimises its objectives",
        Phase::Conflicts => "conda looks for the reasons of the conflict",
    }
}

fn minimising(cost: &Cost, pass: &Pass, time: &str) -> Vec<String> {
    let more = if pass.is_more { "more than " } else { "" };
    let mut text = vec![
        format!("  most of the time, about {time}: conda minimises its objectives"),
        format!(
            "  the largest objective is {}: {} records; its decision diagrams have {more}{} nodes",
            objective(pass.aim),
            pass.terms,
            pass.nodes,
        ),
    ];
    let contributing = cost.lines.iter().filter_map(|line| {
        let contribution = line.contributes?;
        Some((contribution, line))
    });
    let mut contributing: Vec<_> = contributing.collect();
    contributing.sort_by_key(|(contribution, _)| std::cmp::Reverse(contribution.records));
    text.extend(contributing.iter().take(NAMED).map(|(contribution, line)| {
        format!(
            "  `{}` contributes {} records of {} {} to it",
            line.text,
            contribution.records,
            contribution.names,
            plural(contribution.names, "package")
        )
    }));
    text
}

/// Names an objective.
fn objective(aim: Aim) -> String {
    let (scope, criterion) = match aim {
        Aim::Packages => return "the number of packages".to_owned(),
        Aim::Steps(scope, criterion) => (scope, criterion),
    };
    let what = match criterion {
        Criterion::Channel => "channels",
        Criterion::Version => "versions",
        Criterion::BuildNumber => "build numbers",
        Criterion::Architecture => "architectures",
        Criterion::Timestamp => "timestamps",
    };
    let of = match scope {
        Scope::Requested => "the packages that the lines name",
        Scope::Others => "the other packages",
        Scope::All => "all packages",
    };
    format!("the {what} of {of}")
}

fn remedies(cost: &Cost) -> Vec<String> {
    let mut text = Vec::new();
    if !cost.satisfiable {
        text.push("fix the conflict first; the prediction will change".to_string());
    }
    if cost.remedies.is_empty() {
        if cost.satisfiable && cost.complete && cost.prediction.verdict != Verdict::Fine {
            text.push("no single-line change makes it much cheaper".to_string());
        }
    } else {
        text.push("what would help, each predicted separately:".to_string());
        let rows: Vec<[String; 4]> = (cost.remedies.iter().take(SHOWN))
            .map(|remedy| row(cost, remedy))
            .collect();
        text.extend(aligned(&rows));
    }
    if !cost.complete {
        text.push("  the time for trying changes is up; there may be better ones".to_string());
    }
    text
}

fn row(cost: &Cost, remedy: &Remedy) -> [String; 4] {
    let prediction = &remedy.prediction;
    let mut what = change(cost, &remedy.change);
    if !remedy.keeps_solution {
        what += " (if that can be solved)";
    }
    [
        what,
        seconds(prediction.cpu_seconds),
        megabytes(prediction.peak_mb),
        short(prediction.verdict).to_string(),
    ]
}

/// Describes the change of a remedy.
pub fn change(cost: &Cost, change: &SpecChange) -> String {
    let text = |place: usize| {
        let line = cost.lines.iter().find(|line| line.declared == place);
        line.map_or("a line", |line| line.text.as_str())
    };
    match change {
        SpecChange::PinFile => "pin the whole file: presolve pin".to_string(),
        SpecChange::PinPython { line: None, to } => format!("add `{to}`"),
        SpecChange::PinPython {
            line: Some(line),
            to,
        }
        | SpecChange::PinLine { line, to } => {
            format!("write `{to}` for `{}`", text(*line))
        }
        SpecChange::DropLine { line, provided_by } => {
            let first = provided_by
                .first()
                .map_or("another line", |&line| text(line));
            format!("drop `{}`: `{first}` requires it anyway", text(*line))
        }
        SpecChange::StrictPriority { names, ruled_out } => {
            format!("channel_priority strict: rules out {ruled_out} records of {names} packages")
        }
        SpecChange::SplitLine { line, alone } => format!(
            "move `{}` into an environment of its own ({})",
            text(*line),
            seconds(alone.cpu_seconds)
        ),
    }
}

/// Returns the verdict in one or two words.
pub fn short(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fine => "fine",
        Verdict::Slow => "slow",
        Verdict::TimesOut => "times out",
        Verdict::RunsOutOfMemory => "runs out of memory",
    }
}

fn priority(priority: ChannelPriority) -> &'static str {
    match priority {
        ChannelPriority::Strict => "strict",
        ChannelPriority::Flexible => "flexible",
        ChannelPriority::Disabled => "disabled",
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        word.to_string()
    } else {
        format!("{word}s")
    }
}

/// Aligns columns: the first to the left, numbers to the right, separated by two spaces.
fn aligned(rows: &[[String; 4]]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let [first, second, third] = [width(0), width(1), width(2)];
    let row = |[a, b, c, d]: &[String; 4]| {
        let fourth = if d.starts_with(|c: char| c.is_ascii_digit()) || d == "in packages" {
            format!("{d:>11}")
        } else {
            d.clone()
        };
        format!("  {a:<first$}  {b:>second$}  {c:>third$}  {fourth}")
    };
    rows.iter().map(row).collect()
}

/// Formats a time with two significant digits, the precision of a prediction.
pub fn seconds(value: f64) -> String {
    match value {
        ..90.0 => format!("{} s", digits(value)),
        ..5400.0 => format!("{} min", digits(value / 60.0)),
        _ => format!("{} h", digits(value / 3600.0)),
    }
}

/// Like [`seconds`], for memory.
pub fn megabytes(value: f64) -> String {
    if value < 950.0 {
        format!("{} MB", digits(value))
    } else {
        format!("{} GB", digits(value / 1000.0))
    }
}

fn digits(value: f64) -> String {
    match value {
        ..9.95 => format!("{value:.1}").trim_end_matches(".0").to_string(),
        ..99.5 => format!("{value:.0}"),
        _ => format!("{:.0}", (value / 10.0).round() * 10.0),
    }
}
