//! Wheel file names (PEP 427), and which wheels a Python on a platform accepts, by preference
//! (PEP 425).
//!
//! The order is that of `packaging.tags.sys_tags()`
//! (<https://packaging.pypa.io/en/stable/tags.html>) for CPython with the GIL, which is
//! conda's `python` unless a free-threaded build is requested.

use std::str::FromStr;

use ahash::AHashMap as HashMap;

use pep440_rs::Version;
use pep508_rs::PackageName;
use rattler_conda_types::{GenericVirtualPackage, Subdir};

use super::pip_abilities::PipAbility;
use presolve_parse as parse;

/// Compressed tag sets of a wheel's file name (PEP 425, PEP 427).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelTags {
    /// Python tags, such as `cp310` and `py3`.
    pub python: Vec<String>,
    /// ABI tags, such as `cp310`, `abi3` and `none`.
    pub abi: Vec<String>,
    /// Platform tags, such as `manylinux_2_17_x86_64` and `any`.
    pub platform: Vec<String>,
    /// Build number, which orders wheels with the same tags.
    pub build: Option<(u64, String)>,
}

impl WheelTags {
    /// Parses tags in the form of [`Display`](std::fmt::Display), with a build number.
    ///
    /// # Errors
    /// See the variants of [`WheelFilenameError`].
    pub fn parse(tags: &str, build: Option<&str>) -> Result<Self, WheelFilenameError> {
        match tags.split('-').collect::<Vec<_>>()[..] {
            [python, abi, platform] => Self::of_sets([python, abi, platform], build),
            _ => Err(WheelFilenameError::Parts),
        }
    }

    fn of_sets(sets: [&str; 3], build: Option<&str>) -> Result<Self, WheelFilenameError> {
        let [python, abi, platform] = sets.map(tag_set);
        let mut tags = python.iter().chain(&abi).chain(&platform);
        if tags.any(String::is_empty) {
            return Err(WheelFilenameError::Tag);
        }
        Ok(Self {
            python,
            abi,
            platform,
            build: build.map(build_number).transpose()?,
        })
    }
}

impl std::fmt::Display for WheelTags {
    /// Writes the tags of a file name:
    /// `cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}-{}-{}",
            self.python.join("."),
            self.abi.join("."),
            self.platform.join(".")
        )
    }
}

/// The parts of a wheel's file name (PEP 427).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelFilename {
    /// Normalised name of the project.
    pub name: PackageName,
    /// Version of the release.
    pub version: Version,
    /// Tags and build number.
    pub tags: WheelTags,
}

/// Why the file name of a wheel is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WheelFilenameError {
    /// The name does not end in `.whl`.
    #[error("it does not end in `.whl`")]
    Extension,
    /// The number of dash-separated parts is not five or six.
    #[error("expected five or six dash-separated parts")]
    Parts,
    /// The name of the project is invalid.
    #[error("`{0}` is not a project name")]
    Name(String),
    /// The version is invalid by PEP 440.
    #[error("`{0}` is not a version")]
    Version(String),
    /// The build number does not start with a digit.
    #[error("the build number `{0}` does not start with a digit")]
    Build(String),
    /// A tag is empty.
    #[error("a tag is empty")]
    Tag,
}

impl FromStr for WheelFilename {
    type Err = WheelFilenameError;

    fn from_str(filename: &str) -> Result<Self, Self::Err> {
        let stem = filename
            .strip_suffix(".whl")
            .ok_or(WheelFilenameError::Extension)?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (name, version, build, tags) = match parts[..] {
            [name, version, python, abi, platform] => {
                (name, version, None, [python, abi, platform])
            }
            [name, version, build, python, abi, platform] => {
                (name, version, Some(build), [python, abi, platform])
            }
            _ => return Err(WheelFilenameError::Parts),
        };
        let tags = WheelTags::of_sets(tags, build)?;
        Ok(Self {
            name: parse::pep::name(name).map_err(|_| WheelFilenameError::Name(name.to_owned()))?,
            version: wheel_version(version)
                .ok_or_else(|| WheelFilenameError::Version(version.to_owned()))?,
            tags,
        })
    }
}

