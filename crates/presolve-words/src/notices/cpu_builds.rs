//! Notices about CPU builds on an image with CUDA.

use super::Places;
use crate::codes;
use presolve_resolve::{
    Resolution,
    cpu_builds::{CpuBuild, Driver},
};
use presolve_text::diagnostic::{Diagnostic, Level};

/// Returns the notices on CPU builds. If one build requires another, only the first has a
/// notice, because the others follow it.
pub(super) fn of(resolution: &Resolution, places: &Places) -> Vec<Diagnostic> {
    let builds = &resolution.cpu_builds;
    let leads = |build: &&CpuBuild| {
        let path = places.path(&build.name);
        let (_, before) = path.split_last().unwrap_or((&build.name, &[]));
        !builds.iter().any(|other| before.contains(&other.name))
    };
    let mut leading: Vec<&CpuBuild> = builds.iter().filter(leads).collect();
    leading.sort_by_key(|build| !build.for_want_of_a_gpu);
    let notices = leading.into_iter();
    notices.map(|build| notice(build, places)).collect()
}

fn notice(build: &CpuBuild, places: &Places) -> Diagnostic {
    let CpuBuild {
        name,
        version,
        image_cuda,
        ..
    } = build;
    let (other, other_build) = &build.cuda;
    let message = format!("{name} {version} is a CPU build, but the image has CUDA {image_cuda}");
    let level = if build.for_want_of_a_gpu {
        Level::Warning
    } else {
        Level::Note
    };
    let notice = Diagnostic::new(level, codes::CPU_BUILD_ON_CUDA_IMAGE, message);
    let asked = places.packages.get(name);
    let notice = places.at(asked, &format!("takes `{}`", build.build), notice);
    let (note, help) = match (build.for_want_of_a_gpu, &build.driver) {
        (true, _) => (
            format!(
                "there is no GPU during the image build, so conda sees no `__cuda`; with one it would choose {name} {other} `{other_build}`"
            ),
            for_a_gpu(build),
        ),
        (false, Some(driver)) => (
            format!(
                "the channel has {name} {other} `{other_build}`, which depends on `{}`",
                driver.spec
            ),
            for_a_driver(build, driver),
        ),
        (false, None) => (
            format!(
                "the channel has {name} {other} `{other_build}`, which conda does not choose by default"
            ),
            format!("for CUDA, write `{}`", for_cuda(build)),
        ),
    };
    notice
        .note(note)
        .help(help)
        .help("if the CPU is enough, use an image without CUDA, which is smaller")
}

/// Returns what to do for a CUDA build that conda would choose on a machine with a GPU.
fn for_a_gpu(build: &CpuBuild) -> String {
    let (spec, cuda) = (for_cuda(build), &build.image_cuda);
    let how = if build.in_dockerfile {
        format!("with `ENV CONDA_OVERRIDE_CUDA={cuda}` before the command")
    } else {
        "where `CONDA_OVERRIDE_CUDA` is set, as `presolve context` does".to_owned()
    };
    format!(
        "for CUDA, write `{spec}`, pin it with `--virtual-package __cuda={cuda}`, and build {how}"
    )
}

/// Returns what to do for a CUDA build that must be requested and needs a driver.
fn for_a_driver(build: &CpuBuild, driver: &Driver) -> String {
    let (spec, needs) = (for_cuda(build), &driver.spec);
    let (option, variable) = match &driver.version {
        Some(version) => (
            format!(
                "`--virtual-package __cuda={version}` or the version that the GPU driver supports"
            ),
            format!("`ENV CONDA_OVERRIDE_CUDA={version}`"),
        ),
        None => (
            "`--virtual-package __cuda=…` with the version that the GPU driver supports".to_owned(),
            "`ENV CONDA_OVERRIDE_CUDA=…`".to_owned(),
        ),
    };
    let how = if build.in_dockerfile {
        format!("with {variable} before the command")
    } else {
        "as `presolve context` does".to_owned()
    };
    format!(
        "it needs `{needs}`: write `{spec}`, pin with {option}, and set `CONDA_OVERRIDE_CUDA` to the same value in the build, {how}"
    )
}

/// Returns a match spec for the CUDA build, with its version and a pattern of its build.
fn for_cuda(build: &CpuBuild) -> String {
    let (version, other_build) = &build.cuda;
    format!("{}={version}={}", build.name, pattern(other_build))
}

/// Returns a pattern for similar builds: `cuda*` for `cuda126_py310_0`.
fn pattern(build: &str) -> String {
    for word in ["cuda", "gpu"] {
        match build.find(word) {
            Some(0) => return format!("{word}*"),
            Some(at) if build[..at].ends_with('_') => return format!("*_{word}*"),
            _ => {}
        }
    }
    build.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_what_tells_builds_apart() {
        for (build, expected) in [
            ("cuda126_py310_0", "cuda*"),
            ("gpu_py39h8236f22_0", "gpu*"),
            ("py3.12_cuda12.4_cudnn9.1.0_0", "*_cuda*"),
            ("h6edc907_0", "h6edc907_0"),
        ] {
            assert_eq!(pattern(build), expected);
        }
    }
}
