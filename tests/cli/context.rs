//! The build context of an Azure ML environment.

use insta::assert_snapshot;
use parse_dockerfile::{Command, Dockerfile, Instruction, Source};

use super::{Project, server};

const IMAGE: &str = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1";
const CONDA_FILE: &str = "build/azureml-environment-setup/mutated_conda_dependencies.yml";

/// An environment with this conda spec, each line of which is one of YAML.
fn environment(spec: &[&str]) -> String {
    let spec: String = spec.iter().map(|line| format!("  {line}\n")).collect();
    format!("name: train\nimage: {IMAGE}\nconda_file:\n{spec}")
}

fn project(text: &str) -> Project {
    let project = Project::new(text);
    project.change("platform", None);
    project.change("virtual-packages", None);
    project
}

/// A project with a spec of both halves.
fn usual() -> Project {
    project(&environment(&[
        "name: model  # ours",
        "channels: [conda-forge, nodefaults]",
        "prefix: /home/me",
        "dependencies:",
        "- python =3.10  # why",
        "- pip",
        "- pip:",
        "  - chartling",
    ]))
}

fn context(project: &Project, arguments: &[&str]) -> super::Run {
    project.run(&[&["context", "-o", "build"], arguments].concat())
}

/// The texts of an instruction's words.
fn words(instruction: &Instruction<'_>) -> Vec<String> {
    match instruction {
        Instruction::From(from) => vec![from.image.value.to_string()],
        Instruction::User(user) => vec![user.arguments.value.to_string()],
        Instruction::Workdir(folder) => vec![folder.arguments.value.to_string()],
        Instruction::Env(env) => vec![env.arguments.value.to_string()],
        Instruction::Copy(copy) => {
            let sources = copy.src.iter().map(|source| match source {
                Source::Path(path) => path.value.to_string(),
                _ => panic!("a text for a file"),
            });
            sources.chain([copy.dest.value.to_string()]).collect()
        }
        Instruction::Run(run) => match &run.arguments {
            Command::Shell(text) => vec![text.value.replace("\\\n", "")],
            _ => panic!("steps are given to a shell"),
        },
        Instruction::Cmd(command) => match &command.arguments {
            Command::Exec(words) => words.value.iter().map(|w| w.value.to_string()).collect(),
            _ => panic!("bash is started by a shell"),
        },
        other => panic!("a step that the service has not: {other:?}"),
    }
}

fn parse(text: &str) -> Dockerfile<'_> {
    parse_dockerfile::parse(text).expect("a Dockerfile")
}

