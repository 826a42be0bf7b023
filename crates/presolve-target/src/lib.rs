//! The machine that builds the environment: platform, virtual packages and channel priority.
//!
//! In: the name of a base image. Out: an [`ImageTarget`]. The name gives the Ubuntu release,
//! and so glibc, and the date of the image, and so conda. This crate must not read files.
//!
//! A CUDA version in the name refers to the libraries in the image. The build machine has no
//! GPU, so it has no `__cuda`
//! (<https://learn.microsoft.com/azure/machine-learning/concept-environments>).

use std::{fmt, sync::LazyLock};

mod conda;
mod curated;

use jiff::civil::{Date, date};
use pep440_rs::Version;
use pep508_rs::PackageName;
use rattler_conda_types::Subdir;
use regex::Regex;

/// How the order of channels binds the solver
/// (<https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-channels.html>).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    serde::Deserialize,
    serde::Serialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ChannelPriority {
    /// A package comes from the first channel that has it, or not at all.
    Strict,
    /// Earlier channels are preferred, later ones are a fallback. conda's default.
    #[default]
    Flexible,
    /// The order of channels does not matter.
    Disabled,
}

/// An image as `docker pull` names it
/// (<https://pkg.go.dev/github.com/distribution/reference>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Host of the registry; `None` for Docker Hub.
    pub registry: Option<String>,
    /// Repository, such as `azureml/openmpi4.1.0-ubuntu22.04`.
    pub repository: String,
    /// Text after `:`, such as `20240418.v1`; `None` if there is no tag.
    pub tag: Option<String>,
    /// Text after `@`, such as `sha256:…`; `None` if there is no digest.
    pub digest: Option<String>,
    /// What the settings say about the image. It overrides what the name says.
    pub provided: Provided,
}

/// What an image provides for the commands of conda and pip that run in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provided {
    /// Version of the Python for which pip installs, such as `3.11`.
    pub python: Option<String>,
    /// Version of conda, such as `23.5.0`.
    pub conda: Option<String>,
    /// Distributions in that Python: name and version.
    pub packages: Vec<(PackageName, Version)>,
}

/// An Ubuntu release that base images use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ubuntu {
    /// Number of the release, such as `22.04`.
    pub release: &'static str,
    /// Version of glibc (<https://launchpad.net/ubuntu/+source/glibc>).
    pub glibc: &'static str,
    /// Last day of standard support (<https://ubuntu.com/about/release-cycle>).
    pub end_of_life: Date,
}

/// Ubuntu releases, oldest first.
const RELEASES: [Ubuntu; 5] = [
    ubuntu("16.04", "2.23", date(2021, 4, 30)),
    ubuntu("18.04", "2.27", date(2023, 5, 31)),
    ubuntu("20.04", "2.31", date(2025, 5, 31)),
    ubuntu("22.04", "2.35", date(2027, 6, 1)),
    ubuntu("24.04", "2.39", date(2029, 5, 31)),
];

/// Debian releases: number, name, glibc (<https://packages.debian.org/libc6>).
const DEBIAN: [(&str, &str, &str); 4] = [
    ("10", "buster", "2.28"),
    ("11", "bullseye", "2.31"),
    ("12", "bookworm", "2.36"),
    ("13", "trixie", "2.41"),
];

/// Assumed glibc of an image whose release is unknown: that of Ubuntu 22.04, the oldest
/// release of a supported Azure ML image (<https://github.com/Azure/AzureML-Containers>).
/// Newer releases also satisfy it.
const USUAL_GLIBC: &str = "2.35";

/// First date of Azure ML images whose conda uses the libmamba solver. Earlier images have
/// conda 23.5 or older, whose default is the classic solver.
const LIBMAMBA: Date = date(2023, 10, 3);

/// First version of conda whose default is the libmamba solver
/// (<https://github.com/conda/conda/releases/tag/23.10.0>).
const FIRST_LIBMAMBA: &str = "23.10";

/// Versions in the Miniconda of an Azure ML base image; `None` if they were not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miniconda {
    /// Date of the first images with this Miniconda.
    since: Date,
    /// Version of conda.
    pub conda: Option<&'static str>,
    /// Version of the Python that runs conda. It is also `python` in an image without a conda
    /// file; an environment that conda creates has its own Python.
    pub python: Option<&'static str>,
}

