//! One cell of the matrix: a run against broken servers, and one after they are well.

use std::time::Duration;

use super::{
    expect::{Expect, Seen},
    fault::Fault,
    limits::{Ended, Folder, size},
    server::{Armed, Servers},
    site::{self, Addresses, Form, HOSTS, Host, OLDER, RIGHT, Site},
};

/// Even where presolve waits and retries, it ends by then.
const TIME: Duration = Duration::from_secs(30);
/// The memory that a run may use.
const MEMORY: u64 = 1 << 30;
/// The same where the uncompressed repodata of two subdirs has no end: each is read up to a
/// limit, at the same time.
const MEMORY_OF_SUBDIRS: u64 = 2 << 30;
/// What a run may leave behind; the healthy files have some kilobytes.
const LEFT_BEHIND: u64 = 64 << 20;
/// What a run may have on the disk while it works.
const DISK: u64 = 3 << 30;

/// The command that is run against the broken servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// `pin`.
    Pin,
    /// `check --format json` of two files, of which `b/environment.yml` needs what is broken.
    Check,
    /// The same of two files that both need it.
    CheckBoth,
    /// `explain`.
    Explain,
}

/// A change of a healthy site.
pub(super) type Edit = fn(&mut Site, Form, &Addresses);

/// How the servers are broken.
#[derive(Clone, Copy)]
pub(super) struct Setup {
    pub form: Form,
    pub edit: Option<Edit>,
    pub armed: Option<Armed>,
    /// Whether responses are fresh for an hour; else they are to be revalidated.
    pub fresh: bool,
    /// Whether a run with healthy servers filled the cache before.
    pub warm: bool,
    pub command: Command,
}

/// A cell with what is expected of it.
#[derive(Clone)]
pub(super) struct Cell {
    pub name: String,
    pub setup: Setup,
    pub expect: Expect,
    /// One of these stands in the first line of an error.
    pub subjects: Vec<&'static str>,
}

/// What happened.
pub(super) struct Outcome {
    pub seen: Seen,
    /// What is wrong with it; nothing if the cell holds.
    pub complaints: Vec<String>,
    pub ended: Ended,
}

impl Cell {
    pub(super) fn run(&self) -> Outcome {
        let mut servers = Servers::bind();
        let healthy = site::site(self.setup.form, &servers.addresses);
        let mut broken = healthy.clone();
        if let Some(edit) = self.setup.edit {
            edit(&mut broken, self.setup.form, &servers.addresses);
        }
        let broken_at = self.addresses(&servers.addresses, &mut broken);
        let refused = self.hosts_with(Fault::Refused);
        servers.make_fresh(self.setup.fresh);
        let folder = Folder::new();
        if self.setup.warm {
            servers.start(healthy.clone(), None, &[]);
            write_files(&folder, &servers.addresses, Command::Pin);
            folder.run(folder.command(&["pin"]));
        }
        servers.start(broken, self.setup.armed, &refused);
        write_files(&folder, &broken_at, self.setup.command);
        let before = folder.read("environment.yml");
        let ended = folder.run(self.command(&folder));
        let after = folder.read("environment.yml");
        let pinned = (self.setup.command == Command::Pin).then_some(&after[..]);
        let seen = Seen::of(&ended, pinned);
        let mut complaints = self.complaints(&ended, seen, &servers.addresses);
        if after != before && (ended.code != Some(0) || self.setup.command != Command::Pin) {
            complaints.push("the file was changed".to_owned());
        }
        complaints.extend(left_behind(&folder));

        servers.start(healthy, None, &[]);
        write_files(&folder, &servers.addresses, self.setup.command);
        complaints.extend(next_run(&folder));
        Outcome {
            seen,
            complaints,
            ended,
        }
    }

