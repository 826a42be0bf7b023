//! The texts of the rules are their tests. An example with the mark `found` has the finding,
//! `fixed` is the result of its fix, and `fine` has no finding.

use std::sync::Arc;

use super::{Finder, Rule, all};
use crate::{
    Selection,
    fix::fix,
    lint::{LintOptions, lint, shown_by_the_text},
    suppression::{Accepted, silence},
};
use presolve_config::{Flags, Settings, check::CheckSettings};
use presolve_input::Input;
use presolve_text::source::SourceFile;

/// The day of the tests. A version past its end of life on this day stays so.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);

/// A code block in the text of a rule.
struct Example<'t> {
    /// The word after the language: `found`, `fixed` or `fine`.
    mark: &'t str,
    /// The name of the file. `found in train.runconfig` overrides the default of the
    /// language.
    name: &'t str,
    /// The encoding of the file, by default UTF-8: `found as utf-16`.
    encoding: &'t str,
    /// The day of the check, if the example has one: `found on 2027-08-01`.
    today: Option<jiff::civil::Date>,
    /// The other files of its folder: the blocks before it with the mark `beside NAME`.
    beside: Vec<(&'t str, String)>,
    text: String,
}

/// The first line of an example in each language, and the default name of its file.
const LANGUAGES: [(&str, &str); 4] = [
    ("```yaml ", "environment.yml"),
    ("```json ", "azureml_environment.json"),
    ("```dockerfile ", "Dockerfile"),
    ("```text ", "requirements.txt"),
];

fn examples(rule: &'static Rule) -> Vec<Example<'static>> {
    let mut examples = Vec::new();
    let mut beside = Vec::new();
    let mut lines = rule.text.lines();
    while let Some(line) = lines.next() {
        let language = |(mark, name): (&str, _)| Some((line.strip_prefix(mark)?, name));
        let Some((mark, name)) = LANGUAGES.into_iter().find_map(language) else {
            continue;
        };
        let block = lines.by_ref().take_while(|line| *line != "```");
        // Editors remove blanks and tabs at the ends of lines, so the examples spell them out.
        let text: String = block.map(|line| line.replace('␉', "\t") + "\n").collect();
        if let Some(name) = mark.strip_prefix("beside ") {
            beside.push((name, text));
            continue;
        }
        let (mark, times) = mark.split_once(" times ").unwrap_or((mark, "1"));
        let (mark, name) = mark.split_once(" in ").unwrap_or((mark, name));
        let (mark, encoding) = mark.split_once(" as ").unwrap_or((mark, "utf-8"));
        let (mark, today) = match mark.split_once(" on ") {
            Some((mark, today)) => (mark, Some(today.parse().expect("a day"))),
            None => (mark, None),
        };
        examples.push(Example {
            mark,
            name,
            encoding,
            today,
            beside: std::mem::take(&mut beside),
            // A file that is too long is a short one, repeated.
            text: text.repeat(times.parse().expect("a number")),
        });
    }
    examples
}

/// Calls `run` with the file and a selection: only this rule, or also one that its examples
/// suppress.
fn with<T>(
    rule: &'static Rule,
    (name, text): (&str, &str),
    run: impl FnOnce(&Arc<SourceFile>, LintOptions<'_>) -> T,
) -> T {
    let mut select = vec![rule.name.to_owned()];
    if matches!(rule.finder, Finder::Suppressions(_)) {
        select.push("unpinned-dependency".to_owned());
    }
    with_rules(&select, (name, text), run)
}

fn with_rules<T>(
    select: &[String],
    (name, text): (&str, &str),
    run: impl FnOnce(&Arc<SourceFile>, LintOptions<'_>) -> T,
) -> T {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::resolve_bare(folder.path(), Flags::default()).expect("settings");
    let selection =
        Selection::new(&CheckSettings::default(), select, &[]).expect("the rule is known");
    let source = SourceFile::from_text(folder.path().join(name), text);
    let asked = LintOptions {
        selection: &selection,
        settings: &settings,
        platforms: &[],
        in_definition: false,
        today: TODAY,
    };
    run(&source, asked)
}

fn found(rule: &'static Rule, name: &str, text: &str) -> usize {
    with(rule, (name, text), |source, asked| {
        count(rule, source, asked)
    })
}

fn count(rule: &'static Rule, source: &Arc<SourceFile>, asked: LintOptions<'_>) -> usize {
    let linted = lint(&Input::of(Arc::clone(source)), asked);
    let looked_for = shown_by_the_text(&linted);
    let (findings, _) = silence(
        source,
        linted.findings,
        &Accepted::default(),
        asked.selection,
        &looked_for,
    );
    let of_rule = findings.iter().filter(|finding| finding.rule == rule);
    of_rule.count()
}

/// The number of findings of the rule in an example, in its encoding.
fn found_as(rule: &'static Rule, example: &Example<'_>) -> usize {
    let bytes = encode(&example.text, example.encoding);
    if !example.beside.is_empty() {
        return with(rule, (example.name, &example.text), |source, asked| {
            let folder = source.path().parent().expect("a folder");
            for (name, text) in &example.beside {
                std::fs::write(folder.join(name), text).expect("writable");
            }
            count(rule, source, asked)
        });
    }
    match SourceFile::from_bytes(example.name, &bytes) {
        Ok(decoded) => with(rule, (example.name, ""), |_, asked| {
            let today = example.today.unwrap_or(asked.today);
            count(rule, &decoded, LintOptions { today, ..asked })
        }),
        Err(failure) => {
            let mut diagnostics = failure.diagnostics.iter();
            usize::from(diagnostics.any(|diagnostic| diagnostic.name == rule.name))
        }
    }
}

fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-8" => text.as_bytes().to_vec(),
        "utf-8-mark" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        "utf-16" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        // The first 256 characters of Unicode are those of Latin-1.
        "latin-1" => text.chars().filter_map(|c| u8::try_from(c).ok()).collect(),
        _ => panic!("there is no encoding {encoding}"),
    }
}

fn looks_at_files() -> impl Iterator<Item = &'static Rule> {
    all().filter(|rule| {
        !matches!(
            rule.finder,
            Finder::Solving | Finder::Index | Finder::Registry
        )
    })
}

