use crate::rules::{Finder, Finding, Rule, Safety, TextFix};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unquoted-version",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("unquoted_version.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let Some(at) = definition.value_place("version") else {
        return Vec::new();
    };
    let read = as_yaml_1_1(at.text()).filter(|read| *read != at.text());
    let message = match read {
        Some(read) => {
            format!("YAML 1.1 does not read the version as a string; it becomes `{read}`")
        }
        None if is_day(at.text()) => {
            "YAML 1.1 reads the version as a date, which the SDK rejects".to_owned()
        }
        None => return Vec::new(),
    };
    let quoted = format!("\"{}\"", at.text());
    let fix = TextFix::replace("put it in quotes", Safety::Safe, &at, &*quoted);
    let finding = RULE
        .finding(at, "", message)
        .help(format!("write `{quoted}`"))
        .fix(Some(fix));
    vec![finding]
}

/// Whether YAML 1.1 reads this unquoted text as a string.
pub(super) fn is_text_to_yaml_1_1(text: &str) -> bool {
    as_yaml_1_1(text).is_none() && !is_day(text)
}

/// Whether YAML 1.1 reads it as a date: <https://yaml.org/type/timestamp.html>.
fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Returns Python's spelling of an unsigned YAML 1.1 number or a Boolean; `None` for a
/// string. PyYAML accepts three spellings of each Boolean word.
fn as_yaml_1_1(text: &str) -> Option<String> {
    let rest = text.trim_start_matches(char::is_uppercase);
    let is_spelled =
        rest.is_empty() || (rest == rest.to_lowercase() && text.len() - rest.len() < 2);
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" if is_spelled => return Some("True".to_owned()),
        "no" | "false" | "off" if is_spelled => return Some("False".to_owned()),
        _ => {}
    }
    let plain = text.replace('_', "");
    let text = if text.starts_with('_') { text } else { &plain };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((whole, fraction)) = text.split_once('.') {
        let is_float = is_number(whole) && (fraction.is_empty() || is_number(fraction));
        let value: f64 = text.parse().ok().filter(|_| is_float)?;
        return Some(format!("{value:?}"));
    }
    if is_number(text) && text.starts_with('0') {
        return u64::from_str_radix(text, 8)
            .ok()
            .map(|value| value.to_string());
    }
    let mut parts = text.split(':');
    let first = parts
        .next()
        .filter(|first| is_number(first) && !first.starts_with('0'))?;
    let mut value: u64 = first.parse().ok()?;
    for part in parts {
        let part: u64 = part
            .parse()
            .ok()
            .filter(|_| is_number(part) && part.len() < 3)?;
        value = value
            .checked_mul(60)?
            .checked_add(part)
            .filter(|_| part < 60)?;
    }
    Some(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        let read = |text| as_yaml_1_1(text);
        assert_eq!(read("1.10").as_deref(), Some("1.1"));
        assert_eq!(read("1.0").as_deref(), Some("1.0"));
        assert_eq!(read("18:30").as_deref(), Some("1110"));
        assert_eq!(read("010").as_deref(), Some("8"));
        assert_eq!(read("42").as_deref(), Some("42"));
        assert_eq!(read("1_0").as_deref(), Some("10"));
        assert_eq!(read("1.").as_deref(), Some("1.0"));
        assert_eq!(read("YES").as_deref(), Some("True"));
        for text in [
            "1.2.3",
            "18.04:2022",
            "auto",
            "18:60",
            "09",
            "1e3",
            "oN",
            "\"1.10\"",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
