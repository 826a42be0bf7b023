//! `outdated`: the version that each declared line has now, the newest one that the whole file
//! allows, the newest one there is, and what holds it back.

use pep508_rs::PackageName;

use presolve_config::Settings;
use presolve_parse as parse;
use presolve_resolve::{Listener, ResolveError, Upgrade, is_same};
use presolve_solve::{
    Declared,
    conflict::{Half, Package},
};
use presolve_spec::{EnvironmentFile, PipRequirement, PipRequirementKind, match_spec, pip_lines};
use presolve_text::diagnostic::{Diagnostic, Location};

use super::{
    why::{Answer, Cause, Installed, NameAnswer, Newest, why_with},
    words,
};

/// The versions of the declared lines of a file.
pub struct Outdated {
    /// The declared lines that name a package, in file order; conda first.
    pub lines: Vec<Line>,
    /// The declared requirements that [`Held::Line`] refers to.
    pub declared: Vec<Declared>,
    /// The position of each requirement; `None` for those that conda adds by
    /// itself, and for the Python of the settings.
    pub places: Vec<Option<Location>>,
    /// Whether the file has a solution. Without one, no line has an allowed version.
    pub is_solvable: bool,
    /// Notices collected during the run.
    pub notices: Vec<Diagnostic>,
}

/// A declared line.
pub struct Line {
    /// The package or project.
    pub package: Package,
    /// The requirement as declared.
    pub declared: String,
    /// The position of the line.
    pub at: Location,
    /// The exact version in the file; `None` if the line is not pinned.
    pub now: Option<String>,
    /// The version in a solution that ignores all pins; `None` if the package is not in it.
    pub allowed: Option<String>,
    /// The newest version there is; `None` if it is the allowed one.
    pub newest: Option<String>,
    /// What holds back the newest version.
    pub held: Vec<Held>,
}

/// What holds back a newer version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A declared requirement, by its index.
    Line(usize),
    /// Another reason, in words.
    Reason(String),
}

impl Line {
    /// Whether pinning again with `-U` would change the version.
    pub fn is_behind(&self) -> bool {
        self.now.is_some() && self.allowed.is_some() && self.now != self.allowed
    }

    /// Whether there is a newer version than the one in the file.
    pub fn is_outdated(&self) -> bool {
        self.is_behind() || self.newest.is_some()
    }
}

/// Finds the versions of the declared lines.
///
/// # Errors
/// As for [`super::explain`].
pub async fn outdated(
    environment: &EnvironmentFile,
    settings: &Settings,
    listener: &Listener,
) -> Result<Outdated, ResolveError> {
    let mut lines = lines(environment);
    let names = lines.iter().map(|line| line.package.name.clone());
    let names: Vec<String> = names.collect();
    let answer = why_with(environment, settings, &names, &Upgrade::All, listener).await?;
    let mut is_solvable = true;
    for (line, (_, found)) in lines.iter_mut().zip(&answer.found) {
        match found {
            NameAnswer::Installed(packages) => {
                if let Some(found) = of_line(packages, &line.package) {
                    fill(line, found, &answer);
                }
            }
            NameAnswer::Unsolvable { .. } => is_solvable = false,
            NameAnswer::Absent { .. } | NameAnswer::Unknown { .. } => {}
        }
    }
    let Answer {
        declared,
        places,
        notices,
        ..
    } = answer;
    Ok(Outdated {
        lines,
        declared,
        places,
        is_solvable,
        notices,
    })
}

/// Returns the declared lines that name a package, without their allowed versions.
fn lines(environment: &EnvironmentFile) -> Vec<Line> {
    let conda = environment.conda.iter().filter(|line| !line.added_by_pin);
    let conda = conda.filter_map(|line| {
        let pin = line
            .pin
            .clone()
            .or_else(|| match_spec::parse_pin(&line.text));
        Some(Line {
            package: Package {
                name: line.spec.name.as_exact()?.as_normalized().to_owned(),
                half: Half::Conda,
            },
            declared: line.text.clone(),
            at: line.location.clone(),
            now: pin.map(|pin| pin.version),
            allowed: None,
            newest: None,
            held: Vec::new(),
        })
    });
    let pip = environment.pip.requirements.iter();
    let pip = pip.filter(|line| !line.added_by_pin).filter_map(|line| {
        let PipRequirementKind::Named(named) = &line.kind else {
            return None;
        };
        let mut pinned = environment.pip.requirements.iter();
        let elsewhere = || {
            let pinned = pinned.find(|other| other.pin.is_some() && is_of(other, &named.name));
            pinned.and_then(|other| other.pin.as_ref())
        };
        let own = line
            .pin
            .as_ref()
            .or_else(|| pip_lines::pinned_version(&line.kind));
        let pin = own.or_else(elsewhere);
        Some(Line {
            package: Package {
                name: named.name.to_string(),
                half: Half::Pypi,
            },
            declared: line.text.clone(),
            at: line.location.clone(),
            now: pin.map(ToString::to_string),
            allowed: None,
            newest: None,
            held: Vec::new(),
        })
    });
    conda.chain(pip).collect()
}

