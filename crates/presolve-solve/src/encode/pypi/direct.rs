//! Archive URLs and lines for third-party code in the pip list.

use std::{collections::BTreeMap, sync::Arc};

use pep440_rs::Version;
use pep508_rs::{PackageName, VerbatimUrl, VersionOrUrl};
use percent_encoding::percent_decode_str;

use super::PypiHalf;
use crate::{
    encode::pool::{Origin, ReleaseCandidate},
    model::{DeclaredKind, python_set::PythonSet, reason::Reason},
};
use presolve_packages::pypi::{
    Distribution, DistributionKind, Release, Support, tags::WheelFilename,
};

impl PypiHalf<'_> {
    /// Returns the candidates of direct URLs and of lines for third-party code. Lines whose
    /// markers hold on no allowed python have no candidate.
    pub(crate) fn direct_releases(
        &self,
        project: &PackageName,
    ) -> Vec<(ReleaseCandidate, Option<Reason>)> {
        let declared = self.terms.problem.declared.iter();
        declared
            .filter_map(|declared| match &declared.kind {
                DeclaredKind::PipOpaque(Some(name), marker) if name == project => {
                    let mut candidate = self.opaque(project);
                    let active = self.pythons.marked(marker, None);
                    candidate.pythons = candidate.pythons.intersection(&active);
                    (!candidate.pythons.is_empty()).then_some((candidate, None))
                }
                DeclaredKind::Pip(requirement) if requirement.name == *project => {
                    let Some(VersionOrUrl::Url(url)) = &requirement.version_or_url else {
                        return None;
                    };
                    let active = self.pythons.marked(&requirement.marker, None);
                    let active = active.intersection(self.pythons.allowed());
                    (!active.is_empty()).then(|| self.direct_url_candidate(project, url, &active))
                }
                _ => None,
            })
            .collect()
    }

    /// The release of an archive URL in the pip list, on the pythons for which the line
    /// is active.
    fn direct_url_candidate(
        &self,
        project: &PackageName,
        url: &VerbatimUrl,
        active: &PythonSet,
    ) -> (ReleaseCandidate, Option<Reason>) {
        let Some(archive) = direct_distribution(url) else {
            return (self.opaque(project), None);
        };
        let listed = Arc::new(Release::new(vec![Arc::new(archive.distribution)]));
        let (mut release, mut exclusion) = self.release(project, &archive.version, &listed);
        release.origin = Origin::DirectUrl;
        release.pythons = release.pythons.intersection(active);
        if archive.project != *project {
            let project = archive.project;
            exclusion = Some(Reason::FileOfOther { project });
        } else if release.pythons.is_empty() && exclusion.is_none() {
            exclusion = Some(Reason::MarkerAgainstFile);
        }
        (release, exclusion)
    }

    fn opaque(&self, project: &PackageName) -> ReleaseCandidate {
        ReleaseCandidate {
            project: project.clone(),
            version: Version::new([0]),
            origin: Origin::Opaque,
            pythons: self.pythons.allowed().clone(),
            pip: Vec::new(),
            file: None,
        }
    }
}

/// An archive URL in the pip list.
struct Archive {
    project: PackageName,
    version: Version,
    distribution: Distribution,
}

/// The hashes that pip reads from the fragment of a URL (`LinkHash` in
/// pip/_internal/models/link.py).
const HASHES: [&str; 6] = ["sha512", "sha384", "sha256", "sha224", "sha1", "md5"];

/// Returns the archive of a direct URL, or `None` if its file name does not identify it.
fn direct_distribution(url: &VerbatimUrl) -> Option<Archive> {
    let filename = url.raw().path_segments()?.next_back()?;
    // A local version has a `+`, which many indexes write as `%2B`.
    let filename = percent_decode_str(filename).decode_utf8().ok()?;
    let filename = filename.into_owned();
    let (project, version, kind) = if filename.ends_with(".whl") {
        let wheel: WheelFilename = filename.parse().ok()?;
        (
            wheel.name,
            wheel.version,
            DistributionKind::Wheel(wheel.tags),
        )
    } else {
        let stem = [".tar.gz", ".zip", ".tar.bz2"]
            .iter()
            .find_map(|end| filename.strip_suffix(end))?;
        let (name, version) = stem.rsplit_once('-')?;
        (
            name.parse().ok()?,
            version.parse().ok()?,
            DistributionKind::Source,
        )
    };
    let distribution = Distribution {
        filename,
        url: url.raw().clone(),
        support: Arc::new(Support {
            kind,
            requires_python: None,
        }),
        yanked: None,
        hashes: hashes_of(url),
        has_metadata_file: false,
        metadata_hashes: BTreeMap::new(),
        upload_time: None,
        index: None,
    };
    Some(Archive {
        project,
        version,
        distribution,
    })
}

/// The hashes in the fragment of a URL, `#sha256=…`.
fn hashes_of(url: &VerbatimUrl) -> BTreeMap<String, String> {
    url.raw()
        .fragment()
        .into_iter()
        .flat_map(|fragment| fragment.split('&'))
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| HASHES.contains(name))
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}
