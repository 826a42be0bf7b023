//! Where pip looks: flags, `PIP_*` variables and pip.conf.

use url::Url;

/// Indexes and options of the pip half from outside the file. `None`: not said
/// there; the options in the file's pip list win over these, as they do in pip.
#[derive(Clone, Debug, Default)]
pub struct IndexSettings {
    /// `--index-url`.
    pub index_url: Option<Url>,
    /// `--extra-index-url`.
    pub extra_index_urls: Vec<Url>,
    /// `--no-index`.
    pub no_index: bool,
    /// `--find-links`: URLs of pages, or `file://` folders.
    pub find_links: Vec<Url>,
    /// `--pre`.
    pub pre: bool,
    /// `--prefer-binary`.
    pub prefer_binary: bool,
    /// `--only-binary`, `--no-binary`.
    pub formats: crate::spec::FormatControl,
}