/// Miniconda versions of Azure ML images, oldest first. The source is
/// <https://github.com/Azure/AzureML-Containers>: the release notes, `MINICONDA_VERSION` and
/// `CONDA_PACKAGE` of the Dockerfiles at that time, and issues 170 and 232, in which users
/// reported versions. The table has the same gaps as these sources.
const MINICONDAS: [Miniconda; 10] = [
    miniconda(date(2021, 3, 1), Some("4.9.2"), Some("3.7")),
    miniconda(date(2022, 5, 16), Some("4.11.0"), Some("3.8")),
    miniconda(date(2022, 9, 30), Some("4.12.0"), Some("3.8")),
    // The notes do not give the date of 22.11.1.
    miniconda(date(2023, 1, 20), None, Some("3.8")),
    miniconda(date(2023, 6, 20), Some("23.5.0"), Some("3.8")),
    miniconda(LIBMAMBA, None, Some("3.8")),
    miniconda(date(2023, 12, 1), None, None),
    miniconda(date(2024, 1, 9), None, Some("3.10")),
    miniconda(date(2026, 4, 10), None, None),
    miniconda(date(2026, 5, 7), None, Some("3.12")),
];

/// An image reference by Docker's grammar
/// (<https://pkg.go.dev/github.com/distribution/reference#pkg-overview>), without IPv6 hosts
/// and with SHA-256 as the only digest, which is what registries use.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let host = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
    let part = "[a-z0-9]+(?:(?:[_.]|__|-+)[a-z0-9]+)*";
    let grammar = format!(
        r"\A(?:{host}(?:\.{host})*(?::[0-9]+)?/)?{part}(?:/{part})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?\z"
    );
    Regex::new(&grammar).expect("it is one")
});

/// Properties of the build machine that follow from its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageTarget {
    /// Platform of the image.
    pub subdir: Subdir,
    /// Virtual packages, such as `__glibc=2.35`, in addition to those of every machine of the
    /// platform.
    pub virtual_packages: Vec<String>,
    /// Whether the release is assumed, because the name of the image does not contain it.
    pub is_guess: bool,
    /// Version of the CUDA libraries in the image, such as `12.6`. It does not imply a GPU.
    pub cuda: Option<String>,
    /// Image reference; `None` if the image is unknown.
    pub image: Option<Image>,
    /// Whether a Dockerfile adds commands to the image.
    pub in_dockerfile: bool,
    /// Channel priority that the Dockerfile sets for conda; `None` if it sets none.
    pub channel_priority: Option<ChannelPriority>,
    /// Options that the Dockerfile sets for pip, as `PIP_*` variables, for the pip list of a
    /// conda file: the long name without dashes, and the value.
    pub pip: Vec<(String, String)>,
}

const fn ubuntu(release: &'static str, glibc: &'static str, end_of_life: Date) -> Ubuntu {
    Ubuntu {
        release,
        glibc,
        end_of_life,
    }
}

const fn miniconda(
    since: Date,
    conda: Option<&'static str>,
    python: Option<&'static str>,
) -> Miniconda {
    Miniconda {
        since,
        conda,
        python,
    }
}

impl fmt::Display for Image {
    /// Writes the reference in the form that `docker pull` accepts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Miniconda {
    /// Writes "conda 23.5.0 on Python 3.8".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("conda")?;
        if let Some(conda) = self.conda {
            write!(f, " {conda}")?;
        }
        match self.python {
            Some(python) => write!(f, " on Python {python}"),
            None => Ok(()),
        }
    }
}

