//! Selectors: marks that limit a line to some platforms.
//!
//! conda-lock reads a comment such as `# [win]`
//! (<https://conda.github.io/conda-lock/src_environment_yml/#preprocessing-selectors>), and
//! micromamba a key such as `sel(win):` (`eval_selector` in libmamba/src/api/install.cpp).
//! conda supports neither: it ignores the comment, and its versions reject or ignore the key.

use rattler_conda_types::Subdir;

use super::{EnvironmentFile, yaml};
use presolve_text::diagnostic::Location;

/// A selector of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The tool that reads it.
    pub tool: Tool,
    /// The condition without its brackets, such as `win`.
    pub condition: String,
}

/// A tool that reads selectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// conda-lock, which reads a comment: `# [win]`.
    CondaLock,
    /// micromamba, which reads a key: `sel(win):`.
    Micromamba,
}

/// The conditions of conda-lock for each platform (`filter_platform_selectors` in
/// conda_lock/src_parser/selectors.py).
const OF_CONDA_LOCK: [(Subdir, &[&str]); 6] = [
    (Subdir::Linux64, &["linux64", "unix", "linux"]),
    (Subdir::LinuxAarch64, &["aarch64", "unix", "linux"]),
    (Subdir::LinuxPpc64le, &["ppc64le", "unix", "linux"]),
    (Subdir::Osx64, &["osx64", "osx", "unix"]),
    (Subdir::OsxArm64, &["arm64", "osx", "unix"]),
    (Subdir::Win64, &["win", "win64"]),
];

/// The conditions of micromamba (`truthy_values` in libmamba/src/api/install.cpp).
const OF_MICROMAMBA: [&str; 4] = ["unix", "linux", "osx", "win"];

/// Further words of the selectors of conda-build, from which conda-lock's are taken
/// (<https://docs.conda.io/projects/conda-build/en/stable/resources/define-metadata.html#preprocessing-selectors>),
/// and of unidep (<https://unidep.readthedocs.io>).
const OF_OTHERS: [&str; 9] = [
    "linux32", "win32", "x86", "x86_64", "macos", "armv7l", "s390x", "not", "py3k",
];

impl Selector {
    /// The selector of the line with this scalar: in the comment after it or in the key before
    /// it.
    pub fn of(scalar: &Location) -> Option<Self> {
        let text = scalar.file.text();
        let start = yaml::line_start(text, scalar.span.start);
        let before = text.get(start..scalar.span.start)?.trim();
        let key = before.strip_suffix(':').unwrap_or_default();
        let key = key.trim_start_matches(['-', ' ', '{']);
        Self::of_key(key.trim_matches(['"', '\''])).or_else(|| {
            let (_, comment) = yaml::trailing_comment(text, scalar.span.end)?;
            Self::of_comment(comment)
        })
    }

    /// Parses a key such as `sel(win)`.
    pub fn of_key(key: &str) -> Option<Self> {
        let condition = key.strip_prefix("sel(")?.strip_suffix(')')?;
        Some(Self {
            tool: Tool::Micromamba,
            condition: condition.to_owned(),
        })
    }

    /// Parses a comment such as `# [win]`. Other text may be before the brackets, and text
    /// without parentheses after them.
    fn of_comment(comment: &str) -> Option<Self> {
        let comment = comment.strip_prefix('#')?;
        let (before, after) = comment.rsplit_once(']')?;
        let (_, condition) = before.rsplit_once('[')?;
        let is_selector = !after.contains(['(', ')']) && is_condition(condition);
        is_selector.then(|| Self {
            tool: Tool::CondaLock,
            condition: condition.to_owned(),
        })
    }

    /// Whether the line applies to a platform. `None` if the tool does not know the condition.
    pub fn includes(&self, platform: Subdir) -> Option<bool> {
        let condition = &*self.condition;
        match self.tool {
            Tool::CondaLock => {
                let all = OF_CONDA_LOCK.iter();
                let known = all.clone().any(|(_, words)| words.contains(&condition));
                let mut own = all.filter(|(subdir, _)| *subdir == platform);
                known.then(|| own.any(|(_, words)| words.contains(&condition)))
            }
            Tool::Micromamba => OF_MICROMAMBA.contains(&condition).then(|| match condition {
                "win" => platform.is_windows(),
                "unix" => !platform.is_windows(),
                "linux" => platform.is_linux(),
                _ => platform.is_osx(),
            }),
        }
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.tool {
            Tool::CondaLock => write!(f, "# [{}]", self.condition),
            Tool::Micromamba => write!(f, "sel({})", self.condition),
        }
    }
}

