//! Whole commands, run as a user runs them: in a folder of their own, with the
//! channels and indexes of `fixtures/`, and nothing of this machine's settings.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use insta::internals::SettingsBindDropGuard;
use tempfile::TempDir;

mod advisories;
mod azure;
mod azure_jobs;
mod azure_people;
mod azure_v1;
mod builds;
mod check;
mod check_cases;
mod check_docs;
mod check_files;
mod check_formats;
mod check_images;
mod check_solving;
mod check_suppressions;
mod chosen;
mod context;
mod cooldown;
mod dates;
mod diagnose;
mod docker;
mod docker_steps;
mod errors;
mod explain;
mod explain_builds;
mod explain_formats;
mod explain_page;
mod explain_real;
mod files;
mod formats;
mod help;
mod hostile;
mod images;
mod indexes;
#[cfg(unix)]
mod installer;
mod logging;
mod mlflow;
mod names;
mod outdated;
mod overlaps;
mod overwrites;
mod pin_changes;
mod pin_check;
mod pin_files;
mod pin_lock;
mod pip_lines;
mod pips;
#[cfg(unix)]
mod reading;
mod readme;
mod real_builds;
mod reference;
mod requirements;
mod secrets;
mod server;
mod settings;
mod solving;
mod stdin;
mod structure;
mod terminal;
mod terminal_help;
mod variables;
mod why;
#[cfg(unix)]
mod writes;

/// The folder of the fixtures.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A folder with an `environment.yml` and a `presolve.toml`.
struct Project {
    folder: TempDir,
    _filters: SettingsBindDropGuard,
}

impl Project {
    /// Settings that point to the fixtures and forbid the network.
    fn new(environment: impl AsRef<[u8]>) -> Self {
        let project = Self::online(environment);
        project.setting("offline = true");
        project
    }

    /// The same, and requests may be made.
    fn online(environment: impl AsRef<[u8]>) -> Self {
        let fixtures = fixtures().display().to_string();
        let folder = tempfile::tempdir().expect("a folder");
        let mut filters = insta::Settings::clone_current();
        let path = folder.path().display().to_string();
        filters.add_filter(&literal(&path), "[FOLDER]");
        filters.add_filter(&literal(&fixtures), "[FIXTURES]");
        filters.add_filter(r"\(\d+\.\d s\)", "([TIME])");
        filters.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]");
        let project = Self {
            _filters: filters.bind_to_scope(),
            folder,
        };
        project.write("environment.yml", environment);
        project.setting(&format!(
            "channel-alias = '{fixtures}/channels'\n\
             default-channels = ['{fixtures}/channels/pkgs/main']\n\
             index-url = '{fixtures}/pypi'\n\
             mapping = '{fixtures}/mapping.json'\n\
             platform = 'linux-64'\n\
             virtual-packages = ['__glibc=2.28']\n\
             cache-dir = 'cache'"
        ));
        project
    }

    /// Like [`Project::new`], of the dependencies of a file.
    fn of(dependencies: &[&str]) -> Self {
        Self::new(environment(dependencies))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("writable");
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).expect("UTF-8")
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("readable")
    }

    /// Writes a subdir of a channel into the folder, with these records: name, version,
    /// build, dependencies.
    fn channel(&self, name: &str, subdir: &str, records: &[(&str, &str, &str, &[&str])]) {
        let records = records.iter().map(|(name, version, build, depends)| {
            let record = serde_json::json!({
                "name": name, "version": version, "build": build, "build_number": 0,
                "depends": depends, "subdir": subdir,
            });
            (format!("{name}-{version}-{build}.conda"), record)
        });
        let repodata = serde_json::json!({
            "info": { "subdir": subdir },
            "packages": {},
            "packages.conda": records.collect::<serde_json::Map<_, _>>(),
        });
        let path = format!("{name}/{subdir}/repodata.json");
        self.write(&path, repodata.to_string());
    }

    /// Adds lines to `presolve.toml`.
    fn setting(&self, lines: &str) {
        let old = std::fs::read_to_string(self.path("presolve.toml")).unwrap_or_default();
        self.write("presolve.toml", format!("{old}{lines}\n"));
    }

    /// Replaces the value of a key in `presolve.toml`; none takes the key away.
    fn change(&self, key: &str, value: Option<&str>) {
        let old = self.read("presolve.toml");
        let kept = old.lines().filter(|line| !line.starts_with(key));
        let mut text: String = kept.map(|line| format!("{line}\n")).collect();
        if let Some(value) = value {
            text += &format!("{key} = {value}\n");
        }
        self.write("presolve.toml", text);
    }

    /// presolve in this folder, with an empty environment and home.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_presolve"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home"))
            // A GPU of this machine must not be found.
            .env("CONDA_OVERRIDE_CUDA", "")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().expect("it starts").into()
    }

    /// `presolve pin` with these arguments.
    fn pin(&self, arguments: &[&str]) -> Run {
        self.run(&[&["pin"], arguments].concat())
    }

    /// `presolve pin` with this variable set.
    fn pin_with(&self, variable: &str, value: &str) -> Run {
        let mut command = self.command(&["pin"]);
        command.env(variable, value);
        command.output().expect("it starts").into()
    }

    /// `presolve pin` without a say on the GPU; where an image is named, none is looked for.
    fn pin_for_image(&self, arguments: &[&str]) -> Run {
        let mut command = self.command(&[&["pin"], arguments].concat());
        command.env_remove("CONDA_OVERRIDE_CUDA");
        command.output().expect("it starts").into()
    }

    /// What `presolve pin` makes of the file.
    fn pinned(&self, arguments: &[&str]) -> String {
        let run = self.pin(arguments);
        assert_eq!(run.code, 0, "{run}");
        self.read("environment.yml")
    }

    /// The names of all files but those of the cache and the home.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("readable");
        let names = entries.map(|entry| entry.expect("readable").file_name());
        let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
        names.retain(|name| name != "cache" && name != "home");
        names.sort();
        names
    }
}

/// A file of conda-forge with these dependencies, those behind `pip:` in
/// the pip list.
fn environment(dependencies: &[&str]) -> String {
    let mut text = "channels: [conda-forge, nodefaults]\ndependencies:\n".to_owned();
    let mut indent = "  ";
    for dependency in dependencies {
        if *dependency == "pip:" {
            text += "  - pip\n  - pip:\n";
            indent = "    ";
        } else {
            text += &format!("{indent}- {dependency}\n");
        }
    }
    text
}

/// What a run left behind.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("not killed"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            stdout,
            stderr,
        } = self;
        write!(f, "{stdout}{stderr}exit code {code}")
    }
}

/// A pattern for a text as it is.
fn literal(text: &str) -> String {
    let escape = |c: char| match c {
        c if c.is_alphanumeric() || c == '/' => c.to_string(),
        c => format!("\\{c}"),
    };
    text.chars().map(escape).collect()
}

/// The pins of a package or project in a pinned file, without their comments.
fn pin_of<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let entries = text.lines().filter_map(|line| {
        let entry = line.trim().strip_prefix("- ")?;
        Some(entry.split("  #").next().unwrap_or(entry).trim())
    });
    let is_it = |entry: &&str| {
        let bare = entry.rsplit("::").next().unwrap_or(entry);
        bare.split(['=', '[']).next() == Some(name)
    };
    entries.filter(is_it).collect()
}
