//! The memory that glibc keeps for threads.
//!
//! glibc gives up to eight arenas to each core, and keeps in each what a thread has freed. A
//! check solves on a new thread whenever it needs one, so after hundreds of files the arenas
//! hold several times what is in use.

/// Limits the arenas to one for each core. A single solve is faster without the limit.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
pub(super) fn limit() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let arenas = libc::c_int::try_from(cores).unwrap_or(libc::c_int::MAX);
    // SAFETY: `mallopt` takes two integers, and glibc locks its parameters to change them. It
    // returns 0 for a value that it refuses, which leaves the default.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, arenas) };
}

/// Other allocators have no such arenas.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn limit() {}
