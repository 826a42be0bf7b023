//! Azure ML environments: the conda spec inside or beside is what is read and written.

use insta::assert_snapshot;

use super::Project;

const INLINE: &str = "\
# presolve: pinned for win-64 is what this comment says
$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json
name: 'train'   # déjà vu
image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
conda_file:   # in place
  # one is enough
  channels: [conda-forge, nodefaults]

  dependencies:
  - python =3.10  # why
  - pip
  - pip:
    - \"chartling\"   # plots
# of the tags
tags: {b:  1, a: 2}
dependencies_of: none
";

/// A project without settings for the target.
fn project(text: &str) -> Project {
    let project = Project::new(text);
    project.change("platform", None);
    project.change("virtual-packages", None);
    project
}

#[test]
fn an_inline_spec_is_pinned_in_its_place() {
    let project = project(INLINE);
    assert_snapshot!(project.pin(&[]), @"
    Pinned 7 packages from conda and 1 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let pinned = project.read("environment.yml");
    assert_snapshot!(pinned, @r#"
    # presolve: pinned for win-64 is what this comment says
    $schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json
    name: 'train'   # déjà vu
    image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
    conda_file:   # in place
      # presolve: pinned for linux-64
      # one is enough
      channels:
        - conda-forge
        - nodefaults

      dependencies:
      - python=3.10.13=hc5c86c4_0_cpython  # presolve: python =3.10 # why
      - pip=24.2=pyh8b19718_1  # presolve: pip
      - ca-certificates=2024.8.30=hbcca054_0  # presolve: added
      - libzlib=1.3.1=hb9d3cd8_2  # presolve: added
      - openssl=3.3.2=hb9d3cd8_0  # presolve: added
      - setuptools=75.1.0=pyhd8ed1ab_0  # presolve: added
      - wheel=0.44.0=pyhd8ed1ab_0  # presolve: added
      - pip:
        - "chartling==5.0.0"   # presolve: chartling # plots
    # of the tags
    tags: {b:  1, a: 2}
    dependencies_of: none
    "#);
    assert_eq!(project.pinned(&[]), pinned);
}

#[test]
fn the_conda_file_beside_it_is_pinned() {
    let project = project(
        "name: train\nimage: azureml/openmpi4.1.0-ubuntu22.04:20240418.v1\nconda_file: conda/spec.yml\n",
    );
    let before = project.read("environment.yml");
    project.write(
        "conda/spec.yml",
        "channels: [conda-forge, nodefaults]\ndependencies:\n- python =3.10\n",
    );
    assert_snapshot!(project.pin(&[]), @"
    Pinned 4 packages from conda and 0 from PyPI for linux-64 in conda/spec.yml ([TIME])
    exit code 0
    ");
    assert_eq!(project.read("environment.yml"), before);
    let pinned = project.read("conda/spec.yml");
    assert!(
        pinned.starts_with("# presolve: pinned for linux-64\n"),
        "{pinned}"
    );
    assert_eq!(project.pin(&[]).code, 0);
    assert_eq!(project.read("conda/spec.yml"), pinned);
}

/// A record needs a newer glibc than Ubuntu 20.04 has.
#[test]
fn the_image_says_which_glibc_there_is() {
    let text = |ubuntu: &str| {
        format!(
            "name: train\nimage: azureml/openmpi4.1.0-{ubuntu}:20240418.v1\nconda_file:\n  channels: [./own, nodefaults]\n  dependencies:\n  - new\n"
        )
    };
    let project = project(&text("ubuntu20.04"));
    project.channel("own", "linux-64", &[("new", "1", "0", &["__glibc >=2.32"])]);
    project.channel("own", "noarch", &[]);
    assert_snapshot!(project.pin(&[]), @"
    error[unsolvable]: this line cannot be met on linux-64
     --> environment.yml:6:5
      |
    6 |   - new
      |     ^^^
      |
      = note: `new` needs __glibc >=2.32, of which nothing that fits can be had
      = note: there is __glibc 2.31
      = help: `presolve explain environment.yml` shows what mends it
    exit code 1
    ");
    assert_eq!(project.pin(&["--virtual-package", "__glibc=2.32"]).code, 0);
    project.write("environment.yml", text("ubuntu22.04"));
    assert_eq!(project.pin(&[]).code, 0);
    project.write("environment.yml", text("of-ours"));
    assert_snapshot!(project.pin(&["--diff"]), @"
    --- environment.yml
    +++ environment.yml (pinned)
    @@ -1,6 +1,9 @@
     name: train
     image: azureml/openmpi4.1.0-of-ours:20240418.v1
     conda_file:
    -  channels: [./own, nodefaults]
    +  # presolve: pinned for linux-64
    +  channels:
    +    - ./own
    +    - nodefaults
       dependencies:
    -  - new
    +  - new=1=0  # presolve: new
    note[unknown-image]: the image is taken for linux-64 with glibc 2.35, as its name does not say
     --> environment.yml:2:1
      |
    2 | image: azureml/openmpi4.1.0-of-ours:20240418.v1
      | ^^^^^
      |
      = help: say otherwise with `--virtual-package __glibc=…`, or in presolve.toml
    Would pin 1 package from conda and 0 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
}

#[test]
fn a_fix_is_written_where_the_spec_stands() {
    let text = INLINE.replace("python =3.10", "python =3.99");
    let project = project(&text);
    let run = project.run(&["explain", "--apply", "1"]);
    assert_eq!(run.code, 0, "{run}");
    let fixed = project.read("environment.yml");
    let changed: Vec<(&str, &str)> = text
        .lines()
        .zip(fixed.lines())
        .filter(|(before, after)| before != after)
        .collect();
    assert_eq!(changed.len(), 1, "{fixed}");
    assert_eq!(changed[0].0, "  - python =3.99  # why");
    assert_eq!(project.pin(&[]).code, 0);
}

#[test]
fn what_has_no_spec_or_another_format_is_refused() {
    let project = project("name: train\nbuild:\n  path: .\n");
    assert_snapshot!(project.pin(&[]), @"
    error[no-conda-spec]: the Azure ML environment has no conda spec
     --> environment.yml:2:1
      |
    2 | build:
      | ^^^^^ a Dockerfile makes it
      |
      = help: give the conda file that the Dockerfile installs
    exit code 2
    ");
    project.write(
        "environment.yml",
        "name: train\nimage: a:1\nconda_file: no.yml\n",
    );
    assert_snapshot!(project.pin(&[]), @"
    error[missing-conda-file]: there is no conda file `no.yml`
     --> environment.yml:3:13
      |
    3 | conda_file: no.yml
      |             ^^^^^^ named here
      |
      = note: the path is relative to the folder of this file
      = help: mend the path, or write the conda spec below `conda_file:`
    exit code 2
    ");
    for (name, text) in [
        (
            "job.yml",
            "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\nenvironment:\n  image: a:1\n",
        ),
        (
            "asset.yaml",
            "name: e\ntype: environment\nspec: spec.yaml\n",
        ),
    ] {
        project.write(name, text);
        for command in ["pin", "explain", "check"] {
            let run = project.run(&[command, name]);
            assert_eq!(run.code, 2, "{run}");
            assert!(
                run.to_string().contains("error[unsupported-format]"),
                "{run}"
            );
        }
    }
}

#[test]
fn definitions_are_found_and_their_conda_files_checked_once() {
    let project = project(INLINE);
    let image = "image: azureml/openmpi4.1.0-ubuntu22.04:20240909.1\n";
    project.write(
        "a/one.yml",
        format!("name: one\n{image}conda_file: ../specs/spec.yml\n"),
    );
    project.write(
        "a/two.yml",
        format!("name: two\n{image}conda_file: ../specs/spec.yml\n"),
    );
    project.write("a/values.yaml", "image: nginx\nreplicas: 1\n");
    project.write(
        "specs/spec.yml",
        "channels: [conda-forge, nodefaults]\ndependencies:\n- python =3.10\nprefix: /home\n",
    );
    project.write("Dockerfile", "FROM scratch\n");
    project.write("here.yml", "name: here\nbuild:\n  path: .\n");
    project.write("b/made.yml", "name: made\nbuild:\n  path: ..\n");
    project.write(
        "b/lost.yml",
        "name: lost\nbuild:\n  path: ..\n  dockerfile_path: docker\n",
    );
    let select =
        "malformed-image-tag,prefix-in-file,missing-dockerfile,missing-context-path,unsolvable";
    assert_snapshot!(project.run(&["check", "--select", select, "."]), @"
    error[malformed-image-tag]: the tag has no `v` before its number
     --> a/one.yml:2:8
      |
    2 | image: azureml/openmpi4.1.0-ubuntu22.04:20240909.1
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ there is no such tag
      |
      = note: the tags of Azure ML's images are like `20240909.v1`
      = help: write `20240909.v1`
      = help: `--fix` can write the tag `20240909.v1`

    error[malformed-image-tag]: the tag has no `v` before its number
     --> a/two.yml:2:8
      |
    2 | image: azureml/openmpi4.1.0-ubuntu22.04:20240909.1
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ there is no such tag
      |
      = note: the tags of Azure ML's images are like `20240909.v1`
      = help: write `20240909.v1`
      = help: `--fix` can write the tag `20240909.v1`

    error[missing-dockerfile]: there is no Dockerfile `b/../docker`
     --> b/lost.yml:4:20
      |
    4 |   dockerfile_path: docker
      |                    ^^^^^^ looked for here
      |
      = note: `dockerfile_path` is relative to `path`, and `Dockerfile` if it is not given
      = help: mend `dockerfile_path`, or add the Dockerfile

    warning[prefix-in-file]: `prefix` is a path of the machine that the file was exported on
     --> specs/spec.yml:4:1
      |
    4 | prefix: /home
      | ^^^^^^
      |
      = help: remove it
      = help: `--fix` can remove the line

    Checked 7 files: 3 errors, 1 warning
    `--fix` can mend 3 of them
    exit code 1
    ");
    let run = project.run(&["check", "--select", select, "--fix", "."]);
    assert_eq!(run.code, 1, "{run}");
    assert!(project.read("a/one.yml").contains(":20240909.v1\n"));
    assert!(!project.read("specs/spec.yml").contains("prefix"));
}
