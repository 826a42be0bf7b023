//! Suppressions of accepted findings: `# presolve: ignore[rule] reason` on the line or above
//! it, and `[[check.suppress]]` in `presolve.toml`.

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

/// The beginning of a suppression in a comment, after its `#`.
const MARK: &str = "presolve: ignore[";

/// One rule in a suppression comment.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The name of the rule as written.
    pub rule: String,
    /// The place of the name.
    pub location: Location,
    /// The range of all names between the brackets.
    pub names: Range<usize>,
    /// The whole suppression, from its `#` to the end of its reason.
    pub whole: Range<usize>,
    /// A reason follows the brackets.
    pub has_reason: bool,
    /// It is the first name between the brackets.
    pub is_first: bool,
    /// The lines that the suppression applies to, from 1.
    lines: RangeInclusive<usize>,
    used: Cell<bool>,
}

impl Comment {
    /// Whether it has suppressed a finding.
    pub fn is_used(&self) -> bool {
        self.used.get()
    }

    fn silences(&self, finding: &Finding, line: usize) -> bool {
        self.lines.contains(&line)
            && self.rule == finding.rule.name
            && self.location.file.path() == finding.location().file.path()
    }
}

/// The suppressions in a file and in the files that it includes.
#[derive(Debug, Default)]
pub struct Comments {
    own: Vec<Comment>,
    included: Vec<Comment>,
}

impl Comments {
    /// Reads the suppressions of a file, and of the other files that its findings are in.
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

/// Removes the findings that comments and settings suppress, and adds those about the file's
/// own comments. Returns the rest, and the number of suppressed ones. `looked_for` says
/// whether all findings of a rule are there. Only then can an unused suppression be
/// reported.
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

/// Reads the suppressions of a text.
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
        // A comment line applies to the next other line. Findings about the whole file are at
        // its first line, which may be a comment, so the range begins at the comment.
        for mut comment in above.drain(..) {
            comment.lines = *comment.lines.start()..=number;
            list.push(comment);
        }
        list.append(&mut found);
    }
    list.append(&mut above);
    list
}

/// Reads the suppressions of one line, which begins at byte `start`.
fn read_line(source: &Arc<SourceFile>, start: usize, line: &str, number: usize) -> Vec<Comment> {
    let Some(mark) = line.find(MARK) else {
        return Vec::new();
    };
    let before = line[..mark].trim_end();
    let begins_comment = before.strip_suffix('#').is_some_and(|before| {
        // In YAML and pip files, `#` begins a comment only after a blank.
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

/// The suppressions of the settings, each with a flag that says whether it was used.
#[derive(Default)]
pub struct Accepted {
    list: Vec<(Suppress, Option<Patterns>, AtomicBool)>,
}

impl Accepted {
    /// Reads the suppressions of the `presolve.toml` in a folder.
    ///
    /// # Errors
    /// A failure if a path is not a pattern, or a name is not that of a rule.
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

    /// Whether the settings suppress a finding of an environment file: for that file, or for
    /// the included file that the finding is in.
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

/// Adds the place of the rule's name in the `presolve.toml` of a folder to a failure.
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
