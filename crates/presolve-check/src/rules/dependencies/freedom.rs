//! The range of versions that a requirement allows.

use pep440_rs::{Operator, VersionSpecifiers};
use pep508_rs::VersionOrUrl;
use rattler_conda_types::{
    MatchSpec, VersionSpec,
    version_spec::{EqualityOperator, LogicalOperator, RangeOperator, StrictRangeOperator},
};

use presolve_spec::{CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind};
use presolve_text::diagnostic::Location;

/// Packages that only select a variant of others, so their version does not matter.
const CHOICES: [&str; 2] = ["cpuonly", "nomkl"];

/// The numbers that `~=` needs to leave only the last one open: `~=1.26.4` is `==1.26.*` from
/// 1.26.4 on, but `~=1.26` is any 1 from 1.26 on (PEP 440).
const SERIES: usize = 3;

/// The range of versions that a requirement allows, the widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Freedom {
    /// Any version matches.
    Any,
    /// Future releases may match: `>=1.2`, `!=1.3`.
    OpenEnded,
    /// Several versions match, but the newest releases do not: `>=1,<2`, `~=1.4`.
    Ranged,
    /// One version, or a series that only leaves the last number open: `=1.26`, `==1.26.*`,
    /// `~=1.26.4`.
    Version,
}

/// A requirement that the user wrote and that `pin` has not narrowed.
pub(super) struct Declared<'e> {
    /// The requirement as written.
    pub text: &'e str,
    /// The place in its file.
    pub location: &'e Location,
    /// The range of versions that the requirement allows.
    pub freedom: Freedom,
}

/// Returns the declared requirements for conda and pip. `python` and `pip` among the conda
/// dependencies have their own rules.
pub(super) fn declared(environment: &EnvironmentFile) -> impl Iterator<Item = Declared<'_>> {
    let conda = environment.conda.iter().filter_map(of_conda_line);
    let pip = environment.pip.requirements.iter();
    conda.chain(pip.filter_map(|line| of_pip_line(line, environment)))
}

fn of_conda_line(line: &CondaRequirement) -> Option<Declared<'_>> {
    let name = line.spec.name.to_string();
    let has_own_rules = matches!(name.as_str(), "python" | "pip");
    let has_no_versions = CHOICES.contains(&name.as_str()) || name.starts_with("__");
    let is_declared = line.pin.is_none() && !has_own_rules && !has_no_versions;
    is_declared.then(|| Declared {
        text: &line.text,
        location: &line.location,
        freedom: of_spec(&line.spec),
    })
}

/// The range of versions that a match spec allows. A build without a version
/// (`blas=*=openblas`) selects a variant and counts as a version.
pub(super) fn of_spec(spec: &MatchSpec) -> Freedom {
    let is_one_record = spec.url.is_some() || spec.md5.is_some() || spec.sha256.is_some();
    match &spec.version {
        _ if is_one_record => Freedom::Version,
        None | Some(VersionSpec::Any) if spec.build.is_some() => Freedom::Version,
        None => Freedom::Any,
        Some(versions) => of_versions(versions),
    }
}

fn of_versions(versions: &VersionSpec) -> Freedom {
    match versions {
        VersionSpec::Any => Freedom::Any,
        VersionSpec::None
        | VersionSpec::Exact(EqualityOperator::Equals, _)
        | VersionSpec::StrictRange(StrictRangeOperator::StartsWith, _) => Freedom::Version,
        VersionSpec::StrictRange(StrictRangeOperator::Compatible, _)
            if versions.to_string().split('.').count() >= SERIES =>
        {
            Freedom::Version
        }
        VersionSpec::Range(RangeOperator::Less | RangeOperator::LessEquals, _)
        | VersionSpec::StrictRange(StrictRangeOperator::Compatible, _) => Freedom::Ranged,
        VersionSpec::Group(LogicalOperator::And, parts) => {
            let parts = parts.iter().map(of_versions);
            parts.max().unwrap_or(Freedom::Any)
        }
        VersionSpec::Group(LogicalOperator::Or, parts) => {
            let parts = parts.iter().map(of_versions);
            parts.min().unwrap_or(Freedom::Any).min(Freedom::Ranged)
        }
        VersionSpec::Range(..) | VersionSpec::StrictRange(..) | VersionSpec::Exact(..) => {
            Freedom::OpenEnded
        }
    }
}

