//! The findings for a file without a solution: one for each conflict, the first with the
//! change that fixes all of them.

use std::sync::Arc;

use rattler_conda_types::Subdir;

use crate::rules::{
    self, Finding, Safety, TextFix,
    solving::{gone_builds, incompatible_python, unsolvable},
};
use presolve_explain::{EditKind, Explanation, Fix};
use presolve_solve::{
    Conflict,
    conflict::{Case, Half, ReasonKind},
};
use presolve_text::{diagnostic::Diagnostic, source::SourceFile};
use presolve_words::{edits::words, unsolvable::View};

/// Turns an explanation into findings.
pub(super) fn findings(explanation: &Explanation, source: &Arc<SourceFile>) -> Vec<Finding> {
    let view = View {
        subdir: explanation.subdir,
        channels: &explanation.channels,
        declared: &explanation.declared,
        places: &explanation.places,
        missing: &explanation.missing,
    };
    let mut findings: Vec<Finding> = Vec::new();
    if let Some(gone) = &explanation.gone_builds {
        let told = view.gone_builds(gone);
        findings.push(Finding::of(&gone_builds::RULE, told, source));
    }
    for conflict in &explanation.conflicts {
        for diagnostic in view.diagnostics(conflict) {
            let diagnostic = renamed(diagnostic, conflict, &view);
            let rule = rules::by_name(diagnostic.name).unwrap_or(&unsolvable::RULE);
            findings.push(Finding::of(rule, diagnostic, source));
        }
    }
    if let Some(first) = findings.first_mut()
        && let Some(mending) = explanation.fixes.first()
    {
        first.diagnostic.notes.extend(gives(mending));
        // Only the user can decide to remove a line, because the code may need it. A fix
        // changes a single file.
        let drops = mending.edits.iter().any(|edit| edit.kind == EditKind::Drop);
        if drops || !mending.included.is_empty() {
            let help = format!(
                "make this change, which gives a solution: {}",
                title(explanation, mending)
            );
            first.diagnostic.help.push(help);
        } else {
            first.fix = Some(fix(explanation, mending, source));
        }
    }
    findings
}

/// The finding for a file without a solution whose conflict is unknown.
pub(super) fn unexplained(subdir: Subdir, source: &Arc<SourceFile>) -> Finding {
    let message = format!("there is no solution for {subdir}");
    let diagnostic = Diagnostic::error(unsolvable::RULE.name, message)
        .note("the time limit stopped the search for the cause")
        .help("run `presolve explain`, which searches for longer");
    Finding::of(&unsolvable::RULE, diagnostic, source)
}

/// Gives a conflict over Python the name of its own rule.
fn renamed(mut diagnostic: Diagnostic, conflict: &Conflict, view: &View<'_>) -> Diagnostic {
    if diagnostic.name == unsolvable::RULE.name && is_about_python(conflict) {
        diagnostic.name = incompatible_python::RULE.name;
        if view.set_python(conflict).is_some() {
            return diagnostic;
        }
        let subdir = view.subdir;
        diagnostic.message = match conflict.lines.len() {
            1 => format!("no Python that the file allows satisfies this line on {subdir}"),
            lines => format!("no Python satisfies these {lines} lines on {subdir}"),
        };
    }
    diagnostic
}

/// Whether every case of the conflict is about the version of Python.
fn is_about_python(conflict: &Conflict) -> bool {
    let is_python = |case: &Case| {
        let disputed = &case.disputed;
        let by_python = case.ruled_out.iter().any(|ruled_out| {
            matches!(
                ruled_out.reason.kind(),
                ReasonKind::RequiresPython | ReasonKind::PythonTag
            )
        });
        // A single line that requires an unavailable Python is not a conflict over Python.
        let is_shared = conflict.lines.len() > 1;
        let is_python = disputed.half == Half::Conda && disputed.name == "python";
        (is_python && is_shared) || by_python
    };
    !conflict.cases.is_empty() && conflict.cases.iter().all(is_python)
}

fn fix(explanation: &Explanation, mending: &Fix, source: &Arc<SourceFile>) -> TextFix {
    let title = title(explanation, mending);
    TextFix::of_text(title, Safety::Unsafe, source, &mending.text)
}

fn title(explanation: &Explanation, mending: &Fix) -> String {
    let edits = mending.edits.iter();
    let words: Vec<String> = edits.map(|edit| words(explanation, edit)).collect();
    words.join(", ")
}

/// The versions in the solution with the fix, which was solved.
fn gives(mending: &Fix) -> Option<String> {
    let given = mending.gives.iter();
    let given: Vec<String> = given
        .map(|given| format!("{} {} ({})", given.name, given.version, given.half))
        .collect();
    (!given.is_empty()).then(|| {
        format!(
            "the change below gives a solution, with {}",
            given.join(", ")
        )
    })
}
