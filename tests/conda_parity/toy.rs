//! Random toy channels with everything that repodata can have.

use std::collections::BTreeMap;

use presolve::{packages::conda::SubdirRecords, target::ChannelPriority};
use rattler_conda_types::{GenericVirtualPackage, RepoDataRecord};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Task;
use crate::random::{Random, number};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const VERSIONS: [&str; 6] = ["1.0", "1", "1.1", "2.0a1", "2.0", "2.0.1"];
const DAY: i64 = 86_400_000;

#[test]
fn toy_channels_give_rattlers_records() {
    let count = number("PRESOLVE_FUZZ").map_or(600, |count| 50 * count);
    let mut verdicts: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..count {
        let task = task(&mut Random(seed));
        match task.compare() {
            Ok(verdict) => *verdicts.entry(verdict).or_default() += 1,
            Err(difference) => fail(seed, task, difference),
        }
    }
    println!("{count} toy channels: {verdicts:?}");
}

/// Takes records and specs away as long as the answers differ.
fn fail(seed: u64, mut task: Task, mut difference: String) -> ! {
    let smaller = |task: &Task, place: usize| {
        let mut place = place;
        let mut subdirs = task.subdirs.clone();
        let mut specs = task.specs.clone();
        let taken = subdirs.iter_mut().any(|subdir| {
            let here = place < subdir.records.len();
            if here {
                subdir.records.remove(place);
            } else {
                place -= subdir.records.len();
            }
            here
        });
        if !taken {
            specs.remove(place);
        }
        Task {
            subdirs,
            specs,
            virtual_packages: task.virtual_packages.clone(),
            ..*task
        }
    };
    loop {
        let count = task
            .subdirs
            .iter()
            .map(|subdir| subdir.records.len())
            .sum::<usize>();
        let mut all = (0..count + task.specs.len()).map(|place| smaller(&task, place));
        match all.find_map(|task| task.compare().err().map(|difference| (task, difference))) {
            Some(found) => (task, difference) = found,
            None => break,
        }
    }
    let records = task.subdirs.iter().flat_map(|subdir| subdir.iter());
    let records: Vec<_> = records.map(|r| serde_json::to_string(r).unwrap()).collect();
    panic!(
        "seed {seed}: {difference}\n{:?} {:?} newer {:?}\n{}",
        task.specs,
        task.priority,
        task.exclude_newer,
        records.join("\n")
    );
}

/// A toy channel and what is asked of it.
pub(super) fn task(random: &mut Random) -> Task {
    let mut subdirs = Vec::new();
    let conditions = random.percent(30);
    for channel in ["one", "two"].into_iter().take(1 + random.below(2)) {
        for subdir in ["linux-64", "noarch"] {
            let mut records: Vec<RepoDataRecord> = Vec::new();
            for name in NAMES {
                for _ in 0..random.below(6) {
                    add(random, &mut records, (channel, subdir, name), conditions);
                }
            }
            subdirs.push(SubdirRecords::from_iter(records));
        }
    }
    let priority = [
        ChannelPriority::Strict,
        ChannelPriority::Flexible,
        ChannelPriority::Disabled,
    ];
    let virtual_package = |name: &str, version: &str| GenericVirtualPackage {
        name: name.parse().unwrap(),
        version: version.parse().unwrap(),
        build_string: "0".parse().unwrap(),
    };
    Task {
        subdirs,
        virtual_packages: vec![
            virtual_package("__unix", "0"),
            virtual_package("__glibc", "2.28"),
        ],
        specs: (0..1 + random.below(4))
            .map(|_| declared(random, conditions))
            .collect(),
        priority: *random.of(&priority),
        exclude_newer: random
            .percent(25)
            .then(|| jiff::Timestamp::from_millisecond(random.below(6) as i64 * DAY).unwrap()),
    }
}

fn add(
    random: &mut Random,
    records: &mut Vec<RepoDataRecord>,
    (channel, subdir, name): (&str, &str, &str),
    conditions: bool,
) {
    let version = *random.of(&VERSIONS);
    let number = random.below(3);
    let build = format!("{}_{number}", random.of(&["h0", "h1", "py"]));
    let extension = *random.of(&["conda", "conda", "tar.bz2"]);
    let depends: Vec<String> = (0..random.below(3))
        .map(|_| depend(random, conditions))
        .collect();
    let mut constrains: Vec<String> = (0..random.below(2)).map(|_| spec(random)).collect();
    // resolvo panics where a record constrains its own name, and rattler lets it.
    constrains.retain(|spec| !spec.starts_with(name));
    let mut extra_depends = serde_json::Map::new();
    if conditions && random.percent(30) {
        extra_depends.insert("x".to_string(), json!([depend(random, false)]));
    }
    let noarch = if subdir == "noarch" {
        json!("generic")
    } else {
        json!(null)
    };
    let timestamp = if random.percent(80) {
        json!(random.below(6) as i64 * DAY + DAY / 2)
    } else {
        json!(null)
    };
    let filename = format!("{name}-{version}-{build}.{extension}");
    // Twins may differ in the archive type only.
    let known = records
        .iter()
        .any(|record| record.identifier.to_string() == filename);
    if known && random.percent(99) {
        return;
    }
    let sha256 = Sha256::digest(format!("{channel}/{subdir}/{filename}"));
    let record = json!({
        "name": name, "version": version, "build": build, "build_number": number,
        "depends": depends, "constrains": constrains, "extra_depends": extra_depends,
        "track_features": if random.percent(12) { name } else { "" },
        "subdir": subdir, "noarch": noarch, "timestamp": timestamp, "fn": filename,
        "url": format!("https://example.com/{channel}/{subdir}/{filename}"),
        "channel": format!("https://example.com/{channel}/"),
        "sha256": hex::encode(sha256),
    });
    records.push(serde_json::from_value(record).unwrap());
}

fn spec(random: &mut Random) -> String {
    let (name, version) = (*random.of(&NAMES), *random.of(&VERSIONS));
    match random.below(9) {
        0..4 => name.to_string(),
        4 => format!("{name} >={version}"),
        5 => format!("{name} <{version}"),
        6 => format!("{name} {version}.*"),
        7 => format!("{name} !={version}"),
        _ => format!("{name} * {}*", random.of(&["h0", "h1", "py"])),
    }
}

fn depend(random: &mut Random, conditions: bool) -> String {
    match random.below(40) {
        0 => "__glibc >=2.17".to_string(),
        1 => "__glibc >=2.30".to_string(),
        2 => "__cuda".to_string(),
        3 => "a >=>broken".to_string(),
        4 => "nothing-has-it".to_string(),
        5..12 if conditions => {
            let (name, when) = (*random.of(&NAMES), spec(random));
            format!("{name}[when=\"{when}\"]")
        }
        12..15 if conditions => format!("{}[extras=[x]]", random.of(&NAMES)),
        _ => spec(random),
    }
}

fn declared(random: &mut Random, conditions: bool) -> String {
    match random.below(12) {
        // Of two channels for a package rattler takes the first, presolve none.
        0 => format!(
            "https://example.com/{}",
            random.of(&["one::a", "two::b", "one::c", "two::d"])
        ),
        1 if conditions => format!("{}[extras=[x]]", random.of(&NAMES)),
        _ => spec(random),
    }
}
