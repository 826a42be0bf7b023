//! What reading a file and looking at it finds. No network is asked.

use std::{collections::HashSet, sync::Arc};

use rattler_conda_types::Subdir;

use super::{Selection, Undecided};
use crate::rules::{self, BaseImage, Finder, Finding, Fix, Rule, Subject};
use presolve_config::Settings;
use presolve_input::{
    azure::{
        Definition,
        asset::{BuildFiles, as_dockerfile},
        definition::{CondaFile, Version},
    },
    docker::{Contents, Plan},
};
use presolve_spec::EnvironmentFile;
use presolve_text::{
    diagnostic::Diagnostic,
    source::{OUTSIDE, SourceFile},
};

/// Rules and settings for the check of a file.
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

/// A file that was checked.
pub struct Linted {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// What it means, if nothing in it was refused: only then it can be solved.
    pub environment: Option<EnvironmentFile>,
    /// What it names and may not, so that it is not known what that says.
    pub unread: Vec<Undecided>,
    /// Nothing in it was refused, be it a spec or a definition without one.
    pub is_whole: bool,
}

/// Looks at a file: at a conda spec, or at the definition of an Azure ML environment and
/// the spec in it. The conda file that a definition names is a file of its own.
///
/// A Dockerfile is checked for itself, and for the packages in its commands.
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
    if let Some(dockerfile) = as_dockerfile(source) {
        return lint_dockerfile(&dockerfile, asked);
    }
    let Some(definition) = Definition::of(source) else {
        return lint_spec(source, asked);
    };
    let mut linted = match definition.conda_file() {
        CondaFile::Inline(keys) => lint_spec(&source.with_part(keys), asked),
        _ => Linted {
            findings: Vec::new(),
            environment: None,
            unread: Vec::new(),
            is_whole: true,
        },
    };
    linted.unread.extend(unread(named_outside(&definition)));
    if definition.is_reference() {
        return linted;
    }
    let base = definition.image().map(|image| BaseImage {
        image,
        runs_conda: !matches!(definition.conda_file(), CondaFile::None),
    });
    let rules = asked.selection.rules();
    let found = rules.flat_map(|rule| match (rule.finder, &base) {
        (Finder::AnyDefinition(find), _) => find(&definition, asked.today),
        (Finder::Definition(find), _) if definition.version() == Version::V2 => {
            find(&definition, asked.today)
        }
        (Finder::DefinitionV1(find), _) if definition.version() == Version::V1 => {
            find(&definition, asked.today)
        }
        (Finder::Image(find), Some(base)) => find(base, asked.today),
        _ => Vec::new(),
    });
    linted
        .findings
        .extend(asked.selection.apply(found.collect()));
    linted
}

fn lint_dockerfile(source: &Arc<SourceFile>, asked: Asked<'_>) -> Linted {
    let plan = Plan::of(source);
    let base = plan.image().map(|image| BaseImage {
        image,
        runs_conda: plan.runs_conda(),
    });
    let rules = asked.selection.rules();
    let found = rules.flat_map(|rule| match (rule.finder, &base) {
        (Finder::Dockerfile(find), _) => find(&plan),
        (Finder::Image(find), Some(base)) => find(base, asked.today),
        _ => Vec::new(),
    });
    let mut findings: Vec<Finding> = found.collect();
    let mut linted = match plan.contents() {
        Ok(Contents::Specs(_)) => lint_spec(source, asked),
        contents => {
            findings.extend(rules::secrets_in(source));
            let refused = contents.err().map(|failure| failure.diagnostics);
            findings.extend(read(&refused.unwrap_or_default(), source));
            Linted {
                findings: Vec::new(),
                environment: None,
                unread: Vec::new(),
                is_whole: plan.dockerfile.errors.is_empty(),
            }
        }
    };
    // What the reader met of what rules of Dockerfiles look for is there already.
    let mut known = HashSet::new();
    let found = asked.selection.apply(findings).into_iter();
    let found = found.chain(std::mem::take(&mut linted.findings));
    let is_new = |finding: &Finding| {
        let at = finding.location();
        known.insert((finding.rule.name, Arc::as_ptr(&at.file), at.span.clone()))
    };
    linted.findings = found.filter(is_new).collect();
    linted
}

fn lint_spec(source: &Arc<SourceFile>, asked: Asked<'_>) -> Linted {
    let reading = presolve_input::read_as_far_as_possible(source.clone());
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
    let outside = reading.errors.iter();
    let outside = outside.filter(|error| error.name == OUTSIDE).cloned();
    Linted {
        findings: asked.selection.apply(findings),
        unread: unread(outside.collect()),
        is_whole: whole.is_some(),
        environment: whole,
    }
}

/// Of which rules every finding of a file is there once it was checked. Of none where a
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
                | Finder::Image(_)
                | Finder::Dockerfile(_)
        )
    };
    move |rule| is_whole && by_text(rule)
}

/// The conda file or the Dockerfile of a definition, if it may not be read.
fn named_outside(definition: &Definition) -> Vec<Diagnostic> {
    let source = definition.source();
    let mut outside = Vec::new();
    if let CondaFile::Beside(at, path) = definition.conda_file() {
        let refused = source.refusal(&path);
        outside.extend(refused.map(|refused| refused.at(at, "named here")));
    }
    if let Some(files) = BuildFiles::of(definition) {
        let mut paths = [&files.context, &files.dockerfile].into_iter();
        let refused = paths.find_map(|path| source.refusal(path));
        let at = definition
            .set("build")
            .unwrap_or_else(|| definition.start());
        outside.extend(refused.map(|refused| refused.at(at, "named here")));
    }
    outside
}

fn unread(diagnostics: Vec<Diagnostic>) -> Vec<Undecided> {
    let undecided = Undecided {
        platform: None,
        diagnostics,
    };
    let is_any = !undecided.diagnostics.is_empty();
    is_any.then_some(undecided).into_iter().collect()
}

/// What the reader met, as findings of the rules of these names.
fn read(met: &[Diagnostic], source: &Arc<SourceFile>) -> Vec<Finding> {
    let findings = met.iter().filter_map(|diagnostic| {
        let rule = rules::by_name(diagnostic.name)?;
        Some(Finding::of(rule, diagnostic.clone(), source))
    });
    findings.collect()
}
