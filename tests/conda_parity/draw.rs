//! Random specs that hang together: their names and bounds come from the
//! dependencies of real records, so that about half of them can be solved.

use std::collections::{BTreeMap, BTreeSet};

use rattler_conda_types::{PackageName, RepoDataRecord};

use super::{
    Task,
    channels::{PRIORITIES, virtual_package},
    declared,
    real::World,
};
use crate::random::Random;

/// How many of the names that most packages depend on count as popular.
const POPULAR: usize = 250;

pub(super) struct Draw<'w> {
    world: &'w World,
    /// One record of each name to begin with.
    records: Vec<&'w RepoDataRecord>,
    /// The names that most packages depend on, the most wanted first.
    popular: Vec<String>,
    /// The packages that depend on a name.
    dependants: BTreeMap<String, Vec<String>>,
}

/// The names that a record depends on, without virtual packages.
fn requires(record: &RepoDataRecord) -> impl Iterator<Item = String> {
    let depends = record.package_record.depends.iter();
    let names = depends.map(|text| PackageName::normalized_name_from_matchspec_str(text));
    let names = names.map(std::borrow::Cow::into_owned);
    names.filter(|name| !name.starts_with("__"))
}

impl<'w> Draw<'w> {
    pub(super) fn new(world: &'w World) -> Self {
        let records: Vec<_> = world.records("conda-forge").collect();
        let mut dependants: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for record in &records {
            for name in requires(record) {
                let package = record.package_record.name.as_normalized();
                dependants
                    .entry(name)
                    .or_default()
                    .insert(package.to_string());
            }
        }
        let mut popular: Vec<_> = dependants
            .iter()
            .filter(|(name, _)| !world.named("conda-forge", name).is_empty())
            .map(|(name, packages)| (packages.len(), name.clone()))
            .collect();
        popular.sort_by(|a, b| b.cmp(a));
        let dependants = dependants.into_iter();
        Self {
            world,
            records,
            popular: popular
                .into_iter()
                .take(POPULAR)
                .map(|(_, name)| name)
                .collect(),
            dependants: dependants
                .map(|(name, packages)| (name, packages.into_iter().collect()))
                .collect(),
        }
    }

    /// Specs in a world, and how they were drawn.
    pub(super) fn task(&self, random: &mut Random) -> (&'static str, Task) {
        let channels = self.channels(random);
        let (style, mut specs) = match random.below(10) {
            0..=2 => ("popular", self.popular(random)),
            3..=5 => ("together", self.together(random)),
            6..=7 => ("depends", self.depends(random)),
            8 => ("exact", self.exact(random)),
            _ => ("any", self.any(random)),
        };
        if channels.len() > 1 && random.percent(50) {
            self.qualify(random, &channels, &mut specs);
        }
        let mut task = self.world.task(&channels, specs);
        task.priority = *random.of(&PRIORITIES);
        if random.percent(20) {
            task.virtual_packages.push(virtual_package("__cuda=12.4"));
        }
        if random.percent(15) {
            let timestamp = self.record(random).package_record.timestamp;
            task.exclude_newer = timestamp.map(|stamp| stamp.jiff_timestamp());
        }
        (style, task)
    }

    fn channels(&self, random: &mut Random) -> Vec<String> {
        let channels: &[&str] = match random.below(10) {
            0..=4 => &["conda-forge"],
            5 => &["pkgs/main", "pkgs/r"],
            6..=7 => &["conda-forge", "pkgs/main"],
            8 => &["pkgs/main", "conda-forge"],
            _ => &["pytorch", "nvidia", "conda-forge"],
        };
        channels.iter().map(ToString::to_string).collect()
    }

    /// Names that many packages depend on, some with a version.
    fn popular(&self, random: &mut Random) -> Vec<String> {
        let mut specs = self.python(random);
        for _ in 0..2 + random.below(5) {
            // Rather the more popular ones.
            let end = 1 + random.below(self.popular.len());
            let name = random.of(&self.popular[..end]);
            specs.push(self.bounded(random, name, 35));
        }
        specs
    }

