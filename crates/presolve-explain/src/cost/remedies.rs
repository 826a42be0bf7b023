//! Changes that reduce the cost of an environment file. Each one is predicted like the
//! original file.

use std::{collections::HashSet, time::Instant};

use serde::Serialize;

use super::{
    Cost, Limits, Prediction, Verdict,
    index::{Index, NameId, RecordId},
    model,
    reduction::AllowedRecords,
    space::{FileVariant, Measured, measure},
};
use presolve_target::ChannelPriority;

/// The minimum effect of a reported remedy, as a share of the cost.
const LEAST_EFFECT: f64 = 0.1;

/// A change of the file or the settings, with the cost after it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remedy {
    /// The change.
    #[serde(flatten)]
    pub change: SpecChange,
    /// The cost after the change.
    pub prediction: Prediction,
    /// Whether presolve's solution remains valid. Otherwise each line still has matching
    /// records, but it is unknown whether they are compatible.
    pub keeps_solution: bool,
}

/// A change of the file or the settings. Lines are indices of the declared requirements.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum SpecChange {
    /// Pin the whole solution in the file, as `presolve pin` does.
    PinFile,
    /// Allow one minor version of python.
    PinPython {
        /// The line on python; `None` if there is none yet.
        line: Option<usize>,
        /// The new line, such as `python=3.10`.
        to: String,
    },
    /// Pin a line to the version that it resolves to.
    PinLine {
        /// The index of the line among the declared requirements.
        line: usize,
        /// The new line, such as `numpy==1.26.4`.
        to: String,
    },
    /// Remove a line whose package is also required by others.
    DropLine {
        /// The index of the line among the declared requirements.
        line: usize,
        /// The lines that also require it.
        provided_by: Vec<usize>,
    },
    /// Take each package from the first channel that has it.
    StrictPriority {
        /// The number of reachable names that lose records.
        names: usize,
        /// The number of records that strict priority excludes.
        ruled_out: usize,
    },
    /// Move a line to a separate environment.
    SplitLine {
        /// The index of the line among the declared requirements.
        line: usize,
        /// The cost of the new environment; the remedy's prediction is for the rest.
        alone: Prediction,
    },
}

/// An environment file, with what is needed to try changes on it.
struct Trial<'t, 'i, 'a> {
    index: &'i Index<'a>,
    reading: &'t FileVariant,
    limits: Limits,
    /// The indices of the lines among the declared requirements.
    places: Vec<usize>,
    /// The `channel::` of each line, if it has one.
    prefixes: Vec<String>,
    deadline: Option<Instant>,
    complete: bool,
}

/// Tries remedies until the deadline, and keeps the effective ones. Nothing is tried if the
/// verdict is [`Verdict::Fine`], or without a solution, because the conflict must be fixed
/// first.
pub(super) fn try_all(
    index: &Index<'_>,
    reading: &FileVariant,
    cost: &mut Cost,
    deadline: Option<Instant>,
) {
    let Some(solution) = &reading.solution else {
        return;
    };
    if cost.prediction.verdict == Verdict::Fine {
        return;
    }
    let mut trial = Trial {
        index,
        reading,
        limits: cost.limits,
        places: cost.lines.iter().map(|line| line.declared).collect(),
        prefixes: cost.lines.iter().map(|line| prefix(&line.text)).collect(),
        deadline,
        complete: true,
    };
    let mut remedies = Vec::new();
    // Lines that reach the most records come first, as the time may not suffice for all.
    let mut order: Vec<usize> = (0..cost.lines.len()).collect();
    order.sort_by_key(|&line| std::cmp::Reverse(cost.lines[line].reach.records));
    remedies.extend(trial.pin_file(solution));
    remedies.extend(trial.pin_python(solution, &cost.space.pythons));
    if cost.channel_priority != ChannelPriority::Strict && cost.space.overlap.names > 0 {
        let change = SpecChange::StrictPriority {
            names: cost.space.overlap.names,
            ruled_out: cost.space.overlap.added_records,
        };
        let changed = FileVariant {
            strict: true,
            ..reading.clone()
        };
        remedies.extend(trial.remedy(change, changed));
    }
    remedies.extend(trial.lines(solution, &order, &cost.prediction));
    cost.complete = trial.complete;
    remedies.retain(|remedy| remedy.share_of(&cost.prediction) <= 1.0 - LEAST_EFFECT);
    remedies.sort_by(|a, b| {
        let share = |remedy: &Remedy| remedy.share_of(&cost.prediction);
        share(a).total_cmp(&share(b))
    });
    cost.remedies = remedies;
}

