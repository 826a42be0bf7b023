//! The records of a channel that are candidates, and the reasons that exclude some of them
//! regardless of other requirements.

use std::cmp::Ordering;

use ahash::AHashMap as HashMap;

use rattler_conda_types::{RepoDataRecord, package::ArchiveIdentifier};

use super::super::terms::Terms;
use crate::model::{
    World,
    error::SolveError,
    reason::Reason,
    record::{RecordId, pep_version},
};

/// Returns the records of all subdirs in the order of the repodata. Of twins, which differ in
/// the archive type only, it keeps the preferred one.
///
/// # Errors
/// [`SolveError::DuplicateRecord`] for twins of the same archive type.
pub(super) fn distinct<'w>(world: &'w World<'_>) -> Result<&'w [RecordId], SolveError> {
    world.facts.distinct(|| {
        let subdirs = (0..world.subdirs.len()).map(|subdir| distinct_in(world, subdir));
        let subdirs: Vec<Vec<RecordId>> = subdirs.collect::<Result<_, _>>()?;
        Ok(subdirs.concat())
    })
}

fn distinct_in(world: &World<'_>, subdir: usize) -> Result<Vec<RecordId>, SolveError> {
    let records = &world.subdirs[subdir].records;
    let mut kept: Vec<usize> = Vec::with_capacity(records.len());
    let mut places: HashMap<&ArchiveIdentifier, usize> = HashMap::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let Some(&place) = places.get(&record.identifier.identifier) else {
            places.insert(&record.identifier.identifier, kept.len());
            kept.push(index);
            continue;
        };
        if is_better(world, record, &records[kept[place]])? {
            kept[place] = index;
        }
    }
    let id = |index| RecordId {
        subdir: subdir as u32,
        index: index as u32,
    };
    Ok(kept.into_iter().map(id).collect())
}

/// Whether a record is preferred to its twin.
fn is_better(
    world: &World<'_>,
    record: &RepoDataRecord,
    twin: &RepoDataRecord,
) -> Result<bool, SolveError> {
    match (too_new(world, record), too_new(world, twin)) {
        (None, Some(_)) => return Ok(true),
        (Some(_), None) => return Ok(false),
        _ => {}
    }
    let (kind, other) = (record.identifier.archive_type, twin.identifier.archive_type);
    match kind.cmp_preference(other) {
        Ordering::Greater => Ok(true),
        Ordering::Less => Ok(false),
        Ordering::Equal if record == twin => Ok(false),
        Ordering::Equal => Err(SolveError::DuplicateRecord {
            channel: world.channel_shown(record.channel.as_deref()),
            file_name: record.identifier.to_string(),
        }),
    }
}

fn too_new(world: &World<'_>, record: &RepoDataRecord) -> Option<Reason> {
    world.cut_off.as_ref()?.exclusion(record)
}

/// Returns why a record is excluded regardless of other requirements.
pub(super) fn exclusion(terms: &Terms<'_>, record: &RepoDataRecord) -> Option<Reason> {
    if let Some(reason) = too_new(terms.world, record) {
        return Some(reason);
    }
    let name = record.package_record.name.as_normalized();
    if let Some(pythons) = &terms.rules.pythons
        && name == "python"
        && !pep_version(record).is_some_and(|version| pythons.contains(&version))
    {
        return Some(Reason::OtherPython);
    }
    if let Some(pip) = &terms.rules.pip
        && name == "pip"
        && pep_version(record).as_ref() != Some(pip)
    {
        return Some(Reason::OtherPip);
    }
    None
}
