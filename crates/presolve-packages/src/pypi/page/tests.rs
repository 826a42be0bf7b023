use std::str::FromStr;

use super::*;

fn name() -> PackageName {
    PackageName::from_str("a").unwrap()
}

fn base() -> Url {
    Url::parse("https://me:secret@host/t/token/simple/a/").unwrap()
}

fn link<'a>(filename: &'a str, url: &'a str) -> Link<'a> {
    Link {
        filename: filename.into(),
        url: url.into(),
        ..Link::default()
    }
}

/// Two releases, the second one with a wheel and a source distribution.
fn links() -> Vec<Link<'static>> {
    let hashes = |value: &str| BTreeMap::from([("sha256".to_owned(), value.to_owned())]);
    let file = "a-2.0-1b-cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
    let hash = "0123456789abcdef".repeat(4);
    let url = format!("https://files/packages/aa/bb/{hash}/{file}");
    vec![
        Link {
            requires_python: Some(">=3.6.*".into()),
            yanked: Some("broken".into()),
            hashes: hashes(&hash),
            metadata: Some(hashes("odd")),
            upload_time: Some("2022-01-02T03:04:05.678Z".parse().unwrap()),
            url: url.into(),
            ..link(file, "")
        },
        link("a-2.0.tar.gz", "https://files/packages/a%2D2.0.tar.gz"),
        Link {
            metadata: Some(BTreeMap::new()),
            hashes: BTreeMap::from([("md5".to_owned(), "00ff".to_owned())]),
            upload_time: Some("1969-12-31T23:59:58.5Z".parse().unwrap()),
            ..link("a-1.0.zip", "../../files/a-1.0.zip")
        },
    ]
}

fn encoded() -> Vec<u8> {
    CompactPage::encode(&name(), &base(), None, &links())
}

fn decoded(bytes: Vec<u8>) -> Option<Project> {
    CompactPage::decode(bytes, &base(), None).map(|decoded| decoded.project)
}

fn files(project: &Project) -> Vec<Arc<Distribution>> {
    let releases = project.releases.values();
    releases
        .flat_map(|release| release.files().to_vec())
        .collect()
}

#[test]
fn a_page_comes_back() {
    let project = decoded(encoded()).unwrap();
    let versions: Vec<_> = project.releases.keys().map(ToString::to_string).collect();
    assert_eq!(versions, ["1.0", "2.0"]);
    let [old, wheel, source] = &files(&project)[..] else {
        panic!("{project:?}");
    };
    let expected = &links()[0];
    assert_eq!(wheel.filename, expected.filename);
    assert_eq!(wheel.url.as_str(), expected.url);
    assert_eq!(wheel.hashes, expected.hashes);
    assert_eq!(Some(&wheel.metadata_hashes), expected.metadata.as_ref());
    assert!(wheel.has_metadata_file && !source.has_metadata_file);
    assert_eq!(wheel.yanked.as_deref(), Some("broken"));
    assert_eq!(wheel.upload_time, expected.upload_time);
    let support = &wheel.support;
    assert_eq!(
        support.requires_python.as_ref().unwrap().to_string(),
        ">=3.6"
    );
    let DistributionKind::Wheel(tags) = &support.kind else {
        panic!("{support:?}");
    };
    assert_eq!(tags.python, ["cp310"]);
    assert_eq!(tags.platform.len(), 2);
    assert_eq!(tags.build, Some((1, "b".to_owned())));
    assert_eq!(source.url.as_str(), "https://files/packages/a%2D2.0.tar.gz");
    assert!(old.has_metadata_file && old.metadata_hashes.is_empty());
    assert_eq!(old.hashes["md5"], "00ff");
    assert_eq!(old.upload_time, links()[2].upload_time);
    assert_eq!(
        old.url.as_str(),
        "https://me:secret@host/t/token/files/a-1.0.zip"
    );
}

