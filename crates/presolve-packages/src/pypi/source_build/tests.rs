use super::*;

fn judged(project: &str, files: &[(&str, &str)]) -> SourceBuild {
    let mut contents = Contents::default();
    for (path, text) in files {
        contents.list(path);
        match *path {
            "pyproject.toml" => contents.pyproject = Some((*text).to_string()),
            "setup.py" => contents.setup_py = Some((*text).to_string()),
            _ => {}
        }
    }
    SourceBuild::of(&project.parse().unwrap(), &contents)
}

fn tools(project: &str, files: &[(&str, &str)]) -> String {
    let build = judged(project, files);
    let tools: Vec<_> = build.tools.iter().map(ToString::to_string).collect();
    let perhaps = if build.optional { "perhaps " } else { "" };
    format!("{perhaps}{}", tools.join(", "))
}

#[test]
fn pure_python_needs_nothing() {
    let setup = "from setuptools import setup\nsetup(ext_modules=[])\n";
    assert_eq!(tools("a", &[("setup.py", setup), ("a.py", "")]), "");
    let pyproject = "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n";
    assert_eq!(
        tools("a", &[("pyproject.toml", pyproject), ("src/a.c", "")]),
        ""
    );
    // A class is not a call, and the sources of tests are not built.
    let setup = "class Extension(object): pass\n# Extension()\n\"\"\" cythonize() \"\"\"\n";
    assert_eq!(tools("a", &[("setup.py", setup), ("tests/a.c", "")]), "");
}

#[test]
fn backends_that_compile() {
    let with =
        |backend: &str| format!("[build-system]\nrequires = []\nbuild-backend = '{backend}'\n");
    assert_eq!(
        tools("a", &[("pyproject.toml", &with("maturin"))]),
        "a Rust toolchain"
    );
    let fortran = [
        ("pyproject.toml", &with("mesonpy")[..]),
        ("a.f90", ""),
        ("a.c", ""),
    ];
    assert_eq!(tools("a", &fortran), "a C compiler, a Fortran compiler");
    let cmake = with("scikit_build_core.build");
    assert_eq!(
        tools("a", &[("pyproject.toml", &cmake), ("a.cpp", "")]),
        "a C++ compiler"
    );
}

#[test]
fn extension_modules() {
    let setup = "from setuptools import Extension, setup\n\
        setup(ext_modules=[Extension(\n  'a', ['a.cpp'])])\n";
    assert_eq!(
        tools("a", &[("setup.py", setup), ("a.cpp", ""), ("b.c", "")]),
        "a C++ compiler"
    );
    assert_eq!(tools("a", &[("setup.py", setup)]), "a C compiler");
    let vendored = [("setup.py", setup), ("a.cpp", ""), ("lib/blas.f", "")];
    assert_eq!(tools("a", &vendored), "a C++ compiler");
    let cuda = "CUDAExtension('a', ['a.cu'])";
    assert_eq!(
        tools("a", &[("setup.py", cuda), ("a.cu", "")]),
        "the CUDA toolkit"
    );
    let either = "ext = (CUDAExtension if cuda else CppExtension)('a')\nExtension('b')";
    assert_eq!(
        tools("a", &[("setup.py", either), ("a.cu", ""), ("a.cpp", "")]),
        "a C++ compiler"
    );
    assert_eq!(
        tools("a", &[("setup.py", "RustExtension('a')")]),
        "a Rust toolchain"
    );
    let cmake = "ext = CMakeExtension('a')";
    assert_eq!(
        tools("a", &[("setup.py", cmake), ("a.cpp", "")]),
        "a C++ compiler, CMake"
    );
    let mpi = "os.environ['CC'] = 'mpicc'\nExtension('a')";
    assert_eq!(
        tools("a", &[("setup.py", mpi)]),
        "a C compiler, an MPI library"
    );
    assert_eq!(
        tools("mpi4py", &[("setup.py", "")]),
        "a C compiler, an MPI library"
    );
}

#[test]
fn extension_modules_that_stand_elsewhere() {
    let named = "import setupinfo\nextra = {}\nextra['ext_modules'] = setupinfo.ext_modules()";
    // The list may be empty, as DeepSpeed's is by default.
    for setup in [named, "setup(cmdclass=own)"] {
        let hidden = [("setup.py", setup), ("src/a.cpp", "")];
        assert_eq!(tools("a", &hidden), "");
        assert_eq!(judged("a", &hidden).source.as_deref(), Some("src/a.cpp"));
    }
    assert_eq!(judged("a", &[("setup.py", named)]).source, None);
}

#[test]
fn what_numpys_distutils_and_cython_compile() {
    let setup = "from numpy.distutils.core import setup\nsetup(configuration=configuration)";
    assert_eq!(
        tools("a", &[("setup.py", setup), ("a/b.pyx", "")]),
        "a C compiler"
    );
    assert_eq!(tools("a", &[("setup.py", setup)]), "");
    let pyproject = "[build-system]\nrequires = ['Cython>=0.28']\n";
    let files = [
        ("setup.py", "setup()"),
        ("pyproject.toml", pyproject),
        ("a.pyx", ""),
    ];
    assert_eq!(tools("a", &files), "a C compiler");
}

