use rattler_conda_types::Subdir;

use super::targets::targets;
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_spec::{CondaRequirement, selector};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "other-platform-package",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("other_platform_package.md"),
};

/// An operating system that packages are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Linux,
    MacOs,
    Windows,
}

/// Packages that the channels have for one system only: its runtime libraries and bridges to
/// it, as `conda env export` lists them.
const OF_ONE_SYSTEM: &[(System, &[&str])] = &[
    (
        System::Linux,
        &[
            "_libgcc_mutex",
            "alsa-lib",
            "libcap",
            "libgcc-ng",
            "libnsl",
            "libstdcxx-ng",
            "libsystemd0",
        ],
    ),
    (System::MacOs, &["pyobjc-core", "python.app"]),
    (
        System::Windows,
        &[
            "icc_rt",
            "libwinpthread",
            "pywinpty",
            "ucrt",
            "vc",
            "vc14_runtime",
            "vs2013_runtime",
            "vs2015_runtime",
            "winpty",
        ],
    ),
];

/// Name prefixes of other packages for one system only.
const FAMILIES: [(System, &str); 3] = [
    (System::MacOs, "pyobjc-framework-"),
    (System::Windows, "m2w64-"),
    (System::Windows, "msys2-"),
];

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = subject.environment.conda.iter();
    let lines = lines.filter(|line| line.spec.condition.is_none() && line.pin.is_none());
    let lines = lines.filter(|line| !selector::is_conditional(&line.location));
    let bound: Vec<(&CondaRequirement, System)> = lines
        .filter_map(|line| Some((line, system_of_package(&line.spec.name.to_string())?)))
        .collect();
    let targets = targets(subject);
    if targets.is_empty() {
        return contradiction(&bound).into_iter().collect();
    }
    let mut findings = Vec::new();
    for (line, system) in bound {
        let mut others = targets
            .iter()
            .filter(|&&target| system_of(target) != Some(system));
        if let Some(other) = others.next() {
            findings.push(finding(line, system, &format!("not available for {other}")));
        }
    }
    findings
}

/// For a file without target platforms: reports two packages that no platform has together.
fn contradiction(bound: &[(&CondaRequirement, System)]) -> Option<Finding> {
    let (first, system) = bound.first()?;
    let (line, other) = bound.iter().find(|(_, other)| other != system)?;
    let related = format!("and this one is only for {}", system.name());
    Some(
        finding(line, *other, "no platform has both packages")
            .related(first.location.clone(), related),
    )
}

fn finding(line: &CondaRequirement, system: System, label: &str) -> Finding {
    let name = line.spec.name.to_string();
    let message = format!("`{name}` is available only for {}", system.name());
    RULE.finding(line.location.clone(), label, message)
        .note("`conda env export` lists the packages that one platform needs")
        .help(format!(
            "remove `{name}`; other packages require it where it is needed"
        ))
}

fn system_of_package(name: &str) -> Option<System> {
    let listed = OF_ONE_SYSTEM
        .iter()
        .find(|(_, names)| names.contains(&name));
    let of_family = FAMILIES.iter().find(|(_, begin)| name.starts_with(begin));
    listed
        .map(|(system, _)| *system)
        .or_else(|| of_family.map(|(system, _)| *system))
}

fn system_of(platform: Subdir) -> Option<System> {
    if platform.is_linux() {
        Some(System::Linux)
    } else if platform.is_osx() {
        Some(System::MacOs)
    } else if platform.is_windows() {
        Some(System::Windows)
    } else {
        None
    }
}

impl System {
    fn name(self) -> &'static str {
        match self {
            System::Linux => "Linux",
            System::MacOs => "macOS",
            System::Windows => "Windows",
        }
    }
}
