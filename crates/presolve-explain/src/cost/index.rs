//! Records, names and dependencies as numbers: classic conda's reduction is run
//! many times over, for the spec as it is and for each remedy.

use std::{
    borrow::Cow,
    cell::OnceCell,
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use rattler_conda_types::{
    GenericVirtualPackage, PackageName, ParseMatchSpecOptions, RepoDataRecord, RepodataRevision,
    package::{ArchiveIdentifier, DistArchiveType},
};

use super::Question;
use presolve_packages::conda::SubdirRecords;
use presolve_parse as parse;
pub(super) use presolve_solve::RecordSpec;
use presolve_target::ChannelPriority;

/// A record of the index.
pub(super) type RecordId = u32;
/// A package name of the index.
pub(super) type NameId = u32;
/// A dependency as records write it.
pub(super) type SpecId = u32;

/// The index as classic conda holds it in memory.
pub(super) struct Index<'a> {
    /// The records, by channel, highest priority first.
    pub records: Vec<Indexed<'a>>,
    names: Vec<Name<'a>>,
    by_name: HashMap<Cow<'a, str>, NameId>,
    specs: Vec<Dependency<'a>>,
    priority: ChannelPriority,
}

/// A record with its dependencies.
pub(super) struct Indexed<'a> {
    pub record: &'a RepoDataRecord,
    pub name: NameId,
    /// The place of its channel; the smaller is the stronger.
    pub channel: usize,
    /// Its dependencies, except on virtual packages.
    pub depends: Vec<SpecId>,
    /// Whether it depends on a virtual package that the target does not have.
    pub impossible: bool,
}

struct Name<'a> {
    text: Cow<'a, str>,
    records: Vec<RecordId>,
    /// The strongest of the channels that have it.
    first_channel: usize,
    /// Found when first asked for.
    order: OnceCell<Box<[Ranked]>>,
    /// The names that some record of it depends on.
    leads_to: HashSet<NameId>,
}

