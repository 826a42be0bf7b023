//! Versions that no release has.

use super::Reader;
use crate::{CondaRequirement, codes, versions};
use presolve_text::{diagnostic::Diagnostic, secrets::redact};

impl Reader<'_> {
    /// Warns of versions that conda accepts and never finds.
    pub(super) fn warn_of_versions(&mut self) {
        let lines = self.environment.conda.iter();
        let warnings: Vec<Diagnostic> = lines.filter_map(warning).collect();
        self.environment.warnings.extend(warnings);
    }
}

fn warning(line: &CondaRequirement) -> Option<Diagnostic> {
    let unusual = versions::unusual(&line.spec, &line.text)?;
    let name = line.spec.name.to_string();
    let code = if name == "python" {
        codes::MALFORMED_PYTHON_VERSION
    } else {
        codes::UNUSUAL_VERSION
    };
    let message = format!("`{}` is not a version of `{name}`", redact(&unusual.part));
    let help = match &unusual.meant {
        Some(meant) => format!("write `{}`", redact(meant)),
        None => {
            let number = if name == "python" { "3.12" } else { "1.2" };
            format!(
                "write a number, such as `{name}={number}`, or a range, such as `{name}>={number}`"
            )
        }
    };
    let warning = Diagnostic::warning(code, message).at(line.location.clone(), "");
    Some(warning.help(help))
}
