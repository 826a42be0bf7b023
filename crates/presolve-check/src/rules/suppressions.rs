//! Rules on the suppressions of findings: comments in a file, and `[[check.suppress]]`.

use super::Rule;

mod suppression_without_reason;
mod unknown_rule_in_suppression;
mod unused_suppression;

pub use unused_suppression::unused_in_settings;

pub(super) static RULES: &[&Rule] = &[
    &unused_suppression::RULE,
    &unknown_rule_in_suppression::RULE,
    &suppression_without_reason::RULE,
];
