//! Problems of registries: connecting to them, and pushing to them.

use super::KnownFailure;

mod acr_tasks_not_permitted;
mod acr_unreachable;
mod docker_push_denied;
mod docker_push_failed;
mod registry_certificate_untrusted;
mod registry_unreachable;

/// Texts that show that an image is pushed, not pulled: those of Docker, of BuildKit, and of
/// podman, which asks for an upload location.
pub(super) const PUSH: &[&str] = &[
    "The push refers to",
    "docker push",
    "pushing manifest",
    "failed to push",
    "pushing layer",
    "initiating layer upload",
    "/blobs/uploads/",
];

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &registry_unreachable::PROBLEM,
    &acr_unreachable::PROBLEM,
    &acr_tasks_not_permitted::PROBLEM,
    &registry_certificate_untrusted::PROBLEM,
    &docker_push_denied::PROBLEM,
    &docker_push_failed::PROBLEM,
];
