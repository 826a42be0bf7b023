use jiff::civil::Date;

use crate::{
    azure::Definition,
    diagnostic::Level,
    rules::{Finder, Finding, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "preview-schema",
    level: Level::Error,
    by_default: true,
    finder: Finder::Definition(find),
    text: include_str!("preview_schema.md"),
};

fn find(definition: &Definition, _: Date) -> Vec<Finding> {
    let schema = definition.text(&["$schema"]);
    let schema = schema.filter(|schema| schema.value.contains("azuremlsdk2.blob.core.windows.net"));
    let keys = ["docker", "path"]
        .into_iter()
        .filter_map(|key| definition.key(&[key]));
    let places = schema.map(|schema| schema.location).into_iter().chain(keys);
    let finding = |at| {
        RULE.finding(
            at,
            "",
            "this is of the preview of 2021, which Azure ML refuses now",
        )
        .help("write `image:`, or `build:` with `path:` and `dockerfile_path:`")
    };
    places.map(finding).collect()
}
