//! A Dockerfile as its instructions, read as BuildKit reads it
//! (<https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go>):
//! continued lines, comments between them, here-documents, the `escape` directive.

use std::{ops::Range, path::Path, sync::Arc};

use super::{shell, text::Text};
use crate::codes;
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    source::SourceFile,
};

/// The name of the diagnostic for a Dockerfile that BuildKit cannot parse.
pub const SYNTAX: &str = codes::DOCKERFILE_SYNTAX;

/// The name of the diagnostic for an instruction that BuildKit does not know.
pub const UNKNOWN_INSTRUCTION: &str = codes::UNKNOWN_INSTRUCTION;

/// BuildKit's instructions (<https://docs.docker.com/reference/dockerfile/>).
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// The readable part of a Dockerfile.
pub struct Dockerfile {
    source: Arc<SourceFile>,
    /// The line continuation character: `\`, or a backtick if the directive says so.
    pub escape: char,
    /// The instructions, in order.
    pub instructions: Vec<Instruction>,
    /// The errors that BuildKit would also report.
    pub errors: Vec<Diagnostic>,
}

/// An instruction of a Dockerfile.
#[derive(Debug)]
pub struct Instruction {
    /// The name in capitals, such as `RUN`.
    pub keyword: String,
    /// The whole instruction without its here-documents.
    pub span: Range<usize>,
    /// The `--name=value` flags before the arguments.
    pub flags: Vec<Flag>,
    /// The text after the flags.
    pub arguments: Text,
    /// The here-documents that the instruction names, in order.
    pub heredocs: Vec<Text>,
}

/// A flag of an instruction, `--name=value`.
#[derive(Debug)]
pub struct Flag {
    /// Without dashes.
    pub name: String,
    /// Empty for a flag without a value.
    pub value: String,
}

impl Dockerfile {
    /// Whether a file is a Dockerfile: by its name (`Dockerfile`, `Dockerfile.gpu`,
    /// `gpu.Dockerfile`), or by its text, as in [`Dockerfile::begins_one`].
    pub fn is_one(source: &SourceFile) -> bool {
        is_named_so(source.path()) || Self::begins_one(source.text())
    }

    /// Whether a text begins like a Dockerfile: with `FROM`, or with `ARG` before a later
    /// `FROM`.
    pub fn begins_one(text: &str) -> bool {
        let lines = text.lines().map(str::trim_start);
        let mut code = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let begins = |line: &str, keyword: &str| {
            let word = line.split_whitespace().next().unwrap_or_default();
            word.eq_ignore_ascii_case(keyword) && !line.contains(" import ")
        };
        let is_from = |line: &str| begins(line, "FROM");
        let first = code.next().unwrap_or_default();
        is_from(first) || (begins(first, "ARG") && code.any(is_from))
    }

    /// Parses a Dockerfile. Errors are in [`Dockerfile::errors`].
    pub fn read(source: &Arc<SourceFile>) -> Self {
        let mut reader = Reader {
            text: source.text(),
            lines: lines(source.text()),
            next: 0,
            dockerfile: Self {
                source: Arc::clone(source),
                escape: '\\',
                instructions: Vec::new(),
                errors: Vec::new(),
            },
        };
        reader.read_directives();
        while reader.next < reader.lines.len() {
            reader.read_instruction();
        }
        let mut dockerfile = reader.dockerfile;
        dockerfile.check_encoding();
        dockerfile.check_stages();
        dockerfile
    }

    /// The file that was parsed.
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// Makes a location in the file.
    pub fn at(&self, span: Range<usize>) -> Location {
        Location {
            file: Arc::clone(&self.source),
            span,
        }
    }

    /// The place of the first line.
    pub fn start(&self) -> Location {
        let length = self.source.text().lines().next().map_or(0, str::len);
        self.at(0..length)
    }

    fn refuse(&mut self, name: &'static str, span: Range<usize>, message: &str, help: &str) {
        let error = Diagnostic::error(name, message).at(self.at(span), "");
        self.errors.push(error.help(help));
    }

    fn check_encoding(&mut self) {
        if self.source.unusual_encoding() == Some("UTF-16") {
            let message = "the Dockerfile is in UTF-16, which Docker does not read";
            self.refuse(SYNTAX, self.start().span, message, "save it as UTF-8");
        }
    }

