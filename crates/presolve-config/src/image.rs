//! What the settings say about images whose names do not tell.

use presolve_target::ImageTarget;

/// What an image provides.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImageSettings {
    /// The version of glibc, such as `2.35`.
    pub glibc: Option<String>,
    /// The version of the CUDA libraries, such as `12.4`. It does not imply a GPU.
    pub cuda: Option<String>,
    /// Virtual packages of the machine that builds the image, such as `__cuda=12.4`.
    pub virtual_packages: Vec<String>,
}

/// Returns the target of an image with what the settings say about it. Of several patterns that
/// match, the longest one counts.
pub(crate) fn apply(settings: &[(String, ImageSettings)], target: ImageTarget) -> ImageTarget {
    let Some(image) = target.image.as_ref() else {
        return target;
    };
    let (name, tag) = (image.to_string(), image.tag.as_deref().unwrap_or_default());
    let untagged = name
        .strip_suffix(tag)
        .and_then(|name| name.strip_suffix(':'));
    let matching = settings.iter().filter(|(pattern, _)| {
        matches(pattern, &name) || untagged.is_some_and(|name| matches(pattern, name))
    });
    let Some((_, found)) = matching.max_by_key(|(pattern, _)| pattern.len()) else {
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
    use presolve_target::Image;

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
        let settings = [
            ("acme.example/base/train".to_owned(), of("2.31")),
            ("acme.example/*".to_owned(), of("2.28")),
        ];
        let target = |name: &str| apply(&settings, Image::parse(name).target());
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
}
