//! The pip packages as a requirements file with hashes
//! (<https://pip.pypa.io/en/stable/topics/secure-installs/#hash-checking-mode>): every
//! release to install, without those that conda provides. The file is for the environment
//! of the conda packages, which must be installed first.
//!
//! Indexes from settings are written before the options of the file; otherwise pip would
//! search for the releases elsewhere.
//!
//! Lines that only a build can resolve are kept unchanged. pip rejects a file in which
//! only some lines have hashes, and a repository cannot have one. So with such a line, no
//! line has hashes, unless the file itself requires them.

use std::{fmt::Write, sync::Arc};

use pep508_rs::PackageName;
use url::Url;

use super::{
    Lock, LockedPlatform, LockedRelease, Written,
    copies::{self, Copies},
    credentials_left_out,
};
use presolve_solve::ProvidedCandidate;
use presolve_spec::{EnvironmentFile, PipRequirement, Spanned, pip_options::quoted};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets::without_credentials,
};

/// Writes the requirements file for one platform.
///
/// # Errors
/// An input failure if a line has a secret that pip cannot get from elsewhere.
pub(super) fn write(lock: &Lock<'_>, platform: &LockedPlatform<'_>) -> Result<Written, Failure> {
    let environment = lock.environment;
    let unhashable = unhashable(platform);
    let asked = environment.pip.options.require_hashes
        || environment
            .pip
            .requirements
            .iter()
            .any(|line| !line.hashes.is_empty());
    let with_hashes = unhashable.is_empty() || asked;
    let mut written = Written {
        text: header(environment, platform),
        ..Written::default()
    };
    add_settings(&mut written, lock, platform);
    let mut copies = Copies::default();
    for line in &environment.pip.requirements {
        for option in &line.options {
            copies::check(option, &line.location)?;
        }
    }
    for written_option in &environment.pip.options.written {
        let option = option(lock, written_option);
        written.text += &copies.bare(&option, &written_option.location)?;
        written.text += "\n";
    }
    for release in &platform.pypi {
        add_release(&mut written, lock, release, with_hashes, &mut copies)?;
    }
    for line in &platform.carried {
        written.text += &copies.bare(&as_written(lock, line), &line.location)?;
        written.text += "\n";
    }
    written.notices.extend(copies.notice());
    written.notices.extend(no_hashes(&unhashable, asked));
    written.notices.extend(nothing(platform));
    Ok(written)
}

/// Returns the header comment: the purpose, and what must be installed first.
fn header(environment: &EnvironmentFile, platform: &LockedPlatform<'_>) -> String {
    let python = platform.solution.python();
    let python = python.map_or_else(
        || "no Python".to_owned(),
        |python| format!("Python {python}"),
    );
    let file = environment.source.path().file_name().unwrap_or_default();
    let mut header = format!(
        "# presolve: the pip packages of {}, for {python} on {}\n",
        file.display(),
        platform.resolution.subdir
    );
    if !platform.solution.provided.is_empty() {
        header += "# conda provides these; install them first:\n";
    }
    for provided in &platform.solution.provided {
        let _ = writeln!(header, "#   {}", provided_by_conda(provided));
    }
    header
}

fn provided_by_conda(provided: &ProvidedCandidate) -> String {
    let version = match &provided.version {
        Some(version) => version.to_string(),
        None => provided.conda_version.clone(),
    };
    if provided.conda_name == provided.project.as_ref() {
        format!("{}=={version}", provided.project)
    } else {
        format!(
            "{}=={version} (as {})",
            provided.project, provided.conda_name
        )
    }
}

/// Adds the options from settings outside the file: the other places where pip must search.
fn add_settings(written: &mut Written, lock: &Lock<'_>, platform: &LockedPlatform<'_>) {
    let (all, of_file) = (&platform.resolution.index, &lock.environment.pip.options);
    let mut options: Vec<(&str, &Url)> = Vec::new();
    // An `--index-url` of the file replaces all indexes of the settings.
    if of_file.index_url.is_none() {
        let first = all.index_url.iter().map(|url| ("--index-url", url));
        let extra = before(&all.extra_index_urls, of_file.extra_index_urls.len());
        options.extend(first.chain(extra.iter().map(|url| ("--extra-index-url", url))));
    }
    if all.no_index {
        options.clear();
    }
    let links = before(&all.find_links, of_file.find_links.len());
    options.extend(links.iter().map(|url| ("--find-links", url)));
    if all.no_index && !of_file.no_index {
        written.text += "--no-index\n";
    }
    let bare = options.iter().map(|(_, url)| without_credentials(url));
    let bare: Vec<Url> = bare.collect();
    for ((name, _), url) in options.iter().zip(&bare) {
        written.text += &format!("{name} {url}\n");
    }
    let urls = options.iter().map(|&(_, url)| url).zip(&bare);
    written.notices.extend(credentials_left_out(urls));
}

