//! Known vulnerabilities of a release, from PyPI's JSON API
//! (<https://docs.pypi.org/api/json/>). Its URL is `…/pypi/NAME/VERSION/json` next to the
//! index `…/simple/`.

use std::sync::Arc;

use pep440_rs::Version;
use pep508_rs::PackageName;
use presolve_parse as parse;
use presolve_text::secrets::redact_url;
use serde::Deserialize;
use url::Url;

/// What the indexes know about the vulnerabilities of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advisories {
    /// All known vulnerabilities.
    Known(Arc<[Advisory]>),
    /// No index has advisories for the release. Holds the reason of each index, as a sentence.
    Unknown(Arc<[String]>),
}

/// A known vulnerability, merged from all databases that list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// Identifier in the database, such as `PYSEC-2023-74`.
    pub id: String,
    /// Other identifiers, such as `CVE-2023-32681`.
    pub aliases: Vec<String>,
    /// Summary in a sentence; empty if the database has none.
    pub summary: String,
    /// Fixed versions, in the order of the database.
    pub fixed_in: Vec<Version>,
}

impl Advisory {
    /// The best-known identifier: that of CVE, if there is one.
    pub fn name(&self) -> &str {
        let mut names = std::iter::once(&self.id).chain(&self.aliases);
        names
            .find(|name| name.starts_with("CVE-"))
            .unwrap_or(&self.id)
    }

    /// The first fixed version after `version`; `None` if there is none.
    pub fn fixed_after(&self, version: &Version) -> Option<&Version> {
        self.fixed_in.iter().filter(|fixed| *fixed > version).min()
    }
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    vulnerabilities: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    summary: Option<String>,
    details: Option<String>,
    #[serde(default)]
    fixed_in: Vec<String>,
    withdrawn: Option<String>,
}

/// URL of a release in the JSON API; `None` if the index cannot have that API.
pub(super) fn address(index: &Url, name: &PackageName, version: &Version) -> Option<Url> {
    if !matches!(index.scheme(), "http" | "https") {
        return None;
    }
    let mut url = index.clone();
    let segments = index.path_segments()?.filter(|part| !part.is_empty());
    let (last, before) = segments
        .collect::<Vec<_>>()
        .split_last()
        .map(|(last, before)| {
            (
                *last,
                before
                    .iter()
                    .map(|part| (*part).to_owned())
                    .collect::<Vec<_>>(),
            )
        })?;
    if last != "simple" {
        return None;
    }
    url.path_segments_mut()
        .ok()?
        .clear()
        .extend(before)
        .extend(["pypi", name.as_ref(), &version.to_string(), "json"]);
    Some(url)
}

/// Parses a response; `None` if it is not from the API. Withdrawn advisories are skipped, and
/// advisories of several databases for the same vulnerability are merged.
pub(super) fn parse(body: &[u8]) -> Option<Vec<Advisory>> {
    let response: Response = serde_json::from_slice(body).ok()?;
    let listed = response.vulnerabilities.into_iter();
    let valid = listed.filter(|listed| listed.withdrawn.is_none());
    Some(merged(valid.map(Advisory::from)))
}

/// Merges advisories of several databases for the same vulnerability.
pub(super) fn merged(advisories: impl Iterator<Item = Advisory>) -> Vec<Advisory> {
    let mut merged: Vec<Advisory> = Vec::new();
    for advisory in advisories {
        // One that names several others shows that these are the same.
        let same = merged.extract_if(.., |known| known.is(&advisory));
        let mut same = same.collect::<Vec<_>>().into_iter();
        match same.next() {
            None => merged.push(advisory),
            Some(mut first) => {
                same.chain([advisory]).for_each(|other| first.merge(other));
                merged.push(first);
            }
        }
    }
    merged
}

