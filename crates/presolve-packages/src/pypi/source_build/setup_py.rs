//! Analyses a `setup.py` without running it: its logical lines, and the unconditional effects
//! of those at the top level.

use std::collections::BTreeSet;

use super::computed;
use pep508_rs::PackageName;
use presolve_parse as parse;

/// Modules that builds import and that a build environment does not have by default, with the
/// projects that provide them. The default backend provides `setuptools`, `pkg_resources` and
/// `wheel`. Modules outside this table are not reported.
const MODULES: [(&str, &str); 18] = [
    ("Cython", "cython"),
    ("cffi", "cffi"),
    ("jinja2", "jinja2"),
    ("mpi4py", "mpi4py"),
    ("numpy", "numpy"),
    ("packaging", "packaging"),
    ("pandas", "pandas"),
    ("pkgconfig", "pkgconfig"),
    ("psutil", "psutil"),
    ("pybind11", "pybind11"),
    ("requests", "requests"),
    ("scipy", "scipy"),
    ("six", "six"),
    ("skbuild", "scikit-build"),
    ("tensorflow", "tensorflow"),
    ("torch", "torch"),
    ("tqdm", "tqdm"),
    ("yaml", "pyyaml"),
];

/// Build requirements whose dependencies are known. With any other requirement, the set of
/// installed modules is unknown.
const BRINGS_NOTHING: [&str; 8] = [
    "setuptools",
    "wheel",
    "cython",
    "pybind11",
    "pip",
    "ninja",
    "cmake",
    "numpy",
];

/// Errors that a `setup.py` catches if it also works without a compiler. `CompileError` is not
/// included, because it is also caught to test compiler flags.
const COMPILER_ERRORS: [&str; 6] = [
    "CCompilerError",
    "LinkError",
    "DistutilsExecError",
    "DistutilsPlatformError",
    "BuildFailed",
    "BuildExtFailed",
];

/// A logical line without comments, and its indentation.
pub(super) struct LogicalLine {
    pub indent: usize,
    pub text: String,
}

/// A parsed `setup.py`.
pub(super) struct SetupPy<'a> {
    text: &'a str,
    lines: Vec<LogicalLine>,
}

/// Kinds of extension modules that a `setup.py` builds.
#[derive(Default)]
pub(super) struct Extensions {
    pub any: bool,
    pub rust: bool,
    pub cuda: bool,
    pub cmake: bool,
    pub mpi: bool,
    pub numpy_distutils: bool,
}

impl<'a> SetupPy<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            lines: logical_lines(text),
        }
    }

    /// Detects the kinds of extension modules.
    pub(super) fn extensions(&self) -> Extensions {
        let mut found = Extensions::default();
        for line in &self.lines {
            let text = &line.text;
            if text.starts_with("class ") || text.starts_with("def ") {
                continue;
            }
            let makes = called(text, "Extension") || called(text, "cythonize");
            found.any |= makes || text.contains("cffi_modules");
            found.rust |= called(text, "RustExtension");
            found.cuda |= called(text, "CUDAExtension") && !text.contains("CppExtension");
            found.cmake |= called(text, "CMakeExtension") || text.contains("'cmake'");
            found.mpi |= text.contains("mpicc");
            found.numpy_distutils |= text.contains("numpy.distutils");
        }
        found
    }

    /// Whether the build continues if extension modules cannot be compiled.
    pub(super) fn is_optional(&self) -> bool {
        let next = self.lines.iter().skip(1).map(Some).chain([None]);
        self.lines.iter().zip(next).any(|(line, next)| {
            let dense: String = line.text.split_whitespace().collect();
            let marks = ["(optional=", ",optional="];
            let mut marked = marks.iter().filter_map(|mark| dense.split_once(mark));
            marked.any(|(_, value)| !value.starts_with("False")) || goes_on(&line.text, next)
        })
    }

    /// What the requirements depend on, apart from the archive; `None` if nothing shows that
    /// they differ between machines.
    pub(super) fn requirements_depend_on(&self) -> Option<&'static str> {
        computed::depends_on(&self.lines)
    }

    /// Whether the file contains a text.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Whether the build of a wheel raises an error: at the top level, or in a top-level `if`
    /// on `bdist_wheel`. The build of a wheel runs this command, with and without PEP 517.
    pub(super) fn refuses(&self) -> bool {
        let mut lines = self.lines.iter().peekable();
        while let Some(line) = lines.next() {
            if line.indent > 0 {
                continue;
            }
            let raises =
                |line: &LogicalLine| line.text == "raise" || line.text.starts_with("raise ");
            if raises(line) {
                return true;
            }
            let body = lines.peek().filter(|body| body.indent > 0);
            if asks_for_wheel(&line.text) && body.is_some_and(|body| raises(body)) {
                return true;
            }
        }
        false
    }

    /// Modules that the file imports unconditionally and that neither the archive nor the
    /// build requirements provide, with their projects.
    pub(super) fn needs(
        &self,
        own: &BTreeSet<String>,
        requires: &[PackageName],
    ) -> Vec<(String, PackageName)> {
        let others = requires
            .iter()
            .any(|name| !BRINGS_NOTHING.contains(&name.as_ref()));
        // The file may extend the import path, or install what it needs.
        let helps_itself = ["sys.path", "fetch_build_eggs", "subprocess", "os.system"];
        if others || helps_itself.iter().any(|way| self.text.contains(way)) {
            return Vec::new();
        }
        let mut needs = Vec::new();
        for module in self
            .lines
            .iter()
            .filter(|line| line.indent == 0)
            .flat_map(imported)
        {
            let known = MODULES.iter().find(|(known, _)| *known == module);
            let Some(Ok(project)) = known.map(|(_, project)| parse::pep::name(project)) else {
                continue;
            };
            let is_there = own.contains(module) || requires.contains(&project);
            if !is_there && !needs.iter().any(|(known, _)| known == module) {
                needs.push((module.to_string(), project));
            }
        }
        needs
    }
}

