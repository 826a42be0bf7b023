//! The reference in `docs/reference`: pages made from what presolve prints. They are drawn by
//! `PRESOLVE_UPDATE=1 cargo test reference`.

use std::{fmt::Write, path::Path};

use serde_json::Value;

use super::Project;

/// Compares a page with what it should be, or writes it.
fn hold(path: &str, wanted: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("PRESOLVE_UPDATE").is_some() {
        std::fs::write(&file, wanted).expect("writable");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == wanted,
        "{path} is not up to date; draw it with PRESOLVE_UPDATE=1"
    );
}

fn settings_schema() -> String {
    let project = Project::of(&[]);
    project.run(&["check", "--print-settings-schema"]).stdout
}

/// The names of the commands, as the help lists them.
fn commands(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").collect()
}

#[test]
fn the_commands_are_what_the_help_says() {
    let project = Project::of(&[]);
    let help = project.run(&["--help"]).stdout;
    let mut page = format!(
        "# Commands\n\n\
         What `presolve --help` and `presolve COMMAND --help` print.\n\n\
         ```text\n{}\n```\n",
        help.trim_end()
    );
    let names = commands(&help);
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let help = project.run(&[name, "--help"]).stdout;
        let lines = help.lines().map(str::trim_end);
        let help = lines.collect::<Vec<_>>().join("\n");
        let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", help.trim_end());
    }
    hold("docs/reference/commands.md", &page);
}

#[test]
fn the_schema_of_the_settings_has_a_stable_path() {
    hold("docs/reference/presolve.schema.json", &settings_schema());
}

#[test]
fn the_settings_are_what_the_schema_says() {
    let schema: Value = serde_json::from_str(&settings_schema()).expect("JSON");
    let mut page = String::from(
        "# Keys of presolve.toml\n\n\
         All keys, from their [JSON schema](presolve.schema.json). [Settings](../settings.md) has\n\
         an example and says which source takes precedence.\n",
    );
    table(&mut page, &schema, &schema);
    for (name, heading) in [
        ("CheckSettings", "[check]"),
        ("Suppress", "[[check.suppress]]"),
        ("ImageSettings", "[image.\"NAME\"]"),
    ] {
        let _ = write!(page, "\n## {heading}\n");
        table(&mut page, &schema, &schema["$defs"][name]);
    }
    hold("docs/reference/settings.md", &page);
}

/// Writes a table of the keys of a schema.
fn table(page: &mut String, root: &Value, schema: &Value) {
    let keys = schema["properties"].as_object().expect("keys");
    page.push_str("\n| key | value | meaning |\n|---|---|---|\n");
    for (key, value) in keys {
        let text = value["description"].as_str().unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.replace('|', "\\|");
        let kind = kind(root, value).replace('|', "\\|");
        assert!(!text.is_empty(), "{key} has no description");
        let _ = writeln!(page, "| `{key}` | {kind} | {text} |");
    }
}

/// Describes the values that a schema accepts.
fn kind(root: &Value, schema: &Value) -> String {
    let alternatives = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(name) = schema["$ref"].as_str() {
        let definition = root.pointer(name.trim_start_matches('#'));
        return kind(root, definition.expect("a definition"));
    }
    if let Some(value) = schema["const"].as_str() {
        return format!("`{value}`");
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().filter_map(Value::as_str);
        let values = values.map(|value| format!("`{value}`"));
        return values.collect::<Vec<_>>().join(", ");
    }
    if let Some(alternatives) = alternatives {
        let kinds = alternatives.iter().map(|schema| kind(root, schema));
        let kinds = kinds.filter(|kind| kind != "null");
        return kinds.collect::<Vec<_>>().join(", ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => names[0].as_str(),
        name => name.as_str(),
    };
    match name {
        Some("array") => format!("list of {}", kind(root, &schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("table of {}", kind(root, &schema["additionalProperties"]))
        }
        Some("object") => "table".to_owned(),
        Some(name) => name.to_owned(),
        None => panic!("no type in {schema}"),
    }
}

#[test]
fn every_variable_of_presolve_is_on_the_page_of_variables() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/environment.md");
    let page = std::fs::read_to_string(page).expect("is there");
    let mut count = 0;
    for file in crate::sources::of_crates() {
        if file.to_string_lossy().contains("tests") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        // Names in the code of the process's own variables, not of those of a Dockerfile.
        for name in code.split('"').skip(1).step_by(2) {
            let is_name = name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            let is_own = name.starts_with("PRESOLVE_") || name.starts_with("CONDA_OVERRIDE_");
            if is_name && is_own {
                count += 1;
                assert!(page.contains(&format!("`{name}`")), "{name}");
            }
        }
    }
    assert!(count > 6, "{count}");
}
