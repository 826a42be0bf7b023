//! Requirements files of pip as the file of a command, and in the build of a Dockerfile: pinned in
//! their place.

use insta::assert_snapshot;

use super::{Project, Run, fixtures};

const FILE: &str = "\
# The model service.
-r base.txt
-c limits.txt
lightbolt[plots]   # draws the report
oldflow==2.8.* ; python_version < '3.11'
anvilite ; sys_platform == 'win32'
";

const BASE: &str = "# for all services\nnumpy\nclaypot\n";

/// A project with a requirements file, one that it includes, and one that only limits it.
fn project() -> Project {
    let project = Project::of(&["python"]);
    // pip's Python is from the default channels, because a requirements file names none.
    let channel = format!("['{}/channels/conda-forge']", fixtures().display());
    project.change("default-channels", Some(&channel));
    std::fs::remove_file(project.path("environment.yml")).expect("is there");
    project.write("requirements.txt", FILE);
    project.write("base.txt", BASE);
    project.write("limits.txt", "claypot<2\n");
    project
}

fn pin(project: &Project, arguments: &[&str]) -> Run {
    project.pin(&[&["requirements.txt"], arguments].concat())
}

const PYTHON: [&str; 2] = ["--python-version", "3.10"];

#[test]
fn each_file_is_pinned_in_its_place() {
    let project = project();
    assert_snapshot!(pin(&project, &[&PYTHON[..], &["--diff"]].concat()), @r"
    --- requirements.txt
    +++ requirements.txt (pinned)
    @@ -1,6 +1,12 @@
    +# presolve: pinned for linux-64 with Python 3.10
     # The model service.
     -r base.txt
     -c limits.txt
    -lightbolt[plots]   # draws the report
    -oldflow==2.8.* ; python_version < '3.11'
    +lightbolt[plots]==2.1.0   # presolve: lightbolt[plots] # draws the report
    +oldflow==2.8.1 ; python_version < '3.11'  # presolve: oldflow==2.8.* ; python_version < '3.11'
     anvilite ; sys_platform == 'win32'
    +# presolve: added 4 packages
    +chartling==5.0.0
    +packaging==23.2
    +tomlish==1.2.0
    +torch==2.4.1
    --- base.txt
    +++ base.txt (pinned)
    @@ -1,3 +1,3 @@
     # for all services
    -numpy
    -claypot
    +numpy==1.23.5  # presolve: numpy
    +claypot==1.0  # presolve: claypot
    Would pin 8 packages from PyPI for linux-64 in requirements.txt ([TIME])
    exit code 1
    ");
    assert_eq!(project.read("requirements.txt"), FILE);
    assert_snapshot!(pin(&project, &PYTHON), @r"
    Also pinned base.txt
    Pinned 8 packages from PyPI for linux-64 in requirements.txt ([TIME])
    exit code 0
    ");
    let pinned = project.read("requirements.txt");
    assert_snapshot!(pinned, @r"
    # presolve: pinned for linux-64 with Python 3.10
    # The model service.
    -r base.txt
    -c limits.txt
    lightbolt[plots]==2.1.0   # presolve: lightbolt[plots] # draws the report
    oldflow==2.8.1 ; python_version < '3.11'  # presolve: oldflow==2.8.* ; python_version < '3.11'
    anvilite ; sys_platform == 'win32'
    # presolve: added 4 packages
    chartling==5.0.0
    packaging==23.2
    tomlish==1.2.0
    torch==2.4.1
    ");
    assert_snapshot!(project.read("base.txt"), @r"
    # for all services
    numpy==1.23.5  # presolve: numpy
    claypot==1.0  # presolve: claypot
    ");
    assert_eq!(project.read("limits.txt"), "claypot<2\n");
    // The first comment tells the Python.
    assert_eq!(pin(&project, &[]).code, 0);
    assert_eq!(project.read("requirements.txt"), pinned);
    let check = pin(&project, &["--check"]);
    assert_eq!(check.code, 0, "{check}");
    let solved = pin(&project, &["--check", "--solve"]);
    assert_eq!(solved.code, 0, "{solved}");
}

#[test]
fn the_python_must_be_known() {
    let project = project();
    assert_snapshot!(pin(&project, &[]), @r"
    error[unknown-python]: the Python that installs requirements.txt is unknown
     |
     = note: a Dockerfile next to the file that installs it would tell the version
     = help: name the version with `--python-version 3.11`, or with `python-version` in presolve.toml
    exit code 2
    ");
    project.setting("python-version = '3.10'");
    assert_eq!(pin(&project, &["--diff"]).code, 1);
    let bad = pin(&project, &["--python-version", "3"]);
    assert_eq!(bad.code, 2, "{bad}");
    assert!(
        bad.stderr.contains("`--python-version` cannot be `3`"),
        "{bad}"
    );
    project.change("python-version", Some("'three'"));
    let bad = pin(&project, &[]);
    assert_eq!(bad.code, 2, "{bad}");
    assert!(bad.stderr.contains("presolve.toml:"), "{bad}");
}

#[test]
fn a_dockerfile_in_the_same_folder_tells_the_python_and_the_platform() {
    let project = project();
    for key in ["platform", "virtual-packages"] {
        project.change(key, None);
    }
    let dockerfile = "FROM python:3.9-slim\nWORKDIR /app\nCOPY *.txt ./\n";
    project.write("Dockerfile", dockerfile);
    assert_eq!(pin(&project, &[]).code, 2, "it does not install the file");
    let installs = format!("{dockerfile}RUN pip install -r requirements.txt\n");
    project.write("Dockerfile", &installs);
    let run = project.pin_for_image(&["requirements.txt"]);
    assert_eq!(run.code, 0, "{run}");
    let text = project.read("requirements.txt");
    assert!(
        text.starts_with("# presolve: pinned for linux-64 with Python 3.9\n"),
        "{text}"
    );
    assert_eq!(project.read("Dockerfile"), installs);
    project.write("Dockerfile", installs.replace("3.9", "3.10"));
    assert_snapshot!(pin(&project, &["--check"]), @r"
    note[unknown-image]: presolve assumes linux-64 with glibc 2.35, as the name of the image does not say
     --> Dockerfile:1:6
      |
    1 | FROM python:3.10-slim
      |      ^^^^^^^^^^^^^^^^
      |
      = help: override this with `--virtual-package __glibc=…`, or in presolve.toml
    error[other-python]: the pins are for Python 3.9, not for 3.10
     --> requirements.txt:1:45
      |
    1 | # presolve: pinned for linux-64 with Python 3.9
      |                                             ^^^
      |
      = help: run `presolve pin requirements.txt`
    exit code 1
    ");
    let more = format!("{installs}RUN pip install anvilite\n");
    project.write("Dockerfile", more);
    assert_snapshot!(project.pin_for_image(&["requirements.txt", "--check"]), @r"
    note[other-installs]: the Dockerfile also installs packages that this file does not list
     --> Dockerfile:5:17
      |
    5 | RUN pip install anvilite
      |                 ^^^^^^^^
      |
      = help: run presolve for Dockerfile, which solves all of them together
    note[unknown-image]: presolve assumes linux-64 with glibc 2.35, as the name of the image does not say
     --> Dockerfile:1:6
      |
    1 | FROM python:3.9-slim
      |      ^^^^^^^^^^^^^^^
      |
      = help: override this with `--virtual-package __glibc=…`, or in presolve.toml
    Checked the pins in requirements.txt by a solve from the cache ([TIME])
    exit code 0
    ");
}

#[test]
fn each_style_is_turned_into_the_other() {
    let project = project();
    assert_eq!(pin(&project, &PYTHON).code, 0);
    let block = project.read("requirements.txt");
    assert_eq!(pin(&project, &["--added", "inline"]).code, 0);
    let inline = project.read("requirements.txt");
    assert_snapshot!(inline, @r"
    # presolve: pinned for linux-64 with Python 3.10
    # The model service.
    -r base.txt
    -c limits.txt
    lightbolt[plots]==2.1.0   # presolve: lightbolt[plots] # draws the report
    oldflow==2.8.1 ; python_version < '3.11'  # presolve: oldflow==2.8.* ; python_version < '3.11'
    anvilite ; sys_platform == 'win32'
    chartling==5.0.0  # presolve: added
    packaging==23.2  # presolve: added
    tomlish==1.2.0  # presolve: added
    torch==2.4.1  # presolve: added
    ");
    assert_eq!(pin(&project, &["--check"]).code, 0);
    assert_eq!(pin(&project, &[]).code, 0);
    assert_eq!(project.read("requirements.txt"), block);
}

#[test]
fn a_file_that_needs_less_loses_its_added_lines() {
    let project = project();
    assert_eq!(pin(&project, &PYTHON).code, 0);
    let text = project.read("requirements.txt");
    let line = text.lines().find(|line| line.starts_with("lightbolt"));
    project.write(
        "requirements.txt",
        text.replace(line.expect("pinned"), "numpy"),
    );
    assert_eq!(pin(&project, &["--check"]).code, 1);
    assert_eq!(pin(&project, &[]).code, 0);
    let text = project.read("requirements.txt");
    assert!(!text.contains("torch"), "{text}");
    assert!(
        text.contains("# presolve: added 1 package\npackaging=="),
        "{text}"
    );
}

#[test]
fn hashes_are_those_of_the_new_release() {
    let project = project();
    let zeros = "0".repeat(64);
    let text = format!("chartling<5 \\\n    --hash=sha256:{zeros}   # drawings\n");
    project.write("requirements.txt", text);
    assert_eq!(pin(&project, &PYTHON).code, 1, "no file has this hash");
    project.write(
        "requirements.txt",
        "--require-hashes\r\nchartling<5   # drawings\r\n",
    );
    let run = pin(&project, &PYTHON);
    assert_eq!(run.code, 0, "{run}");
    let text = project.read("requirements.txt");
    assert_snapshot!(text.replace("\r\n", "|\n"), @r"
    # presolve: pinned for linux-64 with Python 3.10|
    --require-hashes|
    chartling==4.9.0 \|
        --hash=sha256:570fff7905526864e0d4604d684264e37d0758b370a1f3d5eaec87575684732a   # presolve: chartling<5 # drawings|
    ");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(pin(&project, &[]).code, 0);
    assert_eq!(project.read("requirements.txt"), text);
    let check = pin(&project, &["--check"]);
    assert_eq!(check.code, 0, "{check}");
    let up = pin(&project, &["-U"]);
    assert_eq!(up.code, 0, "{up}");
    assert_eq!(project.read("requirements.txt"), text);
}

#[test]
fn what_pip_refuses_is_an_error_with_its_line() {
    for (text, at, message) in [
        (
            "numpy\n--frobnicate\n",
            "requirements.txt:2:1",
            "--frobnicate",
        ),
        (
            "numpy\n-r missing.txt\n",
            "requirements.txt:2:4",
            "missing.txt",
        ),
        (
            "-r https://example.com/r.txt\n",
            "requirements.txt:1:4",
            "at a URL",
        ),
        (
            "-r ../../../../etc/passwd\n",
            "requirements.txt:1:4",
            "passwd",
        ),
        ("numpy >= one\n", "requirements.txt:1:", "numpy >= one"),
        (
            "numpy # why \\\nchartling\n",
            "requirements.txt:1:1",
            "continues this requirement",
        ),
    ] {
        let project = project();
        std::fs::create_dir(project.path(".git")).expect("a folder");
        project.write("requirements.txt", text);
        let run = pin(&project, &PYTHON);
        assert_eq!(run.code, 2, "{text}{run}");
        assert!(run.stderr.contains(at), "{text}{run}");
        assert!(run.stderr.contains(message), "{text}{run}");
        assert_eq!(project.read("requirements.txt"), text);
        assert_eq!(project.read("base.txt"), BASE);
    }
}

#[test]
fn files_that_include_each_other_are_read_once() {
    let project = project();
    project.write("requirements.txt", "-r base.txt\r\nchartling\r\n");
    project.write("base.txt", "-r requirements.txt\nnumpy\n-r base.txt\n");
    let run = pin(&project, &PYTHON);
    assert_eq!(run.code, 0, "{run}");
    let base = project.read("base.txt");
    assert_eq!(base.matches("numpy==").count(), 1, "{base}");
    let text = project.read("requirements.txt");
    assert_eq!(text.matches("chartling==").count(), 1, "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn several_files_are_written_together_or_not_at_all() {
    let project = project();
    let run = pin(&project, &[&PYTHON[..], &["-o", "out.txt"]].concat());
    assert_snapshot!(run, @r"
    error[several-files]: `base.txt` gets pins, too, but only one text is written
     |
     = help: pin the files in their place: leave out `-o` and `-`
    exit code 2
    ");
    let base = project.path("base.txt");
    let mut mode = std::fs::metadata(&base).expect("is there").permissions();
    mode.set_readonly(true);
    std::fs::set_permissions(&base, mode).expect("is set");
    let run = pin(&project, &PYTHON);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("base.txt"), "{run}");
    assert_eq!(project.read("requirements.txt"), FILE);
    assert_eq!(project.files().len(), 4, "{:?}", project.files());
}

#[test]
fn encodings_and_missing_line_breaks_stay() {
    let project = project();
    project.write(
        "requirements.txt",
        b"\xef\xbb\xbf# -*- coding: utf-8 -*-\nnumpy",
    );
    let run = pin(&project, &PYTHON);
    assert_eq!(run.code, 0, "{run}");
    let bytes = project.bytes("requirements.txt");
    assert!(bytes.starts_with(b"\xef\xbb\xbf# -*- coding: utf-8 -*-\n# presolve: pinned"));
    project.write("requirements.txt", b"# caf\xe9\nnumpy\n");
    let run = pin(&project, &PYTHON);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("not valid UTF-8"), "{run}");
}

#[test]
fn the_other_commands_read_a_requirements_file() {
    let project = project();
    project.setting("python-version = '3.10'");
    let run = project.run(&["check", "requirements.txt"]);
    assert_snapshot!(run, @r"
    warning[end-of-life-python]: Python 3.10 is past its end of life
     --> requirements.txt:1:1
      |
    1 | # The model service.
      | ^ support ended on 2026-10-31
      |
      = note: it no longer gets security fixes, and new releases of packages do not support it
      = note: it is set by `--python-version` or presolve.toml, not by this file
      = help: move to a supported version: 3.11 to 3.15

    warning[unpinned-dependency]: `numpy` does not set a version
     --> base.txt:2:1
      |
    2 | numpy
      | ^^^^^ any version
      |
      = help: write versions that work together with `presolve pin`

    warning[unpinned-dependency]: `lightbolt[plots]` does not set a version, and 1 more like it
     --> requirements.txt:4:1
      |
    4 | lightbolt[plots]   # draws the report
      | ^^^^^^^^^^^^^^^^ any version
    5 | oldflow==2.8.* ; python_version < '3.11'
    6 | anvilite ; sys_platform == 'win32'
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any version
      |
      = help: write versions that work together with `presolve pin`

    Checked 1 file: 4 warnings
    exit code 1
    ");
    assert_eq!(pin(&project, &[]).code, 0);
    let run = project.run(&["outdated", "requirements.txt"]);
    assert_snapshot!(run, @r"
    package        now     allowed  newest  held back by
    numpy (pip)    1.23.5  1.23.5   2.1.1   python=3.10, oldflow==2.8.* ; python_version < '3.11' (line 6)
    claypot (pip)  1.0     1.0      2.0     the constraint claypot<2 excludes it
    5 declared lines, 1 of them not pinned: `pin -U` changes 0 pins, the file holds back 2 lines
    exit code 0
    ");
    let run = project.run(&["check", "."]);
    assert!(!run.stdout.contains("requirements.txt"), "{run}");
    project.write("requirements.txt", "oldflow==2.8.*\n");
    project.change("python-version", Some("'3.12'"));
    assert_snapshot!(project.run(&["explain", "requirements.txt"]), @r"
    error[unsolvable]: this line cannot be satisfied on linux-64 with Python 3.12
     --> requirements.txt:1:1
      |
    1 | oldflow==2.8.*
      | ^^^^^^^^^^^^^^
      |
      = note: `python=3.12` is set by `--python-version` or presolve.toml
      = note: `python=3.12` asks for python (conda) 3.12.1
      = note: `oldflow==2.8.*` (PyPI) needs python (conda) 3.8.18 to 3.10.13
      = note: no python (conda) satisfies all of these
      = note: oldflow 2.8: its wheels are for cp38, cp39, cp310, and it has no source distribution
      = help: relax this line, or name another Python with `--python-version`

    fixes (each one verified by solving the changed file):
      1. drop `oldflow==2.8.*` (line 1)
         gives python 3.12.1 (conda)

    apply one with `--apply N`
    exit code 1
    ");
    project.write("new.txt", "numpy\n");
    let run = project.run(&["diff", "requirements.txt", "base.txt"]);
    assert_eq!(
        run.code, 2,
        "only the names of requirements files count: {run}"
    );
    project.write("requirements/new.txt", "oldflow==2.7\n");
    let run = project.run(&["diff", "requirements.txt", "requirements/new.txt"]);
    assert_snapshot!(run, @r"
    requirements.txt -> requirements/new.txt: 1 pinned

    pip
      pinned     oldflow  oldflow==2.8.* -> 2.7
    exit code 0
    ");
}

#[test]
fn the_requirements_files_of_a_dockerfile_are_pinned_in_their_place() {
    let project = project();
    let dockerfile = "\
FROM python:3.10-slim
COPY requirements.txt base.txt limits.txt /app/
RUN pip install -r /app/requirements.txt anvilite
";
    project.write("Dockerfile", dockerfile);
    assert_snapshot!(project.pin(&["Dockerfile"]), @r"
    note[python-of-image]: the image includes Python 3.10; its other packages are unknown
     --> Dockerfile:1:6
      |
    1 | FROM python:3.10-slim
      |      ^^^^^^^^^^^^^^^^
    Also pinned base.txt
    Also pinned requirements.txt
    Pinned 0 packages from conda and 9 from PyPI for linux-64 in Dockerfile ([TIME])
    exit code 0
    ");
    let pinned = project.read("requirements.txt");
    assert_snapshot!(pinned, @r"
    # presolve: pinned for linux-64 with Python 3.10
    # The model service.
    -r base.txt
    -c limits.txt
    lightbolt[plots]==2.1.0   # presolve: lightbolt[plots] # draws the report
    oldflow==2.8.1 ; python_version < '3.11'  # presolve: oldflow==2.8.* ; python_version < '3.11'
    anvilite==2.0 ; sys_platform == 'win32'  # presolve: anvilite ; sys_platform == 'win32'
    # presolve: added 4 packages
    chartling==5.0.0
    packaging==23.2
    tomlish==1.2.0
    torch==2.4.1
    ");
    assert_snapshot!(project.read("Dockerfile"), @r"
    FROM python:3.10-slim
    COPY requirements.txt base.txt limits.txt /app/
    RUN pip install -r /app/requirements.txt anvilite==2.0
    ");
    assert!(project.read("base.txt").contains("numpy==1.23.5"));
    let [before, base] = ["Dockerfile", "base.txt"].map(|name| project.read(name));
    assert_eq!(project.pin(&["Dockerfile"]).code, 0);
    assert_eq!(project.read("requirements.txt"), pinned);
    assert_eq!(
        [before, base],
        ["Dockerfile", "base.txt"].map(|name| project.read(name))
    );
    for arguments in [
        &["Dockerfile", "--check"][..],
        &["Dockerfile", "--check", "--solve"],
    ] {
        let check = project.pin(arguments);
        assert_eq!(check.code, 0, "{check}");
    }
    project.write("base.txt", "numpy<1.23\n");
    let check = project.pin(&["Dockerfile", "--check"]);
    assert_eq!(check.code, 1, "{check}");
}

#[test]
fn a_file_that_a_constraints_file_names_is_not_the_main_one() {
    let project = project();
    project.write("requirements.txt", "oldflow==2.8.*\n-c limits.txt\n");
    project.write("limits.txt", "-r more.txt\nclaypot<2\n");
    project.write("more.txt", "chartling\n");
    let run = pin(&project, &PYTHON);
    assert_eq!(run.code, 0, "{run}");
    let main = project.read("requirements.txt");
    assert!(
        main.starts_with("# presolve: pinned for linux-64 with Python 3.10\n"),
        "{main}"
    );
    assert_eq!(
        project.read("more.txt"),
        "chartling==5.0.0  # presolve: chartling\n"
    );
    let run = pin(&project, &["--check"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_project_with_a_url_needs_no_version() {
    let project = project();
    let wheel = fixtures().join("pypi/tomlish/tomlish-1.2.0-py3-none-any.whl");
    let lines = format!("tomlish\ntomlish @ file://{}\nchartling\n", wheel.display());
    project.write("requirements.txt", &lines);
    assert_eq!(pin(&project, &PYTHON).code, 0);
    for solve in [&[][..], &["--solve"]] {
        let run = pin(&project, &[&["--check"], solve].concat());
        assert_eq!(run.code, 0, "{run}");
    }
    // The URL no longer applies, so the line alone decides.
    let text = project.read("requirements.txt");
    let other = text.replacen(".whl\n", ".whl ; sys_platform == 'win32'\n", 1);
    assert_ne!(text, other);
    project.write("requirements.txt", other);
    let run = pin(&project, &["--check"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("error[unpinned-line]"), "{run}");
}

#[test]
fn the_help_for_an_empty_file_is_of_its_kind() {
    let project = project();
    project.write("requirements.txt", "# none yet\n");
    let run = pin(&project, &PYTHON);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[nothing-to-pin]"), "{run}");
    assert!(run.stderr.contains("on its own line"), "{run}");
    assert!(!run.stderr.contains("dependencies:"), "{run}");
    project.write(
        "Dockerfile",
        "FROM python:3.10\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
    );
    let run = project.pin(&["Dockerfile"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("requirements files that these install"),
        "{run}"
    );
}

#[test]
fn a_conflict_with_the_python_of_the_settings_names_the_flag() {
    let project = project();
    project.write("requirements.txt", "tomlish\noldflow==2.8.*\n");
    let python = ["--python-version", "3.12"];
    assert_snapshot!(pin(&project, &python), @"
    error[unsolvable]: this line cannot be satisfied on linux-64 with Python 3.12
     --> requirements.txt:2:1
      |
    2 | oldflow==2.8.*
      | ^^^^^^^^^^^^^^
      |
      = note: `python=3.12` is set by `--python-version` or presolve.toml
      = note: `python=3.12` asks for python (conda) 3.12.1
      = note: `oldflow==2.8.*` (PyPI) needs python (conda) 3.8.18 to 3.10.13
      = note: no python (conda) satisfies all of these
      = note: oldflow 2.8: its wheels are for cp38, cp39, cp310, and it has no source distribution
      = help: relax this line, or name another Python with `--python-version`
      = help: `presolve explain requirements.txt` shows how to fix it
    exit code 1
    ");
    let check = project.run(&["check", "requirements.txt", "--python-version", "3.12"]);
    assert!(
        check.stdout.contains("error[incompatible-python]"),
        "{check}"
    );
    assert!(check.stdout.contains("requirements.txt:2:1"), "{check}");
    let page = ["explain", "requirements.txt", "--format", "dot"];
    let page = project.run(&[&page[..], &python].concat());
    assert!(page.stdout.contains("set by `--python-version`"), "{page}");
}
