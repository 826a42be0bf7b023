//! The consequences of a solution when pip runs.

use std::sync::Arc;

use rattler_conda_types::MatchSpec;

use super::{
    ResolveError,
    builds::{self, Build},
    cpu_builds::CpuBuild,
    declared,
    overtaken::{self, Overtaken},
    question::{Question, broken_off},
};
use presolve_registry::conda::repodata::Repodata;
use presolve_solve::{Solution, SolveError};
use presolve_text::diagnostic::Diagnostic;

impl Question {
    /// Returns the releases that pip builds from source, the lines that pip would upgrade, and
    /// the packages that are built for the CPU.
    pub(super) async fn consequences(
        &self,
        repodata: &Arc<Repodata>,
        solution: &Solution,
    ) -> Result<(Vec<Build>, Vec<Overtaken>, Vec<CpuBuild>), ResolveError> {
        let (asker, found) = (self.clone(), solution.clone());
        let both = tokio::task::spawn_blocking(move || {
            let (pypi, target) = (&asker.session, &asker.target);
            let builds = builds::of(&found, pypi, target, &asker.names)?;
            let overtaken = overtaken::of(asker.declared(), &found, pypi, target, asker.subdir)?;
            Ok::<_, SolveError>((builds, overtaken))
        });
        let both = both.await.map_err(|error| broken_off(&error))?;
        let (mut builds, overtaken) = both?;
        let compiled = builds.iter_mut().filter(|build| build.compiles());
        for build in compiled {
            let names = self.names.conda_names(&build.name);
            let specs: Vec<MatchSpec> = names.into_iter().map(declared::spec_of).collect();
            // A failed hint must not fail the run.
            if let Ok(repodata) = self.records(&specs).await {
                let records = repodata.subdirs.iter().flat_map(|subdir| subdir.iter());
                build.find_conda(solution, &self.names, records);
            }
        }
        let cpu_builds = self.cpu_builds(repodata, solution).await;
        Ok((builds, overtaken, cpu_builds))
    }
}

/// Returns the warning that the time limit left no time to check the source builds.
pub(super) fn left_out() -> Diagnostic {
    let message = "the time limit was reached before the source builds were checked";
    Diagnostic::warning("builds-left-out", message).help("raise it with --timeout")
}
