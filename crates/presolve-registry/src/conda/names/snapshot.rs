//! The snapshot of the published mapping that is part of presolve, so that names are right
//! without a network. `snapshot/refresh.py` renews it.

use super::Names;

const PACKED: &[u8] = include_bytes!("snapshot/mapping.json.zst");
/// More than the mapping needs, unpacked.
const LIMIT: u64 = 16 * 1024 * 1024;

/// The day that it is of, such as `2026-08-19`.
pub(super) fn date() -> &'static str {
    include_str!("snapshot/date").trim()
}

/// The names of the snapshot.
///
/// # Errors
/// The file that was built in is broken, which a test rules out.
pub(super) fn names() -> Result<Names, String> {
    let text = crate::network::fetch::unpack_zstd(PACKED, LIMIT)?;
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    Names::from_mapping_json(&text)
}
