//! The rules of `check`: list, page and JSON.

use presolve_check::rules::{self, Rule};
use presolve_text::diagnostic::Level;

/// A rule in JSON.
#[derive(serde::Serialize)]
struct Listed {
    name: &'static str,
    group: &'static str,
    level: &'static str,
    by_default: bool,
    fixable: bool,
    summary: String,
    text: &'static str,
}

/// Returns the rules by group, with level and fixability.
pub fn list() -> String {
    let width = rules::all().map(|rule| rule.name.len()).max();
    let width = width.unwrap_or_default();
    let groups = rules::GROUPS.iter().map(|(group, rules)| {
        let lines = rules.iter().map(|rule| {
            let fix = if rule.is_fixable() { "fix" } else { "" };
            let level = format!("{}{}", level(rule), off(rule));
            let (name, summary) = (rule.name, rule.summary());
            format!("  {name:width$}  {level:13}  {fix:3}  {summary}\n")
        });
        format!("{group}\n{}", lines.collect::<String>())
    });
    let groups: Vec<String> = groups.collect();
    let legend = "(off): only if selected. fix: `check --fix` can fix some of its findings\n";
    format!("{}\n{legend}", groups.join("\n"))
}

fn off(rule: &Rule) -> &'static str {
    if rule.by_default { "" } else { " (off)" }
}

/// Returns one rule or all as JSON, with their texts.
pub fn json(only: Option<&Rule>) -> String {
    let groups = rules::GROUPS.iter();
    let rules = groups.flat_map(|(group, rules)| rules.iter().map(move |rule| (group, rule)));
    let rules = rules.filter(|(_, rule)| only.is_none_or(|only| only.name == rule.name));
    let listed = rules.map(|(group, rule)| Listed {
        name: rule.name,
        group,
        level: level(rule),
        by_default: rule.by_default,
        fixable: rule.is_fixable(),
        summary: rule.summary(),
        text: rule.text,
    });
    let json = serde_json::to_string_pretty(&listed.collect::<Vec<_>>());
    json.expect("strings and flags") + "\n"
}

/// Returns the texts of all rules, each with a heading to link to.
pub fn page() -> String {
    let mut page = "# The rules of `presolve check`\n\n\
        `presolve rule --all` prints this page; `presolve rule NAME` prints one rule.\n\n\
        | rule | level | |\n|---|---|---|\n"
        .to_owned();
    for rule in rules::all() {
        let (name, summary) = (rule.name, rule.summary().replace('|', "\\|"));
        let level = level(rule);
        let level = if rule.by_default {
            level.to_owned()
        } else {
            format!("{level}, off by default")
        };
        page += &format!("| [{name}](#{name}) | {level} | {summary} |\n");
    }
    for rule in rules::all() {
        page.push('\n');
        let mut is_code = false;
        for line in text(rule).lines() {
            is_code ^= line.starts_with("```");
            // A `#` in an example starts a comment, not a heading.
            if line.starts_with('#') && !is_code {
                page.push('#');
            }
            page += line;
            page.push('\n');
        }
    }
    page
}

/// Returns the page of a rule.
pub fn text(rule: &Rule) -> String {
    let default = if rule.by_default {
        ""
    } else {
        ", off by default"
    };
    let level = level(rule);
    format!("# {}\n\n({level}{default})\n\n{}", rule.name, rule.text)
}

fn level(rule: &Rule) -> &'static str {
    match rule.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}
