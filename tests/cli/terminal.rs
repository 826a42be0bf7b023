//! Foreign text that steers a terminal, or that the runner of a CI system would obey, on
//! its way through every command and format.

use super::{Project, Run, environment};

/// What steers a terminal or hides text: escape, bell, C1, delete, bidirectional override,
/// zero width space.
const STEERING: &str = "\u{1b}[2J\u{7}\u{9b}31m\u{7f}\u{202e}\u{2066}\u{200b}";

/// Commands of GitHub Actions and Azure Pipelines, old and new.
const COMMANDS: [&str; 5] = [
    "::set-output name=a::b",
    "::add-mask::a",
    "##[set-output name=a;]b",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[a]",
];

/// The files that commands are run on, each with foreign text in another place.
fn files() -> Vec<(&'static str, String)> {
    let mut files = Vec::new();
    let commands = COMMANDS.join("\n      ");
    for foreign in [STEERING, &*COMMANDS.join(" ")] {
        let quoted = serde_json::Value::from(foreign).to_string();
        let inner = quoted.trim_matches('"').to_owned();
        files.push((
            "environment.yml",
            environment(&[&format!("\"numpy{inner}=1\"")]),
        ));
        files.push((
            "environment.yml",
            environment(&["python", "pip:", &format!("\"a{inner}==1\"")]),
        ));
        files.push((
            "environment.yml",
            format!(
                "channels: [\"http://127.0.0.1:9/{inner}\"]\ndependencies: [\"{inner}::python\"]\n"
            ),
        ));
        files.push((
            "environment.yml",
            format!("channels: {foreign}: {foreign}\n"),
        ));
        files.push((
            "environment.yml",
            format!("{quoted}: 1\ndependencies: [python=99, numpy=1]\n# {foreign}\n"),
        ));
        files.push((
            "Dockerfile",
            format!("FROM a\n{foreign}\nRUN pip install a{foreign}==1\n"),
        ));
        files.push((
            "azure.yml",
            format!("image: {quoted}\nconda_file: {quoted}\n{quoted}: 1\n"),
        ));
        files.push((
            "build.log",
            format!("error: {foreign}\n{foreign}\nfatal: {foreign}\n"),
        ));
    }
    files.push((
        "environment.yml",
        format!("dependencies:\n  - python\n  - \"\n      {commands}\"\n"),
    ));
    files.push((
        "environment.yml",
        format!(
            "channels: [conda-forge]\ndependencies:\n  - python\n  - numpy=1\n{commands}\n",
            commands = COMMANDS.join("\n")
        ),
    ));
    files.push(("build.log", format!("error\n{}\n", COMMANDS.join("\n"))));
    files
}

fn runs(file: &str) -> Vec<Vec<&str>> {
    let formats: &[&[&str]] = match file {
        "build.log" => &[
            &["diagnose"],
            &["diagnose", "--format", "json"],
            &["diagnose", "--format", "sarif"],
            &["diagnose", "--format", "github"],
            &["diagnose", "--format", "azure"],
        ],
        _ => &[
            &["check", "--select", "all"],
            &["check", "--select", "all", "--no-solve", "--format", "json"],
            &[
                "check",
                "--select",
                "all",
                "--no-solve",
                "--format",
                "sarif",
            ],
            &[
                "check",
                "--select",
                "all",
                "--no-solve",
                "--format",
                "github",
            ],
            &[
                "check",
                "--select",
                "all",
                "--no-solve",
                "--format",
                "azure",
            ],
            &[
                "check",
                "--select",
                "all",
                "--no-solve",
                "--format",
                "junit",
            ],
            &["check", "--select", "all", "--diff", "--unsafe-fixes"],
            &["pin", "--diff"],
            &["pin", "--format", "requirements"],
            &["explain"],
            &["explain", "--format", "json"],
            &["explain", "--format", "dot"],
            &["context", "-o", "context"],
            &["outdated", "--all"],
            &["diff", "empty.yml"],
            &["diff", "empty.yml", "--format", "markdown"],
            &["diff", "empty.yml", "--format", "json"],
        ],
    };
    formats
        .iter()
        .map(|run| [run, &[file][..]].concat())
        .collect()
}

/// Whether GitHub or Azure would obey a line, with what they do not see taken away.
fn is_obeyed(line: &str) -> bool {
    let line = line.replace(['\u{fffd}', '\u{fe0f}', '\u{ad}', '\u{200b}'], "");
    let begins = line.trim_start().starts_with("::");
    begins
        || ["##[", "##vso[", "##teamcity["]
            .iter()
            .any(|command| line.contains(command))
}

