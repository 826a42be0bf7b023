//! The pip list of the dependencies.

use std::sync::Arc;

use yaml_serde::Value;

use super::{Reader, entries::Entry, misplaced, several};
use crate::{
    PipRequirement,
    added_block::BlockReader,
    codes,
    pin_comment::{LineComment, Origin},
    pip_lines::{self, PipText},
    route::route,
};
use presolve_text::diagnostic::{Diagnostic, Location};

/// A `pip:` key of the dependencies.
pub(super) struct PipList<'a> {
    /// The place of the key.
    pub(super) key: Location,
    /// The index of its entry in the dependencies.
    pub(super) index: usize,
    pub(super) items: &'a [Value],
}

impl<'a> Reader<'a> {
    pub(super) fn find_pip_list(&mut self, index: usize, value: &'a Value) {
        let route = route!("dependencies", index, "pip");
        let items = match value {
            Value::Sequence(items) => &items[..],
            Value::Null => &[],
            _ => {
                let help = "write each requirement on its own line as `- name`";
                return self.refuse(self.tree.location(&route), "`pip:` is not a list", help);
            }
        };
        let span = self.tree.key_span(&route);
        let key = span.map_or_else(|| self.tree.location(&route), |span| self.tree.at(span));
        self.pip_lists.push(PipList { key, index, items });
    }

    /// Reads the only pip list that counts: conda puts the entries of `dependencies` into one
    /// dictionary, where a later `pip` replaces an earlier one (`Dependencies.parse` in
    /// conda/env/env.py).
    pub(super) fn read_last_pip_list(&mut self) {
        let Some(PipList { key, index, items }) = self.pip_lists.last() else {
            return;
        };
        let (items, route) = (*items, route!("dependencies", *index, "pip"));
        if items.is_empty() {
            if several::ignored(&self.pip_lists).next().is_none() {
                let warning = Diagnostic::warning(codes::EMPTY_PIP_LIST, "the pip list is empty");
                self.environment.warnings.push(warning.at(key.clone(), ""));
            }
            return;
        }
        if self.has_empty_entry(&route, items) {
            return;
        }
        let mut blocks = BlockReader::default();
        for (index, item) in items.iter().enumerate() {
            match self.entry_in(&mut blocks, &route.with_key(index), item) {
                Ok(entry) => self.push_pip(&entry),
                Err(error) => self.errors.push(error),
            }
        }
        self.environment.added_blocks.append(&mut blocks.blocks);
        self.check_length(&route, items.len());
    }

    pub(super) fn push_pip(&mut self, entry: &Entry) {
        if let Some(error) = misplaced::in_pip_list(entry) {
            return self.errors.push(error);
        }
        let file = Arc::clone(self.tree.source());
        let text = PipText {
            verbatim: verbatim(entry),
            text: entry.text.clone(),
            span: entry.location.span.clone(),
            file,
        };
        let before = self.pip.pip.requirements.len();
        self.pip.read_item(&text);
        if let [requirement] = &mut self.pip.pip.requirements[before..]
            && requirement.in_environment
        {
            apply_comment(requirement, &entry.comment);
        }
    }

    pub(super) fn warn_of_pip(&mut self) {
        self.environment
            .warnings
            .extend(several::warning(&self.pip_lists));
        let pip_is_declared = self
            .environment
            .conda
            .iter()
            .any(|requirement| requirement.spec.name.to_string() == "pip");
        let mut lists = self.pip_lists.iter();
        let list = lists.find(|list| !list.items.is_empty());
        if let (Some(list), false) = (list, pip_is_declared) {
            let warning =
                Diagnostic::warning(codes::PIP_NOT_DECLARED, "there is a pip list but no `pip`")
                    .at(list.key.clone(), "")
                    .note("conda adds `pip` automatically, with a warning")
                    .help("add `- pip` to the dependencies");
            self.environment.warnings.push(warning);
        }
    }
}

/// Restores the declared requirement of a pinned pip line from its comment.
pub(crate) fn apply_comment(requirement: &mut PipRequirement, comment: &LineComment) {
    let Some(pin) = pip_lines::pinned_version(&requirement.kind).cloned() else {
        return;
    };
    match &comment.origin {
        Some(Origin::Added) => {
            requirement.pin = Some(pin);
            requirement.added_by_pin = true;
        }
        Some(Origin::Declared(declared)) => {
            if let Some(kind) = pip_lines::declared(declared, requirement) {
                requirement.kind = kind;
                requirement.text.clone_from(declared);
                requirement.pin = Some(pin);
            }
        }
        None => {}
    }
}

/// Returns the byte offset of the entry's text, if the file contains it unchanged.
fn verbatim(entry: &Entry) -> Option<usize> {
    let span = entry.location.span.clone();
    let offset = entry.location.text().find(&entry.text)?;
    (offset <= 1).then_some(span.start + offset)
}
