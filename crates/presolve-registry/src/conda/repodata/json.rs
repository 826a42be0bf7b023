//! `repodata.json`, indexed by package. A solve needs few of a channel's million records, so
//! only the position of each record is read, and the cache stores them by package.

use std::{collections::HashMap, fs::File, path::Path, sync::Arc};

use serde::{Deserialize, Serialize, de};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::records::{RECORD_LIMIT, Skipped};
use crate::network::{
    cache::{self, Cache, ResponseHead},
    fetch::{Format, Loaded, Page},
};

/// Cache bucket; the name changes with the layout of its files.
const BUCKET: &str = "repodata-2";
/// Size of the end of each file: offset, length and checksum of its table.
const TRAILER: usize = 8 + 8 + 32;

/// Sections of repodata that contain records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Section {
    Packages,
    PackagesConda,
    V3TarBz2,
    V3Conda,
}

/// Byte range in the text.
type Span = (u32, u32);

/// Positions of a record within a text.
#[derive(Clone, Copy, Debug)]
struct Entry {
    section: Section,
    key: Span,
    record: Span,
}

/// Repodata with an index from packages to records.
#[derive(Clone)]
pub(super) struct Json {
    content: Content,
    /// Base URL of the archives (CEP-15); `None` for the subdir itself.
    pub base_url: Option<String>,
    /// Records whose package is unknown.
    pub skipped: Vec<Skipped>,
}

#[derive(Clone)]
enum Content {
    /// The complete text, as it was received.
    Text {
        text: Arc<Vec<u8>>,
        entries: Arc<HashMap<String, Vec<Entry>>>,
        removed: Arc<HashMap<String, Vec<String>>>,
    },
    /// A file in the cache.
    File {
        file: Arc<File>,
        chunks: Arc<HashMap<String, Chunk>>,
    },
}

/// Position of a package's records in a cached file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Chunk {
    start: u64,
    length: u32,
    checksum: u64,
}

/// The table at the end of a cached file.
#[derive(Serialize, Deserialize)]
struct Table {
    base_url: Option<String>,
    skipped: Vec<(String, String)>,
    chunks: HashMap<String, Chunk>,
}

/// Error: a cached file does not match its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

impl Json {
    /// Parses repodata.
    ///
    /// # Errors
    /// Why the text is not repodata. Records without a valid package name are skipped.
    pub(super) fn parse(text: Vec<u8>) -> Result<Self, String> {
        if u32::try_from(text.len()).is_err() {
            return Err("it is larger than 4 GiB".to_owned());
        }
        let mut skipped = Vec::new();
        let mut entries: HashMap<String, Vec<Entry>> = HashMap::new();
        let mut removed: HashMap<String, Vec<String>> = HashMap::new();
        let outline: Outline<'_> =
            serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        let v3 = outline.v3.unwrap_or_default();
        if [&outline.packages, &outline.conda, &v3.conda, &v3.tar_bz2]
            .iter()
            .all(|section| section.is_none())
        {
            return Err("it has no `packages`".to_owned());
        }
        for (section, records) in [
            (Section::Packages, outline.packages),
            (Section::PackagesConda, outline.conda),
            (Section::V3TarBz2, v3.tar_bz2),
            (Section::V3Conda, v3.conda),
        ] {
            for (key, record) in records.unwrap_or_default().0 {
                match entry(&text, section, &key, record) {
                    Ok((name, entry)) => entries.entry(name).or_default().push(entry),
                    Err(one) => skipped.push(one),
                }
            }
        }
        for file in outline.removed.unwrap_or_default() {
            if let Some(name) = name_of(&file) {
                removed.entry(name).or_default().push(file.into_owned());
            }
        }
        let base_url = outline.info.and_then(|info| info.base_url);
        Ok(Self {
            base_url: base_url.map(std::borrow::Cow::into_owned),
            skipped,
            content: Content::Text {
                text: Arc::new(text),
                entries: Arc::new(entries),
                removed: Arc::new(removed),
            },
        })
    }

    /// Bytes of the records; in a file of the cache, without the text around them.
    pub(super) fn bytes(&self) -> u64 {
        match &self.content {
            Content::Text { text, .. } => text.len() as u64,
            Content::File { chunks, .. } => chunks.values().map(|c| u64::from(c.length)).sum(),
        }
    }

