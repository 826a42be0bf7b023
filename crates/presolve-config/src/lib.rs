//! The settings: where channels and indexes are, and how to solve.
//!
//! In: `.condarc`, `CONDA_*` variables, `presolve.toml` next to the file, pip's configuration
//! ([`index`]) and flags, the later ones winning. Out: [`Settings`], plain data. This crate must
//! never ask a channel or an index.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use rattler_conda_types::{NamedChannelOrUrl, Subdir};
use url::Url;

use crate::{check::CheckSettings, index::IndexSettings};
use presolve_target::{ChannelPriority, ImageTarget};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets,
};

pub mod check;
mod condarc;
mod environment;
pub mod index;
pub mod presolve_toml;
#[cfg(test)]
mod tests;

pub use environment::Environment;

/// The JSON schema of `presolve.toml` (<https://json-schema.org/draft/2020-12>), with a
/// line break at the end.
pub fn schema() -> String {
    presolve_toml::schema()
}

/// Everything that decides an answer beside the spec itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The prefix that a bare channel name stands behind.
    pub channel_alias: Url,
    /// Channels that `defaults` expands to.
    pub default_channels: Vec<NamedChannelOrUrl>,
    /// Channels that have a name of their own: name, URL of the channel.
    pub custom_channels: Vec<(String, Url)>,
    /// `channels` of .condarc, none if no file has it. conda appends them to
    /// those of a file that does not list `nodefaults`, `defaults` if none.
    pub condarc_channels: Option<Vec<NamedChannelOrUrl>>,
    /// Channels that replace those of the file (`--channel`); empty: the file's.
    pub override_channels: Vec<NamedChannelOrUrl>,
    /// Channel priority mode.
    pub channel_priority: ChannelPriority,
    /// The platform to solve for, where a flag or `presolve.toml` says it.
    pub platform: Option<Subdir>,
    /// What the image of an Azure ML environment says of the target, where nothing
    /// stronger does.
    pub image: Option<ImageTarget>,
    /// Virtual packages from flags and `presolve.toml`, as `__cuda=12.4`.
    pub virtual_packages: Vec<String>,
    /// Where the conda to PyPI name mapping is, if not at its usual address:
    /// a file or a URL.
    pub mapping: Option<String>,
    /// Indexes and options of the pip half from outside the file.
    pub index: crate::index::IndexSettings,
    /// Ignore what was uploaded at or after this time, in both halves.
    pub exclude_newer: Option<jiff::Timestamp>,
    /// Answer from the cache and from `file://` only.
    pub offline: bool,
    /// Stop solving after this long.
    pub timeout: Option<Duration>,
    /// The folder of the on-disk cache.
    pub cache_dir: PathBuf,
    /// What `check` looks for.
    pub check: CheckSettings,
    /// The folder of the `presolve.toml` that holds, where its patterns begin; the
    /// working directory if there is none.
    pub check_folder: PathBuf,
}

/// What the command line says; the strongest of the sources.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--channel`: replace the channels of the file.
    pub channels: Vec<String>,
    /// `--channel-alias`.
    pub channel_alias: Option<String>,
    /// `--channel-priority`.
    pub channel_priority: Option<ChannelPriority>,
    /// `--platform`.
    pub platform: Option<Subdir>,
    /// `--virtual-package`, added to those of `presolve.toml` and stronger.
    pub virtual_packages: Vec<String>,
    /// `--mapping`: a file or a URL.
    pub mapping: Option<String>,
    /// `--index-url`.
    pub index_url: Option<String>,
    /// `--extra-index-url`.
    pub extra_index_urls: Vec<String>,
    /// `--find-links`.
    pub find_links: Vec<String>,
    /// `--no-index`.
    pub no_index: bool,
    /// `--exclude-newer`: a date or an RFC 3339 timestamp.
    pub exclude_newer: Option<String>,
    /// `--offline`.
    pub offline: bool,
    /// `--timeout`.
    pub timeout: Option<Duration>,
    /// `--cache-dir`.
    pub cache_dir: Option<PathBuf>,
    /// `--allow-outside`: a file may name those outside of its repository.
    pub allow_outside: bool,
}

/// Settings from one source.
#[derive(Clone, Debug, Default)]
struct Layer {
    channel_alias: Option<Url>,
    default_channels: Option<Vec<NamedChannelOrUrl>>,
    custom_channels: Vec<(String, Url)>,
    condarc_channels: Option<Vec<NamedChannelOrUrl>>,
    override_channels: Vec<NamedChannelOrUrl>,
    channel_priority: Option<ChannelPriority>,
    platform: Option<Subdir>,
    virtual_packages: Vec<String>,
    mapping: Option<String>,
    index: IndexSettings,
    exclude_newer: Option<jiff::Timestamp>,
    offline: Option<bool>,
    timeout: Option<Duration>,
    cache_dir: Option<PathBuf>,
    check: Option<(CheckSettings, PathBuf)>,
}

