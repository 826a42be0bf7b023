//! What reads text of strangers, each with seeds of its own, and with real files where
//! `../shared` is there.

use std::{
    io::{Cursor, Write},
    path::Path,
    str::FromStr,
    sync::Arc,
};

use flate2::{Compression, write::GzEncoder};
use pep508_rs::PackageName;
use presolve::{
    check::{
        Selection,
        lint::{LintOptions, lint},
    },
    conda::repodata,
    config::{Flags, Settings, image::Images},
    diagnose::{Log, diagnose},
    input::{Environments, Input, Kind},
    network::fetch::{Archive, Page},
    packages::pypi::{
        MetadataSource, metadata,
        overlaps::InstalledFiles,
        page::{CompactPage, Link},
    },
    parse,
    pypi::{index, osv::Database, sdist, wheel},
    source::SourceFile,
    spec::{
        match_spec,
        pin::{AddedLines, PinnedPip, Pins, pip},
        pip_lines::{PipReader, PipText},
    },
};
use rattler_conda_types::{PackageName as CondaName, ParseMatchSpecOptions};
use url::Url;

use super::{
    corpus::{ENVIRONMENTS, MATCH_SPECS, REFUSED, REQUIREMENTS},
    fuzz,
};

const ENVIRONMENT: &str = "# presolve: pinned for linux-64\nname: a\nchannels:\n  - conda-forge\n\
    dependencies:\n  - python=3.10=h1_0  # presolve: python\n  - numpy >=1.2,<2  # why\n  \
    - 'x[version=\">=1\"]'\n  - pip\n  - pip:\n    - -r more.txt\n    - b[c]==1.0; python_version < '3.9'\n    \
    - \"d @ https://h/d-1.0-py3-none-any.whl\"\nvariables: {A: b}\n";

const FLOW: &str = "{\"name\": \"a\", \"channels\": [\"main\"], \"dependencies\": [\"python=3.9\", {\"pip\": [\"a==1\"]}]}";

const ANCHORS: &str = "a: &x [python, &y numpy]\nchannels: [*y]\ndependencies: *x\n";

const DOCKERFILE: &str = "# escape=\\\nARG V=3.10\nFROM python:${V} AS base\nENV A=b C=\"$A$A\" PATH=/x:$PATH\n\
    WORKDIR /w\nCOPY --from=base requirements.txt e.yml ./\nSHELL [\"conda\", \"run\", \"-n\", \"x\", \"/bin/bash\", \"-c\"]\n\
    RUN --mount=type=bind,target=/r if [ -f x ]; then pip install -r requirements.txt; fi && \\\n    \
    conda install -y -c conda-forge 'numpy>=1.2' \"$A\" # why\nRUN <<EOF bash -e\npip install a==1.0 --index-url https://h/s\nEOF\n\
    RUN [\"pip\", \"install\", \"b\"]\n";

const SHELL: &str = "FROM a\nRUN for x in $(ls); do case $x in a) pip install a;; *) echo `b`;; esac; done; \
    f() { conda activate x; }; cd /a && ( export B=${C:-d}; pip install \"e$B\" 2>&1 | tee l >/dev/null )\n";

const AZURE: &str = "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: a\nversion: 1\n\
    image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1\nconda_file:\n  channels: [conda-forge]\n  \
    dependencies:\n    - python=3.10\n    - pip:\n      - a\ninference_config:\n  liveness_route: {port: 1, path: /}\n";

const AZURE_V1: &str = "{\"name\": \"a\", \"version\": \"1\", \"python\": {\"userManagedDependencies\": false, \
    \"condaDependencies\": {\"channels\": [\"c\"], \"dependencies\": [\"python=3.8\", {\"pip\": [\"a\"]}]}}, \
    \"docker\": {\"baseImage\": \"a/b:c\", \"baseDockerfile\": null, \"enabled\": true}, \"environmentVariables\": {\"A\": \"b\"}}";

