//! The lines of a file as declared requirements of the joint problem.

use rattler_conda_types::{MatchSpec, Subdir};

use presolve_registry::conda::channels::Channels;
use presolve_solve::{Declared, DeclaredKind};
use presolve_spec::{
    CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind, selector,
};
use presolve_text::diagnostic::Location;

/// Returns the requirements of the file for a platform, with their positions. Like conda
/// (`conda/env/env.py`), it adds `pip` to a file that has a pip list but no line on pip.
pub(super) fn of(
    environment: &EnvironmentFile,
    channels: &Channels,
    platform: Subdir,
) -> (Vec<Declared>, Vec<Option<Location>>) {
    let lines = environment.conda.iter().filter(|line| !line.added_by_pin);
    let lines = lines.filter(|line| !selector::excludes(&line.location, platform));
    let mut declared: Vec<_> = lines.map(|line| conda_line(line, channels)).collect();
    let python = environment.image_python.as_ref();
    declared.extend(python.map(|line| {
        let (line, place) = conda_line(line, channels);
        (line, place.filter(|_| !environment.has_set_python))
    }));
    let pip = &environment.pip;
    let names_pip = declared
        .iter()
        .any(|(line, _)| line.is_conda() && line.names("pip"));
    if !pip.requirements.is_empty() && !names_pip {
        declared.push((implicit_pip(), None));
    }
    let requirements = pip.requirements.iter().filter(|line| !line.added_by_pin);
    declared.extend(requirements.map(|line| pip_line(line, false)));
    declared.extend(pip.constraints.iter().map(|line| pip_line(line, true)));
    declared.into_iter().unzip()
}

fn conda_line(line: &CondaRequirement, channels: &Channels) -> (Declared, Option<Location>) {
    let of_spec = channels.of_spec(&line.spec).unwrap_or_default();
    let names = of_spec
        .into_iter()
        .map(|index| channels.list()[index].channel.canonical_name());
    let declared = Declared {
        text: line.text.clone(),
        kind: DeclaredKind::Conda(Box::new(channels.bind(line.spec.clone()))),
        channels: names.collect(),
        hashes: Vec::new(),
    };
    (declared, Some(line.location.clone()))
}

fn implicit_pip() -> Declared {
    Declared {
        text: "pip".to_string(),
        kind: DeclaredKind::Conda(Box::new(spec_of("pip".to_string()))),
        channels: Vec::new(),
        hashes: Vec::new(),
    }
}

fn pip_line(line: &PipRequirement, constraint: bool) -> (Declared, Option<Location>) {
    let kind = match &line.kind {
        PipRequirementKind::Named(requirement) if constraint => {
            DeclaredKind::PipConstraint(requirement.clone())
        }
        PipRequirementKind::Named(requirement) => DeclaredKind::Pip(requirement.clone()),
        PipRequirementKind::Opaque { name, marker, .. } => {
            DeclaredKind::PipOpaque(name.clone(), marker.clone())
        }
    };
    let declared = Declared {
        text: line.text.clone(),
        kind,
        channels: Vec::new(),
        hashes: line.hashes.clone(),
    };
    (declared, Some(line.location.clone()))
}

pub(super) fn conda_specs(declared: &[Declared]) -> Vec<MatchSpec> {
    let specs = declared.iter().filter_map(|line| match &line.kind {
        DeclaredKind::Conda(spec) => Some((**spec).clone()),
        _ => None,
    });
    specs.collect()
}

/// Returns the bare spec of a normalised name.
pub(super) fn spec_of(name: String) -> MatchSpec {
    MatchSpec {
        name: rattler_conda_types::PackageName::new_unchecked(name).into(),
        ..MatchSpec::default()
    }
}

/// Returns a spec reduced to its name and, if it has one, its URL.
pub(super) fn by_name(spec: &MatchSpec) -> MatchSpec {
    MatchSpec {
        name: spec.name.clone(),
        url: spec.url.clone(),
        ..MatchSpec::default()
    }
}
