//! Hashes of a record in match spec syntax.

use rattler_conda_types::PackageRecord;

/// `sha256=…` and `md5=…`, in this order, if the repodata contains them.
pub fn of(package: &PackageRecord) -> Vec<String> {
    let sha256 = package.sha256.map(|digest| ("sha256", hex::encode(digest)));
    let md5 = package.md5.map(|digest| ("md5", hex::encode(digest)));
    let hashes = sha256.into_iter().chain(md5);
    hashes
        .map(|(key, digest)| format!("{key}={digest}"))
        .collect()
}
