//! Pages of the simple repository API
//! (<https://packaging.python.org/en/latest/specifications/simple-repository-api/>)
//! as JSON and as HTML, pages of links, and folders.

use std::{borrow::Cow, collections::BTreeMap, path::Path, sync::Arc};

use html5gum::{Token, Tokenizer};
use pep508_rs::PackageName;
use serde::Deserialize;
use url::Url;

use crate::network::fetch::Page;
use presolve_packages::pypi::{
    Project, filename,
    page::{CompactPage, Decoded, Link, resolve},
};
use presolve_parse::pep;

#[derive(Deserialize)]
struct JsonPage<'a> {
    meta: Option<JsonMeta<'a>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    files: Vec<Entry<'a>>,
}

/// An entry of a JSON page. A broken one is ignored.
enum Entry<'a> {
    File(Box<JsonFile<'a>>),
    Broken,
}

impl<'de: 'a, 'a> Deserialize<'de> for Entry<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&serde_json::value::RawValue>::deserialize(deserializer)?;
        Ok(match serde_json::from_str(text.get()) {
            Ok(file) => Entry::File(Box::new(file)),
            Err(_) => Entry::Broken,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct JsonMeta<'a> {
    #[serde(borrow)]
    api_version: Option<Cow<'a, str>>,
}

impl JsonPage<'_> {
    /// Checks that this can be the page of the project. Only such a page proves that an index
    /// does not have a file.
    fn check(&self, name: &PackageName) -> Result<(), String> {
        let api = self
            .meta
            .as_ref()
            .and_then(|meta| meta.api_version.as_deref());
        // PEP 629: clients must reject an unknown major version.
        if let Some(api) = api.filter(|api| api.split('.').next() != Some("1")) {
            return Err(format!(
                "it has version {api} of the API; presolve reads version 1"
            ));
        }
        match &self.name {
            Some(found) if pep::name(found).is_ok_and(|found| found == *name) => Ok(()),
            Some(found) => Err(format!("it is the page of `{found}`, not of `{name}`")),
            // PEP 691 requires the name, but some indexes omit it.
            None if self.files.is_empty() => {
                Err(format!("it names neither the project `{name}` nor a file"))
            }
            None => Ok(()),
        }
    }
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

/// Parses a JSON page (PEP 691, PEP 700, PEP 714) of the project `name`.
///
/// Fails if it is not such a page; an invalid file is skipped.
fn parse_json<'a>(name: &PackageName, page: &'a [u8]) -> Result<Vec<Link<'a>>, String> {
    let page: JsonPage<'_> = serde_json::from_slice(page).map_err(|error| error.to_string())?;
    page.check(name)?;
    let files = page.files.into_iter().filter_map(|entry| match entry {
        Entry::File(file) => Some(file),
        Entry::Broken => None,
    });
    let links = files.map(|file| Link {
        filename: file.filename,
        url: file.url,
        requires_python: file.requires_python.map(Cow::Owned),
        yanked: match file.yanked {
            None | Some(JsonYanked::Flag(false)) => None,
            Some(JsonYanked::Flag(true)) => Some(Cow::Borrowed("")),
            Some(JsonYanked::Reason(reason)) => Some(Cow::Owned(reason)),
        },
        hashes: lower_case(file.hashes),
        metadata: file
            .core_metadata
            .or(file.dist_info_metadata)
            .and_then(JsonMetadata::into_hashes),
        upload_time: file.upload_time.and_then(|time| time.parse().ok()),
    });
    Ok(links.collect())
}

/// Parses a page of the project `name` on an index, as JSON or HTML.
///
/// # Errors
/// Why it is not that page. The body decides the format, because servers label JSON
/// differently.
pub fn read_page(name: &PackageName, index: &Arc<Url>, page: &Page) -> Result<Decoded, String> {
    let index = Some(index);
    if is_json(page) {
        let links = parse_json(name, &page.body)?;
        return decoded(name, &page.url, None, &links, index);
    }
    let html = Html::parse(&page.url, &page.body);
    html.check_end()?;
    let found = decoded(name, &page.url, html.href.as_deref(), &html.links, index)?;
    if !found.project.releases.is_empty() || html.has_api_version || html.is_titled(name) {
        Ok(found)
    } else {
        Err(not_a(&format!("page of the project `{name}`"), page))
    }
}

