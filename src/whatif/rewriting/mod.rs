//! Scenarios of volume, mix, behaviour and coming months as rewritings of each pair's messages.
//!
//! Parts apply in this order: mix, what is left out, timing, copies (volume, growth, coming months).

pub mod bootstrap;
mod coming;
mod copies;
mod draw;
mod left_out;
mod mix;
mod reach;
mod timing;

use copies::Copies;
use mix::Mix;
use reach::PairFacts;

use super::scenario::{Behaviour, Scenario};
use crate::accounts::{Accounts, TemplateRegistry};
use crate::log::cell::CellContext;
use crate::replay::message::Message;
use crate::replay::outcome::{PairKey, PairTable};
use crate::replay::rewriting::{Rewriting, Timelines};
use crate::rulebook::{ConfigError, Rulebook, Settings};
use crate::tariff::Tariff;
use crate::vocabulary::{Instant, Month};
pub use coming::Coming;
pub use draw::Draw;

/// What a rewriting looks things up in.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// The words of the log.
    pub cells: &'a CellContext,
    /// Names of pairs.
    pub pairs: &'a PairTable,
    /// Clocks of accounts.
    pub accounts: &'a Accounts,
    /// Markets.
    pub tariff: &'a Tariff,
    /// Lengths of windows.
    pub rulebook: &'a Rulebook,
    /// Settings.
    pub settings: &'a Settings,
    /// Names of templates.
    pub templates: &'a TemplateRegistry,
    /// First and last instant of the log.
    pub time_range: Option<(Instant, Instant)>,
    /// How many messages the log has in a month.
    pub messages_by_month: &'a (dyn Fn(Month) -> u64 + Sync),
}

/// A scenario's rewriting, with everything that it names looked up.
pub struct Compiled<'a> {
    seed: u64,
    mix: Mix,
    behaviour: &'a Behaviour,
    copies: Copies,
    coming: Option<Coming>,
    circumstances: &'a Circumstances<'a>,
}

impl Scenario {
    /// What the scenario does to messages; nothing where it leaves them alone.
    ///
    /// # Errors
    /// If it names a market or a template that is unknown, or asks for months that the log cannot tell.
    pub fn rewriting<'a>(
        &'a self,
        circumstances: &'a Circumstances<'a>,
    ) -> Result<Option<Compiled<'a>>, ConfigError> {
        if !self.rewrites_messages() {
            return Ok(None);
        }
        let source = self.source();
        let coming = match &self.forecast {
            None => None,
            Some(forecast) => Some(Coming::new(forecast, circumstances, &source)?),
        };
        Ok(Some(Compiled {
            seed: self.seed,
            mix: Mix::new(&self.mix, circumstances, &source)?,
            behaviour: &self.behaviour,
            copies: Copies::new(&self.volume, coming.clone(), circumstances, &source)?,
            coming,
            circumstances,
        }))
    }
}

impl Compiled<'_> {
    /// The months after the log, where the scenario has some.
    pub fn coming(&self) -> Option<&Coming> {
        self.coming.as_ref()
    }
}

impl Rewriting for Compiled<'_> {
    fn rewrite(&self, key: PairKey, messages: &[Message], timelines: &mut Timelines) {
        let pair = PairFacts::of(key, self.circumstances);
        let draw = Draw::of_pair(self.seed, key, self.circumstances.pairs);
        let mut messages = messages.to_vec();
        self.mix.apply(&mut messages, &pair, draw);
        left_out::leave_out(self.behaviour, &mut messages, &pair);
        timing::retime(self.behaviour, &mut messages, self.circumstances);
        self.copies.add(messages, &pair, draw, timelines);
    }

    fn end_of_log(&self, end: Instant) -> Instant {
        self.coming.as_ref().map_or(end, Coming::end)
    }
}
