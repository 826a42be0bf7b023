//! Settings of pip: flags, `PIP_*` variables and pip.conf
//! (<https://pip.pypa.io/en/stable/topics/configuration/>).

use std::path::{Path, PathBuf};

use configparser::ini::Ini;
use url::Url;

use presolve_spec::{
    PipOptions, Spanned,
    controls::{FormatControl, ReleaseControl},
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::{TEXT_LIMIT, plain_path, read::read_text},
    secrets,
};

/// Index that pip uses by default.
const PYPI: &str = "https://pypi.org/simple";

/// Indexes and options for pip from outside the environment file. Unset values leave the
/// decision to the file: the options in its pip list override these, as in pip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexSettings {
    /// `--index-url`, which replaces PyPI.
    pub index_url: Option<Url>,
    /// `--extra-index-url`.
    pub extra_index_urls: Vec<Url>,
    /// `--no-index`.
    pub no_index: bool,
    /// `--find-links`: URLs of pages, or `file://` folders.
    pub find_links: Vec<Url>,
    /// `--pre`, `--all-releases`, `--only-final`.
    pub releases: ReleaseControl,
    /// `--prefer-binary`.
    pub prefer_binary: bool,
    /// `--only-binary`, `--no-binary`.
    pub formats: FormatControl,
}

impl IndexSettings {
    /// Reads pip's configuration files and the `PIP_*` variables, which override the files.
    ///
    /// Fails if a file cannot be read or a value is invalid. The message names the file and
    /// the line, or the variable.
    pub fn from_environment() -> Result<Self, Failure> {
        let variable =
            |name: &str| presolve_text::process::variable(name).filter(|value| !value.is_empty());
        Self::from_sources(&config_files(&variable), &variable)
    }

