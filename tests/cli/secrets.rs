//! Secrets are planted where they can stand, and every command is run in every format. None
//! may print one, or write one into a file that it makes.
//!
//! A new place is a new row of [`PLACES`], a new command or format one of [`RUNS`].

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::{Path, PathBuf},
};

use super::{Project, Run, server};

/// Where a secret stands. In its texts `@S@` is the secret, `@UP@` a host and port that
/// answers whatever the login is, `@DOWN@` one where nobody listens.
struct Place {
    name: &'static str,
    /// The file that the commands are given.
    file: &'static str,
    /// The files to write, with their texts.
    files: &'static [(&'static str, &'static str)],
    /// The variables of the process, beside those of every test.
    variables: &'static [(&'static str, &'static str)],
    /// Flags of the commands that solve.
    flags: &'static [&'static str],
}

const NONE: Place = Place {
    name: "",
    file: "environment.yml",
    files: &[],
    variables: &[],
    flags: &[],
};

/// A secret in the environment file.
const fn in_file(name: &'static str, files: &'static [(&'static str, &'static str)]) -> Place {
    Place {
        name,
        files,
        ..NONE
    }
}

/// A secret in a file that the commands are given by its name.
const fn in_other(
    name: &'static str,
    file: &'static str,
    files: &'static [(&'static str, &'static str)],
) -> Place {
    Place {
        name,
        file,
        files,
        ..NONE
    }
}

const fn in_variable(
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
    files: &'static [(&'static str, &'static str)],
) -> Place {
    Place {
        name,
        variables,
        files,
        ..NONE
    }
}

