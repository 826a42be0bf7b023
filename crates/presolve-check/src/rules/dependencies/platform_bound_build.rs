use rattler_conda_types::StringMatcher;

use super::targets::targets;
use crate::rules::{Confidence, Finder, Finding, Requirements, Rule};
use presolve_spec::CondaRequirement;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "platform-bound-build",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("platform_bound_build.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let targets = targets(subject);
    let lines = subject.environment.conda.iter();
    let bound: Vec<&CondaRequirement> = lines.filter(|line| is_bound(line)).collect();
    let (Some(first), [_, _, ..]) = (bound.first(), &targets[..]) else {
        return Vec::new();
    };
    let platforms: Vec<&str> = targets.iter().map(|target| target.as_str()).collect();
    let message = match bound.len() {
        1 => "a platform-specific build is requested for several platforms".to_owned(),
        number => format!("{number} platform-specific builds are requested for several platforms"),
    };
    let finding = RULE
        .finding(first.location.clone(), "a build for one of them", message)
        // A few packages for every platform also have a hash: `tzdata`.
        .confidence(Confidence::Medium)
        .note(format!("the platforms are {}", platforms.join(", ")))
        .help("leave out the builds, or write a lock file with `presolve pin --format conda-lock`");
    vec![finding]
}

/// Whether a line has a build with the hash of a variant, of a package that is not `noarch`.
fn is_bound(line: &CondaRequirement) -> bool {
    let Some(StringMatcher::Exact(build)) = &line.spec.build else {
        return false;
    };
    line.pin.is_none() && has_hash(build) && !is_noarch(build)
}

/// conda-build writes `h` and seven hexadecimal digits of a hash, for example after `py311`.
fn has_hash(build: &str) -> bool {
    build.split('_').any(|part| {
        let hash = part
            .len()
            .checked_sub(8)
            .and_then(|start| part.get(start..));
        hash.and_then(|hash| hash.strip_prefix('h'))
            .is_some_and(|hash| hash.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

/// `pyhd8ed1ab_0`, `py_0`, `hd8ed1ab_0` and `hd3eb1b0_0` have the hash of an empty variant,
/// which conda-forge and `defaults` use for `noarch` builds.
fn is_noarch(build: &str) -> bool {
    let is_of_any_python = build.starts_with("pyh") || build.starts_with("py_");
    is_of_any_python || build.contains("hd8ed1ab") || build.contains("hd3eb1b0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_variant_tells() {
        for build in [
            "py311h64a7726_0",
            "hb806964_0_cpython",
            "h06a4308_1",
            "cuda120_py312h02ad3c9_201",
        ] {
            assert!(has_hash(build) && !is_noarch(build), "{build}");
        }
        for build in [
            "pyhd8ed1ab_0",
            "py_0",
            "hd8ed1ab_1",
            "hd3eb1b0_0",
            "py38_0",
            "openblas",
            "1",
            "cpu_generic",
        ] {
            assert!(!has_hash(build) || is_noarch(build), "{build}");
        }
    }
}
