//! The requirements of the candidates of the pip half.

use pep508_rs::ExtraName;
use resolvo::{ConditionalRequirement, Dependencies, KnownDependencies, SolvableId};

use super::PypiHalf;
use crate::{
    encode::pool::{Candidate, Name, Origin, ReleaseCandidate, VersionSet},
    model::{reason::Reason, solution::ProvidedCandidate},
};

impl PypiHalf<'_> {
    /// Returns the requirements of a release that are known without its metadata.
    pub(in crate::encode) fn release_dependencies(
        &self,
        id: SolvableId,
        release: &ReleaseCandidate,
    ) -> Dependencies {
        let mut known = KnownDependencies::default();
        let python = self.terms.python_in(&release.pythons);
        known.requirements.push(python.into());
        for (ability, without) in &release.pip {
            let pip = self.terms.pip_with(*ability, without);
            known.requirements.push(pip);
        }
        self.require_unconstrained(&mut known, &release.project, self.terms.candidate(id));
        if release.origin != Origin::Opaque {
            known.requirements.push(self.contents(id));
        }
        if !self.terms.rules.overwrite {
            for package in self.providers(&release.project) {
                let package = self.terms.conda(package);
                let others = VersionSet::DoesNotProvide(release.project.clone());
                known.constrains.push(self.terms.some_of(package, others));
            }
        }
        Dependencies::Known(known)
    }

    /// Returns the requirement of a candidate from conda: the records that it represents.
    pub(in crate::encode) fn provided_dependencies(
        &self,
        id: SolvableId,
        provided: &ProvidedCandidate,
    ) -> Dependencies {
        let package = self.terms.conda(&provided.conda_name);
        let set = VersionSet::Provides(provided.project.clone(), provided.conda_version.clone());
        let mut known = KnownDependencies::default();
        known
            .requirements
            .push(self.terms.some_of(package, set).into());
        self.require_unconstrained(&mut known, &provided.project, self.terms.candidate(id));
        Dependencies::Known(known)
    }

    /// Returns the requirement of an extra that is known without metadata: its candidate.
    pub(in crate::encode) fn extra_dependencies(
        &self,
        id: SolvableId,
        base: SolvableId,
    ) -> Dependencies {
        let mut known = KnownDependencies::default();
        let tie = self.terms.exactly(base);
        known.requirements.extend([tie.into(), self.contents(id)]);
        Dependencies::Known(known)
    }

    fn contents(&self, of: SolvableId) -> ConditionalRequirement {
        self.terms.any_of(Name::Contents(of)).into()
    }

    /// Returns the requirements in the metadata of a release, or of an extra of a candidate.
    pub(crate) fn contents_dependencies(&self, of: SolvableId) -> Dependencies {
        let known = match self.terms.candidate(of) {
            Candidate::ProjectExtra { base, extra } => self.required_by(*base, Some(extra)),
            _ => self.required_by(of, None),
        };
        known.map_or_else(
            |reason| Dependencies::Unknown(self.terms.intern_reason(reason)),
            Dependencies::Known,
        )
    }

    fn required_by(
        &self,
        base: SolvableId,
        extra: Option<&ExtraName>,
    ) -> Result<KnownDependencies, Reason> {
        let mut known = KnownDependencies::default();
        let Some(release) = self.release_of(base) else {
            return Ok(known);
        };
        let Some(metadata) = self.metadata(&release)? else {
            return Ok(known);
        };
        let pythons = match self.terms.candidate(base) {
            Candidate::Provided(_) => release.pythons.clone(),
            _ => {
                self.require_pip(&mut known, &metadata)?;
                self.pythons_of(&release, &metadata)?
            }
        };
        if pythons != release.pythons {
            let python = self.terms.python_in(&pythons);
            known.requirements.push(python.into());
        }
        self.require_all(&mut known, &release, &metadata, &pythons, extra)?;
        Ok(known)
    }
}
