//! `explain` on the conda halves of real files, where they are at hand: what has to hold
//! of every answer, and the facts of each answer in a table.
//!
//! A few of those in the table are looked at; `PRESOLVE_FUZZ=1` looks for all in the folder
//! that are unsolvable, which takes many minutes in a dev build, and prints the rows that
//! the table lacks. The pip lists are left out, as what is on an index changes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Mutex,
};

use presolve::{files::Fence, source::SourceFile};
use serde_json::Value;

use super::{Project, Run};
use crate::random::number;

/// How many of the files are looked at.
const FEW: usize = 4;

/// With more conflicts than these, what is found of them depends on the time for it.
const MANY: usize = 20;

/// The longest line that is no line of the file, in characters.
const LONGEST: usize = 200;

#[test]
fn real_files_are_explained() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let Ok(shared) = shared.canonicalize() else {
        println!("skipped: {} is absent", shared.display());
        return;
    };
    let known = known();
    let all = number("PRESOLVE_FUZZ").is_some();
    let files: Vec<PathBuf> = if all {
        specs(&shared)
    } else {
        let step = known.len().div_ceil(FEW).max(1);
        let names = known.keys().step_by(step);
        names.map(|name| shared.join("specs").join(name)).collect()
    };
    let (facts, failed) = (Mutex::default(), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for part in 0..2 {
            let (shared, files, facts, failed) = (&shared, &files, &facts, &failed);
            scope.spawn(move || {
                for file in files.iter().skip(part).step_by(2) {
                    let name = file.file_name().expect("a name").to_string_lossy();
                    let look = || Looking::at(shared, file).and_then(|file| file.facts());
                    match std::panic::catch_unwind(look) {
                        Ok(None) => {}
                        Ok(Some(found)) => {
                            let mut facts = facts.lock().expect("no panic");
                            BTreeMap::insert(&mut facts, name.into_owned(), found);
                        }
                        Err(_) => failed.lock().expect("no panic").push(name.into_owned()),
                    }
                }
            });
        }
    });
    let (facts, failed) = (facts.into_inner(), failed.into_inner());
    let facts: BTreeMap<String, String> = facts.expect("no panic");
    let mut differing = Vec::new();
    for (name, facts) in &facts {
        match known.get(name) {
            Some(known) if facts == known => {}
            Some(_) => differing.push(format!("{name}\t{facts}")),
            // What has to hold was checked; the row is to be looked at and added.
            None => println!("not in the table: {name}\t{facts}"),
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    // Behind the rows, which took long to come by.
    assert_eq!(failed.expect("no panic"), Vec::<String>::new());
    let gone = known.keys().filter(|name| !facts.contains_key(*name));
    assert!(!all || gone.count() == 0);
    assert!(all || facts.len() == files.len());
}

fn specs(shared: &Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(shared.join("specs")).expect("readable");
    let mut files: Vec<PathBuf> = folder.map(|file| file.expect("readable").path()).collect();
    files.retain(|file| file.extension().is_none_or(|end| end != "tsv"));
    files.sort();
    files
}

/// The rows of the table, by file.
fn known() -> BTreeMap<String, String> {
    let table = include_str!("explain_real.tsv");
    let rows = table.lines().filter_map(|row| row.split_once('\t'));
    rows.map(|(name, facts)| (name.to_string(), facts.to_string()))
        .collect()
}

/// A file in a folder of its own.
struct Looking {
    project: Project,
    /// The conda half.
    text: String,
}

impl Looking {
    /// None where the file cannot be read.
    fn at(shared: &Path, file: &Path) -> Option<Self> {
        let text = conda_half(SourceFile::read(file, &Fence::none()).ok()?.text());
        let project = Project::new(&text);
        let channels = shared.join("channels").display().to_string();
        let defaults = format!("['{channels}/pkgs/main', '{channels}/pkgs/r']");
        let machine = "['__glibc=2.35', '__linux=5.15', '__archspec=1=x86_64_v3']";
        project.change("channel-alias", Some(&format!("'{channels}'")));
        project.change("default-channels", Some(&defaults));
        project.change("virtual-packages", Some(machine));
        Some(Self { project, text })
    }

    /// What is known of a file that cannot be solved, in one line.
    fn facts(&self) -> Option<String> {
        let run = self.project.run(&["explain", "--format", "json"]);
        if run.code != 1 {
            return None;
        }
        let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let is_many = lists(&json["conflicts"]).count() > MANY;
        // The prediction of the cost has a limit of its own, which a slow machine meets.
        let may_be_left = |what: &Value| what == "cost" || is_many;
        assert!(lists(&json["left_out"]).all(may_be_left), "{run}");
        let human = self.project.run(&["explain"]);
        assert_eq!(human.code, 1, "{human}");
        self.check_text(&human);
        self.check_conflicts(&json);
        self.check_fixes(&json);
        let lines = human.stdout.lines();
        let lines = lines.take_while(|line| !line.starts_with("apply one with"));
        let groups = lists(&json["conflicts"]).map(|conflict| self.numbers(&json, conflict));
        let groups: Vec<String> = groups.collect();
        let kinds = lists(&json["fixes"]).map(|fix| {
            let edits = lists(&fix["edits"]);
            let kinds = edits.map(|edit| edit["kind"].as_str().expect("a text").to_string());
            kinds.collect::<Vec<_>>().join("+")
        });
        let kinds: Vec<String> = kinds.collect();
        let gone = json["gone_builds"]["lines"].as_array().map_or(0, Vec::len);
        if is_many {
            return Some(format!("builds {gone}, more than {MANY} conflicts"));
        }
        let (count, groups) = (groups.len(), groups.join(" | "));
        Some(format!(
            "builds {gone}, conflicts {count}: {groups}; fixes {}: {}; {} lines",
            kinds.len(),
            kinds.join(" | "),
            lines.filter(|line| !line.is_empty()).count(),
        ))
    }

    /// The lines of the file that a conflict is about.
    fn numbers(&self, json: &Value, conflict: &Value) -> String {
        let numbers = lists(&conflict["lines"]).map(|line| {
            let declared = &json["declared"][line.as_u64().expect("a place") as usize];
            let place = &declared["place"];
            let (start, end) = (&place["span"]["start"], &place["span"]["end"]);
            let of = |value: &Value| value.as_u64().expect("a number") as usize;
            assert_eq!(place["file"], "environment.yml");
            assert!(!self.text[of(start)..of(end)].trim().is_empty(), "{place}");
            let number = of(&place["line"]);
            assert!(number <= self.text.lines().count(), "{place}");
            number.to_string()
        });
        numbers.collect::<Vec<_>>().join(",")
    }

    fn check_text(&self, run: &Run) {
        for line in run.stdout.lines().chain(run.stderr.lines()) {
            let is_quoted = line.contains(" | ") || line.contains("-->");
            assert!(is_quoted || line.chars().count() <= LONGEST, "{line}");
            assert!(!line.contains("file://"), "{line}");
            for (at, _) in line.match_indices("://") {
                let host = line[at + 3..]
                    .split(['/', ' ', '`'])
                    .next()
                    .unwrap_or_default();
                assert!(!host.contains('@') || host.contains("****"), "{line}");
            }
        }
    }

    /// A conflict is one of its lines alone, and without any one of them there is none.
    fn check_conflicts(&self, json: &Value) {
        let conflicts = &json["conflicts"];
        let gone = !json["gone_builds"].is_null();
        assert!(gone || lists(conflicts).count() > 0, "{json}");
        // Where the builds were taken out, the conflicts are those of another file.
        for conflict in lists(conflicts).filter(|_| !gone) {
            assert_eq!(conflict["minimal"], true, "{conflict}");
            let numbers = self.numbers(json, conflict);
            let lines: Vec<usize> = numbers
                .split(',')
                .map(|number| number.parse().expect("a number"))
                .collect();
            let all: Vec<usize> = lists(&json["declared"])
                .filter_map(|line| line["place"]["line"].as_u64())
                .map(|line| line as usize)
                .collect();
            let only = |kept: &[usize]| {
                let numbered = self.text.lines().enumerate();
                let kept = numbered.filter(|(place, _)| {
                    !all.contains(&(place + 1)) || kept.contains(&(place + 1))
                });
                kept.map(|(_, line)| format!("{line}\n"))
                    .collect::<String>()
            };
            assert_ne!(self.pin(&only(&lines)).code, 0, "{conflict}");
            for &without in lines.iter().filter(|_| lines.len() > 1) {
                let kept: Vec<usize> = lines.iter().copied().filter(|&l| l != without).collect();
                let run = self.pin(&only(&kept));
                assert_eq!(run.code, 0, "without line {without}: {conflict}\n{run}");
            }
        }
    }

    /// Every fix gives a file that can be pinned.
    fn check_fixes(&self, json: &Value) {
        for fix in lists(&json["fixes"]) {
            let diff = fix["diff"].as_str().expect("a text");
            let run = self.pin(&patched(&self.text, diff));
            assert_eq!(run.code, 0, "{diff}\n{run}");
        }
    }

    /// What `pin` says of another text of the file.
    fn pin(&self, text: &str) -> Run {
        self.project.write("changed.yml", text);
        self.project.pin(&["changed.yml", "-o", "pinned.yml"])
    }
}

fn lists(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A file without its pip list.
fn conda_half(text: &str) -> String {
    let mut kept = String::new();
    let mut list: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let is_blank = line.trim().is_empty() || line.trim_start().starts_with('#');
        if list.is_some_and(|list| is_blank || indent > list) {
            continue;
        }
        let entry = line.trim_start().strip_prefix('-').map(str::trim);
        let is_list = entry.is_some_and(|entry| entry.starts_with("pip:"));
        list = is_list.then_some(indent);
        if !is_list {
            kept += line;
        }
    }
    kept
}

/// A text with the changes of a unified diff.
fn patched(text: &str, diff: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (mut patched, mut at) = (String::new(), 0);
    for line in diff.split_inclusive('\n').skip(2) {
        match line.as_bytes()[0] {
            b'@' => {
                let start = line.split(['-', ',', ' ']).nth(2).expect("a number");
                let start: usize = start.parse().expect("a number");
                patched.extend(lines[at..start - 1].iter().copied());
                at = start - 1;
            }
            b'+' => patched += &line[1..],
            b'-' => at += 1,
            b' ' => {
                patched += lines[at];
                at += 1;
            }
            _ => {}
        }
    }
    patched.extend(lines[at..].iter().copied());
    patched
}

#[test]
fn a_diff_can_be_made_good() {
    let text = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj";
    let diff = "--- x\n+++ y\n@@ -1,4 +1,4 @@\n a\n-b\n+B\n c\n d\n@@ -9,2 +9,1 @@\n i\n-j\n";
    assert_eq!(patched(text, diff), "a\nB\nc\nd\ne\nf\ng\nh\ni\n");
}