    /// Names of all packages.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.content {
            Content::Text { entries, .. } => entries.keys().cloned().collect(),
            Content::File { chunks, .. } => chunks.keys().cloned().collect(),
        }
    }

    /// The records of a package, as JSON with the keys of a shard; `None` if there are none.
    /// May block.
    ///
    /// # Errors
    /// [`Damaged`] if the cached file does not match its checksum.
    pub(super) fn chunk(&self, name: &str) -> Result<Option<Vec<u8>>, Damaged> {
        match &self.content {
            Content::Text {
                text,
                entries,
                removed,
            } => Ok(entries
                .get(name)
                .map(|entries| written(text, entries, removed.get(name)))),
            Content::File { file, chunks } => {
                chunks.get(name).map(|chunk| chunk.read(file)).transpose()
            }
        }
    }

    /// Writes the records by package. Returns the checksum that the stored response contains
    /// in place of its body.
    fn write(&self, path: &Path) -> std::io::Result<[u8; 32]> {
        let mut table = Table {
            base_url: self.base_url.clone(),
            skipped: Vec::new(),
            chunks: HashMap::new(),
        };
        let skipped = self.skipped.iter();
        table.skipped = skipped
            .map(|one| (one.file.clone(), one.reason.clone()))
            .collect();
        let mut checksum = [0; 32];
        cache::write_whole(path, |file| {
            let mut start = 0;
            for name in self.names() {
                let chunk = self.chunk(&name).map_err(|_| std::io::ErrorKind::Other)?;
                let chunk = chunk.unwrap_or_default();
                file.write_all(&chunk)?;
                let length = u32::try_from(chunk.len()).map_err(std::io::Error::other)?;
                let place = Chunk {
                    start,
                    length,
                    checksum: short_checksum(&chunk),
                };
                table.chunks.insert(name, place);
                start += u64::from(length);
            }
            let table = rmp_serde::to_vec_named(&table).map_err(std::io::Error::other)?;
            checksum = Sha256::digest(&table).into();
            file.write_all(&table)?;
            file.write_all(&start.to_le_bytes())?;
            file.write_all(&(table.len() as u64).to_le_bytes())?;
            file.write_all(&checksum)
        })?;
        Ok(checksum)
    }

    /// Opens a file that [`Self::write`] wrote, if it has the expected checksum.
    fn open(path: &Path, expected: &[u8]) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let mut trailer = [0; TRAILER];
        let end = length.checked_sub(TRAILER as u64)?;
        read_at(&file, &mut trailer, end)?;
        let start = u64::from_le_bytes(*trailer.first_chunk()?);
        let size = u64::from_le_bytes(*trailer[8..].first_chunk()?);
        if &trailer[16..] != expected || start.checked_add(size)? != end {
            return None;
        }
        let mut table = vec![0; usize::try_from(size).ok()?];
        read_at(&file, &mut table, start)?;
        if Sha256::digest(&table)[..] != *expected {
            return None;
        }
        let table: Table = rmp_serde::from_slice(&table).ok()?;
        let skipped = table.skipped.into_iter();
        Some(Self {
            base_url: table.base_url,
            skipped: skipped
                .map(|(file, reason)| Skipped { file, reason })
                .collect(),
            content: Content::File {
                file: Arc::new(file),
                chunks: Arc::new(table.chunks),
            },
        })
    }
}

impl Chunk {
    fn read(self, file: &File) -> Result<Vec<u8>, Damaged> {
        let mut bytes = vec![0; self.length as usize];
        read_at(file, &mut bytes, self.start).ok_or(Damaged)?;
        if short_checksum(&bytes) == self.checksum {
            Ok(bytes)
        } else {
            Err(Damaged)
        }
    }
}

fn short_checksum(bytes: &[u8]) -> u64 {
    let whole = Sha256::digest(bytes);
    whole
        .first_chunk()
        .map_or(0, |first| u64::from_le_bytes(*first))
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> Option<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start).ok()
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> Option<()> {
    let (mut done, length) = (0, bytes.len());
    while done < length {
        let place = start + done as u64;
        let read = std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], place);
        match read.ok()? {
            0 => return None,
            read => done += read,
        }
    }
    Some(())
}

