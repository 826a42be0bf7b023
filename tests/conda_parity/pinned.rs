//! What `pin` writes for a toy channel is solved by rattler to the same records,
//! whatever the channel priority, and by presolve to the same file.

use std::{collections::BTreeMap, path::Path, process::Command};

use presolve::{source::SourceFile, spec::environment, target::ChannelPriority};
use serde_json::{Map, Value, json};

use super::{
    Answer, Task,
    channels::{self, PRIORITIES},
    toy,
};
use crate::random::{Random, number};

#[test]
fn pinned_toy_channels_are_solved_to_the_same_records() {
    let count = number("PRESOLVE_FUZZ").unwrap_or(40);
    let mut pinned = 0;
    for seed in 0..count {
        let mut task = toy::task(&mut Random(seed));
        task.exclude_newer = None;
        // The order of the files: it decides between equals.
        for subdir in &mut task.subdirs {
            let records = &mut subdir.records;
            records.sort_by_key(|record| {
                let file = record.identifier.to_string();
                let stem = file.trim_end_matches(".conda").trim_end_matches(".tar.bz2");
                (stem.to_string(), !file.ends_with(".conda"))
            });
        }
        pinned += u32::from(survives_pinning(&task, &format!("seed {seed}")));
    }
    println!("{count} toy channels, {pinned} of them pinned");
    assert!(
        pinned * 4 > count as u32,
        "only {pinned} of {count} could be pinned"
    );
}

/// Records that `name=version=build` does not tell apart.
#[test]
fn namesakes_are_told_apart() {
    let records = |text: &str| {
        let digest = |c: char| c.to_string().repeat(64);
        let text = text.replace("@1", &digest('1')).replace("@2", &digest('2'));
        channels::task(&text, &["a"])
    };
    for (text, specs) in [
        // In two channels: which one is taken depends on the priority.
        ("one/linux-64 a 1.0 h0_0\n two/linux-64 a 1.0 h0_0", ["a"]),
        (
            "one/linux-64 a 1.0 h0_0\n two/linux-64 a 1.0 h0_0",
            ["two::a"],
        ),
        (
            "one/linux-64 a 1.0 h0_0 : b\n two/linux-64 a 1.0 H0_0\n two/linux-64 b 1.0 h0_0",
            ["a"],
        ),
        // In one channel: the same build in two subdirs, or two spellings of a version.
        (
            r#"one/linux-64 a 1.0 h0_0 {"sha256": "@1", "timestamp": 1000000000000}
               one/noarch   a 1.0 h0_0 {"sha256": "@2", "timestamp": 2000000000000}"#,
            ["a"],
        ),
        (
            r#"one/linux-64 a 1.0 h0_0 {"sha256": "@1", "timestamp": 1000000000000}
               one/noarch   a 1.0 h0_0 {"sha256": "@2", "timestamp": 2000000000000}"#,
            ["one/linux-64::a"],
        ),
        (
            r#"one/linux-64 a 1.0.0 h0_0 {"md5": "00000000000000000000000000000001"}
               one/linux-64 a 1.0 h0_0 {"md5": "00000000000000000000000000000002"}"#,
            ["a"],
        ),
    ] {
        let mut task = records(text);
        task.specs = specs.map(ToString::to_string).to_vec();
        for priority in PRIORITIES {
            task.priority = priority;
            assert!(survives_pinning(&task, text), "{text}");
        }
    }
}

/// Pins a file with these specs; `false` if it has no solution.
fn survives_pinning(task: &Task, name: &str) -> bool {
    let presolve = task.presolve();
    let Answer::Records(records, _) = &presolve else {
        return false;
    };
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), task);
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_presolve"));
        let command = command.args(["pin", "--quiet"]).current_dir(&folder);
        let command = command.env_clear().env("HOME", folder.path());
        let output = command.env("CONDA_OVERRIDE_CUDA", "").output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} {:?}: {error}", task.specs);
        std::fs::read_to_string(folder.path().join("environment.yml")).unwrap()
    };
    let pinned = run();
    let mut again = Task {
        subdirs: task.subdirs.clone(),
        virtual_packages: task.virtual_packages.clone(),
        specs: lines(&pinned, &task.base()),
        ..*task
    };
    for priority in PRIORITIES {
        again.priority = priority;
        let Answer::Records(same, _) = again.rattler() else {
            panic!("{name}: the pins clash under {priority:?}\n{pinned}");
        };
        assert!(
            same == *records,
            "{name}: other records under {priority:?}: {} instead of {}\n{pinned}",
            again.rattler().text(),
            presolve.text(),
        );
    }
    assert_eq!(run(), pinned, "{name}: pinned twice");
    true
}

