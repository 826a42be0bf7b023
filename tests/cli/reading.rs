//! Which files are read: regular ones of the repository, up to a limit.

// Only the system can be asked for this.
#![allow(unsafe_code)]

use std::{
    ffi::CString,
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
        process::CommandExt,
    },
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::{Project, Run, environment};

/// A line of a file that nobody may see.
const SECRET: &str = "TOKEN = hunter2-outside";

/// A run that has to end soon: a pipe without a writer would hold it for ever, and a device
/// without an end would take all memory.
fn soon(command: &mut Command) -> Run {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let start = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().expect("a child");
            panic!("{command:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("it ended").into()
}

fn pipe(project: &Project, name: &str) {
    let path = project.path(name);
    let path = CString::new(path.as_os_str().as_bytes()).expect("no zero");
    // SAFETY: the path ends with a zero and lives as long as the call.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
}

#[test]
fn pipes_and_devices_are_refused_wherever_a_file_is_named() {
    let project = Project::of(&["python=3.10"]);
    pipe(&project, "pipe");
    symlink("/dev/zero", project.path("zero")).expect("links");
    project.write("zero.toml/presolve.toml", "offline = true\n");
    for (name, kind) in [("pipe", "a pipe"), ("zero", "a device"), (".", "a folder")] {
        let conda = format!("image: a/b:1\nname: e\nconda_file: {name}\n");
        project.write("azure.yml", &conda);
        for include in ["-r", "-c"] {
            let line = format!("{include} {name}");
            project.write(
                &format!("includes{include}.yml"),
                environment(&["python=3.10", "pip:", &line]),
            );
        }
        for arguments in [
            &["pin", name][..],
            &["check", "--no-solve", "--allow-outside", name],
            &["explain", "--allow-outside", name],
            &["diagnose", name],
            &["diagnose", "--spec", name, "presolve.toml"],
            &["pin", "azure.yml"],
            &["check", "azure.yml"],
            &["pin", "--allow-outside", "includes-r.yml"],
            &["pin", "--allow-outside", "includes-c.yml"],
            &["check", "--allow-outside", "includes-r.yml"],
            &["check", "includes-c.yml"],
        ] {
            let run = soon(&mut project.command(arguments));
            let is_log = arguments == ["diagnose", name];
            if name == "." && arguments.contains(&name) && !is_log {
                // A folder stands for the files in it.
                continue;
            }
            assert!([1, 2, 3].contains(&run.code), "{arguments:?}: {run}");
            let text = format!("{}{}", run.stdout, run.stderr);
            let is_named = text.contains(kind)
                || text.contains("is outside")
                || text.contains("there is no conda file");
            assert!(is_named, "{arguments:?}: {run}");
            assert!(text.contains("= help: "), "{arguments:?}: {run}");
        }
    }
}

#[test]
fn pipes_and_devices_in_the_place_of_settings_and_indexes_are_refused() {
    let project = Project::of(&["python=3.10", "pip:", "chartling"]);
    pipe(&project, "pipe");
    for key in ["mapping", "index-url", "channel-alias"] {
        for place in ["pipe", "/dev/zero"] {
            let changed = Project::of(&["python=3.10", "pip:", "chartling"]);
            pipe(&changed, "pipe");
            changed.change(key, Some(&format!("'{place}'")));
            let run = soon(&mut changed.command(&["check"]));
            assert!([0, 1, 2, 3].contains(&run.code), "{key} {place}: {run}");
        }
    }
    let folder = project.path("channel/linux-64");
    std::fs::create_dir_all(folder).expect("a folder");
    pipe(&project, "channel/linux-64/repodata.json");
    let run = soon(&mut project.command(&["pin", "--channel", "./channel"]));
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("it is a pipe, not a regular file"),
        "{run}"
    );
    for (name, code) in [("presolve.toml", 0), (".gitignore", 3)] {
        let project = Project::of(&["python=3.10"]);
        let _ = std::fs::remove_file(project.path(name));
        pipe(&project, name);
        let arguments = ["check", "--no-solve", "--fail-on", "error"];
        let run = soon(&mut project.command(&arguments));
        assert_eq!(run.code, code, "{name}: {run}");
    }
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let project = Project::of(&["python=3.10", "pip:", "-r long.txt"]);
    let long = std::fs::File::create(project.path("long.txt")).expect("is made");
    long.set_len(1 << 40).expect("a sparse file");
    let run = soon(&mut project.command(&["pin"]));
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("`long.txt`: it is larger than 16 MiB"),
        "{run}"
    );
    let run = soon(&mut project.command(&["diagnose", "long.txt"]));
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("it is larger than 256 MiB"), "{run}");
}

