//! Definitions of Azure ML environments as people write them: base Dockerfiles, keys of the
//! preview, environments in place of images, conda files at URLs.

use insta::assert_snapshot;

use super::{Project, environment};

/// A project without settings for the target.
fn project() -> Project {
    let project = Project::new("");
    project.change("platform", None);
    project.change("virtual-packages", None);
    std::fs::remove_file(project.path("environment.yml")).expect("is there");
    project
}

/// A v1 definition with a base Dockerfile, and its conda spec inside.
fn with_dockerfile(dockerfile: &str) -> String {
    let spec = serde_json::json!({
        "channels": ["conda-forge", "nodefaults"], "dependencies": ["python=3.10"],
    });
    let definition = serde_json::json!({
        "name": "train",
        "python": { "userManagedDependencies": false, "condaDependencies": spec },
        "docker": { "baseImage": null, "baseDockerfile": dockerfile },
    });
    format!("{definition:#}\n")
}

const BASE: &str = "ARG TAG=20240418.v1\nFROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:$TAG\nRUN echo \"hello\"\n";

#[test]
fn the_image_of_a_base_dockerfile_is_the_image() {
    let project = project();
    project.write("azureml_environment.json", with_dockerfile(BASE));
    let run = project.pin_for_image(&["azureml_environment.json", "--diff"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(!run.stderr.contains("unknown-image"), "{run}");
    let old = BASE.replace("22.04:$TAG", "18.04:20210301.v1");
    project.write("azureml_environment.json", with_dockerfile(&old));
    let check = [
        "check",
        ".",
        "--no-solve",
        "--select",
        "deprecated-image,classic-solver-image",
    ];
    assert_snapshot!(project.run(&check), @r#"
    warning[deprecated-image]: the base image is out of support
     --> azureml_environment.json:3:50
      |
    3 |     "baseDockerfile": "ARG TAG=20240418.v1\nFROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu18.04:20210301.v1\nRUN echo \"hello\"\n",
      |                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Ubuntu 18.04
      |
      = note: Ubuntu 18.04 has had no standard support since 2023-05-31
      = help: use a supported image, such as `mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04`

    note[classic-solver-image]: the image's conda uses the classic solver
     --> azureml_environment.json:3:50
      |
    3 |     "baseDockerfile": "ARG TAG=20240418.v1\nFROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu18.04:20210301.v1\nRUN echo \"hello\"\n",
      |                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ has conda 4.9.2 on Python 3.7
      |
      = note: it may take longer than the build time limit, while later images need seconds
      = help: use an image of October 2023 or later, or pin the conda file

    Checked 1 file: 1 warning, 1 note
    exit code 1
    "#);
    // The SDK writes the Dockerfile next to the definition.
    let saved = with_dockerfile("").replace("\"baseDockerfile\": \"\"", "\"baseDockerfile\": null");
    project.write("azureml_environment.json", saved);
    project.write("BaseDockerfile", &old);
    let run = project.run(&check);
    assert!(run.stdout.contains("--> BaseDockerfile:2:6"), "{run}");
}

#[test]
fn a_context_begins_with_the_base_dockerfile() {
    let project = project();
    project.write("azureml_environment.json", with_dockerfile(BASE));
    let context = ["context", "azureml_environment.json", "-o", "out"];
    let run = project.run(&context);
    assert_eq!(run.code, 0, "{run}");
    let dockerfile = project.read("out/Dockerfile");
    assert!(
        dockerfile.starts_with(&format!("{BASE}USER root\n")),
        "{dockerfile}"
    );
    for (dockerfile, message) in [
        (
            "# escape=`\nFROM ubuntu:22.04\n",
            "changes the escape character",
        ),
        ("FROM ubuntu:22.04\nCOPY a /\n", "it has no build context"),
        (
            "FROM ubuntu:22.04\nRUN pip install -i https://u:p4ssw0rd@h.io/ a\n",
            "the secret in the base Dockerfile",
        ),
        (
            "FROM ubuntu:22.04\nRUNN a\n",
            "is not a Dockerfile instruction",
        ),
    ] {
        project.write("azureml_environment.json", with_dockerfile(dockerfile));
        let run = project.run(&[&context[..], &["--force"]].concat());
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(message), "{run}");
        assert!(!run.stderr.contains("p4ssw0rd"), "{run}");
    }
}

#[test]
fn a_long_base_dockerfile_is_refused() {
    let project = project();
    let long = format!("{BASE}{}", "# a comment of some length\n".repeat(5000));
    project.write("azureml_environment.json", with_dockerfile(&long));
    let run = project.run(&[
        "check",
        ".",
        "--no-solve",
        "--select",
        "dockerfile-too-long",
    ]);
    assert!(
        run.stdout.contains("the Dockerfile is longer than 100 KB"),
        "{run}"
    );
    // The escapes of JSON do not count.
    let short = format!("{BASE}{}", "\"\"\"\"\"\n".repeat(10_000));
    let json = with_dockerfile(&short);
    assert!(json.len() > 100 * 1024);
    project.write("azureml_environment.json", json);
    let run = project.run(&[
        "check",
        ".",
        "--no-solve",
        "--select",
        "dockerfile-too-long",
    ]);
    assert_eq!(run.code, 0, "{run}");
}

/// The service refuses what conda accepts, so the same line is worse in a definition.
#[test]
fn the_service_is_stricter_than_conda() {
    let project = project();
    let file = environment(&["python=3.12", "python>=3.8", "pip:", "numpy==2.0"]);
    let check = |path: &str| {
        let select = "several-pythons,pip-not-pinned";
        let run = project.run(&["check", path, "--no-solve", "--select", select]);
        let levels = run.stdout.lines().filter_map(|line| line.split_once(']'));
        levels
            .map(|(level, _)| level.replace('[', " "))
            .collect::<Vec<String>>()
    };
    project.write("plain/env.yml", &file);
    assert_eq!(
        check("plain"),
        ["warning several-pythons", "note pip-not-pinned"]
    );
    let image =
        "name: train\nimage: mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04:20250601.v1\n";
    project.write("named/conda/env.yml", &file);
    project.write(
        "named/train.yml",
        format!("{image}conda_file: conda/env.yml\n"),
    );
    let in_definition = ["error several-pythons", "warning pip-not-pinned"];
    assert_eq!(check("named"), in_definition);
    let indented: String = file.lines().map(|line| format!("  {line}\n")).collect();
    project.write(
        "inline/train.yml",
        format!("{image}conda_file:\n{indented}"),
    );
    assert_eq!(check("inline"), in_definition);
}

#[test]
fn an_environment_is_not_an_image() {
    let project = project();
    let file = "name: train\nimage: azureml:AzureML-sklearn-1.0@latest\nconda_file:\n  channels: [conda-forge, nodefaults]\n  dependencies: [python=3.10]\n";
    project.write("train.yml", file);
    assert_snapshot!(project.run(&["check", "train.yml", "--no-solve", "--ignore", "end-of-life-python"]), @r"
    error[environment-as-image]: this names an environment, not an image
     --> train.yml:2:8
      |
    2 | image: azureml:AzureML-sklearn-1.0@latest
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not an image
      |
      = note: an environment is built on a Docker image; `azureml:` and resource IDs name environments
      = help: to use the environment, name it in a job or a deployment, as `environment: azureml:…`
      = help: to build on it, write its image, which `az ml environment show` prints

    Checked 1 file: 1 error
    exit code 1
    ");
    let run = project.run(&["context", "train.yml", "-o", "out"]);
    assert!(
        run.stderr
            .contains("this names an environment, not an image"),
        "{run}"
    );
    for image in [
        "azureml://registries/azureml/environments/sklearn-1.5/versions/20",
        "azureml:train:3",
        "AzureML:train@latest",
        "/subscriptions/0/resourceGroups/r/providers/Microsoft.MachineLearningServices/workspaces/w/environments/train/versions/3",
    ] {
        project.write("train.yml", format!("name: train\nimage: {image}\n"));
        let run = project.run(&["check", "train.yml", "--no-solve"]);
        assert_eq!(run.stdout.matches("error[").count(), 1, "{run}");
        assert!(run.stdout.contains("error[environment-as-image]"), "{run}");
    }
}

#[test]
fn a_renamed_key_is_one_finding() {
    let project = project();
    project.write("env/Dockerfile", "FROM python:3.12-slim\n");
    for (key, levels) in [("local_path", 1), ("context", 1), ("Path", 1), ("other", 2)] {
        project.write("train.yml", format!("name: train\nbuild:\n  {key}: env\n"));
        let run = project.run(&["check", "train.yml", "--no-solve"]);
        assert_eq!(run.stdout.matches("error[").count(), levels, "{key}: {run}");
    }
    project.write(
        "train.yml",
        "name: train\nbuild:\n  local_path: env # where it is\n",
    );
    let run = project.run(&["check", "train.yml", "--no-solve", "--fix"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        project.read("train.yml"),
        "name: train\nbuild:\n  path: env # where it is\n"
    );
    // With both keys, the unknown one is removed by hand.
    project.write(
        "train.yml",
        "name: train\nbuild:\n  local_path: env\n  path: env\n",
    );
    let run = project.run(&["check", "train.yml", "--no-solve", "--fix"]);
    assert!(run.stdout.contains("help: remove it"), "{run}");
    for file in [
        "name: train\nimages: ubuntu:22.04\n",
        "Name: train\nimage: ubuntu:22.04\n",
    ] {
        project.write("train.yml", format!("$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\n{file}"));
        let run = project.run(&["check", "train.yml", "--no-solve"]);
        assert!(run.stdout.contains("unknown-azure-key"), "{run}");
        assert!(!run.stdout.contains("missing-"), "{run}");
    }
}

#[test]
fn a_conda_file_at_a_url_is_not_downloaded() {
    let project = project();
    let image =
        "name: train\nimage: mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04:20250601.v1\n";
    project.write(
        "train.yml",
        format!("{image}conda_file: https://u:p4ssw0rd@example.com/env.yml\n"),
    );
    assert_snapshot!(project.run(&["check", "train.yml", "--no-solve", "--select", "missing-conda-file"]), @r"
    error[missing-conda-file]: the conda file is a URL, but Azure ML reads only local files
     --> train.yml:3:13
      |
    3 | conda_file: https://**********@example.com/env.yml
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ not downloaded
      |
      = note: the SDK looks for a file of this name, relative to the folder of this file
      = help: save the conda file next to this one and write its path, or write its content here

    Checked 1 file: 1 error
    exit code 1
    ");
    let run = project.pin(&["train.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("the conda file is a URL"), "{run}");
    assert!(!run.to_string().contains("p4ssw0rd"), "{run}");
    let v1 = "environment:\n  python:\n    condaDependenciesFile: https://example.com/env.yml\n  docker:\n    baseImage: mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04:20250601.v1\n";
    project.write("train.runconfig", v1);
    let run = project.run(&[
        "check",
        "train.runconfig",
        "--no-solve",
        "--select",
        "missing-conda-file",
    ]);
    assert!(run.stdout.contains("the conda file is a URL"), "{run}");
}
