//! Parses the records of a package. As in conda, an invalid record is skipped and reported,
//! and the other records of the package remain.

use std::{fmt, str::FromStr, sync::Arc};

use rattler_conda_types::{
    PackageName, PackageRecord, RepoDataRecord, Shard, Subdir,
    package::{CondaArchiveType, DistArchiveIdentifier},
};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use url::Url;

use presolve_parse::guard::{Panicked, guarded};

/// Maximum size of a record, or of a string in a shard, in bytes. The longest of 144,000
/// records on seven public channels has 11,095 bytes. A version needs about 200 bytes of
/// memory per byte.
pub(super) const RECORD_LIMIT: usize = 64 * 1024;

/// A record that was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Key in the repodata, which is the file name of its archive.
    pub file: String,
    /// Why the record is invalid.
    pub reason: String,
}

impl Skipped {
    pub(super) fn new(file: &str, reason: impl fmt::Display) -> Self {
        Self {
            file: file.chars().take(200).collect(),
            reason: reason.to_string().chars().take(200).collect(),
        }
    }
}

/// Records of a package, and those that were skipped.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    pub records: Vec<Arc<RepoDataRecord>>,
    pub skipped: Vec<Skipped>,
}

/// Channel and subdir of records.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// URL of the channel without credentials, as in the records.
    pub channel: String,
    pub subdir: Subdir,
    /// URL of the folder with the archives, with a trailing slash.
    pub packages: Url,
}

impl Place {
    /// Parses a shard (CEP-16), or a part of `repodata.json` with the same keys.
    ///
    /// # Errors
    /// Why the text is neither.
    pub(super) fn parse(&self, name: &PackageName, text: &Text<'_>) -> Result<Records, String> {
        match text.strict() {
            Some(shard) => Ok(self.collect(name, typed(shard))),
            None => Ok(self.collect(name, loose(text.loose()?)?)),
        }
    }

    fn collect(
        &self,
        name: &PackageName,
        read: Vec<Result<(DistArchiveIdentifier, PackageRecord), Skipped>>,
    ) -> Records {
        let mut found = Records::default();
        for record in read {
            match record.and_then(|(identifier, record)| self.record(name, identifier, record)) {
                Ok(record) => found.records.push(Arc::new(record)),
                Err(skipped) => found.skipped.push(skipped),
            }
        }
        found
    }

    fn record(
        &self,
        name: &PackageName,
        identifier: DistArchiveIdentifier,
        mut record: PackageRecord,
    ) -> Result<RepoDataRecord, Skipped> {
        let file = identifier.to_file_name();
        if record.name.as_normalized() != name.as_normalized() {
            let reason = format!("it is a record of `{}`", record.name.as_source());
            return Err(Skipped::new(&file, reason));
        }
        if record.subdir.is_empty() {
            record.subdir = self.subdir.to_string();
        }
        let mut url = self.packages.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().push(&file),
            Err(()) => {
                return Err(Skipped::new(
                    &file,
                    "the URL of the channel cannot have folders",
                ));
            }
        };
        Ok(RepoDataRecord {
            url,
            channel: Some(self.channel.clone()),
            package_record: record,
            identifier,
        })
    }
}

/// Serialised records of a package.
pub(super) enum Text<'a> {
    Json(&'a [u8]),
    Msgpack(&'a [u8]),
}

impl Text<'_> {
    /// The records; `None` unless all of them are valid.
    fn strict(&self) -> Option<Shard> {
        match self {
            Text::Json(text) => guarded(|| serde_json::from_slice(text)).ok()?.ok(),
            Text::Msgpack(bytes) => {
                let is_short = bytes.len() <= RECORD_LIMIT
                    || rmp_serde::from_slice(bytes)
                        .is_ok_and(|Longest(length)| length <= RECORD_LIMIT);
                is_short.then_some(())?;
                guarded(|| rmp_serde::from_slice(bytes)).ok()?.ok()
            }
        }
    }

    fn loose(&self) -> Result<Value, String> {
        match self {
            Text::Json(text) => serde_json::from_slice(text).map_err(|error| error.to_string()),
            Text::Msgpack(bytes) => rmp_serde::from_slice(bytes)
                .map(|Loose(value)| value)
                .map_err(|error| error.to_string()),
        }
    }
}

