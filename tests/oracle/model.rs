//! Random small worlds with both halves, as data that the oracle reads and as
//! text that `ToyWorld` reads.

use std::fmt::Write;

/// Versions are tenths: 10 is `1`, 20 is `2`, and 25 is `3rc1`. Of python, 9 is
/// `3.9`; of pip, 18 is `18.1`.
pub(crate) type Version = u32;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Range {
    Any,
    From(Version),
    Below(Version),
    Only(Version),
    Not(Version),
}

pub(crate) fn is_prerelease(version: Version) -> bool {
    version > 10 && !version.is_multiple_of(10)
}

impl Range {
    /// As PEP 440 has it: `<3` does not contain `3rc1`.
    pub(crate) fn contains(self, version: Version) -> bool {
        match self {
            Range::Any => true,
            Range::From(from) => version >= from,
            Range::Below(below) => {
                version < below
                    && !(is_prerelease(version) && version.next_multiple_of(10) == below)
            }
            Range::Only(only) => version == only,
            Range::Not(not) => version != not,
        }
    }

    pub(crate) fn mentions_prerelease(self) -> bool {
        matches!(self, Range::From(version) | Range::Only(version) if is_prerelease(version))
    }

    fn text(self, name: &str) -> String {
        let star = if name == "python" { ".*" } else { "" };
        let version = |version| version_text(name, version);
        match self {
            Range::Any => String::new(),
            Range::From(from) => format!(">={}", version(from)),
            Range::Below(below) => format!("<{}", version(below)),
            Range::Only(only) => format!("=={}{star}", version(only)),
            Range::Not(not) => format!("!={}{star}", version(not)),
        }
    }
}

fn version_text(name: &str, version: Version) -> String {
    match name {
        "python" => format!("3.{version}"),
        "pip" => format!("{version}.1"),
        _ if is_prerelease(version) => format!("{}rc1", version / 10 + 1),
        _ => (version / 10).to_string(),
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub name: String,
    pub version: Version,
    pub track: bool,
    pub depends: Vec<(String, Range)>,
    pub constrains: Vec<(String, Range)>,
}

/// When a requirement holds: on some pythons, with an extra.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    pub python: Range,
    pub extra: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub project: String,
    pub extras: Vec<String>,
    pub range: Range,
    pub marker: Marker,
}

#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub project: String,
    pub version: Version,
    /// `cp39`, `cp39-manylinux1`, `py3`, `win`.
    pub wheels: Vec<String>,
    pub source: bool,
    pub python: Range,
    pub yanked: bool,
    /// A requirement breaks PEP 440.
    pub repaired: bool,
    pub requires: Vec<Requirement>,
}

#[derive(Clone, Debug)]
pub(crate) enum Line {
    Want(String, Range),
    Pip(Requirement),
    Constrain(Requirement),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub records: Vec<Record>,
    pub brings: Vec<(String, String)>,
    pub releases: Vec<Release>,
    pub lines: Vec<Line>,
}

impl Model {
    /// The projects that a record brings.
    pub(crate) fn brought<'a>(&'a self, record: &'a Record) -> Vec<&'a str> {
        let mapped = self
            .brings
            .iter()
            .filter(|(conda, _)| *conda == record.name);
        let mapped: Vec<&str> = mapped.map(|(_, project)| project.as_str()).collect();
        if mapped.is_empty() && record.depends.iter().any(|(name, _)| name == "python") {
            return vec![&record.name];
        }
        mapped
    }

