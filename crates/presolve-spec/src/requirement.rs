//! One requirement of a pip list, classified as pip does
//! (`parse_req_from_line` in pip/_internal/req/constructors.py).

use std::{ops::Range, path::Path};

use pep508_rs::{MarkerTree, PackageName, Requirement, VerbatimUrl, VersionOrUrl};
use url::Url;

use super::PipRequirementKind;
use crate::codes;
use presolve_parse as parse;
use presolve_text::files::{Fence, plain_path};
use presolve_text::secrets::redact;

/// The name of the diagnostic for a text that is not a requirement.
const INVALID: &str = codes::INVALID_PIP_REQUIREMENT;

/// The help for a text that is not a requirement.
const FORM: &str = "write `name`, `name==1.0` or `name[extra]>=1,<2; python_version<'3.12'` \
     (https://packaging.python.org/en/latest/specifications/dependency-specifiers/)";

/// The first characters of the operators of pip and conda.
const OPERATORS: [char; 5] = ['<', '>', '=', '!', '~'];

/// The reason why a text is not a requirement.
#[derive(Debug)]
pub struct Refusal {
    /// The name of the diagnostic.
    pub name: &'static str,
    /// One sentence for the user.
    pub message: String,
    /// The bytes of the text that are wrong.
    pub span: Range<usize>,
    /// What to write instead, if that is clear.
    pub help: Option<String>,
}

impl Refusal {
    /// The refusal of a text with the values of variables, which it does not quote.
    pub(crate) fn of_values(self) -> Self {
        Self {
            message: "it is not a requirement with the values of its variables".to_owned(),
            help: None,
            ..self
        }
    }
}

/// The extensions of archives that pip installs.
const ARCHIVES: [&str; 9] = [
    ".whl", ".tar.gz", ".tgz", ".tar", ".zip", ".tar.bz2", ".tbz", ".tar.xz", ".txz",
];

/// The prefixes of version control URLs that pip accepts, as in `git+https://…`.
const VERSION_CONTROL: [&str; 4] = ["git+", "hg+", "svn+", "bzr+"];

/// Reads one requirement whose environment variables are already expanded. Paths are
/// relative to `folder`, that of the environment file, because conda runs pip there.
///
/// # Errors
/// Fails for a text that pip refuses.
pub fn parse(text: &str, folder: &Path) -> Result<PipRequirementKind, Refusal> {
    let mut kind = parse_kind(text, folder)?;
    if let PipRequirementKind::Opaque { marker, .. } = &mut kind
        && let (_, Some(text)) = split_marker(text)
    {
        *marker = parse::pep::marker(text).unwrap_or(MarkerTree::TRUE);
    }
    Ok(kind)
}

fn parse_kind(text: &str, folder: &Path) -> Result<PipRequirementKind, Refusal> {
    let (body, marker) = split_marker(text);
    if text.contains("{{") || text.contains("{%") {
        return Err(Refusal {
            name: codes::TEMPLATE_VALUE,
            message: "this is a template, not a requirement".to_owned(),
            span: 0..text.len(),
            help: Some("render the template first, or write the version".to_owned()),
        });
    }
    if is_version_control(body) {
        return Ok(PipRequirementKind::Opaque {
            name: egg(body),
            reason: "a version control URL",
            marker: MarkerTree::TRUE,
        });
    }
    if is_url(body) {
        return archive(body, Url::parse(body).ok(), marker);
    }
    match direct_url(body) {
        Some((name, url)) => {
            let url = url.to_owned();
            named_url(text, name, &url)
        }
        None if looks_like_path(body) => local(body, folder, marker),
        None => parse_named(text).map(|named| PipRequirementKind::Named(Box::new(named))),
    }
}

/// Reads an editable requirement, without its `-e`.
///
/// # Errors
/// Fails for a text that pip refuses.
pub fn editable(text: &str) -> Result<PipRequirementKind, Refusal> {
    let name = match direct_url(text) {
        Some((name, _)) => parse::pep::name(name.split('[').next().unwrap_or(name)).ok(),
        None => {
            check_path(text)?;
            egg(text)
        }
    };
    Ok(PipRequirementKind::Opaque {
        name,
        reason: "an editable project",
        marker: MarkerTree::TRUE,
    })
}

/// Refuses `./here#egg=name`: pip reads the fragment as part of the path.
fn check_path(text: &str) -> Result<(), Refusal> {
    if !text.contains('#') || is_version_control(text) || is_url(text) {
        return Ok(());
    }
    Err(Refusal {
        name: INVALID,
        message: "pip accepts `#egg=` only after a URL".to_owned(),
        span: 0..text.len(),
        help: Some("write the path without it, or as `file:///…#egg=name`".to_owned()),
    })
}

