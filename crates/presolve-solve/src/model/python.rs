//! A python of the target, as markers see it.

use pep440_rs::Version;
use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder};
use rattler_conda_types::Subdir;

/// Returns the marker environment (PEP 508) of a CPython of `version` on a conda platform.
///
/// `platform_release` and `platform_version` depend on the kernel of the build machine, which
/// is unknown beforehand. They are empty, as for uv's targets.
pub fn marker_environment(version: &Version, subdir: Subdir) -> MarkerEnvironment {
    let (os_name, sys_platform, platform_system) = if subdir.is_windows() {
        ("nt", "win32", "Windows")
    } else if subdir.is_osx() {
        ("posix", "darwin", "Darwin")
    } else {
        ("posix", "linux", "Linux")
    };
    let full = version.to_string();
    let release = version.release();
    let short = format!("{}.{}", release[0], release.get(1).unwrap_or(&0));
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name,
        platform_machine: platform_machine(subdir),
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system,
        platform_version: "",
        python_full_version: &full,
        python_version: &short,
        sys_platform,
    })
    .expect("a PEP 440 version, printed, is a PEP 440 version")
}

/// Returns `platform.machine()` of CPython on that platform.
fn platform_machine(subdir: Subdir) -> &'static str {
    match subdir {
        Subdir::Linux32 => "i686",
        Subdir::LinuxAarch64 => "aarch64",
        Subdir::LinuxArmV6l => "armv6l",
        Subdir::LinuxArmV7l => "armv7l",
        Subdir::LinuxPpc64le => "ppc64le",
        Subdir::LinuxPpc64 => "ppc64",
        Subdir::LinuxS390X => "s390x",
        Subdir::LinuxRiscv64 => "riscv64",
        Subdir::OsxArm64 => "arm64",
        Subdir::Win32 => "x86",
        Subdir::Win64 => "AMD64",
        Subdir::WinArm64 => "ARM64",
        _ => "x86_64",
    }
}
