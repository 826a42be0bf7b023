//! The build context from which Azure ML builds the image of an environment that has an
//! image and a conda file.
//!
//! `Environment.get_image_details` of the SDK v1 shows its Dockerfile, and so do the cheat
//! sheets of Azure ML
//! (<https://azure.github.io/azureml-cheatsheets/docs/cheatsheets/python/v1/docker-build>).
//! Public build logs from 2019 to 2025 have the same steps up to the conda step. Those
//! since 2024 count two more steps after it, which they do not show. presolve omits:
//!
//! - `COPY …/99brokenproxy /etc/apt/apt.conf.d/`: settings for apt from an unpublished file,
//!   and no step runs apt;
//! - `conda install conda==4.4.11` if conda is older: no image that still exists has an
//!   older one;
//! - `COPY …/spark_cache.py …/log4j.properties` and the `RUN` after it, which only has an
//!   effect if `$SPARK_HOME` is set, and uses unpublished files.
//!
//! A base Dockerfile of the SDK v1 takes the place of the `FROM` line: the same steps follow
//! its last instruction.
//!
//! The service writes the conda file with sorted keys, without comments, and with the name
//! of the prefix as its `name`. presolve does the same with a pinned file.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use yaml_serde::{Mapping, Value};

use super::BaseDockerfile;
use presolve_spec::{Spanned, pin, yaml::Tree};
use presolve_target::Image;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets::{self, redact},
};

mod alone;
mod base;

pub use alone::check_alone;

/// The path of the conda file, relative to the Dockerfile.
pub const CONDA_FILE: &str = "azureml-environment-setup/mutated_conda_dependencies.yml";

/// The netrc file of the build user, which conda and pip read.
const NETRC: &str = "/root/.netrc";

/// The files of a Docker build context, and the secrets of the build.
#[derive(Clone, Debug)]
pub struct Context {
    /// The text of the Dockerfile.
    pub dockerfile: String,
    /// The text of [`CONDA_FILE`].
    pub conda_file: String,
    /// The name of the prefix: `azureml_` and 32 hexadecimal digits from the SHA-256 of the
    /// conda file without its name and comments. It changes only if the installed packages
    /// change. The service's own digits are different.
    pub name: String,
    /// The secrets that the build needs.
    pub secrets: Vec<Secret>,
}

/// A BuildKit secret that a build needs
/// (<https://docs.docker.com/build/building/secrets/>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A netrc file with the credentials from URLs.
    Netrc,
    /// The environment variable of this name, which occurs in a URL.
    Variable(String),
}

impl Secret {
    /// The option of `docker build` that provides the secret.
    pub fn option(&self) -> String {
        match self {
            Self::Netrc => r#"--secret "id=netrc,src=$HOME/.netrc""#.to_owned(),
            Self::Variable(name) => format!("--secret id={name},env={name}"),
        }
    }

    /// The option of `RUN` that mounts the secret.
    fn mount(&self) -> String {
        match self {
            Self::Netrc => {
                format!("--mount=type=secret,id=netrc,target={NETRC},required=true")
            }
            Self::Variable(name) => {
                format!("--mount=type=secret,id={name},env={name},required=true")
            }
        }
    }
}

/// The start of the Dockerfile.
pub enum Base {
    /// `FROM` this image.
    Image(Spanned<Image>),
    /// The base Dockerfile of a v1 definition.
    Dockerfile(BaseDockerfile),
}