impl Settings {
    /// The settings for a file, from all sources.
    ///
    /// # Errors
    ///
    /// An input failure when a source cannot be read or says something that
    /// has no meaning.
    pub fn resolve(spec_path: &Path, flags: Flags) -> Result<Settings, Failure> {
        let pip = IndexSettings::from_environment()?;
        Self::resolve_in(&Environment::of_process(), pip, spec_path, flags)
    }

    /// The settings of an empty machine, whose files and variables say nothing.
    ///
    /// # Errors
    /// As for [`Settings::resolve`].
    pub fn resolve_bare(folder: &Path, flags: Flags) -> Result<Settings, Failure> {
        let environment = Environment {
            working_dir: folder.to_path_buf(),
            cache_dir: folder.to_path_buf(),
            ..Environment::default()
        };
        let (pip, spec) = (IndexSettings::default(), folder.join("environment.yml"));
        Self::resolve_in(&environment, pip, &spec, flags)
    }

    fn resolve_in(
        environment: &Environment,
        pip: IndexSettings,
        spec_path: &Path,
        flags: Flags,
    ) -> Result<Settings, Failure> {
        let mut settings = Settings::defaults(environment, pip)?;
        settings.apply(condarc::layer(environment)?);
        settings.apply(Layer {
            cache_dir: environment
                .variable("PRESOLVE_CACHE_DIR")
                .map(PathBuf::from),
            ..Layer::default()
        });
        if let Some(file) = presolve_toml::find(&environment.working_dir.join(spec_path)) {
            settings.apply(presolve_toml::read(&file, flags.allow_outside)?);
        }
        settings.apply(from_flags(flags, &environment.working_dir)?);
        Ok(settings)
    }

    fn defaults(environment: &Environment, index: IndexSettings) -> Result<Settings, Failure> {
        let parse = |text: &str| url(text, "presolve's defaults");
        let mut default_channels = vec![
            NamedChannelOrUrl::Url(parse("https://repo.anaconda.com/pkgs/main")?),
            NamedChannelOrUrl::Url(parse("https://repo.anaconda.com/pkgs/r")?),
        ];
        if cfg!(windows) {
            let msys2 = parse("https://repo.anaconda.com/pkgs/msys2")?;
            default_channels.push(NamedChannelOrUrl::Url(msys2));
        }
        Ok(Settings {
            channel_alias: parse("https://conda.anaconda.org")?,
            default_channels,
            custom_channels: vec![("pkgs/pro".to_owned(), parse("https://repo.anaconda.com")?)],
            condarc_channels: None,
            override_channels: Vec::new(),
            channel_priority: ChannelPriority::default(),
            platform: None,
            image: None,
            virtual_packages: Vec::new(),
            mapping: None,
            index,
            exclude_newer: None,
            offline: false,
            timeout: None,
            cache_dir: environment.cache_dir.join("presolve"),
            check: CheckSettings::default(),
            check_folder: environment.working_dir.clone(),
        })
    }

    /// Lets a stronger source win; lists replace, except for virtual packages,
    /// of which later ones override earlier ones by name.
    fn apply(&mut self, layer: Layer) {
        fn set<T>(slot: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *slot = value;
            }
        }
        fn set_list<T>(slot: &mut Vec<T>, value: Vec<T>) {
            if !value.is_empty() {
                *slot = value;
            }
        }
        set(&mut self.channel_alias, layer.channel_alias);
        set(&mut self.default_channels, layer.default_channels);
        set(&mut self.channel_priority, layer.channel_priority);
        set(&mut self.offline, layer.offline);
        set(&mut self.cache_dir, layer.cache_dir);
        set_list(&mut self.override_channels, layer.override_channels);
        set_list(
            &mut self.index.extra_index_urls,
            layer.index.extra_index_urls,
        );
        set_list(&mut self.index.find_links, layer.index.find_links);
        for (name, url) in layer.custom_channels {
            self.custom_channels.retain(|(known, _)| *known != name);
            self.custom_channels.push((name, url));
        }
        self.virtual_packages.extend(layer.virtual_packages);
        self.condarc_channels = layer.condarc_channels.or(self.condarc_channels.take());
        self.platform = layer.platform.or(self.platform);
        self.mapping = layer.mapping.or(self.mapping.take());
        self.index.index_url = layer.index.index_url.or(self.index.index_url.take());
        self.index.no_index |= layer.index.no_index;
        self.exclude_newer = layer.exclude_newer.or(self.exclude_newer);
        self.timeout = layer.timeout.or(self.timeout);
        if let Some((check, folder)) = layer.check {
            (self.check, self.check_folder) = (check, folder);
        }
    }
}

