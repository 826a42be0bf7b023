//! Compares presolve's reading of scripts with tree-sitter's bash grammar. Every command must
//! be found, and each of its words must be at the same place.

use std::{ops::Range, path::Path, sync::Arc};

use tree_sitter::{Node, Parser, TreeCursor};

use super::{
    build::Build,
    dockerfile::Dockerfile,
    script::{self, Form, Invocation, Scene},
    text::Text,
};
use presolve_text::{files::Fence, source::SourceFile};

/// The words of a command, as byte ranges of the script.
type Words = Vec<Range<usize>>;

/// The commands of a script by tree-sitter; `None` if it finds a syntax error.
fn expected(script: &str) -> Option<Vec<Words>> {
    let mut parser = Parser::new();
    let language = tree_sitter_bash::LANGUAGE.into();
    parser.set_language(&language).expect("versions that agree");
    let tree = parser.parse(script, None).expect("no time limit");
    if tree.root_node().has_error() {
        return None;
    }
    let mut commands = Vec::new();
    let mut cursor = tree.walk();
    loop {
        if cursor.node().kind() == "command" {
            commands.push(words_of(cursor.node()));
        }
        if !advance(&mut cursor) {
            return Some(commands);
        }
    }
}

/// Moves to the next node in document order, parents before children.
fn advance(cursor: &mut TreeCursor<'_>) -> bool {
    if cursor.goto_first_child() {
        return true;
    }
    while !cursor.goto_next_sibling() {
        if !cursor.goto_parent() {
            return false;
        }
    }
    true
}

/// The name and the arguments of a command, without assignments before it.
fn words_of(command: Node<'_>) -> Words {
    let mut cursor = command.walk();
    let children = command.named_children(&mut cursor);
    let is_word = |node: &Node<'_>| {
        let kind = node.kind();
        kind != "variable_assignment" && !kind.ends_with("redirect")
    };
    children
        .filter(is_word)
        .map(|node| node.byte_range())
        .collect()
}

fn scene() -> Scene {
    let source = SourceFile::from_text("Dockerfile", "FROM x\nRUN x\n");
    let build = Build::of(&Dockerfile::read(&source));
    build.commands[0].scene.clone()
}

fn invocations(script: &str) -> Vec<Invocation> {
    let text = Text::of(script, 0..script.len());
    script::invocations(&text, &[], scene(), Form::Heredoc)
}

/// The commands of a script that presolve misses or reads differently.
fn differences(script: &str) -> Vec<String> {
    let Some(expected) = expected(script) else {
        return Vec::new();
    };
    let found = invocations(script);
    let found: Vec<Words> = found
        .iter()
        .map(|one| one.words.iter().map(|word| word.span.clone()).collect())
        .collect();
    let is_found = |words: &Words| {
        // tree-sitter counts `time` as a word of the command, and words after a redirection as
        // part of the redirection.
        let words = match &script[words[0].clone()] {
            "time" => &words[1..],
            _ => &words[..],
        };
        found.iter().any(|found| found.starts_with(words))
    };
    let lost = expected.iter().filter(|words| !is_found(words));
    lost.map(|words| {
        let words = words.iter().map(|word| &script[word.clone()]);
        words.collect::<Vec<_>>().join(" ")
    })
    .collect()
}

/// Scripts that an earlier lexer misread, and similar ones.
const SCRIPTS: &[&str] = &[
    "x=$(date +\")\") && pip install scipy",
    "echo \"$(echo \")\")\" && pip install numpy",
    "echo ${a:-${b}} \"${a:-\"}\"}\" ${a#\\}} && pip install x",
    "echo \"${a:-$(echo '}')}\" && pip install x",
    "echo $((1+(2))) $((x << 2)) && pip install x",
    "echo `echo \\`a\\` ')'` && pip install x",
    "x=$(case a in a) echo;; (b) echo;; esac) && pip install y",
    "x=$(cat <<E\n)\nE\n) && pip install x",
    "x=$(echo a # )\n) && pip install x",
    "x=$(echo a#b) && pip install x",
    "echo $'a)b\\'' && pip install x",
    "list=(b c) && pip install x",
    "diff <(a) <(pip install b) && pip install c",
    "[[ $a =~ (b|c) && -f d ]] && pip install a",
    "((i++)) && pip install a; ( (a); b)",
    "cat > f <<E && pip install a\npip install it's\nE\npip install b",
    "cat <<-'E' | pip install a\n\tit's\n\tE\npip install b",
    "case $x in (a|b) pip install a;; *) pip install b;; esac; pip install c",
    "f() { pip install a; }; g() (pip install b); function h { pip install c; }; f",
    "for x in $(pip freeze) b; do pip install $x; done; pip install y",
    "while read p; do pip install $p; done < x; until false; do pip install a; done",
    "if ! pip install a; then pip install b; elif pip list; then x; else pip install c; fi",
    "(cd x && pip install a) & wait; { pip install b; } > log; time pip install c",
    "pip install \"$(cat \"a b\")\" 'numpy>=1' && echo \"a\\\"b\" 'c\"d' && pip install e",
    "$(which pip) install a && \"$(command -v pip3)\" install b",
];

#[test]
fn no_command_is_lost() {
    for script in SCRIPTS {
        assert!(expected(script).is_some(), "{script}");
        assert_eq!(differences(script), [""; 0], "{script}");
    }
}

/// Every script of the Dockerfiles in `shared/azureml`, if they are there.
#[test]
fn commands_of_real_dockerfiles_are_read_as_bash_reads_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/azureml");
    let walk = ignore::WalkBuilder::new(&folder)
        .standard_filters(false)
        .build();
    let mut scripts = 0;
    for entry in walk.flatten() {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let source = SourceFile::read(entry.path(), &Fence::none());
        let Some(source) = source
            .ok()
            .filter(|source| is_file && Dockerfile::is_one(source))
        else {
            continue;
        };
        for script in scripts_of(&source) {
            scripts += 1;
            let differences = differences(&script);
            assert_eq!(differences, [""; 0], "{}: {script}", entry.path().display());
        }
    }
    println!("{scripts} scripts of {} were read", folder.display());
}

fn scripts_of(source: &Arc<SourceFile>) -> Vec<String> {
    let dockerfile = Dockerfile::read(source);
    let runs = dockerfile.instructions.iter();
    let runs = runs.filter(|one| one.keyword == "RUN");
    let texts = runs.flat_map(|run| std::iter::once(&run.arguments).chain(&run.heredocs));
    texts.map(Text::plain).collect()
}
