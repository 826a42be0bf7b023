//! Problems of images that a build pulls.

use super::KnownFailure;

mod image_invalid_reference;
mod image_layer_limit;
mod image_no_matching_manifest;
mod image_not_found;
mod image_pull_backoff;
mod image_pull_forbidden;
mod image_pull_io_error;
mod image_pull_rate_limited;
mod image_pull_unauthorized;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &image_not_found::PROBLEM,
    &image_no_matching_manifest::PROBLEM,
    &image_pull_unauthorized::PROBLEM,
    &image_pull_forbidden::PROBLEM,
    &image_pull_rate_limited::PROBLEM,
    &image_pull_io_error::PROBLEM,
    &image_invalid_reference::PROBLEM,
    &image_layer_limit::PROBLEM,
    &image_pull_backoff::PROBLEM,
];
