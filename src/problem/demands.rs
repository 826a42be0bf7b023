//! What a declared line demands of each package, whatever is chosen: a package
//! that every candidate of a demanded package requires is demanded too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use futures::FutureExt;
use resolvo::{
    Dependencies, DependencyProvider, Interner, KnownDependencies, NameId, Requirement, SolvableId,
    VersionSetId,
};

use super::{
    folded::versions,
    nearest, pips,
    pool::{Candidate, Name},
    provider::Provider,
    solve::Attempt,
};
use crate::pypi::pip_abilities::PipAbility;

/// The metadata of a project's releases is looked into if no more than this many
/// are left: each costs a request.
const RELEASES_LOOKED_INTO: usize = 12;

/// What one line demands.
pub(super) struct Demands {
    demands: HashMap<NameId, Demand>,
    /// Names that are demanded and that nothing has.
    pub missing: Vec<Name>,
}

/// What a line leaves of a package.
struct Demand {
    left: Matching,
    /// The package whose candidates all demand it; none for the line's own.
    because_of: Option<NameId>,
}

impl Demands {
    /// Follows what a declared line demands.
    pub fn of(attempt: &Attempt<'_>, line: usize) -> Self {
        let provider = attempt.provider();
        let mut demands = Self {
            demands: HashMap::new(),
            missing: Vec::new(),
        };
        let mut queue = VecDeque::new();
        for requirement in &attempt.lines[line] {
            if let (Requirement::Single(set), None) =
                (requirement.requirement, requirement.condition)
            {
                let name = provider.version_set_name(set);
                let matching = Matching::of(provider, set);
                demands.narrow(provider, name, matching, None, &mut queue);
            }
        }
        while let Some(name) = queue.pop_front() {
            for (required, matching) in demands.shared_requirements(provider, name) {
                demands.narrow(provider, required, matching, Some(name), &mut queue);
            }
        }
        demands
    }

    /// Whether the line demands something that cannot be had.
    fn dead_end(&self) -> Option<NameId> {
        let mut empty: Vec<_> = self
            .demands
            .iter()
            .filter(|(_, d)| d.left.usable.is_empty())
            .collect();
        empty.sort_by_key(|(name, _)| (self.path(**name).len(), **name));
        empty.first().map(|(name, _)| **name)
    }

    fn narrow(
        &mut self,
        provider: &Provider<'_>,
        name: NameId,
        matching: Matching,
        because_of: Option<NameId>,
        queue: &mut VecDeque<NameId>,
    ) {
        if !matching.known {
            let name = provider.pool.resolve_package_name(name).clone();
            if !self.missing.contains(&name) {
                self.missing.push(name);
            }
        }
        match self.demands.get_mut(&name) {
            None => {
                let demand = Demand {
                    left: matching,
                    because_of,
                };
                self.demands.insert(name, demand);
                queue.push_back(name);
            }
            Some(demand) => {
                if demand.left.narrow(&matching) {
                    queue.push_back(name);
                }
            }
        }
    }

    /// What all candidates that are left of a package require.
    fn shared_requirements(
        &mut self,
        provider: &Provider<'_>,
        name: NameId,
    ) -> Vec<(NameId, Matching)> {
        let Some(demand) = self.demands.get_mut(&name) else {
            return Vec::new();
        };
        let deep = demand.left.usable.len() <= RELEASES_LOOKED_INTO;
        let mut shared: Option<BTreeMap<NameId, Matching>> = None;
        let mut broken = Vec::new();
        for &id in &demand.left.usable {
            let dependencies = match known(provider, id, deep) {
                Ok(dependencies) => dependencies,
                Err(reason) => {
                    broken.push((id, reason));
                    continue;
                }
            };
            let required = required(provider, &dependencies);
            shared = Some(match shared {
                None => required,
                Some(shared) => merge(shared, required),
            });
        }
        for (id, reason) in broken {
            demand.left.usable.remove(&id);
            demand.left.ruled_out.insert(id, reason);
        }
        shared.unwrap_or_default().into_iter().collect()
    }

