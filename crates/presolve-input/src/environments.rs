//! The environments that a job, a component or a deployment leads to.

use std::{
    collections::{HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    azure::{
        self, Entity,
        entity::{Reference, Role},
    },
    codes,
    door::{Input, Kind},
};
use presolve_spec::{Spanned, route::Route};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::Fence,
    source::SourceFile,
};

/// The place of an environment. It stays the same when another environment of the file is
/// pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file with the definition.
    pub path: PathBuf,
    /// The route to the definition in the file; empty for the whole file.
    pub route: Route<'static>,
}

/// The environments of a file, and of the components and jobs that it names, and so on.
#[derive(Default)]
pub struct Environments {
    /// The places of the definitions, each once.
    pub places: Vec<Place>,
    /// The files that cannot be followed.
    pub failures: Vec<Failure>,
    /// The references to environments and components of a workspace or a registry.
    pub registered: Vec<Spanned<String>>,
    /// Notes on what is not followed.
    pub notes: Vec<Diagnostic>,
}

impl Environments {
    /// Follows a file. Each file is read once, so cycles end.
    pub fn of(entity: &Entity) -> Self {
        let mut found = Self::default();
        let mut seen = HashSet::from([canonical(entity.source().path())]);
        let mut queue = VecDeque::new();
        found.add(entity, &mut seen, &mut queue);
        while let Some(entity) = queue.pop_front() {
            found.add(&entity, &mut seen, &mut queue);
        }
        found
    }

    /// Finds the environments inside of a file, without those of the files that it names.
    pub fn inside(entity: &Entity) -> Self {
        Self {
            places: places(entity).collect(),
            failures: entity.refused().map(Failure::input).collect(),
            registered: entity.registered().to_vec(),
            notes: entity.unread_model().into_iter().collect(),
        }
    }

    fn add(
        &mut self,
        entity: &Entity,
        seen: &mut HashSet<PathBuf>,
        queue: &mut VecDeque<Box<Entity>>,
    ) {
        let inside = Self::inside(entity);
        self.places.extend(inside.places);
        self.registered.extend(inside.registered);
        self.notes.extend(inside.notes);
        self.failures.extend(inside.failures);
        for reference in entity.files() {
            // A file that was followed is not read again for each reference to it.
            let real = canonical(&reference.path);
            if seen.contains(&real) {
                continue;
            }
            match reference.open() {
                Err(failure) => self.failures.push(failure),
                Ok(input) if !reference.fits(&input) => {
                    self.failures.push(Failure::input(reference.misfit()));
                }
                Ok(_) if !seen.insert(real) => {}
                Ok(input) => match input.kind {
                    Kind::Entity(entity) => queue.push_back(entity),
                    Kind::Definition(_) | Kind::Model(_) => self.places.push(Place {
                        path: reference.path.clone(),
                        route: Route::default(),
                    }),
                    _ => {}
                },
            }
        }
    }
}

impl Place {
    /// Opens the file, and the definition in it.
    ///
    /// # Errors
    /// [`Failure::input`] when the file cannot be read, or no longer has the definition.
    pub fn open(&self, fence: &Fence) -> Result<Input, Failure> {
        self.of(SourceFile::read(&*self.path, fence)?)
    }

    /// Returns the definition in this state of the file.
    ///
    /// # Errors
    /// [`Failure::input`] when it does not have the definition.
    pub fn of(&self, source: Arc<SourceFile>) -> Result<Input, Failure> {
        let input = Input::of(source);
        if self.route.0.is_empty() {
            return Ok(input);
        }
        let definition = match input.kind {
            Kind::Entity(entity) => entity.into_environment(&self.route),
            _ => None,
        };
        let definition = definition.ok_or_else(|| {
            let message = format!("{} has changed since it was read", self.path.display());
            let error = Diagnostic::error("changed-file", message);
            Failure::input(error.help("run the command again"))
        })?;
        Ok(Input {
            source: input.source,
            kind: Kind::Definition(Box::new(definition)),
        })
    }
}

impl Reference {
    /// Opens the file.
    ///
    /// # Errors
    /// [`Failure::input`] when it may not or cannot be read.
    pub fn open(&self) -> Result<Input, Failure> {
        let source = &self.location.file;
        if let Some(outside) = source.refusal(&self.path) {
            return Err(Failure::input(
                outside.at(self.location.clone(), "named here"),
            ));
        }
        if !source.fence().has_file(&self.path) {
            return Err(Failure::input(self.missing()));
        }
        Ok(Input::of(source.read_named(&self.path)?))
    }

    /// Whether the file has the content that Azure ML expects, or cannot be parsed, so that its
    /// reader reports it.
    pub fn fits(&self, input: &Input) -> bool {
        match (&input.kind, self.role) {
            (Kind::Definition(_), role) => role == Role::Environment,
            (Kind::Entity(_) | Kind::Without(_), role) => {
                matches!(role, Role::Component | Role::Job)
            }
            (Kind::Model(_), role) => role == Role::Model,
            (Kind::CondaFile | Kind::Dockerfile(_) | Kind::Requirements(_), _) => false,
            (Kind::Refused(_), _) => true,
        }
    }

    /// The error for a file that does not exist.
    pub fn missing(&self) -> Diagnostic {
        let (name, path) = (self.role.name(), self.path.display());
        let message = format!("there is no {name} file `{path}`");
        Diagnostic::error(codes::MISSING_AZURE_FILE, message)
            .at(self.location.clone(), "named here")
            .note("the path is relative to the folder of this file")
            .help("correct the path, or add the file")
    }

    /// The error for a file with other content.
    pub fn misfit(&self) -> Diagnostic {
        let (path, at) = (self.path.display(), self.location.clone());
        let error = |message: String| {
            Diagnostic::error(codes::MISSING_AZURE_FILE, message).at(at, "named here")
        };
        match self.role {
            Role::Environment if self.is_conda_file() => {
                error(format!("`{path}` is a conda file, not an environment"))
                    .note("an environment of Azure ML has an image; the conda file is a part of it")
                    .help("write `image:` and `conda_file:` below `environment:`")
            }
            Role::Environment => error(format!("`{path}` does not define an environment"))
                .help("name a file with `image`, `conda_file` or `build`"),
            Role::Component | Role::Job | Role::Model => {
                let name = self.role.name();
                error(format!("`{path}` is not a {name} of Azure ML"))
                    .help(format!("name the file of a {name}"))
            }
        }
    }
}

impl Entity {
    /// The errors for environments that Azure ML rejects or presolve does not read.
    fn refused(&self) -> impl Iterator<Item = Diagnostic> {
        let invalid = self.invalid().iter().map(azure::entity::refusal);
        invalid.chain(self.too_many())
    }
}

fn places(entity: &Entity) -> impl Iterator<Item = Place> {
    let path = entity.source().path();
    entity.environments().iter().map(|definition| Place {
        path: path.to_owned(),
        route: definition.base().clone(),
    })
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