/// Splits a compressed tag set. Tags are compared in lower case, as in `packaging.tags.Tag`.
fn tag_set(compressed: &str) -> Vec<String> {
    compressed.split('.').map(str::to_ascii_lowercase).collect()
}

/// Parses a version in which an old `bdist_wheel` replaced `-` by `_`, as pip does.
fn wheel_version(text: &str) -> Option<Version> {
    parse::pep::version(text)
        .or_else(|_| parse::pep::version(&text.replace('_', "-")))
        .ok()
}

fn build_number(text: &str) -> Result<(u64, String), WheelFilenameError> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number = text[..digits]
        .parse()
        .map_err(|_| WheelFilenameError::Build(text.to_owned()))?;
    Ok((number, text[digits..].to_owned()))
}

/// Platform tags that a target accepts, in order of preference.
///
/// They follow from the conda platform and its virtual packages: `__glibc` determines the
/// manylinux tags (PEP 600), `__osx` the macosx tags. Without these packages only
/// `linux_<arch>` wheels are accepted, as pip does for an unknown glibc. musllinux wheels are
/// never accepted: conda's Python uses glibc.
#[derive(Clone, Debug)]
pub struct WheelTarget {
    subdir: Subdir,
    platforms: Vec<String>,
    /// Index of each tag in `platforms`.
    ranks: HashMap<String, u32>,
}

impl WheelTarget {
    /// The target of a conda platform with its virtual packages.
    pub fn new(subdir: Subdir, virtual_packages: &[GenericVirtualPackage]) -> Self {
        let version = |name: &str| {
            let package = virtual_packages
                .iter()
                .find(|package| package.name.as_normalized() == name)?;
            major_minor(&package.version.to_string())
        };
        let platforms = if let Some(arch) = linux_arch(subdir) {
            linux_platforms(arch, version("__glibc"))
        } else if let Some(arch) = mac_arch(subdir) {
            version("__osx").map_or_else(Vec::new, |version| mac_platforms(arch, version))
        } else {
            windows_platform(subdir).into_iter().collect()
        };
        Self::from_platforms(subdir, platforms)
    }

    fn from_platforms(subdir: Subdir, platforms: Vec<String>) -> Self {
        let ranks = (0..)
            .zip(&platforms)
            .map(|(rank, tag)| (tag.clone(), rank))
            .collect();
        Self {
            subdir,
            platforms,
            ranks,
        }
    }

    /// Keeps only the platform tags that a pip with these abilities knows.
    pub fn known_to(&self, has: impl Fn(PipAbility) -> bool) -> Self {
        self.retain(|tag| PipAbility::of_platform_tag(tag).is_none_or(&has))
    }

    /// Keeps the platform tags for which `keep` is true. An old pip does not know all of them.
    fn retain(&self, keep: impl Fn(&str) -> bool) -> Self {
        let platforms = self.platforms.iter().filter(|tag| keep(tag)).cloned();
        Self::from_platforms(self.subdir, platforms.collect())
    }

    /// Platform tags in order of preference, without `any`.
    pub fn platforms(&self) -> &[String] {
        &self.platforms
    }

    /// The ability that pip needs for the wheel on any Python: the smallest for one of its
    /// accepted platform tags. `None` if every pip accepts the wheel.
    pub fn needs(&self, tags: &WheelTags) -> Option<PipAbility> {
        let fitting = tags
            .platform
            .iter()
            .filter(|tag| *tag == "any" || self.ranks.contains_key(*tag));
        fitting
            .map(|tag| PipAbility::of_platform_tag(tag))
            .min()
            .flatten()
    }

    /// Whether the target accepts the wheel's platform, for any Python.
    pub fn fits_platform(&self, tags: &WheelTags) -> bool {
        tags.platform
            .iter()
            .any(|tag| tag == "any" || self.ranks.contains_key(tag))
    }

    /// Preference of CPython `(major, minor)` for a wheel: the lowest index of its tags in
    /// `packaging.tags.sys_tags()`, so smaller is better; `None` if the wheel is not accepted.
    pub fn priority(&self, tags: &WheelTags, python: (u64, u64)) -> Option<u32> {
        let triples = tags.python.iter().flat_map(|interpreter| {
            let abis = tags.abi.iter();
            abis.flat_map(move |abi| tags.platform.iter().map(move |p| (interpreter, abi, p)))
        });
        triples
            .filter_map(|(interpreter, abi, platform)| {
                self.tag_priority(interpreter, abi, platform, python)
            })
            .min()
    }

