//! The PyPI half: releases, and what conda packages provide, as candidates of the
//! capability of their project.
//!
//! - `pypi:torch` has one candidate per release and one per version of each conda
//!   package that brings the project. The latter is tied to its record, and a
//!   release forbids these conda packages: so the project comes from conda or
//!   from PyPI, never both.
//! - A release requires a `python` that one of its files can be installed on.
//! - A marker that depends on Python, "dep if python<3.9", is the union
//!   { python>=3.9 | dep }.
//! - `pypi:torch[extra]` has one candidate per candidate of `pypi:torch`, tied to
//!   that one.

mod candidates;
mod files;
mod requirements;

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use pep440_rs::Version;
use pep508_rs::PackageName;

use crate::encode::Provider;
use candidates::ProjectCandidates;
pub(crate) use candidates::{mentions_prerelease, pins_exactly};
use presolve_packages::pypi::Project;

/// Cached facts about projects during a solve.
#[derive(Default)]
pub(crate) struct ProjectCache {
    pages: RefCell<HashMap<PackageName, Option<Arc<Project>>>>,
    candidates: RefCell<HashMap<PackageName, Option<ProjectCandidates>>>,
    /// The releases whose metadata was asked for.
    tried: RefCell<HashMap<PackageName, HashSet<Version>>>,
}

impl Provider<'_> {
    /// Returns the releases of a project on the indexes.
    pub(crate) fn project(&self, name: &PackageName) -> Option<Arc<Project>> {
        if let Some(known) = self.projects.pages.borrow().get(name) {
            return known.clone();
        }
        let page = self.world.pypi.project(name).unwrap_or_else(|failure| {
            self.fail(failure);
            None
        });
        let mut pages = self.projects.pages.borrow_mut();
        pages.insert(name.clone(), page.clone());
        page
    }
}