/// Whether a text in brackets is the condition of a selector, even one that conda-lock does
/// not know: `not win`, `linux and x86_64`, `py<38`.
fn is_condition(text: &str) -> bool {
    let words = text.split([' ', '(', ')']).filter(|word| !word.is_empty());
    let is_platform = |word: &str| {
        let mut known = OF_CONDA_LOCK.iter().flat_map(|(_, words)| *words);
        OF_OTHERS.contains(&word) || known.any(|known| *known == word)
    };
    let is_python = |word: &str| {
        let rest = word.strip_prefix("py").unwrap_or_default();
        rest.starts_with(['<', '>', '=', '!']) || rest.parse::<u16>().is_ok()
    };
    let mut any = false;
    let all = words.into_iter().all(|word| {
        let names_one = is_platform(word) || is_python(word);
        any |= names_one;
        names_one || matches!(word, "and" | "or")
    });
    all && any
}

/// Whether a line has a selector of micromamba, so that it does not apply to every platform.
pub fn is_conditional(scalar: &Location) -> bool {
    Selector::of(scalar).is_some_and(|one| one.tool == Tool::Micromamba)
}

/// Whether micromamba's selector of a line excludes a platform. conda has no such lines, so it
/// always counts.
pub fn excludes(scalar: &Location, platform: Subdir) -> bool {
    let selector = Selector::of(scalar).filter(|one| one.tool == Tool::Micromamba);
    selector.is_some_and(|one| one.includes(platform) == Some(false))
}

/// Returns the file as conda-lock reads it for a platform, and the lines that it leaves out.
pub fn for_lock(
    environment: &EnvironmentFile,
    platform: Subdir,
) -> (EnvironmentFile, Vec<Location>) {
    let mut left_out = Vec::new();
    let mut is_kept = |location: &Location| {
        let selector = Selector::of(location);
        let kept = selector.is_none_or(|one| one.includes(platform) != Some(false));
        if !kept {
            left_out.push(location.clone());
        }
        kept
    };
    let mut environment = environment.clone();
    environment.conda.retain(|line| is_kept(&line.location));
    let requirements = &mut environment.pip.requirements;
    requirements.retain(|line| !line.in_environment || is_kept(&line.location));
    (environment, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_text::source::SourceFile;

    fn selector(line: &str, scalar: &str) -> Option<Selector> {
        let file = SourceFile::from_text("e.yml", format!("dependencies:\n{line}\n"));
        let start = file.text().find(scalar).expect("is there");
        Selector::of(&Location {
            file,
            span: start..start + scalar.len(),
        })
    }

    #[test]
    fn selectors_are_told_from_other_comments() {
        for (line, shown) in [
            ("  - zlib  # [win]", Some("# [win]")),
            ("  - zlib # for the shell [linux64]", Some("# [linux64]")),
            ("  - zlib  #[osx] only there", Some("# [osx]")),
            ("  - zlib  # [not win]", Some("# [not win]")),
            ("  - zlib  # [linux and py<38]", Some("# [linux and py<38]")),
            ("  - sel(unix): zlib", Some("sel(unix)")),
            ("  - \"sel(unix)\": zlib", Some("sel(unix)")),
            ("  - zlib", None),
            ("  - zlib  # windows", None),
            ("  - zlib  # see [1]", None),
            ("  - zlib  # [win] (and more)", None),
            ("  - zlib  # [and]", None),
        ] {
            let found = selector(line, "zlib").map(|found| found.to_string());
            assert_eq!(found.as_deref(), shown, "{line}");
        }
    }

    #[test]
    fn a_selector_decides_where_its_tool_knows_it() {
        for (line, platform, includes) in [
            ("  - zlib  # [win]", Subdir::Win64, Some(true)),
            ("  - zlib  # [win]", Subdir::Linux64, Some(false)),
            ("  - zlib  # [unix]", Subdir::OsxArm64, Some(true)),
            ("  - zlib  # [arm64]", Subdir::LinuxAarch64, Some(false)),
            ("  - zlib  # [not win]", Subdir::Linux64, None),
            ("  - sel(osx): zlib", Subdir::OsxArm64, Some(true)),
            ("  - sel(unix): zlib", Subdir::Win64, Some(false)),
            ("  - sel(linux64): zlib", Subdir::Linux64, None),
        ] {
            let found = selector(line, "zlib").expect("is a selector");
            assert_eq!(found.includes(platform), includes, "{line}");
        }
    }
}