impl Remedy {
    /// Returns the share of the cost that remains: of the memory if it runs out, otherwise of
    /// the time. Of two environments the more expensive one counts.
    fn share_of(&self, before: &Prediction) -> f64 {
        let share = |after: &Prediction| match before.verdict {
            Verdict::RunsOutOfMemory => after.peak_mb / before.peak_mb,
            _ => after.cpu_seconds / before.cpu_seconds,
        };
        match &self.change {
            SpecChange::SplitLine { alone, .. } => share(alone).max(share(&self.prediction)),
            _ => share(&self.prediction),
        }
    }
}

/// Returns the `channel::` of a line; empty if it has none.
fn prefix(text: &str) -> String {
    text.rsplit_once("::")
        .map(|(channel, _)| format!("{channel}::"))
        .unwrap_or_default()
}

impl Trial<'_, '_, '_> {
    /// Measures a changed file, unless the deadline has passed.
    fn measure(&mut self, changed: &FileVariant) -> Option<Measured> {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            self.complete = false;
            return None;
        }
        Some(measure(self.index, changed))
    }

    fn predict(&mut self, changed: &FileVariant) -> Option<Prediction> {
        let measured = self.measure(changed)?;
        Some(model::predict(&measured.replay, &self.limits))
    }

    /// Returns the remedy of a change, unless it leaves no record for some line.
    fn remedy(&mut self, change: SpecChange, changed: FileVariant) -> Option<Remedy> {
        let measured = self.measure(&changed)?;
        let met = measured.matching.iter().all(|&matching| matching > 0);
        met.then(|| Remedy {
            change,
            prediction: model::predict(&measured.replay, &self.limits),
            keeps_solution: measured.holds,
        })
    }

    fn with_line(&self, place: Option<usize>, line: AllowedRecords) -> FileVariant {
        let mut changed = self.reading.clone();
        match place {
            Some(place) => changed.lines[place] = line,
            None => changed.lines.push(line),
        }
        changed
    }

    fn pin_file(&mut self, solution: &[RecordId]) -> Option<Remedy> {
        let lines = solution.iter().map(|&id| AllowedRecords {
            name: self.index.record(id).name,
            allowed: vec![id],
            strictness: 3,
        });
        let changed = FileVariant {
            lines: lines.collect(),
            ..self.reading.clone()
        };
        self.remedy(SpecChange::PinFile, changed)
    }

    fn pin_python(&mut self, solution: &[RecordId], open: &[String]) -> Option<Remedy> {
        let python = self.index.name("python")?;
        let chosen = self.of_name(solution, python)?;
        if open.len() < 2 {
            return None;
        }
        let minor = |id: RecordId| self.version(id).as_major_minor();
        let (major, minor_version) = minor(chosen)?;
        let place = self.place_of(python);
        let before = place.map_or(self.index.group(python), |place| {
            &self.reading.lines[place].allowed
        });
        let allowed = before.iter().copied();
        let allowed = allowed.filter(|&id| minor(id) == Some((major, minor_version)));
        let line = AllowedRecords {
            name: python,
            allowed: allowed.collect(),
            strictness: 2,
        };
        let prefix = place.map_or("", |place| &self.prefixes[place]);
        let change = SpecChange::PinPython {
            line: place.map(|place| self.places[place]),
            to: format!("{prefix}python={major}.{minor_version}"),
        };
        let changed = self.with_line(place, line);
        self.remedy(change, changed)
    }

    /// Tries for each line to pin or to remove it, and finds the best line to move to a
    /// separate environment.
    fn lines(
        &mut self,
        solution: &[RecordId],
        order: &[usize],
        before: &Prediction,
    ) -> Vec<Remedy> {
        let provides: Vec<HashSet<NameId>> = (self.reading.lines.iter())
            .map(|line| self.provided_by(solution, [line.name]))
            .collect();
        let mut remedies = Vec::new();
        let mut best_split: Option<Remedy> = None;
        for &line in order {
            remedies.extend(self.pin_line(solution, line));
            let name = self.reading.lines[line].name;
            if self.is_base(name) {
                continue;
            }
            let providers: Vec<usize> = (0..provides.len())
                .filter(|&other| other != line && provides[other].contains(&name))
                .collect();
            if providers.is_empty() {
                let split = self.split_line(solution, line);
                let share = |remedy: &Remedy| remedy.share_of(before);
                if let Some(split) = split
                    && (best_split.as_ref()).is_none_or(|best| share(&split) < share(best))
                {
                    best_split = Some(split);
                }
            } else {
                let change = SpecChange::DropLine {
                    line: self.places[line],
                    provided_by: providers.iter().map(|&other| self.places[other]).collect(),
                };
                let changed = self.without(line, self.reading.solution.clone());
                remedies.extend(self.remedy(change, changed));
            }
        }
        remedies.extend(best_split);
        remedies
    }

    fn pin_line(&mut self, solution: &[RecordId], line: usize) -> Option<Remedy> {
        let AllowedRecords { name, allowed, .. } = &self.reading.lines[line];
        let chosen = self.of_name(solution, *name)?;
        let version = self.version(chosen);
        // Python has its own remedy.
        if self.index.name_of(*name) == "python" {
            return None;
        }
        let pinned = AllowedRecords {
            name: *name,
            allowed: (allowed.iter().copied())
                .filter(|&id| self.version(id) == version)
                .collect(),
            strictness: 2,
        };
        if pinned.allowed.len() == allowed.len() {
            return None;
        }
        let change = SpecChange::PinLine {
            line: self.places[line],
            to: format!(
                "{}{}=={version}",
                self.prefixes[line],
                self.index.name_of(*name)
            ),
        };
        let changed = self.with_line(Some(line), pinned);
        self.remedy(change, changed)
    }

    fn split_line(&mut self, solution: &[RecordId], line: usize) -> Option<Remedy> {
        let lines = &self.reading.lines;
        let rest: Vec<NameId> = (0..lines.len())
            .filter(|&other| other != line)
            .map(|other| lines[other].name)
            .collect();
        let own = lines.iter().enumerate();
        let own = own.filter(|&(place, other)| place == line || self.is_base(other.name));
        let own: Vec<AllowedRecords> = own.map(|(_, line)| line.clone()).collect();
        let alone = FileVariant {
            solution: Some(self.part(solution, own.iter().map(|line| line.name))),
            lines: own,
            strict: self.reading.strict,
        };
        let rest = self.part(solution, rest);
        let changed = self.without(line, Some(rest));
        if changed.lines.iter().all(|other| self.is_base(other.name)) {
            return None;
        }
        let alone = self.predict(&alone)?;
        let change = SpecChange::SplitLine {
            line: self.places[line],
            alone,
        };
        self.remedy(change, changed)
    }

    fn without(&self, line: usize, solution: Option<Vec<RecordId>>) -> FileVariant {
        let mut lines = self.reading.lines.clone();
        lines.remove(line);
        FileVariant {
            lines,
            strict: self.reading.strict,
            solution,
        }
    }

    /// Whether every environment needs a package.
    fn is_base(&self, name: NameId) -> bool {
        matches!(self.index.name_of(name), "python" | "pip")
    }

    fn place_of(&self, name: NameId) -> Option<usize> {
        (self.reading.lines.iter()).position(|line| line.name == name)
    }

    fn of_name(&self, solution: &[RecordId], name: NameId) -> Option<RecordId> {
        let mut solution = solution.iter().copied();
        solution.find(|&id| self.index.record(id).name == name)
    }

    fn version(&self, id: RecordId) -> &rattler_conda_types::Version {
        self.index
            .record(id)
            .record
            .package_record
            .version
            .version()
    }

    /// Returns the records of a solution that some names require, directly or indirectly.
    fn part(
        &self,
        solution: &[RecordId],
        names: impl IntoIterator<Item = NameId>,
    ) -> Vec<RecordId> {
        let names = self.provided_by(solution, names);
        let part = solution.iter().copied();
        part.filter(|&id| names.contains(&self.index.record(id).name))
            .collect()
    }

    /// Returns the names that some names require within a solution, including these.
    fn provided_by(
        &self,
        solution: &[RecordId],
        names: impl IntoIterator<Item = NameId>,
    ) -> HashSet<NameId> {
        let mut queue: Vec<NameId> = names.into_iter().collect();
        let mut seen: HashSet<NameId> = queue.iter().copied().collect();
        while let Some(name) = queue.pop() {
            let Some(id) = self.of_name(solution, name) else {
                continue;
            };
            for &spec in &self.index.record(id).depends {
                let next = self.index.spec_name(spec);
                if seen.insert(next) {
                    queue.push(next);
                }
            }
        }
        seen
    }
}
