//! Files of other tools that people give in place of an environment file: requirements files,
//! projects, lock files and recipes.

use std::{path::Path, sync::Arc};

use super::{pip_options, requirement};
use crate::codes;
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    source::SourceFile,
};

/// The files that presolve reads.
pub const READ: &str = "give a conda environment file (`environment.yml`), an Azure ML environment, a Dockerfile, the folder of one, or a requirements file (`requirements*.txt`)";

/// A file of another tool, by its name in lower case, what it is, and what to do instead.
const NAMES: [(&str, &str, &str); 15] = [
    ("pyproject.toml", "a Python project", PROJECT),
    ("setup.py", "a Python project", PROJECT),
    ("setup.cfg", "a Python project", PROJECT),
    ("pipfile", "a project of Pipenv", READ),
    ("pipfile.lock", "a lock file of Pipenv", READ),
    ("poetry.lock", "a lock file of Poetry", READ),
    ("pdm.lock", "a lock file of PDM", READ),
    ("uv.lock", "a lock file of uv", READ),
    ("pylock.toml", "a lock file of a Python project", READ),
    ("pixi.toml", "a workspace of pixi", READ),
    ("pixi.lock", "a lock file of pixi", LOCK),
    ("conda-lock.yml", "a lock file of conda-lock", LOCK),
    ("conda-lock.yaml", "a lock file of conda-lock", LOCK),
    ("meta.yaml", "a recipe of conda-build", READ),
    ("recipe.yaml", "a recipe of rattler-build", READ),
];

const PROJECT: &str =
    "list what the project needs in a conda environment file, with `- -e .` in its pip list";
const LOCK: &str = "give the environment file that it was made from";
const REQUIREMENTS: &str = "name it `requirements-….txt`, or include it in the pip list of an environment file: `- -r FILE`";

/// The error for a file of another tool; `None` if the file may be an environment file.
pub(super) fn refusal(source: &Arc<SourceFile>) -> Option<Diagnostic> {
    let (what, help) = kind(source)?;
    let length = source.text().lines().next().map_or(0, str::len);
    let at = Location {
        file: Arc::clone(source),
        span: 0..length,
    };
    let message = format!("this is {what}, not an environment file");
    let error = Diagnostic::error(codes::NOT_AN_ENVIRONMENT, message);
    let error = error.at(at, "").help(help);
    Some(if help == READ {
        error
    } else {
        error.help(READ)
    })
}

fn kind(source: &SourceFile) -> Option<(&'static str, &'static str)> {
    let name = source.path().file_name()?.to_string_lossy().to_lowercase();
    let known = NAMES.iter().find(|(known, ..)| *known == name);
    if let Some((_, what, help)) = known {
        return Some((what, help));
    }
    let extension = Path::new(&name).extension().unwrap_or_default();
    if extension == "toml" {
        return Some(("a TOML file", READ));
    }
    let is_yaml = ["yml", "yaml", "json"].iter().any(|one| extension == *one);
    (!is_yaml && is_requirements(source.text()))
        .then_some(("a requirements file of pip", REQUIREMENTS))
}

/// Keys of other tools that read environment files, or files like them, and what to do about
/// each: unidep (<https://unidep.readthedocs.io>), conda-lock
/// (<https://conda.github.io/conda-lock/src_environment_yml/>), conda-devenv
/// (<https://conda-devenv.readthedocs.io>) and anaconda-project
/// (<https://anaconda-project.readthedocs.io>).
const KEYS: [(&str, &str); 10] = [
    ("local_dependencies", UNIDEP),
    ("optional_dependencies", UNIDEP),
    ("pip_indices", UNIDEP),
    ("allow-pypi-requests", CONDA_LOCK),
    ("pip-repositories", CONDA_LOCK),
    ("includes", DEVENV),
    ("environment", DEVENV),
    ("env_specs", ANACONDA),
    ("commands", ANACONDA),
    ("downloads", ANACONDA),
];

const UNIDEP: &str =
    "keep it for unidep, and let `unidep merge` write an environment file for conda";
const CONDA_LOCK: &str = "keep it if conda-lock reads this file; conda does not need it";
const DEVENV: &str =
    "keep it if conda-devenv reads this file, and let it write an environment file for conda";
const ANACONDA: &str =
    "keep it if anaconda-project reads this file, and prepare the project with it";

/// What to do about a key that conda does not know.
pub(super) fn help_for_key(key: &str) -> &'static str {
    let known = KEYS.iter().find(|(known, _)| *known == key);
    known.map_or("remove it, or move it where it belongs", |(_, help)| help)
}

/// Whether each line of a text is a requirement or an option of pip.
fn is_requirements(text: &str) -> bool {
    let lines = text
        .lines()
        .map(|line| line.split(" #").next().unwrap_or_default().trim());
    let mut lines = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .peekable();
    lines.peek().is_some() && lines.all(is_requirement)
}

fn is_requirement(line: &str) -> bool {
    let line = line.trim_end_matches('\\').trim_end();
    let options = pip_options::begin(line);
    let (named, options_of) = (line[..options].trim(), &line[options..]);
    let is_option = options_of.is_empty() || pip_options::parse(line, options).is_ok();
    let is_entry = options_of.starts_with("- ") || options_of == "-";
    let is_name = || requirement::parse(named, Path::new("")).is_ok();
    is_option && !is_entry && (named.is_empty() || is_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(name: &str, text: &str) -> Option<&'static str> {
        kind(&SourceFile::from_text(name, text)).map(|(what, _)| what)
    }

    #[test]
    fn files_of_other_tools_are_known() {
        let requirements = Some("a requirements file of pip");
        for (name, text, expected) in [
            ("a/pyproject.toml", "[project]\n", Some("a Python project")),
            ("Pipfile", "[packages]\n", Some("a project of Pipenv")),
            ("other.toml", "a = 1\n", Some("a TOML file")),
            (
                "requirements.txt",
                "numpy==1.2\npandas # why\n",
                requirements,
            ),
            (
                "requirements.in",
                "# all\n--pre\nnumpy>=1; python_version < '3.9'\n",
                requirements,
            ),
            (
                "r.txt",
                "-r base.txt\ntorch==2.0 \\\n    --hash=sha256:00\n",
                requirements,
            ),
            ("r.txt", "\n# nothing\n", None),
            ("env", "name: x\ndependencies:\n  - numpy\n", None),
            ("env.txt", "dependencies:\n- numpy\n", None),
            ("environment.yml", "numpy\n", None),
        ] {
            assert_eq!(what(name, text), expected, "{name}: {text}");
        }
    }
}
