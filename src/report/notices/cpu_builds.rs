//! What to know of builds for the CPU on an image with CUDA.

use super::Places;
use crate::{
    diagnostic::{Diagnostic, Level},
    resolve::{Resolution, cpu_builds::CpuBuild},
};

/// The notices of the builds for the CPU: of those that hang together the first, which the
/// others follow.
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
    let message =
        format!("{name} {version} is built for the CPU, and the image has CUDA {image_cuda}");
    let level = match build.for_want_of_a_gpu {
        true => Level::Warning,
        false => Level::Note,
    };
    let notice = Diagnostic::new(level, "cpu-build-on-cuda-image", message);
    let asked = places.packages.get(name);
    let notice = places.at(asked, &format!("takes `{}`", build.build), notice);
    let pattern = pattern(other_build);
    match build.for_want_of_a_gpu {
        true => notice
            .note(format!(
                "no GPU is there while the image is built, so conda sees no `__cuda`; with one it would take {name} {other} `{other_build}`"
            ))
            .help(format!(
                "for CUDA, write `{name}=*={pattern}`, pin it with `--virtual-package __cuda={image_cuda}`, and build where `CONDA_OVERRIDE_CUDA` is set, as `presolve context` does"
            )),
        false => notice
            .note(format!(
                "the channel has {name} {other} `{other_build}`, which conda does not take by itself"
            ))
            .help(format!("for CUDA, write `{name}=*={pattern}`")),
    }
    .help("if the CPU will do, take an image without CUDA, which is smaller")
}

/// A pattern of builds like this one: `cuda*` for `cuda126_py310_0`.
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
