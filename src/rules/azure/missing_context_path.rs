use jiff::civil::Date;

use crate::{
    azure::{Definition, definition::is_local},
    diagnostic::Level,
    rules::{Finder, Finding, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "missing-context-path",
    level: Level::Error,
    by_default: true,
    finder: Finder::Definition(find),
    text: include_str!("missing_context_path.md"),
};

fn find(definition: &Definition, _: Date) -> Vec<Finding> {
    let Some(build) = definition.set("build") else {
        return Vec::new();
    };
    let Some(path) = definition.text(&["build", "path"]) else {
        let finding = RULE
            .finding(build, "no `path`", "the build has no context")
            .help("add `path:` with the folder of the Dockerfile");
        return vec![finding];
    };
    if !is_local(&path.value) || definition.beside(&path.value).exists() {
        return Vec::new();
    }
    let message = format!(
        "there is no build context `{}`",
        definition.beside(&path.value).display()
    );
    let finding = RULE
        .finding(path.location, "leads to nothing", message)
        .note("the path is relative to the folder of this file")
        .help("mend the path");
    vec![finding]
}
