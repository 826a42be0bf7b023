use std::str::FromStr;

use proptest::prelude::*;

use super::*;
use crate::environment;

fn conda(name: &str, version: &str) -> PinnedConda {
    PinnedConda {
        name: name.to_owned(),
        version: version.to_owned(),
        build: Some("h0_0".to_owned()),
        channel: None,
        hash: None,
    }
}

fn pip(name: &str, version: &str) -> PinnedPip {
    PinnedPip {
        name: PackageName::from_str(name).expect("a name"),
        extras: Vec::new(),
        version: Version::from_str(version).expect("a version"),
        from_conda: false,
        hashes: vec!["sha256:aa".to_owned()],
    }
}

fn pins() -> Pins {
    Pins {
        as_of: None,
        platform: "linux-64".to_owned(),
        channels: vec!["conda-forge".to_owned()],
        conda: vec![
            conda("numpy", "1.26.4"),
            conda("python", "3.12.1"),
            conda("libblas", "3.9.0"),
            conda("pip", "24.0"),
        ],
        pip: vec![pip("torch", "2.4.1"), pip("sympy", "1.12")],
        added: AddedLines::Inline,
        lock: None,
    }
}

fn read(text: &str) -> EnvironmentFile {
    environment::read(SourceFile::from_text("environment.yml", text)).expect("reads")
}

/// Pins a file twice, and checks that the second time changes nothing.
fn pinned_with(text: &str, pins: &Pins) -> String {
    let pin = |text: &str| {
        let pinned = pin(&read(text), pins);
        pinned.unwrap_or_else(|failure| panic!("{failure:?}")).text
    };
    let pinned = pin(text);
    assert_eq!(pin(&pinned), pinned);
    pinned
}

/// The same pins with the added lines in a block.
fn in_block() -> Pins {
    Pins {
        added: AddedLines::Block,
        ..pins()
    }
}

fn pinned(text: &str) -> String {
    pinned_with(text, &pins())
}

