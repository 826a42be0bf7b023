//! Random specs on real channels, where they are at hand.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
    time::{Duration, Instant},
};

use presolve::{
    conda::{
        channels::SpecChannel,
        repodata::{Access, Query, SubdirRecords, load},
    },
    config::ChannelPriority,
};
use rattler_conda_types::{Channel, GenericVirtualPackage, PackageName, RepoDataRecord, Subdir};

use super::{Answer, Task, declared};
use crate::random::{Random, number};

/// All records of the channel, and the places of those of each name.
struct World {
    subdirs: Vec<SubdirRecords>,
    places: HashMap<String, Vec<(usize, usize)>>,
    names: Vec<String>,
}

#[test]
fn real_specs_give_rattlers_records() {
    let Some(world) = World::load() else {
        println!("skipped: ../shared/channels is absent");
        return;
    };
    let count = number("PRESOLVE_FUZZ").unwrap_or(10);
    let mut verdicts: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..count {
        let task = world.task(&mut Random(seed));
        let verdict = task.compare();
        let verdict = verdict
            .unwrap_or_else(|difference| panic!("seed {seed} {:?}\n{difference}", task.specs));
        *verdicts.entry(verdict).or_default() += 1;
    }
    println!("{count} real specs: {verdicts:?}");
}

/// Shows how long both solvers take: `PRESOLVE_TIMES=20` for that many specs.
#[test]
fn times_beside_rattlers() {
    let (Some(count), Some(world)) = (number("PRESOLVE_TIMES"), World::load()) else {
        return;
    };
    let mut ratios = Vec::new();
    let mut sums = (Duration::ZERO, Duration::ZERO);
    for seed in 0..count {
        let task = world.task(&mut Random(seed));
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

impl World {
    fn load() -> Option<Self> {
        let folder =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/channels/conda-forge");
        let folder = folder.canonicalize().ok()?;
        let specs: Vec<_> = names_in(&folder)
            .iter()
            .map(|name| declared(name))
            .collect();
        let url = url::Url::from_directory_path(&folder).unwrap();
        let channels = [SpecChannel {
            channel: Channel::from_url(url),
            name: "conda-forge".to_string(),
            explicit: "conda-forge".to_string(),
            location: None,
            group: None,
        }];
        let cache = tempfile::tempdir().unwrap();
        let access = Access {
            client: reqwest_middleware::ClientWithMiddleware::from(reqwest::Client::new()),
            cache_dir: cache.path(),
            offline: false,
            progress: None,
        };
        let query = Query {
            channels: &channels,
            subdir: Subdir::Linux64,
            specs: &specs,
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let loaded = runtime.block_on(load(query, access)).unwrap();
        Some(Self::new(loaded.subdirs))
    }

    fn new(subdirs: Vec<SubdirRecords>) -> Self {
        let mut places: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (subdir, records) in subdirs.iter().enumerate() {
            for (place, record) in records.records.iter().enumerate() {
                let name = record.package_record.name.as_normalized();
                places
                    .entry(name.to_string())
                    .or_default()
                    .push((subdir, place));
            }
        }
        let mut names: Vec<String> = places.keys().cloned().collect();
        names.sort();
        Self {
            subdirs,
            places,
            names,
        }
    }

    fn record(&self, (subdir, place): (usize, usize)) -> &RepoDataRecord {
        &self.subdirs[subdir].records[place]
    }

    fn task(&self, random: &mut Random) -> Task {
        let names: Vec<&String> = (0..2 + random.below(7))
            .map(|_| random.of(&self.names))
            .collect();
        let specs = names.iter().map(|&name| {
            let record = self.record(*random.of(&self.places[name]));
            let version = &record.package_record.version;
            match random.below(10) {
                0 => format!("{name}={version}"),
                1 => format!("{name} <={version}"),
                2 => format!("{name} >={version}"),
                _ => name.clone(),
            }
        });
        let priority = [
            ChannelPriority::Strict,
            ChannelPriority::Flexible,
            ChannelPriority::Disabled,
        ];
        let virtual_packages = [
            ("__unix", "0"),
            ("__linux", "5.15"),
            ("__glibc", "2.28"),
            ("__archspec", "1"),
        ];
        Task {
            specs: specs.collect(),
            subdirs: self.closure(&names),
            virtual_packages: virtual_packages.map(virtual_package).to_vec(),
            priority: *random.of(&priority),
            exclude_newer: None,
        }
    }

    /// The records that these names can lead to, in the order of the repodata.
    fn closure(&self, names: &[&String]) -> Vec<SubdirRecords> {
        let mut seen: HashSet<String> = names.iter().map(ToString::to_string).collect();
        let mut queue: Vec<String> = seen.iter().cloned().collect();
        while let Some(name) = queue.pop() {
            for &place in self.places.get(&name).into_iter().flatten() {
                for text in &self.record(place).package_record.depends {
                    let name = PackageName::normalized_name_from_matchspec_str(text);
                    if seen.insert(name.to_string()) {
                        queue.push(name.into_owned());
                    }
                }
            }
        }
        let wanted =
            |record: &&RepoDataRecord| seen.contains(record.package_record.name.as_normalized());
        let subdirs = self.subdirs.iter().map(|subdir| SubdirRecords {
            records: subdir.records.iter().filter(wanted).cloned().collect(),
        });
        subdirs.collect()
    }
}

/// The names of the packages of a channel on disk.
fn names_in(folder: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for subdir in ["linux-64", "noarch"] {
        let file = std::fs::File::open(folder.join(subdir).join("repodata.json.zst")).unwrap();
        let repodata = zstd::decode_all(file).unwrap();
        let repodata: serde_json::Value = serde_json::from_slice(&repodata).unwrap();
        for part in ["packages", "packages.conda"] {
            let records = repodata[part]
                .as_object()
                .into_iter()
                .flat_map(serde_json::Map::values);
            names.extend(records.filter_map(|record| Some(record["name"].as_str()?.to_string())));
        }
    }
    names.sort();
    names.dedup();
    names
}

fn virtual_package((name, version): (&str, &str)) -> GenericVirtualPackage {
    GenericVirtualPackage {
        name: name.parse().unwrap(),
        version: version.parse().unwrap(),
        build_string: "x86_64".parse().unwrap(),
    }
}
