//! The rules to check, and the levels of their findings.

use crate::rules::{self, Finding, Rule};
use presolve_config::check::CheckSettings;
use presolve_text::diagnostic::{Diagnostic, Failure, Level};

/// The name that selects every rule.
const ALL: &str = "all";

/// The rules to check, and the levels of their findings.
#[derive(Clone, Debug)]
pub struct Selection {
    rules: Vec<(&'static Rule, Option<Level>)>,
}

impl Selection {
    /// The selection of the settings and the command line. Rule names on the command line
    /// replace those in the settings.
    ///
    /// # Errors
    /// A failure if a name is not that of a rule.
    pub fn new(
        settings: &CheckSettings,
        select: &[String],
        ignore: &[String],
    ) -> Result<Self, Failure> {
        let given = |flags: &[String], settings: &[String]| {
            if flags.is_empty() {
                settings.to_vec()
            } else {
                flags.to_vec()
            }
        };
        let select = given(select, &settings.select);
        let mut ignored = settings.ignore.clone();
        ignored.extend_from_slice(ignore);
        for name in select.iter().chain(&ignored).chain(settings.level.keys()) {
            check_name(name)?;
        }
        let names = |list: &[String], rule: &Rule| {
            let mut list = list.iter();
            list.any(|name| name == ALL || name == rule.name)
        };
        let chosen = rules::all().filter(|rule| {
            if select.is_empty() {
                rule.by_default
            } else {
                names(&select, rule)
            }
        });
        let chosen = chosen.filter(|rule| !names(&ignored, rule));
        let level = |rule: &Rule| settings.level.get(rule.name).map(|&level| level.into());
        Ok(Self {
            rules: chosen.map(|rule| (rule, level(rule))).collect(),
        })
    }

    /// Returns the selected rules.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.iter().map(|(rule, _)| *rule)
    }

    /// Whether a rule is selected.
    pub fn has(&self, rule: &Rule) -> bool {
        self.rules().any(|chosen| chosen == rule)
    }

    /// Returns the findings of selected rules, with the levels from the settings.
    pub fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let chosen = findings.into_iter().filter_map(|mut finding| {
            let (_, level) = self.rules.iter().find(|(rule, _)| *rule == finding.rule)?;
            if let Some(level) = level {
                finding.diagnostic.level = *level;
            }
            Some(finding)
        });
        chosen.collect()
    }
}

/// # Errors
/// A failure if there is no rule with this name.
pub fn check_name(name: &str) -> Result<(), Failure> {
    if name == ALL || rules::by_name(name).is_some() {
        return Ok(());
    }
    let error = Diagnostic::error("unknown-rule", format!("unknown rule: `{name}`"));
    Err(Failure::input(match rules::nearest(name) {
        Some(rule) => error.help(format!("did you mean `{}`?", rule.name)),
        None => error.help("list the rules with `presolve rule`"),
    }))
}
