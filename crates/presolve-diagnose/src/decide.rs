//! The decision for one problem of a log: the one that caused the others.

use super::{
    Confidence, Diagnosis, Fate, KnownFailure, Log, LogVerdict, Named, fact,
    progress::Progress,
    sign::{self, Facts, Hit, Strength},
    telling,
};

/// Evidence for a problem in a log.
struct Candidate {
    problem: &'static KnownFailure,
    strength: Strength,
    /// Whether a command of the same step succeeded after each of its signs.
    is_passed: bool,
    step: Option<usize>,
    /// Ascending indices in [`Log::lines`].
    lines: Vec<usize>,
    facts: Facts,
}

/// Decides which problem broke the build of a log.
///
/// A sign in a step that succeeded does not count, because tools warn, retry and fall back.
/// Neither does one in a step that was still running when another one failed. A sign before a
/// command that succeeded in the same step is weaker. A problem that another one explains is
/// its consequence, such as "Failed building wheel" after a missing compiler. Of independent
/// problems the one with the stronger sign wins, then the one with far more lines in the same
/// report, then the later one, because a build ends with its failure.
pub fn diagnose(log: &Log) -> Diagnosis {
    let failed = last_failed(log);
    let progress = Progress::of(log);
    let hits = sign::hits(log);
    let hits = hits.into_iter().filter(|hit| counts(log, failed, hit));
    let candidates = unexplained(gather(log, &progress, hits));
    let best = candidates
        .iter()
        .enumerate()
        .reduce(|best, one| if beats(one.1, best.1) { one } else { best });
    let Some((place, best)) = best else {
        return unknown(log, None);
    };
    let rivals = candidates.iter().enumerate().any(|(other, one)| {
        other != place
            && one.strength == best.strength
            && is_one_step(one, best)
            && (best.is_passed || !one.is_passed)
            && !outvotes(best, one)
    });
    let confidence = match (best.strength, rivals) {
        (Strength::Sure, false) => Confidence::High,
        (Strength::Sure, true) | (Strength::Likely, false) => Confidence::Medium,
        (Strength::Likely, true) | (Strength::Faint, _) => Confidence::Low,
    };
    let named = |candidate: &Candidate, confidence| Named {
        problem: candidate.problem,
        confidence,
        lines: candidate.lines.clone(),
        facts: candidate.facts.clone(),
        step: candidate.step,
    };
    if confidence == Confidence::Low {
        return unknown(log, Some(named(best, confidence)));
    }
    let others = candidates
        .iter()
        .enumerate()
        .filter(|(other, candidate)| *other != place && candidate.strength > Strength::Faint);
    let also = others.map(|(_, other)| named(other, Confidence::Medium));
    Diagnosis {
        verdict: LogVerdict::Named(named(best, confidence)),
        also: also.collect(),
    }
}

/// Whether a sign counts: its step did not succeed, another step did not fail after it began,
/// and no image was built after it.
fn counts(log: &Log, failed: Option<usize>, hit: &Hit) -> bool {
    let line = hit.lines[0];
    let is_aside = log.lines[line].step.is_some_and(|step| {
        let step = &log.steps[step];
        let fails_later = failed.is_some_and(|failed| step.line <= log.steps[failed].line);
        match step.fate {
            Fate::Cancelled => failed.is_some(),
            Fate::Open => fails_later,
            Fate::Succeeded | Fate::Failed => false,
        }
    });
    !is_aside && !log.went_well(line) && log.success.is_none_or(|success| success < line)
}

/// Returns the step that failed last, as an index in [`Log::steps`].
fn last_failed(log: &Log) -> Option<usize> {
    let steps = log.steps.iter().enumerate();
    let failed = steps.filter(|(_, step)| step.fate == Fate::Failed);
    failed.max_by_key(|(_, step)| step.line).map(|(at, _)| at)
}

/// Returns the strength of a sign before a command of the same step that succeeded.
fn weakened(strength: Strength) -> Strength {
    match strength {
        Strength::Sure => Strength::Likely,
        Strength::Likely | Strength::Faint => Strength::Faint,
    }
}

/// Whether a candidate is the better explanation of the failure.
fn beats(one: &Candidate, other: &Candidate) -> bool {
    let rank = |one: &Candidate, other: &Candidate| {
        let votes = outvotes(one, other);
        (
            one.strength,
            !one.is_passed,
            votes,
            one.lines.last().copied(),
        )
    };
    rank(one, other) > rank(other, one)
}

/// The number of lines between two that a tool prints as one report.
const ONE_REPORT: usize = 10;

