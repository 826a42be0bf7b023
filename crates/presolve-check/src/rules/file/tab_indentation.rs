use std::sync::Arc;

use crate::rules::{Finder, Parsed, Rule, Safety, TextEdit, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::TAB_INDENTATION,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("tab_indentation.md"),
};

/// Replaces each tab at the start of a line with two blanks. The file was not YAML before, so
/// this can only restore the intended meaning.
fn fix(diagnostic: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let source = &diagnostic.labels.first()?.location.file;
    let mut edits = Vec::new();
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line[..indent].contains('\t') {
            edits.push(TextEdit {
                span: start..start + indent,
                with: line[..indent].replace('\t', "  "),
            });
        }
        start += line.len();
    }
    let fix = TextFix {
        title: "replace the tabs with spaces".to_owned(),
        safety: Safety::Safe,
        file: Arc::clone(source),
        edits,
    };
    let fixed = source.with_text(fix.apply());
    let is_read = parsed.host.read(&fixed, &[]).complete().is_ok();
    is_read.then_some(fix)
}
