//! The texts of the problems are their tests: diagnosing an example marked `found` gives the
//! problem, and one marked `fine` does not.

use std::collections::HashSet;

use super::{KnownFailure, Log, LogVerdict, all, by_name, diagnose, sign};

/// A code block in the text of a problem.
struct Example {
    mark: &'static str,
    text: String,
}

fn examples(problem: &'static KnownFailure) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = problem.text.lines();
    while let Some(line) = lines.next() {
        let Some(mark) = line.strip_prefix("```log ") else {
            continue;
        };
        let block = lines.by_ref().take_while(|line| *line != "```");
        let text = block.map(|line| line.to_owned() + "\n").collect();
        examples.push(Example { mark, text });
    }
    examples
}

fn name_of(log: &str) -> Option<&'static str> {
    match diagnose(&Log::read(log.as_bytes())).verdict {
        LogVerdict::Named(named) => Some(named.problem.name),
        _ => None,
    }
}

/// Returns all examples with a wrong result in one text.
fn wrong(mark: &str, is_right: impl Fn(&KnownFailure, Option<&str>) -> bool) -> String {
    let mut wrong = String::new();
    for problem in all() {
        let examples = examples(problem);
        let marked: Vec<_> = examples.iter().filter(|one| one.mark == mark).collect();
        if marked.is_empty() {
            wrong += &format!("{} has no `{mark}`\n", problem.name);
        }
        for example in marked {
            let name = name_of(&example.text);
            if !is_right(problem, name) {
                wrong += &format!("{} is {name:?} in:\n{}\n", problem.name, example.text);
            }
        }
    }
    wrong
}

#[test]
fn what_is_marked_as_found_is_named() {
    let wrong = wrong("found", |problem, name| name == Some(problem.name));
    assert_eq!(wrong, "");
}

#[test]
fn what_is_marked_as_fine_is_not() {
    let wrong = wrong("fine", |problem, name| name != Some(problem.name));
    assert_eq!(wrong, "");
}

