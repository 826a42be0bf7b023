use crate::rules::{Finder, Finding, Rule};
use presolve_input::{
    azure::{Definition, definition::names_environment},
    docker::Plan,
};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "environment-as-image",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| {
        let of_definition = subject.in_definition(find);
        [of_definition, subject.in_dockerfile(find_from)].concat()
    }),
    text: include_str!("environment_as_image.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let named = definition.image_text();
    let named = named.filter(|named| names_environment(&named.value));
    let base = || definition.base_dockerfile();
    let places = match named {
        Some(named) => vec![named.location],
        None => base().map_or_else(Vec::new, |base| {
            let named = base.plan().environment_as_image().is_some();
            named.then_some(base.location).into_iter().collect()
        }),
    };
    places.into_iter().map(finding).collect()
}

fn find_from(plan: &Plan) -> Vec<Finding> {
    let named = plan.environment_as_image();
    named.into_iter().map(finding).collect()
}

fn finding(at: Location) -> Finding {
    RULE.finding(
        at,
        "not an image",
        "this names an environment, not an image",
    )
    .note(
        "an environment is built on a Docker image; `azureml:` and resource IDs name environments",
    )
    .help("to use the environment, name it in a job or a deployment, as `environment: azureml:…`")
    .help("to build on it, write its image, which `az ml environment show` prints")
}
