//! `pin` with several files, and the styles of a pinned file.

use insta::assert_snapshot;

use super::{Project, environment};

fn small() -> String {
    environment(&["python=3.10"])
}

#[test]
fn a_diff_ends_with_one_if_something_would_change() {
    let project = Project::new(small());
    let run = project.pin(&["--diff"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("+  - python=3.10"), "{run}");
    assert!(run.stderr.starts_with("Would pin"), "{run}");
    assert_eq!(project.read("environment.yml"), small());
    project.pinned(&[]);
    let run = project.pin(&["--diff"]);
    assert_eq!((run.code, &*run.stdout), (0, ""), "{run}");
}

#[test]
fn files_and_folders_are_pinned_in_one_run() {
    let project = Project::new(small());
    project.write("envs/train.yml", small());
    project.write("envs/deep/score.yml", small());
    project.write("envs/deep/notes.yml", "a: b\n");
    let run = project.pin(&["environment.yml", "envs", "envs/train.yml", "--diff"]);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(run.stderr.matches("Would pin").count(), 3, "{run}");
    let run = project.pin(&["environment.yml", "envs"]);
    assert_eq!(run.code, 0, "{run}");
    for name in ["environment.yml", "envs/train.yml", "envs/deep/score.yml"] {
        assert!(project.read(name).contains("python=3.10.13="), "{name}");
        assert!(run.stderr.contains(&format!(" in {name} (")), "{run}");
    }
    let run = project.pin(&["--check", "."]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(run.stderr.matches("Checked the pins").count(), 3, "{run}");
}

#[test]
fn a_file_that_cannot_be_pinned_does_not_stop_the_others() {
    let project = Project::new(environment(&["python=2.0"]));
    project.write("a.yml", small());
    project.write("b.yml", "dependencies: [\n");
    let run = project.pin(&["environment.yml", "a.yml"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(project.read("a.yml").contains("python=3.10.13="));
    let run = project.pin(&["environment.yml", "b.yml", "a.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[unsolvable]"), "{run}");
    assert!(run.stderr.contains("b.yml"), "{run}");
}

#[test]
fn the_folder_of_a_build_is_one_file() {
    let project = Project::new(small());
    let image = "FROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1\n";
    let lines = "COPY conda.yml .\nRUN conda env create -f conda.yml\n";
    project.write("build/Dockerfile", format!("{image}{lines}"));
    project.write("build/conda.yml", small());
    project.write("build/other.yml", small());
    let run = project.pin(&["build"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(project.read("build/conda.yml").contains("python=3.10.13="));
    assert_eq!(project.read("build/other.yml"), small());
    // Both lead to the same requirements.
    let run = project.pin(&["build", "build/conda.yml"]);
    assert_eq!(run.stderr.matches("Pinned").count(), 1, "{run}");
}

#[test]
fn one_output_is_for_one_file() {
    let project = Project::new(small());
    project.write("a.yml", small());
    assert_snapshot!(project.pin(&["environment.yml", "a.yml", "-o", "x.yml"]), @"
    error[several-files]: one output cannot hold the pins of several files
     |
     = note: the first two are `environment.yml` and `a.yml`
     = help: name one file, or remove `-o` and `--format` to write the pins into the files
    exit code 2
    ");
    let run = project.pin(&["environment.yml", "a.yml", "--format", "conda-lock"]);
    assert_eq!(run.code, 2, "{run}");
    std::fs::create_dir(project.path("empty")).expect("a folder");
    assert_snapshot!(project.pin(&["empty"]), @"
    error[unreadable-file]: there is no environment file below `empty`
     |
     = help: name a file to pin
    exit code 2
    ");
}

#[test]
fn the_style_is_a_flag_or_a_setting() {
    let lines = ["python=3.10 # why", "pip:", "lightbolt"];
    let project = Project::of(&lines);
    let block = project.pinned(&[]);
    assert_snapshot!(block, @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge
      - nodefaults
    dependencies:
      - python=3.10.13=hc5c86c4_0_cpython # presolve: python=3.10 # why
      - pip=24.2=pyh8b19718_1  # presolve: pip
      # presolve: added 5 packages
      - ca-certificates=2024.8.30=hbcca054_0
      - libzlib=1.3.1=hb9d3cd8_2
      - openssl=3.3.2=hb9d3cd8_0
      - setuptools=75.1.0=pyhd8ed1ab_0
      - wheel=0.44.0=pyhd8ed1ab_0
      - pip:
        - lightbolt==2.1.0  # presolve: lightbolt
        # presolve: added 3 packages
        - packaging==23.2
        - tomlish==1.2.0
        - torch==2.4.1
    ");
    let inline = project.pinned(&["--added", "inline"]);
    assert_snapshot!(inline, @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge
      - nodefaults
    dependencies:
      - python=3.10.13=hc5c86c4_0_cpython # presolve: python=3.10 # why
      - pip=24.2=pyh8b19718_1  # presolve: pip
      - ca-certificates=2024.8.30=hbcca054_0  # presolve: added
      - libzlib=1.3.1=hb9d3cd8_2  # presolve: added
      - openssl=3.3.2=hb9d3cd8_0  # presolve: added
      - setuptools=75.1.0=pyhd8ed1ab_0  # presolve: added
      - wheel=0.44.0=pyhd8ed1ab_0  # presolve: added
      - pip:
        - lightbolt==2.1.0  # presolve: lightbolt
        - packaging==23.2  # presolve: added
        - tomlish==1.2.0  # presolve: added
        - torch==2.4.1  # presolve: added
    ");
    assert_eq!(project.pinned(&[]), block);
    project.setting("added = 'inline'\nno-builds = true");
    let without_builds = project.pinned(&["--added", "block"]);
    assert_snapshot!(without_builds, @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge
      - nodefaults
    dependencies:
      - python==3.10.13 # presolve: python=3.10 # why
      - pip==24.2  # presolve: pip
      # presolve: added 5 packages
      - ca-certificates==2024.8.30
      - libzlib==1.3.1
      - openssl==3.3.2
      - setuptools==75.1.0
      - wheel==0.44.0
      - pip:
        - lightbolt==2.1.0  # presolve: lightbolt
        # presolve: added 3 packages
        - packaging==23.2
        - tomlish==1.2.0
        - torch==2.4.1
    ");
    assert_eq!(project.pinned(&["--added", "block"]), without_builds);
    project.change("no-builds", None);
    assert_eq!(project.pinned(&[]), inline);
}
