//! The answer in the formats of other tools, read back by the crates that define
//! them.

use std::{collections::BTreeSet, path::Path, str::FromStr};

use insta::assert_snapshot;
use rattler_conda_types::{ExplicitEnvironmentSpec, PackageRecord, Subdir};
use rattler_lock::{LockFile, LockedPackage};

use super::{Project, environment, fixtures, pin_of, server};

const SMALL: [&str; 5] = [
    "python =3.10",
    "numpy",
    "pip:",
    "lightbolt[plots]",
    "oldflow",
];
const BOTH: [&str; 4] = ["--platform", "linux-64", "--platform", "osx-arm64"];

/// What a run with these flags prints.
fn printed(project: &Project, arguments: &[&str]) -> String {
    let run = project.pin(arguments);
    assert_eq!(run.code, 0, "{run}");
    run.stdout
}

/// The packages of the answer for a platform as `name version build` and, from PyPI,
/// `name version`, read from the pinned environment file.
fn answer(project: &Project, platform: &str) -> BTreeSet<String> {
    let run = project.pin(&["-o", "pinned.yml", "--platform", platform]);
    assert_eq!(run.code, 0, "{run}");
    let text = project.read("pinned.yml");
    let entries = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "));
    let pins = entries.filter_map(|entry| {
        let entry = entry.split("  #").next()?.trim();
        let entry = entry.rsplit("::").next()?;
        let (name, version) = entry.split_once('=')?;
        let name = name.split('[').next()?;
        Some(format!(
            "{name} {}",
            version.trim_start_matches('=').replace('=', " ")
        ))
    });
    pins.collect()
}

/// The packages of a lock file for a platform, in the same form.
fn locked(file: &LockFile, platform: &str) -> BTreeSet<String> {
    let environment = file.default_environment().expect("an environment");
    let platform = file.platform(platform).expect("a platform");
    let packages = environment.packages(platform).expect("packages");
    let texts = packages.map(|package| match package {
        LockedPackage::Conda(conda) => text(conda.record().expect("a binary package")),
        LockedPackage::Pypi(pypi) => format!("{} {}", pypi.name(), pypi.version_string()),
    });
    texts.collect()
}

fn text(record: &PackageRecord) -> String {
    let (name, version, build) = (&record.name, &record.version, &record.build);
    format!("{} {version} {build}", name.as_normalized())
}

fn read(text: &str) -> LockFile {
    LockFile::from_str_with_base_directory(text, Some(Path::new("/"))).expect("readable")
}

#[test]
fn explicit() {
    let project = Project::of(&SMALL);
    assert_snapshot!(project.pin(&["--format", "explicit"]));
    assert_eq!(project.files(), ["environment.yml", "presolve.toml"]);
}

#[test]
fn requirements() {
    assert_snapshot!(Project::of(&SMALL).pin(&["--format", "requirements"]));
}

#[test]
fn conda_lock() {
    let project = Project::of(&SMALL);
    let arguments = [&["--format", "conda-lock"], &BOTH[..]].concat();
    // How long a URL is, and so its hash and how it is folded, says where this runs.
    let mut filters = insta::Settings::clone_current();
    filters.add_filter("(linux-64|osx-arm64): [0-9a-f]{64}", "$1: [HASH]");
    filters.add_filter(r">-\n +", "");
    let _bound = filters.bind_to_scope();
    assert_snapshot!(project.pin(&arguments));
}

#[test]
fn pixi() {
    let format = ["--format", "pixi", "--virtual-package", "__osx=13.0"];
    let arguments = [&format, &BOTH[..]].concat();
    assert_snapshot!(Project::of(&SMALL).pin(&arguments));
}

#[test]
fn lock_files_read_back_as_the_answer() {
    for format in ["conda-lock", "pixi"] {
        let project = Project::of(&SMALL);
        let arguments = [&["--format", format, "-o", "lock"], &BOTH[..]].concat();
        let run = project.pin(&arguments);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run}");
        let file = read(&project.read("lock"));
        for platform in ["linux-64", "osx-arm64"] {
            assert_eq!(
                locked(&file, platform),
                answer(&project, platform),
                "{format}"
            );
        }
    }
}

