//! Checks files, several at once.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use futures::{StreamExt, stream};
use rattler_conda_types::Subdir;
use tokio::sync::Semaphore;
use tracing::{Instrument, info, info_span};

use super::{
    CheckReport, FileReport, Selection, Undecided, base_images,
    changed::Changed,
    defined::Defined,
    discover::Discovered,
    fix::{Fixed, fix},
    images,
    lint::{LintOptions, LintedSpec, lint, shown_by_the_text},
    outside,
    patterns::place,
    platforms::{folded, platforms},
    releases, repeated,
    solving::{Solved, Solving},
    suppression::{Accepted, silence},
    unnamed,
};
use crate::rules::{self, Finder, Finding, Rule, TextFix, solving::vulnerable_release};
pub(crate) use presolve_config::{Flags, Settings, presolve_toml};
use presolve_input::{Input, Kind};
use presolve_parse::guard;
use presolve_registry::images::ImageRegistries;
use presolve_resolve::{Listener, ResolveError, Shared};
use presolve_spec::{EnvironmentFile, Spanned};
use presolve_target::{Image, ImageTarget};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::{Fences, Protected},
    source::SourceFile,
};
use presolve_words::errors;

/// The maximum number of files that are checked at once. Each solve keeps its records in
/// memory.
const AT_ONCE: usize = 8;

/// The maximum number of reports that wait for an earlier one. Reports appear in the order of
/// the files, and a slow file must not block the check of the others.
const AHEAD: usize = 64;

/// The maximum number of solves of a file after changes that fix it. One change fixes all
/// conflicts on its platform, so only other platforms need more.
const ROUNDS: usize = 4;

/// The inputs and settings of a check.
pub struct Check {
    /// The files to check.
    pub found: Discovered,
    /// The fences of the files, which limit the other files that they may name.
    pub fences: Fences,
    /// The policy for fixes in protected files.
    pub protected: Protected,
    /// The folders whose environment files are all in `found`.
    pub whole_folders: Vec<PathBuf>,
    /// The changes of a branch, if only the files that they affect are checked.
    pub changed: Option<Changed>,
    /// The settings of the command line.
    pub flags: Flags,
    /// The rules of the command line; empty for those of the settings.
    pub select: Vec<String>,
    /// Rules to skip.
    pub ignore: Vec<String>,
    /// The platforms to solve for; empty for those of the settings.
    pub platforms: Vec<Subdir>,
    /// Whether the files are solved.
    pub solve: bool,
    /// Whether the registries of base images are asked for them.
    pub check_images: bool,
    /// Fixes to apply.
    pub fixes: Fixes,
    /// The day of the check, for ends of life.
    pub today: jiff::civil::Date,
}

/// The fixes to apply, and whether to write or show them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fixes {
    /// Applies the fixes and writes the file.
    pub make: bool,
    /// Shows the fixes without writing the file.
    pub show: bool,
    /// Includes unsafe fixes.
    pub with_unsafe: bool,
}

/// Receives the report of each file, in the order of the files, as soon as it is ready.
pub trait CheckObserver {
    /// Receives the report of one file.
    fn file(&mut self, report: &FileReport);
}

/// The settings that one `presolve.toml` has for all of its files.
struct Project {
    selection: Selection,
    accepted: Accepted,
}

/// The registries of images, or why they cannot be asked.
type Registries = Result<ImageRegistries, Failure>;

/// The projects, by the folder of their `presolve.toml`.
type Projects = Mutex<BTreeMap<PathBuf, Arc<Project>>>;

