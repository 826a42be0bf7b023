use crate::rules::{Finder, Finding, Rule};
use presolve_input::docker::Plan;
use presolve_text::{
    diagnostic::{Level, Location},
    secrets::redact,
};

/// The name of the rule.
pub(crate) const NAME: &str = "missing-copy-source";

pub(super) static RULE: Rule = Rule {
    name: NAME,
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_dockerfile(find)),
    text: include_str!("missing_copy_source.md"),
};

fn find(plan: &Plan) -> Vec<Finding> {
    let copies = plan.build.copies.iter();
    let findings = copies.filter_map(|copied| {
        let at = plan.dockerfile.at(copied.span.clone());
        if copied.is_comment && plan.context.is_dir() {
            let finding = RULE.finding(
                at,
                "read as file names",
                "`COPY` cannot be followed by a comment",
            );
            return Some(finding.help("write the comment on its own line"));
        }
        let path = plan.lacking(copied)?;
        if let Some(line) = plan.excluded(copied) {
            return Some(excluded(at, redact(path), line));
        }
        let context = plan.context.display();
        let finding = RULE
            .finding(
                at,
                "copied here",
                format!("there is no `{}` in the build context", redact(path)),
            )
            .note(format!("the build context is the folder `{context}`"))
            .help("correct the path, which is relative to the build context, or add the file");
        Some(finding)
    });
    findings.collect()
}

/// A file that `.dockerignore` excludes is in the folder, but not in the build context.
fn excluded(at: Location, path: String, line: Location) -> Finding {
    let message = format!("`.dockerignore` excludes `{path}` from the build context");
    RULE.finding(at, "copied here", message)
        .related(line, "excludes it")
        .help("remove the line from `.dockerignore`, or add an exception that begins with `!`")
}
