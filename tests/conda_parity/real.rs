//! Real channels and real files, where they are at hand.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use presolve::{
    files::Fence, packages::conda::SubdirRecords, source::SourceFile, spec::environment,
    target::ChannelPriority,
};
use rattler_conda_types::{Channel, ChannelConfig, PackageName, RepoData, RepoDataRecord};

use super::{
    Answer, Task,
    channels::{PRIORITIES, virtual_package},
    declared,
    draw::Draw,
};
use crate::random::{Random, number};

/// The channels of ../shared/channels that stand for those of real files.
const CHANNELS: [&str; 6] = [
    "conda-forge",
    "pkgs/main",
    "pkgs/r",
    "pytorch",
    "nvidia",
    "bioconda",
];

static WORLD: LazyLock<Option<World>> = LazyLock::new(World::load);

/// All records of the channels.
pub(super) struct World {
    channels: Vec<(String, Vec<SubdirRecords>)>,
    /// The places of the records of each name, by channel.
    places: Vec<HashMap<String, Vec<(usize, usize)>>>,
}

#[test]
fn real_specs_give_rattlers_records() {
    let Some(world) = world() else { return };
    let draw = Draw::new(world);
    let first = number("PRESOLVE_SEED").unwrap_or(0);
    let count = number("PRESOLVE_FUZZ").unwrap_or(6);
    let mut counts = Counts::default();
    for seed in first..first + count {
        let (style, task) = draw.task(&mut Random(seed));
        counts.add(&format!("seed {seed} {style}"), style, &task);
    }
    counts.finish("random specs");
}

#[test]
fn real_files_give_rattlers_records() {
    let Some(world) = world() else { return };
    let folder = shared().join("specs");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let mut counts = Counts::default();
    let limit = number("PRESOLVE_FUZZ").map_or(2, |_| usize::MAX);
    let mut judged = 0;
    for file in files {
        let Some((listed, specs)) = conda_only(&file, world) else {
            continue;
        };
        if judged == limit {
            break;
        }
        judged += 1;
        for priority in PRIORITIES {
            let mut task = world.task(&listed, specs.clone());
            task.priority = priority;
            let name = file.file_name().unwrap().to_string_lossy();
            counts.add(&format!("{name} {priority:?}"), "file", &task);
        }
    }
    counts.finish("conda-only files in three modes");
}

/// Shows how long both solvers take: `PRESOLVE_TIMES=20` for that many specs.
#[test]
fn times_beside_rattlers() {
    let (Some(count), Some(world)) = (number("PRESOLVE_TIMES"), world()) else {
        return;
    };
    let draw = Draw::new(world);
    let mut ratios = Vec::new();
    let mut sums = (Duration::ZERO, Duration::ZERO);
    for seed in 0..count {
        let (_, task) = draw.task(&mut Random(seed));
        // Of an unsolvable spec presolve looks for the culprits, rattler does not.
        if !matches!(task.presolve(), Answer::Records(..)) {
            continue;
        }
        let presolve = median(|| drop(task.presolve()));
        let rattler = median(|| drop(task.rattler()));
        println!("{presolve:>10.1?} {rattler:>10.1?} {:?}", task.specs);
        ratios.push(presolve.as_secs_f64() / rattler.as_secs_f64());
        sums = (sums.0 + presolve, sums.1 + rattler);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "presolve {:?}, rattler {:?}, median ratio {:.2}",
        sums.0,
        sums.1,
        ratios[ratios.len() / 2]
    );
}

fn median(run: impl Fn()) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[2]
}

/// The verdicts by kind of task, and every difference.
#[derive(Default)]
struct Counts {
    verdicts: BTreeMap<(String, &'static str), u32>,
    differences: Vec<String>,
}

impl Counts {
    fn add(&mut self, name: &str, style: &str, task: &Task) {
        let start = Instant::now();
        let verdict = task.compare();
        println!("{name}: {:.1} s", start.elapsed().as_secs_f64());
        match verdict {
            Ok(verdict) => {
                *self
                    .verdicts
                    .entry((style.to_string(), verdict))
                    .or_default() += 1
            }
            Err(difference) => {
                let specs = &task.specs;
                let difference = format!("{name} {:?} {specs:?}\n{difference}", task.priority);
                println!("{difference}");
                self.differences.push(difference);
            }
        }
    }

    fn finish(self, what: &str) {
        let mut all: BTreeMap<&str, u32> = BTreeMap::new();
        for ((style, verdict), count) in &self.verdicts {
            println!("{what}: {style} {verdict}: {count}");
            *all.entry(verdict).or_default() += count;
        }
        println!("{what}: {all:?}, different: {}", self.differences.len());
        assert!(
            self.differences.is_empty(),
            "{}",
            self.differences.join("\n")
        );
    }
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")
}

fn world() -> Option<&'static World> {
    if WORLD.is_none() {
        println!("skipped: ../shared/channels is absent");
    }
    WORLD.as_ref()
}

