//! The findings from reading a file and checking its content, without network access.

use std::{collections::HashSet, iter, sync::Arc};

use rattler_conda_types::Subdir;

use super::{Selection, Undecided};
use crate::rules::{
    self, BaseImage, Finder, Finding, Parsed, Requirements, Rule, Subject, TextFix,
};
use presolve_config::Settings;
use presolve_input::{
    Input, Kind,
    azure::{Definition, Entity, asset::BuildFiles, definition::CondaFile},
    docker::{Contents, Plan, host::DockerHost},
    mlflow::Model,
};
use presolve_spec::{
    EnvironmentFile, Spanned,
    host::{self, Host},
    variables::VARIABLE,
};
use presolve_target::{Image, ImageTarget};
use presolve_text::{
    diagnostic::Diagnostic,
    source::{OUTSIDE, SourceFile},
};

/// The rules and settings for the check of a file.
#[derive(Clone, Copy)]
pub struct LintOptions<'a> {
    /// The selected rules.
    pub selection: &'a Selection,
    /// The settings that apply to the file.
    pub settings: &'a Settings,
    /// The platforms of the command line; empty if it names none.
    pub platforms: &'a [Subdir],
    /// The requirements are those of an Azure ML environment: inside its definition, or in
    /// the conda file that it names.
    pub in_definition: bool,
    /// The day of the check, for ends of life.
    pub today: jiff::civil::Date,
}

/// The result of a check without a solve.
#[derive(Default)]
pub struct Linted {
    /// The problems of the file.
    pub findings: Vec<Finding>,
    /// The requirements, if nothing was refused. Only then can they be solved. A file that
    /// contains several environments has several.
    pub specs: Vec<LintedSpec>,
    /// The places outside the fence that it names. Their contents are unknown.
    pub unread: Vec<Undecided>,
    /// The base images of its environments.
    pub images: Vec<Spanned<Image>>,
    /// Notes on what it leads to and is not read.
    pub notes: Vec<Diagnostic>,
    /// The reader refused nothing, in a spec or in a definition without one.
    pub is_whole: bool,
}

/// Requirements that can be solved.
pub struct LintedSpec {
    /// The requirements.
    pub environment: EnvironmentFile,
    /// The image that the same file names for them; `None` if another file decides on it.
    pub image: Option<ImageTarget>,
}

/// Checks a file: a conda spec, or the definition of an Azure ML environment and the spec in
/// it. A conda file that the definition names is checked separately.
///
/// For a Dockerfile, it checks the instructions, and the packages in its commands.
pub fn lint(input: &Input, asked: LintOptions<'_>) -> Linted {
    let source = &input.source;
    let mut linted = match &input.kind {
        Kind::Dockerfile(host) => lint_dockerfile(source, host, asked),
        Kind::Definition(definition) => lint_definition(definition, asked),
        Kind::Entity(entity) => lint_entity(entity, asked),
        Kind::Model(model) => lint_model(model, asked),
        Kind::Requirements(_) => lint_requirements(input, asked),
        Kind::Without(_) => Linted {
            is_whole: true,
            ..Linted::default()
        },
        Kind::CondaFile | Kind::Refused(_) => {
            lint_spec(source, &host::CondaFile::default(), None, asked)
        }
    };
    linted.findings.iter_mut().for_each(keep_json);
    linted
}

/// Drops fixes that write YAML into a JSON file, such as comments.
fn keep_json(finding: &mut Finding) {
    let breaks =
        |fix: &mut TextFix| fix.file.is_json() && !fix.file.with_text(fix.apply()).is_json();
    finding.fix.take_if(breaks);
}