/// Why an index has no advisories, with the status or error at the URL of the API, if it has
/// such a URL.
pub(super) fn missing(index: &Url, why: Option<&str>) -> String {
    let shown = redact_url(index);
    match why {
        Some(why) => {
            format!("`{shown}` has no advisories: the URL of PyPI's JSON API responds with {why}")
        }
        None if index.scheme() == "file" => format!("`{shown}` is a folder, without an API"),
        None => {
            format!("`{shown}` does not end in `/simple`, so PyPI's JSON API is not next to it")
        }
    }
}

impl Advisory {
    fn is(&self, other: &Self) -> bool {
        let names = |one: &Self, name: &String| one.id == *name || one.aliases.contains(name);
        names(self, &other.id) || other.aliases.iter().any(|name| names(self, name))
    }

    fn merge(&mut self, other: Self) {
        for name in std::iter::once(other.id).chain(other.aliases) {
            if name != self.id && !self.aliases.contains(&name) {
                self.aliases.push(name);
            }
        }
        if self.summary.is_empty() {
            self.summary = other.summary;
        }
        for version in other.fixed_in {
            if !self.fixed_in.contains(&version) {
                self.fixed_in.push(version);
            }
        }
    }
}

/// Returns the summary of an advisory or, if it has none, the first sentence of its details.
pub(super) fn summary(summary: Option<&str>, details: Option<&str>) -> String {
    let summary = summary.filter(|summary| !summary.trim().is_empty());
    let summary = summary.unwrap_or_else(|| first_sentence(details.unwrap_or_default()));
    summary.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl From<Listed> for Advisory {
    fn from(listed: Listed) -> Self {
        Self {
            summary: summary(listed.summary.as_deref(), listed.details.as_deref()),
            id: listed.id,
            aliases: listed.aliases,
            fixed_in: listed
                .fixed_in
                .iter()
                .filter_map(|version| parse::pep::version(version).ok())
                .collect(),
        }
    }
}

/// The first sentence of Markdown details, as a substitute for a summary.
fn first_sentence(details: &str) -> &str {
    let mut lines = details.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let line = line.unwrap_or_default();
    line.split_once(". ").map_or(line, |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address_of(index: &str) -> Option<String> {
        let (name, version) = ("Ruamel.Yaml".parse().unwrap(), "1.0".parse().unwrap());
        address(&index.parse().unwrap(), &name, &version).map(String::from)
    }

    #[test]
    fn the_api_is_beside_the_simple_index() {
        for index in ["https://pypi.org/simple", "https://pypi.org/simple/"] {
            let expected = "https://pypi.org/pypi/ruamel-yaml/1.0/json";
            assert_eq!(address_of(index).unwrap(), expected);
        }
        assert_eq!(
            address_of("https://me:pw@host/api/pypi/team/simple/").unwrap(),
            "https://me:pw@host/api/pypi/team/pypi/ruamel-yaml/1.0/json"
        );
        assert_eq!(address_of("https://download.pytorch.org/whl/cpu"), None);
        assert_eq!(address_of("file:///srv/simple/"), None);
    }

    #[test]
    fn databases_list_the_same_and_withdraw() {
        let body = r#"{"vulnerabilities": [
            {"id": "PYSEC-1", "aliases": ["CVE-1"], "summary": null,
             "details": "It leaks.  Badly. And more.", "fixed_in": ["2.31.0"], "withdrawn": null},
            {"id": "GHSA-1", "aliases": ["CVE-1"], "summary": "Leaks", "details": "…",
             "fixed_in": ["2.31", "1.9.post1"], "withdrawn": null},
            {"id": "PYSEC-2", "aliases": [], "details": "", "fixed_in": [], "withdrawn": "2024-01-01"}
        ]}"#;
        let found = parse(body.as_bytes()).unwrap();
        let [advisory] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!((advisory.name(), &*advisory.summary), ("CVE-1", "It leaks"));
        assert_eq!(advisory.aliases, ["CVE-1", "GHSA-1"]);
        let fixed = |version: &str| advisory.fixed_after(&version.parse().unwrap());
        assert_eq!(fixed("2.0").unwrap().to_string(), "2.31.0");
        assert_eq!(fixed("3.0"), None);
        assert_eq!(parse(b"<html>"), None);
    }
}
