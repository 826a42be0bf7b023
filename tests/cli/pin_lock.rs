//! `added = "lock"`: the declared lines in the file, and all packages in a lock file next to it.

use insta::assert_snapshot;

use sha2::{Digest, Sha256};

use super::{Project, pin_of};

const FILE: &str = "\
channels: [conda-forge, nodefaults]
dependencies:
  - python=3.10   # as in the image
  - pandas
  - pip
  - pip:
      - oldflow==2.8.*
";

fn project() -> Project {
    let project = Project::new(FILE);
    project.setting("added = 'lock'");
    project
}

fn check(project: &Project) -> String {
    project.pin(&["--check"]).to_string()
}

#[test]
fn the_file_has_its_own_lines_and_the_lock_file_has_all() {
    let project = project();
    let diff = project.pin(&["--diff"]);
    assert_eq!(diff.code, 1, "{diff}");
    assert!(
        diff.stdout.contains("\n+++ conda-lock.yml (pinned)\n"),
        "{diff}"
    );
    assert_eq!(project.files(), ["environment.yml", "presolve.toml"]);
    assert_snapshot!(project.pin(&[]), @r"
    Locked all packages in conda-lock.yml
    Pinned 11 packages from conda and 2 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let pinned = project.read("environment.yml");
    assert_snapshot!(pinned, @r"
    # presolve: pinned for linux-64 locked in conda-lock.yml
    channels:
      - conda-forge
      - nodefaults
    dependencies:
      - python=3.10.13=hc5c86c4_0_cpython   # presolve: python=3.10 # as in the image
      - pandas=2.2.2=py310_0  # presolve: pandas
      - pip=24.2=pyh8b19718_1  # presolve: pip
      - pip:
          - oldflow==2.8.1  # presolve: oldflow==2.8.*
    ");
    let lock = project.read("conda-lock.yml");
    assert!(
        lock.starts_with("# presolve: the packages of environment.yml, sha256 "),
        "{lock}"
    );
    for name in ["python", "pandas", "numpy", "openssl", "oldflow", "pip"] {
        assert!(lock.contains(&format!("name: {name}\n")), "{name}: {lock}");
    }
    assert_eq!(check(&project).lines().last(), Some("exit code 0"));
    let solved = project.pin(&["--check", "--solve"]);
    assert_eq!(solved.code, 0, "{solved}");
    // Pinning again keeps the pins of both files.
    assert_eq!(project.pin(&[]).code, 0);
    assert_eq!(project.read("environment.yml"), pinned);
    assert_eq!(project.read("conda-lock.yml"), lock);
}

#[test]
fn the_check_tells_missing_changed_and_stale_lock_files_apart() {
    let project = project();
    assert_eq!(project.pin(&[]).code, 0);
    let lock = project.read("conda-lock.yml");
    std::fs::remove_file(project.path("conda-lock.yml")).expect("is there");
    assert_snapshot!(check(&project), @r"
    error[missing-lock]: the lock file `conda-lock.yml` is missing
     --> environment.yml:1:43
      |
    1 | # presolve: pinned for linux-64 locked in conda-lock.yml
      |                                           ^^^^^^^^^^^^^^ named here
      |
      = help: restore it, or run `presolve pin environment.yml`
    exit code 1
    ");
    // The lock file of an earlier state.
    project.write("conda-lock.yml", lock.replace("2.2.2", "2.0.0"));
    let found = check(&project);
    for message in [
        "error[other-lock]: the lock file is not as `pin` wrote it",
        "error[other-lock]: the file pins `pandas=2.2.2=py310_0`, and its lock file has `pandas=2.0.0=py310_0`",
    ] {
        assert!(found.contains(message), "{found}");
    }
    // With the line breaks of Windows it is the same.
    project.write("conda-lock.yml", lock.replace('\n', "\r\n"));
    assert_eq!(check(&project).lines().last(), Some("exit code 0"));
    // The file has a line that the lock file does not know, and pins for it.
    project.write("conda-lock.yml", &lock);
    let text = project.read("environment.yml");
    let line = "      - chartling==5.0.0  # presolve: chartling\n      - lightbolt==2.1.0  # presolve: lightbolt\n";
    project.write("environment.yml", text.clone() + line);
    assert_snapshot!(check(&project), @r"
    error[stale-lock]: the pin `packaging==24.1` is in no index, or no longer fits the other lines
       --> conda-lock.yml:195:9
        |
    195 |   name: packaging
        |         ^^^^^^^^^
        |
        = help: run `presolve pin environment.yml`
    error[stale-lock]: the lines also need `tomlish==1.2.0`, `torch==2.4.1`
     --> environment.yml:1:1
      |
    1 | # presolve: pinned for linux-64 locked in conda-lock.yml
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: run `presolve pin environment.yml`
    exit code 1
    ");
    project.write("environment.yml", &text);
    for broken in [
        "- a\n",
        "package: [{platform: linux-64, name: a}]\n",
        "{",
        "",
    ] {
        project.write("conda-lock.yml", broken);
        let run = project.pin(&["--check"]);
        assert_eq!(run.code, 2, "{broken}: {run}");
        assert!(run.stderr.contains("conda-lock.yml"), "{broken}: {run}");
    }
}

#[test]
fn another_style_leaves_the_lock_file_and_says_so() {
    let project = project();
    assert_eq!(project.pin(&[]).code, 0);
    let run = project.pin(&["--added", "block"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run, @r"
    note[unused-lock]: `conda-lock.yml` no longer belongs to the pins
     |
     = help: delete `conda-lock.yml` if nothing else needs it
    Pinned 11 packages from conda and 2 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let text = project.read("environment.yml");
    assert!(
        text.starts_with("# presolve: pinned for linux-64\n"),
        "{text}"
    );
    assert_eq!(pin_of(&text, "numpy").len(), 1, "{text}");
    assert!(project.files().contains(&"conda-lock.yml".to_owned()));
    assert_eq!(check(&project).lines().last(), Some("exit code 0"));
    // And back: the added lines are presolve's own.
    assert_eq!(project.pin(&[]).code, 0);
    assert!(pin_of(&project.read("environment.yml"), "numpy").is_empty());
}

#[test]
fn a_lock_file_of_another_tool_is_kept() {
    let project = project();
    project.write("conda-lock.yml", "version: 1\npackage: []\n");
    assert_snapshot!(project.pin(&[]), @r#"
    error[foreign-lock]: `conda-lock.yml` is not a lock file of presolve
     |
     = note: `added = "lock"` would replace it
     = help: delete it if nothing needs it, or use `--added block`
    exit code 2
    "#);
    assert_eq!(project.read("environment.yml"), FILE);
    assert_eq!(project.read("conda-lock.yml"), "version: 1\npackage: []\n");
}

#[test]
fn both_files_are_written_or_none() {
    let project = project();
    assert_eq!(project.pin(&[]).code, 0);
    let path = project.path("conda-lock.yml");
    let mut mode = std::fs::metadata(&path).expect("is there").permissions();
    mode.set_readonly(true);
    std::fs::set_permissions(&path, mode).expect("is set");
    let text = project.read("environment.yml");
    project.write(
        "environment.yml",
        text.replace("presolve: python=3.10", "presolve: python=3.9"),
    );
    let before = project.read("environment.yml");
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("conda-lock.yml"), "{run}");
    assert_eq!(project.read("environment.yml"), before);
}

#[test]
fn what_cannot_have_a_lock_file_says_so() {
    let project = project();
    for arguments in [
        &["-o", "out.yml"][..],
        &["requirements.txt", "--python-version", "3.10"],
    ] {
        project.write("requirements.txt", "chartling\n");
        let run = project.pin(arguments);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains("error[no-lock-file]"), "{run}");
    }
    project.write(
        "Dockerfile",
        "FROM python:3.10\nRUN pip install chartling\n",
    );
    let run = project.pin(&["Dockerfile"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn the_summary_has_the_packages_of_the_lock_file() {
    let project = project();
    assert_eq!(project.pin(&[]).code, 0);
    let text = project.read("environment.yml");
    project.write(
        "environment.yml",
        text.replace("presolve: python=3.10", "presolve: python=3.9"),
    );
    let run = project.pin(&["--summary", "changes.md"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(project.read("changes.md"), @r"
    ### `environment.yml`

    2 downgraded, 2 rebuilt.

    | conda | from | to | |
    |---|---|---|---|
    | `pandas` | `2.2.2=py310_0` | `2.2.2=py39_0` | rebuilt |
    | `python` | `3.10.13` | `3.9.18` | downgraded |

    <details>
    <summary>conda, not declared: 2</summary>

    | conda | from | to | |
    |---|---|---|---|
    | `numpy` | `1.23.5=py310_0` | `1.23.5=py39_0` | rebuilt |
    | `python_abi` | `3.10` | `3.9` | downgraded |

    </details>
    ");
}

#[test]
fn a_lock_file_with_more_than_the_pins_is_another_one() {
    let project = project();
    assert_eq!(project.pin(&[]).code, 0);
    let lock = project.read("conda-lock.yml");
    let (_, packages) = lock.split_once("\npackage:\n").expect("has packages");
    let end = packages[1..].find("\n- ").expect("has several") + 2;
    let package = &packages[..end];
    let again = format!("{lock}{package}");
    let other = package.replace("platform: linux-64", "platform: osx-arm64");
    let foreign = format!("{lock}{other}");
    for (text, message) in [
        (again, "` twice"),
        (foreign, "the lock file has packages for another platform"),
    ] {
        project.write("conda-lock.yml", text);
        let found = check(&project);
        assert!(found.contains(&format!("{message}\n")), "{found}");
        assert_eq!(found.lines().last(), Some("exit code 1"), "{found}");
    }
}

#[test]
fn an_empty_lock_file_is_named_as_one() {
    let project = Project::of(&["python=3.10"]);
    project.pinned(&["--added", "lock"]);
    project.write("conda-lock.yml", "");
    let run = project.pin(&["--check"]);
    assert_eq!(run.code, 2, "{run}");
    let help = "help: restore the file, or delete it and pin again";
    assert!(run.stderr.contains(help), "{run}");
    assert!(!run.stderr.contains("a conda environment file"), "{run}");
}

/// A lock file with the digest of its text, as an attacker would write it.
fn signed(lock: &str) -> String {
    let (first, text) = lock.split_once('\n').expect("a first line");
    let (start, _) = first.rsplit_once(' ').expect("a digest");
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{start} {digest}\n{text}")
}

#[test]
fn other_urls_and_hashes_are_differences() {
    let project = project();
    assert_eq!(project.pin(&[]).code, 0);
    let lock = project.read("conda-lock.yml");
    assert_eq!(signed(&lock), lock);
    let entry = |name: &str| {
        let mut entries = lock.split("\n- ");
        let line = format!("\n  name: {name}\n");
        entries
            .find(|entry| entry.contains(&line))
            .expect("is there")
    };
    for (name, part, old, new) in [
        ("pandas", "URL", "/fixtures/", "/elsewhere/"),
        ("oldflow", "URL", "/fixtures/", "/elsewhere/"),
        ("oldflow", "hash", "sha256: ", "sha256: 00"),
    ] {
        let entry = entry(name);
        let other = lock.replacen(entry, &entry.replacen(old, new, 1), 1);
        assert_ne!(other, lock, "{entry}");
        let message = format!("the {part} of `{name}` is not the one of its channel or index");
        project.write("conda-lock.yml", signed(&other));
        for solve in [&[][..], &["--solve"]] {
            let run = project.pin(&[&["--check"], solve].concat());
            assert_eq!(run.code, 1, "{run}");
            let message = format!("error[other-lock]: {message}");
            assert!(run.stderr.contains(&message), "{run}");
            assert!(run.stderr.contains("--> conda-lock.yml:"), "{run}");
        }
        assert_eq!(project.pin(&[]).code, 0);
        assert_eq!(project.read("conda-lock.yml"), lock);
    }
}
