//! The known vulnerabilities of the releases that a file pins.

use std::{collections::BTreeSet, sync::Arc};

use futures::{StreamExt, stream};
use pep440_rs::Version;

use super::{
    AT_ONCE,
    pinned::{self, Pinned},
};
use crate::{
    Selection, Undecided,
    rules::{Finding, solving::vulnerable_release},
    solving::Solved,
};
use presolve_config::Settings;
use presolve_registry::{
    conda::names::Names,
    pypi::{
        advisories::{Advisories, Advisory},
        client::Client,
        osv::Database,
    },
};
use presolve_resolve::{ResolveError, Shared};
use presolve_spec::EnvironmentFile;
use presolve_text::diagnostic::{Diagnostic, Failure, Level};

/// The maximum number of vulnerabilities listed per release.
const LISTED: usize = 5;

/// The maximum number of releases listed that were not looked up.
const UNKNOWN: usize = 10;

/// A file whose releases are looked up.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) environment: &'a EnvironmentFile,
    pub(super) settings: &'a Settings,
    pub(super) selection: &'a Selection,
    pub(super) shared: &'a Shared,
}

/// Where advisories come from.
enum Source<'a> {
    /// The settings.
    Database(Arc<Database>),
    Indexes(&'a Client),
}

/// Releases without an answer.
#[derive(Default)]
struct Unknown {
    releases: Vec<String>,
    reasons: BTreeSet<String>,
    /// The error of the first request that failed.
    error: Option<String>,
}

impl Asked<'_> {
    /// Looks up the releases.
    pub(super) async fn find(
        self,
        client: &Client,
        found: &mut Solved,
    ) -> Result<(), ResolveError> {
        let pinned = self.pinned().await?;
        if pinned.is_empty() {
            return Ok(());
        }
        let source = match self.shared.advisories(self.settings).await? {
            Some(database) => Source::Database(database),
            None => Source::Indexes(client),
        };
        let answers = stream::iter(&pinned).map(async |release| {
            let answer = source.advisories(release).await;
            (release, answer)
        });
        let mut answers = answers.buffered(AT_ONCE);
        let (mut unknown, mut failed) = (Unknown::default(), None);
        while let Some((release, answer)) = answers.next().await {
            match answer {
                Ok(Advisories::Known(advisories)) => {
                    let fix = source.fix(release, &advisories);
                    found.findings.extend(finding(release, &advisories, fix));
                }
                Ok(Advisories::Unknown(reasons)) => unknown.add(release, &reasons),
                // A file without a pip list needs no package index.
                Err(error) if release.package.is_some() && !self.settings.offline => {
                    unknown.fail(release, &error);
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        drop(answers);
        if !unknown.releases.is_empty() {
            self.report(&unknown, pinned.len(), found);
        }
        failed.map_or(Ok(()), Err)
    }

    async fn pinned(&self) -> Result<Vec<Pinned<'_>>, ResolveError> {
        let names = if pinned::has_conda(self.environment) {
            self.shared.names(self.settings).await?.0
        } else {
            Arc::new(Names::built_in())
        };
        Ok(pinned::in_both(self.environment, &names))
    }

    /// Reports releases that were not looked up. The check fails only if it has no other
    /// purpose, because most private indexes have no advisories.
    fn report(&self, unknown: &Unknown, asked: usize, found: &mut Solved) {
        let is_alone = self
            .selection
            .rules()
            .all(|rule| *rule == vulnerable_release::RULE);
        if is_alone {
            let failure = Failure::undecided(unknown.diagnostic(Level::Error, asked));
            let undecided = Undecided::of(failure, None, &self.environment.source);
            found.undecided.push(undecided);
        } else {
            found.not_looked_up = Some(unknown.diagnostic(Level::Note, asked));
        }
    }
}

impl Source<'_> {
    async fn advisories(&self, release: &Pinned<'_>) -> Result<Advisories, ResolveError> {
        let (name, version) = (&release.name, &release.version);
        match self {
            Self::Database(database) => {
                let known = database.advisories(name, version);
                Ok(Advisories::Known(known.into()))
            }
            Self::Indexes(client) => Ok(client.advisories(name, version).await?),
        }
    }

    /// Returns the earliest later version without these vulnerabilities, if one is known.
    fn fix(&self, release: &Pinned<'_>, advisories: &[Advisory]) -> Option<Version> {
        let version = &release.version;
        match self {
            Self::Database(database) => database.fix(&release.name, version),
            // The API does not say which versions an advisory affects.
            Self::Indexes(_) => {
                let fixes = advisories.iter().map(|one| one.fixed_after(version));
                let fixes: Option<Vec<&Version>> = fixes.collect();
                fixes?.into_iter().max().cloned()
            }
        }
    }
}

