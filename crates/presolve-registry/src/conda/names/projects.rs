//! One value of the mapping: a PyPI name, a list of names, or null.
//!
//! There are tens of thousands of them, and every run that solves reads all. serde's untagged
//! enums would copy each value before they parse it.

use std::fmt;

use pep508_rs::PackageName;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use presolve_parse as parse;

/// The projects that a conda package provides; empty for a package without a project.
#[derive(Clone, Debug, Default)]
pub(super) struct Projects(pub Vec<PackageName>);

impl Projects {
    fn add(&mut self, name: &str) {
        // setuptools uses this name for a project without a name.
        if !name.eq_ignore_ascii_case("unknown") {
            self.0.extend(parse::pep::name(name));
        }
    }
}

impl<'de> Deserialize<'de> for Projects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Value)
    }
}

struct Value;

impl<'de> Visitor<'de> for Value {
    type Value = Projects;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a PyPI name, a list of names, or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Projects, E> {
        Ok(Projects::default())
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Projects, E> {
        let mut projects = Projects::default();
        projects.add(name);
        Ok(projects)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Projects, A::Error> {
        let mut projects = Projects::default();
        while let Some(name) = names.next_element::<String>()? {
            projects.add(&name);
        }
        Ok(projects)
    }
}
