//! Other sources for the requirement of a line: the other list, a channel that is not in the
//! file, or a similar name.

use std::sync::Arc;

use pep508_rs::{PackageName, Requirement, VerbatimUrl, VersionOrUrl};
use rattler_conda_types::{MatchSpec, Matches};

use super::ByName;
use crate::{Edit, EditKind};
use presolve_packages::{
    intended,
    pypi::{Project, PypiSource},
};
use presolve_parse as parse;
use presolve_registry::{conda::repodata::MissingName, pypi::popular};
use presolve_resolve::question::Question;
use presolve_solve::{Declared, DeclaredKind};
use presolve_spec::{EnvironmentFile, change::Change, match_spec};

/// Channels that files often lack (<https://conda-forge.org/docs/user/introduction/>,
/// <https://bioconda.github.io/#usage>).
const KNOWN_CHANNELS: [&str; 4] = ["conda-forge", "bioconda", "pytorch", "nvidia"];

/// Searches other sources for what lines require.
pub(super) struct OtherSources<'q> {
    pub question: &'q Question,
    pub environment: &'q EnvironmentFile,
    /// The names in the file that no channel has.
    pub missing: &'q [MissingName],
    /// All records of the names that the file may require, by name.
    pub known: &'q ByName<'q>,
}

impl OtherSources<'_> {
    /// Returns the edits that get the requirement of a line from another source, most likely
    /// first. They are not verified by a solve.
    pub(super) async fn edits(&self, line: usize, is_unknown: bool) -> Vec<Edit> {
        let declared = &self.question.declared()[line];
        let mut edits = Vec::new();
        match &declared.kind {
            DeclaredKind::Conda(spec) => {
                edits.extend(self.any_channel(line, declared));
                edits.extend(self.spelt_otherwise(line, declared, spec).await);
                if is_unknown {
                    edits.extend(self.intended_in_conda(line, declared, spec).await);
                    edits.extend(self.renamed(line, declared, spec).await);
                    edits.extend(self.in_other_channel(spec).await);
                }
                edits.extend(self.on_pypi(line, spec).await);
            }
            DeclaredKind::Pip(requirement) => {
                edits.extend(self.with_own_lines(line));
                edits.extend(self.intended_on_pypi(line, declared, requirement).await);
                edits.extend(self.in_conda(line, declared).await);
            }
            _ => {}
        }
        edits
    }

    /// Returns the edit that gives the ignored options of a pip line lines of their own.
    fn with_own_lines(&self, line: usize) -> Option<Edit> {
        let at = self.question.places[line].as_ref()?;
        let mut requirements = self.environment.pip.requirements.iter();
        let requirement = requirements.find(|requirement| requirement.location == *at)?;
        Some(Edit {
            kind: EditKind::OwnLine,
            lines: vec![line],
            with: Some(requirement.ignored_options.join(" ")),
            changes: requirement.with_own_lines()?,
            skipped: None,
        })
    }

    /// Returns the line without its `channel::`.
    fn any_channel(&self, line: usize, declared: &Declared) -> Option<Edit> {
        let (_, with) = declared.text.rsplit_once("::")?;
        self.in_place(line, EditKind::Relax, with.trim().to_string())
    }

    /// Returns the line with the separators that the channel uses in the name.
    async fn spelt_otherwise(
        &self,
        line: usize,
        declared: &Declared,
        spec: &MatchSpec,
    ) -> Option<Edit> {
        let name = spec.name.as_exact()?.as_normalized();
        let separators = ["-", "_", "."];
        let twins = separators.map(|separator| name.replace(['-', '_', '.'], separator));
        for twin in twins.into_iter().filter(|twin| twin != name) {
            let with = declared.text.to_lowercase().replacen(name, &twin, 1);
            let Ok(spec) = match_spec::parse(&with) else {
                continue;
            };
            if self.exists(&self.question.channels.bind(spec)).await {
                return self.in_place(line, EditKind::Rename, with);
            }
        }
        None
    }

    /// Returns the edit that replaces a line by another requirement.
    fn in_place(&self, line: usize, kind: EditKind, with: String) -> Option<Edit> {
        let at = self.question.places[line].clone()?;
        Some(Edit {
            kind,
            lines: vec![line],
            changes: vec![Change::Replace {
                at,
                with: with.clone(),
            }],
            with: Some(with),
            skipped: None,
        })
    }

    /// Returns the line with the name of the package that the written one stands for: a
    /// module's name, or that of the project on PyPI.
    async fn intended_in_conda(
        &self,
        line: usize,
        declared: &Declared,
        spec: &MatchSpec,
    ) -> Option<Edit> {
        let name = spec.name.as_exact()?.as_normalized();
        let intended = intended::in_conda(name).map(ToOwned::to_owned);
        let project = parse::pep::name(name).ok();
        let mapped = project.map_or(Vec::new(), |name| self.question.names.conda_names(&name));
        let begin = declared.text.rfind("::").map_or(0, |at| at + 2);
        let start = begin + declared.text[begin..].to_ascii_lowercase().find(name)?;
        for other in intended.into_iter().chain(mapped) {
            let bare = other.clone();
            let mut same_version = declared.text.clone();
            same_version.replace_range(start..start + name.len(), &other);
            for with in [same_version, bare] {
                let Ok(spec) = match_spec::parse(&with) else {
                    continue;
                };
                if self.exists(&self.question.channels.bind(spec)).await {
                    return self.in_place(line, EditKind::Rename, with);
                }
            }
        }
        None
    }

    /// Returns the line with the name of the project that the written one stands for, else
    /// with the nearest popular name if no index has the written one.
    async fn intended_on_pypi(
        &self,
        line: usize,
        declared: &Declared,
        requirement: &Requirement<VerbatimUrl>,
    ) -> Option<Edit> {
        let name = &requirement.name;
        let intended = match intended::on_pypi(name) {
            Some((project, _)) => project.to_owned(),
            None if self.project(name).await.is_some() => return None,
            None => popular::nearest(name)?.to_string(),
        };
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = declared.text.find(|c| !is_of_name(c));
        let rest = &declared.text[end.unwrap_or(declared.text.len())..];
        let marker = rest.find(';').map_or("", |marker| &rest[marker..]);
        for with in [format!("{intended}{rest}"), format!("{intended}{marker}")] {
            let Ok(requirement) = parse::pep::requirement(&with) else {
                continue;
            };
            if self.on_index(&requirement).await {
                return self.in_place(line, EditKind::Rename, with);
            }
        }
        None
    }

    async fn project(&self, name: &PackageName) -> Option<Arc<Project>> {
        let (session, name) = (self.question.session.clone(), name.clone());
        let project = tokio::task::spawn_blocking(move || session.project(&name)).await;
        // A failed hint must not fail the run.
        project.ok()?.ok()?
    }

    /// Returns the line with the nearest existing name.
    async fn renamed(&self, line: usize, declared: &Declared, spec: &MatchSpec) -> Option<Edit> {
        let name = spec.name.as_exact()?;
        let missing = self.missing.iter().find(|missing| missing.name == *name)?;
        let nearest = missing.suggestions.first()?.name.as_normalized();
        let name = name.as_normalized();
        let begin = declared.text.rfind("::").map_or(0, |at| at + 2);
        let start = begin + declared.text[begin..].to_ascii_lowercase().find(name)?;
        let mut with = declared.text.clone();
        with.replace_range(start..start + name.len(), nearest);
        let spec = match_spec::parse(&with).ok()?;
        if self.exists(&self.question.channels.bind(spec)).await {
            self.in_place(line, EditKind::Rename, with)
        } else {
            None
        }
    }

    async fn exists(&self, spec: &MatchSpec) -> bool {
        match spec.name.as_exact().and_then(|name| self.known.get(name)) {
            Some(records) => records.iter().any(|record| spec.matches(*record)),
            // A failed hint must not fail the run.
            None => self.question.has(spec).await.unwrap_or(false),
        }
    }

    /// Returns the edit that adds a known channel with a matching record.
    async fn in_other_channel(&self, spec: &MatchSpec) -> Option<Edit> {
        if spec.channel.is_some() {
            return None;
        }
        for channel in KNOWN_CHANNELS {
            let listed = self.question.channels.list();
            let is_listed = listed.iter().any(|known| known.name == channel);
            // A failed hint must not fail the run.
            if !is_listed
                && self
                    .question
                    .channel_has(channel, spec)
                    .await
                    .unwrap_or(false)
            {
                return Some(Edit {
                    kind: EditKind::AddChannel,
                    lines: Vec::new(),
                    with: Some(channel.to_string()),
                    changes: vec![Change::AddChannel(channel.to_string())],
                    skipped: None,
                });
            }
        }
        None
    }

    /// Returns the edit that moves the line to the pip list.
    async fn on_pypi(&self, line: usize, spec: &MatchSpec) -> Option<Edit> {
        let at = self.question.places[line].clone()?;
        let conda = spec.name.as_exact()?.as_normalized();
        if matches!(conda, "python" | "pip") {
            return None;
        }
        let project = self.question.names.project_of(conda)?;
        let with = match &spec.version {
            None => project.to_string(),
            Some(version) => format!("{project}{}", as_specifiers(&version.to_string())?),
        };
        let requirement = parse::pep::requirement(&with).ok()?;
        self.on_index(&requirement).await.then(|| Edit {
            kind: EditKind::MoveToPip,
            lines: vec![line],
            changes: vec![Change::Remove { at }, Change::AddPip(with.clone())],
            with: Some(with),
            skipped: None,
        })
    }

    async fn on_index(&self, requirement: &pep508_rs::Requirement) -> bool {
        let Some(project) = self.project(&requirement.name).await else {
            return false;
        };
        let mut versions = project.releases.keys();
        versions.any(|version| match &requirement.version_or_url {
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.contains(version),
            _ => true,
        })
    }

    /// Returns the edit that moves the line to the conda dependencies.
    async fn in_conda(&self, line: usize, declared: &Declared) -> Option<Edit> {
        let at = self.question.places[line].clone()?;
        let DeclaredKind::Pip(requirement) = &declared.kind else {
            return None;
        };
        if !requirement.extras.is_empty() || !requirement.marker.is_true() {
            return None;
        }
        let version = match &requirement.version_or_url {
            None => String::new(),
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
                let written: Vec<String> = specifiers.iter().map(ToString::to_string).collect();
                // In conda, any build of the exact PyPI version is accepted.
                written.join(",").replace("===", "==")
            }
            Some(VersionOrUrl::Url(_)) => return None,
        };
        let same_name = requirement.name.to_string();
        let mut names = self.question.names.conda_names(&requirement.name);
        names.sort_by_key(|name| *name != same_name);
        for name in names {
            let with = format!("{name}{version}");
            let Ok(spec) = match_spec::parse(&with) else {
                continue;
            };
            if self.exists(&self.question.channels.bind(spec)).await {
                return Some(Edit {
                    kind: EditKind::MoveToConda,
                    lines: vec![line],
                    changes: vec![Change::Remove { at }, Change::AddConda(with.clone())],
                    with: Some(with),
                    skipped: None,
                });
            }
        }
        None
    }
}

