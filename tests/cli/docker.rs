//! Dockerfiles and build contexts: the conda file that is installed, or the packages in the
//! commands, are what is read and written.

use insta::assert_snapshot;

use super::Project;

/// A project with this Dockerfile, without settings for the target.
fn project(dockerfile: &str) -> Project {
    let project = Project::of(&[]);
    project.change("platform", None);
    project.change("virtual-packages", None);
    project.write("Dockerfile", dockerfile);
    project
}

const COMMANDS: &str = "\
# syntax=docker/dockerfile:1
ARG TAG=20250601.v1
FROM mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04:${TAG} AS made
ENV P=/azureml-envs/train
ENV PATH=$P/bin:$PATH
RUN conda create -y -p $P --override-channels -c conda-forge \\
        # whichever works
        python \"numpy\" \\
        'pandas >=1.5' && \\
    conda clean -ay
RUN pip install --no-cache-dir oldflow==2.8.* 'lightbolt[plots]' # the model
RUN conda install -n base -y 'pip>=20'

FROM made
CMD [\"python\"]
";

#[test]
fn arguments_are_pinned_in_their_places() {
    let project = project(COMMANDS);
    assert_snapshot!(project.pin(&["Dockerfile"]), @r"
    note[other-environment]: only the environment `/azureml-envs/train` is checked
      --> Dockerfile:12:5
       |
    12 | RUN conda install -n base -y 'pip>=20'
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ installs into `base`
    Pinned 11 packages from conda and 6 from PyPI for linux-64 in Dockerfile ([TIME])
    exit code 0
    ");
    let pinned = project.read("Dockerfile");
    assert_snapshot!(pinned, @r#"
    # syntax=docker/dockerfile:1
    ARG TAG=20250601.v1
    FROM mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04:${TAG} AS made
    ENV P=/azureml-envs/train
    ENV PATH=$P/bin:$PATH
    RUN conda create -y -p $P --override-channels -c conda-forge \
            # whichever works
            python=3.10.13=hc5c86c4_0_cpython "numpy=1.23.5=py310_0" \
            'pandas=2.2.2=py310_0' \
            ca-certificates=2024.8.30=hbcca054_0 \
            libblas=3.9.0=24_openblas \
            libzlib=1.3.1=hb9d3cd8_2 \
            openssl=3.3.2=hb9d3cd8_0 \
            pip=24.2=pyh8b19718_1 \
            python_abi=3.10=5_cp310 \
            setuptools=75.1.0=pyhd8ed1ab_0 \
            wheel=0.44.0=pyhd8ed1ab_0 && \
        conda clean -ay
    RUN pip install --no-cache-dir oldflow==2.8.1 'lightbolt[plots]==2.1.0' \
        chartling==5.0.0 \
        packaging==23.2 \
        tomlish==1.2.0 \
        torch==2.4.1 # the model
    RUN conda install -n base -y 'pip>=20'

    FROM made
    CMD ["python"]
    "#);
    assert_eq!(project.pin(&["."]).code, 0);
    assert_eq!(project.read("Dockerfile"), pinned);
}

#[test]
fn every_way_of_writing_a_command_is_kept() {
    let lines = "FROM x\r\nRUN conda create -n a --override-channels -c conda-forge python=3.10 pip\r\nRUN [\"conda\", \"run\", \"-n\", \"a\", \"pip\", \"install\", \"chartling\"]\r\n";
    let project = project(lines);
    assert_eq!(project.pin(&["Dockerfile"]).code, 0);
    let pinned = project.read("Dockerfile");
    assert!(
        pinned.contains("\"install\", \"chartling==5.0.0\"]\r\n"),
        "{pinned}"
    );
    assert!(
        pinned
            .contains(" python=3.10.13=hc5c86c4_0_cpython pip=24.2=pyh8b19718_1 \\\r\n    ca-cert"),
        "{pinned}"
    );
    assert_eq!(pinned.matches('\n').count(), pinned.matches("\r\n").count());

    let heredoc = "# escape=`\nFROM x\nRUN <<END\nset -e\nconda create -n a --override-channels -c conda-forge python=3.10\nEND\n";
    project.write("Dockerfile", heredoc);
    assert_eq!(project.pin(&["Dockerfile"]).code, 0);
    let pinned = project.read("Dockerfile");
    assert!(pinned.contains("_cpython \\\n    ca-cert"), "{pinned}");
    assert!(pinned.ends_with("\nEND\n"), "{pinned}");
}

/// What is there besides Python is not known, so nothing of conda's is written.
#[test]
fn the_python_of_the_image_is_the_one_of_pip() {
    let project = project("FROM python:3.10-slim\nRUN pip install oldflow chartling\n");
    assert_snapshot!(project.pin(&["Dockerfile", "--diff", "--channel", "conda-forge"]), @r"
    --- Dockerfile
    +++ Dockerfile (pinned)
    @@ -1,2 +1,4 @@
     FROM python:3.10-slim
    -RUN pip install oldflow chartling
    +RUN pip install oldflow==2.8.1 chartling==5.0.0 \
    +    numpy==1.23.5 \
    +    packaging==24.1
    note[unknown-image]: presolve assumes linux-64 with glibc 2.35, as the name of the image does not say
     --> Dockerfile:1:6
      |
    1 | FROM python:3.10-slim
      |      ^^^^^^^^^^^^^^^^
      |
      = help: override this with `--virtual-package __glibc=…`, or in presolve.toml
    note[python-of-image]: the image includes Python 3.10; its other packages are unknown
     --> Dockerfile:1:6
      |
    1 | FROM python:3.10-slim
      |      ^^^^^^^^^^^^^^^^
    Would pin 0 packages from conda and 4 from PyPI for linux-64 in Dockerfile ([TIME])
    exit code 1
    ");
    project.write("Dockerfile", "FROM python:3.12\nRUN pip install oldflow\n");
    assert_snapshot!(project.pin(&["Dockerfile", "--channel", "conda-forge"]), @r"
    note[unknown-image]: presolve assumes linux-64 with glibc 2.35, as the name of the image does not say
     --> Dockerfile:1:6
      |
    1 | FROM python:3.12
      |      ^^^^^^^^^^^
      |
      = help: override this with `--virtual-package __glibc=…`, or in presolve.toml
    note[python-of-image]: the image includes Python 3.12; its other packages are unknown
     --> Dockerfile:1:6
      |
    1 | FROM python:3.12
      |      ^^^^^^^^^^^
    error[unsolvable]: these 2 lines conflict on linux-64
     --> Dockerfile:1:6
      |
    1 | FROM python:3.12
      |      ^^^^^^^^^^^
    2 | RUN pip install oldflow
      |                 -------
      |
      = note: `python=3.12` asks for python (conda) 3.12.1
      = note: `oldflow` (PyPI) needs python (conda) 3.8.18 to 3.10.13
      = note: no python (conda) satisfies all of these
      = note: oldflow 2.8: its wheels are for cp38, cp39, cp310, and it has no source distribution
      = help: relax any one of these 2 lines; the rest can then be satisfied
      = help: `presolve explain Dockerfile` shows how to fix it
    exit code 1
    ");
    project.write("Dockerfile", "FROM debian:12\nRUN pip install oldflow\n");
    assert_snapshot!(project.pin(&["Dockerfile"]), @r"
    error[unsolved-install]: the name of the image does not say which Python it has
     --> Dockerfile:1:6
      |
    1 | FROM debian:12
      |      ^^^^^^^^^
    2 | RUN pip install oldflow
      |     ------------------- installs for this Python
      |
      = help: use an image whose name has the version, such as `python:3.11`, create an environment with `conda create -n NAME python=3.11`, or give the version with `--image-python`, or in presolve.toml
    exit code 2
    ");
}

#[test]
fn what_clashes_is_shown_and_mended_in_the_commands() {
    let project = project(
        "FROM x\nRUN conda create -n a --override-channels -c conda-forge python=3.12 && \\\n    conda run -n a pip install 'oldflow==2.8.*'\n",
    );
    let run = project.run(&["explain", "Dockerfile", "--apply", "1", "-q"]);
    assert_snapshot!(run, @r"
    error[unsolvable]: these 2 lines conflict on linux-64
     --> Dockerfile:2:58
      |
    2 | RUN conda create -n a --override-channels -c conda-forge python=3.12 && \
      |                                                          ^^^^^^^^^^^
    3 |     conda run -n a pip install 'oldflow==2.8.*'
      |                                ----------------
      |
      = note: `python=3.12` asks for python (conda) 3.12.1
      = note: `oldflow==2.8.*` (PyPI) needs python (conda) 3.8.18 to 3.10.13
      = note: no python (conda) satisfies all of these
      = note: oldflow 2.8: its wheels are for cp38, cp39, cp310, and it has no source distribution
      = help: relax any one of these 2 lines; the rest can then be satisfied

    fixes (each one verified by solving the changed file):
      1. change `python=3.12` to `python=3.10` (line 2)
         not 3.11.7: oldflow needs python (conda) 3.8.18 to 3.10.13
         gives python 3.10.13 (conda), oldflow 2.8.1 (PyPI)

    apply one with `--apply N`
    exit code 0
    ");
    assert_snapshot!(project.read("Dockerfile"), @r"
    FROM x
    RUN conda create -n a --override-channels -c conda-forge python=3.10 && \
        conda run -n a pip install 'oldflow==2.8.*'
    ");
}

#[test]
fn a_context_stands_for_the_conda_file_that_it_installs() {
    let conda = "channels: [conda-forge, nodefaults]\ndependencies:\n- python =3.10\n";
    let dockerfile =
        "FROM ubuntu:20.04\nWORKDIR /w\nCOPY conda.yml .\nRUN conda env create -n a -f conda.yml\n";
    let project = project(dockerfile);
    project.write("asset/asset.yaml", "name: a\nversion: auto\ntype: environment\nspec: spec.yaml\nextra_config: environment.yaml\n");
    project.write("asset/environment.yaml", "image:\n  name: a\n  os: linux\n  context:\n    dir: files\n    dockerfile: docker/Dockerfile\n");
    project.write("asset/spec.yaml", "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: \"{{asset.name}}\"\nbuild:\n  path: \"{{image.context.path}}\"\n  dockerfile_path: \"{{image.dockerfile.path}}\"\n");
    project.write("asset/files/docker/Dockerfile", dockerfile);
    project.write(
        "made.yml",
        "name: made\nbuild:\n  path: asset/files\n  dockerfile_path: docker/Dockerfile\n",
    );
    for named in [
        "asset",
        "asset/asset.yaml",
        "asset/environment.yaml",
        "asset/spec.yaml",
        "made.yml",
    ] {
        project.write("asset/files/conda.yml", conda);
        let run = project.pin(&[named]);
        assert_eq!(run.code, 0, "{named}: {run}");
        let pinned = project.read("asset/files/conda.yml");
        assert!(
            pinned.contains("- python=3.10.13=hc5c86c4_0_cpython  # presolve: python =3.10"),
            "{pinned}"
        );
    }
    assert_eq!(project.read("asset/files/docker/Dockerfile"), dockerfile);
    // `docker build docker` would have the other folder for its context.
    assert_snapshot!(project.pin(&["asset/files/docker"]), @r"
    error[missing-conda-file]: `conda.yml` does not come from the build context
     --> asset/files/docker/Dockerfile:4:30
      |
    4 | RUN conda env create -n a -f conda.yml
      |                              ^^^^^^^^^ installed here
      |
      = note: the build context is the folder `asset/files/docker`
      = help: copy it from the build context with `COPY` before it is installed
    exit code 2
    ");
    project.write("asset/files/conda.yml", format!("{conda}prefix: /home\n"));
    let select =
        "prefix-in-file,deprecated-image,missing-copy-source,unsolvable,unrendered-template";
    assert_snapshot!(project.run(&["check", "--select", select, "asset"]), @r#"
    warning[prefix-in-file]: `prefix` is a path on the machine that exported the file
     --> asset/files/conda.yml:4:1
      |
    4 | prefix: /home
      | ^^^^^^
      |
      = help: remove it
      = help: `--fix` can remove the line

    warning[deprecated-image]: the base image is out of support
     --> asset/files/docker/Dockerfile:1:6
      |
    1 | FROM ubuntu:20.04
      |      ^^^^^^^^^^^^ Ubuntu 20.04
      |
      = note: Ubuntu 20.04 has had no standard support since 2025-05-31
      = help: use a supported image, such as `mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04`

    note[unrendered-template]: the definition is a template
     --> asset/spec.yaml:2:7
      |
    2 | name: "{{asset.name}}"
      |       ^^^^^^^^^^^^^^^^ not filled in
      |
      = note: values that depend on the template are not checked
      = help: render the template first, and check the result

    Checked 3 files: 2 warnings, 1 note
    `--fix` can fix 1 of them
    exit code 1
    "#);
    assert_eq!(
        project
            .run(&["check", "--select", select, "asset/asset.yaml"])
            .code,
        1
    );
}

/// A record needs a newer glibc than Ubuntu 20.04 has.
#[test]
fn the_image_says_for_what_to_solve() {
    let with = |image: &str| format!("FROM {image}\nRUN micromamba create -n a -c ./own new\n");
    let project = project(&with("ubuntu:20.04"));
    project.channel("own", "linux-64", &[("new", "1", "0", &["__glibc >=2.32"])]);
    project.channel("own", "linux-aarch64", &[("new", "2", "0", &[])]);
    project.channel("own", "noarch", &[]);
    assert_eq!(project.pin(&["Dockerfile"]).code, 1);
    project.write("Dockerfile", with("ubuntu:22.04"));
    assert_eq!(project.pin(&["Dockerfile"]).code, 0);
    assert!(project.read("Dockerfile").contains(" new=1=0\n"));
    project.write("Dockerfile", with("--platform=linux/arm64 ubuntu:22.04"));
    assert_eq!(project.pin(&["Dockerfile"]).code, 0);
    assert!(project.read("Dockerfile").contains(" new=2=0\n"));
}

#[test]
fn what_cannot_be_solved_as_one_problem_is_refused() {
    let project = project(
        "FROM x\nCOPY conda.yml .\nRUN conda env create -n a -f conda.yml\nRUN conda run -n a pip install chartling\n",
    );
    project.write("conda.yml", "dependencies: [python]\n");
    assert_snapshot!(project.pin(&["Dockerfile"]), @r"
    error[unsolved-install]: the environment comes from a conda file and from what the Dockerfile adds to it
     --> Dockerfile:4:5
      |
    3 | RUN conda env create -n a -f conda.yml
      |     ---------------------------------- installs a conda file
    4 | RUN conda run -n a pip install chartling
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ and other packages
      |
      = note: presolve solves one file at a time, and each one alone leaves out the other
      = help: move the packages into the conda file, or give the conda file itself
    exit code 2
    ");
    project.write(
        "Dockerfile",
        "FROM python:3.10\nARG WHAT\nRUN pip install $WHAT 'chartling\n",
    );
    assert_snapshot!(project.pin(&["Dockerfile"]), @r"
    note[unknown-image]: presolve assumes linux-64 with glibc 2.35, as the name of the image does not say
     --> Dockerfile:1:6
      |
    1 | FROM python:3.10
      |      ^^^^^^^^^^^
      |
      = help: override this with `--virtual-package __glibc=…`, or in presolve.toml
    error[unsolved-install]: this argument cannot be read
     --> Dockerfile:3:17
      |
    3 | RUN pip install $WHAT 'chartling
      |                 ^^^^^ the Dockerfile does not set `WHAT`
      |
      = help: write it out, or give its variable a value with `ARG NAME=value`
    error[unsolved-install]: this argument cannot be read
     --> Dockerfile:3:23
      |
    3 | RUN pip install $WHAT 'chartling
      |                       ^^^^^^^^^^ only the build knows this value
      |
      = help: write it out, or give its variable a value with `ARG NAME=value`
    exit code 2
    ");
    project.write(
        "Dockerfile",
        "FROM python:3.10\nRUN pip install numpy>=1.2\n  six\n",
    );
    assert_snapshot!(project.pin(&["Dockerfile"]), @r"
    error[unknown-instruction]: `six` is not a Dockerfile instruction
     --> Dockerfile:3:3
      |
    3 |   six
      |   ^^^
      |
      = help: if this continues the previous line, end that line with `\`
    exit code 2
    ");
    std::fs::create_dir(project.path("empty")).expect("a folder");
    assert_snapshot!(project.pin(&["empty"]), @"
    error[unreadable-file]: there is no environment file below `empty`
     |
     = help: name a file to pin
    exit code 2
    ");
}

#[test]
fn a_password_in_a_command_is_never_shown() {
    let project = project(
        "FROM python:3.10\nRUN pip install --extra-index-url https://me:hunter2@pypi.invalid/simple chartling=1\nRNU curl https://me:hunter2@x.invalid\n",
    );
    for command in ["pin", "explain", "check"] {
        let run = project.run(&[command, "Dockerfile"]);
        assert_ne!(run.code, 0, "{run}");
        assert!(!format!("{run}").contains("hunter2"), "{run}");
    }
    let run = project.run(&[
        "check",
        "--select",
        "secret-in-url,unknown-instruction,single-equals",
        "Dockerfile",
    ]);
    assert_snapshot!(run, @r"
    error[secret-in-url]: a URL contains a password, a token or a signature, and 1 more like it
     --> Dockerfile:2:46
      |
    2 | RUN pip install --extra-index-url https://**********@pypi.invalid/simple chartling=1
      |                                              ^^^^^^^ this part is masked here but readable in the file
    3 | RNU curl https://**********@x.invalid
      |                     ^^^^^^^ this part is masked here but readable in the file
      |
      = note: it is in every clone of the repository, in the image's layers and in the build log
      = help: revoke it; take it from a variable, `https://${TOKEN}@host/…`, from netrc, or from a workspace connection

    error[unknown-instruction]: `RNU` is not a Dockerfile instruction
     --> Dockerfile:3:1
      |
    3 | RNU curl https://**********@x.invalid
      | ^^^
      |
      = help: did you mean `RUN`?

    Checked 1 file: 3 errors
    exit code 1
    ");
}

#[test]
fn a_folder_that_is_named_is_checked_with_its_dockerfile() {
    let project = project("FROM python\nRUN pip install six\n");
    project.write("below/Dockerfile", "FROM python\nRUN pip install six\n");
    project.write("other/Dockerfile", "FROM nginx\n");
    let check = |folder: &str| {
        let run = project.run(&["check", "--select", "untagged-image", "--no-solve", folder]);
        run.stdout.matches("[untagged-image]").count()
    };
    assert_eq!((check("."), check("below"), check("other")), (2, 1, 0));
    assert_eq!(check("other/Dockerfile"), 1);
}

#[test]
fn dockerfiles_below_a_folder_are_found_where_conda_or_pip_is_run() {
    let project = project("FROM scratch\n");
    let installs = "FROM python\nRUN pip install six\n";
    for name in [
        "svc/Dockerfile",
        "svc/Dockerfile.gpu",
        "svc/gpu.Dockerfile",
        "ignored/Dockerfile",
        "excluded/Dockerfile",
        "svc/gpu.Dockerfile.dockerignore",
        "svc/Containers.md",
    ] {
        project.write(name, installs);
    }
    project.write(
        "svc/Dockerfile.md",
        format!("# How\n\n```\n{installs}```\n"),
    );
    project.write(
        "svc/Dockerfile.template",
        format!("{installs}{{{{ if .gpu }}}}\nRUN pip install torch\n{{{{ end }}}}\n"),
    );
    project.write("svc/Dockerfile.web", "FROM nginx\nRUN echo pip\n");
    project.write(".gitignore", "ignored\n");
    project.setting("[check]\nexclude = ['/excluded']");
    let select = ["check", "--no-solve", "--select", "untagged-image"];
    let run = project.run(&select);
    let found = run
        .stdout
        .lines()
        .filter_map(|line| line.split_once("--> "));
    let found: Vec<&str> = found.map(|(_, place)| place).collect();
    let expected = ["svc/Dockerfile", "svc/Dockerfile.gpu", "svc/gpu.Dockerfile"];
    let expected = expected.map(|name| format!("{name}:1:6"));
    assert_eq!(found, expected, "{run}");
}

#[test]
fn where_a_dockerfile_that_nobody_names_is_built_is_a_guess() {
    let project = project("FROM scratch\n");
    project.write(
        "svc/docker/Dockerfile",
        "FROM python:3.10\nCOPY app/reqs.txt /tmp/\nRUN pip install -r /tmp/reqs.txt six>=1\n",
    );
    let check = |path: &str| {
        let run = project.run(&["check", "--no-solve", path]);
        let has = |text: &str| run.stdout.contains(text);
        let clean = !has("missing-copy-source") && !has("missing-requirements-file");
        assert!(has("error[bare-redirection]"), "{run}");
        (
            clean,
            has("error[missing-copy-source]"),
            has("note[missing-copy-source]"),
        )
    };
    let own = "svc/docker/Dockerfile";
    // Nobody has what it copies; it may be made before the build.
    assert_eq!(
        (check("."), check(own)),
        ((false, false, true), (false, true, false))
    );
    assert_eq!(check("svc/docker"), (false, true, false));
    project.write("svc/app/reqs.txt", "chartling\n");
    assert_eq!(
        (check("."), check(own)),
        ((true, false, false), (false, true, false))
    );
    // What a definition says is no guess.
    project.write("aml.yml", "name: a\nbuild:\n  path: svc/docker\n");
    assert_eq!(check("."), (false, true, false));
    project.write(
        "aml.yml",
        "name: a\nbuild:\n  path: svc\n  dockerfile_path: docker/Dockerfile\n",
    );
    assert_eq!(check("."), (true, false, false));
}

#[test]
fn a_dockerfile_that_an_asset_lacks_is_missed() {
    let project = project("FROM python\n");
    let asset = "name: a\nversion: auto\ntype: environment\nspec: spec.yaml\n";
    project.write("asset/asset.yaml", asset);
    let spec = "name: a\nbuild:\n  path: \"{{image.context.path}}\"\n";
    project.write("asset/spec.yaml", spec);
    let check = || project.run(&["check", "--no-solve", "asset/asset.yaml"]);
    let run = check();
    assert_eq!(run.code, 1, "{run}");
    let missing = "error[missing-dockerfile]: there is no Dockerfile `asset/context/Dockerfile`";
    assert!(run.stdout.contains(missing), "{run}");
    project.write("asset/context/Dockerfile", "FROM python\n");
    let run = check();
    assert!(!run.stdout.contains("missing-dockerfile"), "{run}");
}

/// A variable before a command is the command's, as is one of `ENV`.
#[test]
fn overrides_of_virtual_packages_are_those_of_the_command() {
    let with = |env: &str, inline: &str| {
        format!("FROM a:1\n{env}RUN cd / && {inline}conda create -n a -c ./own new\n")
    };
    let project = project(&with("", "CONDA_OVERRIDE_CUDA=12.4 "));
    let records: [(&str, &str, &str, &[&str]); 1] =
        [("new", "1", "0", &["__cuda >=12", "__glibc >=2.38"])];
    project.channel("own", "linux-64", &records);
    project.channel("own", "noarch", &[]);
    assert_eq!(project.pin_for_image(&["Dockerfile"]).code, 1);
    let both = "CONDA_OVERRIDE_CUDA=12.4 CONDA_OVERRIDE_GLIBC=2.39 ";
    project.write("Dockerfile", with("", both));
    let run = project.pin_for_image(&["Dockerfile"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("unknown-image"), "{run}");
    project.write("Dockerfile", with(&format!("ENV {both}\n"), ""));
    assert_eq!(project.pin_for_image(&["Dockerfile"]).code, 0);
    let elsewhere = format!("RUN {both}conda info\n");
    project.write("Dockerfile", with(&elsewhere, ""));
    assert_eq!(project.pin_for_image(&["Dockerfile"]).code, 1);
}

#[test]
fn musl_is_no_glibc() {
    let project = project("FROM python:3.10-alpine\nRUN pip install chartling\n");
    let run = project.pin(&["Dockerfile", "--diff", "--channel", "conda-forge"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(!run.stderr.contains("unknown-image"), "{run}");
    assert!(run.stderr.contains("warning[musl-image]"), "{run}");
    assert!(run.stderr.contains("Dockerfile:1:6"), "{run}");
}

#[test]
fn fixes_are_made_in_the_commands() {
    let project = project(
        "FROM python:3.10\nRUN pip install numpy>=1.2 six && \\\n    pip install chartling=5.0.0 # presolve: ignore[unpinned-dependency] why\n",
    );
    let select = "bare-redirection,single-equals,unpinned-dependency";
    let run = project.run(&[
        "check",
        "--select",
        select,
        "--fix",
        "--no-solve",
        "Dockerfile",
    ]);
    assert_snapshot!(run, @r"
    warning[unpinned-dependency]: `six` does not set a version
     --> Dockerfile:2:30
      |
    2 | RUN pip install 'numpy>=1.2' six && \
      |                              ^^^ any version
      |
      = help: write versions that work together with `presolve pin`

    Fixed 2 findings
    Checked 1 file: 1 warning
    exit code 1
    ");
    assert_snapshot!(project.read("Dockerfile"), @r"
    FROM python:3.10
    RUN pip install 'numpy>=1.2' six && \
        pip install chartling==5.0.0 # presolve: ignore[unpinned-dependency] why
    ");
}

/// Parentheses within quotes end no command.
#[test]
fn an_install_behind_a_substitution_is_seen() {
    let project = project("FROM python:3.10\nRUN x=$(date +\")\") && pip install chartling\n");
    let check = || project.run(&["check", "--no-solve", "Dockerfile"]);
    let run = check();
    assert!(run.stdout.contains("`chartling` does not set"), "{run}");
    project.write(
        "Dockerfile",
        "FROM python:3.10\nRUN pip install chartling==5.0.0 && echo \"$(date && pip install torch\n",
    );
    let run = check();
    assert!(run.stdout.contains("note[unsolved-install]"), "{run}");
    assert!(run.stdout.contains("do not end"), "{run}");
}

/// What `pin` makes of these commands: the exit code, whether it says that one replaces what
/// another one installed, and the commands.
fn pinned(project: &Project, commands: &str) -> (i32, bool, String) {
    project.write("Dockerfile", format!("FROM python:3.10\n{commands}"));
    let run = project.pin(&["Dockerfile", "--channel", "conda-forge"]);
    let is_replaced = run.stderr.contains("warning[replaced-requirement]");
    let text = project.read("Dockerfile");
    let commands = text.split_once('\n').map_or("", |(_, commands)| commands);
    (run.code, is_replaced, commands.to_owned())
}

/// Each command of pip is a run of its own.
#[test]
fn a_later_command_of_pip_replaces_what_an_earlier_one_installed() {
    let project = project("");
    let chartling = |one: &str, other: &str| {
        format!("RUN pip install chartling{one}\nRUN pip install {other}\n")
    };
    for (one, other, is_replaced, after, other_after) in [
        // An upgrade replaces a pin, with a version or without.
        (
            "==4.9.0",
            "--upgrade chartling==5.0.0",
            true,
            "==4.9.0",
            "--upgrade chartling==5.0.0",
        ),
        (
            "==4.9.0",
            "-U chartling",
            true,
            "==4.9.0",
            "-U chartling==5.0.0",
        ),
        ("", "-U chartling", false, "==5.0.0", "-U chartling==5.0.0"),
        // What is there is kept where it will do.
        ("==4.9.0", "chartling", false, "==4.9.0", "chartling==4.9.0"),
        (
            "==4.9.0",
            "'chartling>=4'",
            false,
            "==4.9.0",
            "'chartling==4.9.0'",
        ),
        // Of two that contradict each other the later one holds.
        (
            "==5.0.0",
            "chartling==4.9.0",
            true,
            "==5.0.0",
            "chartling==4.9.0",
        ),
        (
            "==4.9.0",
            "'chartling>=5'",
            true,
            "==4.9.0",
            "'chartling==5.0.0'",
        ),
    ] {
        let expected = chartling(after, other_after);
        let found = pinned(&project, &chartling(one, other));
        assert_eq!(found, (0, is_replaced, expected.clone()), "{one} {other}");
        let again = pinned(&project, &expected);
        assert_eq!((again.0, again.2), (0, expected), "{one} {other}");
    }
}

#[test]
fn requirements_of_one_command_contradict_each_other() {
    let project = project("");
    let both = "RUN pip install chartling==4.9.0 chartling==5.0.0\n";
    assert_eq!(pinned(&project, both), (1, false, both.to_owned()));
    // The build ends there, whatever a later one asks for.
    let third = format!("{both}RUN pip install -U chartling==5.0.0\n");
    assert_eq!(pinned(&project, &third), (1, false, third));
}

#[test]
fn what_a_later_command_replaces_is_a_finding_with_both_places() {
    let project = project(
        "FROM python:3.10\nRUN pip install chartling==4.9.0\nRUN pip install chartling==5.0.0\n",
    );
    let select = "replaced-requirement";
    assert_snapshot!(project.run(&["check", "--no-solve", "--select", select, "Dockerfile"]), @r"
    warning[replaced-requirement]: `chartling==5.0.0` replaces `chartling==4.9.0` of an earlier command
     --> Dockerfile:3:17
      |
    2 | RUN pip install chartling==4.9.0
      |                 ---------------- this one is replaced
    3 | RUN pip install chartling==5.0.0
      |                 ^^^^^^^^^^^^^^^^ this requirement applies
      |
      = note: each pip command runs on its own, and replaces installed packages that it needs in another version
      = help: keep the intended requirement

    Checked 1 file: 1 warning
    exit code 1
    ");
}

/// Nobody asks conda for the Python of an image, and no command can change it.
#[test]
fn the_python_of_the_image_is_no_requirement() {
    let project = project("FROM python:3.8\nRUN pip install chartling==5.0.0\n");
    let run = project.run(&["check", "--no-solve", "--select", "all", "Dockerfile"]);
    let places = run
        .stdout
        .split("\n\n")
        .filter(|one| one.contains("Dockerfile:1:6"));
    let found: Vec<&str> = places
        .filter_map(|one| one.split([':', '\n']).next())
        .collect();
    assert!(!run.stdout.contains("open-build"), "{run}");
    assert!(
        found.contains(&"warning[end-of-life-python]"),
        "{found:?} {run}"
    );
}
