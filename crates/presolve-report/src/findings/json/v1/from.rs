//! The conversion of findings into their published form.

use super::{
    Confidence, Counts, Edit, File, Finding, Fix, Level, Place, Position, Related, Report, Safety,
    Undecided,
};
use crate::findings::{self, Entry, counts, fixable, positions, shows_secret};
use presolve_check as check;
use presolve_check::rules;
use presolve_terminal::foreign::shown;
use presolve_text::diagnostic::{self, Location};

impl Report {
    /// Converts the findings of all files.
    pub fn new(report: &check::CheckReport) -> Self {
        Self {
            version: 1,
            presolve: env!("CARGO_PKG_VERSION"),
            files: report.all().map(File::new).collect(),
            counts: Counts::new(report),
        }
    }
}

impl Counts {
    fn new(report: &check::CheckReport) -> Self {
        let [errors, warnings, notes] = counts(report);
        let [safe, others] = fixable(report);
        let fixed = report.files.iter().filter_map(|file| file.fixed.as_ref());
        Self {
            checked: report.files.len(),
            errors,
            warnings,
            notes,
            suppressed: report.files.iter().map(|file| file.suppressed).sum(),
            fixable: safe,
            unsafely_fixable: others,
            fixed: fixed.map(|fixed| fixed.findings.len()).sum(),
        }
    }
}

impl File {
    fn new(file: &check::FileReport) -> Self {
        let fixed = file.fixed.iter().flat_map(|fixed| &fixed.findings);
        Self {
            path: presolve_text::files::shown_path(&file.path),
            findings: Entry::of(file).map(Finding::new).collect(),
            suppressed: file.suppressed,
            undecided: file.undecided.iter().map(Undecided::new).collect(),
            fixed: fixed.map(|finding| finding.rule.name).collect(),
        }
    }
}

impl Finding {
    fn new(entry: Entry<'_>) -> Self {
        let diagnostic = &entry.finding.diagnostic;
        let texts = |texts: &[String]| texts.iter().map(|text| shown(text)).collect();
        let related = diagnostic.labels.iter().skip(1).map(|label| Related {
            place: Place::new(&label.location),
            label: shown(&label.text),
        });
        Self {
            rule: entry.finding.rule.name,
            level: diagnostic.level.into(),
            confidence: entry.finding.confidence.into(),
            place: Place::new(entry.finding.location()),
            related: related.collect(),
            notes: texts(&diagnostic.notes),
            help: texts(&diagnostic.help),
            fix: entry.finding.fix.as_ref().map(Fix::new),
            message: entry.message,
            label: entry.label,
            fingerprint: entry.fingerprint,
        }
    }
}

impl From<diagnostic::Level> for Level {
    fn from(level: diagnostic::Level) -> Self {
        match level {
            diagnostic::Level::Error => Level::Error,
            diagnostic::Level::Warning => Level::Warning,
            diagnostic::Level::Note => Level::Note,
        }
    }
}

impl Place {
    fn new(at: &Location) -> Self {
        let (start, end) = positions(at);
        Self {
            file: presolve_text::files::shown_path(at.file.path()),
            start: start.into(),
            end: end.into(),
        }
    }
}

impl From<findings::Position> for Position {
    fn from(position: findings::Position) -> Self {
        Self {
            offset: position.offset,
            line: position.line,
            column: position.column,
        }
    }
}

impl Fix {
    fn new(fix: &rules::TextFix) -> Self {
        let edits = fix.edits.iter().map(|edit| Edit {
            place: Place::new(&fix.location(edit)),
            with: edit.with.clone(),
        });
        Self {
            title: shown(&fix.title),
            safety: fix.safety.into(),
            edits: (!shows_secret(fix)).then(|| edits.collect()),
        }
    }
}

impl Undecided {
    fn new(undecided: &check::Undecided) -> Self {
        let messages = undecided.diagnostics.iter();
        Self {
            platform: undecided.platform.map(|platform| platform.to_string()),
            messages: messages
                .map(|diagnostic| shown(&diagnostic.message))
                .collect(),
        }
    }
}

impl From<rules::Confidence> for Confidence {
    fn from(confidence: rules::Confidence) -> Self {
        match confidence {
            rules::Confidence::Low => Self::Low,
            rules::Confidence::Medium => Self::Medium,
            rules::Confidence::High => Self::High,
        }
    }
}

impl From<rules::Safety> for Safety {
    fn from(safety: rules::Safety) -> Self {
        match safety {
            rules::Safety::Safe => Self::Safe,
            rules::Safety::Unsafe => Self::Unsafe,
        }
    }
}