/// The URLs and hashes too, against the repodata of the channel.
#[test]
fn records_read_back_as_the_channel_has_them() {
    let project = Project::of(&SMALL);
    let file = read(&printed(&project, &["--format", "pixi"]));
    let environment = file.default_environment().expect("an environment");
    let platform = file.platform("linux-64").expect("a platform");
    let records = environment.conda_repodata_records(platform);
    let records = records.expect("records").expect("of the platform");
    assert_eq!(records.len(), 10);
    for record in records {
        let package = &record.package_record;
        let folder = fixtures()
            .join("channels/conda-forge")
            .join(&package.subdir);
        let repodata = std::fs::read_to_string(folder.join("repodata.json")).expect("readable");
        let repodata: serde_json::Value = serde_json::from_str(&repodata).expect("JSON");
        let known = &repodata["packages.conda"][record.identifier.to_string()];
        let known: PackageRecord = serde_json::from_value(known.clone()).expect("a record");
        // The reader of the lock file fills these in by itself.
        let purls = package.purls.clone();
        let (arch, platform) = (package.arch.clone(), package.platform.clone());
        assert_eq!(
            PackageRecord {
                purls,
                arch,
                platform,
                ..known
            },
            *package
        );
        let path = record.url.to_file_path().expect("a path");
        assert_eq!(path, folder.join(record.identifier.to_string()));
    }
}

#[test]
fn an_explicit_list_reads_back_in_an_order_that_can_be_linked() {
    let project = Project::of(&SMALL);
    let list = printed(&project, &["--format", "explicit"]);
    assert_eq!(printed(&project, &["--format", "explicit"]), list);
    let list = ExplicitEnvironmentSpec::from_str(&list).expect("readable");
    assert_eq!(list.platform, Some(Subdir::Linux64));
    let mut seen: Vec<String> = Vec::new();
    for entry in &list.packages {
        assert!(entry.package_archive_hash().expect("a hash").is_some());
        let path = entry.url.to_file_path().expect("a path");
        let file = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        let repodata = path.with_file_name("repodata.json");
        let repodata = std::fs::read_to_string(repodata).expect("readable");
        let repodata: serde_json::Value = serde_json::from_str(&repodata).expect("JSON");
        let known = repodata["packages.conda"][file].clone();
        let record: PackageRecord = serde_json::from_value(known).expect("a record");
        for dependency in &record.depends {
            let name = dependency.split(' ').next().unwrap_or_default();
            let is_behind = list.packages.iter().any(|one| {
                let file = one.url.path().rsplit('/').next().unwrap_or_default();
                file.starts_with(&format!("{name}-"))
            });
            // `python` and `python_abi` only constrain each other.
            assert!(
                !is_behind || seen.iter().any(|known| known == name),
                "{name}"
            );
        }
        seen.push(record.name.as_normalized().to_owned());
    }
    assert_eq!(seen.len(), 10);
}