/// Formats the records of a package as JSON with the keys of a shard.
fn written(text: &[u8], entries: &[Entry], removed: Option<&Vec<String>>) -> Vec<u8> {
    let mut json = Vec::new();
    let mut section = |name: &str, wanted: Section| {
        let of_section = entries.iter().filter(|entry| entry.section == wanted);
        json.extend_from_slice(name.as_bytes());
        for (number, entry) in of_section.enumerate() {
            let comma: &[u8] = if number == 0 { b"\"" } else { b",\"" };
            json.extend_from_slice(comma);
            json.extend_from_slice(&text[range(entry.key)]);
            json.extend_from_slice(b"\":");
            json.extend_from_slice(&text[range(entry.record)]);
        }
    };
    section("{\"packages\":{", Section::Packages);
    section("},\"packages.conda\":{", Section::PackagesConda);
    section("},\"v3\":{\"tar.bz2\":{", Section::V3TarBz2);
    section("},\"conda\":{", Section::V3Conda);
    json.extend_from_slice(b"}},\"removed\":");
    let removed = removed.map_or(&[][..], |removed| removed);
    let removed = serde_json::to_vec(removed).unwrap_or_else(|_| b"[]".to_vec());
    json.extend_from_slice(&removed);
    json.push(b'}');
    json
}

fn range((start, end): Span) -> std::ops::Range<usize> {
    start as usize..end as usize
}

fn entry(
    text: &[u8],
    section: Section,
    key: &str,
    record: &RawValue,
) -> Result<(String, Entry), Skipped> {
    let record = record.get();
    if record.len() > RECORD_LIMIT {
        let reason = format!("it is longer than {RECORD_LIMIT} bytes");
        return Err(Skipped::new(key, reason));
    }
    let name =
        name_of(key).ok_or_else(|| Skipped::new(key, "it is not named NAME-VERSION-BUILD"))?;
    let place = |part: &str| {
        let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        let is_within = end <= text.len();
        is_within.then(|| Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?)))?
    };
    match (place(key), place(record)) {
        (Some(key), Some(record)) => Ok((
            name,
            Entry {
                section,
                key,
                record,
            },
        )),
        // A key with escapes is not borrowed from the text.
        _ => Err(Skipped::new(key, "its name is written with escapes")),
    }
}

/// Package name in the file name of an archive: the part before the last two dashes.
fn name_of(file: &str) -> Option<String> {
    let name = file.rsplitn(3, '-').nth(2)?;
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(borrow)]
    info: Option<Info<'a>>,
    #[serde(borrow)]
    packages: Option<Records<'a>>,
    #[serde(borrow, rename = "packages.conda")]
    conda: Option<Records<'a>>,
    #[serde(borrow)]
    v3: Option<V3<'a>>,
    #[serde(borrow)]
    removed: Option<Vec<std::borrow::Cow<'a, str>>>,
}

#[derive(Deserialize)]
struct Info<'a> {
    #[serde(borrow)]
    base_url: Option<std::borrow::Cow<'a, str>>,
}

#[derive(Default, Deserialize)]
struct V3<'a> {
    #[serde(borrow, rename = "tar.bz2")]
    tar_bz2: Option<Records<'a>>,
    #[serde(borrow)]
    conda: Option<Records<'a>>,
}

/// Records of a section, in order, with duplicate keys.
#[derive(Default)]
struct Records<'a>(Vec<(std::borrow::Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Records<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> de::Visitor<'de> for Map {
            type Value = Records<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map of records")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut records = Vec::new();
                while let Some((Key(key), record)) = map.next_entry()? {
                    records.push((key, record));
                }
                Ok(Records(records))
            }
        }
        deserializer.deserialize_map(Map)
    }
}

/// A JSON string, borrowed from the text if it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

/// Cache format of repodata: a response whose body is a checksum, and a file with the records
/// by package.
#[derive(Clone, Copy)]
pub(super) struct Split;

impl Format for Split {
    type Value = Json;

    fn parse(&self, page: Page) -> Result<Json, String> {
        let body = page.body.trim_ascii_start();
        if !body.starts_with(b"{") {
            return Err(crate::pypi::index::not_a("repodata.json", &page));
        }
        Json::parse(page.body)
    }

    fn load(&self, cache: &Cache, key: &str, _: &url::Url) -> Option<Loaded<Json>> {
        let stored = cache.response(key)?;
        if stored.head.status != 200 {
            return Some((stored.head, None));
        }
        let opened = Json::open(&cache.path(BUCKET, key), &stored.body);
        if opened.is_none() {
            forget(cache, key);
        }
        Some((stored.head, Some(opened?)))
    }

