use crate::rules::{BaseImage, Finder, Finding, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "classic-solver-image",
    level: Level::Note,
    by_default: true,
    finder: Finder::File(|subject| subject.on_image(find)),
    text: include_str!("classic_solver_image.md"),
};

fn find(base: &BaseImage) -> Vec<Finding> {
    let image = &base.image;
    if !base.runs_conda || image.value.has_classic_solver() != Some(true) {
        return Vec::new();
    }
    let provides = image.value.describe_conda();
    let finding = RULE
        .finding(
            image.location.clone(),
            format!("has {provides}"),
            "the image's conda uses the classic solver",
        )
        .note("it may take longer than the build time limit, while later images need seconds")
        .help("use an image of October 2023 or later, or pin the conda file");
    vec![finding]
}
