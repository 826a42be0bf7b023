//! Makes worlds from a seed.

use super::model::{Line, Marker, Model, Range, Record, Release, Requirement, Version};
use crate::random::Random;

const PYTHONS: [Version; 3] = [8, 9, 10];
const CONDA: [&str; 4] = ["a", "b", "c", "d"];
/// The first two have the names of conda packages.
const PROJECTS: [&str; 4] = ["a", "b", "e", "f"];
/// One that knows no `manylinux_x_y` and does not run on Python 3.10, one that does
/// both, and one that takes no requirement which breaks PEP 440.
const PIPS: [Version; 3] = [18, 21, 25];
const EXTRAS: [&str; 2] = ["x", "y"];

/// What a world has besides the plain things.
struct Flavour {
    prereleases: bool,
    yanked: bool,
    constraints: bool,
}

pub(crate) fn world(seed: u64) -> Model {
    let random = &mut Random(seed);
    let flavour = Flavour {
        prereleases: random.percent(15),
        yanked: random.percent(15),
        constraints: random.percent(20),
    };
    let mut model = Model::default();
    for version in PYTHONS.into_iter().take(1 + random.below(3)) {
        model.records.push(Record {
            name: "python".to_string(),
            version,
            track: false,
            depends: Vec::new(),
            constrains: Vec::new(),
        });
    }
    for name in &CONDA[..2 + random.below(3)] {
        package(random, &mut model, name);
    }
    for project in PROJECTS {
        if random.percent(85) {
            releases(random, &flavour, &mut model, project);
        }
    }
    for (conda, project) in [("c", "e"), ("d", "a"), ("c", "f"), ("a", "b")] {
        if random.percent(20) {
            model.brings.push((conda.to_string(), project.to_string()));
        }
    }
    lines(random, &flavour, &mut model);
    if random.percent(30) {
        pips(random, &mut model);
    }
    model
}

/// Gives a world some pips, a line on them, and releases that some do not take.
fn pips(random: &mut Random, model: &mut Model) {
    let mut versions = PIPS.to_vec();
    versions.retain(|_| random.percent(75));
    if versions.is_empty() {
        versions.push(PIPS[0]);
    }
    for version in versions {
        model.records.push(Record {
            name: "pip".to_string(),
            version,
            track: false,
            depends: Vec::new(),
            constrains: Vec::new(),
        });
    }
    for release in &mut model.releases {
        release.repaired = random.percent(20);
        for wheel in &mut release.wheels {
            if wheel.starts_with("cp") && random.percent(40) {
                wheel.push_str("-manylinux1");
            }
        }
    }
    let version = *random.of(&PIPS);
    let range = match random.below(4) {
        0 => Range::Any,
        1 => Range::From(version),
        2 => Range::Below(version + 1),
        _ => Range::Only(version),
    };
    model.lines.push(Line::Want("pip".to_string(), range));
}

fn range(random: &mut Random) -> Range {
    let version = 10 * (1 + random.below(3) as Version);
    match random.below(10) {
        0..4 => Range::Any,
        4..6 => Range::From(version),
        6..8 => Range::Below(version.max(20)),
        8 => Range::Only(version),
        _ => Range::Not(version),
    }
}

fn python(random: &mut Random, any: usize) -> Range {
    if random.percent(any) {
        return Range::Any;
    }
    let version = *random.of(&PYTHONS);
    match random.below(4) {
        0 => Range::From(version),
        1 => Range::Below(version + 1),
        2 => Range::Only(version),
        _ => Range::Not(version),
    }
}

fn package(random: &mut Random, model: &mut Model, name: &str) {
    let python_package = random.percent(65);
    for version in 1..=(1 + random.below(3)) {
        let mut record = Record {
            name: name.to_string(),
            version: 10 * version as Version,
            track: random.percent(8),
            depends: Vec::new(),
            constrains: Vec::new(),
        };
        // A few packages bring a project in some versions only.
        if python_package != random.percent(6) {
            record
                .depends
                .push(("python".to_string(), python(random, 60)));
        }
        for other in CONDA.iter().filter(|other| **other != name) {
            if random.percent(18) {
                record.depends.push((other.to_string(), range(random)));
            } else if random.percent(10) {
                record.constrains.push((other.to_string(), range(random)));
            }
        }
        model.records.push(record);
    }
}

fn releases(random: &mut Random, flavour: &Flavour, model: &mut Model, project: &str) {
    let mut versions: Vec<Version> = (1..=(1 + random.below(3)))
        .map(|v| 10 * v as Version)
        .collect();
    if flavour.prereleases && random.percent(50) {
        versions.push(25);
    }
    if flavour.prereleases && random.percent(15) {
        versions.retain(|&version| version == 25);
    }
    for version in versions {
        let mut release = Release {
            project: project.to_string(),
            version,
            wheels: Vec::new(),
            source: random.percent(15),
            python: python(random, 75),
            yanked: flavour.yanked && random.percent(25),
            repaired: false,
            requires: Vec::new(),
        };
        match random.below(10) {
            0..5 => release.wheels.push("py3".to_string()),
            5..8 => {
                let tags = PYTHONS.iter().filter(|_| random.percent(50));
                release.wheels = tags.map(|python| format!("cp3{python}")).collect();
            }
            8 => release.wheels.push("win".to_string()),
            _ => release.source = true,
        }
        release.source |= release.wheels.is_empty();
        for other in PROJECTS {
            let likely = if other == project { 8 } else { 30 };
            if random.percent(likely) {
                release
                    .requires
                    .push(requirement(random, flavour, other, 45));
            }
            let with_extra = if other == project { 12 } else { 0 };
            if random.percent(with_extra) {
                let mut own = requirement(random, flavour, other, 0);
                own.extras = vec!["x".to_string()];
                own.range = Range::Any;
                own.marker.extra = Some("y".to_string());
                release.requires.push(own);
            }
        }
        // A release never requires itself but with an extra.
        release
            .requires
            .retain(|r| r.project != project || (r.marker.extra.is_some() && !r.extras.is_empty()));
        model.releases.push(release);
    }
}

fn requirement(random: &mut Random, flavour: &Flavour, project: &str, extra: usize) -> Requirement {
    let extras = EXTRAS
        .iter()
        .filter(|_| random.percent(15))
        .map(ToString::to_string)
        .collect();
    let extra = random
        .percent(extra)
        .then(|| random.of(&EXTRAS).to_string());
    let mut range = range(random);
    if flavour.prereleases && random.percent(10) {
        range = if random.percent(50) {
            Range::From(25)
        } else {
            Range::Only(25)
        };
    }
    Requirement {
        project: project.to_string(),
        extras,
        range,
        marker: Marker {
            python: python(random, 75),
            extra,
        },
    }
}

fn lines(random: &mut Random, flavour: &Flavour, model: &mut Model) {
    model
        .lines
        .push(Line::Want("python".to_string(), python(random, 60)));
    for name in CONDA {
        let there = model.records.iter().any(|record| record.name == name);
        if there && random.percent(40) {
            model
                .lines
                .push(Line::Want(name.to_string(), range(random)));
        }
    }
    for project in PROJECTS {
        if random.percent(40) {
            let mut line = requirement(random, flavour, project, 0);
            line.marker.python = python(random, 90);
            model.lines.push(Line::Pip(line));
        }
        if flavour.constraints && random.percent(30) {
            let mut line = requirement(random, flavour, project, 0);
            line.extras.clear();
            model.lines.push(Line::Constrain(line));
        }
    }
}
