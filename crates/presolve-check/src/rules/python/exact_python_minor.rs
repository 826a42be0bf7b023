use super::{declared, written_version};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_spec::CondaRequirement;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "exact-python-minor",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("exact_python_minor.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = declared(subject).filter(|line| line.pin.is_none());
    lines.filter_map(finding).collect()
}

fn finding(line: &CondaRequirement) -> Option<Finding> {
    let written = written_version(line);
    // `python 3.10` and `python==3.10` are exact. `python=3.10` and `python===3.10` are not.
    let version = written.strip_prefix("==").unwrap_or(written).trim();
    let minor = version.strip_prefix("3.")?;
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let message = format!("`{}` matches only Python {version}.0", line.text.trim());
    let with = format!("python={version}");
    let is_plain = line.location.text().eq_ignore_ascii_case(&line.text);
    let fix = TextFix::replace(
        "allow any patch release",
        Safety::Unsafe,
        &line.location,
        &*with,
    );
    let finding = RULE
        .finding(line.location.clone(), "no patch release satisfies this", message)
        .note("to conda, `3.10` and `3.10.0` are the same version; a single `=` also allows every version that begins with it")
        .help(format!("write `{with}` for any patch release"));
    Some(finding.fix(is_plain.then_some(fix)))
}