fn lint_definition(definition: &Definition, asked: LintOptions<'_>) -> Linted {
    let mut linted = match definition.conda_file() {
        CondaFile::Inline(route) => {
            let host = host::CondaFile::below(route);
            let asked = LintOptions {
                in_definition: true,
                ..asked
            };
            lint_spec(definition.source(), &host, None, asked)
        }
        _ => Linted {
            is_whole: true,
            ..Linted::default()
        },
    };
    linted.unread.extend(unread(named_outside(definition)));
    if definition.is_reference() {
        return linted;
    }
    let image = definition.image();
    linted.images.extend(image.clone());
    let image = image.map(|image| {
        Subject::Image(BaseImage {
            image: known(image, asked.settings),
            runs_conda: !matches!(definition.conda_file(), CondaFile::None),
            today: asked.today,
        })
    });
    let subjects = iter::once(Subject::Definition(definition)).chain(image);
    let found = found(&subjects.collect::<Vec<_>>(), asked);
    linted.findings.extend(asked.selection.apply(found));
    linted
}

/// The image with what the settings say about it.
fn known(image: Spanned<Image>, settings: &Settings) -> Spanned<Image> {
    Spanned {
        value: settings.images.known(image.value),
        ..image
    }
}

/// Checks the environments in a job, a component or a deployment, each for its image, and the
/// references to others.
fn lint_entity(entity: &Entity, asked: LintOptions<'_>) -> Linted {
    let mut all = Linted {
        is_whole: true,
        ..Linted::default()
    };
    for definition in entity.environments() {
        let image = definition.target();
        let settings = asked.settings.clone().in_image(Some(image.clone()));
        let asked = LintOptions {
            settings: &settings,
            ..asked
        };
        let linted = lint_definition(definition, asked);
        all.is_whole &= linted.is_whole;
        all.findings.extend(linted.findings);
        all.unread.extend(linted.unread);
        all.images.extend(linted.images);
        let specs = linted.specs.into_iter().map(|spec| LintedSpec {
            image: Some(image.clone()),
            ..spec
        });
        all.specs.extend(specs);
    }
    let found = found(&[Subject::Entity(entity)], asked);
    all.findings.extend(asked.selection.apply(found));
    let source = entity.source();
    let outside = entity.files().iter().filter_map(|file| {
        let refused = source.refusal(&file.path)?;
        Some(refused.at(file.location.clone(), "named here"))
    });
    let outside = outside.chain(entity.too_many());
    all.unread.extend(unread(outside.collect()));
    all.notes.extend(entity.unread_model());
    all
}

/// Compares the files of a model of MLflow. Its conda file is checked separately.
fn lint_model(model: &Model, asked: LintOptions<'_>) -> Linted {
    let (_, outside) = model.missing();
    let base = model.docker_image().map(|image| BaseImage {
        image: known(image, asked.settings),
        runs_conda: false,
        today: asked.today,
    });
    let base = base.map(Subject::Image);
    let subjects = iter::once(Subject::Model(model)).chain(base);
    let found = found(&subjects.collect::<Vec<_>>(), asked);
    Linted {
        findings: asked.selection.apply(found),
        unread: unread(outside),
        images: model.docker_image().into_iter().collect(),
        is_whole: true,
        ..Linted::default()
    }
}

fn lint_dockerfile(source: &Arc<SourceFile>, host: &DockerHost, asked: LintOptions<'_>) -> Linted {
    let host = &host.with(&asked.settings.images);
    let plan = host.plan(source);
    let image = plan.image();
    let images = image.clone();
    let image = image.map(|image| {
        Subject::Image(BaseImage {
            image,
            runs_conda: plan.runs_conda(),
            today: asked.today,
        })
    });
    let subjects = iter::once(Subject::Dockerfile(&plan)).chain(image);
    let mut findings = found(&subjects.collect::<Vec<_>>(), asked);
    let mut linted = match plan.contents() {
        Ok(Contents::Specs(_)) => lint_spec(source, host, Some(&plan), asked),
        contents => {
            findings.extend(rules::secrets_in(source));
            let refused = contents.err().map(|failure| failure.diagnostics);
            let parsed = Parsed::new(host, None, None);
            findings.extend(read(&refused.unwrap_or_default(), source, &parsed));
            Linted {
                is_whole: plan.dockerfile.errors.is_empty(),
                ..Linted::default()
            }
        }
    };
    // The reader has already reported some of what the Dockerfile rules find.
    let mut known = HashSet::new();
    let found = asked.selection.apply(findings).into_iter();
    let found = found.chain(std::mem::take(&mut linted.findings));
    let is_new = |finding: &Finding| {
        let at = finding.location();
        known.insert((finding.rule.name, Arc::as_ptr(&at.file), at.span.clone()))
    };
    linted.findings = found.filter(is_new).collect();
    linted.images = images.into_iter().collect();
    linted
}

