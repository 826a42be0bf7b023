//! What the archive of a source distribution reveals about its build. Nothing in the archive
//! is run.
//!
//! A build certainly compiles if its backend does nothing else (maturin, meson-python,
//! scikit-build), or if `setup.py` builds extension modules or requires a compiler for Python
//! code and the archive contains sources in a compiled language. It *may* compile if
//! `setup.py` also works without a compiler: it marks an extension as `optional`
//! (<https://setuptools.pypa.io/en/latest/userguide/ext_modules.html>), or catches the errors
//! of a missing compiler. PyYAML, SQLAlchemy and MarkupSafe do.

use std::collections::BTreeSet;

use pep508_rs::PackageName;
use presolve_parse as parse;
use serde::{Deserialize, Serialize};

mod computed;
mod outgrown;
mod placeholders;
mod setup_py;
#[cfg(test)]
mod tests;

pub use placeholders::instead_of;
use setup_py::SetupPy;

/// Maximum number of paths that are stored per archive.
const PATHS_KEPT: usize = 64;

/// Folders whose files are not part of a build.
const ASIDE: [&str; 10] = [
    "test",
    "tests",
    "testing",
    "doc",
    "docs",
    "example",
    "examples",
    "benchmark",
    "benchmarks",
    "fuzz",
];

/// File extensions of sources in compiled languages, with the tool that compiles them.
const SUFFIXES: [(&str, Tool); 16] = [
    ("pyx", Tool::C),
    ("c", Tool::C),
    ("cc", Tool::Cxx),
    ("cpp", Tool::Cxx),
    ("cxx", Tool::Cxx),
    ("hpp", Tool::Cxx),
    ("mm", Tool::Cxx),
    ("f", Tool::Fortran),
    ("for", Tool::Fortran),
    ("f77", Tool::Fortran),
    ("f90", Tool::Fortran),
    ("f95", Tool::Fortran),
    ("f03", Tool::Fortran),
    ("pyf", Tool::Fortran),
    ("rs", Tool::Rust),
    ("cu", Tool::Cuda),
];

/// Files of an archive that determine its build.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Contents {
    /// Text of `pyproject.toml`.
    pub pyproject: Option<String>,
    /// Text of `setup.py`.
    pub setup_py: Option<String>,
    /// Paths of sources in compiled languages, without the archive's top folder; only the
    /// first ones of each extension.
    pub compiled: Vec<String>,
    /// Modules next to `setup.py`, which it can import.
    pub modules: BTreeSet<String>,
}

impl Contents {
    /// Adds a path of the archive, given without its top folder.
    pub fn list(&mut self, path: &str) {
        let (first, _) = path.split_once('/').unwrap_or((path, ""));
        let module = if path.contains('/') {
            Some(first)
        } else {
            first.strip_suffix(".py").or(first.strip_suffix(".pyx"))
        };
        if let Some(module) = module.filter(|_| self.modules.len() < PATHS_KEPT) {
            self.modules.insert(module.to_string());
        }
        let mut folders = path.split('/');
        let is_aside = folders.any(|folder| ASIDE.contains(&folder));
        let Some((_, suffix)) = path.rsplit_once('.').filter(|_| !is_aside) else {
            return;
        };
        let is_compiled = SUFFIXES.iter().any(|(known, _)| *known == suffix);
        let is_same = |known: &&String| known.rsplit('.').next() == Some(suffix);
        let of_suffix = self.compiled.iter().filter(is_same).count();
        if is_compiled && of_suffix < PATHS_KEPT / SUFFIXES.len() {
            self.compiled.push(path.to_string());
        }
    }
}

/// A build tool that is not a Python package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// A C compiler.
    C,
    /// A C++ compiler.
    Cxx,
    /// A Fortran compiler.
    Fortran,
    /// A Rust toolchain.
    Rust,
    /// CMake, unless pip installs it.
    CMake,
    /// An MPI library with its compiler wrapper, such as `mpicc`.
    Mpi,
    /// The CUDA toolkit with its compiler, `nvcc`.
    Cuda,
}

impl std::fmt::Display for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Tool::C => "a C compiler",
            Tool::Cxx => "a C++ compiler",
            Tool::Fortran => "a Fortran compiler",
            Tool::Rust => "a Rust toolchain",
            Tool::CMake => "CMake",
            Tool::Mpi => "an MPI library",
            Tool::Cuda => "the CUDA toolkit",
        })
    }
}

