//! Tests of loading, with small channels that the tests create.

use std::sync::Mutex;

use rattler_conda_types::{Channel, ParseStrictness};
use tempfile::TempDir;
use tower_http::services::ServeDir;
use url::Url;

use super::*;
use crate::network::cache::Cache;
use crate::network::fetch::FetchError;

fn write_subdir(channel: &Path, subdir: &str, records: &[(&str, &str, &[&str])]) {
    let packages: serde_json::Map<String, serde_json::Value> = records
        .iter()
        .map(|(name, version, depends)| {
            let record = serde_json::json!({
                "name": name, "version": version, "build": "0", "build_number": 0,
                "depends": depends, "subdir": subdir,
            });
            (format!("{name}-{version}-0.conda"), record)
        })
        .collect();
    let repodata = serde_json::json!({
        "info": {"subdir": subdir}, "packages": {}, "packages.conda": packages,
    });
    let folder = channel.join(subdir);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("repodata.json"), repodata.to_string()).unwrap();
}

/// Two channels, `main` and `extra`, in a temporary folder.
fn world() -> TempDir {
    let world = tempfile::tempdir().unwrap();
    let main = world.path().join("main");
    write_subdir(
        &main,
        "linux-64",
        &[("numpy", "2.0", &["blas"]), ("numpy", "1.0", &[])],
    );
    write_subdir(&main, "noarch", &[("blas", "1.0", &[])]);
    let extra = world.path().join("extra");
    write_subdir(&extra, "noarch", &[("numpy", "3.0", &[])]);
    world
}

fn spec_channel(name: &str, base: &Url) -> SpecChannel {
    let mut channel = Channel::from_url(base.clone());
    channel.name = Some(name.to_owned());
    SpecChannel {
        channel,
        name: name.to_owned(),
        explicit: name.to_owned(),
        location: None,
        group: None,
    }
}

fn local(world: &TempDir, names: &[&str]) -> Vec<SpecChannel> {
    names
        .iter()
        .map(|name| {
            let url = Url::from_directory_path(world.path().join(name)).unwrap();
            spec_channel(name, &url)
        })
        .collect()
}

fn specs(texts: &[&str]) -> Vec<MatchSpec> {
    texts
        .iter()
        .map(|text| MatchSpec::from_str(text, ParseStrictness::Lenient).unwrap())
        .collect()
}

fn access(cache: &TempDir) -> Access {
    access_in(cache.path(), false)
}

fn access_in(cache: &Path, offline: bool) -> Access {
    let http = crate::network::client(offline, None).unwrap();
    Access {
        gateway: gateway(&http, cache),
        subdirs: Subdirs::default(),
        fetcher: Fetcher::new(http, Cache::new(cache.to_owned())),
        progress: None,
    }
}

async fn load_all(
    channels: &[SpecChannel],
    texts: &[&str],
    access: Access,
) -> Result<Repodata, ChannelError> {
    let query = Query {
        channels,
        subdir: Subdir::Linux64,
        specs: &specs(texts),
    };
    load(query, access).await
}

fn listed(repodata: &Repodata) -> Vec<(Option<usize>, &'static str, Vec<String>)> {
    repodata
        .origins
        .iter()
        .zip(&repodata.subdirs)
        .map(|(origin, subdir)| {
            let mut names: Vec<String> = subdir
                .records
                .iter()
                .map(|record| {
                    let record = &record.package_record;
                    format!("{} {}", record.name.as_normalized(), record.version)
                })
                .collect();
            names.sort();
            (origin.channel, origin.subdir.as_str(), names)
        })
        .collect()
}

/// Serves a folder on a free port of this machine.
async fn serve(folder: &Path) -> (Url, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().fallback_service(ServeDir::new(folder));
    let server = tokio::spawn(async move {
        axum::serve(listener, app).await.unwrap();
    });
    (Url::parse(&format!("http://{address}/")).unwrap(), server)
}

#[tokio::test]
async fn records_come_per_channel_and_subdir_in_order() {
    let (world, cache) = (world(), tempfile::tempdir().unwrap());
    let channels = local(&world, &["main", "extra"]);
    let loaded = load_all(&channels, &["numpy"], access(&cache))
        .await
        .unwrap();
    assert_eq!(
        listed(&loaded),
        [
            (
                Some(0),
                "linux-64",
                vec!["numpy 1.0".into(), "numpy 2.0".into()]
            ),
            (Some(0), "noarch", vec!["blas 1.0".into()]),
            (Some(1), "linux-64", vec![]),
            (Some(1), "noarch", vec!["numpy 3.0".into()]),
        ]
    );
    assert!(loaded.missing.is_empty());
}

