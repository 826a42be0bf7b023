//! Changes single requirements of a file. Every other byte stays the same.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use crate::route::{Route, route};
use yaml_serde::Value;

use super::{
    EnvironmentFile,
    edits::Edits,
    host::{CondaFile, Host},
    json,
    list::{Entry, List, ListItem, remove_element, scalar, uneditable},
    pin::{flow, pip::fill_empty},
    yaml::{self, Tree},
};
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind, Location};
use presolve_text::source::SourceFile;

pub(crate) mod included;
mod merged;
mod relocated;

pub use relocated::relocate;

/// A change of a file. If a changed line has a pin, the change removes the pin.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Replaces the requirement at this place.
    Replace {
        /// The place of the old requirement.
        at: Location,
        /// The new requirement, as the file will contain it.
        with: String,
    },
    /// Removes the requirement at this place.
    Remove {
        /// The place of the requirement.
        at: Location,
    },
    /// Adds an option on a line of its own before a requirement of the pip list.
    AddPipOption {
        /// The place of the requirement.
        before: Location,
        /// The option, as the file will contain it.
        option: String,
    },
    /// Adds a match spec after the other conda dependencies.
    AddConda(String),
    /// Adds a requirement after the other lines of the pip list.
    AddPip(String),
    /// Adds a channel after the others.
    AddChannel(String),
    /// Moves the lines of all pip lists into the last one.
    MergePipLists,
}

impl Change {
    /// The place of the changed requirement; `None` for an addition.
    pub(crate) fn at(&self) -> Option<&Location> {
        match self {
            Change::Replace { at, .. }
            | Change::Remove { at }
            | Change::AddPipOption { before: at, .. } => Some(at),
            _ => None,
        }
    }
}

/// The result of changes: a file, and the files that its pip list includes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The text of the changed file.
    pub text: String,
    /// The included files that the changes touch.
    pub included: Vec<Rewritten>,
}

/// An included file before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewritten {
    /// The file on disk.
    pub before: Arc<SourceFile>,
    /// The same file with the changes.
    pub after: Arc<SourceFile>,
}

impl Changed {
    /// A changed file that leaves the included files as they are.
    pub fn alone(text: String) -> Self {
        Self {
            text,
            included: Vec::new(),
        }
    }

    /// Reads the changed file.
    ///
    /// # Errors
    /// As for [`PartialFile::complete`](super::environment::PartialFile::complete).
    pub fn read(&self, before: &EnvironmentFile) -> Result<EnvironmentFile, Failure> {
        let included = self.included.iter().map(|file| Arc::clone(&file.after));
        let source = before.source.with_text(&*self.text);
        let reading = before.host.read(&source, &included.collect::<Vec<_>>());
        reading.complete()
    }
}

/// Applies the changes to the file and to the files that it includes.
///
/// # Errors
/// [`Failure::input`] when the file writes a requirement in a way that cannot be edited.
pub fn change(environment: &EnvironmentFile, changes: &[Change]) -> Result<Changed, Failure> {
    let is_own = |change: &&Change| {
        let at = change.at();
        at.is_none_or(|at| Arc::ptr_eq(&at.file, &environment.source))
    };
    let (own, others): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(is_own);
    let is_included = |at: &Location| {
        let mut files = environment.pip.files.iter();
        files.any(|file| file == at.file.path())
    };
    let mut places = others.iter().filter_map(|change| change.at());
    if let Some(elsewhere) = places.find(|at| !is_included(at)) {
        return Err(no_requirement(elsewhere));
    }
    Ok(Changed {
        text: environment.host.change(environment, &own)?,
        included: included::rewritten(&others)?,
    })
}

fn no_requirement(at: &Location) -> Failure {
    let diagnostic = Diagnostic::error("no-such-line", "there is no requirement here");
    Failure::input(diagnostic.at(at.clone(), ""))
}