    fn check_stages(&mut self) {
        let mut before = self.instructions.iter();
        let before = before.find(|one| one.keyword != "ARG");
        match before.map(|one| (one.keyword == "FROM", one.span.clone())) {
            Some((true, _)) => {}
            Some((false, span)) => self.refuse(
                SYNTAX,
                first_line(self.source.text(), span),
                "there is an instruction before the first `FROM`",
                "move it after `FROM`; only `ARG` can come before it",
            ),
            None if self.errors.is_empty() => self.refuse(
                SYNTAX,
                self.start().span,
                "the Dockerfile has no `FROM`",
                "add the base image: `FROM image:tag`",
            ),
            None => {}
        }
    }
}

/// Whether a file has the name of a Dockerfile.
pub fn is_named_so(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    let is_ignore = name.ends_with(".dockerignore");
    !is_ignore
        && (name == "dockerfile"
            || name.starts_with("dockerfile.")
            || name.ends_with(".dockerfile"))
}

/// Cuts a span to its first line.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let length = text[span.clone()].lines().next().map_or(0, str::len);
    span.start..span.start + length
}

/// The byte ranges of all lines, without line breaks.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let bare = line.trim_end_matches('\n');
        let bare = bare.strip_suffix('\r').unwrap_or(bare);
        let span = start..start + bare.len();
        start += line.len();
        span
    });
    lines.collect()
}

struct Reader<'t> {
    text: &'t str,
    lines: Vec<Range<usize>>,
    next: usize,
    dockerfile: Dockerfile,
}

impl Reader<'_> {
    /// Reads directives such as `# escape=`, which precede everything else.
    fn read_directives(&mut self) {
        let mut seen: Vec<String> = Vec::new();
        for span in self.lines.clone() {
            let line = self.text[span.clone()].trim_start();
            let Some((key, value)) = line
                .strip_prefix('#')
                .and_then(|directive| directive.split_once('='))
            else {
                break;
            };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if !matches!(&*key, "syntax" | "escape" | "check") || seen.contains(&key) {
                break;
            }
            match (&*key, value) {
                ("escape", "`") => self.dockerfile.escape = '`',
                ("escape", "\\") | ("syntax" | "check", _) => {}
                _ => self.dockerfile.refuse(
                    SYNTAX,
                    span,
                    "`escape` is neither a backslash nor a backtick",
                    "write `# escape=\\`, or remove the line",
                ),
            }
            seen.push(key);
            self.next += 1;
        }
    }

    fn read_instruction(&mut self) {
        let Some(line) = self.logical_line() else {
            return;
        };
        let start = line.skip(0, char::is_whitespace);
        let end = line.skip(start, |c| !c.is_whitespace());
        let span = line.span(start..line.len());
        let keyword: String = (start..end).filter_map(|at| line.get(at)).collect();
        let keyword = keyword.to_ascii_uppercase();
        let arguments = line.from(line.skip(end, char::is_whitespace));
        if !INSTRUCTIONS.contains(&&*keyword) {
            return self.refuse_keyword(&keyword, line.span(start..end));
        }
        let is_empty = arguments.len() == 0;
        let heredocs = self.heredocs(&keyword, &arguments);
        let (flags, arguments) = flags(&keyword, arguments);
        if is_empty && keyword != "CMD" && keyword != "ENTRYPOINT" {
            let message = format!("`{keyword}` has no arguments");
            let help = "remove it, or add its arguments";
            self.dockerfile.refuse(SYNTAX, span.clone(), &message, help);
        }
        self.dockerfile.instructions.push(Instruction {
            keyword,
            span,
            flags,
            arguments,
            heredocs,
        });
    }

    fn refuse_keyword(&mut self, keyword: &str, span: Range<usize>) {
        let likeness = |known: &&str| strsim::damerau_levenshtein(known, keyword);
        let nearest = INSTRUCTIONS.into_iter().min_by_key(likeness);
        let help = match nearest.filter(|known| likeness(known) <= 2) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "if this continues the previous line, end that line with `\\`".to_owned(),
        };
        let shown = presolve_text::secrets::redact(&self.text[span.clone()]);
        let message = format!("`{shown}` is not a Dockerfile instruction");
        self.dockerfile
            .refuse(UNKNOWN_INSTRUCTION, span, &message, &help);
    }

    /// Reads a line with its continuation lines; `None` if it is empty or a comment.
    fn logical_line(&mut self) -> Option<Text> {
        let mut line = Text::default();
        let mut is_continued = false;
        while let Some(span) = self.lines.get(self.next).cloned() {
            self.next += 1;
            let bare = self.text[span.clone()].trim_start();
            let is_nothing = bare.is_empty() || bare.starts_with('#');
            if is_nothing && !is_continued {
                return None;
            }
            if is_nothing {
                continue;
            }
            let kept = self.without_continuation(&span);
            line.push(self.text, span.start..kept.unwrap_or(span.end));
            is_continued = kept.is_some();
            if !is_continued {
                break;
            }
        }
        (line.skip(0, char::is_whitespace) < line.len()).then_some(line)
    }

    /// Returns the offset of a line's continuation character, if it has one: it is alone, or
    /// follows a different character.
    fn without_continuation(&self, span: &Range<usize>) -> Option<usize> {
        let escape = self.dockerfile.escape;
        let line = self.text[span.clone()].trim_end_matches([' ', '\t']);
        let before = line.strip_suffix(escape)?;
        (!before.ends_with(escape)).then_some(span.start + before.len())
    }

    /// Reads the here-documents of an instruction, which are below its line.
    fn heredocs(&mut self, keyword: &str, arguments: &Text) -> Vec<Text> {
        if !matches!(keyword, "RUN" | "COPY" | "ADD") {
            return Vec::new();
        }
        let names = shell::heredocs(arguments);
        let bodies = names.into_iter().map(|heredoc| {
            let start = self
                .lines
                .get(self.next)
                .map_or(self.text.len(), |line| line.start);
            while let Some(span) = self.lines.get(self.next).cloned() {
                self.next += 1;
                let line = &self.text[span.clone()];
                let line = if heredoc.strips_tabs {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                if line == heredoc.end {
                    return Text::of(self.text, start..span.start);
                }
            }
            let message = format!("the here-document `{}` does not end", heredoc.end);
            let help = "end it with a line that contains only its name";
            self.dockerfile.refuse(SYNTAX, heredoc.span, &message, help);
            Text::of(self.text, start..self.text.len())
        });
        bodies.collect()
    }
}

