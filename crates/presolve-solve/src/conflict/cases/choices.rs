//! Conflicts that depend on a choice: each option is explained.

use std::collections::{BTreeMap, BTreeSet};

use resolvo::SolvableId;

use crate::conflict::cases::{Choice, Clash, left_by_all};
use crate::{
    conflict::{Case, Chain, demands::Demands, folded},
    encode::pool::Name,
};

/// A package with more versions than this is not gone through.
const CHOICES: usize = 40;

/// The maximum number of packages that are tried as the choice.
const TRIED: usize = 6;

/// More cases than this are no explanation.
const CASES: usize = 4;

impl Clash<'_, '_> {
    /// The clash for each way that a choice can go, if every way has one.
    pub(super) fn by_choice(&self, demands: &[Demands]) -> Vec<Case> {
        let mut best: Option<Vec<Case>> = None;
        for ways in self.choices(demands).into_iter().take(TRIED) {
            let cases = self.cases_of(&ways);
            let fewer = |best: &Vec<Case>| cases.as_ref().is_some_and(|c| c.len() < best.len());
            if cases.is_some() && best.as_ref().is_none_or(fewer) {
                best = cases;
            }
        }
        best.filter(|cases| cases.len() <= CASES)
            .unwrap_or_default()
    }

    /// The possible choices, the Python first, then those with the fewest options: one
    /// option per version, for Python per minor version.
    fn choices(&self, demands: &[Demands]) -> Vec<Vec<Choice>> {
        let provider = self.provider;
        let mut choices: Vec<(bool, usize, Vec<Choice>)> = Vec::new();
        for (name, left) in left_by_all(demands) {
            let mut ways: BTreeMap<String, BTreeSet<SolvableId>> = BTreeMap::new();
            for id in left {
                if let Some(series) = self.way_of(id) {
                    ways.entry(series).or_default().insert(id);
                }
            }
            if (2..=CHOICES).contains(&ways.len()) {
                let python =
                    *provider.pool.resolve_package_name(name) == Name::Conda("python".to_string());
                let ways: Vec<Choice> = ways.into_values().map(|ids| (name, ids)).collect();
                choices.push((!python, ways.len(), ways));
            }
        }
        choices.sort_by_key(|(other, count, ways)| (*other, *count, ways[0].0));
        choices.into_iter().map(|(.., ways)| ways).collect()
    }

    fn way_of(&self, id: SolvableId) -> Option<String> {
        let provider = self.provider;
        let record = provider.record_of(id);
        let python = record.and_then(|record| {
            let is_python = record.package_record.name.as_normalized() == "python";
            let index = is_python.then(|| provider.pythons.index_of(record))??;
            let (major, minor) = provider.pythons.get(index).major_minor();
            Some(format!("{major}.{minor}"))
        });
        python.or_else(|| Some(folded::version(provider, id)?.to_string()))
    }

    /// The clashes of all ways; ways that conflict in the same way are one.
    fn cases_of(&self, ways: &[Choice]) -> Option<Vec<Case>> {
        let mut cases: Vec<(Choice, Case)> = Vec::new();
        for way in ways {
            let case = self.settled(Some(way)).ok()?;
            match cases.iter_mut().find(|(_, known)| known.is_like(&case)) {
                Some(((_, ids), _)) => ids.extend(&way.1),
                None => cases.push((way.clone(), case)),
            }
        }
        let cases = cases.into_iter().map(|(choice, case)| {
            // Together the ways may leave more of a package than each of them.
            let together = self.settled(Some(&choice)).ok();
            let together = together.filter(|together| together.is_like(&case));
            let mut case = together.unwrap_or(case);
            case.choice = Some(folded::left(self.provider, choice.0, &choice.1));
            case
        });
        Some(cases.collect())
    }
}

impl Case {
    /// Whether another case is the same but for the versions.
    fn is_like(&self, other: &Self) -> bool {
        let way = |case: &Case| -> Vec<_> {
            let chains = case.chains.iter();
            let packages = |chain: &Chain| {
                let links = chain.links.iter().chain(&chain.given);
                let packages: Vec<_> = links.map(|left| left.package.clone()).collect();
                (chain.line, packages)
            };
            chains.map(packages).collect()
        };
        self.disputed == other.disputed && way(self) == way(other)
    }
}
