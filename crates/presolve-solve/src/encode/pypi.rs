//! The pip half: releases and the conda packages that provide their project, as candidates of
//! the project's name.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use ahash::{AHashMap as HashMap, AHashSet as HashSet};
use pep440_rs::Version;
use pep508_rs::PackageName;

use super::{conda::CondaHalf, pips::Pips, pythons::Pythons, terms::Terms};
use crate::model::{
    error::SolveError,
    ratings::{RatedFor, Ratings},
    record_facts::Providers,
};
use candidates::ProjectCandidates;
use presolve_packages::{
    error::IndexError,
    pypi::{Project, tags::WheelTarget},
};

mod candidates;
mod constraints;
mod dependencies;
mod direct;
mod files;
mod lines;
mod metadata;
mod refusals;
mod releases;
mod requirements;

/// The candidates of the pip half. A project is fetched when the solver reaches it.
pub(crate) struct PypiHalf<'a> {
    terms: Rc<Terms<'a>>,
    pythons: Rc<Pythons>,
    /// The pips that the declared conda lines allow.
    pips: Pips,
    /// The platform tags that at least one of these pips accepts.
    target: WheelTarget,
    /// The conda packages that provide a project.
    providers: Arc<HashMap<PackageName, Providers>>,
    /// The ratings of releases under these rules.
    ratings: Arc<Ratings>,
    pages: RefCell<HashMap<PackageName, Option<Arc<Project>>>>,
    candidates: RefCell<HashMap<PackageName, Option<Rc<ProjectCandidates>>>>,
    /// The releases whose metadata was requested, whether or not the request succeeded.
    tried: RefCell<HashMap<PackageName, HashSet<Version>>>,
    lessons: RefCell<Lessons>,
    failure: RefCell<Option<SolveError>>,
}

/// Facts about the pip half for which other rules would be better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lessons {
    /// Projects that have a requirement which names a pre-release.
    pub prereleases: Vec<PackageName>,
    /// Yanked releases that a requirement pins by `==`.
    pub yanked: Vec<(PackageName, Version)>,
    /// Whether there are distributions whose dependencies are known only after a build.
    pub needs_build: bool,
}

impl<'a> PypiHalf<'a> {
    pub(super) fn new(terms: Rc<Terms<'a>>, pythons: Rc<Pythons>, conda: &CondaHalf<'a>) -> Self {
        let pips = Pips::new(&terms, conda);
        let providers = if terms.rules.pip_half {
            conda.providers()
        } else {
            Arc::default()
        };
        let ratings = terms.world.ratings.of(RatedFor {
            pythons: pythons.all().collect(),
            allowed: pythons.allowed().clone(),
            pips: pips.versions().to_vec(),
            sources: terms.rules.sources,
        });
        Self {
            ratings,
            target: pips.target(terms.world.target),
            terms,
            pythons,
            pips,
            providers,
            pages: RefCell::default(),
            candidates: RefCell::default(),
            tried: RefCell::default(),
            lessons: RefCell::default(),
            failure: RefCell::default(),
        }
    }

    /// Returns the lessons collected so far.
    pub(super) fn lessons(&self) -> Lessons {
        self.lessons.borrow().clone()
    }

    /// Returns the error of the index query that failed, if one did.
    pub(super) fn failure(&self) -> Option<SolveError> {
        self.failure.borrow().clone()
    }

    fn fail(&self, error: IndexError) {
        self.failure.borrow_mut().get_or_insert(error.into());
    }

    /// Returns the releases of a project, or `None` if no index has it or an earlier query
    /// failed.
    pub(crate) fn project(&self, name: &PackageName) -> Option<Arc<Project>> {
        if let Some(known) = self.pages.borrow().get(name) {
            return known.clone();
        }
        let page = self
            .terms
            .world
            .pypi
            .project(name)
            .unwrap_or_else(|failure| {
                self.fail(failure);
                None
            });
        self.pages.borrow_mut().insert(name.clone(), page.clone());
        page
    }

    /// Returns the conda packages that provide a project in any version.
    pub(crate) fn providers(&self, project: &PackageName) -> impl Iterator<Item = &str> {
        let providers = self.providers.get(project).into_iter().flatten();
        providers.map(|(package, _)| package.as_str())
    }
}