/// Returns a conda version spec as PEP 440 specifiers, if they can express it.
fn as_specifiers(version: &str) -> Option<String> {
    if version == "*" {
        return Some(String::new());
    }
    let specifiers = version.split(',').map(|bound| {
        let bound = bound.trim();
        match bound.strip_prefix('=') {
            // `=1.2` means `1.2.*`.
            Some(prefix) if !prefix.starts_with('=') => {
                Some(format!("=={}.*", prefix.trim_end_matches(".*")))
            }
            _ if bound.starts_with(|c: char| c.is_ascii_digit()) => Some(format!("=={bound}")),
            _ => Some(bound.to_string()),
        }
    });
    let specifiers: Option<Vec<String>> = specifiers.collect();
    let specifiers = specifiers?.join(",");
    let valid = parse::pep::specifiers(&specifiers);
    valid.is_ok().then_some(specifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_of_conda_as_specifiers() {
        assert_eq!(as_specifiers("=1.2").as_deref(), Some("==1.2.*"));
        assert_eq!(as_specifiers("==1.2").as_deref(), Some("==1.2"));
        assert_eq!(as_specifiers("1.2.*").as_deref(), Some("==1.2.*"));
        assert_eq!(as_specifiers(">=1,<2").as_deref(), Some(">=1,<2"));
        assert_eq!(as_specifiers("1.2|1.3"), None);
    }
}