impl Check {
    /// Checks the files.
    ///
    /// If a file cannot be checked, for example because its settings are unusable or it cannot
    /// be written, its report says so.
    pub async fn run(&self, listener: &Listener, listening: &mut dyn CheckObserver) -> CheckReport {
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        // While one file waits for a page, or its lines are read, the others use all cores.
        let at_once = (at_once + 1).min(AT_ONCE);
        let (projects, shared) = (Projects::default(), Shared::new(listener));
        let registries = self.check_images.then(|| {
            let registries = ImageRegistries::new(listener.waiting.clone());
            registries.map_err(|error| errors::failure(ResolveError::from(error)))
        });
        let defined = Defined::of(&self.found, &self.fences);
        let files = defined.files(self.changed.as_ref(), &self.fences);
        let permits = Semaphore::new(at_once);
        let files = files.map(async |path| {
            // The semaphore is never closed, so this always gets a permit.
            let _permit = permits.acquire().await.ok();
            let known = (&projects, &shared, registries.as_ref());
            // Unboxed, the future of a file takes a megabyte of the stack in each caller.
            let report = Box::pin(self.file(path, &defined, known, listener));
            let span = info_span!("check", file = %path.display());
            let report = guard::caught(report.instrument(span)).await;
            shared.trim();
            // An error in one file or its settings does not stop the others.
            match report {
                Ok(report) => report.unwrap_or_else(|failure| FileReport::failed(path, failure)),
                Err(guard::Panicked) => FileReport::broken_off(path),
            }
        });
        let mut reports = stream::iter(files).buffered(AHEAD);
        let mut report = CheckReport::default();
        for (path, reason) in &self.found.unreadable {
            let file = FileReport::not_entered(path, reason);
            listening.file(&file);
            report.files.push(file);
        }
        while let Some(file) = reports.next().await {
            listening.file(&file);
            report.files.push(file);
        }
        drop(reports);
        let projects = projects
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for (folder, project) in &projects {
            if let Some(settings) = self.unused_settings(folder, project, &report) {
                listening.file(&settings);
                report.settings.push(settings);
            }
        }
        report.notices = shared.notices();
        report
    }

    async fn file(
        &self,
        path: &Path,
        defined: &Defined,
        (projects, shared, registries): (&Projects, &Shared, Option<&Registries>),
        listener: &Listener,
    ) -> Result<FileReport, Failure> {
        info!("checking");
        let own = Settings::resolve(path, self.flags.clone())?;
        let images = defined.images(path);
        let settings = own.clone().in_image(images.first().cloned());
        let project = self.project(&settings, projects)?;
        let Project {
            selection,
            accepted,
        } = &*project;
        let mut report = FileReport::new(path);
        let mut input = match SourceFile::read(path, &self.fences.around(path)) {
            Ok(source) => {
                let input = defined.open(source);
                input.with_python(own.python_version.as_deref())
            }
            Err(failure) => {
                report.unreadable(failure, selection);
                return Ok(report);
            }
        };
        if let Kind::Refused(refused) | Kind::Without(refused) = input.kind {
            report.is_refused = true;
            report.undecided.push(Undecided {
                platform: None,
                diagnostics: refused.diagnostics,
            });
            return Ok(report);
        }
        let asked = LintOptions {
            selection,
            settings: &settings,
            platforms: &self.platforms,
            in_definition: defined.is_of_definition(path),
            today: self.today,
        };
        if self.fixes != Fixes::default() {
            let fixed = fix(&input, asked, self.fixes.with_unsafe, accepted);
            report.fixed = (!fixed.findings.is_empty()).then_some(fixed);
            input = self.written(input, &report)?;
        }
        for round in 1.. {
            let linted = lint(&input, asked);
            let shown = shown_by_the_text(&linted);
            report.findings = linted.findings;
            report.undecided = linted.unread;
            if defined.is_guess(path) {
                unnamed::soften(&mut report.findings, &input.source);
            }
            let (mut is_solved, mut is_looked_up) = (false, false);
            let specs = linted.specs.into_iter().filter(|_| self.solve);
            report.asides = linted.notes;
            let is_asked = match registries {
                Some(registries) => {
                    self.base_images(&linted.images, asked, registries, &mut report)
                        .await?
                }
                None => false,
            };
            for (index, spec) in specs.enumerate() {
                let solved = self.spec(&spec, images, asked, &own, (shared, listener));
                let solved = solved.await?;
                let is_first = index == 0;
                let is_complete = solved.undecided.is_empty() && solved.asides.is_empty();
                is_solved = is_complete && (is_first || is_solved);
                is_looked_up = solved.not_looked_up.is_none() && (is_first || is_looked_up);
                report.findings.extend(solved.findings);
                report.undecided.extend(solved.undecided);
                let asides = solved.asides.into_iter().chain(solved.not_looked_up);
                let asides = asides.filter(|aside| !report.asides.contains(aside));
                let asides: Vec<Diagnostic> = asides.collect();
                report.asides.extend(asides);
            }
            let looked_for = |rule: &Rule| {
                if matches!(rule.finder, Finder::Registry) {
                    return is_asked;
                }
                let is_looked_up = is_looked_up || *rule != vulnerable_release::RULE;
                shown(rule) || (is_solved && is_looked_up && is_shown_by_solving(rule))
            };
            let surer = repeated::shown(&report.findings);
            // Repeats are removed last, because a suppression of one counts as used.
            report.silence(&input.source, &project, &looked_for);
            repeated::leave_out(&mut report.findings, &surer);
            if round == ROUNDS || !self.fixes_conflicts() || !report.apply_fix(&input.source) {
                break;
            }
            input = self.written(input, &report)?;
        }
        report.keep_fixes_of(&input.source);
        report.sort();
        Ok(report)
    }

