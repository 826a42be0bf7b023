//! `presolve.toml`: settings of a project, next to the environment file or in the nearest
//! parent folder of the same git repository.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use indexmap::IndexMap;
use rattler_conda_types::Subdir;
use toml::Spanned;

use super::{
    Layer, channel,
    exclude_newer::{ExcludeNewer, Limit},
    location,
};
use crate::{
    check::CheckSettings,
    image::{ImageKeys, Images},
    index::IndexSettings,
};
use presolve_parse as parse;
use presolve_spec::pin::AddedLines;
use presolve_target::ChannelPriority;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    files::{Fence, Fences, TEXT_LIMIT},
    secrets,
    source::SourceFile,
};

/// Name of the settings file.
pub const FILE_NAME: &str = "presolve.toml";

/// Settings of presolve that belong to a project. Flags win over them; they win over
/// `.condarc`, pip's configuration and environment variables.
#[derive(Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "presolve.toml")]
struct Keys {
    /// The URL before bare channel names.
    #[schemars(with = "Option<String>")]
    channel_alias: Option<Spanned<String>>,
    /// The channels that `defaults` stands for.
    #[schemars(with = "Option<Vec<String>>")]
    default_channels: Option<Vec<Spanned<String>>>,
    /// Channels that have a name of their own: the name, and the URL.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    custom_channels: IndexMap<String, Spanned<String>>,
    /// Channel priority mode.
    channel_priority: Option<ChannelPriority>,
    /// The conda platform to solve for, such as `linux-64`.
    #[schemars(with = "Option<String>")]
    platform: Option<Spanned<String>>,
    /// The version of the Python that installs a requirements file, such as `3.11`.
    #[schemars(with = "Option<String>")]
    python_version: Option<Spanned<String>>,
    /// Virtual packages of the target, such as `__cuda=12.4`; `__cuda=none` removes one.
    virtual_packages: Vec<String>,
    /// Where the mapping of conda names to PyPI names is: a file or a URL.
    mapping: Option<String>,
    /// Where advisories in OSV's format are, instead of those of the package index: a file, a
    /// folder or a URL.
    advisories: Option<String>,
    /// The package index instead of PyPI: a URL or a folder.
    #[schemars(with = "Option<String>")]
    index_url: Option<Spanned<String>>,
    /// Further package indexes.
    #[schemars(with = "Vec<String>")]
    extra_index_urls: Vec<Spanned<String>>,
    /// Pages or folders with links to distributions.
    #[schemars(with = "Vec<String>")]
    find_links: Vec<Spanned<String>>,
    /// Whether package indexes are ignored, so that only `find-links` count.
    no_index: bool,
    /// Whether an older release with a wheel is preferred to a newer one without.
    prefer_binary: bool,
    /// Projects of which only wheels are used; `:all:` for all projects.
    only_binary: Vec<String>,
    /// Projects of which no wheels are used; `:all:` for all projects.
    no_binary: Vec<String>,
    /// What was uploaded later is ignored in both halves: a date, an RFC 3339 timestamp, or an
    /// age such as `7d`. What has no date is ignored too, unless nothing else is left of a package
    /// or, for conda, there is no solution otherwise.
    #[schemars(with = "Option<String>")]
    exclude_newer: Option<Spanned<String>>,
    /// Other limits for some packages and projects, by name; `false` for no limit.
    #[schemars(with = "std::collections::BTreeMap<String, LimitSetting>")]
    exclude_newer_package: IndexMap<String, Spanned<LimitSetting>>,
    /// Other limits for some channels and package indexes, by name or URL; `false` for no limit.
    #[schemars(with = "std::collections::BTreeMap<String, LimitSetting>")]
    exclude_newer_source: IndexMap<String, Spanned<LimitSetting>>,
    /// Whether only the cache and local files are used.
    offline: Option<bool>,
    /// After how many seconds to give up.
    timeout: Option<u64>,
    /// The folder of the cache, in the same repository.
    #[schemars(with = "Option<PathBuf>")]
    cache_dir: Option<Spanned<PathBuf>>,
    /// Where `presolve pin` writes the packages that no line declares.
    added: Option<AddedSetting>,
    /// Whether `presolve pin` writes versions without builds.
    no_builds: Option<bool>,
    /// What images provide whose names do not tell: the name of an image, in which `*` stands
    /// for any text.
    #[schemars(with = "std::collections::BTreeMap<String, ImageKeys>")]
    image: IndexMap<String, ImageKeys>,
    /// The settings of `presolve check`.
    check: Option<CheckSettings>,
}

/// A limit of some packages.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
enum LimitSetting {
    /// A date, an RFC 3339 timestamp, or an age such as `7d`.
    Limit(String),
    /// `false` for no limit.
    Flag(bool),
}

