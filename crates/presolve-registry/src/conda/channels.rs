//! The channels of a file: how their names are resolved, their order, and how they are written
//! back.
//!
//! A solve uses the channels that `conda env create` uses, so that its verdict applies to the
//! build (conda/conda: `conda/env/installers/conda.py`, function `_solve`). These are the
//! channels of the file in order; then, unless the file lists `nodefaults`, the `channels` of
//! .condarc, or `defaults` if no .condarc sets them. Therefore a pinned file lists
//! `nodefaults`. Channels that only a match spec names (`channel::name`) come last, as in
//! conda's solvers. `--channel` replaces all except these.

use std::{path::Path, sync::Arc};

use rattler_conda_types::{Channel, ChannelConfig, MatchSpec, NamedChannelOrUrl, Subdir};
use url::Url;

use super::error::ChannelError;
pub use presolve_config::Settings;
use presolve_spec::EnvironmentFile;
use presolve_text::{diagnostic::Location, process, secrets};

#[cfg(test)]
mod tests;

/// Name of the group of channels in `default_channels`.
const DEFAULTS: &str = "defaults";

/// Entry of a file that excludes channels from outside the file.
pub const NO_DEFAULTS: &str = "nodefaults";

/// A channel of a solve.
#[derive(Clone, Debug)]
pub struct SpecChannel {
    /// Channel; its URL may contain credentials, so it is never printed.
    pub channel: Channel,
    /// Name that the user knows, with credentials redacted.
    pub name: String,
    /// Text that a pinned file lists: that of the file or the setting, with credentials only
    /// if they are written there. All channels of `defaults` share it.
    pub explicit: String,
    /// Location in the environment file; `None` if a setting names the channel.
    pub location: Option<Location>,
    /// Group that contains the channel: `defaults`.
    pub group: Option<String>,
}

impl SpecChannel {
    /// [`Self::explicit`] without credentials from settings. A pinned file is shared with
    /// other people, whose conda reads them from a netrc file or from `anaconda login`.
    /// Credentials in the file itself remain.
    pub fn public(&self) -> String {
        let text = &self.explicit;
        if self.location.is_some() || secrets::find(text).is_empty() {
            return text.clone();
        }
        match Url::parse(text) {
            Ok(url) => secrets::without_token(&url).to_string(),
            Err(_) => secrets::without_secrets(text),
        }
    }
}

/// A channel as it is written in a file.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// Name or URL.
    pub text: &'a str,
    /// Location in the file.
    pub location: Option<Location>,
}

/// Channels of a solve, in order of priority.
#[derive(Clone, Debug)]
pub struct Channels {
    list: Vec<SpecChannel>,
    resolver: Resolver,
}

impl Channels {
    /// Resolves the channels of an environment file.
    ///
    /// # Errors
    ///
    /// [`ChannelError`] if a text is not a channel.
    pub fn of_file(file: &EnvironmentFile, settings: &Settings) -> Result<Self, ChannelError> {
        let listed: Vec<Listed<'_>> = file
            .channels
            .iter()
            .map(|channel| Listed {
                text: &channel.value,
                location: Some(channel.location.clone()),
            })
            .collect();
        let specs = file
            .conda
            .iter()
            .map(|line| (&line.spec, Some(&line.location)));
        let folder = file.source.path().parent().unwrap_or(Path::new("."));
        Self::resolve(&listed, specs, settings, folder)
    }

    /// Resolves the channels of `listed` and `specs`. Relative paths are relative to `folder`.
    ///
    /// # Errors
    ///
    /// [`ChannelError`] if a text is not a channel.
    pub fn resolve<'a>(
        listed: &[Listed<'_>],
        specs: impl IntoIterator<Item = (&'a MatchSpec, Option<&'a Location>)>,
        settings: &Settings,
        folder: &Path,
    ) -> Result<Self, ChannelError> {
        let resolver = Resolver::new(settings, folder);
        let mut channels = Channels {
            list: Vec::new(),
            resolver: resolver.clone(),
        };
        if settings.override_channels.is_empty() {
            for channel in listed.iter().filter(|channel| channel.text != NO_DEFAULTS) {
                channels.add(resolver.named(channel.text, channel.location.clone())?);
            }
            if !listed.iter().any(|channel| channel.text == NO_DEFAULTS) {
                channels.append_configured(settings)?;
            }
        } else {
            for channel in &settings.override_channels {
                channels.add(resolver.named(channel.as_str(), None)?);
            }
        }
        for (spec, location) in specs {
            if let Some(text) = spec_channel(spec) {
                channels.add(resolver.named(&text, location.cloned())?);
            }
        }
        Ok(channels)
    }

