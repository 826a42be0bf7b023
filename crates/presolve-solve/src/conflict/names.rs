//! The names of packages and of their versions.

use std::fmt;

use super::{Half, Left, Package, Versions};

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Half::Conda => "conda",
            Half::Pypi => "PyPI",
            Half::Virtual => "the machine",
        })
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.half {
            Half::Virtual => write!(f, "{}", self.name),
            half => write!(f, "{} ({half})", self.name),
        }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.versions {
            Some(versions) => write!(f, "{} {versions}", self.package),
            None => write!(f, "{} in no version", self.package),
        }
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ranges)
    }
}
