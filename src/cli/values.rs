//! Values of flags that the library knows as enums: their names and their help.

use clap::{ValueEnum, builder::PossibleValue};

use presolve_lock::Format;
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
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            Format::Env => "The environment file with pins in it",
            Format::Explicit => "A list of URLs for `conda create --file`: the conda half",
            Format::CondaLock => "conda-lock.yml",
            Format::Pixi => "pixi.lock",
            Format::Requirements => "A requirements file with hashes: the pip half",
        };
        Some(PossibleValue::new(self.0.name()).help(help))
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
                "A package comes from the first channel that has it, or not at all",
            ),
            ChannelPriority::Flexible => (
                "flexible",
                "Earlier channels are preferred, later ones are a fallback. conda's default",
            ),
            ChannelPriority::Disabled => ("disabled", "The order of channels does not matter"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