fn of_pip_line<'e>(
    line: &'e PipRequirement,
    environment: &'e EnvironmentFile,
) -> Option<Declared<'e>> {
    let name = name(line)?;
    let constraints = environment.pip.constraints.iter();
    let constraints = constraints.filter(|constraint| self::name(constraint) == Some(name));
    let own = of_requirement(line)?;
    Some(Declared {
        text: &line.text,
        location: &line.location,
        freedom: constraints
            .filter_map(of_requirement)
            .fold(own, Freedom::max),
    })
    .filter(|_| line.pin.is_none())
}

fn name(line: &PipRequirement) -> Option<&pep508_rs::PackageName> {
    match &line.kind {
        PipRequirementKind::Named(requirement) => Some(&requirement.name),
        PipRequirementKind::Opaque { .. } => None,
    }
}

/// The range of versions that a pip requirement allows.
fn of_requirement(line: &PipRequirement) -> Option<Freedom> {
    let PipRequirementKind::Named(requirement) = &line.kind else {
        return None;
    };
    Some(match &requirement.version_or_url {
        None => Freedom::Any,
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => of_specifiers(specifiers),
        Some(VersionOrUrl::Url(_)) => Freedom::Version,
    })
}

fn of_specifiers(specifiers: &VersionSpecifiers) -> Freedom {
    let each = specifiers
        .iter()
        .map(|specifier| match specifier.operator() {
            Operator::Equal | Operator::ExactEqual | Operator::EqualStar => Freedom::Version,
            Operator::TildeEqual if specifier.version().release().len() >= SERIES => {
                Freedom::Version
            }
            Operator::LessThan | Operator::LessThanEqual | Operator::TildeEqual => Freedom::Ranged,
            Operator::GreaterThan
            | Operator::GreaterThanEqual
            | Operator::NotEqual
            | Operator::NotEqualStar => Freedom::OpenEnded,
        });
    each.max().unwrap_or(Freedom::Any)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;
    use presolve_spec::match_spec;

    #[test]
    fn both_halves_leave_open_what_their_operators_do() {
        use Freedom::{Any, OpenEnded, Ranged, Version};
        for (text, freedom) in [
            ("x", Any),
            ("x=*", Any),
            ("x>=1", OpenEnded),
            ("x!=1", OpenEnded),
            ("x!=1.*", OpenEnded),
            ("x>=1,!=1.3", OpenEnded),
            ("x>=2|<1", OpenEnded),
            ("x<2", Ranged),
            ("x>=1,<2", Ranged),
            ("x~=1.4", Ranged),
            ("x~=1.4.2", Version),
            ("x=1|3", Ranged),
            ("x=1.26", Version),
            ("x==1.26.4", Version),
            ("x=*=cuda*", Version),
            ("x>=1,=1.4", Version),
        ] {
            let spec = match_spec::parse(text).expect("is a match spec");
            assert_eq!(of_spec(&spec), freedom, "{text}");
        }
        for (text, freedom) in [
            ("", Any),
            (">=1", OpenEnded),
            ("!=1.*,>1", OpenEnded),
            ("<2,>1", Ranged),
            ("~=1.4", Ranged),
            ("~=1.4.0b1", Version),
            ("==1.*", Version),
            ("===1", Version),
        ] {
            let specifiers = VersionSpecifiers::from_str(text).expect("are specifiers");
            assert_eq!(of_specifiers(&specifiers), freedom, "{text}");
        }
    }
}
