use crate::rules::{BaseImage, Finder, Finding, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "deprecated-image",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.on_image(find)),
    text: include_str!("deprecated_image.md"),
};

/// Images below `azureml/` in the list of the troubleshooting article. The names of
/// the other images in that list contain an unsupported Ubuntu version.
const LISTED: [&str; 4] = ["base", "base-gpu", "base-lite", "o16n-base/python-slim"];

fn find(base: &BaseImage) -> Vec<Finding> {
    let image = &base.image;
    let is_listed = image
        .value
        .azure_name()
        .is_some_and(|name| LISTED.contains(&name));
    let over = image
        .value
        .ubuntu()
        .filter(|ubuntu| ubuntu.end_of_life < base.today);
    let (label, note) = match (over, is_listed) {
        (Some(ubuntu), _) => (
            format!("Ubuntu {}", ubuntu.release),
            format!(
                "Ubuntu {} has had no standard support since {}",
                ubuntu.release, ubuntu.end_of_life
            ),
        ),
        (None, true) => (
            "deprecated".to_owned(),
            "Azure ML lists it as deprecated".to_owned(),
        ),
        (None, false) => return Vec::new(),
    };
    let finding = RULE
        .finding(
            image.location.clone(),
            label,
            "the base image is out of support",
        )
        .note(note)
        .help("use a supported image, such as `mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04`");
    vec![finding]
}