    fn from_sources(
        files: &[PathBuf],
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let mut settings = Self::default();
        for file in files.iter().filter(|file| file.is_file()) {
            settings.read_file(file)?;
        }
        for key in KEYS {
            let name = format!("PIP_{}", key.to_ascii_uppercase().replace('-', "_"));
            if let Some(value) = variable(&name) {
                let invalid = |reason| invalid(format!("the variable `{name}`"), reason);
                settings.set(key, &value).map_err(invalid)?;
            }
        }
        Ok(settings)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), Failure> {
        let broken = |reason: String| invalid(format!("`{}`", path.display()), reason);
        let text = read_text(path, TEXT_LIMIT).map_err(|error| broken(error.to_string()))?;
        secrets::remember_file(&text);
        let mut ini = Ini::new();
        ini.set_multiline(true);
        ini.set_inline_comment_symbols(Some(&[]));
        let sections = ini.read(text.clone()).map_err(broken)?;
        for section in ["global", "install"] {
            let Some(section_values) = sections.get(section) else {
                continue;
            };
            for key in KEYS {
                let is_key =
                    |written: &str| written.trim_start_matches("--").replace('_', "-") == key;
                let mut found = section_values.iter();
                let Some((written, Some(value))) = found.find(|(written, _)| is_key(written))
                else {
                    continue;
                };
                self.set(key, value).map_err(|reason| {
                    let line = line_of(&text, section, written);
                    invalid(format!("`{}:{line}`", path.display()), reason)
                })?;
            }
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let urls = || value.split_whitespace().map(|url| location(url, None));
        match key {
            "index-url" => self.index_url = Some(location(value.trim(), None)?),
            "extra-index-url" => self.extra_index_urls = urls().collect::<Result<_, _>>()?,
            "find-links" => self.find_links = urls().collect::<Result<_, _>>()?,
            "no-index" => self.no_index = boolean(value)?,
            "pre" => self.releases.all_releases.all = boolean(value)?,
            "prefer-binary" => self.prefer_binary = boolean(value)?,
            "only-binary" | "no-binary" => self
                .formats
                .read(&with_commas(value), key == "only-binary")
                .map_err(no_project)?,
            "all-releases" | "only-final" => self
                .releases
                .read(&with_commas(value), key == "all-releases")
                .map_err(no_project)?,
            _ => {}
        }
        Ok(())
    }

    /// Sets options by their long names. Those that pip cannot read are left out: the reader
    /// of the Dockerfile reports them.
    pub(crate) fn set_all(&mut self, options: &[(String, String)]) {
        for (option, value) in options {
            let mut changed = self.clone();
            if changed.set(option, value).is_ok() {
                *self = changed;
            }
        }
    }

    /// Applies settings with higher priority. Their lists replace the earlier ones.
    pub(crate) fn apply(&mut self, layer: &Self) {
        if !layer.extra_index_urls.is_empty() {
            self.extra_index_urls.clone_from(&layer.extra_index_urls);
        }
        if !layer.find_links.is_empty() {
            self.find_links.clone_from(&layer.find_links);
        }
        if layer.index_url.is_some() {
            self.index_url.clone_from(&layer.index_url);
        }
        self.no_index |= layer.no_index;
        self.prefer_binary |= layer.prefer_binary;
        self.formats.extend(&layer.formats);
    }

    /// Merges these settings with the options in a file's pip list.
    ///
    /// As in pip, `--index-url` in the file replaces every index that was named before it,
    /// including the extra ones; the other options add to the settings. A relative
    /// `--find-links` is resolved next to the file, then in the working folder.
    pub fn with_options(&self, options: &PipOptions) -> Result<Self, Failure> {
        let mut merged = self.clone();
        merged.no_index |= options.no_index;
        merged.releases.extend(&options.releases);
        merged.prefer_binary |= options.prefer_binary;
        if let Some(url) = &options.index_url {
            merged.index_url = Some(spanned_location(url)?);
            merged.extra_index_urls.clear();
        }
        let is_replaced = |extra: &&Spanned<String>| {
            options.index_url.as_ref().is_some_and(|url| {
                std::sync::Arc::ptr_eq(&url.location.file, &extra.location.file)
                    && extra.location.span.start < url.location.span.start
            })
        };
        for url in options
            .extra_index_urls
            .iter()
            .filter(|url| !is_replaced(url))
        {
            merged.extra_index_urls.push(spanned_location(url)?);
        }
        for url in &options.find_links {
            merged.find_links.push(spanned_location(url)?);
        }
        merged.formats.extend(&options.formats);
        Ok(merged)
    }

    /// Indexes in order of priority: empty with `no_index`, PyPI by default.
    pub fn indexes(&self) -> Vec<Url> {
        if self.no_index {
            return Vec::new();
        }
        let first = self.index_url.clone().or_else(|| Url::parse(PYPI).ok());
        first
            .into_iter()
            .chain(self.extra_index_urls.iter().cloned())
            .collect()
    }
}

/// Supported keys of pip's configuration files.
const KEYS: [&str; 10] = [
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "pre",
    "all-releases",
    "only-final",
    "prefer-binary",
    "only-binary",
    "no-binary",
];

/// pip's configuration files; later ones override earlier ones. `PIP_CONFIG_FILE` replaces the
/// user's file, and the null device disables all files. The file of the environment is not
/// read, because the environment does not exist yet.
fn config_files(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let named = variable("PIP_CONFIG_FILE").map(PathBuf::from);
    let null = if cfg!(windows) { "nul" } else { "/dev/null" };
    if named.as_deref() == Some(Path::new(null)) {
        return Vec::new();
    }
    let mut files = global_files(variable);
    match named {
        Some(file) if file.exists() => files.push(file),
        _ => files.extend(user_files()),
    }
    files
}

#[cfg(windows)]
fn global_files(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let folder = variable("ProgramData").map(PathBuf::from);
    folder
        .map(|folder| folder.join("pip").join("pip.ini"))
        .into_iter()
        .collect()
}

#[cfg(target_os = "macos")]
fn global_files(_: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    vec!["/Library/Application Support/pip/pip.conf".into()]
}

#[cfg(not(any(windows, target_os = "macos")))]
fn global_files(variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let folders = variable("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".to_owned());
    std::env::split_paths(&folders)
        .map(|folder| folder.join("pip").join("pip.conf"))
        .chain(["/etc/pip.conf".into()])
        .collect()
}

#[cfg(windows)]
fn user_files() -> Vec<PathBuf> {
    let old = dirs::home_dir().map(|home| home.join("pip").join("pip.ini"));
    let new = dirs::config_dir().map(|folder| folder.join("pip").join("pip.ini"));
    old.into_iter().chain(new).collect()
}

#[cfg(not(windows))]
fn user_files() -> Vec<PathBuf> {
    let home = dirs::home_dir();
    let old = home.as_ref().map(|home| home.join(".pip/pip.conf"));
    // On macOS the folder in Application Support counts only if it exists.
    let folder = dirs::config_dir()
        .map(|folder| folder.join("pip"))
        .filter(|folder| !cfg!(target_os = "macos") || folder.is_dir())
        .or_else(|| home.map(|home| home.join(".config/pip")));
    let new = folder.map(|folder| folder.join("pip.conf"));
    old.into_iter().chain(new).collect()
}

/// Parses a URL, or converts a path to a `file://` URL.
fn location(text: &str, folder: Option<&Path>) -> Result<Url, String> {
    if secrets::is_login_without_url(text) {
        return Err(secrets::not_a_url(text));
    }
    // `c:\wheels` is a path, not a URL with the scheme `c`.
    if let Ok(url) = Url::parse(text)
        && url.scheme().len() > 1
    {
        return match url.scheme() {
            "http" | "https" | "file" => Ok(url),
            scheme => Err(format!(
                "`{}` has the scheme `{scheme}`; the URL of an index begins with http, https or file",
                secrets::redact_url(&url)
            )),
        };
    }
    let beside = folder
        .map(|folder| folder.join(text))
        .filter(|path| path.exists());
    let path = beside.unwrap_or_else(|| PathBuf::from(text));
    std::path::absolute(&path)
        .ok()
        .and_then(|path| Url::from_file_path(plain_path(&path)).ok())
        .ok_or_else(|| format!("`{text}` is neither a URL nor a path"))
}

fn spanned_location(url: &Spanned<String>) -> Result<Url, Failure> {
    let folder = std::path::absolute(url.location.file.path())
        .ok()
        .and_then(|path| path.parent().map(Path::to_owned));
    location(url.value.trim(), folder.as_deref()).map_err(|reason| {
        Failure::input(Diagnostic::error("invalid-index-url", reason).at(url.location.clone(), ""))
    })
}

/// The URL of an index or a page of links in an option of a file; `None` if it is invalid.
pub fn option_url(option: &Spanned<String>) -> Option<Url> {
    spanned_location(option).ok()
}

/// The local path in an option of a file; `None` for a URL of another scheme.
pub fn local_path(url: &Spanned<String>) -> Option<PathBuf> {
    let url = spanned_location(url).ok()?;
    (url.scheme() == "file").then(|| url.to_file_path().ok())?
}

fn boolean(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Ok(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Ok(false),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

/// Reads names that commas or blanks separate: the configuration accepts both.
fn with_commas(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(",")
}

fn no_project(name: String) -> String {
    format!("`{name}` is not a project name")
}

fn invalid(place: String, reason: String) -> Failure {
    Failure::input(Diagnostic::error(
        "invalid-pip-setting",
        format!("{place} cannot be used: {reason}"),
    ))
}

/// Line of a key in a section, from 1; 1 if the key is not found.
fn line_of(text: &str, section: &str, key: &str) -> usize {
    let mut current = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            current = name.trim().to_ascii_lowercase();
        }
        let written = line.split(['=', ':']).next().unwrap_or(line).trim();
        if current == section && written.eq_ignore_ascii_case(key) {
            return index + 1;
        }
    }
    1
}

#[cfg(test)]
mod tests;