    fn append_configured(&mut self, settings: &Settings) -> Result<(), ChannelError> {
        let Some(configured) = &settings.condarc_channels else {
            self.add(self.resolver.named(DEFAULTS, None)?);
            return Ok(());
        };
        for channel in configured
            .iter()
            .filter(|channel| channel.as_str() != NO_DEFAULTS)
        {
            self.add(self.resolver.named(channel.as_str(), None)?);
        }
        Ok(())
    }

    fn add(&mut self, channels: Vec<SpecChannel>) {
        for channel in channels {
            let url = &channel.channel.base_url;
            if !self.list.iter().any(|known| known.channel.base_url == *url) {
                self.list.push(channel);
            }
        }
    }

    /// Channels in order of priority, the highest first.
    pub fn list(&self) -> &[SpecChannel] {
        &self.list
    }

    /// Display name of the channel with this URL in its records.
    pub fn name_of(&self, canonical: &str) -> String {
        let mut list = self.list.iter();
        let known = list.find(|known| known.channel.canonical_name() == canonical);
        known.map_or_else(|| secrets::redact(canonical), |known| known.name.clone())
    }

    /// Indices of the channels that may provide a match spec: those of its `channel::`, which
    /// are several for `defaults::`. `None` for a match spec without a channel, which any
    /// channel may provide.
    pub fn of_spec(&self, spec: &MatchSpec) -> Option<Vec<usize>> {
        let text = spec_channel(spec)?;
        // Invalid texts were already rejected in [`Self::resolve`].
        let wanted = self.resolver.named(&text, None).unwrap_or_default();
        let is_wanted = |channel: &SpecChannel| {
            let url = &channel.channel.base_url;
            wanted.iter().any(|wanted| wanted.channel.base_url == *url)
        };
        let all = self.list.iter().enumerate();
        Some(
            all.filter(|(_, channel)| is_wanted(channel))
                .map(|(index, _)| index)
                .collect(),
        )
    }

    /// Replaces the channel of a match spec by the one of the settings, so that its URL equals
    /// the `channel` of the records. rattler does not know aliases and custom channels. A
    /// match spec of a group (`defaults::`) loses its channel, so the caller must use
    /// [`Channels::of_spec`].
    pub fn bind(&self, mut spec: MatchSpec) -> MatchSpec {
        if let Some(indices) = self.of_spec(&spec) {
            spec.channel = match indices.as_slice() {
                [only] => Some(Arc::new(self.list[*only].channel.clone())),
                _ => None,
            };
        }
        spec
    }
}

/// Name or URL of a match spec's channel, reconstructed from the parsed form.
fn spec_channel(spec: &MatchSpec) -> Option<String> {
    let channel = spec.channel.as_ref()?;
    let url: &Url = channel.base_url.as_ref();
    // rattler's parser resolves every bare name with this alias.
    let is_name = url.as_str().starts_with("https://conda.anaconda.org/");
    match &channel.name {
        Some(name) if is_name => Some(name.clone()),
        _ => Some(url.to_string()),
    }
}

/// Resolves texts to channels, as conda does (`conda/models/channel.py`).
#[derive(Clone, Debug)]
struct Resolver {
    config: ChannelConfig,
    default_channels: Vec<NamedChannelOrUrl>,
    custom_channels: Vec<(String, Url)>,
}

impl Resolver {
    fn new(settings: &Settings, folder: &Path) -> Self {
        let working_dir = process::working_dir().unwrap_or_default();
        Self {
            config: ChannelConfig {
                channel_alias: settings.channel_alias.clone(),
                root_dir: working_dir.join(folder),
            },
            default_channels: settings.default_channels.clone(),
            custom_channels: settings.custom_channels.clone(),
        }
    }

