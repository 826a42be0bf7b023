//! Files that arrive whole and are not what they should be.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use url::Url;

use super::{
    bombs,
    cell::Edit,
    site::{self, Addresses, Channel, Form, Host, Page, Site},
};

/// A record of alpha 3.0, which only a reader that takes anything would prefer.
fn alpha(change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let mut record = json!({
        "name": "alpha", "version": "3.0", "build": "0", "build_number": 0,
        "depends": ["python"], "subdir": "linux-64",
    });
    change(record.as_object_mut().expect("an object"));
    record.to_string()
}

/// The channel with one more record in the file `alpha-3.0-0.conda`.
fn with_record(site: &mut Site, form: Form, at: &Addresses, record: String) {
    let mut records = site::records();
    records.push(("linux-64", "alpha-3.0-0.conda".to_owned(), record));
    site::add_channel(site, form, at, &records);
}

macro_rules! record {
    ($key:literal: $value:tt) => {
        |site, form, at| {
            let record = alpha(|record| {
                record.insert($key.to_owned(), json!($value));
            });
            with_record(site, form, at, record);
        }
    };
}

macro_rules! repodata {
    ($body:expr) => {
        |site, form, at| whole(site, form, at, $body)
    };
}

/// What a channel can hold, by the names of the docs.
pub(super) const CHANNELS: &[(&str, Edit)] = &[
    ("a record whose version is null", record!("version": null)),
    ("a record without a version", |site, form, at| {
        let record = alpha(|record| {
            record.remove("version");
        });
        with_record(site, form, at, record);
    }),
    ("a version that is a number", record!("version": 3)),
    ("a version of 10 MB", |site, form, at| {
        let version = Value::from("1a".repeat(5 << 20));
        let record = alpha(|record| {
            record.insert("version".to_owned(), version);
        });
        with_record(site, form, at, record);
    }),
    ("a negative build number", record!("build_number": (-1))),
    ("a huge build number", |site, form, at| {
        let record = alpha(|_| {}).replace(
            "\"build_number\":0",
            "\"build_number\":100000000000000000000000000000",
        );
        with_record(site, form, at, record);
    }),
    (
        "an md5 that is not hexadecimal",
        record!("md5": "not a hash"),
    ),
    ("a size that is text", record!("size": "large")),
    ("`depends` that is not a list", record!("depends": "python")),
    (
        "a dependency that is not a match spec",
        record!("depends": ["python >>>3"]),
    ),
    ("a name that is a list", record!("name": ["alpha"])),
    ("a record that is text", |site, form, at| {
        with_record(site, form, at, "\"alpha\"".to_owned());
    }),
    ("a record that is null", |site, form, at| {
        with_record(site, form, at, "null".to_owned());
    }),
    ("a record of another package", record!("name": "beta")),
    ("a file name that stands twice", |site, form, at| {
        let mut records = site::records();
        let again = records[3].clone();
        records.push(again);
        site::add_channel(site, form, at, &records);
    }),
    (
        "a file name that is not one of a package",
        |site, form, at| {
            let mut records = site::records();
            let record = alpha(|_| {});
            records.push(("linux-64", "alpha-\u{1b}[31m3.txt".to_owned(), record));
            site::add_channel(site, form, at, &records);
        },
    ),
    ("only a number", repodata!(b"7")),
    ("an empty list", repodata!(b"[]")),
    ("null", repodata!(b"null")),
    (
        "an error of a gateway in JSON",
        repodata!(b"{\"error\": \"upstream is down\"}"),
    ),
    (
        "`packages` that is a list",
        repodata!(
            b"{\"info\": {\"subdir\": \"linux-64\"}, \"packages\": [], \"packages.conda\": 7}"
        ),
    ),
    (
        "invalid UTF-8",
        repodata!(b"{\"info\": {\"subdir\": \"\xff\xfe\"}, \"packages\": {\"\xff\": {}}}"),
    ),
    ("a hundred thousand brackets", |site, form, at| {
        whole(site, form, at, "[".repeat(100_000).as_bytes());
    }),
    ("the platform's subdir is missing", |site, _, _| {
        site.retain(|(_, path), _| !path.starts_with("/chan/linux-64/"));
    }),
];

