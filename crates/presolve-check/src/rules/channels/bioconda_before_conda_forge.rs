use super::{known_as, listed};
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "bioconda-before-conda-forge",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("bioconda_before_conda_forge.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let channels = listed(subject);
    let place = |name: &str| {
        let mut channels = channels.iter();
        channels.position(|channel| known_as(&channel.value) == name)
    };
    let (Some(bioconda), Some(forge)) = (place("bioconda"), place("conda-forge")) else {
        return Vec::new();
    };
    if bioconda > forge {
        return Vec::new();
    }
    let (bioconda, forge) = (&channels[bioconda].location, &channels[forge].location);
    let finding = RULE
        .finding(
            bioconda.clone(),
            "of higher priority",
            "`bioconda` is listed before `conda-forge`",
        )
        .related(forge.clone(), "of lower priority")
        .note("with strict priority, packages in both channels come only from bioconda, often in old versions")
        .help("list `conda-forge` first; bioconda is built on top of it")
        .fix(Some(swap(bioconda, forge)));
    vec![finding]
}

fn swap(one: &Location, other: &Location) -> TextFix {
    let title = "list `conda-forge` first";
    let mut fix = TextFix::replace(title, Safety::Unsafe, one, other.text());
    let back = TextFix::replace(title, Safety::Unsafe, other, one.text());
    fix.edits.extend(back.edits);
    fix
}