/// Builders and CI systems add a prefix to every line.
#[test]
fn an_example_is_named_in_the_log_of_any_builder() {
    let wrap = |text: &str, before: &str| -> String {
        let lines = text.lines().map(|line| format!("{before}{line}\r\n"));
        lines.collect()
    };
    let mut wrong = String::new();
    for before in [
        "2025-02-16T00:26:20: ",
        "#8 46.25 ",
        "12.84 ",
        "\u{1b}[91m",
        "[91m",
    ] {
        for problem in all() {
            for example in examples(problem).iter().filter(|one| one.mark == "found") {
                let name = name_of(&wrap(&example.text, before));
                if name != Some(problem.name) {
                    wrong += &format!("{before}{}: {name:?}\n", problem.name);
                }
            }
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn an_example_says_nothing_before_an_image_that_was_built() {
    for problem in all() {
        let has_steps = |text: &str| text.contains("Step ") || text.starts_with('#');
        let examples = examples(problem).into_iter();
        for example in examples.filter(|example| !has_steps(&example.text)) {
            let log = format!("Step 1/2 : RUN a\n{}Step 2/2 : RUN b\n", example.text);
            assert_eq!(name_of(&log), None, "{}", problem.name);
            let log = format!("{}Successfully tagged demo:latest\n", example.text);
            assert_eq!(name_of(&log), None, "{}", problem.name);
        }
    }
}

/// The groups of tools that the other tools do not call, by the beginnings of their names.
const TOOLS: &[&str] = &["uv-", "poetry-", "pixi-", "conda-lock-", "azure"];

/// A sign of a tool does not fire on the logs of the others.
#[test]
fn a_problem_of_a_tool_is_in_its_own_logs_only() {
    let mut wrong = String::new();
    for problem in all() {
        for example in examples(problem).iter().filter(|one| one.mark == "found") {
            let log = Log::read(example.text.as_bytes());
            for hit in sign::hits(&log) {
                let name = hit.problem.name;
                let is_of_tool = TOOLS
                    .iter()
                    .any(|tool| name.starts_with(tool) && !problem.name.starts_with(tool));
                if is_of_tool && !problem.explains.contains(&name) {
                    wrong += &format!("{name} in {}:\n{}\n", problem.name, example.text);
                }
            }
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn messages_have_all_their_facts_in_some_example() {
    for problem in all().filter(|problem| problem.message.contains('{')) {
        let filled = examples(problem).iter().any(|example| {
            let diagnosis = diagnose(&Log::read(example.text.as_bytes()));
            let LogVerdict::Named(named) = diagnosis.verdict else {
                return false;
            };
            named.problem == problem && named.filled().is_some()
        });
        assert!(filled, "{}: {}", problem.name, problem.message);
    }
}

#[test]
fn names_are_kebab_case_and_only_once() {
    let mut seen = HashSet::new();
    for problem in all() {
        let mut words = problem.name.split('-');
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(words.all(is_word), "{}", problem.name);
        assert!(seen.insert(problem.name), "{}", problem.name);
    }
}

#[test]
fn what_a_problem_explains_exists_and_does_not_explain_it() {
    fn all_explained(problem: &KnownFailure, seen: &mut HashSet<&'static str>) {
        for name in problem.explains {
            let other = by_name(name).unwrap_or_else(|| panic!("{}: {name}", problem.name));
            if seen.insert(other.name) {
                all_explained(other, seen);
            }
        }
    }
    for problem in all() {
        let mut seen = HashSet::new();
        all_explained(problem, &mut seen);
        assert!(!seen.contains(problem.name), "{}", problem.name);
    }
}

#[test]
fn every_text_says_cause_and_remedy() {
    for problem in all() {
        assert!(problem.summary().ends_with('.'), "{}", problem.name);
        assert!(problem.cause().ends_with('.'), "{}", problem.name);
        assert!(problem.remedy().ends_with('.'), "{}", problem.name);
        assert!(problem.text.contains("\n## Source\n"), "{}", problem.name);
    }
}

/// The headings of "Image build problems" in Azure ML's "Troubleshoot environment issues"
/// (<https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-environments>),
/// each with the problems that cite it as a source. The service's analysis uses these names.
const HEADINGS: &[(&str, &[&str])] = &[
    ("ACR unreachable", &["acr-unreachable"]),
    ("Unexpected Dockerfile Format", &["dockerfile-parse-error"]),
    (
        "Failed to pull Docker image",
        &["image-not-found", "image-pull-unauthorized"],
    ),
    ("I/O Error", &["image-pull-io-error"]),
    ("Bad spec", &["conda-bad-spec"]),
    ("Communications error", &["conda-http-error"]),
    ("Compile error", &["compiler-missing", "compile-error"]),
    ("Missing command", &["command-not-found"]),
    ("Conda timeout", &["solve-timeout"]),
    ("Out of memory", &["out-of-memory"]),
    ("Package not found", &["package-not-found"]),
    ("Missing Python module", &["python-module-missing"]),
    (
        "No matching distribution",
        &["pip-no-matching-distribution"],
    ),
    ("Can't build mpi4py", &["mpi4py-build"]),
    (
        "Interactive auth was attempted",
        &["interactive-auth-attempted"],
    ),
    ("Forbidden blob", &["blob-forbidden"]),
    ("Horovod build", &["horovod-build"]),
    ("Conda command not found", &["conda-command-not-found"]),
    (
        "Incompatible Python version",
        &["incompatible-python-version"],
    ),
    ("Conda bare redirection", &["conda-bare-redirection"]),
    ("UTF-8 decoding error", &["conda-yaml-encoding"]),
    (
        "Failed to install packages",
        &["pip-build-failed", "pip-resolution-impossible"],
    ),
    ("Can't uninstall package", &["pip-cannot-uninstall"]),
    ("Invalid operator", &["pip-invalid-operator"]),
    ("Invalid wheel filename", &["pip-invalid-wheel-filename"]),
    (
        "No targets specified and no makefile found",
        &["make-no-makefile"],
    ),
    ("File not found", &["docker-copy-not-found"]),
    ("Failed to run apt-get command", &["apt-get-failed"]),
    (
        "Failed to store Docker image",
        &["docker-push-denied", "docker-push-failed"],
    ),
    (
        "Unknown Docker instruction",
        &["dockerfile-unknown-instruction"],
    ),
    ("Command not recognized", &["command-not-found"]),
    ("Build log unavailable", &["build-log-unavailable"]),
    ("Image not found", &["image-not-found"]),
];

/// Returns the headings that a problem cites as a source.
fn claimed(problem: &KnownFailure) -> impl Iterator<Item = &'static str> {
    let source = problem.text.split("\n## Source\n").nth(1).unwrap_or("");
    let named = source
        .lines()
        .filter_map(|line| line.strip_prefix("- [Azure ML: "));
    let named = named
        .filter_map(|line| line.split_once("]("))
        .map(|(names, _)| names);
    named.flat_map(|names| names.split('"').skip(1).step_by(2))
}

#[test]
fn every_problem_of_azure_mls_list_is_known() {
    let mut known: Vec<(&str, Vec<&str>)> = HEADINGS
        .iter()
        .map(|&(name, _)| (name, Vec::new()))
        .collect();
    for problem in all() {
        for heading in claimed(problem) {
            let entry = known.iter_mut().find(|(name, _)| *name == heading);
            let (_, problems) = entry.unwrap_or_else(|| panic!("{}: {heading}", problem.name));
            problems.push(problem.name);
        }
    }
    for ((heading, expected), (_, problems)) in HEADINGS.iter().zip(&known) {
        assert!(!problems.is_empty(), "no problem is that of {heading}");
        assert_eq!(problems, expected, "{heading}");
    }
}

/// Users read a cause and a remedy in a terminal, while their build is broken.
#[test]
fn cause_and_remedy_are_two_sentences_at_most() {
    for problem in all() {
        for text in [problem.cause(), problem.remedy()] {
            let code = text.split('`').step_by(2).collect::<Vec<_>>().join("X");
            let ends = code
                .split_whitespace()
                .filter(|word| word.ends_with(['.', '!', '?']));
            assert!(ends.count() <= 2, "{}: {text}", problem.name);
        }
    }
}

#[test]
fn warnings_that_fail_no_build_are_no_problem() {
    for log in [
        "WARNING: Running pip as the 'root' user can result in broken permissions\n",
        "DEPRECATION: demo is being installed using the legacy 'setup.py install' method\n",
        "ERROR: pip's dependency resolver does not currently take into account all the packages that are installed.\ndemo 1 requires c<2, but you have c 2 which is incompatible.\n",
        "debconf: delaying package configuration, since apt-utils is not installed\n",
        "Solving environment: ...working... failed with repodata from current_repodata.json, will retry with next repodata source.\nSolving environment: ...working... done\n",
        "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'ReadTimeoutError(\"Read timed out.\")'\nSuccessfully installed demo-1\n",
        "npm WARN deprecated demo@1\n",
        "checking for gcc... no\nchecking whether error is defined... yes\n",
        "",
    ] {
        assert_eq!(name_of(log), None, "{log}");
    }
}

/// The cost of a search is known only after the file was solved.
#[test]
fn what_is_of_the_search_is_solvable() {
    let of_the_search: Vec<_> = all().filter(|problem| problem.of_the_search).collect();
    assert!(!of_the_search.is_empty());
    assert!(of_the_search.iter().all(|problem| problem.solvable));
}
