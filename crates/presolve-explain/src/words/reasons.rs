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