    /// Why it demands a certain pip: what the newest release that does so says.
    fn why_pip(&self, provider: &Provider<'_>, pip: NameId) -> Option<String> {
        let project = self.demands.get(&pip)?.because_of?;
        let releases = self.demands.get(&project)?.left.usable.iter();
        let release = releases
            .filter_map(|&id| match provider.candidate(id) {
                Candidate::Release(release) => Some(release),
                _ => None,
            })
            .max_by(|a, b| a.version.cmp(&b.version))?;
        let file = &release.distribution.as_ref()?.filename;
        Some(match release.pip.last() {
            Some((ability, _)) => format!("the wheel {file} needs pip {}", ability.versions()),
            None => {
                let ability = PipAbility::LegacySpecifiers;
                let (what, versions) = (ability.what(), ability.versions());
                format!("{file} has {what}: it needs pip {versions}")
            }
        })
    }

    /// The packages from the line's own down to this one.
    fn path(&self, name: NameId) -> Vec<NameId> {
        let mut path = vec![name];
        let mut seen = HashSet::from([name]);
        let mut at = name;
        while let Some(parent) = self.demands.get(&at).and_then(|demand| demand.because_of) {
            if !seen.insert(parent) {
                break;
            }
            path.push(parent);
            at = parent;
        }
        path.reverse();
        path
    }
}

/// The candidates that a version set has.
#[derive(Clone)]
struct Matching {
    usable: BTreeSet<SolvableId>,
    /// Those that may not be taken, and why.
    ruled_out: BTreeMap<SolvableId, String>,
    /// The name is known to a channel or an index.
    known: bool,
}

impl Matching {
    fn of(provider: &Provider<'_>, set: VersionSetId) -> Self {
        let name = provider.version_set_name(set);
        let candidates = provider.get_candidates(name).now_or_never().flatten();
        let Some(candidates) = candidates else {
            return Self {
                usable: BTreeSet::new(),
                ruled_out: BTreeMap::new(),
                known: false,
            };
        };
        let filter = provider.filter_candidates(&candidates.candidates, set, false);
        let mut usable: BTreeSet<_> = filter
            .now_or_never()
            .unwrap_or_default()
            .into_iter()
            .collect();
        let mut ruled_out = BTreeMap::new();
        for (id, reason) in &candidates.excluded {
            if usable.remove(id) {
                ruled_out.insert(*id, provider.display_string(*reason).to_string());
            }
        }
        Self {
            usable,
            ruled_out,
            known: true,
        }
    }

    /// Leaves what another one leaves, too; whether that is less.
    fn narrow(&mut self, other: &Self) -> bool {
        let before = self.usable.len();
        self.usable.retain(|id| other.usable.contains(id));
        self.ruled_out
            .retain(|id, _| other.usable.contains(id) || other.ruled_out.contains_key(id));
        self.usable.len() < before
    }

    /// Takes what another one takes, too.
    fn widen(&mut self, other: &Self) {
        self.usable.extend(&other.usable);
        let reasons = other.ruled_out.iter();
        self.ruled_out
            .extend(reasons.map(|(id, reason)| (*id, reason.clone())));
        self.known &= other.known;
    }
}

/// What a candidate requires, with what only its metadata tells if `deep`; or why
/// that cannot be had.
fn known(provider: &Provider<'_>, id: SolvableId, deep: bool) -> Result<KnownDependencies, String> {
    let dependencies = |dependencies: Option<Dependencies>| match dependencies {
        Some(Dependencies::Known(known)) => Ok(known),
        Some(Dependencies::Unknown(reason)) => Err(provider.display_string(reason).to_string()),
        None => Ok(KnownDependencies::default()),
    };
    let mut known = dependencies(provider.get_dependencies(id).now_or_never())?;
    let metadata = matches!(
        provider.candidate(id),
        Candidate::Release(_) | Candidate::ProjectExtra { .. }
    );
    if metadata && deep {
        let contents = dependencies(Some(provider.contents_dependencies(id)))?;
        known.requirements.extend(contents.requirements);
    }
    Ok(known)
}