/// The conda lines of a file, with the channels' URLs instead of their names.
fn lines(pinned: &str, base: &str) -> Vec<String> {
    let source = SourceFile::from_text("environment.yml", pinned);
    let environment = environment::read(source).unwrap();
    let lines = environment.conda.iter().map(|line| {
        let text = line.location.text().trim_matches(['"', '\'']);
        match text.split_once("::") {
            Some((channel, rest)) => format!("{base}{channel}::{rest}"),
            None => text.to_string(),
        }
    });
    lines.collect()
}

fn write(folder: &Path, task: &Task) {
    let mut names: Vec<String> = Vec::new();
    let mut repodata: BTreeMap<(String, String), Map<String, Value>> = BTreeMap::new();
    for record in task.subdirs.iter().flat_map(|subdir| subdir.iter()) {
        let channel = record.channel.as_deref().unwrap().trim_end_matches('/');
        let channel = channel.rsplit('/').next().unwrap().to_string();
        let mut value = serde_json::to_value(record).unwrap();
        let fields = value.as_object_mut().unwrap();
        let file = fields.remove("fn").unwrap().as_str().unwrap().to_string();
        fields.remove("url");
        fields.remove("channel");
        let subdir = record.package_record.subdir.clone();
        let of_subdir = repodata.entry((channel.clone(), subdir)).or_default();
        of_subdir.insert(file, value);
        if !names.contains(&channel) {
            names.push(channel);
        }
    }
    for name in &names {
        for subdir in ["linux-64", "noarch"] {
            let records = repodata.remove(&(name.clone(), subdir.to_string()));
            let (conda, archives): (Map<_, _>, Map<_, _>) = records
                .unwrap_or_default()
                .into_iter()
                .partition(|(file, _)| file.ends_with(".conda"));
            let folder = folder.join("channels").join(name).join(subdir);
            std::fs::create_dir_all(&folder).unwrap();
            let text = json!({
                "info": {"subdir": subdir}, "packages": archives, "packages.conda": conda,
            });
            std::fs::write(folder.join("repodata.json"), text.to_string()).unwrap();
        }
    }
    let specs = task.specs.iter().map(|spec| {
        let spec = spec.replace(&task.base(), "");
        format!("- {}\n", json!(spec))
    });
    let channels = names.iter().map(|name| format!("- {name}\n"));
    let text = format!(
        "channels:\n{}- nodefaults\ndependencies:\n{}",
        channels.collect::<String>(),
        specs.collect::<String>()
    );
    std::fs::write(folder.join("environment.yml"), text).unwrap();
    let priority = match task.priority {
        ChannelPriority::Strict => "strict",
        ChannelPriority::Flexible => "flexible",
        ChannelPriority::Disabled => "disabled",
    };
    let settings = format!(
        "channel-alias = '{}/channels'\nchannel-priority = '{priority}'\nplatform = 'linux-64'\n\
         virtual-packages = ['__glibc=2.28']\ncache-dir = 'cache'\n",
        folder.display()
    );
    std::fs::write(folder.join("presolve.toml"), settings).unwrap();
}

impl Task {
    /// The URL below which the channels are.
    fn base(&self) -> String {
        let mut records = self.subdirs.iter().flat_map(|subdir| subdir.iter());
        let channel = records
            .find_map(|record| record.channel.clone())
            .unwrap_or_default();
        let channel = channel.trim_end_matches('/');
        channel
            .rsplit_once('/')
            .map_or(String::new(), |(base, _)| format!("{base}/"))
    }
}
