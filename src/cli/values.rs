//! Names and help of flag values that are enums of the library crates.

use clap::{ValueEnum, builder::PossibleValue};

use presolve_lock::Format;
use presolve_spec::pin::AddedLines;
use presolve_target::ChannelPriority;

/// A value of `--format` of `pin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LockFormat(pub Format);

impl ValueEnum for LockFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(Format::Env),
            Self(Format::Explicit),
            Self(Format::CondaLock),
            Self(Format::Pixi),
            Self(Format::Requirements),
            Self(Format::Pylock),
            Self(Format::CycloneDx),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            Format::Env => "Environment file with pins",
            Format::Explicit => "URLs of the conda packages, for `conda create --file`",
            Format::CondaLock => "conda-lock.yml",
            Format::Pixi => "pixi.lock",
            Format::Requirements => "Requirements file of the pip packages, with hashes",
            Format::Pylock => "pylock.toml of the pip packages (PEP 751)",
            Format::CycloneDx => "CycloneDX 1.6 bill of materials, as JSON",
        };
        Some(PossibleValue::new(self.0.name()).help(help))
    }
}

/// A value of `--added`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Added(pub AddedLines);

impl ValueEnum for Added {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(AddedLines::Inline),
            Self(AddedLines::Block),
            Self(AddedLines::Lock),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self.0 {
            AddedLines::Inline => ("inline", "Each with its own comment"),
            AddedLines::Block => ("block", "As one block under one comment"),
            AddedLines::Lock => (
                "lock",
                "In a conda-lock.yml next to the file, which has all packages",
            ),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

/// A value of `--channel-priority`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Priority(pub ChannelPriority);

impl ValueEnum for Priority {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(ChannelPriority::Strict),
            Self(ChannelPriority::Flexible),
            Self(ChannelPriority::Disabled),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self.0 {
            ChannelPriority::Strict => (
                "strict",
                "Take a package only from the first channel that has it",
            ),
            ChannelPriority::Flexible => (
                "flexible",
                "Prefer earlier channels, fall back to later ones (conda's default)",
            ),
            ChannelPriority::Disabled => ("disabled", "Ignore the order of channels"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
