//! The target platforms of a file.

use rattler_conda_types::Subdir;

use crate::rules::Requirements;

/// The platforms of the command line; otherwise the one of the settings; otherwise those in
/// the file, from a lock file tool's key or from a pin. Empty if nothing names any.
pub(super) fn targets(subject: &Requirements<'_>) -> Vec<Subdir> {
    if !subject.platforms.is_empty() {
        return subject.platforms.to_vec();
    }
    if let Some(platform) = subject.settings.platform {
        return vec![platform];
    }
    let listed = subject.tree.and_then(|tree| tree.root.get("platforms"));
    let listed = listed.and_then(|platforms| platforms.as_sequence());
    let listed = listed.into_iter().flatten();
    let listed: Vec<Subdir> = listed
        .filter_map(|platform| platform.as_str()?.parse().ok())
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let pinned = subject.environment.pinned_platform.iter();
    pinned
        .filter_map(|platform| platform.value.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_config::{Flags, Settings};
    use presolve_spec::host::{CondaFile, Host};
    use presolve_text::source::SourceFile;

    #[test]
    fn what_is_asked_for_comes_before_what_the_file_says() {
        let targets_of = |text: &str, asked: &[Subdir], platform: Option<Subdir>| {
            let reading = CondaFile::default().read(&SourceFile::from_text("e", text), &[]);
            let environment = reading.environment.expect("reads");
            let folder = tempfile::tempdir().expect("a folder");
            let mut settings =
                Settings::resolve_bare(folder.path(), Flags::default()).expect("settings");
            settings.platform = platform;
            targets(&Requirements {
                in_definition: false,
                environment: &environment,
                tree: reading.tree.as_ref(),
                dockerfile: None,
                settings: &settings,
                platforms: asked,
                today: jiff::civil::date(2026, 11, 21),
            })
        };
        let pinned = "# presolve: pinned for linux-64\ndependencies: [a]\n";
        let listed = "platforms: [win-64, plan-9]\ndependencies: [a]\n";
        let (asked, set) = ([Subdir::OsxArm64], Some(Subdir::LinuxAarch64));
        assert_eq!(targets_of(listed, &asked, set), asked);
        assert_eq!(targets_of(listed, &[], set), [Subdir::LinuxAarch64]);
        assert_eq!(targets_of(listed, &[], None), [Subdir::Win64]);
        assert_eq!(targets_of(pinned, &[], None), [Subdir::Linux64]);
        assert_eq!(targets_of("dependencies: [a]\n", &[], None), []);
    }
}
