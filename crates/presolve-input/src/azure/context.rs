//! The build context that Azure ML builds the image of an environment from, when the
//! environment is an image with a conda file.
//!
//! `Environment.get_image_details` of the SDK v1 shows its Dockerfile, and so do the cheat
//! sheets of Azure ML
//! (<https://azure.github.io/azureml-cheatsheets/docs/cheatsheets/python/v1/docker-build>).
//! Public logs of builds from 2019 to 2025 have the same steps up to that of conda; those
//! since 2024 count two more after it, which they do not show. Left out are:
//!
//! - `COPY …/99brokenproxy /etc/apt/apt.conf.d/`: settings for apt, which no step runs, in
//!   a file that is not published;
//! - `conda install conda==4.4.11` where conda is older: no image that there still is has
//!   an older one;
//! - `COPY …/spark_cache.py …/log4j.properties` with the `RUN` after it, which does
//!   something where `$SPARK_HOME` is set, with files that are not published.
//!
//! The conda file of the service is that of the environment with its keys sorted, without
//! comments, and with the name of the prefix as its `name`. So is this one, pinned.

use std::{collections::BTreeMap, fmt::Write};

use sha2::{Digest, Sha256};
use yaml_serde::{Mapping, Value};

use presolve_spec::{Spanned, pin, yaml::Tree};
use presolve_target::Image;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets::{self, redact},
};

mod alone;

pub use alone::check_alone;

/// The conda file, from the folder of the Dockerfile.
pub const CONDA_FILE: &str = "azureml-environment-setup/mutated_conda_dependencies.yml";

/// Where netrc files are looked for by conda and pip, of the user that the service builds as.
const NETRC: &str = "/root/.netrc";

/// Files of a Docker build context and the secrets of the build.
#[derive(Clone, Debug)]
pub struct Context {
    /// The text of the Dockerfile.
    pub dockerfile: String,
    /// The text of [`CONDA_FILE`].
    pub conda_file: String,
    /// The name of the prefix: `azureml_` and 32 hexadecimal digits, the first of the
    /// SHA-256 of the conda file without its name and comments. It is the same as long as
    /// what is installed is the same; the service's own digits are others.
    pub name: String,
    /// Secrets that the build also needs.
    pub secrets: Vec<Secret>,
}

/// A secret of BuildKit that a build needs
/// (<https://docs.docker.com/build/building/secrets/>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A netrc file with the credentials that stood in URLs.
    Netrc,
    /// The environment variable of this name, which a URL has.
    Variable(String),
}

impl Secret {
    /// The option of `docker build` that gives it.
    pub fn option(&self) -> String {
        match self {
            Self::Netrc => r#"--secret "id=netrc,src=$HOME/.netrc""#.to_owned(),
            Self::Variable(name) => format!("--secret id={name},env={name}"),
        }
    }

    /// The option of `RUN` that takes it.
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

impl Context {
    /// The context of an image and a conda file that is pinned for a platform. With a
    /// version of CUDA, conda takes the machine that builds for one with a GPU.
    ///
    /// # Errors
    /// [`Failure::input`] when the image's name cannot stand in a Dockerfile, or a URL has
    /// a secret in its path or query, where nothing can stand for it.
    pub fn new(
        image: &Spanned<Image>,
        pinned: &Tree,
        platform: &str,
        cuda: Option<&str>,
    ) -> Result<Self, Failure> {
        check_image(image)?;
        let mut secrets = Vec::new();
        let mut spec = BTreeMap::new();
        for (key, value) in pinned.root.as_mapping().into_iter().flatten() {
            // conda installs where `-p` says, whatever these two say.
            let key = key.as_str().filter(|key| !["name", "prefix"].contains(key));
            if let Some(key) = key {
                spec.insert(key.to_owned(), public(value, &mut secrets)?);
            }
        }
        let name = format!("azureml_{}", digits(&text_of(&spec)));
        spec.insert("name".to_owned(), name.clone().into());
        Ok(Self {
            dockerfile: dockerfile(&image.value, &name, &secrets, cuda),
            conda_file: format!("{}\n{}", pin::header(platform), text_of(&spec)),
            name,
            secrets,
        })
    }
}

/// # Errors
/// When the name is not a reference to an image: in a Dockerfile it might mean something else,
/// or be a URL with a password. The message leaves it out, as only its place tells secrets.
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

/// A value without credentials; what the build has to be given instead is added to the
/// secrets.
///
/// # Errors
/// When a secret stands where nothing can stand for it.
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

/// The names in `${NAME}`, which pip replaces by environment variables
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
    // Text, lists and mappings of these can always be written.
    yaml_serde::to_string(spec).unwrap_or_default()
}

/// 32 hexadecimal digits that stand for a text.
fn digits(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash[..16].iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

fn dockerfile(image: &Image, name: &str, secrets: &[Secret], cuda: Option<&str>) -> String {
    let prefix = format!("/azureml-envs/{name}");
    // The variables of `env=` came with 1.10 of the syntax.
    let syntax = if secrets.is_empty() {
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
        r#"{syntax}FROM {image}
USER root
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
            &Spanned { value, location },
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
