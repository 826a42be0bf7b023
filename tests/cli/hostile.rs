//! Files that are made to break presolve.

use std::{
    fmt::Write,
    process::Command,
    time::{Duration, Instant},
};

use super::{Project, Run};

/// What pep508_rs panics on, or overflows its stack.
fn bad_lines() -> Vec<String> {
    let deep = format!("a; {}os_name=='a'{}", "(".repeat(3000), ")".repeat(3000));
    let lines = [
        "numpy->=1",
        "numpy-==1.0",
        "numpy_*",
        "numpy-[a]",
        "a[b-]",
        "a; 'x' ~= os_name",
    ];
    lines.map(str::to_owned).into_iter().chain([deep]).collect()
}

fn environment(pip: &str) -> String {
    format!("channels: [conda-forge]\ndependencies:\n- python=3.10\n- pip\n- pip:\n  - \"{pip}\"\n")
}

#[test]
fn an_invalid_requirement_is_an_error_with_its_place_wherever_it_stands() {
    for line in bad_lines() {
        let project = Project::new(environment(&line));
        let run = project.pin(&[]);
        assert_eq!(run.code, 2, "{line:.40}: {run}");
        assert!(
            run.stderr.contains("environment.yml:6:"),
            "{line:.40}: {run}"
        );
        assert!(run.stderr.contains("help:"), "{line:.40}: {run}");

        let project = Project::new(environment("-r more.txt"));
        project.write("more.txt", format!("six\n{line}\n"));
        let run = project.pin(&[]);
        assert_eq!(run.code, 2, "{line:.40}: {run}");
        assert!(run.stderr.contains("more.txt:2:"), "{line:.40}: {run}");

        let project = Project::new("");
        let text = format!("FROM python:3.11\nRUN pip install \"{line}\"\n");
        project.write("Dockerfile", text);
        let run = project.pin(&["Dockerfile"]);
        assert_eq!(run.code, 2, "{line:.40}: {run}");
        assert!(run.stderr.contains("Dockerfile:2:"), "{line:.40}: {run}");
    }
}

#[test]
fn a_bad_line_in_one_file_does_not_keep_the_others_from_being_checked() {
    let project = Project::new(environment("numpy->=1"));
    project.write(
        "b/environment.yml",
        environment("six").replace("python=3.10", "python=3.6"),
    );
    let run = project.run(&["check", "--no-solve", "."]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("end-of-life-python"), "{run}");
    assert!(run.stdout.contains("invalid-pip-requirement"), "{run}");
}

/// A project `chain` with one wheel whose metadata has these lines.
fn index(project: &Project, metadata: &str) {
    let text = format!("Metadata-Version: 2.1\nName: chain\nVersion: 1.0\n{metadata}");
    let wheel = crate::fuzz::zip(&[("chain-1.0.dist-info/METADATA", &text)]);
    project.write("index/chain/chain-1.0-py3-none-any.whl", wheel);
    project.change("index-url", Some("'index'"));
}

#[test]
fn hostile_metadata_of_an_index_is_no_end_of_the_run() {
    for line in bad_lines() {
        let project = Project::new(environment("chain"));
        index(&project, &format!("Requires-Dist: {line}\n"));
        let run = project.pin(&[]);
        assert!(run.stderr.contains("Requires-Dist"), "{line:.40}: {run}");
        assert!(matches!(run.code, 1 | 3), "{line:.40}: {run}");
        assert!(!run.stderr.contains("panicked"), "{line:.40}: {run}");
        assert!(!run.stderr.contains("internal-error"), "{line:.40}: {run}");
    }
}

#[test]
fn the_time_limit_holds_for_a_chain_of_extras() {
    let mut metadata = String::new();
    let _ = writeln!(metadata, "Provides-Extra: e3000");
    for n in 0..3000 {
        let _ = writeln!(metadata, "Provides-Extra: e{n}");
        let _ = writeln!(
            metadata,
            "Requires-Dist: chain[e{}] ; extra == 'e{n}'",
            n + 1
        );
    }
    let project = Project::new(environment("chain[e0]"));
    index(&project, &metadata);
    let start = Instant::now();
    let run = project.pin(&["--timeout", "3s", "-o", "pinned.yml"]);
    assert!(
        start.elapsed() < Duration::from_secs(9),
        "{:?}: {run}",
        start.elapsed()
    );
    assert!(matches!(run.code, 0 | 3), "{run}");
}

#[test]
fn long_files_are_read_in_time() {
    let start = Instant::now();
    let mut text = "channels: [conda-forge]\ndependencies:\n- python=3.10\n- pip\n".to_owned();
    for n in 0..4000 {
        let _ = writeln!(text, "- c{n}=1.{n}");
    }
    text += "- pip:\n";
    for n in 0..4000 {
        let _ = writeln!(text, "  - p{n}==1.{n}");
    }
    let project = Project::new(text);
    let run = project.run(&["check", "--no-solve", "environment.yml"]);
    assert!(run.code < 2, "{run}");
    // It took minutes.
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn brackets_without_end_are_refused_at_once() {
    let project = Project::new(format!("a: {}", "[".repeat(100_000)));
    let start = Instant::now();
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("nested too deeply"), "{run}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn requirements_files_do_not_lead_to_each_other_without_end() {
    let project = Project::new(environment("-r r0.txt"));
    for n in 0..400 {
        project.write(&format!("r{n}.txt"), format!("-r r{}.txt\n", n + 1));
    }
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr.contains("too many nested requirements files"),
        "{run}"
    );
}

/// Windows gives the main thread 1 MiB.
#[cfg(unix)]
#[test]
fn a_small_stack_of_the_main_thread_is_enough() {
    let project = Project::of(&["python=3.10", "numpy", "pandas"]);
    for arguments in [&["check"][..], &["pin", "--diff"], &["explain"]] {
        let plain = project.command(arguments);
        let variables = plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        let mut limited = Command::new("/bin/sh");
        limited
            .args(["-c", "ulimit -s 1024; exec \"$0\" \"$@\""])
            .arg(plain.get_program())
            .args(arguments)
            .env_clear()
            .envs(variables)
            .current_dir(project.path(""));
        let run = Run::from(limited.output().expect("sh starts"));
        assert!(run.code < 2, "{run}");
    }
}
