//! A Dockerfile as a file that contains requirements.

use std::{path::Path, sync::Arc};

use super::{
    edit, environment,
    plan::{Contents, Plan},
};
use crate::spec::{ImageOf, Spec};
use presolve_config::image::Images;
use presolve_spec::{
    EnvironmentFile,
    change::{Change, Changed},
    environment::PartialFile,
    host::Host,
    pin::Pins,
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// The commands of a Dockerfile that name packages.
#[derive(Clone, Debug)]
pub struct DockerHost {
    context: Arc<Path>,
    images: Arc<Images>,
}

impl DockerHost {
    /// A Dockerfile whose build context is this folder.
    pub fn new(context: &Path) -> Self {
        Self {
            context: Arc::from(context),
            images: Arc::default(),
        }
    }

    /// The same Dockerfile with what the settings say about its base image.
    pub fn with(&self, images: &Images) -> Self {
        Self {
            context: Arc::clone(&self.context),
            images: Arc::new(images.clone()),
        }
    }

    /// Analyses the Dockerfile's instructions.
    pub fn plan(&self, source: &Arc<SourceFile>) -> Plan {
        Plan::of(source, &self.context).with(&self.images)
    }

    /// Returns the conda file that the Dockerfile installs, or the packages in its commands.
    ///
    /// # Errors
    /// [`Failure::input`] when it installs nothing that presolve can solve, or the conda file
    /// cannot be read.
    pub(crate) fn spec(&self, source: &Arc<SourceFile>) -> Result<Spec, Failure> {
        let plan = self.plan(source);
        let spec = match plan.contents()? {
            Contents::CondaFile(path, install) => Spec {
                notices: plan.left(&install.prefix),
                ..Spec::of_conda_file(&SourceFile::read(path, &source.fence().in_build())?)
            },
            // The reader reports the commands that it skips.
            Contents::Specs(_) => Spec {
                host: Arc::new(self.clone()),
                ..Spec::of_conda_file(source)
            },
        };
        Ok(Spec {
            image: Some(image_of(&plan)),
            ..spec
        })
    }

    /// Returns the image of a Dockerfile.
    pub(crate) fn image(&self, source: &Arc<SourceFile>) -> ImageOf {
        image_of(&self.plan(source))
    }
}

fn image_of(plan: &Plan) -> ImageOf {
    ImageOf {
        target: plan.target(),
        named: plan.image(),
        at: plan.image_place(),
    }
}

impl Host for DockerHost {
    fn read(&self, source: &Arc<SourceFile>, included: &[Arc<SourceFile>]) -> PartialFile {
        environment::reading(self, source, included)
    }

    fn change(&self, before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure> {
        edit::change(&self.plan(&before.source), changes)
    }

    fn pin(&self, before: &EnvironmentFile, pins: &Pins) -> Result<Changed, Failure> {
        edit::pin(self, before, pins)
    }

    /// The commands always have a place for pins.
    fn check_place(&self, _: &Arc<SourceFile>) -> Result<(), Failure> {
        Ok(())
    }

    /// The comments of a Dockerfile have no place next to an argument. Those of its requirements
    /// files do.
    fn keeps_requirements(&self, _: &SourceFile) -> bool {
        false
    }

    fn how_to_list(&self) -> &'static str {
        "name them in the commands, or in the requirements files that these install"
    }

    fn written_conda(&self, environment: &EnvironmentFile, conda: usize) -> usize {
        edit::written_conda(&self.plan(&environment.source), environment, conda)
    }
}