const fn in_flag(name: &'static str, flags: &'static [&'static str]) -> Place {
    Place {
        name,
        flags,
        ..NONE
    }
}

/// A file whose pip list has this line.
macro_rules! pip {
    ($name:literal, $line:literal) => {
        in_file(
            $name,
            &[(
                "environment.yml",
                concat!(
                    "channels: [conda-forge, nodefaults]\ndependencies:\n  - python\n  - pip\n  - pip:\n    - ",
                    $line,
                    "\n    - tomlish\n"
                ),
            )],
        )
    };
}

/// A file with this channel.
macro_rules! channel {
    ($name:literal, $channel:literal) => {
        in_file(
            $name,
            &[(
                "environment.yml",
                concat!(
                    "channels:\n  - ",
                    $channel,
                    "\n  - nodefaults\ndependencies:\n  - python\n"
                ),
            )],
        )
    };
}

/// A Dockerfile with this line.
macro_rules! docker {
    ($name:literal, $line:literal) => {
        in_other(
            $name,
            "Dockerfile",
            &[(
                "Dockerfile",
                concat!(
                    "FROM python:3.12\n",
                    $line,
                    "\nRUN pip install tomlish==9\nRNU x\n"
                ),
            )],
        )
    };
}

/// A definition of Azure ML, version 2, with these lines.
macro_rules! azure {
    ($name:literal, $lines:literal) => {
        in_other(
            $name,
            "azure.yml",
            &[(
                "azure.yml",
                concat!(
                    "name: a\nimage: ubuntu:22.04\nconda_file: environment.yml\nunknown_key: 1\n",
                    $lines,
                    "\n"
                ),
            )],
        )
    };
}

/// A log with this line between lines that are shown.
macro_rules! log {
    ($name:literal, $line:literal) => {
        in_other(
            $name,
            LOG,
            &[(
                LOG,
                concat!(
                    "ERROR: it failed\n",
                    "error: ",
                    $line,
                    "\nfatal: could not go on\n"
                ),
            )],
        )
    };
}

const PLACES: &[Place] = &[
    // Channels, with and without faults.
    channel!("channel", "http://bob:@S@@@UP@/channels/conda-forge"),
    channel!(
        "channel that nobody answers",
        "http://bob:@S@@@DOWN@/conda-forge"
    ),
    channel!(
        "channel with a lone token",
        "http://@S@@@UP@/channels/conda-forge"
    ),
    channel!(
        "channel with a token in its path",
        "http://@UP@/t/@S@/conda-forge"
    ),
    channel!(
        "channel without its scheme",
        "bob:@S@@@UP@/channels/conda-forge"
    ),
    channel!(
        "channel that begins with slashes",
        "//bob:@S@@@UP@/channels/conda-forge"
    ),
    channel!(
        "channel with a raw slash",
        "http://bob:a/@S@@@UP@/channels/conda-forge"
    ),
    channel!(
        "channel with a raw hash",
        "'http://bob:a#@S@@@UP@/channels/conda-forge'"
    ),
    channel!("channel that is refused", "http://me:@S@@@UP@/private"),
    in_variable(
        "variable of a channel",
        &[("ACME", "@S@"), ("PRESOLVE_ALLOW_ENV", "ACME")],
        &[(
            "environment.yml",
            "channels: ['http://bob:${ACME}@@UP@/channels/conda-forge', 'http://@DOWN@/t/${ACME}/x', nodefaults]\ndependencies: [python]\n",
        )],
    ),
    in_variable(
        "CONDA_CHANNEL_ALIAS",
        &[("CONDA_CHANNEL_ALIAS", "http://bob:@S@@@DOWN@/")],
        &[],
    ),
    in_file(
        "condarc",
        &[("home/.condarc", "channel_alias: http://bob:@S@@@DOWN@/\n")],
    ),
    in_file(
        "condarc's channels",
        &[
            (
                "home/.condarc",
                "channels: ['http://bob:@S@@@UP@/channels/conda-forge']\n",
            ),
            ("environment.yml", "dependencies: [python]\n"),
        ],
    ),
    in_file(
        "broken condarc",
        &[("home/.condarc", "channel_alias: [http://bob:@S@@h/\n")],
    ),
    in_flag(
        "--channel",
        &["--channel", "http://bob:@S@@@UP@/channels/conda-forge"],
    ),
    in_flag(
        "--channel without its scheme",
        &["--channel", "bob:@S@@@UP@/x"],
    ),
    in_flag(
        "--channel-alias",
        &["--channel-alias", "http://bob:a/@S@@@UP@/x"],
    ),
    in_flag("--index-url", &["--index-url", "http://bob:a#@S@@@UP@/x"]),
    in_flag("unknown flag", &["--token=@S@"]),
    // A spec, a syntax error beside a secret, a file without a solution.
    in_file(
        "channel of a spec",
        &[(
            "environment.yml",
            "channels: [conda-forge, nodefaults]\ndependencies:\n  - http://bob:@S@@@UP@/channels/acme::python=99\n",
        )],
    ),
    in_file(
        "YAML that is broken",
        &[(
            "environment.yml",
            "channels: [http://bob:@S@@h/x\ndependencies:\n  - python\n",
        )],
    ),
    in_file(
        "YAML of which a key is wrong",
        &[(
            "environment.yml",
            "channels: {http://bob:@S@@h/x: 1}\ndependencies:\n  - python: http://bob:@S@@h/x\n",
        )],
    ),
    in_file(
        "variables of a conda file",
        &[(
            "environment.yml",
            "channels: [conda-forge, nodefaults]\ndependencies:\n  - python=99\n  - numpy=1\nvariables:\n  DB_PASSWORD: @S@\n  API_KEY: '@S@'\n",
        )],
    ),
    in_file(
        "comment of a conda file",
        &[(
            "environment.yml",
            "# token: @S@\nchannels: [conda-forge, nodefaults]\ndependencies:\n  - numpy==1 # http://bob:@S@@h/\n  - python=99\n",
        )],
    ),
    // The pip list.
    pip!(
        "index of the pip list",
        "--index-url http://bob:@S@@@UP@/json"
    ),
    pip!(
        "index that nobody answers",
        "--index-url http://bob:@S@@@DOWN@/json"
    ),
    pip!(
        "index that is refused",
        "--extra-index-url http://me:@S@@@UP@/private"
    ),
    pip!(
        "index with a token in its query",
        "--extra-index-url http://@UP@/json?ticket=@S@"
    ),
    pip!("index without its scheme", "--index-url bob:@S@@@UP@/json"),
    pip!(
        "index with a raw slash",
        "--index-url http://bob:a/@S@@@UP@/json"
    ),
    pip!(
        "find-links without its scheme",
        "--find-links bob:@S@@@UP@/json"
    ),
    pip!(
        "find-links",
        "--find-links http://bob:@S@@@UP@/html/tomlish/"
    ),
    pip!(
        "direct URL",
        "tomlish @ http://bob:@S@@@UP@/html/tomlish/tomlish-1.2.0-py3-none-any.whl"
    ),
    pip!(
        "direct URL with a signature",
        "tomlish @ http://@UP@/html/tomlish/tomlish-1.2.0-py3-none-any.whl?se=1&sig=@S@"
    ),
    pip!(
        "direct URL that nobody answers",
        "a @ http://bob:@S@@@DOWN@/a-1.0-py3-none-any.whl"
    ),
    pip!("repository", "a @ git+https://bob:@S@@127.0.0.1/a.git@v1"),
    pip!(
        "options behind a requirement",
        "tomlish --config-settings token=@S@"
    ),
    pip!("requirement that is none", "a @@ http://bob:@S@@h/a.whl"),
    pip!("requirement with a quote", "'a \"http://bob:@S@@h/a.whl'"),
    in_file(
        "index of a requirements file",
        &[
            (
                "environment.yml",
                "channels: [conda-forge, nodefaults]\ndependencies:\n  - python\n  - pip\n  - pip:\n    - -r r.txt\n",
            ),
            (
                "r.txt",
                "--index-url http://bob:@S@@@DOWN@/simple\nsix\nsix===='http://bob:@S@@h/'\n",
            ),
        ],
    ),
    // Settings of pip, presolve, netrc.
    in_variable(
        "PIP_INDEX_URL",
        &[("PIP_INDEX_URL", "http://bob:@S@@@DOWN@/json")],
        &[],
    ),
    in_variable(
        "PIP_EXTRA_INDEX_URL",
        &[("PIP_EXTRA_INDEX_URL", "bob:@S@@@DOWN@/json")],
        &[],
    ),
    in_variable(
        "variable of an index",
        &[("PIP_TOKEN", "@S@"), ("PRESOLVE_ALLOW_ENV", "PIP_TOKEN")],
        &[(
            "environment.yml",
            "channels: [conda-forge, nodefaults]\ndependencies: [python, pip, {pip: ['--index-url http://${PIP_TOKEN}@@DOWN@/t/${PIP_TOKEN}/x', tomlish]}]\n",
        )],
    ),
    in_file(
        "pip.conf",
        &[(
            "home/.config/pip/pip.conf",
            "[global]\nextra-index-url = http://bob:a/@S@@@DOWN@/json\n",
        )],
    ),
    in_file(
        "broken pip.conf",
        &[(
            "home/.config/pip/pip.conf",
            "[global\nindex-url = http://bob:@S@@@DOWN@/json\n",
        )],
    ),
    in_file(
        "presolve.toml",
        &[(
            "presolve.toml",
            "index-url = 'http://bob:@S@@@DOWN@/json'\nchannel-alias = 'bob:@S@@h/x'\n",
        )],
    ),
    in_file(
        "broken presolve.toml",
        &[("presolve.toml", "index-url = 'http://bob:@S@@@DOWN@/json\n")],
    ),
    in_file(
        "netrc",
        &[
            ("home/.netrc", "machine 127.0.0.1 login me password @S@\n"),
            (
                "environment.yml",
                "channels: ['http://@UP@/channels/conda-forge', nodefaults]\ndependencies: [python, pip, {pip: ['--extra-index-url http://@UP@/private', tomlish]}]\n",
            ),
        ],
    ),
    // Dockerfiles.
    docker!("ENV of a Dockerfile", "ENV PIP_TOKEN=@S@ A=b"),
    docker!("ENV in its old form", "ENV PIP_TOKEN @S@"),
    docker!("ARG of a Dockerfile", "ARG DB_PASSWORD=\"@S@\""),
    docker!(
        "RUN of a Dockerfile",
        "RUN pip install --index-url http://bob:@S@@@DOWN@/simple tomlish=1"
    ),
    docker!(
        "login in a RUN",
        "RUN docker login -u bob -p @S@ h.io && curl -H 'Authorization: Bearer @S@' http://h/ | pip install tomlish=1"
    ),
    docker!(
        "netrc in a RUN",
        "RUN echo machine h login bob password @S@ > ~/.netrc; conda install numpy==1"
    ),
    docker!("FROM of a Dockerfile", "FROM bob:@S@@h.io/a:1"),
    docker!(
        "secret in a line that is none",
        "RNU --build-arg GH_TOKEN=@S@ http://bob:@S@@h"
    ),
    // Azure ML.
    azure!(
        "variables of version 2",
        "environment_variables:\n  DB_PASSWORD: @S@\n  HF_TOKEN: \"@S@\""
    ),
    azure!("image of version 2", "image: bob:@S@@h.io/a:1"),
    azure!("tags of version 2", "tags:\n  key: @S@\n  api-key: @S@"),
    in_other(
        "registry of version 1",
        "azureml_environment.json",
        &[(
            "azureml_environment.json",
            r#"{"name": "a", "version": "1", "environmentVariables": {"MY_TOKEN": "@S@"}, "docker": {"baseImage": "bob:@S@@h.io/a:1", "baseImageRegistry": {"address": "h.io", "username": "bob", "password": "@S@"}}, "python": {"condaDependencies": {"channels": ["http://bob:@S@@@DOWN@/x"], "dependencies": ["python=99", {"pip": ["a @ http://bob:@S@@h/a.whl", "b=1"]}]}}}"#,
        )],
    ),
    // Logs.
    log!(
        "URL in a log",
        "cannot fetch http://bob:@S@@h/simple?sig=@S@"
    ),
    log!("header in a log", "denied, Authorization: Bearer @S@"),
    log!(
        "key of an account in a log",
        "refused AccountName=a;AccountKey=@S@;EndpointSuffix=b"
    ),
    log!("login in a log", "docker login -u bob -p @S@ h.io failed"),
    log!("variable in a log", "PIP_TOKEN=@S@ pip install a failed"),
    log!("token of GitHub in a log", "could not read ghp_@S@"),
    log!(
        "password in a log",
        "Could not install packages due to an OSError: password='@S@'"
    ),
    log!(
        "JSON in a log",
        "denied: {\"auth\": \"@S@\", \"client_secret\": \"@S@\"}"
    ),
    log!("cookie in a log", "refused Set-Cookie: a=@S@; Path=/"),
    log!(
        "index in a log",
        "Looking in indexes: https://bob:@S@@h/simple not found"
    ),
    log!(
        "named problem of a log",
        "HTTP error 401 while getting https://bob:@S@@h/simple/a/ ERROR: 401 Client Error: Unauthorized for url: https://bob:@S@@h/simple/a/"
    ),
];

/// The file of a log.
const LOG: &str = "build.log";

/// What is run of each place; `@FILE@` is its file.
const RUNS: &[&str] = &[
    "check @FILE@",
    "check @FILE@ --select all --no-solve --format json",
    "check @FILE@ --select all --no-solve --format sarif",
    "check @FILE@ --select all --no-solve --format github",
    "check @FILE@ --select all --no-solve --format azure",
    "check @FILE@ --select all --format junit -o out.xml",
    "check @FILE@ --select all --diff --unsafe-fixes",
    "pin @FILE@ --diff",
    "pin @FILE@ --diff --summary out.md",
    "pin @FILE@ --format requirements",
    "pin @FILE@ --format requirements -o out.txt",
    "pin @FILE@ --format explicit -o out.explicit",
    "pin @FILE@ --format pixi -o pixi.lock",
    "pin @FILE@ --format pylock -o pylock.toml",
    "pin @FILE@ --format cyclonedx",
    "pin @FILE@ --format conda-lock -o conda-lock.yml",
    "pin @FILE@ --color always",
    "explain @FILE@ --html out.html",
    "explain @FILE@ --format json",
    "explain @FILE@ --format dot",
    "explain @FILE@ --why python",
    "context @FILE@ -o context --force",
    "diagnose log.txt --spec @FILE@",
    "outdated @FILE@ --all",
    "outdated @FILE@ --format json",
    "diff empty.yml @FILE@",
    "diff empty.yml @FILE@ --format json",
    "diff @FILE@ empty.yml --format markdown",
];

/// What is run where a host does not answer, each time for a second or more.
const SLOW_RUNS: &[&str] = &[
    "check @FILE@",
    "check @FILE@ --format json",
    "pin @FILE@ --diff",
    "pin @FILE@ --format requirements -o out.txt",
    "explain @FILE@ --format json",
];

/// What is run of a log, which takes no flags for solving.
const LOG_RUNS: &[&str] = &[
    "diagnose @FILE@",
    "diagnose @FILE@ --format json",
    "diagnose @FILE@ --format sarif",
    "diagnose @FILE@ --format github",
    "diagnose @FILE@ --format azure",
    "diagnose @FILE@ --spec environment.yml",
];

/// A secret of letters, so that nothing but its place tells what it is.
fn secret(place: &Place) -> String {
    let mut hash = place
        .name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let mut secret = String::from("zq");
    for _ in 0..18 {
        let letter = u8::try_from(hash % 26).expect("small");
        secret.push(char::from(b'a' + letter));
        hash = hash.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1) ^ (hash >> 29);
    }
    secret
}

