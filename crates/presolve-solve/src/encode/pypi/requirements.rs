//! What the candidates of a project require.

use std::sync::Arc;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName, Requirement, VerbatimUrl, VersionOrUrl};
use resolvo::{ConditionalRequirement, Dependencies, KnownDependencies, SolvableId, VersionSetId};

use crate::{
    Sources,
    encode::Provider,
    encode::pool::{Candidate, Name, Origin, ProvidedCandidate, ReleaseCandidate, VersionSet},
    encode::pythons::PythonSet,
};
use presolve_packages::pypi::{
    Distribution, DistributionKind, Metadata, MetadataAnswer, pip_abilities::PipAbility,
};

impl Provider<'_> {
    /// What a release requires, as far as it is known without its metadata.
    pub(crate) fn release_dependencies(
        &self,
        id: SolvableId,
        release: &ReleaseCandidate,
    ) -> Dependencies {
        let mut known = KnownDependencies::default();
        known
            .requirements
            .push(self.python_in(&release.pythons).into());
        for (ability, without) in &release.pip {
            known.requirements.push(self.pip_with(*ability, without));
        }
        self.require_unconstrained(&mut known, &release.project, self.candidate(id));
        if release.origin != Origin::Opaque {
            known.requirements.push(self.contents(id));
        }
        if !self.reading.overwrite {
            for conda_name in self.providers.get(&release.project).into_iter().flatten() {
                let name = Name::Conda(conda_name.0.clone());
                let name = self.pool.intern_package_name(name);
                let others = VersionSet::BringsNot(release.project.clone());
                known
                    .constrains
                    .push(self.pool.intern_version_set(name, others));
            }
        }
        Dependencies::Known(known)
    }

    /// What a conda package that provides a project requires: itself.
    pub(crate) fn provided_dependencies(
        &self,
        id: SolvableId,
        provided: &ProvidedCandidate,
    ) -> Dependencies {
        let name = Name::Conda(provided.conda_name.clone());
        let name = self.pool.intern_package_name(name);
        let set = VersionSet::Brings(provided.project.clone(), provided.conda_version.clone());
        let mut known = KnownDependencies::default();
        known
            .requirements
            .push(self.pool.intern_version_set(name, set).into());
        self.require_unconstrained(&mut known, &provided.project, self.candidate(id));
        Dependencies::Known(known)
    }

    /// What an extra of a candidate requires without its metadata: the candidate.
    pub(crate) fn extra_dependencies(&self, id: SolvableId, base: SolvableId) -> Dependencies {
        let mut known = KnownDependencies::default();
        let name = self.pool.resolve_solvable(base).name;
        let tie = self
            .pool
            .intern_version_set(name, VersionSet::Exactly(base));
        known.requirements.extend([tie.into(), self.contents(id)]);
        Dependencies::Known(known)
    }

    /// What the metadata of a release, or of an extra of a candidate, requires.
    pub(crate) fn contents_dependencies(&self, of: SolvableId) -> Dependencies {
        let known = match self.candidate(of) {
            Candidate::ProjectExtra { base, extra } => self.required_by(*base, Some(extra)),
            _ => self.required_by(of, None),
        };
        known.map_or_else(
            |reason| Dependencies::Unknown(self.pool.intern_string(reason)),
            Dependencies::Known,
        )
    }

    /// Requires a python on which no constraint rules the candidate out.
    fn require_unconstrained(
        &self,
        known: &mut KnownDependencies,
        project: &PackageName,
        candidate: &Candidate,
    ) {
        if let Some((_, pythons)) = self.unconstrained(project, candidate) {
            known.requirements.push(self.python_in(&pythons).into());
        }
    }

    fn contents(&self, of: SolvableId) -> ConditionalRequirement {
        let name = self.pool.intern_package_name(Name::Contents(of));
        self.pool.intern_version_set(name, VersionSet::Any).into()
    }

    fn required_by(
        &self,
        base: SolvableId,
        extra: Option<&ExtraName>,
    ) -> Result<KnownDependencies, String> {
        let mut known = KnownDependencies::default();
        let Some(release) = self.release_of(base) else {
            return Ok(known);
        };
        let Some(metadata) = self.metadata(&release)? else {
            return Ok(known);
        };
        let pythons = match self.candidate(base) {
            Candidate::Provided(_) => release.pythons.clone(),
            _ => {
                self.require_pip(&mut known, &metadata)?;
                self.pythons_of(&release, &metadata)?
            }
        };
        if pythons != release.pythons {
            known.requirements.push(self.python_in(&pythons).into());
        }
        self.require_all(&mut known, &release, &metadata, &pythons, extra)?;
        Ok(known)
    }

    /// The release that a candidate of a project is, or that a conda package was
    /// built from: pip reads the extras of what is installed.
    fn release_of(&self, id: SolvableId) -> Option<Arc<ReleaseCandidate>> {
        match self.candidate(id) {
            Candidate::Release(release) => Some(release.clone()),
            Candidate::Provided(provided) => {
                let version = provided.version.as_ref()?;
                let page = self.project(&provided.project)?;
                let files = &page.releases.get(version)?.files;
                let (mut release, _) = self.release(&provided.project, version, files);
                // On which pythons it runs is conda's affair; what its extras
                // require, any wheel tells.
                release.pythons = self.allowed.clone();
                let wheel =
                    |file: &&Arc<Distribution>| matches!(file.kind, DistributionKind::Wheel(_));
                let distribution = release.distribution.take();
                release.distribution = distribution.or_else(|| files.iter().find(wheel).cloned());
                release.distribution.is_some().then(|| Arc::new(release))
            }
            _ => None,
        }
    }

    /// The pythons of a release, held against what its metadata requires too.
    fn pythons_of(
        &self,
        release: &ReleaseCandidate,
        metadata: &Metadata,
    ) -> Result<PythonSet, String> {
        let Some(required) = &metadata.requires_python else {
            return Ok(release.pythons.clone());
        };
        let pythons = release
            .pythons
            .intersection(&self.pythons.required(required));
        if pythons.is_empty() {
            let allowed = self.pythons.display(&self.allowed);
            return Err(format!(
                "it requires Python {required}, but the environment file allows {allowed}"
            ));
        }
        Ok(pythons)
    }

    pub(crate) fn python_in(&self, pythons: &PythonSet) -> VersionSetId {
        let python = self
            .pool
            .intern_package_name(Name::Conda("python".to_string()));
        self.pool
            .intern_version_set(python, VersionSet::Python(pythons.clone()))
    }

    /// A pip that has an ability, or one of the pythons on which any pip will do.
    pub(crate) fn pip_with(
        &self,
        ability: PipAbility,
        without: &PythonSet,
    ) -> ConditionalRequirement {
        let pip = Name::Conda("pip".to_string());
        let pip = self.pool.intern_package_name(pip);
        let able = VersionSet::Pip(ability);
        let able = self.pool.intern_version_set(pip, able);
        if without.is_empty() {
            return able.into();
        }
        let others = std::iter::once(self.python_in(without));
        self.pool.intern_version_set_union(able, others).into()
    }

    /// Requires a pip that does not leave a release out for its metadata.
    fn require_pip(
        &self,
        known: &mut KnownDependencies,
        metadata: &Metadata,
    ) -> Result<(), String> {
        let ability = PipAbility::LegacySpecifiers;
        if !metadata.is_repaired {
            return Ok(());
        }
        if !self.pips.any(ability) {
            return Err(format!(
                "its metadata has {}: it needs pip {}",
                ability.what(),
                ability.versions()
            ));
        }
        if self.pips.differ_in(ability) {
            let able = self.pip_with(ability, &self.pythons.none());
            known.requirements.push(able);
        }
        Ok(())
    }

    /// The metadata that speaks for a release; `None` for an opaque one, and for
    /// one that has to be built where that counts as "requires nothing".
    pub(crate) fn metadata(
        &self,
        release: &ReleaseCandidate,
    ) -> Result<Option<Arc<Metadata>>, String> {
        let Some(distribution) = &release.distribution else {
            return Ok(None);
        };
        self.prefetch_older(release);
        match self.world.pypi.metadata(&release.project, distribution) {
            Ok(MetadataAnswer::Known(metadata)) => Ok(Some(metadata)),
            Ok(MetadataAnswer::Invalid(reason)) => Err(format!("its metadata is broken: {reason}")),
            Ok(MetadataAnswer::Unbuildable(reason)) => Err(reason),
            Ok(MetadataAnswer::NeedsBuild(reason)) => {
                self.learnt.borrow_mut().needs_build = true;
                match self.reading.sources {
                    Sources::Unknown => Ok(None),
                    _ => Err(format!(
                        "its requirements are known only after a build: {reason}"
                    )),
                }
            }
            Err(failure) => {
                self.fail(failure);
                Err("an index could not be queried".to_string())
            }
        }
    }

    /// A project of which one release after the other is given up will be asked
    /// for the next ones too: these are fetched together.
    fn prefetch_older(&self, release: &ReleaseCandidate) {
        const PATIENCE: usize = 2;
        const AT_ONCE: usize = 8;
        let mut all = self.projects.tried.borrow_mut();
        let tried = all.entry(release.project.clone()).or_default();
        let is_new = tried.insert(release.version.clone());
        if is_new && tried.len() % AT_ONCE == PATIENCE {
            let next = self.releases_after(release);
            let files = next
                .iter()
                .filter_map(|release| release.distribution.clone());
            let files: Vec<_> = files.take(AT_ONCE).collect();
            self.world.pypi.prefetch_metadata(&release.project, &files);
        }
    }

    fn require_all(
        &self,
        known: &mut KnownDependencies,
        release: &ReleaseCandidate,
        metadata: &Metadata,
        pythons: &PythonSet,
        extra: Option<&ExtraName>,
    ) -> Result<(), String> {
        let mut names = Vec::new();
        for requirement in &metadata.requires_dist {
            let active = self
                .pythons
                .marked(&requirement.marker, extra)
                .intersection(pythons);
            let without = self
                .pythons
                .marked(&requirement.marker, None)
                .intersection(pythons);
            let of_base = extra.is_some() && active == without;
            if active.is_empty() || of_base {
                continue;
            }
            names.push(requirement.name.clone());
            let own = (requirement.name == release.project).then_some(&release.version);
            let sets = match self.requirement_sets(requirement, own) {
                Ok(sets) => sets,
                // What cannot be satisfied need not be met on the other pythons.
                Err(reason) => {
                    let others = pythons.difference(&active);
                    if others.is_empty() {
                        return Err(reason);
                    }
                    known.requirements.push(self.python_in(&others).into());
                    continue;
                }
            };
            for set in sets {
                known
                    .requirements
                    .push(self.on_pythons(set, &active, pythons));
            }
        }
        self.world.pypi.prefetch(&names);
        Ok(())
    }

    /// "`set`, if python is one of `active`", for one that is one of `pythons`.
    pub(crate) fn on_pythons(
        &self,
        set: VersionSetId,
        active: &PythonSet,
        pythons: &PythonSet,
    ) -> ConditionalRequirement {
        let otherwise = pythons.difference(active);
        if otherwise.is_empty() {
            return set.into();
        }
        let otherwise = self.python_in(&otherwise);
        let union = self
            .pool
            .intern_version_set_union(otherwise, std::iter::once(set));
        union.into()
    }

    /// The version sets of a requirement: its extras, then the project. `own` is
    /// the version of the project that requires itself, as `foo[all]` does.
    pub(crate) fn requirement_sets(
        &self,
        requirement: &Requirement<VerbatimUrl>,
        own: Option<&Version>,
    ) -> Result<Vec<VersionSetId>, String> {
        let project = &requirement.name;
        let set = match &requirement.version_or_url {
            None => VersionSet::Specifiers(VersionSpecifiers::empty()),
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
                VersionSet::Specifiers(specifiers.clone())
            }
            Some(VersionOrUrl::Url(_)) if !self.direct_candidates(project).is_empty() => {
                VersionSet::Any
            }
            Some(VersionOrUrl::Url(_)) => {
                return Err(format!("it requires {project} from a URL"));
            }
        };
        let mut sets = Vec::with_capacity(requirement.extras.len() + 1);
        for extra in &requirement.extras {
            let name = Name::ProjectExtra(project.clone(), extra.clone());
            let name = self.pool.intern_package_name(name);
            let set = own.map_or_else(|| set.clone(), |_| VersionSet::Any);
            sets.push(self.pool.intern_version_set(name, set));
        }
        match (own, &set) {
            // A package must not constrain its own name: the tie of its extras
            // to itself says the same.
            (Some(version), VersionSet::Specifiers(specifiers)) => {
                if !specifiers.contains(version) {
                    return Err(format!("it requires itself as {specifiers}"));
                }
            }
            _ => {
                let name = self
                    .pool
                    .intern_package_name(Name::Project(project.clone()));
                sets.push(self.pool.intern_version_set(name, set));
            }
        }
        Ok(sets)
    }
}
