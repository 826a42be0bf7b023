//! The files of a project's page in a compact form, which is stored instead of the page.
//!
//! The start has what a solver reads of every release: the versions, and for each file its
//! tags, its `requires-python` and whether it was yanked. It repeats nothing: equal supports
//! and equal listings are numbered. A block for each release follows, with the rest of its
//! files: names, links, hashes and times. A block is decoded when its release is first used.
//!
//! The form has the texts of the page, such as its links before they are resolved. So it has no
//! credentials of the user, and an improved parser of names and specifiers applies to it.
//! Only the choice and the grouping of files are those of the time at which it was written.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use indexmap::IndexSet;
use pep440_rs::Version;
use pep508_rs::PackageName;
use url::Url;

use super::{
    Distribution, DistributionKind, Listed, Project, Release, Support, filename, fixups,
    tags::WheelTags,
};
use presolve_parse::pep;
use wire::{Reader, Writer};

mod wire;

/// First number of the form; it changes with the layout.
const LAYOUT: u64 = 1;

/// The algorithm of nearly all hashes, written as an empty text.
const USUAL_HASH: &str = "sha256";

/// Minimum number of hexadecimal digits in a link that are written as a hash, because shorter
/// ones are words and numbers.
const LONG_HEX: usize = 32;

/// A file of a page, as the page has it.
#[derive(Debug, Default)]
pub struct Link<'a> {
    /// File name, decoded.
    pub filename: Cow<'a, str>,
    /// URL without a fragment, relative to the page or absolute.
    pub url: Cow<'a, str>,
    /// Value of `requires-python`, unparsed.
    pub requires_python: Option<Cow<'a, str>>,
    /// Reason for which it was yanked, possibly empty; `None` if it was not yanked.
    pub yanked: Option<Cow<'a, str>>,
    /// Hashes by algorithm, lower case.
    pub hashes: BTreeMap<String, String>,
    /// Hashes of the metadata file; `None` if the index does not serve that file.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Upload time, if the index provides it.
    pub upload_time: Option<jiff::Timestamp>,
}

/// A page in its compact form.
#[derive(Debug)]
pub struct CompactPage {
    bytes: Vec<u8>,
    /// URL to which links are relative, with the credentials of the request.
    base: Url,
    index: Option<Arc<Url>>,
    /// Common start of the links.
    prefix: String,
}

impl CompactPage {
    /// Encodes the files of the project `name` in a page. Files that pip ignores are left out:
    /// those with an unknown name, and those with a link that a page must not have. Of several
    /// files of the same name only the last one remains, as a result of pip's sorting.
    ///
    /// `base` is the URL of the page, and `href` the base URL that the page itself declares.
    pub fn encode(
        name: &PackageName,
        base: &Url,
        href: Option<&str>,
        links: &[Link<'_>],
    ) -> Vec<u8> {
        let base = joined(base, href);
        let usable = links.iter().filter_map(|link| {
            let (version, kind) = filename::parse(name, &link.filename)?;
            allowed(&base, &link.url)?;
            Some((version, kind, link))
        });
        let usable: Vec<_> = usable.collect();
        let places = usable.iter().enumerate();
        let last: HashMap<&str, usize> = places
            .map(|(place, (.., link))| (&*link.filename, place))
            .collect();
        let mut releases = Releases::new();
        for (place, (version, kind, link)) in usable.into_iter().enumerate() {
            if last[&*link.filename] == place {
                releases.entry(version).or_default().push((kind, link));
            }
        }
        write(href, &releases)
    }

    /// Decodes the project of a page. The files of a release are decoded when they are used.
    ///
    /// `base` is the URL of the page, and `index` the index that it belongs to, both with the
    /// credentials of the request. Returns `None` for bytes in another form.
    pub fn decode(bytes: Vec<u8>, base: &Url, index: Option<Arc<Url>>) -> Option<Decoded> {
        let Start {
            href,
            prefix,
            releases,
        } = Start::read(&bytes)?;
        let page = Arc::new(Self {
            base: joined(base, href.as_deref()),
            bytes,
            index,
            prefix,
        });
        let releases = releases.into_iter().map(|(version, listing, range)| {
            let page = page.clone();
            let release = Release::stored(listing, Block { page, range });
            (version, Arc::new(release))
        });
        let project = Project {
            releases: releases.collect(),
        };
        Some(Decoded { project, page })
    }

    /// The encoded page.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A decoded page.
#[derive(Debug)]
pub struct Decoded {
    /// The project, whose releases refer to the page.
    pub project: Project,
    /// The page.
    pub page: Arc<CompactPage>,
}

type Releases<'l> = BTreeMap<Version, Vec<(DistributionKind, &'l Link<'l>)>>;

/// The texts of a [`Support`]: build number, tags and `requires-python`.
type SupportTexts<'l> = (String, String, Option<&'l str>);

fn write(href: Option<&str>, releases: &Releases<'_>) -> Vec<u8> {
    let mut supports: IndexSet<SupportTexts<'_>> = IndexSet::new();
    let mut listings: IndexSet<Vec<(usize, bool)>> = IndexSet::new();
    let links = || releases.values().flatten().map(|(_, link)| &*link.url);
    let prefix = common_start(links());
    let (mut table, mut blocks) = (Writer::default(), Writer::default());
    let mut count = 0_usize;
    for (version, files) in releases {
        let text = version.to_string();
        // The normal form of a version may be longer than a parser accepts.
        if pep::version(&text).as_ref() != Ok(version) {
            continue;
        }
        count += 1;
        let listing = files.iter().map(|(kind, link)| {
            let support = supports.insert_full(texts(kind, link)).0;
            (support, link.yanked.is_some())
        });
        let listing = listings.insert_full(listing.collect()).0;
        let start = blocks.0.len();
        files
            .iter()
            .for_each(|(_, link)| write_file(&mut blocks, link, prefix));
        table.text(&text);
        table.count(listing);
        table.count(blocks.0.len() - start);
    }
    let mut all = Writer::default();
    all.number(LAYOUT);
    all.optional(href);
    all.text(prefix);
    all.count(supports.len());
    for (build, tags, requires_python) in supports {
        all.text(&build);
        all.text(&tags);
        all.optional(requires_python);
    }
    all.count(listings.len());
    for listing in listings {
        all.count(listing.len());
        for (support, is_yanked) in listing {
            all.count(support << 1 | usize::from(is_yanked));
        }
    }
    all.count(count);
    all.0.extend(table.0);
    all.0.extend(blocks.0);
    all.0
}

fn texts<'l>(kind: &DistributionKind, link: &'l Link<'l>) -> SupportTexts<'l> {
    let requires_python = link.requires_python.as_deref();
    match kind {
        DistributionKind::Source => (String::new(), String::new(), requires_python),
        DistributionKind::Wheel(tags) => {
            let build = tags.build.as_ref();
            let build = build.map(|(number, rest)| format!("{number}{rest}"));
            (build.unwrap_or_default(), tags.to_string(), requires_python)
        }
    }
}

fn common_start<'l>(texts: impl Iterator<Item = &'l str>) -> &'l str {
    let shared = |a: &'l str, b: &'l str| {
        let pairs = a.char_indices().zip(b.chars());
        let mut differing = pairs.skip_while(|((_, a), b)| a == b);
        let end = differing.next().map(|((at, _), _)| at);
        &a[..end.unwrap_or(a.len().min(b.len()))]
    };
    texts.reduce(shared).unwrap_or_default()
}