impl Context {
    /// Makes the context for an image and a conda file pinned for a platform. With a CUDA
    /// version, conda assumes that the build machine has a GPU.
    ///
    /// # Errors
    /// [`Failure::input`] when the image's name is not valid in a Dockerfile, the steps cannot
    /// follow the base Dockerfile, or a URL has a secret in its path or query, where it cannot
    /// be replaced.
    pub fn new(
        base: &Base,
        pinned: &Tree,
        platform: &str,
        cuda: Option<&str>,
    ) -> Result<Self, Failure> {
        let start = start(base)?;
        let mut secrets = Vec::new();
        let mut spec = BTreeMap::new();
        for (key, value) in pinned.root.as_mapping().into_iter().flatten() {
            // conda ignores these two keys, because `-p` names the prefix.
            let key = key.as_str().filter(|key| !["name", "prefix"].contains(key));
            if let Some(key) = key {
                spec.insert(key.to_owned(), public(value, &mut secrets)?);
            }
        }
        let name = format!("azureml_{}", digits(&text_of(&spec)));
        spec.insert("name".to_owned(), name.clone().into());
        let header = pin::Header {
            python: None,
            lock: None,
            platform,
            as_of: None,
        };
        Ok(Self {
            dockerfile: dockerfile(&start, &name, &secrets, cuda),
            conda_file: format!("{}\n{}", header.write(), text_of(&spec)),
            name,
            secrets,
        })
    }
}

/// The instructions before the steps of the service.
fn start(base: &Base) -> Result<String, Failure> {
    match base {
        Base::Image(image) => {
            check_image(image)?;
            Ok(format!("FROM {}\n", image.value))
        }
        Base::Dockerfile(dockerfile) => base::text(dockerfile),
    }
}

/// # Errors
/// When the name is not an image reference: a Dockerfile might read it as something else, or
/// it may be a URL with a password. The message omits it, because it may be secret.
fn check_image(image: &Spanned<Image>) -> Result<(), Failure> {
    if image.value.is_well_formed() {
        return Ok(());
    }
    Err(Failure::input(
        Diagnostic::error("malformed-image", "this is not an image name")
            .at(image.location.clone(), "")
            .help("write it as for `docker pull`, without a scheme or user: `registry/repository:tag`"),
    ))
}

/// Removes the credentials from a value, and adds the secrets that the build needs in their
/// place to `needed`.
///
/// # Errors
/// When a secret is in a place where it cannot be replaced.
fn public(value: &Value, needed: &mut Vec<Secret>) -> Result<Value, Failure> {
    Ok(match value {
        Value::String(text) => Value::String(public_text(text, needed)?),
        Value::Sequence(items) => {
            let items = items.iter().map(|item| public(item, needed));
            Value::Sequence(items.collect::<Result<_, _>>()?)
        }
        Value::Mapping(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| Ok((key.clone(), public(value, needed)?)));
            Value::Mapping(entries.collect::<Result<Mapping, Failure>>()?)
        }
        other => other.clone(),
    })
}

fn public_text(text: &str, needed: &mut Vec<Secret>) -> Result<String, Failure> {
    let bare = secrets::without_logins(text);
    if !secrets::find(&bare).is_empty() {
        return Err(unstrippable(text));
    }
    let variables = variables(&bare).map(|name| Secret::Variable(name.to_owned()));
    let netrc = (bare != text).then_some(Secret::Netrc);
    for secret in netrc.into_iter().chain(variables) {
        if !needed.contains(&secret) {
            needed.push(secret);
        }
    }
    Ok(bare)
}

/// Returns the names in `${NAME}`, which pip replaces with environment variables
/// (<https://pip.pypa.io/en/stable/reference/requirements-file-format/#using-environment-variables>).
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("${").skip(1);
    let names = names.filter_map(|rest| Some(rest.split_once('}')?.0));
    names.filter(|name| {
        let may_stand = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        !name.is_empty() && name.chars().all(may_stand)
    })
}

fn unstrippable(text: &str) -> Failure {
    let message = format!(
        "the build context would contain the secret in `{}`",
        redact(text)
    );
    Failure::input(
        Diagnostic::error("secret-in-context", message)
            .note("it is in the path or the query of the URL, and the URL does not work without it")
            .help("use a user and password, which a netrc file can hold, or a `${VARIABLE}` in the pip list"),
    )
}

fn text_of(spec: &BTreeMap<String, Value>) -> String {
    // Strings, lists and mappings of these can always be written.
    yaml_serde::to_string(spec).unwrap_or_default()
}

