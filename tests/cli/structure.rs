//! Files that conda reads differently from what their authors meant, and the selectors of
//! other tools.

use std::{fs::File, process::Stdio};

use insta::assert_snapshot;

use super::{Project, pin_of};

const TWO_LISTS: &str = "\
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.10
  - pip
  - pip:  # what draws
      - chartling  # the plots
      # of the second kind
      - pagework
  - numpy
  - pip:
    - ferrite
";

/// Fixes a file twice, and returns its text.
fn fixed(project: &Project) -> String {
    project.run(&["check", "--no-solve", "--fix", "environment.yml"]);
    let once = project.read("environment.yml");
    project.run(&["check", "--no-solve", "--fix", "environment.yml"]);
    assert_eq!(project.read("environment.yml"), once);
    once
}

#[test]
fn only_the_last_pip_list_counts() {
    let project = Project::new(TWO_LISTS);
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[several-pip-lists]"), "{run}");
    assert!(
        run.stderr
            .contains("not installed: `chartling`, `pagework`"),
        "{run}"
    );
    assert_eq!(project.read("environment.yml"), TWO_LISTS);
    for format in ["conda-lock", "pixi", "explicit", "requirements"] {
        let run = project.pin(&["--format", format]);
        assert_eq!((run.code, &*run.stdout), (2, ""), "{run}");
    }
    // `explain` answers for what conda installs.
    let run = project.run(&["explain", "--why", "ferrite"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.run(&["explain", "--why", "pagework"]);
    assert!(
        run.stdout.contains("pagework is not in the solution"),
        "{run}"
    );
}

#[test]
fn the_fix_writes_one_pip_list_that_can_be_pinned() {
    let project = Project::new(TWO_LISTS);
    assert_snapshot!(fixed(&project), @r"
    channels:
      - conda-forge
      - nodefaults
    dependencies:
      - python=3.10
      - pip
      - numpy
      - pip:
        # what draws
        - chartling  # the plots
        # of the second kind
        - pagework
        - ferrite
    ");
    let pinned = project.pinned(&[]);
    assert_eq!(pinned.matches("pip:\n").count(), 1, "{pinned}");
    for name in ["chartling", "pagework", "ferrite"] {
        assert_eq!(pin_of(&pinned, name).len(), 1, "{pinned}");
    }
}

#[test]
fn lists_that_disagree_are_not_merged_without_review() {
    let text = TWO_LISTS.replace("- ferrite", "- chartling==5.0.0");
    let project = Project::new(&text);
    assert_eq!(fixed(&project), text);
    project.run(&[
        "check",
        "--no-solve",
        "--fix",
        "--unsafe-fixes",
        "environment.yml",
    ]);
    assert!(
        project
            .read("environment.yml")
            .contains("- chartling==5.0.0\n")
    );
    assert_eq!(project.read("environment.yml").matches("pip:\n").count(), 1);
}

#[test]
fn lists_in_json_are_merged() {
    let text = r#"{"channels": ["conda-forge"], "dependencies": ["python=3.10", "pip",
        {"pip": ["chartling", "pagework"]}, {"pip": ["ferrite"]}]}"#;
    let project = Project::new("");
    project.write("environment.json", text);
    let run = project.pin(&["environment.json"]);
    assert_eq!(run.code, 2, "{run}");
    project.run(&["check", "--no-solve", "--fix", "environment.json"]);
    let fixed: serde_json::Value =
        serde_json::from_str(&project.read("environment.json")).expect("is JSON");
    assert_eq!(
        fixed["dependencies"],
        serde_json::json!(["python=3.10", "pip", {"pip": ["chartling", "pagework", "ferrite"]}])
    );
}

#[test]
fn joined_lines_are_named_by_every_command() {
    for (lines, message) in [
        ("  - pip\n    - chartling\n", "a `:` is missing after `pip`"),
        (
            "  - pip  # why\n      - chartling\n",
            "a `:` is missing after `pip`",
        ),
        (
            "  - numpy\n    - pandas\n",
            "`- pandas` is indented too far",
        ),
        (
            "  - 'numpy'\n     - pandas\n",
            "`- pandas` is indented too far",
        ),
        (
            "  - numpy=1.26\n    pandas\n",
            "a `-` is missing before `pandas`",
        ),
        (
            "  - pip:\n    - chartling\n      - ferrite\n",
            "`- ferrite` is indented too far",
        ),
    ] {
        let text = format!("channels: [conda-forge]\ndependencies:\n  - python=3.10\n{lines}");
        let project = Project::new(&text);
        for command in [&["pin"][..], &["explain"], &["check", "--no-solve"]] {
            let run = project.run(command);
            let said = format!("{}{}", run.stdout, run.stderr);
            assert_ne!(run.code, 0, "{run}");
            assert!(
                said.contains(&format!("error[joined-lines]: {message}")),
                "{run}"
            );
            assert!(!said.contains("is not a match spec"), "{run}");
        }
        fixed(&project);
        let run = project.run(&["check", "--no-solve", "--select", "joined-lines"]);
        assert_eq!(run.code, 0, "{lines}: {run}");
    }
}

#[test]
fn the_platforms_of_the_file_are_those_of_its_lock() {
    let text = "channels: [conda-forge]\ncategory: dev\nplatforms: [osx-arm64, linux-64]\n\
                dependencies: [python=3.10, numpy]\n";
    let project = Project::new(text);
    for format in ["conda-lock", "pixi"] {
        let run = project.pin(&["--format", format]);
        assert_eq!(run.code, 0, "{run}");
        for platform in ["osx-arm64", "linux-64"] {
            assert!(run.stdout.contains(platform), "{run}");
        }
        assert!(!run.stderr.contains("other-platforms"), "{run}");
    }
    let run = project.pin(&["--format", "conda-lock"]);
    assert!(run.stdout.contains("category: dev"), "{run}");
    assert!(run.stdout.contains("optional: true"), "{run}");
    assert!(!run.stdout.contains("category: main"), "{run}");
    for arguments in [
        &["--format", "conda-lock", "--platform", "linux-64"][..],
        &["-o", "pinned.yml"],
    ] {
        let run = project.pin(arguments);
        assert_eq!(run.code, 0, "{run}");
        assert!(
            run.stderr
                .contains("`platforms` also lists osx-arm64, but the result is for linux-64 only"),
            "{run}"
        );
    }
}

const SELECTORS: &str = "\
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.10
  - gcc_linux-64  # [linux]
  - wincolor  # [win]
  - numpy
platforms: [linux-64, osx-arm64]
";

#[test]
fn a_selector_in_a_comment_is_told_from_a_misspelt_name() {
    let project = Project::new(SELECTORS);
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert_snapshot!(run.stderr);
    let run = project.run(&["check", "--no-solve", "--select", "selector-comment"]);
    assert_eq!(run.code, 1, "{run}");
    // conda installs a line with a selector, so its lock for conda has it.
    project.write("environment.yml", SELECTORS.replace("wincolor", "pandas"));
    assert_eq!(pin_of(&project.pinned(&[]), "pandas").len(), 1);
}

#[test]
fn a_lock_respects_the_selectors() {
    let project = Project::new(SELECTORS);
    let run = project.pin(&["--format", "conda-lock"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stdout.contains("wincolor"), "{run}");
    let of = |platform: &str| {
        let run = project.pin(&["--format", "explicit", "--platform", platform]);
        assert_eq!(run.code, 0, "{run}");
        run.stdout.contains("gcc_linux-64")
    };
    assert!(of("linux-64"));
    assert!(!of("osx-arm64"));
    assert!(
        run.stderr
            .contains("left out for osx-arm64 because of selectors: `gcc_linux-64`, `wincolor`"),
        "{run}"
    );
}

#[test]
fn the_selectors_of_micromamba_decide_for_their_platform() {
    let text = "channels: [conda-forge, nodefaults]\ndependencies:\n  - python=3.10\n  \
                - sel(linux): gcc_linux-64\n  - sel(win): wincolor\n";
    let project = Project::new(text);
    // conda does not install these lines, so their pins would not help.
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[platform-selector]"), "{run}");
    assert_eq!(project.read("environment.yml"), text);
    let run = project.run(&["explain"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.run(&["check"]);
    assert!(run.stdout.contains("error[platform-selector]"), "{run}");
    assert!(!run.stdout.contains("unknown-package"), "{run}");
    let run = project.pin(&["--format", "explicit"]);
    assert!(run.stdout.contains("gcc_linux-64"), "{run}");
    let run = project.pin(&["--format", "explicit", "--platform", "osx-arm64"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stdout.contains("gcc_linux-64"), "{run}");
}

#[test]
fn commands_move_to_where_they_belong() {
    let project = Project::new(
        "channels:\n  - conda-forge\n  - nodefaults\ndependencies:\n  - python=3.10\n  \
         - pip install chartling 'ferrite>=1'  # the plots\n  - -c acme  # the grid\n  \
         - conda install -y numpy\n  - -e .\n  - pandas -c bioconda\n",
    );
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert_snapshot!(fixed(&project), @r"
    channels:
      - conda-forge
      - acme
      - bioconda
      - nodefaults
    dependencies:
      - python=3.10
      - pip
      - numpy
      - pandas
      - pip:
        - chartling  # the plots
        - ferrite>=1
        - -e .
    ");
}

#[test]
fn versions_that_no_release_has_are_found_without_a_solve() {
    let found = |line: &str| {
        let project = Project::of(&[line]);
        let run = project.run(&["check", "--no-solve"]);
        run.stdout
            .lines()
            .filter(|line| line.contains("python-version]") || line.contains("unusual-version]"))
            .count()
    };
    for line in [
        "python=3.x.y",
        "python 3.8 or so",
        "python=3.10.x",
        "python>=3.x",
        "python=latest",
        "numpy=1.x",
        "numpy=latest",
    ] {
        assert_eq!(found(line), 1, "{line}");
    }
    for line in [
        "python=3.10",
        "python>=3.8,<3.13",
        "numpy=2.1.1",
        "openssl=3.3.2w",
    ] {
        assert_eq!(found(line), 0, "{line}");
    }
    // The solve says what is there.
    let run = Project::of(&["python=3.x.y"]).run(&["explain"]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn a_pin_that_its_line_excludes_is_found_without_a_solve() {
    let project = Project::of(&["python=3.10", "numpy=1.26", "pip:", "chartling"]);
    let pinned = project.pinned(&[]);
    let count = || {
        let run = project.run(&["check", "--no-solve", "--select", "outdated-pin"]);
        run.stdout.matches("is declared").count()
    };
    assert_eq!(count(), 0);
    let changed = pinned
        .replace("# presolve: numpy=1.26", "# presolve: numpy>=2")
        .replace("# presolve: chartling", "# presolve: chartling<1");
    assert_ne!(changed, pinned);
    project.write("environment.yml", changed);
    assert_eq!(count(), 2);
    // A solve reports them once.
    project.write(
        "environment.yml",
        pinned.replace("# presolve: numpy=1.26", "# presolve: numpy>=2"),
    );
    let run = project.run(&["check", "--select", "outdated-pin"]);
    assert_eq!(run.stdout.matches("is declared").count(), 1, "{run}");
}

#[test]
fn what_the_machine_lacks_can_be_given() {
    for (line, flag) in [
        (
            "__archspec=1=x86_64_v4",
            "--virtual-package __archspec=1=x86_64_v4",
        ),
        ("__glibc>=2.38", "--virtual-package __glibc=2.38"),
        ("__linux>=99", "--virtual-package __linux=99"),
        ("__cuda>=12.4", "--virtual-package __cuda=12.4"),
        ("__win", "--platform win-64"),
        ("__osx>=13", "--platform osx-arm64"),
    ] {
        let project = Project::of(&["python=3.10", line]);
        project.change(
            "virtual-packages",
            Some("['__linux=5.10', '__glibc=2.28', '__archspec=1=x86_64']"),
        );
        for command in ["pin", "explain"] {
            let run = project.run(&[command]);
            let said = format!("{}{}", run.stdout, run.stderr);
            assert!(said.contains(&format!("`{flag}`")), "{line}: {run}");
        }
        // What is named is what helps.
        let words: Vec<&str> = flag.split(' ').collect();
        if words[0] == "--virtual-package" {
            let run = project.pin(&[&words[..], &["-o", "pinned.yml"]].concat());
            assert_eq!(run.code, 0, "{line}: {run}");
        }
    }
}

#[test]
fn a_build_that_is_there_is_named() {
    for (line, said) in [
        (
            "numpy=1.26.4=py27_0",
            "this version is available as build py310_0, py311_0, py312_0",
        ),
        (
            "numpy[build=py27_0]",
            "version 2.1.1 is available as build py310_0, py311_0, py312_0",
        ),
    ] {
        let run = Project::of(&["python=3.10", line]).pin(&[]);
        assert!(run.stderr.contains(said), "{line}: {run}");
    }
}

#[test]
fn notes_are_not_inside_an_answer() {
    let project = Project::new(
        "channels: [./own, conda-forge, nodefaults]\ndependencies:\n  - python=3.12\n  - grid\n  \
         - pip\n  - pip:\n    - oldflow==2.8.*\n",
    );
    // A record that cannot be read is worth a note.
    let records: [(&str, &str, &str, &[&str]); 2] =
        [("grid", "1.0", "h0_0", &[]), ("grid", "1.!", "h0_0", &[])];
    project.channel("own", "linux-64", &records);
    project.channel("own", "noarch", &[]);
    let output = File::create(project.path("output.txt")).expect("writable");
    let mut command = project.command(&["explain"]);
    command.stdout(Stdio::from(output.try_clone().expect("a file")));
    command.stderr(Stdio::from(output));
    command.status().expect("it starts");
    let text = project.read("output.txt");
    let end = text.find("apply one with").expect("an answer");
    let start = text.find("error[unsolvable]").expect("an answer");
    let inside = &text[start..end];
    assert!(text[end..].contains("note[skipped-records]"), "{text}");
    assert!(!inside.contains("note["), "{text}");
}

#[test]
fn a_cost_that_is_fine_is_shown_if_asked_for() {
    let project = Project::of(&["python=3.10", "numpy"]);
    let of = |arguments: &[&str]| {
        let all = [&["explain", "--html", "page.html"], arguments].concat();
        let run = project.run(&all);
        assert_eq!(run.code, 0, "{run}");
        let shown = run.stdout.contains("conda's classic solver");
        let page = project.read("page.html").contains("id=\"space\"");
        assert_eq!(shown, page, "{run}");
        shown
    };
    assert!(!of(&[]));
    assert!(of(&["--cost"]));
    assert!(of(&["--build-time", "1s", "--build-memory", "1MB"]));
    let run = project.run(&["explain", "--format", "json"]);
    assert!(run.stdout.contains("\"cost\": {"), "{run}");
}