    fn store(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Json>,
    ) -> std::io::Result<()> {
        let Some(json) = value else {
            return cache.store_parts(key, head, &[]);
        };
        let path = cache.path(BUCKET, key);
        let checksum = json.write(&path)?;
        cache.store_parts(key, head, &checksum)?;
        // Drops the text, which is large and no longer needed.
        if let Some(opened) = Json::open(&path, &checksum) {
            *json = opened;
        }
        Ok(())
    }

    fn confirm(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Json>,
    ) -> std::io::Result<()> {
        match cache.response(key) {
            Some(stored) if value.is_some() => cache.store_parts(key, head, &stored.body),
            _ => self.store(cache, key, head, value),
        }
    }
}

/// Deletes a cached response and its records.
pub(super) fn forget(cache: &Cache, key: &str) {
    cache.forget_response(key);
    let _ = std::fs::remove_file(cache.path(BUCKET, key));
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"info": {"base_url": "../x"}, "packages": {
        "a-b-1.0-0.tar.bz2": {"name": "a-b"}, "odd": {}, "\u0061-1-0.conda": {} },
        "packages.conda": {"a-b-1.0-0.conda": {"name": "a-b", "x": [1, "}"]}},
        "removed": ["a-b-1.0-0.tar.bz2"], "repodata_version": 1}"#;

    const CHUNK: &str = r#"{"packages":{"a-b-1.0-0.tar.bz2":{"name": "a-b"}},"packages.conda":{"a-b-1.0-0.conda":{"name": "a-b", "x": [1, "}"]}},"v3":{"tar.bz2":{},"conda":{}},"removed":["a-b-1.0-0.tar.bz2"]}"#;

    fn chunk(json: &Json) -> String {
        String::from_utf8(json.chunk("a-b").unwrap().unwrap()).unwrap()
    }

    #[test]
    fn the_records_of_a_package_are_found_in_the_text_and_in_a_file() {
        let json = Json::parse(TEXT.into()).unwrap();
        assert_eq!(json.names(), ["a-b"]);
        assert_eq!(json.base_url.as_deref(), Some("../x"));
        assert_eq!(json.skipped.len(), 2);
        assert_eq!(chunk(&json), CHUNK);
        assert!(json.chunk("b").unwrap().is_none());

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let checksum = json.write(&path).unwrap();
        let opened = Json::open(&path, &checksum).unwrap();
        assert_eq!(chunk(&opened), CHUNK);
        assert_eq!(opened.skipped, json.skipped);
        assert_eq!(opened.base_url, json.base_url);
    }

    #[test]
    fn damage_to_a_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let checksum = Json::parse(TEXT.into()).unwrap().write(&path).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            std::fs::write(&path, &damaged).unwrap();
            let read = Json::open(&path, &checksum).map(|json| json.chunk("a-b"));
            assert!(matches!(read, None | Some(Err(Damaged))), "byte {place}");
            std::fs::write(&path, &whole[..place]).unwrap();
            assert!(Json::open(&path, &checksum).is_none(), "cut at {place}");
        }
    }

    #[test]
    fn a_record_that_is_too_long_is_skipped() {
        let version = "1".repeat(RECORD_LIMIT);
        let text = format!(
            r#"{{"packages": {{"a-1-0.conda": {{"version": "{version}"}}, "a-2-0.conda": {{}}}}}}"#
        );
        let json = Json::parse(text.into()).unwrap();
        assert_eq!(json.skipped[0].file, "a-1-0.conda");
        let chunk = String::from_utf8(json.chunk("a").unwrap().unwrap()).unwrap();
        assert!(
            chunk.starts_with(r#"{"packages":{"a-2-0.conda":{}}"#),
            "{chunk}"
        );
    }

    #[test]
    fn what_is_not_repodata_is_refused() {
        for text in [
            "{}",
            "[]",
            "<html>",
            r#"{"packages": 1}"#,
            r#"{"packages": {}"#,
            "",
        ] {
            assert!(Json::parse(text.into()).is_err(), "{text}");
        }
        assert!(Json::parse(r#"{"packages": {}}"#.into()).is_ok());
    }
}
