use serde_json::json;

use super::*;

/// A database of one advisory for `gridworks` with these ranges and versions.
fn of(ranges: &serde_json::Value, versions: &[&str]) -> Database {
    database(&json!([advisory("OSV-1", ranges, versions)]))
}

fn advisory(id: &str, ranges: &serde_json::Value, versions: &[&str]) -> serde_json::Value {
    json!({"id": id, "modified": "2024-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "PyPI", "name": "Grid.Works"},
        "ranges": ranges, "versions": versions,
    }]})
}

fn database(advisories: &serde_json::Value) -> Database {
    Database::parse(advisories.to_string().as_bytes()).expect("advisories")
}

fn range(events: serde_json::Value) -> serde_json::Value {
    json!([{"type": "ECOSYSTEM", "events": events}])
}

fn advisories(database: &Database, version: &str) -> Vec<Advisory> {
    let name = "grid-works".parse().expect("a name");
    database.advisories(&name, &version.parse().expect("a version"))
}

/// Which of these versions are affected.
fn affected<'a>(database: &Database, versions: &[&'a str]) -> Vec<&'a str> {
    let is_affected = |version: &&str| !advisories(database, version).is_empty();
    versions.iter().copied().filter(is_affected).collect()
}

#[test]
fn events_open_and_close_a_range() {
    // In any order, with several intervals.
    let events =
        json!([{"fixed": "2.3"}, {"introduced": "2.0"}, {"fixed": "1.5"}, {"introduced": "0"}]);
    let database = of(&range(events), &[]);
    let versions = ["0.1", "1.5rc1", "1.5", "1.9", "2.0", "2.2.9", "2.3", "3"];
    assert_eq!(
        affected(&database, &versions),
        ["0.1", "1.5rc1", "2.0", "2.2.9"]
    );
    let found = &advisories(&database, "1.0")[0];
    let fixed = |version: &str| {
        found
            .fixed_after(&version.parse().unwrap())
            .map(ToString::to_string)
    };
    assert_eq!(fixed("1.0").as_deref(), Some("1.5"));
    assert_eq!(fixed("2.1").as_deref(), Some("2.3"));
}

#[test]
fn the_last_affected_version_is_affected() {
    let events = json!([{"introduced": "1.0"}, {"last_affected": "1.2"}]);
    let database = of(&range(events), &[]);
    // A local version is a build of the same release.
    let versions = ["0.9", "1.0", "1.2", "1.2+cu118", "1.2.post1", "1.3"];
    assert_eq!(affected(&database, &versions), ["1.0", "1.2", "1.2+cu118"]);
    let open = of(&range(json!([{"introduced": "1.0"}])), &[]);
    assert_eq!(affected(&open, &["0.9", "1.0", "9"]), ["1.0", "9"]);
    let limited = of(&range(json!([{"introduced": "0"}, {"limit": "2.0"}])), &[]);
    assert_eq!(affected(&limited, &["1.0", "2.0", "3"]), ["1.0"]);
}

#[test]
fn listed_versions_count_next_to_ranges() {
    let events = json!([{"introduced": "2.0"}, {"fixed": "2.1"}]);
    let database = of(&range(events), &["1.0", "not a version"]);
    let versions = ["1", "1.0.0", "1.0.1", "2.0.5", "2.1"];
    assert_eq!(affected(&database, &versions), ["1", "1.0.0", "2.0.5"]);
    // Commits are no versions; a version that is not valid leaves the list.
    let commits =
        json!([{"type": "GIT", "repo": "https://git.example", "events": [{"introduced": "0"}]}]);
    assert_eq!(affected(&of(&commits, &["1.0"]), &["1.0", "2.0"]), ["1.0"]);
    let invalid = range(json!([{"introduced": "0"}, {"fixed": "2.x-final"}]));
    assert_eq!(affected(&of(&invalid, &["1.0"]), &["1.0", "3.0"]), ["1.0"]);
}

