//! pip's options that sort projects into two sets which exclude each other: `--only-binary`
//! and `--no-binary`, `--all-releases` and `--only-final`.

use std::collections::BTreeSet;

use pep508_rs::PackageName;
use presolve_parse as parse;

/// The projects that an option names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projects {
    /// `:all:`.
    pub all: bool,
    /// The projects that are named.
    pub named: BTreeSet<PackageName>,
}

/// The kinds of distribution that pip may use, per project
/// (<https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-only-binary>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatControl {
    /// Only wheels of these projects.
    pub only_binary: Projects,
    /// No wheels of these projects.
    pub no_binary: Projects,
}

/// The releases that pip may use, per project
/// (<https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-all-releases>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseControl {
    /// Also pre-releases of these projects; `:all:` is `--pre`.
    pub all_releases: Projects,
    /// No pre-releases of these projects, not even one that is required.
    pub only_final: Projects,
}

impl FormatControl {
    /// Reads a value of `--only-binary` (`wheels`) or of `--no-binary`.
    ///
    /// # Errors
    /// The text that is not a project's name.
    pub fn read(&mut self, value: &str, wheels: bool) -> Result<(), String> {
        if wheels {
            read(value, &mut self.only_binary, &mut self.no_binary)
        } else {
            read(value, &mut self.no_binary, &mut self.only_binary)
        }
    }

    /// Forbids all wheels.
    pub fn disallow_wheels(&mut self) {
        set_all(&mut self.no_binary, &mut self.only_binary);
    }

    /// Adds options that come after these.
    pub fn extend(&mut self, later: &Self) {
        extend(
            (&mut self.only_binary, &mut self.no_binary),
            (&later.only_binary, &later.no_binary),
        );
    }

    /// Whether pip accepts wheels and source distributions of a project, in this order
    /// (`FormatControl.get_allowed_formats` of pip).
    pub fn allowed(&self, project: &PackageName) -> (bool, bool) {
        match first(&self.only_binary, &self.no_binary, project) {
            Some(true) => (true, false),
            Some(false) => (false, true),
            None => (true, true),
        }
    }
}

impl ReleaseControl {
    /// Reads a value of `--all-releases` (`all`) or of `--only-final`.
    ///
    /// # Errors
    /// The text that is not a project's name.
    pub fn read(&mut self, value: &str, all: bool) -> Result<(), String> {
        if all {
            read(value, &mut self.all_releases, &mut self.only_final)
        } else {
            read(value, &mut self.only_final, &mut self.all_releases)
        }
    }

    /// Adds options that come after these.
    pub fn extend(&mut self, later: &Self) {
        extend(
            (&mut self.all_releases, &mut self.only_final),
            (&later.all_releases, &later.only_final),
        );
    }

    /// Whether pip accepts pre-releases of a project; `None` if its usual rule applies
    /// (`ReleaseControl.allows_prereleases` of pip).
    pub fn allows_prereleases(&self, project: &PackageName) -> Option<bool> {
        first(&self.all_releases, &self.only_final, project)
    }
}

/// Whether a project is in the first set or in the second. Names come before `:all:`.
fn first(one: &Projects, other: &Projects, project: &PackageName) -> Option<bool> {
    if one.named.contains(project) {
        Some(true)
    } else if other.named.contains(project) {
        Some(false)
    } else if one.all {
        Some(true)
    } else {
        other.all.then_some(false)
    }
}

/// Reads `:all:`, `:none:` and names, which commas separate
/// (`FormatControl.handle_mutual_excludes` of pip).
fn read(value: &str, target: &mut Projects, other: &mut Projects) -> Result<(), String> {
    let items = value.split(',').map(str::trim);
    for item in items.filter(|item| !item.is_empty()) {
        match item {
            ":all:" => set_all(target, other),
            ":none:" => *target = Projects::default(),
            name => {
                let name = parse::pep::name(name).map_err(|_| name.to_owned())?;
                add(name, target, other);
            }
        }
    }
    Ok(())
}

fn set_all(target: &mut Projects, other: &mut Projects) {
    *other = Projects::default();
    *target = Projects {
        all: true,
        named: BTreeSet::new(),
    };
}

/// pip leaves `:all:` in the other set: the name overrides it.
fn add(name: PackageName, target: &mut Projects, other: &mut Projects) {
    other.named.remove(&name);
    target.named.insert(name);
}

fn extend(before: (&mut Projects, &mut Projects), later: (&Projects, &Projects)) {
    if later.0.all {
        set_all(before.0, before.1);
    } else if later.1.all {
        set_all(before.1, before.0);
    }
    for name in &later.0.named {
        add(name.clone(), before.0, before.1);
    }
    for name in &later.1.named {
        add(name.clone(), before.1, before.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(options: &[(&str, bool)], project: &str) -> (bool, bool) {
        let mut control = FormatControl::default();
        for (value, wheels) in options {
            control.read(value, *wheels).expect("names");
        }
        control.allowed(&parse::pep::name(project).expect("a name"))
    }

    #[test]
    fn the_last_option_that_names_a_project_decides() {
        let of = |project| allowed(&[("a,:all:,b", true), ("b", false)], project);
        assert_eq!(of("a"), (true, false));
        assert_eq!(of("b"), (false, true));
        let of = |project| allowed(&[("B_b", false), (":none:", false), ("c", false)], project);
        assert_eq!(of("b-b"), (true, true));
        assert_eq!(of("c"), (false, true));
    }

    #[test]
    fn later_options_come_on_top() {
        let mut settings = FormatControl::default();
        settings.read("a,b", true).expect("names");
        let mut file = FormatControl::default();
        file.read("b", false).expect("a name");
        settings.extend(&file);
        let name = |name| parse::pep::name(name).expect("a name");
        assert_eq!(settings.allowed(&name("a")), (true, false));
        assert_eq!(settings.allowed(&name("b")), (false, true));
        file.disallow_wheels();
        settings.extend(&file);
        assert_eq!(settings.allowed(&name("a")), (false, true));
    }

    #[test]
    fn pre_releases_are_allowed_per_project() {
        let mut control = ReleaseControl::default();
        control.read(":all:", true).expect("all");
        control.read("torch", false).expect("a name");
        let name = |name| parse::pep::name(name).expect("a name");
        assert_eq!(control.allows_prereleases(&name("six")), Some(true));
        assert_eq!(control.allows_prereleases(&name("torch")), Some(false));
        let control = ReleaseControl::default();
        assert_eq!(control.allows_prereleases(&name("six")), None);
    }
}
