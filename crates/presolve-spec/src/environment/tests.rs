use super::*;
use presolve_terminal::{foreign::unstyled, human::render};
use presolve_text::diagnostic::FailureKind;

fn parse(text: &str) -> Result<EnvironmentFile, Failure> {
    read(SourceFile::from_text("environment.yml", text))
}

/// The errors of a file, or its warnings if it has none.
fn said(text: &str) -> String {
    let diagnostics = match parse(text) {
        Ok(environment) => environment.warnings,
        Err(failure) => failure.diagnostics,
    };
    let said: Vec<String> = diagnostics.iter().map(|d| unstyled(&render(d))).collect();
    said.join("\n")
}

#[test]
fn a_file_is_read_with_its_places() {
    let text = "# presolve: pinned for linux-64\r\nname: déjà\r\nchannels:\r\n  - conda-forge\r\n  - nodefaults  # presolve: added\r\n\
                dependencies:\r\n  - python = 3.8  # old\r\n  - 'numpy=1.26.4=py_0'  # presolve: numpy>=1 # mine\r\n\
                \x20 - libblas=3=0  # presolve: added\r\n  - pip\r\n  - pip:\r\n    - torch==2.4.1 ; python_version < '3.13'  # presolve: torch>=2 ; python_version < '3.13'\r\n    - sympy==1.12  # presolve: added\r\n    - \"x\"\r\n";
    let environment = parse(text).expect("reads");
    let conda: Vec<String> = environment
        .conda
        .iter()
        .map(|r| {
            format!(
                "{} {} = {} pin {:?} {}",
                r.location,
                r.location.text(),
                r.text,
                r.pin.as_ref().and_then(|pin| pin.build.as_ref()),
                r.added_by_pin
            )
        })
        .collect();
    insta::assert_snapshot!(conda.join("\n"), @r#"
    environment.yml:7:5 python = 3.8 = python = 3.8 pin None false
    environment.yml:8:5 'numpy=1.26.4=py_0' = numpy>=1 pin Some("py_0") false
    environment.yml:9:5 libblas=3=0 = libblas=3=0 pin Some("0") true
    environment.yml:10:5 pip = pip pin None false
    "#);
    let pip: Vec<String> = environment
        .pip
        .requirements
        .iter()
        .map(|r| {
            format!(
                "{} {} = {} pin {:?} {}",
                r.location,
                r.location.text(),
                r.text,
                r.pin.as_ref().map(ToString::to_string),
                r.added_by_pin
            )
        })
        .collect();
    insta::assert_snapshot!(pip.join("\n"), @r#"
    environment.yml:12:7 torch==2.4.1 ; python_version < '3.13' = torch>=2 ; python_version < '3.13' pin Some("2.4.1") false
    environment.yml:13:7 sympy==1.12 = sympy==1.12 pin Some("1.12") true
    environment.yml:14:7 "x" = x pin None false
    "#);
    assert_eq!(environment.name.expect("is named").value, "déjà");
    assert_eq!(
        environment
            .pinned_platform
            .expect("is pinned")
            .location
            .text(),
        "linux-64"
    );
    assert_eq!(environment.channels.len(), 1);
    assert!(environment.warnings.is_empty());
}

#[test]
fn a_line_edited_after_pinning_is_the_declaration() {
    let environment = parse("dependencies:\n- numpy=2  # presolve: numpy>=1 # mine\n- scipy=1=0  # presolve: numpy\n- pip:\n  - x>2  # presolve: x>1\n").expect("reads");
    assert_eq!(environment.conda[0].text, "numpy=2");
    assert_eq!(environment.conda[1].text, "scipy=1=0");
    assert_eq!(environment.pip.requirements[0].text, "x>2");
}

#[test]
fn a_name_that_is_no_text_is_warned_of() {
    let warned = said("name:\n- singlem\ndependencies: []\n");
    insta::assert_snapshot!(warned, @r"
    warning[malformed-name]: `name` is not a string: conda can create the environment only with `-p`
     --> environment.yml:1:1
      |
    1 | name:
      | ^^^^
      |
      = help: write a plain name
    note[no-dependencies]: the file lists no packages
     --> environment.yml:3:1
      |
    3 | dependencies: []
      | ^^^^^^^^^^^^
      |
      = note: conda creates an empty environment
      = help: add packages below `dependencies`
    ");
}

#[test]
fn a_bare_key_misses_its_colon_only_above_other_lines() {
    let joined = "error[joined-lines]: a `:` is missing after `name`";
    let mapping = "error[not-an-environment]: the file is not a mapping of keys to values";
    for (text, error) in [
        ("name\n  demo\n", joined),
        ("name\n\ndemo\n", joined),
        ("name", mapping),
        ("# why\nname  # of it\n\n", mapping),
    ] {
        let errors = said(text);
        assert!(errors.starts_with(error), "{text:?}: {errors}");
    }
}

#[test]
fn an_empty_entry_is_one_error() {
    insta::assert_snapshot!(said("dependencies:\n- a\n- pip:\n  - b\n  - c\n  -\n"), @"
    error[unexpected-entry]: the entry is empty, which conda rejects
     --> environment.yml:6:3
      |
    6 |   -
      |   ^
      |
      = help: write a name, or remove the line
    ");
    insta::assert_snapshot!(said("dependencies:\n- a\n-  # later\n- b\n"), @"
    error[unexpected-entry]: the entry is empty, which conda rejects
     --> environment.yml:3:1
      |
    3 | -  # later
      | ^
      |
      = help: write a name, or remove the line
    ");
    insta::assert_snapshot!(said("channels:\n  - x\n  - \ndependencies: [a]\n"), @"
    error[unexpected-entry]: the entry is empty, which conda rejects
     --> environment.yml:3:3
      |
    3 |   - 
      |   ^
      |
      = help: write a name, or remove the line
    ");
}

#[test]
fn a_python_tag_is_one_error() {
    let old = "name: ml  # !!python/no\nchannels: !!python/tuple\n- !!python/unicode 'defaults'\ndependencies: [a]\n";
    insta::assert_snapshot!(said(old), @"
    error[python-tag]: `!!python/tuple` is a Python tag, which conda does not read
     --> environment.yml:2:11
      |
    2 | channels: !!python/tuple
      |           ^^^^^^^^^^^^^^
      |
      = help: remove the tag; lists and strings need none
    ");
}

#[test]
fn odd_files_are_warned_of() {
    insta::assert_snapshot!(said("Name: x\nfoo: 1\nprefix: /home\ndependecies: []\ndependencies:\n- pip:\n  - a\n- pip:\n  - b\n- pip:\n"), @r#"
    warning[misspelt-key]: conda does not know the key `Name` and ignores it
     --> environment.yml:1:1
      |
    1 | Name: x
      | ^^^^
      |
      = help: did you mean `name`?
    warning[unknown-key]: conda does not know the key `foo` and ignores it
     --> environment.yml:2:1
      |
    2 | foo: 1
      | ^^^
      |
      = help: remove it, or move it where it belongs
    warning[prefix-in-file]: `prefix` is a path on the machine that exported the file
     --> environment.yml:3:1
      |
    3 | prefix: /home
      | ^^^^^^
      |
      = help: remove it
    warning[unknown-key]: conda does not know the key `dependecies` and ignores it
     --> environment.yml:4:1
      |
    4 | dependecies: []
      | ^^^^^^^^^^^
      |
      = help: did you mean `dependencies`, which the file also has?
    warning[several-pip-lists]: there are several pip lists, and conda installs only the last one
      --> environment.yml:6:3
       |
     6 | - pip:
       |   ^^^ conda ignores this list
     7 |   - a
     8 | - pip:
       |   --- and this one
     9 |   - b
    10 | - pip:
       |   --- the last list is empty
       |
       = note: not installed: `a`, `b`
       = help: merge them into one list: `presolve check --fix`
    warning[pip-not-declared]: there is a pip list but no `pip`
     --> environment.yml:6:3
      |
    6 | - pip:
      |   ^^^
      |
      = note: conda adds `pip` automatically, with a warning
      = help: add `- pip` to the dependencies
    "#);
}

#[test]
fn what_conda_would_refuse_is_placed() {
    for text in [
        "",
        "# only a comment\n",
        "- a\n",
        "dependencies:\n",
        "dependencies:\n  a: 1\n",
        "dependencies:\n- 3.8\n-\n- a: 1\n- sel(linux): b\n- {{ c }}\n- [d]\n- !x e\n- f g h i\n- true\n- git+https://u:p@h\n",
        "dependencies:\n- pip: a\n",
        "dependencies:\n- pip:\n  - 1\n  - a: b\n  - x=={{latest-pypi-version}}\n",
        "channels: conda-forge\ndependencies: []\n",
        "dependencies:\n\t- a\n",
        "dependencies:\n- a\ndependencies:\n- b\n",
        "dependencies: []\n---\na: 1\n",
        "dependencies:\n<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> main\n",
        "{% set x = 1 %}\ndependencies:\n- a\n",
        "dependencies:\n- 'a\n",
        "dependencies:\n- git+https://u:sesame@h/x\n- x @ https://u:sesame@h/y z\n",
        "dependencies:\n- pip:\n  - x] @ https://u:sesame@h/y.whl\n",
    ] {
        let failure = parse(text).expect_err(text);
        assert_eq!(failure.kind, FailureKind::Input);
        for diagnostic in &failure.diagnostics {
            assert!(!diagnostic.labels.is_empty());
            assert!(
                !diagnostic.help.is_empty() || diagnostic.name.starts_with("invalid"),
                "{text}: {diagnostic:?}"
            );
            let rendered = unstyled(&render(diagnostic));
            assert!(
                !rendered.contains("u:p") && !rendered.contains("sesame"),
                "{rendered}"
            );
        }
    }
    insta::assert_snapshot!(said("dependencies:\n- 3.8\n- sel(linux): b\n- pip:\n  - {{ c }}\n"), @r#"
    error[unexpected-entry]: expected a name, found a number
     --> environment.yml:2:3
      |
    2 | - 3.8
      |   ^^^
      |
      = help: write `name=version`
    error[template-value]: this is a template
     --> environment.yml:5:5
      |
    5 |   - {{ c }}
      |     ^^^^^^^
      |
      = help: render the template first, or write the version
    "#);
    insta::assert_snapshot!(said("name: x\ndependencies:\n<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> main\n"), @r#"
    error[merge-conflict]: a merge conflict is left in the file
     --> environment.yml:3:1
      |
    3 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ begins here
    ...
    7 | >>>>>>> main
      | ------------ ends here
      |
      = help: resolve the conflict and remove its markers
    "#);
}

#[test]
fn selectors_are_read_with_a_warning() {
    let text = "dependencies:\n- sel(linux): b >=1\n- c  # [win]\n- sel(osx): d\n";
    let environment = parse(text).expect("reads");
    let texts: Vec<&str> = environment.conda.iter().map(|r| &*r.text).collect();
    assert_eq!(texts, ["b >=1", "c", "d"]);
    let names: Vec<&str> = environment.warnings.iter().map(|one| one.name).collect();
    let expected = [
        codes::PLATFORM_SELECTOR,
        codes::PLATFORM_SELECTOR,
        codes::SELECTOR_COMMENT,
    ];
    assert_eq!(names, expected);
    for text in ["sel(linux64): b", "sel(linux): [b, c]", "sel( linux ): b"] {
        let failure = parse(&format!("dependencies:\n- {text}\n")).expect_err(text);
        assert_eq!(
            failure.diagnostics[0].name,
            codes::PLATFORM_SELECTOR,
            "{text}"
        );
    }
}

#[test]
fn anchors_and_folded_scalars_are_read() {
    let environment = parse("channels: &c [conda-forge]\ndependencies:\n- &n numpy\n- *n\n- python\n  >=3\n- >-\n  scipy\n- pip:\n  - |\n    a\n    b>=1\n").expect("reads");
    let texts: Vec<&str> = environment.conda.iter().map(|r| &*r.text).collect();
    assert_eq!(texts, ["numpy", "numpy", "python >=3", "scipy"]);
    assert_eq!(environment.pip.requirements.len(), 2);
}
