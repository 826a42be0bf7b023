//! What the README shows is what presolve prints.

use std::path::Path;

use super::Project;

/// What presolve prints on both outputs, run in the repository, without the time.
fn printed(arguments: &[&str]) -> String {
    let project = Project::of(&[]);
    let mut command = project.command(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    without_time(&String::from_utf8(text).expect("UTF-8"))
}

fn without_time(text: &str) -> String {
    let text = text.trim_end();
    let end = text.rfind(" (").filter(|_| text.ends_with(" s)"));
    text[..end.unwrap_or(text.len())].to_owned()
}

/// The first code block of a language.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let start = format!("```{language}\n");
    let (_, behind) = text.split_once(&start).expect("a block");
    behind.split_once("```").expect("its end").0
}

#[test]
fn the_quickstart_prints_what_the_readme_shows() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("is there");
    let pinned = printed(&["pin", "fixtures/quickstart/environment.yml", "--diff"]);
    assert_eq!(pinned, without_time(block(&readme, "diff")));
    let refused = printed(&["pin", "fixtures/quickstart/unsolvable.yml"]);
    assert_eq!(refused, without_time(block(&readme, "text")));
}
