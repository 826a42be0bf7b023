//! `file://` channels: `repodata.json`, or `repodata.json.zst` as mirrors keep it.

use std::{io::ErrorKind, path::PathBuf};

use super::{errors::SubdirError, json::Json, subdirs::JSON_LIMIT};
use crate::network::fetch::unpack_zstd;

/// Reads a subdir; `None` if its folder has no repodata.
pub(super) async fn read(folder: PathBuf) -> Result<Option<Json>, SubdirError> {
    let read = tokio::task::spawn_blocking(move || read_here(folder)).await;
    read.unwrap_or_else(|error| Err(SubdirError::Local(error.to_string())))
}

fn read_here(folder: PathBuf) -> Result<Option<Json>, SubdirError> {
    let unreadable = |error: std::io::Error| SubdirError::Local(error.to_string());
    let plain = match std::fs::read(folder.join("repodata.json")) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(unreadable(error)),
    };
    let text = match plain {
        Some(text) => text,
        None => match std::fs::read(folder.join("repodata.json.zst")) {
            Ok(packed) => unpack_zstd(&packed, JSON_LIMIT).map_err(SubdirError::Local)?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        },
    };
    Json::parse(text).map(Some).map_err(SubdirError::Local)
}
