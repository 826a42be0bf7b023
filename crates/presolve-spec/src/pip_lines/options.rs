//! The options of pip's lines: those of the whole list, and those of one requirement.

use super::{Context, PipReader, Role, short};
use crate::{
    Spanned, codes,
    pip_options::{PipOption, Scope},
    variables,
};
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    secrets::redact,
};

/// Help for an option that needs a line of its own.
pub(super) const OWN_LINE: &str = "write it on a line of its own, before the others";

/// The options whose values are requested from a network.
const NETWORK: [&str; 4] = ["index-url", "pypi-url", "extra-index-url", "find-links"];

/// The options on the line of a requirement.
#[derive(Default)]
pub(super) struct OfRequirement {
    /// Those of the requirement itself.
    pub(super) kept: Vec<PipOption>,
    /// Those that pip ignores there.
    pub(super) ignored: Vec<PipOption>,
    /// Those that pip applies to the whole list, as on lines of their own.
    pub(super) shared: Vec<String>,
}

impl PipReader {
    /// Reads a line without a requirement in front. Its subject is an editable project, else
    /// another file, else the options themselves (`ParsedLine.requirement` and
    /// `_parse_and_recurse` of pip).
    pub(super) fn read_options(&mut self, context: &Context<'_>, options: Vec<PipOption>) {
        let subjects = ["editable", "requirement", "constraint"];
        let subject = subjects
            .iter()
            .find_map(|name| options.iter().position(|option| option.name() == *name));
        let Some(subject) = subject else {
            let is_misplaced = |option: &PipOption| option.known.scope == Scope::Requirement;
            let (misplaced, options): (Vec<_>, Vec<_>) =
                options.into_iter().partition(is_misplaced);
            let place = "on a line without a requirement";
            self.warn_of_ignored(context, &misplaced, place, "remove it");
            let is_link = |option: &PipOption| option.name() == "find-links";
            let first_link = options.iter().position(is_link);
            let mut further_links = Vec::new();
            for (index, option) in options.into_iter().enumerate() {
                if is_link(&option) && Some(index) != first_link {
                    further_links.push(option);
                } else {
                    self.read_option(context, option);
                }
            }
            let place = "after another `--find-links`";
            self.warn_of_ignored(context, &further_links, place, OWN_LINE);
            return;
        };
        let mut others = options;
        let subject = others.remove(subject);
        let options = self.of_requirement(context, others);
        match subject.name() {
            "editable" => self.read_editable(context, &subject, options),
            name => {
                let (role, behind) = match name {
                    "requirement" => (Role::Requirement, "on the line of a `-r` file"),
                    _ => (Role::Constraint, "on the line of a `-c` file"),
                };
                let ignored = options.kept.into_iter().chain(options.ignored);
                let ignored: Vec<PipOption> = ignored.collect();
                self.warn_of_ignored(context, &ignored, behind, OWN_LINE);
                let location = context.locate(subject.span.clone());
                let value = context.expand(&subject.value);
                match value.missing.is_empty() {
                    true => self.read_file(context, &value.text, location, role),
                    false => variables::report(value.missing, &location, &mut self.errors),
                }
            }
        }
    }

    /// Sorts the options on the line of a requirement, and reads those that apply to all
    /// lines.
    pub(super) fn of_requirement(
        &mut self,
        context: &Context<'_>,
        options: Vec<PipOption>,
    ) -> OfRequirement {
        let mut of = OfRequirement::default();
        for option in options {
            match option.known.scope {
                Scope::Requirement => of.kept.push(option),
                Scope::File | Scope::Subject => of.ignored.push(option),
                Scope::Anywhere => {
                    of.shared.push(option.as_written());
                    self.read_option(context, option);
                }
            }
        }
        of
    }

    pub(super) fn warn_of_ignored(
        &mut self,
        context: &Context<'_>,
        ignored: &[PipOption],
        place: &str,
        help: &str,
    ) {
        let [first, ..] = ignored else {
            return;
        };
        let written: Vec<String> = ignored.iter().map(PipOption::as_written).collect();
        let written = short(&redact(&written.join(" ")));
        let message = format!("pip ignores `{written}` {place}");
        let location = context.locate(first.whole.clone());
        let warning = Diagnostic::warning(codes::IGNORED_BY_PIP, message).at(location, "");
        self.warnings.push(warning.help(help));
    }

    fn read_option(&mut self, context: &Context<'_>, option: PipOption) {
        let location = context.locate(option.span.clone());
        let expanded = context.expand(&option.value);
        if NETWORK.contains(&option.name()) {
            variables::report(expanded.missing, &location, &mut self.pip.without_value);
        }
        let value = expanded.text.into_owned();
        let spanned = Spanned {
            value: value.clone(),
            location: location.clone(),
        };
        let options = &mut self.pip.options;
        options.written.push(Spanned {
            value: option.as_written(),
            location: location.clone(),
        });
        match option.name() {
            "index-url" | "pypi-url" => options.index_url = Some(spanned),
            "extra-index-url" => options.extra_index_urls.push(spanned),
            "no-index" => options.no_index = true,
            "find-links" => options.find_links.push(spanned),
            "pre" => options.releases.all_releases.all = true,
            "prefer-binary" => options.prefer_binary = true,
            "require-hashes" => options.require_hashes = true,
            "only-binary" | "no-binary" => {
                let read = options.formats.read(&value, option.name() == "only-binary");
                if self.has_setup_options {
                    options.formats.disallow_wheels();
                }
                self.read_projects(read, location);
            }
            "all-releases" | "only-final" => {
                let read = options
                    .releases
                    .read(&value, option.name() == "all-releases");
                self.read_projects(read, location);
            }
            // The other options affect how pip fetches or builds, not what it selects.
            _ => {}
        }
    }

    /// Reports a value that names no project.
    fn read_projects(&mut self, read: Result<(), String>, location: Location) {
        if let Err(name) = read {
            let message = format!("`{}` is not a project name", redact(&name));
            let error = Diagnostic::error(codes::BAD_PIP_OPTION, message);
            self.errors.push(error.at(location, ""));
        }
    }
}
