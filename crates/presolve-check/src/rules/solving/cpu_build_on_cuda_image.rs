use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_words::codes::CPU_BUILD_ON_CUDA_IMAGE,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Solving,
    text: include_str!("cpu_build_on_cuda_image.md"),
};
