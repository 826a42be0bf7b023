//! Caches that something broke: damaged files, killed runs, runs beside each other, and
//! folders that cannot be written.

use std::{
    fmt::Write,
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{
    cell::{answer, next_run, pins, write_for_pin},
    expect::Seen,
    limits::{Ended, Folder, files, size},
    server::Servers,
    site::{self, Channel, Form, Page, RIGHT, Wheel},
};

const FORMS: [Form; 3] = [
    Form {
        channel: Channel::Json,
        page: Page::Json,
        wheel: Wheel::Metadata,
    },
    Form {
        channel: Channel::Zst,
        page: Page::Html,
        wheel: Wheel::Ranges,
    },
    Form {
        channel: Channel::Shards,
        page: Page::Json,
        wheel: Wheel::Whole,
    },
];

fn healthy(form: Form) -> Servers {
    let mut servers = Servers::bind();
    let site = site::site(form, &servers.addresses);
    servers.start(site, None, &[]);
    servers
}

fn pin(folder: &Folder) -> (Seen, Ended) {
    let ended = folder.run(folder.command(&["pin", "--allow-outside"]));
    let seen = Seen::of(&ended, Some(&folder.read("environment.yml")));
    (seen, ended)
}

/// Calls `work` for all items, several at a time, and gives what it complains of.
fn complaints_of<T: Send>(items: Vec<T>, work: impl Fn(T) -> Option<String> + Sync) -> Vec<String> {
    let (items, complaints) = (Mutex::new(items.into_iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let item = items.lock().expect("whole").next();
                    let Some(item) = item else { return };
                    if let Some(complaint) = work(item) {
                        complaints.lock().expect("whole").push(complaint);
                    }
                }
            });
        }
    });
    let mut complaints = complaints.into_inner().expect("whole");
    complaints.sort();
    complaints
}

fn assert_none(complaints: &[String], of: usize) {
    let text = complaints.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    });
    assert!(
        complaints.is_empty(),
        "{} of {of}:\n{text}",
        complaints.len()
    );
}

/// What can happen to a file of the cache.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// As after a power loss.
    Emptied,
    Halved,
    /// As after a power loss, too: the length is right.
    Zeroed,
    Garbage,
    /// One bit in the middle.
    Flipped,
    Longer,
    /// What another version of presolve could have written.
    Foreign,
    /// A folder has its name.
    Folder,
    Removed,
}

const DAMAGES: [Damage; 9] = [
    Damage::Emptied,
    Damage::Zeroed,
    Damage::Longer,
    Damage::Halved,
    Damage::Garbage,
    Damage::Flipped,
    Damage::Foreign,
    Damage::Folder,
    Damage::Removed,
];

impl Damage {
    /// Damages a file, which keeps its time of change.
    fn apply(self, path: &Path) {
        let time = std::fs::metadata(path).and_then(|data| data.modified());
        let mut bytes = std::fs::read(path).expect("readable");
        let middle = bytes.len() / 2;
        match self {
            Damage::Emptied => bytes.clear(),
            Damage::Halved => bytes.truncate(middle),
            Damage::Zeroed => bytes.fill(0),
            Damage::Garbage => {
                // Numbers of a linear congruential generator, the same in every run.
                let mut number: u32 = 1;
                for byte in &mut bytes {
                    number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *byte = number.to_be_bytes()[0];
                }
            }
            Damage::Flipped => {
                if let Some(byte) = bytes.get_mut(middle) {
                    *byte ^= 1;
                }
            }
            Damage::Longer => bytes.extend_from_slice(b"\0 more"),
            Damage::Foreign => bytes = br#"{"version": 999, "entries": []}"#.to_vec(),
            Damage::Folder | Damage::Removed => {
                std::fs::remove_file(path).expect("removable");
                if matches!(self, Damage::Folder) {
                    std::fs::create_dir(path).expect("a folder");
                }
                return;
            }
        }
        std::fs::write(path, bytes).expect("writable");
        set_time(path, time.expect("a time"));
    }
}

fn set_time(path: &Path, time: std::time::SystemTime) {
    let file = File::options().append(true).open(path).expect("a file");
    file.set_modified(time).expect("a time");
}

/// Copies a folder; the files keep their times of change, which caches go by.
fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let path = to.join(file.strip_prefix(from).expect("below"));
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::copy(&file, &path).expect("copied");
        let time = std::fs::metadata(&file).and_then(|data| data.modified());
        set_time(&path, time.expect("a time"));
    }
}

/// The names of cached files are hashes, so a complaint shows the start of them.
fn label(path: &Path) -> String {
    let name = path.display().to_string();
    match path.file_name().map(|name| name.len() > 40) {
        Some(true) => name.chars().take(60).collect::<String>() + "…",
        _ => name,
    }
}