/// Returns the URLs from settings, which precede those that the file adds.
fn before(urls: &[Url], added: usize) -> &[Url] {
    &urls[..urls.len().saturating_sub(added)]
}

/// Returns an option as written, with its path relative to the folder of this file.
fn option(lock: &Lock<'_>, option: &Spanned<String>) -> String {
    let mut links = lock.environment.pip.options.find_links.iter();
    let is_it = |links: &&Spanned<String>| {
        Arc::ptr_eq(&links.location.file, &option.location.file)
            && option.value == format!("--find-links {}", quoted(&links.value))
    };
    match links.find(is_it) {
        Some(links) if !links.value.contains("://") => {
            let path = lock.rebased(&links.value, &links.location);
            format!("--find-links {}", quoted(&path))
        }
        _ => option.value.clone(),
    }
}

fn add_release(
    written: &mut Written,
    lock: &Lock<'_>,
    release: &LockedRelease<'_>,
    with_hashes: bool,
    copies: &mut Copies,
) -> Result<(), Failure> {
    match release.line {
        Some(line) => written.text += &copies.bare(&lock.text_of(line), &line.location)?,
        None if release.package.direct_url => {
            written.text += &format!("{} @ {}", release.name(), release.url);
        }
        None => written.text += &format!("{}=={}", release.name(), release.package.version),
    }
    for option in &release.options {
        written.text += &format!(" {option}");
    }
    if with_hashes {
        for hash in hashes(release) {
            written.text += &format!(" \\\n    --hash={hash}");
        }
    }
    written.text += "\n";
    Ok(())
}

/// Returns a line with the options for its build.
fn as_written(lock: &Lock<'_>, line: &PipRequirement) -> String {
    let options = line.options.iter().map(|option| format!(" {option}"));
    lock.text_of(line) + &options.collect::<String>()
}

/// Returns the hashes that pip may find: those of all files, because pip chooses the file.
fn hashes(release: &LockedRelease<'_>) -> Vec<String> {
    let declared = release.line.map(|line| &line.hashes);
    match (declared, &release.sha256) {
        (Some(declared), _) if !declared.is_empty() => declared.clone(),
        (_, Some(hash)) if release.package.hashes.is_empty() => vec![format!("sha256:{hash}")],
        _ => release.package.hashes.clone(),
    }
}

/// Returns the entries without a hash: releases with an unknown hash, and opaque lines.
fn unhashable(platform: &LockedPlatform<'_>) -> Vec<String> {
    let releases = platform
        .pypi
        .iter()
        .filter(|release| hashes(release).is_empty());
    let names = releases.map(|release| PackageName::to_string(&release.package.name));
    let lines = platform.carried.iter();
    let lines = lines
        .filter(|line| line.hashes.is_empty())
        .map(|line| line.text.clone());
    names.chain(lines).collect()
}

fn no_hashes(unhashable: &[String], asked: bool) -> Option<Diagnostic> {
    let named = presolve_text::secrets::redact(&unhashable.join("`, `"));
    if unhashable.is_empty() {
        return None;
    }
    let notice = if asked {
        let message = format!("pip rejects this file: `{named}` cannot have a hash");
        Diagnostic::warning("no-hashes", message)
            .note("the file requires hashes, so pip requires one for every line")
    } else {
        let message = format!("no line has hashes, because `{named}` cannot have one");
        Diagnostic::warning("no-hashes", message).note(
            "pip requires a hash for every line as soon as one line has a hash (--require-hashes)",
        )
    };
    Some(notice.help("install the lines that cannot have a hash from a separate file"))
}

fn nothing(platform: &LockedPlatform<'_>) -> Option<Diagnostic> {
    if !platform.pypi.is_empty() || !platform.carried.is_empty() {
        return None;
    }
    let message = "there is nothing for pip to install, so the file has no requirements";
    Some(Diagnostic::warning("nothing-for-pip", message))
}
