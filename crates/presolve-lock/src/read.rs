//! The packages of a `conda-lock.yml` that `pin` wrote next to an environment file
//! (<https://github.com/conda/ceps/blob/main/cep-0037.md>).
//!
//! They become lines of the environment that `pin` added, as if they were in the file. So
//! everything that compares pins with a solution compares those of the lock file, too.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use pep508_rs::PackageName;
use sha2::{Digest, Sha256};
use yaml_serde::Value;

use presolve_parse as parse;
use presolve_spec::{
    CondaPin, CondaRequirement, EnvironmentFile, PipRequirement, match_spec, pin::pip, pip_lines,
    requirement, route::route, yaml::Tree,
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    secrets::redact,
    source::SourceFile,
};

/// The name of a difference between a file and its lock file.
pub const OTHER: &str = "other-lock";

/// Begins the first line of a lock file that belongs to an environment file.
const MARK: &str = "# presolve: the packages of ";

/// Precedes the digest of the lines below the first one, which shows whether another program has
/// changed them.
const DIGEST: &str = ", sha256 ";

/// Puts the first line above the text of the lock file of an environment file.
pub fn with_first_line(environment: &EnvironmentFile, text: &str) -> String {
    format!("{}{}\n{text}", start(environment), digest(text))
}

/// Whether `pin` wrote a lock file for this environment file.
pub fn is_of(environment: &EnvironmentFile, lock: &str) -> bool {
    lock.starts_with(&start(environment))
}

fn start(environment: &EnvironmentFile) -> String {
    let name = environment.source.path().file_name().unwrap_or_default();
    format!("{MARK}{}{DIGEST}", name.display())
}

/// The digest of a text, whatever its line breaks are.
fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.replace("\r\n", "\n")))
}

/// Whether the lines of a lock file are those that `pin` wrote for this environment file.
fn is_unchanged(environment: &EnvironmentFile, lock: &str) -> bool {
    let rest = lock.strip_prefix(&start(environment));
    let lines = rest.and_then(|rest| rest.split_once('\n'));
    lines.is_some_and(|(written, text)| written.trim_end() == digest(text))
}

/// What to do about a file that is not a lock file.
const RESTORE: &str = "restore the file, or delete it and pin again";

/// A package of a lock file.
struct Locked {
    name: String,
    version: String,
    /// The build; `None` for a package of pip.
    build: Option<String>,
    is_conda: bool,
    location: Location,
}

/// Adds the packages of a lock file that the environment does not declare. Returns the
/// differences between the declared pins and the lock file.
///
/// # Errors
/// [`Failure::input`] if the lock file is not YAML, or not a lock file.
pub fn add(
    environment: &mut EnvironmentFile,
    source: &Arc<SourceFile>,
) -> Result<Vec<Diagnostic>, Failure> {
    let mut differences = Vec::new();
    let locked = packages(environment, source, &mut differences)?;
    if !is_unchanged(environment, source.text()) {
        let message = "the lock file is not as `pin` wrote it".to_owned();
        differences.push(difference(environment, message, first(source)));
    }
    if locked.is_empty() {
        let message = "the lock file has no packages for the platform of the pins".to_owned();
        differences.push(difference(environment, message, first(source)));
        return Ok(differences);
    }
    differences.extend(lacking(environment, &locked, source));
    let declared = Declared::of(environment);
    for package in locked {
        match package.is_conda {
            true => differences.extend(add_conda(environment, &declared, package)),
            false => differences.extend(add_pip(environment, &declared, package)),
        }
    }
    Ok(differences)
}

