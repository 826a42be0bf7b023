//! Where the boxes of a graph go, in pixels.
//!
//! The trees of a [`Graph`] have no crossings, so none are drawn: each box has a band
//! of rows of its own, and what hangs on it stays within that band. In a row, columns
//! lead from the declared lines to the disputed package. Where there is no room for
//! columns, all boxes stand below each other, each indented behind what needs it.

use super::label::{Label, Style};
use crate::{
    explain::Explanation,
    problem::conflict::{Half, Left, Versions},
    report::explanation::graph::{Claim, Graph, Shown},
};

/// A picture.
#[derive(Default)]
pub struct Layout {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// The boxes; none overlaps another.
    pub boxes: Vec<Placed>,
    /// The lines between them, which go through no box.
    pub wires: Vec<Wire>,
}

/// A box with its text.
pub struct Placed {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// What it is.
    pub kind: Kind,
    /// What stands in it.
    pub label: Label,
}

/// What a box is: decides its shape and its colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A declared requirement.
    Line,
    /// A package on the way.
    Package(Half),
    /// What a line leaves of the disputed package.
    Claim,
    /// The disputed package.
    Disputed(Half),
}

/// A line between boxes.
pub struct Wire {
    /// Its path, as SVG writes it.
    pub path: String,
    /// What it says.
    pub kind: WireKind,
}

/// What a line between boxes says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WireKind {
    /// Needs.
    Needs,
    /// Cannot agree.
    Clashes,
    /// Depends on it.
    Given,
}

/// The widest text of a box in columns.
const TEXT: f64 = 215.0;
/// Between the edge of a box and its text.
const PADDING: f64 = 12.0;
/// The same above and below.
const PADDING_Y: f64 = 8.0;
/// What the slanted or round sides of a package take.
const SIDE: f64 = 8.0;
/// Between two columns.
const GAP: f64 = 44.0;
/// Between two rows.
const ROW: f64 = 14.0;
/// Around the picture, for strokes.
const MARGIN: f64 = 4.0;
/// How far a box below is indented behind the one that needs it, and the room for
/// wires at the right.
const INDENT: f64 = 20.0;
/// The share of the width that indents may take.
const INDENTED: f64 = 0.4;

/// What hangs on a box: another box, or a claim.
#[derive(Clone, Copy, PartialEq)]
enum Child {
    Node(usize),
    Claim(usize),
}

impl Layout {
    /// In columns, as wide as it has to be.
    pub fn columns(explanation: &Explanation, graph: &Graph<'_>) -> Self {
        let mut columns = Columns::new(explanation, graph);
        let mut y = MARGIN;
        for (node, _) in graph.lines() {
            y = columns.place(Child::Node(node), 0, y) + ROW;
        }
        let down = columns.level();
        columns.connect(y - ROW + down)
    }

    /// Below each other, in this width.
    pub fn stacked(explanation: &Explanation, graph: &Graph<'_>, width: f64) -> Self {
        let mut stack = Stack {
            labels: Labels {
                explanation,
                graph,
                text: width,
            },
            layout: Layout {
                width,
                ..Layout::default()
            },
            indent: INDENT.min(width * INDENTED / depth(graph) as f64),
            y: MARGIN,
            claims: vec![Vec::new(); graph.disputed.len()],
        };
        for (node, _) in graph.lines() {
            stack.place(Child::Node(node), 0, None);
        }
        stack.connect()
    }

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

/// What stands in the boxes.
struct Labels<'g> {
    explanation: &'g Explanation,
    graph: &'g Graph<'g>,
    /// The widest text.
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
        let place = self.explanation.places[line].as_ref();
        let place = place.map_or("added by conda".to_owned(), |place| {
            format!("line {}", place.line_column().0)
        });
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
                let word = if asks { "asks for it" } else { "leads to it" };
                label.paragraph(word, Style::Small, self.text, 1)
            }
            None => label.paragraph("allows none", Style::Text, self.text, 1),
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

/// The space between the text and the edge at the sides.
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

/// A box on its way into a column.
struct Cell {
    child: Child,
    column: usize,
    /// The middle of its band.
    middle: f64,
    kind: Kind,
    label: Label,
}

struct Columns<'g> {
    graph: &'g Graph<'g>,
    labels: Labels<'g>,
    cells: Vec<Cell>,
    /// The column of the claims.
    last: usize,
}

