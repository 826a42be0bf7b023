use crate::{
    diagnostic::Level,
    rules::{Finder, Finding, Rule, Subject},
    spec::secrets,
};

pub(super) static RULE: Rule = Rule {
    name: "secret-in-url",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(find),
    text: include_str!("secret_in_url.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let secrets = secrets::find(subject.tree.source().text());
    let findings = secrets.into_iter().map(|span| {
        RULE.finding(
            subject.tree.at(span),
            "this part is masked here and plain in the file",
            "a URL carries a password, a token or a signature",
        )
        .note("it is in every clone of the repository, in the image's layers and in the build log")
        .help("revoke it; take it from a variable, `https://${TOKEN}@host/…`, from netrc, or from a workspace connection")
    });
    findings.collect()
}
