//! The rules of one attempt, and what was learnt for the next one.

use std::collections::HashSet;

use pep508_rs::PackageName;

use crate::{
    encode::{
        pypi::Lessons,
        rules::{Rules, UnfoundedSet},
    },
    model::solution::Solution,
};

/// How a problem is read: the rules of the next attempt. Facts about the pip half are
/// learnt from each attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub rules: Rules,
    /// Projects whose pre-releases and yanked releases nothing in a solution requires:
    /// they do not count whatever is checked.
    steady: HashSet<PackageName>,
}

impl From<Rules> for Reading {
    fn from(rules: Rules) -> Self {
        Self {
            rules,
            steady: HashSet::new(),
        }
    }
}

impl Reading {
    /// The same with other rules.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Rules)) -> Self {
        let mut reading = self.clone();
        change(&mut reading.rules);
        reading
    }

    /// The same for all pythons and pips.
    pub(super) fn on_all_pythons(&self) -> Self {
        self.with(|rules| (rules.pythons, rules.pip) = (None, None))
    }

    /// Adds the facts that a solve learnt; returns whether there are new ones.
    pub(crate) fn learn(&mut self, lessons: &Lessons) -> bool {
        let mut news = false;
        for project in &lessons.prereleases {
            if !self.steady.contains(project) {
                news |= self.rules.prereleases.insert(project.clone());
            }
        }
        for release in &lessons.yanked {
            if !self.steady.contains(&release.0) {
                news |= self.rules.yanked.insert(release.clone());
            }
        }
        news
    }

    /// Removes what was learnt about these projects, for good.
    pub(super) fn close(&mut self, projects: Vec<PackageName>) {
        for project in projects {
            self.rules.prereleases.remove(&project);
            self.rules.yanked.retain(|(known, _)| *known != project);
            self.steady.insert(project);
        }
    }

    /// Conda packages that only the pip half requires are not what the file
    /// says: their projects are tried from PyPI first, and if they come back
    /// nevertheless, only together with something that requires them.
    pub(super) fn refuse(&mut self, unfounded: Vec<String>, solution: &Solution) {
        let mut reordered = false;
        for provided in &solution.provided {
            if unfounded.contains(&provided.conda_name) {
                reordered |= self.rules.conda_first.remove(&provided.project);
            }
        }
        if reordered {
            return;
        }
        let mut set = UnfoundedSet {
            names: unfounded.into_iter().collect(),
            with_support: true,
        };
        // What depends on them under a condition that does not hold, or with an
        // extra that nothing requires, is no support.
        set.with_support = !self.rules.unfounded.contains(&set);
        self.rules.unfounded.push(set);
    }
}
