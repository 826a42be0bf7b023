use yaml_serde::Value;

use super::unquoted_version::is_text_to_yaml_1_1;
use crate::rules::{Finder, Finding, Rule, Safety, TextFix};
use presolve_input::azure::{Definition, definition::is_template};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "mistyped-azure-value",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("mistyped_azure_value.md"),
};

/// The type of a key's value (azure-ai-ml 1.35, `EnvironmentSchema`).
#[derive(Clone, Copy)]
enum Takes {
    /// A string.
    Text,
    /// A string, or a scalar that is converted to one.
    Scalar,
    /// A mapping.
    Mapping,
}

const KEYS: [(&str, Takes); 6] = [
    ("name", Takes::Text),
    ("image", Takes::Text),
    ("description", Takes::Text),
    ("version", Takes::Scalar),
    ("tags", Takes::Mapping),
    ("properties", Takes::Mapping),
];

fn find(definition: &Definition) -> Vec<Finding> {
    let findings = KEYS.iter();
    let findings = findings.filter_map(|(key, takes)| finding(definition, key, *takes));
    findings.collect()
}

fn finding(definition: &Definition, key: &str, takes: Takes) -> Option<Finding> {
    let value = definition.get(&[key]).filter(|value| !value.is_null())?;
    let at = definition.value_place(key)?;
    let wanted = match (value, takes) {
        _ if is_template(at.text()) => return None,
        (Value::Mapping(_), Takes::Mapping) => return None,
        (_, Takes::Mapping) => "a mapping",
        (Value::Sequence(_) | Value::Mapping(_), _) => "a string",
        (_, Takes::Text) if !is_text_to_yaml_1_1(at.text()) => "a string",
        _ => return None,
    };
    let message = format!("`{key}` is {}, but the SDK expects {wanted}", kind(value));
    let quoted = format!("\"{}\"", at.text());
    let is_scalar = !value.is_sequence() && !value.is_mapping();
    let (help, fix) = match takes {
        Takes::Mapping => ("write `key: value` on the lines below it".to_owned(), None),
        Takes::Text if is_scalar => {
            let fix = TextFix::replace("put it in quotes", Safety::Safe, &at, &*quoted);
            (format!("write `{quoted}`"), Some(fix))
        }
        Takes::Text | Takes::Scalar => ("write one string".to_owned(), None),
    };
    Some(RULE.finding(at, "", message).help(help).fix(fix))
}

/// Returns the YAML 1.1 type of a value, as the SDK reads it.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::String(text) if is_text_to_yaml_1_1(text) => "a string",
        _ => "a number, a boolean or a date",
    }
}
