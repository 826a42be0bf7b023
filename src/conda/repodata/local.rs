//! `file://` channels whose repodata is there as `repodata.json.zst` only, as
//! mirrors keep it: the gateway reads no compressed files from disk.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use rattler_conda_types::{Channel, PackageName, Subdir};
use rattler_repodata_gateway::{
    Source,
    sparse::{PackageFormatSelection, SparseRepoData},
};

use super::about_channel;
use crate::{
    conda::channels::SpecChannel,
    diagnostic::{Diagnostic, Failure},
    files::{self, ReadError},
};

/// A channel as the gateway can take it.
pub(super) enum Opened {
    /// The gateway reads it.
    Gateway(Channel),
    /// It was read here.
    Sparse(Vec<Arc<SparseRepoData>>),
}

impl Opened {
    pub(super) fn source(&self) -> Source {
        match self {
            Opened::Gateway(channel) => channel.clone().into(),
            Opened::Sparse(subdirs) => subdirs.clone().into(),
        }
    }
}

/// Reads the channels that the gateway cannot.
pub(super) async fn open(
    channels: &[SpecChannel],
    platforms: &[Subdir],
) -> Result<Vec<Opened>, Failure> {
    let mut opened = Vec::with_capacity(channels.len());
    for channel in channels {
        let folder = folder(&channel.channel);
        for &subdir in platforms {
            let json = folder.as_ref().map(|folder| folder.join(subdir.as_str()));
            if let Some(Err(error)) = json.map(|folder| check_regular(&folder)) {
                return Err(unreadable(channel, subdir, &error));
            }
        }
        opened.push(match folder {
            Some(folder) if is_compressed(&folder, platforms) => {
                Opened::Sparse(read_subdirs(channel, &folder, platforms).await?)
            }
            _ => Opened::Gateway(channel.channel.clone()),
        });
    }
    Ok(opened)
}

pub(super) fn names(subdirs: &[Arc<SparseRepoData>]) -> Vec<PackageName> {
    subdirs
        .iter()
        .flat_map(|subdir| subdir.package_names(PackageFormatSelection::default()))
        .filter_map(|name| PackageName::try_from(name).ok())
        .collect()
}

fn folder(channel: &Channel) -> Option<PathBuf> {
    let url: &url::Url = channel.base_url.as_ref();
    (url.scheme() == "file").then(|| url.to_file_path().ok())?
}

/// The gateway opens the file by itself, and would wait for the writer of a pipe.
///
/// # Errors
/// When what is there is not a regular file.
fn check_regular(folder: &Path) -> std::io::Result<()> {
    match files::read::open(&folder.join("repodata.json")) {
        Err(error @ ReadError::NotRegular(_)) => Err(error.into()),
        // Of all else the gateway knows more.
        _ => Ok(()),
    }
}

fn is_compressed(folder: &Path, platforms: &[Subdir]) -> bool {
    platforms.iter().any(|subdir| {
        let subdir = folder.join(subdir.as_str());
        !subdir.join("repodata.json").exists() && subdir.join("repodata.json.zst").exists()
    })
}

async fn read_subdirs(
    channel: &SpecChannel,
    folder: &Path,
    platforms: &[Subdir],
) -> Result<Vec<Arc<SparseRepoData>>, Failure> {
    let mut subdirs = Vec::new();
    for &subdir in platforms {
        let path = folder.join(subdir.as_str());
        let rattler_channel = channel.channel.clone();
        let read = tokio::task::spawn_blocking(move || read_subdir(rattler_channel, subdir, &path));
        match read.await.map_err(std::io::Error::other).flatten() {
            Ok(data) => subdirs.push(Arc::new(data)),
            Err(error) if error.kind() == ErrorKind::NotFound && subdir != Subdir::NoArch => {}
            Err(error) => return Err(unreadable(channel, subdir, &error)),
        }
    }
    Ok(subdirs)
}

fn read_subdir(channel: Channel, subdir: Subdir, folder: &Path) -> std::io::Result<SparseRepoData> {
    let plain = folder.join("repodata.json");
    if plain.exists() {
        return SparseRepoData::from_file(channel, subdir.as_str(), plain, None);
    }
    let compressed = files::read::open(&folder.join("repodata.json.zst"))?;
    let json = zstd::decode_all(compressed)?;
    Ok(SparseRepoData::from_bytes(
        channel,
        subdir.as_str(),
        json.into(),
        None,
    )?)
}

fn unreadable(channel: &SpecChannel, subdir: Subdir, error: &std::io::Error) -> Failure {
    let name = &channel.name;
    let diagnostic = Diagnostic::error(
        "unreadable-channel",
        format!("cannot read the {subdir} repodata of channel `{name}`: {error}"),
    )
    .help("check that the folder is a conda channel: `conda index` writes its repodata");
    Failure::input(about_channel(diagnostic, Some(channel)))
}
