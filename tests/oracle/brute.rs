//! All assignments of a small world, checked one by one.
//!
//! Nothing here is taken from presolve: what an assignment has to keep is
//! written down a second time.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{
    Line, Marker, Model, Range, Record, Release, Requirement, Version, is_prerelease,
};

/// The chosen record of each conda package that is installed, by its place.
pub(super) type Conda = BTreeMap<String, usize>;

/// Where a project comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum From {
    /// The release of this place.
    Release(usize),
    /// The conda package of this name.
    Conda(String),
}

/// What pip finds or installs.
pub(super) type Pip = BTreeMap<String, From>;

/// Which pre-releases and yanked releases count. What presolve admits depends on
/// the requirements that it has come upon, so the oracle knows bounds only.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Admit {
    /// Those that count whatever is looked at.
    Least,
    /// Those that some requirement of the world could let in.
    Most,
}

/// Which conda packages may come in though no declared conda line leads to them.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Unasked {
    None,
    Python,
    All,
}

/// How a world is read.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub admit: Admit,
    /// A release may be installed over what a conda package brings.
    pub overwrite: bool,
    /// Which conda packages need not be asked for.
    pub unasked: Unasked,
}

pub(super) struct Oracle<'m> {
    pub model: &'m Model,
    pub lines: Vec<&'m Line>,
    pub rules: Rules,
}

impl<'m> Oracle<'m> {
    /// Whether any assignment holds.
    pub(super) fn solvable(&self) -> bool {
        let mut names: Vec<&str> = self
            .model
            .records
            .iter()
            .map(|record| record.name.as_str())
            .collect();
        names.dedup();
        self.any_conda(&names, &mut Conda::new())
    }

    fn any_conda(&self, names: &[&str], conda: &mut Conda) -> bool {
        let Some((name, rest)) = names.split_first() else {
            return self.conda_holds(conda) && self.any_pip_of(conda);
        };
        if self.any_conda(rest, conda) {
            return true;
        }
        for (place, record) in self.model.records.iter().enumerate() {
            if record.name == *name {
                conda.insert(name.to_string(), place);
                if self.any_conda(rest, conda) {
                    return true;
                }
            }
        }
        conda.remove(*name);
        false
    }

    /// Whether a pip half with this release goes with a conda half.
    pub(super) fn any_pip_with(&self, conda: &Conda, place: usize) -> bool {
        let project = &self.model.releases[place].project;
        let mut projects = self.projects(conda);
        projects.retain(|other| other != project);
        let mut pip = Pip::from([(project.clone(), From::Release(place))]);
        self.release_fits(place, conda) && self.any_pip(&projects, conda, &mut pip)
    }

    fn any_pip_of(&self, conda: &Conda) -> bool {
        !self.has_pip() || self.any_pip(&self.projects(conda), conda, &mut Pip::new())
    }

    fn projects(&self, conda: &Conda) -> Vec<&str> {
        let projects: BTreeSet<&str> = self
            .model
            .releases
            .iter()
            .map(|release| release.project.as_str())
            .chain(
                conda
                    .values()
                    .flat_map(|&place| self.model.brought(&self.model.records[place])),
            )
            .collect();
        projects.into_iter().collect()
    }

    fn any_pip(&self, projects: &[&str], conda: &Conda, pip: &mut Pip) -> bool {
        let Some((project, rest)) = projects.split_first() else {
            return self.pip_holds(conda, pip);
        };
        if self.any_pip(rest, conda, pip) {
            return true;
        }
        let releases = self.model.releases.iter().enumerate();
        let releases = releases.filter(|(_, release)| release.project == *project);
        let mut sources: Vec<From> = releases.map(|(place, _)| From::Release(place)).collect();
        sources.extend(
            self.bringing(conda, project)
                .map(|name| From::Conda(name.to_string())),
        );
        for source in sources {
            if let From::Release(place) = source
                && !self.release_fits(place, conda)
            {
                continue;
            }
            pip.insert(project.to_string(), source);
            if self.any_pip(rest, conda, pip) {
                return true;
            }
        }
        pip.remove(*project);
        false
    }

    fn has_pip(&self) -> bool {
        self.lines
            .iter()
            .any(|line| !matches!(line, Line::Want(..)))
    }