    /// Packages that share a dependency with one record, and that record.
    fn together(&self, random: &mut Random) -> Vec<String> {
        let record = self.record(random);
        let mut specs = vec![self.bounded(random, record.package_record.name.as_normalized(), 40)];
        specs.extend(self.python(random));
        let shared: Vec<String> = requires(record).collect();
        for _ in 0..1 + random.below(4) {
            if shared.is_empty() {
                break;
            }
            let shared = random.of(&shared);
            let name = match self.dependants.get(shared) {
                Some(names) if random.percent(70) => random.of(names),
                _ => shared,
            };
            specs.push(self.bounded(random, name, 30));
        }
        specs
    }

    /// What one or two records depend on, as they write it, and sometimes them.
    fn depends(&self, random: &mut Random) -> Vec<String> {
        let mut specs = Vec::new();
        for _ in 0..1 + random.below(2) {
            let record = self.record(random);
            let percent = 30 + random.below(70);
            for text in &record.package_record.depends {
                if random.percent(percent) {
                    specs.push(text.clone());
                }
            }
            if random.percent(60) {
                specs.push(record.package_record.name.as_normalized().to_string());
            }
        }
        if specs.is_empty() {
            specs = self.python(random);
            specs.push("numpy".to_string());
        }
        specs
    }

    /// A record to the letter, and popular names beside it.
    fn exact(&self, random: &mut Random) -> Vec<String> {
        let package = &self.record(random).package_record;
        let name = package.name.as_normalized();
        let mut specs = vec![format!("{name}={}={}", package.version, package.build)];
        for _ in 0..random.below(4) {
            let name = random.of(&self.popular).clone();
            specs.push(self.bounded(random, &name, 20));
        }
        specs
    }

    /// Names that need have nothing in common.
    fn any(&self, random: &mut Random) -> Vec<String> {
        let count = 1 + random.below(5);
        let names = (0..count).map(|_| self.record(random).package_record.name.clone());
        let names: Vec<_> = names.collect();
        let spec = |name: &PackageName| self.bounded(random, name.as_normalized(), 30);
        names.iter().map(spec).collect()
    }

    fn record(&self, random: &mut Random) -> &'w RepoDataRecord {
        self.records[random.below(self.records.len())]
    }

    /// Python is open, pinned or not named.
    fn python(&self, random: &mut Random) -> Vec<String> {
        let spec = match random.below(5) {
            0..2 => return Vec::new(),
            2 => "python".to_string(),
            3 => format!("python=3.{}", 8 + random.below(6)),
            _ => format!(
                "python >=3.{},<3.{}",
                7 + random.below(4),
                11 + random.below(4)
            ),
        };
        vec![spec]
    }

    /// A name, in so many percent with a bound that one of its records meets.
    fn bounded(&self, random: &mut Random, name: &str, percent: usize) -> String {
        let records = self.world.named("conda-forge", name);
        if records.is_empty() || !random.percent(percent) {
            return name.to_string();
        }
        let package = &random.of(&records).package_record;
        let version = package.version.as_str();
        let mut parts = version.split('.');
        let minor: Vec<_> = parts.by_ref().take(2).collect();
        let minor = minor.join(".");
        match random.below(9) {
            0..3 => format!("{name}={minor}"),
            3 => format!("{name} {minor}.*"),
            4 => format!("{name} >={version}"),
            5 => format!("{name} <{version}"),
            6 => format!("{name}=={version}"),
            7 => format!("{name} >={minor},!={version}"),
            _ => format!("{name}={version}={}", package.build),
        }
    }

    /// Asks for one or two of the names from a channel of their own.
    fn qualify(&self, random: &mut Random, channels: &[String], specs: &mut [String]) {
        for _ in 0..1 + random.below(2) {
            let place = random.below(specs.len());
            let spec = &specs[place];
            let Some(name) = declared(spec).name.as_exact().cloned() else {
                continue;
            };
            let has =
                |channel: &&String| !self.world.named(channel, name.as_normalized()).is_empty();
            let having: Vec<_> = channels.iter().filter(has).collect();
            if !spec.contains("::") && !having.is_empty() {
                specs[place] = format!("{}::{spec}", random.of(&having));
            }
        }
    }
}