/// Whether a line is one of the commands that the formats are for.
fn is_own(line: &str) -> bool {
    let rest = [
        "::error ",
        "::warning ",
        "::notice ",
        "##vso[task.logissue ",
    ]
    .iter()
    .find_map(|own| line.strip_prefix(own));
    // Nothing behind its beginning is another one.
    rest.is_some_and(|rest| !is_obeyed(rest))
}

fn assert_harmless(what: &str, run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let steers = |c: char| {
            let is_control = c.is_control() && c != '\n' && c != '\t';
            is_control
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
        };
        assert!(!text.contains(steers), "{what}: {text:?}");
        for line in text.lines() {
            assert!(!is_obeyed(line) || is_own(line), "{what}: {line:?}");
        }
    }
}

#[test]
fn no_output_steers_a_terminal_or_a_runner() {
    for (file, text) in files() {
        let project = Project::new(environment(&["python"]));
        project.write(file, &text);
        for arguments in runs(file) {
            let run = project.run(&arguments);
            assert!((0..=3).contains(&run.code), "{run}");
            assert_harmless(&format!("{arguments:?} of {text:?}"), &run);
        }
    }
}

#[test]
#[cfg(unix)]
fn a_name_of_a_file_does_not_steer_either() {
    let project = Project::new(environment(&["python"]));
    for name in [
        format!("a{STEERING}.yml"),
        "a ##vso[x]b.yml".to_owned(),
        "::error::b.yml".to_owned(),
    ] {
        project.write(&name, "dependencies: [numpy=1, numpy==2]\nx: 1\n");
        for run in runs(&name) {
            assert_harmless(&name, &project.run(&run));
        }
        assert_harmless(&name, &project.run(&["pin", &format!("{name}.none")]));
        assert_harmless(&name, &project.run(&["diagnose", &name]));
    }
}

#[test]
fn colours_are_those_of_presolve_alone() {
    let project = Project::new(environment(&["python", "\"numpy\\e[5mx\\e[2J=1\""]));
    let run = project.run(&["check", "--color", "always"]);
    let text = run.stdout + &run.stderr;
    assert!(text.contains("\u{1b}["), "{text}");
    assert!(
        !text.contains("\u{1b}[5m") && !text.contains("\u{1b}[2J"),
        "{text:?}"
    );
}

/// A run with these variables.
fn coloured(project: &Project, arguments: &[&str], variables: &[&str]) -> String {
    let mut command = project.command(arguments);
    command.envs(variables.iter().map(|name| (name, "1")));
    Run::from(command.output().expect("it starts")).stdout
}

#[test]
fn the_flag_the_variables_and_the_stream_decide_on_styles() {
    let project = Project::new(environment(&["python=3.12", "libzlib", "numpy=1.23"]));
    project.write("build.log", "a\nKilled\nb\n");
    for command in [&["explain"][..], &["check"], &["diagnose", "build.log"]] {
        let run = |flags: &[&str], variables: &[&str]| {
            coloured(&project, &[command, flags].concat(), variables)
        };
        let plain = run(&[], &[]);
        assert!(!plain.contains(['\u{1b}', '␛']), "{plain}");
        assert_eq!(run(&["--color", "never"], &["CLICOLOR_FORCE"]), plain);
        assert_eq!(run(&[], &["CLICOLOR_FORCE", "NO_COLOR"]), plain);
        let styled = run(&["--color", "always"], &["NO_COLOR"]);
        assert!(styled.contains("\u{1b}[1m"), "{styled}");
        assert!(!styled.contains('␛'), "{styled}");
        assert_eq!(run(&[], &["CLICOLOR_FORCE"]), styled);
        assert_eq!(presolve::terminal::foreign::unstyled(&styled), plain);
    }
}

#[test]
fn a_file_has_no_styles() {
    let project = Project::new(environment(&["python=3.12", "libzlib", "numpy=1.23"]));
    let run = project.run(&["check", "--color", "always", "-o", "findings.txt"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(!project.read("findings.txt").contains('\u{1b}'), "{run}");
    assert_eq!(project.read("findings.txt"), project.run(&["check"]).stdout);
}

#[test]
fn what_is_written_into_the_file_keeps_its_characters() {
    let text = environment(&["python"]) + "# \u{202e} ::error::x ##vso[y]\n";
    let project = Project::new(&text);
    let run = project.run(&["pin"]);
    assert_eq!(run.code, 0, "{run}");
    let pinned = project.read("environment.yml");
    assert!(
        pinned.contains("# \u{202e} ::error::x ##vso[y]\n"),
        "{pinned:?}"
    );
}
