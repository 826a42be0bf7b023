//! What the servers hold: a channel, an index, their files and a name mapping, small
//! and healthy. The right answer to [`ENVIRONMENT`] is [`RIGHT`], whatever the form.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::bombs;

/// The servers, each on a port of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Host {
    /// Repodata, or the index of the shards.
    Channel,
    /// The shards.
    Shards,
    /// The pages of the projects and the API for advisories.
    Index,
    /// Wheels and their metadata.
    Files,
    /// The mapping of conda names to PyPI names.
    Mapping,
}

/// All servers.
pub(super) const HOSTS: [Host; 5] = [
    Host::Channel,
    Host::Shards,
    Host::Index,
    Host::Files,
    Host::Mapping,
];

/// The base URLs of the servers, in the order of [`HOSTS`], without a slash at the end.
#[derive(Clone, Debug)]
pub(super) struct Addresses(pub [String; 5]);

impl Addresses {
    pub(super) fn of(&self, host: Host) -> &str {
        &self.0[host as usize]
    }
}

/// How the channel offers its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Json,
    Zst,
    Shards,
}

/// How the index writes its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// PEP 691.
    Json,
    /// PEP 503.
    Html,
}

/// How a wheel's metadata can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wheel {
    /// From a `.metadata` file (PEP 658).
    Metadata,
    /// By range requests.
    Ranges,
    /// From the whole wheel alone.
    Whole,
}

/// The form of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub channel: Channel,
    pub page: Page,
    pub wheel: Wheel,
}

/// A file of a server.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub body: Vec<u8>,
    pub content_type: &'static str,
    pub takes_ranges: bool,
}

/// All files by server and path.
pub(super) type Site = BTreeMap<(Host, String), Resource>;

/// The dependencies of the user's file.
pub(super) const DEPENDENCIES: &str = "\
dependencies:
  - python
  - alpha
  - pip
  - pip:
    - tomlish
";

/// The pins of the right answer.
pub(super) const RIGHT: [&str; 4] = [
    "alpha=2.0=0",
    "pip=24.2=0",
    "python=3.12.1=0",
    "tomlish==1.2.0",
];

/// The pins without the newest release of tomlish.
pub(super) const OLDER: [&str; 4] = [
    "alpha=2.0=0",
    "pip=24.2=0",
    "python=3.12.1=0",
    "tomlish==1.0",
];