const AZURE_JOB: &str = "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\ntype: pipeline\nx: &e\n  \
    image: a:1\n  conda_file:\n    dependencies: [python]\ny: &d {environment: *e}\njobs:\n  a: {<<: *d, component: ./job.yml}\n  b:\n    \
    type: sweep\n    trial:\n      environment: {image: 'b:2', build: {path: .}, conda_file: more.txt}\n  c: {component: 'file:gone.yml', \
    environment: azureml:a@latest}\n  d:\n    task: {environment: file:job.yml}\n    component: {jobs: {z: {environment: [1]}}}\n";

const AZURE_DEPLOYMENT: &str = "name: blue\nendpoint_name: e\nmodel: {path: .}\nenvironment:\n  image: a\n  conda_file: # c\n    channels: [c]\n    \
    dependencies:\n    - python=3.10=h_0  # presolve: python\n    - pip:\n      - a\n  inference_config: {}\nenvironment_variables: {A: b}\n";

const MLMODEL: &str =
    "flavors:\n  python_function:\n    env: {conda: conda.yaml, virtualenv: python_env.yaml}\n";

const LOG: &str = "#8 [4/5] RUN conda env create -f e.yml\n#8 1.2 Collecting package metadata (repodata.json): ...working... done\n\
    #8 2.0 ResolvePackageNotFound: \n#8 2.0   - numpy=9\n\u{1b}[31mERROR: No matching distribution found for a==1\u{1b}[0m\n\
    #8 ERROR: process \"/bin/sh -c conda env create\" did not complete successfully: exit code: 1\n\
    ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\n\
    \n    The conflict is caused by:\n    a 1 depends on c>=2\nKilled\n";

const METADATA: &str = "Metadata-Version: 2.2\nName: a\nVersion: 1.0\nRequires-Python: >=3.6.*,<4\n\
    Requires-Dist: b (>=1.9.*) ; extra == 'x'\nRequires-Dist: c[d]~=1.2; python_version<\"3.8\" and (os_name=='nt' or sys_platform!='x')\n\
    Provides-Extra: x\nDynamic: License\nDescription: =?utf-8?q?a?=\n        b\n\nText\n";

const JSON_PAGE: &str = "{\"meta\": {\"api-version\": \"1.0\"}, \"name\": \"a\", \"versions\": [\"1.0\"], \"files\": [{\"filename\": \"a-1.0-py3-none-any.whl\", \
    \"url\": \"a-1.0-py3-none-any.whl\", \"hashes\": {\"sha256\": \"00\"}, \"requires-python\": \">=3.6\", \"core-metadata\": {\"sha256\": \"1\"}, \
    \"yanked\": \"why\", \"size\": 1, \"upload-time\": \"2024-01-01T00:00:00Z\"}, {\"filename\": \"a-1.0.tar.gz\", \"url\": \"../a-1.0.tar.gz\", \"hashes\": {}, \"yanked\": false}]}";

const HTML_PAGE: &str = "<!DOCTYPE html><html><head><meta name=\"pypi:repository-version\" content=\"1.0\"><base href=\"https://h/\"></head><body>\
    <a href=\"a-1.0-py3-none-any.whl#sha256=00\" data-requires-python=\"&gt;=3.6\" data-yanked=\"\" data-core-metadata=\"sha256=1\">a-1.0-py3-none-any.whl</a><br>\
    <a href='../a-1.0.tar.gz'>a</a></body></html>";

const REPODATA: &str = "{\"info\": {\"subdir\": \"linux-64\"}, \"packages\": {\"a-1.0-0.tar.bz2\": {\"name\": \"a\", \"version\": \"1.0\", \"build\": \"0\", \"build_number\": 0, \
    \"depends\": [\"b >=1,<2\", \"python\"], \"constrains\": [\"c\"], \"md5\": \"00000000000000000000000000000000\", \"size\": 1, \"timestamp\": 1, \"license\": \"MIT\", \
    \"track_features\": \"x y\", \"noarch\": \"python\"}}, \"packages.conda\": {}, \"removed\": [], \"repodata_version\": 1}";

const TOML: &str = "channel-alias = \"https://h\"\ndefault-channels = [\"a\"]\ncustom-channels = { b = \"https://h\" }\nplatform = \"linux-64\"\n\
    virtual-packages = [\"__glibc=2.28\"]\nexclude-newer = \"7d\"\ntimeout = 300\n[exclude-newer-package]\nx = false\n[check]\nselect = [\"all\"]\n[[check.suppress]]\nrule = \"x\"\npath = \"**/*.yml\"\n";

