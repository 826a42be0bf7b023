//! Tests of the client against a server on this machine.

use std::{
    collections::HashMap,
    str::FromStr,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use futures::future::try_join_all;
use sha2::{Digest, Sha256};

use super::*;
use crate::{network::cache::Cache, pypi::pages::BUCKET};

/// A wheel of `a` 1.0 that requires `b`.
const WHEEL: &[u8] = include_bytes!("../../../../../fixtures/pypi/a-1.0-py3-none-any.whl");
const METADATA: &str = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b\n";
const SIMPLE_JSON: &str = "application/vnd.pypi.simple.v1+json";

/// Answers of a server by path, and the number of requests for each.
#[derive(Default)]
struct Server {
    answers: Mutex<HashMap<String, Answer>>,
    requests: Mutex<Vec<(String, HeaderMap, StatusCode)>>,
    failures: AtomicUsize,
    has_no_validators: AtomicBool,
}

#[derive(Clone, Default)]
struct Answer {
    body: Vec<u8>,
    content_type: &'static str,
    ranges: bool,
    password: bool,
}

impl Server {
    fn put(&self, path: &str, content_type: &'static str, body: impl Into<Vec<u8>>) {
        let answer = Answer {
            body: body.into(),
            content_type,
            ..Answer::default()
        };
        self.put_answer(path, answer);
    }

    fn put_answer(&self, path: &str, answer: Answer) {
        let mut answers = self.answers.lock().unwrap();
        answers.insert(path.to_owned(), answer);
    }

    fn statuses(&self, path: &str) -> Vec<u16> {
        let requests = self.requests.lock().unwrap();
        let of_path = requests.iter().filter(|(found, ..)| found == path);
        of_path.map(|(_, _, status)| status.as_u16()).collect()
    }

    fn answer(&self, path: &str, headers: &HeaderMap) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut out = HeaderMap::new();
        let failures = &self.failures;
        let left = |n: usize| n.checked_sub(1);
        if failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left)
            .is_ok()
        {
            return (StatusCode::INTERNAL_SERVER_ERROR, out, Vec::new());
        }
        let Some(answer) = self.answers.lock().unwrap().get(path).cloned() else {
            return (StatusCode::NOT_FOUND, out, Vec::new());
        };
        if answer.password && !headers.contains_key(header::AUTHORIZATION) {
            return (StatusCode::UNAUTHORIZED, out, Vec::new());
        }
        if !self.has_no_validators.load(Ordering::SeqCst) {
            let etag = format!("\"{}\"", hex::encode(Sha256::digest(&answer.body)));
            out.insert(header::ETAG, etag.parse().unwrap());
        }
        out.insert(header::CACHE_CONTROL, "max-age=0".parse().unwrap());
        let etag = out.get(header::ETAG);
        if etag.is_some() && headers.get(header::IF_NONE_MATCH) == etag {
            return (StatusCode::NOT_MODIFIED, out, Vec::new());
        }
        out.insert(header::CONTENT_TYPE, answer.content_type.parse().unwrap());
        let range = headers.get(header::RANGE).filter(|_| answer.ranges);
        let Some(range) = range.map(|range| range.to_str().unwrap()[6..].to_owned()) else {
            return (StatusCode::OK, out, answer.body);
        };
        let length = answer.body.len();
        let (start, end) = match range.split_once('-').unwrap() {
            ("", tail) => (length.saturating_sub(tail.parse().unwrap()), length - 1),
            (start, end) => (start.parse().unwrap(), end.parse().unwrap()),
        };
        let content_range = format!("bytes {start}-{end}/{length}");
        out.insert(header::CONTENT_RANGE, content_range.parse().unwrap());
        (
            StatusCode::PARTIAL_CONTENT,
            out,
            answer.body[start..=end].to_vec(),
        )
    }
}

