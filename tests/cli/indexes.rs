//! Where distributions come from, over the network and from disk.

use super::{Project, Run, environment, fixtures, pin_of, server};

/// A file whose pip list ends with these lines.
fn project(lines: &[&str]) -> Project {
    Project::online(environment(&[&["python", "pip:"], lines].concat()))
}

fn pinned(project: &Project, run: &Run, name: &str) -> String {
    assert_eq!(run.code, 0, "{run}");
    pin_of(&project.read("environment.yml"), name).join(" ")
}

#[test]
fn json_with_metadata_files() {
    let project = project(&["oldflow"]);
    let run = project.pin(&["--index-url", &server::start().url("json")]);
    assert_eq!(pinned(&project, &run, "oldflow"), "oldflow==2.8.1");
}

#[test]
fn html_with_whole_files() {
    let project = project(&["pagework"]);
    let run = project.pin(&["--index-url", &server::start().url("html")]);
    assert_eq!(pinned(&project, &run, "pagework"), "pagework==1.0+cpu");
}

#[test]
fn two_indexes_are_one_pool() {
    let project = project(&["ledger", "tomlish"]);
    let private = fixtures().join("pypi-private").display().to_string();
    let run = project.pin(&["--extra-index-url", &private]);
    assert_eq!(pinned(&project, &run, "ledger"), "ledger==1.1+acme");
    assert_eq!(pinned(&project, &run, "tomlish"), "tomlish==1.2.0");
}

#[test]
fn pips_variables_count() {
    let project = project(&["ledger"]);
    project.change("index-url", None);
    let private = fixtures().join("pypi-private").display().to_string();
    let run = project.pin_with("PIP_INDEX_URL", &private);
    assert_eq!(pinned(&project, &run, "ledger"), "ledger==1.1+acme");
}

#[test]
fn pips_configuration_counts() {
    let project = project(&["ledger"]);
    project.change("index-url", None);
    let private = fixtures().join("pypi-private").display().to_string();
    let config = format!("[global]\nindex-url = {private}\n");
    project.write("pip.conf", config);
    let run = project.pin_with("PIP_CONFIG_FILE", "pip.conf");
    assert_eq!(pinned(&project, &run, "ledger"), "ledger==1.1+acme");
}

#[test]
fn netrc_opens_a_private_index() {
    let url = server::start().url("private");
    let project = project(&["tomlish"]);
    project.write(
        "home/.netrc",
        "machine 127.0.0.1 login me password s3cret\n",
    );
    let run = project.pin(&["--index-url", &url]);
    assert_eq!(pinned(&project, &run, "tomlish"), "tomlish==1.2.0");
}

#[test]
fn a_private_index_asks_for_credentials() {
    let project = project(&["tomlish"]);
    let run = project.pin(&["--index-url", &server::start().url("private")]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("error[access-denied]"), "{run}");
    assert!(
        run.stderr.contains("help: give credentials in `~/.netrc`"),
        "{run}"
    );
}

#[test]
fn a_password_is_used_and_never_shown() {
    let server = server::start();
    let url = server.url_with("me:s3cret", "private");
    let option = format!("--index-url {url}");
    for (name, code) in [("tomlish", 0), ("nobody-has-this", 2)] {
        let project = project(&[name, &option]);
        let run = project.pin(&["-o", "pinned.yml"]);
        assert_eq!(run.code, code, "{run}");
        assert!(!run.to_string().contains("s3cret"), "{run}");
    }
    // The file is the user's: what stands in it stays.
    let project = project(&["tomlish", &option]);
    assert!(project.pinned(&[]).contains(&option));
}

#[test]
fn a_wrong_password_is_not_shown() {
    let url = server::start().url_with("me:wr0ng", "private");
    let project = project(&["tomlish"]);
    let run = project.pin(&["--index-url", &url]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.to_string().contains("wr0ng"), "{run}");
}

#[test]
fn what_was_fetched_once_answers_offline() {
    let server = server::start();
    let project = project(&["oldflow"]);
    let (channels, index) = (server.url("channels"), server.url("json"));
    let arguments = ["--channel-alias", &channels, "--index-url", &index];
    let first = project.pin(&arguments);
    let text = project.read("environment.yml");
    assert_eq!(pinned(&project, &first, "oldflow"), "oldflow==2.8.1");
    let again = project.pin(&[&arguments[..], &["--offline", "--upgrade"]].concat());
    assert_eq!(again.code, 0, "{again}");
    assert_eq!(project.read("environment.yml"), text);
}