    /// Asks the registries for the base images of a file. Returns whether all have answered.
    async fn base_images(
        &self,
        images: &[Spanned<Image>],
        asked: LintOptions<'_>,
        registries: &Registries,
        report: &mut FileReport,
    ) -> Result<bool, Failure> {
        if asked.settings.offline {
            let has_any = !images.is_empty();
            report.asides.extend(has_any.then(base_images::offline));
            return Ok(false);
        }
        let registries = registries.as_ref().map_err(Clone::clone)?;
        let found = base_images::find(images, registries, asked.selection).await;
        let is_complete = found.undecided.is_empty();
        report.findings.extend(found.findings);
        report.undecided.extend(found.undecided);
        Ok(is_complete)
    }

    fn fixes_conflicts(&self) -> bool {
        self.fixes.with_unsafe && (self.fixes.make || self.fixes.show)
    }

    /// Returns the input for the next round: with its fixes if they are written.
    fn written(&self, input: Input, report: &FileReport) -> Result<Input, Failure> {
        match &report.fixed {
            Some(fixed) if self.fixes.make => {
                let text = fixed.source.text();
                input.source.replace(text, self.protected)?;
                Ok(input.with_text(text))
            }
            Some(fixed) if self.fixes_conflicts() => Ok(input.with_text(fixed.source.text())),
            _ => Ok(input),
        }
    }

    /// Solves requirements for each of their images: the one that their file names, or those
    /// of the environments that name their file.
    async fn spec(
        &self,
        spec: &LintedSpec,
        images: &[ImageTarget],
        asked: LintOptions<'_>,
        own: &Settings,
        (shared, listener): (&Shared, &Listener),
    ) -> Result<Solved, Failure> {
        let environment = &spec.environment;
        let mut outside = outside::named(environment, asked.settings);
        outside.extend(environment.without_value().cloned());
        if !outside.is_empty() {
            return Ok(Solved {
                undecided: vec![Undecided {
                    platform: None,
                    diagnostics: outside,
                }],
                ..Solved::default()
            });
        }
        let images: Vec<Option<ImageTarget>> = match (&spec.image, images) {
            (Some(image), _) => vec![Some(image.clone())],
            (None, []) => vec![None],
            (None, images) => images.iter().cloned().map(Some).collect(),
        };
        let mut all = Solved::default();
        let mut found = Vec::new();
        let mut solved_for = Vec::new();
        for image in images {
            let settings = own.clone().in_image(image.clone());
            // An image with another name only has the same solution.
            let anonymous = settings.image.clone().map(|image| ImageTarget {
                image: None,
                in_dockerfile: false,
                ..image
            });
            if solved_for.contains(&anonymous) {
                continue;
            }
            solved_for.push(anonymous);
            let asked = LintOptions {
                settings: &settings,
                ..asked
            };
            let solved = self.solved(environment, asked, shared, listener).await?;
            found.push((image, solved.findings));
            all.undecided.extend(solved.undecided);
            all.asides.extend(solved.asides);
            all.not_looked_up = all.not_looked_up.or(solved.not_looked_up);
        }
        all.findings = images::folded(found);
        Ok(all)
    }

