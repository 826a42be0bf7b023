//! conda's own configuration, and what wins over what.

use super::{Project, fixtures, pin_of};

/// A project without settings for channels.
fn project(file: &str) -> Project {
    let project = Project::new(file);
    project.change("channel-alias", None);
    project.change("default-channels", None);
    project
}

#[test]
fn condarc_says_where_channels_are() {
    let project = project("channels: [acme, conda-forge]\ndependencies: ['gridlib >=2']\n");
    let channels = fixtures().join("channels").display().to_string();
    let condarc = format!("channel_alias: file://{channels}\nchannels: []\n");
    project.write("home/.condarc", &condarc);
    let pinned = project.pinned(&[]);
    assert_eq!(
        pin_of(&pinned, "gridlib"),
        ["'conda-forge::gridlib=2.0=h1_0'"]
    );
    project.write("home/.condarc", condarc + "channel_priority: strict\n");
    assert_eq!(project.pin(&["--upgrade"]).code, 1);
}

#[test]
fn presolve_toml_wins_over_condarc_and_a_flag_over_both() {
    let file = "channels: [acme, conda-forge, nodefaults]\ndependencies: ['gridlib >=2']\n";
    let project = Project::new(file);
    project.write("home/.condarc", "channel_priority: strict\n");
    assert_eq!(project.pin(&["-o", "pinned.yml"]).code, 1);
    project.setting("channel-priority = 'flexible'");
    assert_eq!(project.pin(&["-o", "pinned.yml"]).code, 0);
    assert_eq!(
        project
            .pin(&["-o", "pinned.yml", "--channel-priority", "strict"])
            .code,
        1
    );
}

#[test]
fn condas_variables_say_what_the_target_has() {
    let project = Project::of(&["gpu-tools"]);
    assert_eq!(project.pin_with("CONDA_OVERRIDE_CUDA", "11.8").code, 1);
    assert_eq!(project.pin_with("CONDA_OVERRIDE_CUDA", "12.4").code, 0);
}
