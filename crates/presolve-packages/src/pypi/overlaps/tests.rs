use super::*;

fn name(text: &str) -> PackageName {
    text.parse().expect("a name")
}

#[test]
fn families_are_normalised_and_disjoint() {
    let mut seen = BTreeSet::new();
    for family in FAMILIES {
        assert!(family.source.starts_with("https://"), "{family:?}");
        for project in family.projects {
            assert_eq!(name(project).as_ref(), *project);
            assert!(seen.insert(project), "{project} is in two families");
        }
    }
    assert!(family(&name("Opencv_Python"), &name("opencv-python-headless")).is_some());
    assert!(family(&name("mlflow"), &name("opencv-python")).is_none());
}

#[test]
fn related_names_are_those_of_builds() {
    let pairs = [
        ("gridworks", "gridworks-skinny"),
        ("gridworks-cpu", "gridworks-gpu"),
        ("gridworks-cuda11x", "gridworks-cuda12x"),
        ("gridworks-cu12", "gridworks"),
    ];
    for (one, other) in pairs {
        assert!(are_related(&name(one), &name(other)), "{one} {other}");
    }
    for (one, other) in [("grid", "gridworks"), ("azure-core", "azure-identity")] {
        assert!(!are_related(&name(one), &name(other)), "{one} {other}");
    }
}

#[test]
fn only_files_with_other_contents_clash() {
    let one = InstalledFiles::of_record(
        "grid/__init__.py,sha256=a,1\ngrid/core.py,sha256=b,1\n\"grid/a, \"\"b\"\".txt\",sha256=c,1\n\
         grid-1.data/purelib/grid/extra.py,sha256=d,1\ngrid-1.dist-info/METADATA,sha256=e,1\n\
         grid-1.data/scripts/grid,sha256=f,1\n",
    );
    let other = InstalledFiles::of_record(
        "grid/__init__.py,sha256=z,1\ngrid/core.py,sha256=b,1\n\"grid/a, \"\"b\"\".txt\",sha256=y,1\n\
         grid/extra.py,sha256=x,1\ngrid-1.dist-info/METADATA,sha256=w,1\n\
         other-1.data/scripts/grid,sha256=v,1\n",
    );
    let clashes: Vec<_> = one.clashes(&other).into_iter().collect();
    let expected = [
        "../bin/grid",
        "grid/__init__.py",
        "grid/a, \"b\".txt",
        "grid/extra.py",
    ];
    assert_eq!(clashes, expected);
}

#[test]
fn code_needs_its_modules() {
    for path in [
        "serial.py",
        "core.so",
        "grid/core.py",
        "acme/grid/data.json",
        "../bin/grid",
    ] {
        assert!(is_needed(path), "{path}");
    }
    // Files of a namespace, and those that projects install by mistake.
    let others = [
        "acme/__init__.py",
        "acme/grid/py.typed",
        "LICENSE",
        "../share/grid.json",
        "README.md",
        "../share/grid.json",
        "tests/a.py",
    ];
    for path in others {
        assert!(!is_needed(path), "{path}");
    }
}