fn seeds(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Some of the real files in a folder of `../shared`, if it is there.
fn real(folder: &str, takes: impl Fn(&Path) -> bool) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(folder);
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if takes(&path) => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    let texts = files.iter().step_by(files.len() / 40 + 1);
    let texts = texts.filter_map(|path| std::fs::read(path).ok());
    texts.filter(|text| text.len() < 16 * 1024).collect()
}

/// Looks at a file of this name with all rules.
fn looked_at(target: &str, name: &str, seeds: Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("more.txt"),
        "a==1\n-r more.txt\n-c more.txt\n",
    )
    .expect("is written");
    let path = folder.path().join(name);
    let settings = Settings::resolve(&path, Flags::default()).expect("settings");
    let selection = Selection::new(&settings.check, &["all".to_owned()], &[]);
    let selection = selection.expect("all rules are known");
    fuzz(target, seeds, |input| {
        let Ok(source) = SourceFile::from_bytes(&path, input) else {
            return;
        };
        let asked = LintOptions {
            selection: &selection,
            settings: &settings,
            platforms: &[],
            in_definition: false,
            today: jiff::civil::date(2026, 11, 21),
        };
        let input_file = Input::of(source.clone());
        if let Kind::Entity(entity) = &input_file.kind {
            let found = Environments::of(entity);
            assert!(found.places.len() <= input.len());
        }
        for finding in lint(&input_file, asked).findings {
            finding.location().line_column();
            assert!(finding.location().text().len() <= input.len() * 2);
        }
    });
}

#[test]
fn environment_files() {
    let mut all = seeds(&[ENVIRONMENT, FLOW, ANCHORS]);
    all.extend(seeds(ENVIRONMENTS));
    // Lines whose fix reads the file again.
    all.push(format!("dependencies:\n{}", REFUSED.repeat(5)).into_bytes());
    all.extend(real("specs", |_| true));
    looked_at("environment-files", "environment.yml", all);
}

#[test]
fn dockerfiles() {
    let mut all = seeds(&[DOCKERFILE, SHELL]);
    all.extend(real("azureml", |path| path.ends_with("Dockerfile")));
    looked_at("dockerfiles", "Dockerfile", all);
}

#[test]
fn shell_scripts() {
    let line = |line: &&str| format!("FROM a\nRUN {line}\n").into_bytes();
    let lines = SHELL.split("; ").chain(DOCKERFILE.lines());
    let mut all = seeds(&[SHELL]);
    all.extend(lines.collect::<Vec<_>>().iter().map(line));
    looked_at("shell-scripts", "Dockerfile", all);
}

#[test]
fn azure_definitions() {
    let mut all = seeds(&[AZURE, AZURE_V1]);
    let is_definition = |path: &Path| {
        path.extension()
            .is_some_and(|end| end == "yml" || end == "json")
    };
    all.extend(real("azureml", is_definition));
    looked_at("azure-definitions", "azureml_environment.json", all);
}

#[test]
fn azure_jobs() {
    let mut all = seeds(&[AZURE_JOB, AZURE_DEPLOYMENT]);
    all.extend(real("azureml", |path| {
        path.extension().is_some_and(|end| end == "yml")
    }));
    looked_at("azure-jobs", "job.yml", all);
}

/// A model with the same text in its conda file, which its other files then differ from.
#[test]
fn mlflow_models() {
    let mut all = seeds(&[MLMODEL, ENVIRONMENT]);
    all.extend(real("specs", |_| true));
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text);
    write("requirements.txt", b"a==1\nb[c]>=2; python_version<'3.9'\n").expect("is written");
    write(
        "python_env.yaml",
        b"python: 3.10.1\ndependencies:\n- -r requirements.txt\n- d\n",
    )
    .expect("is written");
    fuzz("mlflow-models", all, |input| {
        write("conda.yaml", input).expect("is written");
        for text in [input, MLMODEL.as_bytes()] {
            let Ok(source) = SourceFile::from_bytes(folder.path().join("MLmodel"), text) else {
                continue;
            };
            if let Kind::Model(model) = Input::of(source).kind {
                let contents = model.contents();
                for pair in contents.windows(2) {
                    let difference = pair[0].compare(&pair[1]);
                    assert!(difference.is_none_or(|one| !one.lines.is_empty()));
                }
            }
        }
    });
}

