//! Pages of the simple repository API
//! (<https://packaging.python.org/en/latest/specifications/simple-repository-api/>)
//! as JSON and as HTML, pages of links, and folders.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use html5gum::{Token, Tokenizer};
use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::PackageName;
use serde::Deserialize;
use url::Url;

use super::{Distribution, filename, fixups};

/// The files of a page with their versions, in the order of the page.
pub type Files = Vec<(Version, Arc<Distribution>)>;

/// Specifiers by text: the files of a page share few of them.
#[derive(Default)]
struct Specifiers(HashMap<String, Option<VersionSpecifiers>>);

impl Specifiers {
    fn get(&mut self, text: &str) -> Option<VersionSpecifiers> {
        if let Some(read) = self.0.get(text) {
            return read.clone();
        }
        let read = fixups::specifiers(text);
        self.0.insert(text.to_owned(), read.clone());
        read
    }
}

/// A file as a page tells of it, whatever the page's format.
struct Link<'a> {
    filename: Cow<'a, str>,
    url: Url,
    requires_python: Option<Cow<'a, str>>,
    yanked: Option<String>,
    hashes: BTreeMap<String, String>,
    metadata: Option<BTreeMap<String, String>>,
    upload_time: Option<jiff::Timestamp>,
}

impl Link<'_> {
    fn into_file(
        self,
        name: &PackageName,
        read: &mut Specifiers,
    ) -> Option<(Version, Arc<Distribution>)> {
        let (version, kind) = filename::parse(name, &self.filename)?;
        let distribution = Distribution {
            filename: self.filename.into_owned(),
            url: self.url,
            kind,
            // pip ignores what it cannot read here.
            requires_python: self.requires_python.and_then(|text| read.get(&text)),
            yanked: self.yanked,
            hashes: self.hashes,
            has_metadata_file: self.metadata.is_some(),
            metadata_hashes: self.metadata.unwrap_or_default(),
            upload_time: self.upload_time,
            index: None,
        };
        Some((version, Arc::new(distribution)))
    }
}

