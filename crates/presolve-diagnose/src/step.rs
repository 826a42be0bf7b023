//! The steps of a build. A step that succeeded in the end is not why the build failed.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

use super::log::pattern;

/// An instruction of a Dockerfile, as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The line of the log at which the step begins, from 1.
    pub line: usize,
    /// The instruction, such as `RUN pip install -r requirements.txt`.
    pub instruction: String,
    /// The result of the step.
    pub fate: Fate,
}

/// The result of a build step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The log does not show the result.
    Open,
    /// The log says that the step is done, or continues with the next step.
    Succeeded,
    /// The log reports a failure.
    Failed,
}

/// `Step 5/9 : RUN …` of Docker's classic builder, `STEP 5/9: RUN …` of buildah.
static CLASSIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?:Step|STEP) (\d+)(?:/(\d+))? ?: (.*)$"));

/// `[3/7] RUN …`, `[build 3/7] RUN …` of BuildKit, after `#8 `.
static BUILDKIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[(?:[^\]\s]+ )*\d+/\d+\] (.*)$"));

/// The maximum number of a step. A log with higher numbers is not of a build.
const MOST: usize = 1 << 16;

/// The steps found so far while the log is read.
#[derive(Default)]
pub(super) struct Steps {
    steps: Vec<Step>,
    /// The steps of BuildKit, which run in parallel, by their numbers.
    by_id: HashMap<u32, usize>,
    /// The running step of the classic builder, with its number and the number of steps.
    current: Option<(usize, u32, Option<u32>)>,
}

impl Steps {
    /// Returns the step that a line belongs to, as an index.
    pub(crate) fn of(&mut self, id: Option<u32>, text: &str, line: usize) -> Option<usize> {
        match id {
            Some(id) => self.buildkit(id, text, line),
            None => self.classic(text, line),
        }
    }

    pub(crate) fn finish(self) -> Vec<Step> {
        self.steps
    }

    fn buildkit(&mut self, id: u32, text: &str, line: usize) -> Option<usize> {
        if let Some(found) = BUILDKIT.captures(text) {
            if self.steps.len() == MOST {
                return self.by_id.get(&id).copied();
            }
            let step = *self.by_id.entry(id).or_insert_with(|| {
                self.steps.push(Step::new(line, &found[1]));
                self.steps.len() - 1
            });
            return Some(step);
        }
        let step = *self.by_id.get(&id)?;
        let fate = match text.split_whitespace().next() {
            Some("DONE" | "CACHED") => Fate::Succeeded,
            Some("ERROR" | "ERROR:" | "CANCELED") => Fate::Failed,
            _ => return Some(step),
        };
        self.steps[step].fate = fate;
        Some(step)
    }

    fn classic(&mut self, text: &str, line: usize) -> Option<usize> {
        if let Some(found) = CLASSIC.captures(text).filter(|_| self.steps.len() < MOST) {
            let number = found[1].parse().ok()?;
            let count = found.get(2).and_then(|count| count.as_str().parse().ok());
            if let Some((before, its_number, its_count)) = self.current
                && (its_number + 1, its_count) == (number, count)
            {
                self.steps[before].fate = Fate::Succeeded;
            }
            self.steps.push(Step::new(line, &found[3]));
            self.current = Some((self.steps.len() - 1, number, count));
        }
        let (step, ..) = self.current?;
        if text.starts_with("Successfully built ") {
            self.steps[step].fate = Fate::Succeeded;
        }
        Some(step)
    }
}

impl Step {
    fn new(line: usize, instruction: &str) -> Self {
        Self {
            line,
            instruction: instruction.to_owned(),
            fate: Fate::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Log;

    fn fates(log: &str) -> Vec<(String, Fate)> {
        let steps = Log::read(log.as_bytes()).steps.into_iter();
        steps.map(|step| (step.instruction, step.fate)).collect()
    }

    #[test]
    fn a_step_of_the_classic_builder_went_well_if_the_next_one_began() {
        let log = "Step 1/3 : FROM a\nStep 2/3 : RUN b\n---> x\nStep 3/3 : RUN c\nKilled\n";
        let expected = [
            ("FROM a", Fate::Succeeded),
            ("RUN b", Fate::Succeeded),
            ("RUN c", Fate::Open),
        ];
        assert_eq!(
            fates(log),
            expected.map(|(text, fate)| (text.to_owned(), fate))
        );
    }

    #[test]
    fn another_build_says_nothing_of_the_last_step() {
        let log = "Step 2/2 : RUN b\nStep 1/2 : FROM a\n";
        assert!(fates(log).iter().all(|(_, fate)| *fate == Fate::Open));
    }

    #[test]
    fn buildkit_says_how_each_step_ended() {
        let log = "#5 [1/3] FROM a\n#6 [build 2/3] RUN b\n#5 DONE 0.1s\n#6 1.2 oh\n#6 ERROR: no\n";
        let expected = [("FROM a", Fate::Succeeded), ("RUN b", Fate::Failed)];
        assert_eq!(
            fates(log),
            expected.map(|(text, fate)| (text.to_owned(), fate))
        );
    }
}
