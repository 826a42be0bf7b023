//! Rules on the file itself: its encoding, its YAML, its keys.

use super::{Rule, Safety, TextFix};
use presolve_spec::environment::nearest_key;
use presolve_text::diagnostic::Location;

mod base_environment;
mod duplicate_key;
mod empty_file;
mod explicit_file;
mod invalid_json;
mod invalid_yaml;
mod joined_lines;
mod malformed_name;
mod merge_conflict;
mod merge_key;
mod misplaced_pip_list;
mod misspelt_key;
mod no_dependencies;
mod not_an_environment;
mod platform_selector;
mod prefix_in_file;
mod python_tag;
mod selector_comment;
mod several_documents;
mod tab_indentation;
mod template_value;
mod undecodable_file;
mod unexpected_entry;
mod unknown_key;
mod unknown_lock_platform;
mod unusual_encoding;
mod unusual_yaml;

pub(super) static RULES: &[&Rule] = &[
    &undecodable_file::RULE,
    &unusual_encoding::RULE,
    &empty_file::RULE,
    &not_an_environment::RULE,
    &explicit_file::RULE,
    &invalid_yaml::RULE,
    &joined_lines::RULE,
    &invalid_json::RULE,
    &tab_indentation::RULE,
    &duplicate_key::RULE,
    &several_documents::RULE,
    &merge_conflict::RULE,
    &template_value::RULE,
    &python_tag::RULE,
    &unusual_yaml::RULE,
    &merge_key::RULE,
    &unknown_key::RULE,
    &misspelt_key::RULE,
    &misplaced_pip_list::RULE,
    &no_dependencies::RULE,
    &unexpected_entry::RULE,
    &platform_selector::RULE,
    &selector_comment::RULE,
    &unknown_lock_platform::RULE,
    &malformed_name::RULE,
    &base_environment::RULE,
    &prefix_in_file::RULE,
];

/// Renames a key to the known one that it resembles. The fix is safe if only the
/// capitals differ.
fn rename(key: &Location) -> Option<TextFix> {
    // The place of a key without a value includes its colon.
    let known = nearest_key(key.text()).filter(|_| !key.text().ends_with(':'))?;
    let safety = if key.text().eq_ignore_ascii_case(known) {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    let is_other = key.text() != known;
    is_other.then(|| TextFix::replace(format!("write `{known}`"), safety, key, known))
}