/// The forms in which a secret is looked for: as it is, percent-encoded, and in base64 at
/// each of the three places that a text before it can shift it to.
fn forms(secret: &str) -> Vec<String> {
    let encoded = secret.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    });
    let shifted = (0..3).map(|skipped| {
        let bytes = &secret.as_bytes()[skipped..];
        base64(&bytes[..bytes.len() / 3 * 3])
    });
    [secret.to_owned(), encoded.to_lowercase(), encoded]
        .into_iter()
        .chain(shifted)
        .collect()
}

/// Base64 (RFC 4648) of bytes whose number is a multiple of three.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for shift in [18, 12, 6, 0] {
            text.push(char::from(LETTERS[bits >> shift & 63]));
        }
    }
    text
}

impl Place {
    fn is_slow(&self) -> bool {
        let mut texts = self.files.iter().chain(self.variables);
        texts.any(|(_, text)| text.contains("@DOWN@"))
    }
}

struct Planted<'p> {
    place: &'p Place,
    project: Project,
    fill: Box<dyn Fn(&str) -> String>,
    forms: Vec<String>,
}

impl<'p> Planted<'p> {
    fn new(place: &'p Place, up: &str, down: &str) -> Self {
        let secret = secret(place);
        let forms = forms(&secret);
        let (up, down) = (up.to_owned(), down.to_owned());
        let fill = move |text: &str| {
            let text = text.replace("@S@", &secret).replace("@UP@", &up);
            text.replace("@DOWN@", &down)
        };
        let project = Project::online(super::environment(&["python", "pip:", "tomlish"]));
        project.setting("timeout = 20");
        project.write(
            "log.txt",
            "ERROR: No matching distribution found for tomlish==9\n",
        );
        project.write("empty.yml", "dependencies: []\n");
        for (name, text) in place.files {
            project.write(name, fill(text));
        }
        Self {
            place,
            project,
            fill: Box::new(fill),
            forms,
        }
    }