/// Returns the packages of a lock file whose URL or hashes are not those of the lock file that a
/// solution gives.
///
/// # Errors
/// [`Failure::input`] if a text is not YAML.
pub fn other_sources(
    environment: &EnvironmentFile,
    source: &Arc<SourceFile>,
    solved: &str,
) -> Result<Vec<Diagnostic>, Failure> {
    let written = Tree::parse(source).map_err(of_lock)?;
    let solved = Tree::parse(&source.with_text(solved))?;
    let solved = entries(&solved).map(|entry| (key(entry), entry));
    let solved: HashMap<_, &Value> = solved.collect();
    let mut found = Vec::new();
    for (index, entry) in entries(&written).enumerate() {
        let Some(expected) = solved.get(&key(entry)) else {
            continue;
        };
        let name = redact(
            entry
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        );
        for (part, what) in [("url", "URL"), ("hash", "hash")] {
            if entry.get(part) == expected.get(part) {
                continue;
            }
            let message = format!("the {what} of `{name}` is not the one of its channel or index");
            let at = written.location(&route!("package", index, part));
            let expected = expected.get("url").and_then(Value::as_str);
            let note = expected.map(|url| format!("the solution has {}", redact(url)));
            let mut difference = difference(environment, message, at);
            difference.notes.extend(note.filter(|_| part == "url"));
            found.push(difference);
        }
    }
    Ok(found)
}

fn entries(lock: &Tree) -> impl Iterator<Item = &Value> {
    let items = lock.root.get("package").and_then(Value::as_sequence);
    items.into_iter().flatten()
}

/// What identifies a package of a lock file.
fn key(entry: &Value) -> [Option<&str>; 3] {
    ["manager", "platform", "name"].map(|key| entry.get(key).and_then(Value::as_str))
}

/// The places of the first line of each name among the lines of the environment file.
struct Declared {
    conda: HashMap<String, usize>,
    pip: HashMap<String, usize>,
}

impl Declared {
    fn of(environment: &EnvironmentFile) -> Self {
        let conda = environment.conda.iter().enumerate().rev();
        let pip = environment.pip.requirements.iter().enumerate().rev();
        Self {
            conda: conda
                .map(|(index, line)| (line.spec.name.to_string(), index))
                .collect(),
            pip: pip
                .filter_map(|(index, line)| Some((pip::name(line)?.to_owned(), index)))
                .collect(),
        }
    }
}

/// Returns the declared pins of conda that the lock file lacks.
fn lacking(
    environment: &EnvironmentFile,
    locked: &[Locked],
    source: &Arc<SourceFile>,
) -> Vec<Diagnostic> {
    let conda = locked.iter().filter(|package| package.is_conda);
    let names: HashSet<&str> = conda.map(|package| &*package.name).collect();
    let pins = environment
        .conda
        .iter()
        .filter_map(|line| line.pin.as_ref());
    let missing = pins.filter(|pin| !names.contains(&*pin.name));
    let found = missing.map(|pin| {
        let message = format!("the lock file lacks `{}`", redact(&pin.record()));
        difference(environment, message, first(source))
    });
    found.collect()
}

/// Reads the packages for the platform of the pins. A package for another platform, and one that
/// is there twice, are differences: `pin` writes neither.
fn packages(
    environment: &EnvironmentFile,
    source: &Arc<SourceFile>,
    differences: &mut Vec<Diagnostic>,
) -> Result<Vec<Locked>, Failure> {
    let tree = Tree::parse(source).map_err(of_lock)?;
    let platform = environment.pinned_platform.as_ref();
    let platform = platform.map_or("", |platform| &platform.value);
    let Some(items) = tree.root.get("package").and_then(Value::as_sequence) else {
        return Err(unreadable(first(source)));
    };
    let (mut packages, mut has_others, mut seen) = (Vec::new(), false, HashSet::new());
    for (index, item) in items.iter().enumerate() {
        let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        let location = || tree.location(&route!("package", index, "name"));
        if text("platform").as_deref() != Some(platform) {
            if !has_others {
                let message = "the lock file has packages for another platform".to_owned();
                differences.push(difference(environment, message, location()));
            }
            has_others = true;
            continue;
        }
        let is_conda = match text("manager").as_deref() {
            Some("conda") => true,
            Some("pip") => false,
            _ => return Err(unreadable(location())),
        };
        let (Some(name), Some(version)) = (text("name"), text("version")) else {
            return Err(unreadable(location()));
        };
        if !seen.insert((is_conda, name.clone())) {
            let message = format!("the lock file has `{}` twice", redact(&name));
            differences.push(difference(environment, message, location()));
        }
        packages.push(Locked {
            name,
            version,
            build: text("build"),
            is_conda,
            location: location(),
        });
    }
    Ok(packages)
}

