//! `overlapping-distributions`: what installs the same files.

use insta::assert_snapshot;
use serde_json::json;

use super::{Project, Run, environment};

/// A wheel: project, version, requirement, and the paths with the hashes of their contents.
type Wheel<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);

/// A project with an index of these wheels, and the lines of its pip list.
pub(super) fn with_wheels(dependencies: &[&str], wheels: &[Wheel<'_>]) -> Project {
    let project = Project::new(environment(dependencies));
    for (name, version, requirement, files) in wheels {
        let stem = format!("{}-{version}", name.replace('-', "_"));
        let mut metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        if !requirement.is_empty() {
            metadata += &format!("Requires-Dist: {requirement}\n");
        }
        let record: String = (files.iter())
            .map(|(path, hash)| format!("{path},sha256={hash},1\n"))
            .collect();
        let wheel = crate::fuzz::zip(&[
            (&format!("{stem}.dist-info/METADATA"), &metadata),
            (&format!("{stem}.dist-info/RECORD"), &record),
        ]);
        let file = format!("{stem}-py3-none-any.whl");
        let page = json!({"name": name, "files": [{"filename": file, "url": file, "hashes": {}}]});
        project.write(&format!("index/{name}/index.json"), page.to_string());
        project.write(&format!("index/{name}/{file}"), wheel);
    }
    project.change("index-url", Some("'index'"));
    project
}

fn check(project: &Project) -> Run {
    project.run(&[
        "check",
        "environment.yml",
        "--select=overlapping-distributions",
    ])
}

const GRID: Wheel<'static> = (
    "gridworks",
    "2.0",
    "",
    &[
        ("grid/__init__.py", "a"),
        ("grid/core.py", "b"),
        ("grid/server.py", "c"),
    ],
);
const SKINNY: Wheel<'static> = (
    "gridworks-skinny",
    "1.0",
    "",
    &[("grid/__init__.py", "x"), ("grid/core.py", "y")],
);

#[test]
fn files_with_different_contents_are_found_with_what_leads_to_them() {
    let tool: Wheel<'_> = ("tool", "1.0", "gridworks-skinny", &[("tool.py", "t")]);
    let project = with_wheels(
        &["python=3.12", "pip:", "tool", "gridworks"],
        &[GRID, SKINNY, tool],
    );
    assert_snapshot!(check(&project));
}

#[test]
fn files_with_the_same_contents_are_no_clash() {
    let same = ("gridworks-skinny", "2.0", "", &GRID.3[..2]);
    let project = with_wheels(
        &["python=3.12", "pip:", "gridworks", "gridworks-skinny"],
        &[GRID, same],
    );
    assert_eq!(check(&project).code, 0);
    // Its authors require the other one.
    let whole = ("gridworks", "2.0", "gridworks-skinny", GRID.3);
    let project = with_wheels(&["python=3.12", "pip:", "gridworks"], &[whole, SKINNY]);
    assert_eq!(check(&project).code, 0);
}

#[test]
fn a_namespace_is_no_clash() {
    let wheels: [Wheel<'_>; 3] = [
        (
            "google-grid",
            "1.0",
            "",
            &[("google/__init__.py", "a"), ("google/grid/core.py", "b")],
        ),
        (
            "google-grid-extra",
            "1.0",
            "",
            &[("google/__init__.py", "x"), ("google/extra/core.py", "y")],
        ),
        (
            "azure-cell",
            "1.0",
            "",
            &[("azure/__init__.py", "a"), ("azure/cell/__init__.py", "b")],
        ),
    ];
    let lines = [
        "python=3.12",
        "pip:",
        "google-grid",
        "google-grid-extra",
        "azure-cell",
    ];
    assert_eq!(check(&with_wheels(&lines, &wheels)).code, 0);
    // In a namespace, too, two distributions can have the same module.
    let clash: Wheel<'_> = (
        "google-grid-extra",
        "1.0",
        "",
        &[("google/__init__.py", "a"), ("google/grid/core.py", "y")],
    );
    let run = check(&with_wheels(&lines, &[wheels[0], clash, wheels[2]]));
    assert!(
        run.stdout
            .contains("install 1 file with different contents"),
        "{run}"
    );
    assert!(run.stdout.contains("`google/grid/core.py`"), "{run}");
}

#[test]
fn a_module_of_one_file_is_a_clash_in_a_family() {
    let wheels: [Wheel<'_>; 2] = [
        ("pyserial", "3.5", "", &[("serial/__init__.py", "a")]),
        ("serial", "1.0", "", &[("serial/__init__.py", "b")]),
    ];
    let run = check(&with_wheels(
        &["python=3.12", "pip:", "pyserial", "serial"],
        &wheels,
    ));
    assert!(run.stdout.contains("`serial/__init__.py`"), "{run}");
}

#[test]
fn families_are_known_without_the_lists_of_files() {
    // conda's package has no list of files, so the table decides.
    let contrib: Wheel<'_> = (
        "opencv-contrib-python",
        "4.10",
        "",
        &[("cv2/__init__.py", "a")],
    );
    let project = with_wheels(
        &["python=3.12", "py-opencv", "pip:", "opencv-contrib-python"],
        &[contrib],
    );
    assert_snapshot!(check(&project));
    // One that pip replaces is not there any more.
    let whole: Wheel<'_> = ("opencv-python", "4.10", "", &[("cv2/__init__.py", "a")]);
    let project = with_wheels(&["python=3.12", "pip:", "opencv-python"], &[whole]);
    assert_eq!(check(&project).code, 0);
}