    /// Runs a command, and says where the secret is found.
    fn leaks(&self, run: &str) -> Vec<String> {
        let before = files(self.project.folder.path());
        let mut arguments: Vec<String> = run
            .split(' ')
            .map(|argument| argument.replace("@FILE@", self.place.file))
            .collect();
        if self.place.file != LOG {
            arguments.extend(self.place.flags.iter().map(|flag| (self.fill)(flag)));
        }
        let borrowed: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = self.project.command(&borrowed);
        for (name, value) in self.place.variables {
            command.env(name, (self.fill)(value));
        }
        let run: Run = command.output().expect("it starts").into();
        let arguments: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .filter(|argument| !self.has(argument.as_bytes()))
            .collect();
        let what = format!("{}: presolve {}", self.place.name, arguments.join(" "));
        let mut leaks = Vec::new();
        assert!((0..=3).contains(&run.code), "{what}\n{run}");
        for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
            let lines = text.lines().filter(|line| self.has(line.as_bytes()));
            leaks.extend(lines.map(|line| format!("{what}: {stream}: {line}")));
        }
        for (path, content) in files(self.project.folder.path()) {
            // What the user wrote is theirs, also where pins were added to it.
            let is_planted = before.contains_key(&path) && self.is_planted(&path);
            if !is_planted && self.has(&content) {
                leaks.push(format!("{what}: file {}", path.display()));
            }
        }
        leaks
    }

    fn is_planted(&self, path: &Path) -> bool {
        self.place
            .files
            .iter()
            .any(|(name, _)| Path::new(name) == path)
    }

    fn has(&self, content: &[u8]) -> bool {
        let text = String::from_utf8_lossy(content);
        self.forms.iter().any(|form| text.contains(form.as_str()))
    }
}