impl Image {
    /// Splits a reference into its parts. The reference need not be valid.
    pub fn parse(reference: &str) -> Self {
        // A template of Azure/azureml-assets may contain any character.
        if let Some((name, tag)) = reference.split_once(":{{") {
            let tag = Some(format!("{{{{{tag}"));
            return Self {
                tag,
                ..Self::parse(name)
            };
        }
        let (name, digest) = match reference.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_owned())),
            None => (reference, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                (Some(host.to_owned()), path)
            }
            _ => (None, name),
        };
        let (repository, tag) = match path.rsplit_once(':') {
            Some((repository, tag)) => (repository, Some(tag.to_owned())),
            None => (path, None),
        };
        Self {
            registry,
            repository: repository.to_owned(),
            tag,
            digest,
            provided: Provided::default(),
        }
    }

    /// Whether the reference is valid by Docker's grammar.
    pub fn is_well_formed(&self) -> bool {
        REFERENCE.is_match(&self.to_string())
    }

    /// Name of an image that Azure ML publishes, such as `openmpi4.1.0-ubuntu22.04`.
    pub fn azure_name(&self) -> Option<&str> {
        let is_registry = |host: &str| host == "mcr.microsoft.com";
        let name = self.repository.strip_prefix("azureml/")?;
        self.registry
            .as_deref()
            .is_none_or(is_registry)
            .then_some(name)
    }

    /// The Ubuntu release in the name or the tag: `ubuntu22.04`, `ubuntu2204`,
    /// `inference-base-2204`, `ubuntu:22.04`. That of a curated image is in a table.
    pub fn ubuntu(&self) -> Option<Ubuntu> {
        if let Some(curated) = self.curated() {
            return curated.ubuntu;
        }
        let tag = self.tag.as_deref().unwrap_or_default();
        let text = format!("{}:{tag}", self.repository);
        let named = |release: &Ubuntu| {
            let short = release.release.replace('.', "");
            let marks = ["ubuntu", "ubuntu:", "ubuntu-", "inference-base-"];
            let mut marks = marks.iter();
            marks.any(|mark| {
                text.contains(&format!("{mark}{}", release.release))
                    || text.contains(&format!("{mark}{short}"))
            })
        };
        RELEASES.into_iter().find(named)
    }

    /// glibc of the Debian release in the tag of an official image:
    /// `python:3.11-slim-bookworm`, `debian:12`.
    fn debian(&self) -> Option<&'static str> {
        let tag = self.tag.as_deref()?;
        let parts: Vec<&str> = tag.split(['-', '.']).collect();
        let is_debian = matches!(&*self.repository, "debian" | "library/debian");
        let is_it = |release: &&(&str, &str, &str)| {
            parts.contains(&release.1) || (is_debian && parts[0] == release.0)
        };
        let mut releases = DEBIAN.iter();
        releases.find(is_it).map(|(_, _, glibc)| *glibc)
    }

    /// Whether this is an official Alpine image: `alpine:3`, `python:3.11-alpine3.19`. Other
    /// images can add glibc, such as `continuumio/miniconda3:4.12.0-alpine`.
    pub fn is_alpine(&self) -> bool {
        let (parent, name) = self.repository.rsplit_once('/').unwrap_or_default();
        let name = if parent.is_empty() {
            &self.repository
        } else {
            name
        };
        let is_official = parent.is_empty() || parent.rsplit('/').next() == Some("library");
        let mut parts = self.tag.iter().flat_map(|tag| tag.split('-'));
        is_official && (name == "alpine" || parts.any(|part| part.starts_with("alpine")))
    }

    /// Date of an Azure ML image: `20240418` of the tag `20240418.v1`.
    pub fn day(&self) -> Option<Date> {
        self.azure_name()?;
        let digits = self.tag.as_deref()?.split('.').next()?;
        (digits.len() == 8).then(|| Date::strptime("%Y%m%d", digits).ok())?
    }

    /// Whether the conda of the image uses the classic solver; `None` if neither the settings
    /// nor the date in the tag of an Azure ML image tell.
    pub fn has_classic_solver(&self) -> Option<bool> {
        match &self.provided.conda {
            Some(conda) => conda::is_older(conda, FIRST_LIBMAMBA),
            None => self.day().map(|day| day < LIBMAMBA),
        }
    }

    /// Version of the Python in the image, as far as it is known: the one in the settings,
    /// `3.11` of `python:3.11-slim`, and `3.10` of `…-py310-torch280`. That of a curated image
    /// is in a table. Base images of Azure ML have the Python of their Miniconda, and without a
    /// date in the tag that of the newest one.
    pub fn python(&self) -> Option<String> {
        if self.provided.python.is_some() {
            return self.provided.python.clone();
        }
        if let Some(curated) = self.curated() {
            return curated.python.map(str::to_owned);
        }
        let tag = self.tag.as_deref().unwrap_or_default();
        if matches!(&*self.repository, "python" | "library/python") {
            let mut numbers = tag.split(['.', '-']);
            let (major, minor) = (numbers.next()?, numbers.next()?);
            let is_number = |text: &str| text.parse::<u16>().is_ok();
            return (is_number(major) && is_number(minor)).then(|| format!("{major}.{minor}"));
        }
        let named = self.repository.split(['-', '/']).find_map(|part| {
            let minor = part.strip_prefix("py3")?;
            minor.parse::<u16>().is_ok().then(|| format!("3.{minor}"))
        });
        if named.is_some() {
            return named;
        }
        let name = self.azure_name()?;
        if !name.starts_with("openmpi") {
            return None;
        }
        let known = match self.day() {
            Some(_) => self.miniconda(),
            None => MINICONDAS.last().copied(),
        };
        known?.python.map(str::to_owned)
    }

    /// Miniconda of an Azure ML base image; `None` if the tag does not identify it or the
    /// versions were not published.
    fn miniconda(&self) -> Option<Miniconda> {
        let name = self.azure_name()?;
        // The other images, for inference, have their own Python.
        if !name.starts_with("openmpi") && !name.starts_with("intelmpi") {
            return None;
        }
        let day = self.day()?;
        let mut known = MINICONDAS.into_iter().rev();
        known.find(|miniconda| miniconda.since <= day)
    }

    /// Version of the CUDA libraries in the name or the tag: `cuda11.8`, `cuda:12.2.0`,
    /// `cu126` of `cu126-py310`. That of a curated image is in a table.
    pub fn cuda(&self) -> Option<String> {
        if let Some(curated) = self.curated() {
            return curated.cuda.map(str::to_owned);
        }
        let tag = self.tag.as_deref().unwrap_or_default();
        let text = format!("{}:{tag}", self.repository);
        let mut words = text.split(['/', ':', '-', '_']).peekable();
        while let Some(word) = words.next() {
            let version = match word.strip_prefix("cuda") {
                Some("") => words.peek().copied().unwrap_or_default().to_owned(),
                Some(version) => version.to_owned(),
                None => match word.strip_prefix("cu") {
                    Some(digits) if digits.len() == 3 => {
                        format!("{}.{}", &digits[..2], &digits[2..])
                    }
                    _ => continue,
                },
            };
            let mut parts = version.split('.');
            if parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
            {
                return Some(version);
            }
        }
        None
    }

    /// Describes the conda of the image as far as it is known: "conda 23.5.0 on Python 3.8".
    pub fn describe_conda(&self) -> String {
        match (&self.provided.conda, self.miniconda()) {
            (Some(conda), _) => format!("conda {conda}"),
            (None, Some(miniconda)) => miniconda.to_string(),
            (None, None) => "conda".to_owned(),
        }
    }

    /// Derives the build machine from the image.
    pub fn target(&self) -> ImageTarget {
        if self.repository.starts_with("windows/") {
            return ImageTarget::windows();
        }
        let ubuntu = self.ubuntu().map(|ubuntu| ubuntu.glibc);
        let target = match ubuntu.or_else(|| self.debian()) {
            Some(glibc) => ImageTarget::linux(glibc, false),
            None => ImageTarget::unknown(),
        };
        ImageTarget {
            cuda: self.cuda(),
            image: Some(self.clone()),
            ..target
        }
    }
}