    /// Index of one tag.
    ///
    /// `sys_tags` is a sequence of blocks, each with all platforms in order: the Python's own
    /// ABI, `abi3`, `none`, `abi3` of every older 3.x down to 3.2, then `py3X-none`,
    /// `py3-none`, `py3(X-1)-none` … `py30-none`. The tags for `any` follow: `cp3X-none`, then
    /// the same `py` sequence.
    fn tag_priority(
        &self,
        interpreter: &str,
        abi: &str,
        platform: &str,
        python: (u64, u64),
    ) -> Option<u32> {
        let size = u32::try_from(self.platforms.len()).ok()?;
        let cp_blocks = cp_block_count(python);
        let py_blocks = u32::try_from(python.1).ok()?.checked_add(2)?;
        if platform == "any" {
            let start = (cp_blocks + py_blocks) * size;
            return match abi {
                "none" => any_rank(interpreter, python).map(|rank| start + rank),
                _ => None,
            };
        }
        let rank = *self.ranks.get(platform)?;
        let block = match cp_block(interpreter, abi, self.subdir, python) {
            Some(block) => block,
            None if abi == "none" => cp_blocks + py_rank(interpreter, python)?,
            None => return None,
        };
        Some(block * size + rank)
    }
}

/// Number of blocks of `cp` tags.
fn cp_block_count((major, minor): (u64, u64)) -> u32 {
    match (major, minor) {
        (3, 2..) => 3 + older_abi3_count(minor),
        _ => 2,
    }
}

fn older_abi3_count(minor: u64) -> u32 {
    u32::try_from(minor.saturating_sub(2)).unwrap_or(0)
}

/// Index of the block of a `cp` tag.
fn cp_block(interpreter: &str, abi: &str, subdir: Subdir, python: (u64, u64)) -> Option<u32> {
    let (major, minor) = interpreter_version(interpreter.strip_prefix("cp")?)?;
    let minor = minor?;
    let has_abi3 = python.0 == 3 && python.1 >= 2;
    if (major, minor) == python {
        return match abi {
            "none" => Some(if has_abi3 { 2 } else { 1 }),
            "abi3" => has_abi3.then_some(1),
            _ => (abi == own_abi(python, subdir)).then_some(0),
        };
    }
    let older = has_abi3 && major == 3 && (2..python.1).contains(&minor) && abi == "abi3";
    older.then(|| u32::try_from(3 + python.1 - 1 - minor).ok())?
}

/// Index in the sequence `py3X`, `py3`, `py3(X-1)` … `py30`.
fn py_rank(interpreter: &str, python: (u64, u64)) -> Option<u32> {
    let (major, minor) = interpreter_version(interpreter.strip_prefix("py")?)?;
    if major != python.0 {
        return None;
    }
    match minor {
        None => Some(1),
        Some(minor) if minor == python.1 => Some(0),
        Some(minor) if minor < python.1 => u32::try_from(1 + python.1 - minor).ok(),
        Some(_) => None,
    }
}

fn any_rank(interpreter: &str, python: (u64, u64)) -> Option<u32> {
    if let Some(version) = interpreter.strip_prefix("cp") {
        let (major, minor) = interpreter_version(version)?;
        return ((major, minor?) == python).then_some(0);
    }
    py_rank(interpreter, python).map(|rank| 1 + rank)
}

/// Splits digits after the first one, the major version: `310` is 3.10, and `3` is any 3.
fn interpreter_version(digits: &str) -> Option<(u64, Option<u64>)> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (major, minor) = digits.split_at(1);
    let minor = match minor {
        "" => None,
        minor => Some(minor.parse().ok()?),
    };
    Some((major.parse().ok()?, minor))
}

