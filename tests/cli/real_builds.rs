//! Pins in a real build: what `pin` writes into a Dockerfile is what pip installs.
//!
//! The test needs a container engine and an image with Python, because nothing is downloaded:
//!
//! ```text
//! PRESOLVE_BUILD='podman build' PRESOLVE_BUILD_IMAGE=localhost/python:3.11 cargo test real_builds
//! ```
//!
//! The tag of the image is the version of its Python, as in the official images.

use std::process::Command;

use super::{Project, fixtures};

/// The command that builds a context, and the image to build on; `None` where they are not set.
fn engine() -> Option<(Vec<String>, String)> {
    let build = std::env::var("PRESOLVE_BUILD").ok()?;
    let image = std::env::var("PRESOLVE_BUILD_IMAGE").ok()?;
    let words = build.split_whitespace().map(str::to_owned);
    Some((words.collect(), image))
}

#[test]
fn pip_installs_the_pins_of_a_dockerfile() {
    let Some((build, image)) = engine() else {
        println!("skipped: PRESOLVE_BUILD and PRESOLVE_BUILD_IMAGE name no engine and image");
        return;
    };
    let python = image.rsplit(':').next().expect("a tag");
    let project = Project::of(&[]);
    project.write(
        "Dockerfile",
        format!(
            "FROM {image}\nCOPY pip.conf /etc/pip.conf\nCOPY wheels /wheels\nRUN pip install 'chartling<5' packaging\nRUN pip freeze --all\n"
        ),
    );
    project.write(
        "pip.conf",
        "[global]\nno-index = true\nfind-links = /wheels\n",
    );
    for wheel in [
        "chartling/chartling-4.9.0-py3-none-any.whl",
        "chartling/chartling-5.0.0-py3-none-any.whl",
        "packaging/packaging-23.2-py3-none-any.whl",
        "packaging/packaging-24.1-py3-none-any.whl",
    ] {
        let bytes = std::fs::read(fixtures().join("pypi").join(wheel)).expect("is there");
        let name = wheel.rsplit('/').next().expect("a name");
        project.write(&format!("wheels/{name}"), bytes);
    }
    project.setting(&format!("[image.'{image}']\npython = '{python}'"));
    let run = project.pin(&["Dockerfile", "--channel", "conda-forge"]);
    assert_eq!(run.code, 0, "{run}");
    let pinned = project.read("Dockerfile");
    assert!(pinned.contains("chartling==4.9.0"), "{pinned}");

    let built = Command::new(&build[0])
        .args(&build[1..])
        .args(["--no-cache", "."])
        .current_dir(project.path(""))
        .output()
        .expect("the engine starts");
    let log = String::from_utf8_lossy(&[built.stdout, built.stderr].concat()).into_owned();
    assert!(built.status.success(), "{log}");
    for pin in pinned.split_whitespace().filter(|word| word.contains("==")) {
        assert!(log.contains(pin.trim_matches(['\'', '\\'])), "{pin}\n{log}");
    }
    assert!(
        log.contains("chartling==4.9.0") && log.contains("packaging==24.1"),
        "{log}"
    );
}
