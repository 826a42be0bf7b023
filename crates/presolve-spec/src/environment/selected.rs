//! Lines with a selector, which apply to some platforms.

use rattler_conda_types::Subdir;
use yaml_serde::Value;

use super::Reader;
use crate::{
    codes,
    route::Route,
    selector::{Selector, Tool},
};
use presolve_text::diagnostic::Diagnostic;

impl Reader<'_> {
    /// Reads the value of micromamba's selector. The line applies to some platforms.
    pub(super) fn read_selected(&mut self, route: &Route<'_>, selector: &Selector, value: &Value) {
        let key = self.tree.key_span(route);
        let key = key.map_or_else(|| self.tree.location(route), |span| self.tree.at(span));
        let message =
            format!("`{selector}` is a selector of micromamba, which conda does not support");
        let help = "write one file for each platform";
        let is_known = selector.includes(Subdir::Linux64).is_some();
        match value {
            Value::String(_) if is_known => match self.entry(route, value) {
                Ok(entry) => {
                    let warning = Diagnostic::warning(codes::PLATFORM_SELECTOR, message);
                    let warning = warning.at(key, "").help(help);
                    self.environment.warnings.push(warning);
                    self.push_conda(entry);
                }
                Err(error) => self.errors.push(error),
            },
            Value::String(_) => {
                let message = format!("`{selector}` is a selector that micromamba does not know");
                let help = "write `sel(linux)`, `sel(osx)`, `sel(unix)` or `sel(win)`";
                self.refuse_as(codes::PLATFORM_SELECTOR, key, &message, help);
            }
            _ => {
                let message = format!("`{selector}` has a list, which no tool supports");
                let help = "write the selector before each package";
                self.refuse_as(codes::PLATFORM_SELECTOR, key, &message, help);
            }
        }
    }

    /// Warns of the comments that conda-lock reads as selectors, once for the file.
    pub(super) fn warn_of_selectors(&mut self) {
        let conda = self.environment.conda.iter();
        let conda = conda.map(|line| &line.location);
        let pip = self.environment.pip.requirements.iter();
        let pip = pip.filter(|line| line.in_environment);
        let lines = conda.chain(pip.map(|line| &line.location));
        let selected = lines.filter_map(|place| {
            let selector = Selector::of(place)?;
            let is_comment = selector.tool == Tool::CondaLock;
            is_comment.then(|| (place.clone(), selector))
        });
        let selected: Vec<_> = selected.collect();
        let Some((_, selector)) = selected.first() else {
            return;
        };
        let message = format!("conda ignores the selector `{selector}`, which conda-lock reads");
        let mut warning = Diagnostic::warning(codes::SELECTOR_COMMENT, message);
        for (place, selector) in &selected {
            warning = warning.at(place.clone(), format!("`{selector}`"));
        }
        self.environment.warnings.push(
            warning
                .note("conda installs such a line on every platform")
                .help("write one file for each platform, or lock it with `presolve pin --format conda-lock`"),
        );
    }
}
