//! The matrix: `docs/faults.md` says what is expected, row by row, and this runs it.

use std::{
    fmt::Write,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    cell::{Cell, Command, Outcome, Setup},
    content,
    expect::Expect,
    fault::{FAULTS, Fault},
    server::Armed,
    site::{Channel, Form, Host, Page, Wheel},
};

/// Most cells wait most of the time.
const AT_A_TIME: usize = 24;
/// Cells that move gigabytes.
const LARGE_AT_A_TIME: usize = 3;

/// A table of the docs: its heading, the names of its columns, and its rows.
struct Table {
    heading: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn docs() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    std::fs::read_to_string(path).expect("readable")
}

fn tables(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut heading = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(text) = line.strip_prefix("## ") {
            heading = text.to_owned();
        } else if line.starts_with('|') {
            let mut rows = vec![entries(line)];
            while let Some(line) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(entries(line));
            }
            let columns = rows.remove(0);
            assert!(
                rows[0].iter().all(|entry| entry.starts_with("--")),
                "{heading}"
            );
            rows.remove(0);
            assert!(
                rows.iter().all(|row| row.len() == columns.len()),
                "{heading}: a row has not all columns"
            );
            tables.push(Table {
                heading: heading.clone(),
                columns,
                rows,
            });
        }
    }
    tables
}

fn entries(line: &str) -> Vec<String> {
    let inner = line.trim().trim_matches('|').split('|');
    inner.map(|entry| entry.trim().to_owned()).collect()
}

const PLAIN: Form = Form {
    channel: Channel::Json,
    page: Page::Json,
    wheel: Wheel::Metadata,
};

/// What a column of the first table breaks: its form, what it aims at, and what an error
/// has to name.
type Target = (Form, fn(Host, &str) -> bool, &'static [&'static str]);

fn target(column: &str) -> Target {
    let channel = |channel| Form { channel, ..PLAIN };
    let wheel = |wheel| Form { wheel, ..PLAIN };
    match column {
        "`repodata.json`" => (
            PLAIN,
            |host, path| host == Host::Channel && path.ends_with("/repodata.json"),
            &["Channel"],
        ),
        "`repodata.json.zst`" => (
            channel(Channel::Zst),
            |host, path| host == Host::Channel && path.ends_with(".json.zst"),
            &["Channel"],
        ),
        "index of shards" => (
            channel(Channel::Shards),
            |host, path| host == Host::Channel && path.ends_with("repodata_shards.msgpack.zst"),
            &["Channel"],
        ),
        "shard" => (
            channel(Channel::Shards),
            |host, _| host == Host::Shards,
            &["Shards", "Channel"],
        ),
        "page (JSON)" => (PLAIN, |host, _| host == Host::Index, &["Index", "tomlish"]),
        "page (HTML)" => (
            Form {
                page: Page::Html,
                ..PLAIN
            },
            |host, _| host == Host::Index,
            &["Index", "tomlish"],
        ),
        "`.metadata`" => (
            PLAIN,
            |host, path| host == Host::Files && path.ends_with(".metadata"),
            &["Files", "tomlish"],
        ),
        "wheel, by ranges" => (wheel(Wheel::Ranges), newest_wheel, &["Files", "tomlish"]),
        "wheel, whole" => (wheel(Wheel::Whole), newest_wheel, &["Files", "tomlish"]),
        "name mapping" => (PLAIN, |host, _| host == Host::Mapping, &["Mapping"]),
        "advisories" => (
            PLAIN,
            |host, path| host == Host::Index && path.starts_with("/pypi/"),
            &["Index", "tomlish"],
        ),
        "everything" => (
            PLAIN,
            |_, _| true,
            &["Channel", "Index", "Files", "Mapping", "tomlish"],
        ),
        other => panic!("the docs have a column `{other}` that no test knows"),
    }
}

fn newest_wheel(host: Host, path: &str) -> bool {
    host == Host::Files && path.ends_with("-1.2.0-py3-none-any.whl")
}

/// The cells of the docs that can be run here.
fn cells(tables: &[Table]) -> Vec<(usize, usize, usize, Cell)> {
    let mut cells = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        for (row_number, row) in table.rows.iter().enumerate() {
            for (column_number, column) in table.columns.iter().enumerate() {
                let Some(cell) = cell(table, row, column, column_number) else {
                    continue;
                };
                cells.push((number, row_number, column_number, cell));
            }
        }
    }
    cells
}