fn required(provider: &Provider<'_>, known: &KnownDependencies) -> BTreeMap<NameId, Matching> {
    let mut required: BTreeMap<NameId, Matching> = BTreeMap::new();
    for requirement in &known.requirements {
        let (Requirement::Single(set), None) = (requirement.requirement, requirement.condition)
        else {
            continue;
        };
        let name = provider.version_set_name(set);
        let matching = Matching::of(provider, set);
        match required.get_mut(&name) {
            None => {
                required.insert(name, matching);
            }
            Some(before) => _ = before.narrow(&matching),
        }
    }
    required
}

fn merge(
    mut shared: BTreeMap<NameId, Matching>,
    other: BTreeMap<NameId, Matching>,
) -> BTreeMap<NameId, Matching> {
    shared.retain(|name, matching| {
        let Some(more) = other.get(name) else {
            return false;
        };
        matching.widen(more);
        true
    });
    shared
}

/// The facts on which the lines of a core cannot agree.
pub(super) fn facts(attempt: &Attempt<'_>, core: &[usize], demands: &[Demands]) -> Vec<String> {
    let provider = attempt.provider();
    for (&line, demand) in core.iter().zip(demands) {
        if let Some(name) = demand.dead_end() {
            return dead_end(provider, line, demand, name);
        }
    }
    let Some(name) = disputed(demands) else {
        return pip_does_not_run(provider, demands).into_iter().collect();
    };
    let mut facts = Vec::new();
    for (&line, demand) in core.iter().zip(demands) {
        if let Some(left) = demand.demands.get(&name) {
            let chain = chain(provider, line, demand, name);
            facts.push(format!("{chain} {}", versions(provider, &left.left.usable)));
        }
    }
    facts.push(format!(
        "no {} is in all of these",
        shown_name(provider, name)
    ));
    if is_pip(provider, name) {
        let reasons = demands
            .iter()
            .filter_map(|demand| demand.why_pip(provider, name));
        facts.extend(reasons);
    }
    facts
}

fn is_pip(provider: &Provider<'_>, name: NameId) -> bool {
    *provider.pool.resolve_package_name(name) == Name::Conda("pip".to_string())
}

/// That none of the pips which the lines leave runs on the pythons that they leave.
fn pip_does_not_run(provider: &Provider<'_>, demands: &[Demands]) -> Option<String> {
    let left = |package: &str| {
        let name = Name::Conda(package.to_string());
        let name = provider.pool.lookup_package_name(&name)?;
        let sets = demands
            .iter()
            .filter_map(|demand| demand.demands.get(&name));
        let sets = sets.map(|demand| demand.left.usable.clone());
        sets.reduce(|left, other| left.intersection(&other).copied().collect())
    };
    let (pips, pythons) = (left("pip")?, left("python")?);
    let lacks = |ability: PipAbility| {
        let mut records = pips.iter().filter_map(|&id| provider.record_of(id));
        !records.any(|record| pips::version(record).is_none_or(|pip| ability.is_in(&pip)))
    };
    let asked = |ability: PipAbility| {
        pythons.iter().all(|&id| {
            let python = provider.record_of(id);
            let python = python.and_then(|record| provider.pythons.index_of(record));
            python.is_some_and(|index| {
                let minor = provider.pythons.get(index).major_minor();
                PipAbility::of_python(minor).any(|asked| asked == ability)
            })
        })
    };
    let mut missing = PipAbility::OF_PYTHONS.into_iter();
    let ability = missing.find(|&ability| lacks(ability) && asked(ability))?;
    Some(format!(
        "pip {} does not run on {}: that takes pip {}",
        versions(provider, &pips),
        ability.what(),
        ability.versions()
    ))
}

