//! Which releases can be installed, as far as it is known.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::AHashMap as HashMap;
use pep440_rs::Version;

use super::{python_set::PythonSet, reason::Reason};
use presolve_packages::pypi::{Listed, pip_abilities::PipAbility};

/// What the files of a release allow.
pub(crate) struct Rating {
    /// The pythons on which one of the files can be installed.
    pub pythons: PythonSet,
    /// The abilities that pip needs, each with the pythons that do not need it.
    pub pip: Vec<(PipAbility, PythonSet)>,
    /// The position of the file that represents the release.
    pub place: Option<usize>,
    /// Why it cannot be installed, if so.
    pub exclusion: Option<Reason>,
}

/// Ratings by the address of a listing. The listing is kept, so no other one can get its
/// address. A rating that depends on declared hashes is not among them.
pub(crate) type Ratings = Mutex<HashMap<usize, (Arc<[Listed]>, Arc<Rating>)>>;

/// The pythons and pips on which releases can be installed, as far as they are known. Worlds
/// with the same indexes, platform and pip options may share it.
#[derive(Clone, Default)]
pub struct SharedRatings(Arc<Mutex<HashMap<RatedFor, Arc<Ratings>>>>);

/// What a rating depends on besides the files.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct RatedFor {
    /// All pythons, and whether each is CPython.
    pub pythons: Vec<(Version, bool)>,
    /// The pythons that the file allows.
    pub allowed: PythonSet,
    /// The pips that the file allows.
    pub pips: Vec<Version>,
    /// The source distributions that count.
    pub sources: Sources,
}

impl SharedRatings {
    pub(crate) fn of(&self, rated_for: RatedFor) -> Arc<Ratings> {
        lock(&self.0).entry(rated_for).or_default().clone()
    }
}

/// A rating is added as a whole, so a panic leaves nothing half written.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which source distributions count as installable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Sources {
    /// Those of releases that have no wheel for any python that the environment file allows.
    /// An unpinned python then moves to where the wheels are.
    #[default]
    WhereNoWheel,
    /// All source distributions with known metadata.
    Known,
    /// All source distributions; those with unknown metadata count as having no
    /// requirements.
    Unknown,
}