#[test]
fn a_damaged_file_of_the_cache_is_fetched_again() {
    let (mut all, mut count) = (Vec::new(), 0);
    for fresh in [true, false] {
        for form in FORMS {
            let servers = healthy(form);
            servers.make_fresh(fresh);
            let first = Folder::new();
            write_for_pin(&first, &servers.addresses);
            let (seen, ended) = pin(&first);
            assert_eq!(seen, Seen::Right, "{ended:?}");
            let pristine = first.path("cache");
            let cached = files(&pristine);
            assert!(cached.len() >= 5, "{cached:?}");
            let cases = cached.iter().flat_map(|path| {
                let path = path.strip_prefix(&pristine).expect("below").to_owned();
                // What is asked after anyway needs fewer cases.
                let damages = if fresh { &DAMAGES[..] } else { &DAMAGES[3..6] };
                damages.iter().map(move |damage| (path.clone(), *damage))
            });
            let cases: Vec<(PathBuf, Damage)> = cases.collect();
            count += cases.len();
            let complaints = complaints_of(cases, |(path, damage)| {
                let folder = Folder::new();
                write_for_pin(&folder, &servers.addresses);
                copy(&pristine, &folder.path("cache"));
                damage.apply(&folder.path("cache").join(&path));
                let (seen, ended) = pin(&folder);
                let line = ended.stderr.lines().next().unwrap_or_default();
                let name = label(&path);
                let is_named = matches!(damage, Damage::Folder)
                    && answers_or_names_the_cache(seen, &ended.stderr);
                if is_named {
                    return None;
                }
                if seen != Seen::Right {
                    return Some(format!("{name} {damage:?}: {seen}: `{line}`"));
                }
                // What was wrong must not stand there for ever.
                write_for_pin(&folder, &servers.addresses);
                next_run(&folder).map(|text| format!("{name} {damage:?}: {text}"))
            });
            let complaints = complaints.into_iter();
            all.extend(
                complaints.map(|text| format!("{:?}, fresh: {fresh}: {text}", form.channel)),
            );
        }
    }
    assert_none(&all, count);
}

#[test]
fn a_killed_run_leaves_a_cache_that_the_next_one_can_use() {
    const KILLS: u32 = 20;
    for form in FORMS {
        let servers = healthy(form);
        servers.slow_down(Duration::from_millis(10));
        let folder = Folder::new();
        write_for_pin(&folder, &servers.addresses);
        let start = Instant::now();
        let (seen, ended) = pin(&folder);
        assert_eq!(seen, Seen::Right, "{ended:?}");
        let time = start.elapsed();
        let moments: Vec<u32> = (0..KILLS).collect();
        let complaints = complaints_of(moments, |moment| {
            let folder = Folder::new();
            write_for_pin(&folder, &servers.addresses);
            let before = folder.read("environment.yml");
            let mut child = folder.spawn(folder.command(&["pin", "--allow-outside"]), "killed");
            std::thread::sleep(time * moment / KILLS);
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            let after = folder.read("environment.yml");
            if after != before && answer(&after) != Some(Seen::Right) {
                return Some(format!("killed at {moment}/{KILLS}: half a file"));
            }
            write_for_pin(&folder, &servers.addresses);
            next_run(&folder).map(|text| format!("killed at {moment}/{KILLS}: {text}"))
        });
        assert_none(&complaints, KILLS as usize);
    }
}

#[test]
fn runs_beside_each_other_share_a_cold_cache() {
    for form in FORMS {
        let servers = healthy(form);
        servers.slow_down(Duration::from_millis(5));
        for _ in 0..3 {
            let cache = tempfile::tempdir().expect("a folder");
            let folders = [(); 4].map(|()| Folder::new());
            for folder in &folders {
                write_for_pin(folder, &servers.addresses);
                use_cache(folder, &cache.path().display().to_string());
            }
            let folders: Vec<&Folder> = folders.iter().collect();
            let complaints = complaints_of(folders, |folder| {
                let (seen, ended) = pin(folder);
                (seen != Seen::Right).then(|| format!("{seen}: {}", ended.stderr))
            });
            assert_none(&complaints, 4);
        }
    }
}

fn use_cache(folder: &Folder, path: &str) {
    let settings = String::from_utf8(folder.read("presolve.toml")).expect("UTF-8");
    let settings = settings.replace("cache-dir = 'cache'", &format!("cache-dir = '{path}'"));
    folder.write("presolve.toml", settings);
}

/// Without a cache presolve may answer all the same, or say that the cache is at fault.
fn answers_or_names_the_cache(seen: Seen, stderr: &str) -> bool {
    match seen {
        Seen::Right => true,
        Seen::Code(3) => stderr
            .lines()
            .any(|line| line.starts_with("error") && line.contains("cache")),
        _ => false,
    }
}

