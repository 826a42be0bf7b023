//! The support of an unfounded set.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use resolvo::VersionSetId;

use super::{
    super::{pool::VersionSet, rules::UnfoundedSet},
    CondaHalf,
};
use crate::model::record::depends_on;

impl CondaHalf<'_> {
    /// Returns the records that lead to an unfounded set, of all packages that the declared
    /// lines may reach without it, nearest first.
    ///
    /// A package that is required for a reason always comes with such a record: this is the
    /// loop formula of answer set programming (Lin and Zhao 2004).
    pub(super) fn support(&self, set: &UnfoundedSet) -> Vec<VersionSetId> {
        if !set.with_support {
            return Vec::new();
        }
        let names = Arc::new(set.names.clone());
        let mut queue = self.roots();
        let mut seen: HashSet<String> = queue.iter().cloned().collect();
        let mut support = Vec::new();
        while let Some(package) = queue.pop_front() {
            let mut leads_there = false;
            for (_, id) in self.candidates_of(&package) {
                for name in depends_on(self.terms.record(id)) {
                    if names.contains(&*name) {
                        leads_there = true;
                    } else if !seen.contains(&*name) {
                        seen.insert(name.to_string());
                        queue.push_back(name.into_owned());
                    }
                }
            }
            if leads_there {
                let package = self.terms.conda(&package);
                let depending = VersionSet::DependsOn(names.clone());
                support.push(self.terms.some_of(package, depending));
            }
        }
        support
    }

    /// Returns the packages that need no other package to require them.
    fn roots(&self) -> VecDeque<String> {
        self.terms
            .problem
            .conda_names()
            .into_iter()
            .chain(self.terms.world.asked.iter().cloned())
            .collect()
    }
}
