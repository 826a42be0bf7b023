//! The links of the documentation lead somewhere.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages: those of the root, of `docs`, and the READMEs and rule pages elsewhere.
fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["docs", "crates", "benches", "tests", "pre-commit", "recipe"] {
        below(&root().join(folder), &mut found);
    }
    let own = std::fs::read_dir(root()).expect("readable");
    let own = own.map(|entry| entry.expect("readable").path());
    found.extend(own.filter(|path| is_page(path)));
    assert!(found.len() > 200, "{}", found.len());
    found
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "md")
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        match entry.expect("readable").path() {
            path if path.is_dir() => below(&path, found),
            path if is_page(&path) => found.push(path),
            _ => {}
        }
    }
}

/// The text without its code blocks and code spans.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let parts = text.split('`').enumerate();
    // A code span leaves its marks, so that the name of a heading does not change.
    let parts = parts.map(|(index, part)| {
        if index % 2 == 1 {
            part.replace("](", "")
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The targets of inline links, without titles.
fn targets(prose: &str) -> Vec<&str> {
    let parts = prose.split("](").skip(1);
    let targets = parts.filter_map(|part| part.split([')', ' ', '\n']).next());
    targets.collect()
}

/// The names of the headings, as GitHub makes them: in lower case, with dashes for spaces and
/// without other punctuation.
fn anchors(prose: &str) -> Vec<String> {
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let texts = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    texts
        .map(|text| {
            let kept = text
                .chars()
                .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    let mut count = 0;
    let mut broken = Vec::new();
    for page in pages() {
        let text = prose(&std::fs::read_to_string(&page).expect("readable"));
        for target in targets(&text) {
            if target.contains(':') {
                continue;
            }
            count += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() {
                page.clone()
            } else {
                page.parent().expect("a folder").join(path)
            };
            let is_there = file.exists() && {
                let is_anchor = || {
                    let text = std::fs::read_to_string(&file).expect("a page");
                    anchors(&prose(&text)).iter().any(|name| name == anchor)
                };
                anchor.is_empty() || is_anchor()
            };
            if !is_there {
                let page = page.strip_prefix(root()).expect("below").display();
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(count > 100, "{count}");
}

#[test]
fn links_and_headings_are_found() {
    let text =
        "# What `pin` does, and why\n[a](b.md#c \"d\") `[x](y)`\n```text\n[z](q)\n# no\n```\n";
    let prose = prose(text);
    assert_eq!(targets(&prose), ["b.md#c"]);
    assert_eq!(anchors(&prose), ["what-pin-does-and-why"]);
}

#[test]
fn the_site_has_a_place_for_every_page() {
    let settings = std::fs::read_to_string(root().join("docs/zensical.toml")).expect("is there");
    let mut pages = Vec::new();
    below(&root().join("docs"), &mut pages);
    for page in pages {
        let name = page.strip_prefix(root().join("docs")).expect("below");
        // Pages for contributors are read in the repository.
        if name.starts_with("internals") {
            continue;
        }
        let name = name.to_string_lossy().replace("README.md", "index.md");
        let entry = format!("\"{name}\"");
        assert!(settings.contains(&entry), "{name} is not in `nav`");
    }
}
