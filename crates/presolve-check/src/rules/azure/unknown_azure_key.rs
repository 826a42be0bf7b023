use yaml_serde::Value;

use crate::rules::{Finder, Finding, Rule, Safety, TextFix};
use presolve_input::azure::{Definition, definition::KEYS};
use presolve_text::{
    diagnostic::{Level, Location},
    secrets::redact,
};

pub(super) static RULE: Rule = Rule {
    name: "unknown-azure-key",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v2(find)),
    text: include_str!("unknown_azure_key.md"),
};

/// Keys that other rules report.
const TOLD: [&str; 2] = ["docker", "path"];
/// The keys of `build` (azure-ai-ml 1.35, `BuildContextSchema`).
const BUILD: [&str; 2] = ["path", "dockerfile_path"];

/// Keys that earlier versions and other tools use, each with the key of `build` that it means:
/// `local_path` of the CLI's 2021 preview, and those of Docker Compose and of the SDK v1.
const MEANT: [(&str, &str); 7] = [
    ("local_path", "path"),
    ("context", "path"),
    ("context_path", "path"),
    ("location", "path"),
    ("dockerfile", "dockerfile_path"),
    ("docker_file", "dockerfile_path"),
    ("dockerfilePath", "dockerfile_path"),
];

fn find(definition: &Definition) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in definition.root_keys() {
        if !KEYS.contains(&key) && !TOLD.contains(&key) {
            let meant = root_key(definition, key);
            findings.extend(unknown(definition.key(&[key]), key, meant));
        }
    }
    for key in build_keys(definition).filter(|key| !BUILD.contains(key)) {
        let meant = build_key(definition, key);
        findings.extend(unknown(definition.key(&["build", key]), key, meant));
    }
    findings
}

/// Whether an unknown key of the definition probably means this one, which is absent. Its
/// finding is then the only one.
pub(super) fn means(definition: &Definition, wanted: &str) -> bool {
    let mut keys = definition.root_keys().filter(|key| !KEYS.contains(key));
    keys.any(|key| root_key(definition, key).is_some_and(|(meant, _)| meant == wanted))
}

/// As [`means`], for a key of `build`.
pub(super) fn means_in_build(definition: &Definition, wanted: &str) -> bool {
    let mut keys = build_keys(definition).filter(|key| !BUILD.contains(key));
    keys.any(|key| build_key(definition, key).is_some_and(|(meant, _)| meant == wanted))
}

fn build_keys(definition: &Definition) -> impl Iterator<Item = &str> {
    let build = definition.get(&["build"]).and_then(Value::as_mapping);
    let keys = build.into_iter().flat_map(|build| build.keys());
    keys.filter_map(Value::as_str)
}

/// The key that an unknown one probably means, and whether this is certain. A key that the
/// file also has is not meant.
fn root_key(definition: &Definition, key: &str) -> Option<(&'static str, Safety)> {
    let known = nearest(key, &KEYS)?;
    let is_absent = definition.get(&[known]).is_none();
    is_absent.then_some((known, safety(key, known)))
}

fn build_key(definition: &Definition, key: &str) -> Option<(&'static str, Safety)> {
    let table = MEANT.iter().find(|(other, _)| *other == key);
    let (meant, safety) = match table {
        Some((_, meant)) => (*meant, Safety::Safe),
        None => nearest(key, &BUILD).map(|known| (known, safety(key, known)))?,
    };
    let is_absent = definition.get(&["build", meant]).is_none();
    is_absent.then_some((meant, safety))
}

/// A rename is safe if only capitals and separators differ.
fn safety(key: &str, known: &str) -> Safety {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    if plain(key) == plain(known) {
        Safety::Safe
    } else {
        Safety::Unsafe
    }
}

fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let key = key.to_lowercase();
    let likeness = |known: &&str| strsim::jaro_winkler(&key, known);
    let nearest = known.iter().copied();
    let nearest = nearest.max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&nearest) > 0.85).then_some(nearest)
}

fn unknown(
    at: Option<Location>,
    key: &str,
    meant: Option<(&'static str, Safety)>,
) -> Option<Finding> {
    let at = at?;
    let help = match meant {
        Some((known, Safety::Safe)) => format!("write `{known}`"),
        Some((known, Safety::Unsafe)) => format!("did you mean `{known}`?"),
        None if key == "environment_variables" => {
            "set variables in the job or the deployment".to_owned()
        }
        None => "remove it".to_owned(),
    };
    let fix = meant
        .map(|(known, safety)| TextFix::replace(format!("write `{known}`"), safety, &at, known));
    let message = format!("an Azure ML environment has no key `{}`", redact(key));
    Some(RULE.finding(at, "", message).help(help).fix(fix))
}
