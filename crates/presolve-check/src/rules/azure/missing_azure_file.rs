use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{
    Entity,
    entity::{Reference, Role},
};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::MISSING_AZURE_FILE,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_entity(find)),
    text: include_str!("missing_azure_file.md"),
};

fn find(entity: &Entity) -> Vec<Finding> {
    let fence = entity.source().fence();
    let inside = entity.files().iter();
    let inside = inside.filter(|file| fence.admits(&file.path));
    let findings = inside.filter_map(|file: &Reference| {
        if !file.path.is_file() {
            return Some(file.missing());
        }
        let is_wrong = file.role == Role::Environment && file.is_conda_file();
        is_wrong.then(|| file.misfit())
    });
    findings.map(|found| Finding::new(&RULE, found)).collect()
}
