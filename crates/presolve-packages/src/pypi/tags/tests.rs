use std::str::FromStr;

use rattler_conda_types::{GenericVirtualPackage, PackageName, Subdir, Version};

use super::{PipAbility, WheelFilename, WheelFilenameError, WheelTags, WheelTarget};

fn target(subdir: Subdir, virtual_package: Option<(&str, &str)>) -> WheelTarget {
    let packages: Vec<_> = virtual_package
        .into_iter()
        .map(|(name, version)| GenericVirtualPackage {
            name: PackageName::from_str(name).unwrap(),
            version: Version::from_str(version).unwrap(),
            build_string: "0".parse().unwrap(),
        })
        .collect();
    WheelTarget::new(subdir, &packages)
}

fn wheel(tags: &str) -> WheelTags {
    WheelFilename::from_str(&format!("a-1-{tags}.whl"))
        .unwrap()
        .tags
}

/// Checks the order of tags against `packaging` 26.3; the list need not be complete.
fn assert_order(target: &WheelTarget, python: (u64, u64), tags: &[&str]) {
    let priorities: Vec<_> = tags
        .iter()
        .map(|tag| target.priority(&wheel(tag), python))
        .collect();
    assert!(
        priorities.iter().all(Option::is_some) && priorities.is_sorted(),
        "{python:?}: {priorities:?}"
    );
}

#[test]
fn the_order_is_that_of_packaging_on_linux() {
    let linux = target(Subdir::Linux64, Some(("__glibc", "2.28")));
    assert_order(
        &linux,
        (3, 10),
        &[
            "cp310-cp310-linux_x86_64",
            "cp310-cp310-manylinux_2_28_x86_64",
            "cp310-cp310-manylinux_2_17_x86_64",
            "cp310-cp310-manylinux2014_x86_64",
            "cp310-cp310-manylinux2010_x86_64",
            "cp310-cp310-manylinux_2_5_x86_64",
            "cp310-cp310-manylinux1_x86_64",
            "cp310-abi3-manylinux_2_28_x86_64",
            "cp310-none-manylinux1_x86_64",
            "cp39-abi3-manylinux_2_28_x86_64",
            "cp32-abi3-manylinux1_x86_64",
            "py310-none-linux_x86_64",
            "py3-none-manylinux2014_x86_64",
            "py39-none-manylinux2014_x86_64",
            "py30-none-manylinux1_x86_64",
            "cp310-none-any",
            "py310-none-any",
            "py3-none-any",
            "py39-none-any",
            "py30-none-any",
        ],
    );
    assert_eq!(
        linux.priority(&wheel("cp310-cp310-linux_x86_64"), (3, 10)),
        Some(0)
    );
}

#[test]
fn the_order_is_that_of_packaging_on_macos() {
    let arm = target(Subdir::OsxArm64, Some(("__osx", "11.0")));
    assert_order(
        &arm,
        (3, 13),
        &[
            "cp313-cp313-macosx_11_0_arm64",
            "cp313-cp313-macosx_11_0_universal2",
            "cp313-cp313-macosx_10_16_universal2",
            "cp313-cp313-macosx_10_4_universal2",
            "cp313-abi3-macosx_11_0_arm64",
        ],
    );
    assert_eq!(
        arm.priority(&wheel("cp313-cp313-macosx_12_0_arm64"), (3, 13)),
        None
    );
    let intel = target(Subdir::Osx64, Some(("__osx", "10.15.7")));
    assert_order(
        &intel,
        (3, 8),
        &[
            "cp38-cp38-macosx_10_15_x86_64",
            "cp38-cp38-macosx_10_15_intel",
            "cp38-cp38-macosx_10_15_universal2",
            "cp38-cp38-macosx_10_9_x86_64",
            "cp38-cp38-macosx_10_4_universal",
        ],
    );
    assert_eq!(
        intel.priority(&wheel("cp38-cp38-macosx_10_3_x86_64"), (3, 8)),
        None
    );
}

