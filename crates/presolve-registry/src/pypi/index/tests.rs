use std::str::FromStr;

use super::*;
use presolve_packages::pypi::Distribution;

fn name(text: &str) -> PackageName {
    PackageName::from_str(text).unwrap()
}

fn base() -> Url {
    Url::parse("https://me:secret@host/simple/a/").unwrap()
}

fn page(body: &[u8]) -> Page {
    Page {
        body: body.to_vec(),
        content_type: String::new(),
        url: base(),
    }
}

/// The files of a page of links, with their versions.
fn files(body: &[u8]) -> Vec<(String, Arc<Distribution>)> {
    let project = read_links(&name("a"), None, &page(body)).unwrap();
    let releases = project.releases.iter();
    let files = releases.flat_map(|(version, release)| {
        let files = release.files().iter().cloned();
        files.map(move |file| (version.to_string(), file))
    });
    files.collect()
}

#[test]
fn a_json_page_is_read() {
    let page = br##"{"meta": {"api-version": "1.1"}, "name": "a", "versions": ["1.0"], "files": [
        {"filename": "a-1.0-py3-none-any.whl", "url": "../../files/a-1.0-py3-none-any.whl",
         "hashes": {"sha256": "AB"}, "requires-python": ">=3.6.*", "size": 3,
         "core-metadata": {"sha256": "CD"}, "dist-info-metadata": false,
         "upload-time": "2022-01-02T03:04:05.678Z", "yanked": "broken"},
        {"filename": "a-1.0.tar.gz", "url": "https://files.host/a-1.0.tar.gz", "hashes": {},
         "requires-python": "nonsense", "dist-info-metadata": true, "yanked": false},
        {"filename": "a-1.0-py3.6.egg", "url": "a-1.0-py3.6.egg", "hashes": {}}]}"##;
    let files = files(page);
    let [(version, wheel), (_, source)] = &files[..] else {
        panic!("{files:?}");
    };
    assert_eq!(version, "1.0");
    assert_eq!(
        wheel.url.as_str(),
        "https://me:secret@host/files/a-1.0-py3-none-any.whl"
    );
    assert_eq!(wheel.hashes["sha256"], "ab");
    assert_eq!(wheel.metadata_hashes["sha256"], "cd");
    assert_eq!(wheel.yanked.as_deref(), Some("broken"));
    assert_eq!(
        wheel.support.requires_python.as_ref().unwrap().to_string(),
        ">=3.6"
    );
    assert!(wheel.upload_time.is_some());
    assert_eq!(source.url.as_str(), "https://files.host/a-1.0.tar.gz");
    assert!(source.support.requires_python.is_none() && source.yanked.is_none());
    assert!(source.has_metadata_file && source.metadata_hashes.is_empty());
}

#[test]
fn an_html_page_is_read() {
    let page = br##"<!DOCTYPE html><html><head><base href="https://host/files/"></head><body>
        <a href="a-1.0%2Bcu113-cp310-cp310-linux_x86_64.whl#sha256=AB"
           data-requires-python="&gt;=3.6" data-dist-info-metadata="sha256=CD"
           data-yanked="">a-1.0+cu113-cp310-cp310-linux_x86_64.whl</a>
        <a href="/other/a-1.0.zip" data-core-metadata="true">a</a>
        <a href="b-1.0.zip">b</a><a>none</a>
        </body></html>"##;
    let files = files(page);
    let [(_, source), (version, wheel)] = &files[..] else {
        panic!("{files:?}");
    };
    assert_eq!(version, "1.0+cu113");
    assert!(wheel.support.is_wheel() && wheel.index.is_none());
    assert_eq!(
        wheel.support.requires_python.as_ref().unwrap().to_string(),
        ">=3.6"
    );
    assert_eq!(wheel.hashes["sha256"], "ab");
    assert_eq!(wheel.metadata_hashes["sha256"], "cd");
    assert_eq!(wheel.yanked.as_deref(), Some(""));
    assert_eq!(source.url.as_str(), "https://host/other/a-1.0.zip");
    assert!(source.has_metadata_file);
}

#[test]
fn what_is_no_page_is_an_error() {
    assert!(read_links(&name("a"), None, &page(b"{\"files\": <html>")).is_err());
    assert!(files(b"\xff\x00<a href=").is_empty());
}

#[test]
fn a_folder_is_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for filename in [
        "a-2.0.tar.gz",
        "a-1.0-py3-none-any.whl",
        "b-1.0.tar.gz",
        "x",
    ] {
        std::fs::write(folder.path().join(filename), "").unwrap();
    }
    let project = read_folder(&name("a"), None, folder.path()).unwrap();
    let files = project
        .releases
        .values()
        .flat_map(|release| release.files());
    let found: Vec<_> = files.map(|file| &file.filename[..]).collect();
    assert_eq!(found, ["a-1.0-py3-none-any.whl", "a-2.0.tar.gz"]);
}