    fn hosts_with(&self, fault: Fault) -> Vec<Host> {
        let Some(armed) = self.setup.armed.filter(|armed| armed.fault == fault) else {
            return Vec::new();
        };
        // The targets of these faults are whole hosts; any path of theirs will do.
        let probes = [
            "/chan/linux-64/repodata.json",
            "/chan/linux-64/repodata.json.zst",
            "/chan/linux-64/repodata_shards.msgpack.zst",
            "/shards/linux-64/0.msgpack.zst",
            site::PAGE,
            "/files/tomlish-1.2.0-py3-none-any.whl",
            "/files/tomlish-1.2.0-py3-none-any.whl.metadata",
            "/mapping.json",
        ];
        let is_target = |host: &Host| probes.iter().any(|path| (armed.is_target)(*host, path));
        HOSTS.into_iter().filter(is_target).collect()
    }

    /// The addresses that the user's files name. A host that is unknown has another name,
    /// also within the site.
    fn addresses(&self, at: &Addresses, broken: &mut Site) -> Addresses {
        let mut named = at.clone();
        for host in self.hosts_with(Fault::UnknownHost) {
            named.0[host as usize] = format!("http://no-such-host-{}.invalid", host as usize);
        }
        if named.0 != at.0 {
            *broken = site::site(self.setup.form, &named);
        }
        named
    }

    fn command(&self, folder: &Folder) -> std::process::Command {
        let arguments: &[&str] = match self.setup.command {
            Command::Pin => &["pin"],
            Command::Explain => &["explain"],
            Command::Check | Command::CheckBoth => &[
                "check",
                "a",
                "b",
                "--format=json",
                "--select=unsolvable,unknown-package,unknown-project,incompatible-python,\
                 unknown-channel,vulnerable-release",
            ],
        };
        let mut command = folder.command(arguments);
        let fault = self.setup.armed.map(|armed| armed.fault);
        if fault.is_some_and(Fault::waits) {
            command.env("PRESOLVE_HTTP_TIMEOUT", "2s");
        }
        if fault == Some(Fault::Drip) {
            command.arg("--timeout=10s");
        }
        command
    }

    fn complaints(&self, ended: &Ended, seen: Seen, at: &Addresses) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut complain = |text: String| complaints.push(text);
        if !self.expect.allows(seen) {
            complain(format!("{seen}, not {}", self.expect));
        }
        let notes = ended.stderr.contains("alpha-3.0");
        if self.expect.with_note && seen == Seen::Right && !notes {
            complain("says nothing of the record".to_owned());
        }
        if ended.time > TIME && !ended.was_killed {
            complain(format!("took {} s", ended.time.as_secs()));
        }
        let fault = self.setup.armed.map(|armed| armed.fault);
        let memory = match fault {
            Some(Fault::Endless) if self.name.ends_with("`repodata.json`") => MEMORY_OF_SUBDIRS,
            _ => MEMORY,
        };
        if ended.memory > memory {
            complain(format!("took {} MiB of memory", ended.memory >> 20));
        }
        if ended.disk > DISK {
            complain(format!("took {} MiB of disk", ended.disk >> 20));
        }
        if (ended.stdout.clone() + &ended.stderr).contains("root:x:") {
            complain("shows a file of this machine".to_owned());
        }
        // Exit code 1 is about the file; the table says where that is allowed.
        if matches!(seen, Seen::Code(code) if code != 1) {
            match self.setup.command {
                Command::Check | Command::CheckBoth => {
                    let is_both = self.setup.command == Command::CheckBoth;
                    complaints.extend(report(&ended.stdout, is_both));
                    if ended.stderr.contains("coalesced request") {
                        complaints.push("hides the reason".to_owned());
                    }
                }
                _ => complaints.extend(self.first_line(&ended.stderr, at)),
            }
        }
        complaints
    }

    /// What is wrong with the first line of an error.
    fn first_line(&self, stderr: &str, at: &Addresses) -> Option<String> {
        let mut lines = stderr.lines();
        let Some(line) = lines.find(|line| line.starts_with("error")) else {
            return Some("no error is shown".to_owned());
        };
        // The time limit does not know what was waited for; a notice before it does.
        let text = if line.starts_with("error[time-limit]") {
            stderr
        } else {
            line
        };
        if text.contains("coalesced request") {
            return Some(format!("hides the reason: `{line}`"));
        }
        let named =
            |subject: &&'static str| match HOSTS.iter().find(|h| format!("{h:?}") == **subject) {
                Some(host) => {
                    let address = at.of(*host).trim_start_matches("http://");
                    text.contains(address)
                        || text.contains(&format!("no-such-host-{}", *host as usize))
                }
                None => text.contains(*subject),
            };
        let is_named = self.subjects.iter().any(named);
        (!is_named).then(|| format!("names nothing: `{line}`"))
    }
}

