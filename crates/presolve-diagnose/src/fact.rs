//! The facts of a case: parts of messages, without what the messages and Docker add to them.

use std::sync::LazyLock;

use regex::Regex;

use super::log::pattern;

/// The folders in which Docker keeps a build context for itself:
/// `/var/lib/docker/tmp/docker-builder123/` of the classic builder, and
/// `/var/lib/docker/tmp/buildkit-mount123/` or `/tmp/buildkit-mount123/` of BuildKit
/// (<https://github.com/docker/for-mac/issues/1922>,
/// <https://github.com/docker/build-push-action/issues/517>).
static CONTEXT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:/var/lib/docker)?/tmp/(?:docker-builder|buildkit-mount)\d+/"));

/// Returns the part of a message that is the value of a fact.
pub(super) fn clean<'v>(name: &str, value: &'v str) -> &'v str {
    let value = value.trim();
    // Messages end with a full stop, and versions and paths do not.
    let sentence = value.trim_end_matches(['.', ',', ';']);
    let is_folder = sentence.is_empty() || sentence.ends_with('/') && value.ends_with('.');
    let value = if is_folder { value } else { sentence };
    match name {
        // The text before the host is user and password.
        "host" => value.rsplit('@').next().unwrap_or_default(),
        "path" | "file" => match CONTEXT.find(value) {
            Some(context) if context.end() < value.len() => &value[context.end()..],
            _ => value,
        },
        _ => value,
    }
}

/// Whether two values of a fact are the same: tools repeat a requirement with other blanks,
/// and a package with other separators (PEP 503).
pub(super) fn is_same(name: &str, one: &str, other: &str) -> bool {
    one == other
        || match name {
            "requirement" | "spec" => without_blanks(one).eq(without_blanks(other)),
            "package" => normalised(one).eq(normalised(other)),
            _ => false,
        }
}

fn without_blanks(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| !letter.is_whitespace())
}

fn normalised(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| match letter {
        '_' | '.' => '-',
        letter => letter.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_sentence_is_not_a_part_of_a_fact() {
        for (name, message, fact) in [
            ("registry", "demo.", "demo"),
            ("host", "me:pass@demo.azurecr.io.", "demo.azurecr.io"),
            ("requirement", "demo==1.2 ", "demo==1.2"),
            ("requirement", "demo==2.8.*", "demo==2.8.*"),
            ("path", "..", ".."),
            ("path", "../..", "../.."),
            ("path", "demo.txt,", "demo.txt"),
        ] {
            assert_eq!(clean(name, message), fact);
        }
    }

    #[test]
    fn a_path_is_that_in_the_build_context() {
        for path in [
            "/var/lib/docker/tmp/docker-builder123456/app/demo.txt",
            "/var/lib/docker/tmp/buildkit-mount3053042581/app/demo.txt",
            "/tmp/buildkit-mount270447651/app/demo.txt",
        ] {
            assert_eq!(clean("path", path), "app/demo.txt");
        }
        assert_eq!(clean("path", "/tmp/app/demo.txt"), "/tmp/app/demo.txt");
        assert_eq!(
            clean("url", "/tmp/buildkit-mount1/a"),
            "/tmp/buildkit-mount1/a"
        );
    }

    #[test]
    fn blanks_make_no_other_requirement() {
        assert!(is_same("requirement", "demo>=1,<2", "demo >= 1, < 2"));
        assert!(is_same("package", "Demo_kit", "demo-kit"));
        assert!(!is_same("requirement", "demo==1", "demo==10"));
        assert!(!is_same("path", "Demo_kit", "demo-kit"));
    }
}
