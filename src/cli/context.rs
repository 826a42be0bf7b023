//! `presolve context`.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use clap::Args;
use rattler_conda_types::Subdir;

use super::{
    Output,
    opened::{self, EnvironmentArg, Located, Named, Opened},
    pin::pins,
    print,
    settings::SettingsArgs,
    solving::{self, UpgradeArgs},
};
use presolve_config::Settings;
use presolve_input::azure::{
    self, Definition,
    context::{Base, CONDA_FILE, Secret, check_alone},
    definition::names_environment,
};
use presolve_report::shell::shell_word;
use presolve_resolve::{Outcome, Resolution};
use presolve_solve::Solution;
use presolve_spec::{
    EnvironmentFile,
    pin::{self, AddedLines, check_asks, check_place},
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level, Location},
    files::{self, Protected},
};
use presolve_words::notices;

/// The examples at the end of the help of `context`.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve context env.yml -o build         write build/Dockerfile and the conda file, pinned
  sh -c \"$(presolve context env.yml -o build --force)\"
                                            write them again and build the image
  presolve context env.yml -o build --virtual-package __cuda=12.4
                                            use GPU builds, although the build has no GPU";

/// The arguments of `context`.
#[derive(Debug, Args)]
pub(super) struct Context {
    /// Azure ML environment with an image and a conda file [default: environment.yml, or the only such file in this folder]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Output folder; must be empty or not exist yet
    #[arg(short, long = "output", value_name = "DIR")]
    output_folder: PathBuf,
    /// Write to a folder that is not empty, and replace read-only files; other files are kept
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    environment: EnvironmentArg,
    #[command(flatten)]
    upgrade: UpgradeArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Context {
    /// Returns the path as the user wrote it.
    pub(super) fn file(&self) -> &Path {
        opened::path(self.file.as_deref())
    }

    /// Runs the command.
    pub(super) async fn run(mut self, output: &Output) -> Result<(), Failure> {
        self.check_folder()?;
        self.file = Some(opened::chosen(self.file.take(), &self.settings)?);
        let (opened, base) = self.open(output)?;
        let Opened {
            environment,
            settings,
            ..
        } = opened;
        check_asks(&environment)?;
        check_place(&environment)?;
        check_alone(&environment)?;
        let upgrade = self.upgrade.of(&environment, self.file(), output);
        let resolution = solving::resolve(&environment, &settings, &upgrade, output).await?;
        for notice in notices::of(&resolution, &environment) {
            output.say(&notice);
        }
        let Outcome::Solved(solution) = &resolution.outcome else {
            return Err(solving::unsolvable(&resolution, self.file()));
        };
        let platform = platform(resolution.subdir)?;
        let context = context((&environment, &settings), &base, &resolution, solution)?;
        self.write(&context)?;
        self.tell(&context, &resolution, solution, output);
        print(&self.command(&context, platform))
    }

    /// Opens an Azure ML environment with an image and a conda file.
    ///
    /// # Errors
    /// If the file is not such an environment, or cannot be read.
    fn open(&self, output: &Output) -> Result<(Opened, Base), Failure> {
        let named = Named::find(self.file(), &self.settings)?.one(&self.environment)?;
        if let Some(built) = named.definition().and_then(built_elsewhere) {
            return Err(built);
        }
        let located = named.locate()?;
        if let Some(subdir) = located.settings()?.platform {
            platform(subdir)?;
        }
        let base = base(&located)?;
        Ok((located.read(output)?, base))
    }

    /// # Errors
    /// If the folder contains files that must not be mixed with the context.
    fn check_folder(&self) -> Result<(), Failure> {
        let folder = &self.output_folder;
        let refused = |problem: &str, help: &str| {
            let message = format!("`{}` {problem}", folder.display());
            Err(Failure::input(
                Diagnostic::error("folder-in-use", message).help(help),
            ))
        };
        if folder.exists() && !folder.is_dir() {
            return refused("is not a folder", "choose another one with -o");
        }
        let entries = std::fs::read_dir(folder);
        match entries.and_then(|mut entries| entries.next().transpose()) {
            Ok(Some(_)) if !self.force => refused(
                "is not empty",
                "choose another folder with -o, or write to this one with `--force`",
            ),
            Err(error) if error.kind() != ErrorKind::NotFound => refused(
                &format!("cannot be read: {error}"),
                "check the path and its permissions, or choose another folder with -o",
            ),
            _ => Ok(()),
        }
    }

    /// Writes the Dockerfile last, so that a context with a Dockerfile is complete.
    fn write(&self, context: &azure::Context) -> Result<(), Failure> {
        let conda_file = self.output_folder.join(CONDA_FILE);
        let folder = conda_file.parent().unwrap_or(&self.output_folder);
        std::fs::create_dir_all(folder).map_err(|error| {
            let message = format!("cannot create `{}`: {error}", folder.display());
            Failure::input(
                Diagnostic::error("unwritable-file", message)
                    .help("check the permissions, or choose another folder with -o"),
            )
        })?;
        let protected = Protected::of_force(self.force);
        files::write(&conda_file, context.conda_file.as_bytes(), protected)?;
        let dockerfile = self.output_folder.join("Dockerfile");
        files::write(&dockerfile, context.dockerfile.as_bytes(), protected)
    }

    /// Reports the written files, and what the build needs.
    fn tell(
        &self,
        context: &azure::Context,
        resolution: &Resolution,
        solution: &Solution,
        output: &Output,
    ) {
        if context.secrets.contains(&Secret::Netrc) {
            output.say(&credentials_left_out());
        }
        if cuda(resolution, solution).is_some() {
            output.say(&cuda_override());
        }
        let folder = self.output_folder.display();
        let counts = solving::counts(resolution, solution.conda.len(), solution.pypi.len());
        output.tell(&format!("Wrote the build context to {folder}: {counts}"));
    }

    /// Returns the command that builds the image.
    fn command(&self, context: &azure::Context, platform: &str) -> String {
        let secrets = context.secrets.iter().map(|one| one.option() + " ");
        let secrets: String = secrets.collect();
        let folder = shell_word(&self.output_folder.display().to_string());
        let name = &context.name;
        format!("docker build --platform {platform} {secrets}-t azureml/{name} {folder}\n")
    }
}

fn credentials_left_out() -> Diagnostic {
    let message = "the build context does not contain the credentials of URLs";
    Diagnostic::warning("credentials-left-out", message)
        .note("the build reads them from a netrc file, as a BuildKit secret")
        .help("write `machine HOST login USER password PASSWORD` into `~/.netrc`")
}

fn cuda_override() -> Diagnostic {
    let message = "the build assumes a GPU through `CONDA_OVERRIDE_CUDA`";
    Diagnostic::new(Level::Note, "cuda-override", message)
        .note("Azure ML does not set this variable when it builds from the conda file, so conda rejects these builds there")
        .help("give Azure ML this folder with `build:` instead of the conda file")
}

/// Returns the error for an environment that already has a build context.
fn built_elsewhere(definition: &Definition) -> Option<Failure> {
    let at = definition.set("build")?;
    let path = definition.text(&["build", "path"]);
    let (at, message) = match path {
        Some(path) => {
            let place = definition.beside(&path.value);
            let place = if path.value.contains("://") {
                path.value
            } else {
                place.display().to_string()
            };
            (path.location, format!("the build context is at `{place}`"))
        }
        None => (at, "the environment has a build context".to_owned()),
    };
    let diagnostic = Diagnostic::error("context-exists", message)
        .at(at, "the image is built from this")
        .help("run `docker build` there");
    Some(Failure::input(diagnostic))
}

/// Returns the base image or the base Dockerfile of the context.
///
/// # Errors
/// If no image is named, or it is not a Linux image.
fn base(file: &Located<'_>) -> Result<Base, Failure> {
    let Some(definition) = file.named.definition() else {
        let image = file.spec.named_image();
        let file = file.spec.source.path().display();
        let message = match image {
            None => format!("{file} is a conda file, which does not name an image"),
            Some(_) => "a Dockerfile builds the image, so a context already exists".to_owned(),
        };
        let help =
            "give the Azure ML environment that names it: YAML with `image` and `conda_file`";
        return Err(Failure::input(
            Diagnostic::error("no-image", message).help(help),
        ));
    };
    let refused = |at: Location, message: &str, help: &str| {
        let diagnostic = Diagnostic::error("no-image", message).at(at, "");
        Err(Failure::input(diagnostic.help(help)))
    };
    if let Some(dockerfile) = definition.base_dockerfile()
        && definition.target().subdir.is_linux()
    {
        return Ok(Base::Dockerfile(dockerfile));
    }
    match definition.image() {
        Some(image) if definition.target().subdir.is_linux() => Ok(Base::Image(image)),
        Some(image) => refused(
            image.location,
            "the build steps are known for Linux images only",
            "write a Dockerfile for it and reference it with `build:`",
        ),
        None if let Some(named) = definition.image_text()
            && names_environment(&named.value) =>
        {
            refused(
                named.location,
                "this names an environment, not an image",
                "write the image of that environment, which `az ml environment show` prints",
            )
        }
        None => refused(
            definition
                .set("image")
                .unwrap_or_else(|| definition.start()),
            "the environment does not name an image",
            "set the base image with `image:`",
        ),
    }
}

fn context(
    (environment, settings): (&EnvironmentFile, &Settings),
    base: &Base,
    resolution: &Resolution,
    solution: &Solution,
) -> Result<azure::Context, Failure> {
    let mut pins = pins(settings, resolution, solution);
    // The context has no lock file.
    pins.added = AddedLines::Block;
    let pinned = pin::pin(environment, &pins)?;
    let pinned = environment.source.with_text(pinned.text);
    let pinned = environment.host.read(&pinned, &[]).into_tree()?;
    let cuda = cuda(resolution, solution);
    let subdir = resolution.subdir.to_string();
    azure::Context::new(base, &pinned, &subdir, cuda.as_deref())
}

/// Returns the version of `__cuda`, if an installed package requires it. There is no `__cuda`
/// during the image build.
fn cuda(resolution: &Resolution, solution: &Solution) -> Option<String> {
    let mut packages = resolution.virtual_packages.iter();
    let cuda = packages.find(|package| package.name.as_normalized() == "__cuda")?;
    solution.needs("__cuda").then(|| cuda.version.to_string())
}

/// Returns a platform in Docker's notation, which is that of Go
/// (<https://go.dev/doc/install/source#environment>).
///
/// # Errors
/// If it is not a Linux platform.
fn platform(subdir: Subdir) -> Result<&'static str, Failure> {
    match subdir {
        Subdir::Linux64 => Ok("linux/amd64"),
        Subdir::LinuxAarch64 => Ok("linux/arm64"),
        Subdir::LinuxPpc64le => Ok("linux/ppc64le"),
        Subdir::LinuxS390X => Ok("linux/s390x"),
        other => {
            let message = format!("a Linux image cannot contain packages for {other}");
            let help = "give the platform of the image, such as `--platform linux-64`";
            let diagnostic = Diagnostic::error("unsupported-platform", message);
            Err(Failure::input(diagnostic.help(help)))
        }
    }
}
