//! `check` for programs: each format as those who read it document it.

use insta::assert_snapshot;
use quick_xml::{Reader, events::Event};
use serde_json::Value;

use super::{Project, Run, fixtures};

/// A file whose name and lines hold what the formats take for their own.
const NAME: &str = "my env;a,b]50%.yml";
const NASTY: &str = "\
name: 蛇
dependencies:
  - python=3.11
  - numpy  # 50 % of <it> & ]]> ##vso[task.complete]
  - pip
  - pip:
    - --extra-index-url https://ci:hunter2@pypi.example/simple
    - requests  # presolve: ignore[unpinned-dependency] any \"will\" do
    - flask
prefix: /opt/<a&\"b\"%0A;]::error::x
";
/// Rules that need no other to come, so that new ones change no snapshot.
const RULES: &str = "prefix-in-file,unpinned-dependency,missing-channels,secret-in-url";

fn nasty() -> Project {
    let project = Project::of(&[]);
    project.write(NAME, NASTY);
    project
}

fn check(project: &Project, format: &str, arguments: &[&str]) -> Run {
    let common = ["check", "--no-solve", "--select", RULES, "--format", format];
    project.run(&[&common, arguments].concat())
}

fn text(format: &str) -> String {
    let run = check(&nasty(), format, &[NAME]);
    assert_eq!(run.code, 1, "{run}");
    run.stdout
}

fn parsed(format: &str) -> Value {
    serde_json::from_str(&text(format)).expect("nothing but JSON is printed")
}