const ENDS_IN_FILENAME: u64 = 1;
const HAS_METADATA: u64 = 2;
const HAS_TIME: u64 = 4;

fn write_file(out: &mut Writer, link: &Link<'_>, prefix: &str) {
    let rest = link.url.get(prefix.len()..).unwrap_or_default();
    let before_name = rest.strip_suffix(&*link.filename);
    let flags = u64::from(before_name.is_some()) * ENDS_IN_FILENAME
        + u64::from(link.metadata.is_some()) * HAS_METADATA
        + u64::from(link.upload_time.is_some()) * HAS_TIME;
    out.number(flags);
    out.text(&link.filename);
    let rest = before_name.unwrap_or(rest);
    let hash = first_hash(rest);
    out.text(&rest[..hash.start]);
    out.hex(&rest[hash.clone()]);
    out.text(&rest[hash.end..]);
    if let Some(reason) = &link.yanked {
        out.text(reason);
    }
    write_hashes(out, &link.hashes);
    if let Some(hashes) = &link.metadata {
        write_hashes(out, hashes);
    }
    if let Some(time) = link.upload_time {
        out.number(time.as_second().cast_unsigned());
        out.number(i64::from(time.subsec_nanosecond()).cast_unsigned());
    }
}

fn write_hashes(out: &mut Writer, hashes: &BTreeMap<String, String>) {
    out.count(hashes.len());
    for (algorithm, hash) in hashes {
        out.text(if algorithm == USUAL_HASH {
            ""
        } else {
            algorithm
        });
        out.hex(hash);
    }
}

/// The first long run of an even number of hexadecimal digits; empty at the end of the text if
/// there is none.
fn first_hash(text: &str) -> Range<usize> {
    let mut start = 0;
    for run in text.split(|c: char| !c.is_ascii() || !wire::is_digit(c as u8)) {
        if run.len() >= LONG_HEX {
            return start..start + run.len() / 2 * 2;
        }
        start += run.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    text.len()..text.len()
}

/// The part of the encoded page before the blocks.
struct Start {
    href: Option<String>,
    prefix: String,
    releases: Vec<(Version, Arc<[Listed]>, Range<usize>)>,
}

impl Start {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        if from.number()? != LAYOUT {
            return None;
        }
        let href = from.optional()?.map(str::to_owned);
        let prefix = from.text()?.to_owned();
        let supports = list(&mut from, read_support)?;
        let listings = list(&mut from, |from| read_listing(from, &supports))?;
        let mut end = 0_usize;
        let mut releases = list(&mut from, |from| {
            let version = pep::version(from.text()?).ok()?;
            let listing: &Arc<_> = listings.get(from.index()?)?;
            let start = end;
            end = end.checked_add(from.index()?)?;
            Some((version, listing.clone(), start..end))
        })?;
        if from.0.len() != end {
            return None;
        }
        let blocks = bytes.len() - end;
        for (.., range) in &mut releases {
            *range = range.start + blocks..range.end + blocks;
        }
        Some(Self {
            href,
            prefix,
            releases,
        })
    }
}

