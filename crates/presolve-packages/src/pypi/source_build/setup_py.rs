//! Reads a `setup.py` as far as that is possible without running it: its logical
//! lines, and what those at the top level do whatever happens.

use std::collections::BTreeSet;

use pep508_rs::PackageName;
use presolve_parse as parse;

/// Modules that builds import and that no build environment has by itself, with
/// the projects that have them. `setuptools`, `pkg_resources` and `wheel` are there
/// with the default backend; what is not in this table is not judged.
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

/// Build requirements that bring nothing else along, and those that bring one of
/// the table: with any other one it is not known what is there.
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

/// What `setup.py` catches if it goes on without a compiler. A `CompileError` alone
/// is caught to try out flags.
const COMPILER_ERRORS: [&str; 6] = [
    "CCompilerError",
    "LinkError",
    "DistutilsExecError",
    "DistutilsPlatformError",
    "BuildFailed",
    "BuildExtFailed",
];

/// A logical line: what stands on it without comments, and how far it is indented.
struct LogicalLine {
    indent: usize,
    text: String,
}

/// A `setup.py`.
pub(super) struct SetupPy<'a> {
    text: &'a str,
    lines: Vec<LogicalLine>,
}

/// Signs of extension modules in a `setup.py`.
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

    /// Returns the signs of extension modules.
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

    /// Whether it goes on where extension modules cannot be compiled.
    pub(super) fn is_optional(&self) -> bool {
        let next = self.lines.iter().skip(1).map(Some).chain([None]);
        self.lines.iter().zip(next).any(|(line, next)| {
            let dense: String = line.text.split_whitespace().collect();
            let marks = ["(optional=", ",optional="];
            let mut marked = marks.iter().filter_map(|mark| dense.split_once(mark));
            marked.any(|(_, value)| !value.starts_with("False")) || goes_on(&line.text, next)
        })
    }

    /// Whether this text stands in it.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Whether it raises an error when a wheel is to be built: at the top level,
    /// or there under a condition that a build of a wheel meets. A build of a wheel
    /// runs the command `bdist_wheel`, with and without PEP 517.
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

    /// The modules that it imports whatever happens and that neither the archive
    /// nor what the build requires has, with their projects.
    pub(super) fn needs(
        &self,
        own: &BTreeSet<String>,
        requires: &[PackageName],
    ) -> Vec<(String, PackageName)> {
        let others = requires
            .iter()
            .any(|name| !BRINGS_NOTHING.contains(&name.as_ref()));
        // It may put other folders in the way of its imports, or fetch what they need.
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

/// Whether a line has errors of the compiler caught, and not to raise another one.
fn goes_on(text: &str, next: Option<&LogicalLine>) -> bool {
    let names_one = COMPILER_ERRORS.iter().any(|error| text.contains(error));
    let others = ["raise", "from ", "import ", "class "];
    let catches = !others.iter().any(|other| text.starts_with(other));
    let raises =
        text.starts_with("except") && next.is_some_and(|next| next.text.starts_with("raise"));
    names_one && catches && !raises
}

/// Whether a function whose name ends so is called.
fn called(text: &str, name: &str) -> bool {
    text.match_indices(name)
        .any(|(at, _)| text[at + name.len()..].trim_start().starts_with('('))
}

/// Whether a line is an `if` that holds when a wheel is built.
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

/// The first parts of the modules that an `import` or a `from` at the beginning of
/// a line names.
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

/// The logical lines (<https://docs.python.org/3/reference/lexical_analysis.html>):
/// joined where a bracket or a string is open or a backslash ends the line.
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
                // Documentation, or a text to print.
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

/// The length of the string literal at the beginning, quotes included.
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
