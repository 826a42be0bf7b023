//! The places of the values of a YAML document. One walk of tree-sitter's tree finds them
//! all, so that the lookups for the items of a long list are fast.

use std::{collections::HashMap, ops::Range};

use tree_sitter::{Node, Parser};

use super::route::{Route, Step};

/// The maximum depth of the walk. [`presolve_parse::nesting`] refuses deeper texts before
/// they get here.
const MAX_DEPTH: usize = 2 * presolve_parse::nesting::LIMIT;

/// The places of all values of a document.
pub(crate) struct Places {
    root: Place,
    contents: Vec<Content>,
    /// In the order of the document.
    comments: Vec<Range<usize>>,
}

/// A value of a mapping, an item of a list, or the document.
#[derive(Clone)]
pub(crate) struct Place {
    /// The value; `None` after a key without one (`key:`).
    pub value: Option<Range<usize>>,
    /// The key and the value, or the value alone if there is no key.
    pub entry: Range<usize>,
    /// `None` for an item of a list and for the document.
    pub key: Option<Range<usize>>,
    content: usize,
}

/// The content of a value.
enum Content {
    List(Vec<Place>),
    /// Places by key, without its quotes.
    Mapping(HashMap<String, Place>),
    /// A scalar, or a value without places: one with a tag, an alias of an enclosing value.
    Other,
}

/// The index of the one [`Content::Other`] that all such places share.
const OTHER: usize = 0;

impl Places {
    /// Finds the places; `None` if tree-sitter cannot parse the text as YAML.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_yaml::LANGUAGE.into())
            .ok()?;
        let tree = parser.parse(text, None)?;
        let stream = tree.root_node();
        if stream.has_error() {
            return None;
        }
        let mut walk = Walk {
            text,
            contents: vec![Content::Other],
            anchors: HashMap::new(),
        };
        let document = children(stream).find(|node| node.kind() == "document")?;
        let top = children(document).find(is_value)?;
        let root = walk.item(top, 0)?;
        Some(Self {
            root,
            contents: walk.contents,
            comments: comments(stream),
        })
    }

    /// Returns the place at the end of a route.
    pub(crate) fn find(&self, route: &Route<'_>) -> Option<&Place> {
        let mut place = &self.root;
        for step in &route.0 {
            place = match (&self.contents[place.content], step) {
                (Content::List(items), Step::Index(index)) => items.get(*index)?,
                (Content::Mapping(entries), Step::Key(key)) => entries.get(&**key)?,
                _ => return None,
            };
        }
        Some(place)
    }

    /// Whether a range is in a comment.
    pub(crate) fn in_comment(&self, range: &Range<usize>) -> bool {
        let behind = self
            .comments
            .partition_point(|comment| comment.start <= range.start);
        let comment = behind.checked_sub(1).map(|index| &self.comments[index]);
        comment.is_some_and(|comment| range.end <= comment.end)
    }
}

struct Walk<'t> {
    text: &'t str,
    contents: Vec<Content>,
    /// The value and the content of each anchor; of a repeated name, the last one.
    anchors: HashMap<&'t str, (Range<usize>, usize)>,
}

impl<'t> Walk<'t> {
    fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// Records a value that has no key.
    fn item(&mut self, node: Node<'_>, depth: usize) -> Option<Place> {
        let (value, content) = self.value(node, depth)?;
        Some(Place {
            value: Some(value),
            entry: node.byte_range(),
            key: None,
            content,
        })
    }

    /// Records a key with its value.
    fn entry(&mut self, pair: Node<'_>, depth: usize) -> Option<(String, Place)> {
        let key = pair.child_by_field_name("key")?;
        let (value, content) = match pair.child_by_field_name("value") {
            Some(value) => {
                let (place, content) = self.value(value, depth)?;
                (Some(place), content)
            }
            None => (None, OTHER),
        };
        let place = Place {
            value,
            entry: pair.byte_range(),
            key: Some(key.byte_range()),
            content,
        };
        Some((self.key(key), place))
    }

    fn key(&self, key: Node<'_>) -> String {
        let scalar = children(key).find(|node| node.kind() != "anchor");
        let Some(scalar) = scalar else {
            return self.text_of(key).to_owned();
        };
        let text = self.text_of(scalar);
        let quoted = ["double_quote_scalar", "single_quote_scalar"];
        if quoted.contains(&scalar.kind()) {
            text.get(1..text.len().saturating_sub(1)).unwrap_or(text)
        } else {
            text
        }
        .to_owned()
    }

