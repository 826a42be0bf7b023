use presolve_spec::environment;
use presolve_text::source::SourceFile;

use super::*;

fn read(text: &str) -> EnvironmentFile {
    environment::read(SourceFile::from_text("environment.yml", text)).expect("reads")
}

fn shown(before: &str, after: &str) -> Vec<String> {
    let changes = compare(&read(before), &read(after));
    let version = |state: &Option<State>| {
        let state = state.as_ref()?;
        state.version.clone().or_else(|| state.declared.clone())
    };
    let shown = changes.packages.iter().map(|change| {
        let declared = if change.is_declared { "" } else { " indirect" };
        format!(
            "{:?} {} {:?}{declared} {} {}",
            change.half,
            change.name,
            change.kind,
            version(&change.before).unwrap_or_default(),
            version(&change.after).unwrap_or_default(),
        )
    });
    shown.collect()
}

const OLD: &str = "\
# presolve: pinned for linux-64
channels:
  - conda-forge
  - nodefaults  # presolve: added
dependencies:
  - python=3.10.1=h0_0  # presolve: python >=3.10
  - numpy=1.26.4=h0_0  # presolve: numpy
  - pip=24.0=h0_0  # presolve: pip
  # presolve: added 2 packages
  - libblas=3.9.0=h0_0
  - libzlib=1.3=h0_0
  - pip:
    - torch==2.4.1  # presolve: torch>=2
    - git+https://h/x.git
    # presolve: added 1 package
    - sympy==1.12
";

#[test]
fn equal_states_have_no_difference() {
    let same = compare(&read(OLD), &read(OLD));
    assert!(same.is_empty(), "{same:?}");
}

#[test]
fn each_kind_of_difference_is_found() {
    let new = OLD
        .replace("python=3.10.1=h0_0", "python=3.9.0=h0_0")
        .replace("numpy=1.26.4=h0_0", "numpy=1.26.10=h0_0")
        .replace("libblas=3.9.0=h0_0", "libblas=3.9.0=h0_1")
        .replace("libzlib=1.3=h0_0", "libzstd=1.3=h0_0")
        .replace("pip=24.0=h0_0", "pip==24.0")
        .replace("torch==2.4.1  # presolve: torch>=2", "torch>=2")
        .replace("sympy==1.12", "sympy==1.9");
    assert_eq!(
        shown(OLD, &new),
        [
            "Conda numpy Upgraded 1.26.4 1.26.10",
            "Conda pip Redeclared 24.0 24.0",
            "Conda python Downgraded 3.10.1 3.9.0",
            "Conda libblas Rebuilt indirect 3.9.0 3.9.0",
            "Conda libzlib Removed indirect 1.3 ",
            "Conda libzstd Added indirect  1.3",
            "Pip torch Unpinned 2.4.1 torch>=2",
            "Pip sympy Downgraded indirect 1.12 1.9",
        ]
    );
}

#[test]
fn a_file_that_is_pinned_for_the_first_time_has_pinned_lines() {
    let unpinned = "channels: [conda-forge]\ndependencies:\n  - python >=3.10\n  - numpy=1.26.4\n  - pip\n  - pip:\n    - torch>=2\n    - git+https://h/x.git\n";
    let found = shown(unpinned, OLD);
    let declared = [
        "Conda numpy Pinned 1.26.4 1.26.4",
        "Conda pip Pinned pip 24.0",
        "Conda python Pinned python >=3.10 3.10.1",
    ];
    assert_eq!(found[..3], declared);
    let changes = compare(&read(unpinned), &read(OLD));
    assert_eq!(changes.platform, Some((None, Some("linux-64".to_owned()))));
    assert_eq!(changes.count(Kind::Added), 3);
}

#[test]
fn numbers_of_a_version_are_compared_as_numbers() {
    for half in [Half::Conda, Half::Pip] {
        assert_eq!(order(half, "1.9", "1.10"), Ordering::Less, "{half:?}");
        assert_eq!(order(half, "1.0", "1.0"), Ordering::Equal, "{half:?}");
        assert_eq!(order(half, "2.0rc1", "2.0"), Ordering::Less, "{half:?}");
    }
    assert_eq!(
        order(Half::Pip, "not a version", "also not"),
        Ordering::Greater
    );
}
