//! Environments inside of jobs, pipelines, components, sweeps and deployments of Azure ML.

use insta::assert_snapshot;

use super::{Project, Run};

const IMAGE: &str = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1";

/// A project whose only environment files are those that the test writes.
fn project() -> Project {
    let project = Project::new("");
    std::fs::remove_file(project.path("environment.yml")).expect("is there");
    project.change("platform", None);
    project.change("virtual-packages", None);
    project
}

fn conda_file(dependency: &str) -> String {
    format!("channels: [conda-forge, nodefaults]\ndependencies:\n  - {dependency}\n")
}

fn check(project: &Project, paths: &[&str]) -> Run {
    project.run(&[&["check"], paths].concat())
}

/// `check` of the rules on references to environments, and of the solution.
fn check_references(project: &Project, paths: &[&str]) -> Run {
    let select = "missing-azure-file,invalid-environment-reference,registered-environment,unrendered-template,missing-environment-name,missing-conda-file,unsolvable";
    project.run(&[&["check", "--select", select], paths].concat())
}

const PIPELINE: &str = "\
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline   # two steps
jobs:
  prepare:
    type: command
    command: python prepare.py
    environment:
      # of this step only
      image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
      conda_file:   # in place
        channels: [conda-forge, nodefaults]
        dependencies:
        - python =3.10  # why
  # trains
  train:
    type: command
    component:
      type: command
      command: python train.py
      environment:
        image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
        conda_file:
          channels: [conda-forge, nodefaults]
          dependencies:
            - numpy
            - python =3.9
outputs: {a:   1}
";

