//! The texts of the rules are their tests: every example that is marked `found` has the
//! finding, `fixed` is what its fix makes of it, and `fine` has none.

use std::sync::Arc;

use super::{Finder, Rule, all};
use crate::{
    check::{
        Selection,
        fix::fix,
        lint::{Asked, lint},
        settings::CheckSettings,
    },
    config::{Flags, Settings},
    spec::source::SourceFile,
};

/// The day of the tests: what is at its end of life on it stays so.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);

/// A code block of a rule's text.
struct Example<'t> {
    /// What follows the language: `found`, `fixed` or `fine`.
    mark: &'t str,
    text: String,
}

fn examples(rule: &'static Rule) -> Vec<Example<'static>> {
    let mut examples = Vec::new();
    let mut lines = rule.text.lines();
    while let Some(line) = lines.next() {
        let Some(mark) = line.strip_prefix("```yaml ") else {
            continue;
        };
        let block = lines.by_ref().take_while(|line| *line != "```");
        // Blanks at the ends of lines and tabs are cut by editors, so they are spelt out.
        let text = block.map(|line| line.replace('␉', "\t") + "\n").collect();
        examples.push(Example { mark, text });
    }
    examples
}

/// Gives the file to `run` with what is asked of it: that rule alone.
fn with<T>(
    rule: &'static Rule,
    text: &str,
    run: impl FnOnce(&Arc<SourceFile>, Asked<'_>) -> T,
) -> T {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::resolve_bare(folder.path(), Flags::default());
    let select = [rule.name.to_owned()];
    let selection =
        Selection::new(&CheckSettings::default(), &select, &[]).expect("the rule is known");
    let source = SourceFile::from_text(folder.path().join("environment.yml"), text);
    let asked = Asked {
        selection: &selection,
        settings: &settings,
        platforms: &[],
        today: TODAY,
    };
    run(&source, asked)
}

fn found(rule: &'static Rule, text: &str) -> usize {
    with(rule, text, |source, asked| {
        lint(source, asked).findings.len()
    })
}

fn looks_at_files() -> impl Iterator<Item = &'static Rule> {
    all().filter(|rule| matches!(rule.finder, Finder::File(_) | Finder::Reading(_)))
}

#[test]
fn what_is_marked_as_found_is_found() {
    for rule in looks_at_files() {
        let examples = examples(rule);
        let found_here = examples.iter().filter(|example| example.mark == "found");
        assert!(
            found_here.clone().count() > 0,
            "{} has no `found`",
            rule.name
        );
        for example in found_here {
            assert_ne!(
                found(rule, &example.text),
                0,
                "{}:\n{}",
                rule.name,
                example.text
            );
        }
    }
}

#[test]
fn what_is_marked_as_fine_is_fine() {
    for rule in looks_at_files() {
        let examples = examples(rule);
        let fine = examples.iter().filter(|example| example.mark == "fine");
        assert!(fine.clone().count() > 0, "{} has no `fine`", rule.name);
        for example in fine {
            assert_eq!(
                found(rule, &example.text),
                0,
                "{}:\n{}",
                rule.name,
                example.text
            );
        }
    }
}

/// A fix makes what the text shows, removes every finding, and a second time nothing.
#[test]
fn what_is_marked_as_fixed_is_what_the_fix_makes() {
    for rule in looks_at_files() {
        for pair in examples(rule).windows(2) {
            let [before, after] = pair else { continue };
            if (before.mark, after.mark) != ("found", "fixed") {
                continue;
            }
            let mend = |text: &str| {
                with(rule, text, |source, asked| {
                    let fixed = fix(source, asked, true, &|_| false);
                    fixed.source.text().to_owned()
                })
            };
            assert_eq!(mend(&before.text), after.text, "{}", rule.name);
            assert_eq!(mend(&after.text), after.text, "{}", rule.name);
            assert_eq!(found(rule, &after.text), 0, "{}", rule.name);
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
