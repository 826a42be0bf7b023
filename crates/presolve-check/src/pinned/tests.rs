use presolve_spec::environment;
use presolve_text::source::SourceFile;

use super::*;

const PINNED: &str = "\
# presolve: pinned for linux-64
channels:
  - conda-forge
  - nodefaults  # presolve: added
dependencies:
  - python=3.10.1=h0_0  # presolve: python >=3.10
  - far::numpy=1.26.4=h0_0  # presolve: far::numpy
  - pip=24.0=h0_0  # presolve: pip
  # presolve: added 2 packages
  - libblas=3.9.0=h0_0
  - libzlib==1.3
  - pip:
    - torch==2.4.1  # presolve: torch>=2
    - pywin32 ; sys_platform == 'win32'
    - x @ https://h/x-1.0-py3-none-any.whl
    # presolve: added 1 package
    - sympy==1.12
";

/// The names of the differences of a file, with the text at their places.
fn found(text: &str) -> Vec<String> {
    let source = SourceFile::from_text("environment.yml", text);
    let environment = environment::read(source).expect("reads");
    let settings =
        Settings::resolve_bare(std::path::Path::new("/"), presolve_config::Flags::default());
    let found = contradictions(&environment, &settings.expect("resolves"));
    let shown = found.iter().map(|one| {
        assert!(one.help[0].starts_with("run `presolve pin "), "{one:?}");
        format!("{} {}", one.name, one.labels[0].location.text())
    });
    shown.collect()
}

#[test]
fn a_pinned_file_has_no_difference() {
    assert_eq!(found(PINNED), [""; 0]);
}

#[test]
fn an_unpinned_file_has_one_difference() {
    let text = "channels: [conda-forge]\ndependencies:\n  - numpy\n  - python\n";
    assert_eq!(found(text), ["unpinned-file channels: [conda-forge]"]);
}

#[test]
fn each_edit_is_a_difference() {
    let edits = [
        (
            "# presolve: pinned for linux-64\n",
            "",
            "other-platform channels:",
        ),
        (
            "  - nodefaults  # presolve: added\n",
            "",
            "open-channels conda-forge",
        ),
        (
            "  - conda-forge\n",
            "",
            "open-channels # presolve: pinned for linux-64",
        ),
        (
            "python=3.10.1",
            "python=3.9.1",
            "stale-pin python=3.9.1=h0_0",
        ),
        (
            "python >=3.10",
            "python >=3.11",
            "stale-pin python=3.10.1=h0_0",
        ),
        (
            "python=3.10.1=h0_0  # presolve: python >=3.10",
            "python >=3.10",
            "unpinned-line python >=3.10",
        ),
        (
            "- libblas=3.9.0",
            "- near::libblas=3.9.0",
            "stale-pin near::libblas=3.9.0=h0_0",
        ),
        (
            "  - libblas=3.9.0=h0_0\n",
            "",
            "incomplete-block # presolve: added 2 packages",
        ),
        (
            "    - sympy==1.12\n",
            "",
            "incomplete-block # presolve: added 1 package",
        ),
        ("torch==2.4.1 ", "torch==1.4.1 ", "stale-pin torch==1.4.1"),
        ("torch>=2", "torch>=3", "stale-pin torch==2.4.1"),
        (
            "torch==2.4.1  #",
            "torch>=2.4.1  #",
            "unpinned-line torch>=2.4.1",
        ),
        (
            "'win32'",
            "'linux'",
            "unpinned-line pywin32 ; sys_platform == 'linux'",
        ),
    ];
    for (before, after, difference) in edits {
        let text = PINNED.replacen(before, after, 1);
        assert_ne!(text, PINNED, "{before}");
        assert_eq!(found(&text), [difference], "{before:?} to {after:?}");
    }
}
