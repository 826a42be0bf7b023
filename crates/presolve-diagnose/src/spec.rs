//! The lines of the environment file that a problem refers to.

use rattler_conda_types::PackageName as CondaName;

use super::{Facts, Named};
use presolve_parse as parse;
use presolve_spec::{EnvironmentFile, PipRequirement, PipRequirementKind};
use presolve_text::diagnostic::{Label, Location};

/// Returns the lines of a file that a problem of its build refers to, in the order of the
/// file. `refused` are the positions of unreadable lines.
pub fn lines(named: &Named, environment: &EnvironmentFile, refused: &[Location]) -> Vec<Label> {
    let facts = &named.facts;
    let mut labels = Vec::new();
    for requirement in values(facts, "requirement") {
        let is_it = |location: &&Location| location.text().trim_matches(['"', '\'']) == requirement;
        let places = refused.iter().filter(is_it);
        labels.extend(places.map(|location| label(location, "this cannot be read")));
    }
    for package in values(facts, "package") {
        labels.extend(asked_for(environment, package));
    }
    if labels.is_empty() {
        labels.extend(pip_line(environment, refused, facts));
    }
    labels.extend(servers(environment, facts));
    if facts.contains_key("python") {
        let python = asked_for(environment, "python").into_iter();
        labels.extend(python.map(|label| Label {
            text: "this sets the Python version".to_owned(),
            ..label
        }));
    }
    let mut seen: Vec<Location> = Vec::new();
    labels.retain(|label| {
        let is_new = !seen.contains(&label.location);
        seen.push(label.location.clone());
        is_new
    });
    labels.sort_by_key(|label| label.location.span.start);
    labels
}

fn values<'f>(facts: &'f Facts, name: &str) -> impl Iterator<Item = &'f str> {
    facts.get(name).into_iter().flatten().map(String::as_str)
}

fn label(location: &Location, text: &str) -> Label {
    Label {
        location: location.clone(),
        text: text.to_owned(),
    }
}

/// Returns the conda and pip lines that request a package by name.
fn asked_for(environment: &EnvironmentFile, package: &str) -> Vec<Label> {
    const TEXT: &str = "asked for here";
    let mut labels = Vec::new();
    if let Ok(name) = CondaName::try_from(package.to_owned()) {
        let name = name.as_normalized();
        let lines = environment.conda.iter();
        let lines = lines.filter(|line| line.spec.name.to_string().eq_ignore_ascii_case(name));
        labels.extend(lines.map(|line| label(&line.location, TEXT)));
    }
    if let Ok(name) = parse::pep::name(package) {
        let lines = environment.pip.requirements.iter();
        let lines = lines.filter(|line| name_of(line) == Some(&name));
        labels.extend(lines.map(|line| label(&line.location, TEXT)));
    }
    labels
}

fn name_of(line: &PipRequirement) -> Option<&pep508_rs::PackageName> {
    match &line.kind {
        PipRequirementKind::Named(named) => Some(&named.name),
        PipRequirementKind::Opaque { name, .. } => name.as_ref(),
    }
}

/// Returns the pip line that pip cites by number: `(from -r requirements.txt (line 39))`.
/// conda writes the pip list to a file `condaenv.x.requirements.txt`, one entry per line
/// (conda/env/installers/pip.py).
fn pip_line(environment: &EnvironmentFile, refused: &[Location], facts: &Facts) -> Option<Label> {
    const TEXT: &str = "the log names this line";
    let file = values(facts, "file").last()?;
    let number: usize = values(facts, "line").last()?.parse().ok()?;
    let file = file.rsplit(['/', '\\']).next()?;
    if !file.starts_with("condaenv.") {
        let mut lines = environment.pip.requirements.iter();
        let line = lines.find(|line| {
            let path = line.location.file.path();
            path.file_name().is_some_and(|name| name == file)
                && line.location.line_column().0 == number
        })?;
        return Some(label(&line.location, TEXT));
    }
    let requirements = environment.pip.requirements.iter();
    let requirements = requirements.filter(|line| line.in_environment);
    let options = environment.pip.options.written.iter();
    let mut entries: Vec<&Location> = requirements
        .map(|line| &line.location)
        .chain(options.map(|option| &option.location))
        .filter(|location| std::sync::Arc::ptr_eq(&location.file, &environment.source))
        .collect();
    // Unreadable lines count too. Those after the first pip line belong to the pip list.
    let first = entries.iter().map(|location| location.span.start).min();
    let is_of_pip = |location: &&Location| Some(location.span.start) > first && first.is_some();
    entries.extend(refused.iter().filter(is_of_pip));
    entries.sort_by_key(|location| location.span.start);
    entries.dedup_by_key(|location| location.span.start);
    let entry = entries.get(number.checked_sub(1)?)?;
    Some(label(entry, TEXT))
}

