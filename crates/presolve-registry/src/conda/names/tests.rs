use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::routing::get;

use super::*;
use crate::network::cache::Cache;
use presolve_config::Flags;

const MAPPING: &str = r#"{
    "pytorch": "torch", "numpy": "numpy", "py-opencv": null, "zlib": null,
    "bundle": ["one", "Two_x"], "odd": "not a name!"
}"#;

fn record(name: &str, channel: &str, more: serde_json::Value) -> RepoDataRecord {
    let mut record = serde_json::json!({
        "name": name, "version": "1.0", "build": "0", "build_number": 0, "depends": [],
        "subdir": "linux-64", "fn": format!("{name}-1.0-0.conda"),
        "url": format!("{channel}/linux-64/{name}-1.0-0.conda"), "channel": channel,
    });
    let fields = record.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    serde_json::from_value(record).unwrap()
}

fn names_of(names: &Names, record: &RepoDataRecord) -> (Vec<String>, NameSource) {
    let (found, source) = names.pypi_names(record);
    (found.iter().map(ToString::to_string).collect(), source)
}

fn forge(name: &str) -> RepoDataRecord {
    record(
        name,
        "https://conda.anaconda.org/conda-forge/",
        serde_json::json!({}),
    )
}

#[test]
fn the_sources_in_their_order() {
    let names = Names::from_mapping_json(MAPPING).unwrap();
    let purls = serde_json::json!({"purls": ["pkg:pypi/torch-by-purl", "pkg:conda/x"]});
    let channel = "https://conda.anaconda.org/conda-forge/";
    assert_eq!(
        names_of(&names, &record("pytorch", channel, purls)),
        (vec!["torch-by-purl".into()], NameSource::Purl)
    );
    assert_eq!(
        names_of(&names, &forge("pytorch")),
        (vec!["torch".into()], NameSource::Mapping)
    );
    assert_eq!(
        names_of(&names, &forge("bundle")),
        (vec!["one".into(), "two-x".into()], NameSource::Mapping)
    );
    assert_eq!(
        names_of(&names, &forge("py-opencv")),
        (
            vec!["opencv-python".into(), "opencv-python-headless".into()],
            NameSource::BuiltIn
        ),
        "the table stands in where the mapping found nothing"
    );
    assert_eq!(
        names_of(&names, &forge("zlib")),
        (vec![], NameSource::Mapping)
    );
}

#[test]
fn the_mapping_is_for_conda_forge_alone() {
    let names = Names::from_mapping_json(r#"{"thing": "renamed"}"#).unwrap();
    let python = serde_json::json!({"depends": ["python >=3.8"]});
    let mirrored = record(
        "thing",
        "http://127.0.0.1:1/conda-forge/label/x/",
        python.clone(),
    );
    assert_eq!(
        names_of(&names, &mirrored),
        (vec!["renamed".into()], NameSource::Mapping)
    );
    let other = record("thing", "https://repo.anaconda.com/pkgs/main/", python);
    assert_eq!(
        names_of(&names, &other),
        (vec!["thing".into()], NameSource::SameName)
    );
}

#[test]
fn only_python_packages_have_the_same_name() {
    let names = Names::built_in();
    let channel = "https://conda.anaconda.org/other/";
    let same = |more| names_of(&names, &record("Some_Thing", channel, more)).0;
    let none: Vec<String> = Vec::new();
    assert_eq!(
        same(serde_json::json!({"noarch": "python"})),
        ["some-thing"]
    );
    assert_eq!(
        same(serde_json::json!({"depends": ["python"]})),
        ["some-thing"]
    );
    assert_eq!(
        same(serde_json::json!({"depends": ["python_abi 3.10.* *_cp310"]})),
        ["some-thing"]
    );
    assert_eq!(
        same(serde_json::json!({"depends": ["python-dateutil"]})),
        none
    );
    assert_eq!(same(serde_json::json!({})), none);
    let python = serde_json::json!({"depends": ["python_abi 3.13.* *_cp313"]});
    assert_eq!(names_of(&names, &record("python", channel, python)).0, none);
}

#[test]
fn a_mapping_of_another_form_is_refused() {
    assert!(Names::from_mapping_json("[]").is_err());
    assert!(Names::from_mapping_json(r#"{"a": 1}"#).is_err());
}

fn settings(folder: &tempfile::TempDir) -> Settings {
    Settings::resolve_bare(folder.path(), Flags::default()).expect("settings")
}

fn fetcher(settings: &Settings) -> Fetcher {
    let http = crate::network::client(settings.offline, None).unwrap();
    Fetcher::new(http, Cache::new(settings.cache_dir.clone()))
}

#[tokio::test]
async fn a_mapping_of_the_settings_is_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("names.json");
    std::fs::write(&file, MAPPING).unwrap();
    let mut settings = settings(&folder);
    settings.mapping = Some(file.to_str().unwrap().to_owned());
    let (names, notes) = Names::load(&settings, &fetcher(&settings)).await.unwrap();
    assert!(notes.is_empty());
    assert_eq!(names_of(&names, &forge("pytorch")).1, NameSource::Mapping);

    settings.mapping = Some("/nowhere/names.json".to_owned());
    let failure = Names::load(&settings, &fetcher(&settings))
        .await
        .unwrap_err();
    assert!(
        failure
            .to_string()
            .starts_with("cannot use the name mapping")
    );
}

#[tokio::test]
async fn offline_without_a_cache_the_snapshot_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(&folder);
    settings.offline = true;
    let (names, notes) = Names::load(&settings, &fetcher(&settings)).await.unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(
        names_of(&names, &forge("pytorch")),
        (vec!["torch".into()], NameSource::Mapping)
    );
}

#[test]
fn the_snapshot_has_a_date_and_the_names_of_conda_forge() {
    assert!(snapshot::date().parse::<jiff::civil::Date>().is_ok());
    let names = snapshot::names().unwrap();
    assert!(names.mapping.len() > 20_000);
    assert_eq!(names_of(&names, &forge("pytorch")).0, ["torch"]);
    assert!(names_of(&names, &forge("zlib")).0.is_empty());
}

/// Serves a mapping and counts the requests.
async fn serve(status: http::StatusCode) -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/names.json", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let answer = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async move { (status, [("cache-control", "no-cache")], MAPPING) }
    };
    let app = axum::Router::new().route("/names.json", get(answer));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, count)
}

