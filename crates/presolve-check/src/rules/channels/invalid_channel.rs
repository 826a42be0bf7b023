use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_registry::conda::channels::Channels;
use presolve_text::diagnostic::Level;
use presolve_words::errors;

pub(super) static RULE: Rule = Rule {
    name: presolve_words::codes::INVALID_CHANNEL,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("invalid_channel.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let Err(error) = Channels::of_file(subject.environment, subject.settings) else {
        return Vec::new();
    };
    let here = errors::channel(error).diagnostics.into_iter();
    let here = here.filter(|diagnostic| !diagnostic.labels.is_empty());
    here.map(|diagnostic| Finding::of(&RULE, diagnostic, &subject.environment.source))
        .collect()
}
