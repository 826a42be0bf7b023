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
      # presolve: added 5 packages
      - ca-certificates=2024.8.30=hbcca054_0
      - libzlib=1.3.1=hb9d3cd8_2
      - openssl=3.3.2=hb9d3cd8_0
      - setuptools=75.1.0=pyhd8ed1ab_0
      - wheel=0.44.0=pyhd8ed1ab_0
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
    error[unsolvable]: this line cannot be satisfied on linux-64
     --> environment.yml:6:5
      |
    6 |   - new
      |     ^^^
      |
      = note: `new` needs __glibc >=2.32, but no match is available
      = note: the target has `__glibc=2.31`
      = help: if the target machine has it, add `--virtual-package __glibc=2.32`
      = help: `presolve explain environment.yml` shows how to fix it
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
    note[unknown-image]: presolve assumes linux-64 with glibc 2.35, as the name of the image does not say
     --> environment.yml:2:1
      |
    2 | image: azureml/openmpi4.1.0-of-ours:20240418.v1
      | ^^^^^
      |
      = help: override this with `--virtual-package __glibc=…`, or in presolve.toml
    Would pin 1 package from conda and 0 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 1
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
    error[missing-dockerfile]: there is no Dockerfile `Dockerfile`
     --> environment.yml:2:1
      |
    2 | build:
      | ^^^^^ looked for here
      |
      = help: correct the path, or add the Dockerfile
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
      = help: correct the path, or write the conda spec below `conda_file:`
    exit code 2
    ");
    // A template in a line of the spec is one of that line.
    project.write(
        "environment.yml",
        "name: train\nimage: a:1\nconda_file:\n  dependencies:\n  - pip:\n    - a=={{latest}}\n",
    );
    let run = project.pin(&[]);
    assert!(run.stderr.contains("[template-value]"), "{run}");
    assert!(run.stderr.contains("environment.yml:6:7"), "{run}");
    project.write(
        "component.yml",
        "$schema: https://componentsdk.azureedge.net/jsonschema/CommandComponent.json\nenvironment:\n  docker: {image: a:1}\n",
    );
    for command in ["pin", "explain", "check"] {
        let run = project.run(&[command, "component.yml"]);
        assert_eq!(run.code, 2, "{run}");
        assert!(
            run.to_string().contains("error[unsupported-format]"),
            "{run}"
        );
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
      = note: `dockerfile_path` is relative to `path`; the default is `Dockerfile`
      = help: correct `dockerfile_path`, or add the Dockerfile

    warning[prefix-in-file]: `prefix` is a path on the machine that exported the file
     --> specs/spec.yml:4:1
      |
    4 | prefix: /home
      | ^^^^^^
      |
      = help: remove it
      = help: `--fix` can remove the line

    Checked 8 files: 3 errors, 1 warning
    `--fix` can fix 3 of them
    exit code 1
    ");
    let run = project.run(&["check", "--select", select, "--fix", "."]);
    assert_eq!(run.code, 1, "{run}");
    assert!(project.read("a/one.yml").contains(":20240909.v1\n"));
    assert!(!project.read("specs/spec.yml").contains("prefix"));
}

