//! What Azure ML's curated images provide. Their names rarely tell, and sometimes mislead: later
//! versions of `acpt-pytorch-2.2-cuda12.1` have CUDA 11.8.

use super::{Image, RELEASES, Ubuntu};

/// One row for each change: name, first version, day of its release, Ubuntu release, CUDA,
/// Python. `curated/README.md` names the source.
const TABLE: &str = include_str!("curated/images.tsv");

/// What the versions of a curated image provide from one release on.
pub(super) struct Curated {
    pub(super) ubuntu: Option<Ubuntu>,
    /// Version of the CUDA libraries; `None` if it has none.
    pub(super) cuda: Option<&'static str>,
    /// Minor version of the Python on the `PATH`; `None` if it is unknown.
    pub(super) python: Option<&'static str>,
}

impl Image {
    /// The curated image, if it is a known one. A tag without a number counts as the newest
    /// version.
    pub(super) fn curated(&self) -> Option<Curated> {
        let name = self.azure_name()?.strip_prefix("curated/")?;
        let tag = self.tag.as_deref().unwrap_or_default();
        let version = tag.parse::<u32>().unwrap_or(u32::MAX);
        let rows = TABLE.lines().filter_map(|line| {
            let mut fields = line.split('\t');
            (fields.next()? == name).then_some(fields)
        });
        let mut known = rows.filter_map(|mut fields| {
            let first = fields.next()?.parse::<u32>().ok()?;
            (first <= version).then_some(fields)
        });
        // The rows of a name are in the order of their versions.
        let mut fields = known.by_ref().last()?.skip(1);
        let mut field = || fields.next().filter(|field| *field != "-");
        let release = field();
        let mut releases = RELEASES.into_iter();
        Some(Curated {
            ubuntu: releases.find(|known| Some(known.release) == release),
            cuda: field(),
            python: field(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_a_name_are_in_order() {
        let rows = TABLE.lines().map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 6, "{line}");
            (fields[0], fields[1].parse::<u32>().expect("a number"))
        });
        let rows: Vec<(&str, u32)> = rows.collect();
        assert!(rows.len() > 250);
        assert!(rows.is_sorted(), "{rows:?}");
    }

    #[test]
    fn the_version_of_a_curated_image_decides() {
        let known = |reference: &str| {
            let image = Image::parse(&format!("mcr.microsoft.com/azureml/curated/{reference}"));
            (
                image.target().virtual_packages,
                image.cuda(),
                image.python(),
            )
        };
        let of = |glibc: &str, cuda: &str, python: &str| {
            let text = |text: &str| Some(text.to_owned());
            (vec![format!("__glibc={glibc}")], text(cuda), text(python))
        };
        let name = "acpt-pytorch-2.2-cuda12.1";
        assert_eq!(known(&format!("{name}:33")), of("2.31", "12.1", "3.10"));
        assert_eq!(known(&format!("{name}:36")), of("2.35", "11.8", "3.10"));
        assert_eq!(known(&format!("{name}:latest")), of("2.35", "12.6", "3.10"));
        assert_eq!(known("sklearn-1.5:21").0, ["__glibc=2.31"]);
        assert_eq!(
            known("sklearn-1.5"),
            (
                vec!["__glibc=2.39".to_owned()],
                None,
                Some("3.10".to_owned())
            )
        );
        assert!(
            Image::parse("h.example/azureml/curated/sklearn-1.5")
                .curated()
                .is_none()
        );
        assert!(
            Image::parse("mcr.microsoft.com/azureml/curated/unknown:1")
                .target()
                .is_guess
        );
    }
}
