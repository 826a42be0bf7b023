//! Packages that are built for the CPU on an image with CUDA's libraries.
//!
//! An image has no driver, and the machine that builds it has no GPU, so conda sees no
//! `__cuda` there and silently chooses CPU builds. Whether the channels also have CUDA builds
//! is recognised by their records, not by names: a CUDA build has a mark in its build string,
//! or depends on CUDA's own packages.
//!
//! The version of `__cuda` is that of the GPU's driver
//! (<https://github.com/conda/ceps/blob/main/cep-0030.md>), which can be newer than the
//! libraries in the image. A build may need a newer driver than these libraries do.

use std::sync::Arc;

use rattler_conda_types::{
    Matches, PackageName, ParseMatchSpecOptions, RepoDataRecord, Version, VersionSpec,
};

use super::{builds::fits_python, question::Question};
use presolve_parse as parse;
use presolve_registry::conda::repodata::Repodata;
pub use presolve_solve::{Solution, depends_on, solve};

/// A CPU build in the solution, and a CUDA build that could replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuBuild {
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// The build.
    pub build: String,
    /// The version and the build string of the CUDA build.
    pub cuda: (String, String),
    /// Whether conda would choose the CUDA build on a machine with a GPU whose driver is as
    /// new as the CUDA libraries in the image. Otherwise the file has to request it.
    pub for_want_of_a_gpu: bool,
    /// The driver that the CUDA build depends on; `None` if it depends on none.
    pub driver: Option<Driver>,
    /// The version of the CUDA libraries in the image.
    pub image_cuda: String,
    /// Whether a Dockerfile names the image. `presolve context` does not write such a file.
    pub in_dockerfile: bool,
}

/// The GPU driver that a build depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Driver {
    /// The dependency, such as `__cuda >=12.0`.
    pub spec: String,
    /// A version of `__cuda` that satisfies the build and the packages that it depends on:
    /// that of the libraries in the image, otherwise the lowest that they name. `None` if no
    /// named version is suitable.
    pub version: Option<String>,
}

impl Driver {
    /// Returns the first dependency of a record on `__cuda`. Its other dependencies count too:
    /// conda-forge's `cuda-version` constrains the driver even if the build accepts any.
    fn of(record: &RepoDataRecord, records: &[&RepoDataRecord], image_cuda: &str) -> Option<Self> {
        let depends = &record.package_record.depends;
        let spec = depends.iter().find(|text| on_driver(text).is_some())?;
        let others = depends.iter().filter_map(|text| {
            let spec = parse::conda::match_spec(text, ParseMatchSpecOptions::lenient()).ok()?;
            let found = records.iter().filter(|other| spec.matches(**other));
            let found: Vec<Vec<VersionSpec>> = found.map(|other| drivers(other)).collect();
            (!found.is_empty()).then_some(found)
        });
        let mut needs: Vec<Vec<Vec<VersionSpec>>> = others.collect();
        needs.push(vec![drivers(record)]);
        Some(Self {
            spec: spec.clone(),
            version: met_by(&needs, image_cuda),
        })
    }
}

/// Returns the constraints of a record on the version of `__cuda`.
fn drivers(record: &RepoDataRecord) -> Vec<VersionSpec> {
    let package = &record.package_record;
    let texts = package.depends.iter().chain(&package.constrains);
    texts.filter_map(|text| on_driver(text)).collect()
}

/// Returns the versions that a dependency on `__cuda` allows; `None` for other dependencies.
fn on_driver(text: &str) -> Option<VersionSpec> {
    if PackageName::normalized_name_from_matchspec_str(text) != "__cuda" {
        return None;
    }
    let spec = parse::conda::match_spec(text, ParseMatchSpecOptions::lenient()).ok()?;
    Some(spec.version.unwrap_or(VersionSpec::Any))
}

/// Returns a version of `__cuda` that at least one record of each package accepts.
fn met_by(needs: &[Vec<Vec<VersionSpec>>], image_cuda: &str) -> Option<String> {
    let meets = |version: &Version| {
        let fits = |record: &Vec<VersionSpec>| record.iter().all(|spec| spec.matches(version));
        needs.iter().all(|records| records.iter().any(fits))
    };
    if parse::conda::version(image_cuda).is_ok_and(|version| meets(&version)) {
        return Some(image_cuda.to_owned());
    }
    let named = needs.iter().flatten().flatten().flat_map(named);
    let lowest = named.filter(meets).min();
    lowest.map(|version| version.to_string())
}

/// Returns the versions that appear in a version spec.
fn named(versions: &VersionSpec) -> Vec<Version> {
    match versions {
        VersionSpec::None | VersionSpec::Any => Vec::new(),
        VersionSpec::Range(_, version) | VersionSpec::Exact(_, version) => vec![version.clone()],
        VersionSpec::StrictRange(_, version) => {
            Vec::from_iter(parse::conda::version(&version.to_string()).ok())
        }
        VersionSpec::Group(_, parts) => parts.iter().flat_map(named).collect(),
    }
}