#[test]
fn pip_lines() {
    let file = SourceFile::from_text("requirements.txt", "");
    let mut all = seeds(REQUIREMENTS);
    all.extend(seeds(&[
        "a==1 \\\n  --hash=sha256:00 # why\n-e .[x]\n--index-url https://u:p@h/s\n",
        "a[b,c] >=1,<2 ; python_version<'3' and (os_name=='x' or 'y' in sys_platform)",
        "git+https://h/a@b#egg=c[d]&subdirectory=e",
        "./a-1.0-py3-none-any.whl",
        "# presolve: pinned for linux-64 with Python 3.10\na==1.0  # presolve: a>=1 # why\n\
            # presolve: added 2 packages\nb==1 \\\n    --hash=sha256:00\nc==2  # presolve: added",
        "a==1.0  # presolve: a\n# presolve: added 1 package\nc==2  # presolve: a  # presolve: a",
    ]));
    fuzz("pip-lines", all, |input| {
        let text = String::from_utf8_lossy(input).into_owned();
        let mut reader = PipReader::default();
        reader.read_item(&PipText {
            file: Arc::clone(&file),
            span: 0..0,
            verbatim: None,
            text: text.clone(),
        });
        if let Ok(requirement) = parse::pep::requirement(&text) {
            // What is read can be written, and read again.
            let again = parse::pep::requirement(&requirement.to_string());
            assert!(again.is_ok() || text.contains("://"), "{requirement}");
        }
        drop(parse::pep::specifiers(&text));
        drop(parse::pep::version(&text));
        pin_twice(text);
    });
}

/// Pins a requirements file. What is written can be read, and pinning again changes nothing.
fn pin_twice(text: String) {
    let input = Input::of(SourceFile::from_text("requirements.txt", text));
    let Ok(environment) = input.spec(&Images::default()).and_then(|spec| spec.read()) else {
        return;
    };
    let lines = environment.pip.requirements.iter();
    let named = lines.filter_map(|line| pip::name(line)?.parse().ok());
    let added = "zz".parse().expect("a name");
    let pin = |name: PackageName| PinnedPip {
        name,
        extras: Vec::new(),
        version: "1.5".parse().expect("a version"),
        from_conda: false,
        hashes: vec!["sha256:00".to_owned()],
    };
    let pins = Pins {
        platform: "linux-64".to_owned(),
        as_of: None,
        channels: Vec::new(),
        conda: Vec::new(),
        pip: named.chain([added]).map(pin).collect(),
        added: AddedLines::Block,
        lock: None,
    };
    let Ok(pinned) = environment.host.pin(&environment, &pins) else {
        return;
    };
    let again = pinned.read(&environment).expect("reads back");
    let twice = again.host.pin(&again, &pins).expect("pins again");
    assert_eq!(twice.text, pinned.text);
}

#[test]
fn match_specs() {
    let mut all = seeds(MATCH_SPECS);
    all.extend(seeds(&[
        "conda-forge/linux-64::numpy=1.26=py310*[md5=00]",
        "python >=3.8,<3.9|3.10.*",
        "x~=1.2!3+4_5",
    ]));
    fuzz("match-specs", all, |input| {
        let text = String::from_utf8_lossy(input);
        if let Ok(spec) = match_spec::parse(&text) {
            let _ = spec.to_string();
        }
        drop(match_spec::intended(&text));
        drop(match_spec::parse_pin(&text));
        drop(parse::conda::match_spec(
            &text,
            ParseMatchSpecOptions::lenient(),
        ));
        if let Ok(version) = parse::conda::version(&text) {
            let _ = version.to_string();
        }
    });
}

