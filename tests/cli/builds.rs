//! What pip builds from source, and what is said of it.

use insta::assert_snapshot;

use super::{Project, pin_of};

#[test]
fn what_compiles_is_named_with_what_it_needs_and_what_saves_it() {
    let project = Project::of(&["python=3.12", "pip:", "anvilite==2.0", "crucible"]);
    assert_snapshot!(project.pin(&[]));
}

#[test]
fn what_conda_brings_is_no_warning() {
    let with = ["python=3.12", "gxx_linux-64", "pip:", "anvilite==2.0"];
    assert_snapshot!(Project::of(&with).pin(&[]));
}

#[test]
fn what_may_be_compiled_is_a_plain_build() {
    assert_snapshot!(Project::of(&["python=3.12", "pip:", "slagheap"]).pin(&[]));
}

#[test]
fn a_build_that_lacks_what_it_imports_is_named() {
    assert_snapshot!(Project::of(&["python=3.12", "pip:", "moulder"]).pin(&[]));
    let with = Project::of(&["python=3.12", "numpy", "pip:", "moulder"]).pin(&[]);
    assert!(!with.stderr.contains("missing-build-dependency"), "{with}");
}

#[test]
fn a_build_that_refuses_is_not_chosen() {
    let text = Project::of(&["pip:", "dross"]).pinned(&[]);
    assert_eq!(pin_of(&text, "dross"), ["dross==1.0"]);
    assert_snapshot!(Project::of(&["pip:", "dross==2.0"]).pin(&[]));
    assert_snapshot!(Project::of(&["pip:", "sklearn==0.0.post12"]).pin(&[]));
    assert_snapshot!(Project::of(&["pip:", "sklearn"]).pin(&[]));
}