/// A record of the channel: subdir, file name, and the record as JSON, valid or not.
pub(super) type Record = (&'static str, String, String);

/// The records of the healthy channel.
pub(super) fn records() -> Vec<Record> {
    let record = |subdir, name: &str, version: &str, depends: &[&str]| {
        let record = json!({
            "name": name, "version": version, "build": "0", "build_number": 0,
            "depends": depends, "subdir": subdir,
        });
        let file = format!("{name}-{version}-0.conda");
        (subdir, file, record.to_string())
    };
    // Nothing needs it. It makes the files long enough to be cut in the middle by a disk.
    let filler = "filler >=1 ".repeat(300);
    vec![
        record("linux-64", "filler", "1.0", &[&filler]),
        record("linux-64", "python", "3.12.1", &[]),
        record("linux-64", "alpha", "1.0", &["python"]),
        record("linux-64", "alpha", "2.0", &["python"]),
        record("noarch", "pip", "24.2", &["python"]),
    ]
}

/// The healthy site in a form.
pub(super) fn site(form: Form, at: &Addresses) -> Site {
    let mut site = Site::new();
    add_channel(&mut site, form, at, &records());
    add_index(&mut site, form, at);
    add(
        &mut site,
        Host::Mapping,
        "/mapping.json",
        "application/json",
        br#"{"alpha": null, "python": null}"#,
    );
    for host in HOSTS {
        add(&mut site, host, "/", "text/html", HOME);
    }
    for subdir in ["linux-64", "noarch"] {
        let records = records();
        let records: Vec<&Record> = records.iter().filter(|record| record.0 == subdir).collect();
        let body = repodata(subdir, &records);
        let path = format!("{OTHER_CHANNEL}/{subdir}/repodata.json");
        add(
            &mut site,
            Host::Mapping,
            &path,
            "application/json",
            body.as_bytes(),
        );
    }
    site
}

/// The path of a second channel on the host of the mapping, for a file that needs nothing
/// of what breaks.
pub(super) const OTHER_CHANNEL: &str = "/other";

const HOME: &[u8] = b"<!DOCTYPE html><html><head><title>Acme Corp</title></head>\
    <body><h1>Welcome</h1><a href=\"/about.html\">About us</a></body></html>";

pub(super) fn add(
    site: &mut Site,
    host: Host,
    path: &str,
    content_type: &'static str,
    body: &[u8],
) {
    let resource = Resource {
        body: body.to_vec(),
        content_type,
        takes_ranges: false,
    };
    site.insert((host, path.to_owned()), resource);
}

/// Adds a channel of these records, in place of the one that is there.
pub(super) fn add_channel(site: &mut Site, form: Form, at: &Addresses, records: &[Record]) {
    for subdir in ["linux-64", "noarch"] {
        let records = records.iter().filter(|record| record.0 == subdir);
        let records: Vec<&Record> = records.collect();
        let json = repodata(subdir, &records);
        match form.channel {
            Channel::Json => add_repodata(site, subdir, json.as_bytes()),
            Channel::Zst => add_zst(site, subdir, &compressed(json.as_bytes())),
            Channel::Shards => add_shards(site, at, subdir, &records),
        }
    }
}

pub(super) fn add_repodata(site: &mut Site, subdir: &str, body: &[u8]) {
    let path = format!("/chan/{subdir}/repodata.json");
    add(site, Host::Channel, &path, "application/json", body);
}

pub(super) fn add_zst(site: &mut Site, subdir: &str, body: &[u8]) {
    let path = format!("/chan/{subdir}/repodata.json.zst");
    add(site, Host::Channel, &path, "application/zstd", body);
}

/// `repodata.json` of these records. It is put together as text, so that records need not
/// be valid and may stand twice.
pub(super) fn repodata(subdir: &str, records: &[&Record]) -> String {
    let entries = records
        .iter()
        .map(|(_, file, record)| format!("{}: {record}", Value::from(file.as_str())));
    format!(
        "{{\"info\": {{\"subdir\": \"{subdir}\"}}, \"packages\": {{}}, \
         \"packages.conda\": {{{}}}, \"repodata_version\": 1}}",
        entries.collect::<Vec<_>>().join(", ")
    )
}

pub(super) fn compressed(body: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(body, 3).expect("compresses")
}

pub(super) fn packed(value: &Value) -> Vec<u8> {
    compressed(&rmp_serde::to_vec_named(value).expect("packs"))
}

/// Shards per package and their index (CEP-16,
/// <https://github.com/conda/ceps/blob/main/cep-0016.md>).
fn add_shards(site: &mut Site, at: &Addresses, subdir: &str, records: &[&Record]) {
    let mut packages: BTreeMap<&str, serde_json::Map<String, Value>> = BTreeMap::new();
    for (_, file, record) in records {
        let name = file.split('-').next().expect("a name");
        let record = serde_json::from_str(record).expect("JSON");
        let shard = packages.entry(name).or_default();
        shard.insert(file.clone(), record);
    }
    let mut hashes = serde_json::Map::new();
    for (name, records) in packages {
        let shard = json!({"packages": {}, "packages.conda": records, "removed": []});
        hashes.insert(name.to_owned(), add_shard(site, subdir, &packed(&shard)));
    }
    add_shard_index(site, subdir, &packed(&shard_index(at, subdir, hashes)));
}

/// Adds a shard and gives its hash as the index holds it.
pub(super) fn add_shard(site: &mut Site, subdir: &str, body: &[u8]) -> Value {
    let hash = Sha256::digest(body);
    let path = format!("/shards/{subdir}/{}.msgpack.zst", hex::encode(hash));
    add(site, Host::Shards, &path, "application/zstd", body);
    json!(hash.to_vec())
}

pub(super) fn shard_index(
    at: &Addresses,
    subdir: &str,
    hashes: serde_json::Map<String, Value>,
) -> Value {
    json!({
        "info": {
            "subdir": subdir,
            "base_url": format!("{}/chan/{subdir}/", at.of(Host::Channel)),
            "shards_base_url": format!("{}/shards/{subdir}/", at.of(Host::Shards)),
        },
        "shards": hashes,
    })
}

pub(super) fn add_shard_index(site: &mut Site, subdir: &str, body: &[u8]) {
    let path = format!("/chan/{subdir}/repodata_shards.msgpack.zst");
    add(site, Host::Channel, &path, "application/zstd", body);
}

/// The path of the page of tomlish.
pub(super) const PAGE: &str = "/simple/tomlish/";

/// The name of a wheel of tomlish.
pub(super) fn wheel_name(version: &str) -> String {
    format!("tomlish-{version}-py3-none-any.whl")
}

/// The metadata of a wheel of tomlish.
pub(super) fn metadata(version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: tomlish\nVersion: {version}\nRequires-Python: >=3.8\n\n")
}

/// A wheel of tomlish.
pub(super) fn wheel(version: &str) -> Vec<u8> {
    let name = format!("tomlish-{version}.dist-info/METADATA");
    bombs::zipped(&name, metadata(version).as_bytes())
}

fn add_index(site: &mut Site, form: Form, at: &Addresses) {
    let files = ["1.0", "1.2.0"].map(|version| add_wheel(site, form, at, version));
    let body = match form.page {
        Page::Json => json_page("tomlish", &files),
        Page::Html => html_page(&files),
    };
    add_page(site, form.page, body.as_bytes());
    let release = br#"{"info": {}, "urls": [], "vulnerabilities": []}"#;
    for version in ["1.0", "1.2.0"] {
        let path = format!("/pypi/tomlish/{version}/json");
        add(site, Host::Index, &path, "application/json", release);
    }
}

pub(super) fn add_page(site: &mut Site, page: Page, body: &[u8]) {
    let content_type = match page {
        Page::Json => "application/vnd.pypi.simple.v1+json",
        Page::Html => "text/html",
    };
    add(site, Host::Index, PAGE, content_type, body);
}

/// Adds a wheel and gives its entry on a JSON page.
fn add_wheel(site: &mut Site, form: Form, at: &Addresses, version: &str) -> Value {
    let path = format!("/files/{}", wheel_name(version));
    let body = wheel(version);
    let resource = Resource {
        body: body.clone(),
        content_type: "application/octet-stream",
        takes_ranges: form.wheel == Wheel::Ranges,
    };
    site.insert((Host::Files, path.clone()), resource);
    let mut file = file(at, version, &body);
    if form.wheel == Wheel::Metadata {
        let text = metadata(version);
        let path = format!("{path}.metadata");
        add(
            site,
            Host::Files,
            &path,
            "application/octet-stream",
            text.as_bytes(),
        );
        let hash = hex::encode(Sha256::digest(&text));
        file["core-metadata"] = json!({"sha256": hash});
    }
    file
}

/// The entry of a wheel on a JSON page.
pub(super) fn file(at: &Addresses, version: &str, body: &[u8]) -> Value {
    let name = wheel_name(version);
    json!({
        "filename": name,
        "url": format!("{}/files/{name}", at.of(Host::Files)),
        "hashes": {"sha256": hex::encode(Sha256::digest(body))},
        "requires-python": ">=3.8",
        "size": body.len(),
        "upload-time": "2024-01-01T00:00:00Z",
        "yanked": false,
    })
}

/// A page by PEP 691.
pub(super) fn json_page(name: &str, files: &[Value]) -> String {
    let page = json!({
        "meta": {"api-version": "1.1"}, "name": name,
        "versions": ["1.0", "1.2.0"], "files": files,
    });
    page.to_string()
}

/// A page by PEP 503.
pub(super) fn html_page(files: &[Value]) -> String {
    let link = |file: &Value| {
        let text = |key: &str| file[key].as_str().unwrap_or_default().to_owned();
        let metadata = match &file["core-metadata"] {
            Value::Null => String::new(),
            value => format!(
                " data-core-metadata=\"sha256={}\"",
                value["sha256"].as_str().expect("a hash")
            ),
        };
        let hash = file["hashes"]["sha256"].as_str().unwrap_or_default();
        format!(
            "<a href=\"{}#sha256={hash}\" data-requires-python=\"&gt;=3.8\"{metadata}>{}</a><br/>\n",
            text("url"),
            text("filename")
        )
    };
    format!(
        "<!DOCTYPE html>\n<html>\n<head><meta name=\"pypi:repository-version\" content=\"1.0\">\
         <title>Links for tomlish</title></head>\n<body>\n<h1>Links for tomlish</h1>\n{}</body>\n</html>\n",
        files.iter().map(link).collect::<String>()
    )
}
