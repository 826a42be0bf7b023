//! Virtual packages: properties of the machine on which the environment runs.
//!
//! For the platform of this machine they are detected, unless the environment is built on an
//! Azure ML image, which defines them. Other platforms get rattler's baseline, as in pixi:
//! `__linux=4.18` and `__glibc=2.28` (RHEL 8), `__osx=13.0`, `__win=10.0`, the oldest
//! microarchitecture of the platform, and no GPU. The baseline also suits Azure ML images,
//! which have a newer glibc and build without a GPU. Overrides apply in this order: conda's
//! `CONDA_OVERRIDE_*`
//! (<https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-virtual.html>),
//! then `--virtual-package` and `virtual-packages` of presolve.toml.

use rattler_conda_types::{
    GenericVirtualPackage, PackageName, Subdir, Version, package::BuildString,
};
use rattler_virtual_packages::{VirtualPackageOverrides, VirtualPackages};

use super::error::VirtualPackageError;
pub use presolve_config::Environment;
use presolve_target::ImageTarget;

/// Determines the virtual packages of a target platform, or of an image for that platform.
/// `given` contains overrides such as `__cuda=12.4`. The last one for a name wins, and
/// `__cuda=` and `__cuda=none` remove the package.
///
/// # Errors
///
/// [`VirtualPackageError`] if an override is invalid, or those of this machine cannot be
/// detected.
pub fn for_target(
    target: Subdir,
    image: Option<&ImageTarget>,
    given: &[String],
) -> Result<Vec<GenericVirtualPackage>, VirtualPackageError> {
    for_target_in(&Environment::of_process(), target, image, given)
}

fn for_target_in(
    environment: &Environment,
    target: Subdir,
    image: Option<&ImageTarget>,
    given: &[String],
) -> Result<Vec<GenericVirtualPackage>, VirtualPackageError> {
    let image = image.filter(|image| image.subdir == target);
    let found = if image.is_none() && Subdir::current() == Some(target) {
        // Without overrides, because they are applied below for every platform.
        VirtualPackages::detect(&VirtualPackageOverrides::default(), None)
            .map_err(|error| VirtualPackageError::Undetected(error.to_string()))?
    } else {
        VirtualPackages::baseline_for_platform(target)
    };
    let mut packages: Vec<GenericVirtualPackage> = found.into_generic_virtual_packages().collect();
    for text in image.map_or(&[][..], |image| &image.virtual_packages) {
        Override::of_text(text)?.apply(&mut packages);
    }
    for (variable, name) in variables(target) {
        if let Some(value) = environment.variables.get(*variable) {
            let change = Override::of_variable(variable, name, value)?;
            change.apply(&mut packages);
        }
    }
    for text in given {
        let change = Override::of_text(text)?;
        // The override may be intended for another target.
        if !is_foreign(change.name(), target) {
            change.apply(&mut packages);
        }
    }
    // Without a driver there is no compute capability.
    if !packages.iter().any(|package| is(package, "__cuda")) {
        packages.retain(|package| !is(package, "__cuda_arch"));
    }
    Ok(packages)
}

/// Variables that apply to a platform. A variable about another operating system is ignored.
fn variables(target: Subdir) -> &'static [(&'static str, &'static str)] {
    const CUDA: (&str, &str) = ("CONDA_OVERRIDE_CUDA", "__cuda");
    const ARCHSPEC: (&str, &str) = ("CONDA_OVERRIDE_ARCHSPEC", "__archspec");
    if target.is_linux() {
        const LINUX: (&str, &str) = ("CONDA_OVERRIDE_LINUX", "__linux");
        const GLIBC: (&str, &str) = ("CONDA_OVERRIDE_GLIBC", "__glibc");
        &[LINUX, GLIBC, CUDA, ARCHSPEC]
    } else if target.is_osx() {
        &[("CONDA_OVERRIDE_OSX", "__osx"), CUDA, ARCHSPEC]
    } else if target.is_windows() {
        &[("CONDA_OVERRIDE_WIN", "__win"), CUDA, ARCHSPEC]
    } else {
        &[CUDA, ARCHSPEC]
    }
}

/// Whether a virtual package belongs to another operating system than the target.
fn is_foreign(name: &PackageName, target: Subdir) -> bool {
    match name.as_normalized() {
        "__linux" | "__glibc" | "__musl" => !target.is_linux(),
        "__osx" => !target.is_osx(),
        "__win" => !target.is_windows(),
        "__unix" => !target.is_unix(),
        _ => false,
    }
}

fn is(package: &GenericVirtualPackage, name: &str) -> bool {
    package.name.as_normalized() == name
}