#[tokio::test]
async fn it_is_fetched_once_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(&folder);
    let (url, count) = serve(http::StatusCode::OK).await;
    for _ in 0..2 {
        let (names, notes) = Names::load_published(&url, &fetcher(&settings)).await;
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(names.mapping.len(), 6);
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_that_fails_is_asked_once_a_day_and_the_snapshot_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(&folder);
    let (url, count) = serve(http::StatusCode::FORBIDDEN).await;
    for expected in [1, 0] {
        let (names, notes) = Names::load_published(&url, &fetcher(&settings)).await;
        assert_eq!(notes.len(), expected, "{notes:?}");
        assert!(names.mapping.len() > 20_000);
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn the_real_mapping() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/mapping/compressed_mapping.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not there", file.display());
        return;
    };
    let names = Names::from_mapping_json(&text).unwrap();
    for (conda, pypi) in [
        ("pytorch", "torch"),
        ("pytorch-cpu", "torch"),
        ("matplotlib", "matplotlib"),
        ("matplotlib-base", "matplotlib"),
        ("dask-core", "dask"),
        ("tensorflow-base", "tensorflow"),
        ("jupyter_core", "jupyter-core"),
        ("ruamel.yaml", "ruamel-yaml"),
        ("backports.zoneinfo", "backports-zoneinfo"),
        ("typing_extensions", "typing-extensions"),
        ("cvxpy-base", "cvxpy"),
        ("mysql-connector-python", "mysql-connector-python"),
        ("pip", "pip"),
    ] {
        assert_eq!(names_of(&names, &forge(conda)).0, [pypi], "{conda}");
    }
    for conda in [
        "pytorch-gpu",
        "opencv",
        "typing-extensions",
        "tensorflow-gpu",
        "python",
        "pypy3.9",
    ] {
        assert!(names_of(&names, &forge(conda)).0.is_empty(), "{conda}");
    }
    // The table either agrees with the mapping or replaces an empty entry.
    for (conda, projects) in built_in::rows() {
        let found = names_of(&names, &forge(conda));
        let expected: Vec<_> = projects.iter().map(ToString::to_string).collect();
        assert_eq!(found.0, expected, "{conda} ({})", found.1);
    }
}

#[test]
fn wrong_entries_of_the_mapping_are_not_believed() {
    let mapping = r#"{"cvxpy-base": "unknown", "odd": "UNKNOWN", "pypy3.9": "cffi",
        "mysql-connector-python": "opentelemetry-api"}"#;
    let names = Names::from_mapping_json(mapping).unwrap();
    assert_eq!(
        names_of(&names, &forge("cvxpy-base")),
        (vec!["cvxpy".into()], NameSource::BuiltIn)
    );
    assert!(names_of(&names, &forge("odd")).0.is_empty());
    assert!(names_of(&names, &forge("pypy3.9")).0.is_empty());
    assert_eq!(
        names_of(&names, &forge("mysql-connector-python")).0,
        ["mysql-connector-python"]
    );
}

#[test]
fn the_conda_names_of_a_project() {
    let names = Names::from_mapping_json(MAPPING).unwrap();
    let of = |project: &str| names.conda_names(&project.parse().unwrap());
    assert_eq!(of("torch"), ["pytorch", "torch"]);
    assert_eq!(of("two-x"), ["bundle", "two-x", "two_x"]);
    assert_eq!(
        of("opencv-python"),
        ["opencv-python", "opencv_python", "py-opencv"]
    );
}
