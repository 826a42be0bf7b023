use crate::rules::{Finder, Parsed, Rule, Safety, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::IGNORED_BY_PIP,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("ignored_by_pip.md"),
};

/// Gives the ignored options of a requirement lines of their own. pip then applies them to the
/// whole list, so other packages may be installed.
fn fix(diagnostic: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let environment = parsed.environment?;
    let at = &diagnostic.labels.first()?.location;
    let lines = environment.pip.requirements.iter();
    let lines = lines.filter(|line| line.in_environment && !line.ignored_options.is_empty());
    let mut lines = lines.take(TextFix::MOST);
    let line = lines.find(|line| {
        let span = &line.location.span;
        span.start <= at.span.start && at.span.end <= span.end
    })?;
    let title = "write the option on a line of its own";
    TextFix::of_changes(title, Safety::Unsafe, environment, &line.with_own_lines()?)
}