/// Why a requirement (without its `-e`) names a path without a project; `None` if the
/// project exists or the requirement does not name a path. pip stops at such a path
/// (`is_installable_dir` in pip/_internal/utils/misc.py).
///
/// Paths outside the fence are not checked.
pub fn missing_project(text: &str, folder: &Path, fence: &Fence) -> Option<String> {
    let (body, _) = split_marker(text);
    if is_version_control(body) || is_url(body) || direct_url(body).is_some() {
        return None;
    }
    let path = body.split('[').next().unwrap_or(body);
    let place = folder.join(path);
    if !fence.admits(&place) {
        return None;
    }
    if is_archive(path) && place.is_file() {
        return None;
    }
    if !place.is_dir() {
        return Some(format!("there is no `{path}` next to the environment file"));
    }
    let has = |file: &str| place.join(file).is_file();
    let is_project = has("pyproject.toml") || has("setup.py");
    (!is_project).then(|| {
        format!("`{path}` next to the environment file has no `pyproject.toml` and no `setup.py`")
    })
}

fn parse_named(text: &str) -> Result<Requirement<VerbatimUrl>, Refusal> {
    named(text).map_err(|error| refusal(text, &error))
}

/// Reads a PEP 508 requirement. A trailing comma is allowed, as in the `packaging` library.
fn named(text: &str) -> Result<Requirement<VerbatimUrl>, parse::Invalid> {
    let (body, marker) = split_marker(text);
    let body = body.strip_suffix(',').unwrap_or(body);
    let tidy = match marker {
        Some(marker) => format!("{body} ;{marker}"),
        None => body.to_owned(),
    };
    parse::pep::requirement(&tidy)
}

fn refusal(text: &str, error: &parse::Invalid) -> Refusal {
    let help = intended(text).map(|text| format!("write `{}`", redact(&text)));
    let for_conda = || Some("move the line to the conda dependencies".to_owned());
    let pattern = match written(text) {
        Written::SingleEquals => Some((
            codes::SINGLE_EQUALS,
            "`=` is not a valid operator in a pip list",
        )),
        Written::AsForConda(why) => Some((codes::CONDA_SYNTAX_IN_PIP_LIST, why)),
        Written::Otherwise => None,
    };
    if let Some((name, message)) = pattern {
        return Refusal {
            name,
            message: message.to_owned(),
            span: 0..text.len(),
            help: help.or_else(for_conda),
        };
    }
    let blamed = error.span_in(text);
    Refusal {
        name: INVALID,
        message: error.message.clone(),
        // A correction replaces the whole text, so the label covers all of it.
        span: help.as_ref().map_or(blamed, |_| 0..text.len()),
        help: help.or_else(|| Some(FORM.to_owned())),
    }
}

