//! The rules that need a solve or the package index, each with a file that has the finding
//! and one as near as possible that has not. The examples of all other rules are in their
//! texts, where `crates/presolve-check/src/rules/tests.rs` runs them; every rule has cases in one of the two.

use std::collections::BTreeMap;

use presolve::rules::{self, Finder, Rule};

use super::{
    Project, azure::with_cuda_builds, check_images::on_image, environment, overlaps::with_wheels,
    server,
};

/// What a rule has to find, or must not.
struct Case {
    rule: &'static str,
    found: Box<dyn Fn() -> Project>,
    fine: Box<dyn Fn() -> Project>,
}

/// Two files of conda-forge with these dependencies.
fn of(rule: &'static str, found: &'static [&str], fine: &'static [&str]) -> Case {
    built(rule, move || Project::of(found), move || Project::of(fine))
}

fn built(
    rule: &'static str,
    found: impl Fn() -> Project + 'static,
    fine: impl Fn() -> Project + 'static,
) -> Case {
    Case {
        rule,
        found: Box::new(found),
        fine: Box::new(fine),
    }
}

/// A file with this pip line and this pip.
fn with_pip(pip: &str, lines: &[&str]) -> Project {
    let lines = lines.iter().map(|line| format!("    - {line}\n"));
    let lines: String = lines.collect();
    Project::new(format!(
        "channels: [conda-forge, nodefaults]\ndependencies:\n  - python=3.9\n  - {pip}\n  - pip:\n{lines}"
    ))
}

/// A file of this channel with a cut-off for dates.
fn with_cut_off(lines: &[&str], channel: &str) -> Project {
    let lines = lines.join(", ");
    let project = Project::new(format!(
        "channels: [{channel}, nodefaults]\ndependencies: [{lines}]\n"
    ));
    project.channel("undated", "linux-64", &[("openmpi", "5.0", "0", &[])]);
    project.channel("undated", "noarch", &[]);
    project.setting("exclude-newer = '2026-01-01'");
    project
}

/// A file of this channel alone.
fn with_channel(channel: &str) -> Project {
    Project::new(format!(
        "channels: [{channel}, nodefaults]\ndependencies: [libzlib]\n"
    ))
}

/// A file with a pip list whose index is the local server, with its JSON API beside it.
pub(super) fn with_index(lines: &[&str]) -> Project {
    let dependencies = [&["python=3.12", "pip:"], lines].concat();
    let project = Project::online(environment(&dependencies));
    let index = format!("'{}'", server::start().url("simple/"));
    project.change("index-url", Some(&index));
    project
}

/// A file that `pin` wrote, changed afterwards.
fn pinned(change: impl Fn(&str) -> String) -> Project {
    let project = Project::of(&["python=3.12", "numpy", "pip:", "tomlish"]);
    let text = project.pinned(&[]);
    project.write("environment.yml", change(&text));
    project
}

/// A channel that has other builds of these packages for each platform, and a file with
/// those of macOS.
pub(super) fn exported(packages: &[&str], platform: &str) -> Project {
    let lines = packages.iter().map(|name| format!("  - {name}=1.0=hm_0\n"));
    let lines: String = lines.collect();
    let project = Project::new(format!(
        "channels: [./trees, nodefaults]\ndependencies:\n{lines}"
    ));
    for (subdir, build) in [("linux-64", "hl_0"), ("osx-64", "hm_0"), ("noarch", "")] {
        let records = packages.iter().filter(|_| !build.is_empty());
        let records: Vec<_> = records.map(|&name| (name, "1.0", build, &[][..])).collect();
        project.channel("trees", subdir, &records);
    }
    project.change("platform", Some(&format!("'{platform}'")));
    project.change("virtual-packages", None);
    project
}

/// A channel in which each of a chain of packages has many versions, and a build of five
/// seconds. The classic solver looks at all that the line leaves open.
pub(super) fn long_chain(line: &str) -> Project {
    chain(line, 60, 30)
}

