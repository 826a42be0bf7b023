//! The exclusions by a declared `channel::` or by strict priority.

use std::collections::HashMap;

use rattler_conda_types::{MatchSpec, RepoDataRecord};
use resolvo::{SolvableId, VersionSetId};

use super::{
    super::{pool::VersionSet, terms::Terms},
    CondaHalf,
};
use crate::model::{Declared, DeclaredKind, World, reason::Reason, record::RecordId};
use presolve_target::ChannelPriority;

pub(super) struct ChannelRules<'a> {
    /// The channels that each declared `channel::` allows for a package.
    requested: HashMap<&'a str, Vec<&'a [String]>>,
    /// Whether the lines with a `channel::` require their channel themselves.
    is_open: bool,
    /// The first channel that has a package.
    first: HashMap<&'a str, Option<&'a str>>,
}

impl<'a> ChannelRules<'a> {
    pub(super) fn new(terms: &Terms<'a>) -> Self {
        Self {
            requested: requested(terms.problem.declared),
            is_open: terms.rules.open_channels,
            first: HashMap::new(),
        }
    }

    /// Returns why the channel of a record excludes it. Call it for all records, in the order
    /// of the channels.
    pub(super) fn exclusion(
        &mut self,
        world: &World<'_>,
        record: &'a RepoDataRecord,
    ) -> Option<Reason> {
        let name = record.package_record.name.as_normalized();
        let channel = record.channel.as_deref();
        let shown = |channel| world.channel_shown(channel);
        match self.requested.get(name) {
            Some(_) if self.is_open => None,
            Some(wanted) if !wanted.iter().all(|wanted| is_one_of(channel, wanted)) => {
                let channel = shown(channel);
                Some(Reason::OtherChannel { channel })
            }
            _ if world.channel_priority == ChannelPriority::Strict => {
                let first = *self.first.entry(name).or_insert(channel);
                let reason = || Reason::ChannelPriority {
                    package: name.to_string(),
                    first: shown(first),
                    channel: shown(channel),
                };
                (first != channel).then(reason)
            }
            _ => None,
        }
    }
}

fn is_one_of(channel: Option<&str>, channels: &[String]) -> bool {
    channels.iter().any(|known| channel == Some(known.as_str()))
}

fn requested(declared: &[Declared]) -> HashMap<&str, Vec<&[String]>> {
    let mut channels: HashMap<&str, Vec<&[String]>> = HashMap::new();
    for declared in declared {
        if let DeclaredKind::Conda(spec) = &declared.kind
            && let Some(name) = spec.name.as_exact()
            && !declared.channels.is_empty()
        {
            let requested = channels.entry(name.as_normalized()).or_default();
            requested.push(&declared.channels);
        }
    }
    channels
}

impl CondaHalf<'_> {
    /// Returns the records that the `channel::` of a line allows, if the rules leave it open.
    pub(super) fn channel_set(&self, line: &Declared, spec: &MatchSpec) -> Option<VersionSetId> {
        let is_open = self.terms.rules.open_channels && !line.channels.is_empty();
        let name = spec.name.as_exact().filter(|_| is_open)?.as_normalized();
        let some = VersionSet::OneOf(self.in_channels(name, &line.channels));
        Some(self.terms.some_of(self.terms.conda(name), some))
    }

    fn in_channels(&self, name: &str, channels: &[String]) -> Vec<SolvableId> {
        let is_in = |id: RecordId| {
            let record = self.terms.record(id);
            is_one_of(record.channel.as_deref(), channels)
        };
        self.candidates_of(name)
            .into_iter()
            .filter(|(_, id)| is_in(*id))
            .map(|(solvable, _)| solvable)
            .collect()
    }
}
