//! The parts of a run that a profile shows, each on data that is made here.
//!
//! `cargo bench --bench parts` prints the times. `instructions.py` counts the instructions and
//! compares them with those of another commit.

use std::{fmt::Write, hint::black_box};

use divan::Bencher;
use pep440_rs::Version;
use presolve::{
    diagnostic::{Diagnostic, Location},
    packages::pypi::{
        page::{CompactPage, Link},
        tags::{WheelFilename, WheelTarget},
    },
    parse::pep,
    source::SourceFile,
    spec::{
        environment,
        pin::{AddedLines, PinnedConda, PinnedPip, Pins, pin},
    },
    terminal::human,
};
use rattler_conda_types::Subdir;
use url::Url;

// Its helpers for the tests are not used here.
#[allow(dead_code)]
#[path = "../tests/world.rs"]
mod world;

use world::{Outcome, ToyWorld};

fn main() {
    divan::main();
}

/// A channel in which each package depends on the three before it. The newest versions of
/// some of them exclude each other.
fn channel(packages: usize) -> String {
    let mut text = String::new();
    for minor in 8..13 {
        writeln!(text, "conda python 3.{minor}").expect("a string takes it");
    }
    for package in 0..packages {
        for version in 0..20 {
            let mut depends = vec!["python >=3.9".to_owned()];
            for before in package.saturating_sub(3)..package {
                let (low, high) = (version / 2, version + 1 - usize::from(package % 7 == 0));
                depends.push(format!("p{before} >={low},<={}", high.max(low)));
            }
            let depends = depends.join("; ");
            writeln!(text, "conda p{package} {version} : {depends}").expect("a string takes it");
        }
    }
    text
}

