//! `file://` channels: `repodata.json`, or the `repodata.json.zst` of a mirror.

use std::path::PathBuf;

use super::{json::Json, subdirs::JSON_LIMIT};
use crate::conda::error::SubdirError;
use crate::network::fetch::unpack_zstd;
use presolve_text::files;

/// Reads a subdir; `None` if its folder has no repodata.
pub(super) async fn read(folder: PathBuf) -> Result<Option<Json>, SubdirError> {
    let read = tokio::task::spawn_blocking(move || read_here(folder)).await;
    read.unwrap_or_else(|error| Err(SubdirError::Local(error.to_string())))
}

fn read_here(folder: PathBuf) -> Result<Option<Json>, SubdirError> {
    let read = |name: &str| match files::read::read(&folder.join(name), JSON_LIMIT) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(SubdirError::Local(error.to_string())),
    };
    let text = match read("repodata.json")? {
        Some(text) => text,
        None => match read("repodata.json.zst")? {
            Some(packed) => unpack_zstd(&packed, JSON_LIMIT).map_err(SubdirError::Local)?,
            None => return Ok(None),
        },
    };
    tracing::info!(folder = %folder.display(), bytes = text.len(), "repodata read");
    Json::parse(text).map(Some).map_err(SubdirError::Local)
}
