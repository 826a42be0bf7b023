//! The prediction beside measured runs of conda's classic solver, where they are at
//! hand: a table with a line for each run.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use presolve::{
    conda::repodata::Repodata,
    config::{Flags, Settings},
    explain::cost::{Cost, Limits, Prediction, Question, Verdict, predict},
    problem::solve,
    resolve::{self, Listener, Upgrade},
    source::SourceFile,
    spec::environment,
    target::ChannelPriority,
};
use rattler_conda_types::{MatchSpec, Subdir};

use crate::random::number;

/// What the machine of the runs had (`conda info` there).
const VIRTUAL_PACKAGES: [&str; 4] = ["__glibc=2.36", "__linux=6.1", "__unix=0", "__cuda=none"];

/// A run that was measured.
struct Run {
    name: String,
    channels: Vec<String>,
    priority: ChannelPriority,
    outcome: String,
    seconds: f64,
    mb: f64,
    specs: Vec<String>,
}

/// How much slower the machine was during a run than during the runs that the constants of
/// the model are for: `SAMPLE_MS` in `benches/fit_cost.py`.
fn slowness(fields: &[&str]) -> f64 {
    let sample: Option<f64> = fields.get(13).and_then(|sample| sample.parse().ok());
    sample.map_or(1.0, |sample| sample / 1.9)
}

impl Run {
    fn read(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let words = |text: &str| text.split_whitespace().map(String::from).collect();
        Self {
            name: fields[0].to_string(),
            channels: words(fields[1]),
            priority: if fields[2] == "strict" {
                ChannelPriority::Strict
            } else {
                ChannelPriority::Flexible
            },
            outcome: fields[3].to_string(),
            seconds: fields[4].parse::<f64>().unwrap() / slowness(&fields),
            mb: fields[5].parse().unwrap(),
            specs: words(fields[12]),
        }
    }

    /// It was killed: it would have taken more than what was measured.
    fn is_bound(&self) -> bool {
        matches!(self.outcome.as_str(), "cpu-limit" | "out-of-memory")
    }

    /// What presolve says of the same spec.
    fn predict(&self, shared: &Path) -> Cost {
        let mut text = "channels:\n".to_string();
        for channel in &self.channels {
            let folder = shared.join("channels").join(channel);
            text += &format!("  - file://{}\n", folder.display());
        }
        text += "  - nodefaults\ndependencies:\n";
        for spec in &self.specs {
            text += &format!("  - \"{spec}\"\n");
        }
        let file = SourceFile::from_text("environment.yml", text);
        let environment = environment::read(file).expect("the specs can be read");
        let flags = Flags {
            channel_priority: Some(self.priority),
            platform: Some(Subdir::Linux64),
            virtual_packages: VIRTUAL_PACKAGES.map(String::from).to_vec(),
            offline: true,
            ..Flags::default()
        };
        let settings = Settings::resolve(Path::new("environment.yml"), flags).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let (upgrade, listener) = (Upgrade::None, Listener::default());
        let shared = resolve::Shared::new(&resolve::Listener::default());
        runtime.block_on(async {
            let question = resolve::question::Question::of(
                &environment,
                &settings,
                &upgrade,
                &shared,
                &listener,
                None,
            );
            let question = question.await.expect("a question");
            let by_name = question.specs().into_iter().map(|spec| MatchSpec {
                name: spec.name,
                ..MatchSpec::default()
            });
            let by_name: Vec<MatchSpec> = by_name.collect();
            let repodata = Arc::new(question.records(&by_name).await.expect("repodata"));
            let solution = question
                .ask(repodata.clone(), solve)
                .await
                .expect("an answer");
            let virtual_packages = question.virtual_packages.clone();
            let repodata = question.with_constrained(Repodata::clone(&repodata)).await;
            let start = Instant::now();
            let question = Question {
                subdirs: &repodata.subdirs,
                origins: &repodata.origins,
                channel_bytes: repodata.bytes,
                channel_priority: self.priority,
                virtual_packages: &virtual_packages,
                declared: question.declared(),
                solution: solution.as_ref().map(|solution| solution.conda.as_slice()),
            };
            let cost = predict(&question, Limits::default(), Some(start));
            println!(
                "{:.0} ms for {} records",
                start.elapsed().as_secs_f64() * 1e3,
                cost.space.records
            );
            cost
        })
    }
}

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = shared.canonicalize().ok();
    let found = shared.filter(|shared| shared.join("classic-timings.tsv").exists());
    if found.is_none() {
        println!("skipped: ../shared/classic-timings.tsv is absent");
    }
    found
}

