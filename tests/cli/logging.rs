//! `-v` and `PRESOLVE_LOG`: what presolve does, on stderr, without secrets and without what
//! steers a terminal.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
};

use super::{Project, Run, environment, server};

fn project() -> Project {
    Project::online(environment(&["python", "pip:", "tomlish"]))
}

fn diffed(project: &Project, index: &str, arguments: &[&str]) -> Run {
    project.pin(&[&["--diff", "--index-url", index], arguments].concat())
}

#[test]
fn requests_and_cache_hits_are_logged() {
    let (project, server) = (project(), server::start());
    let index = server.url("json");
    let first = diffed(&project, &index, &["-v"]);
    assert_eq!(first.code, 1, "{first}");
    let page = format!("url={index}/tomlish/");
    let has = |run: &Run, parts: &[&str]| {
        let mut lines = run.stderr.lines();
        lines.any(|line| parts.iter().all(|part| line.contains(part)))
    };
    assert!(
        has(&first, &["INFO", "answer", &page, "status=200"]),
        "{first}"
    );
    assert!(has(&first, &["fetched", &page, "bytes="]), "{first}");
    assert!(has(&first, &["repodata loaded", "records="]), "{first}");
    assert!(has(&first, &["solved", "pypi=1"]), "{first}");
    assert!(!first.stderr.contains("DEBUG"), "{first}");
    let second = diffed(&project, &index, &["-v", "--offline"]);
    assert!(has(&second, &["cache hit", &page]), "{second}");
    assert!(!has(&second, &["answer"]), "{second}");
    // What is logged is not a part of the answer.
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(first.stdout, diffed(&project, &index, &["-q"]).stdout);
}

#[test]
fn each_v_tells_more() {
    let (project, server) = (project(), server::start());
    let lines = |arguments: &[&str]| {
        let run = diffed(&project, &server.url("json"), arguments);
        let levels = ["INFO", "DEBUG", "TRACE"];
        levels.map(|level| run.stderr.contains(&format!(" {level} presolve")))
    };
    assert_eq!(lines(&[]), [false, false, false]);
    assert_eq!(lines(&["-v"]), [true, false, false]);
    assert_eq!(lines(&["-vv"]), [true, true, false]);
    assert_eq!(lines(&["-vvv"]), [true, true, true]);
}

#[test]
fn the_lines_of_a_file_that_is_checked_name_it() {
    let project = Project::of(&["python"]);
    let run = project.run(&["check", "-vv"]);
    for message in ["checking", "repodata loaded", "attempt"] {
        let is_named =
            |line: &str| line.contains(message) && line.contains("check{file=environment.yml}");
        assert!(run.stderr.lines().any(is_named), "{message}: {run}");
    }
}

#[test]
fn a_variable_selects_crates() {
    let project = Project::of(&["python"]);
    let run = project.pin_with("PRESOLVE_LOG", "presolve_solve=debug");
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("presolve_registry"), "{run}");
    let run = project.pin_with(
        "PRESOLVE_LOG",
        "presolve_registry=info,presolve_resolve=info",
    );
    assert!(run.stderr.contains("presolve_registry"), "{run}");
    let run = project.pin_with("PRESOLVE_LOG", "presolve=loud");
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("error[bad-log-filter]"), "{run}");
}

#[test]
fn a_secret_of_an_index_is_not_logged() {
    let (project, server) = (project(), server::start());
    let index = server.url_with("me:s3cret", "private");
    for arguments in [&["-vvv"][..], &["-vvv", "--offline"]] {
        let run = diffed(&project, &index, arguments);
        assert!(run.stderr.contains("****@127.0.0.1"), "{run}");
        assert!(!run.stderr.contains("s3cret"), "{run}");
        // The same in base64, as in the header.
        assert!(!run.stderr.contains("bWU6czNjcmV0"), "{run}");
    }
    // Libraries log more than presolve's crates do.
    let mut command = project.command(&["pin", "--diff", "--index-url", &index]);
    command.env("PRESOLVE_LOG", "trace");
    let run: Run = command.output().expect("it starts").into();
    assert!(!run.stderr.contains("s3cret"), "{run}");
    assert!(!run.stderr.contains("bWU6czNjcmV0"), "{run}");
}

/// An index whose pages have this content type.
fn index_of(content_type: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let _ = lines.find(String::is_empty);
            let head =
                "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\nContent-Type: ";
            let _ = write!(&stream, "{head}{content_type}\r\n\r\n<html></html>");
        }
    });
    format!("http://{address}")
}

#[test]
#[cfg(unix)]
fn neither_a_name_nor_a_header_steers_the_terminal() {
    let project = project();
    let name = "a\u{1b}[31m\u{9b}1m\n::error::b.yml";
    project.write(name, project.read("environment.yml"));
    for index in [
        index_of("text/html\u{1b}[31m"),
        index_of("text/html; charset=\u{9b}31m\u{202e}"),
    ] {
        for command in ["pin", "check"] {
            let arguments = [command, name, "-vvv", "--color", "always"];
            let run = project.run(&[&arguments[..], &["--index-url", &index]].concat());
            for foreign in ["\u{1b}[31m\u{9b}", "html\u{1b}", "\u{9b}", "\u{202e}"] {
                assert!(!run.stderr.contains(foreign), "{foreign:?}: {run}");
            }
            let logged = |line: &&str| line.contains(" presolve_");
            let logged: Vec<&str> = run.stderr.lines().filter(logged).collect();
            assert!(logged.iter().any(|line| line.contains("b.yml")), "{run}");
            assert!(!logged.concat().contains('\u{1b}'), "{run}");
            assert!(!run.stderr.contains("\n::error"), "{run}");
        }
    }
}