struct Dependency<'a> {
    text: &'a str,
    name: NameId,
    /// Found when first asked for: most dependencies of a large channel never are.
    matches: OnceCell<Box<[RecordId]>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(question: &Question<'a>) -> Self {
        let mut index = Self {
            records: Vec::new(),
            names: Vec::new(),
            by_name: HashMap::new(),
            specs: Vec::new(),
            priority: question.channel_priority,
        };
        let mut known: HashMap<&'a str, Option<SpecId>> = HashMap::new();
        let mut virtuals: HashMap<&'a str, bool> = HashMap::new();
        for (place, subdir) in question.subdirs.iter().enumerate() {
            // Archives named by URL stand before all channels.
            let origin = question.origins.get(place);
            let channel = origin.and_then(|origin| origin.channel);
            let channel = channel.map_or(0, |channel| channel + 1);
            for record in without_twins(subdir) {
                index.add(
                    record,
                    channel,
                    question.virtual_packages,
                    &mut known,
                    &mut virtuals,
                );
            }
        }
        for name in question.declared.iter().filter_map(super::unconditional) {
            index.intern(Cow::Owned(name.1.as_normalized().to_string()));
        }
        index
    }

    fn add(
        &mut self,
        record: &'a RepoDataRecord,
        channel: usize,
        virtual_packages: &[GenericVirtualPackage],
        known: &mut HashMap<&'a str, Option<SpecId>>,
        virtuals: &mut HashMap<&'a str, bool>,
    ) {
        let package = &record.package_record;
        let name = self.intern(Cow::Borrowed(package.name.as_normalized()));
        let mut indexed = Indexed {
            record,
            name,
            channel,
            depends: Vec::with_capacity(package.depends.len()),
            impossible: false,
        };
        for text in &package.depends {
            let spec = *known
                .entry(text.as_str())
                .or_insert_with(|| self.dependency(text));
            if let Some(spec) = spec {
                indexed.depends.push(spec);
                let leads_to = self.specs[spec as usize].name;
                self.names[name as usize].leads_to.insert(leads_to);
            } else {
                let met = virtuals.entry(text.as_str());
                let met = met.or_insert_with(|| is_met_by_target(text, virtual_packages));
                indexed.impossible |= !*met;
            }
        }
        let id = self.records.len() as RecordId;
        let named = &mut self.names[name as usize];
        named.records.push(id);
        named.first_channel = named.first_channel.min(channel);
        self.records.push(indexed);
    }

    fn intern(&mut self, text: Cow<'a, str>) -> NameId {
        if let Some(&id) = self.by_name.get(&text) {
            return id;
        }
        let id = self.names.len() as NameId;
        self.by_name.insert(text.clone(), id);
        self.names.push(Name {
            text,
            records: Vec::new(),
            first_channel: usize::MAX,
            order: OnceCell::new(),
            leads_to: HashSet::new(),
        });
        id
    }

    /// A dependency, unless it is one on a virtual package.
    fn dependency(&mut self, text: &'a str) -> Option<SpecId> {
        let name = PackageName::normalized_name_from_matchspec_str(text);
        if name.starts_with("__") {
            return None;
        }
        let name = self.intern(name);
        self.specs.push(Dependency {
            text,
            name,
            matches: OnceCell::new(),
        });
        Some((self.specs.len() - 1) as SpecId)
    }

    pub(super) fn spec_count(&self) -> usize {
        self.specs.len()
    }

    pub(super) fn name_count(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name_of(&self, name: NameId) -> &str {
        &self.names[name as usize].text
    }

    pub(super) fn name(&self, text: &str) -> Option<NameId> {
        self.by_name.get(text).copied()
    }

    /// The records of a name.
    pub(super) fn group(&self, name: NameId) -> &[RecordId] {
        &self.names[name as usize].records
    }

    pub(super) fn record(&self, id: RecordId) -> &Indexed<'a> {
        &self.records[id as usize]
    }

    pub(super) fn spec_name(&self, spec: SpecId) -> NameId {
        self.specs[spec as usize].name
    }

    /// The records that satisfy a dependency. One that cannot be read is satisfied by
    /// every record of its name: conda reads spellings that the CEPs do not allow.
    pub(super) fn matches(&self, spec: SpecId) -> &[RecordId] {
        let dependency = &self.specs[spec as usize];
        dependency.matches.get_or_init(|| {
            let group = self.group(dependency.name);
            match parse(dependency.text) {
                Some(spec) => self.matching(group, &spec).collect(),
                None => group.into(),
            }
        })
    }

    pub(super) fn matching(
        &self,
        group: &[RecordId],
        spec: &RecordSpec,
    ) -> impl Iterator<Item = RecordId> {
        group
            .iter()
            .copied()
            .filter(|&id| spec.matches(self.record(id).record))
    }

    /// Whether strict channel priority leaves a record.
    pub(super) fn is_of_first_channel(&self, id: RecordId) -> bool {
        let record = self.record(id);
        record.channel == self.names[record.name as usize].first_channel
    }

    /// The names that can be reached from some, regardless of version: what a solver
    /// without any pruning would look at.
    pub(super) fn closure(&self, names: impl IntoIterator<Item = NameId>) -> Vec<NameId> {
        let mut seen = vec![false; self.names.len()];
        let mut found = Vec::new();
        let visit = |name: NameId, found: &mut Vec<NameId>, seen: &mut Vec<bool>| {
            if !std::mem::replace(&mut seen[name as usize], true) {
                found.push(name);
            }
        };
        for name in names {
            visit(name, &mut found, &mut seen);
        }
        let mut place = 0;
        while let Some(&name) = found.get(place) {
            place += 1;
            for &next in &self.names[name as usize].leads_to {
                visit(next, &mut found, &mut seen);
            }
        }
        found
    }

    /// The records of a name as classic conda prefers them, best first.
    pub(super) fn by_preference(&self, name: NameId) -> &[Ranked] {
        let named = &self.names[name as usize];
        named.order.get_or_init(|| {
            let preferences = named.records.iter().map(|&id| (self.preference(id), id));
            let mut sorted: Vec<(Preference<'_>, RecordId)> = preferences.collect();
            sorted.sort_by(|(a, _), (b, _)| b.cmp(a));
            let ranked = sorted
                .iter()
                .enumerate()
                .map(|(place, (preference, id))| Ranked {
                    id: *id,
                    differs_in: match place {
                        0 => None,
                        _ => preference.differs_in(&sorted[place - 1].0),
                    },
                });
            ranked.collect()
        })
    }

    fn preference(&self, id: RecordId) -> Preference<'_> {
        let Indexed {
            record, channel, ..
        } = *self.record(id);
        let package = &record.package_record;
        let ranked = self.priority != ChannelPriority::Disabled;
        Preference {
            channel: Reverse(if ranked { channel } else { 0 }),
            version: package.version.version(),
            build_number: package.build_number,
            of_platform: package.subdir != "noarch",
            timestamp: package
                .timestamp
                .as_ref()
                .map(|stamp| stamp.jiff_timestamp()),
        }
    }
}