    /// Returns the range and the content of a value, without its anchor. Follows an alias.
    fn value(&mut self, node: Node<'_>, depth: usize) -> Option<(Range<usize>, usize)> {
        if depth > MAX_DEPTH {
            return None;
        }
        let anchor = children(node).find(|child| child.kind() == "anchor");
        let inner = children(node).find(|child| !matches!(child.kind(), "anchor" | "comment"));
        let Some(inner) = inner else {
            return Some((node.byte_range(), OTHER));
        };
        if inner.kind() == "alias" {
            return self.anchors.get(self.text_of(inner).get(1..)?).cloned();
        }
        let content = self.content(inner, depth)?;
        let range = match anchor {
            Some(_) => inner.byte_range(),
            None => node.byte_range(),
        };
        if let Some(anchor) = anchor {
            let name = self.text_of(anchor).get(1..)?;
            self.anchors.insert(name, (range.clone(), content));
        }
        Some((range, content))
    }

    fn content(&mut self, node: Node<'_>, depth: usize) -> Option<usize> {
        let content = match node.kind() {
            "block_sequence" | "flow_sequence" => Content::List(self.list(node, depth)?),
            "block_mapping" | "flow_mapping" => {
                let mut entries = HashMap::new();
                for pair in children(node).filter(|node| node.kind().ends_with("_pair")) {
                    let (key, place) = self.entry(pair, depth + 1)?;
                    entries.entry(key).or_insert(place);
                }
                Content::Mapping(entries)
            }
            _ => return Some(OTHER),
        };
        self.contents.push(content);
        Some(self.contents.len() - 1)
    }

    /// The items of a list. A list in which nothing follows a `-` gets no places, because the
    /// tree has fewer nodes than the list has items.
    fn list(&mut self, node: Node<'_>, depth: usize) -> Option<Vec<Place>> {
        let mut items = Vec::new();
        for child in children(node) {
            match child.kind() {
                "block_sequence_item" => match children(child).find(is_value) {
                    Some(value) => items.push(self.item(value, depth + 1)?),
                    None => return Some(Vec::new()),
                },
                // `[key: value]` is an item with a key.
                "flow_pair" => items.push(self.entry(child, depth + 1)?.1),
                _ if is_value(&child) => items.push(self.item(child, depth + 1)?),
                _ => {}
            }
        }
        Some(items)
    }
}

fn is_value(node: &Node<'_>) -> bool {
    matches!(node.kind(), "block_node" | "flow_node")
}

fn children(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut cursor = node.walk();
    let mut is_there = cursor.goto_first_child();
    std::iter::from_fn(move || {
        while is_there {
            let child = cursor.node();
            is_there = cursor.goto_next_sibling();
            if child.is_named() {
                return Some(child);
            }
        }
        None
    })
}

/// Returns the comments of a tree in their order.
fn comments(root: Node<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        if cursor.node().kind() == "comment" {
            found.push(cursor.node().byte_range());
        }
        if cursor.goto_first_child() || cursor.goto_next_sibling() {
            continue;
        }
        loop {
            if !cursor.goto_parent() {
                return found;
            }
            if cursor.goto_next_sibling() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::route;

    fn found<'t>(text: &'t str, route: &Route<'_>) -> Option<&'t str> {
        let places = Places::of(text)?;
        let place = places.find(route)?;
        text.get(place.value.clone()?)
    }

    #[test]
    fn values_are_found_in_every_style() {
        let text = "a: &x\n  - one # why\n  - 'k': {b: 2, \"c\": [3]}\nd: *x\ne:\nf: [p: q, r]\n";
        assert_eq!(found(text, &route!("a", 0)), Some("one"));
        assert_eq!(found(text, &route!("a", 1, "k", "b")), Some("2"));
        assert_eq!(found(text, &route!("a", 1, "k", "c", 0)), Some("3"));
        assert_eq!(found(text, &route!("d", 0)), Some("one"));
        assert_eq!(found(text, &route!("f", 0)), Some("q"));
        assert_eq!(found(text, &route!("f", 1)), Some("r"));
        for route in [route!("e"), route!("a", 2), route!("a", "k"), route!("z")] {
            assert_eq!(found(text, &route), None);
        }
        let places = Places::of(text).expect("is YAML");
        let place = places.find(&route!("e")).expect("is there");
        assert_eq!(text.get(place.entry.clone()), Some("e:"));
        let comment = text.find("why").expect("is there");
        assert!(places.in_comment(&(comment..comment + 3)));
        assert!(!places.in_comment(&(0..1)));
    }

    #[test]
    fn an_alias_of_what_is_around_it_leads_nowhere() {
        assert!(
            Places::of("a: &x [*x]\n")
                .is_none_or(|places| { places.find(&route!("a", 0, 0)).is_none() })
        );
    }
}