/// The runs of `benches/classic.py`, and older ones that are not part of the repository.
fn runs(shared: &Path) -> Vec<Run> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cost/runs.tsv");
    let tables = [ours, shared.join("classic-timings.tsv")];
    let tables = tables.map(|table| std::fs::read_to_string(table).unwrap());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    lines.map(Run::read).collect()
}

/// Writes what `benches/fit_cost.py` fits to: a JSON object for each run.
#[test]
fn features_of_the_measured_runs() {
    let Some(target) = std::env::var_os("PRESOLVE_COST_FEATURES") else {
        println!("skipped: PRESOLVE_COST_FEATURES does not name a file to write");
        return;
    };
    let Some(shared) = shared() else { return };
    let mut lines = String::new();
    for run in runs(&shared) {
        let cost = run.predict(&shared);
        let line = serde_json::json!({
            "name": run.name, "satisfiable": cost.satisfiable, "counts": cost.counts,
            "passes": cost.passes,
        });
        println!("{line}");
        lines += &format!("{line}\n");
    }
    std::fs::write(target, lines).unwrap();
}

/// Every tenth run, or with PRESOLVE_FUZZ all of them: it takes seconds to load the channels
/// of one. The bounds are below what the documentation states of the whole table, for an
/// unlucky tenth.
#[test]
fn measured_runs_are_ranked_and_judged() {
    let Some(shared) = shared() else { return };
    let step = if number("PRESOLVE_FUZZ").is_some() {
        1
    } else {
        10
    };
    let runs: Vec<(Run, Prediction)> = (runs(&shared).into_iter().step_by(step))
        .map(|run| {
            let cost = run.predict(&shared);
            assert_eq!(
                cost.satisfiable,
                run.outcome != "unsatisfiable",
                "{}",
                run.name
            );
            (run, cost.prediction)
        })
        .collect();
    let ranked = |of: fn(&(Run, Prediction)) -> (f64, f64)| {
        let (measured, predicted): (Vec<_>, Vec<_>) = runs.iter().map(of).unzip();
        spearman(&measured, &predicted)
    };
    let seconds = ranked(|(run, predicted)| (run.seconds, predicted.cpu_seconds));
    let memory = ranked(|(run, predicted)| (run.mb, predicted.peak_mb));
    println!(
        "{} runs: rank correlation {seconds:.2} and {memory:.2}",
        runs.len()
    );
    assert!(seconds >= 0.9 && memory >= 0.9, "{seconds} {memory}");
    let (mut right, mut all) = (0, 0);
    for (run, predicted) in runs.iter().filter(|(run, _)| !run.is_bound()) {
        for (seconds, mb) in [(100.0, 1000.0), (200.0, 4000.0), (400.0, 8000.0)] {
            let limits = Limits {
                seconds,
                memory_mb: Some(mb),
            };
            let was = Verdict::of(run.seconds, run.mb, &limits);
            let said = Verdict::of(predicted.cpu_seconds, predicted.peak_mb, &limits);
            right += usize::from(was == said);
            all += 1;
        }
    }
    println!("{right} of {all} verdicts are right");
    assert!(right * 10 >= all * 7, "{right} of {all}");
}

fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let rank = |values: &[f64], value: f64| {
        let below = values.iter().filter(|other| **other < value).count();
        let equal = values.iter().filter(|other| **other == value).count();
        below as f64 + (equal as f64 - 1.0) / 2.0
    };
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let off = |values: &[f64]| -> Vec<f64> {
        values
            .iter()
            .map(|&value| rank(values, value) - mean)
            .collect()
    };
    let (a, b) = (off(a), off(b));
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}