/// Returns the text of a conda file with the changes.
///
/// # Errors
/// As for [`change`].
pub(super) fn in_conda_file(
    host: &CondaFile,
    environment: &EnvironmentFile,
    changes: &[&Change],
) -> Result<String, Failure> {
    // These write a new list where there is none, or move lines. They do not recognise a flow
    // list.
    let may_add_list = |change: &&Change| {
        matches!(
            change,
            Change::AddPip(_) | Change::AddChannel(_) | Change::MergePipLists
        )
    };
    let in_place = |change: &&Change| matches!(change, Change::Replace { .. });
    if !changes.iter().any(may_add_list) {
        let changed = edit(host, environment, Arc::clone(&environment.source), changes);
        if changed.is_ok() || changes.iter().all(in_place) {
            return changed;
        }
    }
    let blocks = flow::to_blocks(host, &environment.source, true)?;
    edit(
        host,
        environment,
        environment.source.with_text(blocks),
        changes,
    )
}

/// Changes a text that has the same content as the file of `environment`.
fn edit(
    host: &CondaFile,
    environment: &EnvironmentFile,
    source: Arc<SourceFile>,
    changes: &[&Change],
) -> Result<String, Failure> {
    let read;
    let blocks = if source.text() == environment.source.text() {
        environment
    } else {
        read = host.read(&source, &[]);
        read.environment.as_ref().ok_or_else(|| Failure {
            kind: FailureKind::Input,
            diagnostics: read.errors.clone(),
        })?
    };
    let tree = Tree::parse_part(&source, &host.part)?;
    let mut editor = Editor {
        before: environment,
        blocks,
        tree: &tree,
        edits: Edits::new(source.text()),
        removed: Vec::new(),
        known: RefCell::default(),
    };
    for change in changes {
        editor.make(change)?;
    }
    editor.remove_empty_lists();
    let text = editor.edits.apply();
    Ok(if source.is_json() {
        json::without_stray_commas(&text)
    } else {
        text
    })
}

/// A list of a file.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Channels,
    Dependencies,
    /// The pip list at this index of the dependencies.
    Pip(usize),
}

impl Place {
    fn route(self) -> Route<'static> {
        match self {
            Place::Channels => route!("channels"),
            Place::Dependencies => route!("dependencies"),
            Place::Pip(index) => route!("dependencies", index, "pip"),
        }
    }
}

struct Editor<'e> {
    before: &'e EnvironmentFile,
    /// The same file with its flow lists rewritten as block lists.
    blocks: &'e EnvironmentFile,
    tree: &'e Tree,
    edits: Edits<'e>,
    /// Byte offsets of removed lines of pip lists.
    removed: Vec<usize>,
    /// The lists that were read, because one change may add thousands of lines to the same one.
    known: RefCell<Vec<(Place, Rc<List>)>>,
}

