//! The solver that the conda of an image uses.

use presolve_spec::Spanned;
use presolve_target::Image;
use presolve_text::diagnostic::{Diagnostic, Level};

/// The notice that says whether the prediction for conda's classic solver applies to builds
/// on this image.
pub fn notice(image: &Spanned<Image>) -> Diagnostic {
    let provides = image.value.describe_conda();
    let (message, note) = match (image.value.has_classic_solver(), image.value.azure_name()) {
        (Some(true), _) => (
            format!("the image has {provides}, which solves with the classic solver"),
            "the prediction for the classic solver applies to this build",
        ),
        (Some(false), _) => (
            format!("the image has {provides}, which solves with libmamba"),
            "the prediction for the classic solver applies to older images",
        ),
        (None, Some(_)) => (
            "the tag of the image has no date, so presolve assumes a recent image, whose conda solves with libmamba".to_owned(),
            "the prediction for the classic solver applies to images from before October 2023",
        ),
        (None, None) => (
            "the conda version of the image is unknown, as it is not an Azure ML image".to_owned(),
            "the prediction for the classic solver applies to conda before 23.10",
        ),
    };
    Diagnostic::new(Level::Note, "image-solver", message)
        .at(image.location.clone(), "")
        .note(note)
}
