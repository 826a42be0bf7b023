//! presolve in a folder of its own, with limits on time and memory.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A run that has not ended by then is killed.
const KILLED_AFTER: Duration = Duration::from_secs(60);
/// The address space of a run in KiB. It is there to save the machine; what counts is
/// the memory in use, which is measured.
const ADDRESS_SPACE: u64 = 6 << 20;
/// A run's folder may not hold more than this at any time; it is killed then.
const FOLDER_LIMIT: u64 = 8 << 30;

/// A folder with an environment file, settings and a cache.
pub(super) struct Folder(TempDir);

/// How a run ended, and what it took.
#[derive(Debug)]
pub(super) struct Ended {
    /// None if a signal ended it.
    pub code: Option<i32>,
    /// Whether it ran into [`KILLED_AFTER`] or [`FOLDER_LIMIT`].
    pub was_killed: bool,
    pub stdout: String,
    pub stderr: String,
    pub time: Duration,
    /// The most memory in bytes that it had in use; 0 where that cannot be measured.
    pub memory: u64,
    /// The most bytes that lay in its folder.
    pub disk: u64,
}

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("writable");
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_default()
    }

    /// presolve with an empty environment and home.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(format!("ulimit -v {ADDRESS_SPACE} || true; exec \"$@\""))
            .args(["sh", env!("CARGO_BIN_EXE_presolve")])
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("CONDA_OVERRIDE_CUDA", "")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null());
        command
    }

    /// Starts a command; its output goes into files named after `name`.
    pub(super) fn spawn(&self, mut command: Command, name: &str) -> Child {
        let file = |end: &str| File::create(self.path(&format!("{name}.{end}"))).expect("a file");
        command.stdout(file("stdout")).stderr(file("stderr"));
        command.spawn().expect("it starts")
    }

    /// Runs a command to its end, or kills it.
    pub(super) fn run(&self, command: Command) -> Ended {
        let start = Instant::now();
        let mut child = self.spawn(command, "run");
        let (mut memory, mut disk, mut was_killed) = (0, 0, false);
        let mut next = start;
        let status = loop {
            memory = memory.max(memory_of(child.id()));
            if Instant::now() >= next {
                disk = disk.max(size(self.0.path()));
                next = Instant::now() + Duration::from_millis(200);
            }
            if let Some(status) = child.try_wait().expect("it can be waited for") {
                break status;
            }
            if start.elapsed() > KILLED_AFTER || disk > FOLDER_LIMIT {
                was_killed = true;
                child.kill().expect("it can be killed");
                break child.wait().expect("it ends");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let text = |end: &str| {
            let bytes = self.read(&format!("run.{end}"));
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ended {
            code: status.code(),
            was_killed,
            stdout: text("stdout"),
            stderr: text("stderr"),
            time: start.elapsed(),
            memory,
            disk,
        }
    }
}

/// The most memory that a process has had in use (`proc_pid_status(5)`).
fn memory_of(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// The bytes of all files below a path.
pub(super) fn size(path: &Path) -> u64 {
    files(path)
        .iter()
        .filter_map(|file| file.metadata().ok())
        .map(|data| data.len())
        .sum()
}

/// All files below a path, in order.
pub(super) fn files(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&path)),
            Ok(kind) if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}
