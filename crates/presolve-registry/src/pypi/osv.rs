//! Advisories in the format of OSV (<https://ossf.github.io/osv-schema/>), from a file, a folder
//! or a URL, such as OSV's download of an ecosystem
//! (<https://google.github.io/osv.dev/data/>).

use std::collections::{BTreeSet, HashMap};

use pep440_rs::Version;
use pep508_rs::PackageName;
use presolve_packages::error::FetchError;
use serde::Deserialize;

use super::advisories::{self, Advisory};

mod affected;
mod load;
#[cfg(test)]
mod tests;

use affected::Affected;

/// Advisories of projects on PyPI.
#[derive(Debug, Default)]
pub struct Database {
    projects: HashMap<PackageName, Vec<Entry>>,
}

/// An advisory with the versions of a project that it affects.
#[derive(Debug)]
struct Entry {
    advisory: Advisory,
    affected: Affected,
}

/// Why a database of advisories cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DatabaseError {
    /// It does not exist or is invalid.
    #[error("cannot use the advisories `{place}`: {reason}")]
    Unusable {
        /// Path or URL, redacted.
        place: String,
        /// Cause, as a sentence.
        reason: String,
    },
    /// Its server fails.
    #[error("cannot fetch the advisories `{place}`: {error}")]
    Unreachable {
        /// URL, redacted.
        place: String,
        /// Error of the request.
        error: FetchError,
    },
}

#[derive(Deserialize)]
struct Record {
    id: String,
    aliases: Option<Vec<String>>,
    summary: Option<String>,
    details: Option<String>,
    withdrawn: Option<String>,
    affected: Option<Vec<affected::Listed>>,
}

impl Database {
    /// The known vulnerabilities of a release. The same vulnerability from several databases is
    /// listed once.
    pub fn advisories(&self, name: &PackageName, version: &Version) -> Vec<Advisory> {
        let entries = self.projects.get(name).into_iter().flatten();
        let affecting = entries.filter(|entry| entry.affected.has(version));
        advisories::merged(affecting.map(|entry| entry.advisory.clone()))
    }

    /// The earliest later version that has none of the vulnerabilities of a release; `None` if
    /// no such version is known.
    pub fn fix(&self, name: &PackageName, version: &Version) -> Option<Version> {
        let entries = self.projects.get(name).into_iter().flatten();
        let affecting: Vec<&Entry> = entries
            .filter(|entry| entry.affected.has(version))
            .collect();
        let fixed = affecting.iter().flat_map(|entry| &entry.advisory.fixed_in);
        let later: BTreeSet<&Version> = fixed.filter(|fixed| *fixed > version).collect();
        let is_free = |fixed: &&Version| !affecting.iter().any(|entry| entry.affected.has(fixed));
        later.into_iter().find(is_free).cloned()
    }

    /// Adds an advisory, unless it was withdrawn.
    fn add(&mut self, record: Record) {
        if record.withdrawn.is_some() {
            return;
        }
        let summary = advisories::summary(record.summary.as_deref(), record.details.as_deref());
        for listed in record.affected.into_iter().flatten() {
            let Some(name) = listed.project() else {
                continue;
            };
            let affected = Affected::from(listed);
            let advisory = Advisory {
                id: record.id.clone(),
                aliases: record.aliases.clone().unwrap_or_default(),
                summary: summary.clone(),
                fixed_in: affected.fixed(),
            };
            let entries = self.projects.entry(name).or_default();
            entries.push(Entry { advisory, affected });
        }
    }
}