/// An environment on an image with CUDA, of a channel with builds for it: of `net`, which
/// conda prefers where a GPU is, of `flow`, which has to be asked for, and of `hull`, which
/// needs a driver that is newer than the image's libraries as well.
pub(super) fn with_cuda_builds(dependencies: &str) -> Project {
    let project = project(&format!(
        "name: train\nimage: azureml/openmpi5.0-cuda12.4-ubuntu22.04:20250601.v1\nconda_file:\n  channels: [own, nodefaults]\n  dependencies: {dependencies}\n"
    ));
    let alias = format!("'{}'", project.path("").display());
    project.change("channel-alias", Some(&alias));
    project.channel("own", "noarch", &[]);
    let record = |name: &str, build: &str, number: u64, depends: &[&str]| {
        let record = serde_json::json!({
            "name": name, "version": "1.5", "build": build, "build_number": number,
            "depends": depends, "subdir": "linux-64",
        });
        (format!("{name}-1.5-{build}.conda"), record)
    };
    let records = [
        record("net", "cpu_py_0", 0, &[]),
        record("net", "cuda126_py_200", 200, &["__cuda"]),
        record("kit", "0", 0, &["net"]),
        record("flow", "mkl_1", 1, &[]),
        record("flow", "gpu_0", 0, &["cudatoolkit"]),
        record("cudatoolkit", "0", 0, &[]),
        record("hull", "cpu_1", 1, &[]),
        record("hull", "cuda129_0", 0, &["__cuda >=12.9"]),
    ];
    let records: serde_json::Map<_, _> = records.into_iter().collect();
    let repodata = serde_json::json!({
        "info": { "subdir": "linux-64" }, "packages": {}, "packages.conda": records,
    });
    project.write("own/linux-64/repodata.json", repodata.to_string());
    project
}

