//! What is written, and what is left as it was.

use insta::assert_snapshot;

use super::Project;

const FILE: &str = "\
# The model's environment.
name: \"model\"   # quoted
channels:
  # one is enough
  - conda-forge
  - nodefaults
variables:
  THREADS: 4
dependencies:
- 'numpy>=1.20'  # arrays

- python =3.10
- pip
- pip:
  - \"chartling\"   # plots
";

#[test]
fn comments_quotes_and_order_stay() {
    let project = Project::new(FILE);
    assert_snapshot!(project.pin(&[]), @"
    Pinned 10 packages from conda and 1 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    assert_snapshot!(project.read("environment.yml"), @r#"
    # presolve: pinned for linux-64
    # The model's environment.
    name: "model"   # quoted
    channels:
      # one is enough
      - conda-forge
      - nodefaults
    variables:
      THREADS: 4
    dependencies:
    - 'numpy=2.1.1=py310_0'  # presolve: numpy>=1.20 # arrays

    - python=3.10.13=hc5c86c4_0_cpython  # presolve: python =3.10
    - pip=24.2=pyh8b19718_1  # presolve: pip
    # presolve: added 7 packages
    - ca-certificates=2024.8.30=hbcca054_0
    - libblas=3.9.0=24_openblas
    - libzlib=1.3.1=hb9d3cd8_2
    - openssl=3.3.2=hb9d3cd8_0
    - python_abi=3.10=5_cp310
    - setuptools=75.1.0=pyhd8ed1ab_0
    - wheel=0.44.0=pyhd8ed1ab_0
    - pip:
      - "chartling==5.0.0"   # presolve: chartling # plots
    "#);
}

#[test]
fn pinning_twice_changes_nothing() {
    let project = Project::new(FILE);
    let once = project.pinned(&[]);
    assert_eq!(project.pinned(&[]), once);
    let run = project.pin(&["--diff"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
}

#[test]
fn another_file_can_be_written() {
    let project = Project::new(FILE);
    assert_snapshot!(project.pin(&["-o", "pinned.yml"]), @"
    Pinned 10 packages from conda and 1 from PyPI for linux-64 in pinned.yml ([TIME])
    exit code 0
    ");
    assert_eq!(project.read("environment.yml"), FILE);
    let written = project.read("pinned.yml");
    assert_eq!(project.pinned(&[]), written);
}

#[test]
fn line_ends_stay() {
    let project = Project::new(FILE.replace('\n', "\r\n"));
    let pinned = project.pinned(&[]);
    assert_eq!(pinned.matches('\n').count(), pinned.matches("\r\n").count());
    assert_eq!(pinned.replace("\r\n", "\n"), Project::new(FILE).pinned(&[]));
}

#[test]
fn a_byte_order_mark_stays() {
    let project = Project::new(format!("\u{feff}{FILE}"));
    let pinned = project.pinned(&[]);
    let bare = Project::new(FILE).pinned(&[]);
    assert_eq!(pinned, format!("\u{feff}{bare}"));
}

#[test]
fn utf_16_stays() {
    let encode = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let project = Project::new(encode(FILE));
    let run = project.pin(&[]);
    assert_eq!(run.code, 0, "{run}");
    let bare = Project::new(FILE).pinned(&[]);
    assert_eq!(project.bytes("environment.yml"), encode(&bare));
}

#[test]
fn no_failure_touches_the_file_or_leaves_another() {
    let unsolvable = format!("{FILE}  - oldflow\n").replace("=3.10", "=3.12");
    let unknown = format!("{FILE}  - nobody-has-this\n");
    for (text, arguments) in [
        (unsolvable.as_str(), &[][..]),
        (&unknown, &[]),
        (FILE, &["--timeout", "0s"]),
        ("dependencies: [", &[]),
    ] {
        let project = Project::new(text);
        let files = project.files();
        let run = project.pin(arguments);
        assert_ne!(run.code, 0, "{run}");
        assert_eq!(project.read("environment.yml"), text);
        assert_eq!(project.files(), files);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let project = Project::new(FILE);
    assert_snapshot!(project.pin(&["-o", "nowhere/pinned.yml"]), @"
    error[unwritable-file]: cannot write `nowhere/pinned.yml`: entity not found
     |
     = help: check the permissions of the folder, or write to another file with `-o`
    exit code 2
    ");
    assert_eq!(project.files(), ["environment.yml", "presolve.toml"]);
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_keeps_its_file() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(FILE);
    let mode = |mode| std::fs::set_permissions(project.path(""), PermissionsExt::from_mode(mode));
    mode(0o555).expect("permissions change");
    // The superuser may write everywhere.
    let binds = std::fs::write(project.path("probe"), "").is_err();
    let cache = tempfile::tempdir().expect("a folder");
    let run = project.pin(&["--cache-dir", &cache.path().display().to_string()]);
    mode(0o755).expect("permissions change");
    if binds {
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains("cannot write"), "{run}");
        assert_eq!(project.read("environment.yml"), FILE);
    }
}

#[test]
fn a_carried_line_is_kept_and_said() {
    let project = Project::new(format!("{FILE}  - -e ./here  # ours\n"));
    project.write("here/setup.py", "");
    assert_snapshot!(project.pin(&[]), @"
    warning[unresolvable-line]: this line is left unchanged: it is an editable project
      --> environment.yml:16:5
       |
    16 |   - -e ./here  # ours
       |     ^^^^^^^^^ its requirements are known only after a build
       |
       = help: expect pip to install packages for it that the pinned file does not list
    Pinned 10 packages from conda and 1 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let text = project.read("environment.yml");
    assert!(text.contains("\n  - -e ./here  # ours\n"), "{text}");
}