/// Whether a candidate has at least twice the lines of another one in the same report, such as
/// a solver's list: twenty packages that no channel has are not due to one that is special.
fn outvotes(one: &Candidate, other: &Candidate) -> bool {
    let ends = |candidate: &Candidate| {
        let first = candidate.lines.first().copied().unwrap_or_default();
        (first, candidate.lines.last().copied().unwrap_or_default())
    };
    let ((first, last), (others_first, others_last)) = (ends(one), ends(other));
    let is_one_report = first <= others_last + ONE_REPORT && others_first <= last + ONE_REPORT;
    is_one_report && is_one_step(one, other) && one.lines.len() >= 2 * other.lines.len()
}

fn unknown(log: &Log, guess: Option<Named>) -> Diagnosis {
    let verdict = match (guess, log.success) {
        (None, Some(_)) => LogVerdict::Succeeded,
        (guess, _) => LogVerdict::Unknown {
            guess,
            telling: telling::lines(log),
        },
    };
    Diagnosis {
        verdict,
        also: Vec::new(),
    }
}

/// Groups the hits by problem. The lines of a problem are those in the last step that shows
/// it.
fn gather(log: &Log, progress: &Progress, hits: impl Iterator<Item = Hit>) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for mut hit in hits {
        let step = log.lines[hit.lines[0]].step;
        let last = hit.lines.last().copied().unwrap_or_default();
        let is_passed = progress.continues_after(log, last);
        if is_passed {
            hit.strength = weakened(hit.strength);
        }
        let known = candidates
            .iter_mut()
            .find(|candidate| candidate.problem == hit.problem);
        let Some(candidate) = known else {
            candidates.push(Candidate {
                problem: hit.problem,
                strength: hit.strength,
                is_passed,
                step,
                lines: hit.lines,
                facts: hit.facts,
            });
            continue;
        };
        candidate.is_passed &= is_passed;
        candidate.add(hit, step);
    }
    candidates
}

impl Candidate {
    fn add(&mut self, hit: Hit, step: Option<usize>) {
        // The facts of the strongest sign are the ones in the message.
        if hit.strength > self.strength {
            self.facts = hit.facts;
        } else if hit.strength == self.strength {
            for (name, values) in hit.facts {
                let known = self.facts.entry(name.clone()).or_default();
                for value in values {
                    if !known.iter().any(|one| fact::is_same(&name, one, &value)) {
                        known.push(value);
                    }
                }
            }
        }
        if step != self.step {
            self.lines.clear();
        }
        self.strength = self.strength.max(hit.strength);
        self.step = step;
        self.lines.extend(hit.lines);
        self.lines.sort_unstable();
        self.lines.dedup();
    }
}

/// Removes the candidates that another one explains.
fn unexplained(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let is_explained = |one: &Candidate| {
        candidates.iter().any(|other| {
            other.strength >= one.strength.min(Strength::Likely)
                && other.problem.explains.contains(&one.problem.name)
                && is_one_step(other, one)
        })
    };
    let explained: Vec<bool> = candidates.iter().map(is_explained).collect();
    let kept = candidates.into_iter().zip(explained);
    kept.filter_map(|(candidate, explained)| (!explained).then_some(candidate))
        .collect()
}

