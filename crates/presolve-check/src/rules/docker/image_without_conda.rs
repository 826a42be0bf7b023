use crate::rules::{Finder, Finding, Rule};
use presolve_input::{
    azure::{Definition, definition::CondaFile},
    docker::Plan,
};
use presolve_text::{
    diagnostic::{Level, Location},
    secrets::redact,
};

pub(super) static RULE: Rule = Rule {
    name: "image-without-conda",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| {
        let of_definition = subject.in_definition(find);
        [of_definition, subject.in_dockerfile(find_run)].concat()
    }),
    text: include_str!("image_without_conda.md"),
};

/// The service runs the conda of the image to install the conda file.
fn find(definition: &Definition) -> Vec<Finding> {
    let Some(image) = definition.image() else {
        return Vec::new();
    };
    let base = definition.base_dockerfile();
    let may_have_conda = base.is_some_and(|base| base.plan().may_have_conda());
    let has_spec = !matches!(definition.conda_file(), CondaFile::None);
    if !has_spec || may_have_conda || !image.value.lacks_conda() {
        return Vec::new();
    }
    let finding = finding(image.location, "no conda", &image.value.to_string())
        .note("Azure ML installs the conda file with the conda of the image")
        .help(
            "use an image with conda, such as `mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04`",
        );
    vec![finding]
}

fn find_run(plan: &Plan) -> Vec<Finding> {
    let (Some(command), Some(image)) = (plan.without_conda(), plan.image()) else {
        return Vec::new();
    };
    let name = image.value.to_string();
    let finding = finding(plan.place(command), "runs conda", &name)
        .related(image.location, "has no conda")
        .note("no earlier step installs it, so the build stops with \"conda: not found\"")
        .help("use an image with conda, such as `condaforge/miniforge3`, or install it first");
    vec![finding]
}

fn finding(at: Location, label: &str, image: &str) -> Finding {
    let message = format!("the image `{}` does not contain conda", redact(image));
    RULE.finding(at, label, message)
}
