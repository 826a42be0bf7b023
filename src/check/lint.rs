//! What reading a file and looking at it finds. No network is asked.

use std::sync::Arc;

use rattler_conda_types::Subdir;

use super::Selection;
use crate::{
    azure::{
        Definition,
        definition::{CondaFile, Version},
    },
    config::Settings,
    diagnostic::Diagnostic,
    rules::{self, Finder, Finding, Fix, Rule, Subject},
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
    /// Nothing in it was refused, be it a spec or a definition without one.
    pub is_whole: bool,
}

/// Looks at a file: at a conda spec, or at the definition of an Azure ML environment and
/// the spec in it. The conda file that a definition names is a file of its own.
pub fn lint(source: &Arc<SourceFile>, asked: Asked<'_>) -> Linted {
    let mut linted = looked_at(source, asked);
    linted.findings.iter_mut().for_each(keep_json);
    linted
}

/// JSON is to stay JSON: fixes that write what only YAML has, such as comments, are left out.
fn keep_json(finding: &mut Finding) {
    let breaks = |fix: &mut Fix| fix.file.is_json() && !fix.file.with_text(fix.apply()).is_json();
    finding.fix.take_if(breaks);
}

fn looked_at(source: &Arc<SourceFile>, asked: Asked<'_>) -> Linted {
    let Some(definition) = Definition::of(source) else {
        return lint_spec(source, asked);
    };
    let mut linted = match definition.conda_file() {
        CondaFile::Inline(keys) => lint_spec(&source.with_part(keys), asked),
        _ => Linted {
            findings: Vec::new(),
            environment: None,
            is_whole: true,
        },
    };
    if definition.is_reference() {
        return linted;
    }
    let rules = asked.selection.rules();
    let found = rules.flat_map(|rule| match rule.finder {
        Finder::AnyDefinition(find) => find(&definition, asked.today),
        Finder::Definition(find) if definition.version() == Version::V2 => {
            find(&definition, asked.today)
        }
        Finder::DefinitionV1(find) if definition.version() == Version::V1 => {
            find(&definition, asked.today)
        }
        _ => Vec::new(),
    });
    linted
        .findings
        .extend(asked.selection.apply(found.collect()));
    linted
}

fn lint_spec(source: &Arc<SourceFile>, asked: Asked<'_>) -> Linted {
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
        is_whole: whole.is_some(),
        environment: whole,
    }
}

/// Of which rules every finding of a file is there once it was looked at. Of none where a
/// part of it was refused: what that part would have shown is not known.
pub fn shown_by_the_text(linted: &Linted) -> impl Fn(&Rule) -> bool + use<> {
    let is_whole = linted.is_whole;
    let by_text = |rule: &Rule| {
        matches!(
            rule.finder,
            Finder::File(_)
                | Finder::Reading(_)
                | Finder::Definition(_)
                | Finder::DefinitionV1(_)
                | Finder::AnyDefinition(_)
        )
    };
    move |rule| is_whole && by_text(rule)
}

/// What the reader met, as findings of the rules of these names.
fn read(met: &[Diagnostic], source: &Arc<SourceFile>) -> Vec<Finding> {
    let findings = met.iter().filter_map(|diagnostic| {
        let rule = rules::by_name(diagnostic.name)?;
        Some(Finding::of(rule, diagnostic.clone(), source))
    });
    findings.collect()
}
