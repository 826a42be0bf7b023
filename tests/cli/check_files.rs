//! Which files `check` looks at.

use std::process::Command;

use serde_json::Value;

use super::{Project, azure::with_cuda_builds, environment};

/// The files that a run checked.
fn checked(project: &Project, arguments: &[&str]) -> Vec<String> {
    let common = ["check", "--no-solve", "--exit-zero", "--format", "json"];
    let run = project.run(&[&common, arguments].concat());
    assert_eq!(run.code, 0, "{run}");
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let files = report["files"].as_array().expect("a list").iter();
    files
        .map(|file| file["path"].as_str().expect("a path").to_owned())
        .collect()
}

#[test]
fn environment_files_are_found_by_name_and_keys() {
    let project = Project::of(&[]);
    let text = environment(&["python=3.10"]);
    let files = [
        "conda_dev.yaml",
        "deep/er/environment-gpu.yml",
        "deep/myenv.yml",
        "docs/requirements.yml",
    ];
    for name in files {
        project.write(name, &text);
    }
    project.write(
        "ci/deps.yml",
        "name: ci\ndependencies:\n- pip:\n  - azureml-core\n",
    );
    project.write("env.yml", "dependancies:\n  - python\n");
    let found = checked(&project, &[]);
    let mut expected = [&files[..], &["ci/deps.yml", "env.yml", "environment.yml"]].concat();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn what_looks_like_one_is_left_alone() {
    let project = Project::of(&[]);
    let dependencies = "dependencies:\n  - name: redis\n    version: 1.x\n";
    for (name, text) in [
        ("env/Chart.yaml", format!("apiVersion: v2\n{dependencies}")),
        ("envs/requirements.yaml", dependencies.to_owned()),
        (
            "env/environment-prod.yaml",
            format!("apiVersion: v1\nkind: ConfigMap\n{dependencies}"),
        ),
        (
            "docker-compose.env.yml",
            "services:\n  a: {}\ndependencies: {}\n".to_owned(),
        ),
        (
            "pubspec.yaml",
            "environment:\n  sdk: '>=3'\ndependencies:\n  http: any\n".to_owned(),
        ),
        ("envoy.yaml", "dependencies: []\n".to_owned()),
        (
            "ci-environment.yml",
            "jobs:\n  a: {}\nchannels: [x]\n".to_owned(),
        ),
        (
            ".github/workflows/environment.yml",
            environment(&["python"]),
        ),
        (
            "recipe/meta.yaml",
            "channels: []\ndependencies: []\n".to_owned(),
        ),
        (
            "conda-lock.yml",
            "channels: []\ndependencies: []\n".to_owned(),
        ),
        (
            "conda_build_config.yaml",
            "channels: []\ndependencies: []\n".to_owned(),
        ),
        (
            "roles/x/meta/main.yml",
            "galaxy_info: {}\ndependencies:\n  - python\n".to_owned(),
        ),
        ("environment.md", environment(&["python"])),
        ("environment-values.yaml", "image: x\n".to_owned()),
    ] {
        project.write(name, text);
    }
    assert_eq!(checked(&project, &[]), ["environment.yml"]);
    // Whoever names a file means it.
    assert_eq!(checked(&project, &["envoy.yaml"]), ["envoy.yaml"]);
}

#[test]
fn what_git_ignores_and_the_settings_exclude_is_left_out() {
    let project = Project::of(&[]);
    for name in [
        "build/environment.yml",
        "old/a/environment.yml",
        "sub/old/environment.yml",
    ] {
        project.write(name, environment(&[]));
    }
    project.write(".gitignore", "build\n");
    project.setting("[check]\nexclude = ['/old']");
    let expected = ["environment.yml", "sub/old/environment.yml"];
    assert_eq!(checked(&project, &[]), expected);
    assert_eq!(checked(&project, &["sub"]), ["sub/old/environment.yml"]);
    let named = ["old/a/environment.yml"];
    assert_eq!(checked(&project, &named), named);
}

/// git in a folder, without the settings of this machine.
fn git(project: &Project, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=n", "-c", "user.email=n@example.org"])
        .args(arguments)
        .current_dir(project.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git starts");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn only_what_a_branch_changes_is_checked() {
    let project = Project::of(&["python=3.10"]);
    let text = project.read("environment.yml");
    let includes = environment(&["python=3.10", "pip:", "-r more.txt"]);
    project.write("sub dir/changed.env.yml", &text);
    project.write("sub dir/includes.env.yml", &includes);
    project.write("sub dir/more.txt", "requests==2\n");
    git(&project, &["init", "-q", "-b", "trunk"]);
    git(&project, &["add", "-A"]);
    git(&project, &["commit", "-q", "-m", "first"]);
    assert_eq!(checked(&project, &["--changed-since", "trunk"]), [""; 0]);
    git(&project, &["checkout", "-q", "-b", "work"]);
    project.write("sub dir/changed.env.yml", format!("{text}# more\n"));
    git(&project, &["commit", "-q", "-a", "-m", "second"]);
    project.write("sub dir/more.txt", "requests==3\n");
    project.write("new.env.yml", &text);
    // What others did on the trunk meanwhile is not the branch's.
    git(&project, &["checkout", "-q", "-b", "theirs", "trunk"]);
    project.write("environment.yml", format!("{text}# theirs\n"));
    git(
        &project,
        &["commit", "-q", "-m", "third", "environment.yml"],
    );
    git(&project, &["checkout", "-q", "work"]);
    let mine = [
        "new.env.yml",
        "sub dir/changed.env.yml",
        "sub dir/includes.env.yml",
    ];
    assert_eq!(checked(&project, &["--changed-since", "theirs"]), mine);
    let named = [
        "--changed-since",
        "theirs",
        "environment.yml",
        "new.env.yml",
    ];
    assert_eq!(checked(&project, &named), ["new.env.yml"]);
}

/// Commits all that there is.
fn commit(project: &Project) {
    git(project, &["init", "-q", "-b", "trunk"]);
    git(project, &["add", "-A"]);
    git(project, &["commit", "-q", "-m", "first"]);
}

#[test]
fn what_a_branch_removes_is_missing_where_it_is_named() {
    let project = Project::of(&["python=3.10", "pip:", "-r gone/more.txt"]);
    project.write("gone/more.txt", "# none yet\n");
    project.write("specs/conda.yml", environment(&["python=3.10"]));
    let image = "image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240709.v1\n";
    project.write(
        "envs/aml.yml",
        format!("name: a\n{image}conda_file: ../specs/conda.yml\n"),
    );
    project.write("made.yml", "name: made\nbuild:\n  path: docker\n");
    project.write(
        "docker/Dockerfile",
        "FROM python:3.10\nCOPY src /src\nCOPY p*s/*.cfg /etc/\nCOPY . /app\nRUN pip install -r /app/reqs.txt\n",
    );
    project.write("docker/reqs.txt", "six==1.16.0\n");
    project.write("docker/src/main.py", "");
    project.write("docker/parts/a.cfg", "");
    project.write("docker/other.py", "");
    commit(&project);
    let changed = ["--changed-since", "HEAD"];
    for (file, named_by, rule) in [
        ("specs/conda.yml", "envs/aml.yml", "missing-conda-file"),
        (
            "gone/more.txt",
            "environment.yml",
            "missing-requirements-file",
        ),
        ("docker/Dockerfile", "made.yml", "missing-dockerfile"),
        (
            "docker/src/main.py",
            "docker/Dockerfile",
            "missing-copy-source",
        ),
        (
            "docker/parts/a.cfg",
            "docker/Dockerfile",
            "missing-copy-source",
        ),
        (
            "docker/reqs.txt",
            "docker/Dockerfile",
            "missing-requirements-file",
        ),
    ] {
        git(&project, &["rm", "-q", file]);
        assert_eq!(checked(&project, &changed), [named_by], "{file}");
        let run = project.run(&[&["check", "--no-solve"], &changed[..]].concat());
        assert!(
            run.stdout.contains(&format!("error[{rule}]")),
            "{file}: {run}"
        );
        git(&project, &["reset", "-q", "--hard"]);
    }
    git(
        &project,
        &["mv", "specs/conda.yml", "specs/conda_moved.yml"],
    );
    let moved = ["envs/aml.yml", "specs/conda_moved.yml"];
    assert_eq!(checked(&project, &changed), moved);
    git(&project, &["reset", "-q", "--hard"]);
    git(&project, &["rm", "-q", "docker/other.py"]);
    assert_eq!(checked(&project, &changed), [""; 0]);
}

#[test]
fn a_changed_file_is_checked_for_the_image_of_those_that_name_it() {
    let project = with_cuda_builds("[net]");
    let definition = project.read("environment.yml");
    let (definition, conda) = definition.split_once("conda_file:\n").expect("a spec");
    project.write(
        "environment.yml",
        format!("{definition}conda_file: spec/conda.yml\n"),
    );
    project.write("spec/conda.yml", conda.replace("  ", ""));
    project.write("spec/Dockerfile", "FROM python:3.10\n");
    commit(&project);
    let arguments = [
        "--select",
        "cpu-build-on-cuda-image",
        "--changed-since",
        "HEAD",
    ];
    let run = || project.run(&[&["check"], &arguments[..]].concat());
    assert!(run().stderr.contains("Checked 0 files"), "{}", run());
    project.write(
        "spec/conda.yml",
        project.read("spec/conda.yml") + "# more\n",
    );
    let findings = run().stdout;
    assert!(findings.contains("[cpu-build-on-cuda-image]"), "{findings}");
    git(&project, &["reset", "-q", "--hard"]);
    project.write(
        "environment.yml",
        project.read("environment.yml") + "# more\n",
    );
    assert_eq!(run().stdout, findings);
}

#[test]
fn changes_that_git_cannot_tell_are_an_error() {
    let project = Project::of(&[]);
    let run = project.run(&["check", "--changed-since", "trunk"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("`.` is not in a git repository"),
        "{run}"
    );
    git(&project, &["init", "-q"]);
    for revision in ["trunk", "--all", ""] {
        let flag = format!("--changed-since={revision}");
        let run = project.run(&["check", &flag]);
        assert_eq!(run.code, 2, "{run}");
        assert!(
            run.stderr.contains("git does not know the revision"),
            "{run}"
        );
    }
}