/// A repository below `repo`, and files beside it that nobody may see.
fn repository() -> Project {
    let project = Project::of(&["python=3.10"]);
    for name in ["presolve.toml", "environment.yml"] {
        let text = project.read(name);
        project.write(&format!("repo/{name}"), text);
    }
    project.write("repo/.git/config", SECRET);
    project.write("repo/.git/HEAD", "ref: refs/heads/main\n");
    project.write("secret.txt", format!("{SECRET}\n"));
    project.write("secret.yml", format!("dependencies:\n  - \"{SECRET}\"\n"));
    project.write(
        "secrets/Dockerfile",
        format!("FROM python:3.10\nRUN pip install '{SECRET}'\n"),
    );
    project.write(
        "secrets/environment.yml",
        format!("dependencies:\n  - \"{SECRET}\"\n"),
    );
    symlink("../secret.txt", project.path("repo/inner.txt")).expect("links");
    symlink("../secrets", project.path("repo/folder")).expect("links");
    project
}

/// Files of the repository that name one outside, each in its own way.
fn attacks(project: &Project) -> Vec<String> {
    let absolute = project.path("secret.txt").display().to_string();
    let includes = [
        "-r ../secret.txt".to_owned(),
        "-c ../secret.txt".to_owned(),
        "-r ../../../../../../../../etc/passwd".to_owned(),
        "-r /proc/self/environ".to_owned(),
        format!("-r {absolute}"),
        format!("-r file://{absolute}"),
        "-r inner.txt".to_owned(),
        "-r folder/../secret.txt".to_owned(),
        "-r .git/config".to_owned(),
        "-r nested.txt".to_owned(),
    ];
    project.write("repo/nested.txt", "-c ../secret.txt\n");
    let mut texts: Vec<String> = includes
        .iter()
        .map(|line| environment(&["python=3.10", "pip:", line]))
        .collect();
    let image = "name: e\nimage: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:1\n";
    texts.push(format!("{image}conda_file: ../secret.yml\n"));
    texts.push(format!("{image}conda_file: folder/environment.yml\n"));
    texts.push("name: e\nbuild:\n  path: ../secrets\n".to_owned());
    texts.push("name: e\nbuild:\n  path: folder\n".to_owned());
    let mut names = Vec::new();
    for (index, text) in texts.into_iter().enumerate() {
        let name = format!("attack{index}.env.yml");
        project.write(&format!("repo/{name}"), text);
        names.push(name);
    }
    symlink("../secret.yml", project.path("repo/link.env.yml")).expect("links");
    names.push("link.env.yml".to_owned());
    names
}

fn assert_silent(run: &Run, what: &str) {
    let text = format!("{}{}", run.stdout, run.stderr);
    for secret in ["hunter2", "TOKEN", "root:", "/bin/"] {
        assert!(!text.contains(secret), "{what}: {run}");
    }
}

#[test]
fn no_command_reads_what_a_file_names_outside_of_its_repository() {
    let project = repository();
    let folder = project.path("repo");
    for name in attacks(&project) {
        for command in ["check", "pin", "explain"] {
            let mut run = project.command(&[command, &name]);
            if command == "check" {
                run.args(["--fail-on", "error"]);
            }
            let run = soon(run.current_dir(&folder).env("TOKEN", "hunter2"));
            let what = format!("{command} {name}");
            assert_silent(&run, &what);
            assert_ne!(run.code, 0, "{what}: {run}");
            let text = format!("{}{}", run.stdout, run.stderr);
            assert!(text.contains("is outside"), "{what}: {run}");
            assert!(text.contains("--allow-outside"), "{what}: {run}");
            if command == "check" {
                assert_eq!(run.code, 3, "{what}: {run}");
            } else {
                assert_eq!(run.code, 2, "{what}: {run}");
            }
        }
    }
    for format in ["human", "json", "sarif", "github", "azure", "junit"] {
        let mut run = project.command(&["check", "--fix", "--unsafe-fixes", "--format", format]);
        let run = soon(run.current_dir(&folder).env("TOKEN", "hunter2"));
        assert_silent(&run, format);
        assert_ne!(run.code, 0, "{format}: {run}");
    }
    assert_eq!(
        project.read("secret.yml"),
        format!("dependencies:\n  - \"{SECRET}\"\n")
    );
}

#[test]
fn what_is_outside_is_read_when_that_is_allowed() {
    let project = repository();
    project.write("common.txt", "requests==99\n");
    project.write(
        "repo/environment.yml",
        environment(&["python=3.10", "pip:", "-r ../common.txt"]),
    );
    let folder = project.path("repo");
    let run = |arguments: &[&str]| soon(project.command(arguments).current_dir(&folder));
    let refused = run(&[
        "check",
        "--no-solve",
        "--fail-on",
        "error",
        "environment.yml",
    ]);
    assert_eq!(refused.code, 3, "{refused}");
    assert!(refused.stdout.contains("environment.yml:6:"), "{refused}");
    let allowed = run(&["check", "--no-solve", "--allow-outside", "environment.yml"]);
    assert!(!allowed.stdout.contains("is outside"), "{allowed}");
    assert_ne!(allowed.code, 3, "{allowed}");
}