#[test]
fn old_pythons_have_flags_in_their_abi() {
    let linux = target(Subdir::Linux64, Some(("__glibc", "2.17")));
    let windows = target(Subdir::Win64, Some(("__win", "0")));
    let cases = [
        (&linux, (2, 7), "cp27-cp27mu-manylinux1_x86_64", true),
        (&linux, (2, 7), "cp27-cp27m-manylinux1_x86_64", false),
        (&windows, (2, 7), "cp27-cp27m-win_amd64", true),
        (&linux, (3, 6), "cp36-cp36m-manylinux1_x86_64", true),
        (&linux, (3, 7), "cp37-cp37m-manylinux1_x86_64", true),
        (&linux, (3, 7), "cp37-cp37-manylinux1_x86_64", false),
        (&linux, (3, 8), "cp38-cp38-manylinux1_x86_64", true),
        (&linux, (3, 14), "cp314-cp314t-manylinux1_x86_64", false),
        (&linux, (2, 7), "py2.py3-none-any", true),
        (&linux, (2, 7), "cp26-abi3-manylinux1_x86_64", false),
        (&linux, (3, 14), "py2.py3-none-any", true),
        (&linux, (3, 14), "py2-none-any", false),
        (&linux, (3, 10), "cp39-none-any", false),
        (
            &linux,
            (3, 10),
            "pp310-pypy310_pp73-manylinux_2_17_x86_64",
            false,
        ),
    ];
    for (target, python, tags, fits) in cases {
        let priority = target.priority(&wheel(tags), python);
        assert_eq!(priority.is_some(), fits, "{tags} on {python:?}");
    }
}

#[test]
fn what_the_system_cannot_run_does_not_fit() {
    let old = target(Subdir::Linux64, Some(("__glibc", "2.17")));
    let bare = target(Subdir::Linux64, None);
    let arm = target(Subdir::LinuxAarch64, Some(("__glibc", "2.36")));
    let cases = [
        (&old, "cp310-cp310-manylinux_2_28_x86_64", false),
        (&old, "cp310-cp310-musllinux_1_1_x86_64", false),
        (&old, "cp310-cp310-manylinux_2_17_aarch64", false),
        (&bare, "cp310-cp310-manylinux1_x86_64", false),
        (&bare, "cp310-cp310-linux_x86_64", true),
        (&arm, "cp310-cp310-manylinux2014_aarch64", true),
        (&arm, "cp310-cp310-manylinux2010_aarch64", false),
    ];
    for (target, tags, fits) in cases {
        assert_eq!(target.fits_platform(&wheel(tags)), fits, "{tags}");
    }
}

#[test]
fn a_compressed_set_counts_by_its_best_tag() {
    let linux = target(Subdir::Linux64, Some(("__glibc", "2.28")));
    assert_eq!(
        linux.priority(
            &wheel("cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64"),
            (3, 10)
        ),
        linux.priority(&wheel("cp310-cp310-manylinux_2_17_x86_64"), (3, 10)),
    );
}

#[test]
fn an_old_pip_knows_fewer_platforms() {
    let linux = target(Subdir::Linux64, Some(("__glibc", "2.28")));
    let old = linux.known_to(|ability| ability != PipAbility::PerennialManylinux);
    assert!(!old.fits_platform(&wheel("cp310-cp310-manylinux_2_17_x86_64")));
    assert!(old.fits_platform(&wheel("cp310-cp310-manylinux2014_x86_64")));
}

#[test]
fn a_file_name_is_taken_apart() {
    let parsed =
        WheelFilename::from_str("Foo_Bar-1.0.post1+cu113-2b-cp310-cp310-linux_x86_64.whl").unwrap();
    assert_eq!(parsed.name.to_string(), "foo-bar");
    assert_eq!(parsed.version.to_string(), "1.0.post1+cu113");
    assert_eq!(parsed.tags.build, Some((2, "b".to_owned())));
    let dashed = WheelFilename::from_str("foo-1.0_1-py3-none-any.whl").unwrap();
    assert_eq!(dashed.version.to_string(), "1.0.post1");
}

#[test]
fn what_is_no_wheel_is_refused() {
    let cases = [
        ("foo-1.0.tar.gz", WheelFilenameError::Extension),
        ("foo-1.0-py3-none.whl", WheelFilenameError::Parts),
        (
            "foo-x.y-py3-none-any.whl",
            WheelFilenameError::Version("x.y".to_owned()),
        ),
        (
            "foo-1.0-b2-py3-none-any.whl",
            WheelFilenameError::Build("b2".to_owned()),
        ),
        ("foo-1.0-py3.-none-any.whl", WheelFilenameError::Tag),
    ];
    for (filename, error) in cases {
        assert_eq!(WheelFilename::from_str(filename), Err(error), "{filename}");
    }
}
