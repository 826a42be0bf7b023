use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{
    Definition,
    definition::{CondaFile, is_template},
    spec,
};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::MISSING_CONDA_FILE,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition(find)),
    text: include_str!("missing_conda_file.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let finding = match definition.conda_file() {
        CondaFile::Beside(at, path)
            if definition.source().fence().admits(&path)
                && !path.is_file()
                && !is_template(at.text()) =>
        {
            Finding::new(&RULE, spec::missing(definition, at, &path))
        }
        CondaFile::Remote(at) => Finding::new(&RULE, spec::remote(at)),
        CondaFile::Malformed(at) if !is_template(at.text()) => RULE
            .finding(at, "", "this is neither a path nor a conda spec")
            .help("write the path of a conda file, or its keys here"),
        _ => return Vec::new(),
    };
    vec![finding]
}
