//! The settings: channels, indexes and solver options.
//!
//! In: `.condarc`, `CONDA_*` variables, `presolve.toml` next to the file, pip's configuration
//! ([`index`]) and flags; later sources override earlier ones. Out: [`Settings`], plain data.
//! This crate must not access channels or indexes.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use rattler_conda_types::{NamedChannelOrUrl, Subdir};
use url::Url;

use crate::{
    check::CheckSettings,
    exclude_newer::{ExcludeNewer, Limit},
    index::IndexSettings,
};
use presolve_spec::{controls::FormatControl, pin::AddedLines};
use presolve_target::{ChannelPriority, ImageTarget};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::plain_path,
    secrets,
};

pub mod check;
mod condarc;
mod environment;
pub mod exclude_newer;
pub mod image;
pub mod index;
pub mod presolve_toml;
#[cfg(test)]
mod tests;

pub use environment::Environment;

/// The JSON schema of `presolve.toml` (<https://json-schema.org/draft/2020-12>), with a final
/// line break.
pub fn schema() -> String {
    presolve_toml::schema()
}

/// Everything except the environment file that affects a result.
#[derive(Clone, Debug)]
pub struct Settings {
    /// URL prefix of bare channel names.
    pub channel_alias: Url,
    /// Channels that `defaults` expands to.
    pub default_channels: Vec<NamedChannelOrUrl>,
    /// Channels with their own names: name and URL.
    pub custom_channels: Vec<(String, Url)>,
    /// `channels` of .condarc; `None` if no file sets it. conda appends them, or `defaults` if
    /// `None`, to the channels of a file that does not list `nodefaults`.
    pub condarc_channels: Option<Vec<NamedChannelOrUrl>>,
    /// Channels that replace those of the file (`--channel`); empty if the file decides.
    pub override_channels: Vec<NamedChannelOrUrl>,
    /// Channel priority mode.
    pub channel_priority: ChannelPriority,
    /// Whether `presolve.toml` or a flag sets the mode, and not only conda's configuration of
    /// this machine.
    pub has_own_priority: bool,
    /// What the flags set for pip, which an image does not override.
    pub index_of_flags: IndexSettings,
    /// Platform to solve for, from a flag or `presolve.toml`.
    pub platform: Option<Subdir>,
    /// Version of the Python that installs a requirements file, such as `3.11`.
    pub python_version: Option<String>,
    /// Target of the image of an Azure ML environment. `platform` and `virtual_packages`
    /// override it.
    pub image: Option<ImageTarget>,
    /// What `presolve.toml` and the flags say about images.
    pub images: image::Images,
    /// Virtual packages from flags and `presolve.toml`, such as `__cuda=12.4`.
    pub virtual_packages: Vec<String>,
    /// File or URL of the mapping from conda names to PyPI names; `None` for the mapping of
    /// prefix.dev.
    pub mapping: Option<String>,
    /// File, folder or URL of advisories in OSV's format; `None` for those of the indexes.
    pub advisories: Option<String>,
    /// Indexes and options for pip from outside the file.
    pub index: crate::index::IndexSettings,
    /// Which conda packages and distributions are too new to count.
    pub exclude_newer: ExcludeNewer,
    /// The instant from which ages are counted back: now, in whole seconds.
    pub as_of: jiff::Timestamp,
    /// Use only the cache and `file://` URLs.
    pub offline: bool,
    /// Time limit of a solve.
    pub timeout: Option<Duration>,
    /// Folder of the on-disk cache.
    pub cache_dir: PathBuf,
    /// The place of the packages that no line declares, in a pinned file.
    pub added: AddedLines,
    /// Pins have no build strings.
    pub no_builds: bool,
    /// Settings of `presolve check`.
    pub check: CheckSettings,
    /// Folder of the `presolve.toml`, to which its patterns are relative; the working
    /// directory if there is none.
    pub check_folder: PathBuf,
}

