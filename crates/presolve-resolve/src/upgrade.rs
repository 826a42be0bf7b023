//! The choices of an earlier `pin`, and which of them are ignored.

use presolve_parse as parse;
use presolve_registry::conda::channels::Channels;
use presolve_solve::{Preferences, PreferredRecord};
use presolve_spec::{CondaPin, EnvironmentFile, PipRequirementKind, match_spec};

/// The pins of a file that a solve ignores.
#[derive(Clone, Debug, Default)]
pub enum Upgrade {
    /// No pin is ignored: those that still fit are kept.
    #[default]
    None,
    /// The pins of these packages and projects.
    Packages(Vec<String>),
    /// All pins.
    All,
}

impl Upgrade {
    fn forgets(&self, name: &str) -> bool {
        match self {
            Upgrade::None => false,
            Upgrade::Packages(names) => names.iter().any(|known| is_same(known, name)),
            Upgrade::All => true,
        }
    }

    /// Returns the packages to ignore that the file does not pin.
    pub fn unknown(&self, environment: &EnvironmentFile) -> Vec<&str> {
        let Upgrade::Packages(names) = self else {
            return Vec::new();
        };
        let conda = environment
            .conda
            .iter()
            .filter_map(|line| line.pin.as_ref());
        let pip = environment
            .pip
            .requirements
            .iter()
            .filter(|line| line.pin.is_some());
        let pip = pip.filter_map(|line| match &line.kind {
            PipRequirementKind::Named(requirement) => Some(requirement.name.as_ref()),
            PipRequirementKind::Opaque { .. } => None,
        });
        let pinned: Vec<&str> = conda.map(|pin| pin.name.as_str()).chain(pip).collect();
        let is_pinned = |name: &str| pinned.iter().any(|known| is_same(known, name));
        let names = names.iter().map(String::as_str);
        names.filter(|name| !is_pinned(name)).collect()
    }
}

/// Whether two names are the same: `Ruamel_Yaml` is `ruamel-yaml` on PyPI and `ruamel.yaml` in
/// conda.
pub fn is_same(one: &str, other: &str) -> bool {
    let normal = |name: &str| parse::pep::name(name).ok();
    one == other || (normal(one).is_some() && normal(one) == normal(other))
}

/// Returns the choices of an earlier `pin`, except the ignored ones.
pub(super) fn preferences(
    environment: &EnvironmentFile,
    channels: &Channels,
    upgrade: &Upgrade,
) -> Preferences {
    let mut preferences = Preferences::default();
    // An earlier pin takes precedence, because it was chosen for this image, too.
    let installed = environment.image_packages.iter().cloned();
    preferences.pypi.extend(installed);
    for pin in environment
        .conda
        .iter()
        .filter_map(|line| line.pin.as_ref())
    {
        if !upgrade.forgets(&pin.name) {
            let preferred = PreferredRecord {
                channels: channels_of(pin, channels),
                pin: pin.clone(),
            };
            preferences.conda.insert(pin.name.clone(), preferred);
        }
    }
    for line in &environment.pip.requirements {
        if let (PipRequirementKind::Named(requirement), Some(version)) = (&line.kind, &line.pin)
            && !upgrade.forgets(requirement.name.as_ref())
        {
            preferences
                .pypi
                .insert(requirement.name.clone(), version.clone());
        }
    }
    preferences
}

/// Returns the channels of the `channel::` of a pin, as records name them.
fn channels_of(pin: &CondaPin, channels: &Channels) -> Vec<String> {
    let spec = pin.channel.as_ref().and_then(|channel| {
        let text = format!("{channel}::{}", pin.name);
        match_spec::parse(&text).ok()
    });
    let places = spec.and_then(|spec| channels.of_spec(&spec));
    let names = places.into_iter().flatten();
    names
        .map(|place| channels.list()[place].channel.canonical_name())
        .collect()
}