/// Requirements of a build, derived from the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceBuild {
    /// Required tools; empty without evidence that the build compiles.
    pub tools: BTreeSet<Tool>,
    /// First source in a compiled language, if nothing proves that it is compiled.
    pub source: Option<String>,
    /// Whether the build also works without the tools.
    pub optional: bool,
    /// Evidence for the tools, such as "its build backend is maturin".
    pub evidence: String,
    /// `requires` of `[build-system]`, or the default of PEP 518 if `pyproject.toml` has no
    /// such table; `None` without `pyproject.toml`.
    pub requires: Option<Vec<String>>,
    /// Modules that `setup.py` imports unconditionally, with the projects that provide them,
    /// except those of every build environment, of the archive itself and of `requires`.
    pub imports: Vec<(String, PackageName)>,
    /// What `setup.py` computes the requirements from, such as "what is already installed";
    /// `None` if nothing shows that they differ between machines.
    pub computed: Option<&'static str>,
    /// Reason why the build always fails; `None` if it may succeed.
    pub fails: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pyproject {
    build_system: Option<BuildSystem>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct BuildSystem {
    #[serde(default)]
    requires: Vec<String>,
    build_backend: Option<String>,
    #[serde(default)]
    backend_path: Vec<String>,
}

impl BuildSystem {
    /// Top-level module of the backend.
    fn backend(&self) -> &str {
        let backend = self.build_backend.as_deref().unwrap_or("setuptools");
        backend.split([':', '.']).next().unwrap_or(backend)
    }

    fn projects(&self) -> Vec<PackageName> {
        let read = |text: &String| parse::pep::requirement(text).ok();
        let requires = self.requires.iter().filter_map(read);
        requires.map(|requirement| requirement.name).collect()
    }
}

impl SourceBuild {
    /// Analyses the archive of the project `name`.
    pub fn of(name: &PackageName, contents: &Contents) -> Self {
        let pyproject = contents.pyproject.as_deref();
        let pyproject = pyproject.and_then(|text| toml::from_str::<Pyproject>(text).ok());
        let system = pyproject.and_then(|pyproject| pyproject.build_system);
        let backend = system.as_ref().map_or("setuptools", BuildSystem::backend);
        let in_tree = system
            .as_ref()
            .is_some_and(|system| !system.backend_path.is_empty());
        let runs_setup_py = backend == "setuptools" || in_tree;
        let setup_py = contents.setup_py.as_deref().filter(|_| runs_setup_py);
        let setup_py = setup_py.map(SetupPy::new);
        let requires = system.as_ref().map(BuildSystem::projects);
        let requires = requires.unwrap_or_default();
        let mut build = Self::compiles(name, contents, backend, &requires, setup_py.as_ref());
        if let Some(setup_py) = &setup_py {
            build.computed = setup_py.requirements_depend_on();
            build.imports = setup_py.needs(&contents.modules, &requires);
            let refuses = setup_py.refuses() || placeholders::refuses(name, setup_py);
            let listed = system.as_ref().map_or(&[][..], |system| &system.requires);
            build.fails = if refuses {
                Some(placeholders::refusal(name))
            } else {
                outgrown::failure(name, setup_py, listed)
            };
            if build.tools.is_empty() {
                build.source = contents.compiled.first().cloned();
            }
        }
        build.requires = contents.pyproject.is_some().then(|| {
            let default = || vec!["setuptools".to_string()];
            system.map_or_else(default, |system| system.requires)
        });
        build
    }

    /// Determines the required tools and the evidence for them.
    fn compiles(
        name: &PackageName,
        contents: &Contents,
        backend: &str,
        requires: &[PackageName],
        setup_py: Option<&SetupPy<'_>>,
    ) -> Self {
        let requires = |project: &str| requires.iter().any(|name| name.as_ref() == project);
        let languages = languages(contents);
        let rust = |evidence| (BTreeSet::from([Tool::Rust]), evidence);
        let (tools, evidence) = if name.as_ref() == "mpi4py" {
            // https://mpi4py.readthedocs.io/en/stable/install.html
            let tools = BTreeSet::from([Tool::C, Tool::Mpi]);
            (
                tools,
                "it links against the system's MPI library".to_string(),
            )
        } else if backend == "maturin" {
            rust("its build backend is maturin".to_string())
        } else if ["mesonpy", "scikit_build_core", "skbuild"].contains(&backend) {
            let evidence = format!("its build backend is {backend}");
            let mut tools = languages;
            tools.remove(&Tool::Cuda);
            (or_c(tools), evidence)
        } else {
            let Some(setup_py) = setup_py else {
                return Self::default();
            };
            let found = setup_py.extensions();
            if requires("setuptools-rust") || found.rust {
                rust("its setup.py builds extension modules in Rust".to_string())
            } else if found.any {
                let mut tools = languages;
                tools.remove(&Tool::Rust);
                // setuptools cannot compile Fortran.
                if !found.numpy_distutils {
                    tools.remove(&Tool::Fortran);
                }
                // PyTorch's extensions use CUDA only if it is installed.
                if !found.cuda {
                    tools.remove(&Tool::Cuda);
                }
                let mut tools = or_c(tools);
                if found.cmake && !requires("cmake") {
                    tools.insert(Tool::CMake);
                }
                if requires("mpi4py") || found.mpi {
                    tools.insert(Tool::Mpi);
                }
                (tools, "its setup.py builds extension modules".to_string())
            } else if !languages.is_empty()
                && (found.numpy_distutils || requires("cython") || requires("pybind11"))
            {
                let mut tools = languages;
                tools.remove(&Tool::Cuda);
                let first = contents.compiled.first().map_or("", String::as_str);
                (tools, format!("it has sources to compile, such as {first}"))
            } else {
                return Self::default();
            }
        };
        Self {
            tools,
            evidence,
            optional: name.as_ref() != "mpi4py" && setup_py.is_some_and(SetupPy::is_optional),
            ..Self::default()
        }
    }
}

/// The tools that compile the sources of an archive.
fn languages(contents: &Contents) -> BTreeSet<Tool> {
    let suffixes = contents
        .compiled
        .iter()
        .filter_map(|path| path.rsplit('.').next());
    let tool = |suffix| SUFFIXES.iter().find(|(known, _)| *known == suffix);
    let mut tools: BTreeSet<Tool> = suffixes.filter_map(tool).map(|(_, tool)| *tool).collect();
    // A C++ compiler includes a C compiler.
    if tools.contains(&Tool::Cxx) {
        tools.remove(&Tool::C);
    }
    tools
}

/// The tools, or a C compiler if there are none because the sources are downloaded or
/// generated.
fn or_c(tools: BTreeSet<Tool>) -> BTreeSet<Tool> {
    if tools.is_empty() {
        return BTreeSet::from([Tool::C]);
    }
    tools
}
