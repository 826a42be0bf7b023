use super::*;
use presolve_terminal::{foreign::unstyled, human::render};
use url::Url;

fn read(path: &Path, text: &str) -> PipReader {
    let file = SourceFile::from_text(path, text);
    let mut reader = PipReader::default();
    reader.read_item(&PipText {
        text: text.to_owned(),
        span: 0..text.len(),
        verbatim: Some(0),
        file,
    });
    reader
}

fn texts(requirements: &[PipRequirement]) -> Vec<String> {
    requirements
        .iter()
        .map(|r| format!("{}: {}", r.location, r.text))
        .collect()
}

#[test]
fn an_item_may_hold_comments_continuations_and_hashes() {
    let text = "a>=1 # why\n# no\n\nb==1 \\\n  --hash=sha256:x \\\n  --hash sha256:y\n-e git+https://h/c\n";
    let reader = read(Path::new("e.yml"), text);
    assert_eq!(
        texts(&reader.pip.requirements),
        [
            "e.yml:1:1: a>=1",
            "e.yml:4:1: b==1",
            "e.yml:7:1: -e git+https://h/c"
        ]
    );
    assert_eq!(reader.pip.requirements[1].hashes, ["sha256:x", "sha256:y"]);
    assert_eq!(reader.pip.requirements[0].location.text(), "a>=1");
}

#[test]
fn what_only_pip_takes_for_a_line_break_is_refused() {
    for character in [
        "\r", "\u{b}", "\u{c}", "\u{1c}", "\u{1e}", "\u{85}", "\u{2028}",
    ] {
        let reader = read(Path::new("r.txt"), &format!("a==1 # why{character}b==2\n"));
        assert!(reader.pip.requirements.is_empty(), "{character:?}");
        let [error] = &*reader.errors else {
            panic!("{character:?} is not refused");
        };
        assert_eq!(error.labels[0].location.text(), character);
    }
    let reader = read(Path::new("r.txt"), "a==1\r\n\r\nb==2\r\n");
    assert_eq!(texts(&reader.pip.requirements).len(), 2);
    assert!(reader.errors.is_empty());
}

#[test]
fn options_concern_the_whole_list() {
    let text = "--pre --prefer-binary\n-i https://a\n--index-url https://b\n-f ./wheels\n\
                --only-binary=:all: --no-binary numpy,Torch_X --trusted-host h\n--require-hashes";
    let options = read(Path::new("e.yml"), text).pip.options;
    assert!(options.releases.all_releases.all && options.prefer_binary && options.require_hashes);
    assert_eq!(options.index_url.expect("is set").value, "https://b");
    assert_eq!(options.find_links[0].location.text(), "./wheels");
    assert!(options.formats.only_binary.all);
    assert_eq!(options.formats.no_binary.named.len(), 2);
}

#[test]
fn files_are_read_once_and_from_where_they_stand() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("sub")).expect("a folder");
    std::fs::write(path("sub/r.txt"), "a\n-r ../s.txt\n-c c.txt\n").expect("writes");
    std::fs::write(path("s.txt"), "b # x\n-r sub/r.txt\n").expect("writes");
    std::fs::write(path("sub/c.txt"), "a<3\n").expect("writes");
    let reader = read(&path("e.yml"), "-r sub/r.txt");
    assert!(reader.errors.is_empty());
    assert_eq!(reader.pip.requirements.len(), 2);
    assert_eq!(reader.pip.constraints[0].text, "a<3");
    assert!(!reader.pip.requirements[0].in_environment);
    std::fs::create_dir(path("sub/here")).expect("a folder");
    std::fs::write(path("sub/here/setup.py"), "").expect("writes");
    std::fs::write(path("sub/p.txt"), "-e ./sub/here\n./here\n").expect("writes");
    let reader = read(&path("e.yml"), "-r sub/p.txt");
    assert_eq!(
        (reader.pip.requirements.len(), reader.warnings.len()),
        (2, 1)
    );
    let url = Url::from_file_path(path("s.txt")).expect("is absolute");
    let reader = read(&path("e.yml"), &format!("-r {url}"));
    assert_eq!(reader.pip.requirements.len(), 2);
    let reader = read(&path("e.yml"), "-r file:s.txt");
    assert_eq!(reader.errors[0].name, "relative-file-url");
}

#[test]
fn bad_lines_are_placed() {
    let text = "numpy=1.26\nx>=1.0.*\n--user\n-r missing.txt\n-i https://u:p@h torch";
    let reader = read(Path::new("e.yml"), text);
    let said: Vec<String> = reader
        .errors
        .iter()
        .chain(&reader.warnings)
        .map(|diagnostic| unstyled(&render(diagnostic)))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    error[single-equals]: `numpy=1.26` is not a pip requirement
     --> e.yml:1:1
      |
    1 | numpy=1.26
      | ^^^^^^^^^^ `=` is not a valid operator in a pip list
      |
      = help: write `numpy==1.26`
    error[invalid-pip-requirement]: `x>=1.0.*` is not a pip requirement
     --> e.yml:2:1
      |
    2 | x>=1.0.*
      | ^^^^^^^^ Operator >= cannot be used with a wildcard version specifier
      |
      = help: write `x>=1.0`
    error[bad-pip-option]: pip has no option `--user` in a requirements file
     --> e.yml:3:1
      |
    3 | --user
      | ^^^^^^
      |
      = help: see https://pip.pypa.io/en/stable/reference/requirements-file-format/
    error[missing-requirements-file]: cannot read `missing.txt`: No such file or directory (os error 2)
     --> e.yml:4:4
      |
    4 | -r missing.txt
      |    ^^^^^^^^^^^ named here
      |
      = help: put `missing.txt` next to the file that names it; paths are relative to that file
    warning[ignored-by-pip]: pip ignores `torch` after an option
     --> e.yml:5:18
      |
    5 | -i https://***@h torch
      |                  ^^^^^
      |
      = help: move it to its own line if it is a requirement, otherwise remove it
    "#);
}

#[test]
fn a_login_in_words_that_pip_ignores_is_masked_before_they_are_cut() {
    let word = format!("https://bob:{}@host/x", "secretword".repeat(12));
    let text = format!("dependencies:\n  - pip:\n    - --pre {word}\n");
    let file = SourceFile::from_text("e.yml", text);
    let environment = crate::environment::read(file).expect("reads");
    let shown: Vec<&str> = environment
        .warnings
        .iter()
        .map(|warning| &*warning.message)
        .collect();
    let is_shown = |text: &str| shown.iter().any(|message| message.contains(text));
    assert!(is_shown("after an option"), "{shown:?}");
    assert!(!is_shown("secretword"), "{shown:?}");
}