/// A channel of this many packages, each of which needs the next, in so many versions.
pub(super) fn chain(line: &str, length: usize, versions: usize) -> Project {
    let project = Project::new(format!(
        "channels: [./chain, nodefaults]\ndependencies:\n  - {line}\n"
    ));
    let mut records = Vec::new();
    for link in 0..length {
        for version in 1..=versions {
            let next = format!("link{} >={version}", link + 1);
            let depends = Vec::from_iter((link + 1 < length).then_some(next));
            records.push((format!("link{link}"), format!("{version}.0"), depends));
        }
    }
    let depends: Vec<Vec<&str>> = (records.iter())
        .map(|(_, _, depends)| depends.iter().map(String::as_str).collect())
        .collect();
    let records: Vec<_> = (records.iter().zip(&depends))
        .map(|((name, version, _), depends)| (name.as_str(), version.as_str(), "0", &depends[..]))
        .collect();
    project.channel("chain", "linux-64", &records);
    project.channel("chain", "noarch", &[]);
    project.setting("[check]\nbuild-time = 5");
    project
}

/// Every case, by rule.
fn cases() -> Vec<Case> {
    [about_solutions(), about_builds(), about_lines()]
        .into_iter()
        .flatten()
        .collect()
}

fn about_solutions() -> Vec<Case> {
    vec![
        of(
            "unsolvable",
            &["python=3.12", "pip:", "lightbolt", "newcrate"],
            &["python=3.12", "pip:", "oldflow==2.8.*"],
        ),
        of(
            "unsolvable",
            &["python=3.11", "pandas=1.5", "numpy=2.1"],
            &["python=3.11", "pandas=1.5", "numpy=1.26"],
        ),
        of(
            "incompatible-python",
            &["python=3.12", "pip:", "oldflow==2.8.*"],
            &["python=3.10", "pip:", "oldflow==2.8.*"],
        ),
        of(
            "incompatible-python",
            &["python=3.12", "numpy=1.23"],
            &["python=3.5"],
        ),
        built(
            "gone-builds",
            || exported(&["alder", "birch", "cedar", "elm"], "linux-64"),
            || exported(&["alder", "birch", "cedar", "elm"], "osx-64"),
        ),
        built(
            "gone-builds",
            || exported(&["alder", "birch", "cedar", "elm"], "linux-64"),
            || exported(&["alder", "birch", "cedar"], "linux-64"),
        ),
        of("unknown-package", &["pandsa"], &["pandas"]),
        of(
            "unknown-project",
            &["pip:", "tomilsh"],
            &["pip:", "tomlish"],
        ),
        of(
            "unknown-project",
            &["pip:", "astray"],
            &["pip:", "crucible"],
        ),
        built(
            "unknown-channel",
            || with_channel("conda-fogre"),
            || with_channel("conda-forge"),
        ),
        of("missing-virtual-package", &["gpu-tools"], &["openmpi"]),
        built(
            "missing-virtual-package",
            || Project::of(&["gpu-tools"]),
            || {
                let project = Project::of(&["gpu-tools"]);
                project.change("virtual-packages", Some("['__glibc=2.28', '__cuda=12.4']"));
                project
            },
        ),
        of(
            "pip-overwrites-conda",
            &["python=3.12", "packaging=24.1", "pip:", "lightbolt"],
            &["python=3.12", "packaging", "pip:", "lightbolt"],
        ),
        of(
            "pip-cannot-uninstall",
            &["python=3.12", "pyyaml", "pip:", "pyyaml>=6"],
            &["python=3.12", "pyyaml", "pip:", "pyyaml>=5"],
        ),
        of(
            "pip-upgrades-conda",
            &["python=3.12", "packaging=23.2", "pip:", "packaging"],
            &["python=3.12", "packaging=23.2", "pip:", "packaging==23.2"],
        ),
        built(
            "cpu-build-on-cuda-image",
            || with_cuda_builds("[net]"),
            || with_cuda_builds("['net=*=cpu*']"),
        ),
        built(
            "legacy-resolver",
            || with_pip("pip=20.2", &["lightbolt", "newcrate"]),
            || with_pip("pip=20.2", &["lightbolt"]),
        ),
    ]
}

