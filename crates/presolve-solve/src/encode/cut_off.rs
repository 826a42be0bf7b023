//! The cut-off for dates of conda records.
//!
//! Records without a date are excluded, as in rattler's solver by default
//! (<https://docs.rs/rattler_solve/latest/rattler_solve/enum.TimestampPolicy.html>). Channels
//! and mirrors that publish no dates exist, so a package of which this leaves nothing keeps
//! these records. If there is still no solution, all packages keep them.

use std::collections::{BTreeSet, HashMap};

use rattler_conda_types::{NamelessMatchSpec, RepoDataRecord};

use crate::model::{
    CutOff, Declared, DeclaredKind, Problem, reason::Reason, record::date, record_spec::RecordSpec,
};
use presolve_packages::{conda::SubdirRecords, cut_offs::CutOffs};
use presolve_target::ChannelPriority;

/// The records of a package that the declared lines allow.
#[derive(Default)]
struct Allowed<'a> {
    /// The first channel that has the package.
    channel: Option<&'a str>,
    has_old_enough: bool,
    has_undated: bool,
}

impl CutOff {
    /// Returns the cut-off at these times, with the packages of which the declared lines allow only
    /// records that are newer or have no date.
    pub fn new(
        times: CutOffs,
        declared: &[Declared],
        subdirs: &[SubdirRecords],
        priority: ChannelPriority,
    ) -> Self {
        let lines = lines(declared);
        let mut packages: HashMap<&str, Allowed<'_>> = HashMap::new();
        for record in subdirs.iter().flat_map(|subdir| subdir.iter()) {
            let name = record.package_record.name.as_normalized();
            let channel = record.channel.as_deref();
            let package = packages.entry(name).or_insert_with(|| Allowed {
                channel,
                ..Allowed::default()
            });
            let lines = lines.get(name).map_or(&[][..], Vec::as_slice);
            // A line with a channel overrides strict priority.
            let is_hidden = priority == ChannelPriority::Strict
                && package.channel != channel
                && lines.iter().all(|line| line.channels.is_empty());
            if is_hidden || !lines.iter().all(|line| line.allows(record)) {
                continue;
            }
            match (date(record), times.of(name, channel)) {
                (_, None) => package.has_old_enough = true,
                (None, Some(_)) => package.has_undated = true,
                (Some(date), Some(time)) => package.has_old_enough |= date <= time,
            }
        }
        let undated = packages.into_iter();
        let undated = undated.filter(|(_, found)| found.has_undated && !found.has_old_enough);
        Self {
            times,
            undated: undated
                .map(|(name, _)| name.to_owned())
                .collect::<BTreeSet<_>>(),
            is_last_resort: false,
        }
    }

    /// Returns why the date of a record excludes it.
    pub(super) fn exclusion(&self, record: &RepoDataRecord) -> Option<Reason> {
        let name = record.package_record.name.as_normalized();
        let cutoff = self.times.of(name, record.channel.as_deref())?;
        match date(record) {
            Some(date) => (date > cutoff).then_some(Reason::NewerThan { cutoff }),
            None => {
                let counts = self.is_last_resort || self.undated.contains(name);
                (!counts).then_some(Reason::Undated { cutoff })
            }
        }
    }
}

impl<'a> Problem<'a> {
    /// Returns the same problem with all records without a date; `None` if they count anyway.
    pub fn with_undated(&self) -> Option<Problem<'a>> {
        let strict = self.world.cut_off.as_ref();
        let strict = strict.filter(|cut_off| !cut_off.is_last_resort)?;
        let mut records = self.world.subdirs.iter().flat_map(SubdirRecords::iter);
        records.find(|record| matches!(strict.exclusion(record), Some(Reason::Undated { .. })))?;
        let cut_off = CutOff {
            is_last_resort: true,
            ..strict.clone()
        };
        Some(Problem {
            declared: self.declared,
            world: self.world.changed(|world| world.cut_off = Some(cut_off)),
        })
    }
}

/// What a declared line requires of the records of its package.
struct Line<'a> {
    channels: &'a [String],
    spec: RecordSpec,
}

impl Line<'_> {
    fn allows(&self, record: &RepoDataRecord) -> bool {
        let is_in = |channel: &String| record.channel.as_ref() == Some(channel);
        let has_channel = self.channels.is_empty() || self.channels.iter().any(is_in);
        has_channel && self.spec.matches(record)
    }
}

/// Returns the unconditional conda lines by package. Lines that the solver rejects are left
/// out.
fn lines(declared: &[Declared]) -> HashMap<&str, Vec<Line<'_>>> {
    let mut lines: HashMap<&str, Vec<Line<'_>>> = HashMap::new();
    for line in declared {
        let DeclaredKind::Conda(spec) = &line.kind else {
            continue;
        };
        let name = spec.name.as_exact().filter(|_| spec.condition.is_none());
        let nameless = NamelessMatchSpec::from((**spec).clone());
        if let (Some(name), Ok(spec)) = (name, RecordSpec::new(nameless)) {
            let channels = &line.channels;
            let of_package = lines.entry(name.as_normalized()).or_default();
            of_package.push(Line { channels, spec });
        }
    }
    lines
}
