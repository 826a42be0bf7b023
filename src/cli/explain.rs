//! `presolve explain`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueEnum};

use super::{
    Output, exit_as,
    opened::{self, EnvironmentArg, Opened},
    print, print_whole,
    progress::{self, Progress},
    settings::{SettingsArgs, duration},
};
use presolve_config::Settings;
use presolve_explain::{
    self as explain, ExplainObserver, Explanation, Fix, GoneBuilds, cost::Limits,
};
use presolve_input::azure::solver;
use presolve_report::{
    explanation::{self as report, dot, html, json},
    why as report_why,
};
use presolve_solve::Conflict;
use presolve_spec::EnvironmentFile;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind},
    files::{self, Protected},
    source::SourceFile,
};
use presolve_words::errors;

/// The examples at the end of the help of `explain`.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve explain                          why environment.yml cannot be solved, and its fixes
  presolve explain --apply 2                apply fix 2 to it
  presolve explain --why numpy              what requires numpy, and why this version
  presolve explain --html report.html       also as an HTML report
  presolve explain --format json            print the explanation as JSON
  presolve explain --format dot | dot -Tsvg > conflict.svg";

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Environment file, Azure ML environment, Dockerfile, or folder of a build [default: environment.yml, or the only such file in this folder]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Apply the fix with this number to the file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    apply: Option<u16>,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Also write a self-contained HTML report to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Replace a written file even if it is read-only or has several hard links
    #[arg(long)]
    force: bool,
    /// Print the JSON schema of `--format json`, and exit
    #[arg(long, exclusive = true)]
    print_schema: bool,
    /// Explain what requires this package, and why it has this version; repeatable
    #[arg(long, value_name = "NAME", conflicts_with_all = ["apply", "html", "format", "cost"])]
    why: Vec<String>,
    /// Show the predicted cost of conda's classic solver even if it is fine
    #[arg(long)]
    cost: bool,
    /// Build time limit to compare the classic-solver prediction with (Azure ML's limit by default)
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5400s")]
    build_time: Duration,
    /// Memory limit of a build, such as 8GB
    #[arg(long, value_name = "SIZE", value_parser = Limits::megabytes)]
    build_memory: Option<f64>,
    #[command(flatten)]
    environment: EnvironmentArg,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// The output formats of `explain`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Format {
    /// Text, printed as soon as something is found
    #[default]
    Human,
    /// JSON, printed at the end; see `--print-schema`
    Json,
    /// Graphviz graph, printed at the end
    Dot,
}

impl Explain {
    /// Returns the path as the user wrote it.
    pub(super) fn file(&self) -> &Path {
        opened::path(self.file.as_deref())
    }

    /// Runs the command.
    pub(super) async fn run(mut self, output: &Output) -> Result<(), Failure> {
        if self.print_schema {
            return print_whole(&json::schema());
        }
        self.file = Some(opened::chosen(self.file.take(), &self.settings)?);
        let Opened {
            environment,
            mut settings,
            image,
            ..
        } = opened::open(self.file(), &self.environment, &self.settings, output)?;
        settings.timeout.get_or_insert(TIME_LIMIT);
        if !self.why.is_empty() {
            return self.why(&environment, &settings, output).await;
        }
        if let Some(image) = &image {
            output.say(&solver::notice(image));
        }
        let progress = Progress::new(output.quiet);
        let mut human = Human {
            silent: self.format != Format::Human,
            output: output.clone(),
            conflicts: 0,
            fixes: 0,
        };
        let listener = progress.listener();
        let limits = Limits {
            seconds: self.build_time.as_secs_f64(),
            memory_mb: self.build_memory,
        };
        let explanation =
            explain::explain(&environment, &settings, limits, &listener, &mut human).await;
        progress.finish();
        let explanation = explanation.map_err(|error| errors::failure_in(error, &environment))?;
        let left_out = errors::warnings(&explanation.errors);
        match self.format {
            Format::Human => print(&report::end(&explanation, self.cost))?,
            Format::Json => print_whole(&json::render(&explanation, &environment.source))?,
            Format::Dot => print(&dot::render(&explanation))?,
        }
        if let Some(path) = &self.html {
            let page = html::render(&explanation, &environment.source, self.cost);
            files::write(path, page.as_bytes(), self.protected())?;
            output.tell(&format!("Wrote the explanation to {}", path.display()));
        }
        // After the answer, parts of which are printed before these notices are known.
        for notice in explanation.notices.iter().chain(&left_out) {
            output.say(notice);
        }
        if let Some(number) = self.apply {
            return self.apply(&explanation, &environment.source, number.into(), output);
        }
        match explanation.solution {
            Some(_) => Ok(()),
            None => Err(exit_as(FailureKind::Unsolvable)),
        }
    }

