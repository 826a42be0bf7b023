//! What the settings say about images whose names do not tell.

use pep440_rs::Version;
use pep508_rs::PackageName;
use presolve_parse as parse;
use presolve_target::{Image, ImageTarget, Provided};
use presolve_text::diagnostic::Failure;
use toml::Spanned;

/// What an image provides.
#[derive(Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "ImageSettings")]
pub(crate) struct ImageKeys {
    /// The version of the Python for which the image's pip installs, such as `3.11`.
    #[schemars(with = "Option<String>")]
    python: Option<Spanned<String>>,
    /// The version of glibc, such as `2.35`.
    #[schemars(with = "Option<String>")]
    glibc: Option<Spanned<String>>,
    /// The version of conda, such as `23.5.0`.
    #[schemars(with = "Option<String>")]
    conda: Option<Spanned<String>>,
    /// The version of the CUDA libraries, such as `12.4`. It does not imply a GPU.
    #[schemars(with = "Option<String>")]
    cuda: Option<Spanned<String>>,
    /// The distributions in the Python of the image, such as `numpy==1.26.4`. pip keeps those
    /// that satisfy what it installs.
    #[schemars(with = "Vec<String>")]
    packages: Vec<Spanned<String>>,
    /// Virtual packages of the machine that builds the image, such as `__cuda=12.4`.
    virtual_packages: Vec<String>,
}

/// What an image provides, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImageSettings {
    provided: Provided,
    glibc: Option<String>,
    cuda: Option<String>,
    virtual_packages: Vec<String>,
}

/// What `presolve.toml` and the flags say about images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// The pattern of a name, and what such an image provides.
    pub(crate) patterns: Vec<(String, ImageSettings)>,
    /// `--image-python`, which overrides them.
    pub(crate) python: Option<String>,
}

impl ImageKeys {
    /// Checks the values. `invalid` returns the failure for a value, with the reason.
    pub(crate) fn check(
        self,
        invalid: &dyn Fn(&Spanned<String>, &str) -> Failure,
    ) -> Result<ImageSettings, Failure> {
        let version = |text: Option<Spanned<String>>| match text {
            Some(text) if is_version(text.get_ref()) => Ok(Some(text.into_inner())),
            Some(text) => Err(invalid(&text, "it is not a version such as `12.4`")),
            None => Ok(None),
        };
        let packages = self.packages.iter().map(|text| {
            let package = package(text.get_ref());
            package.ok_or_else(|| invalid(text, "it is not `NAME==VERSION`"))
        });
        Ok(ImageSettings {
            provided: Provided {
                packages: packages.collect::<Result<_, _>>()?,
                python: version(self.python)?,
                conda: version(self.conda)?,
            },
            glibc: version(self.glibc)?,
            cuda: version(self.cuda)?,
            virtual_packages: self.virtual_packages,
        })
    }
}

/// Whether a text is a release such as `3.11`, without operators and suffixes.
pub(crate) fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').all(is_number) && parse::conda::version(text).is_ok()
}

/// The name and version of `NAME==VERSION`.
fn package(text: &str) -> Option<(PackageName, Version)> {
    let (name, version) = text.split_once("==")?;
    let name = parse::pep::name(name.trim()).ok()?;
    let version = parse::pep::version(version.trim()).ok()?;
    Some((name, version))
}

impl Images {
    /// What an image provides; `None` for an image whose name is unknown.
    pub fn provided(&self, image: Option<&Image>) -> Provided {
        let found = image.and_then(|image| self.of(image));
        let provided = found.map_or_else(Provided::default, |found| found.provided.clone());
        Provided {
            python: self.python.clone().or(provided.python),
            ..provided
        }
    }

    /// Returns the image with what the settings say about it.
    pub fn known(&self, image: Image) -> Image {
        Image {
            provided: self.provided(Some(&image)),
            ..image
        }
    }

    /// Returns the settings of an image. Of several patterns that match, the longest one counts.
    fn of(&self, image: &Image) -> Option<&ImageSettings> {
        let (name, tag) = (image.to_string(), image.tag.as_deref().unwrap_or_default());
        let untagged = name
            .strip_suffix(tag)
            .and_then(|name| name.strip_suffix(':'));
        let matching = self.patterns.iter().filter(|(pattern, _)| {
            matches(pattern, &name) || untagged.is_some_and(|name| matches(pattern, name))
        });
        let (_, found) = matching.max_by_key(|(pattern, _)| pattern.len())?;
        Some(found)
    }

    /// Returns the target of an image with what the settings say about it.
    pub(crate) fn apply(&self, target: ImageTarget) -> ImageTarget {
        let Some(found) = target.image.as_ref().and_then(|image| self.of(image)) else {
            return target;
        };
        let mut target = target;
        target.cuda = found.cuda.clone().or(target.cuda);
        if let Some(glibc) = &found.glibc {
            target.is_guess = false;
            add(&mut target, &format!("__glibc={glibc}"));
        }
        for package in &found.virtual_packages {
            add(&mut target, package);
        }
        target
    }
}

/// Adds a virtual package, in place of one with the same name.
fn add(target: &mut ImageTarget, package: &str) {
    let name = |text: &str| text.split('=').next().unwrap_or_default().to_owned();
    let packages = &mut target.virtual_packages;
    packages.retain(|known| name(known) != name(package));
    packages.push(package.to_owned());
}

/// Whether a name matches a pattern, in which `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return name.ends_with(part);
        }
        let Some(at) = name.find(part) else {
            return false;
        };
        name = &name[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let name = "acme.example/base/train:1";
        for pattern in [
            "acme.example/base/*",
            "*",
            "*train:1",
            "acme*base*:1",
            name,
            "a**1",
        ] {
            assert!(matches(pattern, name), "{pattern}");
        }
        for pattern in [
            "acme.example/base",
            "*train",
            "base*",
            "acme*base*base*",
            "",
        ] {
            assert!(!matches(pattern, name), "{pattern}");
        }
    }

    #[test]
    fn the_longest_pattern_counts() {
        let of = |glibc: &str| ImageSettings {
            glibc: Some(glibc.to_owned()),
            ..ImageSettings::default()
        };
        let images = Images {
            patterns: vec![
                ("acme.example/base/train".to_owned(), of("2.31")),
                ("acme.example/*".to_owned(), of("2.28")),
            ],
            python: None,
        };
        let target = |name: &str| images.apply(Image::parse(name).target());
        assert_eq!(
            target("acme.example/x:1").virtual_packages,
            ["__glibc=2.28"]
        );
        assert!(!target("acme.example/x:1").is_guess);
        assert_eq!(
            target("acme.example/base/train:1").virtual_packages,
            ["__glibc=2.31"]
        );
        assert!(target("other.example/x:1").is_guess);
    }

    #[test]
    fn a_package_has_a_name_and_a_version() {
        let shown = |text: &str| package(text).map(|(name, version)| format!("{name} {version}"));
        let known = shown("Ruamel_YAML == 0.18");
        assert_eq!(known.as_deref(), Some("ruamel-yaml 0.18"));
        let known = shown("torch==2.1.0a0+32f");
        assert_eq!(known.as_deref(), Some("torch 2.1.0a0+32f"));
        for text in [
            "numpy",
            "numpy>=1",
            "numpy==",
            "==1",
            "numpy==1.*",
            "a==1 b==2",
        ] {
            assert_eq!(package(text), None, "{text}");
        }
        for text in ["3.11", "23.5.0", "12"] {
            assert!(is_version(text), "{text}");
        }
        for text in ["", ">=3", "3.x", "3.", "python3"] {
            assert!(!is_version(text), "{text}");
        }
    }
}
