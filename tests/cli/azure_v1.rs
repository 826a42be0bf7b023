//! Environments and run configurations of the Azure ML SDK v1, as the commands take them.

use insta::assert_snapshot;
use serde_json::Value;

use super::{Project, Run};

/// As the service writes it, with the spec inside.
const INLINE: &str = r#"{
    "name": "train",
    "version": "Autosave_2020-01-31T08:15:00Z_0123abcd",
    "environmentVariables": {"EXAMPLE_ENV_VAR": "EXAMPLE_VALUE"},
    "python": {
        "userManagedDependencies": false,
        "interpreterPath": "python",
        "condaDependencies": {
            "name": "project_environment",
            "channels": ["conda-forge", "nodefaults"],
            "dependencies": [
                "python =3.10",
                "pip",
                {
                    "pip": [
                        "chartling"
                    ]
                }
            ]
        }
    },
    "docker": {
        "enabled": false,
        "baseImage": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1",
        "baseImageRegistry": {"address": null, "username": "u", "password": "hunter2"},
        "arguments": [],   "sharedVolumes": true
    },
    "r": null
}"#;

/// As `Environment.save_to_directory` writes it: the spec is a file beside it.
const SAVED: &str = r#"{
    "name": "train",
    "python": {
        "userManagedDependencies": false,
        "condaDependenciesFile": null
    },
    "docker": {
        "baseImage": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1"
    }
}
"#;

const SPEC: &str = "channels: [conda-forge, nodefaults]\ndependencies:\n- python =3.10\n";

/// A project whose settings do not say what the target is.
fn project() -> Project {
    let project = Project::new("dependencies: []\n");
    project.change("platform", None);
    project.change("virtual-packages", None);
    std::fs::remove_file(project.path("environment.yml")).expect("is there");
    project
}

/// The file without its conda spec.
fn around(json: &str) -> Value {
    let mut value: Value = serde_json::from_str(json).expect("JSON");
    value["python"]["condaDependencies"].take();
    value
}

