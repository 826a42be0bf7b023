//! The page of `explain --html`: that it is well-formed, holds all that it shows and
//! says all that there is; and how it looks in a browser, if this machine has one.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use html5gum::{Token, Tokenizer, emitters::default::DefaultEmitter};

use super::{Project, check_cases, explain_formats::unsolvable};

fn page(project: &Project) -> String {
    page_with(project, &[])
}

fn page_with(project: &Project, arguments: &[&str]) -> String {
    let html = ["explain", "--format", "dot", "--html", "report.html"];
    let run = project.run(&[&html, arguments].concat());
    let told = "Wrote the explanation to report.html";
    assert!(run.stderr.contains(told), "{run}");
    project.read("report.html")
}

fn pages() -> Vec<(&'static str, String)> {
    let mut pages: Vec<_> = unsolvable()
        .iter()
        .map(|(name, project)| (*name, page(project)))
        .collect();
    pages.push((
        "solvable",
        page(&Project::of(&["python", "pip:", "oldflow"])),
    ));
    // What helps is looked for only where a build would fail.
    let slow = check_cases::long_chain("link0");
    let failing = page_with(&slow, &["--build-time", "5s"]);
    assert!(failing.contains("times out") && failing.contains("What would help"));
    pages.push(("times out", failing));
    pages
}

/// The start tags of a page with their attributes, and its text.
struct Parsed {
    tags: Vec<(String, Vec<(String, String)>)>,
    text: String,
}

impl Parsed {
    /// Fails on what the HTML standard calls a parse error, and on a tag that is left
    /// open or closed in the wrong order.
    fn of(name: &str, page: &str) -> Self {
        let mut parsed = Self {
            tags: Vec::new(),
            text: String::new(),
        };
        let mut open: Vec<String> = Vec::new();
        let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        // A style sheet is no markup.
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(page, emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let tag_name = utf8(&tag.name);
                    let attributes = tag.attributes.iter();
                    let attributes = attributes.map(|(key, value)| (utf8(key), utf8(value)));
                    parsed.tags.push((tag_name.clone(), attributes.collect()));
                    if tag_name != "meta" {
                        open.push(tag_name);
                    }
                }
                Token::EndTag(tag) => {
                    assert_eq!(open.pop(), Some(utf8(&tag.name)), "{name}: tags cross");
                }
                Token::String(text) => parsed.text += &utf8(&text),
                Token::Error(error) => panic!("{name}: {error:?}"),
                Token::Comment(_) | Token::Doctype(_) => {}
            }
        }
        assert!(open.is_empty(), "{name}: {open:?} stay open");
        parsed
    }

    fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.tags.iter().flat_map(|(_, attributes)| attributes);
        all.map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[test]
fn a_page_is_well_formed_and_holds_all_that_it_shows() {
    for (name, page) in pages() {
        let parsed = Parsed::of(name, &page);
        let mut ids = HashSet::new();
        for (_, id) in parsed.attributes().filter(|(key, _)| *key == "id") {
            assert!(ids.insert(id), "{name}: two have the id {id}");
        }
        for (key, value) in parsed.attributes() {
            match key {
                "href" => assert!(ids.contains(&value[1..]), "{name}: {value} leads nowhere"),
                "aria-labelledby" => {
                    assert!(
                        value.split(' ').all(|id| ids.contains(id)),
                        "{name}: {value}"
                    );
                }
                "src" | "srcset" | "action" | "style" => panic!("{name}: {key}={value}"),
                _ => assert!(!key.starts_with("on"), "{name}: {key} runs something"),
            }
        }
        let tags: HashSet<&str> = parsed.tags.iter().map(|(tag, _)| tag.as_str()).collect();
        for tag in ["script", "link", "img", "iframe", "object", "base", "form"] {
            assert!(!tags.contains(tag), "{name}: <{tag}>");
        }
        for fetching in ["@import", "url(", "@font-face"] {
            assert!(!page.contains(fetching), "{name}: {fetching}");
        }
        for needed in ["title", "main", "header", "h1"] {
            assert!(tags.contains(needed), "{name}: no <{needed}>");
        }
    }
}

