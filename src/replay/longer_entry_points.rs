//! S-11b: what would be free if entry points lasted as long as Meta's "up to 7 days" can mean.
//!
//! Meta states the length from 2026-09-28 without its mechanics, so the rules take the shorter one and say what
//! the longer one would change. Only the few pairs that have such an entry point are judged a second time.

use super::machine::{Findings, Judgement, PairMachine};
use super::message::Message;
use super::outcome::{Charge, Conversation, RowNumber};
use super::terms::Terms;
use crate::rulebook::settings::Settings;
use crate::vocabulary::{ConversationCategory, Instant, PricingType};

/// The longest that S-11b can be.
pub const LONGER_HOURS: i64 = 168;

/// The settings of the second judgement; none where the first one has them already.
pub fn longer(settings: &Settings) -> Option<Settings> {
    let mut longer = settings.clone();
    longer.entry_point_hours_from_2026_09_28 = LONGER_HOURS;
    (settings.entry_point_hours_from_2026_09_28 < LONGER_HOURS).then_some(longer)
}

/// What a pair has led to under the rules in force.
pub struct Judged<'a> {
    /// Its conversations.
    pub conversations: &'a [Conversation],
    /// Its charges.
    pub charges: &'a [Charge],
}

/// The messages of a pair that are charged, and would not be with longer entry points.
pub fn freed(
    longer: Judgement<'_>,
    in_force: &Terms,
    judged: &Judged<'_>,
    messages: &[Message],
    window_starts: &[Instant],
) -> Vec<RowNumber> {
    let lasts_longer = |conversation: &&Conversation| {
        let hours = |terms: &Terms| {
            let account = terms.account(conversation.account);
            account.entry_point_hours_at(conversation.opened_at)
        };
        conversation.category == ConversationCategory::FreeEntryPoint
            && hours(in_force) < hours(longer.terms)
    };
    if !judged.conversations.iter().any(|each| lasts_longer(&each)) {
        return Vec::new();
    }
    let mut findings = Findings::default();
    PairMachine::new(longer, &mut findings).replay(messages, window_starts);
    let is_free = |row: RowNumber| {
        let mut charges = findings.charges.iter();
        charges
            .any(|charge| charge.row == row && charge.pricing_type == PricingType::FreeEntryPoint)
    };
    let charges = judged.charges.iter();
    charges
        .filter(|charge| charge.is_written && charge.is_chargeable() && is_free(charge.row))
        .map(|charge| charge.row)
        .collect()
}
