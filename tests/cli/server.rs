//! The fixtures over HTTP, on a port of this machine.

use std::{net::SocketAddr, sync::mpsc};

use axum::{
    Router,
    extract::{Path, Request},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use tower_http::services::ServeDir;

use super::fixtures;

/// The user and password that `private` asks for, as a header.
const AUTHORIZATION: &str = "Basic bWU6czNjcmV0";

/// What is served below its root:
/// - `json`: the index as JSON, of the distributions only the `.metadata` files;
/// - `simple`: the same, with PyPI's JSON API in `pypi` beside it;
/// - `private`: the same for `me` with the password `s3cret`;
/// - `html`: the index as HTML where a project has such a page, and all its files;
/// - `mirror/t/json`, `mirror/t/html`: the same in a folder `t`;
/// - `channels`: the channels;
/// - `osv/all.zip`: an advisory for tomlish 1.2.0 in the format of OSV;
/// - `broken`: status 500.
pub(super) struct Server {
    address: SocketAddr,
}

impl Server {
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    pub(super) fn url_with(&self, credentials: &str, path: &str) -> String {
        format!("http://{credentials}@{}/{path}", self.address)
    }
}

/// Starts a server, which ends with the process.
pub(super) fn start() -> Server {
    let address = serve(|_| app());
    Server { address }
}

/// Serves an app on a port of this machine, until the process ends. `app` gets the address.
pub(super) fn serve(app: impl FnOnce(SocketAddr) -> Router + Send + 'static) -> SocketAddr {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
            let listener = listener.expect("a port");
            let address = listener.local_addr().expect("an address");
            send.send(address).expect("waited for");
            axum::serve(listener, app(address)).await.expect("serves");
        });
    });
    receive.recv().expect("a server")
}

/// A URL at which connections are refused.
pub(super) fn nobody_listens() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}/", listener.local_addr().expect("an address"))
}

fn app() -> Router {
    let json = Router::new()
        .route("/{project}/", get(page))
        .route("/{project}/{file}", get(metadata));
    Router::new()
        .nest("/private", json.clone().layer(from_fn(authorized)))
        .nest("/mirror/t/json", json.clone())
        .nest("/json", json.clone())
        .nest("/simple", json)
        .route("/pypi/{project}/{version}/json", get(release))
        .route("/osv/all.zip", get(advisories))
        .nest_service("/html", ServeDir::new(fixtures().join("pypi")))
        .nest_service("/mirror/t/html", ServeDir::new(fixtures().join("pypi")))
        .nest_service("/channels", ServeDir::new(fixtures().join("channels")))
        .route(
            "/broken/{*path}",
            any(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        )
}

async fn page(Path(project): Path<String>) -> Response {
    let path = fixtures().join("pypi").join(project).join("index.json");
    let mut headers = HeaderMap::new();
    let json = "application/vnd.pypi.simple.v1+json"
        .parse()
        .expect("a value");
    headers.insert(header::CONTENT_TYPE, json);
    match std::fs::read(path) {
        Ok(body) => (headers, body).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// tomlish 1.2.0 has known vulnerabilities, one of them in two databases, and one that
/// was withdrawn.
async fn release(Path((project, version)): Path<(String, String)>) -> Response {
    let known = r#"[
        {"id": "PYSEC-2024-1", "aliases": ["CVE-2024-1"], "summary": null, "withdrawn": null,
         "details": "A table opens every door. It should not.", "fixed_in": ["1.2.1"]},
        {"id": "GHSA-aaaa", "aliases": ["CVE-2024-1"], "summary": "Opens doors",
         "details": "", "withdrawn": null, "fixed_in": ["1.2.1"]},
        {"id": "PYSEC-2024-2", "aliases": [], "summary": "Leaks keys", "details": "",
         "withdrawn": null, "fixed_in": ["1.0.9", "1.3"]},
        {"id": "PYSEC-2024-3", "aliases": [], "summary": "A mistake", "details": "",
         "withdrawn": "2024-05-01T00:00:00Z", "fixed_in": []}
    ]"#;
    let known = match (project.as_str(), version.as_str()) {
        ("tomlish", "1.2.0") => known,
        ("unlisted", _) => return StatusCode::NOT_FOUND.into_response(),
        _ => "[]",
    };
    format!(r#"{{"info": {{}}, "urls": [], "vulnerabilities": {known}}}"#).into_response()
}

async fn advisories() -> Response {
    let advisory = r#"{"id": "OSV-7", "affected": [{
        "package": {"ecosystem": "PyPI", "name": "tomlish"}, "versions": ["1.2.0"]}]}"#;
    crate::fuzz::zip(&[("OSV-7.json", advisory)]).into_response()
}

async fn metadata(Path((project, file)): Path<(String, String)>) -> Response {
    let path = fixtures().join("pypi").join(project).join(&file);
    match std::fs::read(path) {
        Ok(body) if file.ends_with(".metadata") => body.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn authorized(request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION);
    if given.is_some_and(|given| given == AUTHORIZATION) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}