    /// Resolves a text; to several channels for `defaults`.
    fn named(
        &self,
        text: &str,
        location: Option<Location>,
    ) -> Result<Vec<SpecChannel>, ChannelError> {
        if text != DEFAULTS {
            return Ok(vec![self.one(text, location)?]);
        }
        let members = self.default_channels.iter();
        members
            .map(|member| {
                Ok(SpecChannel {
                    explicit: DEFAULTS.to_owned(),
                    group: Some(DEFAULTS.to_owned()),
                    ..self.one(member.as_str(), location.clone())?
                })
            })
            .collect()
    }

    fn one(&self, text: &str, location: Option<Location>) -> Result<SpecChannel, ChannelError> {
        if secrets::is_login_without_url(text) {
            let reason = secrets::not_a_url(text);
            return Err(ChannelError::LoginWithoutUrl { reason, location });
        }
        let parsed: Result<NamedChannelOrUrl, _> = text.parse();
        let channel = match parsed {
            Ok(NamedChannelOrUrl::Name(name)) => self.by_name(&name),
            Ok(NamedChannelOrUrl::Url(url)) => Some(self.by_url(url)),
            Ok(path @ NamedChannelOrUrl::Path(_)) => path.into_channel(&self.config).ok(),
            Err(_) => None,
        };
        let channel = channel.ok_or_else(|| ChannelError::Malformed {
            text: secrets::redact(text),
            location: location.clone(),
        })?;
        let name = match &channel.name {
            Some(name) => name.clone(),
            None => secrets::redact(text),
        };
        Ok(SpecChannel {
            channel,
            name,
            explicit: text.to_owned(),
            location,
            group: None,
        })
    }

    fn by_name(&self, name: &str) -> Option<Channel> {
        let name = name.trim_matches('/');
        if name.is_empty() || name.contains(char::is_whitespace) {
            return None;
        }
        let base = self
            .custom(name)
            .or_else(|| self.default_channel(name))
            .or_else(|| below(&self.config.channel_alias, name))?;
        Some(with_name(base, Some(name.to_owned())))
    }

    /// URL of a custom channel. The setting also applies to its labels, and contains the URL
    /// of the parent folder.
    fn custom(&self, name: &str) -> Option<Url> {
        let holds = |custom: &str| {
            let rest = name.strip_prefix(custom);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let matching = self
            .custom_channels
            .iter()
            .filter(|(custom, _)| holds(custom));
        let (_, place) = matching.max_by_key(|(custom, _)| custom.len())?;
        below(place, name)
    }

    /// URL of a default channel, which is known by the path of its URL: `pkgs/main`.
    fn default_channel(&self, name: &str) -> Option<Url> {
        self.default_channels
            .iter()
            .find_map(|member| match member {
                NamedChannelOrUrl::Url(url) if url.path().trim_matches('/') == name => {
                    Some(url.clone())
                }
                _ => None,
            })
    }

    fn by_url(&self, mut url: Url) -> Channel {
        drop_subdir(&mut url);
        let under_alias = self.config.strip_channel_alias(&url);
        let default = self.default_channels.iter().any(|member| match member {
            NamedChannelOrUrl::Url(known) => {
                known.as_str().trim_end_matches('/') == url.as_str().trim_end_matches('/')
            }
            _ => false,
        });
        let by_path = default.then(|| url.path().trim_matches('/').to_owned());
        with_name(url, under_alias.or(by_path))
    }
}

/// Removes the subdir from a URL, as conda does.
fn drop_subdir(url: &mut Url) {
    let last = url.path().trim_end_matches('/').rsplit('/').next();
    if last.is_some_and(|last| last.parse::<Subdir>().is_ok())
        && let Ok(mut segments) = url.path_segments_mut()
    {
        segments.pop_if_empty().pop();
    }
}

fn with_name(base: Url, name: Option<String>) -> Channel {
    Channel {
        platforms: None,
        base_url: base.into(),
        name,
    }
}

fn below(base: &Url, name: &str) -> Option<Url> {
    let mut url = base.clone();
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(name.split('/'));
    Some(url)
}