/// Returns the channels and index options with the server in the log.
fn servers(environment: &EnvironmentFile, facts: &Facts) -> Vec<Label> {
    let mut labels = Vec::new();
    for channel in &environment.channels {
        let is_named = values(facts, "channel").any(|named| named == channel.value);
        let is_asked = values(facts, "url").any(|url| is_of_channel(url, &channel.value));
        if is_named || is_asked {
            labels.push(label(&channel.location, "this channel"));
        }
    }
    for option in &environment.pip.options.written {
        if values(facts, "host").any(|host| option.value.contains(host)) {
            labels.push(label(&option.location, "this server"));
        }
    }
    labels
}

/// Whether a URL belongs to a channel: `https://conda.anaconda.org/bioconda/noarch/…` belongs
/// to `bioconda`, and to `https://conda.anaconda.org/bioconda`.
fn is_of_channel(url: &str, channel: &str) -> bool {
    if channel.contains("://") {
        return url.starts_with(channel.trim_end_matches('/'));
    }
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let path = behind.split_once('/').map_or("", |(_, path)| path);
    let behind = path.strip_prefix(channel);
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Log, LogVerdict, diagnose};
    use presolve_spec::host::{CondaFile, Host};
    use presolve_text::source::SourceFile;

    const FILE: &str = "\
channels:
  - bioconda
  - conda-forge
dependencies:
  - python=3.12
  - Pillow=9
  - pip
  - pip:
      - --extra-index-url https://feed.example/simple
      - scikit_learn==1.0
      - git+https://git.example/a/b.git
";

    fn places(log: &str) -> Vec<(usize, String)> {
        places_in(FILE, log)
    }

    fn places_in(text: &str, log: &str) -> Vec<(usize, String)> {
        let file = SourceFile::from_text("environment.yml", text);
        let reading = CondaFile::default().read(&file, &[]);
        let environment = reading.environment.expect("readable");
        let refused = reading.errors.iter().map(|error| &error.labels[0].location);
        let refused: Vec<Location> = refused.cloned().collect();
        let LogVerdict::Named(named) = diagnose(&Log::read(log.as_bytes())).verdict else {
            panic!("not named");
        };
        let labels = lines(&named, &environment, &refused).into_iter();
        labels
            .map(|label| (label.location.line_column().0, label.text))
            .collect()
    }

    #[test]
    fn packages_are_found_by_their_normalised_names() {
        let log = "PackagesNotFoundError: The following packages are not available from current channels:\n\n  - pillow=9\n";
        assert_eq!(places(log), [(6, "asked for here".to_owned())]);
        let log = "ERROR: No matching distribution found for scikit-learn==1.0\n";
        assert_eq!(places(log), [(10, "asked for here".to_owned())]);
    }

    #[test]
    fn the_number_of_a_line_of_condas_own_file_counts_the_entries() {
        let log = "ERROR: Invalid requirement: 'x y' (from line 3 of /tmp/condaenv.a1.requirements.txt)\n";
        assert_eq!(places(log), [(11, "the log names this line".to_owned())]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_shown_and_counted() {
        let file = FILE.replace(
            "      - scikit_learn==1.0",
            "      - numpy=1.26\n      - scikit_learn==1.0",
        );
        let log = "ERROR: Invalid requirement: 'numpy=1.26': Expected end or semicolon\n    numpy=1.26\n         ^ (from line 2 of /tmp/condaenv.a1.requirements.txt)\nHint: = is not a valid operator. Did you mean == ?\n";
        assert_eq!(
            places_in(&file, log),
            [(10, "this cannot be read".to_owned())]
        );
        let log = "ERROR: Invalid requirement: 'x y' (from line 3 of /tmp/condaenv.a1.requirements.txt)\n";
        assert_eq!(
            places_in(&file, log),
            [(11, "the log names this line".to_owned())]
        );
    }

    #[test]
    fn what_a_problem_is_named_after_is_a_package() {
        let file = FILE.replace("scikit_learn==1.0", "mpi4py==3.1.6");
        let log = "  error: Cannot find 'mpi.h' header. Check your configuration!!!\nERROR: Failed building wheel for mpi4py\n";
        assert_eq!(places_in(&file, log), [(10, "asked for here".to_owned())]);
    }

    #[test]
    fn channels_and_indexes_are_found_by_their_urls() {
        let log = "CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://conda.anaconda.org/bioconda/noarch/repodata.json>\n";
        assert_eq!(places(log), [(2, "this channel".to_owned())]);
        let log =
            "WARNING: 401 Error, Credentials not correct for https://feed.example/simple/a/\n";
        assert_eq!(places(log), [(9, "this server".to_owned())]);
    }

    #[test]
    fn the_python_is_shown_that_a_package_does_not_allow() {
        let log =
            "ERROR: Package 'scikit-learn' requires a different Python: 3.12.1 not in '<3.11'\n";
        let expected = [(5, "this sets the Python version"), (10, "asked for here")];
        assert_eq!(
            places(log),
            expected.map(|(line, text)| (line, text.to_owned()))
        );
    }
}