/// An index in which each project requires the two before it.
fn index(projects: usize) -> String {
    let mut text = "conda python 3.10\nwant python\nconda pip 24.0\nwant pip\n".to_owned();
    for project in 0..projects {
        for version in 0..40 {
            let mut requires = vec![r#"never; python_version < "3.9""#.to_owned()];
            for before in project.saturating_sub(2)..project {
                requires.push(format!("q{before}>={}", version / 2));
            }
            let requires = requires.join("; ");
            writeln!(
                text,
                "pypi q{project} {version} wheels=cp39,cp310,cp311 : {requires}"
            )
            .expect("a string takes it");
        }
    }
    text
}

fn solve(bencher: Bencher<'_, '_>, text: &str, is_solved: bool) {
    let world = ToyWorld::new(text);
    bencher.bench_local(|| {
        let outcome = world.solve().expect("it needs no network");
        assert_eq!(matches!(outcome, Outcome::Solved(_)), is_solved);
    });
}

#[divan::bench]
fn conda_records_to_solution(bencher: Bencher<'_, '_>) {
    solve(bencher, &(channel(100) + "want p99\nwant p80 <=17\n"), true);
}

#[divan::bench]
fn pip_releases_to_solution(bencher: Bencher<'_, '_>) {
    solve(bencher, &(index(100) + "pip q99\npip q50<30\n"), true);
}

#[divan::bench]
fn pip_conflict_to_explanation(bencher: Bencher<'_, '_>) {
    solve(bencher, &(index(60) + "pip q59>=38\npip q55<5\n"), false);
}

#[divan::bench]
fn page_to_releases(bencher: Bencher<'_, '_>) {
    let name = "demo".parse().expect("is a name");
    let base: Url = "https://example.com/simple/demo/"
        .parse()
        .expect("is a URL");
    let files: Vec<String> = (0..200)
        .flat_map(|minor| {
            let wheel = move |python: u32| {
                format!("demo-1.{minor}-cp3{python}-cp3{python}-manylinux_2_17_x86_64.whl")
            };
            let source = format!("demo-1.{minor}.tar.gz");
            (8..14).map(wheel).chain([source])
        })
        .collect();
    let links: Vec<Link<'_>> = files
        .iter()
        .map(|file| Link {
            filename: file.into(),
            url: format!("https://example.com/files/{file}").into(),
            requires_python: Some(">=3.8".into()),
            hashes: [("sha256".to_owned(), "0".repeat(64))].into(),
            ..Link::default()
        })
        .collect();
    bencher.bench_local(|| {
        let bytes = CompactPage::encode(&name, &base, None, black_box(&links));
        let decoded = CompactPage::decode(bytes, &base, None).expect("is a page");
        assert_eq!(decoded.project.releases.len(), 200);
    });
}

#[divan::bench]
fn tags_to_priorities(bencher: Bencher<'_, '_>) {
    let target = WheelTarget::new(Subdir::Linux64, &ToyWorld::new("").virtual_packages);
    let tags: Vec<_> = (6..14)
        .flat_map(|python| {
            [
                "manylinux_2_5_x86_64.manylinux1_x86_64",
                "musllinux_1_1_x86_64",
                "win_amd64",
                "any",
            ]
            .map(|platform| format!("demo-1.0-cp3{python}-cp3{python}-{platform}.whl"))
        })
        .map(|name| name.parse::<WheelFilename>().expect("is a wheel").tags)
        .collect();
    bencher.bench_local(|| {
        let tags = black_box(&tags).iter();
        let fitting = tags.filter(|tags| target.priority(tags, (3, 10)).is_some());
        assert!(fitting.count() > 0);
    });
}

#[divan::bench]
fn markers_to_trees(bencher: Bencher<'_, '_>) {
    let texts: Vec<String> = (0..100)
        .map(|number| {
            format!(
                r#"demo{number}>=1,<2; (python_version >= "3.{}" and sys_platform == "linux") or extra == "e{number}""#,
                7 + number % 6,
            )
        })
        .collect();
    bencher.bench_local(|| {
        for text in black_box(&texts) {
            let requirement = pep::requirement(text).expect("is a requirement");
            assert!(!requirement.marker.is_true());
        }
    });
}

#[divan::bench]
fn versions_to_order(bencher: Bencher<'_, '_>) {
    let version = |number: u32| format!("{}.{}.{}", number % 3, number % 17, number);
    let texts: Vec<String> = (0..1000).map(version).collect();
    bencher.bench_local(|| {
        let read = |text: &String| pep::version(text).expect("is a version");
        let mut versions: Vec<Version> = black_box(&texts).iter().map(read).collect();
        versions.sort();
        assert!(versions.is_sorted());
    });
}

/// A file of many lines, written with pins and read back.
#[divan::bench]
fn pins_to_file(bencher: Bencher<'_, '_>) {
    let mut text = "channels: [conda-forge]\ndependencies:\n".to_owned();
    for line in 0..150 {
        writeln!(text, "  - p{line} >=1  # line {line}").expect("a string takes it");
    }
    text += "  - pip\n  - pip:\n";
    for line in 0..150 {
        writeln!(text, "      - q{line}>=1").expect("a string takes it");
    }
    let conda = (0..150).map(|line| format!("p{line}"));
    let conda = conda.chain(["pip".to_owned()]).map(|name| PinnedConda {
        name,
        version: "1.2".to_owned(),
        build: Some("h0_0".to_owned()),
        channel: None,
        hash: None,
    });
    let pip = (0..150).map(|line| PinnedPip {
        name: format!("q{line}").parse().expect("is a name"),
        extras: Vec::new(),
        version: Version::new([1, 2]),
        from_conda: false,
        hashes: Vec::new(),
    });
    let pins = Pins {
        platform: "linux-64".to_owned(),
        as_of: None,
        channels: vec!["conda-forge".to_owned()],
        conda: conda.collect(),
        pip: pip.collect(),
        added: AddedLines::default(),
        lock: None,
    };
    let source = SourceFile::from_text("environment.yml", text);
    bencher.bench_local(|| {
        let environment = environment::read(source.clone()).expect("is a conda file");
        let pinned = pin(&environment, black_box(&pins)).expect("can be pinned");
        assert!(pinned.text.contains("q149==1.2"));
    });
}

/// A thousand findings in one file.
#[divan::bench]
fn findings_to_text(bencher: Bencher<'_, '_>) {
    let text = "      - requests\n".repeat(1000);
    let file = SourceFile::from_text("environment.yml", &*text);
    let findings: Vec<Diagnostic> = (1..1000)
        .map(|line| {
            let at = |line: usize| Location {
                file: file.clone(),
                span: 17 * line + 8..17 * line + 16,
            };
            Diagnostic::warning("duplicate-requirement", "`requests` is there twice")
                .at(at(line), "again")
                .at(at(0), "first")
        })
        .collect();
    bencher.bench_local(|| {
        for finding in black_box(&findings) {
            assert!(human::render(finding).contains("again"));
        }
    });
}
