//! conda's own configuration. The files, their order and the merge rules are documented at
//! <https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/use-condarc.html>:
//! lists and maps of all files are joined, and the last file wins for single values.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use rattler_conda_types::NamedChannelOrUrl;

use super::{Environment, Layer, channel, invalid, location};
use presolve_parse as parse;
use presolve_target::ChannelPriority;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::{TEXT_LIMIT, read::read_text},
    secrets,
};

/// Keys that presolve supports. conda has many more, which do not affect a solve.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Condarc {
    channel_alias: Option<String>,
    channels: Option<OneOrMany>,
    default_channels: Option<OneOrMany>,
    custom_channels: Option<IndexMap<String, String>>,
    channel_priority: Option<Priority>,
}

/// A list, for which conda also accepts a single string.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        }
    }
}

/// `channel_priority`, which was `true` or `false` before conda 4.6.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Priority {
    Switch(bool),
    Name(String),
}

/// Merges all sources of conda's configuration: files, then variables.
pub(super) fn layer(environment: &Environment) -> Result<Layer, Failure> {
    let mut merged = Layer::default();
    for path in files(environment) {
        let Some(condarc) = read(&path)? else {
            continue;
        };
        let base = path.parent().unwrap_or(&environment.working_dir);
        merge(
            &mut merged,
            condarc,
            environment,
            base,
            &path.display().to_string(),
        )?;
    }
    let base = &environment.working_dir;
    merge(
        &mut merged,
        variables(environment),
        environment,
        base,
        "a `CONDA_` variable",
    )?;
    Ok(merged)
}

/// Existing configuration files, in ascending priority.
fn files(environment: &Environment) -> Vec<PathBuf> {
    let variable = |name| environment.variable(name).map(PathBuf::from);
    let home = environment.home.as_deref();
    let mut folders = environment.system.clone();
    folders.extend(variable("CONDA_ROOT"));
    folders.extend(variable("XDG_CONFIG_HOME").map(|folder| folder.join("conda")));
    folders.extend(home.map(|home| home.join(".config/conda")));
    folders.extend(home.map(|home| home.join(".conda")));
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| in_folder(folder))
        .collect();
    files.extend(home.map(|home| home.join(".condarc")));
    files.extend(
        variable("CONDA_PREFIX")
            .iter()
            .flat_map(|folder| in_folder(folder)),
    );
    files.extend(variable("CONDARC"));
    files.retain(|file| file.is_file());
    files
}

fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![folder.join(".condarc"), folder.join("condarc")];
    let entries = std::fs::read_dir(folder.join("condarc.d"));
    let mut parts: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "yml" || end == "yaml")
        })
        .collect();
    parts.sort();
    files.append(&mut parts);
    files
}

/// Reads a configuration file; `None` if it is empty.
fn read(path: &Path) -> Result<Option<Condarc>, Failure> {
    let broken = |why: String| {
        let message = format!(
            "cannot read conda's configuration {}: {why}",
            path.display()
        );
        Failure::input(
            Diagnostic::error("invalid-condarc", message)
                .help("correct the file; `conda config --validate` shows more"),
        )
    };
    let text = read_text(path, TEXT_LIMIT).map_err(|error| broken(error.to_string()))?;
    secrets::remember_file(&text);
    if parse::nesting::too_deep(&text).is_some() {
        return Err(broken("it is nested too deeply".to_owned()));
    }
    parse::guard::guarded(|| yaml_serde::from_str(&text))
        .map_err(|panicked| broken(panicked.to_string()))?
        .map_err(|error| broken(secrets::redact_reason(&error.to_string(), &text)))
}

/// Reads the `CONDA_*` variables, whose lists are separated by commas
/// (<https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/settings.html>).
fn variables(environment: &Environment) -> Condarc {
    let variable = |name| environment.variable(name).map(str::to_owned);
    let list = |name| {
        let texts = variable(name)?;
        let texts = texts.split(',').map(|text| text.trim().to_owned());
        Some(OneOrMany::Many(texts.collect()))
    };
    Condarc {
        channel_alias: variable("CONDA_CHANNEL_ALIAS"),
        channels: list("CONDA_CHANNELS"),
        default_channels: list("CONDA_DEFAULT_CHANNELS"),
        custom_channels: None,
        channel_priority: variable("CONDA_CHANNEL_PRIORITY").map(Priority::Name),
    }
}

fn merge(
    merged: &mut Layer,
    condarc: Condarc,
    environment: &Environment,
    base: &Path,
    source: &str,
) -> Result<(), Failure> {
    let at = |key: &str| format!("`{key}` in {source}");
    if let Some(alias) = condarc.channel_alias {
        let alias = location(&environment.expand(&alias), base, &at("channel_alias"))?;
        merged.channel_alias = Some(alias);
    }
    for (list, slot, key) in [
        (condarc.channels, &mut merged.condarc_channels, "channels"),
        (
            condarc.default_channels,
            &mut merged.default_channels,
            "default_channels",
        ),
    ] {
        let Some(list) = list else { continue };
        let mut channels = Vec::new();
        for text in list.into_vec() {
            channels.push(channel(&environment.expand(&text), base, &at(key))?);
        }
        prepend(slot, channels);
    }
    for (name, place) in condarc.custom_channels.into_iter().flatten() {
        let place = location(&environment.expand(&place), base, &at("custom_channels"))?;
        merged.custom_channels.retain(|(known, _)| *known != name);
        merged.custom_channels.push((name, place));
    }
    if let Some(text) = condarc.channel_priority {
        merged.channel_priority = Some(priority(text, &at("channel_priority"))?);
    }
    Ok(())
}

/// Prepends the channels of a source with higher priority.
fn prepend(slot: &mut Option<Vec<NamedChannelOrUrl>>, mut stronger: Vec<NamedChannelOrUrl>) {
    for channel in slot.take().unwrap_or_default() {
        if !stronger.contains(&channel) {
            stronger.push(channel);
        }
    }
    *slot = Some(stronger);
}

fn priority(text: Priority, source: &str) -> Result<ChannelPriority, Failure> {
    let name = match text {
        Priority::Switch(true) => return Ok(ChannelPriority::Flexible),
        Priority::Switch(false) => return Ok(ChannelPriority::Disabled),
        Priority::Name(name) => name,
    };
    match name.to_lowercase().as_str() {
        "strict" => Ok(ChannelPriority::Strict),
        "flexible" | "true" | "yes" | "on" => Ok(ChannelPriority::Flexible),
        "disabled" | "false" | "no" | "off" => Ok(ChannelPriority::Disabled),
        _ => Err(invalid(
            source,
            &name,
            "it must be `strict`, `flexible` or `disabled`",
        )),
    }
}
