use super::is_open_to_others;
use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "insecure-index",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("insecure_index.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let options = &subject.environment.pip.options;
    let urls = options.index_url.iter();
    let urls = urls.chain(&options.extra_index_urls);
    let urls = urls.chain(&options.find_links);
    let open = urls.filter(|url| is_open_to_others(&url.value));
    let open = open.map(|url| {
        RULE.finding(
            url.location.clone(),
            "this is not encrypted",
            "distributions come over plain HTTP",
        )
        .help("use `https://`")
    });
    let trusted = options.written.iter();
    let trusted = trusted.filter(|option| trusts_another(&option.value));
    let trusted = trusted.map(|option| {
        RULE.finding(
            option.location.clone(),
            "its certificate is not checked",
            "pip trusts a host without a check of its certificate",
        )
        .help("remove `--trusted-host`, and give pip the certificate with `PIP_CERT`")
    });
    let why = "anyone on the network path can substitute packages, and pip runs their code";
    open.chain(trusted).map(|found| found.note(why)).collect()
}

/// Whether an option is a `--trusted-host` for another machine.
fn trusts_another(option: &str) -> bool {
    let host = option.strip_prefix("--trusted-host ");
    host.is_some_and(|host| is_open_to_others(&format!("http://{}", host.trim_matches('\''))))
}
