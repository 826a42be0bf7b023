use std::sync::Arc;

use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_text::{
    diagnostic::{Level, Location},
    secrets,
    source::SourceFile,
};

pub(super) static RULE: Rule = Rule {
    name: "secret-in-url",
    level: Level::Error,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("secret_in_url.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    files(subject).iter().flat_map(secrets_in).collect()
}

/// Reports the secrets in the URLs of a file.
pub fn secrets_in(file: &Arc<SourceFile>) -> Vec<Finding> {
    let secrets = secrets::find(file.text()).into_iter();
    let places = secrets.map(|span| Location {
        file: Arc::clone(file),
        span,
    });
    let findings = places.map(|at| {
        RULE.finding(
            at,
            "this part is masked here but readable in the file",
            "a URL contains a password, a token or a signature",
        )
        .note("it is in every clone of the repository, in the image's layers and in the build log")
        .help("revoke it; take it from a variable, `https://${TOKEN}@host/…`, from netrc, or from a workspace connection")
    });
    findings.collect()
}

/// The file itself, and the files with readable lines that its pip list includes with `-r`
/// and `-c`.
fn files(subject: &Requirements<'_>) -> Vec<Arc<SourceFile>> {
    let pip = &subject.environment.pip;
    let lines = pip.requirements.iter().chain(&pip.constraints);
    let lines = lines.map(|line| &line.location.file);
    let options = pip.options.written.iter();
    let options = options.map(|option| &option.location.file);
    let mut files = vec![Arc::clone(&subject.environment.source)];
    for file in lines.chain(options) {
        if !files.iter().any(|known| known.path() == file.path()) {
            files.push(Arc::clone(file));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Selection,
        lint::{LintOptions, lint},
    };
    use presolve_config::{Flags, Settings, check::CheckSettings};
    use presolve_input::Input;

    #[test]
    fn files_that_the_pip_list_names_are_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let listed = "--index-url https://user:secret@example.com/simple\nsix\n";
        std::fs::write(folder.path().join("r.txt"), listed).expect("is written");
        let text = "dependencies:\n- python=3.12\n- pip\n- pip:\n  - -r r.txt\n";
        let source = SourceFile::from_text(folder.path().join("environment.yml"), text);
        let settings = Settings::resolve_bare(folder.path(), Flags::default()).expect("settings");
        let selection = Selection::new(&CheckSettings::default(), &[RULE.name.to_owned()], &[]);
        let asked = LintOptions {
            selection: &selection.expect("the rule is known"),
            settings: &settings,
            platforms: &[],
            in_definition: false,
            today: jiff::civil::date(2026, 11, 21),
        };
        let findings = lint(&Input::of(source), asked).findings;
        let places: Vec<&str> = findings.iter().map(|f| f.location().text()).collect();
        assert_eq!(places, ["secret"]);
    }
}
