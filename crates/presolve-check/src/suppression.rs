//! Findings that are known and accepted: `# presolve: ignore[rule] reason` on the line
//! or above it, and `[[check.suppress]]` of `presolve.toml`.

use std::{
    cell::Cell,
    ops::{Range, RangeInclusive},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{Selection, patterns::Patterns};
use crate::rules::{Finder, Finding, Rule};
use presolve_config::check::Suppress;
pub use presolve_config::presolve_toml;
use presolve_text::{
    diagnostic::{Failure, Location},
    files::Fence,
    source::SourceFile,
};

/// What begins a suppression in a comment, after its `#`.
const MARK: &str = "presolve: ignore[";

/// A rule that a comment silences.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The rule's name, as it is written.
    pub rule: String,
    /// Position of the name.
    pub location: Location,
    /// Span of the names between the brackets.
    pub names: Range<usize>,
    /// The whole of it, from its `#` to the end of its reason.
    pub whole: Range<usize>,
    /// Whether a reason follows.
    pub has_reason: bool,
    /// It is the first name between the brackets.
    pub is_first: bool,
    /// The lines that it is about, from 1.
    lines: RangeInclusive<usize>,
    used: Cell<bool>,
}

impl Comment {
    /// Whether it silenced anything.
    pub fn is_used(&self) -> bool {
        self.used.get()
    }

    fn silences(&self, finding: &Finding, line: usize) -> bool {
        self.lines.contains(&line)
            && self.rule == finding.rule.name
            && self.location.file.path() == finding.location().file.path()
    }
}

/// The suppressions of a file, and of those that it includes.
#[derive(Debug, Default)]
pub struct Comments {
    own: Vec<Comment>,
    included: Vec<Comment>,
}

impl Comments {
    /// Reads the suppressions of a file, and of the files in which it has findings.
    pub fn of(source: &Arc<SourceFile>, findings: &[Finding]) -> Self {
        let mut files = vec![source];
        let mut included = Vec::new();
        for finding in findings {
            let file = &finding.location().file;
            if files.iter().all(|known| known.path() != file.path()) {
                files.push(file);
                included.extend(read(file));
            }
        }
        Self {
            own: read(source),
            included,
        }
    }

    fn silence(&self, finding: &Finding) -> bool {
        let mut comments = self.own.iter().chain(&self.included);
        let (line, _) = finding.location().line_column();
        let silences = comments.find(|comment| comment.silences(finding, line));
        if let Some(comment) = silences {
            comment.used.set(true);
        }
        silences.is_some()
    }
}

/// Takes out what the comments and the settings silence, and adds what is wrong with the
/// comments of the file itself; gives the rest, and how many were silenced. `looked_for`
/// says of which rules all findings are there: only these can show that a suppression
/// silences nothing.
pub fn silence(
    source: &Arc<SourceFile>,
    findings: Vec<Finding>,
    accepted: &Accepted,
    selection: &Selection,
    looked_for: &dyn Fn(&Rule) -> bool,
) -> (Vec<Finding>, usize) {
    let comments = Comments::of(source, &findings);
    let is_left =
        |finding: &Finding| !comments.silence(finding) && !accepted.silence(finding, source.path());
    let mut silenced = findings.len();
    let mut left: Vec<Finding> = findings.into_iter().filter(is_left).collect();
    silenced -= left.len();
    let looked_for = |rule: &Rule| selection.has(rule) && looked_for(rule);
    let found: Vec<Finding> = selection
        .rules()
        .filter_map(|rule| match rule.finder {
            Finder::Suppressions(find) => Some(find(&comments.own, &looked_for)),
            _ => None,
        })
        .flatten()
        .collect();
    let found = selection.apply(found);
    silenced += found.len();
    let found: Vec<Finding> = found.into_iter().filter(is_left).collect();
    silenced -= found.len();
    left.extend(found);
    (left, silenced)
}

/// The suppressions of a text.
fn read(source: &Arc<SourceFile>) -> Vec<Comment> {
    let mut list = Vec::new();
    let mut above: Vec<Comment> = Vec::new();
    let mut start = 0;
    for (index, line) in source.text().split_inclusive('\n').enumerate() {
        let number = index + 1;
        let mut found = read_line(source, start, line.trim_end(), number);
        start += line.len();
        if line.trim_start().starts_with('#') {
            above.append(&mut found);
            continue;
        }
        // Comment lines are about the line below them; what is said of the file as a
        // whole is said at its first line, which may be one of them.
        for mut comment in above.drain(..) {
            comment.lines = *comment.lines.start()..=number;
            list.push(comment);
        }
        list.append(&mut found);
    }
    list.append(&mut above);
    list
}

