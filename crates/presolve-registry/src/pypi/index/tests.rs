use std::str::FromStr;

use super::*;
use presolve_packages::pypi::DistributionKind;

fn name(text: &str) -> PackageName {
    PackageName::from_str(text).unwrap()
}

fn base() -> Url {
    Url::parse("https://me:secret@host/simple/a/").unwrap()
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
    let files = parse_json(&name("a"), &base(), page).unwrap();
    let [(version, wheel), (_, source)] = &files[..] else {
        panic!("{files:?}");
    };
    assert_eq!(version.to_string(), "1.0");
    assert_eq!(
        wheel.url.as_str(),
        "https://me:secret@host/files/a-1.0-py3-none-any.whl"
    );
    assert_eq!(wheel.hashes["sha256"], "ab");
    assert_eq!(wheel.metadata_hashes["sha256"], "cd");
    assert_eq!(wheel.yanked.as_deref(), Some("broken"));
    assert_eq!(wheel.requires_python.as_ref().unwrap().to_string(), ">=3.6");
    assert!(wheel.upload_time.is_some());
    assert_eq!(source.url.as_str(), "https://files.host/a-1.0.tar.gz");
    assert!(source.requires_python.is_none() && source.yanked.is_none());
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
    let files = Html::parse(&name("a"), &base(), page).files;
    let [(version, wheel), (_, source)] = &files[..] else {
        panic!("{files:?}");
    };
    assert_eq!(version.to_string(), "1.0+cu113");
    assert!(matches!(wheel.kind, DistributionKind::Wheel(_)));
    assert_eq!(wheel.requires_python.as_ref().unwrap().to_string(), ">=3.6");
    assert_eq!(wheel.hashes["sha256"], "ab");
    assert_eq!(wheel.metadata_hashes["sha256"], "cd");
    assert_eq!(wheel.yanked.as_deref(), Some(""));
    assert_eq!(source.url.as_str(), "https://host/other/a-1.0.zip");
    assert!(source.has_metadata_file);
}

#[test]
fn what_is_no_page_is_an_error() {
    assert!(parse_json(&name("a"), &base(), b"<html>").is_err());
    let files = Html::parse(&name("a"), &base(), b"\xff\x00<a href=").files;
    assert!(files.is_empty());
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
    let files = read_folder(&name("a"), folder.path()).unwrap();
    let found: Vec<_> = files.iter().map(|(_, file)| &file.filename[..]).collect();
    assert_eq!(found, ["a-1.0-py3-none-any.whl", "a-2.0.tar.gz"]);
}