/// Splits an instruction into its flags and the arguments after them.
fn flags(keyword: &str, arguments: Text) -> (Vec<Flag>, Text) {
    let mut flags = Vec::new();
    let mut start = 0;
    if !matches!(keyword, "ADD" | "COPY" | "FROM" | "HEALTHCHECK" | "RUN") {
        return (flags, arguments);
    }
    while (arguments.get(start), arguments.get(start + 1)) == (Some('-'), Some('-')) {
        let end = arguments.skip(start, |c| !c.is_whitespace());
        let flag: String = (start + 2..end)
            .filter_map(|at| arguments.get(at))
            .collect();
        let (name, value) = flag.split_once('=').unwrap_or((&flag, ""));
        flags.push(Flag {
            name: name.to_ascii_lowercase(),
            value: value.to_owned(),
        });
        start = arguments.skip(end, char::is_whitespace);
    }
    (flags, arguments.from(start))
}

impl Instruction {
    /// The instruction that `ONBUILD` stores for builds that start from the image
    /// (<https://docs.docker.com/reference/dockerfile/#onbuild>).
    pub fn trigger(&self) -> Option<Self> {
        if self.keyword != "ONBUILD" {
            return None;
        }
        let end = self.arguments.skip(0, |c| !c.is_whitespace());
        let keyword = self.arguments.part(0..end).plain().to_ascii_uppercase();
        let start = self.arguments.skip(end, char::is_whitespace);
        let (flags, arguments) = flags(&keyword, self.arguments.from(start));
        Some(Self {
            keyword,
            span: self.span.clone(),
            flags,
            arguments,
            heredocs: Vec::new(),
        })
    }

    /// Returns the value of a flag.
    pub fn flag(&self, name: &str) -> Option<&str> {
        let mut flags = self.flags.iter();
        let flag = flags.find(|flag| flag.name == name)?;
        Some(&flag.value)
    }
}