#[test]
fn an_inline_spec_is_pinned_in_its_place() {
    let project = project();
    project.write("azureml_environment.json", INLINE);
    assert_snapshot!(project.run(&["pin", "azureml_environment.json", "--diff"]), @r#"
    --- azureml_environment.json
    +++ azureml_environment.json (pinned)
    @@ -7,13 +7,21 @@
             "interpreterPath": "python",
             "condaDependencies": {
                 "name": "project_environment",
    -            "channels": ["conda-forge", "nodefaults"],
    +            "channels": [
    +                "conda-forge",
    +                "nodefaults"
    +            ],
                 "dependencies": [
    -                "python =3.10",
    -                "pip",
    +                "python=3.10.13=hc5c86c4_0_cpython",
    +                "pip=24.2=pyh8b19718_1",
    +                "ca-certificates=2024.8.30=hbcca054_0",
    +                "libzlib=1.3.1=hb9d3cd8_2",
    +                "openssl=3.3.2=hb9d3cd8_0",
    +                "setuptools=75.1.0=pyhd8ed1ab_0",
    +                "wheel=0.44.0=pyhd8ed1ab_0",
                     {
                         "pip": [
    -                        "chartling"
    +                        "chartling==5.0.0"
                         ]
                     }
                 ]
    note[pins-without-comments]: JSON has no comments: the pins replace the original requirements
     |
     = help: keep a copy of the original file for later upgrades
    Would pin 7 packages from conda and 1 from PyPI for linux-64 in azureml_environment.json ([TIME])
    exit code 1
    "#);
    let run = project.run(&["pin", "azureml_environment.json"]);
    assert_eq!(run.code, 0, "{run}");
    let pinned = project.read("azureml_environment.json");
    assert_eq!(around(&pinned), around(INLINE));
    let rest = |text: &str| {
        text.split_once("\n    \"docker\"")
            .map(|(_, rest)| rest.to_owned())
    };
    assert_eq!(rest(&pinned), rest(INLINE));
    assert_snapshot!(project.run(&["pin", "azureml_environment.json"]), @"
    Pinned 7 packages from conda and 1 from PyPI for linux-64 in azureml_environment.json ([TIME])
    exit code 0
    ");
    assert_eq!(project.read("azureml_environment.json"), pinned);
}

#[test]
fn tabs_a_mark_and_escapes_do_no_harm() {
    let project = project();
    let text = INLINE
        .replace("    ", "\t")
        .replace("\"train\"", "\"\\ud83d\\ude00 \\/ \\u00e9\"")
        .replace("python =3.10", "python\\u0020=3.10")
        .replace('\n', "\r\n");
    project.write("e.json", format!("\u{feff}{text}"));
    let run = project.run(&["pin", "e.json"]);
    assert_eq!(run.code, 0, "{run}");
    let pinned = project.read("e.json");
    let pinned = pinned.strip_prefix('\u{feff}').expect("the mark stays");
    assert_eq!(around(pinned), around(&text));
    assert!(
        pinned.contains("\"\\ud83d\\ude00 \\/ \\u00e9\""),
        "{pinned}"
    );
    let line = "\r\n\t\t\t\t\"python=3.10.13=hc5c86c4_0_cpython\",\r\n";
    assert!(pinned.contains(line), "{pinned}");
    assert!(!pinned.replace("\r\n", "").contains('\n'), "{pinned}");
}

#[test]
fn the_conda_file_beside_it_is_pinned_by_the_name_of_the_folder() {
    let project = project();
    project.write("env/azureml_environment.json", SAVED);
    assert_snapshot!(project.run(&["pin", "env"]), @r#"
    error[missing-conda-file]: there is no conda file `env/conda_dependencies.yml`
     --> env/azureml_environment.json:3:6
      |
    3 |     "python": {
      |      ^^^^^^ no `condaDependencies`
      |
      = note: if the definition has no conda spec, the SDK looks for it in a file next to the definition
      = help: add the file, write the conda spec as `condaDependencies`, or set `userManagedDependencies` to `true`
    exit code 2
    "#);
    project.write("env/conda_dependencies.yml", SPEC);
    assert_snapshot!(project.run(&["pin", "env"]), @"
    Pinned 4 packages from conda and 0 from PyPI for linux-64 in env/conda_dependencies.yml ([TIME])
    exit code 0
    ");
    let pinned = project.read("env/conda_dependencies.yml");
    assert!(
        pinned.starts_with("# presolve: pinned for linux-64\n"),
        "{pinned}"
    );
    assert_eq!(project.read("env/azureml_environment.json"), SAVED);
}

/// The SDK takes the file beside a saved definition even if a spec stands in that, and
/// does not look beside a file of another name.
#[test]
fn of_several_conda_specs_the_one_that_the_sdk_takes_is_pinned() {
    let project = project();
    project.write("env/conda_dependencies.yml", SPEC);
    project.write("env/azureml_environment.json", INLINE);
    project.write("env/other.json", INLINE);
    let named = SAVED.replace("File\": null", "File\": \"../named.yml\"");
    project.write("env/named.json", named);
    project.write("named.yml", SPEC);
    for (file, pinned) in [
        ("env/azureml_environment.json", "env/conda_dependencies.yml"),
        ("env/other.json", "env/other.json"),
        ("env/named.json", "env/../named.yml"),
    ] {
        let run = project.run(&["pin", file, "--diff"]);
        assert!(run.stdout.starts_with(&format!("--- {pinned}\n")), "{run}");
    }
}

const RUN: &str = "\
script: train.py
framework: Python
environment:
  python:
    condaDependenciesFile: .azureml/spec.yml   # of the project
  docker:
    baseImage: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
";

#[test]
fn a_run_configuration_names_its_conda_file_from_the_project() {
    let project = project();
    project.write(".azureml/train.runconfig", RUN);
    project.write(".azureml/spec.yml", SPEC);
    let run = project.run(&["pin", ".azureml/train.runconfig", "--diff"]);
    assert!(run.stdout.starts_with("--- .azureml/spec.yml\n"), "{run}");
    let mut command = project.command(&["pin", "train.runconfig", "--diff"]);
    command.current_dir(project.path(".azureml"));
    let run = Run::from(command.output().expect("it starts"));
    assert!(
        run.stdout.starts_with("--- ../.azureml/spec.yml\n"),
        "{run}"
    );
    // By its own path the SDK takes it from the folder of the configuration.
    let beside = RUN.replace(".azureml/spec.yml", "spec.yml");
    project.write(".azureml/train.runconfig", &beside);
    let run = project.run(&["pin", ".azureml/train.runconfig", "--diff"]);
    assert!(run.stdout.starts_with("--- .azureml/spec.yml\n"), "{run}");
    project.write("train.runconfig", &beside);
    project.write("spec.yml", SPEC);
    let run = project.run(&["pin", "train.runconfig"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(project.read("spec.yml").contains("python=3.10.13="));
}

#[test]
fn a_spec_inside_of_a_run_configuration_is_pinned_in_its_place() {
    let project = project();
    let inline = "    condaDependencies:\n      channels: [conda-forge, nodefaults]\n      dependencies:\n      - python =3.10\n";
    let named = "    condaDependenciesFile: .azureml/spec.yml   # of the project\n";
    project.write("train.runconfig", RUN.replace(named, inline));
    let run = project.run(&["pin", "train.runconfig"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(project.read("train.runconfig"), @"
    script: train.py
    framework: Python
    environment:
      python:
        condaDependencies:
          # presolve: pinned for linux-64
          channels:
            - conda-forge
            - nodefaults
          dependencies:
          - python=3.10.13=hc5c86c4_0_cpython  # presolve: python =3.10
          # presolve: added 3 packages
          - ca-certificates=2024.8.30=hbcca054_0
          - libzlib=1.3.1=hb9d3cd8_2
          - openssl=3.3.2=hb9d3cd8_0
      docker:
        baseImage: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1
    ");
    let json = format!(r#"{{"environment": {INLINE}, "framework": "Python"}}"#);
    project.write("train.runconfig", &json);
    let run = project.run(&["pin", "train.runconfig"]);
    assert_eq!(run.code, 0, "{run}");
    let pinned: Value = serde_json::from_str(&project.read("train.runconfig")).expect("JSON");
    let spec = &pinned["environment"]["python"]["condaDependencies"];
    assert_eq!(spec["dependencies"][0], "python=3.10.13=hc5c86c4_0_cpython");
}

#[test]
fn an_inline_spec_of_a_v2_json_file_is_pinned_in_its_place() {
    let project = project();
    let text = r#"{"name": "train", "image": "azureml/openmpi4.1.0-ubuntu22.04:20240418.v1", "conda_file": {"channels": ["conda-forge", "nodefaults"], "dependencies": ["python =3.10"]}}"#;
    project.write("environment.json", text);
    let run = project.run(&["pin", "environment.json"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(project.read("environment.json"), @r#"{"name": "train", "image": "azureml/openmpi4.1.0-ubuntu22.04:20240418.v1", "conda_file": {"channels": ["conda-forge", "nodefaults"], "dependencies": ["python=3.10.13=hc5c86c4_0_cpython", "ca-certificates=2024.8.30=hbcca054_0", "libzlib=1.3.1=hb9d3cd8_2", "openssl=3.3.2=hb9d3cd8_0"]}}"#);
}

#[test]
fn a_fix_is_written_as_json() {
    let project = project();
    let text = INLINE.replace("python =3.10", "python =3.99");
    project.write("azureml_environment.json", &text);
    let run = project.run(&["explain", "azureml_environment.json", "--apply", "1"]);
    assert_eq!(run.code, 0, "{run}");
    let fixed = project.read("azureml_environment.json");
    assert_eq!(around(&fixed), around(&text));
    assert_eq!(project.run(&["pin", "azureml_environment.json"]).code, 0);
}

#[test]
fn what_has_no_spec_says_why() {
    let project = project();
    let managed = SAVED.replace("Dependencies\": false", "Dependencies\": true");
    project.write("managed.json", managed);
    assert_snapshot!(project.run(&["pin", "managed.json"]), @r#"
    error[no-conda-spec]: the Azure ML environment has no conda spec
     --> managed.json:4:10
      |
    4 |         "userManagedDependencies": true,
      |          ^^^^^^^^^^^^^^^^^^^^^^^ nothing is installed
      |
      = help: write `false` here to have Azure ML install a conda spec, or give the conda file of the image
    exit code 2
    "#);
    project.write(
        "train.runconfig",
        "framework: Python\nenvironment:\n  name: AzureML-Minimal\n",
    );
    assert_snapshot!(project.run(&["explain", "train.runconfig"]), @"
    error[no-conda-spec]: the Azure ML environment has no conda spec
     --> train.runconfig:2:1
      |
    2 | environment:
      | ^^^^^^^^^^^ names a registered environment
      |
      = help: give the file that defines that environment, or its conda file
    exit code 2
    ");
    assert_eq!(project.run(&["check", "train.runconfig"]).code, 0);
    for (text, said) in [
        ("environment: env.yml\n", "another file defines it"),
        ("Target: local\n", "no `environment` here"),
    ] {
        project.write("train.runconfig", text);
        let run = project.run(&["pin", "train.runconfig"]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(said), "{run}");
    }
    project.write("broken.json", SAVED.replace("null\n", "null,\n"));
    assert_snapshot!(project.run(&["pin", "broken.json"]), @"
    error[invalid-json]: this is not valid JSON
     --> broken.json:6:5
      |
    6 |     },
      |     ^^
      |
      = note: trailing comma at line 6 column 5
      = help: check the commas, the brackets and the quotes of this line and the one before
    exit code 2
    ");
}

#[test]
fn definitions_are_found_and_other_json_is_not() {
    let project = project();
    project.write("env/azureml_environment.json", SAVED);
    project.write("env/conda_dependencies.yml", SPEC);
    project.write("named.json", INLINE);
    project.write(
        ".azureml/train.runconfig",
        RUN.replace("22.04:20240418.v1", "22.04"),
    );
    project.write(".azureml/spec.yml", SPEC);
    project.write(".hidden/azureml_environment.json", SAVED);
    project.write(
        "package.json",
        r#"{"name": "x", "dependencies": {"python": "1"}}"#,
    );
    project.write(
        "values.yml",
        "docker:\n  baseImage: python:3\nreplicas: 1\n",
    );
    project.write(
        "data.json",
        format!("[{}]", r#"{"baseImage": "a"},"#.repeat(70_000) + "0"),
    );
    project.write(
        "model/python_env.yaml",
        "python: 3.10.13\nbuild_dependencies:\n- pip==24.2\ndependencies:\n- -r requirements.txt\n",
    );
    let run = project.run(&["check", "--format", "json", "--no-solve", "."]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let files = report["files"].as_array().expect("files");
    let paths: Vec<&str> = files
        .iter()
        .filter_map(|file| file["path"].as_str())
        .collect();
    assert_snapshot!(paths.join("\n"), @"
    .azureml/spec.yml
    .azureml/train.runconfig
    env/azureml_environment.json
    env/conda_dependencies.yml
    named.json
    ");
    let found = |path: &str| {
        let file = files
            .iter()
            .find(|file| file["path"] == path)
            .expect("is there");
        let findings = file["findings"].as_array().expect("findings");
        let rules = findings
            .iter()
            .filter_map(|finding| finding["rule"].as_str());
        rules.collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(found(".azureml/train.runconfig"), @"untagged-image");
    assert_snapshot!(found("named.json"), @"registry-credentials end-of-life-python pip-not-pinned unpinned-dependency");
}

/// One file of another format does not keep the others from being checked.
#[test]
fn a_file_that_is_not_read_is_told_beside_the_others() {
    let project = project();
    project.write(
        "job.yml",
        "$schema: https://x/commandJob.schema.json\nenvironment: a\n",
    );
    project.write(
        "python_env.yaml",
        "python: 3.10.13\nbuild_dependencies:\n- pip==24.2\ndependencies:\n- numpy==1.26.4\n",
    );
    project.write("spec.yml", format!("{SPEC}prefix: /home\n"));
    let run = project.run(&[
        "check",
        "--no-solve",
        "--select",
        "prefix-in-file",
        "job.yml",
        "python_env.yaml",
        "spec.yml",
    ]);
    assert_snapshot!(run, @"
    error[unsupported-format]: this is the pip-only `python_env.yaml` of an MLflow model, which presolve does not read
     --> python_env.yaml:1:1
      |
    1 | python: 3.10.13
      | ^^^^^^^^^^^^^^^
      |
      = help: give the `conda.yaml` of the model, which is next to it

    warning[prefix-in-file]: `prefix` is a path on the machine that exported the file
     --> spec.yml:4:1
      |
    4 | prefix: /home
      | ^^^^^^
      |
      = help: remove it
      = help: `--fix` can remove the line

    Checked 3 files: 1 warning, 1 file not read
    `--fix` can fix 1 of them
    exit code 2
    ");
}

#[test]
fn no_format_shows_the_password_of_a_registry() {
    let project = project();
    project.write("azureml_environment.json", INLINE);
    let one_line: Value = serde_json::from_str(INLINE).expect("JSON");
    project.write("one-line.json", one_line.to_string());
    for format in ["human", "json", "sarif", "github", "azure", "junit"] {
        let run = project.run(&["check", "--no-solve", "--format", format, "."]);
        assert!(run.stdout.contains("registry-credentials"), "{run}");
        assert!(!run.to_string().contains("hunter2"), "{run}");
    }
    for command in [&["pin", "--diff"][..], &["explain"], &["check", "--diff"]] {
        for file in ["azureml_environment.json", "one-line.json"] {
            let run = project.run(&[command, &[file]].concat());
            assert!(!run.to_string().contains("hunter2"), "{run}");
        }
    }
}

/// What the SDK v2 reads without a word, and the service or the build does not.
#[test]
fn what_the_sdk_lets_through_is_found_in_yaml_and_json() {
    let project = project();
    let yaml = "name: train\nversion: 1.10\nconda_file: spec.yml\nbuild:\n  path: .\n  dockerfile_path: docker/Dockerfile\n";
    let json = r#"{"name": "train", "version": 1.10, "conda_file": "spec.yml", "build": {"path": ".", "dockerfile_path": "docker/Dockerfile"}}"#;
    project.write("spec.yml", SPEC);
    project.write("a.yml", yaml);
    project.write("b.json", json);
    project.write("c.yml", format!("{yaml}name: again\n"));
    project.write("d.json", json.replacen('{', r#"{"name": "again", "#, 1));
    let run = project.run(&["check", "--format", "json", "--no-solve", "."]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let files = report["files"].as_array().expect("files").iter();
    let rules = files.map(|file| {
        let findings = file["findings"].as_array().into_iter().flatten();
        let rules: Vec<&str> = findings
            .filter_map(|found| found["rule"].as_str())
            .collect();
        format!(
            "{}: {}",
            file["path"].as_str().unwrap_or_default(),
            rules.join(" ")
        )
    });
    assert_snapshot!(rules.collect::<Vec<_>>().join("\n"), @"
    a.yml: missing-dockerfile unquoted-version conda-file-with-build
    b.json: missing-dockerfile unquoted-version conda-file-with-build
    c.yml: duplicate-key
    d.json: duplicate-key
    spec.yml: end-of-life-python
    ");
}
