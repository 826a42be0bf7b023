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
    /// The builder stopped it, because another step failed.
    Cancelled,
}

/// `Step 5/9 : RUN …` of Docker's classic builder, `STEP 5/9: RUN …` of buildah.
static CLASSIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?:Step|STEP) (\d+)(?:/(\d+))? ?: (.*)$"));

/// `[3/7] RUN …`, `[build  3/12] RUN …` of BuildKit, after `#8 `. It pads the numbers.
static BUILDKIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\[ *(?:[^\]\s]+ +)*\d+/\d+\] (.*)$"));

/// ` > [build 3/7] RUN …:`, above the last output of the failed step in BuildKit's summary.
static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^ ?> \[ *(?:[^\]\s]+ +)*\d+/\d+\] (.*?):?$"));

/// The line around a quotation in BuildKit's summary.
const RULE: &str = "------";

/// Docker's message after an instruction that failed.
const CLASSIC_FAILURE: &str = "returned a non-zero code:";

/// The maximum number of a step. A log with higher numbers is not of a build.
const MOST: usize = 1 << 16;

/// The number of last steps among which the summary's step is looked for, so that a log takes
/// linear time.
const RECENT: usize = 256;

/// The steps found so far while the log is read.
#[derive(Default)]
pub(super) struct Steps {
    steps: Vec<Step>,
    /// The steps of BuildKit, which run in parallel, by their numbers.
    by_id: HashMap<u32, usize>,
    /// The running step of the classic builder, with its number and the number of steps.
    current: Option<(usize, u32, Option<u32>)>,
    /// The failed step whose output BuildKit's summary repeats.
    quoted: Option<usize>,
}

impl Steps {
    /// Returns the step that a line belongs to, as an index.
    pub(crate) fn of(&mut self, id: Option<u32>, text: &str, line: usize) -> Option<usize> {
        match id {
            Some(id) => self.buildkit(id, text, line).or(self.quoted),
            None => self.quoted(text, line).or_else(|| self.classic(text, line)),
        }
    }

    /// Returns the failed step of which a line is the output, in BuildKit's summary.
    fn quoted(&mut self, text: &str, line: usize) -> Option<usize> {
        if let Some(found) = QUOTED.captures(text).filter(|_| self.steps.len() < MOST) {
            let instruction = &found[1];
            let mut recent = (0..self.steps.len()).rev().take(RECENT);
            let known = recent.find(|&step| self.steps[step].instruction == instruction);
            let step = known.unwrap_or_else(|| {
                self.steps.push(Step::new(line, instruction));
                self.steps.len() - 1
            });
            self.steps[step].fate = Fate::Failed;
            self.quoted = Some(step);
        } else if text == RULE {
            self.quoted = None;
        }
        self.quoted
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
            Some("ERROR" | "ERROR:") => Fate::Failed,
            Some("CANCELED") => Fate::Cancelled,
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
        } else if text.contains(CLASSIC_FAILURE) {
            self.steps[step].fate = Fate::Failed;
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

    #[test]
    fn a_padded_number_is_that_of_a_step() {
        let log = "#5 [ 1/12] FROM a\n#6 [stage-0  2/12] RUN b\n#6 ERROR: no\n";
        let expected = [("FROM a", Fate::Open), ("RUN b", Fate::Failed)];
        assert_eq!(
            fates(log),
            expected.map(|(text, fate)| (text.to_owned(), fate))
        );
    }

    #[test]
    fn a_cancelled_step_did_not_fail() {
        let log = "#5 [a 1/2] RUN a\n#6 [b 1/2] RUN b\n#6 ERROR: no\n#5 CANCELED\n";
        let expected = [("RUN a", Fate::Cancelled), ("RUN b", Fate::Failed)];
        assert_eq!(
            fates(log),
            expected.map(|(text, fate)| (text.to_owned(), fate))
        );
    }

    #[test]
    fn the_summary_of_buildkit_quotes_the_failed_step() {
        let log = "=> ERROR [2/3] RUN b  0.3s\n------\n > [2/3] RUN b:\n0.2 oh\n------\nbye\n";
        let log = Log::read(log.as_bytes());
        let steps: Vec<Option<usize>> = log.lines.iter().map(|line| line.step).collect();
        assert_eq!(steps, [None, None, Some(0), Some(0), None, None]);
        assert_eq!(log.steps[0].fate, Fate::Failed);
        assert_eq!(log.steps[0].instruction, "RUN b");
    }

    #[test]
    fn the_summary_names_a_step_that_the_log_shows() {
        let log =
            "#6 [2/3] RUN b\n#6 0.2 oh\n#6 ERROR: no\n------\n > [2/3] RUN b:\n0.2 oh\n------\n";
        assert_eq!(fates(log), [("RUN b".to_owned(), Fate::Failed)]);
    }

    #[test]
    fn the_classic_builder_says_which_instruction_failed() {
        let log = "Step 2/3 : RUN b\nThe command '/bin/sh -c b' returned a non-zero code: 1\n";
        assert_eq!(fates(log), [("RUN b".to_owned(), Fate::Failed)]);
    }
}