#[test]
fn a_page_says_all_that_the_json_says() {
    for (name, project) in unsolvable() {
        let text = Parsed::of(name, &page(&project)).text.replace('`', "");
        let run = project.run(&["explain", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        let list = |value: &serde_json::Value| value.as_array().expect("a list").clone();
        let says = |what: &serde_json::Value| {
            let what = what.as_str().expect("a text").replace('`', "");
            assert!(text.contains(&what), "{name}: {what}\n{text}");
        };
        assert!(!list(&json["conflicts"]).is_empty());
        for conflict in list(&json["conflicts"]) {
            for line in list(&conflict["lines"]) {
                let line = usize::try_from(line.as_u64().expect("a number")).expect("small");
                says(&json["declared"][line]["text"]);
            }
            for missing in list(&conflict["missing"]) {
                says(&missing["package"]["name"]);
            }
            for case in list(&conflict["cases"]) {
                if !list(&conflict["missing"]).is_empty() {
                    continue;
                }
                list(&case["facts"]).iter().for_each(says);
                list(&case["ruled_out"])
                    .iter()
                    .for_each(|out| says(&out["reason"]));
            }
        }
        assert!(json["cost"].is_object(), "{name}");
        for fix in list(&json["fixes"]) {
            for edit in list(&fix["edits"]) {
                let words = edit["words"].as_str().expect("a text");
                says(&words.into());
            }
            let diff = fix["diff"].as_str().expect("a text").lines().skip(2);
            diff.for_each(|line| says(&line.into()));
            says(&format!("presolve explain environment.yml --apply {}", fix["number"]).into());
        }
    }
}

#[test]
fn texts_of_the_file_are_no_markup() {
    let all = pages();
    let (name, page) = all
        .iter()
        .find(|(name, _)| *name == "odd texts")
        .expect("is there");
    let parsed = Parsed::of(name, page);
    assert!(
        parsed
            .tags
            .iter()
            .all(|(tag, _)| tag != "b" && tag != "script")
    );
    assert!(parsed.text.contains("# é & <b>"), "{}", parsed.text);
}

#[test]
fn an_old_page_is_replaced_in_one_step_and_a_bad_path_is_said() {
    let (_, project) = unsolvable().swap_remove(0);
    project.write("report.html", "old");
    let before = project.files();
    let page = page(&project);
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert_eq!(project.files(), before);
    let run = project.run(&["explain", "--html", "no/such/folder/report.html"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr
            .contains("cannot write `no/such/folder/report.html`"),
        "{run}"
    );
}

/// What looks at the pages in the browser.
const CHECKER: &str = include_str!("explain_page.js");

/// A browser of this machine that can be run without a screen.
fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// What the checker says of the pages: the scheme that it saw, then one problem a line.
fn look(browser: &Path, folder: &Path, pages: &[(&str, String)], dark: bool) -> String {
    let pages = serde_json::to_string(pages)
        .expect("JSON")
        .replace("</", "<\\/");
    let harness = format!(
        "<!DOCTYPE html><meta charset=utf-8><pre id=said></pre><script>const pages={pages};\n{CHECKER}</script>"
    );
    let file = folder.join("harness.html");
    std::fs::write(&file, harness).expect("writable");
    let scheme = if dark { 0 } else { 1 };
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1400,900",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .args(["--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let dom = String::from_utf8_lossy(&output.stdout);
    let said = dom.split("<pre id=\"said\">").nth(1);
    let said = said.and_then(|said| said.split("</pre>").next());
    let log = String::from_utf8_lossy(&output.stderr);
    said.unwrap_or_else(|| panic!("the browser said nothing: {dom}\n{log}"))
        .to_owned()
}

#[test]
fn a_page_looks_right_in_a_browser_light_and_dark() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium on this machine to look at the pages with");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let pages = pages();
    for (dark, scheme) in [(false, "light"), (true, "dark")] {
        let said = look(&browser, folder.path(), &pages, dark);
        let looked = format!("{scheme}: looked at {} pages", 2 * pages.len());
        assert_eq!(said, looked, "in the {scheme} scheme");
    }
}