impl<'g> Columns<'g> {
    fn new(explanation: &'g Explanation, graph: &'g Graph<'g>) -> Self {
        Self {
            graph,
            labels: Labels {
                explanation,
                graph,
                text: TEXT,
            },
            cells: Vec::new(),
            last: depth(graph),
        }
    }

    /// Places a box and all that hangs on it below `top`; gives the end of its band.
    fn place(&mut self, child: Child, column: usize, top: f64) -> f64 {
        let (kind, label) = self.labels.child(child);
        let height = size(kind, &label).1;
        let children = children(self.graph, child);
        let own = self.cells.len();
        let column = match child {
            Child::Node(_) => column,
            Child::Claim(_) => self.last,
        };
        self.cells.push(Cell {
            child,
            column,
            middle: top + height / 2.0,
            kind,
            label,
        });
        let mut end = top;
        let mut middles = Vec::new();
        for &child in &children {
            let place = self.cells.len();
            end = self.place(child, column + 1, end) + ROW;
            middles.push(self.cells[place].middle);
        }
        let (Some(first), Some(last)) = (middles.first(), middles.last()) else {
            return top + height;
        };
        end -= ROW;
        let middle = f64::midpoint(*first, *last);
        // A box that is higher than all that hangs on it moves that down.
        let above = (top + height / 2.0 - middle).max(0.0);
        for cell in &mut self.cells[own + 1..] {
            cell.middle += above;
        }
        self.cells[own].middle = middle + above;
        (end + above).max(middle + above + height / 2.0)
    }

    /// Makes room for a disputed package that is higher than all that leads to it;
    /// gives how much.
    fn level(&mut self) -> f64 {
        let (kind, label) = self.labels.disputed(0);
        let claims = self.cells.iter().filter(|cell| match cell.child {
            Child::Claim(claim) => self.graph.claims[claim].of == 0,
            Child::Node(_) => false,
        });
        let middles: Vec<f64> = claims.map(|cell| cell.middle).collect();
        let top = mean(&middles) - size(kind, &label).1 / 2.0;
        let down = (MARGIN - top).max(0.0);
        for cell in &mut self.cells {
            cell.middle += down;
        }
        down
    }

    /// Gives each column its place, and draws what is between.
    fn connect(self, end: f64) -> Layout {
        let mut widths = vec![0.0_f64; self.last + 1];
        for cell in &self.cells {
            let width = size(cell.kind, &cell.label).0;
            widths[cell.column] = widths[cell.column].max(width);
        }
        let lefts: Vec<f64> = widths
            .iter()
            .scan(MARGIN, |left, width| {
                let at = *left;
                *left += width + GAP;
                Some(at)
            })
            .collect();
        let mut layout = Layout {
            height: end + MARGIN,
            ..Layout::default()
        };
        let mut middles: Vec<Vec<f64>> = vec![Vec::new(); self.graph.disputed.len()];
        for cell in &self.cells {
            let from = (lefts[cell.column], widths[cell.column]);
            if let Child::Claim(claim) = cell.child {
                middles[self.graph.claims[claim].of].push(cell.middle);
            }
            self.incoming(&mut layout, cell, &lefts, &widths);
            let (_, height) = size(cell.kind, &cell.label);
            let at = (from.0, cell.middle - height / 2.0);
            layout.add(at, (from.1, height), cell.kind, cell.label.clone());
        }
        let right = lefts[self.last] + widths[self.last];
        self.disputed(&mut layout, &middles, right);
        layout
    }

    /// The wires that end at a box.
    fn incoming(&self, layout: &mut Layout, cell: &Cell, lefts: &[f64], widths: &[f64]) {
        let by = match cell.child {
            Child::Node(node) => self.graph.nodes[node].needed_by,
            Child::Claim(claim) => Some(self.graph.claims[claim].by),
        };
        if let Some(by) = by {
            let by = self.cell(by);
            let start = lefts[by.column] + widths[by.column];
            let bend = lefts[by.column + 1];
            let mut path = curve((start, by.middle), (bend, cell.middle));
            path += &format!(" H{:.1}", lefts[cell.column]);
            layout.wire(WireKind::Needs, path);
        }
        let Child::Claim(claim) = cell.child else {
            return;
        };
        for by in self.graph.claims[claim].given.iter().flat_map(|(_, by)| by) {
            let by = self.cell(*by);
            let start = lefts[by.column] + widths[by.column];
            let bend = lefts[self.last] - GAP;
            let path = format!("M{start:.1} {:.1} H{bend:.1} ", by.middle);
            let path = path + &curve((bend, by.middle), (lefts[self.last], cell.middle));
            layout.wire(WireKind::Given, path);
        }
    }

