//! `--allow-env`: the variables that a file may use.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::Request, http::StatusCode};
use insta::assert_snapshot;

use super::{Project, Run, environment, fixtures, server};

const TOKEN: &str = "t0k3n";

/// What a server was asked for.
#[derive(Clone, Default)]
struct Requests(Arc<Mutex<Vec<String>>>);

impl Requests {
    /// Starts a server that has nothing, and returns its address.
    fn serve(&self) -> String {
        let requests = self.clone();
        let address = server::serve(|_| {
            Router::new().fallback(async move |request: Request| {
                let asked = format!("{} {:?}", request.uri(), request.headers());
                requests.0.lock().expect("not poisoned").push(asked);
                StatusCode::NOT_FOUND
            })
        });
        address.to_string()
    }

    fn count(&self) -> usize {
        self.0.lock().expect("not poisoned").len()
    }

    fn have(&self, text: &str) -> bool {
        let requests = self.0.lock().expect("not poisoned");
        requests.iter().any(|request| request.contains(text))
    }
}

/// An online project whose default channels have a Python, which a requirements file and a
/// Dockerfile do not name.
fn project() -> Project {
    let project = Project::online(environment(&["python"]));
    let channel = format!("['{}/channels/conda-forge']", fixtures().display());
    project.change("default-channels", Some(&channel));
    project
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    let mut command = project.command(arguments);
    command.env("TOKEN", TOKEN).output().expect("starts").into()
}

/// Each place in which a file can use a variable, as the files of a project.
fn places(host: &str) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let pip = |line: &str| environment(&["python", "pip:", line, "tomlish"]);
    let url = format!("http://{host}/${{TOKEN}}/x");
    let docker = |commands: &str| format!("FROM python:3.12\n{commands}\n");
    vec![
        (
            "environment.yml",
            vec![(
                "environment.yml",
                format!("channels: ['{url}', nodefaults]\ndependencies: [python]\n"),
            )],
        ),
        (
            "environment.yml",
            vec![(
                "environment.yml",
                format!("channels: ['http://{host}/$TOKEN', nodefaults]\ndependencies: [python]\n"),
            )],
        ),
        (
            "environment.yml",
            vec![("environment.yml", pip(&format!("--extra-index-url {url}")))],
        ),
        (
            "environment.yml",
            vec![("environment.yml", pip(&format!("--find-links {url}")))],
        ),
        (
            "environment.yml",
            vec![(
                "environment.yml",
                pip(&format!("a @ {url}/a-1.0-py3-none-any.whl")),
            )],
        ),
        (
            "environment.yml",
            vec![
                ("environment.yml", pip("-r r.txt")),
                ("r.txt", format!("--index-url {url}\n")),
            ],
        ),
        (
            "requirements.txt",
            vec![("requirements.txt", format!("-i {url}\ntomlish\n"))],
        ),
        (
            "Dockerfile",
            vec![
                (
                    "Dockerfile",
                    docker("COPY r.txt .\nRUN pip install -r r.txt"),
                ),
                ("r.txt", format!("-i {url}\ntomlish\n")),
            ],
        ),
        (
            "Dockerfile",
            vec![
                (
                    "Dockerfile",
                    docker("COPY environment.yml .\nRUN conda env create -f environment.yml"),
                ),
                (
                    "environment.yml",
                    format!("channels: ['{url}', nodefaults]\ndependencies: [python]\n"),
                ),
            ],
        ),
    ]
}

#[test]
fn a_file_cannot_send_a_variable() {
    let requests = Requests::default();
    let host = requests.serve();
    for (file, files) in places(&host) {
        let project = project();
        files
            .iter()
            .for_each(|(name, text)| project.write(name, text));
        for command in [
            &["pin", file, "--python-version", "3.12"][..],
            &["explain", file, "--python-version", "3.12"],
            &["outdated", file, "--python-version", "3.12"],
            &["check", file, "--python-version", "3.12"],
        ] {
            let run = run(&project, command);
            let expected = if command[0] == "check" {
                [1, 3]
            } else {
                [2; 2]
            };
            assert!(expected.contains(&run.code), "{command:?} {files:?} {run}");
            let message = "error[variable-without-value]";
            assert!(run.to_string().contains(message), "{files:?} {run}");
            assert!(!run.to_string().contains(TOKEN), "{files:?} {run}");
        }
        let (name, text) = files.last().expect("one");
        assert_eq!(project.read(name), *text);
    }
    assert_eq!(requests.count(), 0);
}

