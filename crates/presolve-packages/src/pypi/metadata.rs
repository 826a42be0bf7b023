//! Core metadata
//! (<https://packaging.python.org/en/latest/specifications/core-metadata/>).

use mailparse::MailHeader;

use super::{Metadata, MetadataSource, fixups};
use presolve_parse as parse;

/// Parses a `METADATA` or `PKG-INFO` file.
///
/// As in pip, an invalid `Requires-Python` is ignored and an invalid extra is skipped. An
/// invalid `Requires-Dist` is an error that names the line, because pip skips such a release.
pub fn parse(text: &[u8], source: MetadataSource) -> Result<Metadata, String> {
    let headers = headers(text)?;
    let mut requires_dist = Vec::new();
    let mut is_repaired = false;
    for line in values(&headers, "Requires-Dist") {
        let (requirement, repaired) = fixups::requirement(&line)
            .map_err(|error| format!("its `Requires-Dist: {line}` is invalid: {error}"))?;
        is_repaired |= repaired;
        requires_dist.push(requirement);
    }
    let provides_extras = values(&headers, "Provides-Extra")
        .filter_map(|extra| parse::pep::extra(&extra).ok())
        .collect();
    let requires_python = values(&headers, "Requires-Python")
        .next()
        .and_then(|text| fixups::specifiers(&text));
    Ok(Metadata {
        requires_dist,
        provides_extras,
        requires_python,
        is_repaired,
        source,
    })
}

/// The fields of a `METADATA` or `PKG-INFO` file, without the description after the first empty
/// line, which is most of the file.
pub fn fields(text: &[u8]) -> &[u8] {
    let is_end = |at: &usize| matches!(text[*at..], [b'\n', b'\n', ..] | [b'\n', b'\r', b'\n', ..]);
    let end = (0..text.len()).find(is_end);
    end.map_or(text, |end| &text[..=end])
}

/// Whether the dependencies in the `PKG-INFO` of a source distribution apply to every wheel
/// that is built from it (PEP 643).
pub fn is_static(text: &[u8]) -> bool {
    let Ok(headers) = headers(text) else {
        return false;
    };
    let version = values(&headers, "Metadata-Version")
        .next()
        .and_then(|version| {
            let (major, minor) = version.split_once('.')?;
            Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
        });
    let fields = ["requires-dist", "requires-python", "provides-extra"];
    let is_static = values(&headers, "Dynamic")
        .all(|field| !fields.contains(&field.to_ascii_lowercase().as_str()));
    version >= Some((2, 2)) && is_static
}

fn headers(text: &[u8]) -> Result<Vec<MailHeader<'_>>, String> {
    mailparse::parse_headers(text)
        .map(|(headers, _)| headers)
        .map_err(|error| format!("its metadata cannot be read: {error}"))
}

fn values<'a>(headers: &'a [MailHeader<'a>], key: &'a str) -> impl Iterator<Item = String> + 'a {
    headers
        .iter()
        .filter(move |header| header.get_key_ref().eq_ignore_ascii_case(key))
        .map(|header| header.get_value().trim().to_owned())
        .filter(|value| value != "UNKNOWN" && !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read() {
        let text = b"Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Python: >=3.6.*\n\
            Requires-Dist: b (>=1)\nRequires-Dist: c ; extra == 'X_y'\nProvides-Extra: X_y\n\
            Description: long\n        text\n\nRequires-Dist: not-a-field\n";
        let metadata = parse(text, MetadataSource::Wheel).unwrap();
        let requires: Vec<_> = metadata
            .requires_dist
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(requires, ["b>=1", "c ; extra == 'x-y'"]);
        assert_eq!(metadata.requires_python.unwrap().to_string(), ">=3.6");
        assert_eq!(metadata.provides_extras[0].to_string(), "x-y");
        assert!(!metadata.is_repaired, "`Requires-Python` is another matter");
    }

    #[test]
    fn a_repaired_requirement_is_noted() {
        let text = b"Requires-Dist: torch (>=1.9.*)\nRequires-Dist: numpy\n";
        let metadata = parse(text, MetadataSource::Wheel).unwrap();
        assert_eq!(metadata.requires_dist[0].to_string(), "torch>=1.9");
        assert!(metadata.is_repaired);
    }

    #[test]
    fn the_fields_are_all_that_is_read() {
        for (text, expected) in [
            (
                "Name: a\nSummary: b\n\nRequires-Dist: c\n",
                "Name: a\nSummary: b\n",
            ),
            ("Name: a\r\n\r\nRequires-Dist: c\r\n", "Name: a\r\n"),
            (
                "Name: a\n  \n b\nRequires-Dist: c",
                "Name: a\n  \n b\nRequires-Dist: c",
            ),
            ("", ""),
        ] {
            let cut = fields(text.as_bytes());
            assert_eq!(cut, expected.as_bytes());
            let count = |text| {
                parse(text, MetadataSource::Wheel)
                    .unwrap()
                    .requires_dist
                    .len()
            };
            assert_eq!(count(cut), count(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_broken_requirement_is_named() {
        let error = parse(b"Requires-Dist: a b c\n", MetadataSource::Wheel).unwrap_err();
        assert!(error.contains("a b c"), "{error}");
    }

    #[test]
    fn dynamic_fields_are_not_static() {
        let cases: [(&[u8], bool); 5] = [
            (b"Metadata-Version: 2.1\n", false),
            (b"Metadata-Version: 2.2\n", true),
            (b"Metadata-Version: 2.4\nDynamic: Description\n", true),
            (b"Metadata-Version: 2.2\nDynamic: Requires-Dist\n", false),
            (b"Metadata-Version: 2.2\nDynamic: provides-extra\n", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_static(text), expected, "{}", text.escape_ascii());
        }
    }
}
