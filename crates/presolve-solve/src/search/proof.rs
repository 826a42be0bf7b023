//! The proof that an attempt has no solution, and whether it also holds under other rules.
//!
//! The proof is the set of clauses from which the solver derived its conflict. If other rules
//! have the same clauses, they have no solution either, and need no attempt.

use std::collections::HashSet;

use resolvo::{
    Interner, Requirement, SolvableId, VersionSetId,
    conflict::{ConflictCause, ConflictEdge, ConflictGraph, ConflictNode},
};

use crate::{
    attempt::Attempt,
    encode::{
        Encoder,
        pool::{Candidate, Name, ReleaseCandidate, VersionSet},
        rules::Rules,
    },
    model::{ratings::Sources, reason::Reason},
};

/// The proof that an attempt has no solution.
pub(super) struct Proof<'p, 'a> {
    encoder: &'p Encoder<'a>,
    graph: ConflictGraph,
}

impl<'p, 'a> Proof<'p, 'a> {
    /// Returns the proof of the last run of an attempt, if it had no solution.
    pub(super) fn new(attempt: &'p Attempt<'a>) -> Option<Self> {
        Some(Self {
            encoder: attempt.encoder(),
            graph: attempt.conflict_graph()?,
        })
    }

    /// Whether there is no solution under these rules either, whatever lessons are added to
    /// them. They may differ from those of the attempt in the sources, in `overwrite`, in the
    /// lessons and in the order of the candidates.
    pub(super) fn holds_under(&self, rules: &Rules) -> bool {
        let before = &self.encoder.terms().rules;
        (&before.pythons, &before.pip) == (&rules.pythons, &rules.pip)
            && before.unfounded.is_empty()
            && (!rules.overwrite || !self.needs_both_halves_apart())
            && self.graph.graph.node_weights().all(|node| match node {
                ConflictNode::Excluded(reason) => {
                    stays(&self.encoder.terms().reason(*reason), rules.sources)
                }
                ConflictNode::Solvable(id) => self.is_rated_alike(*id, rules.sources),
                ConflictNode::Root | ConflictNode::UnresolvedDependency => true,
            })
            && self
                .required()
                .all(|set| self.leaves_out_the_same(set, rules.sources))
    }

    /// The version sets that the proof requires.
    fn required(&self) -> impl Iterator<Item = VersionSetId> {
        let edges = self.graph.graph.edge_weights();
        let requirements: HashSet<Requirement> = edges
            .filter_map(|edge| match edge {
                ConflictEdge::Requires(requirement) => Some(*requirement),
                ConflictEdge::Conflict(_) => None,
            })
            .collect();
        let sets = requirements
            .into_iter()
            .flat_map(|requirement| self.encoder.sets_of(requirement));
        sets.collect::<HashSet<_>>().into_iter()
    }

    /// Whether the candidates that the encoder left out of a version set stay excluded. The
    /// graph does not have them.
    fn leaves_out_the_same(&self, set: VersionSetId, sources: Sources) -> bool {
        let name = self.encoder.version_set_name(set);
        let (Name::Project(project) | Name::ProjectExtra(project, _)) =
            self.encoder.terms().name(name)
        else {
            return true;
        };
        let wanted = self.encoder.terms().set(set);
        let excluded = self.encoder.pypi().excluded(project);
        excluded.into_iter().all(|(id, reason)| {
            !self.encoder.is_in(id, wanted)
                || stays(&reason, sources) && self.is_rated_alike(id, sources)
        })
    }

    /// Whether a candidate has the same files under other sources.
    fn is_rated_alike(&self, id: SolvableId, sources: Sources) -> bool {
        self.release(id)
            .is_none_or(|release| self.encoder.pypi().is_rated_alike(release, sources))
    }

    /// Whether the proof uses that a release excludes the conda packages of its project.
    fn needs_both_halves_apart(&self) -> bool {
        self.graph.graph.edge_weights().any(|edge| match edge {
            ConflictEdge::Conflict(ConflictCause::Constrains(set)) => {
                matches!(
                    self.encoder.terms().set(*set),
                    VersionSet::DoesNotProvide(_)
                )
            }
            _ => false,
        })
    }

    /// Returns the release that a candidate of the pip half belongs to.
    fn release(&self, id: SolvableId) -> Option<&ReleaseCandidate> {
        match self.encoder.terms().candidate(id) {
            Candidate::Release(release) => Some(release),
            Candidate::ProjectExtra { base: of, .. } | Candidate::Contents(of) => self.release(*of),
            _ => None,
        }
    }
}

/// Whether a reason to exclude a candidate depends neither on lessons nor on the sources. The
/// reasons that concern the files of a release are compared with the release.
fn stays(reason: &Reason, sources: Sources) -> bool {
    match reason {
        Reason::PreRelease | Reason::Yanked { .. } => false,
        Reason::NeedsBuild { .. } => sources != Sources::Unknown,
        _ => true,
    }
}