pub(super) fn schema(path: &str) -> jsonschema::Validator {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let schema = std::fs::read_to_string(path).expect("is there");
    // SARIF's pattern of `language` closes a bracket that none opened: no regex of ECMA's.
    let schema = schema.replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

pub(super) fn assert_valid(validator: &jsonschema::Validator, document: &Value) {
    let errors: Vec<String> = (validator.iter_errors(document))
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

const JSON_SCHEMA: &str = "crates/presolve-report/src/findings/json/v1.schema.json";

#[test]
fn the_schema_is_the_one_that_is_kept() {
    let run = Project::of(&[]).run(&["check", "--print-schema"]);
    assert_eq!(run.code, 0, "{run}");
    let kept = std::fs::read_to_string(fixtures().join("..").join(JSON_SCHEMA));
    assert!(
        kept.unwrap_or_default() == run.stdout,
        "`presolve check --print-schema > {JSON_SCHEMA}` brings it up to date"
    );
}

#[test]
fn json_is_what_its_schema_says() {
    let validator = schema(JSON_SCHEMA);
    let mut document = parsed("json");
    assert_valid(&validator, &document);
    // A schema that takes everything would say the same.
    document["files"][0]["findings"][0]["level"] = Value::from("fatal");
    assert!(!validator.is_valid(&document));
    let clean = check(&Project::of(&[]), "json", &[]);
    assert_eq!(clean.code, 0, "{clean}");
    assert_valid(
        &validator,
        &serde_json::from_str(&clean.stdout).expect("JSON"),
    );
}

#[test]
fn json_has_it_all() {
    assert_snapshot!(text("json"));
}

#[test]
fn sarif_is_what_the_standard_says() {
    let validator = schema("fixtures/sarif/sarif-schema-2.1.0.json");
    let mut log = parsed("sarif");
    assert_valid(&validator, &log);
    log["runs"][0]["results"][0]["level"] = Value::from("fatal");
    assert!(!validator.is_valid(&log));
    let clean = check(&Project::of(&[]), "sarif", &[]);
    assert_valid(
        &validator,
        &serde_json::from_str(&clean.stdout).expect("JSON"),
    );
    // Nothing listens there.
    let project = Project::online("channels: [conda-forge]\ndependencies: [python]\n");
    project.change("channel-alias", Some("'http://127.0.0.1:9/'"));
    let run = project.run(&["check", "--select", "unsolvable", "--format", "sarif"]);
    let undecided: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_valid(&validator, &undecided);
    let invocation = &undecided["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false, "{run}");
}

#[test]
fn sarif_names_places_rules_and_fixes() {
    let mut log = parsed("sarif");
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array_mut()
        .expect("a list");
    for rule in rules {
        let help = &rule["help"];
        assert!(
            help["markdown"]
                .as_str()
                .is_some_and(|text| text.contains("## Why"))
        );
        // The texts have tests of their own.
        rule["help"] = Value::from("…");
        rule["shortDescription"] = Value::from("…");
    }
    assert_snapshot!(format!("{log:#}"));
}

#[test]
fn a_finding_keeps_its_fingerprint_when_its_line_moves() {
    let fingerprints = |text: &str| -> Vec<String> {
        let project = Project::new(text);
        let run = check(&project, "sarif", &[]);
        let log: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("a list").iter();
        results
            .map(|result| result["partialFingerprints"]["presolve/v1"].to_string())
            .collect()
    };
    let text = "channels: [conda-forge]\ndependencies:\n  - numpy\n  - pandas\n";
    let before = fingerprints(text);
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    let moved = text.replace(
        "  - numpy\n",
        "  # Arrays.\n  - python=3.10\n  -   numpy # fast\n",
    );
    assert_eq!(fingerprints(&moved), before);
    assert_ne!(fingerprints(&text.replace("pandas", "polars")), before);
}

/// The text with the edits of all fixes made, given each edit's place as bytes.
fn mended(mut edits: Vec<(std::ops::Range<usize>, String)>) -> String {
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = NASTY.to_owned();
    for (span, with) in edits {
        text.replace_range(span, &with);
    }
    text
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a number")).expect("a small one")
}

/// The byte of a line and a column, both from 1, the column in characters.
fn offset(line: &Value, column: &Value) -> usize {
    let lines = NASTY.split_inclusive('\n');
    let start: usize = lines.take(number(line) - 1).map(str::len).sum();
    let characters = NASTY[start..].chars().take(number(column) - 1);
    start + characters.map(char::len_utf8).sum::<usize>()
}

#[test]
fn the_edits_are_those_that_fix_makes() {
    let project = nasty();
    let arguments = [NAME, "--fix", "--unsafe-fixes"];
    let run = check(&project, "json", &arguments);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let fixed = report["files"][0]["fixed"].as_array().expect("a list");
    assert!(!fixed.is_empty());
    assert_eq!(report["counts"]["fixed"], fixed.len());
    let expected = project.read(NAME);
    assert_ne!(expected, NASTY);

    let report = parsed("json");
    let findings = report["files"][0]["findings"].as_array().expect("a list");
    let fixes = findings
        .iter()
        .filter_map(|finding| finding["fix"]["edits"].as_array());
    let edits = fixes.flatten().map(|edit| {
        let place = &edit["place"];
        let span = number(&place["start"]["offset"])..number(&place["end"]["offset"]);
        (span, edit["with"].as_str().expect("a text").to_owned())
    });
    assert_eq!(mended(edits.collect()), expected);

    let log = parsed("sarif");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let changes = results
        .iter()
        .filter_map(|result| result["fixes"][0]["artifactChanges"][0]["replacements"].as_array());
    let edits = changes.flatten().map(|edit| {
        let region = &edit["deletedRegion"];
        let start = offset(&region["startLine"], &region["startColumn"]);
        let end = offset(&region["endLine"], &region["endColumn"]);
        let with = edit["insertedContent"]["text"].as_str().unwrap_or_default();
        (start..end, with.to_owned())
    });
    assert_eq!(mended(edits.collect()), expected);
}

#[test]
fn github_gets_one_command_a_line_the_worst_first() {
    let text = text("github");
    assert_snapshot!(text);
    let kinds: Vec<&str> = text
        .lines()
        .map(|line| &line[2..line.find(' ').expect("one")])
        .collect();
    let rank = |kind: &&str| {
        ["error", "warning", "notice"]
            .iter()
            .position(|known| known == kind)
    };
    assert!(kinds.is_sorted_by_key(rank), "{kinds:?}");
    for line in text.lines() {
        assert!(
            line.starts_with("::") && line[2..].matches("::").count() >= 1,
            "{line}"
        );
        let properties = line[2..].split("::").next().expect("one");
        assert!(!properties.contains("b]50%."), "{line}");
    }
}

#[test]
fn azure_gets_one_command_a_line() {
    let text = text("azure");
    assert_snapshot!(text);
    for line in text.lines() {
        assert!(line.starts_with("##vso[task.logissue type="), "{line}");
        // The agent ends the command at the first bracket.
        let (command, _) = line.split_once(']').expect("an end");
        assert!(command.contains("code="), "{line}");
    }
    let project = nasty();
    project.setting("[check.level]\nmissing-channels = 'note'");
    let notes = check(&project, "azure", &[NAME]);
    let note = notes
        .stdout
        .lines()
        .find(|line| line.contains("note[missing-channels]"));
    assert!(note.is_some_and(|line| !line.contains("##")), "{notes}");
}

#[test]
fn junit_is_xml_with_a_case_per_finding() {
    let text = text("junit");
    assert_snapshot!(text);
    let mut reader = Reader::from_str(&text);
    let (mut cases, mut failures) = (0, 0);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute.expect("well-formed");
                }
                cases += usize::from(tag.name().as_ref() == "testcase");
                failures += usize::from(tag.name().as_ref() == "failure");
            }
            _ => {}
        }
    }
    let findings = parsed("json")["files"][0]["findings"]
        .as_array()
        .map(Vec::len);
    assert_eq!(Some(cases), findings);
    assert!(
        text.contains(&format!("tests=\"{cases}\" failures=\"{failures}\"")),
        "{text}"
    );
    let clean = check(&Project::of(&[]), "junit", &[]);
    assert!(
        clean.stdout.contains("tests=\"1\" failures=\"0\""),
        "{clean}"
    );
    let lenient = check(&nasty(), "junit", &[NAME, "--fail-on", "error"]);
    assert!(
        lenient.stdout.contains("<system-out>warning: "),
        "{lenient}"
    );
}

#[test]
fn no_format_shows_a_secret() {
    for format in ["human", "json", "sarif", "github", "azure", "junit"] {
        let project = nasty();
        let run = check(&project, format, &[NAME]);
        assert!(!format!("{run}").contains("hunter2"), "{format}: {run}");
        let run = check(&project, format, &[NAME, "-o", "report"]);
        assert_eq!(run.stdout, "");
        let written = project.read("report");
        assert!(written.contains("secret-in-url"), "{written}");
        assert!(!written.contains("hunter2"), "{format}: {written}");
    }
    let project = nasty();
    let run = project.run(&["check", "--select", "all", "--diff", "--unsafe-fixes", NAME]);
    assert!(
        run.code == 1 && !format!("{run}").contains("hunter2"),
        "{run}"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let run = check(&nasty(), "sarif", &["-o", "nowhere/report", NAME]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("cannot write `nowhere/report`"),
        "{run}"
    );
}