/// A record in the order of preference.
pub(super) struct Ranked {
    pub id: RecordId,
    /// The first of classic conda's criteria in which it is worse than the record
    /// before it, from 0; none if in no criterion.
    pub differs_in: Option<usize>,
}

/// The number of criteria.
pub(super) const CRITERIA: usize = 5;

/// What classic conda compares two records of a name by, in this order; the greater
/// is the better (`conda/resolve.py`, `version_key`).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Preference<'r> {
    channel: Reverse<usize>,
    version: &'r rattler_conda_types::Version,
    build_number: u64,
    of_platform: bool,
    timestamp: Option<jiff::Timestamp>,
}

impl Preference<'_> {
    fn differs_in(&self, other: &Self) -> Option<usize> {
        let differs: [bool; CRITERIA] = [
            self.channel != other.channel,
            self.version.cmp(other.version).is_ne(),
            self.build_number != other.build_number,
            self.of_platform != other.of_platform,
            self.timestamp != other.timestamp,
        ];
        differs.iter().position(|differs| *differs)
    }
}

fn parse(text: &str) -> Option<RecordSpec> {
    let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    let spec = parse::conda::match_spec(text, options).ok()?;
    RecordSpec::new(spec.into_nameless().1).ok()
}

fn is_met_by_target(text: &str, virtual_packages: &[GenericVirtualPackage]) -> bool {
    let name = PackageName::normalized_name_from_matchspec_str(text);
    let mut named = virtual_packages
        .iter()
        .filter(|package| package.name.as_normalized() == name)
        .peekable();
    let exists = named.peek().is_some();
    parse(text).map_or(exists, |spec| {
        named.any(|package| spec.matches_virtual(package))
    })
}

/// The records of a subdir, of twins that differ in the archive type only the
/// `.conda`, as conda does.
fn without_twins(subdir: &SubdirRecords) -> Vec<&RepoDataRecord> {
    let mut places: HashMap<&ArchiveIdentifier, usize> =
        HashMap::with_capacity(subdir.records.len());
    let mut kept: Vec<&RepoDataRecord> = Vec::with_capacity(subdir.records.len());
    for record in subdir.iter() {
        match places.get(&record.identifier.identifier) {
            None => {
                places.insert(&record.identifier.identifier, kept.len());
                kept.push(record);
            }
            Some(&place) => {
                let kind: DistArchiveType = record.identifier.archive_type;
                if kind
                    .cmp_preference(kept[place].identifier.archive_type)
                    .is_gt()
                {
                    kept[place] = record;
                }
            }
        }
    }
    kept
}