enum Override {
    Set(GenericVirtualPackage),
    Remove(PackageName),
}

impl Override {
    fn name(&self) -> &PackageName {
        match self {
            Override::Set(package) => &package.name,
            Override::Remove(name) => name,
        }
    }

    /// Parses a variable, which contains the version, or the build string for `__archspec`. An
    /// empty value removes the package.
    fn of_variable(variable: &str, name: &str, value: &str) -> Result<Self, VirtualPackageError> {
        let source = format!("`{variable}`");
        let value = value.trim();
        let name = package_name(name, &source)?;
        if value.is_empty() {
            return Ok(Override::Remove(name));
        }
        if name.as_normalized() == "__archspec" {
            return set(name, "1", value, &source);
        }
        set(name, value, "0", &source)
    }

    /// Parses `__name`, `__name=version` or `__name=version=build`. The version of
    /// `__archspec` is always 1, so its build may be written in this place.
    fn of_text(text: &str) -> Result<Self, VirtualPackageError> {
        let source = format!("the virtual package `{text}`");
        let mut parts = text.splitn(3, '=').map(str::trim);
        let name = package_name(parts.next().unwrap_or_default(), &source)?;
        match (parts.next(), parts.next()) {
            (Some("" | "none"), None) => Ok(Override::Remove(name)),
            (None, _) => set(name, "0", "0", &source),
            (Some(build), None) if name.as_normalized() == "__archspec" && build != "1" => {
                set(name, "1", build, &source)
            }
            (Some(version), build) => set(name, version, build.unwrap_or("0"), &source),
        }
    }

    fn apply(self, packages: &mut Vec<GenericVirtualPackage>) {
        match self {
            Override::Remove(name) => packages.retain(|package| package.name != name),
            Override::Set(new) => match packages.iter_mut().find(|known| known.name == new.name) {
                Some(known) => *known = new,
                None => packages.push(new),
            },
        }
    }
}

fn set(
    name: PackageName,
    version: &str,
    build: &str,
    source: &str,
) -> Result<Override, VirtualPackageError> {
    let version: Version = version
        .parse()
        .map_err(|_| wrong(source, &format!("`{version}` is not a version")))?;
    let build_string: BuildString = build
        .parse()
        .map_err(|_| wrong(source, &format!("`{build}` is not a build string")))?;
    Ok(Override::Set(GenericVirtualPackage {
        name,
        version,
        build_string,
    }))
}

fn package_name(text: &str, source: &str) -> Result<PackageName, VirtualPackageError> {
    if !text.starts_with("__") {
        return Err(wrong(source, "its name must start with `__`"));
    }
    text.parse()
        .map_err(|_| wrong(source, &format!("`{text}` is not a package name")))
}

