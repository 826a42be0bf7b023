//! What reading a file and looking at it finds. No network is asked.

use std::sync::Arc;

use rattler_conda_types::Subdir;

use super::Selection;
use crate::{
    config::Settings,
    diagnostic::Diagnostic,
    rules::{self, Finder, Finding, Rule, Subject},
    spec::{EnvironmentFile, environment, source::SourceFile},
};

/// What a file is looked at for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The rules.
    pub selection: &'a Selection,
    /// The settings that hold for the file.
    pub settings: &'a Settings,
    /// The platforms that it is checked for; empty if none was named.
    pub platforms: &'a [Subdir],
    /// The day on which it is checked.
    pub today: jiff::civil::Date,
}

/// A file that was looked at.
pub struct Linted {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// What it means, if nothing in it was refused: only then it can be solved.
    pub environment: Option<EnvironmentFile>,
}

/// Looks at a file.
pub fn lint(source: &Arc<SourceFile>, asked: Asked<'_>) -> Linted {
    let reading = environment::read_as_far_as_possible(source.clone());
    let refused = !reading.errors.is_empty();
    let mut findings = read(&reading.errors, source);
    let mut whole = None;
    if let Some((environment, tree)) = reading.environment {
        findings.extend(read(&environment.warnings, source));
        let subject = Subject {
            environment: &environment,
            tree: &tree,
            settings: asked.settings,
            platforms: asked.platforms,
            today: asked.today,
        };
        for rule in asked.selection.rules() {
            if let Finder::File(find) = rule.finder {
                findings.extend(find(&subject));
            }
        }
        whole = (!refused).then_some(environment);
    }
    Linted {
        findings: asked.selection.apply(findings),
        environment: whole,
    }
}

/// Of which rules every finding of a file is there once it was looked at. Of none where a
/// part of it was refused: what that part would have shown is not known.
pub fn shown_by_the_text(linted: &Linted) -> impl Fn(&Rule) -> bool + use<> {
    let is_whole = linted.environment.is_some();
    move |rule| is_whole && matches!(rule.finder, Finder::File(_) | Finder::Reading(_))
}

/// What the reader met, as findings of the rules of these names.
fn read(met: &[Diagnostic], source: &Arc<SourceFile>) -> Vec<Finding> {
    let findings = met.iter().filter_map(|diagnostic| {
        let rule = rules::by_name(diagnostic.name)?;
        Some(Finding::of(rule, diagnostic.clone(), source))
    });
    findings.collect()
}