    /// Solves the file and asks the package index.
    async fn solved(
        &self,
        environment: &EnvironmentFile,
        asked: LintOptions<'_>,
        shared: &Shared,
        listener: &Listener,
    ) -> Result<Solved, Failure> {
        let LintOptions {
            selection,
            settings,
            ..
        } = asked;
        let mut all = Solved::default();
        let looks_for = |wanted: fn(&Finder) -> bool| {
            let mut rules = selection.rules();
            rules.any(|rule| wanted(&rule.finder))
        };
        if looks_for(needs_solving) {
            let mut found = Vec::new();
            for platform in platforms(&self.platforms, &settings.check.platforms)? {
                let settings = Settings {
                    platform: platform.or(settings.platform),
                    ..settings.clone()
                };
                let solving = Solving {
                    environment,
                    settings: &settings,
                    selection,
                    shared,
                    listener,
                };
                let solved = solving.run().await?;
                found.push((platform, solved.findings));
                all.undecided.extend(solved.undecided);
                all.asides.extend(solved.asides);
            }
            all.findings = folded(found);
        }
        if looks_for(|finder| matches!(finder, Finder::Index)) {
            let known = releases::find(environment, settings, selection, shared).await?;
            all.findings.extend(known.findings);
            // An index that fails for the solve also fails here, with the same diagnostics.
            let is_new = |one: &Undecided| {
                let mut said = all.undecided.iter();
                !said.any(|known| known.diagnostics == one.diagnostics)
            };
            let undecided: Vec<Undecided> = known.undecided.into_iter().filter(is_new).collect();
            all.undecided.extend(undecided);
            all.asides.extend(known.asides);
            all.not_looked_up = known.not_looked_up;
        }
        all.asides.dedup();
        Ok(all)
    }

    /// Returns the project that a file's settings belong to.
    fn project(&self, settings: &Settings, projects: &Projects) -> Result<Arc<Project>, Failure> {
        let mut projects = projects.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(project) = projects.get(&settings.check_folder) {
            return Ok(Arc::clone(project));
        }
        let project = Arc::new(Project {
            selection: Selection::new(&settings.check, &self.select, &self.ignore)?,
            accepted: Accepted::new(&settings.check.suppress, &settings.check_folder)?,
        });
        projects.insert(settings.check_folder.clone(), Arc::clone(&project));
        Ok(project)
    }

    /// Reports unused suppressions of a `presolve.toml`, if all files that they can apply to
    /// were checked.
    fn unused_settings(
        &self,
        folder: &Path,
        project: &Project,
        report: &CheckReport,
    ) -> Option<FileReport> {
        let folder = std::fs::canonicalize(folder).ok()?;
        let mut whole = self.whole_folders.iter();
        whole.find(|whole| {
            std::fs::canonicalize(whole).is_ok_and(|whole| folder.starts_with(whole))
        })?;
        let is_solved = self.solve && !report.is_undecided();
        let suppressions = project.accepted.unused().filter(|suppress| {
            let rule = rules::by_name(suppress.rule.get_ref());
            rule.is_some_and(|rule| {
                let is_looked_for = match rule.finder {
                    Finder::Registry => self.check_images && !report.is_undecided(),
                    _ => is_solved || !is_shown_by_solving(rule),
                };
                project.selection.has(rule) && is_looked_for
            })
        });
        let mut suppressions = suppressions.peekable();
        suppressions.peek()?;
        let path = folder.join(presolve_toml::FILE_NAME);
        let here = presolve_text::process::working_dir();
        let here = here.and_then(|here| std::fs::canonicalize(here).ok());
        let shown = here.and_then(|here| Some(path.strip_prefix(here).ok()?.to_path_buf()));
        let source = SourceFile::read(&path, &self.fences.around(&path)).ok()?;
        let source = SourceFile::from_text(shown.unwrap_or(path), source.text());
        let mut settings = FileReport::new(source.path());
        let found = suppressions.map(|suppress| {
            rules::unused_in_settings(&source, suppress.rule.span(), suppress.rule.get_ref())
        });
        settings.findings = project.selection.apply(found.collect());
        settings.sort();
        (!settings.findings.is_empty()).then_some(settings)
    }
}

