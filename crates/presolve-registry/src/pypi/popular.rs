//! The most downloaded projects on PyPI, to correct the spelling of a name.
//! `popular/refresh.py` updates the list.

use std::sync::OnceLock;

use pep508_rs::PackageName;

const PACKED: &[u8] = include_bytes!("popular/names.zst");
/// The maximum size of the decompressed list, in bytes, well above the actual size.
const LIMIT: u64 = 1024 * 1024;

/// The names, most downloads first.
fn names() -> &'static str {
    static NAMES: OnceLock<String> = OnceLock::new();
    NAMES.get_or_init(|| {
        let text = crate::network::fetch::unpack_zstd(PACKED, LIMIT).unwrap_or_default();
        String::from_utf8(text).unwrap_or_default()
    })
}

/// Returns the popular project that is spelt most like a name: the one with the fewest edits,
/// and of those the one with the most downloads.
pub fn nearest(name: &PackageName) -> Option<PackageName> {
    let written = name.as_ref();
    // One edit in a short name may give an unrelated name.
    let most = match written.len() {
        0..=3 => return None,
        4..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    let edits = |known: &&str| strsim::damerau_levenshtein(written, known);
    let is_near = |known: &&str| known.len().abs_diff(written.len()) <= most;
    let known = names().lines().filter(is_near);
    let (known, edits) = known
        .map(|known| (known, edits(&known)))
        .min_by_key(|(_, edits)| *edits)?;
    (1..=most)
        .contains(&edits)
        .then(|| presolve_parse::pep::name(known).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest_to(name: &str) -> Option<String> {
        let name = presolve_parse::pep::name(name).expect("a name");
        nearest(&name).map(|name| name.to_string())
    }

    #[test]
    fn the_list_is_whole() {
        assert_eq!(names().lines().count(), 5_000);
        assert!(
            names()
                .lines()
                .all(|name| presolve_parse::pep::name(name).is_ok())
        );
        let date = include_str!("popular/date").trim();
        assert!(date.parse::<jiff::civil::Date>().is_ok(), "{date}");
    }

    #[test]
    fn the_nearest_popular_name_is_found() {
        assert_eq!(nearest_to("scikit-lern").as_deref(), Some("scikit-learn"));
        assert_eq!(nearest_to("tensorlfow").as_deref(), Some("tensorflow"));
        assert_eq!(nearest_to("reqeusts").as_deref(), Some("requests"));
        assert_eq!(nearest_to("matplotlb").as_deref(), Some("matplotlib"));
    }

    #[test]
    fn a_name_that_is_unlike_all_others_has_none() {
        assert_eq!(nearest_to("our-company-internal-tools"), None);
        assert_eq!(nearest_to("nmp"), None);
        assert_eq!(nearest_to("numpy"), None, "it is popular itself");
    }
}
