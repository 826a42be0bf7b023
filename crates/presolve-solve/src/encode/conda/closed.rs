//! Records that the declared lines and the target exclude before anything is solved.
//!
//! A build for Python 3.9 is in no solution of a file with `python=3.10`. As a candidate, it
//! and everything that it depends on would be clauses. Most records of a channel are such
//! builds, so leaving them out makes the encoding smaller. It is done only where the question
//! is whether there is a solution: it hides which lines are at fault, and the solver decides in
//! another order.

use std::{cell::RefCell, rc::Rc};

use ahash::AHashMap as HashMap;

use resolvo::Candidates;

use super::{super::pool::Candidate, CondaHalf};
use crate::model::record_spec::RecordSpec;

/// The dependencies that were compared with the declared lines.
#[derive(Default)]
pub(super) struct Closed<'a> {
    /// Whether a dependency, as a record writes it, can be met.
    met: RefCell<HashMap<&'a str, bool>>,
    /// The specs of the declared lines on a package; `None` if there are none.
    declared: RefCell<HashMap<&'a str, Option<Rc<[RecordSpec]>>>>,
}

impl<'a> CondaHalf<'a> {
    /// Leaves out the records that are excluded, and those with a dependency that no allowed
    /// record meets.
    pub(in crate::encode) fn leave_out_unmet(&self, open: &mut Candidates) {
        let mut excluded: Vec<_> = open.excluded.drain(..).map(|(id, _)| id).collect();
        excluded.sort_unstable();
        open.candidates.retain(|id| {
            excluded.binary_search(id).is_err()
                && match self.terms.candidate(*id) {
                    Candidate::Record(record) => {
                        let depends = &self.terms.record(*record).package_record.depends;
                        depends.iter().all(|text| self.can_be_met(text))
                    }
                    _ => true,
                }
        });
        open.favored = open.favored.filter(|id| open.candidates.contains(id));
    }

    fn can_be_met(&self, text: &'a str) -> bool {
        if let Some(known) = self.closed.met.borrow().get(text) {
            return *known;
        }
        let is_met = self.is_met_by_some(text).unwrap_or(true);
        self.closed.met.borrow_mut().insert(text, is_met);
        is_met
    }

    /// Whether an allowed record meets a dependency on a declared package, on python or on a
    /// virtual package. `None` if it is on another package, or not certain.
    fn is_met_by_some(&self, text: &'a str) -> Option<bool> {
        let end = text.find(|character: char| !is_of_name(character));
        let name = &text[..end.unwrap_or(text.len())];
        let specs = self.declared_specs(name);
        if specs.is_none() && name != "python" && !name.starts_with("__") {
            return None;
        }
        let read = self.terms.world.facts.read(text).ok()?;
        if read.name != name || read.condition.is_some() || !read.extras.is_empty() {
            return None;
        }
        let spec = read.spec.as_ref().ok()?;
        let mut allowed = self.allowed(name, specs.as_deref().unwrap_or_default(), false);
        Some(allowed.any(|record| spec.matches(record)) || self.is_met_by_target(name, spec))
    }

    fn is_met_by_target(&self, name: &str, spec: &RecordSpec) -> bool {
        let mut provided = self.terms.world.virtual_packages.iter();
        provided
            .any(|package| package.name.as_normalized() == name && spec.matches_virtual(package))
    }

    fn declared_specs(&self, name: &'a str) -> Option<Rc<[RecordSpec]>> {
        let mut declared = self.closed.declared.borrow_mut();
        let known = declared.entry(name).or_insert_with(|| {
            let specs = self.terms.declared_specs(name);
            (!specs.is_empty()).then(|| specs.into())
        });
        known.clone()
    }
}

/// Whether a package name may contain a character (CEP 26).
fn is_of_name(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || "-_.".contains(character)
}
