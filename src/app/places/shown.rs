//! Which fields the map shows, and in which order.

use crate::app::mapping::{State, TargetRow};

/// Which target fields are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    #[default]
    All,
    /// Those that somebody has to decide on.
    Open,
    Unmapped,
    Required,
    /// Suggestions below the threshold.
    LowConfidence,
}

impl Show {
    pub fn word(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Open => "open",
            Show::Unmapped => "unmapped",
            Show::Required => "required",
            Show::LowConfidence => "low confidence",
        }
    }

    pub fn next(self) -> Show {
        match self {
            Show::All => Show::Open,
            Show::Open => Show::Unmapped,
            Show::Unmapped => Show::Required,
            Show::Required => Show::LowConfidence,
            Show::LowConfidence => Show::All,
        }
    }

    pub fn shows(self, row: &TargetRow) -> bool {
        match self {
            Show::All => true,
            Show::Open => row.state.open(),
            Show::Unmapped => row.mapping.is_none() && row.state != State::System,
            Show::Required => row.required,
            Show::LowConfidence => row.confidence.is_some_and(|confidence| confidence < LOW),
        }
    }
}

/// Below this a confidence counts as low.
pub const LOW: f64 = 0.7;

/// The order of source fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SourceOrder {
    #[default]
    Source,
    /// Beside the targets they feed: links lie flat.
    Links,
    Name,
}

impl SourceOrder {
    pub fn word(self) -> &'static str {
        match self {
            SourceOrder::Source => "as in the source",
            SourceOrder::Links => "beside their targets",
            SourceOrder::Name => "by name",
        }
    }

    pub fn next(self) -> SourceOrder {
        match self {
            SourceOrder::Source => SourceOrder::Links,
            SourceOrder::Links => SourceOrder::Name,
            SourceOrder::Name => SourceOrder::Source,
        }
    }
}
