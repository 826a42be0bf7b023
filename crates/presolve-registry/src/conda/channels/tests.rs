use rattler_conda_types::ParseStrictness;

use super::*;
use presolve_config::Flags;

fn settings() -> Settings {
    let flags = Flags::default();
    let folder = tempfile::tempdir().unwrap();
    Settings::resolve_bare(folder.path(), flags).expect("settings")
}

fn resolve(listed: &[&str], specs: &[&str], settings: &Settings) -> Channels {
    let listed: Vec<Listed<'_>> = listed
        .iter()
        .map(|text| Listed {
            text,
            location: None,
        })
        .collect();
    let specs: Vec<MatchSpec> = specs.iter().map(|text| spec(text)).collect();
    let specs = specs.iter().map(|spec| (spec, None));
    Channels::resolve(&listed, specs, settings, Path::new("/project")).unwrap()
}

fn spec(text: &str) -> MatchSpec {
    MatchSpec::from_str(text, ParseStrictness::Lenient).unwrap()
}

fn urls(channels: &Channels) -> Vec<String> {
    let list = channels.list().iter();
    list.map(|channel| channel.channel.base_url.to_string())
        .collect()
}

fn names(channels: &Channels) -> Vec<&str> {
    channels
        .list()
        .iter()
        .map(|channel| channel.name.as_str())
        .collect()
}

#[test]
fn defaults_are_appended_without_nodefaults() {
    let channels = resolve(&["conda-forge"], &[], &settings());
    assert_eq!(
        urls(&channels),
        [
            "https://conda.anaconda.org/conda-forge/",
            "https://repo.anaconda.com/pkgs/main/",
            "https://repo.anaconda.com/pkgs/r/",
        ]
    );
    assert_eq!(names(&channels), ["conda-forge", "pkgs/main", "pkgs/r"]);
    assert_eq!(channels.list()[2].explicit, "defaults");
}

#[test]
fn nodefaults_keeps_to_the_file() {
    let channels = resolve(&["conda-forge", "nodefaults"], &[], &settings());
    assert_eq!(names(&channels), ["conda-forge"]);
}

#[test]
fn a_file_without_channels_has_the_defaults() {
    assert_eq!(
        names(&resolve(&[], &[], &settings())),
        ["pkgs/main", "pkgs/r"]
    );
}

#[test]
fn channels_of_condarc_stand_in_for_defaults() {
    let mut settings = settings();
    settings.condarc_channels = Some(vec!["bioconda".parse().unwrap()]);
    let channels = resolve(&["conda-forge"], &[], &settings);
    assert_eq!(names(&channels), ["conda-forge", "bioconda"]);
}

#[test]
fn channels_of_the_command_line_replace_all() {
    let mut settings = settings();
    settings.override_channels = vec!["bioconda".parse().unwrap()];
    let channels = resolve(&["conda-forge"], &[], &settings);
    assert_eq!(names(&channels), ["bioconda"]);
}

#[test]
fn every_form_of_a_channel() {
    let mut settings = settings();
    settings.custom_channels = vec![(
        "acme".into(),
        "https://conda.acme.test/t/secret".parse().unwrap(),
    )];
    let listed = [
        "nodefaults",
        "conda-forge/label/rc",
        "pkgs/r",
        "acme/label/dev",
        "https://host/channel/linux-64",
        "https://user:secret@host/private",
        "./local",
        "/opt/channel",
        "file:///srv/channel",
        "https://conda.anaconda.org/bioconda",
    ];
    let channels = resolve(&listed, &[], &settings);
    assert_eq!(
        urls(&channels),
        [
            "https://conda.anaconda.org/conda-forge/label/rc/",
            "https://repo.anaconda.com/pkgs/r/",
            "https://conda.acme.test/t/secret/acme/label/dev/",
            "https://host/channel/",
            "https://user:secret@host/private/",
            "file:///project/local/",
            "file:///opt/channel/",
            "file:///srv/channel/",
            "https://conda.anaconda.org/bioconda/",
        ]
    );
    assert_eq!(
        names(&channels),
        [
            "conda-forge/label/rc",
            "pkgs/r",
            "acme/label/dev",
            "https://host/channel/linux-64",
            "https://****@host/private",
            "./local",
            "/opt/channel",
            "file:///srv/channel",
            "bioconda",
        ]
    );
    assert_eq!(
        channels.list()[4].explicit,
        "https://user:secret@host/private"
    );
}

#[test]
fn a_channel_that_only_a_spec_names_comes_last() {
    let channels = resolve(
        &["conda-forge", "nodefaults"],
        &["bioconda::samtools"],
        &settings(),
    );
    assert_eq!(names(&channels), ["conda-forge", "bioconda"]);
}

#[test]
fn specs_are_bound_by_the_alias() {
    let mut settings = settings();
    settings.channel_alias = "http://127.0.0.1:1/".parse().unwrap();
    let channels = resolve(&["conda-forge"], &[], &settings);
    let bound = channels.bind(spec("conda-forge::numpy"));
    let channel = bound.channel.unwrap();
    assert_eq!(channel.base_url.as_str(), "http://127.0.0.1:1/conda-forge/");
}

#[test]
fn a_spec_of_defaults_may_come_from_each_of_them() {
    let channels = resolve(&["conda-forge"], &[], &settings());
    assert_eq!(channels.of_spec(&spec("defaults::numpy")), Some(vec![1, 2]));
    assert_eq!(channels.of_spec(&spec("pkgs/r::r-base")), Some(vec![2]));
    assert_eq!(channels.of_spec(&spec("numpy")), None);
}
