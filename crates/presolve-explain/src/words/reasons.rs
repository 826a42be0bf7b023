//! Why a candidate is excluded.

use presolve_solve::conflict::{Need, Reason};

/// Returns a reason in one sentence, lower case, without a full stop; "it" is the
/// candidate.
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::RequiresPython {
            specifiers,
            allowed: None,
        } => format!("it requires Python {specifiers}"),
        Reason::RequiresPython {
            specifiers,
            allowed: Some(allowed),
        }
        | Reason::MetadataRequiresPython {
            specifiers,
            allowed,
        } => format!("it requires Python {specifiers}, but the environment file allows {allowed}"),
        Reason::NoWheelForPythons {
            pythons,
            subdir,
            tags,
        } => {
            let tags = tags.join(", ");
            format!(
                "it has no wheel for Python {pythons} on {subdir}, only for {tags}, \
                 and no source distribution"
            )
        }
        Reason::WheelsForOthers { tags } => {
            let tags = tags.join(", ");
            format!("its wheels are for {tags}, and it has no source distribution")
        }
        Reason::NoWheelForPlatform { subdir } => {
            format!("it has no wheel for {subdir} and no source distribution")
        }
        Reason::Yanked { reason } if reason.is_empty() => "it was yanked".to_string(),
        Reason::Yanked { reason } => format!("it was yanked: {reason}"),
        Reason::PreRelease => "it is a pre-release, and no requirement asks for one".to_string(),
        Reason::Undated { cutoff } => {
            format!("it has no date, so it may be newer than {cutoff}")
        }
        Reason::NewerThan { cutoff } => format!("it is newer than {cutoff}"),
        Reason::ChannelPriority {
            package,
            first,
            channel,
        } => format!("strict channel priority allows {package} from {first} only, not {channel}"),
        Reason::OtherChannel { channel } => {
            format!("it is in {channel}, not in the requested channel")
        }
        Reason::PipTooOld { wheel, ability } => {
            format!("its wheel {wheel} needs pip {}", ability.versions())
        }
        Reason::PipOption => {
            "--only-binary, --no-binary or the hashes exclude its files".to_string()
        }
        Reason::Constraint { constraint } => format!("the constraint {constraint} excludes it"),
        Reason::IndexUnavailable => "an index could not be queried".to_string(),
        Reason::Requirement(error) => error.to_string(),
        Reason::BrokenDependency { dependency, error } => {
            format!("its dependency '{dependency}' is broken: {error}")
        }
        Reason::LegacyMetadata { ability } => {
            let (what, versions) = (ability.what(), ability.versions());
            format!("its metadata has {what}: it needs pip {versions}")
        }
        Reason::BrokenMetadata { error } => format!("its metadata is broken: {error}"),
        Reason::OwnConstraint { constraint } => {
            format!("its own constraint '{constraint}' excludes it")
        }
        Reason::NeedsBuild { reason } => {
            format!("its requirements are known only after a build: {reason}")
        }
        Reason::Unrequired => "no conda dependency requires it".to_string(),
        Reason::Unbuildable { reason } => reason.clone(),
        Reason::Needs {
            by_constraint,
            needs,
        } => {
            let verb = if *by_constraint {
                "works only with"
            } else {
                "needs"
            };
            let needs: Vec<String> = needs.0.iter().map(need).collect();
            format!("it {verb} {}", needs.join(", or "))
        }
        Reason::NoFiles => "it has no files".to_string(),
        Reason::FileOfOther { project } => format!("its file is one of {project}"),
        Reason::MarkerAgainstFile => {
            "its marker and its file need different Python versions".to_string()
        }
        Reason::OtherPython => "the pip list was tried with another Python".to_string(),
        Reason::OtherPip => "the pip list was tried with another pip".to_string(),
    }
}

fn need(need: &Need) -> String {
    match need {
        Need::Excluded(left) => left.to_string(),
        Need::Missing {
            package,
            constraint,
        } => format!("{package} {constraint}, which is not available"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_packages::pypi::pip_abilities::PipAbility;
    use presolve_solve::{
        RequirementError, SpecError,
        conflict::{Half, Left, Needs, Package},
    };
    use rattler_conda_types::Subdir;

    fn needs(by_constraint: bool, needs: Vec<Need>) -> Reason {
        let needs = Needs(needs);
        Reason::Needs {
            by_constraint,
            needs,
        }
    }

    /// Reasons of all variants in the order of their words, kind by kind.
    fn all() -> Vec<Reason> {
        let text = |text: &str| text.to_string();
        let subdir = Subdir::Linux64;
        let tags = vec![text("cp38"), text("cp310")];
        let package = Package {
            name: text("numpy"),
            half: Half::Conda,
        };
        let missing = Need::Missing {
            package: package.clone(),
            constraint: text(">=2"),
        };
        let left = Left {
            package,
            versions: None,
        };
        vec![
            Reason::RequiresPython {
                specifiers: text(">=3.8"),
                allowed: None,
            },
            Reason::RequiresPython {
                specifiers: text(">=3.8"),
                allowed: Some(text("3.7")),
            },
            Reason::NoWheelForPythons {
                pythons: text("3.7"),
                subdir,
                tags: tags.clone(),
            },
            Reason::WheelsForOthers { tags },
            Reason::NoWheelForPlatform { subdir },
            Reason::Yanked { reason: text("") },
            Reason::Yanked {
                reason: text("broken"),
            },
            Reason::PreRelease,
            Reason::Undated {
                cutoff: jiff::Timestamp::UNIX_EPOCH,
            },
            Reason::NewerThan {
                cutoff: jiff::Timestamp::UNIX_EPOCH,
            },
            Reason::ChannelPriority {
                package: text("numpy"),
                first: text("conda-forge"),
                channel: text("defaults"),
            },
            Reason::OtherChannel {
                channel: text("conda-forge"),
            },
            Reason::PipTooOld {
                wheel: text("a-1-py3-none-any.whl"),
                ability: PipAbility::Manylinux2014,
            },
            Reason::PipOption,
            Reason::Constraint {
                constraint: text("a<2"),
            },
            Reason::IndexUnavailable,
            Reason::MetadataRequiresPython {
                specifiers: text(">=3.8"),
                allowed: text("3.7"),
            },
            Reason::Requirement(RequirementError::Itself {
                specifiers: text(">=2"),
            }),
            Reason::Requirement(RequirementError::FromUrl {
                project: "numpy".parse().expect("a name"),
            }),
            Reason::BrokenDependency {
                dependency: text("a ]"),
                error: SpecError::EmptyCondition,
            },
            Reason::LegacyMetadata {
                ability: PipAbility::LegacySpecifiers,
            },
            Reason::BrokenMetadata {
                error: text("no name"),
            },
            Reason::OwnConstraint {
                constraint: text("a <2"),
            },
            Reason::NeedsBuild {
                reason: text("it runs code"),
            },
            Reason::Unrequired,
            Reason::Unbuildable {
                reason: text("use another name"),
            },
            needs(false, vec![missing.clone()]),
            needs(
                false,
                vec![Need::Excluded(left.clone()), Need::Excluded(left)],
            ),
            needs(true, vec![missing]),
            Reason::NoFiles,
            Reason::FileOfOther {
                project: "numpy".parse().expect("a name"),
            },
            Reason::MarkerAgainstFile,
            Reason::OtherPython,
            Reason::OtherPip,
        ]
    }

    #[test]
    fn reasons_are_in_the_order_of_their_words() {
        let all = all();
        assert!(all.is_sorted());
        assert!(all.is_sorted_by_key(|of| (of.kind(), reason(of))));
    }
}
