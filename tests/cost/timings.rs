//! The prediction beside measured runs of conda's classic solver, where they are at
//! hand: a table with a line for each run.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use presolve::{
    config::{ChannelPriority, Flags, Settings},
    explain::cost::{Cost, Limits, Question, Verdict, predict},
    problem::solve,
    resolve::{self, Listener, Upgrade},
    spec::{environment, source::SourceFile},
};
use rattler_conda_types::{MatchSpec, Subdir};

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
            seconds: fields[4].parse().unwrap(),
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
        runtime.block_on(async {
            let question =
                resolve::question::Question::of(&environment, &settings, &upgrade, &listener, None);
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
            let start = Instant::now();
            let question = Question {
                subdirs: &repodata.subdirs,
                origins: &repodata.origins,
                channel_priority: self.priority,
                virtual_packages: &question.virtual_packages,
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

/// Writes what `benches/fit_cost.py` fits to: a JSON object for each run.
#[test]
fn features_of_the_measured_runs() {
    let Some(target) = std::env::var_os("PRESOLVE_COST_FEATURES") else {
        println!("skipped: PRESOLVE_COST_FEATURES does not name a file to write");
        return;
    };
    let Some(shared) = shared() else { return };
    let table = std::fs::read_to_string(shared.join("classic-timings.tsv")).unwrap();
    let mut lines = String::new();
    for run in table.lines().skip(1).map(Run::read) {
        let cost = run.predict(&shared);
        let line = serde_json::json!({
            "name": run.name, "outcome": run.outcome, "bound": run.is_bound(),
            "cpu_s": run.seconds, "peak_mb": run.mb,
            "satisfiable": cost.satisfiable, "features": cost.features, "space": cost.space,
            "lines": cost.lines.len(), "prediction": cost.prediction,
        });
        println!("{line}");
        lines += &format!("{line}\n");
    }
    std::fs::write(target, lines).unwrap();
}