#[tokio::test]
async fn only_matching_records_of_a_spec_are_loaded() {
    let (world, cache) = (world(), tempfile::tempdir().unwrap());
    let loaded = load_all(&local(&world, &["main"]), &["numpy=1"], access(&cache))
        .await
        .unwrap();
    assert_eq!(listed(&loaded)[0].2, ["numpy 1.0"]);
    assert!(
        loaded.subdirs[1].records.is_empty(),
        "blas is not needed by numpy 1.0"
    );
}

#[tokio::test]
async fn a_compressed_local_channel_gives_the_same_as_a_plain_one() {
    let (world, cache) = (world(), tempfile::tempdir().unwrap());
    let channels = local(&world, &["main"]);
    let plain = load_all(&channels, &["numpy", "numpi"], access(&cache))
        .await
        .unwrap();
    for subdir in ["linux-64", "noarch"] {
        let path = world.path().join("main").join(subdir).join("repodata.json");
        let json = std::fs::read(&path).unwrap();
        let packed = zstd::encode_all(json.as_slice(), 1).unwrap();
        std::fs::write(path.with_extension("json.zst"), packed).unwrap();
        std::fs::remove_file(path).unwrap();
    }
    let packed = load_all(&channels, &["numpy", "numpi"], access(&cache))
        .await
        .unwrap();
    assert_eq!(listed(&plain), listed(&packed));
    assert_eq!(plain.missing, packed.missing);
    assert_eq!(
        plain.missing[0].suggestions[0].name.as_normalized(),
        "numpy"
    );
}

#[tokio::test]
async fn an_unknown_name_is_missing_and_an_unmatched_version_is_not() {
    let (world, cache) = (world(), tempfile::tempdir().unwrap());
    let specs = ["numpy=99", "nunpy", "__glibc"];
    let loaded = load_all(&local(&world, &["main", "extra"]), &specs, access(&cache))
        .await
        .unwrap();
    let [missing] = loaded.missing.as_slice() else {
        panic!("only one name is missing: {:?}", loaded.missing);
    };
    assert_eq!(missing.name.as_normalized(), "nunpy");
    assert_eq!(missing.suggestions[0].name.as_normalized(), "numpy");
    assert_eq!(missing.suggestions[0].channel, "main");
}

#[tokio::test]
async fn a_channel_that_does_not_exist_is_missing() {
    let (world, cache) = (world(), tempfile::tempdir().unwrap());
    let error = load_all(
        &local(&world, &["main", "mian"]),
        &["numpy"],
        access(&cache),
    )
    .await
    .unwrap_err();
    assert_eq!(
        of_subdir(&error, "mian"),
        &SubdirError::Missing(Subdir::NoArch)
    );
}

