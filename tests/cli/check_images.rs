//! `check --check-images`: the registries of the images, with one on this machine.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};

use super::{Project, server};

/// A registry that gives tokens, and what it was asked.
struct Registry {
    /// The host with its port.
    host: String,
    requests: Requests,
}

type Requests = Arc<Mutex<Vec<String>>>;

impl Registry {
    /// Starts a registry, which ends with the process.
    fn start() -> Self {
        let requests = Requests::default();
        let seen = Arc::clone(&requests);
        let app = |address: SocketAddr| {
            let app = Router::new().route("/{*path}", any(answer));
            app.with_state((address.to_string(), seen))
        };
        let host = server::serve(app).to_string();
        Self { host, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }

    /// Checks a pipeline with a step on each of these images of the registry.
    fn check(&self, images: &[&str], flags: &[&str]) -> (i32, String) {
        let steps = images.iter().enumerate().map(|(index, image)| {
            let host = &self.host;
            format!("  s{index}:\n    command: ls\n    environment:\n      image: {host}/{image}\n")
        });
        let project = Project::online("");
        let text = format!("type: pipeline\njobs:\n{}", steps.collect::<String>());
        project.write("pipeline.yml", text);
        let rules = "missing-image,inaccessible-image";
        let check = ["check", "pipeline.yml", "--select", rules, "--no-solve"];
        let run = project.run(&[&check[..], flags].concat());
        (run.code, run.to_string().replace(&self.host, "HOST"))
    }
}

/// An environment on an image of a registry.
pub(super) fn on_image(image: &str) -> Project {
    let host = Registry::start().host;
    Project::online(format!(
        "name: e\nimage: {host}/{image}\nconda_file: {{dependencies: [python=3.12]}}\n"
    ))
}

async fn answer(State((host, seen)): State<(String, Requests)>, request: Request) -> Response {
    let token = request.headers().get(header::AUTHORIZATION);
    let token = token.map_or("", |token| token.to_str().expect("text"));
    let (method, uri) = (request.method().clone(), request.uri().to_string());
    let line = format!("{method} {uri} {token}");
    seen.lock()
        .expect("not poisoned")
        .push(line.trim().to_owned());
    let repository = uri.trim_start_matches("/v2/team/");
    let (repository, rest) = repository.split_once('/').unwrap_or((repository, ""));
    let unauthorized = |challenge: String| {
        let headers = [(header::WWW_AUTHENTICATE, challenge)];
        (StatusCode::UNAUTHORIZED, headers).into_response()
    };
    let realm = |realm: &str| unauthorized(format!("Bearer realm=\"{realm}\",service=\"s\""));
    match repository {
        _ if uri.starts_with("/token") => "{\"token\":\"t0p-s3cret\"}".into_response(),
        _ if uri.starts_with("/page") => "<html>".into_response(),
        _ if uri.starts_with("/large") => "x".repeat(1 << 20).into_response(),
        "public" => StatusCode::OK.into_response(),
        "elsewhere" => realm("http://evil.example/token"),
        "page" => realm(&format!("http://{host}/page-instead-of-token")),
        "flood" => realm(&format!("http://{host}/large")),
        "basic" => unauthorized("Basic realm=\"x\"".to_owned()),
        "moved" => {
            let headers = [(
                header::LOCATION,
                "http://evil.example/v2/team/moved/manifests/1",
            )];
            (StatusCode::TEMPORARY_REDIRECT, headers).into_response()
        }
        "gone" => StatusCode::NOT_FOUND.into_response(),
        _ if token.is_empty() => realm(&format!("http://{host}/token?x=1")),
        _ if token != "Bearer t0p-s3cret" => StatusCode::BAD_REQUEST.into_response(),
        "train" if rest == "manifests/1" && method == Method::HEAD => {
            StatusCode::OK.into_response()
        }
        "train" if rest.starts_with("tags/") => "{\"tags\":[\"1\"]}".into_response(),
        "private" => StatusCode::FORBIDDEN.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[test]
fn an_image_that_exists_is_asked_for_once() {
    let registry = Registry::start();
    let (code, said) = registry.check(&["team/train:1", "team/train:1", "team/public:7"], &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        registry.requests(),
        Vec::<String>::new(),
        "only with the flag"
    );
    let images = ["team/train:1", "team/train:1", "team/public:7"];
    let (code, said) = registry.check(&images, &["--check-images"]);
    assert_eq!(code, 0, "{said}");
    let mut requests = registry.requests();
    requests.sort();
    assert_eq!(
        requests,
        [
            "GET /token?x=1&service=s&scope=repository%3Ateam%2Ftrain%3Apull",
            "HEAD /v2/team/public/manifests/7",
            "HEAD /v2/team/train/manifests/1",
            "HEAD /v2/team/train/manifests/1 Bearer t0p-s3cret",
        ]
    );
}

#[test]
fn a_missing_tag_a_missing_name_and_a_private_image_are_told_apart() {
    let registry = Registry::start();
    let images = [
        "team/train:2",
        "team/gone:1",
        "team/private:1",
        "team/basic:1",
    ];
    let (code, said) = registry.check(&images, &["--check-images"]);
    assert_eq!(code, 1, "{said}");
    for (message, place) in [
        (
            "error[missing-image]: HOST has `team/train`, but not the tag `2`\n",
            "--> pipeline.yml:6:14",
        ),
        (
            "error[missing-image]: HOST does not have `team/gone`\n",
            "--> pipeline.yml:10:14",
        ),
        (
            "note[inaccessible-image]: HOST denies access to `team/private` without credentials, and 1 more like it\n",
            "--> pipeline.yml:14:14",
        ),
    ] {
        let (_, rest) = said
            .split_once(message)
            .unwrap_or_else(|| panic!("{message}\n{said}"));
        assert!(rest.trim_start().starts_with(place), "{place}\n{said}");
    }
    assert!(
        said.contains("18 |       image: HOST/team/basic:1"),
        "{said}"
    );
    assert!(!said.contains("s3cret"), "{said}");
}

/// A registry that a stranger chose leads nowhere else, and its answers are limited.
#[test]
fn a_registry_without_a_usable_answer_decides_nothing() {
    let registry = Registry::start();
    for (image, reason) in [
        (
            "team/elsewhere:1",
            "its tokens come from `http://evil.example`",
        ),
        ("team/page:1", "does not send a token"),
        ("team/flood:1", "does not send a token"),
        ("team/moved:1", "it responds with 307"),
    ] {
        let (code, said) = registry.check(&[image], &["--check-images"]);
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("error[unreachable-registry]"), "{said}");
        assert!(said.contains(reason), "{said}");
        assert!(said.contains("--> pipeline.yml:6:14"), "{said}");
    }
    let silent = Registry {
        host: std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .to_string(),
        requests: Requests::default(),
    };
    let (code, said) = silent.check(&["team/train:1"], &["--check-images"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("cannot ask HOST for the image"), "{said}");
}

#[test]
fn no_registry_is_asked_offline_or_for_what_is_not_an_image() {
    let registry = Registry::start();
    let flags = ["--check-images", "--offline"];
    let (code, said) = registry.check(&["team/gone:1"], &flags);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("note[offline]"), "{said}");
    let (code, said) = registry.check(&["team/{{name}}:1", "team/UPPER:1"], &["--check-images"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(registry.requests(), Vec::<String>::new());
}

/// The images of Dockerfiles and of definitions in their own file.
#[test]
fn every_base_image_is_looked_up() {
    let registry = Registry::start();
    let host = &registry.host;
    let project = Project::online("");
    project.write(
        "Dockerfile",
        format!("FROM {host}/team/gone:1\nRUN pip install a\n"),
    );
    project.write(
        "env.yml",
        format!("name: e\nimage: {host}/team/gone:2\nconda_file: c.yml\n"),
    );
    project.write("c.yml", "dependencies: [python]\n");
    let check = [
        "check",
        ".",
        "--select",
        "missing-image",
        "--no-solve",
        "--check-images",
    ];
    let run = project.run(&check);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(run.stdout.matches("[missing-image]").count(), 2, "{run}");
    // Known findings are silenced as any other.
    project.write(
        "env.yml",
        format!("name: e\nimage: {host}/team/gone:2  # presolve: ignore[missing-image] soon\nconda_file: c.yml\n"),
    );
    let run = project.run(&check);
    assert_eq!(run.stdout.matches("[missing-image]").count(), 1, "{run}");
    let run = project.run(&[
        "check",
        ".",
        "--select",
        "missing-image,unused-suppression",
        "--no-solve",
    ]);
    assert!(!run.stdout.contains("unused-suppression"), "{run}");
}

/// A pull request may name any number of images.
#[test]
fn the_images_of_a_run_are_limited() {
    let registry = Registry::start();
    let project = Project::online("");
    for file in 0..8 {
        let steps = (0..70).map(|step| {
            let image = format!("{}/team/public:{file}-{step}", registry.host);
            format!("  s{step}:\n    command: ls\n    environment:\n      image: {image}\n")
        });
        let text = format!("type: pipeline\njobs:\n{}", steps.collect::<String>());
        project.write(&format!("jobs/{file}.yml"), text);
    }
    let rules = ["--select", "missing-image", "--no-solve"];
    let run = project.run(&[&["check", "jobs", "--check-images"], &rules[..]].concat());
    assert_eq!(run.code, 3, "{run}");
    assert_eq!(registry.requests().len(), 500);
    let message = "images were not looked up: a run asks for at most 500 images";
    assert!(run.to_string().contains(message), "{run}");
    assert!(run.to_string().contains("error[too-many-images]"), "{run}");
}