#[test]
fn builds_for_the_cpu_on_an_image_with_cuda_are_named() {
    let project = with_cuda_builds("[kit, flow]");
    assert_snapshot!(project.pin(&[]), @"
    warning[cpu-build-on-cuda-image]: net 1.5 is a CPU build, but the image has CUDA 12.4
     --> environment.yml:5:18
      |
    5 |   dependencies: [kit, flow]
      |                  ^^^ kit needs net
      |
      = note: there is no GPU during the image build, so conda sees no `__cuda`; with one it would choose net 1.5 `cuda126_py_200`
      = help: for CUDA, write `net=1.5=cuda*`, pin it with `--virtual-package __cuda=12.4`, and build where `CONDA_OVERRIDE_CUDA` is set, as `presolve context` does
      = help: if the CPU is enough, use an image without CUDA, which is smaller
    note[cpu-build-on-cuda-image]: flow 1.5 is a CPU build, but the image has CUDA 12.4
     --> environment.yml:5:23
      |
    5 |   dependencies: [kit, flow]
      |                       ^^^^ takes `mkl_1`
      |
      = note: the channel has flow 1.5 `gpu_0`, which conda does not choose by default
      = help: for CUDA, write `flow=1.5=gpu*`
      = help: if the CPU is enough, use an image without CUDA, which is smaller
    Pinned 3 packages from conda and 0 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    // The pins of the first time do not hide it.
    let again = project.pin(&[]);
    assert_eq!(
        again.stderr.matches("[cpu-build-on-cuda-image]").count(),
        2,
        "{again}"
    );
    let run = project.run(&["check", "--select", "cpu-build-on-cuda-image"]);
    assert_eq!(run.code, 1, "{run}");
    let counts = "1 warning, 1 note";
    assert!(run.to_string().contains(counts), "{run}");
}

/// What is said is done: the build is taken then, and refused without the driver.
#[test]
fn a_build_for_cuda_that_needs_a_newer_driver_is_named_with_it() {
    let project = with_cuda_builds("[hull]");
    let run = project.pin(&[]);
    assert_snapshot!(run, @"
    note[cpu-build-on-cuda-image]: hull 1.5 is a CPU build, but the image has CUDA 12.4
     --> environment.yml:5:18
      |
    5 |   dependencies: [hull]
      |                  ^^^^ takes `cpu_1`
      |
      = note: the channel has hull 1.5 `cuda129_0`, which depends on `__cuda >=12.9`
      = help: it needs `__cuda >=12.9`: write `hull=1.5=cuda*`, pin with `--virtual-package __cuda=12.9` or the version that the GPU driver supports, and set `CONDA_OVERRIDE_CUDA` to the same value in the build, as `presolve context` does
      = help: if the CPU is enough, use an image without CUDA, which is smaller
    Pinned 1 package from conda and 0 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
    let refused = with_cuda_builds("['hull=1.5=cuda*']").pin(&[]);
    assert!(
        refused.stderr.contains("missing-virtual-package"),
        "{refused}"
    );
    let asked = with_cuda_builds("['hull=1.5=cuda*']");
    let run = asked.pin(&["--virtual-package", "__cuda=12.9"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(asked.read("environment.yml").contains("hull=1.5=cuda129_0"));
}

/// `presolve context` writes no Dockerfile where there is one.
#[test]
fn a_dockerfile_is_told_where_to_set_the_driver() {
    let project = with_cuda_builds("[net]");
    project.write(
        "conda.yml",
        "channels: [own, nodefaults]\ndependencies: [net, hull]\n",
    );
    project.write(
        "Dockerfile",
        "FROM mcr.microsoft.com/azureml/openmpi5.0-cuda12.4-ubuntu22.04:20250601.v1\nCOPY conda.yml .\nRUN conda env create -n train -f conda.yml\n",
    );
    let run = project.pin(&["Dockerfile"]);
    let help = run
        .stderr
        .lines()
        .filter(|line| line.contains("CONDA_OVERRIDE_CUDA"));
    assert_snapshot!(help.collect::<Vec<_>>().join("\n"), @"
    = help: for CUDA, write `net=1.5=cuda*`, pin it with `--virtual-package __cuda=12.4`, and build with `ENV CONDA_OVERRIDE_CUDA=12.4` before the command
    = help: it needs `__cuda >=12.9`: write `hull=1.5=cuda*`, pin with `--virtual-package __cuda=12.9` or the version that the GPU driver supports, and set `CONDA_OVERRIDE_CUDA` to the same value in the build, with `ENV CONDA_OVERRIDE_CUDA=12.9` before the command
    ");
}

#[test]
fn what_was_asked_for_or_needs_no_gpu_is_no_cpu_build() {
    let named = |dependencies: &str, arguments: &[&str]| {
        let project = with_cuda_builds(dependencies);
        let run = project.pin(arguments);
        assert_eq!(run.code, 0, "{run}");
        run.stderr.contains("cpu-build-on-cuda-image")
    };
    assert!(named("[net]", &[]));
    assert!(named("['net 1.*']", &[]));
    assert!(!named("['net=*=cpu*']", &[]));
    assert!(!named("['flow=*=gpu*']", &[]));
    assert!(!named("[net]", &["--virtual-package", "__cuda=12.4"]));
    let without = with_cuda_builds("[net]");
    let text = without.read("environment.yml").replace("-cuda12.4", "");
    without.write("environment.yml", text);
    let run = without.pin(&[]);
    assert!(!run.stderr.contains("cpu-build"), "{run}");
}

/// The day in the tag says which conda builds, and so whether the prediction for its
/// classic solver is about this build.
#[test]
fn the_image_says_which_solver_builds() {
    let said = |image: &str| {
        let text = INLINE.replace("azureml/openmpi4.1.0-ubuntu22.04:20240418.v1", image);
        let run = project(&text).run(&["explain"]);
        assert_eq!(run.code, 0, "{run}");
        let line = run
            .stderr
            .lines()
            .find(|line| line.contains("[image-solver]"));
        line.expect("is said").to_owned()
    };
    let lines = [
        "azureml/openmpi4.1.0-ubuntu22.04:20230727.v1",
        "azureml/openmpi4.1.0-ubuntu22.04:20240418.v1",
        "azureml/openmpi4.1.0-ubuntu22.04:latest",
        "custom/ubuntu22.04:20230727.v1",
    ]
    .map(said);
    assert_snapshot!(lines.join("\n"), @"
    note[image-solver]: the image has conda 23.5.0 on Python 3.8, which solves with the classic solver
    note[image-solver]: the image has conda on Python 3.10, which solves with libmamba
    note[image-solver]: the tag of the image has no date, so presolve assumes a recent image, whose conda solves with libmamba
    note[image-solver]: the conda version of the image is unknown, as it is not an Azure ML image
    ");
}
