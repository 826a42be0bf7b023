//! Explains why a file cannot be solved: the conflicting lines and the demands of each of
//! them.

use rattler_conda_types::Subdir;

use crate::{codes, places, virtual_packages};
use presolve_explain::{GoneBuilds, words};
use presolve_packages::intended;
use presolve_parse as parse;
use presolve_registry::{
    conda::{channels::SpecChannel, repodata::MissingName},
    pypi::popular,
};
use presolve_resolve::Resolution;
use presolve_solve::{
    Conflict, Declared, DeclaredKind, Missing,
    conflict::{Nearest, required_virtual},
};
use presolve_spec::selector::Selector;
use presolve_text::diagnostic::{Diagnostic, FailureKind, Location};

/// Returns the failure kind of a resolution without a solution. A name that does not exist is
/// an input error, not a conflict.
pub fn kind(resolution: &Resolution) -> FailureKind {
    let missing = resolution.unsolvable().map(|found| &found.missing[..]);
    let is_in_file = |missing: &Missing| {
        let name = &missing.name;
        !name.starts_with("__") && resolution.declared[missing.declared].names(name)
    };
    if missing.is_some_and(|missing| missing.iter().any(is_in_file)) {
        FailureKind::Input
    } else {
        FailureKind::Unsolvable
    }
}

/// Returns the diagnostics of a resolution without a solution; empty if it has one.
pub fn diagnostics(resolution: &Resolution) -> Vec<Diagnostic> {
    let view = View {
        subdir: resolution.subdir,
        channels: &resolution.channels,
        declared: &resolution.declared,
        places: &resolution.places,
        missing: &resolution.missing,
    };
    let conflict = resolution.unsolvable();
    conflict.map_or_else(Vec::new, |conflict| view.diagnostics(conflict))
}

/// The maximum number of such lines that are shown.
const LINES_SHOWN: usize = 3;

/// The data for the sentences on a conflict.
pub struct View<'v> {
    /// The platform.
    pub subdir: Subdir,
    /// The channels.
    pub channels: &'v [SpecChannel],
    /// The declared requirements.
    pub declared: &'v [Declared],
    /// The position of each requirement in its file; `None` for those that conda adds by
    /// itself, and for the Python of the settings.
    pub places: &'v [Option<Location>],
    /// Names of conda lines that no channel has.
    pub missing: &'v [MissingName],
}