/// ABI tag of an ordinary build: with `m` for pymalloc up to 3.7 (bpo-36707), and `u` for wide
/// Unicode before 3.3 (PEP 393), which conda's Python 2.7 uses on Linux and macOS.
fn own_abi(python: (u64, u64), subdir: Subdir) -> String {
    let (major, minor) = python;
    let flags = match python {
        (2, _) | (3, ..=2) if subdir.is_windows() => "m",
        (2, _) | (3, ..=2) => "mu",
        (3, 3..=7) => "m",
        _ => "",
    };
    format!("cp{major}{minor}{flags}")
}

fn major_minor(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split('.').map(|part| part.parse::<u64>().ok());
    let major = parts.next()??;
    Some((major, parts.next().flatten().unwrap_or(0)))
}

fn linux_arch(subdir: Subdir) -> Option<&'static str> {
    Some(match subdir {
        Subdir::Linux32 => "i686",
        Subdir::Linux64 => "x86_64",
        Subdir::LinuxAarch64 => "aarch64",
        Subdir::LinuxArmV6l => "armv6l",
        Subdir::LinuxArmV7l => "armv7l",
        Subdir::LinuxLoongArch64 => "loongarch64",
        Subdir::LinuxPpc64le => "ppc64le",
        Subdir::LinuxPpc64 => "ppc64",
        Subdir::LinuxS390X => "s390x",
        Subdir::LinuxRiscv64 => "riscv64",
        _ => return None,
    })
}

fn mac_arch(subdir: Subdir) -> Option<&'static str> {
    match subdir {
        Subdir::Osx64 => Some("x86_64"),
        Subdir::OsxArm64 => Some("arm64"),
        _ => None,
    }
}

fn windows_platform(subdir: Subdir) -> Option<String> {
    let tag = match subdir {
        Subdir::Win32 => "win32",
        Subdir::Win64 => "win_amd64",
        Subdir::WinArm64 => "win_arm64",
        _ => return None,
    };
    Some(tag.to_owned())
}

/// `linux_<arch>`, then manylinux tags from the glibc of the system down to the oldest one for
/// the architecture, each with its alias from before PEP 600.
fn linux_platforms(arch: &str, glibc: Option<(u64, u64)>) -> Vec<String> {
    let mut tags = vec![format!("linux_{arch}")];
    // PEP 600 requires the mainstream ABI of an architecture, which ARMv6 does not have.
    let Some((2, newest)) = glibc.filter(|_| arch != "armv6l") else {
        return tags;
    };
    let oldest = if matches!(arch, "x86_64" | "i686") {
        5
    } else {
        17
    };
    for minor in (oldest..=newest).rev() {
        tags.push(format!("manylinux_2_{minor}_{arch}"));
        let alias = match minor {
            17 => "manylinux2014",
            12 => "manylinux2010",
            5 => "manylinux1",
            _ => continue,
        };
        tags.push(format!("{alias}_{arch}"));
    }
    tags
}

/// macosx tags in the order of `packaging.tags.mac_platforms`.
fn mac_platforms(arch: &str, (major, minor): (u64, u64)) -> Vec<String> {
    let mut tags = Vec::new();
    if major == 10 {
        for minor in (0..=minor).rev() {
            mac_formats(&mut tags, arch, (10, minor));
        }
    }
    if major >= 11 {
        for major in (11..=major).rev() {
            mac_formats(&mut tags, arch, (major, 0));
        }
        for minor in (4..=16).rev() {
            // A universal2 wheel names the system that its x86_64 part requires.
            if arch == "x86_64" {
                mac_formats(&mut tags, arch, (10, minor));
            } else {
                tags.push(format!("macosx_10_{minor}_universal2"));
            }
        }
    }
    tags
}

fn mac_formats(tags: &mut Vec<String>, arch: &str, (major, minor): (u64, u64)) {
    let formats: &[&str] = match arch {
        "x86_64" if (major, minor) < (10, 4) => &[],
        "x86_64" => &[
            "x86_64",
            "intel",
            "fat64",
            "fat3",
            "universal2",
            "universal",
        ],
        _ => &["arm64", "universal2"],
    };
    let name = |format: &&str| format!("macosx_{major}_{minor}_{format}");
    tags.extend(formats.iter().map(name));
}

#[cfg(test)]
mod tests;