async fn handle(State(server): State<Arc<Server>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (status, headers, body) = server.answer(&path, request.headers());
    let log = (path, request.headers().clone(), status);
    server.requests.lock().unwrap().push(log);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

struct World {
    server: Arc<Server>,
    root: Url,
    cache: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let server = Arc::new(Server::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let app = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&server));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            server,
            root,
            cache: tempfile::tempdir().unwrap(),
        }
    }

    fn options(&self) -> ClientOptions {
        ClientOptions {
            indexes: vec![self.root.join("simple").unwrap()],
            find_links: Vec::new(),
            cut_offs: CutOffs::default(),
        }
    }

    fn client(&self, change: impl FnOnce(&mut ClientOptions)) -> Client {
        self.client_that_is(false, change)
    }

    fn offline(&self, change: impl FnOnce(&mut ClientOptions)) -> Client {
        self.client_that_is(true, change)
    }

    fn client_that_is(&self, offline: bool, change: impl FnOnce(&mut ClientOptions)) -> Client {
        let mut options = self.options();
        change(&mut options);
        let http = crate::network::client(offline, None).unwrap();
        let cache = Cache::new(self.cache.path().to_owned());
        Client::new(Fetcher::new(http, cache), options)
    }

    /// Serves a page of `a` with one file; `more` adds keys to it.
    fn page(&self, filename: &str, more: &str) {
        let hash = hex::encode(Sha256::digest(WHEEL));
        let page = format!(
            r#"{{"files": [{{"filename": "{filename}", "url": "/files/{filename}",
                "hashes": {{"sha256": "{hash}"}}{more}}}]}}"#
        );
        self.server.put("/simple/a/", SIMPLE_JSON, page);
    }
}

fn a() -> PackageName {
    PackageName::from_str("a").unwrap()
}

async fn only_file(client: &Client) -> Arc<Distribution> {
    let project = client.project(&a()).await.unwrap().unwrap();
    let mut files = project
        .releases
        .values()
        .flat_map(|release| release.files());
    Arc::clone(files.next().unwrap())
}