/// The cell of an entry; none for names and dashes.
fn cell(table: &Table, row: &[String], column: &str, number: usize) -> Option<Cell> {
    let names = match table.heading.as_str() {
        "The network" | "The commands" => 2,
        "What a channel holds" | "What a page holds" | "Bombs" => 1,
        _ => return None,
    };
    if number < names {
        return None;
    }
    let (setup, subjects) = match table.heading.as_str() {
        "The network" => network(&row[0], &row[1], column),
        "The commands" => commands(&row[0], &row[1], column),
        "What a channel holds" => channel(&row[0], column),
        "What a page holds" => page(&row[0]),
        _ => bomb(&row[0]),
    };
    Some(Cell {
        name: format!("{}, {column}", row[..names].join(", ")),
        setup,
        expect: Expect::parse(&row[number])?,
        subjects: subjects.to_vec(),
    })
}

type Known = (Setup, &'static [&'static str]);

fn network(fault: &str, requests: &str, column: &str) -> Known {
    let (form, is_target, subjects) = target(column);
    let armed = Armed {
        fault: Fault::named(fault).unwrap_or_else(|| panic!("no test plays `{fault}`")),
        is_target,
        left: match requests {
            "one" => Some(1),
            "two" => Some(2),
            "all" | "all, fresh" | "all, warm" => None,
            other => panic!("no test breaks `{other}` requests"),
        },
    };
    let setup = Setup {
        form,
        edit: None,
        armed: Some(armed),
        fresh: requests.ends_with("fresh"),
        warm: requests.ends_with("warm"),
        command: Command::Pin,
    };
    (setup, subjects)
}

fn commands(fault: &str, resource: &str, column: &str) -> Known {
    let (setup, subjects) = network(fault, "all", resource);
    let command = match column {
        "`check`, one needs it" => Command::Check,
        "`check`, both need it" => Command::CheckBoth,
        "`explain`" => Command::Explain,
        other => panic!("no test runs `{other}`"),
    };
    (Setup { command, ..setup }, subjects)
}

fn healthy(form: Form) -> Setup {
    Setup {
        form,
        edit: None,
        armed: None,
        fresh: false,
        warm: false,
        command: Command::Pin,
    }
}

fn channel(name: &str, column: &str) -> Known {
    let known = content::CHANNELS.iter().find(|(known, _)| *known == name);
    let (_, edit) = known.unwrap_or_else(|| panic!("no test plays a channel with `{name}`"));
    let channel = match column {
        "`repodata.json`" => Channel::Json,
        "`repodata.json.zst`" => Channel::Zst,
        "shards" => Channel::Shards,
        other => panic!("no test has a channel as `{other}`"),
    };
    let setup = Setup {
        edit: Some(*edit),
        ..healthy(Form { channel, ..PLAIN })
    };
    (setup, &["Channel", "Shards", "alpha", "python"])
}

fn page(name: &str) -> Known {
    let known = content::PAGES.iter().find(|(known, ..)| *known == name);
    let (_, page, edit) = known.unwrap_or_else(|| panic!("no test plays a page with `{name}`"));
    let form = Form {
        page: *page,
        wheel: Wheel::Whole,
        ..PLAIN
    };
    let setup = Setup {
        edit: Some(*edit),
        ..healthy(form)
    };
    (setup, &["Index", "tomlish"])
}

fn bomb(name: &str) -> Known {
    let known = content::BOMBS.iter().find(|(known, ..)| *known == name);
    let (_, channel, edit) = known.unwrap_or_else(|| panic!("no test plays the bomb `{name}`"));
    let form = Form {
        channel: *channel,
        wheel: Wheel::Whole,
        ..PLAIN
    };
    let setup = Setup {
        edit: Some(*edit),
        ..healthy(form)
    };
    (setup, &["Channel", "Shards", "Files", "Index"])
}

/// Whether a cell moves gigabytes.
fn is_large(cell: &Cell) -> bool {
    match cell.setup.armed {
        Some(armed) => armed.fault.is_large(),
        None => content::BOMBS
            .iter()
            .any(|(name, ..)| cell.name.starts_with(name)),
    }
}

/// Whether a cell is left out unless all are asked for.
fn is_slow(cell: &Cell) -> bool {
    let fault = cell.setup.armed.map(|armed| armed.fault);
    fault.is_some_and(|fault| fault.is_large() || fault == Fault::Drip)
}

