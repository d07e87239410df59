//! Scenarios of volume, mix, behaviour and coming months as rewritings of each pair's messages.

use crate::accounts::{Accounts, TemplateRegistry};
use crate::log::cell::CellContext;
use crate::replay::outcome::PairTable;
use crate::rulebook::{Rulebook, Settings};
use crate::tariff::Tariff;
use crate::vocabulary::Instant;

/// What a rewriting looks things up in.
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
}

/// Placeholder.
pub struct Compiled;
impl crate::replay::rewriting::Rewriting for Compiled {
    fn rewrite(
        &self,
        _: crate::replay::outcome::PairKey,
        messages: &[crate::replay::message::Message],
        timelines: &mut crate::replay::rewriting::Timelines,
    ) {
        timelines.add(messages.iter().copied());
    }
}
impl crate::whatif::Scenario {
    /// Placeholder.
    pub fn rewriting(
        &self,
        _: &Circumstances<'_>,
    ) -> Result<Option<Compiled>, crate::rulebook::ConfigError> {
        Ok(None)
    }
}