async fn requires(client: &Client) -> Vec<String> {
    let file = only_file(client).await;
    match client.metadata(&a(), &file).await.unwrap() {
        MetadataAnswer::Known(metadata) => metadata
            .requires_dist
            .iter()
            .map(ToString::to_string)
            .collect(),
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn json_and_html_pages_of_two_indexes_are_one_pool() {
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", r#", "yanked": "bad""#);
    let html = r#"<a href="/files/a-1.0.tar.gz">a</a><a href="a-2.0.tar.gz">a</a>"#;
    world
        .server
        .put("/extra/a/", "text/html; charset=utf-8", html);
    let extra = world.root.join("extra").unwrap();
    let client = world.client(|options| options.indexes.push(extra));
    let project = client.project(&a()).await.unwrap().unwrap();
    let files: Vec<_> = project
        .releases
        .iter()
        .map(|(version, release)| (version.to_string(), release.files().len()))
        .collect();
    assert_eq!(files, [("1.0".to_owned(), 2), ("2.0".to_owned(), 1)]);
    assert!(
        project.releases.values().next().unwrap().files()[0]
            .yanked
            .is_some()
    );
}

#[tokio::test]
async fn an_unknown_project_is_none() {
    let world = World::new().await;
    assert!(world.client(|_| ()).project(&a()).await.unwrap().is_none());
}

#[tokio::test]
async fn each_page_is_fetched_once_and_revalidated_by_the_next_run() {
    let world = World::new().await;
    world.page("a-1.0.tar.gz", "");
    let client = world.client(|_| ());
    let names = [a(), a(), a()];
    try_join_all(names.iter().map(|name| client.project(name)))
        .await
        .unwrap();
    assert_eq!(world.server.statuses("/simple/a/"), [200]);
    let file = only_file(&world.client(|_| ())).await;
    assert_eq!(file.filename, "a-1.0.tar.gz");
    assert_eq!(world.server.statuses("/simple/a/"), [200, 304]);
    world.page("a-2.0.tar.gz", "");
    let file = only_file(&world.client(|_| ())).await;
    assert_eq!(file.filename, "a-2.0.tar.gz");
    assert_eq!(world.server.statuses("/simple/a/"), [200, 304, 200]);
}

#[tokio::test]
async fn a_server_error_is_retried() {
    let world = World::new().await;
    world.page("a-1.0.tar.gz", "");
    world.server.failures.store(1, Ordering::SeqCst);
    only_file(&world.client(|_| ())).await;
    assert_eq!(world.server.statuses("/simple/a/"), [500, 200]);
}

#[tokio::test]
async fn lasting_errors_end_without_a_verdict() {
    let world = World::new().await;
    world.server.failures.store(99, Ordering::SeqCst);
    let error = world.client(|_| ()).project(&a()).await.unwrap_err();
    assert!(matches!(
        error,
        IndexError::Fetch(FetchError::Status { .. })
    ));
    assert!(error.to_string().contains("/simple/a/"), "{error}");
}

#[tokio::test]
async fn credentials_are_sent_and_never_shown() {
    let world = World::new().await;
    let answer = Answer {
        body: br#"{"name": "a", "files": []}"#.to_vec(),
        content_type: SIMPLE_JSON,
        password: true,
        ..Answer::default()
    };
    world.server.put_answer("/simple/a/", answer);
    let error = world.client(|_| ()).project(&a()).await.unwrap_err();
    let IndexError::Fetch(FetchError::Denied { status, .. }) = error else {
        panic!("{error}");
    };
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let mut index = world.root.join("simple").unwrap();
    index.set_username("me").unwrap();
    index.set_password(Some("secret")).unwrap();
    let client = world.client(|options| options.indexes = vec![index.clone()]);
    assert!(client.project(&a()).await.unwrap().is_some());
    index.set_port(Some(1)).unwrap();
    let client = world.client(|options| options.indexes = vec![index]);
    let error = client.project(&a()).await.unwrap_err();
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn offline_takes_the_cache_or_says_what_is_missing() {
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", r#", "core-metadata": true"#);
    let path = "/files/a-1.0-py3-none-any.whl.metadata";
    world.server.put(path, "text/plain", METADATA);
    let offline = || world.offline(|_| ());
    let error = offline().project(&a()).await.unwrap_err();
    assert!(matches!(error, IndexError::Fetch(FetchError::Offline(_))));
    assert_eq!(requires(&world.client(|_| ())).await, ["b"]);
    assert_eq!(requires(&offline()).await, ["b"]);
    assert_eq!(world.server.statuses("/simple/a/").len(), 1);
}

/// A wheel of `a` with a list of files.
fn wheel_with_record(record: &str) -> Vec<u8> {
    use async_zip::{Compression, ZipEntryBuilder, base::write::ZipFileWriter};
    futures::executor::block_on(async {
        let mut bytes = Vec::new();
        let mut writer = ZipFileWriter::new(futures::io::Cursor::new(&mut bytes));
        let files = [
            ("a/large.bin", &*"x".repeat(200_000)),
            ("a-1.0.dist-info/METADATA", METADATA),
            ("a-1.0.dist-info/RECORD", record),
        ];
        for (path, text) in files {
            let entry = ZipEntryBuilder::new(path.into(), Compression::Stored);
            let written = writer.write_entry_whole(entry, text.as_bytes()).await;
            written.unwrap();
        }
        writer.close().await.unwrap();
        bytes
    })
}

#[tokio::test]
async fn the_files_of_a_wheel_are_read_with_ranges_alone() {
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", "");
    let path = "/files/a-1.0-py3-none-any.whl";
    let record = "a/large.bin,sha256=x,200000\n";
    let mut answer = Answer {
        body: wheel_with_record(record),
        ranges: true,
        content_type: "application/zip",
        ..Answer::default()
    };
    world.server.put_answer(path, answer.clone());
    let files = async |client: Client| {
        let file = only_file(&client).await;
        client.files(&a(), &file).await
    };
    let expected = Some(InstalledFiles::of_record(record));
    assert_eq!(files(world.client(|_| ())).await, expected);
    let statuses = world.server.statuses(path);
    assert!(statuses.iter().all(|status| *status == 206), "{statuses:?}");
    assert!(statuses.len() < 4, "{statuses:?}");
    // The cache keeps them.
    assert_eq!(files(world.offline(|_| ())).await, expected);
    // A server without ranges would send the whole wheel.
    let other = World::new().await;
    other.page("a-1.0-py3-none-any.whl", "");
    answer.ranges = false;
    other.server.put_answer(path, answer);
    assert_eq!(files(other.client(|_| ())).await, None);
}

#[tokio::test]
async fn a_metadata_file_is_taken_once_and_verified() {
    let world = World::new().await;
    let path = "/files/a-1.0-py3-none-any.whl.metadata";
    world.server.put(path, "text/plain", METADATA);
    let hash = hex::encode(Sha256::digest(METADATA));
    let more = format!(r#", "core-metadata": {{"sha256": "{hash}"}}"#);
    world.page("a-1.0-py3-none-any.whl", &more);
    for _ in 0..2 {
        assert_eq!(requires(&world.client(|_| ())).await, ["b"]);
    }
    assert_eq!(world.server.statuses(path), [200]);
    let more = r#", "core-metadata": {"sha256": "ff"}, "requires-python": ">=3""#;
    world.page("a-1.0-py3-none-any.whl", more);
    std::fs::remove_dir_all(world.cache.path()).unwrap();
    let client = world.client(|_| ());
    let file = only_file(&client).await;
    let error = client.metadata(&a(), &file).await.unwrap_err();
    assert!(matches!(
        error,
        IndexError::Fetch(FetchError::WrongHash { .. })
    ));
}

#[tokio::test]
async fn metadata_is_read_out_of_a_wheel_with_ranges_and_without() {
    for (ranges, statuses) in [(true, vec![206]), (false, vec![200, 200])] {
        let world = World::new().await;
        world.page("a-1.0-py3-none-any.whl", "");
        let answer = Answer {
            body: WHEEL.to_vec(),
            content_type: "application/zip",
            ranges,
            password: false,
        };
        let path = "/files/a-1.0-py3-none-any.whl";
        world.server.put_answer(path, answer);
        assert_eq!(requires(&world.client(|_| ())).await, ["b"]);
        assert_eq!(world.server.statuses(path), statuses);
    }
}

#[tokio::test]
async fn what_is_broken_is_invalid() {
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", "");
    let client = world.client(|_| ());
    let file = only_file(&client).await;
    let answer = client.metadata(&a(), &file).await.unwrap();
    assert!(matches!(answer, MetadataAnswer::Invalid(_)));
}

#[tokio::test]
async fn folders_are_indexes_and_links() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("a");
    std::fs::create_dir(&project).unwrap();
    std::fs::write(folder.path().join("a-1.0-py3-none-any.whl"), WHEEL).unwrap();
    let page = r#"<a href="../a-1.0-py3-none-any.whl">a</a>"#;
    std::fs::write(project.join("index.html"), page).unwrap();
    let url = Url::from_file_path(folder.path()).unwrap();
    let world = World::new().await;
    let index = world.offline(|options| options.indexes = vec![url.clone()]);
    assert_eq!(requires(&index).await, ["b"]);
    let links = world.client(|options| options.find_links = vec![url.clone()]);
    assert_eq!(requires(&links).await, ["b"]);
}

#[tokio::test]
async fn too_new_files_and_files_of_unknown_age_are_left_out() {
    let world = World::new().await;
    let page = r#"{"files": [
        {"filename": "a-1.tar.gz", "url": "a-1.tar.gz", "upload-time": "2020-01-01T00:00:00Z"},
        {"filename": "a-2.tar.gz", "url": "a-2.tar.gz", "upload-time": "2021-01-01T00:00:00Z"},
        {"filename": "a-3.tar.gz", "url": "a-3.tar.gz"}]}"#;
    world.server.put("/simple/a/", SIMPLE_JSON, page);
    let end = "2021-01-01T00:00:00Z".parse().unwrap();
    let client = world.client(|options| options.cut_offs = CutOffs::at(end));
    let project = client.project(&a()).await.unwrap().unwrap();
    let versions: Vec<_> = project.releases.keys().map(ToString::to_string).collect();
    assert_eq!(versions, ["1"]);
    assert_eq!(client.undated().into_iter().collect::<Vec<_>>(), [(a(), 1)]);
}

#[tokio::test]
async fn files_of_unknown_age_are_kept_where_nothing_else_is_left() {
    let world = World::new().await;
    let page = r#"{"files": [
        {"filename": "a-2.tar.gz", "url": "a-2.tar.gz", "upload-time": "2021-01-02T00:00:00Z"},
        {"filename": "a-3.tar.gz", "url": "a-3.tar.gz"}]}"#;
    world.server.put("/simple/a/", SIMPLE_JSON, page);
    let end = "2021-01-01T00:00:00Z".parse().unwrap();
    let client = world.client(|options| options.cut_offs = CutOffs::at(end));
    let project = client.project(&a()).await.unwrap().unwrap();
    let versions: Vec<_> = project.releases.keys().map(ToString::to_string).collect();
    assert_eq!(versions, ["3"]);
    assert!(client.undated().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_answers_a_thread_that_waits_and_fetches_ahead() {
    use crate::pypi::session::Session;
    use pep440_rs::VersionSpecifiers;
    use presolve_packages::pypi::PypiSource;

    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", r#", "core-metadata": true"#);
    let path = "/files/a-1.0-py3-none-any.whl.metadata";
    world.server.put(path, "text/plain", METADATA);
    world
        .server
        .put("/simple/b/", SIMPLE_JSON, r#"{"name": "b", "files": []}"#);
    let newest = |_: &PackageName, project: &Project, _: Option<&VersionSpecifiers>| {
        let release = project.releases.values().next_back()?;
        release.files().first().cloned()
    };
    let session = Session::new(world.client(|_| ()), tokio::runtime::Handle::current())
        .with_lookahead(Arc::new(newest), 1);
    let solver = session.clone();
    let answer = tokio::task::spawn_blocking(move || {
        let b = PackageName::from_str("b").unwrap();
        let known = |name| solver.project(name).map(|project| project.is_some());
        Ok::<_, IndexError>((known(&a())?, known(&b)?))
    });
    assert_eq!(answer.await.unwrap().unwrap(), (true, true));
    assert_eq!(world.server.statuses("/simple/a/"), [200]);
    assert_eq!(world.server.statuses("/simple/b/"), [200]);
}

const PORTAL: &str = "<html><head><title>Log in</title></head><body><form></form></body></html>";

#[tokio::test]
async fn a_page_that_is_not_the_projects_is_no_answer_and_is_not_stored() {
    for (content_type, body) in [
        ("text/html", PORTAL),
        ("text/html", r#"<a href="b-1.0.zip">b</a>"#),
        (
            "text/html",
            r#"<html><title>Links for a</title><a href="a-1.0.zip">"#,
        ),
        (SIMPLE_JSON, PORTAL),
        (SIMPLE_JSON, ""),
        (SIMPLE_JSON, r#"{"files": ["#),
        (SIMPLE_JSON, r#"{"files": null}"#),
        (SIMPLE_JSON, r#"{"files": []}"#),
        (SIMPLE_JSON, r#"{"files": [], "name": "b"}"#),
        (
            SIMPLE_JSON,
            r#"{"files": [], "name": "a", "meta": {"api-version": "2.0"}}"#,
        ),
    ] {
        let world = World::new().await;
        world.server.put("/simple/a/", content_type, body);
        let error = world.client(|_| ()).project(&a()).await.unwrap_err();
        assert!(
            matches!(error, IndexError::Fetch(FetchError::Unreadable { .. })),
            "{error}: {body}"
        );
        assert_eq!(world.server.statuses("/simple/a/"), [200, 200]);
        world.page("a-1.0-py3-none-any.whl", "");
        let project = world.client(|_| ()).project(&a()).await.unwrap();
        assert_eq!(project.unwrap().releases.len(), 1);
    }
}

#[tokio::test]
async fn a_page_without_files_is_an_answer_if_it_is_the_projects() {
    for (content_type, body) in [
        (
            SIMPLE_JSON,
            r#"{"files": [], "name": "A", "meta": {"api-version": "1.3"}}"#,
        ),
        ("text/plain", r#"{"files": [], "name": "a"}"#),
        (
            "text/html",
            "<!DOCTYPE html><title>Links for a</title><h1>Links for a</h1>",
        ),
        (
            "text/html",
            r#"<meta name="pypi:repository-version" content="1.0">"#,
        ),
    ] {
        let world = World::new().await;
        world.server.put("/simple/a/", content_type, body);
        let project = world.client(|_| ()).project(&a()).await.unwrap();
        assert!(project.unwrap().releases.is_empty(), "{body}");
    }
}

#[tokio::test]
async fn a_stored_page_that_cannot_be_read_is_fetched_again() {
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", "");
    assert!(world.client(|_| ()).project(&a()).await.is_ok());
    let mut damaged = 0;
    for entry in walk(world.cache.path()) {
        let mut bytes = std::fs::read(&entry).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&entry, bytes).unwrap();
        damaged += 1;
    }
    assert!(damaged > 0);
    let project = world.client(|_| ()).project(&a()).await.unwrap();
    assert_eq!(project.unwrap().releases.len(), 1);
    assert_eq!(world.server.statuses("/simple/a/"), [200, 200]);
}

/// The only compact page in the cache.
fn stored_page(world: &World) -> std::path::PathBuf {
    let found = walk(&world.cache.path().join(BUCKET));
    let [path] = &found[..] else {
        panic!("{found:?}");
    };
    path.clone()
}

#[tokio::test]
async fn a_stored_page_without_its_checksum_is_fetched_again() {
    let damages: [fn(&mut Vec<u8>); 6] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.clear(),
        |bytes| bytes[0] ^= 0x80,
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        |bytes| bytes.reverse(),
        |bytes| bytes.extend(b"more"),
    ];
    for damage in damages {
        let world = World::new().await;
        world.page("a-1.0-py3-none-any.whl", "");
        let first = only_file(&world.client(|_| ())).await;
        let path = stored_page(&world);
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let second = only_file(&world.client(|_| ())).await;
        assert_eq!(second.filename, first.filename);
        assert_eq!(second.url, first.url);
        assert_eq!(second.hashes, first.hashes);
        assert_eq!(world.server.statuses("/simple/a/"), [200, 200]);
    }
}

#[tokio::test]
async fn a_stored_page_of_another_layout_is_fetched_again_although_its_checksum_matches() {
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", "");
    let first = only_file(&world.client(|_| ())).await;
    let path = stored_page(&world);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[0] += 1;
    std::fs::write(&path, &bytes).unwrap();
    let cache = Cache::new(world.cache.path().to_owned());
    let url = world.root.join("simple/a/").unwrap();
    let request = crate::network::fetch::Request::new(&url, ACCEPT_PAGE, PAGE_LIMIT);
    let key = request.key();
    let mut stored = cache.response(&key).unwrap();
    stored.body[..32].copy_from_slice(&Sha256::digest(&bytes));
    cache.store_parts(&key, &stored.head, &stored.body).unwrap();
    let second = only_file(&world.client(|_| ())).await;
    assert_eq!(second.url, first.url);
    assert_eq!(world.server.statuses("/simple/a/"), [200, 200]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_page_that_the_server_confirms_is_not_written_again() {
    use std::os::unix::fs::MetadataExt;
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", "");
    only_file(&world.client(|_| ())).await;
    // A file that is written again is a new one.
    let inode = || stored_page(&world).metadata().unwrap().ino();
    let before = inode();
    only_file(&world.client(|_| ())).await;
    assert_eq!(world.server.statuses("/simple/a/"), [200, 304]);
    assert_eq!(inode(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn a_page_that_the_server_sends_again_is_written_only_if_it_changed() {
    use std::os::unix::fs::MetadataExt;
    let world = World::new().await;
    world.page("a-1.0-py3-none-any.whl", "");
    world.server.has_no_validators.store(true, Ordering::SeqCst);
    let first = only_file(&world.client(|_| ())).await;
    let inode = || stored_page(&world).metadata().unwrap().ino();
    let before = inode();
    let second = only_file(&world.client(|_| ())).await;
    assert_eq!(second.url, first.url);
    assert_eq!(inode(), before);
    world.page("a-2.0-py3-none-any.whl", "");
    let third = only_file(&world.client(|_| ())).await;
    assert_eq!(third.filename, "a-2.0-py3-none-any.whl");
    assert_ne!(inode(), before);
    assert_eq!(world.server.statuses("/simple/a/"), [200, 200, 200]);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[tokio::test]
async fn a_page_of_the_web_does_not_lead_to_files_of_this_machine() {
    let world = World::new().await;
    let page = r#"{"name": "a", "files": [
        {"filename": "a-1.0.tar.gz", "url": "file:///etc/passwd", "hashes": {}},
        {"filename": "a-2.0.tar.gz", "url": "javascript:0", "hashes": {}}]}"#;
    world.server.put("/simple/a/", SIMPLE_JSON, page);
    let project = world.client(|_| ()).project(&a()).await.unwrap();
    assert!(project.unwrap().releases.is_empty());
}
