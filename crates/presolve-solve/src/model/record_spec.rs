//! The constraints of a match spec on a record, exactly as in CEP 29
//! (<https://github.com/conda/ceps/blob/main/cep-0029.md>).
//!
//! rattler's own matching ignores the subdir and the file name, and compares licences
//! literally. conda and the CEP use a case-insensitive glob.

use rattler_conda_types::{
    GenericVirtualPackage, Matches, NamelessMatchSpec, RepoDataRecord, StringMatcher, VersionSpec,
};

/// A match spec without its name. Its channel is not checked, because only the settings can
/// resolve a channel name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecordSpec {
    /// The fields that rattler matches.
    spec: NamelessMatchSpec,
    /// The fields that rattler does not match.
    texts: Vec<(Field, StringMatcher)>,
}

/// A field that is matched by the string rules of CEP 29.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Field {
    FileName,
    Subdir,
    License,
    LicenseFamily,
}

impl RecordSpec {
    /// Reads the fields of a spec.
    ///
    /// # Errors
    /// The text that is neither a glob nor a regex.
    pub fn new(mut spec: NamelessMatchSpec) -> Result<Self, String> {
        let fields = [
            (Field::FileName, spec.file_name.take()),
            (Field::Subdir, spec.subdir.take()),
            (Field::License, spec.license.take()),
            (Field::LicenseFamily, spec.license_family.take()),
        ];
        let mut texts = Vec::new();
        for (field, text) in fields {
            if let Some(text) = text {
                texts.push((field, text.parse().map_err(|error| format!("{error}"))?));
            }
        }
        Ok(Self { spec, texts })
    }

    /// Whether a record with the spec's name satisfies it.
    pub fn matches(&self, record: &RepoDataRecord) -> bool {
        self.spec.matches(record)
            && self
                .texts
                .iter()
                .all(|(field, text)| field.matches(text, record))
    }

    /// The version of a spec that requires nothing else of a record.
    pub(crate) fn version_alone(&self) -> Option<&VersionSpec> {
        let rest = NamelessMatchSpec {
            version: None,
            condition: None,
            extras: None,
            ..self.spec.clone()
        };
        let is_alone = self.texts.is_empty() && rest == NamelessMatchSpec::default();
        self.spec.version.as_ref().filter(|_| is_alone)
    }

    /// The version and the build of the spec.
    pub fn version_and_build(&self) -> (Option<VersionSpec>, Option<StringMatcher>) {
        (self.spec.version.clone(), self.spec.build.clone())
    }

    /// Whether a virtual package with the spec's name satisfies it. A virtual package has only
    /// a version and a build, so any other field in the spec excludes it.
    pub fn matches_virtual(&self, package: &GenericVirtualPackage) -> bool {
        let version = self.spec.version.as_ref();
        let build = self.spec.build.as_ref();
        version.is_none_or(|version| version.matches(&package.version))
            && build.is_none_or(|build| build.matches(package.build_string.as_str()))
    }
}

impl Field {
    fn matches(self, text: &StringMatcher, record: &RepoDataRecord) -> bool {
        let package = &record.package_record;
        let value = match self {
            Field::FileName => return text.matches(&record.identifier.to_string()),
            Field::Subdir => Some(package.subdir.as_str()),
            Field::License => package.license.as_deref(),
            Field::LicenseFamily => package.license_family.as_deref(),
        };
        value.is_some_and(|value| text.matches(value))
    }
}

impl std::fmt::Display for RecordSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.spec)?;
        for (field, text) in &self.texts {
            let key = match field {
                Field::FileName => "fn",
                Field::Subdir => "subdir",
                Field::License => "license",
                Field::LicenseFamily => "license_family",
            };
            write!(f, "[{key}={text}]")?;
        }
        Ok(())
    }
}
