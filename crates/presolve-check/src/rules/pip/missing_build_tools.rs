use crate::rules::{Confidence, Finder, Finding, Requirements, Rule};
use presolve_spec::{EnvironmentFile, PipRequirementKind};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "missing-build-tools",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("missing_build_tools.md"),
};

/// The tools that the build of a project needs on the machine.
struct Need {
    project: &'static str,
    what: &'static str,
    /// conda and pip packages that provide the tools.
    provided_by: &'static [&'static str],
    instead: &'static str,
}

/// The projects in Azure ML's documentation. Horovod has no wheels. mpi4py has none before
/// 4.1, and its later wheels load the machine's MPI.
const NEEDS: [Need; 2] = [
    Need {
        project: "horovod",
        what: "a C++ compiler",
        provided_by: &[
            "clangxx",
            "compilers",
            "cxx-compiler",
            "gxx",
            "gxx_impl_linux-64",
            "gxx_linux-64",
        ],
        instead: "add `- cxx-compiler` and `- cmake` to the conda dependencies",
    },
    Need {
        project: "mpi4py",
        what: "an MPI library",
        provided_by: &[
            "impi-devel",
            "impi-rt",
            "impi_rt",
            "mpich",
            "mvapich",
            "openmpi",
        ],
        instead: "install `mpi4py` from conda, which includes an MPI library",
    },
];

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    // `apt-get` may have installed it.
    if subject.dockerfile.is_some() {
        return Vec::new();
    }
    let environment = subject.environment;
    let lines = environment.pip.requirements.iter().filter_map(|line| {
        let PipRequirementKind::Named(requirement) = &line.kind else {
            return None;
        };
        let mut needs = NEEDS.iter();
        let need = needs.find(|need| requirement.name.as_ref() == need.project)?;
        Some((line, need))
    });
    let lines = lines.filter(|(line, need)| line.pin.is_none() && !is_met(environment, need));
    let findings = lines.map(|(line, need)| {
        let message = format!(
            "`{}` needs {}, which the file does not provide",
            need.project, need.what
        );
        RULE.finding(line.location.clone(), "the image may not have it", message)
            .confidence(Confidence::Medium)
            .help(need.instead)
    });
    findings.collect()
}

/// Whether the file provides the tools. conda's own package of the project also does.
fn is_met(environment: &EnvironmentFile, need: &Need) -> bool {
    let provides = |name: &str| need.provided_by.contains(&name);
    let mut conda = environment.conda.iter();
    let mut pip = environment.pip.requirements.iter();
    conda.any(|line| {
        let name = line.spec.name.to_string();
        provides(&name) || name == need.project
    }) || pip.any(|line| match &line.kind {
        PipRequirementKind::Named(requirement) => provides(requirement.name.as_ref()),
        PipRequirementKind::Opaque { .. } => false,
    })
}
