use yamlpath::route;

use crate::{
    diagnostic::Level,
    rules::{Finder, Finding, Fix, Rule, Safety, Subject},
    spec::change::Change,
};

pub(super) static RULE: Rule = Rule {
    name: "missing-channels",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(find),
    text: include_str!("missing_channels.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let names_packages = environment
        .conda
        .iter()
        .any(|line| line.spec.channel.is_none());
    if !environment.channels.is_empty() || !names_packages {
        return Vec::new();
    }
    let Some(key) = subject.tree.key_span(&route!("dependencies")) else {
        return Vec::new();
    };
    let change = Change::AddChannel("conda-forge".to_owned());
    let fix = Fix::of_changes("add conda-forge", Safety::Unsafe, environment, &[change]);
    let finding = RULE
        .finding(
            subject.tree.at(key),
            "these come from the channels that the build machine is configured with",
            "the file names no channels",
        )
        .note("conda's own configuration is `defaults`, Anaconda's channels, which not everybody may use for free")
        .help("list the channels below `channels:`, and `nodefaults` as the last one")
        .fix(fix);
    vec![finding]
}
