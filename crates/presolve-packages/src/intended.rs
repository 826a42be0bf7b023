//! Names that people write for another package: the name of a module instead of the project
//! that provides it, and projects that exist only to point to another one.
//!
//! Each row was checked on 2026-11-29: the page of the intended project at
//! `https://pypi.org/project/NAME/` (or its documentation) imports the module, and the index
//! either has no project of the written name or has one of the given kind.

use pep508_rs::PackageName;

/// A name that stands for another package.
#[derive(Debug, PartialEq, Eq)]
pub struct Intended {
    /// The name as people write it, normalised.
    pub written: &'static str,
    /// The project on PyPI; `None` if the name is right there.
    pub pypi: Option<&'static str>,
    /// The package on conda-forge; `None` if the name is right there.
    pub conda: Option<&'static str>,
    /// What PyPI has under the written name.
    pub kind: Kind,
}

/// What PyPI has under a name that stands for another project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The name is that of a module. PyPI has no such project, or an unrelated one.
    Module,
    /// A project that only points to the right one. Some of its releases cannot be built.
    Placeholder,
}

const fn module(written: &'static str, project: &'static str, conda: &'static str) -> Intended {
    Intended {
        written,
        pypi: Some(project),
        conda: Some(conda),
        kind: Kind::Module,
    }
}

const fn placeholder(
    written: &'static str,
    project: &'static str,
    conda: &'static str,
) -> Intended {
    Intended {
        kind: Kind::Placeholder,
        ..module(written, project, conda)
    }
}

impl Intended {
    /// As a name that is right for conda, where the package has it.
    const fn right_in_conda(mut self) -> Self {
        self.conda = None;
        self
    }

    /// As a name that is right for PyPI.
    const fn right_on_pypi(mut self) -> Self {
        self.pypi = None;
        self
    }
}

static TABLE: [Intended; 61] = [
    module("attr", "attrs", "attrs"),
    module("bio", "biopython", "biopython"),
    placeholder("bs4", "beautifulsoup4", "beautifulsoup4"),
    module("cairo", "pycairo", "pycairo").right_in_conda(),
    module("community", "python-louvain", "python-louvain"),
    module("crypto", "pycryptodome", "pycryptodome"),
    module("cryptodome", "pycryptodomex", "pycryptodomex"),
    module("cv2", "opencv-python", "opencv"),
    module("dateutil", "python-dateutil", "python-dateutil"),
    module("decouple", "python-decouple", "python-decouple"),
    placeholder("discord", "discord.py", "discord.py"),
    module("docx", "python-docx", "python-docx"),
    // Its newest release requires python-dotenv; the others fail to build.
    placeholder("dotenv", "python-dotenv", "python-dotenv"),
    module("engineio", "python-engineio", "python-engineio"),
    module("ffmpeg", "ffmpeg-python", "ffmpeg-python").right_in_conda(),
    module("fitz", "PyMuPDF", "pymupdf"),
    module("gi", "PyGObject", "pygobject"),
    module("git", "GitPython", "gitpython").right_in_conda(),
    module("github", "PyGithub", "pygithub"),
    module("hydra", "hydra-core", "hydra-core"),
    placeholder("imblearn", "imbalanced-learn", "imbalanced-learn"),
    module("jose", "python-jose", "python-jose"),
    module("jwt", "PyJWT", "pyjwt"),
    module("ldap", "python-ldap", "python-ldap"),
    module("magic", "python-magic", "python-magic"),
    module("mpl-toolkits", "matplotlib", "matplotlib"),
    module("mysqldb", "mysqlclient", "mysqlclient"),
    module("nacl", "PyNaCl", "pynacl"),
    module("odf", "odfpy", "odfpy"),
    module("opengl", "PyOpenGL", "pyopengl"),
    module("openssl", "pyOpenSSL", "pyopenssl").right_in_conda(),
    module("osgeo", "GDAL", "gdal"),
    module("pil", "pillow", "pillow"),
    module("pkg-resources", "setuptools", "setuptools"),
    module("pl", "pytorch-lightning", "pytorch-lightning"),
    module("pptx", "python-pptx", "python-pptx"),
    module("pyplot", "matplotlib", "matplotlib"),
    // Both of its releases fail to build and point to torch.
    placeholder("pytorch", "torch", "pytorch").right_in_conda(),
    module("pytorch-gpu", "torch", "pytorch").right_in_conda(),
    module(
        "rest-framework",
        "djangorestframework",
        "djangorestframework",
    ),
    module("ruamel", "ruamel.yaml", "ruamel.yaml"),
    module("serial", "pyserial", "pyserial"),
    placeholder("skimage", "scikit-image", "scikit-image"),
    placeholder("sklearn", "scikit-learn", "scikit-learn"),
    module("skopt", "scikit-optimize", "scikit-optimize"),
    module("sksurv", "scikit-survival", "scikit-survival"),
    module("slugify", "python-slugify", "python-slugify"),
    module("socketio", "python-socketio", "python-socketio"),
    module(
        "speech-recognition",
        "SpeechRecognition",
        "speechrecognition",
    ),
    module("surprise", "scikit-surprise", "scikit-surprise"),
    placeholder("telegram", "python-telegram-bot", "python-telegram-bot"),
    // Releases from 2.12 on fail to build and point to tensorflow.
    placeholder("tensorflow-gpu", "tensorflow", "tensorflow").right_in_conda(),
    module("tf", "tensorflow", "tensorflow"),
    module("torch", "torch", "pytorch").right_on_pypi(),
    module("umap", "umap-learn", "umap-learn"),
    module("usb", "pyusb", "pyusb"),
    module("win32api", "pywin32", "pywin32"),
    module("win32com", "pywin32", "pywin32"),
    module("wx", "wxPython", "wxpython"),
    module("yaml", "PyYAML", "pyyaml"),
    placeholder("zmq", "pyzmq", "pyzmq"),
];

/// The project that a name in the pip list stands for.
pub fn on_pypi(written: &PackageName) -> Option<(&'static str, Kind)> {
    let known = find(written.as_ref())?;
    Some((known.pypi?, known.kind))
}

/// The package that a name in the conda list stands for.
pub fn in_conda(written: &str) -> Option<&'static str> {
    let normalised = written.to_ascii_lowercase().replace(['_', '.'], "-");
    find(&normalised)?.conda
}

fn find(written: &str) -> Option<&'static Intended> {
    TABLE.iter().find(|known| known.written == written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_normalised_and_there_once() {
        for pair in TABLE.windows(2) {
            let (one, next) = (pair[0].written, pair[1].written);
            assert!(one < next, "{one} {next}");
        }
        for known in &TABLE {
            let name = presolve_parse::pep::name(known.written).expect("a name");
            assert_eq!(name.as_ref(), known.written);
            let ways = [known.pypi, known.conda];
            assert_ne!(ways, [None, None], "{name}");
            for other in ways.into_iter().flatten() {
                assert!(
                    find(&other.to_lowercase())
                        .is_none_or(|other| { other.pypi.is_none() || other.conda.is_none() })
                );
            }
        }
    }

    #[test]
    fn a_name_may_be_right_in_one_half() {
        let torch = presolve_parse::pep::name("torch").expect("a name");
        assert_eq!(on_pypi(&torch), None);
        assert_eq!(in_conda("torch"), Some("pytorch"));
        assert_eq!(in_conda("tensorflow-gpu"), None);
        assert_eq!(in_conda("PIL"), Some("pillow"));
        let unknown = presolve_parse::pep::name("numpy").expect("a name");
        assert_eq!(on_pypi(&unknown), None);
    }
}
