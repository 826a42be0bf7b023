//! `diagnose` on logs: what it prints, whatever the log is made of.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use insta::assert_snapshot;
use serde_json::Value;

use super::{
    Project, Run, check_cases,
    check_formats::{assert_valid, schema},
    environment,
};

/// A build of Azure ML, as its compute writes it: pip cannot have what the file asks for.
const LOG: &str = "\
2025-02-16T00:26:10: Step 7/9 : RUN ldconfig && conda env create -p /azureml-envs/a -f conda.yml\r
2025-02-16T00:26:11:  ---> Running in 97a66ffb8dc0\r
2025-02-16T00:26:12: Solving environment: ...working... done\r
2025-02-16T00:26:19: Pip subprocess error:\r
2025-02-16T00:26:20: \u{1b}[91mERROR: Could not find a version that satisfies the requirement oldflow==2.8.* (from -r /tmp/condaenv.a1.requirements.txt (line 1)) (from versions: none)\r
2025-02-16T00:26:20: ERROR: No matching distribution found for oldflow==2.8.*\r
2025-02-16T00:26:20: \u{1b}[0mfailed\r
2025-02-16T00:26:20: CondaEnvException: Pip failed\r
2025-02-16T00:26:25: The command '/bin/sh -c ldconfig' returned a non-zero code: 1\r
";

const FILE: &str = "\
channels:
  - conda-forge
dependencies:
  - python=3.12
  - pip
  - pip:
      - oldflow==2.8.*
";

fn project(log: impl AsRef<[u8]>) -> Project {
    let project = Project::new(FILE);
    project.write("build.log", log);
    project
}

fn diagnose(project: &Project, arguments: &[&str]) -> Run {
    project.run(&[&["diagnose", "build.log"], arguments].concat())
}

/// The same with the log on standard input.
fn piped(project: &Project, log: &[u8]) -> Run {
    piped_as(project, &["-"], log)
}

fn piped_as(project: &Project, arguments: &[&str], log: &[u8]) -> Run {
    let mut command: Command = project.command(&[&["diagnose"], arguments].concat());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(log).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn the_problem_is_named_with_its_lines_cause_and_remedy() {
    assert_snapshot!(diagnose(&project(LOG), &[]));
}

#[test]
fn the_line_of_the_file_is_shown_with_a_change_that_was_solved() {
    assert_snapshot!(diagnose(&project(LOG), &["--spec", "environment.yml"]));
}

#[test]
fn a_folder_stands_for_the_environment_file_in_it() {
    let project = project(LOG);
    let by_file = diagnose(&project, &["--spec", "environment.yml"]);
    let by_folder = diagnose(&project, &["--spec", "."]);
    assert_eq!(by_folder.code, by_file.code, "{by_folder}");
    assert_eq!(
        by_folder
            .stdout
            .replace("./environment.yml", "environment.yml"),
        by_file.stdout
    );
}

#[test]
fn all_of_it_is_json_that_fits_the_schema() {
    let project = project(LOG);
    let run = diagnose(&project, &["--spec", "environment.yml", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    let schema = project.run(&["diagnose", "--print-schema"]).stdout;
    let schema = serde_json::from_str(&schema).expect("JSON");
    let json = serde_json::from_str(&run.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&json), "{run}");
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_snapshot!(run.stdout.replace(&version, "\"[VERSION]\""));
}

#[test]
fn an_annotation_stands_at_the_line_of_the_file() {
    let project = project(LOG);
    let run = |format| diagnose(&project, &["--spec", "environment.yml", "--format", format]);
    assert_snapshot!(run("github").stdout);
    assert_snapshot!(run("azure").stdout);
}

#[test]
fn what_the_log_does_not_tell_the_solve_does() {
    let log = "UnsatisfiableError: The following specifications were found to be incompatible with each other:\n";
    let project = project(log);
    let file = environment(&["python=3.12", "libzlib", "numpy=1.23"]);
    project.write("environment.yml", file);
    let run = diagnose(&project, &["--spec", "environment.yml"]);
    assert_snapshot!(run.stdout.split_once("note[").expect("of the file").1);
}

#[test]
fn a_search_that_took_too_long_is_predicted_with_the_line_that_leads_furthest() {
    let project = check_cases::chain("link0", 200, 80);
    project.write("build.log", "Solving environment: ...working... Killed\n");
    let run = diagnose(&project, &["--spec", "environment.yml"]);
    assert!(run.stdout.contains("error[out-of-memory]"), "{run}");
    assert!(run.stdout.contains("classic solver is slow here"), "{run}");
    assert!(run.stdout.contains("^^^^^ pulls in 16000 records"), "{run}");
    let run = diagnose(&project, &["--spec", "environment.yml", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let cost = json["spec"]["cost"].as_str().unwrap_or_default();
    assert!(cost.contains("classic solver is slow here"), "{run}");
    // What ends soon took neither the time nor the memory.
    let pinned = project.read("environment.yml").replace("link0", "link0=80");
    project.write("environment.yml", pinned);
    let run = diagnose(&project, &["--spec", "environment.yml"]);
    assert!(run.stdout.contains("can be solved now"), "{run}");
    assert!(!run.stdout.contains("classic solver is slow"), "{run}");
}

#[test]
fn the_environment_of_azure_ml_is_a_file_of_the_build() {
    let project = project(LOG);
    let inline: String = FILE.lines().map(|line| format!("  {line}\n")).collect();
    let definition = format!(
        "name: train\nimage: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:1\nconda_file:\n{inline}"
    );
    project.write("azure.yml", definition);
    let run = diagnose(&project, &["--spec", "azure.yml"]);
    assert!(run.stdout.contains("azure.yml:10:11"), "{run}");
    assert!(
        run.stdout
            .contains("`python=3.12` to `python=3.10` (line 7)"),
        "{run}"
    );
}

#[test]
fn a_file_with_a_line_that_cannot_be_read_is_not_said_to_have_a_solution() {
    let project = project(LOG);
    project.write(
        "environment.yml",
        FILE.replace("oldflow==2.8.*", "oldflow=2.8"),
    );
    let run = diagnose(&project, &["--spec", "environment.yml"]);
    assert!(
        run.stdout.contains("a line of the file cannot be read"),
        "{run}"
    );
    assert!(!run.stdout.contains("can be solved now"), "{run}");
}

/// The SARIF of these arguments, which the standard's schema takes.
fn sarif(project: &Project, arguments: &[&str]) -> Value {
    let run = diagnose(project, &[&["--format", "sarif"], arguments].concat());
    let log = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    assert_valid(&schema("fixtures/sarif/sarif-schema-2.1.0.json"), &log);
    log
}

fn text_of(log: &Value, pointer: &str) -> String {
    let value = log.pointer(pointer).and_then(Value::as_str);
    value
        .unwrap_or_else(|| panic!("{pointer} of {log:#}"))
        .to_owned()
}

#[test]
fn sarif_stands_at_the_line_of_the_file_with_the_log_and_the_fix() {
    let mut log = sarif(&project(LOG), &["--spec", "environment.yml"]);
    // The whole text of the problem, which its own tests hold.
    let help = text_of(&log, "/runs/0/tool/driver/rules/0/help/markdown");
    assert!(help.contains("## What to do"), "{help}");
    let driver = &mut log["runs"][0]["tool"]["driver"];
    driver["rules"][0]["help"].take();
    driver["version"].take();
    driver["semanticVersion"].take();
    assert_snapshot!(format!("{:#}", log["runs"][0]));
}

#[test]
fn sarif_without_a_line_of_the_file_stands_in_the_log() {
    let project = project(LOG);
    let log = sarif(&project, &[]);
    let result = |log: &Value| log["runs"][0]["results"][0].clone();
    let place = "/runs/0/results/0/locations/0/physicalLocation";
    let uri = format!("{place}/artifactLocation/uri");
    assert_eq!(text_of(&log, &uri), "build.log");
    let line = log.pointer(&format!("{place}/region/startLine"));
    assert_eq!(line, Some(&Value::from(5)));
    // The log of the next build has its lines elsewhere.
    project.write("build.log", format!("one line more\n{LOG}"));
    let next = sarif(&project, &[]);
    assert_eq!(
        result(&log)["partialFingerprints"],
        result(&next)["partialFingerprints"]
    );
    assert_ne!(result(&log)["locations"], result(&next)["locations"]);
    let piped = piped_as(&project, &["-", "--format", "sarif"], LOG.as_bytes());
    let log = serde_json::from_str(&piped.stdout).expect("JSON");
    assert_eq!(text_of(&log, &uri), "-");
}

#[test]
fn sarif_of_what_is_unknown_and_of_a_success_is_valid() {
    let log = sarif(&project("Error: the model does not converge\n"), &[]);
    assert_eq!(text_of(&log, "/runs/0/results/0/ruleId"), "unknown");
    let told = text_of(&log, "/runs/0/results/0/locations/0/message/text");
    assert_eq!(told, "Error: the model does not converge");
    let fingerprint = |log: &Value| log["runs"][0]["results"][0]["partialFingerprints"].clone();
    let next = sarif(
        &project("epoch 1\nError: the model does not converge\n"),
        &[],
    );
    assert_eq!(fingerprint(&next), fingerprint(&log));
    let other = sarif(&project("Error: the model is too large\n"), &[]);
    assert_ne!(fingerprint(&other), fingerprint(&log));
    let log = sarif(&project(""), &[]);
    assert_eq!(text_of(&log, "/runs/0/results/0/ruleId"), "unknown");
    assert!(fingerprint(&log).is_object());
    let log = sarif(&project("Successfully tagged demo:latest\n"), &[]);
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn the_schema_is_the_one_that_is_kept() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kept = kept.join("crates/presolve-report/src/diagnosis/json/v1.schema.json");
    let run = project("").run(&["diagnose", "--print-schema"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        std::fs::read_to_string(&kept).unwrap_or_default() == run.stdout,
        "`presolve diagnose --print-schema > {}` brings it up to date",
        kept.display()
    );
}

#[test]
fn a_file_that_cannot_be_solved_now_hides_no_problem() {
    let project = project(LOG);
    project.change("channel-alias", Some("'nowhere'"));
    let run = diagnose(&project, &["--spec", "environment.yml"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout.contains("could not be solved for more details"),
        "{run}"
    );
}

#[test]
fn a_log_comes_on_standard_input() {
    let run = piped(&project(""), LOG.as_bytes());
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("--> -:5"), "{run}");
    assert!(run.stdout.contains("pip-no-matching-distribution"), "{run}");
}

#[test]
fn what_is_unknown_is_not_named_and_its_telling_lines_are_shown() {
    let log = "Step 1/2 : RUN ./train\nloading\nRuntimeError: the model does not converge\nbye\n";
    assert_snapshot!(diagnose(&project(log), &[]));
}

#[test]
fn a_build_that_succeeded_has_no_problem() {
    let log = "Step 1/1 : RUN a\nKilled\nSuccessfully built 0123456789ab\n";
    let run = diagnose(&project(log), &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("succeeded"), "{run}");
}

#[test]
fn a_log_of_megabytes_and_one_of_garbage_are_read() {
    let bar = "numpy 1.26.4 |########  |  80%\r".repeat(1 << 16);
    let mut log = format!(
        "{bar}\n{}",
        "Collecting package E: not an error: x\n".repeat(1 << 19)
    );
    assert!(log.len() > 20 << 20);
    log += "OSError: [Errno 28] No space left on device\n";
    let run = diagnose(&project(log), &[]);
    assert!(run.stdout.contains("error[disk-full]"), "{run}");
    assert!(run.stdout.contains(":524290"), "{run}");

    let garbage: Vec<u8> = (0..=255u8).rev().cycle().take(1 << 16).collect();
    let run = diagnose(&project(garbage), &[]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn an_empty_log_says_so_and_a_missing_one_is_an_error() {
    let run = diagnose(&project(""), &[]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("the log is empty"), "{run}");
    let run = project("").run(&["diagnose", "nowhere.log"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("cannot read `nowhere.log`"), "{run}");
}

#[test]
fn no_password_of_a_log_is_printed() {
    let log = "ERROR: HTTP error 404 while getting https://me:hunter2@feed.example/a-1.whl\n";
    for format in ["human", "json", "sarif", "github", "azure"] {
        let run = diagnose(&project(log), &["--format", format]);
        assert_eq!(run.code, 0, "{run}");
        assert!(!run.stdout.contains("hunter2"), "{run}");
    }
}

#[test]
fn problems_are_listed_and_told() {
    let project = project("");
    let list = project.run(&["diagnose", "--list"]);
    assert_eq!(list.code, 0, "{list}");
    let names = list
        .stdout
        .lines()
        .filter_map(|line| line.split(' ').next());
    for name in names {
        let run = project.run(&["diagnose", "--explain", name]);
        assert!(run.stdout.starts_with(&format!("# {name}\n")), "{run}");
    }
    assert_snapshot!(project.run(&["diagnose", "--explain", "disk-ful"]));
}

/// The message of the problem of a log.
fn message(log: &str) -> String {
    let run = diagnose(&project(log), &["--format", "json"]);
    let json: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    text_of(&json, "/problem/message")
}

#[test]
fn a_requirement_that_pip_repeats_is_named_once() {
    let log = "\
ERROR: Could not find a version that satisfies the requirement oldflow==2.8 (from -r /x/condaenv.requirements.txt (line 1)) (from versions: none)
ERROR: No matching distribution found for oldflow==2.8 (from -r /x/condaenv.requirements.txt (line 1))
";
    assert_eq!(
        message(log),
        "no index has `oldflow==2.8` for this Python and platform"
    );
    let log = log.replace("found for oldflow==2.8", "found for oldflow == 2.8");
    assert_eq!(
        message(&log),
        "no index has `oldflow==2.8` for this Python and platform"
    );
}

#[test]
fn facts_have_neither_full_stops_nor_dockers_folders() {
    let log = "failed to solve: lstat /var/lib/docker/tmp/buildkit-mount30/app/demo.txt: no such file or directory\n";
    assert_eq!(message(log), "`app/demo.txt` is not in the build context");
    let log = "COPY failed: stat /var/lib/docker/tmp/docker-builder12/demo.txt: no such file or directory\n";
    assert_eq!(message(log), "`demo.txt` is not in the build context");
    let log = "Could not connect to the registry login server 'demo.azurecr.io.'. Please verify.\n";
    assert_eq!(
        message(log),
        "the container registry `demo.azurecr.io` could not be reached"
    );
}

#[test]
fn the_flag_that_an_old_compiler_does_not_know_is_named_with_its_line() {
    let log = "\
gcc: error: unrecognized command line option '-fno-plt'
error: command 'gcc' failed with exit status 1
ERROR: Failed building wheel for oldflow
";
    let run = diagnose(&project(log), &[]);
    assert!(run.stdout.contains("error[compiler-too-old]"), "{run}");
    assert!(run.stdout.contains("-fno-plt"), "{run}");
    assert!(run.stdout.contains("build.log:1"), "{run}");
}

#[test]
fn the_tags_of_an_azure_registry_are_listed_with_its_own_command() {
    let log = "manifest for demo.azurecr.io/train:3 not found: manifest unknown\n";
    let run = diagnose(&project(log), &[]);
    assert!(run.stdout.contains("az acr repository show-tags"), "{run}");
}