type ReadRecord = Result<(DistArchiveIdentifier, PackageRecord), Skipped>;

/// Records of a shard without removed ones. A record of the third repodata revision replaces
/// one of the first revision with the same key.
fn typed(shard: Shard) -> Vec<ReadRecord> {
    let Shard {
        packages,
        conda_packages,
        v3,
        removed,
    } = shard;
    let third = [
        (CondaArchiveType::TarBz2, v3.tar_bz2),
        (CondaArchiveType::Conda, v3.conda),
    ];
    let third: Vec<_> = third
        .into_iter()
        .flat_map(|(kind, records)| {
            let records = records.into_iter();
            records.map(move |(key, record)| (DistArchiveIdentifier::new(key, kind), record))
        })
        .collect();
    let replaced: std::collections::HashSet<_> = third.iter().map(|(key, _)| key.clone()).collect();
    let first = packages.into_iter().chain(conda_packages);
    first
        .filter(|(key, _)| !replaced.contains(key))
        .chain(third)
        .filter(|(key, _)| !removed.contains(key))
        .map(Ok)
        .collect()
}

/// Like [`typed`], record by record, for text with invalid records.
fn loose(mut text: Value) -> Result<Vec<ReadRecord>, String> {
    let mut take = |section: &str| text.get_mut(section).map(Value::take).unwrap_or_default();
    let removed = take("removed");
    let removed: Vec<&str> = removed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut found = Vec::new();
    let mut v3 = take("v3");
    let mut third = |kind: &str| v3.get_mut(kind).map(Value::take).unwrap_or_default();
    for (records, extension) in [
        (third("tar.bz2"), ".tar.bz2"),
        (third("conda"), ".conda"),
        (take("packages"), ""),
        (take("packages.conda"), ""),
    ] {
        let records = match records {
            Value::Object(records) => records,
            Value::Null => continue,
            _ => return Err("its records are not a map".to_owned()),
        };
        for (key, record) in records {
            let file = format!("{key}{extension}");
            if !removed.contains(&&file[..]) {
                found.push(one(&file, record));
            }
        }
    }
    Ok(found)
}

fn one(file: &str, record: Value) -> ReadRecord {
    if longest(&record) > RECORD_LIMIT {
        let reason = format!("it has a text of more than {RECORD_LIMIT} bytes");
        return Err(Skipped::new(file, reason));
    }
    let identifier = DistArchiveIdentifier::from_str(file)
        .map_err(|_| Skipped::new(file, "it is not named NAME-VERSION-BUILD"))?;
    guarded(|| serde_json::from_value(record))
        .map_err(|Panicked| Skipped::new(file, "its text cannot be read"))?
        .map(|record| (identifier, record))
        .map_err(|error| Skipped::new(file, error))
}

fn longest(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(longest).max().unwrap_or(0),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(key, value)| key.len().max(longest(value)))
                .max()
                .unwrap_or(0)
        }
        _ => 0,
    }
}

/// A value in any format. Bytes, which are hashes in MessagePack, become hexadecimal digits as
/// in JSON.
struct Loose(Value);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor).map(Loose)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(hex::encode(value).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Loose(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some((key, Loose(value))) = fields.next_entry::<String, Loose>()? {
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

/// Length of the longest string within a value, in bytes.
struct Longest(usize);

impl<'de> Deserialize<'de> for Longest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LongestVisitor).map(Longest)
    }
}

struct LongestVisitor;

