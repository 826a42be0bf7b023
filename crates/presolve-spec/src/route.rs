//! The path from the root of a YAML document to a value in it.

use std::{borrow::Cow, fmt};

/// One step of a route, into a mapping or into a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The value of a key.
    Key(Cow<'a, str>),
    /// An item of a list, from 0.
    Index(usize),
}

/// The steps from the root of a document. An empty route is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route<'a>(pub Vec<Step<'a>>);

impl<'a> Route<'a> {
    /// Returns the route with one more step.
    pub fn with_key(&self, step: impl Into<Step<'a>>) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.into());
        Self(steps)
    }

    /// Returns the route below this one with the steps of another.
    pub fn join(&self, below: &Route<'a>) -> Self {
        Self([&self.0[..], &below.0].concat())
    }

    /// Returns the route of the enclosing value; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, steps) = self.0.split_last()?;
        Some(Self(steps.to_vec()))
    }
}

impl fmt::Display for Route<'_> {
    /// Writes the keys with dots between them, and indices in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

impl From<usize> for Step<'_> {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl From<String> for Step<'_> {
    fn from(key: String) -> Self {
        Self::Key(key.into())
    }
}

impl<'a> From<&'a str> for Step<'a> {
    fn from(key: &'a str) -> Self {
        Self::Key(key.into())
    }
}

/// Builds a route from keys and indices: `route!("dependencies", 0)`.
#[macro_export]
macro_rules! route {
    ($($step:expr),* $(,)?) => {
        $crate::route::Route(vec![$($crate::route::Step::from($step)),*])
    };
}
pub use route;
