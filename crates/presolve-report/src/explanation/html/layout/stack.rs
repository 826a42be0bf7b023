//! Boxes below each other, each indented relative to the box that needs it.

use super::{Child, Labels, Layout, MARGIN, PADDING, ROW, SIDE, WireKind, children, depth, size};
use crate::explanation::graph::Graph;
use presolve_explain::Explanation;

/// The indentation of a box relative to the one that needs it, and the space for wires on the
/// right, in pixels.
const INDENT: f64 = 20.0;
/// The maximum share of the width that indents use.
const INDENTED: f64 = 0.4;

impl Layout {
    /// Arranges the boxes below each other within this width, in pixels.
    pub(crate) fn stacked(explanation: &Explanation, graph: &Graph<'_>, width: f64) -> Self {
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
}

struct Stack<'g> {
    labels: Labels<'g>,
    layout: Layout,
    indent: f64,
    /// The upper edge of the next box.
    y: f64,
    /// The right edges of the claims of each disputed package.
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

    /// Adds the disputed packages at the bottom. The wires to them run down on the right.
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
