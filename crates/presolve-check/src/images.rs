//! Findings that apply to several images of a conda file.

use crate::rules::Finding;
use presolve_target::ImageTarget;

/// Merges the findings for all images. A finding that all images share becomes one; the others
/// name their images.
pub(crate) fn folded(found: Vec<(Option<ImageTarget>, Vec<Finding>)>) -> Vec<Finding> {
    let all = found.len();
    let mut folded: Vec<(Finding, Vec<String>)> = Vec::new();
    for (image, findings) in found {
        let image = name(image.as_ref());
        for finding in findings {
            let mut known = folded.iter_mut();
            match known.find(|(known, _)| is_same(known, &finding)) {
                Some((_, images)) if !images.contains(&image) => images.push(image.clone()),
                _ => folded.push((finding, vec![image.clone()])),
            }
        }
    }
    let named = folded.into_iter().map(|(mut finding, images)| {
        if images.len() < all {
            let note = format!("for an environment on {} only", images.join(", "));
            finding.diagnostic.notes.push(note);
        }
        finding
    });
    named.collect()
}

fn name(image: Option<&ImageTarget>) -> String {
    let image = image.and_then(|target| target.image.as_ref());
    image.map_or_else(
        || "an unknown image".to_owned(),
        |image| format!("`{image}`"),
    )
}

/// Whether two findings are the same except for the image. Chains and fixes may differ; those of
/// the first one are kept.
fn is_same(known: &Finding, other: &Finding) -> bool {
    let places = |finding: &Finding| {
        let labels = finding.diagnostic.labels.iter();
        let places = labels.map(|label| label.location.clone());
        places.collect::<Vec<_>>()
    };
    known.rule == other.rule
        && known.diagnostic.message == other.diagnostic.message
        && places(known) == places(other)
}
