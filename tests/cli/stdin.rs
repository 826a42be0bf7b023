//! `-`: standard input as the file of `check` and `pin`.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::{Project, Run, environment};

fn with_input(command: &mut Command, input: &str) -> Run {
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("is read");
    drop(stdin);
    child.wait_with_output().expect("it ends").into()
}

fn run(project: &Project, arguments: &[&str], input: &str) -> Run {
    with_input(&mut project.command(arguments), input)
}

#[test]
fn check_reads_what_an_editor_has_not_saved() {
    let project = Project::of(&["python"]);
    let secret = "channels: [conda-forge, nodefaults]\nprefix: /home/me\ndependencies: [python]\n";
    let select = ["check", "-", "--select", "prefix-in-file", "--no-solve"];
    let found = run(&project, &select, secret);
    assert_eq!(found.code, 1, "{found}");
    assert!(found.stdout.contains("--> environment.yml:2:1"), "{found}");
    let named = [&select[..], &["--stdin-filename", "envs/new.yml"]].concat();
    let found = run(&project, &named, secret);
    assert!(found.stdout.contains("--> envs/new.yml:2:1"), "{found}");
    let diff = [&select[..], &["--diff"]].concat();
    let found = run(&project, &diff, secret);
    assert!(found.stdout.contains("\n-prefix: /home/me\n"), "{found}");
    let dockerfile = ["check", "-", "--no-solve", "--stdin-filename", "Dockerfile"];
    let found = run(&project, &dockerfile, "FROM python:3.12\nRNU x\n");
    assert!(found.stdout.contains("Dockerfile:2:1"), "{found}");
    assert_eq!(project.files(), ["environment.yml", "presolve.toml"]);
}

#[test]
fn pin_prints_what_it_would_write() {
    let project = Project::of(&["python"]);
    let input = environment(&["python=3.10"]);
    let printed = run(&project, &["pin", "-"], &input);
    assert_eq!(printed.code, 0, "{printed}");
    assert!(printed.stderr.starts_with("Pinned "), "{printed}");
    assert_eq!(project.read("environment.yml"), environment(&["python"]));
    project.write("environment.yml", &input);
    assert_eq!(printed.stdout, project.pinned(&[]));
    let again = run(&project, &["pin", "-"], &printed.stdout);
    assert_eq!(again.stdout, printed.stdout, "{again}");
    let check = run(&project, &["pin", "-", "--check"], &printed.stdout);
    assert_eq!(check.code, 0, "{check}");
    let check = run(&project, &["pin", "-", "--check"], &input);
    assert_eq!(check.code, 1, "{check}");
}

#[test]
fn standard_input_is_alone_and_is_not_written() {
    let project = Project::of(&["python"]);
    for (arguments, message) in [
        (&["check", "-", "environment.yml"][..], "cannot be combined"),
        (&["pin", "-", "environment.yml"], "cannot be combined"),
        (&["check", "-", "--fix"], "`--fix` writes a file"),
        (&["check", "--stdin-filename", "a.yml"], "no path is `-`"),
    ] {
        let run = run(&project, arguments, "dependencies: [python]\n");
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(message), "{run}");
    }
}

#[test]
fn the_name_of_standard_input_may_be_written_in_several_ways() {
    let project = Project::of(&["python=3.11"]);
    project.write(
        "m/MLmodel",
        "flavors:\n  python_function:\n    env: conda.yaml\n",
    );
    project.write("m/conda.yaml", environment(&["python=3.11"]));
    let input = environment(&["python=3.10"]);
    for name in ["m/conda.yaml", "./m/conda.yaml", "m/../m/conda.yaml"] {
        let printed = run(&project, &["pin", "-", "--stdin-filename", name], &input);
        assert_eq!(printed.code, 0, "{printed}");
        assert!(printed.stdout.contains("python=3.10.13="), "{printed}");
    }
    let folder = run(&project, &["check", "-", "--stdin-filename", "m"], &input);
    assert_eq!(folder.code, 2, "{folder}");
}