#[test]
fn what_is_marked_as_found_is_found() {
    let mut missed = Vec::new();
    for rule in looks_at_files() {
        let examples = examples(rule);
        let mut found_here = examples.iter().filter(|example| example.mark == "found");
        if found_here.clone().next().is_none() {
            missed.push(format!("{} has no `found`", rule.name));
        }
        let silent = found_here.by_ref().filter(|e| found_as(rule, e) == 0);
        missed.extend(silent.map(|example| format!("{}:\n{}", rule.name, example.text)));
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_is_marked_as_fine_is_fine() {
    let mut wrong = Vec::new();
    for rule in looks_at_files() {
        let examples = examples(rule);
        let mut fine = examples.iter().filter(|example| example.mark == "fine");
        if fine.clone().next().is_none() {
            wrong.push(format!("{} has no `fine`", rule.name));
        }
        let loud = fine.by_ref().filter(|e| found_as(rule, e) != 0);
        wrong.extend(loud.map(|example| format!("{}:\n{}", rule.name, example.text)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A fix gives the text in the example and removes every finding. A second one does nothing.
#[test]
fn what_is_marked_as_fixed_is_what_the_fix_makes() {
    for rule in looks_at_files() {
        for pair in examples(rule).windows(2) {
            let [before, after] = pair else { continue };
            if (before.mark, after.mark) != ("found", "fixed") {
                continue;
            }
            let fixed_text = |text: &str| {
                with(rule, (before.name, text), |source, asked| {
                    let fixed = fix(
                        &Input::of(Arc::clone(source)),
                        asked,
                        true,
                        &Accepted::default(),
                    );
                    fixed.source.text().to_owned()
                })
            };
            assert_eq!(fixed_text(&before.text), after.text, "{}", rule.name);
            assert_eq!(fixed_text(&after.text), after.text, "{}", rule.name);
            assert_eq!(found(rule, after.name, &after.text), 0, "{}", rule.name);
        }
    }
}

/// This holds for any problem of a file, even if the fixes of several rules overlap.
#[test]
fn fixing_twice_changes_nothing() {
    let every_rule = ["all".to_owned()];
    for with_unsafe in [false, true] {
        let fixed_text = |name: &str, text: &str| {
            with_rules(&every_rule, (name, text), |source, asked| {
                let fixed = fix(
                    &Input::of(Arc::clone(source)),
                    asked,
                    with_unsafe,
                    &Accepted::default(),
                );
                fixed.source.text().to_owned()
            })
        };
        for rule in all() {
            for example in examples(rule) {
                let once = fixed_text(example.name, &example.text);
                assert_eq!(
                    fixed_text(example.name, &once),
                    once,
                    "{}:\n{}",
                    rule.name,
                    example.text
                );
            }
        }
    }
}

#[test]
fn names_are_kebab_case_and_only_once() {
    let mut names: Vec<&str> = all().map(|rule| rule.name).collect();
    for name in &names {
        let is_kebab = name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        assert!(is_kebab, "{name}");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_text_says_what_why_and_what_to_do() {
    for rule in all() {
        assert!(
            rule.summary().ends_with('.'),
            "{}: {}",
            rule.name,
            rule.summary()
        );
        for heading in ["\n## Why\n", "\n## What to do\n"] {
            assert!(
                rule.text.contains(heading),
                "{} lacks {heading:?}",
                rule.name
            );
        }
    }
}