fn is_of(line: &PipRequirement, name: &PackageName) -> bool {
    matches!(&line.kind, PipRequirementKind::Named(named) if named.name == *name)
}

/// Returns the package of a line. conda may provide the project of a pip line.
fn of_line<'i>(packages: &'i [Installed], wanted: &Package) -> Option<&'i Installed> {
    let is_it = |found: &&Installed| {
        found.package.half == wanted.half && is_same(&found.package.name, &wanted.name)
    };
    packages.iter().find(is_it).or_else(|| packages.first())
}

fn fill(line: &mut Line, found: &Installed, answer: &Answer) {
    line.allowed = Some(found.version.clone());
    let Some(newest) = newest(&found.newest, line.package.half) else {
        return;
    };
    line.held = held(&found.newest, &newest, answer.declared.len());
    line.newest = Some(newest);
}

/// Returns the newest version there is, without those that no one should install; `None` if it
/// is the installed one.
fn newest(found: &Newest, half: Half) -> Option<String> {
    let open = found.open.iter().flat_map(|open| &open.all);
    let ruled_out = found.ruled_out.iter();
    let ruled_out = ruled_out.filter(|out| !out.reason.is_unwanted());
    let ruled_out = ruled_out.flat_map(|out| &out.versions.all);
    let versions = open.chain(ruled_out);
    match half {
        Half::Pypi => {
            let versions =
                versions.filter_map(|text| Some((parse::pep::version(text).ok()?, text)));
            versions
                .max_by(|one, other| one.0.cmp(&other.0))
                .map(|(_, text)| text.clone())
        }
        Half::Conda | Half::Virtual => {
            let versions =
                versions.filter_map(|text| Some((parse::conda::version(text).ok()?, text)));
            versions
                .max_by(|one, other| one.0.cmp(&other.0))
                .map(|(_, text)| text.clone())
        }
    }
}

/// Returns what holds back the newest version.
fn held(found: &Newest, newest: &String, lines: usize) -> Vec<Held> {
    let mut ruled_out = found.ruled_out.iter();
    if let Some(out) = ruled_out.find(|out| out.versions.all.contains(newest)) {
        return vec![Held::Reason(words::reason(&out.reason))];
    }
    if let Some((versions, conflict)) = &found.blocked
        && versions.all.contains(newest)
    {
        let own = conflict.iter().flat_map(|conflict| &conflict.lines);
        let own = own.filter(|line| **line < lines);
        let held: Vec<Held> = own.map(|line| Held::Line(*line)).collect();
        return match held.is_empty() {
            true => vec![Held::Reason("a long chain of requirements".to_owned())],
            false => held,
        };
    }
    let reason = match &found.possible {
        _ if found.left_out => "unknown: the time limit stopped the search".to_owned(),
        Some(possible) => match &possible.cause {
            Cause::Changes(changes) if !changes.is_empty() => {
                let shown = changes.iter().take(CHANGES).map(|change| {
                    let (package, before) = (&change.package, &change.before);
                    match &change.after {
                        Some(after) => format!("{package} {after} instead of {before}"),
                        None => format!("no {package} {before}"),
                    }
                });
                format!("it needs {}", shown.collect::<Vec<_>>().join(", "))
            }
            Cause::PipReplaces(by, _) => format!("pip would replace it with {by}"),
            Cause::Changes(_) | Cause::Pin => "the solver ranks it lower".to_owned(),
        },
        None => return Vec::new(),
    };
    vec![Held::Reason(reason)]
}

/// The maximum number of downgraded packages in a reason.
const CHANGES: usize = 3;
