use super::*;

fn changed(name: &str, before: Option<&str>, after: Option<&str>, kind: Kind) -> PackageChange {
    let state = |version: &str| State {
        version: Some(version.to_owned()),
        build: Some("h0_0".to_owned()),
        channel: None,
        hashes: Vec::new(),
        declared: Some(name.to_owned()),
    };
    PackageChange {
        half: Half::Conda,
        name: name.to_owned(),
        is_declared: true,
        kind,
        before: before.map(state),
        after: after.map(state),
        ended: Vec::new(),
        began: Vec::new(),
    }
}

fn compared(packages: Vec<PackageChange>) -> Compared {
    Compared {
        before: "HEAD:environment.yml".to_owned(),
        after: "environment.yml".to_owned(),
        changes: Changes {
            packages,
            platform: None,
            channels: None,
            options: None,
        },
    }
}

#[test]
fn foreign_text_stays_in_its_code_span() {
    let name = "a`|<img src=x>\n# @owner";
    let text = markdown::render(&[compared(vec![changed(name, None, Some("1"), Kind::Added)])]);
    let row = text.lines().last().unwrap_or_default();
    assert_eq!(row.matches('`').count(), 4, "{row}");
    assert!(row.starts_with("| `a'\\|<img src=x>"), "{row}");
    assert!(row.ends_with("| `1` | added |"), "{row}");
}

#[test]
fn the_totals_count_each_kind() {
    let packages = vec![
        changed("a", Some("1"), Some("2"), Kind::Upgraded),
        changed("b", Some("1"), Some("2"), Kind::Upgraded),
        changed("c", Some("1"), None, Kind::Removed),
    ];
    assert_eq!(totals(&compared(packages).changes), "2 upgraded, 1 removed");
    assert_eq!(totals(&Changes::default()), "no difference");
}

#[test]
fn a_build_is_shown_only_where_it_is_the_difference() {
    let rebuilt = changed("a", Some("1"), Some("1"), Kind::Rebuilt);
    assert_eq!(states(&rebuilt).1, "1=h0_0");
    let upgraded = changed("a", Some("1"), Some("2"), Kind::Upgraded);
    assert_eq!(states(&upgraded), ("1".to_owned(), "2".to_owned()));
}