/// All files below a folder, by their paths from there. A name is content too.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below").to_owned();
                let mut content = std::fs::read(&path).unwrap_or_default();
                content.extend(name.as_os_str().as_encoded_bytes());
                found.insert(name, content);
            }
        }
    }
    found
}

/// Plants each secret of a part of the places, and collects every leak.
fn assert_kept(part: usize, parts: usize) {
    let server = server::start();
    let up = server.url("").replace("http://", "");
    let down = server::nobody_listens().replace("http://", "");
    let mut leaks = Vec::new();
    for place in PLACES.iter().skip(part).step_by(parts) {
        let planted = Planted::new(place, up.trim_end_matches('/'), down.trim_end_matches('/'));
        let runs = match place.file {
            LOG => LOG_RUNS,
            _ if place.is_slow() => SLOW_RUNS,
            _ => RUNS,
        };
        leaks.extend(runs.iter().flat_map(|run| planted.leaks(run)));
    }
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

#[test]
fn no_command_shows_or_stores_a_planted_secret() {
    // In threads, as much of the time goes into waiting.
    const THREADS: usize = 6;
    let parts: Vec<_> = (0..THREADS)
        .map(|part| std::thread::spawn(move || assert_kept(part, THREADS)))
        .collect();
    for part in parts {
        if let Err(panic) = part.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// The search finds what it looks for.
#[test]
fn a_secret_is_found_in_each_of_its_forms() {
    let secret = secret(&PLACES[0]);
    assert_eq!(base64(b"abcdef"), "YWJjZGVm");
    let forms = forms(&secret);
    for before in ["", "b", "bo", "bob:"] {
        let mut text = format!("{before}{secret}").into_bytes();
        text.truncate(text.len() / 3 * 3);
        let encoded = base64(&text);
        assert!(
            forms.iter().any(|form| encoded.contains(&form[..16])),
            "{before}"
        );
    }
}

/// A login that a parser takes for the path of a folder is refused, and says so.
#[test]
fn a_url_that_is_none_because_of_its_password_is_an_error() {
    for place in PLACES {
        let is_one = [
            "without its scheme",
            "raw slash",
            "raw hash",
            "begins with slashes",
        ];
        if !is_one.iter().any(|part| place.name.contains(part)) {
            continue;
        }
        let planted = Planted::new(place, "127.0.0.1:9", "127.0.0.1:9");
        let flags: Vec<String> = place
            .flags
            .iter()
            .map(|flag| (planted.fill)(flag))
            .collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let run = planted.project.pin(&flags);
        assert_eq!(run.code, 2, "{}: {run}", place.name);
        assert!(run.stderr.contains("is not a URL"), "{}: {run}", place.name);
        assert!(
            !planted.has(format!("{run}").as_bytes()),
            "{}: {run}",
            place.name
        );
    }
}
