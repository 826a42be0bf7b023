//! Applies fixes one after the other. Each one is computed from the text after the previous
//! one, so they cannot overlap.

use std::sync::Arc;

use super::{
    lint::{LintOptions, lint, shown_by_the_text},
    suppression::{Accepted, silence},
};
use crate::rules::{Finding, Safety};
use presolve_input::Input;
use presolve_text::source::SourceFile;

/// The maximum number of fixes in one file. No file has that many findings, so it only stops
/// two fixes that undo each other.
const LIMIT: usize = 1000;

/// The maximum number of bytes to read again for fixes. The file is read once for each fix.
/// Running `--fix` again continues.
const MAX_READ: usize = 32 * 1024 * 1024;

/// A file before and after its fixes.
pub struct Fixed {
    /// The file before the fixes.
    pub before: Arc<SourceFile>,
    /// The file after the fixes.
    pub source: Arc<SourceFile>,
    /// The fixed findings, in the order of their fixes.
    pub findings: Vec<Finding>,
}

/// Applies the fixes of a file, including unsafe ones if `with_unsafe` is set. Suppressed
/// findings are not fixed.
pub fn fix(input: &Input, asked: LintOptions<'_>, with_unsafe: bool, accepted: &Accepted) -> Fixed {
    let source = &input.source;
    let mut edited: Option<Input> = None;
    let mut fixed = Fixed {
        before: Arc::clone(source),
        source: Arc::clone(source),
        findings: Vec::new(),
    };
    let mut texts = vec![source.text().to_owned()];
    let read = source.text().len().max(1) * input.readings();
    let rounds = (MAX_READ / read).clamp(1, LIMIT);
    while fixed.findings.len() < rounds {
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
        fixed.findings.push(finding);
        texts.push(text);
    }
    fixed
}
