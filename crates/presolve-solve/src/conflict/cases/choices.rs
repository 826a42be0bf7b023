//! Conflicts that depend on a choice. Each option is explained.

use std::collections::{BTreeMap, BTreeSet};

use resolvo::SolvableId;

use super::{Choice, Clash, left_by_all};
use crate::{
    conflict::{Case, Chain, demands::Demands, folded},
    encode::pool::Name,
};

/// The maximum number of versions of a package that is tried as the choice.
const CHOICES: usize = 40;

/// The maximum number of packages that are tried as the choice.
const TRIED: usize = 6;

/// The maximum number of cases. More would not explain the conflict.
const CASES: usize = 4;

impl Clash<'_, '_> {
    /// Returns the conflict for each option of a choice, if every option has one.
    pub(super) fn by_choice(&self, demands: &[Demands]) -> Vec<Case> {
        let mut best: Option<Vec<Case>> = None;
        for options in self.choices(demands).into_iter().take(TRIED) {
            let cases = self.cases_of(&options);
            let fewer = |best: &Vec<Case>| cases.as_ref().is_some_and(|c| c.len() < best.len());
            if cases.is_some() && best.as_ref().is_none_or(fewer) {
                best = cases;
            }
        }
        best.filter(|cases| cases.len() <= CASES)
            .unwrap_or_default()
    }

    /// Returns the possible choices, the Python first, then those with the fewest options.
    /// There is one option per version, for Python per minor version.
    fn choices(&self, demands: &[Demands]) -> Vec<Vec<Choice>> {
        let encoder = self.encoder;
        let mut choices: Vec<(bool, usize, Vec<Choice>)> = Vec::new();
        for (name, left) in left_by_all(demands) {
            let mut options: BTreeMap<String, BTreeSet<SolvableId>> = BTreeMap::new();
            for id in left {
                if let Some(series) = self.option_of(id) {
                    options.entry(series).or_default().insert(id);
                }
            }
            if (2..=CHOICES).contains(&options.len()) {
                let python = *encoder.terms().name(name) == Name::Conda("python".to_string());
                let options: Vec<Choice> = options.into_values().map(|ids| (name, ids)).collect();
                choices.push((!python, options.len(), options));
            }
        }
        choices.sort_by_key(|(other, count, options)| (*other, *count, options[0].0));
        choices.into_iter().map(|(.., options)| options).collect()
    }

    fn option_of(&self, id: SolvableId) -> Option<String> {
        let encoder = self.encoder;
        let record = encoder.terms().record_of(id);
        let python = record.and_then(|record| {
            let is_python = record.package_record.name.as_normalized() == "python";
            let index = is_python.then(|| encoder.pythons().index_of(record))??;
            let (major, minor) = encoder.pythons().get(index).major_minor();
            Some(format!("{major}.{minor}"))
        });
        python.or_else(|| Some(folded::version(encoder, id)?.to_string()))
    }

    /// Returns the conflicts of all options. Options that conflict alike share a case.
    fn cases_of(&self, options: &[Choice]) -> Option<Vec<Case>> {
        let mut cases: Vec<(Choice, Case)> = Vec::new();
        for option in options {
            let case = self.settled(Some(option)).ok()?;
            match cases.iter_mut().find(|(_, known)| known.is_like(&case)) {
                Some(((_, ids), _)) => ids.extend(&option.1),
                None => cases.push((option.clone(), case)),
            }
        }
        let cases = cases.into_iter().map(|(choice, case)| {
            // Together the options may leave more of a package than each alone.
            let joined = self.settled(Some(&choice)).ok();
            let joined = joined.filter(|joined| joined.is_like(&case));
            let mut case = joined.unwrap_or(case);
            case.choice = Some(folded::left(self.encoder, choice.0, &choice.1));
            case
        });
        Some(cases.collect())
    }
}

impl Case {
    /// Whether another case differs in the versions only.
    fn is_like(&self, other: &Self) -> bool {
        let shape = |case: &Case| -> Vec<_> {
            let chains = case.chains.iter();
            let packages = |chain: &Chain| {
                let links = chain.links.iter().chain(&chain.given);
                let packages: Vec<_> = links.map(|left| left.package.clone()).collect();
                (chain.line, packages)
            };
            chains.map(packages).collect()
        };
        self.disputed == other.disputed && shape(self) == shape(other)
    }
}
