//! Models and projects of MLflow: the files that say the same, and are pinned together.

use insta::assert_snapshot;

use super::Project;

const MLMODEL: &str = "\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    python_version: 3.10.13
mlflow_version: 2.9.2
";

const CONDA: &str = "\
channels:
- conda-forge
- nodefaults
dependencies:
- python=3.10
- pip
- pip:
  - chartling>=4
  - lightbolt[plots]
name: mlflow-env
";

/// A project with a model in `model`, and no other environment file.
fn model(conda: &str, requirements: &str, python_env: &str) -> Project {
    let project = Project::new("");
    std::fs::remove_file(project.path("environment.yml")).expect("is there");
    project.write("model/MLmodel", MLMODEL);
    project.write("model/conda.yaml", conda);
    project.write("model/requirements.txt", requirements);
    project.write("model/python_env.yaml", python_env);
    project
}

fn check(project: &Project, path: &str) -> String {
    let select = "differing-mlflow-environments,unpinned-mlflow,missing-model-file";
    let run = project.run(&["check", "--no-solve", "--select", select, path]);
    run.to_string()
}

#[test]
fn the_files_of_a_model_are_pinned_together() {
    let project = model(
        CONDA,
        "# made by MLflow\nchartling>=4  # plots\nlightbolt[plots]",
        "python: \"3.10.4\"\nbuild_dependencies:\n- pip==23.0\n- setuptools\ndependencies:\n- -r requirements.txt\n",
    );
    assert_snapshot!(project.pin(&["--diff", "model"]), @r#"
    --- model/conda.yaml
    +++ model/conda.yaml (pinned)
    @@ -1,10 +1,21 @@
    +# presolve: pinned for linux-64
     channels:
     - conda-forge
     - nodefaults
     dependencies:
    -- python=3.10
    -- pip
    +- python=3.10.13=hc5c86c4_0_cpython  # presolve: python=3.10
    +- pip=24.2=pyh8b19718_1  # presolve: pip
    +# presolve: added 5 packages
    +- ca-certificates=2024.8.30=hbcca054_0
    +- libzlib=1.3.1=hb9d3cd8_2
    +- openssl=3.3.2=hb9d3cd8_0
    +- setuptools=75.1.0=pyhd8ed1ab_0
    +- wheel=0.44.0=pyhd8ed1ab_0
     - pip:
    -  - chartling>=4
    -  - lightbolt[plots]
    +  - chartling==5.0.0  # presolve: chartling>=4
    +  - lightbolt[plots]==2.1.0  # presolve: lightbolt[plots]
    +  # presolve: added 3 packages
    +  - packaging==23.2
    +  - tomlish==1.2.0
    +  - torch==2.4.1
     name: mlflow-env
    --- model/requirements.txt
    +++ model/requirements.txt (pinned)
    @@ -1,3 +1,6 @@
     # made by MLflow
    -chartling>=4  # plots
    -lightbolt[plots]
    \ No newline at end of file
    +chartling==5.0.0  # plots
    +lightbolt[plots]==2.1.0
    +packaging==23.2  # presolve: added
    +tomlish==1.2.0  # presolve: added
    +torch==2.4.1  # presolve: added
    --- model/python_env.yaml
    +++ model/python_env.yaml (pinned)
    @@ -1,6 +1,6 @@
    -python: "3.10.4"
    +python: "3.10.13"
     build_dependencies:
    -- pip==23.0
    -- setuptools
    +- pip==24.2
    +- setuptools==75.1.0
     dependencies:
     - -r requirements.txt
    Would pin 7 packages from conda and 5 from PyPI for linux-64 in model/conda.yaml ([TIME])
    exit code 1
    "#);
    assert_snapshot!(project.pin(&["model"]), @"
    Wrote the same versions to model/requirements.txt
    Wrote the same versions to model/python_env.yaml
    Pinned 7 packages from conda and 5 from PyPI for linux-64 in model/conda.yaml ([TIME])
    exit code 0
    ");
    assert_snapshot!(project.read("model/requirements.txt"), @"
    # made by MLflow
    chartling==5.0.0  # plots
    lightbolt[plots]==2.1.0
    packaging==23.2  # presolve: added
    tomlish==1.2.0  # presolve: added
    torch==2.4.1  # presolve: added
    ");
    assert_snapshot!(project.read("model/python_env.yaml"), @r#"
    python: "3.10.13"
    build_dependencies:
    - pip==24.2
    - setuptools==75.1.0
    dependencies:
    - -r requirements.txt
    "#);
    let files = [
        "conda.yaml",
        "requirements.txt",
        "python_env.yaml",
        "MLmodel",
    ];
    let texts = files.map(|name| project.read(&format!("model/{name}")));
    assert_eq!(texts[3], MLMODEL);
    assert_snapshot!(check(&project, "model"), @"
    Checked 2 files: nothing found
    exit code 0
    ");
    for path in ["model", "model/MLmodel", "model/conda.yaml", "."] {
        let run = project.pin(&[path]);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(
            texts,
            files.map(|name| project.read(&format!("model/{name}")))
        );
    }
    // The conda file by itself leads to the model.
    project.write("model/conda.yaml", CONDA);
    project.write("model/requirements.txt", "chartling>=4\nlightbolt[plots]\n");
    assert_eq!(project.pin(&["model/conda.yaml"]).code, 0);
    assert!(
        project
            .read("model/requirements.txt")
            .contains("chartling==5.0.0\n")
    );
    // A line goes when nothing needs it any more; one that no pin added is reported.
    project.write(
        "model/conda.yaml",
        CONDA.replace("  - lightbolt[plots]\n", ""),
    );
    project.write(
        "model/requirements.txt",
        "chartling==4.9.0\npackaging==23.2  # presolve: added\nkept==1\n",
    );
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 0, "{run}");
    let said = "note[removed-from-model]: `kept` leaves model/requirements.txt";
    assert!(run.stderr.contains(said), "{run}");
    assert_eq!(project.read("model/requirements.txt"), "chartling==5.0.0\n");
    project.write("model/conda.yaml", CONDA);
    // A copy elsewhere gets all of it, and the model does not change.
    project.write("model/requirements.txt", "chartling>=4\nlightbolt[plots]\n");
    assert_eq!(project.pin(&["model", "-o", "out.yml"]).code, 0);
    assert!(
        project
            .read("model/requirements.txt")
            .contains("chartling>=4\n")
    );
}

#[test]
fn what_cannot_be_pinned_together_is_refused() {
    let project = model(
        CONDA,
        "chartling>=4 --hash=sha256:00\nlightbolt[plots]\n",
        "python: 3.10.4\ndependencies: [-r requirements.txt]\n",
    );
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(project.read("model/conda.yaml"), CONDA);
    project.write("model/requirements.txt", "chartling>=4\n");
    project.write(
        "model/python_env.yaml",
        "python: 3.10.4\ndependencies: [chartling]\n",
    );
    let run = project.pin(&["model"]);
    assert!(run.stderr.contains("error[unpinnable-model]"), "{run}");
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(project.read("model/conda.yaml"), CONDA);
    project.write(
        "model/python_env.yaml",
        "python: 3.10.4\ndependencies:\n  - chartling  # p\n",
    );
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(project.read("model/python_env.yaml"), @"
    python: 3.10.13
    dependencies:
      - chartling==5.0.0  # p
      - lightbolt[plots]==2.1.0
      - packaging==23.2
      - tomlish==1.2.0
      - torch==2.4.1
    ");
}

#[test]
fn files_that_differ_are_a_finding() {
    let conda = "dependencies:\n- python=3.8.5\n- pip\n- scikit-learn\n- pip:\n  - mlflow\n  - chartling==4.9.0\n  - only-here==1\n";
    let project = model(
        conda,
        "mlflow\nChartling == 5.0.0\nscikit_learn==1\n",
        "python: 3.9.1\nbuild_dependencies: [pip]\ndependencies: [-r requirements.txt]\n",
    );
    assert_snapshot!(check(&project, "."), @"
    warning[unpinned-mlflow]: the model does not set the version of `mlflow`
     --> model/requirements.txt:1:1
      |
    1 | mlflow
      | ^^^^^^ any version
      |
      = note: a newer MLflow may not load the model, or need another Python
      = help: write the version that saved the model, which `MLmodel` has as `mlflow_version`

    warning[differing-mlflow-environments]: conda.yaml and python_env.yaml of the model differ
     --> model/conda.yaml:2:3
      |
    2 | - python=3.8.5
      |   ^^^^^^^^^^^^
      |
     --> model/python_env.yaml:1:9
      |
    1 | python: 3.9.1
      |         -----
      |
      = note: Python is `3.8.5.*` in conda.yaml and `3.9.1` in python_env.yaml
      = help: write the same versions into both files, or save the model again

    warning[unpinned-mlflow]: the model does not set the version of `mlflow`
     --> model/conda.yaml:6:5
      |
    6 |   - mlflow
      |     ^^^^^^ any version
      |
      = note: a newer MLflow may not load the model, or need another Python
      = help: write the version that saved the model, which `MLmodel` has as `mlflow_version`

    warning[differing-mlflow-environments]: conda.yaml and requirements.txt of the model differ
     --> model/conda.yaml:7:5
      |
    7 |   - chartling==4.9.0
      |     ^^^^^^^^^^^^^^^^
      |
     --> model/requirements.txt:2:1
      |
    2 | Chartling == 5.0.0
      | ------------------
      |
      = note: `chartling` is `==4.9.0` in conda.yaml and `==5.0.0` in requirements.txt
      = note: `only-here` is only in conda.yaml
      = help: write the same versions into both files, or save the model again

    Checked 2 files: 4 warnings
    exit code 1
    ");
    assert_eq!(check(&project, "."), check(&project, "model/MLmodel"));
    let run = project.run(&["check", "--no-solve", "model/python_env.yaml"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn a_model_is_never_judged_as_a_conda_file() {
    let project = model(CONDA, "", "");
    std::fs::remove_file(project.path("model/requirements.txt")).expect("is there");
    std::fs::remove_file(project.path("model/python_env.yaml")).expect("is there");
    let run = project.run(&["check", "model/MLmodel"]);
    assert!(run.stdout.contains("[missing-model-file]"), "{run}");
    assert!(!run.stdout.contains("MLmodel:1:1"), "{run}");
    // Only the conda file, as MLflow 1 wrote it.
    project.write(
        "model/MLmodel",
        "flavors:\n  python_function:\n    env: conda.yaml\n",
    );
    let run = project.run(&[
        "check",
        "--select",
        "unsolvable,missing-model-file",
        "model/MLmodel",
    ]);
    assert_eq!(run.code, 0, "{run}");
    project.write(
        "model/conda.yaml",
        CONDA.replace("python=3.10", "python=3.99"),
    );
    let run = project.run(&["check", "model/MLmodel"]);
    assert!(run.stdout.contains("error[unsolvable]"), "{run}");
    // A file of another program, or a model without an environment.
    for text in ["flavors:\n  sklearn: {}\n", "hello\n", "", "a: [\n"] {
        project.write("other/MLmodel", text);
        let run = project.run(&["check", "--no-solve", "other"]);
        assert!(run.to_string().contains("Checked 0 files"), "{text}{run}");
    }
    let run = project.pin(&["other"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn a_project_leads_to_its_environment() {
    let project = model(CONDA, "", "");
    project.write(
        "run/MLproject",
        "name: churn\nconda_env: envs/train.yml\nentry_points: {}\n",
    );
    project.write("run/envs/train.yml", CONDA);
    let run = project.run(&["check", "--select", "unsolvable,missing-model-file", "run"]);
    assert!(
        run.to_string().contains("Checked 2 files: nothing found"),
        "{run}"
    );
    assert_eq!(project.pin(&["run"]).code, 0);
    assert!(
        project
            .read("run/envs/train.yml")
            .contains("- python=3.10.13=h")
    );
    project.write("run/MLproject", "name: churn\nconda_env: envs/gone.yml\n");
    let run = project.run(&["check", "run/MLproject"]);
    assert!(run.stdout.contains("error[missing-model-file]"), "{run}");
    // An image or no environment at all has nothing to check.
    project.write(
        "run/MLproject",
        "name: churn\ndocker_env: {image: python:3.11}\n",
    );
    let run = project.run(&["check", "--no-solve", "run/MLproject"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_deployment_without_an_environment_uses_that_of_its_model() {
    let project = model(
        CONDA,
        "chartling>=4\nlightbolt[plots]\n",
        "python: 3.10.1\n",
    );
    project.write(
        "deploy.yml",
        "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: e\nmodel:\n  path: ./model\n  type: mlflow_model\n",
    );
    let run = project.run(&[
        "check",
        "--select",
        "differing-mlflow-environments,unsolvable",
        "deploy.yml",
    ]);
    assert!(run.to_string().contains("Checked 3 files"), "{run}");
    let run = project.pin(&["deploy.yml"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        project
            .read("model/conda.yaml")
            .contains("chartling==5.0.0"),
        "{run}"
    );
    assert!(
        project
            .read("model/requirements.txt")
            .contains("chartling==5.0.0")
    );
}

#[cfg(unix)]
#[test]
fn files_outside_the_repository_are_not_compared() {
    let project = model(CONDA, "chartling>=4\n", "python: 3.10.1\n");
    project.write("model/.git/HEAD", "x");
    project.write("secret.txt", "topsecret==1\n");
    project.write(
        "model/MLmodel",
        "flavors:\n  python_function:\n    env: ../secret.txt\n",
    );
    std::fs::remove_file(project.path("model/requirements.txt")).expect("is there");
    std::os::unix::fs::symlink("../secret.txt", project.path("model/requirements.txt"))
        .expect("links");
    let said = check(&project, "model");
    assert!(said.contains("[outside-repository]"), "{said}");
    assert!(!said.contains("topsecret"), "{said}");
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(!run.to_string().contains("topsecret"), "{run}");
}

#[test]
fn a_model_is_written_whole_or_not_at_all() {
    let env =
        "python: \"3.10.4\"\nbuild_dependencies:\n- pip\ndependencies:\n- -r requirements.txt\n";
    let list = "chartling>=4\nlightbolt[plots]\n";
    let unpinnable = [
        (MLMODEL, "chartling \\\n  >=4\nlightbolt[plots]\n", env),
        (
            MLMODEL,
            "--extra-index-url https://h/simple\nchartling \\\n  >=4\n",
            env,
        ),
        (MLMODEL, list, "build_dependencies:\n- &p pip\n- *p\n"),
        (
            MLMODEL,
            list,
            "build_dependencies: &d\n- pip\ndependencies: *d\n",
        ),
        (
            &MLMODEL.replace("virtualenv: python_env.yaml", "virtualenv: conda.yaml"),
            list,
            env,
        ),
    ];
    for (mlmodel, list, env) in unpinnable {
        let project = model(CONDA, list, env);
        project.write("model/MLmodel", mlmodel);
        let run = project.pin(&["model"]);
        assert_eq!(run.code, 2, "{list}{env}{run}");
        assert!(run.stderr.contains("error[unpinnable-model]"), "{run}");
        assert_eq!(project.read("model/conda.yaml"), CONDA);
        assert_eq!(project.read("model/requirements.txt"), list);
        assert_eq!(project.read("model/python_env.yaml"), env);
    }
    let project = model(CONDA, list, env);
    let path = project.path("model/python_env.yaml");
    let mut mode = std::fs::metadata(&path).expect("is there").permissions();
    mode.set_readonly(true);
    std::fs::set_permissions(&path, mode).expect("is ours");
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(project.read("model/conda.yaml"), CONDA);
    assert_eq!(project.read("model/requirements.txt"), list);
}

#[test]
fn a_python_env_without_build_dependencies_is_no_conda_file() {
    let project = model(CONDA, "chartling>=4\nlightbolt[plots]\n", "");
    let env = "python: \"3.10\"\ndependencies:\n- chartling\n";
    project.write("model/python_env.yaml", env);
    let run = project.run(&["check", "--no-solve", "--select", "all", "model"]);
    assert!(!run.stdout.contains("unknown-key"), "{run}");
    let run = project.pin(&["."]);
    assert_eq!(run.code, 0, "{run}");
    let env = project.read("model/python_env.yaml");
    assert!(!env.contains("channels"), "{env}");
    let again = project.pin(&["--diff", "."]);
    assert_eq!((again.code, &*again.stdout), (0, ""), "{again}");
    let differences = check(&project, "model");
    assert!(!differences.contains("warning["), "{differences}");
}

#[test]
fn a_model_that_cannot_be_parsed_is_reported_below_a_folder() {
    let project = model(CONDA, "", "");
    project.write("model/MLmodel", "flavors: [}\n");
    let run = project.run(&["check", "--no-solve", "."]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("model/MLmodel:1"), "{run}");
}

/// A pin that is only in one of the files is not the state that `pin` writes.
#[test]
fn the_pins_of_all_files_of_a_model_are_checked() {
    let project = model(
        CONDA,
        "chartling>=4\nlightbolt[plots]\n",
        "python: 3.10.4\ndependencies:\n- -r requirements.txt\n",
    );
    assert_eq!(project.pin(&["model"]).code, 0);
    assert_eq!(project.pin(&["--check", "model"]).code, 0);
    let requirements = project.read("model/requirements.txt");
    let other = requirements.replace("chartling==5.0.0", "chartling==4.0.0");
    assert_ne!(other, requirements);
    project.write("model/requirements.txt", other);
    let run = project.pin(&["--check", "model"]);
    assert_eq!(run.code, 1, "{run}");
    let said =
        "error[differing-mlflow-environments]: conda.yaml and requirements.txt of the model differ";
    assert!(run.stderr.contains(said), "{run}");
    project.write("model/requirements.txt", requirements);
    project.write(
        "model/python_env.yaml",
        "python: 3.9.1\ndependencies:\n- -r requirements.txt\n",
    );
    let run = project.pin(&["--check", "model"]);
    assert_eq!(run.code, 1, "{run}");
}

/// The conda file decides what a model needs.
#[test]
fn a_project_that_the_conda_file_lost_is_removed_from_the_other_files() {
    let conda = CONDA.replace(
        "  - chartling>=4\n",
        "  - stonework; sys_platform == 'win32'\n",
    );
    let project = model(
        &conda,
        "chartling>=4\nlightbolt[plots]\nstonework; sys_platform == 'win32'\nastray==1.0",
        "python: 3.10.4\ndependencies:\n- astray==1.0\n- \"stonework; sys_platform == 'win32'\"\n- lightbolt[plots]\n",
    );
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 0, "{run}");
    let requirements = project.read("model/requirements.txt");
    assert!(!requirements.contains("astray"), "{requirements}");
    // The plots of lightbolt need it, so it stays.
    assert!(requirements.contains("chartling==5.0.0"), "{requirements}");
    assert!(requirements.contains("stonework; sys"), "{requirements}");
    let python_env = project.read("model/python_env.yaml");
    assert!(!python_env.contains("astray"), "{python_env}");
    assert!(
        python_env.contains("- lightbolt[plots]==2.1.0\n"),
        "{python_env}"
    );
    assert_eq!(project.pin(&["--check", "model"]).code, 0);
    // Without another line, there is no place for the pins.
    let before = "python: 3.10.4\ndependencies:\n- astray==1.0\n";
    project.write("model/python_env.yaml", before);
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("[unpinnable-model]"), "{run}");
    assert_eq!(project.read("model/python_env.yaml"), before);
}

#[test]
fn the_image_of_a_project_is_checked() {
    let project = Project::new("");
    project.write("p/MLproject", "name: p\ndocker_env:\n  image: ubuntu\n");
    let run = project.run(&["check", "--no-solve", "--select", "untagged-image", "p"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("p/MLproject:3:10"), "{run}");
    let run = project.pin(&["p/MLproject"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("the image is used unchanged"), "{run}");
}

#[test]
fn the_requirements_of_a_model_lead_to_the_model() {
    let requirements = "chartling>=4\nlightbolt[plots]\n";
    let python_env = "python: 3.10.13\ndependencies:\n- -r requirements.txt\n";
    let project = model(CONDA, requirements, python_env);
    let run = project.pin(&["model/requirements.txt"]);
    assert_eq!(run.code, 0, "{run}");
    let conda = project.read("model/conda.yaml");
    assert!(conda.contains("chartling==5.0.0"), "{conda}");
    let text = project.read("model/requirements.txt");
    assert!(text.contains("chartling==5.0.0"), "{text}");
}

#[test]
fn a_project_with_several_lines_gets_its_pin_on_each() {
    let lines = "chartling\nchartling>=4 ; python_version < '3.12'\nlightbolt[plots]\n";
    let items = lines.lines().map(|line| format!("  - {line}\n"));
    let env = format!(
        "python: 3.10.4\ndependencies:\n{}",
        items.collect::<String>()
    );
    let project = model(CONDA, lines, &env);
    let run = project.pin(&["model"]);
    assert_eq!(run.code, 0, "{run}");
    for file in ["model/requirements.txt", "model/python_env.yaml"] {
        let text = project.read(file);
        assert_eq!(text.matches("chartling==5.0.0").count(), 2, "{text}");
        assert!(text.contains("; python_version < '3.12'"), "{text}");
    }
    let check = project.pin(&["--check", "model"]);
    assert_eq!(check.code, 0, "{check}");
    let before = project.read("model/python_env.yaml");
    assert_eq!(project.pin(&["model"]).code, 0);
    assert_eq!(project.read("model/python_env.yaml"), before);
}