/// Values of the command line, the source with the highest priority.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--channel`: replaces the channels of the file.
    pub channels: Vec<String>,
    /// `--channel-alias`.
    pub channel_alias: Option<String>,
    /// `--channel-priority`.
    pub channel_priority: Option<ChannelPriority>,
    /// `--platform`.
    pub platform: Option<Subdir>,
    /// `--python-version`.
    pub python_version: Option<String>,
    /// `--virtual-package`: adds to `presolve.toml` and overrides it by name.
    pub virtual_packages: Vec<String>,
    /// `--image-python`: the Python of every image.
    pub image_python: Option<String>,
    /// `--mapping`: a file or a URL.
    pub mapping: Option<String>,
    /// `--advisories`: a file, a folder or a URL.
    pub advisories: Option<String>,
    /// `--index-url`.
    pub index_url: Option<String>,
    /// `--extra-index-url`.
    pub extra_index_urls: Vec<String>,
    /// `--find-links`.
    pub find_links: Vec<String>,
    /// `--no-index`.
    pub no_index: bool,
    /// `--prefer-binary`.
    pub prefer_binary: bool,
    /// `--only-binary`.
    pub only_binary: Vec<String>,
    /// `--no-binary`.
    pub no_binary: Vec<String>,
    /// `--exclude-newer`: a date, an RFC 3339 timestamp or an age.
    pub exclude_newer: Option<String>,
    /// `--exclude-newer-package`: `NAME=LIMIT`.
    pub exclude_newer_packages: Vec<String>,
    /// `--offline`.
    pub offline: bool,
    /// `--timeout`.
    pub timeout: Option<Duration>,
    /// `--cache-dir`.
    pub cache_dir: Option<PathBuf>,
    /// `--allow-outside`: a file may name files outside its repository.
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
    python_version: Option<String>,
    virtual_packages: Vec<String>,
    mapping: Option<String>,
    advisories: Option<String>,
    index: IndexSettings,
    exclude_newer: ExcludeNewer,
    offline: Option<bool>,
    timeout: Option<Duration>,
    cache_dir: Option<PathBuf>,
    added: Option<AddedLines>,
    no_builds: Option<bool>,
    images: image::Images,
    check: Option<(CheckSettings, PathBuf)>,
}

impl Settings {
    /// Resolves the settings for an environment file from all sources.
    ///
    /// # Errors
    ///
    /// An input failure if a source cannot be read or a value is invalid.
    pub fn resolve(spec_path: &Path, flags: Flags) -> Result<Settings, Failure> {
        let pip = IndexSettings::from_environment()?;
        Self::resolve_in(&Environment::of_process(), pip, spec_path, flags)
    }

    /// Resolves the settings without files and variables of the machine.
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
            let layer = presolve_toml::read(&file, flags.allow_outside)?;
            settings.has_own_priority |= layer.channel_priority.is_some();
            settings.apply(layer);
        }
        settings.has_own_priority |= flags.channel_priority.is_some();
        let layer = from_flags(flags, &environment.working_dir)?;
        settings.index_of_flags = layer.index.clone();
        settings.apply(layer);
        Ok(settings)
    }

    /// Returns the settings for an environment of this image. What its Dockerfile sets for
    /// conda and pip overrides their configuration on this machine, but not the
    /// flags, as in pip.
    pub fn in_image(mut self, image: Option<ImageTarget>) -> Self {
        if let Some(image) = &image {
            if let (Some(priority), false) = (image.channel_priority, self.has_own_priority) {
                self.channel_priority = priority;
            }
            self.index.set_all(&image.pip);
            self.index.apply(&self.index_of_flags);
        }
        let image = image.map(|image| self.images.apply(image));
        Self { image, ..self }
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
            has_own_priority: false,
            index_of_flags: IndexSettings::default(),
            platform: None,
            python_version: None,
            image: None,
            images: image::Images::default(),
            virtual_packages: Vec::new(),
            mapping: None,
            advisories: None,
            index,
            exclude_newer: ExcludeNewer::default(),
            as_of: now(),
            offline: false,
            timeout: None,
            cache_dir: environment.cache_dir.join("presolve"),
            added: AddedLines::default(),
            no_builds: false,
            check: CheckSettings::default(),
            check_folder: environment.working_dir.clone(),
        })
    }

    /// Applies a source with higher priority. Its lists replace the earlier ones, except that
    /// virtual packages are merged by name.
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
        set(&mut self.added, layer.added);
        set(&mut self.no_builds, layer.no_builds);
        set_list(&mut self.override_channels, layer.override_channels);
        self.index.apply(&layer.index);
        for (name, url) in layer.custom_channels {
            self.custom_channels.retain(|(known, _)| *known != name);
            self.custom_channels.push((name, url));
        }
        set_list(&mut self.images.patterns, layer.images.patterns);
        self.images.python = layer.images.python.or(self.images.python.take());
        self.virtual_packages.extend(layer.virtual_packages);
        self.condarc_channels = layer.condarc_channels.or(self.condarc_channels.take());
        self.platform = layer.platform.or(self.platform);
        self.python_version = layer.python_version.or(self.python_version.take());
        self.mapping = layer.mapping.or(self.mapping.take());
        self.advisories = layer.advisories.or(self.advisories.take());
        self.exclude_newer.apply(layer.exclude_newer);
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
    let exclude_newer = ExcludeNewer {
        all: exclude_newer(flags.exclude_newer.as_deref())?,
        packages: exclude_newer_packages(&flags.exclude_newer_packages)?,
        sources: Vec::new(),
    };
    Ok(Layer {
        override_channels: channels.collect::<Result<_, _>>()?,
        channel_alias: one(flags.channel_alias, "`--channel-alias`")?,
        channel_priority: flags.channel_priority,
        platform: flags.platform,
        python_version: flags
            .python_version
            .map(|text| python_version(&text, "`--python-version`"))
            .transpose()?,
        virtual_packages: flags.virtual_packages,
        mapping: flags.mapping,
        advisories: flags.advisories,
        index: IndexSettings {
            index_url: one(flags.index_url, "`--index-url`")?,
            extra_index_urls: urls(flags.extra_index_urls, "`--extra-index-url`")?,
            find_links: urls(flags.find_links, "`--find-links`")?,
            no_index: flags.no_index,
            prefer_binary: flags.prefer_binary,
            formats: formats(&flags.only_binary, &flags.no_binary, "`--")?,
            ..IndexSettings::default()
        },
        exclude_newer,
        images: image::Images {
            python: image_python(flags.image_python)?,
            ..image::Images::default()
        },
        offline: flags.offline.then_some(true),
        timeout: flags.timeout,
        cache_dir: flags.cache_dir,
        ..Layer::default()
    })
}