#[test]
fn one_platform_is_enough_for_some_formats() {
    for format in ["env", "explicit", "requirements"] {
        let project = Project::of(&SMALL);
        let run = project.pin(&[&["--format", format], &BOTH[..]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        if format == "explicit" {
            assert_snapshot!(run, @"
            error[several-platforms]: `--format explicit` holds one platform, but 2 were given
             |
             = help: write one file for each, or one for all with `--format conda-lock` or `--format pixi`
            exit code 2
            ");
        }
        let twice = [
            "--format",
            format,
            "--platform",
            "linux-64",
            "--platform",
            "linux-64",
        ];
        assert_eq!(project.pin(&twice).code, 0);
    }
    let run = Project::of(&SMALL).pin(&["--format", "pixi", "--diff"]);
    assert_snapshot!(run, @"
    error[diff-of-new-file]: `--diff` shows a change, but `--format pixi` writes a new file
     |
     = help: remove `--diff`: without -o, the result is only printed
    exit code 2
    ");
}

#[test]
fn the_platform_without_a_solution_is_named() {
    let project = Project::of(&["libblas=*=*mkl"]);
    let run = project.pin(&[&["--format", "pixi", "-o", "pixi.lock"], &BOTH[..]].concat());
    assert_snapshot!(run, @"
    error[unsolvable]: this line cannot be satisfied on osx-arm64
     --> environment.yml:3:5
      |
    3 |   - libblas=*=*mkl
      |     ^^^^^^^^^^^^^^
      |
      = note: this version is available as build 24_openblas, not as `*mkl`
      = note: this concerns osx-arm64
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 1
    ");
    assert_eq!(project.files(), ["environment.yml", "presolve.toml"]);
    let project = Project::of(&["gpu-tools", "numpy"]);
    assert_snapshot!(project.pin(&[&["--format", "pixi", "--virtual-package", "__cuda=12.4"], &BOTH[..]].concat()), @"
    error[unknown-package]: no package `gpu-tools` in conda-forge
     --> environment.yml:3:5
      |
    3 |   - gpu-tools
      |     ^^^^^^^^^ asked for here
      |
      = note: this concerns osx-arm64
      = help: check the spelling, or add the channel that has it
      = help: `presolve explain environment.yml` shows how to fix it
    exit code 2
    ");
}

#[test]
fn carried_lines_stay_or_are_refused() {
    let line = "git+https://example.com/acme/tool@v1#egg=tool";
    let project = Project::of(&["python", "pip:", "tomlish", line, "-e ./here"]);
    project.write("here/setup.py", "");
    for format in ["conda-lock", "pixi"] {
        let run = project.pin(&["--format", format, "-o", "lock", "-q"]);
        assert_eq!(run.code, 2, "{run}");
        if format == "pixi" {
            assert_snapshot!(run, @"
            error[uncarriable-line]: a pixi.lock cannot represent this line: it is a version control URL
             --> environment.yml:7:7
              |
            7 |     - git+https://example.com/acme/tool@v1#egg=tool
              |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = note: pixi needs its name and version, or a folder with a name
              = help: use `--format env`, `explicit` or `requirements`, which keep the line unchanged
            error[uncarriable-line]: a pixi.lock cannot represent this line: it is an editable project
             --> environment.yml:8:7
              |
            8 |     - -e ./here
              |       ^^^^^^^^^
              |
              = note: pixi needs its name and version, or a folder with a name
              = help: use `--format env`, `explicit` or `requirements`, which keep the line unchanged
            exit code 2
            ");
        }
        assert_eq!(
            project.files(),
            ["environment.yml", "here", "presolve.toml"]
        );
    }
    let list = printed(&project, &["--format", "explicit"]);
    assert!(
        list.ends_with(&format!("\n# pip {line}\n# pip -e ./here\n")),
        "{list}"
    );
    assert_snapshot!(project.pin(&["--format", "requirements"]), @"
    # presolve: the pip packages of environment.yml, for Python 3.13.0 on linux-64
    --index-url file://[FIXTURES]/pypi/
    tomlish==1.2.0
    git+https://example.com/acme/tool@v1#egg=tool
    -e ./here
    warning[unresolvable-line]: this line is left unchanged: it is a version control URL
     --> environment.yml:7:7
      |
    7 |     - git+https://example.com/acme/tool@v1#egg=tool
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its requirements are known only after a build
      |
      = help: expect pip to install packages for it that the pinned file does not list
    warning[unresolvable-line]: this line is left unchanged: it is an editable project
     --> environment.yml:8:7
      |
    8 |     - -e ./here
      |       ^^^^^^^^^ its requirements are known only after a build
      |
      = help: expect pip to install packages for it that the pinned file does not list
    warning[no-hashes]: no line has hashes, because `git+https://example.com/acme/tool@v1#egg=tool`, `-e ./here` cannot have one
     |
     = note: pip requires a hash for every line as soon as one line has a hash (--require-hashes)
     = help: install the lines that cannot have a hash from a separate file
    Pinned 7 packages from conda and 1 from PyPI for linux-64 ([TIME])
    exit code 0
    ");
}

#[test]
fn a_local_project_with_a_name_is_a_folder_of_pixis() {
    let project = Project::of(&["python"]);
    project.write("here/setup.py", "");
    let here = project.path("here").display().to_string();
    let line = format!("  - pip\n  - pip:\n    - tool @ file://{here}\n");
    let file = project.read("environment.yml") + &line;
    project.write("environment.yml", file);
    let text = printed(&project, &["--format", "pixi"]);
    assert!(
        text.contains(&format!("\n      - pypi: {here}\n")),
        "{text}"
    );
    assert!(locked(&read(&text), "linux-64").contains("tool <unknown>"));
}

#[test]
fn options_stay_as_they_are_written() {
    let index = fixtures().join("pypi-private").display().to_string();
    let lines = [
        "--extra-index-url ${PRIVATE}",
        "--trusted-host example.com",
        "-f ./wheels --pre",
        "ledger --config-settings=a=b",
    ];
    let project = Project::of(&[&["python", "pip:"], &lines[..]].concat());
    project.write("wheels/nothing.txt", "");
    let mut command = project.command(&["pin", "--format", "requirements"]);
    let run: super::Run = command
        .args(["--allow-env", "PRIVATE"])
        .env("PRIVATE", &index)
        .output()
        .expect("starts")
        .into();
    assert_snapshot!(run, @r"
    # presolve: the pip packages of environment.yml, for Python 3.13.0 on linux-64
    --index-url file://[FIXTURES]/pypi/
    --extra-index-url ${PRIVATE}
    --trusted-host example.com
    --find-links ./wheels
    --pre
    ledger==1.1+acme --config-settings a=b \
        --hash=sha256:156bdcc58f4357d5dc1219af3268fb91fa36d2d3df0b0ea713dc5fa500b0f859
    Pinned 7 packages from conda and 1 from PyPI for linux-64 ([TIME])
    exit code 0
    ");
}

#[test]
fn a_login_of_a_copied_line_is_left_out() {
    let server = server::start();
    let url = server.url_with("me:s3cret", "private");
    let index = format!("--index-url {url}");
    let project = Project::online(environment(&["python", "pip:", &index, "tomlish"]));
    assert_snapshot!(project.pin(&["--format", "requirements"]), @r"
    # presolve: the pip packages of environment.yml, for Python 3.13.0 on linux-64
    --index-url http://127.0.0.1:[PORT]/private
    tomlish==1.2.0 \
        --hash=sha256:96a0b367c5d234feaa689ce6a7c2d8d71c3d3bd96859bb1785df610c00344957
    warning[credentials-left-out]: the URLs of 127.0.0.1:[PORT] are written without their credentials
     |
     = help: give them to the installing tool in its own settings, such as a netrc file
    Pinned 7 packages from conda and 1 from PyPI for linux-64 ([TIME])
    exit code 0
    ");
    let run = project.pin(&["--format", "requirements", "-o", "requirements.txt"]);
    assert_eq!(run.code, 0, "{run}");
    let text = project.read("requirements.txt");
    assert!(text.contains(&index.replace("me:s3cret@", "")), "{text}");
}

#[test]
fn lock_files_hold_no_credentials() {
    let server = server::start();
    let url = server.url_with("me:s3cret", "private");
    let project = Project::online(environment(&["python", "pip:", "tomlish"]));
    for format in ["explicit", "conda-lock", "pixi", "requirements"] {
        let run = project.pin(&["--format", format, "--index-url", &url, "-o", "file"]);
        assert_eq!(run.code, 0, "{run}");
        let text = project.read("file");
        assert!(!text.contains("s3cret"), "{text}");
        assert!(!run.stderr.contains("s3cret"), "{run}");
        let is_said = run.stderr.contains("warning[credentials-left-out]");
        assert!(is_said, "{run}");
    }
}

#[test]
fn a_signed_url_is_written_without_its_signature() {
    let server = server::start();
    let url = server.url_with("me:s3cret", "html/tomlish/tomlish-1.2.0-py3-none-any.whl");
    let line = format!("tomlish @ {url}?sp=r&sig=S1GN");
    let project = Project::online(environment(&["python", "pip:", &line]));
    let bare = url.replace("me:s3cret@", "") + "?sp=r";
    for format in ["explicit", "conda-lock", "pixi"] {
        let run = project.pin(&["--format", format]);
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stdout.contains(&bare), "{run}");
        assert!(run.stderr.contains("[credentials-left-out]"), "{run}");
        assert!(!format!("{run}").contains("s3cret"), "{run}");
        assert!(!format!("{run}").contains("S1GN"), "{run}");
    }
    // The line that is copied here has lost its secrets too.
    let run = project.pin(&["--format", "requirements", "-o", "file"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("[credentials-left-out]"), "{run}");
    assert!(
        project
            .read("file")
            .contains(&format!("tomlish @ {bare}\n"))
    );
}

#[test]
fn a_variable_in_a_path_is_not_told() {
    let server = server::start();
    let index = server.url("mirror/${TOK}/html/");
    let line = format!("--extra-index-url {index}");
    let project = Project::online(environment(&["python", "pip:", &line, "tomlish"]));
    let run = |format: &str| {
        let mut command = project.command(&["pin", "--format", format, "--allow-env", "TOK"]);
        let run = command.env("TOK", "t").output().expect("starts");
        super::Run::from(run)
    };
    assert_snapshot!(run("pixi"), @"
    error[variable-in-url]: a file of `--format pixi` would contain the value of a variable
     --> environment.yml:6:25
      |
    6 |     - --extra-index-url http://127.0.0.1:[PORT]/mirror/${TOK}/html/
      |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ in the path of this URL
      |
      = note: such a value is often a secret, and the URL does not work without it
      = help: use `--format env` or `requirements`, which keep the variable; if the server accepts it as a user or password, write `https://${NAME}@host/…`
    exit code 2
    ");
    let plain = run("requirements");
    assert!(plain.stdout.contains(&line), "{plain}");
    // The release is of the first index, so this one has no such URL.
    assert_eq!(run("explicit").code, 0);
    let file = "mirror/${TOK}/html/tomlish/tomlish-1.2.0-py3-none-any.whl";
    let line = format!("tomlish @ {}", server.url(file));
    project.write("environment.yml", environment(&["python", "pip:", &line]));
    for format in ["explicit", "conda-lock", "pixi"] {
        let run = run(format);
        assert!(run.stderr.contains("error[variable-in-url]"), "{run}");
    }
    assert!(run("requirements").stdout.contains(&line));
}

#[test]
fn the_line_of_the_platform_gives_the_url() {
    let folder = fixtures().join("pypi/oldflow");
    let line = |tags: &str, system: &str| {
        let file = folder.join(format!("oldflow-2.8.1-cp310-cp310-{tags}.whl"));
        format!("{} ; sys_platform == 'SYSTEM'", file.display()).replace("SYSTEM", system)
    };
    let lines = [
        line("macosx_11_0_arm64", "darwin"),
        line("manylinux_2_17_x86_64.manylinux2014_x86_64", "linux"),
    ];
    let items = lines.each_ref().map(|line| {
        let system = line.rsplit(' ').next().expect("a system");
        let option = format!("--config-settings=on={}", system.trim_matches('\''));
        format!("\"{line} {option}\"")
    });
    let project = Project::of(&["python =3.10", "pip:", &items[0], &items[1]]);
    for (platform, line, on) in [
        ("linux-64", &lines[1], "linux"),
        ("osx-arm64", &lines[0], "darwin"),
    ] {
        let arguments = ["--format", "requirements", "--platform", platform];
        let text = printed(&project, &arguments);
        let expected = format!("\n{line} --config-settings on={on} \\\n");
        assert!(text.contains(&expected), "{text}");
        assert_eq!(text.matches(".whl").count(), 1, "{text}");
        assert_eq!(text.matches("--config-settings").count(), 1, "{text}");
    }
}

#[test]
fn a_subdirectory_is_kept_or_refused() {
    let archive = server::start().url("html/stonework/stonework-1.0.tar.gz");
    let line = format!("stonework @ {archive}#sha256=HASH&subdirectory=sub");
    let hash = "bafc9b8d4e2c206c4042749cf8c0f7ac948ab996d505c43f7c83040afe471a3f";
    let line = line.replace("HASH", hash);
    let project = Project::online(environment(&["python =3.12", "pip:", &line]));
    assert!(printed(&project, &["--format", "requirements"]).contains(&line));
    let list = printed(&project, &["--format", "explicit"]);
    assert!(list.contains(&format!("\n# pip {line}\n")), "{list}");
    let text = printed(&project, &["--format", "pixi"]);
    let location = format!("pypi: {archive}#subdirectory=sub\n");
    assert!(text.contains(&location), "{text}");
    assert!(locked(&read(&text), "linux-64").contains("stonework 1.0"));
    assert_snapshot!(project.pin(&["--format", "conda-lock"]), @"
    warning[source-build]: pip builds from source for Python 3.12.1 on linux-64: stonework 1.0
     --> environment.yml:6:7
      |
    6 |     - stonework @ http://127.0.0.1:[PORT]/html/stonework/stonework-1.0.tar.gz#sha256=bafc9b8d4e2c206c4042749cf8c0f7ac948ab996d505c43f7c83040afe471a3f&subdirectory=sub
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: the archive shows no sign of compilation: stonework 1.0
    error[uncarriable-line]: a conda-lock.yml cannot represent this line: it is a subdirectory of an archive
     --> environment.yml:6:7
      |
    6 |     - stonework @ http://127.0.0.1:[PORT]/html/stonework/stonework-1.0.tar.gz#sha256=bafc9b8d4e2c206c4042749cf8c0f7ac948ab996d505c43f7c83040afe471a3f&subdirectory=sub
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: conda-lock writes the hash after the `#` of the URL, where the subdirectory would have to be
      = help: use `--format env`, `explicit` or `requirements`, which keep the line unchanged
    exit code 2
    ");
    let file = fixtures().join("pypi/stonework/stonework-1.0.tar.gz");
    let line = format!("stonework @ file://{}#subdirectory=sub", file.display());
    let project = Project::of(&["python =3.12", "pip:", &line]);
    let run = project.pin(&["--format", "pixi"]);
    assert!(run.stderr.contains("error[uncarriable-line]"), "{run}");
}

#[test]
fn paths_are_those_from_the_folder_of_the_written_file() {
    let wheel = "\"./my wheels/tomlish-1.2.0-py3-none-any.whl ; python_version > '3'\"";
    let links = "\"--find-links './my wheels'\"";
    let editable = "\"-e './my tool'\"";
    let project = Project::of(&["python", "pip:", links, wheel, editable]);
    let file = fixtures().join("pypi/tomlish/tomlish-1.2.0-py3-none-any.whl");
    let bytes = std::fs::read(file).expect("readable");
    project.write("my wheels/tomlish-1.2.0-py3-none-any.whl", bytes);
    project.write("my tool/setup.py", "");
    project.write("locks/deep/old", "");
    for (to, up) in [
        ("locks/deep/", "../.."),
        ("locks/../locks/", ".."),
        ("", "."),
    ] {
        let place = format!("{to}file");
        printed(&project, &["--format", "requirements", "-o", &place]);
        let text = project.read(&place);
        for line in [
            format!("\n--find-links '{up}/my wheels'\n"),
            format!("\n{up}/my wheels/tomlish-1.2.0-py3-none-any.whl ; python_version > '3'\n"),
            format!("\n-e '{up}/my tool'\n"),
        ] {
            assert!(text.contains(&line), "{line}{text}");
        }
        printed(&project, &["--format", "explicit", "-o", &place]);
        let line = format!("\n# pip -e '{up}/my tool'\n");
        assert!(project.read(&place).contains(&line), "{line}");
    }
}

#[test]
fn options_of_one_item_keep_their_paths() {
    let project = Project::of(&["python", "pip:", "\"-f ./one\\n-f ./two\"", "tomlish"]);
    project.write("one/nothing.txt", "");
    project.write("two/nothing.txt", "");
    project.write("locks/old", "");
    printed(&project, &["--format", "requirements", "-o", "locks/file"]);
    let text = project.read("locks/file");
    let lines = "\n--find-links ../one\n--find-links ../two\n";
    assert!(text.contains(lines), "{text}");
}

#[test]
fn indexes_of_settings_are_written_once() {
    let (first, private) = (fixtures().join("pypi"), fixtures().join("pypi-private"));
    let extra = format!("--extra-index-url {}", private.display());
    let lines = |dependencies: &[&str], flags: &[&str]| {
        let project = Project::of(dependencies);
        let text = printed(&project, &[&["--format", "requirements"], flags].concat());
        let lines = text.lines().filter(|line| line.starts_with("--"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let of_settings = format!("--index-url file://{}/", first.display());
    let plain = ["python", "pip:", "ledger"];
    let flags: Vec<&str> = extra.split(' ').collect();
    let written = lines(&plain, &flags);
    let expected = format!("--extra-index-url file://{}/", private.display());
    assert_eq!(written, [of_settings.clone(), expected]);
    let written = lines(&["python", "pip:", &extra, "ledger"], &[]);
    assert_eq!(written, [of_settings, extra.clone()]);
    let index = extra.replace("extra-", "");
    let written = lines(&["python", "pip:", &index, "ledger"], &[]);
    assert_eq!(written, [index]);
}

#[test]
fn a_folder_named_t_is_printed_as_it_is() {
    let index = server::start().url("mirror/t/json");
    let project = Project::online(environment(&["python", "pip:", "tomlish"]));
    for format in ["explicit", "conda-lock", "pixi"] {
        let run = project.pin(&["--format", format, "--index-url", &index]);
        assert_eq!(run.code, 0, "{run}");
        assert!(run.stdout.contains("/mirror/t/json/tomlish/"), "{run}");
        assert!(!run.stderr.contains("masked"), "{run}");
    }
    let line = "toml @ git+https://example.com/packages/source/t/toml/toml";
    let project = Project::of(&["python", "pip:", line]);
    for format in ["explicit", "requirements"] {
        let run = project.pin(&["--format", format]);
        assert!(run.stdout.contains(line), "{run}");
    }
}

#[test]
fn names_are_told_to_pixi_where_they_were_asked_for() {
    let lines = ["python =3.10", "pytorch", "pip:", "lightbolt"];
    let text = printed(&Project::of(&lines), &["--format", "pixi"]);
    assert!(text.contains("  purls:\n  - pkg:pypi/torch\n"), "{text}");
    let text = printed(&Project::of(&lines[..2]), &["--format", "pixi"]);
    assert!(!text.contains("purls"), "{text}");
}

#[test]
fn pixi_knows_the_index_of_each_release() {
    let private = fixtures().join("pypi-private").display().to_string();
    let project = Project::of(&["python", "pip:", "ledger", "tomlish"]);
    let text = printed(
        &project,
        &["--format", "pixi", "--extra-index-url", &private],
    );
    // The reader takes no index for a file of this machine, so the text has to do.
    let index = |file: &str| {
        let entry = text.rsplit(file).next().expect("an entry");
        let line = entry.lines().find(|line| line.starts_with("  index: "));
        line.expect("an index").to_owned()
    };
    assert!(index("/ledger-1.1").ends_with("/pypi-private/"), "{text}");
    assert!(index("/tomlish-1.2.0").ends_with("/pypi/"), "{text}");
}

#[test]
fn a_url_keeps_its_line_and_gets_a_hash() {
    let wheel = fixtures().join("pypi/tomlish/tomlish-1.2.0-py3-none-any.whl");
    let line = format!("tomlish @ file://{}", wheel.display());
    let project = Project::of(&["python", "pip:", &line]);
    let text = printed(&project, &["--format", "requirements"]);
    let hash = "96a0b367c5d234feaa689ce6a7c2d8d71c3d3bd96859bb1785df610c00344957";
    let expected = format!("\n{line} \\\n    --hash=sha256:{hash}\n");
    assert!(text.ends_with(&expected), "{text}");
    let text = printed(&project, &["--format", "pixi"]);
    assert!(text.contains(&format!("sha256: {hash}")), "{text}");
}

#[test]
fn a_url_without_a_hash_is_said() {
    let url = server::start().url("html/tomlish/tomlish-1.2.0-py3-none-any.whl");
    let line = format!("tomlish @ {url}");
    let project = Project::online(environment(&["python", "pip:", "packaging", &line]));
    let run = project.pin(&["--format", "pixi", "-o", "pixi.lock"]);
    assert_snapshot!(run, @"
    warning[no-hashes]: no known hash for tomlish
     |
     = note: a different file at its URL will not be detected
     = help: append `#sha256=…` to the URL, or use an index that provides hashes
    Pinned 7 packages from conda and 2 from PyPI for linux-64 in pixi.lock ([TIME])
    exit code 0
    ");
    let run = project.pin(&["--format", "requirements"]);
    assert_snapshot!(run, @"
    # presolve: the pip packages of environment.yml, for Python 3.13.0 on linux-64
    --index-url file://[FIXTURES]/pypi/
    packaging==24.1
    tomlish @ http://127.0.0.1:[PORT]/html/tomlish/tomlish-1.2.0-py3-none-any.whl
    warning[no-hashes]: no line has hashes, because `tomlish` cannot have one
     |
     = note: pip requires a hash for every line as soon as one line has a hash (--require-hashes)
     = help: install the lines that cannot have a hash from a separate file
    Pinned 7 packages from conda and 2 from PyPI for linux-64 ([TIME])
    exit code 0
    ");
}

#[test]
fn hashes_are_those_of_files_that_pip_may_take() {
    let both = Project::of(&["python =3.12", "pip:", "stonework"]);
    assert!(printed(&both, &["--format", "requirements"]).contains("stonework==1.0 \\\n"));
    // Release 2.0 has a wheel and a source distribution.
    let hashes = |lines: &[&str]| {
        let project = Project::of(&[&["python =3.9", "pip:"], lines].concat());
        let text = printed(&project, &["--format", "requirements"]);
        assert!(text.contains("newkiln==2.0"), "{text}");
        text.matches("--hash=sha256:").count()
    };
    assert_eq!(hashes(&["newkiln==2.0"]), 2);
    assert_eq!(hashes(&["\"--only-binary :all:\"", "newkiln==2.0"]), 1);
}

#[test]
fn a_record_without_md5_has_its_sha256() {
    let text = "channels: [acme, nodefaults]\ndependencies: [gridlib]\n";
    let project = Project::new(text);
    let list = printed(&project, &["--format", "explicit"]);
    let hash = "1191dbdfb2bc530dcda5ad8ca6ea7c0e8ff77c6ebb891ca638b254b7d22cbf23";
    assert!(
        list.ends_with(&format!("gridlib-1.0-h0_0.conda#{hash}\n")),
        "{list}"
    );
    let run = project.pin(&["--format", "conda-lock", "-o", "conda-lock.yml"]);
    assert_snapshot!(run, @"
    warning[no-md5]: the channel has no md5 for gridlib
     |
     = note: conda-lock itself refuses a lock file with such packages
     = help: install it with another tool that reads conda-lock.yml, or use `--format pixi`
    Pinned 1 package from conda and 0 from PyPI for linux-64 in conda-lock.yml ([TIME])
    exit code 0
    ");
    let run = project.pin(&["--format", "requirements"]);
    assert_snapshot!(run, @"
    # presolve: the pip packages of environment.yml, for no Python on linux-64
    --index-url file://[FIXTURES]/pypi/
    warning[nothing-for-pip]: there is nothing for pip to install, so the file has no requirements
    Pinned 1 package from conda and 0 from PyPI for linux-64 ([TIME])
    exit code 0
    ");
}

#[test]
fn the_source_is_relative_to_the_lock_file() {
    let project = Project::of(&["numpy"]);
    project.write("locks/old", "");
    printed(
        &project,
        &["--format", "conda-lock", "-o", "locks/conda-lock.yml"],
    );
    let text = project.read("locks/conda-lock.yml");
    assert!(
        text.contains("  sources:\n  - ../environment.yml\n"),
        "{text}"
    );
}

#[test]
fn a_pinned_file_locks_what_it_pins() {
    let project = Project::of(&["numpy <2", "pip:", "packaging"]);
    let pinned = project.pinned(&[]);
    project.write("environment.yml", pinned.replace("numpy <2", "numpy"));
    let text = printed(&project, &["--format", "pixi"]);
    let numpy = pin_of(&pinned, "numpy")[0].replace('=', "-");
    assert!(text.contains(&format!("/{numpy}.conda\n")), "{text}");
    let text = printed(&project, &["--format", "pixi", "--upgrade"]);
    assert!(!text.contains(&format!("/{numpy}.conda\n")), "{text}");
}

#[test]
fn a_pylock_has_the_pip_packages_of_each_platform() {
    let project = Project::of(&["python=3.10", "pip:", "oldflow==2.8.*", "lightbolt[plots]"]);
    let run = project.pin(&["--format", "pylock"]);
    assert_eq!(run.code, 0, "{run}");
    insta::assert_snapshot!(run.stdout);
    let both = ["--platform", "linux-64", "--platform", "osx-arm64"];
    let run = project.pin(&[&["--format", "pylock"], &both[..]].concat());
    assert_eq!(run.code, 0, "{run}");
    let file: toml::Table = run.stdout.parse().expect("TOML");
    let environments = file["environments"].as_array().expect("a list");
    assert_eq!(environments.len(), 2, "{run}");
    let packages = file["packages"].as_array().expect("a list");
    let wheels = |name: &str| {
        let package = packages
            .iter()
            .find(|one| one["name"].as_str() == Some(name));
        package.map(|one| one["wheels"].as_array().map_or(0, Vec::len))
    };
    // The same wheel on both, and one for each.
    assert_eq!(wheels("packaging"), Some(1), "{run}");
    assert_eq!(wheels("oldflow"), Some(2), "{run}");
}

#[test]
fn a_bill_of_materials_has_both_parts_and_what_they_need() {
    let project = Project::of(&["python=3.10", "pytorch", "pip:", "lightbolt"]);
    let run = project.pin(&["--format", "cyclonedx"]);
    assert_eq!(run.code, 0, "{run}");
    let bill: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(bill["specVersion"], "1.6");
    let components = bill["components"].as_array().expect("a list");
    let reference = |name: &str| {
        let component = components.iter().find(|one| one["name"] == name);
        let component = component.unwrap_or_else(|| panic!("{name}: {run}"));
        component["bom-ref"].as_str().expect("a text").to_owned()
    };
    let (lightbolt, pytorch) = (reference("lightbolt"), reference("pytorch"));
    assert_eq!(
        lightbolt,
        "pkg:pypi/lightbolt@2.1.0?file_name=lightbolt-2.1.0-py3-none-any.whl"
    );
    assert!(
        pytorch.starts_with("pkg:conda/pytorch@2.4.1?build="),
        "{pytorch}"
    );
    let needs = |reference: &str| {
        let dependencies = bill["dependencies"].as_array().expect("a list");
        let one = dependencies.iter().find(|one| one["ref"] == reference);
        let needs = one.and_then(|one| one["dependsOn"].as_array());
        needs.cloned().unwrap_or_default()
    };
    // conda's pytorch is the torch that lightbolt needs.
    assert!(needs(&lightbolt).contains(&pytorch.clone().into()), "{run}");
    let declared = needs("environment");
    assert!(declared.contains(&lightbolt.into()), "{run}");
    assert!(declared.contains(&pytorch.into()), "{run}");
    let references = components.iter().map(|one| one["bom-ref"].as_str());
    let unique: std::collections::BTreeSet<_> = references.collect();
    assert_eq!(unique.len(), components.len());
}

#[test]
fn what_has_no_version_is_in_no_pylock_and_no_bill() {
    let project = Project::of(&["python=3.10", "pip:", "git+https://h/x.git"]);
    for format in ["pylock", "cyclonedx"] {
        let run = project.pin(&["--format", format]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains("cannot represent this line"), "{run}");
    }
}