fn list<T>(
    from: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    (0..from.count()?).map(|_| read(from)).collect()
}

fn read_support(from: &mut Reader<'_>) -> Option<Arc<Support>> {
    let (build, tags) = (from.text()?, from.text()?);
    let requires_python = from.optional()?;
    let kind = if tags.is_empty() {
        DistributionKind::Source
    } else {
        let build = (!build.is_empty()).then_some(build);
        DistributionKind::Wheel(WheelTags::parse(tags, build).ok()?)
    };
    Some(Arc::new(Support {
        kind,
        // pip ignores an invalid value.
        requires_python: requires_python.and_then(fixups::specifiers),
    }))
}

fn read_listing(from: &mut Reader<'_>, supports: &[Arc<Support>]) -> Option<Arc<[Listed]>> {
    let listing = list(from, |from| {
        let number = from.index()?;
        Some(Listed {
            support: supports.get(number >> 1)?.clone(),
            is_yanked: number & 1 == 1,
        })
    })?;
    Some(listing.into())
}

/// The files of a release within a page.
#[derive(Clone, Debug)]
pub(super) struct Block {
    page: Arc<CompactPage>,
    range: Range<usize>,
}

impl Block {
    /// Decodes the files. A block that is damaged although its page was checked has none.
    pub(super) fn files(&self, listing: &[Listed]) -> Vec<Arc<Distribution>> {
        let mut from = Reader(&self.page.bytes[self.range.clone()]);
        let files = listing.iter();
        let files = files.map(|listed| self.page.file(&mut from, listed).map(Arc::new));
        files.collect::<Option<_>>().unwrap_or_default()
    }
}

impl CompactPage {
    fn file(&self, from: &mut Reader<'_>, listed: &Listed) -> Option<Distribution> {
        let flags = from.number()?;
        let filename = from.text()?;
        let mut link = self.prefix.clone();
        link += from.text()?;
        link += &from.hex()?;
        link += from.text()?;
        if flags & ENDS_IN_FILENAME != 0 {
            link += filename;
        }
        let yanked = if listed.is_yanked {
            Some(from.text()?.to_owned())
        } else {
            None
        };
        let hashes = read_hashes(from)?;
        let has_metadata_file = flags & HAS_METADATA != 0;
        let metadata_hashes = if has_metadata_file {
            read_hashes(from)?
        } else {
            BTreeMap::new()
        };
        let upload_time = if flags & HAS_TIME != 0 {
            let seconds = from.number()?.cast_signed();
            let nanoseconds = i32::try_from(from.number()?.cast_signed()).ok()?;
            Some(jiff::Timestamp::new(seconds, nanoseconds).ok()?)
        } else {
            None
        };
        Some(Distribution {
            url: resolve(&self.base, &link)?,
            filename: filename.to_owned(),
            support: listed.support.clone(),
            yanked,
            hashes,
            has_metadata_file,
            metadata_hashes,
            upload_time,
            index: self.index.clone(),
        })
    }
}

fn read_hashes(from: &mut Reader<'_>) -> Option<BTreeMap<String, String>> {
    let hashes = list(from, |from| {
        let algorithm = match from.text()? {
            "" => USUAL_HASH,
            algorithm => algorithm,
        };
        Some((algorithm.to_owned(), from.hex()?))
    })?;
    Some(hashes.into_iter().collect())
}

/// The URL to which the links of a page are relative.
fn joined(base: &Url, href: Option<&str>) -> Url {
    let href = href.and_then(|href| base.join(href).ok());
    href.unwrap_or_else(|| base.clone())
}

/// Resolves a link of a page. Like pip, it adds the credentials of the page to links on the
/// same host.
pub fn resolve(base: &Url, link: &str) -> Option<Url> {
    let mut url = allowed(base, link)?;
    let same_host = url.origin() == base.origin() && url.origin().is_tuple();
    if same_host && url.username().is_empty() && url.password().is_none() {
        // Both fail only for URLs without a host, and both URLs have one.
        let _ = url.set_username(base.username());
        let _ = url.set_password(base.password());
    }
    Some(url)
}

/// Resolves a link that the page may have, without credentials.
fn allowed(base: &Url, link: &str) -> Option<Url> {
    let url = base.join(link).ok()?;
    // A page from the web must not refer to a local file.
    let is_of_web = matches!(url.scheme(), "http" | "https");
    (is_of_web || url.scheme() == "file" && base.scheme() == "file").then_some(url)
}

#[cfg(test)]
mod tests;
