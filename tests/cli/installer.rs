//! `install.sh`, with a server on this machine in place of the page of releases.

use std::{
    path::Path,
    process::{Command, Output},
};

use axum::Router;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tower_http::services::ServeDir;

use super::server;

/// What the archives contain in place of presolve.
const STAND_IN: &str = "#!/bin/sh\necho presolve 9.9.9\n";

/// A page of releases with the archives of Linux and macOS.
struct Releases {
    folder: TempDir,
    url: String,
}

impl Releases {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let release = folder.path().join("latest/download");
        std::fs::create_dir_all(&release).expect("a folder");
        let mut sums = String::new();
        for machine in ["x86_64", "aarch64"] {
            for system in ["unknown-linux-gnu", "unknown-linux-musl", "apple-darwin"] {
                let name = format!("presolve-{machine}-{system}");
                let archive = archive(&name);
                let sum = hex::encode(Sha256::digest(&archive));
                sums += &format!("{sum}  {name}.tar.gz\n");
                std::fs::write(release.join(name + ".tar.gz"), archive).expect("writable");
            }
        }
        std::fs::write(release.join("SHA256SUMS"), sums).expect("writable");
        let url = serve(folder.path());
        Self { folder, url }
    }

    /// Changes the archives, or removes the checksums.
    fn damage(&self, what: &str) {
        let release = self.folder.path().join("latest/download");
        for entry in std::fs::read_dir(release).expect("readable") {
            let path = entry.expect("readable").path();
            let is_archive = path.extension().is_some_and(|end| end == "gz");
            match what {
                "archives" if is_archive => {
                    std::fs::write(path, archive("presolve-other")).expect("writable");
                }
                "checksums" if !is_archive => std::fs::write(path, "").expect("writable"),
                "release" => std::fs::remove_file(path).expect("writable"),
                _ => {}
            }
        }
    }

    fn install(&self, into: &Path) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
        Command::new("sh")
            .arg(script)
            .env("PRESOLVE_DOWNLOAD_URL", &self.url)
            .env("PRESOLVE_INSTALL_DIR", into)
            .env_remove("PRESOLVE_VERSION")
            .env_remove("http_proxy")
            .output()
            .expect("sh starts")
    }
}

fn archive(name: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut header = tar::Header::new_ustar();
    header.set_size(STAND_IN.len() as u64);
    header.set_mode(0o755);
    let path = format!("{name}/presolve");
    let added = archive.append_data(&mut header, path, STAND_IN.as_bytes());
    added.expect("an entry");
    let encoder = archive.into_inner().expect("an archive");
    encoder.finish().expect("compressed")
}

/// Serves a folder.
fn serve(folder: &Path) -> String {
    let app = Router::new().fallback_service(ServeDir::new(folder));
    format!("http://{}", server::serve(|_| app))
}

/// Whether this machine has what the script needs to download.
fn can_download() -> bool {
    let runs = |program| Command::new(program).arg("--version").output().is_ok();
    runs("curl") || runs("wget")
}

#[test]
fn a_release_is_installed_and_replaces_an_older_one() {
    let (releases, home) = (Releases::new(), tempfile::tempdir().expect("a folder"));
    let (folder, file) = (home.path().join("bin"), home.path().join("bin/presolve"));
    if !can_download() {
        let run = releases.install(&folder);
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert!(stderr.contains("this needs curl or wget"), "{stderr}");
        return;
    }
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(&file, "old").expect("writable");
    let run = releases.install(&folder);
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let stdout = String::from_utf8(run.stdout).expect("UTF-8");
    assert!(
        stdout.starts_with("Installed presolve 9.9.9 as "),
        "{stdout}"
    );
    assert!(stdout.contains(" to PATH\n"), "{stdout}");
    assert_eq!(std::fs::read_to_string(&file).expect("is there"), STAND_IN);
    let count = std::fs::read_dir(&folder).expect("readable").count();
    assert_eq!(count, 1, "something else was left there");
}

#[test]
fn what_is_not_the_release_is_refused() {
    if !can_download() {
        return;
    }
    for (what, wanted) in [
        ("archives", "the checksum of presolve-"),
        ("checksums", "SHA256SUMS has no checksum of presolve-"),
        ("release", "cannot download http://127.0.0.1:"),
    ] {
        let (releases, home) = (Releases::new(), tempfile::tempdir().expect("a folder"));
        releases.damage(what);
        let run = releases.install(home.path());
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(&format!("error: {wanted}")), "{stderr}");
        assert!(stderr.contains("  = help: "), "{stderr}");
        let left = std::fs::read_dir(home.path()).expect("readable").count();
        assert_eq!(left, 0, "{what}");
    }
}

#[test]
fn a_folder_in_place_of_the_executable_stays() {
    let (releases, home) = (Releases::new(), tempfile::tempdir().expect("a folder"));
    std::fs::create_dir(home.path().join("presolve")).expect("a folder");
    let run = releases.install(home.path());
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("/presolve is a folder\n"), "{stderr}");
    assert!(stderr.contains("PRESOLVE_INSTALL_DIR"), "{stderr}");
}

/// What `install.sh` uses besides curl and wget.
const TOOLS: [&str; 14] = [
    "sh",
    "uname",
    "getconf",
    "mkdir",
    "mktemp",
    "rm",
    "grep",
    "sha256sum",
    "shasum",
    "tar",
    "gzip",
    "cp",
    "chmod",
    "mv",
];

/// A folder with the tools of the script and a wget that answers from a folder, as if the server
/// had redirected it.
fn with_wget(release: &Path, location: &str) -> TempDir {
    let tools = tempfile::tempdir().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    for tool in TOOLS {
        let mut places = std::env::split_paths(&path).map(|folder| folder.join(tool));
        if let Some(place) = places.find(|place| place.is_file()) {
            std::os::unix::fs::symlink(place, tools.path().join(tool)).expect("links");
        }
    }
    let script = format!(
        "#!/bin/sh\nwhile [ $# -gt 2 ]; do [ \"$1\" != --output-document ] || into=$2; shift; done\n\
         printf '  HTTP/1.1 302 Found\\n  {location}\\n' >&2\n\
         exec /bin/cp \"{}/${{2##*/}}\" \"$into\"\n",
        release.display()
    );
    let wget = tools.path().join("wget");
    std::fs::write(&wget, script).expect("writable");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(wget, mode).expect("settable");
    tools
}

#[test]
fn wget_may_not_be_led_away_from_tls() {
    let (releases, home) = (Releases::new(), tempfile::tempdir().expect("a folder"));
    let release = releases.folder.path().join("latest/download");
    for (location, is_accepted) in [
        (
            "Location: http://evil.example/SHA256SUMS [following]",
            false,
        ),
        ("location:http://evil.example/SHA256SUMS", false),
        ("Location: https://cdn.example/SHA256SUMS [following]", true),
        ("Location: /SHA256SUMS", true),
    ] {
        let tools = with_wget(&release, location);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
        let run = Command::new("/bin/sh")
            .arg(script)
            .env_clear()
            .env("PATH", tools.path())
            .env("PRESOLVE_DOWNLOAD_URL", "https://releases.example")
            .env("PRESOLVE_INSTALL_DIR", home.path())
            .output()
            .expect("sh starts");
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.success(), is_accepted, "{location}: {stderr}");
        if !is_accepted {
            let message = "cannot download https://releases.example/latest/download/SHA256SUMS";
            assert!(stderr.contains(message), "{stderr}");
        }
    }
}