/// Parses the files of the project `name` in a page of links or a local page. `index` is the
/// local index that has the page.
///
/// # Errors
/// Why it is not such a page.
pub fn read_links(
    name: &PackageName,
    index: Option<&Arc<Url>>,
    page: &Page,
) -> Result<Project, String> {
    let found = if is_json(page) {
        decoded(name, &page.url, None, &parse_json(name, &page.body)?, index)
    } else {
        let html = Html::parse(&page.url, &page.body);
        decoded(name, &page.url, html.href.as_deref(), &html.links, index)
    };
    Ok(found?.project)
}

/// Selects the files of the project `name`. Every page passes through its compact form, so that
/// a stored page gives the same files as a fetched one.
fn decoded(
    name: &PackageName,
    base: &Url,
    href: Option<&str>,
    links: &[Link<'_>],
    index: Option<&Arc<Url>>,
) -> Result<Decoded, String> {
    let bytes = CompactPage::encode(name, base, href, links);
    let decoded = CompactPage::decode(bytes, base, index.cloned());
    decoded.ok_or_else(|| "its files cannot be stored".to_owned())
}

/// Checks that a page has links to distributions, of any project.
///
/// # Errors
/// What the page is instead.
pub fn check_links(page: &Page) -> Result<(), String> {
    if is_json(page) {
        return Ok(());
    }
    let html = Html::parse(&page.url, &page.body);
    html.check_end()?;
    let mut names = html.links.iter().map(|link| &link.filename);
    if names.any(|name| filename::is_archive(name)) {
        Ok(())
    } else {
        Err(not_a("page with links to distributions", page))
    }
}

fn is_json(page: &Page) -> bool {
    let body = page.body.trim_ascii_start();
    let is_html = body.starts_with(b"<");
    body.starts_with(b"{") || (page.content_type.contains("json") && !is_html)
}

/// Describes an unexpected page for a message.
pub fn not_a(expected: &str, page: &Page) -> String {
    let body = page.body.trim_ascii_start();
    if body.is_empty() {
        return format!("it is empty, not a {expected}");
    }
    let found = if body.starts_with(b"<") {
        "an HTML page".to_owned()
    } else {
        format!("a body of type `{}`", page.content_type)
    };
    let title = between(body, b"<title>", b"</title>");
    let title = title.map(|title| String::from_utf8_lossy(title).trim().to_owned());
    let title = title.filter(|title| !title.is_empty() && title.len() < 100);
    let title = title.map_or(String::new(), |title| format!(" with the title `{title}`"));
    format!("it is {found}{title}, not a {expected}")
}

fn between<'a>(text: &'a [u8], start: &[u8], end: &[u8]) -> Option<&'a [u8]> {
    let find = |text: &[u8], part: &[u8]| {
        let mut windows = text.windows(part.len());
        windows.position(|window| window.eq_ignore_ascii_case(part))
    };
    let text = &text[find(text, start)? + start.len()..];
    Some(&text[..find(text, end)?])
}

/// An HTML page (PEP 503, PEP 592, PEP 658, PEP 714), or any page with links to files.
#[derive(Default)]
struct Html {
    links: Vec<Link<'static>>,
    /// Its own base URL, as written.
    href: Option<String>,
    /// Whether it declares the API version of PEP 629.
    has_api_version: bool,
    /// Text of its title and headings.
    titles: String,
    /// Whether `<html>` or `<body>` begins, and whether either of them ends.
    begins: bool,
    ends: bool,
}

