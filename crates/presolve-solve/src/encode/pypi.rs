//! The PyPI half: releases, and what conda packages provide, as candidates of the
//! capability of their project.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use pep440_rs::Version;
use pep508_rs::PackageName;

use super::{
    conda::{CondaHalf, Providers},
    pips::Pips,
    pythons::Pythons,
    terms::Terms,
};
use crate::model::error::SolveError;
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

/// The candidates of the PyPI half. Projects are fetched when the solver gets to them.
pub(crate) struct PypiHalf<'a> {
    terms: Rc<Terms<'a>>,
    pythons: Rc<Pythons>,
    /// The pips that the declared conda lines allow.
    pips: Pips,
    /// The platform tags that one of these pips takes.
    target: WheelTarget,
    /// The conda packages that provide a project.
    providers: HashMap<PackageName, Providers>,
    pages: RefCell<HashMap<PackageName, Option<Arc<Project>>>>,
    candidates: RefCell<HashMap<PackageName, Option<ProjectCandidates>>>,
    /// The releases whose metadata was fetched, or tried to.
    tried: RefCell<HashMap<PackageName, HashSet<Version>>>,
    lessons: RefCell<Lessons>,
    failure: RefCell<Option<SolveError>>,
}

/// Facts about the PyPI half that other rules would be better for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lessons {
    /// Projects of which a requirement names a pre-release.
    pub prereleases: Vec<PackageName>,
    /// Yanked releases that a requirement names by `==`.
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
            HashMap::new()
        };
        Self {
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

    /// What was learnt so far.
    pub(super) fn lessons(&self) -> Lessons {
        self.lessons.borrow().clone()
    }

    /// Why an index could not be queried, if one could not.
    pub(super) fn failure(&self) -> Option<SolveError> {
        self.failure.borrow().clone()
    }

    fn fail(&self, error: IndexError) {
        self.failure.borrow_mut().get_or_insert(error.into());
    }

    /// The releases of a project on the indexes; none if no index has it, or after a
    /// failure.
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

    /// The conda packages that provide a project, whatever their version.
    pub(crate) fn providers(&self, project: &PackageName) -> impl Iterator<Item = &str> {
        let providers = self.providers.get(project).into_iter().flatten();
        providers.map(|(package, _)| package.as_str())
    }
}
