//! The sentences that explain a reason, shared by all formats for people.

use std::fmt;

use super::{Case, Chain, Left, Package, RuledOut, Versions};
use crate::model::Declared;

/// The maximum number of exclusions that are listed.
const REASONS_SHOWN: usize = 4;

/// The maximum number of given packages in a sentence. JSON and the pictures show all.
const GIVEN_SHOWN: usize = 3;

impl Case {
    /// Returns the case as sentences, one fact each.
    pub fn facts(&self, declared: &[Declared]) -> Vec<String> {
        let mut facts: Vec<String> = Vec::new();
        // The line itself shows what it requires, so this is not repeated if a reason follows.
        let says_why = !self.ruled_out.is_empty() || self.nearest.is_some();
        let is_plain = |chain: &Chain| chain.links.len() == 1 && chain.given.is_empty();
        let plain = says_why && self.choice.is_none() && self.chains.iter().all(is_plain);
        let is_told = |chain: &&Chain| !(plain && chain.end().versions.is_none());
        for chain in self.chains.iter().filter(is_told) {
            let mut fact = chain.words(declared);
            if let Some(choice) = &self.choice {
                fact = format!("with {choice}: {fact}");
            }
            facts.push(fact);
        }
        let dead_end = self
            .chains
            .iter()
            .any(|chain| chain.leads_to(&self.disputed) && chain.end().versions.is_none());
        if !dead_end {
            facts.push(format!("no {} satisfies all of these", self.disputed));
        }
        let more = self.ruled_out.len().saturating_sub(REASONS_SHOWN);
        facts.extend(
            self.ruled_out
                .iter()
                .take(REASONS_SHOWN)
                .map(ToString::to_string),
        );
        if more > 0 {
            facts.push(format!("and {more} more reasons"));
        }
        facts.extend(self.nearest.clone());
        facts.extend(self.notes.iter().cloned());
        facts
    }
}

impl Chain {
    /// Returns the package at the end of the chain, with its remaining candidates.
    pub fn end(&self) -> &Left {
        self.links.last().expect("a chain has a package at its end")
    }

    /// Whether the chain ends at this package.
    pub fn leads_to(&self, package: &Package) -> bool {
        self.end().package == *package
    }

    /// Returns the chain in words: "`tensorflow==2.8.0` (PyPI) needs numpy (conda) 1.20 to
    /// 1.26".
    pub fn words(&self, declared: &[Declared]) -> String {
        let line = &declared[self.line];
        let half = if line.is_conda() { "" } else { " (PyPI)" };
        let mut words = format!("`{}`{half}", line.text);
        let (end, between) = self.links.split_last().expect("a chain is not empty");
        // The line itself shows the first requirement.
        for link in between.iter().skip(1) {
            words += &format!(" needs {link}, which");
        }
        words += match between {
            [] => " asks for ",
            _ => " needs ",
        };
        words += &match &end.versions {
            Some(_) => end.to_string(),
            None => {
                let constraint = self.asked.as_ref().map(|asked| format!(" {asked}"));
                let constraint = constraint.unwrap_or_default();
                format!("{}{constraint}, but no match is available", end.package)
            }
        };
        if let [first, rest @ ..] = &self.given[..] {
            words += &format!(", given {first}");
            for left in rest.iter().take(GIVEN_SHOWN - 1) {
                words += &format!(" and {left}");
            }
            let more = self.given.len().saturating_sub(GIVEN_SHOWN);
            if more > 0 {
                words += &format!(" and {more} more");
            }
        }
        words
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.half {
            super::Half::Virtual => write!(f, "{}", self.name),
            half => write!(f, "{} ({half})", self.name),
        }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.versions {
            Some(versions) => write!(f, "{} {versions}", self.package),
            None => write!(f, "{} in no version", self.package),
        }
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ranges)
    }
}

impl fmt::Display for RuledOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, versions, reason) = (&self.package.name, &self.versions, &self.reason.text);
        write!(f, "{name} {versions}: {reason}")
    }
}