impl Html {
    /// Parses the links to files; `base` is the URL of the page.
    fn parse(base: &Url, page: &[u8]) -> Self {
        let mut html = Self::default();
        let mut base = base.clone();
        let mut is_title = false;
        for Ok(token) in Tokenizer::new(page) {
            let tag = match token {
                Token::StartTag(tag) => tag,
                Token::EndTag(tag) => {
                    is_title = false;
                    html.ends |= matches!(&tag.name[..], b"html" | b"body");
                    continue;
                }
                Token::String(text) if is_title => {
                    html.titles += &String::from_utf8_lossy(&text);
                    html.titles.push(' ');
                    continue;
                }
                _ => continue,
            };
            let attribute = |key: &str| {
                let value = tag.attributes.get(key.as_bytes())?;
                Some(String::from_utf8_lossy(value).into_owned())
            };
            match &tag.name[..] {
                b"title" | b"h1" => is_title = true,
                b"html" | b"body" => html.begins = true,
                b"meta" => {
                    html.has_api_version |=
                        attribute("name").is_some_and(|name| name == "pypi:repository-version");
                }
                b"base" if html.href.is_none() => {
                    html.href = attribute("href").filter(|href| match base.join(href) {
                        Ok(url) => {
                            base = url;
                            true
                        }
                        Err(_) => false,
                    });
                }
                b"a" => {
                    let href = attribute("href");
                    let link = href.and_then(|href| html_link(&base, &href, attribute));
                    html.links.extend(link);
                }
                _ => {}
            }
        }
        html
    }

    /// Rejects a truncated page, whose missing links would count as missing releases. HTML
    /// does not declare its length, and its end tags are optional, but every index writes
    /// them.
    fn check_end(&self) -> Result<(), String> {
        if self.begins && !self.ends {
            Err("it ends before `</html>`".to_owned())
        } else {
            Ok(())
        }
    }

    /// Whether the title or a heading names the project, as on an empty page ("Links for
    /// NAME").
    fn is_titled(&self, name: &PackageName) -> bool {
        let separators = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | ':');
        let mut words = self.titles.split(separators);
        words.any(|word| pep::name(word).is_ok_and(|word| word == *name))
    }
}

fn html_link(
    base: &Url,
    href: &str,
    attribute: impl Fn(&str) -> Option<String>,
) -> Option<Link<'static>> {
    let href = href.trim();
    let url = resolve(base, href)?;
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
    let metadata = attribute("data-core-metadata").or_else(|| attribute("data-dist-info-metadata"));
    Some(Link {
        filename: Cow::Owned(file_name(&url)?),
        url: Cow::Owned(href.split('#').next()?.to_owned()),
        requires_python: attribute("data-requires-python").map(Cow::Owned),
        yanked: attribute("data-yanked").map(Cow::Owned),
        hashes,
        metadata: metadata
            .filter(|value| value != "false")
            .map(|value| hash(&value).into_iter().collect()),
        upload_time: None,
    })
}

/// Last segment of a URL's path, percent-decoded.
pub fn file_name(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let name = percent_encoding::percent_decode_str(last)
        .decode_utf8()
        .ok()?;
    (!name.is_empty()).then(|| name.into_owned())
}

/// Files of the project `name` in a folder, sorted by name so that the result is the same on
/// every file system. `index` is the local index that has the folder.
pub fn read_folder(
    name: &PackageName,
    index: Option<&Arc<Url>>,
    folder: &Path,
) -> std::io::Result<Project> {
    let folder = std::path::absolute(folder)?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        if let (Ok(filename), true) = (entry.file_name().into_string(), entry.path().is_file()) {
            names.push(filename);
        }
    }
    names.sort_unstable();
    let links = names.into_iter().filter_map(|filename| {
        Some(Link {
            url: Cow::Owned(Url::from_file_path(folder.join(&filename)).ok()?.into()),
            filename: Cow::Owned(filename),
            ..Link::default()
        })
    });
    let links: Vec<_> = links.collect();
    let not_a_url = |()| std::io::Error::other("its path is not a URL");
    let base = Url::from_directory_path(&folder).map_err(not_a_url)?;
    let found = decoded(name, &base, None, &links, index);
    Ok(found.map_err(std::io::Error::other)?.project)
}

#[cfg(test)]
mod tests;