impl View<'_> {
    /// Returns the diagnostics of a conflict.
    pub fn diagnostics(&self, conflict: &Conflict) -> Vec<Diagnostic> {
        let missing = conflict.missing.iter();
        let missing: Vec<_> = missing
            .map(|missing| self.missing_package(missing))
            .collect();
        if !missing.is_empty() {
            return missing;
        }
        vec![self.clash(conflict)]
    }

    /// Returns the diagnostic on lines whose builds no channel has.
    pub fn gone_builds(&self, gone: &GoneBuilds) -> Diagnostic {
        let count = gone.lines.len();
        let message = format!(
            "{count} lines name builds that no channel has for {}",
            self.subdir
        );
        let mut diagnostic = Diagnostic::error(codes::GONE_BUILDS, message);
        for &line in gone.lines.iter().take(LINES_SHOWN) {
            if let Some(place) = &self.places[line] {
                diagnostic = diagnostic.at(place.clone(), String::new());
            }
        }
        if count > LINES_SHOWN {
            let more = count - LINES_SHOWN;
            let lines = if more == 1 { "line" } else { "lines" };
            diagnostic = diagnostic.note(format!("and {more} more such {lines}"));
        }
        if let Some(subdir) = gone.found_for {
            let note = format!("the channels have them for {subdir}: the file was exported there");
            diagnostic = diagnostic.note(note);
        }
        diagnostic.help("export without builds: `conda env export --no-builds`")
    }

    /// The version of Python among the lines of a conflict that the settings name, not the file.
    pub fn set_python(&self, conflict: &Conflict) -> Option<&str> {
        let lines = conflict.lines.iter();
        let mut unplaced = lines.filter(|line| self.places[**line].is_none());
        let python = unplaced.find(|line| self.declared[**line].names("python"))?;
        let text = &self.declared[*python].text;
        Some(text.strip_prefix("python=").unwrap_or(text))
    }

    fn clash(&self, conflict: &Conflict) -> Diagnostic {
        let python = self.set_python(conflict);
        let lines = conflict.lines.len() - usize::from(python.is_some());
        let target = match python {
            Some(python) => format!("{} with Python {python}", self.subdir),
            None => self.subdir.to_string(),
        };
        let message = match lines {
            0 => format!("there is no solution for {target}"),
            1 => format!("this line cannot be satisfied on {target}"),
            _ => format!("these {lines} lines conflict on {target}"),
        };
        let mut diagnostic = Diagnostic::error("unsolvable", message);
        let mut implied = Vec::new();
        for &line in &conflict.lines {
            match &self.places[line] {
                Some(place) => diagnostic = diagnostic.at(place.clone(), String::new()),
                None => implied.push(&self.declared[line]),
            }
        }
        for line in implied {
            let by = places::outside_files(line);
            diagnostic = diagnostic.note(format!("`{}` is {by}", line.text));
        }
        for case in &conflict.cases {
            for fact in words::facts(case, self.declared) {
                diagnostic = diagnostic.note(fact);
            }
            if let Some(Nearest::Virtual { name, required, .. }) = &case.nearest {
                let help = virtual_packages::help(name, required.as_deref(), self.subdir);
                diagnostic = diagnostic.help(help);
            }
        }
        if !conflict.minimal {
            let note = "the time limit stopped the search for the conflicting lines";
            diagnostic = diagnostic.note(note);
        } else if conflict.cases.is_empty() {
            let note = "they conflict only through a chain of choices that is too long to show";
            diagnostic = diagnostic.note(note);
        }
        diagnostic
            .help
            .extend(relax(lines, python.is_some()).filter(|_| conflict.minimal));
        diagnostic
    }

    fn missing_package(&self, missing: &Missing) -> Diagnostic {
        let name = &missing.name;
        let diagnostic = if name.starts_with("__") {
            let message = format!("the target has no virtual package `{name}`");
            let required = self.required_virtual(missing);
            let help = virtual_packages::help(name, required.as_deref(), self.subdir);
            Diagnostic::error(codes::MISSING_VIRTUAL_PACKAGE, message).help(help)
        } else if missing.conda {
            self.missing_conda(name)
        } else {
            let message = format!("no package index has a project `{name}`");
            let diagnostic = Diagnostic::error(codes::UNKNOWN_PROJECT, message);
            let intended = intended_project(name);
            let diagnostic = intended
                .into_iter()
                .fold(diagnostic, |diagnostic, help| diagnostic.help(help));
            diagnostic
                .help("check the spelling, or add the index that has it with --extra-index-url")
        };
        match &self.places[missing.declared] {
            Some(place) => {
                let selector = Selector::of(place).filter(|_| missing.conda);
                let diagnostic = match selector {
                    Some(selector) => selected(diagnostic, &selector, self.subdir),
                    None => diagnostic,
                };
                let asks = if self.declared[missing.declared].names(name) {
                    "asked for here"
                } else {
                    "needed by this line"
                };
                diagnostic.at(place.clone(), asks)
            }
            None => diagnostic,
        }
    }

    /// The version of a virtual package that its line asks for.
    fn required_virtual(&self, missing: &Missing) -> Option<String> {
        let line = &self.declared[missing.declared];
        let DeclaredKind::Conda(spec) = &line.kind else {
            return None;
        };
        if !line.names(&missing.name) {
            return None;
        }
        required_virtual(None, spec.version.as_ref(), spec.build.as_ref())
    }

    fn missing_conda(&self, name: &str) -> Diagnostic {
        let channels: Vec<_> = self.channels.iter().map(|c| c.name.as_str()).collect();
        let message = format!("no package `{name}` in {}", channels.join(", "));
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_PACKAGE, message);
        let mut known = self.missing.iter();
        let known = known.find(|missing| missing.name.as_normalized() == name);
        let nearest = known
            .map(|missing| missing.suggestions.as_slice())
            .unwrap_or_default();
        if let Some(package) = intended::in_conda(name) {
            diagnostic = diagnostic.help(format!("did you mean `{package}`?"));
        } else if nearest.is_empty() {
            return diagnostic.help("check the spelling, or add the channel that has it");
        }
        for suggestion in nearest {
            let (name, channel) = (suggestion.name.as_normalized(), &suggestion.channel);
            diagnostic = diagnostic.help(format!("{channel} has `{name}`"));
        }
        diagnostic
    }
}

/// Returns what to do about lines that conflict with each other, or with the Python of the
/// settings.
fn relax(lines: usize, has_set_python: bool) -> Option<String> {
    let relax = match lines {
        0 => return None,
        1 => "relax this line".to_owned(),
        _ => format!("relax any one of these {lines} lines"),
    };
    match (lines, has_set_python) {
        (1, false) => None,
        (_, false) => Some(format!("{relax}; the rest can then be satisfied")),
        (_, true) => Some(format!(
            "{relax}, or name another Python with `--python-version`"
        )),
    }
}

/// Asks for the project that a name probably stands for.
fn intended_project(name: &str) -> Option<String> {
    let name = parse::pep::name(name).ok()?;
    let project = match intended::on_pypi(&name) {
        Some((project, _)) => project.to_owned(),
        None => popular::nearest(&name)?.to_string(),
    };
    Some(format!("did you mean `{project}`?"))
}

/// Explains that a line has a selector that conda ignores, so its name may be correct.
fn selected(mut diagnostic: Diagnostic, selector: &Selector, subdir: Subdir) -> Diagnostic {
    if selector.includes(subdir) == Some(false) {
        // The name is correct for other platforms, so similar names are no help.
        diagnostic.help.clear();
        diagnostic = diagnostic.help(format!(
            "write one file for each platform, or lock it with `--format conda-lock`, which leaves the line out for {subdir}"
        ));
    }
    diagnostic.note(format!(
        "`{selector}` is a selector of conda-lock: conda ignores it and installs the line on every platform"
    ))
}
