//! How long each stage of a replay took: for benchmarks and the manifest, never for a table.

use std::time::{Duration, Instant as Clock};

/// A stage of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Decoding cells and scattering rows by message.
    Read,
    /// Folding rows into messages, scattered by pair.
    Fold,
    /// Putting the messages of each pair in order, and the pair machine.
    Judge,
    /// Counters over all pairs.
    Allowance,
}

impl Stage {
    /// The stages in their order.
    pub const ALL: [Self; 4] = [Self::Read, Self::Fold, Self::Judge, Self::Allowance];

    /// The written form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Fold => "fold",
            Self::Judge => "judge",
            Self::Allowance => "allowance",
        }
    }
}

/// Elapsed time by stage.
#[derive(Clone, Copy, Debug)]
pub struct StageTimes {
    elapsed: [Duration; Stage::ALL.len()],
    since: Clock,
}

impl StageTimes {
    /// Starts the clock.
    pub(super) fn start() -> Self {
        Self {
            elapsed: Default::default(),
            since: Clock::now(),
        }
    }

    /// Ends a stage; the next one begins.
    pub(super) fn end(&mut self, stage: Stage) {
        let now = Clock::now();
        self.elapsed[stage as usize] += now - self.since;
        self.since = now;
    }

    /// How long a stage took.
    pub fn of(&self, stage: Stage) -> Duration {
        self.elapsed[stage as usize]
    }
}
