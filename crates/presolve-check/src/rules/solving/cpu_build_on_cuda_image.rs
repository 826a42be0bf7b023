use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "cpu-build-on-cuda-image",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("cpu_build_on_cuda_image.md"),
};
