//! What the name of an image says about its conda: whether it is there, and what it reads.

use jiff::civil::{Date, date};
use rattler_conda_types::Version;

use super::Image;

/// Docker Official Images (<https://github.com/docker-library/official-images/tree/master/library>)
/// of systems, languages and tools. None of their Dockerfiles installs conda.
const OFFICIAL: [&str; 27] = [
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "buildpack-deps",
    "busybox",
    "centos",
    "debian",
    "eclipse-temurin",
    "fedora",
    "gcc",
    "golang",
    "julia",
    "node",
    "openjdk",
    "opensuse",
    "oraclelinux",
    "perl",
    "php",
    "pypy",
    "python",
    "r-base",
    "rockylinux",
    "ruby",
    "rust",
    "ubuntu",
];

/// Mirrors of the official images, as the start of the repository: Docker Hub's own namespace,
/// Amazon's gallery (<https://gallery.ecr.aws/docker>) and Microsoft's registry
/// (<https://mcr.microsoft.com>).
const MIRRORS: [&str; 3] = ["library/", "docker/library/", "mirror/docker/library/"];

/// Other images without conda, by the start of the repository. Their Dockerfiles are public:
/// `nvidia/cuda` (<https://gitlab.com/nvidia/container-images/cuda>), also on nvcr.io,
/// `tensorflow/tensorflow` (<https://github.com/tensorflow/build>), Microsoft's Linux
/// (<https://github.com/microsoft/azurelinux>), Red Hat's universal base images
/// (<https://catalog.redhat.com/software/base-images>), Python of Bitnami
/// (<https://github.com/bitnami/containers>), `rocker/r-ver`
/// (<https://github.com/rocker-org/rocker-versioned2>), Google's distroless images
/// (<https://github.com/GoogleContainerTools/distroless>) and uv's
/// (<https://docs.astral.sh/uv/guides/integration/docker/>).
const OTHERS: [&str; 14] = [
    "astral-sh/uv",
    "azurelinux/base/",
    "bitnami/python",
    "cbl-mariner/base/",
    "distroless/",
    MICROMAMBA,
    "nvidia/cuda",
    "nvidia/cudagl",
    "nvidia/opengl",
    "rocker/r-ver",
    "tensorflow/tensorflow",
    "ubi8/",
    "ubi9/",
    "windows/",
];

/// The image of micromamba, which has neither conda nor mamba
/// (<https://micromamba-docker.readthedocs.io>).
const MICROMAMBA: &str = "mambaorg/micromamba";

impl Image {
    /// Whether micromamba is the only program of its kind in the image.
    pub fn has_only_micromamba(&self) -> bool {
        self.repository == MICROMAMBA
    }

    /// Whether the image is known to have no conda. Most other images do not tell by their
    /// names.
    pub fn lacks_conda(&self) -> bool {
        if self.provided.conda.is_some() {
            return false;
        }
        let registry = self.registry.as_deref().unwrap_or("docker.io");
        let mirrored = MIRRORS
            .iter()
            .find_map(|mirror| self.repository.strip_prefix(mirror));
        let name = match mirrored {
            Some(name) => name,
            None if registry.ends_with("docker.io") => &self.repository,
            None => "",
        };
        OFFICIAL.contains(&name) || self.is_known_without_conda(registry)
    }

    fn is_known_without_conda(&self, registry: &str) -> bool {
        let is_public = ["docker.io", "nvcr.io", "gcr.io", "ghcr.io", "quay.io"]
            .iter()
            .any(|known| registry.ends_with(known))
            || registry == "mcr.microsoft.com"
            || registry.ends_with("redhat.com")
            || registry.ends_with("redhat.io");
        is_public
            && OTHERS.iter().any(|known| {
                let rest = self.repository.strip_prefix(known);
                rest.is_some_and(|rest| known.ends_with('/') || rest.is_empty())
            })
    }
}

/// First day of Azure ML images whose conda may be 26.3 or later. Its Miniconda was released on
/// 2026-03-31 at the earliest (<https://github.com/conda/conda/releases/tag/26.3.0>).
const SINCE: Date = date(2026, 4, 10);

/// First version of conda whose `conda create --file` reads YAML files.
const FIRST_YAML: &str = "26.3";

/// Whether a version of conda is older than another one; `None` if it cannot be parsed.
pub(super) fn is_older(conda: &str, other: &str) -> Option<bool> {
    Some(conda.parse::<Version>().ok()? < other.parse::<Version>().ok()?)
}

impl Image {
    /// Whether `conda create --file` of the image reads YAML files, as conda does since 26.3
    /// (<https://github.com/conda/conda/pull/15770>); `None` if the name does not tell.
    pub fn creates_from_yaml(&self) -> Option<bool> {
        if let Some(conda) = &self.provided.conda {
            return is_older(conda, FIRST_YAML).map(|is_older| !is_older);
        }
        if let Some(day) = self.day() {
            return (day < SINCE).then_some(false);
        }
        let name = self.repository.rsplit('/').next().unwrap_or_default();
        let is_installer = ["miniconda3", "miniforge3", "mambaforge", "anaconda3"].contains(&name);
        let tag = self.tag.as_deref().filter(|_| is_installer)?;
        // `py39_4.12.0`, `24.7.1-0`, and `2024.10-1` for anaconda.
        let version = tag.rsplit('_').next()?;
        let mut numbers = version.split(['.', '-']).map(str::parse::<u32>);
        let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        match major {
            2000.. => (major < 2026).then_some(false),
            _ => Some((major, minor) >= (26, 3)),
        }
    }
}
