use std::collections::BTreeMap;

use super::*;

fn settings(conf: &str, variables: &[(&str, &str)]) -> Result<IndexSettings, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pip.conf");
    std::fs::write(&file, conf).unwrap();
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    IndexSettings::from_sources(&[file], &variable)
}

#[test]
fn without_settings_there_is_pypi() {
    let indexes = settings("", &[]).unwrap().indexes();
    assert_eq!(indexes[0].as_str(), "https://pypi.org/simple");
    assert_eq!(indexes.len(), 1);
}

#[test]
fn files_are_read_and_variables_win() {
    let conf = "# comment\n[global]\nindex-url = https://one.host/simple\n\
        extra-index-url =\n    https://two.host/simple\n    https://three.host/simple\n\
        timeout = 60\n[install]\npre = yes\nno_binary = a\n[freeze]\nindex-url = x y\n";
    let read = settings(
        conf,
        &[
            ("PIP_INDEX_URL", "https://user:pass@four.host/simple"),
            ("PIP_FIND_LINKS", "/wheels https://five.host/links.html"),
            ("PIP_ONLY_BINARY", "a,b"),
        ],
    )
    .unwrap();
    let indexes: Vec<_> = read.indexes().iter().map(Url::to_string).collect();
    assert_eq!(
        indexes,
        [
            "https://user:pass@four.host/simple",
            "https://two.host/simple",
            "https://three.host/simple"
        ]
    );
    let links: Vec<_> = read.find_links.iter().map(Url::as_str).collect();
    assert_eq!(links, ["file:///wheels", "https://five.host/links.html"]);
    assert!(read.releases.all_releases.all && !read.prefer_binary);
    assert!(read.formats.no_binary.named.is_empty());
    assert_eq!(read.formats.only_binary.named.len(), 2);
}

#[test]
fn errors_name_their_place() {
    let error = settings("[global]\n\n[install]\npre = perhaps\n", &[]).unwrap_err();
    assert!(error.to_string().contains("pip.conf:4"), "{error}");
    let error = settings("", &[("PIP_INDEX_URL", "ftp://me:secret@host/")]).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("PIP_INDEX_URL") && !text.contains("secret"),
        "{text}"
    );
    assert!(settings("[global\n", &[]).is_err());
}

#[test]
fn no_index_leaves_none() {
    let read = settings("", &[("PIP_NO_INDEX", "1")]).unwrap();
    assert!(read.indexes().is_empty());
}