/// The syntax that an invalid requirement resembles.
enum Written {
    /// `name=version`, with or without a build after it.
    SingleEquals,
    /// A match spec, with the reason why pip cannot read it.
    AsForConda(&'static str),
    /// None of these.
    Otherwise,
}

fn written(text: &str) -> Written {
    let (name, rest) = split_name(text);
    let is_single = |rest: &str| rest.starts_with('=') && !rest.starts_with("==");
    let is_version = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    match rest.trim_start() {
        _ if name.is_empty() => Written::Otherwise,
        channel if channel.starts_with("::") => Written::AsForConda("pip has no channels"),
        rest if is_single(rest) && !rest[1..].starts_with(['<', '>']) => Written::SingleEquals,
        version if is_version(version) && rest != version => {
            Written::AsForConda("pip needs an operator before the version")
        }
        _ => Written::Otherwise,
    }
}

/// Returns the requirement that a refused text clearly means: with pip's operator, the
/// parts in their order, a comma where one is missing.
pub fn intended(text: &str) -> Option<String> {
    let (body, marker) = split_marker(text);
    let (name, rest) = split_name(body);
    let rest = match written(body) {
        Written::SingleEquals => {
            let mut parts = rest.trim_start()[1..].splitn(2, '=');
            format!("=={}", parts.next()?.trim())
        }
        Written::AsForConda(_) => format!("=={}", rest.trim_start()),
        Written::Otherwise if without_last_separator(name) != name => rest.to_owned(),
        Written::Otherwise if !rest.trim_start().starts_with(OPERATORS) => return None,
        Written::Otherwise => with_commas(&without_stars(&operators(rest)))?,
    };
    let marker = marker.map_or(String::new(), |marker| format!(" ;{marker}"));
    let text = format!("{}{rest}{marker}", without_last_separator(name));
    named(&text).is_ok().then_some(text)
}

/// Drops separators at the end of a name with extras: `numpy-[a]` becomes `numpy[a]`.
fn without_last_separator(name: &str) -> String {
    let bracket = name.find('[').unwrap_or(name.len());
    format!("{}{}", &name[..name_end(name)], &name[bracket..])
}

/// The byte at which the name of a name with extras ends, without trailing separators.
fn name_end(name: &str) -> usize {
    let bare = name.split('[').next().unwrap_or(name);
    bare.trim_end_matches(['-', '_', '.']).len()
}

/// Replaces `=>` and `=<` with the operators that conda and pip have.
pub(super) fn operators(text: &str) -> String {
    text.replace("=>", ">=").replace("=<", "<=")
}

/// Replaces `>=1.0.*` with `>=1.0`, as `packaging` read it before version 22
/// (<https://github.com/pypa/packaging/blob/main/CHANGELOG.rst>).
fn without_stars(text: &str) -> String {
    let parts = text.split(',').map(|part| match part.trim() {
        bounded if bounded.starts_with(['<', '>']) => bounded.trim_end_matches(".*").to_owned(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(",")
}

/// Inserts commas between specifiers that only a blank separates; `None` if a blank
/// precedes anything but a specifier.
pub(super) fn with_commas(text: &str) -> Option<String> {
    let mut written = String::with_capacity(text.len() + 1);
    for word in text.split_whitespace() {
        let follows_version = written.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '*');
        if follows_version && word.starts_with(OPERATORS) {
            written.push(',');
        } else if follows_version && !word.starts_with(',') {
            return None;
        }
        written += word;
    }
    Some(written)
}

/// Splits a name with its extras from the rest.
fn split_name(text: &str) -> (&str, &str) {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    let extras = match text[end..].find(']') {
        Some(close) if text[end..].starts_with('[') => close + 1,
        _ => 0,
    };
    text.split_at(end + extras)
}

/// Splits off the marker after `;`. After a URL, a blank must follow the `;`.
fn split_marker(text: &str) -> (&str, Option<&str>) {
    let separator = if text.contains("://") { "; " } else { ";" };
    match text.split_once(separator) {
        // pip accepts a `;` at the end.
        Some((body, "")) => (body.trim_end(), None),
        Some((body, marker)) => (body.trim_end(), Some(marker)),
        None => (text.trim_end(), None),
    }
}

/// Splits `name @ url`.
fn direct_url(body: &str) -> Option<(&str, &str)> {
    let (name, url) = body.split_once('@')?;
    let named = !name.trim().is_empty() && !looks_like_path(name.trim());
    named.then(|| (name.trim(), url.trim()))
}

fn named_url(text: &str, name: &str, url: &str) -> Result<PipRequirementKind, Refusal> {
    let bare = name.split('[').next().unwrap_or(name).trim();
    let opaque = |reason| {
        Ok(PipRequirementKind::Opaque {
            name: parse::pep::name(bare).ok(),
            reason,
            marker: MarkerTree::TRUE,
        })
    };
    if is_version_control(url) {
        return opaque("a version control URL");
    }
    if !is_archive(url) {
        return opaque(if url.starts_with("file:") || !url.contains("://") {
            "a local project"
        } else {
            "a URL that is not an archive"
        });
    }
    parse_named(text).map(|named| PipRequirementKind::Named(Box::new(named)))
}

/// The URL or path of an archive. Its `#egg=` or file name gives the project's name.
fn archive(
    text: &str,
    url: Option<Url>,
    marker: Option<&str>,
) -> Result<PipRequirementKind, Refusal> {
    let Some(url) = url else {
        return Err(Refusal {
            name: INVALID,
            message: "this is not a valid URL".to_owned(),
            span: 0..text.len(),
            help: None,
        });
    };
    let name = egg(text).or_else(|| wheel_name(url.path()));
    let Some(name) = name.filter(|_| is_archive(text)) else {
        return Ok(PipRequirementKind::Opaque {
            name: egg(text),
            reason: "an archive without a name",
            marker: MarkerTree::TRUE,
        });
    };
    let mut requirement = match marker {
        Some(marker) => parse_named(&format!("{name};{marker}"))?,
        None => parse_named(name.as_ref())?,
    };
    let url = VerbatimUrl::from_url(url).with_given(text);
    requirement.version_or_url = Some(VersionOrUrl::Url(url));
    Ok(PipRequirementKind::Named(Box::new(requirement)))
}

fn local(text: &str, folder: &Path, marker: Option<&str>) -> Result<PipRequirementKind, Refusal> {
    if wheel_name(text).is_some() {
        let path = std::path::absolute(folder.join(text)).ok();
        let url = path.and_then(|path| Url::from_file_path(plain_path(&path)).ok());
        return archive(text, url, marker);
    }
    check_path(text)?;
    Ok(PipRequirementKind::Opaque {
        name: None,
        reason: "a local project",
        marker: MarkerTree::TRUE,
    })
}

/// Whether a requirement (without its `-e`) is a project or an archive on the installing
/// machine: a path or a `file:` URL.
pub fn is_local(text: &str) -> bool {
    let (body, _) = split_marker(text);
    let body = direct_url(body).map_or(body, |(_, url)| url);
    let is_path = !is_version_control(body) && !is_url(body) && looks_like_path(body);
    is_path || body.starts_with("file:")
}

/// Whether pip reads a text as a path: it has a separator, begins with a dot, or is the
/// file name of an archive.
fn looks_like_path(text: &str) -> bool {
    let bare = text.split('[').next().unwrap_or(text);
    bare.contains('/') || bare.starts_with('.') || (is_archive(bare) && !bare.contains(['=', '>']))
}

fn is_url(text: &str) -> bool {
    ["http://", "https://", "file:", "ftp://"]
        .iter()
        .any(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
        })
}

fn is_version_control(text: &str) -> bool {
    VERSION_CONTROL
        .iter()
        .any(|scheme| text.starts_with(scheme))
        || text.starts_with("git://")
}

fn is_archive(url: &str) -> bool {
    let path = url
        .split(['#', '?'])
        .next()
        .unwrap_or(url)
        .to_ascii_lowercase();
    ARCHIVES.iter().any(|ending| path.ends_with(ending))
}

/// Returns the name in `#egg=name[extra]&subdirectory=…`.
fn egg(url: &str) -> Option<PackageName> {
    let (_, fragment) = url.split_once('#')?;
    let egg = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("egg="))?;
    parse::pep::name(egg.split(['[', '=']).next()?).ok()
}

fn wheel_name(path: &str) -> Option<PackageName> {
    let file = path.rsplit('/').next()?.strip_suffix(".whl")?;
    parse::pep::name(file.split('-').next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match parse(text, Path::new("/specs")) {
            Ok(PipRequirementKind::Named(named)) => named.to_string(),
            Ok(PipRequirementKind::Opaque { name, reason, .. }) => {
                format!(
                    "{reason}: {}",
                    name.map_or("?".to_owned(), |name| name.to_string())
                )
            }
            Err(refusal) => format!("! {}", refusal.message),
        }
    }

    #[test]
    fn every_kind_of_requirement() {
        let lines = [
            "numpy",
            "Torch_Vision[Extra, other] >= 1 , < 2 ; python_version < '3.13'",
            "torch>=1.0,",
            "torch>=1.0, ; os_name == 'posix'",
            "six==1.16.0;",
            "numpy (>=1.2)",
            "x==1.*",
            "x~=1.2",
            "x @ https://h/x-1.tar.gz ; os_name == 'nt'",
            "x@https://h/x-1-py3-none-any.whl",
            "x @ git+https://h/x@v1",
            "x[a] @ file:///src/x",
            "https://h/x-1-py3-none-any.whl",
            "https://h/archive/main.zip",
            "https://h/archive/main.zip#egg=x",
            "git+https://h/x.git@v1#egg=x[all]&subdirectory=y",
            "git+ssh://git@h/x",
            "./dist/x-1-py3-none-any.whl",
        ];
        let read: Vec<String> = lines
            .iter()
            .map(|line| format!("{line} -> {}", read(line)))
            .collect();
        insta::assert_snapshot!(read.join("\n"), @"
        numpy -> numpy
        Torch_Vision[Extra, other] >= 1 , < 2 ; python_version < '3.13' -> torch-vision[extra,other]>=1,<2 ; python_full_version < '3.13'
        torch>=1.0, -> torch>=1.0
        torch>=1.0, ; os_name == 'posix' -> torch>=1.0 ; os_name == 'posix'
        six==1.16.0; -> six==1.16.0
        numpy (>=1.2) -> numpy>=1.2
        x==1.* -> x==1.*
        x~=1.2 -> x~=1.2
        x @ https://h/x-1.tar.gz ; os_name == 'nt' -> x @ https://h/x-1.tar.gz ; os_name == 'nt'
        x@https://h/x-1-py3-none-any.whl -> x @ https://h/x-1-py3-none-any.whl
        x @ git+https://h/x@v1 -> a version control URL: x
        x[a] @ file:///src/x -> a local project: x
        https://h/x-1-py3-none-any.whl -> x @ https://h/x-1-py3-none-any.whl
        https://h/archive/main.zip -> an archive without a name: ?
        https://h/archive/main.zip#egg=x -> x @ https://h/archive/main.zip#egg=x
        git+https://h/x.git@v1#egg=x[all]&subdirectory=y -> a version control URL: x
        git+ssh://git@h/x -> a version control URL: ?
        ./dist/x-1-py3-none-any.whl -> x @ file:///specs/dist/x-1-py3-none-any.whl
        ");
    }

    #[test]
    fn a_path_must_lead_to_a_project() {
        let folder = tempfile::tempdir().expect("a folder");
        let make = |path: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("is made");
            std::fs::write(path, "").expect("is written");
        };
        for path in [
            "new/pyproject.toml",
            "old/setup.py",
            "bare/x.py",
            "x.tar.gz",
        ] {
            make(path);
        }
        let is_there = |text: &str| missing_project(text, folder.path(), &Fence::none()).is_none();
        for text in [
            "./new",
            "./old[dev]",
            "new/ ; os_name == 'posix'",
            "./x.tar.gz",
            "git+https://h/x",
            "x @ file:///absent",
        ] {
            assert!(is_there(text), "{text}");
        }
        for text in ["./bare", ".", "./absent", "absent/x.tar.gz"] {
            assert!(!is_there(text), "{text}");
        }
        assert!(parse("./new#egg=x", folder.path()).is_err());
        assert!(editable("new#egg=x").is_err() && editable("git+https://h#egg=x").is_ok());
    }

    #[test]
    fn what_pip_refuses_is_refused() {
        let lines = [
            "numpy=1.26",
            "numpy = 1.26=py310_0",
            "numpy>=1.0.*",
            "numpy==1.0.dev-x",
            "numpy~=1",
            "numpy>=1 <2",
            "numpy=>1",
            "numpy 1.26",
            "conda-forge::numpy",
            "numpy==",
            "x=={{latest-pypi-version}}",
            "x;python_version<3",
            "",
            "§",
        ];
        let read: Vec<String> = lines
            .iter()
            .map(|line| format!("{line} -> {}", read(line)))
            .collect();
        insta::assert_snapshot!(read.join("\n"), @r#"
        numpy=1.26 -> ! `=` is not a valid operator in a pip list
        numpy = 1.26=py310_0 -> ! `=` is not a valid operator in a pip list
        numpy>=1.0.* -> ! Operator >= cannot be used with a wildcard version specifier
        numpy==1.0.dev-x -> ! after parsing `1.0.dev-`, found `x`, which is not part of a valid version
        numpy~=1 -> ! The ~= operator requires at least two segments in the release version
        numpy>=1 <2 -> ! Trailing `<2` is not allowed
        numpy=>1 -> ! no such comparison operator "=>", must be one of ~= == != <= >= < > ===
        numpy 1.26 -> ! pip needs an operator before the version
        conda-forge::numpy -> ! pip has no channels
        numpy== -> ! Unexpected end of version specifier, expected version
        x=={{latest-pypi-version}} -> ! this is a template, not a requirement
        x;python_version<3 -> ! Expected a quoted string or a valid marker name, found `3`
         -> ! Empty field is not allowed for PEP508
        § -> ! Expected package name starting with an alphanumeric character, found `§`
        "#);
    }

    #[test]
    fn what_was_meant_is_said_where_it_is_plain() {
        for (text, meant) in [
            ("numpy=1.26", "numpy==1.26"),
            ("numpy = 1.26 = py310_0", "numpy==1.26"),
            ("ray[default]=2.0", "ray[default]==2.0"),
            ("numpy=1.*", "numpy==1.*"),
            ("numpy=1 ; os_name == 'nt'", "numpy==1 ; os_name == 'nt'"),
            ("numpy 1.26", "numpy==1.26"),
            ("numpy>=1 <2", "numpy>=1,<2"),
            ("numpy >= 1 , < 2 != 1.5", "numpy>=1,<2,!=1.5"),
            ("numpy=>1", "numpy>=1"),
            ("numpy>=1.0.*,<2", "numpy>=1.0,<2"),
        ] {
            assert_eq!(intended(text).as_deref(), Some(meant), "{text}");
        }
        for text in [
            "conda-forge::numpy",
            "numpy=",
            "numpy 1.26 py310_0",
            "numpy=>=1",
            "§",
            "numpy~=1",
            "numpy>=1 a1",
            "numpy scipy",
        ] {
            assert_eq!(intended(text), None, "{text}");
        }
    }
}