/// The place of the packages that no line declares.
#[derive(Clone, Copy, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum AddedSetting {
    /// After the declared lines, each with its own comment.
    Inline,
    /// After the declared lines, as one block under one comment.
    Block,
    /// In a lock file of conda-lock next to the file.
    Lock,
}

impl From<AddedSetting> for AddedLines {
    fn from(setting: AddedSetting) -> Self {
        match setting {
            AddedSetting::Inline => AddedLines::Inline,
            AddedSetting::Block => AddedLines::Block,
            AddedSetting::Lock => AddedLines::Lock,
        }
    }
}

/// The JSON schema of the file, with a line break at the end.
pub(super) fn schema() -> String {
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Keys));
    schema.expect("strings, numbers and lists") + "\n"
}

/// The `presolve.toml` that applies to an environment file; `None` if there is none.
pub(super) fn find(spec_path: &Path) -> Option<PathBuf> {
    for folder in spec_path.ancestors().skip(1) {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads the file. A pull request can change it, so it must not be a link out of its
/// repository unless `--allow-outside` is set.
pub(super) fn read(path: &Path, allow_outside: bool) -> Result<Layer, Failure> {
    let fences = Fences {
        allow_outside,
        ..Fences::default()
    };
    let fence = fences.around(path);
    let bytes = fence.read(path, TEXT_LIMIT).map_err(|error| {
        let message = format!("cannot read {}: {error}", path.display());
        Failure::input(Diagnostic::error("unreadable-settings", message).help(error.help()))
    })?;
    let Ok(text) = String::from_utf8(bytes) else {
        let message = format!("cannot read {}: it is not valid UTF-8", path.display());
        return Err(Failure::input(Diagnostic::error(
            "unreadable-settings",
            message,
        )));
    };
    secrets::remember_file(&text);
    let file = File {
        path,
        text: &text,
        fence: &fence,
    };
    let keys = parse::guard::guarded(|| toml::from_str(&text))
        .map_err(|panicked| {
            let message = format!("cannot read {}: {panicked}", path.display());
            Failure::input(Diagnostic::error("unreadable-settings", message))
        })?
        .map_err(|error| file.syntax_error(&error))?;
    file.layer(keys)
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
    fence: &'a Fence,
}

impl File<'_> {
    fn base(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn layer(&self, keys: Keys) -> Result<Layer, Failure> {
        let custom_channels = keys.custom_channels.into_iter();
        let custom_channels = custom_channels.map(|(name, place)| Ok((name, self.url(place)?)));
        let default_channels = keys.default_channels.map(|channels| {
            let channels = channels.into_iter();
            channels
                .map(|text| self.parse(text, |text| channel(text, self.base(), "a channel")))
                .collect::<Result<Vec<_>, Failure>>()
        });
        Ok(Layer {
            channel_alias: keys.channel_alias.map(|text| self.url(text)).transpose()?,
            default_channels: default_channels.transpose()?,
            custom_channels: custom_channels.collect::<Result<_, Failure>>()?,
            channel_priority: keys.channel_priority,
            platform: keys.platform.map(|text| self.platform(text)).transpose()?,
            python_version: keys
                .python_version
                .map(|text| {
                    self.parse(text, |text| super::python_version(text, "`python-version`"))
                })
                .transpose()?,
            virtual_packages: keys.virtual_packages,
            mapping: keys.mapping.map(|mapping| self.beside(mapping)),
            advisories: keys.advisories.map(|place| self.beside(place)),
            index: IndexSettings {
                index_url: keys.index_url.map(|text| self.url(text)).transpose()?,
                extra_index_urls: self.urls(keys.extra_index_urls)?,
                find_links: self.urls(keys.find_links)?,
                no_index: keys.no_index,
                prefer_binary: keys.prefer_binary,
                formats: super::formats(&keys.only_binary, &keys.no_binary, "`")?,
                ..IndexSettings::default()
            },
            exclude_newer: ExcludeNewer {
                all: keys
                    .exclude_newer
                    .map(|text| self.limit(&text))
                    .transpose()?,
                packages: self.limits(keys.exclude_newer_package)?,
                sources: self.limits(keys.exclude_newer_source)?,
            },
            offline: keys.offline,
            timeout: keys.timeout.map(Duration::from_secs),
            cache_dir: keys
                .cache_dir
                .map(|folder| self.cache_dir(&folder))
                .transpose()?,
            added: keys.added.map(AddedLines::from),
            no_builds: keys.no_builds,
            images: self.images(keys.image)?,
            check: keys.check.map(|check| (check, self.base().to_path_buf())),
            ..Layer::default()
        })
    }

    fn images(&self, keys: IndexMap<String, ImageKeys>) -> Result<Images, Failure> {
        let invalid = |text: &Spanned<String>, why: &str| {
            let message = format!("an image cannot provide `{}`: {why}", text.get_ref());
            self.error(message, text.span(), None)
        };
        let patterns = keys.into_iter();
        let patterns = patterns.map(|(pattern, keys)| Ok((pattern, keys.check(&invalid)?)));
        Ok(Images {
            patterns: patterns.collect::<Result<_, Failure>>()?,
            python: None,
        })
    }

    /// Resolves the cache folder. It must be inside the fence, because presolve writes there.
    fn cache_dir(&self, folder: &Spanned<PathBuf>) -> Result<PathBuf, Failure> {
        let place = self.base().join(folder.get_ref());
        let Some(outside) = self.fence.refusal(&place) else {
            return Ok(place);
        };
        let message = format!("`cache-dir` cannot be `{}`: {outside}", place.display());
        let help = "set it with `--cache-dir` or `PRESOLVE_CACHE_DIR`, or run with `--allow-outside` if you trust this file";
        Err(self.error(message, folder.span(), Some(help.to_owned())))
    }

    fn url(&self, text: Spanned<String>) -> Result<url::Url, Failure> {
        self.parse(text, |text| location(text, self.base(), "this setting"))
    }

    fn urls(&self, texts: Vec<Spanned<String>>) -> Result<Vec<url::Url>, Failure> {
        texts.into_iter().map(|text| self.url(text)).collect()
    }

    /// Makes a path absolute; a URL remains.
    fn beside(&self, text: String) -> String {
        if text.contains("://") {
            return text;
        }
        self.base().join(text).to_string_lossy().into_owned()
    }

    fn platform(&self, text: Spanned<String>) -> Result<Subdir, Failure> {
        let span = text.span();
        text.get_ref().parse().map_err(|_| {
            let message = format!("unknown platform `{}`", text.get_ref());
            self.error(
                message,
                span,
                Some("write a platform such as `linux-64`".to_owned()),
            )
        })
    }

    fn limit(&self, text: &Spanned<String>) -> Result<Limit, Failure> {
        Limit::parse(text.get_ref()).map_err(|why| {
            let message = format!("`exclude-newer` cannot be `{}`: {why}", text.get_ref());
            self.error(message, text.span(), None)
        })
    }

    fn limits(
        &self,
        keys: IndexMap<String, Spanned<LimitSetting>>,
    ) -> Result<Vec<(String, Limit)>, Failure> {
        let limits = keys.into_iter().map(|(name, setting)| {
            let span = setting.span();
            let limit = match setting.into_inner() {
                LimitSetting::Flag(false) => Ok(Limit::Never),
                LimitSetting::Flag(true) => {
                    let message = format!("the limit of `{name}` cannot be `true`");
                    let help = "write `false` for no limit, or an age such as `7d`";
                    Err(self.error(message, span, Some(help.to_owned())))
                }
                LimitSetting::Limit(text) => Limit::parse(&text).map_err(|why| {
                    let message = format!("the limit of `{name}` cannot be `{text}`: {why}");
                    self.error(message, span, None)
                }),
            };
            Ok((name, limit?))
        });
        limits.collect()
    }

    /// Parses a value, and adds its location to the error.
    fn parse<T>(
        &self,
        text: Spanned<String>,
        parse: impl FnOnce(&str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        parse(text.get_ref()).map_err(|failure| self.error(failure.to_string(), text.span(), None))
    }

    fn syntax_error(&self, error: &toml::de::Error) -> Failure {
        let message = error.message().to_owned();
        let unknown = message.strip_prefix("unknown field `");
        let unknown = unknown.and_then(|rest| rest.split_once('`'));
        let span = error.span().unwrap_or(0..0);
        match unknown {
            Some((key, expected)) => {
                let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
                let help = match nearest_key(key, &known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("use one of the keys {}", known.join(", ")),
                };
                self.error(format!("unknown key `{key}`"), span, Some(help))
            }
            None => self.error(message, span, None),
        }
    }

    fn error(&self, message: String, span: Range<usize>, help: Option<String>) -> Failure {
        let end = span.end.min(self.text.len());
        let location = Location {
            file: SourceFile::from_text(self.path, self.text),
            span: span.start.min(end)..end,
        };
        let diagnostic = Diagnostic::error("invalid-setting", message).at(location, "");
        Failure::input(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        })
    }
}

/// The most similar of the keys that serde names as the known ones.
fn nearest_key<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    // A key in conda's spelling must match presolve's key.
    let key = key.replace('_', "-");
    let scored = known.iter();
    let scored = scored.map(|known| (strsim::jaro_winkler(&key, known), *known));
    let (score, nearest) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score > 0.8).then_some(nearest)
}