fn from_flags(flags: Flags, working_dir: &Path) -> Result<Layer, Failure> {
    let urls = |texts: Vec<String>, flag: &str| -> Result<Vec<Url>, Failure> {
        let parse = |text: String| location(&text, working_dir, flag);
        texts.into_iter().map(parse).collect()
    };
    let one = |text: Option<String>, flag: &str| -> Result<Option<Url>, Failure> {
        text.map(|text| location(&text, working_dir, flag))
            .transpose()
    };
    let channels = flags.channels.iter();
    let channels = channels.map(|text| channel(text, working_dir, "`--channel`"));
    let exclude_newer = flags.exclude_newer.as_deref();
    Ok(Layer {
        override_channels: channels.collect::<Result<_, _>>()?,
        channel_alias: one(flags.channel_alias, "`--channel-alias`")?,
        channel_priority: flags.channel_priority,
        platform: flags.platform,
        virtual_packages: flags.virtual_packages,
        mapping: flags.mapping,
        index: IndexSettings {
            index_url: one(flags.index_url, "`--index-url`")?,
            extra_index_urls: urls(flags.extra_index_urls, "`--extra-index-url`")?,
            find_links: urls(flags.find_links, "`--find-links`")?,
            no_index: flags.no_index,
            ..IndexSettings::default()
        },
        exclude_newer: exclude_newer
            .map(|text| cut_off(text).map_err(|why| invalid("`--exclude-newer`", text, &why)))
            .transpose()?,
        offline: flags.offline.then_some(true),
        timeout: flags.timeout,
        cache_dir: flags.cache_dir,
        ..Layer::default()
    })
}

/// The time before which uploads count: a timestamp as it is, a date as the
/// start of the following day, so that the day itself still counts. The day is
/// that of UTC, as in rattler's tools, so that a project's setting means the
/// same on every machine; uv takes the day of the machine's time zone.
fn cut_off(text: &str) -> Result<jiff::Timestamp, String> {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Ok(timestamp);
    }
    let wrong = "it is neither a date like `2024-05-31` nor an RFC 3339 timestamp";
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong.to_owned())?;
    let next = date.tomorrow().map_err(|error| error.to_string())?;
    let start = next.to_zoned(jiff::tz::TimeZone::UTC);
    Ok(start.map_err(|error| error.to_string())?.timestamp())
}

/// A channel as written; relative paths are relative to `base`.
fn channel(text: &str, base: &Path, source: &str) -> Result<NamedChannelOrUrl, Failure> {
    check_login(text, source)?;
    if text.starts_with("file:") {
        return Ok(NamedChannelOrUrl::Url(location(text, base, source)?));
    }
    match NamedChannelOrUrl::from_str(text) {
        Ok(NamedChannelOrUrl::Path(path)) if path.as_str().starts_with('.') => Ok(
            NamedChannelOrUrl::Url(location(path.as_str(), base, source)?),
        ),
        Ok(channel) => Ok(channel),
        Err(error) => Err(invalid(source, text, &error.to_string())),
    }
}

/// A URL, or a path relative to `base`, `file:folder` included.
fn location(text: &str, base: &Path, source: &str) -> Result<Url, Failure> {
    check_login(text, source)?;
    let path = match text.strip_prefix("file:") {
        Some(rest) if !rest.starts_with('/') => rest,
        None if !text.contains("://") => text,
        _ => return url(text, source),
    };
    // Joining takes absolute paths as they are; components drop `./` and `..`
    // stays for the file system, where a link may make it mean something.
    let path: PathBuf = base.join(path).components().collect();
    Url::from_directory_path(&path)
        .map_err(|()| invalid(source, text, "it is neither a URL nor a path"))
}

/// # Errors
/// When the text has a user and a password and is not a URL: a parser takes it for a path.
fn check_login(text: &str, source: &str) -> Result<(), Failure> {
    if !secrets::is_login_without_url(text) {
        return Ok(());
    }
    let message = format!("{source} cannot be used: {}", secrets::not_a_url(text));
    Err(Failure::input(
        Diagnostic::error("invalid-setting", message).help(secrets::HOW_TO_WRITE),
    ))
}

fn url(text: &str, source: &str) -> Result<Url, Failure> {
    check_login(text, source)?;
    Url::parse(text).map_err(|error| invalid(source, text, &error.to_string()))
}

fn invalid(source: &str, text: &str, why: &str) -> Failure {
    let shown = secrets::redact(text);
    Failure::input(Diagnostic::error(
        "invalid-setting",
        format!("{source} cannot be `{shown}`: {why}"),
    ))
}
