//! stub
#![allow(missing_docs)]
use super::EnvironmentFile;
use crate::diagnostic::Failure;
pub struct Pins {
    pub platform: String,
    pub channels: Vec<String>,
    pub conda: Vec<PinnedConda>,
    pub pip: Vec<PinnedPip>,
}
pub struct PinnedConda {
    pub name: String,
    pub version: String,
    pub build: String,
    pub channel: Option<String>,
}
pub struct PinnedPip {
    pub name: pep508_rs::PackageName,
    pub extras: Vec<pep508_rs::ExtraName>,
    pub version: pep440_rs::Version,
    pub from_conda: bool,
    pub hashes: Vec<String>,
}
pub fn pin(_e: &EnvironmentFile, pins: &Pins) -> Result<String, Failure> {
    let mut s = format!("# {} {:?}\n", pins.platform, pins.channels);
    for c in &pins.conda {
        s += &format!("- {}={}={} {:?}\n", c.name, c.version, c.build, c.channel);
    }
    for c in &pins.pip {
        s += &format!(
            "  - {}{:?}=={} {}\n",
            c.name,
            c.extras,
            c.version,
            if c.from_conda { "(conda)" } else { "" }
        );
    }
    Ok(s)
}