fn add_conda(
    environment: &mut EnvironmentFile,
    declared: &Declared,
    package: Locked,
) -> Option<Diagnostic> {
    let pin = CondaPin {
        name: package.name,
        version: package.version,
        build: package.build,
        channel: None,
        hash: None,
    };
    if let Some(&index) = declared.conda.get(&pin.name) {
        let line = &environment.conda[index];
        let written = line
            .pin
            .clone()
            .or_else(|| match_spec::parse_pin(&line.text))?;
        let is_same = written.allows(&pin.version, pin.build.as_deref().unwrap_or_default());
        let message = || {
            format!(
                "the file pins `{}`, and its lock file has `{}`",
                written.record(),
                redact(&pin.record())
            )
        };
        return (!is_same).then(|| difference(environment, message(), package.location));
    }
    let text = pin.record();
    let Ok(spec) = match_spec::parse(&pin.name) else {
        return Some(difference(
            environment,
            format!("`{}` is not a package", redact(&text)),
            package.location,
        ));
    };
    environment.conda.push(CondaRequirement {
        spec,
        text,
        location: package.location,
        pin: Some(pin),
        added_by_pin: true,
    });
    None
}

fn add_pip(
    environment: &mut EnvironmentFile,
    declared: &Declared,
    package: Locked,
) -> Option<Diagnostic> {
    let text = format!("{}=={}", package.name, package.version);
    let name: Option<PackageName> = parse::pep::name(&package.name).ok();
    let kind = requirement::parse(&text, std::path::Path::new("")).ok();
    let (Some(name), Some(kind)) = (name, kind) else {
        let message = format!("`{}` is not a release", redact(&text));
        return Some(difference(environment, message, package.location));
    };
    let version = pip_lines::pinned_version(&kind).cloned();
    if let Some(&index) = declared.pip.get(name.as_ref() as &str) {
        let line = &environment.pip.requirements[index];
        let own = line.pin.as_ref();
        let own = own.or_else(|| pip_lines::pinned_version(&line.kind))?;
        let is_same = Some(own) == version.as_ref();
        let message = || {
            let text = redact(&text);
            format!("the file pins `{name}=={own}`, and its lock file has `{text}`")
        };
        return (!is_same).then(|| difference(environment, message(), package.location));
    }
    environment.pip.requirements.push(PipRequirement {
        kind,
        text,
        location: package.location,
        hashes: Vec::new(),
        options: Vec::new(),
        ignored_options: Vec::new(),
        shared_options: Vec::new(),
        pin: version,
        added_by_pin: true,
        in_environment: true,
    });
    None
}

fn first(source: &Arc<SourceFile>) -> Location {
    Location {
        file: Arc::clone(source),
        span: 0..source.text().lines().next().map_or(0, str::len),
    }
}

fn difference(environment: &EnvironmentFile, message: String, at: Location) -> Diagnostic {
    let file = environment.source.path().display();
    Diagnostic::error(OTHER, message)
        .at(at, "")
        .help(format!("run `presolve pin {file}`"))
}

fn unreadable(at: Location) -> Failure {
    let message = "this is not a lock file of conda-lock";
    let error = Diagnostic::error("unreadable-lock", message);
    Failure::input(error.at(at, "").help(RESTORE))
}

/// The failure of a lock file that is not YAML. The help of the parser is for environment files.
fn of_lock(mut failure: Failure) -> Failure {
    for diagnostic in &mut failure.diagnostics {
        diagnostic.help = vec![RESTORE.to_owned()];
    }
    failure
}