#[test]
fn the_same_vulnerability_is_listed_once() {
    let all = range(json!([{"introduced": "0"}, {"fixed": "2.0"}]));
    let mut first = advisory("PYSEC-1", &all, &[]);
    let mut second = advisory("GHSA-1", &all, &[]);
    let mut both = advisory("CVE-1", &all, &[]);
    let mut withdrawn = advisory("OSV-9", &all, &[]);
    first["summary"] = json!("Opens doors");
    second["aliases"] = json!(["OTHER-1"]);
    both["aliases"] = json!(["PYSEC-1", "GHSA-1"]);
    withdrawn["withdrawn"] = json!("2024-02-01T00:00:00Z");
    let mut elsewhere = advisory("OSV-8", &all, &[]);
    elsewhere["affected"][0]["package"]["ecosystem"] = json!("npm");
    let database = database(&json!([first, second, both, withdrawn, elsewhere]));
    let found = advisories(&database, "1.0");
    let [found] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((found.name(), &*found.summary), ("CVE-1", "Opens doors"));
    assert_eq!(found.fixed_in.len(), 1);
}

#[test]
fn a_fix_has_none_of_the_vulnerabilities() {
    let first = range(
        json!([{"introduced": "0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.3"}]),
    );
    let second = range(json!([{"introduced": "0"}, {"fixed": "2.1"}]));
    let advisories = json!([
        advisory("OSV-1", &first, &[]),
        advisory("OSV-2", &second, &[])
    ]);
    let database = database(&advisories);
    let fix = |version: &str| {
        let fix = database.fix(&"grid-works".parse().unwrap(), &version.parse().unwrap());
        fix.map(|version| version.to_string())
    };
    // 1.5 has the second, and 2.1 the first again.
    assert_eq!(fix("1.0").as_deref(), Some("2.3"));
    assert_eq!(fix("1.6").as_deref(), Some("2.1"));
    assert_eq!(fix("3.0"), None);
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    use async_zip::{Compression, ZipEntryBuilder, base::write::ZipFileWriter};
    futures::executor::block_on(async {
        let mut bytes = Vec::new();
        let mut writer = ZipFileWriter::new(futures::io::Cursor::new(&mut bytes));
        for (path, text) in files {
            let entry = ZipEntryBuilder::new((*path).into(), Compression::Deflate);
            let written = writer.write_entry_whole(entry, text).await;
            written.expect("is written");
        }
        writer.close().await.expect("ends");
        bytes
    })
}

#[test]
fn hostile_files_are_errors() {
    let all = range(json!([{"introduced": "0"}]));
    let valid = advisory("OSV-1", &all, &[]).to_string();
    let archive = zip(&[("a.json", valid.as_bytes()), ("README", b"not JSON")]);
    assert_eq!(
        affected(&Database::parse(&archive).unwrap(), &["1.0"]),
        ["1.0"]
    );
    let error = |body: &[u8]| Database::parse(body).expect_err("an error");
    let cut = &archive[..archive.len() - 10];
    assert!(
        error(cut).contains("not a readable zip file"),
        "{}",
        error(cut)
    );
    for body in [
        &b"<html>"[..],
        b"{}",
        b"[1]",
        b"\xff",
        b"",
        &[b'['; 100_000],
    ] {
        assert!(
            error(body).contains("not an advisory of OSV"),
            "{}",
            error(body)
        );
    }
    let broken = zip(&[("a.json", valid.as_bytes()), ("b.json", b"{")]);
    assert!(
        error(&broken).starts_with("its `b.json`: "),
        "{}",
        error(&broken)
    );
    let other = valid.replace("PyPI", "npm");
    assert_eq!(
        error(other.as_bytes()),
        "it has no advisory of a project on PyPI"
    );
    assert_eq!(error(&zip(&[])), "it has no advisory of a project on PyPI");
}

#[test]
fn zip_bombs_are_refused() {
    let error = |archive: &[u8]| Database::parse(archive).expect_err("an error");
    let large = vec![b' '; 17 << 20];
    let one = error(&zip(&[("a.json", &large)]));
    assert_eq!(one, "its `a.json`: it is larger than 16 MiB");
    let padded = [&b"[]"[..], &vec![b' '; 12 << 20]].concat();
    let many = error(&zip(&[("a.json", &padded), ("b.json", &padded)]));
    assert_eq!(
        many,
        "its `b.json`: the advisories unpack to an implausible size"
    );
}
