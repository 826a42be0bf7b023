//! Projects, releases and distributions of an index.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use pep440_rs::{Version, VersionSpecifiers};

use super::{page::Block, tags};

/// A project with its releases from all indexes.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Releases by version.
    pub releases: BTreeMap<Version, Arc<Release>>,
}

impl FromIterator<(Version, Arc<Distribution>)> for Project {
    /// Groups distributions by version, in the order of the iterator.
    fn from_iter<I: IntoIterator<Item = (Version, Arc<Distribution>)>>(files: I) -> Self {
        let mut releases: BTreeMap<Version, Vec<_>> = BTreeMap::new();
        for (version, file) in files {
            releases.entry(version).or_default().push(file);
        }
        let releases = releases.into_iter();
        let releases = releases.map(|(version, files)| (version, Arc::new(Release::new(files))));
        Self {
            releases: releases.collect(),
        }
    }
}

/// A release of a project.
#[derive(Debug)]
pub struct Release {
    /// Releases of a page with equal listings share one.
    listing: Arc<[Listed]>,
    files: OnceLock<Vec<Arc<Distribution>>>,
    /// Where the files are stored; `None` if they are known.
    stored: Option<Block>,
}

/// What decides whether pip can install a distribution.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Pythons and platforms of the distribution.
    pub support: Arc<Support>,
    /// Whether it was yanked (PEP 592).
    pub is_yanked: bool,
}

/// Pythons and platforms that a distribution supports.
#[derive(Clone, Debug)]
pub struct Support {
    /// Wheel or source distribution, with the tags of a wheel.
    pub kind: DistributionKind,
    /// `requires-python` of the index (PEP 503); `None` if it is missing or invalid.
    pub requires_python: Option<VersionSpecifiers>,
}

impl Support {
    /// Whether the distribution is a wheel.
    pub fn is_wheel(&self) -> bool {
        matches!(self.kind, DistributionKind::Wheel(_))
    }
}

impl Release {
    /// A release with these distributions, in the order in which the indexes list them.
    pub fn new(files: Vec<Arc<Distribution>>) -> Self {
        let listed = files.iter().map(|file| Listed {
            support: file.support.clone(),
            is_yanked: file.yanked.is_some(),
        });
        Self {
            listing: listed.collect(),
            files: OnceLock::from(files),
            stored: None,
        }
    }

    pub(super) fn stored(listing: Arc<[Listed]>, stored: Block) -> Self {
        Self {
            listing,
            files: OnceLock::new(),
            stored: Some(stored),
        }
    }

    /// What decides whether pip can install the distributions, in the order of
    /// [`Self::files`]. It is known without the distributions.
    pub fn listing(&self) -> &Arc<[Listed]> {
        &self.listing
    }

    /// The distributions, in the order in which the indexes list them. The first call decodes
    /// them.
    pub fn files(&self) -> &[Arc<Distribution>] {
        self.files.get_or_init(|| {
            let stored = self.stored.as_ref();
            stored.map_or_else(Vec::new, |block| block.files(&self.listing))
        })
    }
}

/// A distribution of a release by its position, which is decoded when it is needed.
#[derive(Clone, Debug)]
pub struct ReleaseFile {
    release: Arc<Release>,
    place: usize,
}

impl ReleaseFile {
    /// All distributions of a release.
    pub fn all(release: &Arc<Release>) -> impl Iterator<Item = Self> + '_ {
        (0..release.listing.len()).map(|place| Self {
            release: release.clone(),
            place,
        })
    }

    /// Position in the release.
    pub fn place(&self) -> usize {
        self.place
    }

    /// Pythons and platforms of the distribution.
    pub fn support(&self) -> &Support {
        &self.release.listing[self.place].support
    }

    /// Whether the distribution was yanked.
    pub fn is_yanked(&self) -> bool {
        self.release.listing[self.place].is_yanked
    }

    /// The distribution itself; `None` if the index's page was damaged in memory.
    pub fn distribution(&self) -> Option<&Arc<Distribution>> {
        self.release.files().get(self.place)
    }
}

/// A distribution of a release.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// File name, without a folder.
    pub filename: String,
    /// URL of the file; may contain credentials, so it is never printed unredacted.
    pub url: url::Url,
    /// Pythons and platforms that it supports.
    pub support: Arc<Support>,
    /// Reason for which it was yanked, possibly empty; `None` if it was not yanked (PEP 592).
    pub yanked: Option<String>,
    /// Hashes by algorithm, lower-case hexadecimal.
    pub hashes: BTreeMap<String, String>,
    /// Whether the index serves the metadata as `<url>.metadata` (PEP 658, PEP 714).
    pub has_metadata_file: bool,
    /// Hashes of the metadata file by algorithm, lower-case hexadecimal.
    pub metadata_hashes: BTreeMap<String, String>,
    /// Upload time; `None` if the index does not provide it (PEP 700).
    pub upload_time: Option<jiff::Timestamp>,
    /// Index that lists the file; `None` for a page of links and for a direct URL. May contain
    /// credentials.
    pub index: Option<Arc<url::Url>>,
}

/// Kind of a distribution.
#[derive(Clone, Debug)]
pub enum DistributionKind {
    /// A wheel with the compressed tag sets of its file name.
    Wheel(tags::WheelTags),
    /// A source distribution.
    Source,
}
