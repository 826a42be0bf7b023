//! Whether a `setup.py` decides on the machine that runs it what the project requires.
//!
//! A list that is computed from constants, or read from a file of the archive, is the same on
//! every machine. What differs is a list that depends on what is installed, on variables of the
//! environment, on the Python or on the platform. The lines that the list depends on are
//! followed from `install_requires=` backwards: the assignments of its names, the functions
//! that it calls, and the conditions around both.

use std::collections::HashSet;

use super::setup_py::LogicalLine;

/// What a list can depend on, with the words for it.
const PROBES: [(&str, &[&str]); 4] = [
    (
        "what is already installed",
        &[
            "get_distribution(",
            "DistributionNotFound",
            "working_set",
            "importlib.metadata",
            "importlib_metadata",
            "find_spec(",
            "find_module(",
            "import_module(",
            "__import__(",
        ],
    ),
    (
        "the environment of the build",
        &[
            "os.environ",
            "getenv(",
            "subprocess",
            "check_output(",
            "find_executable(",
            "shutil.which(",
            "torch.version",
            "cuda.is_available(",
        ],
    ),
    (
        "the Python that builds it",
        &[
            "sys.version",
            "version_info",
            "python_version(",
            "PY2",
            "PY3",
        ],
    ),
    (
        "the platform that builds it",
        &[
            "sys.platform",
            "os.name",
            "platform.system(",
            "platform.machine(",
            "platform.platform(",
            "platform.processor(",
        ],
    ),
];

/// The maximum number of times that the names are followed: a list rarely takes more than
/// three steps.
const ROUNDS: usize = 8;

/// The maximum number of logical lines that are followed; a real `setup.py` has a few hundred.
const MOST_LINES: usize = 5_000;

/// Returns what the requirements of a `setup.py` depend on; `None` if they are the same on
/// every machine, as far as the text shows.
pub(super) fn depends_on(lines: &[LogicalLine]) -> Option<&'static str> {
    if lines.len() > MOST_LINES {
        return None;
    }
    let mut names = HashSet::new();
    let mut slice: HashSet<usize> = HashSet::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(value) = install_requires(&line.text) {
            names.extend(identifiers(value));
            if let Some(found) = probe(value) {
                return Some(found);
            }
            slice.extend(conditions(lines, index));
        }
    }
    for _ in 0..ROUNDS {
        let before = (names.len(), slice.len());
        for (index, line) in lines.iter().enumerate() {
            let is_defined = defined(&line.text).is_some_and(|name| names.contains(name));
            if is_defined {
                slice.extend(body(lines, index));
            } else if assigned(&line.text).is_some_and(|name| names.contains(name))
                && slice.insert(index)
            {
                slice.extend(conditions(lines, index));
            }
        }
        let texts = slice.iter().map(|index| lines[*index].text.as_str());
        names.extend(texts.flat_map(identifiers));
        if (names.len(), slice.len()) == before {
            break;
        }
    }
    let mut lines_of = slice.into_iter().collect::<Vec<_>>();
    lines_of.sort_unstable();
    let mut texts = lines_of.iter().map(|index| lines[*index].text.as_str());
    let is_import = |text: &str| text.starts_with("import ") || text.starts_with("from ");
    let tries = |index: &usize| {
        let line = &lines[*index];
        line.text == "try:"
            && lines
                .get(index + 1)
                .is_some_and(|next| is_import(&next.text))
    };
    texts
        .find_map(|text| probe(without_setup(text)))
        .or_else(|| lines_of.iter().any(tries).then_some(PROBES[0].0))
}

fn probe(text: &str) -> Option<&'static str> {
    let text = outside_strings(text);
    let mut kinds = PROBES.iter();
    let (words, _) = kinds.find(|(_, probes)| probes.iter().any(|probe| text.contains(probe)))?;
    Some(words)
}

/// The text without the content of its strings.
fn outside_strings(text: &str) -> String {
    let mut quote = None;
    text.chars()
        .filter(|&c| match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                false
            }
            None => {
                quote = matches!(c, '\'' | '"').then_some(c);
                true
            }
        })
        .collect()
}

/// The value of the argument or key `install_requires` in a line: up to the comma that ends it.
fn install_requires(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(at) = rest.find("install_requires") {
        rest = &rest[at + "install_requires".len()..];
        let after = rest.trim_start_matches(['"', '\'']).trim_start();
        let is_argument = after.starts_with('=') && !after.starts_with("==");
        if let Some(value) = after
            .strip_prefix(['=', ':'])
            .filter(|_| is_argument || after.starts_with(':'))
        {
            return Some(&value[..end_of_value(value)]);
        }
    }
    None
}

/// The byte at which an argument ends: at a comma or a closing bracket outside of brackets and
/// strings.
fn end_of_value(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}' | ',') if depth == 0 => return at,
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// A call of `setup` has many arguments that the list does not depend on.
fn without_setup(text: &str) -> &str {
    let is_setup = text.starts_with("setup(") || text.contains(".setup(");
    if is_setup { "" } else { text }
}

