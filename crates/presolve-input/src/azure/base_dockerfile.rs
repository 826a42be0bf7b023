//! The Dockerfile of an SDK v1 environment that is not in a build context: the string
//! `baseDockerfile`, or the file next to the definition that the SDK writes instead.
//!
//! The service builds the conda spec on the image that this Dockerfile makes, so its last
//! stage decides the target.

use std::{path::Path, sync::Arc};

use super::{Definition, v1};
use crate::docker::{Dockerfile, Plan};
use presolve_spec::Spanned;
use presolve_target::{Image, ImageTarget};
use presolve_text::{diagnostic::Location, source::SourceFile};

/// The base Dockerfile of a v1 definition.
pub struct BaseDockerfile {
    plan: Plan,
    /// The place of the text: the JSON string, or the whole file next to the definition.
    pub location: Location,
}

impl BaseDockerfile {
    /// The base Dockerfile of a definition; `None` if it has none, or one that cannot be read.
    pub(super) fn of(definition: &Definition) -> Option<Self> {
        let folder = definition.source().path().parent();
        let named = definition.text(v1::DOCKER_OPTIONS[1]);
        let (text, location) = match named.filter(|named| !named.value.is_empty()) {
            // A run configuration may name a file (`DockerSection.base_dockerfile`).
            Some(named) if !Dockerfile::begins_one(&named.value) => {
                let path = definition.beside(&named.value);
                let is_file = !named.value.contains('\n') && definition.has_file(&path);
                of_file(
                    &definition
                        .source()
                        .read_named(path)
                        .ok()
                        .filter(|_| is_file)?,
                )
            }
            Some(named) => (named.value, named.location),
            None => of_file(&v1::dockerfile_beside(definition)?),
        };
        // The name keeps messages about the text apart from those about the JSON file.
        let path = folder.unwrap_or(Path::new("")).join(v1::DOCKERFILE);
        let source = SourceFile::from_text(path, text).with_fence(definition.source().fence());
        Some(Self {
            plan: Plan::of(&source, folder.unwrap_or(Path::new("."))),
            location,
        })
    }

    /// The text, without the escapes of JSON.
    pub fn text(&self) -> &str {
        self.plan.dockerfile.source().text()
    }

    /// The instructions, with places in [`BaseDockerfile::text`].
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The image of the last stage, with its place in the definition.
    pub fn image(&self) -> Option<Spanned<Image>> {
        let image = self.plan.image()?;
        Some(Spanned {
            location: self.in_definition(&image.location),
            ..image
        })
    }

    /// The platform and virtual packages of the last stage.
    pub fn target(&self) -> ImageTarget {
        self.plan.target()
    }

    /// Returns the place of a part of the text in the definition. JSON may write a part
    /// differently; the place is then that of the whole text.
    fn in_definition(&self, part: &Location) -> Location {
        let written = part.text();
        let before = &self.text()[..part.span.start];
        let earlier = before.matches(written).count();
        let mut places = self.location.text().match_indices(written);
        match places.nth(earlier).filter(|_| !written.is_empty()) {
            Some((offset, _)) => {
                let start = self.location.span.start + offset;
                Location {
                    file: Arc::clone(&self.location.file),
                    span: start..start + written.len(),
                }
            }
            None => self.location.clone(),
        }
    }
}

fn of_file(source: &Arc<SourceFile>) -> (String, Location) {
    let location = Location {
        file: Arc::clone(source),
        span: 0..source.text().len(),
    };
    (source.text().to_owned(), location)
}