#[test]
fn a_usual_file() {
    insta::assert_snapshot!(pinned("# mine\nname: x\nchannels:\n  - conda-forge\ndependencies:\n  # the language\n  - python =3.12  # why\n  - 'numpy'\n  - pip:\n    - torch[a] >=2 ; python_version < \"3.13\" # gpu\n    - -r none.txt\n".replace("    - -r none.txt\n", "    - --pre\n").as_str()), @r#"
    # presolve: pinned for linux-64
    # mine
    name: x
    channels:
      - conda-forge
      - nodefaults  # presolve: added
    dependencies:
      # the language
      - python=3.12.1=h0_0  # presolve: python =3.12 # why
      - 'numpy=1.26.4=h0_0'  # presolve: numpy
      - libblas=3.9.0=h0_0  # presolve: added
      - pip=24.0=h0_0  # presolve: added
      - pip:
        - torch[a]==2.4.1 ; python_version < "3.13" # presolve: torch[a] >=2 ; python_version < "3.13" # gpu
        - --pre
        - sympy==1.12  # presolve: added
    "#);
}

#[test]
fn lists_in_brackets_become_lines() {
    insta::assert_snapshot!(pinned("channels: [conda-forge]  # c\ndependencies: [python=3.12, # p\n  # own\n  'numpy', {pip: [torch>=2, \"x @ git+https://h/x\"]}] # end"), @r#"
    # presolve: pinned for linux-64
    channels:  # c
      - conda-forge
      - nodefaults  # presolve: added
    dependencies:  # end
      - python=3.12.1=h0_0  # presolve: python=3.12 # p
      # own
      - 'numpy=1.26.4=h0_0'  # presolve: numpy
      - libblas=3.9.0=h0_0  # presolve: added
      - pip=24.0=h0_0  # presolve: added
      - pip:
        - torch==2.4.1  # presolve: torch>=2
        - "x @ git+https://h/x"
        - sympy==1.12  # presolve: added
    "#);
}

#[test]
fn a_file_without_channels_conda_entries_or_a_last_line_break() {
    insta::assert_snapshot!(pinned("dependencies:\n- pip:\n  - torch"), @r#"
    # presolve: pinned for linux-64
    channels:
      - conda-forge  # presolve: added
      - nodefaults  # presolve: added
    dependencies:
    - libblas=3.9.0=h0_0  # presolve: added
    - numpy=1.26.4=h0_0  # presolve: added
    - pip=24.0=h0_0  # presolve: added
    - python=3.12.1=h0_0  # presolve: added
    - pip:
      - torch==2.4.1  # presolve: torch
      - sympy==1.12  # presolve: added
    "#);
}

#[test]
fn a_file_without_a_pip_list_gets_one() {
    insta::assert_snapshot!(pinned("channels:\n- conda-forge\n- nodefaults\ndependencies:\n- python\n- pip\nvariables:\n  A: b\n"), @r#"
    # presolve: pinned for linux-64
    channels:
    - conda-forge
    - nodefaults
    dependencies:
    - python=3.12.1=h0_0  # presolve: python
    - pip=24.0=h0_0  # presolve: pip
    - libblas=3.9.0=h0_0  # presolve: added
    - numpy=1.26.4=h0_0  # presolve: added
    - pip:
      - sympy==1.12  # presolve: added
      - torch==2.4.1  # presolve: added
    variables:
      A: b
    "#);
}

#[test]
fn crlf_headers_and_urls_survive() {
    let text = "%YAML 1.2\r\n---\r\nchannels:\r\n- conda-forge\r\ndependencies:\r\n- conda-forge::numpy>=1\r\n- https://h/linux-64/python-3.12.1-h0_0.conda\r\n- pip:\r\n  - torch\r\n  - sympy==1.12\r\n";
    let pinned = pinned(text);
    assert!(
        pinned.starts_with("%YAML 1.2\r\n---\r\n# presolve: pinned for linux-64\r\n"),
        "{pinned}"
    );
    assert!(
        pinned.contains("- conda-forge::numpy=1.26.4=h0_0  # presolve: conda-forge::numpy>=1\r\n")
    );
    assert!(pinned.contains("- https://h/linux-64/python-3.12.1-h0_0.conda\r\n"));
    assert!(pinned.contains("  - sympy==1.12\r\n"));
    assert_eq!(pinned.matches('\n').count(), pinned.matches("\r\n").count());
}

#[test]
fn defaults_become_explicit() {
    let mut pins = pins();
    pins.channels = ["main", "r", "conda-forge", "mine"]
        .map(str::to_owned)
        .to_vec();
    insta::assert_snapshot!(pinned_with("channels:\n- defaults # d\n- conda-forge\ndependencies:\n- numpy\n- pip:\n  - torch\n", &pins), @r#"
    # presolve: pinned for linux-64
    channels:
    - main # presolve: defaults # d
    - r  # presolve: added
    - conda-forge
    - mine  # presolve: added
    - nodefaults  # presolve: added
    dependencies:
    - numpy=1.26.4=h0_0  # presolve: numpy
    - libblas=3.9.0=h0_0  # presolve: added
    - pip=24.0=h0_0  # presolve: added
    - python=3.12.1=h0_0  # presolve: added
    - pip:
      - torch==2.4.1  # presolve: torch
      - sympy==1.12  # presolve: added
    "#);
}

#[test]
fn namesakes_get_their_channel_or_hash() {
    let mut pins = pins();
    let hash = format!("sha256={}", "0f".repeat(32));
    pins.conda[0].channel = Some("other".to_owned());
    pins.conda[1].hash = Some(hash.clone());
    pins.conda[2].hash = Some(hash.clone());
    let text = "channels: [conda-forge]\ndependencies:\n- numpy=1.26.4=h0_0\n- python=3.12.1=h0_0\n- pip:\n  - torch\n";
    let pinned = pinned_with(text, &pins).replace(&hash, "HASH");
    insta::assert_snapshot!(pinned, @r#"
    # presolve: pinned for linux-64
    channels:
      - conda-forge
      - nodefaults  # presolve: added
    dependencies:
    - other::numpy=1.26.4=h0_0  # presolve: numpy=1.26.4=h0_0
    - python=3.12.1=h0_0[HASH]  # presolve: python=3.12.1=h0_0
    - libblas=3.9.0=h0_0[HASH]  # presolve: added
    - pip=24.0=h0_0  # presolve: added
    - pip:
      - torch==2.4.1  # presolve: torch
      - sympy==1.12  # presolve: added
    "#);
}

#[test]
fn added_lines_are_one_block_under_one_comment() {
    const FILE: &str = "channels: [conda-forge]\ndependencies:\n  - numpy  # why\n  # for the model\n  - pip:\n    - torch\n  - python\n# end\n";
    let text = pinned_with(FILE, &in_block());
    insta::assert_snapshot!(text, @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge
      - nodefaults  # presolve: added
    dependencies:
      - numpy=1.26.4=h0_0  # presolve: numpy # why
      # for the model
      - pip:
        - torch==2.4.1  # presolve: torch
        # presolve: added 1 package
        - sympy==1.12
      - python=3.12.1=h0_0  # presolve: python
      # presolve: added 2 packages
      - libblas=3.9.0=h0_0
      - pip=24.0=h0_0
    # end
    ");
    let file = read(&text);
    let stated = |block: &crate::AddedBlock| (block.stated, block.present);
    let blocks: Vec<_> = file.added_blocks.iter().map(stated).collect();
    assert_eq!(blocks, [(2, 2), (1, 1)]);
}

#[test]
fn a_block_follows_another_answer() {
    let text = pinned_with("dependencies:\n- numpy\n", &in_block());
    let commented = text.replace("- pip=24.0=h0_0\n", "- pip=24.0=h0_0  # keep\n# mine\n");
    assert_ne!(commented, text);
    let mut pins = in_block();
    pins.conda.remove(1);
    pins.conda.extend([conda("aaa", "1"), conda("zzz", "1")]);
    insta::assert_snapshot!(pinned_with(&commented, &pins), @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge  # presolve: added
      - nodefaults  # presolve: added
    dependencies:
    - numpy=1.26.4=h0_0  # presolve: numpy
    # presolve: added 4 packages
    - aaa=1=h0_0
    - libblas=3.9.0=h0_0
    - pip=24.0=h0_0  # keep
    - zzz=1=h0_0
    # mine
    - pip:
      # presolve: added 2 packages
      - sympy==1.12
      - torch==2.4.1
    ");
}

#[test]
fn a_line_below_a_block_is_the_users() {
    let text = pinned_with("dependencies:\n- numpy\n- pip:\n  - torch\n", &in_block());
    let text = text + "  - own==1.0\n- aaa=1=h0_0\n";
    let file = read(&text);
    let own = |name: &str| {
        let mut lines = file.conda.iter();
        let conda = lines.find(|line| line.spec.name.to_string() == name);
        let mut lines = file.pip.requirements.iter();
        let pip = lines.find(|line| pip::name(line) == Some(name));
        conda.is_some_and(|line| !line.added_by_pin) || pip.is_some_and(|line| !line.added_by_pin)
    };
    assert!(own("own") && own("aaa"));
    insta::assert_snapshot!(pinned_with(&text, &in_block()), @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge  # presolve: added
      - nodefaults  # presolve: added
    dependencies:
    - numpy=1.26.4=h0_0  # presolve: numpy
    - pip:
      - torch==2.4.1  # presolve: torch
      - own==1.0
      # presolve: added 1 package
      - sympy==1.12
    - aaa=1=h0_0
    # presolve: added 3 packages
    - libblas=3.9.0=h0_0
    - pip=24.0=h0_0
    - python=3.12.1=h0_0
    ");
}

#[test]
fn an_emptied_block_loses_its_comment() {
    let text = pinned_with("dependencies:\n- numpy\n- pip:\n  - torch\n", &in_block());
    let lines = text
        .lines()
        .filter(|line| !line.contains("=h0_0") || line.contains('#'));
    let emptied: String = lines.map(|line| format!("{line}\n")).collect();
    assert!(emptied.contains("added 3 packages"), "{emptied}");
    assert_eq!(pinned_with(&emptied, &in_block()), text);
    let nothing = Pins {
        conda: vec![conda("numpy", "1.26.4")],
        pip: Vec::new(),
        ..in_block()
    };
    assert!(!pinned_with(&text, &nothing).contains("added 3"));
}

#[test]
fn versions_without_builds_are_exact() {
    let mut pins = in_block();
    for pin in &mut pins.conda {
        pin.build = None;
    }
    let text = pinned_with(
        "dependencies:\n- numpy>=1\n- conda-forge::python==3.12.1\n",
        &pins,
    );
    insta::assert_snapshot!(text, @"
    # presolve: pinned for linux-64
    channels:
      - conda-forge  # presolve: added
      - nodefaults  # presolve: added
    dependencies:
    - numpy==1.26.4  # presolve: numpy>=1
    - conda-forge::python==3.12.1
    # presolve: added 2 packages
    - libblas==3.9.0
    - pip==24.0
    - pip:
      # presolve: added 2 packages
      - sympy==1.12
      - torch==2.4.1
    ");
    let with_builds = pinned_with(&text, &in_block());
    assert_eq!(
        with_builds,
        pinned_with(
            "dependencies:\n- numpy>=1\n- conda-forge::python==3.12.1\n",
            &in_block()
        )
    );
}

#[test]
fn hashes_go_with_their_version() {
    insta::assert_snapshot!(pinned("channels: [conda-forge]\ndependencies:\n- numpy\n- pip:\n  - torch==2.4.1 --hash=sha256:bb\n  - sympy # x\n"), @r#"
    # presolve: pinned for linux-64
    channels:
      - conda-forge
      - nodefaults  # presolve: added
    dependencies:
    - numpy=1.26.4=h0_0  # presolve: numpy
    - libblas=3.9.0=h0_0  # presolve: added
    - pip=24.0=h0_0  # presolve: added
    - python=3.12.1=h0_0  # presolve: added
    - pip:
      - torch==2.4.1 --hash=sha256:bb
      - sympy==1.12 --hash=sha256:aa # presolve: sympy # x
    "#);
}

#[test]
fn another_answer_updates_adds_and_removes() {
    let first = pinned("channels: [conda-forge]\ndependencies:\n- numpy # n\n- pip:\n  - torch\n")
        .replace(
            "libblas=3.9.0=h0_0  # presolve: added",
            "libblas=3.9.0=h0_0  # presolve: added # keep",
        );
    let mut pins = pins();
    pins.platform = "osx-arm64".to_owned();
    pins.conda[2].version = "4".to_owned();
    pins.conda.remove(1);
    pins.conda.push(conda("aaa", "1"));
    pins.conda.push(conda("mmm", "1"));
    pins.pip = vec![pip("torch", "2.5"), pip("filelock", "3")];
    insta::assert_snapshot!(pinned_with(&first, &pins), @r#"
    # presolve: pinned for osx-arm64
    channels:
      - conda-forge
      - nodefaults  # presolve: added
    dependencies:
    - numpy=1.26.4=h0_0 # presolve: numpy # n
    - aaa=1=h0_0  # presolve: added
    - libblas=4=h0_0  # presolve: added # keep
    - mmm=1=h0_0  # presolve: added
    - pip=24.0=h0_0  # presolve: added
    - pip:
      - torch==2.5  # presolve: torch
      - filelock==3  # presolve: added
    "#);
}

#[test]
fn what_cannot_be_edited_is_refused() {
    for text in [
        "channels: [conda-forge]\ndependencies:\n- &n numpy\n- *n\n",
        "channels: [conda-forge]\ndependencies:\n- numpy\n- pip:\n  - |\n    torch\n    sympy\n",
    ] {
        let failure = pin(&read(text), &pins()).expect_err(text);
        assert_eq!(failure.diagnostics[0].name, "unpinnable-line");
    }
}

/// Generates conda entries with different specs and quotes, and text after them.
fn conda_line() -> impl Strategy<Value = String> {
    let spec = prop::sample::select(vec![
        "numpy",
        "numpy >=1,<2",
        "python=3.12",
        "python = 3.12",
        "NumPy==1.26.4=h0_0",
        "conda-forge::libblas",
        "pip",
        "other>=1",
    ]);
    (spec, 0..3, comment())
        .prop_map(|(spec, quotes, comment)| format!("- {}{comment}", quoted(spec, quotes)))
}

fn pip_line() -> impl Strategy<Value = String> {
    let spec = prop::sample::select(vec![
        "torch",
        "torch[a,b] >=2 ; os_name == 'posix'",
        "sympy==1.12",
        "sympy ~= 1.1",
        "--pre",
        "-e git+https://h/x",
        "x @ git+https://h/x",
        "unknown>1",
        "Torch>1,",
    ]);
    (spec, 0..3, comment())
        .prop_map(|(spec, quotes, comment)| format!("- {}{comment}", quoted(spec, quotes)))
}

fn quoted(text: &str, quotes: i32) -> String {
    match quotes {
        0 => text.to_owned(),
        1 => format!("'{}'", text.replace('\'', "''")),
        _ => format!("\"{text}\""),
    }
}

fn comment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("  ".to_owned()),
        "[ ]{1,3}#[ a-z#:'\"é]{0,12}",
        Just(" # presolve: ignore[rule] why".to_owned()),
    ]
}

prop_compose! {
    fn file()(
        conda in prop::collection::vec(conda_line(), 1..5),
        pip in prop::collection::vec(pip_line(), 0..5),
        channels in prop::sample::select(vec!["", "channels: [conda-forge]\n", "channels:\n- conda-forge # c\n- nodefaults\n", "channels:\n  - defaults\n"]),
        head in prop::sample::select(vec!["", "# head\n\n", "---\n", "name: x\n"]),
        (indent, crlf, end, first) in (0usize..4, any::<bool>(), any::<bool>(), any::<bool>()),
    ) -> String {
        let pad = " ".repeat(indent);
        let mut lines: Vec<String> = conda.iter().map(|line| format!("{pad}{line}")).collect();
        if !pip.is_empty() {
            let mut list = format!("{pad}- pip:  # list");
            for line in pip {
                list += &format!("\n{pad}    {line}\n{pad}    # between");
            }
            lines.insert(if first { 0 } else { lines.len() }, list);
        }
        let mut text = format!("{head}{channels}dependencies:\n{}", lines.join("\n"));
        if end {
            text += "\nvariables:\n  A: b\n";
        }
        if crlf { text.replace('\n', "\r\n") } else { text }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_file_keeps_what_was_declared(text in file(), bits in any::<u8>()) {
        let mut pins = pins();
        if bits & 1 == 1 { pins.conda.pop(); }
        if bits & 2 == 2 { pins.pip.pop(); }
        if bits & 4 == 4 { pins.pip[0].from_conda = true; }
        if bits & 16 == 16 { pins.added = AddedLines::Block; }
        pins.conda[0].channel = (bits & 8 == 8).then(|| "far".to_owned());
        let before = read(&text);
        let pinned = pinned_with(&text, &pins);
        // A file in one style becomes the same file in the other one.
        let added = match pins.added {
            AddedLines::Inline => AddedLines::Block,
            AddedLines::Block | AddedLines::Lock => AddedLines::Inline,
        };
        let other = Pins { added, ..pins.clone() };
        let (turned, direct) = (pinned_with(&pinned, &other), pinned_with(&text, &other));
        prop_assert_eq!(turned.trim_end(), direct.trim_end());
        let after = read(&pinned);
        let declared = |file: &EnvironmentFile| -> Vec<String> {
            let conda = file.conda.iter().filter(|r| !r.added_by_pin).map(|r| r.text.clone());
            let pip = file.pip.requirements.iter().filter(|r| !r.added_by_pin).map(|r| r.text.clone());
            conda.chain(pip).collect()
        };
        prop_assert_eq!(declared(&before), declared(&after));
        // Without presolve's lines and notes, the file is that of the user, except that flow
        // lists have become block lists.
        let users = |text: &str| -> Vec<String> {
            text.lines().map(str::to_owned)
                .filter(|line| line.contains('#') && !line.contains("presolve: "))
                .filter_map(|line| Some(line.split_once('#')?.1.trim_end().to_owned())).collect()
        };
        for comment in users(&text) {
            prop_assert!(pinned.contains(&comment), "{} lost in {}", comment, pinned);
        }
        // Lines without these are unchanged and in the same order.
        let mut rest = pinned.split_inclusive('\n');
        for line in text.split_inclusive('\n').filter(|line| line.contains("# between") || line.contains("A: b")) {
            prop_assert!(rest.any(|other| other.trim_end_matches(['\r','\n']) == line.trim_end_matches(['\r','\n'])), "{:?}", line);
        }
    }
}

/// Embeds a file as the object below a key of another one.
fn embedded(text: &str) -> String {
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let inner = text.lines().map(|line| {
        if line.trim().is_empty() {
            format!("{line}{line_break}")
        } else {
            format!("   {line}{line_break}")
        }
    });
    let inner: String = inner.collect();
    let before = [
        "# presolve: pinned for win-64",
        "image: é:1  # é",
        "conda_file: # c",
    ];
    let behind = ["# behind", "tags: {a:   b}", "dependencies: [x]"];
    let lines = |lines: [&str; 3]| lines.map(|line| format!("{line}{line_break}")).concat();
    lines(before) + &inner + &lines(behind)
}

fn read_part(text: &str) -> EnvironmentFile {
    let source = SourceFile::from_text("e.yml", text);
    let read = CondaFile::below(route!("conda_file")).read(&source, &[]);
    read.complete()
        .unwrap_or_else(|failure| panic!("{failure}\n{text}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// A part is pinned like a separate file. A second time changes nothing, and the rest of
    /// the file never changes.
    #[test]
    fn a_part_is_pinned_like_a_file(text in file()) {
        // The document marker is not allowed in a part.
        let text = text.trim_start_matches("---\n").trim_start_matches("---\r\n");
        let host = embedded(text);
        let pinned = pin(&read_part(&host), &pins()).expect("pins").text;
        let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let whole = format!("{}{line_break}", text.trim_end_matches(['\r', '\n']));
        prop_assert_eq!(&pinned, &embedded(&pinned_with(&whole, &pins())));
        prop_assert_eq!(&pin(&read_part(&pinned), &pins()).expect("pins").text, &pinned);
    }
}

#[test]
fn a_part_in_braces_has_no_place_for_pins() {
    let environment = read_part("conda_file: {dependencies: [numpy]}\n");
    let failure = check_place(&environment).expect_err("is refused");
    assert_eq!(failure.diagnostics[0].name, "unpinnable-line");
}

#[test]
fn a_file_that_asks_for_nothing_stays_as_it_is() {
    let environment = read("channels: [conda-forge]\ndependencies: []\n");
    let failure = pin(&environment, &pins()).expect_err("is refused");
    assert_eq!(failure.diagnostics[0].name, "unpinnable-line");
    let nothing = Pins {
        conda: Vec::new(),
        pip: Vec::new(),
        ..pins()
    };
    assert!(
        pin(&environment, &nothing)
            .expect("pins")
            .text
            .ends_with("dependencies: []\n")
    );
}

#[test]
fn a_comment_of_the_users_that_looks_like_presolves_stays() {
    let text = pinned("dependencies:\n  - python # presolve: conda-forge wants this\n  - numpy\n");
    let line = text.lines().find(|line| line.contains("python="));
    assert_eq!(
        line,
        Some("  - python=3.12.1=h0_0 # presolve: python # presolve: conda-forge wants this")
    );
}

#[test]
fn a_pip_item_in_a_block_scalar_is_pinned() {
    let text = pinned("dependencies:\n  - pip:\n    - |\n      torch\n");
    assert!(text.contains("torch==2.4.1"), "{text}");
}

#[test]
fn an_alias_that_would_change_another_key_is_refused() {
    let text = "dependencies:\n  - &p python\n  - numpy\nvariables:\n  WANT: *p\n";
    let failure = pin(&read(text), &pins()).expect_err("refused");
    assert!(failure.to_string().contains("other keys would change"));
}

/// Pins the spec below `python.condaDependencies` twice.
fn pinned_json(text: &str) -> String {
    let read = |text: &str| {
        let source = SourceFile::from_text("azureml_environment.json", text);
        let read = CondaFile::below(route!("python", "condaDependencies")).read(&source, &[]);
        read.complete()
            .unwrap_or_else(|failure| panic!("{failure:?}"))
    };
    let once = |text: &str| {
        let environment = read(text);
        check_place(&environment).expect("has a place");
        let pinned = pin(&environment, &pins());
        pinned.unwrap_or_else(|failure| panic!("{failure:?}")).text
    };
    let pinned = once(text);
    assert_eq!(once(&pinned), pinned);
    let meaning = |text: &str| -> serde_json::Value {
        let mut value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        value["python"]["condaDependencies"].take();
        value
    };
    assert_eq!(meaning(&pinned), meaning(text));
    pinned
}

#[test]
fn json_gets_pins_without_comments() {
    insta::assert_snapshot!(pinned_json("{\n\t\"name\": \"\\ud83d\\ude00\\/\",\n\t\"python\": {\n\t\t\"condaDependencies\": {\n\t\t\t\"channels\": [\"conda-forge\"],\n\t\t\t\"dependencies\": [\n\t\t\t\t\"python\\u003d3.12\",\n\t\t\t\t\"numpy\",\n\t\t\t\t\"pip\",\n\t\t\t\t{\"pip\": [\"torch[a] >=2 ; python_version < '3.13'\", \"--pre\"]}\n\t\t\t],\n\t\t\t\"variables\": {\"A\": \"\\u00e9,]\"}\n\t\t}\n\t}\n}"), @r#"
    {
    	"name": "\ud83d\ude00\/",
    	"python": {
    		"condaDependencies": {
    			"channels": [
    				"conda-forge",
    				"nodefaults"
    			],
    			"dependencies": [
    				"python=3.12.1=h0_0",
    				"numpy=1.26.4=h0_0",
    				"pip=24.0=h0_0",
    				"libblas=3.9.0=h0_0",
    				{"pip": [
    					"torch[a]==2.4.1 ; python_version < '3.13'",
    					"--pre",
    					"sympy==1.12"
    				]}
    			],
    			"variables": {"A": "\u00e9,]"}
    		}
    	}
    }
    "#);
}

#[test]
fn json_on_one_line_stays_on_one_line() {
    insta::assert_snapshot!(pinned_json(r#"{"python":{"condaDependencies":{"dependencies":["python=3.12",{"pip":[]}],"name":"e"}}}"#), @r#"{"python":{"condaDependencies":{"channels":["conda-forge","nodefaults"],"dependencies":["python=3.12.1=h0_0","libblas=3.9.0=h0_0","numpy=1.26.4=h0_0","pip=24.0=h0_0",{"pip":["sympy==1.12","torch==2.4.1"]}],"name":"e"}}}"#);
    insta::assert_snapshot!(pinned_json("{\"python\": {\"condaDependencies\": {\"channels\": null, \"dependencies\": [{\"pip\": [\"torch\", \"sympy==1.12\"]}]}}}\r\n"), @r#"{"python": {"condaDependencies": {"channels": ["conda-forge", "nodefaults"], "dependencies": ["libblas=3.9.0=h0_0", "numpy=1.26.4=h0_0", "pip=24.0=h0_0", "python=3.12.1=h0_0", {"pip": ["torch==2.4.1", "sympy==1.12"]}]}}}"#);
}

#[test]
fn json_without_channels_and_a_pip_list_gets_them() {
    insta::assert_snapshot!(pinned_json("{\r\n  \"python\": {\r\n    \"condaDependencies\": {\r\n      \"dependencies\": [\r\n        \"python\"\r\n      ]\r\n    }\r\n  }\r\n}\r\n"), @r#"
    {
      "python": {
        "condaDependencies": {
          "channels": [
            "conda-forge",
            "nodefaults"
          ],
          "dependencies": [
            "python=3.12.1=h0_0",
            "libblas=3.9.0=h0_0",
            "numpy=1.26.4=h0_0",
            "pip=24.0=h0_0",
            {
              "pip": [
                "sympy==1.12",
                "torch==2.4.1"
              ]
            }
          ]
        }
      }
    }
    "#);
}

/// Formats the same JSON with one of these gaps between each two tokens.
fn laid_out(value: &serde_json::Value, gaps: &[&str]) -> String {
    let compact = value.to_string();
    let (mut text, mut in_string, mut count) = (String::new(), false, 0);
    for character in compact.chars() {
        in_string ^= character == '"';
        text.push(character);
        if !in_string && "{}[],:".contains(character) {
            text.push_str(gaps[count % gaps.len()]);
            count += 1;
        }
    }
    text
}

proptest! {
    #[test]
    fn json_of_any_layout_stays_json(
        gaps in proptest::collection::vec(prop_oneof![Just(""), Just(" "), Just("\n"), Just("\n    "), Just("\r\n\t"), Just("\t")], 1..9),
        conda in proptest::sample::subsequence(vec!["python", "numpy >=1", "pip", "conda-forge::libblas"], 0..=4),
        pip in proptest::sample::subsequence(vec!["torch", "sympy==1.12", "--pre"], 0..=3),
        channels in proptest::option::of(proptest::sample::subsequence(vec!["conda-forge", "nodefaults"], 0..=2)),
    ) {
        let mut dependencies: Vec<serde_json::Value> = conda.into_iter().map(Into::into).collect();
        dependencies.push(serde_json::json!({ "pip": pip }));
        let spec = serde_json::json!({ "channels": channels, "dependencies": dependencies });
        let file = serde_json::json!({ "a": ["x", {}, []], "python": { "condaDependencies": spec }, "z": null });
        pinned_json(&laid_out(&file, &gaps));
    }
}
