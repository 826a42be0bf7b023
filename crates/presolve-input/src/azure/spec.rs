//! The conda spec of a definition.

use std::{path::Path, sync::Arc};

use yaml_serde::Value;

use super::{
    Definition,
    asset::BuildFiles,
    definition::{CondaFile, Version},
    v1,
};
use crate::codes;
use crate::{
    docker::host::DockerHost,
    spec::{ImageOf, Spec},
};
use presolve_config::image::Images;
use presolve_spec::host;
use presolve_text::diagnostic::{Diagnostic, Failure, Location};

/// Returns the conda spec in a definition or next to it. Without one, returns the packages
/// that its Dockerfile installs. `images` is what the settings say about its image.
///
/// # Errors
/// [`Failure::input`] when it has neither, or a file does not exist.
pub(crate) fn of(definition: &Definition, images: &Images) -> Result<Spec, Failure> {
    if let (CondaFile::None, Some(files)) = (definition.conda_file(), BuildFiles::of(definition)) {
        let build = definition
            .set("build")
            .unwrap_or_else(|| definition.start());
        let host = DockerHost::new(&files.context).with(images);
        return host.spec(&files.read(build)?);
    }
    let image = ImageOf {
        target: definition.target(),
        named: definition.image(),
        at: built_on(definition).unwrap_or_else(|| definition.start()),
    };
    Ok(Spec {
        image: Some(image),
        ..conda_spec(definition)?
    })
}

fn conda_spec(definition: &Definition) -> Result<Spec, Failure> {
    match definition.conda_file() {
        CondaFile::Inline(route) => Ok(Spec {
            host: Arc::new(host::CondaFile::below(route)),
            ..Spec::of_conda_file(definition.source())
        }),
        CondaFile::Beside(at, path) => {
            let source = definition.source();
            if let Some(outside) = source.refusal(&path) {
                return Err(Failure::input(outside.at(at, "named here")));
            }
            if source.fence().has_file(&path) {
                Ok(Spec::of_conda_file(&source.read_named(path)?))
            } else {
                Err(Failure::input(missing(definition, at, &path)))
            }
        }
        CondaFile::None if definition.version() == Version::V1 => Err(without_spec_v1(definition)),
        CondaFile::None => Err(without_spec(definition)),
        CondaFile::Remote(at) => Err(Failure::input(remote(at))),
        CondaFile::Malformed(at) => Err(Failure::input(
            Diagnostic::error(
                presolve_spec::codes::UNEXPECTED_ENTRY,
                "this is neither a path nor a conda spec",
            )
            .at(at, "")
            .help("write the path of a conda file, or its keys here"),
        )),
    }
}

/// The error for a conda file that does not exist.
pub fn missing(definition: &Definition, at: Location, path: &Path) -> Diagnostic {
    let message = format!("there is no conda file `{}`", path.display());
    let error = Diagnostic::error(codes::MISSING_CONDA_FILE, message);
    match definition.version() {
        Version::V2 => error
            .at(at, "named here")
            .note("the path is relative to the folder of this file")
            .help("correct the path, or write the conda spec below `conda_file:`"),
        Version::V1 if definition.is_run_configuration() => error
            .at(at, "named here")
            .note("the path is relative to the project: the folder around `.azureml` or `aml_config`")
            .help("correct the path, or write the conda spec as `condaDependencies`"),
        Version::V1 => error
            .at(at, "no `condaDependencies`")
            .note("if the definition has no conda spec, the SDK looks for it in a file next to the definition")
            .help("add the file, write the conda spec as `condaDependencies`, or set `userManagedDependencies` to `true`"),
    }
}

/// The error for a conda file at a URL.
pub fn remote(at: Location) -> Diagnostic {
    let message = "the conda file is a URL, but Azure ML reads only local files";
    Diagnostic::error(codes::MISSING_CONDA_FILE, message)
        .at(at, "not downloaded")
        .note("the SDK looks for a file of this name, relative to the folder of this file")
        .help("save the conda file next to this one and write its path, or write its content here")
}

fn without_spec(definition: &Definition) -> Failure {
    let (at, label, help) = match definition.set("build") {
        Some(build) => (
            build,
            "a Dockerfile builds the image",
            "give the conda file that the Dockerfile installs",
        ),
        None => (
            definition
                .set("image")
                .unwrap_or_else(|| definition.start()),
            "the image is used unchanged",
            "add a conda file with `conda_file`, or give the conda file itself",
        ),
    };
    Failure::input(
        Diagnostic::error(
            "no-conda-spec",
            "the Azure ML environment has no conda spec",
        )
        .at(at, label)
        .help(help),
    )
}

fn without_spec_v1(definition: &Definition) -> Failure {
    let user_managed = ["python", "userManagedDependencies"];
    let (at, label, help) = if definition.is_reference() {
        let (label, help) = match definition.get(&[]) {
            None => (
                "no `environment` here",
                "give the conda file of the environment",
            ),
            Some(Value::String(_)) => ("another file defines it", "give that file"),
            Some(_) => (
                "names a registered environment",
                "give the file that defines that environment, or its conda file",
            ),
        };
        (definition.key(&[]), label, help)
    } else if v1::is_user_managed(definition) {
        (
            definition.key(&user_managed),
            "nothing is installed",
            "write `false` here to have Azure ML install a conda spec, or give the conda file of the image",
        )
    } else if let Some(context) = definition.given(v1::DOCKER_OPTIONS[2]) {
        (
            Some(context),
            "a Dockerfile builds the image",
            "give the conda file that the Dockerfile installs",
        )
    } else {
        (
            definition.key(&["python"]).or_else(|| definition.key(&[])),
            "no conda spec here",
            "add `condaDependencies` to `python`, or give the conda file itself",
        )
    };
    Failure::input(
        Diagnostic::error(
            "no-conda-spec",
            "the Azure ML environment has no conda spec",
        )
        .at(at.unwrap_or_else(|| definition.start()), label)
        .help(help),
    )
}

/// Returns the place of the key that names the image, Dockerfile or build context.
fn built_on(definition: &Definition) -> Option<Location> {
    match definition.version() {
        Version::V1 => v1::DOCKER_OPTIONS
            .iter()
            .find_map(|keys| definition.given(keys)),
        Version::V2 => ["image", "build"]
            .iter()
            .find_map(|key| definition.set(key)),
    }
}
