//! Distributions that install the same files: families of them that are known, and the files of
//! a wheel.

use std::collections::{BTreeMap, BTreeSet};

use pep508_rs::PackageName;

#[cfg(test)]
mod tests;

/// Projects of which an environment can have only one.
#[derive(Debug)]
pub struct Family {
    /// The projects, by normalised name.
    pub projects: &'static [&'static str],
    /// The folder in `site-packages` that all of them install.
    pub folder: &'static str,
    /// The page that says so, or that shows the contents.
    pub source: &'static str,
}

/// The known families.
static FAMILIES: &[Family] = &[
    Family {
        projects: &["mlflow", "mlflow-skinny"],
        folder: "mlflow",
        source: "https://github.com/mlflow/mlflow/pull/12426",
    },
    Family {
        projects: &[
            "opencv-python",
            "opencv-contrib-python",
            "opencv-python-headless",
            "opencv-contrib-python-headless",
        ],
        folder: "cv2",
        source: "https://pypi.org/project/opencv-python/",
    },
    Family {
        projects: &[
            "tensorflow",
            "tensorflow-cpu",
            "tensorflow-gpu",
            "tensorflow-rocm",
            "tensorflow-macos",
            "intel-tensorflow",
            "tf-nightly",
            "tf-nightly-cpu",
            "tf-nightly-gpu",
        ],
        folder: "tensorflow",
        source: "https://www.tensorflow.org/install/pip",
    },
    Family {
        projects: &[
            "onnxruntime",
            "onnxruntime-gpu",
            "onnxruntime-directml",
            "onnxruntime-openvino",
            "onnxruntime-qnn",
            "onnxruntime-training",
        ],
        folder: "onnxruntime",
        source: "https://onnxruntime.ai/docs/get-started/with-python.html",
    },
    Family {
        projects: &["faiss-cpu", "faiss-gpu", "faiss-gpu-cu11", "faiss-gpu-cu12"],
        folder: "faiss",
        source: "https://pypi.org/project/faiss-cpu/",
    },
    Family {
        projects: &["paddlepaddle", "paddlepaddle-gpu"],
        folder: "paddle",
        source: "https://pypi.org/project/paddlepaddle-gpu/",
    },
    Family {
        projects: &["xgboost", "xgboost-cpu"],
        folder: "xgboost",
        source: "https://xgboost.readthedocs.io/en/stable/install.html",
    },
    Family {
        projects: &["cupy", "cupy-cuda11x", "cupy-cuda12x", "cupy-cuda13x"],
        folder: "cupy",
        source: "https://docs.cupy.dev/en/stable/install.html",
    },
    Family {
        projects: &["psycopg2", "psycopg2-binary"],
        folder: "psycopg2",
        source: "https://www.psycopg.org/docs/install.html",
    },
    Family {
        projects: &["pycrypto", "pycryptodome"],
        folder: "Crypto",
        source: "https://www.pycryptodome.org/src/installation",
    },
    Family {
        projects: &["pil", "pillow", "pillow-simd"],
        folder: "PIL",
        source: "https://pillow.readthedocs.io/en/stable/installation/basic-installation.html",
    },
    Family {
        projects: &["fitz", "pymupdf"],
        folder: "fitz",
        source: "https://pymupdf.readthedocs.io/en/latest/installation.html",
    },
    Family {
        projects: &["jwt", "pyjwt"],
        folder: "jwt",
        source: "https://pypi.org/project/jwt/",
    },
    Family {
        projects: &["msgpack", "msgpack-python"],
        folder: "msgpack",
        source: "https://pypi.org/project/msgpack/",
    },
    Family {
        projects: &["pyserial", "serial"],
        folder: "serial",
        source: "https://github.com/pypa/pip/issues/5030",
    },
    Family {
        projects: &["gitlab", "python-gitlab"],
        folder: "gitlab",
        source: "https://github.com/pypa/pip/issues/10749",
    },
    Family {
        projects: &["ansible-base", "ansible-core"],
        folder: "ansible",
        source: "https://github.com/pypa/pip/issues/12313",
    },
    Family {
        projects: &["azure-storage", "azure-storage-blob"],
        folder: "azure/storage/blob",
        source: "https://pypi.org/project/azure-storage/",
    },
];

/// Ends of names that distinguish builds of the same project.
const VARIANTS: &[&str] = &[
    "binary", "contrib", "cpu", "dev", "directml", "gpu", "headless", "intel", "lite", "macos",
    "nightly", "openvino", "preview", "rocm", "skinny", "slim",
];

