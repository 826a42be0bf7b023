//! Lines copied from the user's file into a shared file, without their secrets.

use std::collections::BTreeSet;

use super::left_out;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    secrets,
};

/// The lines copied so far.
#[derive(Default)]
pub(super) struct Copies {
    /// The hosts whose URLs lost their credentials.
    hosts: BTreeSet<String>,
}

impl Copies {
    /// Returns a part of a line without its secrets.
    ///
    /// # Errors
    /// An input failure if a secret is in the path of a URL, which would be wrong without it.
    pub(super) fn bare(&mut self, text: &str, location: &Location) -> Result<String, Failure> {
        let bare = secrets::without_secrets(text);
        check(&bare, location)?;
        if bare != text {
            let urls = bare
                .split_whitespace()
                .filter_map(|word| word.split_once("://"));
            let hosts = urls.filter_map(|(_, url)| url.split(['/', '?', '#']).next());
            self.hosts.extend(hosts.map(str::to_owned));
        }
        Ok(bare)
    }

    pub(super) fn notice(&self) -> Option<Diagnostic> {
        let hosts: Vec<&str> = self.hosts.iter().map(String::as_str).collect();
        (!hosts.is_empty()).then(|| left_out(&hosts))
    }
}

/// # Errors
/// An input failure if a text of a line contains a secret.
pub(super) fn check(text: &str, location: &Location) -> Result<(), Failure> {
    if secrets::find_all(text).is_empty() {
        return Ok(());
    }
    let message = "the file would contain the secret of this line";
    Err(Failure::input(
        Diagnostic::error("secret-in-file", message)
            .at(location.clone(), "")
            .note(
                "it is in the path of a URL or in an option, and the line does not work without it",
            )
            .help("replace it with a `${VARIABLE}`, which pip expands"),
    ))
}
