//! What images provide: from the settings, from a flag, and from the table of curated images.

use super::Project;

/// A pip command on an image whose name does not tell its Python.
const DOCKERFILE: &str = "FROM acme.example/base/train:7\nRUN pip install chartling\n";

fn project(dockerfile: &str) -> Project {
    let project = Project::of(&[]);
    project.write("Dockerfile", dockerfile);
    project
}

fn image(keys: &str) -> String {
    format!("[image.'acme.example/base/*']\n{keys}")
}

#[test]
fn the_python_of_an_image_is_a_setting() {
    let project = project(DOCKERFILE);
    let pin = ["Dockerfile", "--diff", "--channel", "conda-forge"];
    let run = project.pin(&pin);
    assert_eq!(run.code, 2, "{run}");
    let unknown = "the name of the image does not say which Python it has";
    assert!(run.stderr.contains(unknown), "{run}");
    assert!(run.stderr.contains("--image-python"), "{run}");
    let run = project.run(&["check", "Dockerfile", "--channel", "conda-forge"]);
    assert!(run.stdout.contains(unknown), "{run}");

    // chartling needs Python 3.8 or later.
    for (version, code) in [("3.10", 1), ("3.7", 1)] {
        let flag = project.pin(&[&pin[..], &["--image-python", version]].concat());
        assert_eq!(flag.code, code, "{flag}");
        let has_pins = flag.stdout.contains("chartling==5.0.0");
        assert_eq!(has_pins, version == "3.10", "{flag}");
    }
    project.setting(&image("python = '3.10'"));
    let run = project.pin(&pin);
    assert!(
        run.stdout.contains("+RUN pip install chartling==5.0.0"),
        "{run}"
    );
    assert!(
        run.stderr.contains("the image includes Python 3.10"),
        "{run}"
    );
    let run = project.run(&["check", "Dockerfile", "--channel", "conda-forge"]);
    assert!(!run.stdout.contains(unknown), "{run}");
    // The flag overrides the setting.
    let run = project.pin(&[&pin[..], &["--image-python", "3.7"]].concat());
    assert!(run.stderr.contains("Python 3.7"), "{run}");
}

/// pip keeps an installed release that satisfies what it installs, and upgrades it otherwise.
#[test]
fn the_packages_of_an_image_are_a_setting() {
    let pinned = |command: &str| {
        let project = project(&format!("FROM acme.example/base/train:7\nRUN {command}\n"));
        project.setting(&image("python = '3.10'\npackages = ['Packaging==23.2']"));
        let run = project.pin(&["Dockerfile", "--diff", "--channel", "conda-forge"]);
        assert_eq!(run.code, 1, "{run}");
        assert!(
            run.stderr.contains("presolve.toml has 1 package of it"),
            "{run}"
        );
        run.stdout
    };
    assert!(pinned("pip install packaging").contains("packaging==23.2"));
    for other in ["pip install -U packaging", "pip install 'packaging>=24'"] {
        assert!(pinned(other).contains("packaging==24.1"), "{other}");
    }
    // As the dependency of another project, too; an upgrade of that one does not change it.
    for other in ["pip install chartling", "pip install -U chartling"] {
        let pinned = pinned(other);
        assert!(!pinned.contains("packaging==24.1"), "{pinned}");
    }
}

#[test]
fn the_conda_of_an_image_is_a_setting() {
    let job = "image: acme.example/base/train:7\nname: e\nconda_file:\n  channels: [conda-forge, nodefaults]\n  dependencies: [python =3.10]\n";
    let create = "FROM acme.example/base/train:7\nCOPY environment.yml .\nRUN conda create -n a --file environment.yml\n";
    let said = |conda: &str| {
        let project = project(create);
        project.write("env.yml", job);
        if !conda.is_empty() {
            project.setting(&image(&format!("conda = '{conda}'")));
        }
        let rules = "classic-solver-image,yaml-as-package-list,image-without-conda";
        let arguments = ["check", "--no-solve", "--select", rules, "."];
        let check = project.run(&arguments).stdout;
        let explain = project.run(&["explain", "env.yml"]).stderr;
        let line = explain.lines().find(|line| line.contains("[image-solver]"));
        (check, line.unwrap_or_default().to_owned())
    };
    let (check, explain) = said("");
    assert!(check.contains("warning[yaml-as-package-list]"), "{check}");
    assert!(explain.contains("is unknown"), "{explain}");
    let (check, explain) = said("22.9.0");
    assert!(check.contains("[classic-solver-image]"), "{check}");
    assert!(check.contains("has conda 22.9.0"), "{check}");
    assert!(check.contains("error[yaml-as-package-list]"), "{check}");
    assert!(
        explain.contains("conda 22.9.0, which solves with the classic solver"),
        "{explain}"
    );
    let (check, explain) = said("26.3.1");
    assert!(!check.contains('['), "{check}");
    assert!(
        explain.contains("conda 26.3.1, which solves with libmamba"),
        "{explain}"
    );
}

#[test]
fn the_cuda_libraries_of_an_image_are_a_setting() {
    let project = Project::new("");
    project.write(
        "env.yml",
        "image: acme.example/base/train:7\nname: e\nconda_file:\n  channels: [./own, nodefaults]\n  dependencies: [net]\n",
    );
    project.channel("own", "noarch", &[]);
    let records = [
        ("net", "1.5", "cpu_0", &[][..]),
        ("net", "1.5", "cuda126_0", &["__cuda"][..]),
    ];
    project.channel("own", "linux-64", &records);
    let run = project.pin(&["env.yml", "--diff"]);
    assert!(!run.stderr.contains("[cpu-build-on-cuda-image]"), "{run}");
    project.setting(&image("cuda = '12.4'"));
    let run = project.pin(&["env.yml", "--diff"]);
    assert!(run.stderr.contains("but the image has CUDA 12.4"), "{run}");
}

#[test]
fn a_value_that_no_image_can_provide_is_refused_at_its_place() {
    let project = project(DOCKERFILE);
    for (keys, said) in [
        ("python = '>=3.9'", "an image cannot provide `>=3.9`"),
        ("packages = ['numpy']", "it is not `NAME==VERSION`"),
        ("pyhton = '3.9'", "did you mean `python`?"),
        (
            "gpu = 'a100'",
            "use one of the keys python, glibc, conda, cuda, packages, virtual-packages",
        ),
    ] {
        project.write("presolve.toml", image(keys));
        let run = project.pin(&["Dockerfile"]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(said), "{run}");
        assert!(run.stderr.contains("presolve.toml:2:"), "{run}");
    }
    let run = project.pin(&["Dockerfile", "--image-python", "python3"]);
    assert_eq!(run.code, 2, "{run}");
}

/// The table of curated images says what their names do not.
#[test]
fn a_curated_image_is_known() {
    let project = project(
        "FROM mcr.microsoft.com/azureml/curated/lightgbm-3.3:60\nRUN pip install chartling\n",
    );
    project.change("platform", None);
    project.change("virtual-packages", None);
    let run = project.pin(&["Dockerfile", "--diff", "--channel", "conda-forge"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("the image includes Python 3.10"),
        "{run}"
    );
    assert!(!run.stderr.contains("[unknown-image]"), "{run}");
}
