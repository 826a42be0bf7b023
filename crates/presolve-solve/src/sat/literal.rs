//! Variables and literals.

use std::ops::Not;

/// A variable of the clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Variable(u32);

impl Variable {
    pub(super) fn new(index: usize) -> Self {
        Self(index as u32)
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn positive(self) -> Literal {
        Literal(2 * self.0)
    }

    pub(super) fn negative(self) -> Literal {
        Literal(2 * self.0 + 1)
    }
}

/// A variable or its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Literal(u32);

impl Literal {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn variable(self) -> Variable {
        Variable(self.0 / 2)
    }

    pub(super) fn is_positive(self) -> bool {
        self.0 & 1 == 0
    }
}

impl Not for Literal {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}
