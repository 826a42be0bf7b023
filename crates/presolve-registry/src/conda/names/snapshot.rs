//! A copy of the published mapping within presolve, for runs without a network.
//! `snapshot/refresh.py` updates it.

use super::Names;

const PACKED: &[u8] = include_bytes!("snapshot/mapping.json.zst");
/// Maximum size of the decompressed mapping, in bytes, well above the actual size.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Date of the snapshot, such as `2026-08-19`.
pub(super) fn date() -> &'static str {
    include_str!("snapshot/date").trim()
}

/// Parses the snapshot.
///
/// # Errors
/// If the built-in file is broken, which a test rules out.
pub(super) fn names() -> Result<Names, String> {
    let text = crate::network::fetch::unpack_zstd(PACKED, LIMIT)?;
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    Names::from_mapping_json(&text)
}
