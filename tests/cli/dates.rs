//! What `--exclude-newer` makes of packages without a date.

use insta::assert_snapshot;
use serde_json::json;

use super::{Project, Run, pin_of};

const CUT_OFF: [&str; 2] = ["--exclude-newer", "2024-06-01"];

/// A project with a channel of these records: name, version, dependencies and, if there is one,
/// the date.
fn project(dependencies: &str, records: &[(&str, &str, &[&str], &str)]) -> Project {
    let project = Project::new(format!(
        "channels: [./dated, nodefaults]\ndependencies: {dependencies}\n"
    ));
    let records = records.iter().map(|(name, version, depends, date)| {
        let mut record = json!({
            "name": name, "version": version, "build": "0", "build_number": 0,
            "depends": depends, "subdir": "linux-64",
        });
        let date: Option<jiff::Timestamp> = format!("{date}T00:00:00Z").parse().ok();
        if let Some(date) = date {
            record["timestamp"] = json!(date.as_millisecond());
        }
        (format!("{name}-{version}-0.conda"), record)
    });
    let records: serde_json::Map<_, _> = records.collect();
    let repodata =
        json!({"info": {"subdir": "linux-64"}, "packages": {}, "packages.conda": records});
    project.write("dated/linux-64/repodata.json", repodata.to_string());
    project.channel("dated", "noarch", &[]);
    project
}

fn pin(project: &Project) -> Run {
    project.pin(&CUT_OFF)
}

fn chosen(project: &Project, name: &str) -> String {
    pin_of(&project.read("environment.yml"), name).concat()
}

const GRID: [(&str, &str, &[&str], &str); 3] = [
    ("grid", "1.0", &[], "2024-05-01"),
    ("grid", "2.0", &[], ""),
    ("grid", "3.0", &[], "2024-07-01"),
];

#[test]
fn records_without_a_date_are_refused() {
    let project = project("[grid]", &GRID);
    let run = pin(&project);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(chosen(&project, "grid"), "grid=1.0=0");
    assert!(!run.stderr.contains("undated"), "{run}");
}

#[test]
fn records_without_a_date_are_taken_and_named_where_nothing_else_is_left() {
    // The line leaves no other, and neither does the channel.
    for (lines, records) in [
        ("[grid=2.0, cell]", &GRID[..]),
        ("[grid, cell]", &GRID[1..]),
    ] {
        let cell = [("cell", "1.0", &[][..], "")];
        let project = project(lines, &[records, &cell[..]].concat());
        let run = pin(&project);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(chosen(&project, "grid"), "grid=2.0=0");
        assert!(
            run.stderr
                .contains("warning[undated-package]: 2 packages have no date"),
            "{run}"
        );
        assert!(
            run.stderr.contains("cell 1.0 (conda), grid 2.0 (conda)"),
            "{run}"
        );
    }
}

#[test]
fn records_without_a_date_are_the_last_resort_of_a_solution() {
    // A dependency leaves no other. Of `cell`, the older version with a date is enough.
    let cells = [
        ("cell", "1.0", &["grid >=2"][..], "2024-05-01"),
        ("cell", "2.0", &["grid >=2"][..], ""),
    ];
    let project = project("[cell]", &[&GRID[..], &cells].concat());
    // `explain` agrees with `pin` that there is a solution.
    let run = project.run(&[&["explain"], &CUT_OFF[..]].concat());
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(pin(&project));
    assert_eq!(chosen(&project, "cell"), "cell=1.0=0");
    assert_eq!(chosen(&project, "grid"), "grid=2.0=0");
}

#[test]
fn what_is_newer_is_never_taken() {
    let needs = ("cell", "1.0", &["grid >=3"][..], "2024-05-01");
    let project = project("[cell]", &[&GRID[..], &[needs]].concat());
    assert_snapshot!(pin(&project));
    let run = project.run(&[&["explain"], &CUT_OFF[..]].concat());
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn a_newer_version_without_a_date_is_ruled_out() {
    let project = project("[grid]", &GRID);
    let run = project.run(&[&["explain", "--why", "grid"], &CUT_OFF[..]].concat());
    assert!(run.stdout.contains("it has no date"), "{run}");
}

/// A project with an index of these files of `gridlet`: version and upload time.
fn with_index(files: &[(&str, &str)]) -> Project {
    let project = Project::of(&["python=3.10", "pip:", "gridlet"]);
    let files = files.iter().map(|(version, time)| {
        let file = format!("gridlet-{version}-py3-none-any.whl");
        let metadata = format!("Metadata-Version: 2.1\nName: gridlet\nVersion: {version}\n");
        let wheel =
            crate::fuzz::zip(&[(&format!("gridlet-{version}.dist-info/METADATA"), &metadata)]);
        project.write(&format!("index/gridlet/{file}"), wheel);
        let mut listed = json!({"filename": file, "url": file, "hashes": {}});
        if !time.is_empty() {
            listed["upload-time"] = json!(format!("{time}T00:00:00Z"));
        }
        listed
    });
    let page = json!({"meta": {"api-version": "1.1"}, "name": "gridlet", "files": files.collect::<Vec<_>>()});
    project.write("index/gridlet/index.json", page.to_string());
    project.change("index-url", Some("'index'"));
    project
}

#[test]
fn files_without_an_upload_time_are_refused_and_counted() {
    let project = with_index(&[("1.0", "2024-05-01"), ("2.0", ""), ("3.0", "2024-07-01")]);
    let run = pin(&project);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(chosen(&project, "gridlet"), "gridlet==1.0");
    assert!(
        run.stderr.contains("ignored 1 file without an upload time"),
        "{run}"
    );
}

#[test]
fn an_index_without_upload_times_is_named() {
    let project = with_index(&[("1.0", ""), ("2.0", "")]);
    let run = pin(&project);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(chosen(&project, "gridlet"), "gridlet==2.0");
    assert!(run.stderr.contains("gridlet 2.0 (PyPI)"), "{run}");
    let rule = ["check", "environment.yml", "--select=undated-package"];
    let found = project.run(&[&rule[..], &CUT_OFF[..]].concat());
    assert!(found.stdout.contains("[undated-package]"), "{found}");
    assert_eq!(project.run(&rule).code, 0);
}