#[test]
fn logs() {
    let mut all = seeds(&[LOG]);
    all.extend(real("logs", |_| true));
    fuzz("logs", all, |input| drop(diagnose(&Log::read(input))));
}

#[test]
fn repodata() {
    let shard: serde_json::Value = serde_json::from_str(REPODATA).expect("JSON");
    let shard = rmp_serde::to_vec_named(&shard).expect("MessagePack");
    let name = CondaName::new_unchecked("a");
    let mut all = seeds(&[REPODATA]);
    all.push(shard);
    fuzz("repodata", all, |input| {
        let Ok((records, _)) = repodata::of_package(input, &name) else {
            return;
        };
        for depends in records.iter().flat_map(|one| &one.package_record.depends) {
            drop(parse::conda::match_spec(
                depends,
                ParseMatchSpecOptions::lenient(),
            ));
        }
    });
}

#[test]
fn pages_of_indexes() {
    let name = PackageName::from_str("a").expect("a name");
    let base = Url::parse("https://h/simple/a/").expect("a URL");
    let host = Arc::new(base.clone());
    fuzz(
        "pages-of-indexes",
        seeds(&[JSON_PAGE, HTML_PAGE]),
        |input| {
            let page = Page {
                body: input.to_vec(),
                content_type: "text/html".to_owned(),
                url: base.clone(),
            };
            drop(index::read_page(&name, &host, &page));
            drop(index::read_links(&name, None, &page));
            drop(index::check_links(&page));
        },
    );
}

#[test]
fn stored_pages() {
    let name = PackageName::from_str("a").expect("a name");
    let base = Url::parse("https://h/simple/a/").expect("a URL");
    let link = |filename: &str| Link {
        filename: filename.to_owned().into(),
        url: format!("https://h/{}/{filename}", "0f".repeat(32)).into(),
        requires_python: Some(">=3.8".into()),
        hashes: [("sha256".to_owned(), "0f".repeat(32))].into(),
        ..Link::default()
    };
    let links = ["a-1.0-py3-none-any.whl", "a-1.0.tar.gz", "a-2.0.tar.gz"].map(link);
    let seed = CompactPage::encode(&name, &base, None, &links);
    fuzz("stored-pages", vec![seed], |input| {
        if let Some(found) = CompactPage::decode(input.to_vec(), &base, None) {
            for release in found.project.releases.values() {
                assert!(release.files().len() <= release.listing().len());
            }
        }
    });
}

/// Markers of tokens in any order: each byte of a case stands for one.
#[test]
fn markers() {
    const TOKENS: [&str; 24] = [
        "os_name",
        "python_version",
        "extra",
        "implementation_version",
        "'x'",
        "'3.8'",
        "\"2.7 3.6\"",
        "'1.0+a'",
        "~=",
        "==",
        "!=",
        ">",
        "<=",
        "===",
        "in",
        "not in",
        "not",
        "and",
        "or",
        "(",
        ")",
        "'",
        "é",
        "\u{a0}",
    ];
    let all = seeds(&["AEKBFJ", "aQbAEIBCKE", "0123456789", "EIAJFRETIA", "(A)E"]);
    fuzz("markers", all, |input| {
        let tokens = input.iter().take(200);
        let tokens = tokens.map(|byte| TOKENS[usize::from(*byte) % TOKENS.len()]);
        let marker = tokens.collect::<Vec<_>>().join(" ");
        drop(parse::pep::marker(&marker));
        drop(parse::pep::marker(&marker.replace(' ', "")));
    });
}

#[test]
fn core_metadata() {
    let mut all = seeds(&[METADATA]);
    let of_line = |line: &&str| format!("Requires-Dist: {line}\n").into_bytes();
    all.extend(REQUIREMENTS.iter().map(of_line));
    fuzz("core-metadata", all, |input| {
        metadata::is_static(input);
        if let Ok(read) = metadata::parse(input, MetadataSource::Wheel) {
            for requirement in &read.requires_dist {
                let _ = requirement.to_string();
            }
        }
    });
}

fn tar_gz(files: &[(&str, &str)]) -> Vec<u8> {
    let encoder = GzEncoder::new(Vec::new(), Compression::none());
    let mut archive = tar::Builder::new(encoder);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, path, text.as_bytes())
            .expect("is written");
    }
    let encoder = archive.into_inner().expect("ends");
    encoder.finish().expect("ends")
}