/// The repodata of linux-64 is this text; the index of the shards is what the text means.
fn whole(site: &mut Site, form: Form, _: &Addresses, body: &[u8]) {
    match form.channel {
        Channel::Json => site::add_repodata(site, "linux-64", body),
        Channel::Zst => site::add_zst(site, "linux-64", &site::compressed(body)),
        Channel::Shards => {
            let body = match serde_json::from_slice::<Value>(body) {
                Ok(value) => site::packed(&value),
                // Arrays of one, one in the other, without an end.
                Err(_) => site::compressed(&b"\x91".repeat(100_000)),
            };
            site::add_shard_index(site, "linux-64", &body);
        }
    }
}

/// The good entries of the page, of which the second is the right answer.
fn good(at: &Addresses) -> Vec<Value> {
    let file = |version| site::file(at, version, &site::wheel(version));
    vec![file("1.0"), file("1.2.0")]
}

/// The page with an entry of 1.3.0 that was changed.
fn with_file(site: &mut Site, form: Form, at: &Addresses, change: impl FnOnce(&mut Value)) {
    let mut files = good(at);
    let mut file = site::file(at, "1.3.0", &site::wheel("1.3.0"));
    change(&mut file);
    files.push(file);
    let body = match form.page {
        Page::Json => site::json_page("tomlish", &files),
        Page::Html => site::html_page(&files),
    };
    site::add_page(site, form.page, body.as_bytes());
}

/// The `file:` URL of a valid wheel of tomlish 1.3.0 on this machine, which a page of an
/// index has no right to name.
fn local_wheel() -> String {
    static WHEEL: OnceLock<(TempDir, Url)> = OnceLock::new();
    let (_, url) = WHEEL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(site::wheel_name("1.3.0"));
        std::fs::write(&path, site::wheel("1.3.0")).expect("writable");
        let url = Url::from_file_path(path).expect("absolute");
        (folder, url)
    });
    url.to_string()
}

fn page(site: &mut Site, form: Form, body: &[u8]) {
    site::add_page(site, form.page, body);
}

macro_rules! file {
    ($key:literal: $value:tt) => {
        |site, form, at| with_file(site, form, at, |file| file[$key] = json!($value))
    };
}

/// What the page of a project can hold, by the names of the docs; HTML where that is said.
pub(super) const PAGES: &[(&str, Page, Edit)] = &[
    ("`files` that is null", Page::Json, |site, form, _| {
        page(
            site,
            form,
            b"{\"meta\": {\"api-version\": \"1.1\"}, \"name\": \"tomlish\", \"files\": null}",
        );
    }),
    ("an empty object", Page::Json, |site, form, _| {
        page(site, form, b"{}")
    }),
    (
        "an error of a gateway in JSON",
        Page::Json,
        |site, form, _| {
            page(
                site,
                form,
                b"{\"error\": \"upstream is down\", \"files\": []}",
            );
        },
    ),
    (
        "the page of another project",
        Page::Json,
        |site, form, _| {
            let other =
                json!({"filename": "another-1.0-py3-none-any.whl", "url": "/x.whl", "hashes": {}});
            page(site, form, site::json_page("another", &[other]).as_bytes());
        },
    ),
    ("invalid UTF-8 (JSON)", Page::Json, |site, form, _| {
        page(
            site,
            form,
            b"{\"meta\": {}, \"name\": \"tomlish\", \"files\": [\"\xff\xfe\"]}",
        );
    }),
    (
        "a hundred thousand brackets",
        Page::Json,
        |site, form, _| {
            page(site, form, "[".repeat(100_000).as_bytes());
        },
    ),
    (
        "a version of the API that is not known",
        Page::Json,
        |site, form, _| {
            page(
                site,
                form,
                b"{\"meta\": {\"api-version\": \"9.0\"}, \"name\": \"tomlish\", \"files\": []}",
            );
        },
    ),
    (
        "an entry whose file name is a number",
        Page::Json,
        file!("filename": 5),
    ),
    (
        "an entry whose hashes are null",
        Page::Json,
        file!("hashes": null),
    ),
    (
        "an entry that is yanked with a number",
        Page::Json,
        file!("yanked": 7),
    ),
    ("an entry that is text", Page::Json, |site, form, at| {
        with_file(site, form, at, |file| *file = json!("tomlish-1.3.0"));
    }),
    (
        "an entry of another project",
        Page::Json,
        file!("filename": "another-9.0-py3-none-any.whl"),
    ),
    (
        "an entry with a URL of javascript:",
        Page::Json,
        file!("url": "javascript:alert(1)"),
    ),
    (
        "an entry with a URL of file:",
        Page::Json,
        |site, form, at| {
            with_file(site, form, at, |file| file["url"] = json!(local_wheel()));
        },
    ),
    (
        "a link to javascript: (HTML)",
        Page::Html,
        file!("url": "javascript:/tomlish-1.3.0-py3-none-any.whl"),
    ),
    ("a link to file: (HTML)", Page::Html, |site, form, at| {
        with_file(site, form, at, |file| file["url"] = json!(local_wheel()))
    }),
    (
        "invalid UTF-8 beside the links (HTML)",
        Page::Html,
        |site, form, at| {
            let mut body = site::html_page(&good(at)).into_bytes();
            let end = body
                .windows(7)
                .position(|bytes| bytes == b"</body>")
                .expect("is there");
            body.splice(end..end, *b"<p>\xff\xfe</p>");
            page(site, form, &body);
        },
    ),
    (
        "links to files of other projects alone (HTML)",
        Page::Html,
        |site, form, _| {
            page(site, form, b"<!DOCTYPE html><html><body><a href=\"/another-1.0-py3-none-any.whl\">another-1.0-py3-none-any.whl</a></body></html>");
        },
    ),
    (
        "no links, and a heading of PyPI (HTML)",
        Page::Html,
        |site, form, _| {
            page(site, form, site::html_page(&[]).as_bytes());
        },
    ),
    ("a home page (HTML)", Page::Html, |site, form, _| {
        page(site, form, b"<!DOCTYPE html><html><body><h1>Artifacts</h1><a href=\"/ui/\">Browse</a></body></html>");
    }),
    ("text without a tag (HTML)", Page::Html, |site, form, _| {
        page(site, form, b"OK\n")
    }),
];