#[test]
fn the_user_allows_a_variable() {
    let requests = Requests::default();
    let host = requests.serve();
    for (file, files) in places(&host) {
        let project = project();
        files
            .iter()
            .for_each(|(name, text)| project.write(name, text));
        let before = requests.count();
        let pin = ["pin", file, "--python-version", "3.12"];
        let allowed = run(&project, &[&pin[..], &["--allow-env", "TOKEN"]].concat());
        if file == "Dockerfile" {
            // The value would be that of the build.
            assert_eq!(allowed.code, 2, "{allowed}");
            let message = "`${TOKEN}` has the value of the image build";
            assert!(allowed.stderr.contains(message), "{allowed}");
            assert_eq!(requests.count(), before);
            continue;
        }
        assert!(requests.count() > before, "{files:?} {allowed}");
        assert!(requests.have(TOKEN), "{files:?} {allowed}");
    }
}

#[test]
fn an_error_names_the_variable_its_place_and_the_flag() {
    let index = "--extra-index-url https://${TOKEN}@host.example/simple";
    let project = Project::of(&["python", "pip:", index, "tomlish"]);
    assert_snapshot!(run(&project, &["pin"]), @"
    error[variable-without-value]: `${TOKEN}` is not replaced: this file may not use the variable `TOKEN`
     --> environment.yml:6:25
      |
    6 |     - --extra-index-url https://${TOKEN}@host.example/simple
      |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: if you trust this file with its value, run with `--allow-env TOKEN`, or set `PRESOLVE_ALLOW_ENV=TOKEN`
    exit code 2
    ");
    let unset = ["pin", "--allow-env", "OTHER,NOT_SET_X"];
    let index = index.replace("TOKEN", "NOT_SET_X");
    project.write(
        "environment.yml",
        environment(&["python", "pip:", &index, "tomlish"]),
    );
    assert_snapshot!(run(&project, &unset), @"
    error[variable-without-value]: `${NOT_SET_X}` is not replaced: the variable `NOT_SET_X` is not set
     --> environment.yml:6:25
      |
    6 |     - --extra-index-url https://${NOT_SET_X}@host.example/simple
      |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: set `NOT_SET_X`
    exit code 2
    ");
}

/// pip replaces variables in requirements files, and the shell those of a command.
#[test]
fn the_commands_of_a_dockerfile_are_literal() {
    let requests = Requests::default();
    let host = requests.serve();
    let project = project();
    project.write(
        "Dockerfile",
        format!("FROM python:3.12\nRUN pip install -i 'http://{host}/${{TOKEN}}/' tomlish\n"),
    );
    let run = run(&project, &["pin", "Dockerfile", "--allow-env", "TOKEN"]);
    assert!(requests.have("/$%7BTOKEN%7D/tomlish/"), "{run}");
    assert!(!requests.have(TOKEN), "{run}");
}

/// A pull request can change `presolve.toml`.
#[test]
fn settings_have_no_variables() {
    let requests = Requests::default();
    let host = requests.serve();
    let project = Project::online(environment(&["python", "pip:", "tomlish"]));
    project.setting(&format!(
        "extra-index-urls = ['http://{host}/${{TOKEN}}/simple']"
    ));
    let run = run(&project, &["pin", "--allow-env", "TOKEN"]);
    assert!(requests.have("/$%7BTOKEN%7D/simple/tomlish/"), "{run}");
    assert!(!requests.have(TOKEN), "{run}");
}

#[test]
fn what_needs_no_network_needs_no_value() {
    let index = "--extra-index-url https://${TOKEN}@host.example/simple";
    let project = Project::of(&["python=3.10"]);
    project.pinned(&[]);
    let pinned = project.read("environment.yml") + &format!("  - pip:\n    - {index}\n");
    project.write("environment.yml", &pinned);
    let check = run(&project, &["pin", "--check"]);
    assert_eq!(check.code, 0, "{check}");
    let note = "note[variable-without-value]";
    assert!(check.stderr.contains(note), "{check}");
    let check = run(&project, &["pin", "--check", "--solve"]);
    assert_eq!(check.code, 2, "{check}");
    let lint = run(&project, &["check", "--no-solve"]);
    assert!(lint.code < 2, "{lint}");
    assert!(!lint.stderr.contains("variable-without-value"), "{lint}");
    project.write("old.yml", environment(&["python=3.9"]));
    let diff = run(&project, &["diff", "old.yml", "environment.yml"]);
    assert_eq!(diff.code, 0, "{diff}");
}