/// What is wrong with the report of two files, of which the second is undecided, or both.
fn report(stdout: &str, is_both: bool) -> Vec<String> {
    let Ok(report) = serde_json::from_str::<serde_json::Value>(stdout) else {
        return vec!["the report is not JSON".to_owned()];
    };
    let undecided = |name: &str| {
        let files = report["files"].as_array().into_iter().flatten();
        let mut file = files.filter(|file| file["path"] == format!("{name}/environment.yml"));
        let list = file.next().map(|file| file["undecided"].as_array());
        list.flatten().map(Vec::len)
    };
    let mut complaints = Vec::new();
    let is_undecided = |name: &str| undecided(name).is_some_and(|count| count > 0);
    if !is_both && undecided("a") != Some(0) {
        complaints.push("the file that needs nothing broken is not decided".to_owned());
    }
    if !is_undecided("b") || (is_both && !is_undecided("a")) {
        complaints.push("a file that needs what is broken is not undecided".to_owned());
    }
    complaints
}

/// Writes the user's files, as they were before they were pinned.
fn write_files(folder: &Folder, at: &Addresses, command: Command) {
    let environment = |channel: &str, dependencies: &str| {
        format!("channels:\n  - {channel}\n  - nodefaults\n{dependencies}")
    };
    let channel = format!("{}/chan", at.of(Host::Channel));
    let text = environment(&channel, site::DEPENDENCIES);
    folder.write("environment.yml", &text);
    if matches!(command, Command::Check | Command::CheckBoth) {
        folder.write("b/environment.yml", &text);
    }
    if command == Command::CheckBoth {
        folder.write("a/environment.yml", &text);
    }
    if command == Command::Check {
        let healthy = format!("{}{}", at.of(Host::Mapping), site::OTHER_CHANNEL);
        let dependencies = "dependencies:\n  - python\n  - alpha\n";
        folder.write("a/environment.yml", environment(&healthy, dependencies));
    }
    let settings = format!(
        "index-url = '{}/simple'\nmapping = '{}/mapping.json'\nplatform = 'linux-64'\n\
         virtual-packages = ['__glibc=2.28']\ncache-dir = 'cache'\n",
        at.of(Host::Index),
        at.of(Host::Mapping)
    );
    folder.write("presolve.toml", settings);
}

/// Writes the user's files for `pin`.
pub(super) fn write_for_pin(folder: &Folder, at: &Addresses) {
    write_files(folder, at, Command::Pin);
}

fn left_behind(folder: &Folder) -> Option<String> {
    let size = size(&folder.path("cache"));
    (size > LEFT_BEHIND).then(|| format!("leaves {} MiB in the cache", size >> 20))
}

/// What is wrong with a run that has nothing to fear.
pub(super) fn next_run(folder: &Folder) -> Option<String> {
    let ended = folder.run(folder.command(&["pin"]));
    let seen = Seen::of(&ended, Some(&folder.read("environment.yml")));
    let line = ended.stderr.lines().next().unwrap_or_default();
    (seen != Seen::Right).then(|| format!("the next run: {seen}: `{line}`"))
}

/// The pins of a pinned file, in order.
pub(super) fn pins(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let entries = text.lines().filter_map(|line| {
        let entry = line.trim().strip_prefix("- ")?;
        let entry = entry.split("  #").next()?.trim();
        // A pin of another channel than the first says so.
        let entry = entry.rsplit("::").next()?;
        entry.contains('=').then(|| entry.to_owned())
    });
    let mut pins: Vec<String> = entries.collect();
    pins.sort();
    pins
}

/// Whether these are the pins of the right answer, or of the one without the newest
/// release.
pub(super) fn answer(text: &[u8]) -> Option<Seen> {
    let pins = pins(text);
    if pins == RIGHT {
        Some(Seen::Right)
    } else if pins == OLDER {
        Some(Seen::Older)
    } else {
        None
    }
}