impl Unknown {
    fn add(&mut self, release: &Pinned<'_>, reasons: &[String]) {
        let Pinned { name, version, .. } = release;
        self.releases.push(format!("{name} {version}"));
        self.reasons.extend(reasons.iter().cloned());
    }

    fn fail(&mut self, release: &Pinned<'_>, error: &ResolveError) {
        self.add(release, &[]);
        self.error.get_or_insert_with(|| error.to_string());
    }

    fn diagnostic(&self, level: Level, asked: usize) -> Diagnostic {
        let count = self.releases.len();
        let message = if count == asked {
            "vulnerabilities were not looked up".to_owned()
        } else {
            format!("vulnerabilities of {count} of {asked} releases were not looked up")
        };
        let mut diagnostic = Diagnostic::new(level, "no-advisories", message);
        if count < asked {
            let mut shown = self.releases[..count.min(UNKNOWN)].join(", ");
            if count > UNKNOWN {
                shown += &format!(", and {} more", count - UNKNOWN);
            }
            diagnostic = diagnostic.note(shown);
        }
        for reason in self.reasons.iter().chain(&self.error) {
            diagnostic = diagnostic.note(reason.clone());
        }
        diagnostic.help(
            "give presolve OSV's advisories: download https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip and set the file with `--advisories`, or as `advisories` in presolve.toml",
        )
    }
}

fn finding(release: &Pinned<'_>, advisories: &[Advisory], fix: Option<Version>) -> Option<Finding> {
    let count = match advisories.len() {
        0 => return None,
        1 => "a known vulnerability".to_owned(),
        count => format!("{count} known vulnerabilities"),
    };
    let Pinned { name, version, .. } = release;
    let message = format!("{name} {version} has {count}");
    let mut finding = vulnerable_release::RULE.finding(release.at.clone(), "", message);
    let package = release.package.as_deref().unwrap_or(name.as_ref());
    if package != name.as_ref() {
        finding = finding.note(format!("conda's {package} provides {name}"));
    }
    for advisory in advisories.iter().take(LISTED) {
        finding = finding.note(sentence(advisory));
    }
    if advisories.len() > LISTED {
        finding = finding.note(format!("and {} more", advisories.len() - LISTED));
    }
    let fixes = advisories.iter().map(|one| one.fixed_after(version));
    let help = match (fix, fixes.flatten().max()) {
        (Some(fix), _) => format!("move to {package} {fix}, which has none of these"),
        (None, Some(fix)) => {
            format!("move to {package} {fix}, which has fewer; some of these have no known fix")
        }
        (None, None) => {
            "check whether the code is affected; no later version is known to fix this".to_owned()
        }
    };
    Some(finding.help(help))
}

fn sentence(advisory: &Advisory) -> String {
    let name = advisory.name();
    let id = if name == advisory.id {
        String::new()
    } else {
        format!(" ({})", advisory.id)
    };
    match advisory.summary.as_str() {
        "" => format!("{name}{id}"),
        summary => format!("{name}{id}: {summary}"),
    }
}