#[test]
fn a_cache_folder_that_cannot_be_made_is_named() {
    let complaints = complaints_of(FORMS.to_vec(), |form| {
        let servers = healthy(form);
        let folder = Folder::new();
        write_for_pin(&folder, &servers.addresses);
        folder.write("occupied", "a file, not a folder");
        use_cache(&folder, "occupied/cache");
        let (seen, ended) = pin(&folder);
        let holds = answers_or_names_the_cache(seen, &ended.stderr);
        (!holds).then(|| format!("{:?}: {seen}: {}", form.channel, ended.stderr))
    });
    assert_none(&complaints, FORMS.len());
}

#[test]
fn a_cache_folder_that_is_read_only_is_named() {
    let complaints = complaints_of(FORMS.to_vec(), |form| {
        let servers = healthy(form);
        let folder = Folder::new();
        write_for_pin(&folder, &servers.addresses);
        let cache = folder.path("cache");
        std::fs::create_dir(&cache).expect("a folder");
        let mut permissions = std::fs::metadata(&cache).expect("there").permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&cache, permissions).expect("set");
        if std::fs::write(cache.join("probe"), "").is_ok() {
            eprintln!("skipped: this user can write everywhere");
            return None;
        }
        let (seen, ended) = pin(&folder);
        let holds = answers_or_names_the_cache(seen, &ended.stderr);
        (!holds).then(|| format!("{:?}: {seen}: {}", form.channel, ended.stderr))
    });
    assert_none(&complaints, FORMS.len());
}

#[test]
fn an_offline_check_with_an_empty_cache_writes_every_format() {
    let formats = ["human", "json", "sarif", "junit", "github", "azure"];
    let complaints = complaints_of(formats.to_vec(), |format| {
        let servers = healthy(FORMS[2]);
        let folder = Folder::new();
        write_for_pin(&folder, &servers.addresses);
        folder.write("b/environment.yml", folder.read("environment.yml"));
        // The matrix has the faults of a mapping that the user names.
        let settings = String::from_utf8(folder.read("presolve.toml")).expect("UTF-8");
        let kept = settings.lines().filter(|line| !line.starts_with("mapping"));
        folder.write("presolve.toml", kept.collect::<Vec<_>>().join("\n"));
        let ended = folder.run(folder.command(&["check", ".", "--offline", "--format", format]));
        let is_readable = match format {
            "json" | "sarif" => serde_json::from_str::<serde_json::Value>(&ended.stdout).is_ok(),
            "junit" => ended.stdout.contains("<testsuites"),
            _ => true,
        };
        let is_hidden = ended.stderr.contains("coalesced") || ended.stderr.contains("panicked");
        // The file has findings that need no network.
        let holds = matches!(ended.code, Some(0 | 1 | 3)) && is_readable && !is_hidden;
        (!holds).then(|| format!("{format}: {:?}: {}", ended.code, ended.stderr))
    });
    assert_none(&complaints, formats.len());
}

/// A limit on the size of files stands for a full disk: both let a write fail in the
/// middle.
#[test]
fn a_full_disk_is_named_and_spoils_nothing() {
    let cases: Vec<(Form, u32)> = FORMS
        .into_iter()
        .flat_map(|form| [0, 1, 2].map(|blocks| (form, blocks)))
        .collect();
    let count = cases.len();
    let complaints = complaints_of(cases, |(form, blocks)| {
        let servers = healthy(form);
        let folder = Folder::new();
        write_for_pin(&folder, &servers.addresses);
        let mut command = std::process::Command::new("/bin/sh");
        // Who ignores the signal gets an error from `write` (setrlimit(2)).
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        command
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_presolve")])
            .args(["pin", "--diff"])
            .current_dir(folder.path(""))
            .env_clear()
            .env("HOME", folder.path("home"))
            .env("CONDA_OVERRIDE_CUDA", "")
            .stdin(Stdio::null());
        let output = command.output().expect("it starts");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let diff = String::from_utf8_lossy(&output.stdout).into_owned();
        let holds = match output.status.code() {
            // The file would change.
            Some(1) => RIGHT.iter().all(|pin| diff.contains(pin)),
            Some(3) => stderr
                .lines()
                .any(|line| line.starts_with("error") && line.contains("cache")),
            _ => false,
        };
        let name = format!("{:?}, {blocks} blocks", form.channel);
        if !holds || stderr.contains("panicked") {
            return Some(format!("{name}: {:?}: {stderr}", output.status.code()));
        }
        let left = size(&folder.path("cache"));
        if left > 1 << 20 {
            return Some(format!("{name}: leaves {left} bytes"));
        }
        next_run(&folder).map(|text| format!("{name}: {text}"))
    });
    assert_none(&complaints, count);
}

#[test]
fn the_right_answer_is_told_from_others() {
    let text =
        "channels:\n  - http://host/a=b\ndependencies:\n  - alpha=2.0=0  # presolve: alpha\n";
    assert_eq!(pins(text.as_bytes()), ["alpha=2.0=0", "http://host/a=b"]);
    assert_eq!(answer(text.as_bytes()), None);
}