    fn protected(&self) -> Protected {
        Protected::of_force(self.force)
    }

    async fn why(
        &self,
        environment: &EnvironmentFile,
        settings: &Settings,
        output: &Output,
    ) -> Result<(), Failure> {
        let progress = Progress::new(output.quiet);
        let listener = progress.listener();
        let answer = explain::why::why(environment, settings, &self.why, &listener).await;
        progress.finish();
        let answer = answer.map_err(|error| errors::failure_in(error, environment))?;
        for notice in &answer.notices {
            output.say(notice);
        }
        print(&report_why::text(&answer))?;
        report_why::verdict(&answer)
    }

    fn apply(
        &self,
        explanation: &Explanation,
        source: &SourceFile,
        number: usize,
        output: &Output,
    ) -> Result<(), Failure> {
        let Some(fix) = explanation.fixes.get(number - 1) else {
            let message = match explanation.fixes.len() {
                0 => "there is no fix to apply".to_string(),
                1 => format!("there is no fix {number}, only fix 1"),
                count => format!("there is no fix {number}, only 1 to {count}"),
            };
            return Err(Failure::input(Diagnostic::error("unknown-fix", message)));
        };
        let mut files: Vec<(&Path, Vec<u8>)> = Vec::new();
        if fix.text != source.text() {
            files.push((source.path(), source.encode(&fix.text)));
        }
        for file in &fix.included {
            let bytes = file.before.encode(file.after.text());
            files.push((file.before.path(), bytes));
        }
        let sources = fix.included.iter().map(|file| &*file.before);
        let mut outside = sources
            .chain([source])
            .filter_map(|source| source.refusal(source.path()));
        if let Some(outside) = outside.next() {
            return Err(Failure::input(outside));
        }
        let included = fix.included.iter();
        let included = included.map(|file| (&*file.before, file.after.text()));
        let mut edits = included.chain([(source, &*fix.text)]);
        if let Some(edited) = edits.find_map(|(source, text)| source.edit_before(text)) {
            return Err(Failure::input(edited));
        }
        files::write_all(&files, self.protected())?;
        let names = files.iter().map(|(path, _)| path.display().to_string());
        let names: Vec<String> = names.collect();
        output.tell(&format!("Applied fix {number} to {}", names.join(", ")));
        Ok(())
    }
}

/// The default time limit. The results found until then are printed.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Prints each result as soon as it is found.
struct Human {
    /// Whether nothing is printed, because another format is selected.
    silent: bool,
    output: Output,
    conflicts: usize,
    fixes: usize,
}

impl ExplainObserver for Human {
    fn conflict(&mut self, so_far: &Explanation, conflict: &Conflict) {
        if self.silent {
            return;
        }
        self.conflicts += 1;
        let text = report::conflict(so_far, conflict, self.conflicts);
        // A closed output is not an error.
        let _ = progress::suspend(|| self.output.print(&text));
    }

    fn gone_builds(&mut self, so_far: &Explanation, gone: &GoneBuilds) {
        if self.silent {
            return;
        }
        let text = report::gone_builds(so_far, gone);
        let _ = progress::suspend(|| self.output.print(&text));
    }

    fn fix(&mut self, so_far: &Explanation, fix: &Fix) {
        if self.silent {
            return;
        }
        self.fixes += 1;
        let text = report::fix(so_far, fix, self.fixes);
        let _ = progress::suspend(|| self.output.print(&text));
    }
}