/// The first 32 hexadecimal digits of a text's SHA-256.
fn digits(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

fn dockerfile(start: &str, name: &str, secrets: &[Secret], cuda: Option<&str>) -> String {
    let prefix = format!("/azureml-envs/{name}");
    // Version 1.10 of the syntax added the variables of `env=`.
    let syntax = if secrets.is_empty() || base::has_syntax(start) {
        ""
    } else {
        "# syntax=docker/dockerfile:1\n"
    };
    let mounts: String = secrets
        .iter()
        .map(|one| one.mount() + " \\\n    ")
        .collect();
    let cuda = cuda.map_or(String::new(), |version| {
        format!("CONDA_OVERRIDE_CUDA={version} ")
    });
    format!(
        r#"{syntax}{start}USER root
RUN mkdir -p "$HOME/.cache"
WORKDIR /
COPY {CONDA_FILE} {CONDA_FILE}
RUN {mounts}ldconfig /usr/local/cuda/lib64/stubs \
    && {cuda}conda env create -p {prefix} -f {CONDA_FILE} \
    && rm -rf "$HOME/.cache/pip" \
    && conda clean -aqy \
    && CONDA_ROOT_DIR=$(conda info --root) \
    && rm -rf "$CONDA_ROOT_DIR/pkgs" \
    && find "$CONDA_ROOT_DIR" -type d -name __pycache__ -exec rm -rf {{}} + \
    && ldconfig
ENV PATH={prefix}/bin:$PATH
ENV AZUREML_CONDA_ENVIRONMENT_PATH={prefix}
ENV LD_LIBRARY_PATH={prefix}/lib:$LD_LIBRARY_PATH
ENV AZUREML_ENVIRONMENT_IMAGE=True
CMD ["bash"]
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_text::{diagnostic::Location, source::SourceFile};
    use std::sync::Arc;

    fn context(spec: &str) -> Result<Context, Failure> {
        let file = SourceFile::from_text("e.yml", spec);
        let location = Location {
            file: Arc::clone(&file),
            span: 0..0,
        };
        let value = Image::parse("azureml/openmpi4.1.0-ubuntu22.04:20240418.v1");
        Context::new(
            &Base::Image(Spanned { value, location }),
            &Tree::parse(&file)?,
            "linux-64",
            None,
        )
    }

    #[test]
    fn a_secret_that_nothing_can_stand_for_is_refused() {
        for spec in [
            "channels: ['https://h/t/ab-123/own']\ndependencies: [a=1=0]\n",
            "dependencies: [pip: ['a @ https://h/a.whl?sig=ab%3D']]\n",
            "dependencies: ['https://h/t/ab-123/own::a=1=0']\n",
        ] {
            let failure = context(spec).expect_err(spec);
            let [diagnostic] = &*failure.diagnostics else {
                panic!("{failure}");
            };
            assert_eq!(diagnostic.name, "secret-in-context");
            let text = format!("{diagnostic:?}");
            assert!(
                !text.contains("ab-123") && !text.contains("ab%3D"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_login_is_left_out_wherever_it_stands() {
        let context = context(
            "channels: ['https://u:p4ss@h/own', 'https://${U}@h/x']\n\
             dependencies: ['https://u:p4ss@h/own::a=1=0', pip: ['b @ git+https://p4ss@h/b']]\n\
             variables: {A: 'https://u:p4ss@h/'}\n",
        );
        let context = context.expect("has none");
        assert!(
            !context.conda_file.contains("p4ss"),
            "{}",
            context.conda_file
        );
        assert!(context.conda_file.contains("- https://h/own::a=1=0\n"));
        assert!(context.conda_file.contains("git+https://h/b\n"));
        let secrets = [Secret::Netrc, Secret::Variable("U".to_owned())];
        assert_eq!(context.secrets, secrets);
    }

    #[test]
    fn the_order_of_keys_is_nothing_and_that_of_entries_is() {
        let name = |spec: &str| context(spec).expect("is one").name;
        let one = name("name: a\nchannels: [x, y]\ndependencies: [a=1=0]\n");
        assert_eq!(one, name("dependencies: [a=1=0] # z\nchannels: [x, y]\n"));
        assert_ne!(one, name("channels: [y, x]\ndependencies: [a=1=0]\n"));
        assert_eq!(one.len(), "azureml_".len() + 32);
    }
}