/// Whether a line catches compiler errors, and the next line does not raise another error.
fn goes_on(text: &str, next: Option<&LogicalLine>) -> bool {
    let names = |error: &str| text.contains(error);
    // A test of a flag or of a library catches both errors, and goes on if it fails.
    let is_test = names("CompileError") && names("LinkError");
    let mut errors = COMPILER_ERRORS.iter();
    let names_one = errors.any(|error| names(error) && !(is_test && *error == "LinkError"));
    let others = ["raise", "from ", "import ", "class "];
    let catches = !others.iter().any(|other| text.starts_with(other));
    let raises =
        text.starts_with("except") && next.is_some_and(|next| next.text.starts_with("raise"));
    names_one && catches && !raises
}

/// Whether a function whose name ends with `name` is called.
fn called(text: &str, name: &str) -> bool {
    text.match_indices(name)
        .any(|(at, _)| text[at + name.len()..].trim_start().starts_with('('))
}

/// Whether a line is an `if` whose condition is true for the build of a wheel.
fn asks_for_wheel(text: &str) -> bool {
    let condition = text.strip_prefix("if").unwrap_or_default();
    let words: Vec<&str> = condition
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .collect();
    let negates = ["not", "and", "else"];
    condition.starts_with([' ', '('])
        && condition.trim_end().ends_with(':')
        && words.contains(&"bdist_wheel")
        && !condition.contains('!')
        && !negates.iter().any(|word| words.contains(word))
}

/// Top-level modules in an `import` or `from` at the start of a line.
fn imported(line: &LogicalLine) -> Vec<&str> {
    let first = |name: &'_ str| name.trim().split([' ', '.', ';']).next().map(str::len);
    let root = |name| first(name).map(|length| &str::trim(name)[..length]);
    if let Some(names) = line.text.strip_prefix("import ") {
        return names.split(',').filter_map(root).collect();
    }
    let module = line.text.strip_prefix("from ");
    module
        .and_then(root)
        .filter(|name| !name.is_empty())
        .into_iter()
        .collect()
}

/// Splits a text into logical lines
/// (<https://docs.python.org/3/reference/lexical_analysis.html>): physical lines are joined
/// within brackets and strings and after a backslash.
fn logical_lines(text: &str) -> Vec<LogicalLine> {
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '#' => {
                length = rest.find('\n').unwrap_or(rest.len());
                rest = &rest[length..];
                continue;
            }
            '\'' | '"' => {
                length = string_length(rest, c);
                // Documentation, or text that is printed.
                if length > 3 && rest[1..].starts_with([c; 2]) {
                    current.push_str("\"\"");
                    rest = &rest[length..];
                    continue;
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '\\' if rest[1..].starts_with(['\n', '\r']) => {
                rest = rest[1..].trim_start_matches('\r');
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                continue;
            }
            '\n' if depth == 0 => {
                push_line(&mut lines, &current);
                current.clear();
                rest = &rest[1..];
                continue;
            }
            _ => {}
        }
        current.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    push_line(&mut lines, &current);
    lines
}

fn push_line(lines: &mut Vec<LogicalLine>, text: &str) {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return;
    }
    let indent = text.trim_end().len() - trimmed.len();
    let text = trimmed.to_string();
    lines.push(LogicalLine { indent, text });
}

/// Length of the string literal at the start, including its quotes, in bytes.
fn string_length(text: &str, quote: char) -> usize {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let (end, lines) = if text.starts_with(&triple) {
        (triple.as_str(), true)
    } else {
        (&triple[..1], false)
    };
    let mut at = end.len();
    while let Some(c) = text[at..].chars().next() {
        if text[at..].starts_with(end) {
            return at + end.len();
        }
        if c == '\n' && !lines {
            return at;
        }
        at += c.len_utf8();
        if c == '\\' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    text.len()
}
