//! Problems of Docker and of Dockerfiles.

use super::KnownFailure;

mod docker_copy_not_found;
mod docker_credential_helper_missing;
mod docker_daemon_unreachable;
mod dockerfile_needs_buildkit;
mod dockerfile_not_found;
mod dockerfile_parse_error;
mod dockerfile_unknown_instruction;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &docker_daemon_unreachable::PROBLEM,
    &docker_credential_helper_missing::PROBLEM,
    &dockerfile_unknown_instruction::PROBLEM,
    &dockerfile_parse_error::PROBLEM,
    &dockerfile_not_found::PROBLEM,
    &docker_copy_not_found::PROBLEM,
    &dockerfile_needs_buildkit::PROBLEM,
];
