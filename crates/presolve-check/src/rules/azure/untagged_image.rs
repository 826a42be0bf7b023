use crate::rules::{BaseImage, Finder, Finding, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "untagged-image",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.on_image(find)),
    text: include_str!("untagged_image.md"),
};

fn find(base: &BaseImage) -> Vec<Finding> {
    let image = &base.image;
    let tag = image.value.tag.as_deref();
    if image.value.digest.is_some() || tag.is_some_and(|tag| tag != "latest") {
        return Vec::new();
    }
    let label = match tag {
        Some(_) => "`latest` moves",
        None => "means `latest`, which moves",
    };
    let finding = RULE
        .finding(
            image.location.clone(),
            label,
            "the image changes with its next release",
        )
        .help("add the tag of a release, such as `:20240418.v1`");
    vec![finding]
}
