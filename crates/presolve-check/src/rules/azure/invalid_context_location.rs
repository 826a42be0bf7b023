use url::Url;

use crate::rules::{Finder, Finding, Rule};
use presolve_input::azure::Definition;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "invalid-context-location",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_definition_v1(find)),
    text: include_str!("invalid_context_location.md"),
};

fn find(definition: &Definition) -> Vec<Finding> {
    let context = ["docker", "buildContext"];
    let kind = definition.text(&[context[0], context[1], "locationType"]);
    let is_stored = kind.is_none_or(|kind| kind.value.eq_ignore_ascii_case("storageAccount"));
    let location = definition.text(&[context[0], context[1], "location"]);
    let Some(location) = location.filter(|location| is_stored && !location.value.is_empty()) else {
        return Vec::new();
    };
    let missing = match Url::parse(&location.value) {
        Err(_) => "no URL",
        Ok(url) if url.scheme() != "https" => "no `https`",
        Ok(url) if !url.host_str().unwrap_or_default().contains(".blob.") => {
            "no blob storage account"
        }
        Ok(url) if segments(&url) < 2 => "no container and path",
        Ok(_) => return Vec::new(),
    };
    let finding = RULE
        .finding(
            location.location,
            missing,
            "a build context cannot be at this location",
        )
        .help("write `https://<account>.blob.core.windows.net/<container>/<path>`");
    vec![finding]
}

fn segments(url: &Url) -> usize {
    let segments = url.path_segments().into_iter().flatten();
    segments.filter(|segment| !segment.is_empty()).count()
}
