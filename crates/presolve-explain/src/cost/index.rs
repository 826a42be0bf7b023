//! Records, names and dependencies as numbers, because classic conda's pruning is run many
//! times: for the file as it is and for each remedy.

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
/// A dependency, as the records write it.
pub(super) type SpecId = u32;

/// The index as classic conda holds it in memory.
pub(super) struct Index<'a> {
    /// The records, by channel, highest priority first.
    pub records: Vec<Indexed<'a>>,
    names: Vec<Name<'a>>,
    by_name: HashMap<Cow<'a, str>, NameId>,
    specs: Vec<Dependency<'a>>,
    priority: ChannelPriority,
    /// The bytes of the repodata of all channels.
    pub bytes: u64,
}

/// A record with its dependencies.
pub(super) struct Indexed<'a> {
    pub record: &'a RepoDataRecord,
    pub name: NameId,
    /// The rank of its channel; a smaller number has priority.
    pub channel: usize,
    /// Its dependencies, except on virtual packages.
    pub depends: Vec<SpecId>,
    /// What it constrains, except virtual packages. conda reads a constraint as an optional
    /// dependency.
    pub constrains: Vec<SpecId>,
    /// Whether it depends on a virtual package that the target does not have.
    pub impossible: bool,
}

struct Name<'a> {
    text: Cow<'a, str>,
    records: Vec<RecordId>,
    /// The highest-priority channel that has the name.
    first_channel: usize,
    /// Computed on first use.
    order: OnceCell<Box<[Ranked]>>,
    /// The names in the dependencies of its records.
    leads_to: HashSet<NameId>,
}

struct Dependency<'a> {
    text: &'a str,
    name: NameId,
    strictness: u8,
    /// Computed on first use, because most dependencies of a large channel are never needed.
    matches: OnceCell<Box<[RecordId]>>,
}

/// conda keeps a constraint and a dependency with the same text apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Required,
    Optional,
}

impl<'a> Index<'a> {
    pub(super) fn new(question: &Question<'a>) -> Self {
        let mut index = Self {
            records: Vec::new(),
            names: Vec::new(),
            by_name: HashMap::new(),
            specs: Vec::new(),
            priority: question.channel_priority,
            bytes: question.channel_bytes,
        };
        let mut known: HashMap<(&'a str, Kind), Option<SpecId>> = HashMap::new();
        let mut virtuals: HashMap<&'a str, bool> = HashMap::new();
        for (place, subdir) in question.subdirs.iter().enumerate() {
            // Archives named by URL precede all channels.
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
        known: &mut HashMap<(&'a str, Kind), Option<SpecId>>,
        virtuals: &mut HashMap<&'a str, bool>,
    ) {
        let package = &record.package_record;
        let name = self.intern(Cow::Borrowed(package.name.as_normalized()));
        let mut indexed = Indexed {
            record,
            name,
            channel,
            depends: Vec::with_capacity(package.depends.len()),
            constrains: Vec::with_capacity(package.constrains.len()),
            impossible: false,
        };
        for text in &package.constrains {
            let known = known.entry((text.as_str(), Kind::Optional));
            if let Some(spec) = *known.or_insert_with(|| self.dependency(text)) {
                indexed.constrains.push(spec);
                let leads_to = self.specs[spec as usize].name;
                self.names[name as usize].leads_to.insert(leads_to);
            }
        }
        for text in &package.depends {
            let spec = *known
                .entry((text.as_str(), Kind::Required))
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

    /// Returns the id of a dependency; `None` if it is on a virtual package.
    fn dependency(&mut self, text: &'a str) -> Option<SpecId> {
        let name = PackageName::normalized_name_from_matchspec_str(text);
        if name.starts_with("__") {
            return None;
        }
        let name = self.intern(name);
        self.specs.push(Dependency {
            text,
            name,
            strictness: strictness(text),
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

    /// Returns the records of a name.
    pub(super) fn group(&self, name: NameId) -> &[RecordId] {
        &self.names[name as usize].records
    }

    pub(super) fn record(&self, id: RecordId) -> &Indexed<'a> {
        &self.records[id as usize]
    }

    pub(super) fn spec_name(&self, spec: SpecId) -> NameId {
        self.specs[spec as usize].name
    }

    /// Returns the dependencies and the constraints of a record.
    pub(super) fn specs_of(&self, id: RecordId) -> impl Iterator<Item = SpecId> + use<'_> {
        let record = self.record(id);
        record.depends.iter().chain(&record.constrains).copied()
    }

    /// Returns how much a dependency restricts: 1 for a name, 2 for a version, 3 for a build
    /// (`MatchSpec.strictness` of conda).
    pub(super) fn strictness(&self, spec: SpecId) -> u8 {
        self.specs[spec as usize].strictness
    }

    /// Returns the records that satisfy a dependency. If presolve cannot read the dependency,
    /// these are all records of its name: conda reads spellings that the CEPs do not allow.
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

    /// Whether strict channel priority keeps a record.
    pub(super) fn is_of_first_channel(&self, id: RecordId) -> bool {
        let record = self.record(id);
        record.channel == self.names[record.name as usize].first_channel
    }

    /// Returns the names reachable from some names, regardless of version. A solver without
    /// any pruning would consider all of these.
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

    /// Returns the records of a name in classic conda's order of preference, best first.
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
    /// The index of the first of classic conda's criteria in which it differs from the record
    /// before it; `None` if it differs in none.
    pub differs_in: Option<usize>,
}

/// The number of criteria in [`Preference`].
pub(super) const CRITERIA: usize = 5;

/// The criteria by which classic conda compares two records of a name, in this order; greater
/// is better (`conda/resolve.py`, `version_key`).
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

/// Returns the strictness of a dependency from its text. Only the text of the records of a
/// channel is read: `name`, `name version` and `name version build`.
fn strictness(text: &str) -> u8 {
    let ends_name = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let rest = text.find(ends_name).map_or("", |end| text[end..].trim());
    if rest.is_empty() {
        return 1;
    }
    let mut words = rest.split_whitespace();
    let joins = |c: char| matches!(c, ',' | '|' | '<' | '>' | '=' | '!' | '~');
    let version = words.next().unwrap_or_default();
    let has_build = match words.next() {
        Some(next) => !version.ends_with(joins) && !next.starts_with(joins),
        None => {
            version.trim_start_matches('=').contains('=')
                && !version.contains([',', '|', '<', '>', '!', '~'])
        }
    };
    if has_build || rest.starts_with('[') {
        3
    } else {
        2
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

/// Returns the records of a subdir. Of twins, which differ in the archive type only, it keeps
/// the `.conda`, as conda does.
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
