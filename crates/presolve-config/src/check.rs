//! `[check]` of `presolve.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};
use toml::Spanned;

use presolve_text::diagnostic::Level;

/// What is checked, and how bad it is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct CheckSettings {
    /// The rules to run, by name; `all` selects every rule. If empty, the rules that are on
    /// by default.
    pub select: Vec<String>,
    /// The rules not to run, by name.
    pub ignore: Vec<String>,
    /// Files and folders that are not checked, as .gitignore patterns.
    pub exclude: Vec<String>,
    /// The level of the findings of a rule.
    pub level: BTreeMap<String, LevelSetting>,
    /// Findings that are known and accepted.
    pub suppress: Vec<Suppress>,
    /// The platforms to solve for, such as `linux-64`.
    pub platforms: Vec<String>,
    /// How many seconds a build may take, for `classic-solver-limit`; Azure ML's limit of
    /// 5400 if there is none.
    pub build_time: Option<u64>,
    /// How much memory a build has, such as `8GB`, for `classic-solver-limit`.
    #[serde(deserialize_with = "megabytes")]
    #[schemars(with = "Option<String>")]
    pub build_memory: Option<f64>,
}

fn megabytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Limits::megabytes(&text).map(Some).map_err(D::Error::custom)
}

impl CheckSettings {
    /// The limits with which the cost of conda's classic solver is compared.
    pub fn limits(&self) -> Limits {
        let limits = Limits::default();
        Limits {
            seconds: self.build_time.map_or(limits.seconds, |time| time as f64),
            memory_mb: self.build_memory.or(limits.memory_mb),
        }
    }
}

/// Limits of a build.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Limits {
    /// Time limit in seconds. It applies to the wall clock of a build and is compared with the
    /// CPU time of conda, which uses one core while little else runs.
    pub seconds: f64,
    /// Memory in megabytes (10⁶ bytes); `None` if unlimited.
    pub memory_mb: Option<f64>,
}

impl Default for Limits {
    /// Limits of Azure ML: `Timeout(sec): 5400` in the log of an image build. It does not
    /// document a memory limit.
    fn default() -> Self {
        Self {
            seconds: 5400.0,
            memory_mb: None,
        }
    }
}

impl Limits {
    /// Parses a size with its unit, such as `8GB`, into megabytes.
    ///
    /// # Errors
    /// The expected format, if the text is not a size.
    pub fn megabytes(text: &str) -> Result<f64, String> {
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let megabytes = match text[digits.len()..].to_ascii_lowercase().as_str() {
            "m" | "mb" => 1.0,
            "g" | "gb" => 1e3,
            "t" | "tb" => 1e6,
            _ => return Err("a size is a number with a unit, such as 8GB".to_string()),
        };
        match digits.trim().parse::<f64>() {
            Ok(number) if number.is_finite() && number > 0.0 => Ok(number * megabytes),
            _ => Err("a size is a number with a unit, such as 8GB".to_string()),
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LevelSetting {
    /// The build fails, or a secret is out.
    Error,
    /// The build may fail, or gives something else than was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// Findings that are known and accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Suppress {
    /// The rule, by name.
    #[schemars(with = "String")]
    pub rule: Spanned<String>,
    /// In which files: a pattern of .gitignore, relative to the folder of
    /// `presolve.toml`. All files if there is none.
    pub path: Option<String>,
    /// Why they are accepted.
    pub reason: String,
}

impl From<LevelSetting> for Level {
    fn from(level: LevelSetting) -> Self {
        match level {
            LevelSetting::Error => Level::Error,
            LevelSetting::Warning => Level::Warning,
            LevelSetting::Note => Level::Note,
        }
    }
}
