//! The channels of a file: what a name stands for, in which order, and how it
//! is written back.
//!
//! The channels of a solve are those that `conda env create` uses, so that the
//! verdict is the build's (conda/conda: `conda/env/installers/conda.py`, function
//! `_solve`): those of the file in their order; then, unless the file lists
//! `nodefaults`, those of .condarc's `channels`, which are `defaults` when no
//! .condarc sets them. A pinned file therefore lists `nodefaults`. Channels that
//! only a spec names (`channel::name`) come last, as conda's solvers add them.
//! `--channel` replaces all but these.

use std::{path::Path, sync::Arc};

use rattler_conda_types::{Channel, ChannelConfig, MatchSpec, NamedChannelOrUrl, Subdir};
use url::Url;

use super::error::ChannelError;
pub use presolve_config::{Environment, Settings};
use presolve_spec::EnvironmentFile;
use presolve_text::{diagnostic::Location, secrets};

#[cfg(test)]
mod tests;

/// The name of the group of channels that `default_channels` lists.
const DEFAULTS: &str = "defaults";

/// Listed in a file: no other channels than those of the file.
pub const NO_DEFAULTS: &str = "nodefaults";

/// A channel that takes part in a solve.
#[derive(Clone, Debug)]
pub struct SpecChannel {
    /// The channel; its URL may hold credentials, so it is never printed.
    pub channel: Channel,
    /// The name by which the user knows it, with credentials masked.
    pub name: String,
    /// What a pinned file lists for it: the text of the file or setting, so it
    /// holds credentials only where that does. The same for all that
    /// `defaults` stands for.
    pub explicit: String,
    /// Where it was named, if in the spec file.
    pub location: Option<Location>,
    /// The group that it was named by: `defaults`.
    pub group: Option<String>,
}

impl SpecChannel {
    /// [`Self::explicit`] without the credentials of a setting: a pinned file goes to other
    /// people, where conda has them from a netrc file or from `anaconda login`. What the file
    /// itself says stays.
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

/// A channel as a file lists it.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// The text.
    pub text: &'a str,
    /// Position in its file.
    pub location: Option<Location>,
}

/// The channels of a solve.
#[derive(Clone, Debug)]
pub struct Channels {
    list: Vec<SpecChannel>,
    resolver: Resolver,
}

impl Channels {
    /// The channels of a spec file.
    ///
    /// # Errors
    ///
    /// [`ChannelError`] when a text is not a channel.
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

    /// The channels that `listed` and `specs` amount to; relative paths are
    /// relative to `folder`.
    ///
    /// # Errors
    ///
    /// [`ChannelError`] when a text is not a channel.
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

    /// The channels, the one of highest priority first.
    pub fn list(&self) -> &[SpecChannel] {
        &self.list
    }

    /// What the user calls the channel that records call by this URL.
    pub fn name_of(&self, canonical: &str) -> String {
        let mut list = self.list.iter();
        let known = list.find(|known| known.channel.canonical_name() == canonical);
        known.map_or_else(|| secrets::redact(canonical), |known| known.name.clone())
    }

    /// The indices of the channels that a spec may be met from: those that its
    /// `channel::` stands for, more than one for `defaults::`. None for a spec
    /// without a channel, which any may meet.
    pub fn of_spec(&self, spec: &MatchSpec) -> Option<Vec<usize>> {
        let text = spec_channel(spec)?;
        // A text that is not a channel was refused when the channels were resolved.
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

    /// The spec with its channel as the settings resolve it, not as rattler
    /// does (which knows neither alias nor custom channels): its URL then equals
    /// the `channel` of the records. A spec of a group (`defaults::`) loses its
    /// channel; [`Channels::of_spec`] has to be asked for it.
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

/// The channel of a spec as it was written, as far as the parsed form tells.
fn spec_channel(spec: &MatchSpec) -> Option<String> {
    let channel = spec.channel.as_ref()?;
    let url: &Url = channel.base_url.as_ref();
    // rattler's parser puts every bare name behind this alias.
    let is_name = url.as_str().starts_with("https://conda.anaconda.org/");
    match &channel.name {
        Some(name) if is_name => Some(name.clone()),
        _ => Some(url.to_string()),
    }
}

/// Turns texts into channels, as conda does (`conda/models/channel.py`).
#[derive(Clone, Debug)]
struct Resolver {
    config: ChannelConfig,
    default_channels: Vec<NamedChannelOrUrl>,
    custom_channels: Vec<(String, Url)>,
    environment: Environment,
}

impl Resolver {
    fn new(settings: &Settings, folder: &Path) -> Self {
        let environment = Environment::of_process();
        Self {
            config: ChannelConfig {
                channel_alias: settings.channel_alias.clone(),
                root_dir: environment.working_dir.join(folder),
            },
            default_channels: settings.default_channels.clone(),
            custom_channels: settings.custom_channels.clone(),
            environment,
        }
    }

    /// What a text stands for: more than one channel for `defaults`.
    fn named(
        &self,
        text: &str,
        location: Option<Location>,
    ) -> Result<Vec<SpecChannel>, ChannelError> {
        // conda expands variables in the channels of a file
        // (`conda/env/env.py`), which is how tokens are kept out of it.
        let expanded = self.environment.expand(text);
        if expanded != DEFAULTS {
            return Ok(vec![self.one(&expanded, text, location)?]);
        }
        let members = self.default_channels.iter();
        members
            .map(|member| {
                let mut channel = self.one(member.as_str(), DEFAULTS, location.clone())?;
                channel.group = Some(DEFAULTS.to_owned());
                Ok(channel)
            })
            .collect()
    }

    fn one(
        &self,
        text: &str,
        explicit: &str,
        location: Option<Location>,
    ) -> Result<SpecChannel, ChannelError> {
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
            explicit: explicit.to_owned(),
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

    /// A custom channel holds for its labels too; its URL is that of the folder
    /// above it.
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

    /// The default channels are known by the path of their URL: `pkgs/main`.
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

/// conda takes the URL of a subdir for that of its channel.
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
