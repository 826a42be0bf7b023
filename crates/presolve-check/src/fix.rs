//! Makes fixes, one after the other: each is found in the text that the one before it
//! left, so that no two of them can meet in one place.

use std::sync::Arc;

use super::{
    lint::{LintOptions, lint, shown_by_the_text},
    suppression::{Accepted, silence},
};
use crate::rules::{Finding, Safety};
use presolve_input::Input;
use presolve_text::source::SourceFile;

/// How many fixes are made in one file: more than any file has findings, and an end if
/// two fixes should undo each other.
const LIMIT: usize = 1000;

/// How many bytes may be read again for fixes: a file is read once for each. Running `--fix`
/// again goes on.
const MAX_READ: usize = 32 * 1024 * 1024;

/// A file with its fixes made.
pub struct Fixed {
    /// File before the fixes.
    pub before: Arc<SourceFile>,
    /// File after the fixes.
    pub source: Arc<SourceFile>,
    /// Fixed findings, in the order of their fixes.
    pub mended: Vec<Finding>,
}

/// Makes the fixes of a file, the unsafe ones too if that is wanted, but for findings
/// that are silenced.
pub fn fix(input: &Input, asked: LintOptions<'_>, with_unsafe: bool, accepted: &Accepted) -> Fixed {
    let source = &input.source;
    let mut edited: Option<Input> = None;
    let mut fixed = Fixed {
        before: Arc::clone(source),
        source: Arc::clone(source),
        mended: Vec::new(),
    };
    let mut texts = vec![source.text().to_owned()];
    let rounds = (MAX_READ / source.text().len().max(1)).clamp(1, LIMIT);
    while fixed.mended.len() < rounds {
        let input = edited.as_ref().unwrap_or(input);
        let linted = lint(input, asked);
        let looked_for = shown_by_the_text(&linted);
        let selection = asked.selection;
        let (findings, _) = silence(
            &fixed.source,
            linted.findings,
            accepted,
            selection,
            &looked_for,
        );
        let next = findings.into_iter().find_map(|finding| {
            let fix = finding.fix.as_ref()?;
            let is_wanted = with_unsafe || fix.safety == Safety::Safe;
            let is_here = fix.file.path() == fixed.source.path();
            let text = (is_wanted && is_here).then(|| fix.apply())?;
            (!texts.contains(&text)).then_some((finding, text))
        });
        let Some((finding, text)) = next else {
            break;
        };
        let next = input.with_text(text.clone());
        fixed.source = Arc::clone(&next.source);
        edited = Some(next);
        fixed.mended.push(finding);
        texts.push(text);
    }
    fixed
}