    /// The installed conda packages that bring a project.
    fn bringing<'a>(&'a self, conda: &'a Conda, project: &'a str) -> impl Iterator<Item = &'a str> {
        let records = conda.values().map(|&place| &self.model.records[place]);
        let records = records.filter(move |record| self.model.brought(record).contains(&project));
        records.map(|record| record.name.as_str())
    }

    /// The pip that is installed, of the worlds that have one.
    fn pip(&self, conda: &Conda) -> Option<Version> {
        self.record(conda, "pip").map(|pip| pip.version)
    }

    /// Whether the pip half can be installed at all.
    fn pip_runs(&self, conda: &Conda, python: Version) -> bool {
        let mut records = self.model.records.iter();
        match self.pip(conda) {
            Some(pip) => python < 10 || pip >= 21,
            None => !records.any(|record| record.name == "pip"),
        }
    }

    fn record(&self, conda: &Conda, name: &str) -> Option<&Record> {
        conda.get(name).map(|&place| &self.model.records[place])
    }

    /// Dependencies and constraints hold, and the declared lines lead to every
    /// record.
    pub(super) fn conda_holds(&self, conda: &Conda) -> bool {
        let meets = |(name, range): &(String, Range)| {
            self.record(conda, name)
                .is_some_and(|record| range.contains(record.version))
        };
        let agrees = |(name, range): &(String, Range)| {
            self.record(conda, name)
                .is_none_or(|record| range.contains(record.version))
        };
        let mut reached: Vec<&str> = Vec::new();
        match self.rules.unasked {
            Unasked::None => {}
            Unasked::Python => {
                let there = ["python", "pip"];
                reached.extend(there.iter().filter(|name| conda.contains_key(**name)));
            }
            Unasked::All => reached.extend(conda.keys().map(String::as_str)),
        }
        for line in &self.lines {
            if let Line::Want(name, range) = line {
                if !meets(&(name.clone(), *range)) {
                    return false;
                }
                reached.push(name);
            }
        }
        let mut at = 0;
        while at < reached.len() {
            let record = self.record(conda, reached[at]).expect("it is met");
            if !record.depends.iter().all(meets) || !record.constrains.iter().all(agrees) {
                return false;
            }
            for (name, _) in &record.depends {
                if !reached.contains(&name.as_str()) {
                    reached.push(name);
                }
            }
            at += 1;
        }
        conda.keys().all(|name| reached.contains(&name.as_str()))
    }

    /// Whether a release may be installed beside these records.
    fn release_fits(&self, place: usize, conda: &Conda) -> bool {
        let release = &self.model.releases[place];
        let Some(python) = self.record(conda, "python") else {
            return false;
        };
        let brought = self.bringing(conda, &release.project).next().is_some();
        (self.rules.overwrite || !brought)
            && fits(release, python.version, self.pip(conda))
            && self.admitted(release)
    }

    fn admitted(&self, release: &Release) -> bool {
        match self.rules.admit {
            Admit::Least => self.admitted_anyway(release),
            Admit::Most => self.admitted_perhaps(release),
        }
    }

    fn admitted_anyway(&self, release: &Release) -> bool {
        let stable =
            |other: &&Release| other.project == release.project && !is_prerelease(other.version);
        let only = !self.model.releases.iter().any(|other| stable(&other));
        !release.yanked && (only || !is_prerelease(release.version))
    }

    fn admitted_perhaps(&self, release: &Release) -> bool {
        let ranges: Vec<Range> = self.ranges_on(&release.project).collect();
        if release.yanked && !ranges.contains(&Range::Only(release.version)) {
            return false;
        }
        let pythons = self
            .model
            .records
            .iter()
            .filter(|record| record.name == "python");
        let pythons: Vec<Version> = pythons.map(|record| record.version).collect();
        let stable: Vec<&Release> = self
            .model
            .releases
            .iter()
            .filter(|other| other.project == release.project && !is_prerelease(other.version))
            .filter(|other| {
                let pips = [Some(18), Some(25), None];
                let mut both = pythons
                    .iter()
                    .flat_map(|python| pips.map(|pip| (*python, pip)));
                !other.yanked && both.all(|(python, pip)| fits(other, python, pip))
            })
            .collect();
        let asked = |range: &Range| {
            range.mentions_prerelease() || !stable.iter().any(|other| range.contains(other.version))
        };
        !is_prerelease(release.version) || stable.is_empty() || ranges.iter().any(asked)
    }

    fn ranges_on<'a>(&'a self, project: &'a str) -> impl Iterator<Item = Range> + 'a {
        let declared = self.model.lines.iter().filter_map(|line| match line {
            Line::Pip(requirement) => Some(requirement),
            _ => None,
        });
        let required = self
            .model
            .releases
            .iter()
            .flat_map(|release| &release.requires);
        let on = declared
            .chain(required)
            .filter(move |requirement| requirement.project == project);
        on.map(|requirement| requirement.range)
    }

    /// The requirements of the pip half hold, and lead to all of `pip`.
    pub(super) fn pip_holds(&self, conda: &Conda, pip: &Pip) -> bool {
        self.extras_asked(conda, pip).is_some()
    }

    /// The projects that are asked for, with the extras; none if a requirement
    /// does not hold or something is there that nothing asks for.
    pub(super) fn extras_asked(
        &self,
        conda: &Conda,
        pip: &Pip,
    ) -> Option<BTreeMap<String, BTreeSet<String>>> {
        let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        if !self.has_pip() {
            return pip.is_empty().then_some(asked);
        }
        let python = self.record(conda, "python")?.version;
        let has_list = self.lines.iter().any(|line| matches!(line, Line::Pip(_)));
        if has_list && !self.pip_runs(conda, python) {
            return None;
        }
        let mut queue: Vec<&Requirement> = Vec::new();
        for line in &self.lines {
            if let Line::Pip(requirement) = line
                && holds(&requirement.marker, python, None)
            {
                queue.push(requirement);
            }
        }
        while let Some(requirement) = queue.pop() {
            let source = pip.get(&requirement.project)?;
            if !self.source_meets(source, requirement, conda, python) {
                return None;
            }
            if !asked.contains_key(&requirement.project) {
                asked.insert(requirement.project.clone(), BTreeSet::new());
                queue.extend(self.required((&requirement.project, source), conda, python, None));
            }
            for extra in &requirement.extras {
                if asked.get_mut(&requirement.project)?.insert(extra.clone()) {
                    queue.extend(self.required(
                        (&requirement.project, source),
                        conda,
                        python,
                        Some(extra),
                    ));
                }
            }
        }
        pip.keys()
            .all(|project| asked.contains_key(project))
            .then_some(asked)
    }

    fn source_meets(
        &self,
        source: &From,
        requirement: &Requirement,
        conda: &Conda,
        python: Version,
    ) -> bool {
        let version = match source {
            From::Release(place) if !self.release_fits(*place, conda) => return false,
            From::Release(place) => self.model.releases[*place].version,
            From::Conda(name) => match self.record(conda, name) {
                Some(record)
                    if self
                        .model
                        .brought(record)
                        .contains(&requirement.project.as_str()) =>
                {
                    record.version
                }
                _ => return false,
            },
        };
        let constraints = self.lines.iter().filter_map(|line| match line {
            Line::Constrain(constraint) if constraint.project == requirement.project => {
                Some(constraint)
            }
            _ => None,
        });
        let mut constraints =
            constraints.filter(|constraint| holds(&constraint.marker, python, None));
        requirement.range.contains(version)
            && constraints.all(|constraint| constraint.range.contains(version))
    }

    /// What a project requires without extras, or with one more. Of what conda
    /// brings, conda sees to the former, and the release of the same version
    /// tells the latter.
    fn required(
        &self,
        (project, source): (&str, &From),
        conda: &Conda,
        python: Version,
        extra: Option<&str>,
    ) -> Vec<&'m Requirement> {
        let release = match source {
            From::Release(place) => Some(&self.model.releases[*place]),
            From::Conda(_) if extra.is_none() => None,
            From::Conda(name) => self.release_like(project, name, conda),
        };
        let requires = release.into_iter().flat_map(|release| &release.requires);
        let requires = requires.filter(|requirement| match extra {
            None => holds(&requirement.marker, python, None),
            Some(_) => {
                requirement.marker.extra.is_some() && holds(&requirement.marker, python, extra)
            }
        });
        requires.collect()
    }

    /// The release of a project that a conda package was built from.
    fn release_like(&self, project: &str, conda_name: &str, conda: &Conda) -> Option<&'m Release> {
        let version = self.record(conda, conda_name)?.version;
        let mut releases = self.model.releases.iter();
        releases.find(|release| release.version == version && release.project == project)
    }
}

fn holds(marker: &Marker, python: Version, extra: Option<&str>) -> bool {
    let extras = marker.extra.as_deref();
    marker.python.contains(python) && (extras.is_none() || extras == extra)
}

/// Whether a file of a release can be installed on a python by a pip.
fn fits(release: &Release, python: Version, pip: Option<Version>) -> bool {
    let (tag, old_tag) = (format!("cp3{python}"), format!("cp3{python}-manylinux1"));
    let wheel = release.wheels.iter().any(|wheel| {
        let new = *wheel == tag && pip.is_none_or(|pip| pip >= 21);
        new || *wheel == old_tag || wheel == "py3"
    });
    let reads = !release.repaired || pip.is_none_or(|pip| pip < 25);
    release.python.contains(python) && (wheel || release.source) && reads
}
