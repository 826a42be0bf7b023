//! How to give a virtual package of the target.

use rattler_conda_types::Subdir;

/// The platforms that have a virtual package by themselves, one of them as an example
/// (<https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-virtual.html>).
fn platform_of(name: &str, subdir: Subdir) -> Option<&'static str> {
    match name {
        "__linux" | "__glibc" | "__musl" if !subdir.is_linux() => Some("linux-64"),
        "__osx" if !subdir.is_osx() => Some("osx-arm64"),
        "__win" if !subdir.is_windows() => Some("win-64"),
        "__unix" if !subdir.is_unix() => Some("linux-64"),
        _ => None,
    }
}

/// A value of each virtual package, for a requirement that does not name one: the baseline of
/// RHEL 8 (<https://access.redhat.com/articles/3078>), macOS 13 and Windows 10, the driver of
/// CUDA 12, and a microarchitecture of 2013 (<https://gitlab.com/x86-psABIs/x86-64-ABI>).
fn example(name: &str, subdir: Subdir) -> &'static str {
    match name {
        "__cuda" => "12.4",
        "__glibc" => "2.28",
        "__linux" => "4.18",
        "__osx" => "13.0",
        "__win" => "10.0",
        "__archspec" if matches!(subdir, Subdir::Linux64 | Subdir::Osx64 | Subdir::Win64) => {
            "1=x86_64_v3"
        }
        "__archspec" => "1=MICROARCHITECTURE",
        "__unix" => "0",
        _ => "VERSION",
    }
}

/// Returns the help for a requirement that the virtual packages of the target do not satisfy.
/// `value` is the version, and the build after a `=`, that would.
pub(crate) fn help(name: &str, value: Option<&str>, subdir: Subdir) -> String {
    if let Some(platform) = platform_of(name, subdir) {
        return format!(
            "only other platforms have `{name}`: use one, such as `--platform {platform}`"
        );
    }
    let value = value.unwrap_or_else(|| example(name, subdir));
    format!("if the target machine has it, add `--virtual-package {name}={value}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_virtual_package_has_a_way() {
        let linux = Subdir::Linux64;
        for (name, value, subdir, expected) in [
            (
                "__archspec",
                Some("1=x86_64_v4"),
                linux,
                "--virtual-package __archspec=1=x86_64_v4",
            ),
            (
                "__archspec",
                None,
                linux,
                "--virtual-package __archspec=1=x86_64_v3",
            ),
            ("__cuda", None, linux, "--virtual-package __cuda=12.4"),
            (
                "__cuda",
                Some("11.8"),
                Subdir::Win64,
                "--virtual-package __cuda=11.8",
            ),
            (
                "__glibc",
                Some("2.35"),
                linux,
                "--virtual-package __glibc=2.35",
            ),
            (
                "__linux",
                Some("5.10"),
                linux,
                "--virtual-package __linux=5.10",
            ),
            (
                "__osx",
                Some("14.0"),
                Subdir::OsxArm64,
                "--virtual-package __osx=14.0",
            ),
            ("__win", None, Subdir::Win64, "--virtual-package __win=10.0"),
            ("__win", None, linux, "--platform win-64"),
            ("__osx", Some("14.0"), linux, "--platform osx-arm64"),
            ("__linux", None, Subdir::Win64, "--platform linux-64"),
            (
                "__glibc",
                Some("2.17"),
                Subdir::OsxArm64,
                "--platform linux-64",
            ),
            ("__unix", None, Subdir::Win64, "--platform linux-64"),
        ] {
            let help = help(name, value, subdir);
            assert!(help.ends_with(&format!("`{expected}`")), "{name}: {help}");
        }
    }
}