impl Editor<'_> {
    fn make(&mut self, change: &Change) -> Result<(), Failure> {
        match change {
            Change::Replace { at, with } => {
                let at = self.moved(at)?;
                self.replace(&at, with)
            }
            Change::Remove { at } => {
                let at = self.moved(at)?;
                self.remove(&at)
            }
            Change::AddPipOption { before, option } => {
                let before = self.moved(before)?;
                self.add_pip_option(&before, option)
            }
            Change::AddConda(text) => self.add_conda(text),
            Change::AddPip(text) => self.add_pip(text),
            Change::AddChannel(channel) => self.add_channel(channel),
            Change::MergePipLists => self.merge_pip_lists(),
        }
    }

    /// Maps the place of a requirement to its place in the file with block lists.
    fn moved(&self, at: &Location) -> Result<Location, Failure> {
        let conda = self
            .before
            .conda
            .iter()
            .position(|line| line.location == *at);
        if let Some(index) = conda {
            return Ok(self.blocks.conda[index].location.clone());
        }
        let requirements = &self.before.pip.requirements;
        let pip = requirements.iter().position(|line| line.location == *at);
        match pip.filter(|&index| requirements[index].in_environment) {
            Some(index) => Ok(self.blocks.pip.requirements[index].location.clone()),
            // A line that the reader refuses is at the same place if no list was rewritten.
            None if self.edits.text == self.before.source.text()
                && Arc::ptr_eq(&at.file, &self.before.source) =>
            {
                Ok(self.tree.at(at.span.clone()))
            }
            None => Err(no_requirement(at)),
        }
    }

    fn replace(&mut self, at: &Location, with: &str) -> Result<(), Failure> {
        let entry = plain(with);
        for place in self.lists() {
            // Another list may contain this line even if this one cannot be edited.
            let Ok(list) = self.list(place) else {
                continue;
            };
            if let Some(line) = line_at(&list, at) {
                check_single(line, at)?;
                list.rewrite(&mut self.edits, line, &entry);
                return Ok(());
            }
        }
        let old = at.text();
        if old.contains('\n') {
            return Err(several(at));
        }
        let scalar = scalar(old, with);
        self.edits.replace(at.span.clone(), &scalar);
        Ok(())
    }

    fn remove(&mut self, at: &Location) -> Result<(), Failure> {
        for place in self.lists() {
            let list = self.list(place)?;
            if let Some(line) = line_at(&list, at) {
                check_single(line, at)?;
                list.remove(&mut self.edits, line);
                self.removed.push(line.span.start);
                return Ok(());
            }
        }
        Err(uneditable(
            at.clone(),
            "this line cannot be removed on its own",
            "write each requirement on its own line",
        ))
    }

    fn add_pip_option(&mut self, before: &Location, option: &str) -> Result<(), Failure> {
        for place in self.pip_lists() {
            let list = self.list(place)?;
            if let Some(line) = line_at(&list, before) {
                check_single(line, before)?;
                list.insert_before(&mut self.edits, line, &plain(option));
                return Ok(());
            }
        }
        Err(uneditable(
            before.clone(),
            "no line can be added here",
            "write each requirement on its own line",
        ))
    }

    fn add_conda(&mut self, text: &str) -> Result<(), Failure> {
        let list = self.list(Place::Dependencies)?;
        match list.lines.last() {
            Some(line) => list.insert_after(&mut self.edits, line, &plain(text)),
            None => return Err(self.no_list()),
        }
        Ok(())
    }

    fn add_pip(&mut self, text: &str) -> Result<(), Failure> {
        let last = self.pip_lists().pop();
        if let Some(place) = last {
            let list = self.list(place)?;
            if let Some(line) = list.lines.last() {
                list.insert_after(&mut self.edits, line, &plain(text));
            } else if let Place::Pip(index) = place {
                fill_empty(&mut self.edits, self.tree, index, &[plain(text)]);
            }
            return Ok(());
        }
        let list = self.list(Place::Dependencies)?;
        let Some(line) = list.lines.last() else {
            return Err(self.no_list());
        };
        let is_pip = |name: &str| name == "pip";
        let mut conda = self.blocks.conda.iter();
        if !conda.any(|line| is_pip(&line.spec.name.to_string())) {
            list.insert_after(&mut self.edits, line, &plain("pip"));
        }
        list.insert_pip_list(&mut self.edits, self.tree, line, &[plain(text)]);
        Ok(())
    }

    fn add_channel(&mut self, channel: &str) -> Result<(), Failure> {
        let list = self.list(Place::Channels)?;
        let mut lines = list.lines.iter();
        match lines.rfind(|line| line.text != "nodefaults") {
            Some(line) => list.insert_after(&mut self.edits, line, &plain(channel)),
            None if self.tree.source().is_json() => {
                let channels = [channel, "defaults"].map(ToOwned::to_owned);
                json::write_channels(&mut self.edits, self.tree, &channels);
            }
            None => {
                let Some(key) = self.tree.key_span(&route!("dependencies")) else {
                    return Err(self.no_list());
                };
                let line_break = self.edits.line_break;
                let start = yaml::line_start(self.edits.text, key.start);
                let indent = &self.edits.text[start..key.start];
                let lines = ["channels:", &format!("  - {channel}"), "  - defaults"];
                let added = lines
                    .map(|line| format!("{indent}{line}{line_break}"))
                    .concat();
                self.edits.insert(start, &added);
            }
        }
        Ok(())
    }

    fn list(&self, place: Place) -> Result<Rc<List>, Failure> {
        let mut known = self.known.borrow_mut();
        if let Some((_, list)) = known.iter().find(|(at, _)| *at == place) {
            return Ok(Rc::clone(list));
        }
        let root = &self.tree.root;
        let dependencies = root.get("dependencies");
        let value = match place {
            Place::Channels => root.get("channels"),
            Place::Dependencies => dependencies,
            Place::Pip(index) => dependencies
                .and_then(|items| items.get(index))
                .and_then(|item| item.get("pip")),
        };
        let list = Rc::new(List::read(self.tree, &place.route(), value)?);
        known.push((place, Rc::clone(&list)));
        Ok(list)
    }

    fn lists(&self) -> Vec<Place> {
        let mut lists = vec![Place::Dependencies];
        lists.extend(self.pip_lists());
        lists
    }

    fn pip_lists(&self) -> Vec<Place> {
        let items = self
            .tree
            .root
            .get("dependencies")
            .and_then(Value::as_sequence);
        let items = items.into_iter().flatten().enumerate();
        let lists = items.filter(|(_, item)| {
            let mapping = item.as_mapping();
            mapping.is_some_and(|mapping| mapping.get("pip").is_some())
        });
        lists.map(|(index, _)| Place::Pip(index)).collect()
    }

    /// Removes pip lists without lines, because conda does not accept an empty one.
    fn remove_empty_lists(&mut self) {
        let lists = self.pip_lists();
        // Without the last list, conda would read an earlier one.
        if lists.len() > 1 {
            return;
        }
        for place in lists {
            let Ok(list) = self.list(place) else {
                continue;
            };
            let gone = |line: &ListItem| self.removed.contains(&line.span.start);
            if list.lines.is_empty() || !list.lines.iter().all(gone) {
                continue;
            }
            if self.tree.source().is_json() {
                let object = place.route().parent();
                if let Some(object) = object.and_then(|object| self.tree.span(&object)) {
                    remove_element(&mut self.edits, object);
                }
            } else if let Some(key) = self.tree.key_span(&place.route()) {
                self.edits.remove_line(key);
            }
        }
    }

    fn no_list(&self) -> Failure {
        let location = self.tree.location(&route!("dependencies"));
        uneditable(
            location,
            "there is no list to add the requirement to",
            "write one requirement per line below `dependencies:`",
        )
    }
}