    fn cell(&self, node: usize) -> &Cell {
        let mut cells = self.cells.iter();
        let found = cells.find(|cell| cell.child == Child::Node(node));
        found.expect("every box is placed")
    }

    /// The disputed packages in a last column, each in the middle of its claims.
    fn disputed(&self, layout: &mut Layout, claims: &[Vec<f64>], right: f64) {
        let left = right + GAP;
        let texts: Vec<_> = (0..claims.len())
            .map(|of| self.labels.disputed(of))
            .collect();
        let sizes: Vec<_> = texts
            .iter()
            .map(|(kind, label)| size(*kind, label))
            .collect();
        let width = sizes.iter().map(|(width, _)| *width).fold(0.0, f64::max);
        let mut top = MARGIN;
        for (((kind, label), (_, height)), claims) in texts.into_iter().zip(sizes).zip(claims) {
            let middle = mean(claims);
            let y = (middle - height / 2.0).max(top);
            let middle = y + height / 2.0;
            for &claim in claims {
                layout.wire(WireKind::Clashes, curve((right, claim), (left, middle)));
            }
            layout.add((left, y), (width, height), kind, label);
            top = y + height + ROW;
        }
        layout.height = layout.height.max(top - ROW + MARGIN);
        layout.width = left + width + MARGIN;
    }
}

/// How many boxes stand in the longest row before its claim.
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

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len().max(1) as f64
}

/// From one place to another at its right, level at both ends.
fn curve((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> String {
    if (y - to_y).abs() < 0.5 {
        return format!("M{x:.1} {y:.1} L{to_x:.1} {to_y:.1}");
    }
    let half = f64::midpoint(x, to_x);
    format!("M{x:.1} {y:.1} C{half:.1} {y:.1} {half:.1} {to_y:.1} {to_x:.1} {to_y:.1}")
}

struct Stack<'g> {
    labels: Labels<'g>,
    layout: Layout,
    indent: f64,
    /// Where the next box begins.
    y: f64,
    /// Of each disputed package, the right edges of its claims.
    claims: Vec<Vec<(f64, f64)>>,
}

impl Stack<'_> {
    fn place(&mut self, child: Child, depth: usize, parent: Option<(f64, f64)>) {
        let x = MARGIN + self.indent * depth as f64;
        let room = self.layout.width - 2.0 * MARGIN - INDENT - x;
        self.labels.text = room - 2.0 * (PADDING + SIDE);
        let (kind, label) = self.labels.child(child);
        let (width, height) = size(kind, &label);
        let (top, middle) = (self.y, self.y + height / 2.0);
        if let Some((x_of, y_of)) = parent {
            let path = format!("M{x_of:.1} {y_of:.1} V{middle:.1} H{x:.1}");
            self.layout.wire(WireKind::Needs, path);
        }
        if let Child::Claim(claim) = child {
            let of = self.labels.graph.claims[claim].of;
            self.claims[of].push((x + width, middle));
        }
        self.layout.add((x, top), (width, height), kind, label);
        self.y += height + ROW;
        for child in children(self.labels.graph, child) {
            let from = (x + self.indent / 2.0, top + height);
            self.place(child, depth + 1, Some(from));
        }
    }

    /// The disputed packages below; what leads to them runs down at the right.
    fn connect(mut self) -> Layout {
        let bus = self.layout.width - MARGIN - INDENT / 2.0;
        for (of, claims) in std::mem::take(&mut self.claims).into_iter().enumerate() {
            self.labels.text = self.layout.width - 2.0 * (MARGIN + INDENT + PADDING + SIDE);
            let (kind, label) = self.labels.disputed(of);
            let (width, height) = size(kind, &label);
            let width = width.max(self.layout.width - 2.0 * (MARGIN + INDENT));
            let middle = self.y + height / 2.0;
            for (x, y) in claims {
                let path = format!(
                    "M{x:.1} {y:.1} H{bus:.1} V{middle:.1} H{:.1}",
                    MARGIN + width
                );
                self.layout.wire(WireKind::Clashes, path);
            }
            self.layout
                .add((MARGIN, self.y), (width, height), kind, label);
            self.y += height + ROW;
        }
        self.layout.height = self.y - ROW + MARGIN;
        self.layout
    }
}

#[cfg(test)]
mod tests;
