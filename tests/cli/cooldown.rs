//! `exclude-newer` as an age, and its exceptions.

use jiff::{SignedDuration, Timestamp};

use super::{Project, Run, pin_of};

/// A channel with a version that is a year old, and one that is a day old.
fn project() -> Project {
    let project =
        Project::new("channels: [./own, nodefaults]\ndependencies:\n  - lib\n  - other\n");
    publish(&project, &[(1, "1.0"), (364, "0.9")]);
    project
}

/// Writes the records of both packages, each with its age in days.
fn publish(project: &Project, versions: &[(i64, &str)]) {
    let records = ["lib", "other"].iter().flat_map(|name| {
        versions.iter().map(move |(days, version)| {
            let date = Timestamp::now() - SignedDuration::from_hours(24 * days);
            let record = serde_json::json!({
                "name": name, "version": version, "build": "0", "build_number": 0,
                "depends": [], "subdir": "linux-64", "timestamp": date.as_millisecond(),
            });
            (format!("{name}-{version}-0.conda"), record)
        })
    });
    let repodata = serde_json::json!({
        "info": { "subdir": "linux-64" },
        "packages": {},
        "packages.conda": records.collect::<serde_json::Map<_, _>>(),
    });
    project.write("own/linux-64/repodata.json", repodata.to_string());
    project.write("own/noarch/repodata.json", "{\"packages\": {}}");
}

fn pins(project: &Project, arguments: &[&str]) -> (String, String) {
    let text = project.pinned(arguments);
    let version = |name: &str| {
        let pin = pin_of(&text, name).pop().unwrap_or_default();
        pin.split('=').nth(1).unwrap_or_default().to_owned()
    };
    (version("lib"), version("other"))
}

fn both(version: &str) -> (String, String) {
    (version.to_owned(), version.to_owned())
}

#[test]
fn an_age_excludes_what_is_newer() {
    assert_eq!(pins(&project(), &[]), both("1.0"));
    for age in ["7d", "1 week", "P7D"] {
        assert_eq!(pins(&project(), &["--exclude-newer", age]), both("0.9"));
    }
    assert_eq!(pins(&project(), &["--exclude-newer", "12h"]), both("1.0"));
}

#[test]
fn pinning_again_counts_from_the_instant_in_the_file() {
    let project = project();
    project.setting("exclude-newer = '7d'");
    assert_eq!(pins(&project, &[]), both("0.9"));
    let text = project.read("environment.yml");
    let header = text.lines().next().unwrap_or_default();
    let instant = header.strip_prefix("# presolve: pinned for linux-64 as of ");
    let instant: Timestamp = instant.and_then(|text| text.parse().ok()).expect(header);
    assert!(
        Timestamp::now() - SignedDuration::from_mins(5) < instant,
        "{header}"
    );
    // Eight days later.
    let past = instant - SignedDuration::from_hours(8 * 24);
    let older = text.replace(&instant.to_string(), &past.to_string());
    project.write("environment.yml", &older);
    publish(&project, &[(8, "1.0"), (364, "0.9")]);
    assert_eq!(pins(&project, &[]), both("0.9"));
    assert_eq!(project.read("environment.yml"), older);
    let check = project.pin(&["--check"]);
    assert_eq!(check.code, 0, "{check}");
    assert_eq!(pins(&project, &["-U"]), both("1.0"));
    let renewed = project.read("environment.yml");
    assert!(!renewed.contains(&past.to_string()), "{renewed}");
    project.change("exclude-newer", None);
    project.pinned(&[]);
    let text = project.read("environment.yml");
    assert!(
        text.starts_with("# presolve: pinned for linux-64\n"),
        "{text}"
    );
}

#[test]
fn an_instant_that_cannot_be_read_is_replaced() {
    let project = project();
    project.setting("exclude-newer = '7d'");
    project.pinned(&[]);
    let text = project.read("environment.yml");
    let (_, rest) = text.split_once('\n').expect("lines");
    let header = "# presolve: pinned for linux-64 as of ";
    project.write("environment.yml", format!("{header}yesterday\n{rest}"));
    let run = project.pin(&[]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("`yesterday` is not a timestamp"),
        "{run}"
    );
    let again = project.read("environment.yml");
    assert_eq!(again.matches("pinned for").count(), 1, "{again}");
    assert!(again.starts_with(&format!("{header}20")), "{again}");
}

#[test]
fn a_file_cannot_move_the_instant_into_the_future() {
    let project = project();
    project.setting("exclude-newer = '7d'");
    project.pinned(&[]);
    let text = project.read("environment.yml");
    let (_, rest) = text.split_once('\n').expect("lines");
    let future = format!("# presolve: pinned for linux-64 as of 2999-01-01T00:00:00Z\n{rest}");
    project.write("environment.yml", future.replace("=0.9=", "=1.0="));
    assert_eq!(pins(&project, &[]), both("0.9"));
}

#[test]
fn packages_and_sources_have_limits_of_their_own() {
    let only = ("0.9".to_owned(), "1.0".to_owned());
    let age = ["--exclude-newer", "7d"];
    for limit in ["Other=false", "other=12h"] {
        let arguments = [&age[..], &["--exclude-newer-package", limit]].concat();
        assert_eq!(pins(&project(), &arguments), only, "{limit}");
    }
    let with = |settings: &str| {
        let project = project();
        project.setting(settings);
        project
    };
    let package = with("exclude-newer = '7d'\n[exclude-newer-package]\nother = false");
    assert_eq!(pins(&package, &[]), only);
    let channel = with("exclude-newer = '7d'\n[exclude-newer-source]\n'./own' = '12h'");
    assert_eq!(pins(&channel, &[]), both("1.0"));
    let both_of_them = with(
        "exclude-newer = '7d'\n[exclude-newer-source]\n'./own' = false\n\
         [exclude-newer-package]\nlib = '30d'",
    );
    assert_eq!(pins(&both_of_them, &[]), only);
}

#[test]
fn what_is_not_a_limit_is_an_error() {
    let failed = |run: Run, message: &str| {
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains(message), "{run}");
    };
    let flag = |arguments: &[&str]| project().pin(arguments);
    failed(flag(&["--exclude-newer", "1 month"]), "no fixed length");
    failed(flag(&["--exclude-newer", "soon"]), "nor an age like");
    let package = ["--exclude-newer-package", "lib"];
    failed(flag(&package), "it is not `NAME=DATE`");
    let project = project();
    project.setting("[exclude-newer-package]\nlib = true");
    failed(project.pin(&[]), "write `false` for no limit");
}
