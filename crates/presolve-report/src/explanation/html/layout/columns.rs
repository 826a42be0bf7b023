//! Boxes in columns, from the declared lines on the left to the disputed package.

use super::{Child, Kind, Labels, Layout, MARGIN, ROW, WireKind, children, depth, size};
use crate::explanation::{graph::Graph, html::label::Label};
use presolve_explain::Explanation;

/// The maximum width of the text of a box, in pixels.
const TEXT: f64 = 215.0;
/// The space between two columns, in pixels.
const GAP: f64 = 44.0;

impl Layout {
    /// Arranges the boxes in columns, as wide as necessary.
    pub(crate) fn columns(explanation: &Explanation, graph: &Graph<'_>) -> Self {
        let mut columns = Columns::new(explanation, graph);
        let mut y = MARGIN;
        for (node, _) in graph.lines() {
            y = columns.place(Child::Node(node), 0, y) + ROW;
        }
        let down = columns.level();
        columns.connect(y - ROW + down)
    }
}

/// A box with its column, before its position is final.
struct Cell {
    child: Child,
    column: usize,
    /// The vertical middle of its band, in pixels.
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

    /// Places a box and its children below `top`; returns the lower end of its band.
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
        // A box that is higher than its children moves them down.
        let above = (top + height / 2.0 - middle).max(0.0);
        for cell in &mut self.cells[own + 1..] {
            cell.middle += above;
        }
        self.cells[own].middle = middle + above;
        (end + above).max(middle + above + height / 2.0)
    }

    /// Makes room for a disputed package that is higher than the boxes that lead to it;
    /// returns by how much the boxes move down.
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

    /// Positions the columns, and draws the wires between them.
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

    /// Draws the wires that end at a box.
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

    /// Places the disputed packages in a last column, each in the middle of its claims.
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

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len().max(1) as f64
}

/// Returns a curve to a point further right, horizontal at both ends.
fn curve((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> String {
    if (y - to_y).abs() < 0.5 {
        return format!("M{x:.1} {y:.1} L{to_x:.1} {to_y:.1}");
    }
    let half = f64::midpoint(x, to_x);
    format!("M{x:.1} {y:.1} C{half:.1} {y:.1} {half:.1} {to_y:.1} {to_x:.1} {to_y:.1}")
}
