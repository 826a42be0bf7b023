use crate::rules::{BaseImage, Finder, Finding, Rule, Safety, TextFix};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "malformed-image-tag",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.on_image(find)),
    text: include_str!("malformed_image_tag.md"),
};

fn find(base: &BaseImage) -> Vec<Finding> {
    let image = &base.image;
    let tag = image.value.azure_name().and(image.value.tag.as_deref());
    let Some((day, number)) = tag.and_then(|tag| tag.split_once('.')) else {
        return Vec::new();
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if day.len() != 8 || !is_number(day) || !is_number(number) {
        return Vec::new();
    }
    let (wrong, right) = (format!(":{day}.{number}"), format!(":{day}.v{number}"));
    let mended = image.location.text().replace(&wrong, &right);
    let title = format!("write the tag `{}`", &right[1..]);
    let fix = TextFix::replace(title, Safety::Safe, &image.location, mended);
    // The tag may come from a variable, so it may be somewhere else.
    let is_here = image.location.text().contains(&wrong);
    let finding = RULE
        .finding(
            image.location.clone(),
            "there is no such tag",
            "the tag has no `v` before its number",
        )
        .note("the tags of Azure ML's images are like `20240909.v1`")
        .help(format!("write `{}`", &right[1..]))
        .fix(is_here.then_some(fix));
    vec![finding]
}