/// Files that decode to gigabytes, by the names of the docs, with the form that they are
/// served in.
pub(super) const BOMBS: &[(&str, Channel, Edit)] = &[
    ("`repodata.json.zst`, 20 GB", Channel::Zst, |site, _, _| {
        site::add_zst(site, "linux-64", &bombs::zstd(20));
    }),
    (
        "the index of the shards, 20 GB",
        Channel::Shards,
        |site, _, _| {
            site::add_shard_index(site, "linux-64", &bombs::zstd(20));
        },
    ),
    ("a shard, 20 GB", Channel::Shards, |site, _, at| {
        let hash = site::add_shard(site, "linux-64", &bombs::zstd(20));
        let python = site::packed(&json!({
            "packages": {}, "packages.conda": {"python-3.12.1-0.conda": {
                "name": "python", "version": "3.12.1", "build": "0", "build_number": 0,
                "depends": [], "subdir": "linux-64",
            }}, "removed": [],
        }));
        let python = site::add_shard(site, "linux-64", &python);
        let hashes = [("alpha".to_owned(), hash), ("python".to_owned(), python)];
        let index = site::shard_index(at, "linux-64", hashes.into_iter().collect());
        site::add_shard_index(site, "linux-64", &site::packed(&index));
    }),
    (
        "`METADATA` in a wheel, 2 GB",
        Channel::Json,
        |site, form, at| {
            let name = "tomlish-1.2.0.dist-info/METADATA";
            let deflated = bombs::deflate(site::metadata("1.2.0").as_bytes(), 2);
            replace_newest(
                site,
                form,
                at,
                &bombs::zip(name, &deflated, 2 << 30, 0),
                "whl",
            );
        },
    ),
    (
        "a source distribution, 4 GB",
        Channel::Json,
        |site, form, at| {
            replace_newest(site, form, at, &bombs::sdist(4), "tar.gz");
        },
    ),
];

/// The newest release is this file, with the right hash.
fn replace_newest(site: &mut Site, form: Form, at: &Addresses, body: &[u8], kind: &str) {
    let mut file = site::file(at, "1.2.0", body);
    if kind != "whl" {
        file["filename"] = json!("tomlish-1.2.0.tar.gz");
        file["url"] = json!(format!("{}/files/tomlish-1.2.0.tar.gz", at.of(Host::Files)));
    }
    let path = file["url"].as_str().expect("a URL").to_owned();
    let path = path.replace(at.of(Host::Files), "");
    site::add(site, Host::Files, &path, "application/octet-stream", body);
    let files = [good(at)[0].clone(), file];
    page(site, form, site::json_page("tomlish", &files).as_bytes());
}
