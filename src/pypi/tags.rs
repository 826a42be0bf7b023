//! Wheel tags (PEP 425).

/// The compressed tag sets of a wheel's file name (PEP 425, PEP 427).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelTags {
    /// Python tags: `cp310`, `py3`.
    pub python: Vec<String>,
    /// ABI tags: `cp310`, `abi3`, `none`.
    pub abi: Vec<String>,
    /// Platform tags: `manylinux_2_17_x86_64`, `any`.
    pub platform: Vec<String>,
    /// The build number, by which wheels that are alike otherwise are ordered.
    pub build: Option<(u64, String)>,
}