#[test]
fn the_context_is_what_the_service_builds_from() {
    let project = usual();
    assert_snapshot!(context(&project, &[]), @"
    docker build --platform linux/amd64 -t azureml/azureml_67f2e7a8e90a616c2eda378db552af30 build
    warning[prefix-in-file]: `prefix` is a path on the machine that exported the file
     --> environment.yml:6:3
      |
    6 |   prefix: /home/me
      |   ^^^^^^
      |
      = help: remove it
    Wrote the build context to build: 7 packages from conda and 1 from PyPI for linux-64
    exit code 0
    ");
    assert_snapshot!(project.read("build/Dockerfile"), @r#"
    FROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
    USER root
    RUN mkdir -p "$HOME/.cache"
    WORKDIR /
    COPY azureml-environment-setup/mutated_conda_dependencies.yml azureml-environment-setup/mutated_conda_dependencies.yml
    RUN ldconfig /usr/local/cuda/lib64/stubs \
        && conda env create -p /azureml-envs/azureml_67f2e7a8e90a616c2eda378db552af30 -f azureml-environment-setup/mutated_conda_dependencies.yml \
        && rm -rf "$HOME/.cache/pip" \
        && conda clean -aqy \
        && CONDA_ROOT_DIR=$(conda info --root) \
        && rm -rf "$CONDA_ROOT_DIR/pkgs" \
        && find "$CONDA_ROOT_DIR" -type d -name __pycache__ -exec rm -rf {} + \
        && ldconfig
    ENV PATH=/azureml-envs/azureml_67f2e7a8e90a616c2eda378db552af30/bin:$PATH
    ENV AZUREML_CONDA_ENVIRONMENT_PATH=/azureml-envs/azureml_67f2e7a8e90a616c2eda378db552af30
    ENV LD_LIBRARY_PATH=/azureml-envs/azureml_67f2e7a8e90a616c2eda378db552af30/lib:$LD_LIBRARY_PATH
    ENV AZUREML_ENVIRONMENT_IMAGE=True
    CMD ["bash"]
    "#);
    assert_snapshot!(project.read(CONDA_FILE), @"
    # presolve: pinned for linux-64
    channels:
    - conda-forge
    - nodefaults
    dependencies:
    - python=3.10.13=hc5c86c4_0_cpython
    - pip=24.2=pyh8b19718_1
    - ca-certificates=2024.8.30=hbcca054_0
    - libzlib=1.3.1=hb9d3cd8_2
    - openssl=3.3.2=hb9d3cd8_0
    - setuptools=75.1.0=pyhd8ed1ab_0
    - wheel=0.44.0=pyhd8ed1ab_0
    - pip:
      - chartling==5.0.0
    name: azureml_67f2e7a8e90a616c2eda378db552af30
    ");
}

/// Every file that is copied is there, and the prefix is one and the same.
#[test]
fn the_dockerfile_is_one() {
    let project = usual();
    assert_eq!(context(&project, &[]).code, 0);
    let text = project.read("build/Dockerfile");
    let dockerfile = parse(&text);
    assert_eq!(dockerfile.stages().len(), 1);
    assert!(dockerfile.parser_directives.syntax.is_none());
    let steps: Vec<Vec<String>> = dockerfile.instructions.iter().map(words).collect();
    assert_eq!(steps[0], [IMAGE]);
    let copied = dockerfile
        .instructions
        .iter()
        .filter_map(|step| match step {
            Instruction::Copy(_) => words(step).first().cloned(),
            _ => None,
        });
    for copied in copied {
        assert!(project.path("build").join(copied).is_file());
    }
    let spec = project.read(CONDA_FILE);
    let name = spec.lines().find_map(|line| line.strip_prefix("name: "));
    let prefix = format!("/azureml-envs/{}", name.expect("a name"));
    let with_prefix = |step: &&Vec<String>| step.iter().any(|word| word.contains(&prefix));
    assert_eq!(steps.iter().filter(with_prefix).count(), 4);
    assert_eq!(
        text.matches("/azureml-envs/").count(),
        text.matches(&prefix).count()
    );
    assert_eq!(steps.last().expect("a step"), &["bash"]);
}

#[test]
fn what_it_pins_stays_pinned() {
    let project = usual();
    assert_eq!(context(&project, &[]).code, 0);
    let written = project.read(CONDA_FILE);
    project.write("again.yml", &written);
    let run = project.pin(&["again.yml"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(project.read("again.yml"), written);
    // Nor does the environment change.
    assert!(!project.read("environment.yml").contains("presolve"));
}

/// The prefix is that of what is installed: not of comments, names and places.
#[test]
fn the_prefix_depends_on_what_is_installed() {
    let written = |project: &Project| {
        let run = context(project, &[]);
        assert_eq!(run.code, 0, "{run}");
        project.read(CONDA_FILE)
    };
    let once = written(&usual());
    let beside = project(&format!(
        "name: other\nimage: {IMAGE}\nconda_file: spec.yml\n"
    ));
    beside.write(
        "spec.yml",
        "dependencies:\n  - python =3.10\n  - pip   # no comment\n  - pip: [chartling]\nchannels:\n  - conda-forge\n  - nodefaults\n",
    );
    assert_eq!(written(&beside), once);
    let other = project(&environment(&[
        "channels: [conda-forge, nodefaults]",
        "dependencies: [python =3.10]",
    ]));
    assert_ne!(written(&other), once);
}

/// The context of an environment of v1 is that of the same one of v2.
#[test]
fn an_environment_of_v1_has_a_context_too() {
    let project = usual();
    assert_eq!(context(&project, &[]).code, 0);
    let spec = r#"{"channels": ["conda-forge", "nodefaults"],
        "dependencies": ["python =3.10", "pip", {"pip": ["chartling"]}]}"#;
    project.write(
        "v1/azureml_environment.json",
        format!(
            r#"{{"name": "e", "python": {{"condaDependencies": {spec}}},
                "docker": {{"baseImage": "{IMAGE}"}}}}"#
        ),
    );
    project.write("v1/presolve.toml", project.read("presolve.toml"));
    let run = project.run(&["context", "v1", "-o", "other"]);
    assert_eq!(run.code, 0, "{run}");
    for file in ["Dockerfile", CONDA_FILE.trim_start_matches("build/")] {
        let (one, other) = (format!("build/{file}"), format!("other/{file}"));
        assert_eq!(project.read(&one), project.read(&other));
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let project = usual();
    project.write("build/Dockerfile", "FROM scratch\n");
    assert_snapshot!(context(&project, &[]), @"
    error[folder-in-use]: `build` is not empty
     |
     = help: choose another folder with -o, or write to this one with `--force`
    exit code 2
    ");
    assert_eq!(project.read("build/Dockerfile"), "FROM scratch\n");
    project.write("build/notes.txt", "mine\n");
    assert_eq!(context(&project, &["--force"]).code, 0);
    assert!(project.read("build/Dockerfile").starts_with("FROM mcr."));
    assert_eq!(project.read("build/notes.txt"), "mine\n");
    let run = project.run(&["context", "-o", "environment.yml"]);
    assert!(run.stderr.contains("is not a folder"), "{run}");
    let run = project.run(&["context", "-o", "environment.yml/build"]);
    assert!(run.stderr.contains("error[folder-in-use]"), "{run}");
    assert!(run.stderr.contains("cannot be read"), "{run}");
}

#[test]
fn what_has_no_such_context_is_refused() {
    let project = project("name: train\nbuild:\n  path: docker\n");
    assert_snapshot!(context(&project, &[]), @"
    error[context-exists]: the build context is at `docker`
     --> environment.yml:3:9
      |
    3 |   path: docker
      |         ^^^^^^ the image is built from this
      |
      = help: run `docker build` there
    exit code 2
    ");
    project.write(
        "environment.yml",
        "channels: [conda-forge]\ndependencies: [python]\n",
    );
    assert_snapshot!(context(&project, &[]), @"
    error[no-image]: environment.yml is a conda file, which does not name an image
     |
     = help: give the Azure ML environment that names it: YAML with `image` and `conda_file`
    exit code 2
    ");
    let spec = "conda_file:\n  channels: [conda-forge]\n  dependencies: [python]\n";
    for (head, name) in [
        ("image: 'a:1\n\n  RUN x'\n", "error[malformed-image]"),
        (
            "image: w:1\nos_type: windows\n",
            "error[no-image]: the build steps",
        ),
        ("", "error[no-image]: the environment does not name"),
        (
            "image: '{{image}}'\n",
            "error[no-image]: the environment does not name",
        ),
    ] {
        project.write("environment.yml", format!("name: train\n{head}{spec}"));
        let run = context(&project, &[]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(name), "{run}");
    }
    for image in ["https://u:pw55@reg/x:1", "u:pw55@reg/x"] {
        project.write("environment.yml", format!("image: '{image}'\n{spec}"));
        let run = context(&project, &[]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains("error[malformed-image]"), "{run}");
        assert!(!run.to_string().contains("pw55"), "{run}");
        assert!(!project.path("build").exists());
    }
    let osx = usual();
    let run = context(&osx, &["--platform", "osx-64"]);
    assert!(run.stderr.contains("error[unsupported-platform]"), "{run}");
    assert_eq!(osx.files(), ["environment.yml", "presolve.toml"]);
}

#[test]
fn files_of_this_machine_are_not_in_the_context() {
    let project = project(&environment(&[
        "channels: [./own, conda-forge, nodefaults]",
        "dependencies:",
        "- python =3.10",
        "- pip",
        "- pip:",
        "  - -r more.txt",
        "  - --find-links wheels",
        "  - ./package",
        "  - chartling",
    ]));
    project.write("more.txt", "tomlish\n");
    project.write("package/setup.py", "");
    assert_snapshot!(context(&project, &[]), @"
    error[file-outside-context]: `./own` is not in the build context
     --> environment.yml:4:14
      |
    4 |   channels: [./own, conda-forge, nodefaults]
      |              ^^^^^ is on this machine
    error[file-outside-context]: `wheels` is not in the build context
      --> environment.yml:10:20
       |
    10 |     - --find-links wheels
       |                    ^^^^^^ is on this machine
    error[file-outside-context]: `tomlish` is not in the build context
     --> more.txt:1:1
      |
    1 | tomlish
      | ^^^^^^^ is in a file that the pip list names
    error[file-outside-context]: `./package` is not in the build context
      --> environment.yml:11:7
       |
    11 |     - ./package
       |       ^^^^^^^^^ is on this machine
       |
       = note: Azure ML copies the conda file into the build context, but not the files that it names
       = help: write the lines in the pip list, use packages from an index, or give Azure ML a Dockerfile with `build:`
    exit code 2
    ");
    assert!(!project.path("build").exists());
}

#[test]
fn credentials_are_given_to_the_build_alone() {
    let server = server::start();
    let index = server.url_with("me:s3cret", "private/");
    let project = Project::online(environment(&[
        "channels: [conda-forge, nodefaults]",
        "dependencies:",
        "- python =3.10",
        "- pip",
        "- pip:",
        &format!("  - --index-url {index}"),
        &format!(
            "  - --extra-index-url {}",
            server.url_with("${USER}:${TOKEN_1}", "json/")
        ),
        "  - chartling",
    ]));
    let allowed = ["context", "-o", "build", "--allow-env", "USER,TOKEN_1"];
    let mut command = project.command(&allowed);
    command.env("USER", "me").env("TOKEN_1", "t0k3n");
    let run = super::Run::from(command.output().expect("it starts"));
    let shown = run.to_string();
    assert_eq!(run.code, 0, "{run}");
    let (dockerfile, spec) = (project.read("build/Dockerfile"), project.read(CONDA_FILE));
    for text in [&shown, &dockerfile, &spec] {
        assert!(!text.contains("s3cret"), "{text}");
        assert!(!text.contains("//me"), "{text}");
    }
    assert!(
        spec.contains(&format!("--index-url {}", server.url("private/"))),
        "{spec}"
    );
    assert!(spec.contains("${USER}:${TOKEN_1}@"), "{spec}");
    assert!(shown.contains("warning[credentials-left-out]"), "{shown}");
    let secrets = r#"--secret "id=netrc,src=$HOME/.netrc" --secret id=USER,env=USER --secret id=TOKEN_1,env=TOKEN_1"#;
    assert!(shown.contains(secrets), "{shown}");
    let dockerfile = parse(&dockerfile);
    let syntax = dockerfile.parser_directives.syntax.as_ref();
    assert_eq!(syntax.expect("a syntax").value.value, "docker/dockerfile:1");
    let mounts = dockerfile.instructions.iter().flat_map(|step| match step {
        Instruction::Run(run) => run.options.iter().collect(),
        _ => Vec::new(),
    });
    let mounts = mounts.filter_map(|flag| Some(flag.value.as_ref()?.value.to_string()));
    assert_eq!(
        mounts.collect::<Vec<_>>(),
        [
            "type=secret,id=netrc,target=/root/.netrc,required=true",
            "type=secret,id=USER,env=USER,required=true",
            "type=secret,id=TOKEN_1,env=TOKEN_1,required=true",
        ]
    );
}

/// There is no GPU where the image is built.
#[test]
fn builds_for_a_gpu_are_asked_for_by_a_variable() {
    let project = project(&environment(&[
        "channels: [own, nodefaults]",
        "dependencies: [net]",
    ]));
    let alias = format!("'{}'", project.path("").display());
    project.change("channel-alias", Some(&alias));
    project.channel("own", "noarch", &[]);
    let records: [(&str, &str, &str, &[&str]); 2] = [
        ("net", "1", "cpu_0", &[]),
        ("net", "2", "cuda_0", &["__cuda >=12"]),
    ];
    project.channel("own", "linux-64", &records);
    assert_eq!(context(&project, &[]).code, 0);
    assert!(!project.read("build/Dockerfile").contains("CUDA"));
    let run = context(
        &project,
        &["--force", "-U", "--virtual-package", "__cuda=12.4"],
    );
    assert_snapshot!(run, @"
    docker build --platform linux/amd64 -t azureml/azureml_8a3642e8d735f9f23ae4b9d5f43e2d2d build
    note[cuda-override]: the build assumes a GPU through `CONDA_OVERRIDE_CUDA`
     |
     = note: Azure ML does not set this variable when it builds from the conda file, so conda rejects these builds there
     = help: give Azure ML this folder with `build:` instead of the conda file
    Wrote the build context to build: 1 package from conda and 0 from PyPI for linux-64
    exit code 0
    ");
    let dockerfile = project.read("build/Dockerfile");
    assert!(dockerfile.contains("&& CONDA_OVERRIDE_CUDA=12.4 conda env create"));
    assert!(project.read(CONDA_FILE).contains("net=2=cuda_0"));
    let run = project.pin_for_image(&["build"]);
    assert_eq!(run.code, 0, "{run}");
}
