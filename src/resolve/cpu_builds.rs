//! Packages that are built for the CPU on an image with CUDA's libraries.
//!
//! An image has no driver, and the machine that builds it has no GPU, so conda sees no
//! `__cuda` there and takes builds for the CPU without a word. What the channels have
//! besides is told by the records, not by names: a build for CUDA says so in its build
//! string, or depends on CUDA's own packages.

use std::sync::Arc;

use rattler_conda_types::RepoDataRecord;

use super::{builds::fits_python, question::Question};
use crate::{
    conda::repodata::Repodata,
    problem::{Solution, depends_on, solve},
};

/// A build for the CPU, and the one for CUDA that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuBuild {
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// The build.
    pub build: String,
    /// The version and build for CUDA.
    pub cuda: (String, String),
    /// conda would take that one if there were a GPU. Otherwise it has to be asked for.
    pub for_want_of_a_gpu: bool,
    /// The version of the CUDA libraries in the image.
    pub image_cuda: String,
}

impl Question {
    /// The builds for the CPU. What cannot be found out is left out: it is a hint.
    pub(super) async fn cpu_builds(
        &self,
        repodata: &Arc<Repodata>,
        solution: &Solution,
    ) -> Vec<CpuBuild> {
        let image = self.settings.image.as_ref();
        let image = image.filter(|image| image.subdir == self.subdir);
        let Some(image_cuda) = image.and_then(|image| image.cuda.as_deref()) else {
            return Vec::new();
        };
        let mut names = self.virtual_packages.iter().map(|package| &package.name);
        if names.any(|name| name.as_normalized() == "__cuda") {
            return Vec::new();
        }
        let found: Vec<(&RepoDataRecord, &RepoDataRecord)> = solution
            .conda
            .iter()
            .filter(|record| !is_for_cuda(record))
            .filter_map(|record| Some((record, sibling(record, repodata, solution)?)))
            .collect();
        if found.is_empty() {
            return Vec::new();
        }
        let with_gpu = self.solution_with(image_cuda, repodata).await;
        let builds = found.into_iter().filter_map(|(record, sibling)| {
            let name = record.package_record.name.as_normalized();
            let other = with_gpu.as_ref().and_then(|other| other.record(name));
            let other = other.filter(|other| is_for_cuda(other));
            // conda may prefer the CPU of a package that is only carried along.
            let is_declared = self.declared().iter().any(|line| line.names(name));
            (is_declared || other.is_some()).then(|| CpuBuild {
                name: name.to_owned(),
                version: record.package_record.version.to_string(),
                build: record.package_record.build.to_string(),
                cuda: version_and_build(other.unwrap_or(sibling)),
                for_want_of_a_gpu: other.is_some(),
                image_cuda: image_cuda.to_owned(),
            })
        });
        builds.collect()
    }

    /// The answer on a machine with a GPU.
    async fn solution_with(&self, cuda: &str, repodata: &Arc<Repodata>) -> Option<Box<Solution>> {
        let question = self.with_cuda(cuda).ok()?;
        question.ask(Arc::clone(repodata), solve).await.ok()?
    }
}

/// A build for CUDA of the same version for the same Python, in the same channel: of
/// several the one with the highest number.
fn sibling<'r>(
    record: &RepoDataRecord,
    repodata: &'r Repodata,
    solution: &Solution,
) -> Option<&'r RepoDataRecord> {
    let package = &record.package_record;
    let records = repodata.subdirs.iter().flat_map(|subdir| subdir.iter());
    let siblings = records.filter(|other| {
        other.package_record.name == package.name
            && other.package_record.version == package.version
            && other.channel == record.channel
            && is_for_cuda(other)
            && fits_python(other, solution)
    });
    siblings.max_by_key(|other| other.package_record.build_number)
}

fn version_and_build(record: &RepoDataRecord) -> (String, String) {
    let package = &record.package_record;
    (package.version.to_string(), package.build.to_string())
}

/// Whether a record is a build for CUDA: by a word of its build string (`cuda126_py310_0`,
/// `py3.12_cuda12.4_cudnn9.1.0_0`, `gpu_py39_0`), or by what it depends on.
fn is_for_cuda(record: &RepoDataRecord) -> bool {
    let mut words = record.package_record.build.as_str().split('_');
    let by_build = words.any(|word| word.starts_with("cuda") || word.starts_with("gpu"));
    by_build || depends_on(record).any(|name| is_of_cuda(&name))
}

/// Whether a package is CUDA itself: the virtual one, NVIDIA's toolkit until 11 and its
/// parts since 12 (<https://github.com/conda-forge/cuda-feedstock>), or what stands for a
/// choice of it in the channel `pytorch`.
fn is_of_cuda(name: &str) -> bool {
    matches!(name, "__cuda" | "cudatoolkit" | "pytorch-cuda") || name.starts_with("cuda-")
}

#[cfg(test)]
mod tests {
    use rattler_conda_types::{PackageRecord, Version};
    use url::Url;

    use super::*;

    fn record(build: &str, depends: &[&str]) -> RepoDataRecord {
        let name = "net".parse().expect("a name");
        let version: Version = "1".parse().expect("a version");
        let mut package = PackageRecord::new(name, version, build.parse().expect("a build"));
        package.depends = depends.iter().map(ToString::to_string).collect();
        RepoDataRecord {
            package_record: package,
            identifier: "net-1-0.conda".parse().expect("a file name"),
            url: Url::parse("https://h/net-1-0.conda").expect("a URL"),
            channel: None,
        }
    }

    /// Build strings and dependencies as the channels have them.
    #[test]
    fn builds_for_cuda_are_told_by_their_records() {
        for (build, depends) in [
            ("cuda129_mkl_py313_ha91d441_301", &["__cuda"][..]),
            ("py3.12_cuda12.4_cudnn9.1.0_0", &[]),
            ("gpu_py39h8236f22_0", &["_tflow_select 2.1.0 gpu"]),
            ("h258748b_2_cuda", &[]),
            ("h6edc907_0", &["cudatoolkit >=9.0,<9.1.0a0"]),
            ("hf604dca_7", &["cuda-cudart >=12.0.107,<13.0a0"]),
        ] {
            assert!(is_for_cuda(&record(build, depends)), "{build}");
        }
        for (build, depends) in [
            ("cpu_generic_py310_0", &["python >=3.10", "cudnn-free"][..]),
            ("py3.12_cpu_0", &["pytorch-mutex 1.0 cpu"]),
            ("barracuda_0", &[]),
        ] {
            assert!(!is_for_cuda(&record(build, depends)), "{build}");
        }
    }
}
