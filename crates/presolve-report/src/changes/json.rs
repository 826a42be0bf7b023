//! Version 1 of the JSON of differences. These types are the format: their names and comments
//! are its schema. No password or token of a URL is in any text.

use schemars::JsonSchema;
use serde::Serialize;

use super::Compared;
use presolve_check::changes::{self, Half, Kind, PackageChange, State};
use presolve_terminal::foreign;
use presolve_text::secrets::redact;

/// Differences between states of environment files.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "presolve diff, version 1")]
struct Report {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u8,
    /// The version of presolve that wrote this report.
    presolve: &'static str,
    /// The compared files.
    files: Vec<File>,
}

/// The differences of a file.
#[derive(Serialize, JsonSchema)]
struct File {
    /// The old state: a path, or `REV:path`.
    before: String,
    /// The new state: a path, or `REV:path`.
    after: String,
    /// The changed packages: those of conda first, declared ones before others, then by name.
    packages: Vec<Package>,
    /// The platforms of the pins, if they differ.
    platform: Option<Pair<Option<String>>>,
    /// The channels, if they differ.
    channels: Option<Pair<Vec<String>>>,
    /// The options of the pip list, such as its indexes, if they differ.
    options: Option<Pair<Vec<String>>>,
}

/// A value in the old and in the new state.
#[derive(Serialize, JsonSchema)]
struct Pair<T> {
    /// The value in the old state.
    before: T,
    /// The value in the new state.
    after: T,
}

/// A package that differs.
#[derive(Serialize, JsonSchema)]
struct Package {
    /// Who installs the package.
    part: Part,
    /// The normalised name, or the whole line if it names no package.
    name: String,
    /// Whether a line declares the package; others are there because these need them.
    declared: bool,
    /// The kind of the difference.
    change: Change,
    /// The package in the old state; null if it is new.
    before: Option<Version>,
    /// The package in the new state; null if it is gone.
    after: Option<Version>,
    /// Known vulnerabilities of the old version that the new one does not have.
    ended: Vec<Advisory>,
    /// Known vulnerabilities of the new version that the old one does not have.
    began: Vec<Advisory>,
}

/// Who installs a package.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Part {
    /// conda, from a channel.
    Conda,
    /// pip, from a package index.
    Pip,
}

/// The kind of a difference.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Change {
    /// The package is new.
    Added,
    /// The package is gone.
    Removed,
    /// The new version is later.
    Upgraded,
    /// The new version is earlier.
    Downgraded,
    /// The version is the same, but the build, the channel or a hash is another.
    Rebuilt,
    /// The line had no exact version before, or no build.
    Pinned,
    /// The line has no exact version any more.
    Unpinned,
    /// The version is the same or open, but the line requires something else; or it has no build
    /// any more.
    Redeclared,
}

/// A package in one state.
#[derive(Serialize, JsonSchema)]
struct Version {
    /// The exact version; null if the line leaves it open.
    version: Option<String>,
    /// The build string of conda.
    build: Option<String>,
    /// The channel, if the line names one.
    channel: Option<String>,
    /// The hashes that the line names.
    hashes: Vec<String>,
    /// The requirement as declared, or those of all lines; null if no line declares the package.
    declared: Option<String>,
}

/// A known vulnerability.
#[derive(Serialize, JsonSchema)]
struct Advisory {
    /// Its identifier, such as `PYSEC-2023-74`.
    id: String,
    /// Other identifiers, such as `CVE-2023-32681`.
    aliases: Vec<String>,
    /// What it is, in a sentence; may be empty.
    summary: String,
}

/// Returns the differences of several files as JSON, with a trailing line break.
pub fn render(files: &[Compared]) -> String {
    let report = Report {
        version: 1,
        presolve: env!("CARGO_PKG_VERSION"),
        files: files.iter().map(File::new).collect(),
    };
    foreign::json(&pretty(&report))
}

/// Returns the schema of the output of [`render`], with a trailing line break.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(Report))
}

fn pretty(value: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(value);
    json.expect("strings, numbers and lists") + "\n"
}

impl File {
    fn new(compared: &Compared) -> Self {
        let changes = &compared.changes;
        let channels = |list: &[String]| list.iter().map(|channel| redact(channel)).collect();
        Self {
            before: redact(&compared.before),
            after: redact(&compared.after),
            packages: changes.packages.iter().map(Package::new).collect(),
            platform: changes.platform.clone().map(|(before, after)| Pair {
                before: before.map(|platform| redact(&platform)),
                after: after.map(|platform| redact(&platform)),
            }),
            channels: changes.channels.as_ref().map(|(before, after)| Pair {
                before: channels(before),
                after: channels(after),
            }),
            options: changes.options.as_ref().map(|(before, after)| Pair {
                before: channels(before),
                after: channels(after),
            }),
        }
    }
}

impl Package {
    fn new(change: &PackageChange) -> Self {
        Self {
            part: match change.half {
                Half::Conda => Part::Conda,
                Half::Pip => Part::Pip,
            },
            name: redact(&change.name),
            declared: change.is_declared,
            change: Change::new(change.kind),
            before: change.before.as_ref().map(Version::new),
            after: change.after.as_ref().map(Version::new),
            ended: change.ended.iter().map(Advisory::new).collect(),
            began: change.began.iter().map(Advisory::new).collect(),
        }
    }
}

impl Change {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Added => Self::Added,
            Kind::Removed => Self::Removed,
            Kind::Upgraded => Self::Upgraded,
            Kind::Downgraded => Self::Downgraded,
            Kind::Rebuilt => Self::Rebuilt,
            Kind::Pinned => Self::Pinned,
            Kind::Unpinned => Self::Unpinned,
            Kind::Redeclared => Self::Redeclared,
        }
    }
}

impl Version {
    fn new(state: &State) -> Self {
        let shown = |text: &Option<String>| text.as_deref().map(redact);
        Self {
            version: state.version.clone(),
            build: state.build.clone(),
            channel: shown(&state.channel),
            hashes: state.hashes.clone(),
            declared: shown(&state.declared),
        }
    }
}

impl Advisory {
    fn new(advisory: &changes::Advisory) -> Self {
        Self {
            id: advisory.id.clone(),
            aliases: advisory.aliases.clone(),
            summary: advisory.summary.clone(),
        }
    }
}
