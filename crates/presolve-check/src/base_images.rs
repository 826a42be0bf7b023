//! The base images of a file, as their registries know them (`--check-images`).

use futures::{StreamExt, stream};

use super::{Selection, Undecided, solving::Solved};
use crate::rules::{
    Finding,
    docker::{inaccessible_image, missing_image},
};
use presolve_registry::images::{Answer, ImageRegistries};
use presolve_spec::Spanned;
use presolve_target::Image;
use presolve_text::diagnostic::{Diagnostic, Level};

/// The number of concurrent requests for one file.
const AT_ONCE: usize = 8;

/// Asks the registries for the images of a file.
pub(crate) async fn find(
    images: &[Spanned<Image>],
    registries: &ImageRegistries,
    selection: &Selection,
) -> Solved {
    let mut found = Solved::default();
    // Other rules report a name that is not well-formed.
    let named = images.iter().filter(|image| image.value.is_well_formed());
    let asked = named.map(async |image| (image, registries.ask(&image.value).await));
    let mut answers = stream::iter(asked).buffered(AT_ONCE);
    let mut left_out = Vec::new();
    while let Some((image, answer)) = answers.next().await {
        match answer {
            Answer::Exists => {}
            Answer::NoTag => found.findings.push(without_tag(image)),
            Answer::NoRepository => found.findings.push(without_repository(image)),
            Answer::Denied => found.findings.push(denied(image)),
            Answer::Failed(reason) => found.undecided.push(Undecided {
                platform: None,
                diagnostics: vec![failed(image, &reason)],
            }),
            Answer::LeftOut(limit) => left_out.push((image, limit)),
        }
    }
    found.undecided.extend(too_many(&left_out));
    found.findings = selection.apply(found.findings);
    found
}

/// The note for a run that asks no registry.
pub(crate) fn offline() -> Diagnostic {
    let message = "images were not looked up in their registries: the run is offline";
    Diagnostic::new(Level::Note, "offline", message)
}

fn registry(image: &Image) -> &str {
    image.registry.as_deref().unwrap_or("Docker Hub")
}

fn without_tag(image: &Spanned<Image>) -> Finding {
    let (registry, repository) = (registry(&image.value), &image.value.repository);
    let message = match (&image.value.digest, &image.value.tag) {
        (Some(digest), _) => {
            format!("{registry} has `{repository}`, but not the digest `{digest}`")
        }
        (None, tag) => {
            let tag = tag.as_deref().unwrap_or("latest");
            format!("{registry} has `{repository}`, but not the tag `{tag}`")
        }
    };
    missing_image::RULE
        .finding(image.location.clone(), "not in the registry", message)
        .help("use a tag that the registry has")
}

fn without_repository(image: &Spanned<Image>) -> Finding {
    let (registry, repository) = (registry(&image.value), &image.value.repository);
    let message = format!("{registry} does not have `{repository}`");
    missing_image::RULE
        .finding(image.location.clone(), "not in the registry", message)
        .help("correct the name of the image")
}

fn denied(image: &Spanned<Image>) -> Finding {
    let (registry, repository) = (registry(&image.value), &image.value.repository);
    let message = format!("{registry} denies access to `{repository}` without credentials");
    inaccessible_image::RULE
        .finding(image.location.clone(), "private or missing", message)
        .help("check the name; if the image is private, silence this")
}

/// The error for the images of a file beyond the limits of the run.
fn too_many(left_out: &[(&Spanned<Image>, String)]) -> Option<Undecided> {
    let (first, limit) = left_out.first()?;
    let message = match left_out.len() {
        1 => format!("this image was not looked up: {limit}"),
        count => format!("{count} images were not looked up: {limit}"),
    };
    let diagnostic = Diagnostic::error("too-many-images", message)
        .at(first.location.clone(), "the first one")
        .help("check fewer files at once, or run without `--check-images`");
    Some(Undecided {
        platform: None,
        diagnostics: vec![diagnostic],
    })
}

fn failed(image: &Spanned<Image>, reason: &str) -> Diagnostic {
    let registry = registry(&image.value);
    let message = format!("cannot ask {registry} for the image: {reason}");
    Diagnostic::error("unreachable-registry", message)
        .at(image.location.clone(), "not looked up")
        .help("try again, or run without `--check-images`")
}