    /// All models that lack one thing of this one.
    pub(crate) fn smaller(&self) -> Vec<Model> {
        let mut smaller = Vec::new();
        let mut without = |change: &dyn Fn(&mut Model)| {
            let mut model = self.clone();
            change(&mut model);
            smaller.push(model);
        };
        // The first line asks for python; without one there is no pip half.
        for place in 1..self.lines.len() {
            without(&|model| drop(model.lines.remove(place)));
        }
        for place in 0..self.records.len() {
            without(&|model| drop(model.records.remove(place)));
        }
        for place in 0..self.releases.len() {
            without(&|model| drop(model.releases.remove(place)));
        }
        for place in 0..self.brings.len() {
            without(&|model| drop(model.brings.remove(place)));
        }
        for (place, record) in self.records.iter().enumerate() {
            for at in 0..record.depends.len() {
                without(&|model| drop(model.records[place].depends.remove(at)));
            }
            for at in 0..record.constrains.len() {
                without(&|model| drop(model.records[place].constrains.remove(at)));
            }
        }
        for (place, release) in self.releases.iter().enumerate() {
            for at in 0..release.requires.len() {
                without(&|model| drop(model.releases[place].requires.remove(at)));
            }
            if release.python != Range::Any {
                without(&|model| model.releases[place].python = Range::Any);
            }
        }
        smaller
    }

    /// The world in the language of `ToyWorld`.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for record in &self.records {
            let patch = if record.name == "python" { ".1" } else { "" };
            let version = version_text(&record.name, record.version) + patch;
            let list = |specs: &[(String, Range)]| {
                let specs = specs
                    .iter()
                    .map(|(name, range)| format!("{name} {}", range.text(name)));
                specs.collect::<Vec<_>>().join(" ; ")
            };
            let track = if record.track { " track" } else { "" };
            let (depends, constrains) = (list(&record.depends), list(&record.constrains));
            writeln!(
                text,
                "conda {} {version}{track} : {depends} / {constrains}",
                record.name
            )
            .unwrap();
        }
        for (conda, project) in &self.brings {
            writeln!(text, "brings {conda} {project}").unwrap();
        }
        for release in &self.releases {
            writeln!(text, "{}", release.text()).unwrap();
        }
        for line in &self.lines {
            let line = match line {
                Line::Want(name, range) => format!("want {name} {}", range.text(name)),
                Line::Pip(requirement) => format!("pip {}", requirement.text()),
                Line::Constrain(requirement) => format!("constrain {}", requirement.text()),
            };
            writeln!(text, "{line}").unwrap();
        }
        text
    }
}

impl Release {
    pub(crate) fn text(&self) -> String {
        let files = match (self.wheels.is_empty(), self.source) {
            (true, _) => "source".to_string(),
            (false, false) => format!("wheels={}", self.wheels.join(",")),
            (false, true) => format!("wheels={} and-source", self.wheels.join(",")),
        };
        let python = match self.python {
            Range::Any => String::new(),
            range => format!(" python{}", range.text("python")),
        };
        let yanked = if self.yanked { " yanked" } else { "" };
        let requires: Vec<_> = self.requires.iter().map(Requirement::text).collect();
        let version = version_text(&self.project, self.version);
        let repaired = if self.repaired { " repaired" } else { "" };
        let requires = requires.join(" ; ");
        format!(
            "pypi {} {version} {files}{python}{yanked}{repaired} : {requires}",
            self.project
        )
    }
}

impl Requirement {
    pub(crate) fn text(&self) -> String {
        let extras = if self.extras.is_empty() {
            String::new()
        } else {
            format!("[{}]", self.extras.join(","))
        };
        let mut markers = Vec::new();
        match self.marker.python {
            Range::Any => {}
            Range::From(from) => markers.push(format!("python_version >= \"3.{from}\"")),
            Range::Below(below) => markers.push(format!("python_version < \"3.{below}\"")),
            Range::Only(only) => markers.push(format!("python_version == \"3.{only}\"")),
            Range::Not(not) => markers.push(format!("python_version != \"3.{not}\"")),
        }
        markers.extend(
            self.marker
                .extra
                .iter()
                .map(|extra| format!("extra == \"{extra}\"")),
        );
        let marker = if markers.is_empty() {
            String::new()
        } else {
            format!("; {}", markers.join(" and "))
        };
        format!(
            "{}{extras}{}{marker}",
            self.project,
            self.range.text(&self.project)
        )
    }
}
