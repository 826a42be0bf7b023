use jiff::civil::Date;

use crate::{
    azure::{
        Definition,
        definition::{CondaFile, is_template},
    },
    diagnostic::Level,
    rules::{Finder, Finding, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "missing-conda-file",
    level: Level::Error,
    by_default: true,
    finder: Finder::Definition(find),
    text: include_str!("missing_conda_file.md"),
};

fn find(definition: &Definition, _: Date) -> Vec<Finding> {
    let finding = match definition.conda_file() {
        CondaFile::Beside(at, path) if !path.is_file() && !is_template(at.text()) => {
            let message = format!("there is no conda file `{}`", path.display());
            let finding = RULE.finding(at, "named here", message);
            finding.note("the path is relative to the folder of this file")
        }
        CondaFile::Malformed(at) if !is_template(at.text()) => {
            let message = "`conda_file` is neither a path nor a spec";
            RULE.finding(at, "", message)
        }
        _ => return Vec::new(),
    };
    vec![finding.help("mend the path, or write the conda spec below `conda_file:`")]
}
