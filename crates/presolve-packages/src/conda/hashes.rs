//! Hashes of a record in match spec syntax.

use rattler_conda_types::PackageRecord;

/// `sha256=…` and `md5=…`, in this order, if the repodata contains them.
pub fn of(package: &PackageRecord) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let sha256 = package
        .sha256
        .as_ref()
        .map(|digest| ("sha256", hex(digest)));
    let md5 = package.md5.as_ref().map(|digest| ("md5", hex(digest)));
    let hashes = sha256.into_iter().chain(md5);
    hashes
        .map(|(key, digest): (_, String)| format!("{key}={digest}"))
        .collect()
}
