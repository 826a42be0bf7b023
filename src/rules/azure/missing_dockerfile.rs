use jiff::civil::Date;

use crate::{
    azure::{
        Definition,
        definition::{is_local, is_template},
    },
    diagnostic::Level,
    rules::{Finder, Finding, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "missing-dockerfile",
    level: Level::Error,
    by_default: true,
    finder: Finder::Definition(find),
    text: include_str!("missing_dockerfile.md"),
};

/// The Dockerfile of a context that names none.
const USUAL: &str = "Dockerfile";

fn find(definition: &Definition, _: Date) -> Vec<Finding> {
    let Some(context) = definition.text(&["build", "path"]) else {
        return Vec::new();
    };
    let named = definition.text(&["build", "dockerfile_path"]);
    let name = named.as_ref().map_or(USUAL, |named| &named.value);
    let folder = definition.beside(&context.value);
    // Without a context, that is what is to be said.
    if !is_local(&context.value)
        || is_template(name)
        || !folder.is_dir()
        || folder.join(name).is_file()
    {
        return Vec::new();
    }
    let message = format!("there is no Dockerfile `{}`", folder.join(name).display());
    let at = named.map_or(context.location, |named| named.location);
    let finding = RULE
        .finding(at, "looked for here", message)
        .note("`dockerfile_path` is relative to `path`, and `Dockerfile` if it is not given")
        .help("mend `dockerfile_path`, or add the Dockerfile");
    vec![finding]
}