impl<'de> Visitor<'de> for LongestVisitor {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_bool<E>(self, _: bool) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_i64<E>(self, _: i64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_u64<E>(self, _: u64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_f64<E>(self, _: f64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_str<E>(self, value: &str) -> Result<usize, E> {
        Ok(value.len())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<usize, E> {
        Ok(value.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<usize, A::Error> {
        let mut longest = 0;
        while let Some(Longest(length)) = items.next_element()? {
            longest = longest.max(length);
        }
        Ok(longest)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<usize, A::Error> {
        let mut longest = 0;
        while let Some((Longest(key), Longest(value))) = fields.next_entry()? {
            longest = longest.max(key).max(value);
        }
        Ok(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            channel: "https://host/main/".to_owned(),
            subdir: Subdir::Linux64,
            packages: Url::parse("https://host/main/linux-64/").unwrap(),
        }
    }

    fn good(version: &str) -> Value {
        serde_json::json!({
            "name": "a", "version": version, "build": "0", "build_number": 0, "depends": [],
            "md5": "d41d8cd98f00b204e9800998ecf8427e",
        })
    }

    fn with(field: &str, value: Value) -> Value {
        let mut record = good("2.0");
        record[field] = value;
        record
    }

    fn read(records: Value) -> (Vec<String>, Vec<Skipped>) {
        let text = serde_json::json!({"packages": {}, "packages.conda": records});
        let text = text.to_string();
        let name = PackageName::new_unchecked("a");
        let found = place().parse(&name, &Text::Json(text.as_bytes())).unwrap();
        let urls = found.records.iter().map(|record| record.url.to_string());
        (urls.collect(), found.skipped)
    }

    #[test]
    fn one_bad_record_is_skipped_and_named() {
        for (field, value) in [
            ("version", Value::Null),
            ("build_number", serde_json::json!(-1)),
            ("md5", serde_json::json!("xyz")),
            ("depends", serde_json::json!("b")),
            ("name", serde_json::json!("b")),
        ] {
            let records = serde_json::json!({
                "a-1.0-0.conda": good("1.0"), "a-2.0-0.conda": with(field, value.clone()),
            });
            let (urls, skipped) = read(records);
            assert_eq!(skipped[0].file, "a-2.0-0.conda", "{field}: {value}");
            assert_eq!(urls, ["https://host/main/linux-64/a-1.0-0.conda"]);
        }
        let (urls, skipped) = read(serde_json::json!({"a-1.0-0.conda": "text", "a": good("1.0")}));
        assert_eq!((urls.len(), skipped.len()), (0, 2));
    }

    #[test]
    fn a_shard_with_a_bad_record_gives_the_others() {
        let mut shard = Shard::default();
        for version in ["1.0", "2.0"] {
            let record = serde_json::from_value(good(version)).unwrap();
            let key = format!("a-{version}-0.conda").parse().unwrap();
            shard.conda_packages.insert(key, record);
        }
        let bytes = rmp_serde::to_vec_named(&shard).unwrap();
        let name = PackageName::new_unchecked("a");
        let whole = place().parse(&name, &Text::Msgpack(&bytes)).unwrap();
        assert_eq!((whole.records.len(), whole.skipped.len()), (2, 0));

        let Loose(mut value) = rmp_serde::from_slice(&bytes).unwrap();
        value["packages.conda"]["a-2.0-0.conda"]["version"] = Value::Null;
        let bytes = rmp_serde::to_vec_named(&value).unwrap();
        let found = place().parse(&name, &Text::Msgpack(&bytes)).unwrap();
        assert_eq!((found.records.len(), found.skipped.len()), (1, 1));
        assert_eq!(found.records[0], whole.records[0]);
    }

    #[test]
    fn long_texts_of_shards_are_not_parsed() {
        let shard = serde_json::json!({
            "packages": {},
            "packages.conda": {
                "a-1.0-0.conda": good("1.0"),
                "a-2.0-0.conda": with("version", "1".repeat(RECORD_LIMIT + 1).into()),
            },
        });
        let bytes = rmp_serde::to_vec_named(&shard).unwrap();
        let name = PackageName::new_unchecked("a");
        let found = place().parse(&name, &Text::Msgpack(&bytes)).unwrap();
        assert_eq!((found.records.len(), found.skipped.len()), (1, 1));
    }

    #[test]
    fn removed_records_are_left_out() {
        let text = serde_json::json!({
            "packages": {"a-1.0-0.tar.bz2": good("1.0")},
            "packages.conda": {"a-1.0-0.conda": good("1.0")},
            "removed": ["a-1.0-0.conda"],
        });
        let text = text.to_string();
        let name = PackageName::new_unchecked("a");
        let found = place().parse(&name, &Text::Json(text.as_bytes())).unwrap();
        assert_eq!(found.records.len(), 1);
        assert!(found.records[0].url.path().ends_with(".tar.bz2"));
    }
}