/// Whether a rule needs more than the file's text.
fn is_shown_by_solving(rule: &Rule) -> bool {
    needs_solving(&rule.finder) || matches!(rule.finder, Finder::Index)
}

fn needs_solving(finder: &Finder) -> bool {
    matches!(finder, Finder::Solving | Finder::TextAndSolving(_))
}

impl FileReport {
    /// The report of a file on which presolve itself failed. The check goes on.
    fn broken_off(path: &Path) -> Self {
        let undecided = Undecided {
            platform: None,
            diagnostics: guard::bug(Some(path)).diagnostics,
        };
        Self {
            undecided: vec![undecided],
            ..Self::new(path)
        }
    }

    /// The report of a folder or file that cannot be read.
    fn not_entered(path: &Path, reason: &str) -> Self {
        let message = format!("cannot read `{}`: {reason}", path.display());
        let diagnostic = Diagnostic::error("unreadable-file", message)
            .note("environment files in it are not checked")
            .help("check its permissions, or leave it out with `exclude` in presolve.toml");
        let mut report = Self::new(path);
        report.undecided.push(Undecided {
            platform: None,
            diagnostics: vec![diagnostic],
        });
        report
    }

    fn unreadable(&mut self, failure: Failure, selection: &Selection) {
        let file = SourceFile::from_text(&*self.path, "");
        let (mut found, mut rest) = (Vec::new(), Vec::new());
        for diagnostic in failure.diagnostics {
            match rules::by_name(diagnostic.name) {
                Some(rule) if !diagnostic.labels.is_empty() => {
                    found.push(Finding::of(rule, diagnostic, &file));
                }
                _ => rest.push(diagnostic),
            }
        }
        self.findings = selection.apply(found);
        if !rest.is_empty() {
            self.undecided.push(Undecided {
                platform: None,
                diagnostics: rest,
            });
        }
    }

    fn silence(
        &mut self,
        source: &Arc<SourceFile>,
        project: &Project,
        looked_for: &dyn Fn(&Rule) -> bool,
    ) {
        let findings = std::mem::take(&mut self.findings);
        (self.findings, self.suppressed) = silence(
            source,
            findings,
            &project.accepted,
            &project.selection,
            looked_for,
        );
    }

    /// Removes fixes that `--fix` does not apply: those in other files.
    fn keep_fixes_of(&mut self, source: &SourceFile) {
        let here = place(source.path());
        for finding in &mut self.findings {
            finding.fix.take_if(|fix| place(fix.file.path()) != here);
        }
    }

    /// Applies the change that fixes a conflict, if there is one.
    fn apply_fix(&mut self, source: &Arc<SourceFile>) -> bool {
        let is_here = |finding: &&Finding| {
            let fix = finding.fix.as_ref();
            matches!(finding.rule.finder, Finder::Solving)
                && fix.is_some_and(|fix| fix.file.path() == source.path())
        };
        let Some(finding) = self.findings.iter().find(is_here).cloned() else {
            return false;
        };
        let text = finding.fix.as_ref().map(TextFix::apply).unwrap_or_default();
        let after = source.with_text(text);
        let fixed = self.fixed.get_or_insert_with(|| Fixed {
            before: Arc::clone(source),
            source: Arc::clone(source),
            findings: Vec::new(),
        });
        fixed.source = after;
        fixed.findings.push(finding);
        true
    }

    fn sort(&mut self) {
        self.findings
            .sort_by_key(|finding| (finding.diagnostic.level, finding.location().span.start));
    }
}
