//! The rules of one attempt, and the lessons for the next one.

use std::collections::HashSet;

use pep508_rs::PackageName;

use crate::{
    encode::{
        pypi::Lessons,
        rules::{Rules, UnfoundedSet},
    },
    model::solution::Solution,
};

/// The rules under which a problem is read. Each attempt may add lessons about the pip half.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub rules: Rules,
    /// Projects whose pre-releases and yanked releases nothing in a solution requires. Their
    /// lessons are ignored from then on.
    steady: HashSet<PackageName>,
    trial: Trial,
}

/// An attempt without the packages of an unfounded set.
#[derive(Clone, Debug, Default)]
enum Trial {
    #[default]
    NotYet,
    /// The packages are excluded now. These were the unfounded sets before.
    Runs(Vec<UnfoundedSet>),
    /// There is no solution without the packages.
    Failed,
}

impl From<Rules> for Reading {
    fn from(rules: Rules) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }
}

impl Reading {
    /// Returns a copy with changed rules.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Rules)) -> Self {
        let mut reading = self.clone();
        change(&mut reading.rules);
        reading
    }

    /// Returns a copy that allows all pythons and pips.
    pub(super) fn on_all_pythons(&self) -> Self {
        self.with(|rules| (rules.pythons, rules.pip) = (None, None))
    }

    /// Adds the lessons of an attempt; returns whether there are new ones.
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

    /// Removes the lessons about these projects permanently.
    pub(super) fn close(&mut self, projects: Vec<PackageName>) {
        for project in projects {
            self.rules.prereleases.remove(&project);
            self.rules.yanked.retain(|(known, _)| *known != project);
            self.steady.insert(project);
        }
    }

    /// Handles conda packages that only the pip half requires, which the file does not ask
    /// for. Their projects are tried from PyPI first. If the packages reappear, they are
    /// allowed only together with a package that requires them.
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
        // A package that depends on them under a false condition, or through an extra that
        // nothing requires, is not support.
        set.with_support = !self.rules.unfounded.contains(&set);
        let mut smaller = self.rules.unfounded.iter();
        let smaller = smaller.position(|known| {
            known.names.len() < set.names.len() && known.names.is_subset(&set.names)
        });
        self.rules.unfounded.push(set);
        if let (Some(smaller), Trial::NotYet) = (smaller, &self.trial) {
            // The record that supports the smaller set has no reason either. To go on in this
            // way up to a line may take hundreds of attempts, and most files have a solution
            // without these packages.
            self.trial = Trial::Runs(self.rules.unfounded.clone());
            self.rules.unfounded[smaller].with_support = false;
        }
    }

    /// Allows the packages again that were excluded as a trial; returns whether there were any.
    pub(super) fn end_trial(&mut self) -> bool {
        let Trial::Runs(before) = &mut self.trial else {
            return false;
        };
        self.rules.unfounded = std::mem::take(before);
        self.trial = Trial::Failed;
        true
    }
}