/// A zip file with entries that are not compressed.
pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    use async_zip::{Compression, ZipEntryBuilder, base::write::ZipFileWriter};
    futures::executor::block_on(async {
        let mut bytes = Vec::new();
        let mut writer = ZipFileWriter::new(futures::io::Cursor::new(&mut bytes));
        for (path, text) in files {
            let entry = ZipEntryBuilder::new((*path).into(), Compression::Stored);
            writer
                .write_entry_whole(entry, text.as_bytes())
                .await
                .expect("is written");
        }
        writer.close().await.expect("ends");
        bytes
    })
}

const SDIST: [(&str, &str); 4] = [
    ("a-1.0/PKG-INFO", METADATA),
    (
        "a-1.0/pyproject.toml",
        "[build-system]\nrequires = [\"setuptools>=61\"]\n[project]\nname = \"a\"\nversion = \"1.0\"\ndependencies = [\"b->=1\"]\n",
    ),
    (
        "a-1.0/setup.py",
        "from setuptools import setup\nsetup(name='a', setup_requires=['numpy'], ext_modules=[])\n",
    ),
    (
        "a-1.0/a.egg-info/requires.txt",
        "b>=1\n\n[x:python_version<'3']\nc\n",
    ),
];

/// What is in the archives is broken, too: a change of packed bytes seldom reaches it.
#[test]
fn archives() {
    let name = PackageName::from_str("a").expect("a name");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build();
    let runtime = runtime.expect("a runtime");
    let wheel = [
        ("a-1.0.dist-info/METADATA", METADATA),
        ("a/__init__.py", ""),
    ];
    let mut all = vec![tar_gz(&SDIST), zip(&SDIST), zip(&wheel)];
    let mut tar = Vec::new();
    let gzipped = tar_gz(&SDIST);
    let mut decoder = flate2::write::GzDecoder::new(&mut tar);
    decoder.write_all(&gzipped).expect("unpacks");
    decoder.finish().expect("unpacks");
    all.push(tar);
    fuzz("archives", all, |input| {
        for file in ["a-1.0.tar.gz", "a-1.0.tar", "a-1.0.zip"] {
            let archive = Archive::new(Box::new(Cursor::new(input.to_vec())));
            let read = runtime.block_on(sdist::read(file, archive, &name));
            match read {
                Ok((sdist::SdistDependencies::Metadata(source, text), _)) => {
                    drop(metadata::parse(&text, source))
                }
                Err(error) => assert!(!error.contains("reading it failed"), "{error}"),
                Ok(_) => {}
            }
        }
        let archive = futures::io::Cursor::new(input);
        let file = wheel::InfoFile::Metadata;
        drop(futures::executor::block_on(wheel::read_in(
            archive, &name, file,
        )));
    });
}

#[test]
fn advisories() {
    let advisory = r#"{"id": "OSV-1", "aliases": ["CVE-1"], "affected": [{
        "package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1.0", "1.1"],
        "ranges": [{"type": "ECOSYSTEM", "events": [
            {"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2"}, {"last_affected": "2.1"}
        ]}]}]}"#;
    let name = PackageName::from_str("a").expect("a name");
    let version = "2.0".parse().expect("a version");
    let seeds = vec![advisory.as_bytes().to_vec(), zip(&[("1.json", advisory)])];
    fuzz("advisories", seeds, |input| {
        if let Ok(database) = Database::parse(input) {
            drop(database.advisories(&name, &version));
        }
        let text = String::from_utf8_lossy(input);
        let files = InstalledFiles::of_record(&text);
        assert!(files.clashes(&files).is_empty());
    });
}

#[test]
fn settings() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join(".git")).expect("a folder");
    let spec = folder.path().join("environment.yml");
    let file = folder.path().join("presolve.toml");
    fuzz("settings", seeds(&[TOML]), |input| {
        std::fs::write(&file, input).expect("is written");
        drop(Settings::resolve(&spec, Flags::default()));
    });
}
