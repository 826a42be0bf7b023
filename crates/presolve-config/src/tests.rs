use std::path::Path;

use tempfile::TempDir;

use super::*;

fn environment(folder: &TempDir) -> Environment {
    Environment {
        home: Some(folder.path().join("home")),
        working_dir: folder.path().to_path_buf(),
        cache_dir: folder.path().join("cache"),
        system: vec![folder.path().join("etc")],
        ..Environment::default()
    }
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn resolve(folder: &TempDir, environment: &Environment, flags: Flags) -> Settings {
    Settings::resolve_in(
        environment,
        IndexSettings::default(),
        &folder.path().join("work/environment.yml"),
        flags,
    )
    .unwrap()
}

fn error(folder: &TempDir, toml: &str) -> Failure {
    write(folder, "work/presolve.toml", toml);
    let spec = folder.path().join("work/environment.yml");
    Settings::resolve_in(
        &environment(folder),
        IndexSettings::default(),
        &spec,
        Flags::default(),
    )
    .unwrap_err()
}

fn place(failure: &Failure) -> (usize, usize) {
    failure.diagnostics[0].labels[0].location.line_column()
}

#[test]
fn later_sources_win() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = environment(&folder);
    write(
        &folder,
        "etc/.condarc",
        "channel_alias: https://system\nchannel_priority: strict\n",
    );
    let settings = resolve(&folder, &environment, Flags::default());
    assert_eq!(settings.channel_alias.as_str(), "https://system/");
    assert_eq!(settings.channel_priority, ChannelPriority::Strict);

    write(&folder, "home/.condarc", "channel_alias: https://user\n");
    let settings = resolve(&folder, &environment, Flags::default());
    assert_eq!(settings.channel_alias.as_str(), "https://user/");
    assert_eq!(settings.channel_priority, ChannelPriority::Strict);

    let variables = &mut environment.variables;
    variables.insert("CONDA_CHANNEL_ALIAS".into(), "https://variable".into());
    let settings = resolve(&folder, &environment, Flags::default());
    assert_eq!(settings.channel_alias.as_str(), "https://variable/");

    write(
        &folder,
        "work/presolve.toml",
        "channel-alias = \"https://project\"\n",
    );
    let settings = resolve(&folder, &environment, Flags::default());
    assert_eq!(settings.channel_alias.as_str(), "https://project/");

    let flags = Flags {
        channel_alias: Some("https://flag".into()),
        ..Flags::default()
    };
    let settings = resolve(&folder, &environment, flags);
    assert_eq!(settings.channel_alias.as_str(), "https://flag/");
}

#[test]
fn lists_of_condarc_files_are_joined_the_stronger_first() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "etc/condarc.d/a.yml",
        "channels: [defaults, bioconda]\n",
    );
    write(
        &folder,
        "home/.conda/condarc",
        "channels: [conda-forge, defaults]\n",
    );
    let settings = resolve(&folder, &environment(&folder), Flags::default());
    let names: Vec<String> = settings
        .condarc_channels
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["conda-forge", "defaults", "bioconda"]);
}

#[test]
fn channel_priority_takes_booleans() {
    for (text, expected) in [
        ("true", ChannelPriority::Flexible),
        ("false", ChannelPriority::Disabled),
        ("strict", ChannelPriority::Strict),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(
            &folder,
            "home/.condarc",
            &format!("channel_priority: {text}\n"),
        );
        let settings = resolve(&folder, &environment(&folder), Flags::default());
        assert_eq!(settings.channel_priority, expected);
    }
}

#[test]
fn an_empty_condarc_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "home/.condarc", "# nothing\n");
    let settings = resolve(&folder, &environment(&folder), Flags::default());
    assert_eq!(
        settings.channel_alias.as_str(),
        "https://conda.anaconda.org/"
    );
}

#[test]
fn variables_in_condarc_are_expanded() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = environment(&folder);
    environment.variables.insert("HOST".into(), "mirror".into());
    write(
        &folder,
        "home/.condarc",
        "default_channels: ['https://$HOST/main', 'https://${HOST}/r', 'https://x/$GONE']\n",
    );
    let settings = resolve(&folder, &environment, Flags::default());
    let channels: Vec<String> = settings
        .default_channels
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        channels,
        ["https://mirror/main", "https://mirror/r", "https://x/$GONE"]
    );
}

#[test]
fn paths_in_presolve_toml_are_relative_to_it() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "work/presolve.toml",
        "channel-alias = \"channels\"\nindex-url = \"pypi\"\nmapping = \"names.json\"\n\
         find-links = [\"file:wheels\"]\ncache-dir = \"cache\"\ntimeout = 60\n\
         platform = \"linux-64\"\nvirtual-packages = [\"__cuda=12.4\"]\n",
    );
    let settings = resolve(&folder, &environment(&folder), Flags::default());
    let url = |path: &str| Url::from_directory_path(folder.path().join(path)).unwrap();
    assert_eq!(settings.channel_alias, url("work/channels"));
    assert_eq!(settings.index.index_url, Some(url("work/pypi")));
    assert_eq!(settings.index.find_links, [url("work/wheels")]);
    let mapping = folder.path().join("work/names.json");
    assert_eq!(settings.mapping.as_deref(), mapping.to_str());
    assert_eq!(settings.cache_dir, folder.path().join("work/cache"));
    assert_eq!(settings.timeout, Some(Duration::from_secs(60)));
    assert_eq!(settings.platform, Some(Subdir::Linux64));
    assert_eq!(settings.virtual_packages, ["__cuda=12.4"]);
}

#[test]
fn the_nearest_parent_within_the_repository_counts() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "presolve.toml", "offline = true\n");
    let nested = Path::new("work/environment.yml");
    let found = |folder: &TempDir| presolve_toml::find(&folder.path().join(nested));
    assert_eq!(found(&folder), Some(folder.path().join("presolve.toml")));
    write(&folder, "work/.git/HEAD", "");
    assert_eq!(found(&folder), None);
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let failure = error(&folder, "offline = true\nchanel_alias = \"x\"\n");
    assert_eq!(failure.to_string(), "unknown key `chanel_alias`");
    assert_eq!(place(&failure), (2, 1));
    assert_eq!(
        failure.diagnostics[0].help,
        ["did you mean `channel-alias`?"]
    );
}

#[test]
fn a_wrong_type_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let failure = error(&folder, "offline = \"yes\"\n");
    assert!(failure.to_string().starts_with("invalid type"), "{failure}");
    assert_eq!(place(&failure), (1, 11));
}

#[test]
fn the_cache_folder_is_by_variable() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = environment(&folder);
    let settings = resolve(&folder, &environment, Flags::default());
    assert_eq!(settings.cache_dir, folder.path().join("cache/presolve"));
    environment
        .variables
        .insert("PRESOLVE_CACHE_DIR".into(), "/elsewhere".into());
    let settings = resolve(&folder, &environment, Flags::default());
    assert_eq!(settings.cache_dir, Path::new("/elsewhere"));
}
