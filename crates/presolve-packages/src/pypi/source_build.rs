//! What the archive of a source distribution shows of its build, without running
//! anything of it.
//!
//! A build compiles for certain if its backend does nothing else (maturin,
//! meson-python, scikit-build), or if `setup.py` makes extension modules or asks
//! for a compiler of Python code and the archive holds sources in a compiled
//! language. It compiles *perhaps* where `setup.py` goes on without a compiler:
//! where it marks an extension as `optional`, as setuptools has it
//! (<https://setuptools.pypa.io/en/latest/userguide/ext_modules.html>), or catches
//! the errors that a missing compiler ends in. PyYAML, SQLAlchemy and MarkupSafe do.

use std::collections::BTreeSet;

use pep508_rs::PackageName;
use presolve_parse as parse;
use serde::{Deserialize, Serialize};

mod outgrown;
mod placeholders;
mod setup_py;
#[cfg(test)]
mod tests;

pub use placeholders::instead_of;
use setup_py::SetupPy;

/// The most paths that are kept of an archive.
const PATHS_KEPT: usize = 64;

/// Folders whose files no build looks at.
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

/// The suffixes of sources in compiled languages, with the tool that they need.
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

/// Files of an archive that show how it is built.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Contents {
    /// `pyproject.toml`.
    pub pyproject: Option<String>,
    /// `setup.py`.
    pub setup_py: Option<String>,
    /// Sources in compiled languages, without the archive's own folder; the first
    /// ones of each suffix.
    pub compiled: Vec<String>,
    /// The modules next to `setup.py`, which it can import.
    pub modules: BTreeSet<String>,
}

impl Contents {
    /// Takes note of a path of the archive, without the archive's own folder.
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

/// Something that is not Python and that a build needs.
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
    /// CMake, where pip does not bring it.
    CMake,
    /// An MPI library with its compiler wrapper.
    Mpi,
    /// The CUDA toolkit with its compiler.
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

/// Build requirements that an archive shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceBuild {
    /// What it compiles with; empty if nothing shows that it compiles.
    pub tools: BTreeSet<Tool>,
    /// A source in a compiled language that the archive holds, though nothing shows
    /// that it is compiled.
    pub source: Option<String>,
    /// The build also works without these tools.
    pub optional: bool,
    /// What shows that it compiles: "its build backend is maturin".
    pub evidence: String,
    /// The requirements of `[build-system]`, or what PEP 518 has in their place
    /// where `pyproject.toml` has no such table; `None` without that file.
    pub requires: Option<Vec<String>>,
    /// What its `setup.py` imports before it does anything else, beyond what every
    /// build environment has, its own archive and `requires`: modules with the
    /// projects that have them.
    pub imports: Vec<(String, PackageName)>,
    /// Its build ends with an error on purpose, for this reason.
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
    /// The backend without what is chosen inside its module.
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
    /// Judges what the archive of the project `name` holds.
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

    /// Returns the required compilers with the evidence for them.
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
                // setuptools has no compiler for it.
                if !found.numpy_distutils {
                    tools.remove(&Tool::Fortran);
                }
                // PyTorch's extensions are built with CUDA where there is one.
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

/// The tools for the sources in an archive.
fn languages(contents: &Contents) -> BTreeSet<Tool> {
    let suffixes = contents
        .compiled
        .iter()
        .filter_map(|path| path.rsplit('.').next());
    let tool = |suffix| SUFFIXES.iter().find(|(known, _)| *known == suffix);
    let mut tools: BTreeSet<Tool> = suffixes.filter_map(tool).map(|(_, tool)| *tool).collect();
    // Every C++ compiler comes with one of C.
    if tools.contains(&Tool::Cxx) {
        tools.remove(&Tool::C);
    }
    tools
}

/// These tools, or a C compiler where the sources are fetched or generated.
fn or_c(tools: BTreeSet<Tool>) -> BTreeSet<Tool> {
    if tools.is_empty() {
        return BTreeSet::from([Tool::C]);
    }
    tools
}
