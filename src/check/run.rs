//! Checks files, several at a time.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{StreamExt, stream};
use rattler_conda_types::Subdir;

use super::{
    FileReport, Report, Selection, Undecided,
    fix::fix,
    lint::{Asked, lint},
    solving,
    suppression::{Accepted, Comments},
};
use crate::{
    config::{Flags, Settings},
    diagnostic::Failure,
    resolve::Listener,
    rules::{self, Finder, Finding},
    spec::source::{self, SourceFile},
};

/// What is to be checked, and how.
pub struct Check {
    /// The files.
    pub files: Vec<PathBuf>,
    /// The settings of the command line.
    pub flags: Flags,
    /// The rules of the command line; empty for those of the settings.
    pub select: Vec<String>,
    /// Rules not to look for.
    pub ignore: Vec<String>,
    /// The platforms to solve for; empty for those of the settings.
    pub platforms: Vec<Subdir>,
    /// Whether the files are solved.
    pub solve: bool,
    /// Which fixes are made.
    pub fixes: Fixes,
    /// The day on which is checked.
    pub today: jiff::civil::Date,
}

/// Which fixes are made, and what becomes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fixes {
    /// They are made, and the file is written.
    pub make: bool,
    /// They are shown only.
    pub show: bool,
    /// The unsafe ones, too.
    pub with_unsafe: bool,
}

/// Who hears of the files, in their order, as soon as each is checked.
pub trait Listening {
    /// This was found in a file.
    fn file(&mut self, report: &FileReport);
}

impl Check {
    /// Checks the files.
    ///
    /// # Errors
    /// A failure if a setting or a name of a rule cannot be used, or a mended file cannot
    /// be written. What cannot be found out about a file is in the report.
    pub async fn run(
        &self,
        listener: &Listener,
        listening: &mut dyn Listening,
    ) -> Result<Report, Failure> {
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let files = self.files.iter().map(|path| self.file(path, listener));
        let mut reports = stream::iter(files).buffered(at_once);
        let mut report = Report::default();
        while let Some(file) = reports.next().await {
            let file = file?;
            listening.file(&file);
            report.files.push(file);
        }
        Ok(report)
    }

    async fn file(&self, path: &Path, listener: &Listener) -> Result<FileReport, Failure> {
        let settings = Settings::resolve(path, self.flags.clone())?;
        let selection = Selection::new(&settings.check, &self.select, &self.ignore)?;
        let mut report = FileReport {
            path: path.to_path_buf(),
            findings: Vec::new(),
            suppressed: 0,
            undecided: Vec::new(),
            fixed: None,
        };
        let mut source = match SourceFile::read(path) {
            Ok(source) => source,
            Err(failure) => {
                report.unreadable(failure, &selection);
                return Ok(report);
            }
        };
        let asked = Asked {
            selection: &selection,
            settings: &settings,
            platforms: &self.platforms,
            today: self.today,
        };
        let accepted = Accepted::new(&settings.check.suppress, &settings.check_folder)?;
        if self.fixes != Fixes::default() {
            let comments = Comments::of(&source);
            let silenced =
                |finding: &Finding| comments.silence(finding) || accepted.silence(finding, path);
            let fixed = fix(&source, asked, self.fixes.with_unsafe, &silenced);
            if self.fixes.make && !fixed.mended.is_empty() {
                source::write_atomically(path, &source.encode(fixed.source.text()))?;
                source = fixed.source.clone();
            }
            report.fixed = (!fixed.mended.is_empty()).then_some(fixed);
        }
        let linted = lint(&source, asked);
        report.findings = linted.findings;
        let solves = |rule: &rules::Rule| matches!(rule.finder, Finder::Solving);
        if let Some(environment) = linted.environment
            && self.solve
            && selection.rules().any(solves)
        {
            for platform in solving::platforms(&self.platforms, &[]) {
                let settings = Settings {
                    platform: platform.or(settings.platform),
                    ..settings.clone()
                };
                let solved = solving::solve(&environment, &settings, &selection, listener).await;
                report.findings.extend(solved.findings);
                report.undecided.extend(solved.undecided);
            }
        }
        report.silence(&source, &accepted);
        report.sort();
        Ok(report)
    }
}

impl FileReport {
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

    fn silence(&mut self, source: &Arc<SourceFile>, accepted: &Accepted) {
        let comments = Comments::of(source);
        let before = self.findings.len();
        let path = &self.path;
        self.findings
            .retain(|finding| !comments.silence(finding) && !accepted.silence(finding, path));
        self.suppressed = before - self.findings.len();
    }

    fn sort(&mut self) {
        self.findings
            .sort_by_key(|finding| (finding.diagnostic.level, finding.location().span.start));
    }
}