/// The names in a text outside of strings, without attributes.
fn identifiers(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut quote = None;
    let mut current = String::new();
    let mut before = ' ';
    for c in without_setup(text).chars().chain([' ']) {
        if let Some(open) = quote {
            if c == open {
                quote = None;
            }
        } else if c.is_alphanumeric() || c == '_' {
            current.push(c);
            continue;
        } else {
            let is_attribute = before == '.';
            let is_name = current.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if is_name && !is_attribute {
                names.push(std::mem::take(&mut current));
            }
            current.clear();
            if matches!(c, '\'' | '"') {
                quote = Some(c);
            }
        }
        before = c;
    }
    names
}

/// The name that a line assigns or extends.
fn assigned(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let adds = [".append(", ".extend(", ".insert(", "+=", "["];
    let is_assigned = rest.starts_with('=') && !rest.starts_with("==");
    let is_changed = adds.iter().any(|way| rest.starts_with(way));
    let is_annotated = rest.starts_with(':') && rest.contains('=');
    let is_name = !name.is_empty() && !matches!(name, "if" | "for" | "while" | "elif" | "else");
    (is_name && (is_assigned || is_changed || is_annotated)).then_some(name)
}

/// The function that a line defines.
fn defined(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("def ")?;
    rest.split('(').next().map(str::trim)
}

/// The lines of a function's body.
fn body(lines: &[LogicalLine], header: usize) -> impl Iterator<Item = usize> {
    let indent = lines[header].indent;
    let inside = lines.iter().enumerate().skip(header + 1);
    let inside = inside.take_while(move |(_, line)| line.indent > indent);
    inside.map(|(index, _)| index)
}

/// The headers of the blocks around a line: `if`, `else`, `try`, `except`. Those of one chain
/// have the same indentation.
fn conditions(lines: &[LogicalLine], at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut indent = lines[at].indent;
    let mut chain = None;
    for (index, line) in lines[..at].iter().enumerate().rev() {
        let is_header = line.text.ends_with(':');
        if line.indent < indent {
            if is_header && !line.text.starts_with("def ") && !line.text.starts_with("class ") {
                found.push(index);
                let continues = ["else", "elif", "except", "finally"];
                let is_rest = continues.iter().any(|word| line.text.starts_with(word));
                chain = is_rest.then_some(line.indent);
            }
            indent = line.indent;
        } else if chain == Some(line.indent) && is_header {
            found.push(index);
            if line.text.starts_with("if") || line.text.starts_with("try") {
                chain = None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::setup_py::SetupPy;

    fn of(text: &str) -> Option<&'static str> {
        SetupPy::new(text).requirements_depend_on()
    }

    const INSTALLED: Option<&str> = Some("what is already installed");

    #[test]
    fn a_list_that_depends_on_what_is_installed() {
        let choose = "
def choose(one, other):
    try:
        name = one
        get_distribution(name)
    except DistributionNotFound:
        name = other
    return name

def requires(fixed, either):
    for one, other in either:
        fixed.append(choose(one, other))
    return fixed

setup(name='a', install_requires=requires(FIXED, EITHER), zip_safe=False)
";
        assert_eq!(of(choose), INSTALLED);
        let tried = "
REQUIRED = ['numpy']
try:
    import cv2
except ImportError:
    REQUIRED.append('opencv-python')
setup(install_requires=REQUIRED)
";
        assert_eq!(of(tried), INSTALLED);
    }

    #[test]
    fn a_list_that_depends_on_the_build() {
        let of_environment = "
deps = ['six']
if os.environ.get('GPU'):
    deps += ['cupy']
config = {'name': 'a', 'install_requires': deps}
setup(**config)
";
        assert_eq!(of(of_environment), Some("the environment of the build"));
        let of_python = "
needs = []
if sys.version_info < (3, 4):
    needs.append('enum34')
setup(install_requires=needs)
";
        assert_eq!(of(of_python), Some("the Python that builds it"));
        let of_platform = "
def requires():
    if platform.system() == 'Windows':
        return ['pywin32']
    return []
setup(install_requires=['six'] + requires())
";
        assert_eq!(of(of_platform), Some("the platform that builds it"));
    }

    #[test]
    fn a_list_that_is_the_same_everywhere() {
        let fixed = "
import sys
if sys.version_info < (3, 6):
    sys.exit('too old')
setup(install_requires=['six', 'numpy'], classifiers=[os.environ.get('X')])
";
        assert_eq!(of(fixed), None);
        let from_file = "
def read(path):
    with open(path) as file:
        return file.read().splitlines()
VERSION = os.environ.get('VERSION', '1.0')
setup(version=VERSION, install_requires=read('requirements.txt'))
";
        assert_eq!(of(from_file), None);
        let with_marker = "setup(install_requires=['importlib_metadata; sys.platform < \"a\"'])";
        assert_eq!(of(with_marker), None);
        assert_eq!(of("setup(name='a')"), None);
    }
}
