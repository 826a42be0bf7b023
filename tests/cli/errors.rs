//! What ends a run, with what to do next, and the exit code.

use insta::assert_snapshot;

use super::{Project, environment, server};

#[test]
fn broken_credentials_stop_only_a_run_that_makes_requests() {
    let project = Project::online(environment(&["python"]));
    project.write("home/.rattler/credentials.json", "{");
    let online = project.pin(&["-o", "pinned.yml"]);
    assert!(online.stderr.contains("error[network-setup]"), "{online}");
    let offline = project.pin(&["-o", "pinned.yml", "--offline"]);
    assert_eq!(offline.code, 0, "{offline}");
}

#[test]
fn an_unknown_conda_package_has_a_near_one() {
    assert_snapshot!(Project::of(&["pandsa"]).pin(&[]), @"
    error[unknown-package]: no package `pandsa` in conda-forge
     --> environment.yml:3:5
      |
    3 |   - pandsa
      |     ^^^^^^ asked for here
      |
      = help: conda-forge has `pandas`
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 2
    ");
}

#[test]
fn an_unknown_project() {
    assert_snapshot!(Project::of(&["pip:", "nobody-has-this"]).pin(&[]), @"
    error[unknown-project]: no package index has a project `nobody-has-this`
     --> environment.yml:5:7
      |
    5 |     - nobody-has-this
      |       ^^^^^^^^^^^^^^^ asked for here
      |
      = help: check the spelling, or add the index that has it with --extra-index-url
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 2
    ");
}

#[test]
fn broken_yaml() {
    assert_snapshot!(Project::new("dependencies:\n  - [numpy\n").pin(&[]), @"
    error[invalid-yaml]: this is not valid YAML
     --> environment.yml:2:12
      |
    2 |   - [numpy
      |           ^
      |
      = note: did not find expected ',' or ']' at line 3 column 1, while parsing a flow sequence at line 2 column 5
      = help: check the indentation and the quotes of this line and the one before
    exit code 2
    ");
}

#[test]
fn a_missing_file() {
    assert_snapshot!(Project::of(&[]).pin(&["other.yml"]), @"
    error[unreadable-file]: cannot read `other.yml`: No such file or directory (os error 2)
     |
     = help: check the path and its permissions
    exit code 2
    ");
}

#[test]
fn a_wrong_flag() {
    assert_snapshot!(Project::of(&[]).pin(&["--channel-priority", "lax"]), @"
    error: invalid value 'lax' for '--channel-priority <MODE>'
      [possible values: strict, flexible, disabled]

    For more information, try '--help'.
    exit code 2
    ");
}

#[test]
fn an_unknown_setting_has_a_near_one() {
    let project = Project::of(&["libzlib"]);
    project.setting("chanel_alias = 'x'");
    assert_snapshot!(project.pin(&[]), @"
    error[invalid-setting]: unknown key `chanel_alias`
     --> [FOLDER]/presolve.toml:9:1
      |
    9 | chanel_alias = 'x'
      | ^^^^^^^^^^^^
      |
      = help: did you mean `channel-alias`?
    exit code 2
    ");
}

#[test]
fn an_unknown_key_is_a_warning() {
    let project = Project::new(environment(&["libzlib"]) + "dependancies: []\n");
    assert_snapshot!(project.pin(&[]), @"
    warning[unknown-key]: conda does not know the key `dependancies` and ignores it
     --> environment.yml:4:1
      |
    4 | dependancies: []
      | ^^^^^^^^^^^^
      |
      = help: did you mean `dependencies`, which the file also has?
    Pinned 1 package from conda and 0 from PyPI for linux-64 in environment.yml ([TIME])
    exit code 0
    ");
}

#[test]
fn quiet_is_silent_but_for_errors() {
    let project = Project::new(environment(&["libzlib"]) + "dependancies: []\n");
    assert_snapshot!(project.pin(&["-q"]), @"exit code 0");
    assert_snapshot!(Project::of(&["pandsa"]).pin(&["-q"]), @"
    error[unknown-package]: no package `pandsa` in conda-forge
     --> environment.yml:3:5
      |
    3 |   - pandsa
      |     ^^^^^^ asked for here
      |
      = help: conda-forge has `pandas`
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 2
    ");
}

#[test]
fn the_time_limit() {
    assert_snapshot!(Project::of(&["libzlib"]).pin(&["--timeout", "0s"]), @"
    error[time-limit]: no answer within the time limit
     |
     = help: raise it with --timeout, or pin more of the lines
    exit code 3
    ");
}

#[test]
fn a_channel_that_does_not_exist() {
    let project = Project::new("channels: [conda-fogre, nodefaults]\ndependencies: [libzlib]\n");
    assert_snapshot!(project.pin(&[]), @"
    error[unknown-channel]: channel `conda-fogre` does not exist: there is no noarch/repodata.json
     --> environment.yml:1:12
      |
    1 | channels: [conda-fogre, nodefaults]
      |            ^^^^^^^^^^^ named here
      |
      = note: the address is file://[FIXTURES]/channels/conda-fogre/
      = help: check the spelling of the name, and `channel-alias` if it is not a public channel
    exit code 2
    ");
}

#[test]
fn a_channel_that_the_server_does_not_have() {
    let project = Project::online(environment(&["libzlib"]));
    let alias = server::start().url("nothing");
    assert_snapshot!(project.pin(&["--channel-alias", &alias]), @"
    error[unknown-channel]: channel `conda-forge` does not exist: there is no noarch/repodata.json
     --> environment.yml:1:12
      |
    1 | channels: [conda-forge, nodefaults]
      |            ^^^^^^^^^^^ named here
      |
      = note: the address is http://127.0.0.1:[PORT]/nothing/conda-forge/
      = help: check the spelling of the name, and `channel-alias` if it is not a public channel
    exit code 2
    ");
}

#[test]
fn a_channel_whose_server_is_broken() {
    let project = Project::online(environment(&["libzlib"]));
    let alias = server::start().url("broken");
    let run = project.pin(&["--channel-alias", &alias]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr
            .contains("error[unreachable-channel]: cannot reach channel `conda-forge`"),
        "{run}"
    );
}

#[test]
fn a_channel_that_was_never_fetched() {
    let project = Project::of(&["libzlib"]);
    let run = project.pin(&["--channel-alias", "http://127.0.0.1:9/"]);
    assert_eq!(run.code, 3, "{run}");
    let message = "error[not-cached]: the repodata of channel `conda-forge` is not in the cache";
    assert!(run.stderr.starts_with(message), "{run}");
}

#[test]
fn an_index_that_refuses_connections() {
    let project = Project::online(environment(&["pip:", "tomlish"]));
    let run = project.pin(&["--index-url", &server::nobody_listens()]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr
            .contains("error[index-unreachable]: cannot fetch `http://127.0.0.1:"),
        "{run}"
    );
    assert!(run.stderr.contains("help: check the network"), "{run}");
}

#[test]
fn an_index_that_is_broken() {
    let project = Project::online(environment(&["pip:", "tomlish"]));
    let run = project.pin(&["--index-url", &server::start().url("broken")]);
    assert_snapshot!(run, @"
    error[index-unreachable]: `http://127.0.0.1:[PORT]/broken/tomlish/` responds with 500 Internal Server Error
     |
     = help: check the network, `HTTPS_PROXY` and `NO_PROXY`, and the index's URL, or use the cache with `--offline`
    exit code 3
    ");
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let project = Project::of(&["libzlib"]);
    let mut command = project.command(&["pin", "--diff", "-q"]);
    command.stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    drop(child.stdout.take());
    // Something would change.
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn a_project_that_only_a_requirement_names_is_a_verdict() {
    let project = Project::of(&["pip:", "astray"]);
    assert_eq!(project.pin(&[]).code, 1);
}