#[test]
fn the_named_folder_or_the_working_directory_is_the_fence_where_there_is_no_repository() {
    let project = Project::of(&["python=3.10"]);
    project.write("envs/common.txt", "# nothing\n");
    let text = environment(&["python=3.10", "pip:", "-r ../common.txt"]);
    project.write("envs/deep/environment.yml", text);
    let run = project.run(&["check", "--no-solve", "envs"]);
    assert!(!run.stdout.contains("is outside"), "{run}");
    let mut command = project.command(&[
        "check",
        "--no-solve",
        "--fail-on",
        "error",
        "environment.yml",
    ]);
    let run = soon(command.current_dir(project.path("envs/deep")));
    assert!(run.stdout.contains("is outside"), "{run}");
    assert_eq!(run.code, 3, "{run}");
    // From the working directory on, it is a path of the same project.
    let run = project.run(&["check", "--no-solve", "envs/deep/environment.yml"]);
    assert!(!run.stdout.contains("is outside"), "{run}");
}

#[test]
fn channels_and_indexes_of_a_file_are_of_its_repository_for_check() {
    let project = repository();
    let folder = project.path("repo");
    project.channel("channel", "linux-64", &[("python", "3.10.1", "0", &[])]);
    let outside = project.path("channel").display().to_string();
    std::fs::create_dir_all(project.path("repo/linked/linux-64")).expect("a folder");
    symlink(
        project.path("channel/linux-64/repodata.json"),
        project.path("repo/linked/linux-64/repodata.json"),
    )
    .expect("links");
    let of_channel =
        |channel: &str| format!("channels: ['{channel}', nodefaults]\ndependencies:\n  - python\n");
    for text in [
        of_channel(&outside),
        of_channel(&format!("file://{outside}")),
        of_channel("../channel"),
        of_channel("./linked"),
        environment(&["python=3.10", "pip:", "--find-links ../secrets"]),
        environment(&["python=3.10", "pip:", "--index-url file:///etc"]),
        environment(&[
            "python=3.10",
            "pip:",
            "--extra-index-url file:///proc/self/environ",
        ]),
        environment(&[
            "python=3.10",
            "pip:",
            "\"tool @ file:///no/tool-1.0-py3-none-any.whl\"",
        ]),
    ] {
        project.write("repo/environment.yml", &text);
        let run = soon(
            project
                .command(&["check", "environment.yml"])
                .current_dir(&folder),
        );
        assert!(run.stdout.contains("is outside"), "{text}{run}");
        assert!([1, 3].contains(&run.code), "{text}{run}");
        let line = text.lines().position(|line| {
            ["channel", "linked", "secrets", "file:"]
                .iter()
                .any(|part| line.contains(part))
                && !line.contains("conda-forge")
        });
        let place = format!("environment.yml:{}:", line.expect("one") + 1);
        assert!(run.stdout.contains(&place), "{text}{run}");
    }
}

#[test]
fn a_pull_request_cannot_lead_the_settings_out_of_the_repository() {
    let project = repository();
    let folder = project.path("repo");
    let check = || soon(project.command(&["check"]).current_dir(&folder));
    for place in ["../cache", "/no-such-cache", ".git/cache", "folder/cache"] {
        project.write(
            "repo/presolve.toml",
            format!("offline = true\ncache-dir = '{place}'\n"),
        );
        let run = check();
        assert_eq!(run.code, 2, "{place}: {run}");
        assert!(run.stderr.contains("presolve.toml:2:13"), "{place}: {run}");
        assert!(run.stderr.contains("--allow-outside"), "{place}: {run}");
    }
    std::fs::remove_file(project.path("repo/presolve.toml")).expect("is there");
    symlink("../secret.txt", project.path("repo/presolve.toml")).expect("links");
    let run = check();
    assert_eq!(run.code, 2, "{run}");
    assert_silent(&run, "presolve.toml");
}

#[test]
fn a_folder_that_cannot_be_read_is_reported() {
    let project = Project::of(&["python=3.10"]);
    project.write(
        "envs/locked/deep/environment.yml",
        environment(&["python=3.10"]),
    );
    let locked = project.path("envs/locked");
    let all = std::fs::Permissions::from_mode(0o755);
    let none = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(project.folder.path(), all.clone()).expect("chmod");
    std::fs::set_permissions(&locked, none).expect("chmod");
    // The superuser may read everything, so the run is one of nobody.
    // SAFETY: this has no preconditions.
    let is_root = unsafe { libc::geteuid() } == 0;
    for path in [".", "envs", "envs/locked", "envs/locked/deep"] {
        for format in ["human", "json", "github"] {
            let mut command = project.command(&[
                "check",
                "--no-solve",
                "--fail-on",
                "error",
                "--format",
                format,
                path,
            ]);
            if is_root {
                command.uid(65534).gid(65534);
            }
            let run = soon(&mut command);
            assert_eq!(run.code, 3, "{path} {format}: {run}");
            assert!(
                run.stdout.contains("ermission denied"),
                "{path} {format}: {run}"
            );
            assert!(run.stdout.contains("envs/locked"), "{path} {format}: {run}");
        }
    }
    std::fs::set_permissions(&locked, all).expect("chmod");
}
