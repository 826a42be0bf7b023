use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::{
    Definition,
    asset::{BuildFiles, USUAL_DOCKERFILE},
    definition::is_template,
    v1,
};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_input::codes::MISSING_DOCKERFILE,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| {
        let v2 = subject.in_definition_v2(find);
        [v2, subject.in_definition_v1(find_v1)].concat()
    }),
    text: include_str!("missing_dockerfile.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let path = definition.text(&["build", "path"]);
    let (Some(path), Some(files)) = (path, BuildFiles::of(definition)) else {
        return Vec::new();
    };
    // If the context itself is missing, another finding reports that.
    let fence = definition.source().fence();
    let has_context = is_template(&path.value) || fence.has_folder(&files.context);
    let is_missing = fence.admits(&files.dockerfile) && !files.dockerfile.is_file();
    if !has_context || !is_missing {
        return Vec::new();
    }
    let message = format!("there is no Dockerfile `{}`", files.dockerfile.display());
    let named = definition.text(&["build", "dockerfile_path"]);
    let at = named.map_or(path.location, |named| named.location);
    let finding = RULE
        .finding(at, "looked for here", message)
        .note(format!(
            "`dockerfile_path` is relative to `path`; the default is `{USUAL_DOCKERFILE}`"
        ))
        .help("correct `dockerfile_path`, or add the Dockerfile");
    vec![finding]
}

/// In v1 the context is in a storage account, so only the path itself is known. There is no
/// default for it.
fn find_v1(definition: &Definition) -> Vec<Finding> {
    let keys = ["docker", "buildContext", "dockerfilePath"];
    let context = definition.given(v1::DOCKER_OPTIONS[2]);
    let is_given = definition.given(&keys).is_some();
    let Some(context) = context.filter(|_| !is_given) else {
        return Vec::new();
    };
    let (at, label) = match definition.key(&keys) {
        Some(key) => (key, "no path"),
        None => (context, "no `dockerfilePath`"),
    };
    let finding = RULE
        .finding(at, label, "the build context does not name its Dockerfile")
        .note("the service rejects the environment: a Dockerfile path must be specified")
        .help("write the path of the Dockerfile in the build context, such as `Dockerfile`");
    vec![finding]
}