#[test]
fn the_listing_is_known_without_the_files() {
    let project = decoded(encoded()).unwrap();
    let release = project.releases.values().next_back().unwrap();
    let listing: Vec<_> = release
        .listing()
        .iter()
        .map(|listed| (listed.support.is_wheel(), listed.is_yanked))
        .collect();
    assert_eq!(listing, [(true, true), (false, false)]);
}

#[test]
fn releases_with_equal_files_share_a_listing() {
    let names: Vec<_> = (0..9).map(|n| format!("a-{n}-py3-none-any.whl")).collect();
    let links: Vec<_> = names.iter().map(|name| link(name, name)).collect();
    let project = decoded(CompactPage::encode(&name(), &base(), None, &links)).unwrap();
    let mut releases = project.releases.values();
    let first = releases.next().unwrap();
    assert_eq!(releases.clone().count(), 8);
    assert!(releases.all(|release| Arc::ptr_eq(release.listing(), first.listing())));
}

#[test]
fn the_last_file_of_a_name_counts_and_files_of_others_do_not() {
    let links = [
        link("a-1.0.zip", "first"),
        link("b-1.0.zip", "b"),
        link("a-1.0.egg", "egg"),
        link("a-1.0.zip", "second"),
        link("a-2.0.zip", "file:///a-2.0.zip"),
        link("a-3.0.zip", "javascript:0"),
    ];
    let project = decoded(CompactPage::encode(&name(), &base(), None, &links)).unwrap();
    let urls: Vec<_> = files(&project)
        .iter()
        .map(|file| file.url.path().to_owned())
        .collect();
    assert_eq!(urls, ["/t/token/simple/a/second"]);
}

#[test]
fn links_are_relative_to_the_base_that_the_page_declares() {
    let links = [link("a-1.0.zip", "a-1.0.zip")];
    let bytes = CompactPage::encode(&name(), &base(), Some("../files/"), &links);
    assert_eq!(
        files(&decoded(bytes).unwrap())[0].url.path(),
        "/t/token/simple/files/a-1.0.zip"
    );
}

#[test]
fn a_version_with_a_normal_form_that_is_too_long_is_left_out() {
    let long = format!("a-1.{}-1.zip", "1.".repeat(253) + "1");
    let links = [link(&long, "long"), link("a-1.0.zip", "short")];
    assert!(filename::parse(&name(), &long).is_some());
    let project = decoded(CompactPage::encode(&name(), &base(), None, &links)).unwrap();
    assert_eq!(project.releases.len(), 1);
}

#[test]
fn credentials_are_not_in_the_bytes() {
    let bytes = CompactPage::encode(&name(), &base(), Some("../files/"), &links());
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("secret") && !text.contains("token"));
}

#[test]
fn a_page_without_files_comes_back() {
    let bytes = CompactPage::encode(&name(), &base(), None, &[]);
    assert!(decoded(bytes).unwrap().releases.is_empty());
}

#[test]
fn a_truncated_or_extended_page_is_refused() {
    let bytes = encoded();
    for end in 0..bytes.len() {
        assert!(decoded(bytes[..end].to_vec()).is_none(), "{end}");
    }
    assert!(decoded([&bytes[..], &[0]].concat()).is_none());
}

#[test]
fn a_page_of_another_layout_or_of_hostile_sizes_is_refused() {
    let bytes = encoded();
    let other = u8::try_from(LAYOUT).unwrap() + 1;
    assert!(decoded([&[other], &bytes[1..]].concat()).is_none());
    // No href, no prefix, and 2^60 supports.
    let mut hostile = Writer::default();
    hostile.number(LAYOUT);
    hostile.number(0);
    hostile.text("");
    hostile.number(1 << 60);
    assert!(decoded(hostile.0).is_none());
}

#[test]
fn a_flipped_bit_is_never_a_panic() {
    let bytes = encoded();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Some(project) = decoded(flipped) {
            files(&project);
        }
    }
}