fn about_builds() -> Vec<Case> {
    vec![
        built(
            "old-pip",
            || with_pip("pip=20.2", &["newkiln==2.0"]),
            || with_pip("pip=24.2", &["newkiln==2.0"]),
        ),
        of(
            "unknown-pip-option",
            &["python=3.12", "pip:", "--only-final chartling", "chartling"],
            &["python=3.12", "pip:", "--prefer-binary", "chartling"],
        ),
        of(
            "source-build",
            &["python=3.12", "pip:", "stonework"],
            &["python=3.12", "pip:", "tomlish"],
        ),
        // What compiles for certain has a rule of its own.
        of(
            "source-build",
            &["python=3.12", "pip:", "slagheap"],
            &["python=3.12", "pip:", "anvilite==2.0"],
        ),
        of(
            "needs-compiler",
            &["python=3.12", "pip:", "anvilite==2.0"],
            &["python=3.10", "pip:", "anvilite==2.0"],
        ),
        // The extension is optional: it is installed without it.
        of(
            "needs-compiler",
            &["python=3.12", "pip:", "crucible"],
            &["python=3.12", "pip:", "slagheap"],
        ),
        of(
            "needs-mpi",
            &["python=3.12", "pip:", "mpi4py"],
            &["python=3.10", "pip:", "mpi4py"],
        ),
        // It is compiled as well, and without an MPI.
        of(
            "needs-mpi",
            &["python=3.12", "openmpi", "pip:", "mpi4py"],
            &["python=3.12", "openmpi", "pip:", "anvilite==2.0"],
        ),
        of(
            "missing-build-dependency",
            &["python=3.12", "pip:", "moulder"],
            &["python=3.12", "numpy", "pip:", "moulder"],
        ),
        of(
            "unknown-requirements",
            &["python=3.12", "pip:", "rawclay"],
            &["python=3.12", "pip:", "eggshell"],
        ),
        of(
            "assumed-requirements",
            &["python=3.12", "pip:", "eggshell"],
            &["python=3.12", "pip:", "stonework"],
        ),
        built(
            "overlapping-distributions",
            || {
                let files = [("cell/core.py", "a")];
                let other = [("cell/core.py", "b")];
                let wheels = [
                    ("cell-cpu", "1.0", "", &files[..]),
                    ("cell-gpu", "1.0", "", &other),
                ];
                with_wheels(&["python=3.12", "pip:", "cell-cpu", "cell-gpu"], &wheels)
            },
            || {
                let files = [("cell/core.py", "a")];
                let wheels = [
                    ("cell-cpu", "1.0", "", &files[..]),
                    ("cell-gpu", "1.0", "", &files),
                ];
                with_wheels(&["python=3.12", "pip:", "cell-cpu", "cell-gpu"], &wheels)
            },
        ),
        built(
            "undated-package",
            || with_cut_off(&["openmpi"], "./undated"),
            || with_cut_off(&["openmpi"], "conda-forge"),
        ),
        of(
            "name-by-table",
            &["python=3.12", "py-opencv", "pip:", "opencv-python"],
            &["python=3.12", "pip:", "opencv-python"],
        ),
        of(
            "placeholder-project",
            &["pip:", "sklearn"],
            &["pip:", "sklearn==0.0"],
        ),
        of(
            "unresolvable-line",
            &["pip:", "tomlish @ git+https://git.example/tomlish"],
            &["pip:", "tomlish"],
        ),
    ]
}