/// The package of which the lines leave nothing together, by the shortest way.
fn disputed(demands: &[Demands]) -> Option<NameId> {
    let mut names: BTreeSet<NameId> = BTreeSet::new();
    for demand in demands {
        names.extend(demand.demands.keys());
    }
    let agreed = |name: NameId| {
        let mut sets = demands
            .iter()
            .filter_map(|demand| demand.demands.get(&name));
        let first = sets
            .next()
            .map(|demand| demand.left.usable.clone())
            .unwrap_or_default();
        sets.fold(first, |left, demand| {
            left.intersection(&demand.left.usable).copied().collect()
        })
    };
    let length = |name: NameId| -> usize {
        let demanding = demands
            .iter()
            .filter(|demand| demand.demands.contains_key(&name));
        demanding.map(|demand| demand.path(name).len()).sum()
    };
    let disputed = names.into_iter().filter(|&name| agreed(name).is_empty());
    disputed.min_by_key(|&name| (length(name), name))
}

fn dead_end(provider: &Provider<'_>, line: usize, demands: &Demands, name: NameId) -> Vec<String> {
    const REASONS_SHOWN: usize = 4;
    let demand = &demands.demands[&name];
    let chain = chain(provider, line, demands, name);
    let mut facts = vec![format!("{chain}, of which nothing that fits can be had")];
    let mut reasons: Vec<String> = demand
        .left
        .ruled_out
        .iter()
        .map(|(id, reason)| format!("{}: {reason}", provider.display_solvable(*id)))
        .collect();
    reasons.sort();
    reasons.dedup();
    let more = reasons.len().saturating_sub(REASONS_SHOWN);
    // The last are the newest versions, as a rule.
    facts.extend(reasons.into_iter().rev().take(REASONS_SHOWN));
    if more > 0 {
        facts.push(format!("and {more} more candidates that may not be taken"));
    }
    if facts.len() == 1 {
        let candidates = provider.get_candidates(name).now_or_never().flatten();
        let candidates = candidates.map_or_else(Vec::new, |found| found.candidates);
        match nearest::to_line(provider, line, name, &candidates) {
            Some(nearest) => facts.push(nearest),
            None if candidates.is_empty() => {}
            None => {
                let shown = shown_name(provider, name);
                let versions = versions(provider, &candidates.into_iter().collect());
                facts.push(format!("there is {shown} {versions}"));
            }
        }
    }
    facts
}

/// "`tensorflow==2.8.0` (pip) needs numpy, which needs python".
fn chain(provider: &Provider<'_>, line: usize, demands: &Demands, name: NameId) -> String {
    let declared = &provider.declared[line];
    let half = if declared.is_conda() { "" } else { " (pip)" };
    let text = format!("`{}`{half}", declared.text);
    let mut path = demands.path(name);
    path.retain(|&name| !matches!(provider.pool.resolve_package_name(name), Name::Contents(_)));
    let [between @ .., last] = path.as_slice() else {
        return text;
    };
    let last = shown_name(provider, *last);
    let through: Vec<_> = between
        .iter()
        .skip(1)
        .map(|&name| shown_name(provider, name))
        .collect();
    match (between.is_empty(), through.is_empty()) {
        (true, _) => format!("{text} asks for {last}"),
        (false, true) => format!("{text} needs {last}"),
        (false, false) => format!(
            "{text} needs {}, which needs {last}",
            through.join(", which needs ")
        ),
    }
}

fn shown_name(provider: &Provider<'_>, name: NameId) -> String {
    match provider.pool.resolve_package_name(name) {
        Name::Project(name) => format!("{name} (PyPI)"),
        Name::ProjectExtra(name, extra) => format!("{name}[{extra}] (PyPI)"),
        other => other.to_string(),
    }
}