impl Question {
    /// Returns the CPU builds. As they are hints, those that cannot be determined are left
    /// out.
    pub(super) async fn cpu_builds(
        &self,
        repodata: &Arc<Repodata>,
        solution: &Solution,
    ) -> Vec<CpuBuild> {
        let image = self.settings.image.as_ref();
        let image = image.filter(|image| image.subdir == self.subdir);
        let cuda = image.and_then(|image| Some((image, image.cuda.as_deref()?)));
        let Some((image, image_cuda)) = cuda else {
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
        let records: Vec<&RepoDataRecord> = records(repodata).collect();
        let with_gpu = self.solution_with(image_cuda, repodata).await;
        let builds = found.into_iter().filter_map(|(record, sibling)| {
            let name = record.package_record.name.as_normalized();
            let other = with_gpu.as_ref().and_then(|other| other.record(name));
            let other = other.filter(|other| is_for_cuda(other));
            // conda may choose the CPU build of an indirect dependency on purpose.
            let is_declared = self.declared().iter().any(|line| line.names(name));
            let for_cuda = other.unwrap_or(sibling);
            (is_declared || other.is_some()).then(|| CpuBuild {
                name: name.to_owned(),
                version: record.package_record.version.to_string(),
                build: record.package_record.build.to_string(),
                cuda: version_and_build(for_cuda),
                for_want_of_a_gpu: other.is_some(),
                driver: Driver::of(for_cuda, &records, image_cuda),
                image_cuda: image_cuda.to_owned(),
                in_dockerfile: image.in_dockerfile,
            })
        });
        builds.collect()
    }

    /// Returns the solution on a machine with a GPU.
    async fn solution_with(&self, cuda: &str, repodata: &Arc<Repodata>) -> Option<Box<Solution>> {
        let question = self.with_cuda(cuda).ok()?;
        question.ask(Arc::clone(repodata), solve).await.ok()?
    }
}

/// Returns a CUDA build of the same version for the same Python, in the same channel. Of
/// several, it is the one with the highest build number.
fn sibling<'r>(
    record: &RepoDataRecord,
    repodata: &'r Repodata,
    solution: &Solution,
) -> Option<&'r RepoDataRecord> {
    let package = &record.package_record;
    let siblings = records(repodata).filter(|other| {
        other.package_record.name == package.name
            && other.package_record.version == package.version
            && other.channel == record.channel
            && is_for_cuda(other)
            && fits_python(other, solution)
    });
    siblings.max_by_key(|other| other.package_record.build_number)
}

fn records(repodata: &Repodata) -> impl Iterator<Item = &RepoDataRecord> {
    repodata.subdirs.iter().flat_map(|subdir| subdir.iter())
}

fn version_and_build(record: &RepoDataRecord) -> (String, String) {
    let package = &record.package_record;
    (package.version.to_string(), package.build.to_string())
}

/// Whether a record is a CUDA build: by a word in its build string (`cuda126_py310_0`,
/// `py3.12_cuda12.4_cudnn9.1.0_0`, `gpu_py39_0`), or by its dependencies.
fn is_for_cuda(record: &RepoDataRecord) -> bool {
    let mut words = record.package_record.build.as_str().split('_');
    let by_build = words.any(|word| word.starts_with("cuda") || word.starts_with("gpu"));
    by_build || depends_on(record).any(|name| is_of_cuda(&name))
}

/// Whether a package is part of CUDA: the virtual package, NVIDIA's toolkit until 11, its
/// parts since 12 (<https://github.com/conda-forge/cuda-feedstock>), or a package by which the
/// channel `pytorch` selects a version of it.
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

    /// Build strings and dependencies from real channels.
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

    #[test]
    fn the_driver_is_the_one_that_the_dependency_names() {
        for (depends, expected) in [
            ("__cuda", Some("11.8")),
            ("__cuda >=11.2", Some("11.8")),
            ("__cuda >=12.0", Some("12.0")),
            ("__cuda >=12.0,<13", Some("12.0")),
            ("__cuda >=13|12.4.*", Some("12.4")),
            ("__cuda >12", None),
        ] {
            let build = record("cuda_0", &["python", depends]);
            let driver = Driver::of(&build, &[], "11.8");
            let driver = driver.expect("it depends on one");
            assert_eq!(driver.spec, depends);
            assert_eq!(driver.version.as_deref(), expected, "{depends}");
        }
        let without = record("gpu_0", &["cudatoolkit 11.*"]);
        assert_eq!(Driver::of(&without, &[], "11.8"), None);
    }

    /// As in conda-forge: the build accepts any driver, but `cuda-version` requires a new one.
    #[test]
    fn the_driver_is_new_enough_for_what_the_build_depends_on() {
        let version = |version: &str, driver: &str| {
            let mut one = record("0", &[]);
            one.package_record.name = "cuda-version".parse().expect("a name");
            let version: Version = version.parse().expect("a version");
            one.package_record.version = version.into();
            one.package_record.constrains = vec![format!("__cuda >={driver}")];
            one
        };
        let records = [
            version("11.8", "11"),
            version("12.6", "12"),
            version("12.9", "12"),
        ];
        let records: Vec<&RepoDataRecord> = records.iter().collect();
        for (depends, expected) in [
            ("cuda-version >=12.6,<13", "12"),
            ("cuda-version 11.*", "11.8"),
        ] {
            let build = record("cuda_0", &["__cuda", depends]);
            let driver = Driver::of(&build, &records, "11.8").expect("it depends on one");
            assert_eq!(driver.version.as_deref(), Some(expected), "{depends}");
        }
    }
}