fn about_lines() -> Vec<Case> {
    vec![
        built(
            "classic-solver-limit",
            || long_chain("link0"),
            || long_chain("link0=30"),
        ),
        built(
            "outdated-pin",
            || pinned(|text| text.replace("# presolve: numpy", "# presolve: numpy <2")),
            || pinned(|text| text.replace("# presolve: numpy", "# presolve: numpy >=2")),
        ),
        of(
            "redundant-dependency",
            &["python=3.12", "pandas", "numpy"],
            &["python=3.12", "pandas", "numpy<2"],
        ),
        of(
            "redundant-dependency",
            &["python=3.12", "pip:", "tomlish", "stonework"],
            &["python=3.12", "pip:", "tomlish>=1", "stonework"],
        ),
        // The extra brings it, the project alone does not.
        of(
            "redundant-dependency",
            &["python=3.12", "pip:", "chartling", "lightbolt[plots]"],
            &["python=3.12", "pip:", "chartling", "lightbolt"],
        ),
        // pip finds what conda brought; without the line it brings its own.
        of(
            "redundant-dependency",
            &["python=3.12", "pytorch", "numpy", "pip:", "lightbolt"],
            &["python=3.12", "numpy", "pip:", "lightbolt"],
        ),
        built(
            "missing-image",
            || on_image("team/train:2"),
            || on_image("team/train:1"),
        ),
        built(
            "inaccessible-image",
            || on_image("team/private:1"),
            || on_image("team/gone:1"),
        ),
        built(
            "yanked-release",
            || with_index(&["chartling==5.1.0"]),
            || with_index(&["chartling==5.0.0"]),
        ),
        built(
            "vulnerable-release",
            || with_index(&["tomlish==1.2.0"]),
            || with_index(&["packaging==24.1"]),
        ),
    ]
}

#[test]
fn each_rule_finds_its_case_and_not_the_near_miss() {
    let mut wrong = Vec::new();
    for case in cases() {
        for (make, expected) in [(&case.found, true), (&case.fine, false)] {
            let project = make();
            let check = ["check", "environment.yml", "--select", case.rule];
            let is_of_registry = rules::by_name(case.rule)
                .is_some_and(|rule| matches!(rule.finder, Finder::Registry));
            let flags = if is_of_registry {
                &["--check-images"][..]
            } else {
                &[]
            };
            let run = project.run(&[&check[..], flags].concat());
            let has_it = run.stdout.contains(&format!("[{}]", case.rule));
            if has_it != expected || run.code > 1 {
                wrong.push(format!("{} is to be found: {expected}\n{run}", case.rule));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the examples of a rule's text are marked as, in whatever language they are.
fn marks(rule: &'static Rule) -> impl Iterator<Item = &'static str> {
    let fences = rule
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("```"));
    fences.filter_map(|fence| fence.split(' ').nth(1))
}

/// How many cases a rule has: those that it finds, and those that it does not.
fn counts() -> BTreeMap<&'static str, (usize, usize)> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in cases() {
        let (found, fine) = counts.entry(case.rule).or_default();
        (*found, *fine) = (*found + 1, *fine + 1);
    }
    for rule in rules::all() {
        let (found, fine) = counts.entry(rule.name).or_default();
        for mark in marks(rule) {
            *found += usize::from(mark == "found");
            *fine += usize::from(mark == "fine");
        }
    }
    counts
}

/// `cargo test every_rule_has_cases -- --nocapture` prints the table.
#[test]
fn every_rule_has_cases_that_it_finds_and_near_misses() {
    let counts = counts();
    println!("| rule | found | near misses |\n|---|---|---|");
    for rule in rules::all() {
        let (found, fine) = counts[rule.name];
        println!("| {} | {found} | {fine} |", rule.name);
    }
    for (name, (found, fine)) in counts {
        let rule = rules::by_name(name).unwrap_or_else(|| panic!("{name} is no rule"));
        assert!(found > 0 && fine > 0, "{name}: {found} found, {fine} fine");
        // An example of what the text alone does not show would not be run.
        let is_solved = matches!(
            rule.finder,
            Finder::Solving | Finder::Index | Finder::Registry
        );
        assert!(!is_solved || marks(rule).next().is_none(), "{name}");
    }
}
