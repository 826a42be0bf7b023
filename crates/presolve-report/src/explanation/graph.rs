//! A conflict as a graph, shared by all formats that draw one: the declared lines, their
//! chains, and the package that they disagree on.
//!
//! Each line has its own tree, because it leaves different candidates of a package than
//! other lines. Chains of one line share their common beginning. All trees end at the
//! disputed package.

use presolve_solve::{
    Conflict, Missing,
    conflict::{Case, Chain, Half, Left, Package, Versions},
};

/// One reason for a conflict as a graph.
pub(super) struct Graph<'c> {
    /// The case that is drawn; `None` if packages do not exist.
    pub case: Option<&'c Case>,
    /// The boxes, each after its parent.
    pub nodes: Vec<Node<'c>>,
    /// The packages without a common candidate, or that do not exist; at least one.
    pub disputed: Vec<Disputed>,
    /// The candidates of the disputed packages that the lines leave.
    pub claims: Vec<Claim<'c>>,
}

/// A box of the trees.
pub(super) struct Node<'c> {
    /// The content of the box.
    pub shows: Shown<'c>,
    /// The index of the box that needs it; `None` for a declared line.
    pub needed_by: Option<usize>,
}

/// The content of a box.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shown<'c> {
    /// The declared requirement with this index.
    Line(usize),
    /// A package with its remaining candidates.
    Package(&'c Left),
}

/// A package that the lines disagree on, or that does not exist.
pub(super) struct Disputed {
    /// The package.
    pub package: Package,
    /// Whether no channel or index has it.
    pub unknown: bool,
}

/// The candidates of a disputed package that a line leaves.
pub(super) struct Claim<'c> {
    /// The index of the box that demands it.
    pub by: usize,
    /// The index of the package in [`Graph::disputed`].
    pub of: usize,
    /// The remaining versions; `None` if there are none.
    pub versions: Option<&'c Versions>,
    /// The version constraint, if no candidate satisfies it.
    pub asked: Option<&'c str>,
    /// The candidates that other lines leave of the packages that the claim depends on, with
    /// the boxes that show why.
    pub given: Vec<(&'c Left, Vec<usize>)>,
}

/// Returns the graphs of a conflict, one for each of its reasons.
pub(super) fn graphs(conflict: &Conflict) -> Vec<Graph<'_>> {
    if conflict.cases.is_empty() && !conflict.missing.is_empty() {
        return vec![Graph::of_missing(&conflict.missing)];
    }
    let cases = conflict.cases.iter();
    cases
        .map(|case| Graph::of_case(case, &conflict.missing))
        .collect()
}

impl<'c> Graph<'c> {
    fn of_missing(missing: &'c [Missing]) -> Self {
        let mut graph = Self {
            case: None,
            nodes: Vec::new(),
            disputed: Vec::new(),
            claims: Vec::new(),
        };
        for missing in missing {
            let by = graph.node(None, Shown::Line(missing.declared));
            graph.claims.push(Claim {
                by,
                of: graph.disputed.len(),
                versions: None,
                asked: None,
                given: Vec::new(),
            });
            graph.disputed.push(Disputed {
                package: missing.package(),
                unknown: true,
            });
        }
        graph
    }

    fn of_case(case: &'c Case, missing: &[Missing]) -> Self {
        let mut missing = missing.iter();
        let mut graph = Self {
            case: Some(case),
            nodes: Vec::new(),
            disputed: vec![Disputed {
                package: case.disputed.clone(),
                unknown: missing.any(|missing| missing.package() == case.disputed),
            }],
            claims: Vec::new(),
        };
        // The box at the end of each chain to a given package.
        let mut supports: Vec<(usize, &Package)> = Vec::new();
        for chain in &case.chains {
            let end = graph.chain(chain, &case.disputed);
            if !chain.leads_to(&case.disputed) {
                supports.push((end, &chain.end().package));
            }
        }
        for claim in &mut graph.claims {
            for (left, by) in &mut claim.given {
                let of_it = supports.iter().filter(|(_, of)| **of == left.package);
                by.extend(of_it.map(|(node, _)| *node));
            }
        }
        graph
    }

    /// Adds a chain; returns the last box of its tree.
    fn chain(&mut self, chain: &'c Chain, disputed: &Package) -> usize {
        let mut at = self.node(None, Shown::Line(chain.line));
        let claims = chain.leads_to(disputed);
        let boxes = chain.links.len() - usize::from(claims);
        for left in &chain.links[..boxes] {
            at = self.node(Some(at), Shown::Package(left));
        }
        if claims {
            self.claims.push(Claim {
                by: at,
                of: 0,
                versions: chain.end().versions.as_ref(),
                asked: chain.asked.as_deref(),
                given: chain.given.iter().map(|left| (left, Vec::new())).collect(),
            });
        }
        at
    }

    /// Returns the child box with this content, adding it if needed.
    fn node(&mut self, needed_by: Option<usize>, shows: Shown<'c>) -> usize {
        let same = |node: &Node<'_>| node.needed_by == needed_by && node.shows == shows;
        if let Some(known) = self.nodes.iter().position(same) {
            return known;
        }
        self.nodes.push(Node { shows, needed_by });
        self.nodes.len() - 1
    }

    /// Whether it shows a single line and its own requirement only.
    pub(super) fn is_plain(&self) -> bool {
        self.nodes.len() == 1 && self.claims.len() == 1
    }

    /// Returns the children of a box.
    pub(super) fn behind(&self, node: usize) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(move |&other| self.nodes[other].needed_by == Some(node))
    }

    /// Returns the indices of the boxes of declared requirements and of these requirements.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter_map(|(node, shown)| match shown.shows {
            Shown::Line(line) => Some((node, line)),
            Shown::Package(_) => None,
        })
    }

    /// Returns a short verdict on a disputed package.
    pub(super) fn verdict(&self, of: usize) -> &'static str {
        let disputed = &self.disputed[of];
        let mut claims = self.claims.iter().filter(|claim| claim.of == of);
        match (disputed.unknown, disputed.package.half) {
            (true, Half::Conda) => "in no channel",
            (true, Half::Pypi) => "in no index",
            (true, Half::Virtual) => "not on the target machine",
            (false, _) if claims.any(|claim| claim.versions.is_none()) => "no match",
            (false, _) => "no common version",
        }
    }
}