impl ImageTarget {
    /// The assumptions for an unknown image.
    pub fn unknown() -> Self {
        Self::linux(USUAL_GLIBC, true)
    }

    /// A Windows image, for `os_type: windows`.
    pub fn windows() -> Self {
        Self {
            subdir: Subdir::Win64,
            virtual_packages: Vec::new(),
            is_guess: false,
            cuda: None,
            image: None,
            in_dockerfile: false,
            channel_priority: None,
            pip: Vec::new(),
        }
    }

    /// Changes the platform to that of a Dockerfile, such as `linux/arm64`.
    pub fn on(self, platform: &str) -> Self {
        let subdir = match platform {
            "linux/arm64" | "linux/arm64/v8" => Subdir::LinuxAarch64,
            "linux/ppc64le" => Subdir::LinuxPpc64le,
            _ if platform.starts_with("windows") => return Self::windows(),
            _ => self.subdir,
        };
        Self { subdir, ..self }
    }

    /// An x86-64 image, because Azure ML builds on x86-64 only.
    fn linux(glibc: &str, is_guess: bool) -> Self {
        Self {
            subdir: Subdir::Linux64,
            virtual_packages: vec![format!("__glibc={glibc}")],
            is_guess,
            cuda: None,
            image: None,
            in_dockerfile: false,
            channel_priority: None,
            pip: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
