//! Which solver the conda of an image builds with.

use presolve_spec::Spanned;
use presolve_target::Image;
use presolve_text::diagnostic::{Diagnostic, Level};

/// What an image says of the prediction for conda's classic solver: whether it is about
/// the build on this image.
pub fn notice(image: &Spanned<Image>) -> Diagnostic {
    let known = image.value.miniconda();
    let brings = known.map_or("conda".to_owned(), |miniconda| miniconda.to_string());
    let (message, note) = match (image.value.has_classic_solver(), image.value.azure_name()) {
        (Some(true), _) => (
            format!("the image has {brings}, which solves with the classic solver"),
            "what is predicted of that solver is about this build",
        ),
        (Some(false), _) => (
            format!("the image has {brings}, which solves with libmamba"),
            "what is predicted of the classic solver is about older images",
        ),
        (None, Some(_)) => (
            "the image is taken for a new one, whose conda solves with libmamba, as its tag names no day".to_owned(),
            "what is predicted of the classic solver is about images from before October 2023",
        ),
        (None, None) => (
            "which conda the image has is not known, as it is none of Azure ML's".to_owned(),
            "what is predicted of the classic solver is about a conda before 23.10",
        ),
    };
    Diagnostic::new(Level::Note, "image-solver", message)
        .at(image.location.clone(), "")
        .note(note)
}
