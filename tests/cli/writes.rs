//! The files of the user are never half written, whatever happens to the run.

use std::{
    collections::BTreeSet,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    process::Stdio,
};

use super::{Project, Run, environment};

#[cfg(target_os = "linux")]
mod tracer;

/// A file that is pinned in no time.
const DEPENDENCIES: [&str; 2] = ["python=3.10", "pip"];

/// What `pin` makes of it.
fn expected() -> String {
    let project = Project::of(&DEPENDENCIES);
    let pinned = project.pinned(&[]);
    assert_ne!(pinned, environment(&DEPENDENCIES));
    pinned
}

/// Every file of the folder but the cache and the home is one that was there before.
fn assert_nothing_left(project: &Project, what: &str) {
    let files = project.files();
    assert_eq!(files, ["environment.yml", "presolve.toml"], "{what}");
}

/// The run after a fault gives the right answer, and leaves nothing behind.
fn assert_recovers(project: &Project, expected: &str, what: &str) {
    let run = project.pin(&[]);
    assert_eq!(run.code, 0, "{what}: {run}");
    assert_eq!(project.read("environment.yml"), expected, "{what}");
    // A pinned file is not written, so a file of its own shows that the next write cleans up.
    let run = project.pin(&["-o", "other.yml"]);
    assert_eq!(run.code, 0, "{what}: {run}");
    std::fs::remove_file(project.path("other.yml")).expect("is there");
    assert_nothing_left(project, what);
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_killed_at_any_system_call_of_a_write_leaves_the_old_file_or_the_new_one() {
    let (old, new) = (environment(&DEPENDENCIES), expected());
    let project = Project::of(&DEPENDENCIES);
    let mut states = BTreeSet::new();
    for at in 0.. {
        project.write("environment.yml", &old);
        let mut command = project.command(&["pin"]);
        let fault = (at, tracer::Fault::Kill);
        let Some(traced) = tracer::run(&mut command, "/environment.yml", Some(fault)) else {
            return eprintln!("skipped: no process may trace another here");
        };
        let what = format!("killed at call {at} of {:?}", traced.calls);
        let text = project.read("environment.yml");
        assert!(text == old || text == new, "{what}: {text}");
        states.insert(text == new);
        if traced.code.is_some() {
            assert!(at > 10, "{what}: {}", traced.stderr);
            assert_eq!(traced.code, Some(0), "{}", traced.stderr);
            break;
        }
        // Each write cleans up, so that it is enough to look now and then.
        if at % 5 == 0 {
            assert_recovers(&project, &new, &what);
        }
    }
    // Both sides of the rename were tried.
    assert_eq!(states.len(), 2);
    assert_nothing_left(&project, "after all");
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_of_any_system_call_of_a_write_leaves_the_old_file_or_the_new_one() {
    if !tracer::FAILS_CALLS {
        return eprintln!("skipped: the registers of this machine are not known");
    }
    let (old, new) = (environment(&DEPENDENCIES), expected());
    let project = Project::of(&DEPENDENCIES);
    let run = |fault| {
        project.write("environment.yml", &old);
        tracer::run(&mut project.command(&["pin"]), "/environment.yml", fault)
    };
    let Some(whole) = run(None) else {
        return eprintln!("skipped: no process may trace another here");
    };
    assert_eq!(whole.code, Some(0), "{}", whole.stderr);
    let mut refused = BTreeSet::new();
    for (at, call) in whole.calls.iter().enumerate() {
        // Of pipes nothing is on the disk: they wake other threads.
        if call.is_of_pipe {
            continue;
        }
        let call = call.number;
        for error in errors_of(call) {
            let Some(traced) = run(Some((at, tracer::Fault::Error(*error)))) else {
                return;
            };
            let what = format!("error {error} at call {at} ({call}): {}", traced.stderr);
            let text = project.read("environment.yml");
            assert!(text == old || text == new, "{what}\n{text}");
            match traced.code {
                Some(0) => assert_eq!(text, new, "{what}"),
                Some(2) => {
                    let message = "error[unwritable-file]: cannot write `environment.yml`: ";
                    assert!(traced.stderr.contains(message), "{what}");
                    assert!(traced.stderr.contains("= help: "), "{what}");
                    let is_confirmed = !traced.stderr.contains("did not confirm");
                    assert_eq!(text == old, is_confirmed, "{what}");
                    refused.insert(call);
                }
                code => panic!("exit code {code:?}: {what}"),
            }
            if call != libc::SYS_unlinkat && call != libc::SYS_unlink {
                assert_nothing_left(&project, &what);
            }
        }
    }
    for call in [libc::SYS_openat, libc::SYS_write, libc::SYS_fsync] {
        assert!(refused.contains(&call), "{call} was not tried: {refused:?}");
    }
    assert_recovers(&project, &new, "after all");
}

/// What a call can fail with on a broken or full disk; none for those that do not touch it.
#[cfg(target_os = "linux")]
fn errors_of(call: libc::c_long) -> &'static [libc::c_int] {
    match call {
        libc::SYS_write | libc::SYS_fsync | libc::SYS_openat => {
            &[libc::ENOSPC, libc::EIO, libc::EDQUOT]
        }
        libc::SYS_renameat | libc::SYS_renameat2 => &[libc::ENOSPC, libc::EIO],
        libc::SYS_fchmod
        | libc::SYS_fchown
        | libc::SYS_flock
        | libc::SYS_statx
        | libc::SYS_newfstatat
        | libc::SYS_getdents64
        | libc::SYS_unlinkat
        | libc::SYS_fsetxattr
        | libc::SYS_fremovexattr
        | libc::SYS_llistxattr
        | libc::SYS_lgetxattr => &[libc::EIO],
        // On other machines than x86-64 there are no such calls.
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rename | libc::SYS_unlink | libc::SYS_chmod | libc::SYS_open => &[libc::EIO],
        _ => &[],
    }
}

#[test]
fn a_full_disk_is_reported() {
    let project = Project::of(&DEPENDENCIES);
    if !std::path::Path::new("/dev/full").exists() {
        return eprintln!("skipped: there is no /dev/full");
    }
    let run = project.pin(&["-o", "/dev/full"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr
            .contains("cannot write `/dev/full`: No space left"),
        "{run}"
    );
    assert!(run.stderr.contains("help: free some space"), "{run}");
    assert_nothing_left(&project, "full disk");
}

#[test]
fn runs_at_once_on_one_file_and_one_cache_all_give_the_answer() {
    let (old, new) = (environment(&DEPENDENCIES), expected());
    let project = Project::of(&DEPENDENCIES);
    for _ in 0..3 {
        project.write("environment.yml", &old);
        let start = |_| {
            let mut command = project.command(&["pin"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("it starts")
        };
        let children: Vec<_> = (0..4).map(start).collect();
        for child in children {
            let run: Run = child.wait_with_output().expect("it ends").into();
            assert_eq!(run.code, 0, "{run}");
        }
        assert_eq!(project.read("environment.yml"), new);
        assert_nothing_left(&project, "at once");
    }
}

fn mode(project: &Project, name: &str) -> u32 {
    let metadata = std::fs::metadata(project.path(name)).expect("is there");
    metadata.mode() & 0o7777
}

fn set_mode(project: &Project, name: &str, mode: u32) {
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(project.path(name), permissions).expect("chmod");
}

#[test]
fn a_read_only_file_is_refused_without_force() {
    let project = Project::of(&DEPENDENCIES);
    let old = project.read("environment.yml");
    set_mode(&project, "environment.yml", 0o444);
    let run = project.pin(&[]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr
            .contains("cannot write `environment.yml`: it is read-only"),
        "{run}"
    );
    assert!(run.stderr.contains("--force"), "{run}");
    assert_eq!(project.read("environment.yml"), old);
    assert_eq!(project.pin(&["--force"]).code, 0);
    assert_ne!(project.read("environment.yml"), old);
    assert_eq!(mode(&project, "environment.yml"), 0o444);
}

#[test]
fn a_file_with_several_hard_links_is_refused_without_force() {
    let project = Project::of(&["python=3.10"]);
    let old = "channels: [conda-forge, nodefaults]\ndependencies:\n- python=3.10\n- python=3.10\n";
    project.write("environment.yml", old);
    std::fs::hard_link(project.path("environment.yml"), project.path("twin.yml")).expect("links");
    let fix = ["check", "--no-solve", "--fix", "environment.yml"];
    for arguments in [&["pin"][..], &fix] {
        let run = project.run(arguments);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.to_string().contains("it has 2 hard links"), "{run}");
        assert_eq!(project.read("environment.yml"), old);
        assert_eq!(project.read("twin.yml"), old);
    }
    let run = project.pin(&["--force"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(project.read("twin.yml"), old);
    assert!(project.read("environment.yml").contains("presolve: pinned"));
}

#[test]
fn owner_mode_and_attributes_of_a_pinned_file_stay() {
    let project = Project::of(&DEPENDENCIES);
    let path = project.path("environment.yml");
    let is_root = std::os::unix::fs::chown(&path, Some(65534), Some(65533)).is_ok();
    set_mode(&project, "environment.yml", 0o664);
    let has_attributes = xattr::set(&path, "user.origin", b"here").is_ok();
    let before = std::fs::metadata(&path).expect("is there");
    project.pinned(&[]);
    let after = std::fs::metadata(&path).expect("is there");
    assert_eq!(mode(&project, "environment.yml"), 0o664);
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
    assert_ne!(after.ino(), before.ino(), "it was replaced");
    if has_attributes {
        let value = xattr::get(&path, "user.origin").expect("reads");
        assert_eq!(value.as_deref(), Some(&b"here"[..]));
    }
    eprintln!("given away: {is_root}, attributes: {has_attributes}");
}

#[test]
fn a_link_within_the_repository_stays_a_link() {
    let project = Project::of(&DEPENDENCIES);
    project.write("real/environment.yml", environment(&DEPENDENCIES));
    std::fs::remove_file(project.path("environment.yml")).expect("is there");
    symlink("real/environment.yml", project.path("environment.yml")).expect("links");
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    let pinned = project.pinned(&[]);
    assert!(project.path("environment.yml").is_symlink());
    assert_eq!(project.read("real/environment.yml"), pinned);
    assert!(pinned.contains("presolve: pinned"));
}
