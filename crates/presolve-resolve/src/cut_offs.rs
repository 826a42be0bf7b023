//! The times after which packages do not count, from the settings of a file.

use jiff::Timestamp;

use super::Upgrade;
use presolve_config::{Settings, exclude_newer::Limit, index::IndexSettings};
use presolve_packages::cut_offs::{CutOffs, source_of};
use presolve_parse as parse;
use presolve_registry::conda::channels::{Channels, SpecChannel};
use presolve_spec::EnvironmentFile;
use presolve_text::secrets;

/// Returns the settings with the instant from which ages are counted back: that of the pins,
/// unless some of them are ignored. A file cannot allow packages that the settings would not
/// allow today.
pub(super) fn as_of_pins(
    environment: &EnvironmentFile,
    settings: &Settings,
    upgrade: &Upgrade,
) -> Settings {
    let pinned = environment.pinned_as_of.as_ref();
    let pinned = pinned.filter(|_| matches!(upgrade, Upgrade::None));
    let as_of = pinned.map_or(settings.as_of, |pinned| pinned.value.min(settings.as_of));
    Settings {
        as_of,
        ..settings.clone()
    }
}

/// Returns the times for the channels and indexes of a file.
pub(super) fn cut_offs(
    settings: &Settings,
    channels: Option<&Channels>,
    index: &IndexSettings,
) -> CutOffs {
    let limits = &settings.exclude_newer;
    let time = |limit: &Limit| limit.cut_off(settings.as_of);
    let packages = limits.packages.iter().filter_map(|(name, limit)| {
        let name = parse::pep::name(name).ok()?;
        Some((name.to_string(), time(limit)))
    });
    let sources = limits.sources.iter().flat_map(|(source, limit)| {
        let sources = sources(source, channels, index).into_iter();
        sources.map(|source| (source, time(limit)))
    });
    CutOffs {
        all: limits.all.as_ref().and_then(time),
        packages: packages.collect(),
        sources: sources.collect::<std::collections::BTreeMap<_, Option<Timestamp>>>(),
    }
}

/// Returns the channels and indexes that a setting names, as records and files name them.
fn sources(named: &str, channels: Option<&Channels>, index: &IndexSettings) -> Vec<String> {
    let named = source_of(named);
    let is_channel = |known: &&SpecChannel| {
        let url = secrets::without_token(known.channel.base_url.url());
        known.name == named
            || known.group.as_deref() == Some(named)
            || source_of(url.as_str()) == named
    };
    let channels = channels.into_iter().flat_map(Channels::list);
    let channels = channels.filter(is_channel);
    let channels = channels.map(|known| known.channel.canonical_name());
    let indexes = index.indexes().into_iter();
    let indexes = indexes.filter(|url| source_of(secrets::without_token(url).as_str()) == named);
    let sources = channels.chain(indexes.map(String::from));
    sources.map(|url| source_of(&url).to_owned()).collect()
}