/// Runs cells, several at a time, and gives what happened in their order.
fn run_all(cells: &[&Cell]) -> Vec<Outcome> {
    let numbered = cells.iter().copied().enumerate();
    let (large, others): (Vec<_>, Vec<_>) = numbered.partition(|(_, cell)| is_large(cell));
    let mut outcomes = run_some(&others, AT_A_TIME);
    outcomes.extend(run_some(&large, LARGE_AT_A_TIME));
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn run_some(cells: &[(usize, &Cell)], at_a_time: usize) -> Vec<(usize, Outcome)> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_a_time.min(cells.len()) {
            scope.spawn(|| {
                while let Some((number, cell)) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = cell.run();
                    outcomes.lock().expect("whole").push((*number, outcome));
                }
            });
        }
    });
    outcomes.into_inner().expect("whole")
}

/// `PRESOLVE_FAULTS=all` runs the slow cells too; `table` prints what was seen besides, as
/// the tables of the docs. `PRESOLVE_FAULTS_ONLY` runs the cells whose names hold it.
#[test]
fn every_fault_ends_as_the_docs_say() {
    let mode = std::env::var("PRESOLVE_FAULTS").unwrap_or_default();
    let only = std::env::var("PRESOLVE_FAULTS_ONLY").unwrap_or_default();
    let tables = tables(&docs());
    let mut chosen = cells(&tables);
    let all = mode == "all" || mode == "table";
    chosen.retain(|(.., cell)| cell.name.contains(&only) && (all || !is_slow(cell)));
    let cells: Vec<&Cell> = chosen.iter().map(|(.., cell)| cell).collect();
    let outcomes = run_all(&cells);
    let mut failures = String::new();
    for (cell, outcome) in cells.iter().zip(&outcomes) {
        if !outcome.complaints.is_empty() {
            let _ = writeln!(failures, "{}: {}", cell.name, outcome.complaints.join("; "));
        }
    }
    if mode == "table" {
        println!("{}", observed(&tables, &chosen, &outcomes));
    }
    let failed = failures.lines().count();
    assert!(
        failed == 0,
        "{failed} of {} cells:\n{failures}",
        cells.len()
    );
}

/// The tables with what was seen; what is not as the docs say is struck out, with reasons
/// below the table.
fn observed(
    tables: &[Table],
    cells: &[(usize, usize, usize, Cell)],
    outcomes: &[Outcome],
) -> String {
    let mut text = String::new();
    for (number, table) in tables.iter().enumerate() {
        let mut rows = table.rows.clone();
        let mut reasons = String::new();
        for ((of_table, row, column, cell), outcome) in cells.iter().zip(outcomes) {
            if *of_table != number {
                continue;
            }
            let mut entry = outcome.seen.to_string();
            if !outcome.complaints.is_empty() {
                entry = format!("**{entry}** ✗");
                let time = outcome.ended.time.as_secs();
                let _ = writeln!(
                    reasons,
                    "- {} ({time} s): {}",
                    cell.name,
                    outcome.complaints.join("; ")
                );
            }
            rows[*row][*column] = entry;
        }
        let _ = writeln!(
            text,
            "## {}\n\n| {} |",
            table.heading,
            table.columns.join(" | ")
        );
        let _ = writeln!(text, "|{}", "---|".repeat(table.columns.len()));
        for row in rows {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
        let _ = writeln!(text, "\n{reasons}");
    }
    text
}

#[test]
fn every_fault_that_can_be_played_stands_in_the_docs() {
    let docs = docs();
    let names = FAULTS.iter().map(|(name, _)| *name);
    let channels = content::CHANNELS.iter().map(|(name, _)| *name);
    let pages = content::PAGES.iter().map(|(name, ..)| *name);
    let bombs = content::BOMBS.iter().map(|(name, ..)| *name);
    for name in names.chain(channels).chain(pages).chain(bombs) {
        assert!(docs.contains(&format!("| {name} |")), "`{name}`");
    }
}

/// A cell that holds however presolve ends would prove nothing.
#[test]
fn healthy_servers_give_the_right_answer_in_every_form() {
    let channels = [Channel::Json, Channel::Zst, Channel::Shards];
    let wheels = [Wheel::Metadata, Wheel::Ranges, Wheel::Whole];
    let forms = channels.iter().zip(wheels).flat_map(|(&channel, wheel)| {
        [Page::Json, Page::Html].map(|page| Form {
            channel,
            page,
            wheel,
        })
    });
    for form in forms {
        let cell = Cell {
            name: String::new(),
            setup: healthy(form),
            expect: Expect::parse("0").expect("no dash"),
            subjects: Vec::new(),
        };
        let outcome = cell.run();
        assert!(
            outcome.complaints.is_empty(),
            "{form:?}: {:?}\n{:?}",
            outcome.complaints,
            outcome.ended
        );
    }
}