fn wrong(source: &str, reason: &str) -> VirtualPackageError {
    VirtualPackageError::Invalid {
        source_of: source.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_target::Image;

    /// A platform other than that of this machine.
    fn foreign() -> Subdir {
        if Subdir::current() == Some(Subdir::LinuxAarch64) {
            Subdir::Linux64
        } else {
            Subdir::LinuxAarch64
        }
    }

    fn listed(target: Subdir, variables: &[(&str, &str)], given: &[&str]) -> Vec<String> {
        let given: Vec<String> = given.iter().map(ToString::to_string).collect();
        let packages = for_target_in(&environment(variables), target, None, &given).unwrap();
        packages.iter().map(ToString::to_string).collect()
    }

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter();
        Environment {
            variables: variables
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            ..Environment::default()
        }
    }

    fn failure(variables: &[(&str, &str)], given: &[&str]) -> String {
        let given: Vec<String> = given.iter().map(ToString::to_string).collect();
        for_target_in(&environment(variables), foreign(), None, &given)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn another_platform_has_the_baseline() {
        let packages = listed(foreign(), &[], &[]);
        for expected in ["__unix=0=0", "__linux=4.18=0", "__glibc=2.28=0"] {
            assert!(packages.contains(&expected.to_owned()), "{packages:?}");
        }
        assert_eq!(
            listed(Subdir::Win64, &[], &[]),
            ["__win=10.0=0", "__archspec=1=x86_64"]
        );
        assert_eq!(
            listed(Subdir::OsxArm64, &[], &[]),
            ["__unix=0=0", "__osx=13.0=0", "__archspec=1=m1"]
        );
    }

    #[test]
    fn what_is_given_counts_where_it_has_a_meaning() {
        let given = ["__glibc=2.35", "__osx=14.0", "__cuda=12.4"];
        assert_eq!(
            listed(Subdir::OsxArm64, &[], &given),
            [
                "__unix=0=0",
                "__osx=14.0=0",
                "__archspec=1=m1",
                "__cuda=12.4=0"
            ]
        );
    }

    #[test]
    fn the_host_is_detected() {
        let Some(host) = Subdir::current() else {
            return;
        };
        let packages = listed(host, &[], &[]);
        assert!(
            packages
                .iter()
                .any(|package| package.starts_with("__archspec=1="))
        );
    }

    #[test]
    fn variables_override() {
        let variables = [
            ("CONDA_OVERRIDE_GLIBC", "2.35"),
            ("CONDA_OVERRIDE_LINUX", "5.15"),
            ("CONDA_OVERRIDE_CUDA", "12.4"),
            ("CONDA_OVERRIDE_ARCHSPEC", "neoverse_n1"),
            ("CONDA_OVERRIDE_OSX", "14.0"),
        ];
        assert_eq!(
            listed(foreign(), &variables, &[]),
            [
                "__unix=0=0",
                "__linux=5.15=0",
                "__glibc=2.35=0",
                "__archspec=1=neoverse_n1",
                "__cuda=12.4=0",
            ]
        );
        let osx = listed(Subdir::OsxArm64, &variables, &[]);
        assert!(osx.contains(&"__osx=14.0=0".to_owned()));
        assert!(!osx.iter().any(|package| package.starts_with("__glibc")));
    }

    #[test]
    fn an_image_is_weaker_than_what_is_said() {
        let image = Image::parse("azureml/openmpi4.1.0-ubuntu22.04").target();
        let listed = |target, variables: &[(&str, &str)], given: &[&str]| -> Vec<String> {
            let given: Vec<String> = given.iter().map(ToString::to_string).collect();
            let environment = environment(variables);
            let packages = for_target_in(&environment, target, Some(&image), &given).unwrap();
            packages.iter().map(ToString::to_string).collect()
        };
        // Nothing comes from this machine, even if it has the same platform.
        assert_eq!(
            listed(Subdir::Linux64, &[], &[]),
            [
                "__unix=0=0",
                "__linux=4.18=0",
                "__glibc=2.35=0",
                "__archspec=1=x86_64"
            ]
        );
        let glibc = |packages: Vec<String>| packages.into_iter().find(|p| p.contains("glibc"));
        let variable = [("CONDA_OVERRIDE_GLIBC", "2.31")];
        assert_eq!(
            glibc(listed(Subdir::Linux64, &variable, &[])).as_deref(),
            Some("__glibc=2.31=0")
        );
        assert_eq!(
            glibc(listed(Subdir::Linux64, &variable, &["__glibc=2.17"])).as_deref(),
            Some("__glibc=2.17=0")
        );
        assert_eq!(glibc(listed(Subdir::OsxArm64, &[], &[])), None);
    }

    #[test]
    fn an_empty_variable_takes_away() {
        let packages = listed(foreign(), &[("CONDA_OVERRIDE_GLIBC", "")], &[]);
        assert!(
            !packages
                .iter()
                .any(|package| package.starts_with("__glibc"))
        );
    }

    #[test]
    fn flags_win_over_variables() {
        let variables = [
            ("CONDA_OVERRIDE_CUDA", "11.8"),
            ("CONDA_OVERRIDE_GLIBC", "2.17"),
        ];
        let packages = listed(foreign(), &variables, &["__cuda=12.4", "__glibc=none"]);
        assert!(packages.contains(&"__cuda=12.4=0".to_owned()));
        assert!(
            !packages
                .iter()
                .any(|package| package.starts_with("__glibc"))
        );
        let packages = listed(foreign(), &variables, &["__cuda="]);
        assert!(!packages.iter().any(|package| package.starts_with("__cuda")));
    }

    #[test]
    fn a_build_string_may_be_given() {
        let packages = listed(
            Subdir::Win64,
            &[],
            &["__archspec=x86_64_v3", "__foo=1.2=bar"],
        );
        assert_eq!(
            packages,
            ["__win=10.0=0", "__archspec=1=x86_64_v3", "__foo=1.2=bar"]
        );
    }

    #[test]
    fn nonsense_is_refused_by_its_source() {
        assert_eq!(
            failure(&[("CONDA_OVERRIDE_CUDA", "latest!!")], &[]),
            "`CONDA_OVERRIDE_CUDA` is invalid: `latest!!` is not a version"
        );
        assert_eq!(
            failure(&[], &["cuda=12"]),
            "the virtual package `cuda=12` is invalid: its name must start with `__`"
        );
    }
}