#[test]
fn what_goes_on_without_a_compiler_compiles_perhaps() {
    let caught =
        "ext = Extension('a', ['a.c'])\ntry:\n  build()\nexcept (CCompilerError, OSError):\n  pass";
    assert_eq!(tools("a", &[("setup.py", caught)]), "perhaps a C compiler");
    let marked = "Extension('a', ['a.c'], optional = True)";
    assert_eq!(tools("a", &[("setup.py", marked)]), "perhaps a C compiler");
    let imported = "from distutils.errors import CCompilerError\nExtension('a', ['a.c'])\n\
        try:\n  f()\nexcept CCompilerError:\n  raise SystemExit()";
    assert_eq!(tools("a", &[("setup.py", imported)]), "a C compiler");
    let unless = "Extension('a', ['a.c'], optional=not forced)";
    assert_eq!(tools("a", &[("setup.py", unless)]), "perhaps a C compiler");
    let not = "Extension('a', ['a.c'], optional=False)";
    assert_eq!(tools("a", &[("setup.py", not)]), "a C compiler");
    let probes = "Extension('a', ['a.c'])\ntry:\n  has_flag()\nexcept CompileError:\n  pass";
    assert_eq!(tools("a", &[("setup.py", probes)]), "a C compiler");
    let flags = "Extension('a', ['a.c'])\ndef flags():\n  try:\n    link()\n\
        \x20 except (CompileError, LinkError):\n    last = 'no flags'\n  raise DistutilsError(last)";
    assert_eq!(tools("a", &[("setup.py", flags)]), "a C compiler");
    let raised = "if not it:\n  raise CCompilerError()\nExtension('a', ['a.c'])";
    assert_eq!(tools("a", &[("setup.py", raised)]), "a C compiler");
    assert_eq!(
        tools("mpi4py", &[("setup.py", marked)]),
        "a C compiler, an MPI library"
    );
}

fn fails(project: &str, setup: &str) -> bool {
    judged(project, &[("setup.py", setup)]).fails.is_some()
}

#[test]
fn builds_that_refuse() {
    assert!(fails("a", "import sys\nraise RuntimeError('use b')\n"));
    assert!(fails(
        "a",
        "if 'install' in sys.argv or 'bdist_wheel' in sys.argv:\n  raise E()\n"
    ));
    assert!(fails(
        "a",
        "if argv('bdist_wheel'):  # pip\n    raise Exception(message)\n"
    ));
    let mark = "SKLEARN_ALLOW_DEPRECATED_SKLEARN_PACKAGE_INSTALL";
    assert!(fails(
        "sklearn",
        &format!("def f():\n  if {mark}: raise E()\nf()")
    ));
    assert!(!fails(
        "sklearn",
        "setup(install_requires=['scikit-learn'])"
    ));
}

#[test]
fn builds_that_a_later_cython_broke() {
    let setup = "class build_ext(_build_ext):\n    def f(self):\n        self.cython_sources\n";
    let with = |project, cython: &str| {
        let requires = format!("[build-system]\nrequires = ['setuptools', '{cython}']\n");
        let files = [("setup.py", setup), ("pyproject.toml", &*requires)];
        judged(project, &files).fails
    };
    assert!(with("pyyaml", "Cython").is_some());
    assert_eq!(with("pyyaml", "Cython<3.0"), None);
    assert_eq!(with("other", "Cython"), None);
}

#[test]
fn builds_that_refuse_perhaps_are_left_alone() {
    for setup in [
        "if sys.version_info < (3,):\n  raise E()\n",
        "if 'bdist_wheel' in sys.argv and windows:\n  raise E()\n",
        "if 'bdist_wheel' not in sys.argv:\n  raise E()\n",
        "if 'bdist_wheel' in sys.argv:\n  import wheel\n  raise E()\n",
        "if 'bdist_wheel' in sys.argv: pass\nprint()\n",
        "def f():\n  pass\n  raise E()\n",
        "'''\nraise E()\n'''\nf(\nraise_it)\nraised = 1\n",
        "x = 1 \\\nraise_\n# raise E()\n",
    ] {
        assert!(!fails("a", setup), "{setup}");
    }
    // Another backend does not run `setup.py`.
    let pyproject = "[build-system]\nrequires = []\nbuild-backend = 'hatchling.build'\n";
    let files = [("setup.py", "raise E()\n"), ("pyproject.toml", pyproject)];
    assert!(judged("a", &files).fails.is_none());
}

fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let imports = judged("a", files).imports;
    imports
        .iter()
        .map(|(module, project)| format!("{module} of {project}"))
        .collect()
}

#[test]
fn what_setup_py_imports() {
    let setup = "import os, numpy as np\nfrom Cython.Build import cythonize\nfrom . import x\n\
        try:\n  import torch\nexcept ImportError:\n  pass\n";
    assert_eq!(
        imports(&[("setup.py", setup)]),
        ["numpy of numpy", "Cython of cython"]
    );
    let pyproject = "[build-system]\nrequires = ['setuptools', 'cython<3']\n";
    let files = [("setup.py", setup), ("pyproject.toml", pyproject)];
    assert_eq!(imports(&files), ["numpy of numpy"]);
    let own = [
        ("setup.py", "import torch\nimport yaml"),
        ("torch/__init__.py", ""),
        ("yaml.py", ""),
    ];
    assert!(imports(&own).is_empty());
    let moved = "import sys\nsys.path.insert(0, 'lib')\nimport numpy";
    assert!(imports(&[("setup.py", moved)]).is_empty());
    let pyproject = "[build-system]\nrequires = ['setuptools', 'oldest-supported-numpy']\n";
    let files = [("setup.py", "import numpy"), ("pyproject.toml", pyproject)];
    assert!(
        imports(&files).is_empty(),
        "it provides what nobody here knows"
    );
}

#[test]
fn a_broken_setup_py_is_read_to_its_end() {
    for setup in [
        "'",
        "\"\"\"",
        "x = (",
        "\\",
        "raise",
        "'\\",
        "é = 'ü\\é'",
        "from ",
        "import ",
    ] {
        let _ = judged("a", &[("setup.py", setup)]);
    }
}
