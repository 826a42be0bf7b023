//! Pictures of generated conflicts, checked without a browser.

use proptest::prelude::*;

use super::*;
use crate::explanation::graph::graphs;
use presolve_solve::{
    Conflict, Declared, DeclaredKind,
    conflict::{Case, Chain, Package},
};

fn declared(text: &str) -> Declared {
    let name = "named".parse().expect("a name");
    Declared {
        text: text.to_owned(),
        kind: DeclaredKind::PipOpaque(Some(name), pep508_rs::MarkerTree::TRUE),
        channels: Vec::new(),
        hashes: Vec::new(),
    }
}

fn explanation(texts: &[String]) -> Explanation {
    Explanation {
        subdir: rattler_conda_types::Subdir::Linux64,
        virtual_packages: Vec::new(),
        channels: Vec::new(),
        channel_priority: presolve_target::ChannelPriority::Flexible,
        file: presolve_text::source::SourceFile::from_text("e.yml", ""),
        declared: texts.iter().map(|text| declared(text)).collect(),
        places: vec![None; texts.len()],
        missing: Vec::new(),
        solution: None,
        gone_builds: None,
        conflicts: Vec::new(),
        fixes: Vec::new(),
        least_changes: 0,
        cost: None,
        left_out: Vec::new(),
        errors: Vec::new(),
        notices: Vec::new(),
    }
}

fn left(name: &str, half: Half, ranges: &str) -> Left {
    Left {
        package: Package {
            name: name.to_owned(),
            half,
        },
        versions: (!ranges.is_empty()).then(|| Versions {
            ranges: ranges.to_owned(),
            is_whole: true,
            count: 3,
            all: Vec::new(),
        }),
    }
}

fn a_half() -> impl Strategy<Value = Half> {
    prop_oneof![Just(Half::Conda), Just(Half::Pypi), Just(Half::Virtual)]
}

fn a_left() -> impl Strategy<Value = Left> {
    let name = prop_oneof!["[a-c]", "[a-z蛇-]{1,60}"];
    (name, a_half(), "[0-9. or]{0,70}").prop_map(|(name, half, ranges)| left(&name, half, &ranges))
}

/// Generates chains of a few lines. Most end at the disputed package, the others are given.
fn a_conflict() -> impl Strategy<Value = (Vec<String>, Conflict)> {
    let chain = (
        0..4_usize,
        prop::collection::vec(a_left(), 0..5),
        prop::collection::vec(a_left(), 0..2),
        prop::bool::weighted(0.8),
        "[0-9. ]{0,40}",
    );
    let chains = prop::collection::vec(chain, 1..7);
    let texts = prop::collection::vec("[a-z =<>0-9蛇]{1,90}", 4);
    let asked = prop::option::of("[<>=0-9., ]{1,80}");
    (texts, chains, a_half(), asked).prop_map(|(texts, chains, half, asked)| {
        let disputed = left("disputed", half, "").package;
        let mut all = Vec::new();
        for (line, mut links, given, ends, ranges) in chains {
            // A given package first needs a chain of its own.
            for left in &given {
                let links = vec![left.clone()];
                all.push(Chain {
                    line,
                    links,
                    asked: None,
                    given: Vec::new(),
                });
            }
            if ends || links.is_empty() {
                links.push(left("disputed", half, &ranges));
            }
            all.push(Chain {
                line,
                links,
                asked: asked.clone(),
                given,
            });
        }
        if !all.iter().any(|chain| chain.leads_to(&disputed)) {
            let links = vec![left("disputed", half, "1")];
            all.push(Chain {
                line: 0,
                links,
                asked: None,
                given: Vec::new(),
            });
        }
        let case = Case {
            choice: None,
            disputed,
            chains: all,
            ruled_out: Vec::new(),
            nearest: None,
            notes: Vec::new(),
        };
        let conflict = Conflict {
            lines: vec![0, 1, 2, 3],
            cases: vec![case],
            ..Conflict::default()
        };
        (texts, conflict)
    })
}

/// Returns the errors of a picture.
fn problems(layout: &Layout) -> Vec<String> {
    let mut problems = Vec::new();
    let slack = 0.01;
    for (place, a) in layout.boxes.iter().enumerate() {
        let name = &a.label.full;
        let (right, bottom) = (a.x + a.width, a.y + a.height);
        if a.x < 0.0 || a.y < 0.0 || right > layout.width + slack || bottom > layout.height + slack
        {
            problems.push(format!("leaves the picture: {name}"));
        }
        if a.label.width() > a.width || a.label.height() > a.height {
            problems.push(format!("leaves its box: {name}"));
        }
        for b in &layout.boxes[place + 1..] {
            let apart =
                right <= b.x || b.x + b.width <= a.x || bottom <= b.y || b.y + b.height <= a.y;
            if !apart {
                problems.push(format!("overlap: {name}, {}", b.label.full));
            }
        }
    }
    problems
}

proptest! {
    #[test]
    fn no_boxes_overlap_and_no_text_leaves_them((texts, conflict) in a_conflict()) {
        let explanation = explanation(&texts);
        let graphs = graphs(&conflict);
        let graph = &graphs[0];
        let pictures = [
            Layout::columns(&explanation, graph),
            Layout::stacked(&explanation, graph, 640.0),
            Layout::stacked(&explanation, graph, 330.0),
        ];
        for layout in &pictures {
            prop_assert_eq!(problems(layout), Vec::<String>::new());
            let boxes = graph.nodes.len() + graph.claims.len() + graph.disputed.len();
            prop_assert_eq!(layout.boxes.len(), boxes);
        }
    }
}

#[test]
fn lines_that_begin_alike_share_their_beginning() {
    let (a, b) = (left("a", Half::Pypi, "1"), left("b", Half::Conda, "2"));
    let end = left("python", Half::Conda, "3");
    let chain = |line, links: &[&Left]| Chain {
        line,
        links: links.iter().copied().cloned().collect(),
        asked: None,
        given: Vec::new(),
    };
    let case = Case {
        choice: None,
        disputed: end.package.clone(),
        chains: vec![
            chain(0, &[&a, &b, &end]),
            chain(0, &[&a, &end]),
            chain(1, &[&a, &end]),
        ],
        ruled_out: Vec::new(),
        nearest: None,
        notes: Vec::new(),
    };
    let conflict = Conflict {
        cases: vec![case],
        ..Conflict::default()
    };
    let graphs = graphs(&conflict);
    // Two lines: `a` and `b` after the first, another `a` after the second.
    assert_eq!((graphs[0].nodes.len(), graphs[0].claims.len()), (5, 3));
    let texts = ["first".to_owned(), "second".to_owned()];
    let layout = Layout::columns(&explanation(&texts), &graphs[0]);
    assert_eq!(problems(&layout), Vec::<String>::new());
    let x = |text: &str| {
        let mut boxes = layout.boxes.iter();
        let found = boxes.find(|placed| placed.label.full.contains(text));
        found.expect("is there").x
    };
    assert!(x("first") < x("PyPI\na") && x("PyPI\na") < x("conda\nb"));
    assert!(x("conda\nb") < x("allows") && x("allows") < x("python"));
    assert!(
        (x("first") - x("second")).abs() < 0.01,
        "lines stand at the left"
    );
}