/// Whether two candidates may be in the same step. An unknown step may be any.
fn is_one_step(one: &Candidate, other: &Candidate) -> bool {
    one.step == other.step || one.step.is_none() || other.step.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(log: &str) -> Option<(&'static str, Confidence)> {
        match diagnose(&Log::read(log.as_bytes())).verdict {
            LogVerdict::Named(named) => Some((named.problem.name, named.confidence)),
            _ => None,
        }
    }

    fn name(log: &str) -> Option<&'static str> {
        named(log).map(|(name, _)| name)
    }

    /// pip's messages if it finds no release, with a list of those that it skipped.
    fn nothing_found(skipped: &str, requirement: &str) -> String {
        format!(
            "ERROR: Ignored the following versions that require a different python version: {skipped}\n\
             ERROR: Could not find a version that satisfies the requirement {requirement} (from versions: 0.1)\n\
             ERROR: No matching distribution found for {requirement}\n"
        )
    }

    #[test]
    fn releases_that_pip_skipped_are_of_the_requirement_if_they_fit_it() {
        let skipped = "1.21.2 Requires-Python >=3.7,<3.11; 1.21.3 Requires-Python >=3.7,<3.11";
        let python = "incompatible-python-version";
        for (requirement, expected) in [
            ("oldflow==1.21.2", (python, Confidence::High)),
            ("oldflow[gpu]==1.21.*", (python, Confidence::High)),
            ("oldflow>=1.21", (python, Confidence::Medium)),
            ("oldflow", (python, Confidence::Medium)),
            (
                "oldflow==9.9",
                ("pip-no-matching-distribution", Confidence::High),
            ),
            (
                "oldflow>=2",
                ("pip-no-matching-distribution", Confidence::High),
            ),
        ] {
            let log = nothing_found(skipped, requirement);
            assert_eq!(named(&log), Some(expected), "{requirement}");
        }
    }

    /// conda's report of a text that it could not decode, in this file of its own.
    fn undecodable(file: &str) -> String {
        format!(
            "$ conda env create -f environment.yml\n\
             # >>>>>>>>>>>>>>>>>>>>>> ERROR REPORT <<<<<<<<<<<<<<<<<<<<<<\n    \
             Traceback (most recent call last):\n      \
             File \"/opt/conda/lib/python3.10/site-packages/conda_env/cli/main_create.py\", line 1, in execute\n      \
             File \"{file}\", line 2, in read\n      \
             File \"/opt/conda/lib/python3.10/codecs.py\", line 322, in decode\n    \
             UnicodeDecodeError: 'utf-8' codec can't decode byte 0x90 in position 0: invalid start byte\n"
        )
    }

    #[test]
    fn a_text_that_conda_cannot_decode_is_the_file_if_conda_reads_the_file() {
        for file in [
            "/opt/conda/lib/python3.10/site-packages/conda_env/env.py",
            "C:\\Anaconda3\\lib\\site-packages\\conda_env\\specs\\yaml_file.py",
            "/opt/conda/lib/python3.10/site-packages/ruamel/yaml/reader.py",
        ] {
            assert_eq!(
                name(&undecodable(file)),
                Some("conda-yaml-encoding"),
                "{file}"
            );
        }
        for file in [
            "/opt/conda/lib/python3.10/site-packages/conda/core/prefix_data.py",
            "/opt/conda/lib/python3.10/site-packages/conda/gateways/disk/read.py",
            "C:\\Anaconda3\\lib\\site-packages\\conda\\core\\subdir_data.py",
            "/opt/conda/lib/python3.10/site-packages/conda/history.py",
            "/opt/conda/lib/python3.10/site-packages/conda/common/configuration.py",
        ] {
            assert_eq!(
                name(&undecodable(file)),
                Some("conda-unexpected-error"),
                "{file}"
            );
        }
    }

    #[test]
    fn many_lines_of_a_report_outvote_a_special_one() {
        let missing: String = (0..20)
            .map(|number| format!("  - nothing provides requested demo{number} 1.0 h1_0\n"))
            .collect();
        let special = "  - nothing provides __unix needed by other-1.0-0\n";
        let head = "Encountered problems while solving:\n";
        for log in [
            format!("{head}{missing}{special}"),
            format!("{head}{special}{missing}"),
        ] {
            let expected = ("libmamba-nothing-provides", Confidence::High);
            assert_eq!(named(&log), Some(expected), "{log}");
        }
        let log = format!("{head}{special}");
        assert_eq!(name(&log), Some("virtual-package-missing"));
    }

    #[test]
    fn a_message_that_its_command_did_not_stop_at_is_weaker() {
        let early = "E: Unable to locate package demo\n";
        let late = "ERROR: Failed building wheel for oldflow\n";
        assert_eq!(name(&format!("{early}{late}")), Some("apt-get-failed"));
        let log = format!("{early}Setting up curl (7.88.1-10) ...\n{late}");
        assert_eq!(named(&log), Some(("pip-build-failed", Confidence::Medium)));
        let log = format!("{early}Setting up curl (7.88.1-10) ...\n");
        assert_eq!(named(&log), Some(("apt-get-failed", Confidence::Medium)));
    }

    #[test]
    fn only_the_step_that_failed_counts() {
        let log = "#5 [a 1/2] RUN pip install a\n#6 [b 1/2] RUN make\n\
                   #5 1.0 ERROR: No matching distribution found for a\n\
                   #6 1.1 bash: make: command not found\n#6 ERROR: exit code: 127\n#5 CANCELED\n";
        assert_eq!(name(log), Some("command-not-found"));
        let log = "Step 1/2 : RUN pip install a\n\
                   ERROR: No matching distribution found for a\n\
                   Step 1/3 : RUN make\nbash: make: command not found\n\
                   The command '/bin/sh -c make' returned a non-zero code: 127\n";
        assert_eq!(name(log), Some("command-not-found"));
    }

    #[test]
    fn a_registry_is_the_one_of_the_message() {
        let login =
            "Logging in to registry: demo.azurecr.io\nSuccessfully logged into demo.azurecr.io\n";
        for (message, expected) in [
            (
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: i/o timeout",
                "registry-unreachable",
            ),
            ("net/http: TLS handshake timeout", "registry-unreachable"),
            (
                "Get \"https://demo.azurecr.io/v2/\": dial tcp: i/o timeout",
                "acr-unreachable",
            ),
            (
                "Get \"https://demo.azurecr.io/v2/\": EOF",
                "registry-unreachable",
            ),
        ] {
            let log = format!("{login}Step 1/2 : FROM a\n{message}\n");
            assert_eq!(name(&log), Some(expected), "{message}");
        }
    }
}
