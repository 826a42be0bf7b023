//! Well-known renames, for channels without a mapping (`defaults`, `pytorch`) and for runs
//! without one. Metapackages (`pytorch-cpu`, `opencv`) are not listed, because they install no
//! files themselves. Programs and libraries whose name belongs to another project on PyPI
//! (`redis`, `wget`) map to no project.

use pep508_rs::PackageName;
use presolve_parse as parse;

const RENAMES: &[(&str, &[&str])] = &[
    ("antlr-python-runtime", &["antlr4-python3-runtime"]),
    ("astropy-base", &["astropy"]),
    ("brotli-python", &["brotli"]),
    ("curl", &[]),
    ("cvxpy-base", &["cvxpy"]),
    ("dask-core", &["dask"]),
    ("docker-py", &["docker"]),
    ("ffmpeg", &[]),
    ("geopandas-base", &["geopandas"]),
    ("git", &[]),
    ("importlib_metadata", &["importlib-metadata"]),
    ("leveldb", &[]),
    ("matplotlib-base", &["matplotlib"]),
    ("msgpack-python", &["msgpack"]),
    ("mysql", &[]),
    ("mysql-connector-python", &["mysql-connector-python"]),
    ("numpy-base", &["numpy"]),
    ("ortools-python", &["ortools"]),
    // conda installs it with every Python, but it is missing from the mapping.
    ("pip", &["pip"]),
    ("py-opencv", &["opencv-python", "opencv-python-headless"]),
    ("py-xgboost", &["xgboost"]),
    ("pyarrow-core", &["pyarrow"]),
    ("pyqt", &["pyqt5"]),
    ("pysoundfile", &["soundfile"]),
    ("pytables", &["tables"]),
    ("python-annoy", &["annoy"]),
    ("python-blosc", &["blosc"]),
    ("python-duckdb", &["duckdb"]),
    ("python-flatbuffers", &["flatbuffers"]),
    ("python-graphviz", &["graphviz"]),
    ("python-igraph", &["igraph"]),
    ("python-kaleido", &["kaleido"]),
    ("python-kubernetes", &["kubernetes"]),
    ("python-lmdb", &["lmdb"]),
    ("python-tzdata", &["tzdata"]),
    ("python-xxhash", &["xxhash"]),
    ("pytorch", &["torch"]),
    ("ray-core", &["ray"]),
    ("redis", &[]),
    ("ruamel_yaml", &["ruamel-yaml-conda"]),
    ("sagemaker-python-sdk", &["sagemaker"]),
    ("seaborn-base", &["seaborn"]),
    ("sentencepiece-python", &["sentencepiece"]),
    ("setuptools", &["setuptools"]),
    ("snappy", &[]),
    ("sox", &[]),
    ("tar", &[]),
    ("tensorflow-base", &["tensorflow"]),
    ("wget", &[]),
    ("wheel", &["wheel"]),
];

/// Conda packages for which the published mapping lists vendored projects that other packages
/// cannot import, and the projects that they do provide.
const CORRECTIONS: &[(&str, &[&str])] = &[
    ("charliecloud", &[]),
    ("google-cloud-sdk", &[]),
    ("mysql-connector-python", &["mysql-connector-python"]),
    ("pypy3.9", &[]),
];

/// Correct projects of a conda package with a wrong entry in the published mapping; `None` for
/// other packages.
pub(super) fn correction(conda: &str) -> Option<Vec<PackageName>> {
    let (_, names) = CORRECTIONS.iter().find(|(name, _)| *name == conda)?;
    let names = names.iter();
    Some(
        names
            .filter_map(|name| parse::pep::name(name).ok())
            .collect(),
    )
}

/// Projects of a conda package; `None` if it is not in the table.
pub(super) fn names(conda: &str) -> Option<Vec<PackageName>> {
    let index = RENAMES
        .binary_search_by_key(&conda, |(conda, _)| conda)
        .ok()?;
    let names = RENAMES[index].1.iter();
    Some(
        names
            .filter_map(|name| parse::pep::name(name).ok())
            .collect(),
    )
}

/// Rows of the table: a conda name and its projects.
#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
    RENAMES.iter()
}

/// Conda packages of a project in the table.
pub(super) fn conda_names(project: &PackageName) -> impl Iterator<Item = &'static str> {
    let provides = |(_, names): &&(&str, &[&str])| names.contains(&project.as_ref());
    RENAMES.iter().filter(provides).map(|(conda, _)| *conda)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_names_are_valid() {
        assert!(RENAMES.is_sorted_by_key(|(conda, _)| conda));
        for (conda, pypi) in RENAMES {
            assert_eq!(names(conda).unwrap().len(), pypi.len(), "{conda}");
        }
    }
}