fn plain(text: &str) -> Entry {
    Entry::plain(text.to_owned())
}

/// Returns the line of a list that contains a requirement.
fn line_at<'l>(list: &'l List, at: &Location) -> Option<&'l ListItem> {
    let mut lines = list.lines.iter();
    lines.find(|line| line.span.start <= at.span.start && at.span.end <= line.span.end)
}

/// Refuses an item with several requirements: a change replaces the whole item.
fn check_single(line: &ListItem, at: &Location) -> Result<(), Failure> {
    if line.text.trim().contains('\n') {
        Err(several(at))
    } else {
        Ok(())
    }
}

fn several(at: &Location) -> Failure {
    uneditable(
        at.clone(),
        "one item has several requirements",
        "write each requirement as its own item",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment;

    const FILE: &str = "\
# head
channels: [conda-forge]
dependencies:
  - python=3.8  # why
  - \"numpy>=1.20\"
  - pip
  - pip:
      # of the list
      - 'scipy==1.10.1'
name: e
";

    fn changed(text: &str, changes: impl Fn(&EnvironmentFile) -> Vec<Change>) -> String {
        let environment = environment::read(SourceFile::from_text("e.yml", text)).expect("reads");
        match change(&environment, &changes(&environment)) {
            Ok(changed) => changed.text,
            Err(failure) => failure.to_string(),
        }
    }

    fn replace(at: &Location, with: &str) -> Change {
        Change::Replace {
            at: at.clone(),
            with: with.to_owned(),
        }
    }

    #[test]
    fn nothing_but_the_requirements_changes() {
        let text = changed(FILE, |file| {
            vec![
                replace(&file.conda[0].location, "python=3.9"),
                replace(&file.conda[1].location, "numpy"),
                replace(&file.pip.requirements[0].location, "scipy==1.11.4"),
            ]
        });
        let wanted = FILE
            .replace("python=3.8", "python=3.9")
            .replace("numpy>=1.20", "numpy")
            .replace("scipy==1.10.1", "scipy==1.11.4");
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_requirement_moves_between_the_halves() {
        let text = changed(FILE, |file| {
            vec![
                Change::Remove {
                    at: file.pip.requirements[0].location.clone(),
                },
                Change::AddConda("scipy=1.10.1".to_owned()),
            ]
        });
        insta::assert_snapshot!(text);
        let text = changed("dependencies:\n  - numpy\n  - scipy=1\n", |file| {
            vec![
                Change::Remove {
                    at: file.conda[0].location.clone(),
                },
                Change::AddPip("numpy".to_owned()),
                Change::AddChannel("bioconda".to_owned()),
            ]
        });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_changed_line_loses_its_pin() {
        let pinned = "\
dependencies:
  - python=3.8.5=h0_0  # presolve: python=3.8 # why
  - libzlib=1.2=h0_0  # presolve: added
";
        let text = changed(pinned, |file| {
            vec![replace(&file.conda[0].location, "python=3.9")]
        });
        assert_eq!(text.lines().nth(1), Some("  - python=3.9  # why"), "{text}");
    }

    #[test]
    fn lists_in_brackets_elsewhere_stay() {
        let text = changed(FILE, |file| {
            vec![
                Change::Remove {
                    at: file.conda[1].location.clone(),
                },
                Change::AddConda("six".to_owned()),
            ]
        });
        let wanted = FILE.replace("  - \"numpy>=1.20\"\n  - pip\n", "  - pip\n  - six\n");
        assert_eq!(text, wanted);
    }

    #[test]
    fn lists_in_brackets_can_be_changed() {
        let flow = "dependencies: [python=3.8, {pip: [scipy==1.0, six]}]\n";
        let text = changed(flow, |file| {
            vec![replace(&file.pip.requirements[0].location, "scipy==1.1")]
        });
        assert_eq!(text, flow.replace("scipy==1.0", "scipy==1.1"));
        let text = changed(flow, |file| {
            vec![Change::Remove {
                at: file.pip.requirements[0].location.clone(),
            }]
        });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn elements_of_json_come_and_go() {
        const FILE: &str = "{\n  \"dependencies\": [\n    \"python=3.8\",\n    \"numpy\", \"scipy\",\n    {\n      \"pip\": [\"torch\"]\n    }\n  ]\n}\n";
        let text = changed(FILE, |file| {
            vec![
                replace(&file.conda[0].location, "python=3.9"),
                Change::Remove {
                    at: file.conda[1].location.clone(),
                },
                Change::Remove {
                    at: file.conda[2].location.clone(),
                },
                Change::Remove {
                    at: file.pip.requirements[0].location.clone(),
                },
                Change::AddConda("pytorch".to_owned()),
                Change::AddChannel("bioconda".to_owned()),
            ]
        });
        insta::assert_snapshot!(text, @r#"
        {
          "channels": [
            "bioconda",
            "defaults"
          ],
          "dependencies": [
            "python=3.9",
            "pytorch"
          ]
        }
        "#);
        let text = changed(FILE, |file| {
            vec![
                Change::Remove {
                    at: file.conda[0].location.clone(),
                },
                Change::AddPip("numpy".to_owned()),
            ]
        });
        insta::assert_snapshot!(text, @r#"
        {
          "dependencies": [
            "numpy", "scipy",
            {
              "pip": [
                "torch",
                "numpy"
              ]
            }
          ]
        }
        "#);
    }
}
