//! The positions of the boxes of a graph, in pixels.
//!
//! The trees of a [`Graph`] have no crossings, and neither has the picture: each box has its
//! own band of rows, and its children stay within that band. In a row, columns lead from the
//! declared lines to the disputed package. If there is no room for columns, all boxes are
//! below each other, each indented relative to the box that needs it.

use super::label::{Label, Style};
use crate::explanation::graph::{Claim, Graph, Shown};
use presolve_explain::Explanation;
use presolve_solve::conflict::{Half, Left, Versions};
use presolve_words::places;

mod columns;
mod stack;

/// The positions of all boxes and lines of a picture.
#[derive(Default)]
pub(super) struct Layout {
    /// The width, in pixels.
    pub width: f64,
    /// The height, in pixels.
    pub height: f64,
    /// The boxes; none overlaps another.
    pub boxes: Vec<Placed>,
    /// The lines between them, which go through no box.
    pub wires: Vec<Wire>,
}

/// A box with its text.
pub(super) struct Placed {
    /// The left edge, in pixels.
    pub x: f64,
    /// The upper edge, in pixels.
    pub y: f64,
    /// The width, in pixels.
    pub width: f64,
    /// The height, in pixels.
    pub height: f64,
    /// The kind of the box.
    pub kind: Kind,
    /// The text in the box.
    pub label: Label,
}

/// The kind of a box, which decides its shape and colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A declared requirement.
    Line,
    /// A package on the chain.
    Package(Half),
    /// The candidates of the disputed package that a line leaves.
    Claim,
    /// The disputed package.
    Disputed(Half),
}

/// A line between boxes.
pub(super) struct Wire {
    /// The path in the syntax of SVG.
    pub path: String,
    /// The meaning of the line.
    pub kind: WireKind,
}

/// The meanings of a line between boxes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum WireKind {
    /// One package needs the other.
    Needs,
    /// The versions conflict.
    Clashes,
    /// The chain depends on this package.
    Given,
}

/// The space between the left or right edge of a box and its text, in pixels.
const PADDING: f64 = 12.0;
/// The space between the upper or lower edge of a box and its text, in pixels.
const PADDING_Y: f64 = 8.0;
/// The width of the slanted or round side of a package, in pixels.
const SIDE: f64 = 8.0;
/// The space between two rows, in pixels.
const ROW: f64 = 14.0;
/// The margin around the picture for strokes, in pixels.
const MARGIN: f64 = 4.0;
/// A child of a box: another box, or a claim.
#[derive(Clone, Copy, PartialEq)]
enum Child {
    Node(usize),
    Claim(usize),
}

impl Layout {
    fn add(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), kind: Kind, label: Label) {
        self.boxes.push(Placed {
            x,
            y,
            width,
            height,
            kind,
            label,
        });
    }

    fn wire(&mut self, kind: WireKind, path: String) {
        self.wires.push(Wire { path, kind });
    }
}

/// The texts of the boxes.
struct Labels<'g> {
    explanation: &'g Explanation,
    graph: &'g Graph<'g>,
    /// The maximum width of a text, in pixels.
    text: f64,
}

impl Labels<'_> {
    fn child(&self, child: Child) -> (Kind, Label) {
        match child {
            Child::Claim(claim) => (Kind::Claim, self.claim(&self.graph.claims[claim])),
            Child::Node(node) => match self.graph.nodes[node].shows {
                Shown::Line(line) => (Kind::Line, self.line(line)),
                Shown::Package(left) => (Kind::Package(left.package.half), self.package(left)),
            },
        }
    }

    fn line(&self, line: usize) -> Label {
        let place = match &self.explanation.places[line] {
            Some(place) => format!("line {}", place.line_column().0),
            None => places::outside_files(&self.explanation.declared[line]).to_owned(),
        };
        Label::default()
            .paragraph(&place, Style::Small, self.text, 1)
            .paragraph(
                &self.explanation.declared[line].text,
                Style::Text,
                self.text,
                3,
            )
    }

    fn package(&self, left: &Left) -> Label {
        let label = Label::default()
            .paragraph(&left.package.half.to_string(), Style::Small, self.text, 1)
            .paragraph(&left.package.name, Style::Name, self.text, 2);
        match &left.versions {
            Some(versions) => label.paragraph(&versions.ranges, Style::Small, self.text, 2),
            None => label.paragraph("in no version", Style::Small, self.text, 1),
        }
    }

    fn claim(&self, claim: &Claim<'_>) -> Label {
        let label = Label::default();
        let disputed = &self.graph.disputed[claim.of];
        let mut label = match claim.versions {
            Some(versions) => label
                .paragraph(&allows(versions), Style::Small, self.text, 1)
                .paragraph(&versions.ranges, Style::Text, self.text, 3),
            None if disputed.unknown => {
                let asks = match self.graph.nodes[claim.by].shows {
                    Shown::Line(line) => {
                        self.explanation.declared[line].names(&disputed.package.name)
                    }
                    Shown::Package(_) => false,
                };
                let word = if asks { "asks for it" } else { "needs it" };
                label.paragraph(word, Style::Small, self.text, 1)
            }
            None => match claim.asked {
                Some(asked) => label
                    .paragraph("no match for", Style::Small, self.text, 2)
                    .paragraph(asked, Style::Text, self.text, 2),
                None => label.paragraph("allows none", Style::Text, self.text, 1),
            },
        };
        for (left, _) in &claim.given {
            label = label.paragraph(&format!("given {left}"), Style::Small, self.text, 3);
        }
        label
    }

    fn disputed(&self, of: usize) -> (Kind, Label) {
        let package = &self.graph.disputed[of].package;
        let label = Label::default()
            .paragraph(&package.half.to_string(), Style::Small, self.text, 1)
            .paragraph(&package.name, Style::Title, self.text, 2)
            .paragraph(self.graph.verdict(of), Style::Small, self.text, 2);
        (Kind::Disputed(package.half), label)
    }
}

fn allows(versions: &Versions) -> String {
    match versions.count {
        1 => "allows 1 version".to_owned(),
        count => format!("allows {count} versions"),
    }
}

/// Returns the space between the text and the left or right edge.
fn side(kind: Kind) -> f64 {
    match kind {
        Kind::Package(_) | Kind::Disputed(_) => PADDING + SIDE,
        Kind::Line | Kind::Claim => PADDING,
    }
}

fn size(kind: Kind, label: &Label) -> (f64, f64) {
    let width = label.width() + 2.0 * side(kind);
    (width.ceil(), (label.height() + 2.0 * PADDING_Y).ceil())
}

/// Returns the number of boxes in the longest row before its claim.
fn depth(graph: &Graph<'_>) -> usize {
    let depth = |mut node: usize| {
        let mut depth = 1;
        while let Some(by) = graph.nodes[node].needed_by {
            (node, depth) = (by, depth + 1);
        }
        depth
    };
    (0..graph.nodes.len()).map(depth).max().unwrap_or(0)
}

fn children(graph: &Graph<'_>, child: Child) -> Vec<Child> {
    let Child::Node(node) = child else {
        return Vec::new();
    };
    let claims = (0..graph.claims.len()).filter(|&claim| graph.claims[claim].by == node);
    let nodes = graph.behind(node).map(Child::Node);
    nodes.chain(claims.map(Child::Claim)).collect()
}

#[cfg(test)]
mod tests;
