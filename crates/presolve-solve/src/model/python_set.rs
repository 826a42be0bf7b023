//! Sets of pythons.

/// A set of pythons, by their indices in a [`Pythons`](crate::encode::pythons::Pythons).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct PythonSet {
    words: Vec<u64>,
}

impl PythonSet {
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self {
            words: vec![0; count.div_ceil(64)],
        }
    }

    pub(crate) fn insert(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// Whether the python of this index is in the set.
    pub(crate) fn contains(&self, index: usize) -> bool {
        self.words[index / 64] & (1 << (index % 64)) != 0
    }

    /// Whether the set is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Whether all of these are in `other`.
    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.words
            .iter()
            .zip(&other.words)
            .all(|(a, b)| a & !b == 0)
    }

    fn zip(&self, other: &Self, merge: impl Fn(u64, u64) -> u64) -> Self {
        let words = self.words.iter().zip(&other.words);
        Self {
            words: words.map(|(&a, &b)| merge(a, b)).collect(),
        }
    }

    /// Returns the intersection of both sets.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Returns the union of both sets.
    pub(crate) fn union(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// Returns the pythons that are not in `other`.
    pub(crate) fn difference(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// The indices, ascending: the oldest python first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.words.len() * 64).filter(|&index| self.contains(index))
    }
}