/// The suppressions of one line, which begins at `start`.
fn read_line(source: &Arc<SourceFile>, start: usize, line: &str, number: usize) -> Vec<Comment> {
    let Some(mark) = line.find(MARK) else {
        return Vec::new();
    };
    let before = line[..mark].trim_end();
    let begins_comment = before.strip_suffix('#').is_some_and(|before| {
        // YAML and pip take `#` for a comment after a blank only.
        before.is_empty() || before.ends_with([' ', '\t'])
    });
    let names = mark + MARK.len();
    let Some(length) = line[names..].find(']').filter(|_| begins_comment) else {
        return Vec::new();
    };
    let reason = names + length + 1;
    let end = line[reason..]
        .find(" #")
        .map_or(line.len(), |at| reason + at);
    let mut at = start + names;
    let mut comments = Vec::new();
    for name in line[names..names + length].split(',') {
        let blanks = name.len() - name.trim_start().len();
        let rule = name.trim().to_owned();
        let span = at + blanks..at + blanks + rule.len();
        comments.push(Comment {
            rule,
            location: Location {
                file: Arc::clone(source),
                span,
            },
            names: start + names..start + names + length,
            whole: start + before.len() - 1..start + end,
            has_reason: !line[reason..end].trim().is_empty(),
            is_first: comments.is_empty(),
            lines: number..=number,
            used: Cell::new(false),
        });
        at += name.len() + 1;
    }
    comments
}

/// The suppressions of the settings, and which of them were used.
#[derive(Default)]
pub struct Accepted {
    list: Vec<(Suppress, Option<Patterns>, AtomicBool)>,
}

impl Accepted {
    /// Those of the `presolve.toml` in a folder.
    ///
    /// # Errors
    /// A failure if a path is not a pattern, or there is no rule of a name.
    pub fn new(list: &[Suppress], folder: &Path) -> Result<Self, Failure> {
        let list = list.iter().map(|suppress| {
            super::selection::check_name(suppress.rule.get_ref())
                .map_err(|failure| placed(failure, suppress, folder))?;
            let path = suppress.path.as_deref();
            let patterns = path.map(|path| Patterns::new("path", [path], folder));
            Ok((
                suppress.clone(),
                patterns.transpose()?,
                AtomicBool::new(false),
            ))
        });
        Ok(Self {
            list: list.collect::<Result<_, Failure>>()?,
        })
    }

    /// Whether a finding of an environment file is silenced: for that file, or for the
    /// one that it includes and that the finding is in.
    fn silence(&self, finding: &Finding, environment: &Path) -> bool {
        let included = finding.location().file.path();
        let silences = self.list.iter().find(|(suppress, patterns, _)| {
            let here = |patterns: &Patterns| {
                patterns.has(environment, false) || patterns.has(included, false)
            };
            suppress.rule.get_ref() == finding.rule.name && patterns.as_ref().is_none_or(here)
        });
        if let Some((.., used)) = silences {
            used.store(true, Ordering::Relaxed);
        }
        silences.is_some()
    }

    /// Returns the suppressions that matched no finding.
    pub fn unused(&self) -> impl Iterator<Item = &Suppress> {
        let list = self.list.iter();
        list.filter(|(.., used)| !used.load(Ordering::Relaxed))
            .map(|(suppress, ..)| suppress)
    }
}

/// A failure with the place of the rule's name in the `presolve.toml` of a folder.
fn placed(mut failure: Failure, suppress: &Suppress, folder: &Path) -> Failure {
    let path = folder.join(presolve_toml::FILE_NAME);
    let fence = Fence::around(&path, None);
    if let Ok(file) = SourceFile::read(path, &fence) {
        let span = suppress.rule.span();
        for diagnostic in &mut failure.diagnostics {
            let (file, span) = (Arc::clone(&file), span.clone());
            *diagnostic = diagnostic.clone().at(Location { file, span }, "");
        }
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<(String, RangeInclusive<usize>, bool)> {
        let read = read(&SourceFile::from_text("e.yml", text)).into_iter();
        read.map(|comment| (comment.rule, comment.lines, comment.has_reason))
            .collect()
    }

    fn one(
        rule: &str,
        lines: RangeInclusive<usize>,
        has_reason: bool,
    ) -> Vec<(String, RangeInclusive<usize>, bool)> {
        vec![(rule.to_owned(), lines, has_reason)]
    }

    #[test]
    fn a_comment_is_about_its_line_or_the_next_one() {
        assert_eq!(
            comments("- a # presolve: ignore[x] why\n"),
            one("x", 1..=1, true)
        );
        assert_eq!(
            comments("# presolve: ignore[x]\n# more\n- a\n- b\n"),
            one("x", 1..=3, false)
        );
        assert_eq!(
            comments("- a\n# presolve: ignore[x]\n\n- b\n"),
            one("x", 2..=3, false)
        );
        assert_eq!(
            comments("#presolve: ignore[ x ] #why\n"),
            one("x", 1..=1, false)
        );
    }

    #[test]
    fn what_is_no_comment_silences_nothing() {
        for text in [
            "- presolve: ignore[x]\n",
            "- a#presolve: ignore[x]\n",
            "- a # presolve: ignore[x\n",
            "- a # see presolve: ignore[x]\n",
        ] {
            assert_eq!(comments(text), Vec::new(), "{text}");
        }
    }

    #[test]
    fn several_rules_can_be_named_behind_other_comments() {
        let text = "- numpy=1=0  # presolve: numpy # presolve: ignore[x, y] known # more\n";
        let read = read(&SourceFile::from_text("e.yml", text));
        let names: Vec<&str> = read.iter().map(|comment| comment.location.text()).collect();
        assert_eq!(names, ["x", "y"]);
        assert_eq!(
            &text[read[0].whole.clone()],
            "# presolve: ignore[x, y] known"
        );
        assert_eq!(&text[read[1].names.clone()], "x, y");
    }
}
