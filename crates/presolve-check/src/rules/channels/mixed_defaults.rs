use super::{has_nodefaults, is_of_anaconda, known_as, listed, remove};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_registry::conda::channels::NO_DEFAULTS;
use presolve_spec::Spanned;
use presolve_text::{
    diagnostic::{Level, Location},
    secrets::redact,
};

pub(super) static RULE: Rule = Rule {
    name: "mixed-defaults",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("mixed_defaults.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    // A pinned file names the channel of every package.
    if subject.environment.pinned_platform.is_some() {
        return Vec::new();
    }
    let channels = listed(subject);
    let of_anaconda = |channel: &&Spanned<String>| is_of_anaconda(known_as(&channel.value));
    let anacondas: Vec<&Spanned<String>> = channels.iter().filter(of_anaconda).collect();
    let mut channels = channels.iter();
    let forge = channels.find(|channel| known_as(&channel.value) == "conda-forge");
    let (Some(first), Some(forge)) = (anacondas.first(), forge) else {
        return Vec::new();
    };
    let places: Vec<&Location> = anacondas.iter().map(|channel| &channel.location).collect();
    let finding = RULE
        .finding(
            first.location.clone(),
            "Anaconda's own packages",
            format!(
                "`{}` and `conda-forge` are mixed",
                redact(known_as(&first.value))
            ),
        )
        .related(forge.location.clone(), "and conda-forge's packages")
        .note(
            "the two are built with different compilers and different versions of shared libraries",
        )
        .help(format!(
            "use only conda-forge: replace `{}` with `nodefaults`",
            redact(known_as(&first.value))
        ))
        .fix(fix(&places, has_nodefaults(subject)));
    vec![finding]
}

fn fix(places: &[&Location], has_nodefaults: bool) -> Option<TextFix> {
    let title = "use only `conda-forge`";
    if has_nodefaults {
        return remove(title, Safety::Unsafe, places);
    }
    // conda appends `defaults`, unless `nodefaults` replaces the last entry.
    let (last, others) = places.split_last()?;
    let with_last = TextFix::replace(title, Safety::Unsafe, last, NO_DEFAULTS);
    let mut fix = match others {
        [] => return Some(with_last),
        others => remove(title, Safety::Unsafe, others)?,
    };
    fix.edits.extend(with_last.edits);
    Some(fix)
}
