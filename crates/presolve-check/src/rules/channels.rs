//! Rules on channels.

pub(super) use presolve_spec::route::route;
use rattler_conda_types::Subdir;
use yaml_serde::Value;

use super::{Requirements, Rule, Safety, TextEdit, TextFix};
use presolve_registry::conda::channels::NO_DEFAULTS;
use presolve_spec::{Spanned, yaml};
use presolve_text::diagnostic::Location;

mod bioconda_before_conda_forge;
mod deprecated_channel;
mod duplicate_channel;
mod implicit_defaults;
mod insecure_channel;
mod invalid_channel;
mod missing_channels;
mod mixed_defaults;

pub(super) static RULES: &[&Rule] = &[
    &missing_channels::RULE,
    &implicit_defaults::RULE,
    &mixed_defaults::RULE,
    &bioconda_before_conda_forge::RULE,
    &duplicate_channel::RULE,
    &deprecated_channel::RULE,
    &insecure_channel::RULE,
    &invalid_channel::RULE,
];

/// The channels as written, including those that a pin added, without `nodefaults`.
fn listed(subject: &Requirements<'_>) -> Vec<Spanned<String>> {
    let mut channels = written(subject);
    channels.retain(|channel| channel.value != NO_DEFAULTS);
    channels
}

/// Whether the file keeps conda from appending its configured channels.
fn has_nodefaults(subject: &Requirements<'_>) -> bool {
    let mut channels = written(subject).into_iter();
    channels.any(|channel| channel.value == NO_DEFAULTS)
}

fn written(subject: &Requirements<'_>) -> Vec<Spanned<String>> {
    let Some(tree) = subject.tree else {
        return Vec::new();
    };
    let list = tree.root.get("channels");
    let channels = list.and_then(Value::as_sequence).into_iter().flatten();
    let texts = channels.enumerate().filter_map(|(index, channel)| {
        let location = tree.location(&route!("channels", index));
        let value = channel.as_str()?.to_owned();
        Some(Spanned { value, location })
    });
    texts.collect()
}

/// The name of a channel, as conda derives it (`Channel.from_url` in
/// conda/models/channel.py): URLs of anaconda.org and of Anaconda's own server lose their
/// host, and the URL of a subdir loses the subdir.
fn known_as(text: &str) -> &str {
    const HOSTS: [&str; 6] = [
        "conda.anaconda.org/",
        "anaconda.org/",
        "repo.anaconda.com/",
        "www.anaconda.com/",
        "repo.continuum.io/",
        "conda.binstar.org/",
    ];
    let mut name = text.trim_end_matches('/');
    if let Some((before, last)) = name.rsplit_once('/')
        && last.parse::<Subdir>().is_ok()
    {
        name = before;
    }
    let Some((_, rest)) = name.split_once("://") else {
        return name;
    };
    let mut names = HOSTS.iter().filter_map(|host| rest.strip_prefix(host));
    names.next().unwrap_or(name)
}

/// Whether a channel, by its [`known_as`] name, belongs to Anaconda.
fn is_of_anaconda(name: &str) -> bool {
    matches!(
        name,
        "defaults" | "anaconda" | "main" | "r" | "msys2" | "free"
    ) || name.starts_with("pkgs/")
}

/// The whole line of a list entry; `None` if it shares its line with other text.
fn own_line(entry: &Location) -> Option<Location> {
    let (text, span) = (entry.file.text(), &entry.span);
    let start = yaml::line_start(text, span.start);
    let is_alone =
        text[start..span.start].trim() == "-" && yaml::trailing_comment(text, span.end).is_some();
    let end = text[span.end..].find('\n');
    let end = end.map_or(text.len(), |end| span.end + end + 1);
    is_alone.then(|| Location {
        file: entry.file.clone(),
        span: start..end,
    })
}

/// Removes entries of the channel list; `None` if one of them has no line of its own.
fn remove(title: &str, safety: Safety, entries: &[&Location]) -> Option<TextFix> {
    let lines: Option<Vec<Location>> = entries.iter().map(|entry| own_line(entry)).collect();
    let edits = lines?.into_iter().map(|line| TextEdit {
        span: line.span,
        with: String::new(),
    });
    Some(TextFix {
        title: title.to_owned(),
        safety,
        file: entries.first()?.file.clone(),
        edits: edits.collect(),
    })
}