#[test]
fn each_environment_of_a_pipeline_is_pinned_in_its_place() {
    let project = project();
    project.write("pipeline.yml", PIPELINE);
    assert_snapshot!(project.pin(&["pipeline.yml"]), @"
    Pinned 4 packages from conda and 0 from PyPI for linux-64 in pipeline.yml ([TIME])
    Pinned 7 packages from conda and 0 from PyPI for linux-64 in pipeline.yml ([TIME])
    exit code 0
    ");
    let pinned = project.read("pipeline.yml");
    assert_snapshot!(pinned, @"
    $schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
    type: pipeline   # two steps
    jobs:
      prepare:
        type: command
        command: python prepare.py
        environment:
          # of this step only
          image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
          conda_file:   # in place
            # presolve: pinned for linux-64
            channels:
              - conda-forge
              - nodefaults
            dependencies:
            - python=3.10.13=hc5c86c4_0_cpython  # presolve: python =3.10 # why
            # presolve: added 3 packages
            - ca-certificates=2024.8.30=hbcca054_0
            - libzlib=1.3.1=hb9d3cd8_2
            - openssl=3.3.2=hb9d3cd8_0
      # trains
      train:
        type: command
        component:
          type: command
          command: python train.py
          environment:
            image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
            conda_file:
              # presolve: pinned for linux-64
              channels:
                - conda-forge
                - nodefaults
              dependencies:
                - numpy=1.26.4=py39_0  # presolve: numpy
                - python=3.9.18=hc5c86c4_0_cpython  # presolve: python =3.9
                # presolve: added 5 packages
                - ca-certificates=2024.8.30=hbcca054_0
                - libblas=3.9.0=24_openblas
                - libzlib=1.3.1=hb9d3cd8_2
                - openssl=3.3.2=hb9d3cd8_0
                - python_abi=3.9=5_cp39
    outputs: {a:   1}
    ");
    assert_eq!(project.pin(&["pipeline.yml"]).code, 0);
    assert_eq!(project.read("pipeline.yml"), pinned);
    let run = project.pin(&["--check", "pipeline.yml"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.pin(&["."]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(project.read("pipeline.yml"), pinned);
}

#[test]
fn a_diff_shows_every_environment_and_writes_nothing() {
    let project = project();
    project.write("pipeline.yml", PIPELINE);
    let run = project.pin(&["--diff", "pipeline.yml"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("+        - python=3.10.13"), "{run}");
    assert!(run.stdout.contains("+            - python=3.9"), "{run}");
    assert_eq!(project.read("pipeline.yml"), PIPELINE);
    let run = project.pin(&["-o", "other.yml", "pipeline.yml"]);
    assert!(run.stderr.contains("error[several-files]"), "{run}");
    assert_eq!(run.code, 2, "{run}");
}

/// Every schema with an environment, and the place of the environment in it.
const SCHEMAS: [(&str, &str); 18] = [
    ("commandJob", "command: ls\nenvironment: ENV\n"),
    (
        "commandJob",
        "type: command\ncommand: ls\nenvironment: ENV\n",
    ),
    ("", "command: ls\nenvironment: ENV\n"),
    (
        "sweepJob",
        "type: sweep\ntrial:\n  command: ls\n  environment: ENV\n",
    ),
    (
        "",
        "type: sweep\ntrial:\n  command: ls\n  environment: ENV\nsearch_space: {}\n",
    ),
    (
        "sparkJob",
        "type: spark\nentry: {file: a.py}\nenvironment: ENV\n",
    ),
    (
        "commandComponent",
        "type: command\nname: c\ncommand: ls\nenvironment: ENV\n",
    ),
    (
        "sparkComponent",
        "type: spark\nname: c\nentry: {file: a.py}\nenvironment: ENV\n",
    ),
    (
        "parallelComponent",
        "type: parallel\nname: c\ntask:\n  type: run_function\n  environment: ENV\n",
    ),
    (
        "pipelineComponent",
        "type: pipeline\nname: c\njobs:\n  a:\n    type: command\n    environment: ENV\n",
    ),
    (
        "",
        "type: pipeline\njobs:\n  a:\n    type: parallel\n    task:\n      environment: ENV\n",
    ),
    (
        "",
        "type: pipeline\njobs:\n  a:\n    type: sweep\n    trial:\n      command: ls\n      environment: ENV\n",
    ),
    (
        "managedOnlineDeployment",
        "name: blue\nendpoint_name: e\nenvironment: ENV\n",
    ),
    (
        "kubernetesOnlineDeployment",
        "name: blue\nendpoint_name: e\ntype: kubernetes\nenvironment: ENV\n",
    ),
    ("", "name: blue\nendpoint_name: e\nenvironment: ENV\n"),
    (
        "batchDeployment",
        "name: blue\nendpoint_name: e\nenvironment: ENV\n",
    ),
    (
        "modelBatchDeployment",
        "name: blue\nendpoint_name: e\ntype: model\nenvironment: ENV\n",
    ),
    (
        "schedule",
        "name: s\ntrigger: {}\ncreate_job:\n  type: command\n  job: azureml:j\n  environment: ENV\n",
    ),
];

fn file_of_schema((schema, text): (&str, &str), environment: &str) -> String {
    let head = match schema {
        "" => String::new(),
        _ => format!("$schema: https://azuremlschemas.azureedge.net/latest/{schema}.schema.json\n"),
    };
    head + &text.replace("ENV", environment)
}

#[test]
fn an_environment_is_found_in_every_schema() {
    for schema in SCHEMAS {
        let project = project();
        let spec = "{channels: [conda-forge, nodefaults], dependencies: [python =3.99]}";
        let environment = format!("{{image: '{IMAGE}', conda_file: {spec}}}");
        let text = file_of_schema(schema, &environment);
        project.write("a/x.yml", &text);
        for path in ["a", "a/x.yml"] {
            let run = check_references(&project, &[path]);
            assert_eq!(run.code, 1, "{text}{run}");
            assert!(run.stdout.contains("error[unsolvable]"), "{text}{run}");
            assert!(run.stdout.contains("a/x.yml:"), "{text}{run}");
        }
        // The conda file of the definition is pinned.
        let environment = format!("{{image: '{IMAGE}', conda_file: conda.yml}}");
        project.write("a/x.yml", file_of_schema(schema, &environment));
        project.write("a/conda.yml", conda_file("python =3.10"));
        let run = project.pin(&["a/x.yml"]);
        assert_eq!(run.code, 0, "{text}{run}");
        assert!(
            project.read("a/conda.yml").contains("python=3.10.13=h"),
            "{text}"
        );
        // And that of a definition in a file of its own.
        project.write("a/x.yml", file_of_schema(schema, "file:e.yml"));
        project.write("a/e.yml", format!("image: {IMAGE}\nconda_file: c2.yml\n"));
        project.write("a/c2.yml", conda_file("python =3.10"));
        let run = project.pin(&["a"]);
        assert_eq!(run.code, 0, "{text}{run}");
        assert!(
            project.read("a/c2.yml").contains("python=3.10.13=h"),
            "{text}"
        );
        let run = check_references(&project, &["a"]);
        assert_eq!(run.code, 0, "{text}{run}");
    }
}

#[test]
fn components_are_followed_and_shared_files_solved_once() {
    let project = project();
    let nodes = |count: usize| -> String {
        let node =
            |index| format!("  n{index}:\n    type: command\n    component: ../c/train.yml\n");
        (0..count).map(node).collect()
    };
    project.write(
        "p/pipeline.yml",
        format!("type: pipeline\njobs:\n{}", nodes(10)),
    );
    let component = |name: &str| {
        format!(
            "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\ntype: command\nname: {name}\ncommand: ls\nenvironment:\n  image: {IMAGE}\n  conda_file: ../envs/conda.yml\n"
        )
    };
    project.write("c/train.yml", component("train"));
    project.write("c/other.yml", component("other"));
    project.write("envs/conda.yml", conda_file("python =3.10"));
    assert_snapshot!(project.pin(&["p/pipeline.yml"]), @"
    Pinned 4 packages from conda and 0 from PyPI for linux-64 in p/../c/../envs/conda.yml ([TIME])
    exit code 0
    ");
    assert_snapshot!(check_references(&project, &["p/pipeline.yml"]), @"
    Checked 3 files: nothing found
    exit code 0
    ");
    assert_snapshot!(project.pin(&["."]), @"
    Pinned 4 packages from conda and 0 from PyPI for linux-64 in c/../envs/conda.yml ([TIME])
    exit code 0
    ");
    let loop_back = "type: pipeline\njobs:\n  again:\n    type: pipeline\n    component: ../p/pipeline.yml\n  self:\n    component: file:round.yml\n";
    project.write("c/round.yml", loop_back);
    project.write(
        "p/pipeline.yml",
        "type: pipeline\njobs:\n  a:\n    type: pipeline\n    component: ../c/round.yml\n",
    );
    let run = project.pin(&["p/pipeline.yml"]);
    assert!(run.stderr.contains("error[no-environment]"), "{run}");
    let run = check_references(&project, &["p/pipeline.yml"]);
    assert_eq!(run.code, 0, "{run}");
}

/// The record needs a newer glibc than Ubuntu 20.04 has.
#[test]
fn a_conda_file_is_solved_for_each_of_its_images() {
    let project = project();
    project.channel("own", "linux-64", &[("new", "1", "0", &["__glibc >=2.32"])]);
    project.channel("own", "noarch", &[]);
    let job = |ubuntu: &str| {
        format!(
            "command: ls\nenvironment:\n  image: azureml/openmpi4.1.0-{ubuntu}:20240418.v1\n  conda_file: conda.yml\n"
        )
    };
    project.write("a.yml", job("ubuntu22.04"));
    project.write("b.yml", job("ubuntu20.04"));
    project.write("c.yml", job("ubuntu22.04"));
    project.write(
        "conda.yml",
        "channels: [./own, nodefaults]\ndependencies:\n  - new\n",
    );
    assert_snapshot!(check_references(&project, &["."]), @"
    error[unsolvable]: this line cannot be satisfied on linux-64
     --> conda.yml:3:5
      |
    3 |   - new
      |     ^^^
      |
      = note: `new` needs __glibc >=2.32, but no match is available
      = note: the target has `__glibc=2.31`
      = note: for an environment on `azureml/openmpi4.1.0-ubuntu20.04:20240418.v1` only
      = help: if the target machine has it, add `--virtual-package __glibc=2.32`

    Checked 4 files: 1 error
    exit code 1
    ");
    assert_snapshot!(project.pin(&["."]), @"
    Pinned 1 package from conda and 0 from PyPI for linux-64 in conda.yml ([TIME])
    note[other-image]: conda.yml is pinned for linux-64 with __glibc=2.35, but b.yml uses it on linux-64 with __glibc=2.31
     |
     = help: run `presolve check`, which solves the file for each of its images
    exit code 0
    ");
}

#[test]
fn a_registered_environment_is_a_note_once_for_each_name() {
    let project = project();
    project.write(
        "pipeline.yml",
        "type: pipeline\njobs:\n  a:\n    command: ls\n    environment: azureml:one@latest\n  b:\n    command: ls\n    environment: azureml:one@latest\n  c:\n    component: azureml://registries/r/components/c/versions/1\n  d:\n    component: azureml:d:1\n",
    );
    assert_snapshot!(check_references(&project, &["."]), @"
    note[registered-environment]: not checked: `azureml:one@latest`, and 2 more like it
      --> pipeline.yml:5:18
       |
     5 |     environment: azureml:one@latest
       |                  ^^^^^^^^^^^^^^^^^^ registered in Azure ML
    ...
    10 |     component: azureml://registries/r/components/c/versions/1
       |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ registered in Azure ML
    11 |   d:
    12 |     component: azureml:d:1
       |                ^^^^^^^^^^^ registered in Azure ML
       |
       = note: the workspace or the registry has its definition, not a file

    Checked 1 file: 3 notes
    exit code 0
    ");
    let run = project.pin(&["pipeline.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[no-environment]"), "{run}");
}

#[test]
fn references_that_azure_ml_rejects_are_found() {
    let project = project();
    project.write(
        "pipeline.yml",
        "type: pipeline\njobs:\n  a:\n    command: ls\n    environment: env.yml\n  b:\n    command: ls\n    environment: 'train:3'\n  c:\n    command: ls\n    environment: whatever it is\n  d:\n    command: ls\n    environment: 3\n  e:\n    component: ./gone.yml\n  f:\n    command: ls\n    environment: file:conda.yml\n  g:\n    command: ls\n    environment: '{{template}}'\n",
    );
    project.write("env.yml", format!("image: {IMAGE}\n"));
    project.write("conda.yml", conda_file("python =3.10"));
    assert_snapshot!(check_references(&project, &["pipeline.yml"]), @"
    error[invalid-environment-reference]: the path of an environment needs the prefix `file:`
     --> pipeline.yml:5:18
      |
    5 |     environment: env.yml
      |                  ^^^^^^^ without it, Azure ML looks for a registered environment
      |
      = help: write `file:` before the path
      = help: `--fix` can add the prefix `file:`

    error[invalid-environment-reference]: the name of a registered environment needs the prefix `azureml:`
     --> pipeline.yml:8:18
      |
    8 |     environment: 'train:3'
      |                  ^^^^^^^^^ Azure ML rejects it
      |
      = help: write `azureml:` before it
      = help: `--fix --unsafe-fixes` can add the prefix `azureml:`

    error[invalid-environment-reference]: this is neither an environment nor a reference to one, and 1 more like it
      --> pipeline.yml:11:18
       |
    11 |     environment: whatever it is
       |                  ^^^^^^^^^^^^^^ Azure ML rejects it
    ...
    14 |     environment: 3
       |                  ^ Azure ML expects a string or a mapping
       |
       = help: write `azureml:NAME:VERSION`, `file:PATH`, or the keys of an environment below it

    error[missing-azure-file]: there is no component file `gone.yml`
      --> pipeline.yml:16:16
       |
    16 |     component: ./gone.yml
       |                ^^^^^^^^^^ named here
       |
       = note: the path is relative to the folder of this file
       = help: correct the path, or add the file

    error[missing-azure-file]: `conda.yml` is a conda file, not an environment
      --> pipeline.yml:19:18
       |
    19 |     environment: file:conda.yml
       |                  ^^^^^^^^^^^^^^ named here
       |
       = note: an environment of Azure ML has an image; the conda file is a part of it
       = help: write `image:` and `conda_file:` below `environment:`

    note[unrendered-template]: the definition is a template
      --> pipeline.yml:22:18
       |
    22 |     environment: '{{template}}'
       |                  ^^^^^^^^^^^^^^ not filled in
       |
       = note: values that depend on the template are not checked
       = help: render the template first, and check the result

    Checked 2 files: 6 errors, 1 note
    `--fix` can fix 1 of them, with `--unsafe-fixes` 1 more
    exit code 1
    ");
    let run = check_references(&project, &["--fix", "pipeline.yml"]);
    assert_eq!(run.code, 1, "{run}");
    let fixed = project.read("pipeline.yml");
    assert!(fixed.contains("environment: file:env.yml\n"), "{fixed}");
    assert!(fixed.contains("environment: 'train:3'\n"), "{fixed}");
    let run = check_references(&project, &["--fix", "--unsafe-fixes", "pipeline.yml"]);
    let fixed = project.read("pipeline.yml");
    assert!(
        fixed.contains("environment: 'azureml:train:3'\n"),
        "{fixed}{run}"
    );
    let run = project.pin(&["pipeline.yml"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn files_without_an_environment_are_left_alone() {
    let others = [
        (
            "data",
            "name: d\nversion: 1\npath: ./data\ntype: uri_folder\n",
        ),
        ("model", "name: m\npath: ./model\ntype: mlflow_model\n"),
        (
            "azureBlob",
            "name: d\ntype: azure_blob\naccount_name: a\ncontainer_name: b\n",
        ),
        (
            "amlCompute",
            "name: c\ntype: amlcompute\nsize: Standard_DS3_v2\n",
        ),
        ("computeInstance", "name: c\ntype: computeinstance\n"),
        (
            "workspaceConnection",
            "name: c\ntype: python_feed\ntarget: https://h.example\n",
        ),
        ("managedOnlineEndpoint", "name: e\nauth_mode: key\n"),
        ("batchEndpoint", "name: e\n"),
        ("workspace", "name: w\nlocation: eastus\n"),
        ("registry", "name: r\nlocation: eastus\n"),
        ("autoMLJob", "type: automl\ntask: classification\n"),
        ("featureStore", "name: f\n"),
    ];
    let project = project();
    project.write(
        "job.yml",
        format!("command: ls\nenvironment: {{image: '{IMAGE}'}}\n"),
    );
    for (schema, text) in others {
        let text = file_of_schema((schema, text), "");
        project.write(&format!("all/{schema}.yml"), &text);
        // Its name says that it is an environment, but it is not.
        project.write(&format!("all/conda_{schema}.yml"), text);
    }
    let run = project.run(&["check", "--no-solve", "."]);
    assert!(run.to_string().contains("Checked 1 file:"), "{run}");
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(check(&project, &["all/data.yml"]), @"
    error[no-environment]: this file of Azure ML has no environment: `data`
     --> all/data.yml:1:10
      |
    1 | $schema: https://azuremlschemas.azureedge.net/latest/data.schema.json
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: give a file with an environment: a job, a component, a deployment, an environment or a conda file

    Checked 1 file: nothing found, 1 file not read
    exit code 2
    ");
    for (schema, text) in others {
        let name = format!("all/{schema}.yml");
        for command in ["check", "pin", "explain"] {
            let run = project.run(&[command, &name]);
            assert_eq!(run.code, 2, "{run}");
            assert!(run.to_string().contains("error[no-environment]"), "{run}");
        }
        // Some are known by their type, too.
        if text.contains("type: ") && schema != "featureStore" {
            project.write(&name, text);
            let run = check(&project, &[&name]);
            assert!(run.to_string().contains("error[no-environment]"), "{run}");
        }
    }
}

#[test]
fn other_tools_files_are_not_jobs() {
    let project = project();
    let files = [
        (
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  a:\n    runs-on: x\n    environment: prod\n",
        ),
        ("ci.yml", "type: pipeline\njobs: []\n"),
        ("gitlab.yml", "stages: [a]\na:\n  environment: prod\n"),
        (
            "compose.yml",
            "services:\n  a:\n    image: b\n    environment: {A: b}\n    command: ls\n",
        ),
        ("pubspec.yaml", "name: a\nenvironment: {sdk: '3'}\n"),
        ("run.yml", "command: ls\nenvironment: {A: b}\n"),
        ("job.yml", "type: command\nname: x\n"),
        (
            "schema.yml",
            "$schema: https://json-schema.org/draft/2020-12/schema\ntype: object\n",
        ),
    ];
    for (name, text) in files {
        project.write(name, text);
    }
    let run = project.run(&["check", "--no-solve", "."]);
    assert!(run.to_string().contains("Checked 0 files"), "{run}");
}

#[test]
fn files_outside_the_repository_are_not_read() {
    let project = project();
    project.write("repo/.git/HEAD", "x");
    project.write(
        "out/env.yml",
        format!("image: {IMAGE}\nconda_file: secret.yml\n"),
    );
    project.write(
        "out/component.yml",
        "command: ls\nenvironment: azureml:secret\n",
    );
    project.write(
        "repo/pipeline.yml",
        "type: pipeline\njobs:\n  a:\n    command: ls\n    environment: file:../out/env.yml\n  b:\n    component: ../out/component.yml\n  c:\n    command: ls\n    environment:\n      image: a:1\n      conda_file: ../out/conda.yml\n",
    );
    let run = check_references(&project, &["repo"]);
    assert_eq!(run.code, 3, "{run}");
    assert_eq!(
        run.to_string().matches("[outside-repository]").count(),
        3,
        "{run}"
    );
    assert!(!run.to_string().contains("secret"), "{run}");
    let run = project.pin(&["repo/pipeline.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(!run.to_string().contains("secret"), "{run}");
    let run = check_references(&project, &["--allow-outside", "repo"]);
    assert!(run.to_string().contains("secret"), "{run}");
}

#[test]
fn an_environment_of_an_alias_is_one() {
    let project = project();
    project.write(
        "pipeline.yml",
        format!(
            "x: &env\n  image: {IMAGE}\n  conda_file:\n    channels: [conda-forge, nodefaults]\n    dependencies:\n      - python =3.10\ny: &defaults\n  type: command\n  environment: *env\ntype: pipeline\njobs:\n  a:\n    command: ls\n    environment: *env\n  b:\n    <<: *defaults\n    command: ls\n"
        ),
    );
    let run = project.pin(&["pipeline.yml"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(run.stderr.matches("Pinned").count(), 1, "{run}");
    let run = project.pin(&["--check", "pipeline.yml"]);
    assert_eq!(run.code, 0, "{run}");
}

/// PyYAML continues a quoted text at the indentation of its key.
#[test]
fn a_job_with_a_continued_text_is_read() {
    let project = project();
    project.write("c.yml", conda_file("python =3.10"));
    project.write(
        "job.yml",
        format!("type: command\ncommand: ls\ninputs:\n  prompt: \"Answer in one \\\n  word.\\n\\\n  \"\nenvironment:\n  image: {IMAGE}\n  conda_file:\n    channels: [conda-forge, nodefaults]\n    dependencies:\n      - python =3.10\n"),
    );
    let run = project.run(&["check", "--no-solve", "--select", "unusual-yaml", "job.yml"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.pin(&["job.yml"]);
    assert_eq!(run.code, 0, "{run}");
    let pinned = project.read("job.yml");
    assert!(
        pinned.contains("\"Answer in one \\\n  word.\\n\\\n  \"\n"),
        "{pinned}"
    );
    assert!(pinned.contains("python=3.10.13="), "{pinned}");
}

/// The keys of a merge count like those of the environment, which take precedence.
#[test]
fn an_environment_with_a_merge_key_is_read_and_pinned() {
    let project = project();
    let merged = "\n  image: ubuntu\n  os_type: Linux\n  conda_file:\n    channels: [conda-forge, nodefaults]\n    dependencies:\n      - python =3.10\n";
    let job = |environment: &str| {
        format!(
            "x: &e{merged}y: &i {{image: '{IMAGE}'}}\ncommand: ls\nenvironment:\n{environment}type: command\n"
        )
    };
    for environment in [
        "  <<: *e\n",
        "  <<: [*i, *e]\n",
        "  image: ubuntu:22.04\n  <<: *e\n",
    ] {
        project.write("job.yml", job(environment));
        let rules = "untagged-image,unknown-azure-key,missing-docker-option";
        let run = project.run(&["check", "--no-solve", "--select", rules, "job.yml"]);
        let is_untagged = environment == "  <<: *e\n";
        assert_eq!(
            run.stdout.contains("[untagged-image]"),
            is_untagged,
            "{run}"
        );
        assert_eq!(run.code, i32::from(is_untagged), "{run}");
        let run = project.pin(&["job.yml"]);
        assert_eq!(run.code, 0, "{run}");
        let pinned = project.read("job.yml");
        assert!(
            pinned.contains("python=3.10.13=hc5c86c4_0_cpython"),
            "{pinned}"
        );
        assert_eq!(project.pin(&["--check", "job.yml"]).code, 0);
    }
    // What cannot be merged is an unknown key.
    project.write("job.yml", job("  <<: 1\n  image: a:1\n"));
    let run = project.run(&[
        "check",
        "--no-solve",
        "--select",
        "unknown-azure-key",
        "job.yml",
    ]);
    assert!(run.stdout.contains("[unknown-azure-key]"), "{run}");
}

/// A lock file of a job whose steps share their requirements.
#[test]
fn steps_with_the_same_requirements_and_machine_have_one_lock_file() {
    let project = project();
    project.write("c.yml", conda_file("python =3.10"));
    let pipeline = |other: &str| {
        format!(
            "type: pipeline\njobs:\n  a:\n    command: ls\n    environment: {{image: '{IMAGE}', conda_file: c.yml}}\n  b:\n    command: ls\n    environment: {{image: '{other}', conda_file: c.yml}}\n"
        )
    };
    project.write("pipeline.yml", pipeline(IMAGE));
    let run = project.pin(&["pipeline.yml", "--format", "explicit", "-o", "lock.txt"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        project.read("lock.txt").contains("/python-3.10.13-"),
        "{run}"
    );
    project.write("pipeline.yml", pipeline("ubuntu:20.04"));
    let run = project.pin(&["pipeline.yml", "--format", "explicit"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[several-files]"), "{run}");
}

/// Templates of deployments and packages of models have no loader in the SDK.
#[test]
fn templates_and_packages_are_read() {
    let project = project();
    let schemas = "$schema: https://azuremlschemas.azureedge.net/latest";
    let environment = format!("  image: {IMAGE}\n  conda_file: c.yml\n");
    project.write("c.yml", conda_file("python =3.10"));
    project.write(
        "template.yml",
        format!("{schemas}/deploymentTemplate.schema.json\nname: t\nversion: 1\nenvironment:\n{environment}"),
    );
    let run = project.pin(&["template.yml"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(project.read("c.yml").contains("python=3.10.13="), "{run}");
    project.write(
        "template.yml",
        format!(
            "{schemas}/deploymentTemplate.schema.json\nname: t\nversion: 1\nenvironment: e:1\n"
        ),
    );
    let run = check_references(&project, &["template.yml"]);
    assert!(
        run.stdout.contains("[invalid-environment-reference]"),
        "{run}"
    );

    let package = "base_environment_source:\n  type: environment_asset\n  resource_id: azureml:base:3\ntarget_environment: packaged\ninferencing_server: {type: azureml_online}\n";
    for head in [
        format!("{schemas}/modelVersionPackage.schema.json\n"),
        String::new(),
    ] {
        project.write("package.yml", format!("{head}{package}"));
        let run = check_references(&project, &["package.yml"]);
        assert!(run.stdout.contains("[registered-environment]"), "{run}");
        assert!(run.stdout.contains("azureml:base:3"), "{run}");
    }
}

#[test]
fn a_model_outside_the_repository_is_a_note() {
    let project = project();
    project.write("repo/.git/HEAD", "x");
    project.write(
        "out/MLmodel",
        "flavors:\n  python_function:\n    env: conda.yaml\n",
    );
    project.write("out/conda.yaml", conda_file("python =3.10"));
    project.write(
        "repo/deployment.yml",
        "name: blue\nendpoint_name: e\nmodel:\n  path: ../out\n",
    );
    let run = project.run(&["check", "--no-solve", "repo/deployment.yml"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("note[unread-model]"), "{run}");
    assert!(run.stderr.contains("repo/deployment.yml:4:9"), "{run}");
    let run = project.run(&[
        "check",
        "--no-solve",
        "--allow-outside",
        "repo/deployment.yml",
    ]);
    assert!(!run.stderr.contains("[unread-model]"), "{run}");
}

#[test]
fn one_environment_of_several_can_be_explained() {
    let project = project();
    project.write(
        "pipeline.yml",
        PIPELINE.replace("python =3.9", "python =3.99"),
    );
    assert_snapshot!(project.run(&["explain", "pipeline.yml"]), @"
    error[several-environments]: pipeline.yml leads to 2 environments
     |
     = note: they are `jobs.prepare.environment` in pipeline.yml, `jobs.train.component.environment` in pipeline.yml
     = help: select one of them with `--environment`
    exit code 2
    ");
    let run = project.run(&["explain", "pipeline.yml", "--environment", "jobs.prepare"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.run(&[
        "explain",
        "pipeline.yml",
        "--environment",
        "jobs.train",
        "--apply",
        "1",
    ]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.pin(&["pipeline.yml"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.run(&["explain", "pipeline.yml", "--environment", "jobs.tra"]);
    assert!(run.stderr.contains("error[unknown-environment]"), "{run}");
    let run = project.run(&[
        "context",
        "pipeline.yml",
        "--environment",
        "jobs.train",
        "-o",
        "out",
    ]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        project
            .read("out/Dockerfile")
            .contains("FROM mcr.microsoft.com")
    );
}

#[test]
fn a_file_with_too_much_in_it_is_not_read_in_silence() {
    let project = project();
    let environment = format!("{{image: '{IMAGE}'}}");
    let filler = format!("# {}\n", "x".repeat(98)).repeat(30_000);
    project.write(
        "pipeline.yml",
        format!(
            "type: pipeline\n{filler}jobs:\n  a:\n    command: ls\n    environment: {environment}\n  b:\n    command: ls\n    environment: {environment}\n"
        ),
    );
    let run = project.run(&["check", "--no-solve", "pipeline.yml"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.to_string().contains("[too-many-environments]"), "{run}");
    let nodes = (0..1001).map(|index| format!("  n{index}: {{component: 'azureml:c{index}:1'}}\n"));
    let nodes: String = nodes.collect();
    project.write("pipeline.yml", format!("type: pipeline\njobs:\n{nodes}"));
    let run = project.run(&["check", "--no-solve", "pipeline.yml"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.to_string().contains("[too-many-environments]"), "{run}");
}

/// YAML that presolve cannot read is found below a folder, too. A template is rendered first.
#[test]
fn a_broken_job_is_found() {
    let project = project();
    let schema = "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\n";
    project.write("a/job.yml", format!("{schema}command: [\n"));
    project.write("b/job.yml", format!("{schema}command: {{{{name}}}}-x\n"));
    let other = schema.replace(
        "azuremlschemas.azureedge.net",
        "azuremlsdk2.blob.core.windows.net",
    );
    project.write("c/job.yml", format!("{other}command: [\n"));
    let run = project.run(&["check", "--no-solve", "."]);
    assert!(run.stdout.contains("a/job.yml"), "{run}");
    assert!(!run.stdout.contains("b/job.yml"), "{run}");
    assert!(run.stdout.contains("c/job.yml"), "{run}");
    assert_eq!(run.code, 1, "{run}");
}

/// An image whose name says nothing, and what the settings say about it.
#[test]
fn the_settings_say_what_an_image_provides() {
    let project = project();
    project.channel(
        "own",
        "linux-64",
        &[("new", "1", "0", &["__glibc >=2.36", "__cuda"])],
    );
    project.channel("own", "noarch", &[]);
    project.write(
        "job.yml",
        "command: ls\nenvironment:\n  image: acme.example/base/train:7\n  conda_file:\n    channels: [./own, nodefaults]\n    dependencies: [new]\n",
    );
    let run = project.pin(&["job.yml"]);
    assert!(run.stderr.contains("[unknown-image]"), "{run}");
    assert_ne!(run.code, 0, "{run}");
    project.setting(
        "[image.'acme.example/base/*']\nglibc = '2.39'\nvirtual-packages = ['__cuda=12.4']",
    );
    let run = project.pin_for_image(&["job.yml"]);
    assert!(!run.stderr.contains("[unknown-image]"), "{run}");
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn findings_in_an_environment_can_be_silenced_at_their_place() {
    let project = project();
    let text = "command: ls\nenvironment:\n  image: ubuntu  # presolve: ignore[untagged-image] why\n  conda_file:\n    dependencies:\n      - python =3.10\n      - pip\n    prefix: /home\n";
    project.write("job.yml", text);
    let select = "untagged-image,prefix-in-file,missing-environment-name";
    assert_snapshot!(project.run(&["check", "--select", select, "--no-solve", "."]), @"
    warning[prefix-in-file]: `prefix` is a path on the machine that exported the file
     --> job.yml:8:5
      |
    8 |     prefix: /home
      |     ^^^^^^
      |
      = help: remove it

    Checked 1 file: 1 warning, 1 suppressed
    exit code 1
    ");
}
