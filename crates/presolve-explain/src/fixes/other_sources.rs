//! Other sources for the requirement of a line: the other list, a channel that is not in the
//! file, or a similar name.

use pep508_rs::VersionOrUrl;
use rattler_conda_types::{MatchSpec, Matches};

use super::ByName;
use crate::{Edit, EditKind};
use presolve_packages::pypi::PypiSource;
use presolve_parse as parse;
use presolve_registry::conda::repodata::MissingName;
use presolve_resolve::question::Question;
use presolve_solve::{Declared, DeclaredKind};
use presolve_spec::{change::Change, match_spec};

/// Channels that files often lack (<https://conda-forge.org/docs/user/introduction/>,
/// <https://bioconda.github.io/#usage>).
const KNOWN_CHANNELS: [&str; 4] = ["conda-forge", "bioconda", "pytorch", "nvidia"];

/// Searches other sources for what lines require.
pub(super) struct OtherSources<'q> {
    pub question: &'q Question,
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
                    edits.extend(self.renamed(line, declared, spec).await);
                    edits.extend(self.in_other_channel(spec).await);
                }
                edits.extend(self.on_pypi(line, spec).await);
            }
            DeclaredKind::Pip(_) => edits.extend(self.in_conda(line, declared).await),
            _ => {}
        }
        edits
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

    /// Returns the line with the nearest existing name.
    async fn renamed(&self, line: usize, declared: &Declared, spec: &MatchSpec) -> Option<Edit> {
        let name = spec.name.as_exact()?;
        let missing = self.missing.iter().find(|missing| missing.name == *name)?;
        let nearest = missing.suggestions.first()?.name.as_normalized();
        let name = name.as_normalized();
        let start = declared.text.to_lowercase().find(name)?;
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
        let (session, name) = (self.question.session.clone(), requirement.name.clone());
        let project = tokio::task::spawn_blocking(move || session.project(&name)).await;
        let Ok(Ok(Some(project))) = project else {
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
