//! The file of a command that names none, and files of other tools.

use insta::assert_snapshot;

use super::{Project, environment};

/// A folder without `environment.yml`.
fn project() -> Project {
    let project = Project::new("");
    std::fs::remove_file(project.path("environment.yml")).expect("is there");
    project
}

#[test]
fn the_only_environment_file_is_taken() {
    for name in [
        "environment.yaml",
        "conda.yml",
        "conda_dependencies.yml",
        "my-env.yaml",
    ] {
        let project = project();
        project.write(name, environment(&["python=3.10"]));
        let run = project.pin(&[]);
        assert_eq!(run.code, 0, "{name}: {run}");
        assert!(run.stderr.contains(name), "{run}");
        assert!(project.read(name).contains("python=3.10.13="), "{name}");
    }
}

#[test]
fn a_conda_file_comes_before_its_dockerfile() {
    let project = project();
    let image = "FROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1\n";
    let lines = "RUN conda create -n x --override-channels -c conda-forge python=3.10\n";
    project.write("Dockerfile", format!("{image}{lines}"));
    let run = project.pin(&["--diff"]);
    assert!(run.stdout.starts_with("--- Dockerfile\n"), "{run}");
    project.write("conda.yaml", environment(&["python=3.10"]));
    let run = project.run(&["explain"]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.pin(&["--diff"]);
    assert!(run.stdout.starts_with("--- conda.yaml\n"), "{run}");
}

#[test]
fn several_files_are_listed() {
    let project = project();
    assert_snapshot!(project.pin(&[]), @r"
    error[unreadable-file]: there is no `environment.yml` in this folder
     |
     = help: give a conda environment file (`environment.yml`), an Azure ML environment, a Dockerfile, the folder of one, or a requirements file (`requirements*.txt`)
    exit code 2
    ");
    project.write("envs/train.yml", environment(&["python=3.10"]));
    assert_snapshot!(project.pin(&[]), @r"
    error[unreadable-file]: there is no `environment.yml` in this folder
     |
     = note: presolve can read `envs/train.yml`
     = help: name one of these files
    exit code 2
    ");
    project.write("a.yml", environment(&["python=3.10"]));
    project.write("b.yml", environment(&["python=3.10"]));
    for command in ["pin", "explain"] {
        let run = project.run(&[command]);
        assert_eq!(run.code, 2, "{run}");
        assert!(
            run.stderr.contains("`a.yml`, `b.yml`, `envs/train.yml`"),
            "{run}"
        );
    }
    // A file that is named is never replaced by another one.
    let run = project.pin(&["environment.yml"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("cannot read `environment.yml`"),
        "{run}"
    );
}

#[test]
fn files_of_other_tools_are_named() {
    let project = project();
    project.write("pyproject.toml", "[project]\nname = \"train\"\n");
    assert_snapshot!(project.pin(&["pyproject.toml"]), @r"
    error[not-an-environment]: this is a Python project, not an environment file
     --> pyproject.toml:1:1
      |
    1 | [project]
      | ^^^^^^^^^
      |
      = help: list what the project needs in a conda environment file, with `- -e .` in its pip list
      = help: give a conda environment file (`environment.yml`), an Azure ML environment, a Dockerfile, the folder of one, or a requirements file (`requirements*.txt`)
    exit code 2
    ");
    for (name, text, what) in [
        (
            "Pipfile",
            "[packages]\nnumpy = \"*\"\n",
            "a project of Pipenv",
        ),
        ("uv.lock", "version = 1\n", "a lock file of uv"),
        ("pixi.toml", "[workspace]\n", "a workspace of pixi"),
        (
            "conda-lock.yml",
            "version: 1\npackage: []\n",
            "a lock file of conda-lock",
        ),
        ("meta.yaml", "{% set v = 1 %}\n", "a recipe of conda-build"),
        (
            "setup.py",
            "from setuptools import setup\nsetup()\n",
            "a Python project",
        ),
        (
            "reqs/dev.in",
            "-r base.in\npytest\n",
            "a requirements file of pip",
        ),
    ] {
        project.write(name, text);
        let run = project.pin(&[name]);
        assert_eq!(run.code, 2, "{name}: {run}");
        let message = format!("this is {what}, not an environment file");
        assert!(run.stderr.contains(&message), "{name}: {run}");
    }
}

#[test]
fn a_folder_leads_to_its_conda_file() {
    let project = project();
    project.write("env/conda_dependencies.yml", environment(&["python=3.10"]));
    let run = project.pin(&["env"]);
    assert_eq!(run.code, 0, "{run}");
}

/// In lock files, the URL of a local index has no `..`.
#[test]
fn written_urls_have_no_parents() {
    let project = project();
    let fixtures = super::fixtures().display().to_string();
    let index = format!("'{fixtures}/channels/../pypi'");
    project.change("index-url", Some(&index));
    let mut file = environment(&["python=3.10", "pip", "pip:", "chartling"]);
    file = file.replace(
        "conda-forge",
        &format!("{fixtures}/pypi/../channels/conda-forge"),
    );
    project.write("environment.yml", file);
    for format in ["requirements", "explicit", "conda-lock", "pixi"] {
        let run = project.pin(&["--format", format]);
        assert_eq!(run.code, 0, "{run}");
        assert!(!run.stdout.contains("/../"), "{format}: {run}");
    }
}
