//! Channels in a few lines, and what both solvers take from them.
//!
//! ```text
//! one/linux-64 a 1.0 h0_0 : b >=1 ; c {"constrains": ["d <2"]}
//! ```
//! is a record of the channel `one`, with what it depends on and other fields.

use presolve::{packages::conda::SubdirRecords, target::ChannelPriority};
use rattler_conda_types::{GenericVirtualPackage, RepoDataRecord};
use serde_json::{Value, json};

use super::{Answer, Task};

/// All ways in which the order of channels may bind.
pub(super) const PRIORITIES: [ChannelPriority; 3] = [
    ChannelPriority::Strict,
    ChannelPriority::Flexible,
    ChannelPriority::Disabled,
];

/// The records of channels, a subdir for each place in the order of the lines.
pub(super) fn channels(text: &str) -> Vec<SubdirRecords> {
    let mut places: Vec<&str> = Vec::new();
    let mut subdirs: Vec<SubdirRecords> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let place = line.split(' ').next().unwrap();
        let at = places.iter().position(|known| *known == place);
        let at = at.unwrap_or_else(|| {
            places.push(place);
            subdirs.push(SubdirRecords {
                records: Vec::new(),
            });
            places.len() - 1
        });
        subdirs[at].records.push(record(line).into());
    }
    subdirs
}

fn record(line: &str) -> RepoDataRecord {
    let (line, fields) = match line.split_once(" {") {
        Some((line, fields)) => (line, format!("{{{fields}")),
        None => (line, "{}".to_string()),
    };
    let (head, depends) = line.split_once(" :").unwrap_or((line, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let [place, name, version, build] = words[..] else {
        panic!("`{line}` is no record");
    };
    let (channel, subdir) = place.split_once('/').unwrap();
    let number: u64 = build.rsplit('_').next().unwrap().parse().unwrap_or(0);
    let depends: Vec<&str> = depends
        .split(';')
        .map(str::trim)
        .filter(|d| !d.is_empty())
        .collect();
    let mut record = json!({
        "name": name, "version": version, "build": build, "build_number": number,
        "depends": depends, "subdir": subdir,
        "noarch": if subdir == "noarch" { json!("python") } else { Value::Null },
        "channel": format!("https://conda.anaconda.org/{channel}/"),
    });
    let more: Value = serde_json::from_str(&fields).unwrap();
    record
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    if record.get("fn").is_none() {
        record["fn"] = format!("{name}-{version}-{build}.conda").into();
    }
    let file = record["fn"].as_str().unwrap();
    record["url"] = format!("https://conda.anaconda.org/{place}/{file}").into();
    serde_json::from_value(record).unwrap()
}

/// `name=version=build`, or `name` and `version` alone.
pub(super) fn virtual_package(text: &str) -> GenericVirtualPackage {
    let mut parts = text.split('=');
    GenericVirtualPackage {
        name: parts.next().unwrap().parse().unwrap(),
        version: parts.next().unwrap_or("0").parse().unwrap(),
        build_string: parts.next().unwrap_or("0").parse().unwrap(),
    }
}

/// The task of a machine with glibc 2.28 and no GPU.
pub(super) fn task(text: &str, specs: &[&str]) -> Task {
    Task {
        subdirs: channels(text),
        virtual_packages: ["__unix", "__glibc=2.28"].map(virtual_package).to_vec(),
        specs: specs.iter().map(ToString::to_string).collect(),
        priority: ChannelPriority::Strict,
        exclude_newer: None,
    }
}

/// What both solvers take: records as `name-version-build`, with `channel::` if
/// it is not `one`; panics where they differ.
pub(super) fn taken(task: &Task) -> String {
    if let Err(difference) = task.compare() {
        panic!("{:?} {:?}\n{difference}", task.specs, task.priority);
    }
    text(&task.presolve())
}

pub(super) fn text(answer: &Answer) -> String {
    let Answer::Records(records, extras) = answer else {
        return format!("{answer:?}").to_lowercase();
    };
    let records = records.iter().map(|record| {
        let file = record.identifier.to_string();
        let stem = file.trim_end_matches(".conda");
        let channel = record.channel.as_deref().unwrap().trim_end_matches('/');
        match channel.rsplit('/').next().unwrap() {
            "one" => stem.to_string(),
            channel => format!("{channel}::{stem}"),
        }
    });
    let extras = extras
        .iter()
        .map(|(name, extra)| format!("{name}[{extra}]"));
    records.chain(extras).collect::<Vec<_>>().join(" ")
}

/// Asserts what both solvers take, whatever the channel priority.
#[track_caller]
pub(super) fn takes(text: &str, specs: &[&str], expected: &str) {
    takes_by_priority(text, specs, [expected; 3]);
}

/// Asserts what both solvers take under strict, flexible and no channel priority.
#[track_caller]
pub(super) fn takes_by_priority(text: &str, specs: &[&str], expected: [&str; 3]) {
    let mut task = task(text, specs);
    for (priority, expected) in PRIORITIES.into_iter().zip(expected) {
        task.priority = priority;
        assert_eq!(taken(&task), expected, "{specs:?} {priority:?}");
    }
}
