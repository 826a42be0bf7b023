//! Changes in the requirements files that a pip list includes.

use std::sync::Arc;

use super::{Change, Rewritten};
use crate::{edits::Edits, list::uneditable, yaml};
use presolve_text::{
    diagnostic::{Failure, Location},
    source::SourceFile,
};

/// Applies the changes, and returns each changed file once.
pub(super) fn rewritten(changes: &[&Change]) -> Result<Vec<Rewritten>, Failure> {
    let mut files: Vec<(&Arc<SourceFile>, Edits<'_>)> = Vec::new();
    for change in changes {
        let Some(at) = change.at() else {
            continue;
        };
        let known = files
            .iter()
            .position(|(file, _)| Arc::ptr_eq(file, &at.file));
        let place = known.unwrap_or_else(|| {
            files.push((&at.file, Edits::new(at.file.text())));
            files.len() - 1
        });
        make(&mut files[place].1, change, at)?;
    }
    let rewritten = files.into_iter().map(|(before, edits)| Rewritten {
        before: Arc::clone(before),
        after: before.with_text(edits.apply()),
    });
    Ok(rewritten.collect())
}

/// Applies a change of one line.
///
/// # Errors
/// [`Failure::input`] if the requirement spans several lines.
pub(crate) fn make(edits: &mut Edits<'_>, change: &Change, at: &Location) -> Result<(), Failure> {
    if at.text().contains('\n') {
        return Err(uneditable(
            at.clone(),
            "this requirement spans several lines",
            "write it on one line, or change it by hand",
        ));
    }
    match change {
        Change::Replace { with, .. } => edits.replace(at.span.clone(), with),
        Change::Remove { .. } => edits.remove_line(at.span.clone()),
        Change::AddPipOption { option, .. } => {
            let start = yaml::line_start(edits.text, at.span.start);
            let line = format!("{option}{}", edits.line_break);
            edits.insert(start, &line);
        }
        Change::AddConda(_) | Change::AddPip(_) | Change::AddChannel(_) | Change::MergePipLists => {
        }
    }
    Ok(())
}