/// The channels and the specs of a file without a pip list, as far as the channels
/// at hand have them.
fn conda_only(file: &Path, world: &World) -> Option<(Vec<String>, Vec<String>)> {
    let environment = SourceFile::read(file, &Fence::none())
        .and_then(environment::read)
        .ok()?;
    if !environment.pip.requirements.is_empty() {
        return None;
    }
    let mut listed: Vec<String> = Vec::new();
    let mut names: Vec<&str> = environment
        .channels
        .iter()
        .map(|c| c.value.as_str())
        .collect();
    if !names.contains(&"nodefaults") {
        names.push("defaults");
    }
    for name in names {
        let members = match name {
            "defaults" | "anaconda" | "main" => vec!["pkgs/main", "pkgs/r"],
            name => vec![name],
        };
        let known = members.into_iter().filter(|name| CHANNELS.contains(name));
        for name in known.map(ToString::to_string) {
            if !listed.contains(&name) {
                listed.push(name);
            }
        }
    }
    let is_known = |name: &str| listed.iter().any(|channel| world.has(channel, name));
    let specs: Vec<String> = environment
        .conda
        .iter()
        .filter(|line| is_known(&line.spec.name.to_string()))
        .map(|line| line.text.clone())
        .collect();
    (!specs.is_empty()).then_some((listed, specs))
}

impl World {
    fn load() -> Option<Self> {
        let folder = shared().join("channels").canonicalize().ok()?;
        let channels: Vec<_> = CHANNELS
            .into_iter()
            .map(|name| (name.to_string(), read(&folder, name)))
            .collect();
        let places = channels
            .iter()
            .map(|(_, subdirs)| places(subdirs))
            .collect();
        Some(Self { channels, places })
    }

    fn index(&self, channel: &str) -> usize {
        let mut channels = self.channels.iter();
        channels.position(|(name, _)| name == channel).unwrap()
    }

    fn has(&self, channel: &str, name: &str) -> bool {
        self.places[self.index(channel)].contains_key(name)
    }

    /// All records of a channel.
    pub(super) fn records(&self, channel: &str) -> impl Iterator<Item = &RepoDataRecord> {
        let (_, subdirs) = &self.channels[self.index(channel)];
        subdirs.iter().flat_map(|subdir| subdir.iter())
    }

    /// The records of a name in a channel.
    pub(super) fn named(&self, channel: &str, name: &str) -> Vec<&RepoDataRecord> {
        let channel = self.index(channel);
        let places = self.places[channel].get(name).into_iter().flatten();
        let record =
            |&(subdir, place): &(usize, usize)| &*self.channels[channel].1[subdir].records[place];
        places.map(record).collect()
    }

    /// What the specs can lead to in these channels, on a usual machine.
    pub(super) fn task(&self, channels: &[String], specs: Vec<String>) -> Task {
        let names = specs.iter().filter_map(|spec| {
            let name = declared(spec).name.as_exact()?.as_normalized().to_string();
            Some(name)
        });
        let names = self.closure(channels, names.collect());
        let wanted = |record: &&Arc<RepoDataRecord>| {
            names.contains(record.package_record.name.as_normalized())
        };
        let subdirs = channels.iter().flat_map(|channel| {
            let (_, subdirs) = &self.channels[self.index(channel)];
            subdirs.iter().map(|subdir| SubdirRecords {
                records: subdir.records.iter().filter(wanted).cloned().collect(),
            })
        });
        let virtual_packages = [
            "__unix",
            "__linux=5.15",
            "__glibc=2.28",
            "__archspec=1=x86_64",
        ];
        Task {
            subdirs: subdirs.collect(),
            specs,
            virtual_packages: virtual_packages.map(virtual_package).to_vec(),
            priority: ChannelPriority::Flexible,
            exclude_newer: None,
        }
    }

    /// The names that these lead to.
    fn closure(&self, channels: &[String], names: BTreeSet<String>) -> HashSet<String> {
        let mut queue: Vec<String> = names.iter().cloned().collect();
        let mut seen: HashSet<String> = names.into_iter().collect();
        while let Some(name) = queue.pop() {
            for record in channels
                .iter()
                .flat_map(|channel| self.named(channel, &name))
            {
                for text in &record.package_record.depends {
                    let name = PackageName::normalized_name_from_matchspec_str(text);
                    if !seen.contains(&*name) {
                        seen.insert(name.to_string());
                        queue.push(name.into_owned());
                    }
                }
            }
        }
        seen
    }
}

fn read(folder: &Path, name: &str) -> Vec<SubdirRecords> {
    let config = ChannelConfig::default_with_root_dir(folder.to_path_buf());
    let channel = Channel::from_str(name, &config).unwrap();
    let subdirs = ["linux-64", "noarch"].into_iter().filter_map(|subdir| {
        let file = std::fs::File::open(folder.join(name).join(subdir).join("repodata.json.zst"));
        let repodata = zstd::decode_all(file.ok()?).unwrap();
        let repodata: RepoData = serde_json::from_slice(&repodata).unwrap();
        Some(SubdirRecords::from_iter(
            repodata.into_repo_data_records(&channel),
        ))
    });
    subdirs.collect()
}

fn places(subdirs: &[SubdirRecords]) -> HashMap<String, Vec<(usize, usize)>> {
    let mut places: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    for (subdir, records) in subdirs.iter().enumerate() {
        for (place, record) in records.records.iter().enumerate() {
            let name = record.package_record.name.as_normalized();
            let of_name = places.entry(name.to_string()).or_default();
            of_name.push((subdir, place));
        }
    }
    places
}