/// Checks a requirements file for the image of the Dockerfile that installs it, if there is one.
fn lint_requirements(input: &Input, asked: LintOptions<'_>) -> Linted {
    let Ok(spec) = input.spec(&asked.settings.images) else {
        return Linted::default();
    };
    let mut linted = lint_spec(&input.source, &*spec.host, None, asked);
    for linted in &mut linted.specs {
        linted.image = spec.target().cloned();
    }
    linted
}

/// Checks the requirements of a file, which may be in the commands of a Dockerfile.
fn lint_spec(
    source: &Arc<SourceFile>,
    host: &dyn Host,
    dockerfile: Option<&Plan>,
    asked: LintOptions<'_>,
) -> Linted {
    let reading = host.read(source, &[]);
    let refused = !reading.errors.is_empty();
    let environment = reading.environment.as_ref().filter(|_| !refused);
    let parsed = Parsed::new(host, environment, reading.environment.as_ref());
    let mut findings = read(&reading.errors, source, &parsed);
    if let Some(environment) = &reading.environment {
        findings.extend(read(&environment.warnings, source, &parsed));
    }
    let mut whole = None;
    if let Some(environment) = reading.environment {
        let subject = Subject::Requirements(Requirements {
            environment: &environment,
            tree: reading.tree.as_ref(),
            dockerfile,
            settings: asked.settings,
            platforms: asked.platforms,
            in_definition: asked.in_definition,
            today: asked.today,
        });
        findings.extend(found(&[subject], asked));
        whole = (!refused).then_some(environment);
    }
    if asked.in_definition {
        findings.iter_mut().for_each(require_packages);
    }
    let outside = reading.errors.iter();
    let outside = outside.filter(|error| [OUTSIDE, VARIABLE].contains(&error.name));
    let outside = outside.cloned();
    Linted {
        findings: asked.selection.apply(findings),
        unread: unread(outside.collect()),
        is_whole: whole.is_some(),
        specs: whole
            .into_iter()
            .map(|environment| LintedSpec {
                environment,
                image: None,
            })
            .collect(),
        ..Linted::default()
    }
}

/// conda accepts an empty list, but the service does not register the environment.
fn require_packages(finding: &mut Finding) {
    if finding.rule.name == presolve_spec::codes::NO_DEPENDENCIES {
        finding.diagnostic.level = finding.rule.level;
    }
}

/// Returns the findings of all selected rules, in the order of the rules.
fn found(subjects: &[Subject<'_>], asked: LintOptions<'_>) -> Vec<Finding> {
    let rules = asked.selection.rules();
    let found = rules.flat_map(|rule| match rule.finder {
        Finder::File(find) | Finder::TextAndSolving(find) => {
            subjects.iter().flat_map(find).collect()
        }
        _ => Vec::new(),
    });
    found.collect()
}

/// Returns a predicate: whether all findings of a rule are known from the text. It is always
/// false if a part of the file was refused, because that part may have more.
pub fn shown_by_the_text(linted: &Linted) -> impl Fn(&Rule) -> bool + use<> {
    let is_whole = linted.is_whole;
    let by_text = |rule: &Rule| matches!(rule.finder, Finder::File(_) | Finder::Reading(_));
    move |rule| is_whole && by_text(rule)
}

/// Reports the conda file or the Dockerfile of a definition if it may not be read.
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

/// Turns the reader's diagnostics into findings of the rules with their names.
fn read(met: &[Diagnostic], source: &Arc<SourceFile>, parsed: &Parsed<'_>) -> Vec<Finding> {
    let findings = met.iter().filter_map(|diagnostic| {
        let rule = rules::by_name(diagnostic.name)?;
        Some(Finding::of_reader(rule, diagnostic.clone(), source, parsed))
    });
    findings.collect()
}
