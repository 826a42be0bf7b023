//! `@EXPLICIT`: the URLs of the conda packages, which conda, mamba and rattler install
//! without solving
//! (<https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html#building-identical-conda-environments>).
//!
//! Each URL is followed by its md5, which all of them read; the sha256 is used only for a
//! record without md5, because conda reads it only since 24.9 (conda/conda#14048).
//!
//! The pip packages are comments `# pip name @ url#sha256=…`, as `conda-lock render`
//! writes them. `conda-lock install` and micromamba also install these; conda does not.

use std::fmt::Write;

use rattler_conda_types::{
    ExplicitEnvironmentEntry, ExplicitEnvironmentSpec, PackageRecord, RepoDataRecord,
};
use url::Url;

use super::{Lock, LockedPlatform, LockedRelease, Written, copies::Copies};
use presolve_text::diagnostic::{Diagnostic, Failure};

/// The header comment.
const HEADER: &str = "\
# This file may be used to create an environment using:
# $ conda create --name <env> --file <this file>
";

/// Writes the list for one platform.
///
/// # Errors
/// An input failure if a line has a secret that pip cannot get from elsewhere.
pub(super) fn write(lock: &Lock<'_>, platform: &LockedPlatform<'_>) -> Result<Written, Failure> {
    let urls = platform.conda.iter().map(|one| (one.record, &one.url));
    let urls: Vec<(&RepoDataRecord, &Url)> = urls.collect();
    let sorted = PackageRecord::sort_topologically(platform.solution.conda.clone());
    let entries = sorted.iter().filter_map(|record| {
        let (_, url) = urls.iter().find(|(known, _)| known.url == record.url)?;
        Some(entry(record, (*url).clone()))
    });
    let spec = ExplicitEnvironmentSpec {
        platform: Some(platform.resolution.subdir),
        packages: entries.collect(),
    };
    let mut text = format!("{HEADER}{}", spec.to_spec_string());
    for release in &platform.pypi {
        let _ = writeln!(text, "# pip {}", pip_line(release));
    }
    let mut written = Written {
        text,
        notices: notice(platform).into_iter().collect(),
    };
    let mut copies = Copies::default();
    for line in &platform.carried {
        let bare = copies.bare(&lock.text_of(line), &line.location)?;
        let _ = writeln!(written.text, "# pip {bare}");
    }
    written.notices.extend(copies.notice());
    Ok(written)
}

fn entry(record: &RepoDataRecord, mut url: Url) -> ExplicitEnvironmentEntry {
    let record = &record.package_record;
    let md5 = record.md5.map(hex::encode);
    let hash = md5.or_else(|| record.sha256.map(hex::encode));
    url.set_fragment(hash.as_deref());
    url.into()
}

fn pip_line(release: &LockedRelease<'_>) -> String {
    let mut url = release.url.clone();
    let hash = release.sha256.as_ref().map(|hash| format!("sha256={hash}"));
    let kept = url.fragment().map(str::to_owned);
    let parts: Vec<String> = hash.into_iter().chain(kept).collect();
    url.set_fragment((!parts.is_empty()).then(|| parts.join("&")).as_deref());
    format!("{} @ {url}", release.name())
}

/// Returns the notice that not every tool installs the commented pip packages.
fn notice(platform: &LockedPlatform<'_>) -> Option<Diagnostic> {
    let lines = platform.pypi.len() + platform.carried.len();
    if lines == 0 {
        return None;
    }
    let what = match lines {
        1 => "the pip package, which is".to_owned(),
        lines => format!("the {lines} pip packages, which are"),
    };
    let message = format!("conda does not install {what} only in comments of the explicit list");
    let help = "install them with conda-lock or micromamba, or write them for pip with `--format requirements`";
    Some(Diagnostic::warning("pip-half-in-comments", message).help(help))
}