/// Returns the family of two projects.
pub fn family(one: &PackageName, other: &PackageName) -> Option<&'static Family> {
    let mut families = FAMILIES.iter();
    families.find(|family| {
        [one, other]
            .iter()
            .all(|name| family.projects.contains(&name.as_ref()))
    })
}

/// Whether the names of two projects suggest that they install the same files: one name begins
/// with the other, or both are builds of the same project.
pub fn are_related(one: &PackageName, other: &PackageName) -> bool {
    let begins = |one: &str, other: &str| {
        let rest = one.strip_prefix(other);
        rest.is_some_and(|rest| rest.starts_with('-'))
    };
    let (one, other) = (one.as_ref(), other.as_ref());
    begins(one, other) || begins(other, one) || root(one) == root(other)
}

/// Returns a name without its ends that distinguish builds.
fn root(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((rest, end)) if VARIANTS.contains(&end) || is_cuda(end) => root(rest),
        _ => name,
    }
}

/// Whether the end of a name is a version of CUDA: `cu12`, `cuda12x`.
fn is_cuda(end: &str) -> bool {
    let version = end.strip_prefix("cuda").or_else(|| end.strip_prefix("cu"));
    version.is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
}

/// The files that a wheel installs, with their hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstalledFiles(BTreeMap<String, String>);

impl InstalledFiles {
    /// Reads `RECORD` (<https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file>).
    pub fn of_record(record: &str) -> Self {
        let files = record.lines().filter_map(|line| {
            let (path, rest) = field(line);
            let (hash, _) = field(rest.strip_prefix(',')?);
            Some((installed(&path)?, hash))
        });
        Self(files.collect())
    }

    /// Returns the paths that both install with different contents, in alphabetical order.
    pub fn clashes<'a>(&'a self, other: &Self) -> BTreeSet<&'a str> {
        let differ = self.0.iter().filter(|(path, hash)| {
            let others = other.0.get(*path);
            others.is_some_and(|others| others != *hash)
        });
        differ.map(|(path, _)| path.as_str()).collect()
    }
}

/// Prefix of paths outside `site-packages`.
const OUTSIDE: &str = "../";
/// Prefix of commands.
const COMMANDS: &str = "../bin/";

/// Folders that many projects install by mistake, and that no code imports.
const STRAY: &[&str] = &["benchmarks", "docs", "examples", "scripts", "test", "tests"];

/// Whether code needs a file of this path with the contents of one distribution, as far as the
/// path shows. Those of a namespace such as `google` or `azure` share its `__init__.py`, which
/// only declares the namespace.
pub fn is_needed(path: &str) -> bool {
    if path.starts_with(OUTSIDE) {
        return path.starts_with(COMMANDS);
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if matches!(name, "__init__.py" | "__init__.pyi" | "py.typed") {
        return !path.contains('/');
    }
    match path.split_once('/') {
        Some((folder, _)) => !STRAY.contains(&folder),
        // Others are licences and readmes.
        None => [".py", ".pyi", ".so", ".pyd", ".pth"]
            .iter()
            .any(|end| path.ends_with(end)),
    }
}

/// Returns the path relative to `site-packages` at which pip installs a file of a wheel; `None`
/// for files of the wheel itself
/// (<https://packaging.python.org/en/latest/specifications/binary-distribution-format/>).
fn installed(path: &str) -> Option<String> {
    let (folder, rest) = path.split_once('/').unwrap_or((path, ""));
    if folder.ends_with(".dist-info") {
        return None;
    }
    if !folder.ends_with(".data") {
        return Some(path.to_owned());
    }
    match rest.split_once('/')? {
        ("purelib" | "platlib", rest) => Some(rest.to_owned()),
        ("scripts", rest) => Some(format!("{COMMANDS}{rest}")),
        (_, rest) => Some(format!("{OUTSIDE}{rest}")),
    }
}

/// Returns the first field of a line of CSV, and the rest of the line after it.
fn field(line: &str) -> (String, &str) {
    let Some(mut rest) = line.strip_prefix('"') else {
        let end = line.find(',').unwrap_or(line.len());
        return (line[..end].to_owned(), &line[end..]);
    };
    let mut text = String::new();
    while let Some((part, after)) = rest.split_once('"') {
        text += part;
        // A doubled quote stands for one.
        match after.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => return (text, after),
        }
    }
    (text + rest, "")
}