/// Error of a subdir of the channel.
fn of_subdir<'e>(error: &'e ChannelError, channel: &str) -> &'e SubdirError {
    match error {
        ChannelError::Subdir { name, error, .. } if name == channel => error,
        other => panic!("{other}"),
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Progress for Heard {
    fn progress(&self, _: &str, _: &str, _: u64, _: Option<u64>) {}

    fn finished(&self, channel: &str, subdir: &str) {
        self.0.lock().unwrap().push(format!("{channel}/{subdir}"));
    }
}

#[tokio::test]
async fn a_warm_cache_answers_offline() {
    let (world, cache) = (world(), tempfile::tempdir().unwrap());
    let (url, server) = serve(world.path()).await;
    let channels = [spec_channel("main", &url.join("main/").unwrap())];

    let heard = Arc::new(Heard::default());
    let mut with_progress = access(&cache);
    with_progress.progress = Some(heard.clone());
    let cold = load_all(&channels, &["numpy"], with_progress)
        .await
        .unwrap();
    let mut heard = heard.0.lock().unwrap().clone();
    heard.sort();
    heard.dedup();
    assert_eq!(heard, ["main/linux-64", "main/noarch"]);

    server.abort();
    let _ = server.await;
    let offline = access_in(cache.path(), true);
    let warm = load_all(&channels, &["numpy"], offline).await.unwrap();
    assert_eq!(listed(&cold), listed(&warm));
}

#[tokio::test]
async fn offline_without_a_cache_says_so() {
    let cache = tempfile::tempdir().unwrap();
    let url = Url::parse("http://user:secret@127.0.0.1:9/t/token/main/").unwrap();
    let offline = access_in(cache.path(), true);
    let error = load_all(&[spec_channel("main", &url)], &["numpy"], offline)
        .await
        .unwrap_err();
    assert!(matches!(
        of_subdir(&error, "main"),
        SubdirError::Fetch(FetchError::Offline(_))
    ));
    let all = format!("{error:?}");
    assert!(!all.contains("secret"), "{all}");
}

#[tokio::test]
async fn a_dead_server_is_an_error_of_the_network_and_credentials_stay_hidden() {
    let cache = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = Url::parse(&format!("http://user:secret@127.0.0.1:{port}/main/")).unwrap();
    let error = load_all(&[spec_channel("main", &url)], &["numpy"], access(&cache))
        .await
        .unwrap_err();
    assert!(matches!(
        of_subdir(&error, "main"),
        SubdirError::Fetch(FetchError::Network { .. })
    ));
    let all = format!("{error:?}");
    assert!(!all.contains("secret"), "{all}");
}

#[tokio::test]
async fn a_channel_that_the_server_does_not_have_is_missing() {
    let (world, cache) = (world(), tempfile::tempdir().unwrap());
    let (url, _server) = serve(world.path()).await;
    let channels = [spec_channel("mian", &url.join("mian/").unwrap())];
    let error = load_all(&channels, &["numpy"], access(&cache))
        .await
        .unwrap_err();
    assert_eq!(
        of_subdir(&error, "mian"),
        &SubdirError::Missing(Subdir::NoArch)
    );
}

/// Loads from copies of real channels in `shared/channels`, if they exist: over HTTP cold,
/// warm and offline, and from disk.
#[tokio::test(flavor = "multi_thread")]
async fn real_channels() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/channels");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    }
    let (url, _server) = serve(&folder).await;
    let cache = tempfile::tempdir().unwrap();
    let names = ["conda-forge", "pkgs/main", "pkgs/r"];
    let remote: Vec<SpecChannel> = names
        .iter()
        .map(|name| spec_channel(name, &url.join(&format!("{name}/")).unwrap()))
        .collect();
    let on_disk: Vec<SpecChannel> = names
        .iter()
        .map(|name| spec_channel(name, &Url::from_directory_path(folder.join(name)).unwrap()))
        .collect();
    let texts = ["python=3.10", "numpy", "pandas", "scikit-learn", "pip"];
    let offline = access_in(cache.path(), true);
    let runs = [
        ("cold", &remote, access(&cache)),
        ("warm", &remote, access(&cache)),
        ("offline", &remote, offline),
        ("disk", &on_disk, access(&cache)),
    ];
    let mut counts = Vec::new();
    for (run, channels, access) in runs {
        let start = std::time::Instant::now();
        let loaded = load_all(channels, &texts, access).await.unwrap();
        let count: Vec<usize> = loaded.subdirs.iter().map(|s| s.records.len()).collect();
        eprintln!("{run}: {:?}, records {count:?}", start.elapsed());
        assert!(loaded.missing.is_empty());
        counts.push(count);
    }
    assert!(counts.iter().all(|count| *count == counts[0]));
}

/// Serves a folder and counts the requests for `repodata.json`.
async fn serve_counted(folder: &Path) -> (Url, Arc<std::sync::atomic::AtomicUsize>) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let count_it = move |request: axum::extract::Request, next: axum::middleware::Next| {
        if request.uri().path().ends_with("/repodata.json") {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        next.run(request)
    };
    let app = axum::Router::new()
        .fallback_service(ServeDir::new(folder))
        .layer(axum::middleware::from_fn(count_it));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    (url, count)
}

#[tokio::test]
async fn damaged_repodata_is_fetched_again_once_for_all_packages() {
    let (world, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let names: Vec<String> = (0..20).map(|number| format!("a{number}")).collect();
    let records: Vec<_> = names
        .iter()
        .map(|name| (&name[..], "1.0", &[][..]))
        .collect();
    write_subdir(&world.path().join("main"), "noarch", &records);
    let (url, count) = serve_counted(world.path()).await;
    let channels = [spec_channel("main", &url.join("main/").unwrap())];
    let texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let all = |access| load_all(&channels, &texts, access);
    let whole = all(access(&cache)).await.unwrap();
    let before = count.load(std::sync::atomic::Ordering::SeqCst);

    let mut folders = vec![cache.path().join("repodata-2")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // A cached file begins with the records and ends with its table.
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[..1000].fill(b'x');
            std::fs::write(&path, bytes).unwrap();
        }
    }
    let again = all(access(&cache)).await.unwrap();
    assert_eq!(listed(&again), listed(&whole));
    let requests = count.load(std::sync::atomic::Ordering::SeqCst) - before;
    // One request confirms `noarch`, one fetches it again, and two look for the missing
    // platform.
    assert!(requests <= 4, "{requests} requests");
}