/// Reads the value of `--image-python`.
fn image_python(text: Option<String>) -> Result<Option<String>, Failure> {
    match text {
        Some(text) if !image::is_version(&text) => {
            let why = "it is not a version such as `3.11`";
            Err(invalid("`--image-python`", &text, why))
        }
        text => Ok(text),
    }
}

/// Checks a version of Python: `3.11`, or `3.11.9`.
fn python_version(text: &str, source: &str) -> Result<String, Failure> {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match (2..=3).contains(&parts.len()) && parts.iter().all(is_number) {
        true => Ok(text.to_owned()),
        false => Err(invalid(source, text, "a version is `3.11` or `3.11.9`")),
    }
}

/// Reads the values of `--only-binary` and `--no-binary`, or of the keys of these names.
/// `dashes` is what is before the name in a message.
fn formats(only: &[String], no: &[String], dashes: &str) -> Result<FormatControl, Failure> {
    let mut control = FormatControl::default();
    for (values, wheels, name) in [(only, true, "only-binary"), (no, false, "no-binary")] {
        for value in values {
            let read = control.read(value, wheels);
            read.map_err(|name_read| {
                let why = format!("`{name_read}` is not a project name");
                invalid(&format!("{dashes}{name}`"), value, &why)
            })?;
        }
    }
    Ok(control)
}

/// Returns the current time. Fractions of a second only make a comment longer.
fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// Reads the value of `--exclude-newer`.
fn exclude_newer(text: Option<&str>) -> Result<Option<Limit>, Failure> {
    let limit =
        text.map(|text| Limit::parse(text).map_err(|why| invalid("`--exclude-newer`", text, &why)));
    limit.transpose()
}

/// Reads the values of `--exclude-newer-package`.
fn exclude_newer_packages(texts: &[String]) -> Result<Vec<(String, Limit)>, Failure> {
    let flag = "`--exclude-newer-package`";
    let limits = texts.iter().map(|text| {
        let Some((name, limit)) = text.split_once('=') else {
            return Err(invalid(flag, text, "it is not `NAME=DATE`"));
        };
        let limit = match limit {
            "false" => Limit::Never,
            limit => Limit::parse(limit).map_err(|why| invalid(flag, text, &why))?,
        };
        Ok((name.trim().to_owned(), limit))
    });
    limits.collect()
}

/// Parses a channel; relative paths are relative to `base`.
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

/// Parses a URL, or a path relative to `base`, including `file:folder`.
fn location(text: &str, base: &Path, source: &str) -> Result<Url, Failure> {
    check_login(text, source)?;
    let path = match text.strip_prefix("file:") {
        Some(rest) if !rest.starts_with('/') => rest,
        None if !text.contains("://") => text,
        _ => return url(text, source),
    };
    // `join` keeps an absolute path.
    let path = plain_path(&base.join(path));
    Url::from_directory_path(&path)
        .map_err(|()| invalid(source, text, "it is neither a URL nor a path"))
}

/// # Errors
/// If the text has a user and a password but is not a URL: a parser takes it for a path.
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