#[derive(Deserialize)]
struct JsonPage<'a> {
    #[serde(borrow)]
    files: Vec<JsonFile<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct JsonFile<'a> {
    #[serde(borrow)]
    filename: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
    requires_python: Option<String>,
    yanked: Option<JsonYanked>,
    core_metadata: Option<JsonMetadata>,
    dist_info_metadata: Option<JsonMetadata>,
    upload_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum JsonYanked {
    Flag(bool),
    Reason(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum JsonMetadata {
    Flag(bool),
    Hashes(BTreeMap<String, String>),
}

impl JsonMetadata {
    fn into_hashes(self) -> Option<BTreeMap<String, String>> {
        match self {
            JsonMetadata::Flag(false) => None,
            JsonMetadata::Flag(true) => Some(BTreeMap::new()),
            JsonMetadata::Hashes(hashes) => Some(lower_case(hashes)),
        }
    }
}

fn lower_case(hashes: BTreeMap<String, String>) -> BTreeMap<String, String> {
    hashes
        .into_iter()
        .map(|(algorithm, value)| (algorithm.to_ascii_lowercase(), value.to_ascii_lowercase()))
        .collect()
}

/// Reads a JSON page (PEP 691, PEP 700, PEP 714) of the project `name`; `base` is
/// the page's own URL.
///
/// Fails if it is not such a page; a file that cannot be understood is left out.
pub fn parse_json(name: &PackageName, base: &Url, page: &[u8]) -> Result<Files, String> {
    let page: JsonPage<'_> = serde_json::from_slice(page).map_err(|error| error.to_string())?;
    let files = page.files.into_iter();
    let mut read = Specifiers::default();
    Ok(files
        .filter_map(|file| {
            let metadata = file.core_metadata.or(file.dist_info_metadata);
            let link = Link {
                url: resolve(base, &file.url)?,
                filename: file.filename,
                requires_python: file.requires_python.map(Cow::Owned),
                yanked: match file.yanked {
                    None | Some(JsonYanked::Flag(false)) => None,
                    Some(JsonYanked::Flag(true)) => Some(String::new()),
                    Some(JsonYanked::Reason(reason)) => Some(reason),
                },
                hashes: lower_case(file.hashes),
                metadata: metadata.and_then(JsonMetadata::into_hashes),
                upload_time: file.upload_time.and_then(|time| time.parse().ok()),
            };
            link.into_file(name, &mut read)
        })
        .collect())
}

/// Reads an HTML page (PEP 503, PEP 592, PEP 658, PEP 714), or any page with links
/// to files of the project `name`; `base` is the page's own URL.
pub fn parse_html(name: &PackageName, base: &Url, page: &[u8]) -> Files {
    let mut base = base.clone();
    let mut has_base = false;
    let mut files = Vec::new();
    let mut read = Specifiers::default();
    for Ok(token) in Tokenizer::new(page) {
        let Token::StartTag(tag) = token else {
            continue;
        };
        let attribute = |key: &str| {
            let value = tag.attributes.get(key.as_bytes())?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        match &tag.name[..] {
            b"base" if !has_base => {
                if let Some(url) = attribute("href").and_then(|href| base.join(&href).ok()) {
                    base = url;
                    has_base = true;
                }
            }
            b"a" => {
                let file = attribute("href").and_then(|href| html_link(&base, &href, attribute));
                files.extend(file.and_then(|link| link.into_file(name, &mut read)));
            }
            _ => {}
        }
    }
    files
}

fn html_link(
    base: &Url,
    href: &str,
    attribute: impl Fn(&str) -> Option<String>,
) -> Option<Link<'static>> {
    let mut url = resolve(base, href.trim())?;
    let hash = |text: &str| {
        let (algorithm, value) = text.split_once('=')?;
        Some((algorithm.to_ascii_lowercase(), value.to_ascii_lowercase()))
    };
    let hashes = url
        .fragment()
        .into_iter()
        .flat_map(|fragment| fragment.split('&'))
        .filter_map(hash)
        .filter(|(algorithm, _)| algorithm.starts_with("sha") || algorithm == "md5")
        .collect();
    url.set_fragment(None);
    let metadata = attribute("data-core-metadata").or_else(|| attribute("data-dist-info-metadata"));
    Some(Link {
        filename: Cow::Owned(file_name(&url)?),
        requires_python: attribute("data-requires-python").map(Cow::Owned),
        yanked: attribute("data-yanked"),
        hashes,
        metadata: metadata
            .filter(|value| value != "false")
            .map(|value| hash(&value).into_iter().collect()),
        upload_time: None,
        url,
    })
}

/// The last part of a URL's path, decoded.
pub fn file_name(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let name = percent_encoding::percent_decode_str(last)
        .decode_utf8()
        .ok()?;
    (!name.is_empty()).then(|| name.into_owned())
}

/// A link of a page; on the page's own host with the page's credentials, as pip
/// sends them there.
fn resolve(base: &Url, link: &str) -> Option<Url> {
    let mut url = base.join(link).ok()?;
    let same_host = url.origin() == base.origin() && url.origin().is_tuple();
    if same_host && url.username().is_empty() && url.password().is_none() {
        // Only a URL without a host refuses these, and both have one.
        let _ = url.set_username(base.username());
        let _ = url.set_password(base.password());
    }
    Some(url)
}

/// The files of the project `name` that lie in a folder, ordered by name so that
/// the answer is the same on every file system.
pub fn read_folder(name: &PackageName, folder: &Path) -> std::io::Result<Files> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let (Ok(filename), true) = (entry.file_name().into_string(), entry.path().is_file()) {
            names.push(filename);
        }
    }
    names.sort_unstable();
    let link = |filename: String| {
        let link = Link {
            url: Url::from_file_path(std::path::absolute(folder.join(&filename)).ok()?).ok()?,
            filename: Cow::Owned(filename),
            requires_python: None,
            yanked: None,
            hashes: BTreeMap::new(),
            metadata: None,
            upload_time: None,
        };
        link.into_file(name, &mut Specifiers::default())
    };
    Ok(names.into_iter().filter_map(link).collect())
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
