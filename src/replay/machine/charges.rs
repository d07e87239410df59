//! From a decision to a charge.

use super::PairMachine;
use super::edge::Edges;
use super::inferred::rests_on_inference;
use crate::replay::attributes::Flag;
use crate::replay::message::Message;
use crate::replay::outcome::Charge;
use crate::replay::terms::AccountTerms;
use crate::vocabulary::{
    ChargeCategory, ChargeUnit, ConversationCategory, Kind, PricingType, Regime, Rule,
};

/// Around these midnights an account without a zone may be charged by another date (S-02, S-12).
pub const UNKNOWN_ZONE_MICROS: u64 = 14 * 3_600_000_000;

/// What the rules say of a message or conversation.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    pub unit: ChargeUnit,
    pub regime: Regime,
    pub rule: Rule,
    pub category: ChargeCategory,
    pub pricing_type: PricingType,
    /// Place of the conversation it belongs to.
    pub conversation: Option<u32>,
    /// An entry point without Meta's mark decided it (S-12).
    pub estimated: bool,
    /// It takes part in a month's allowance (C22-3, C23-6, P26-2).
    pub uses_allowance: bool,
}

impl Decision {
    /// Whether it can move the volume tier of later ones.
    fn is_counted_by_tiers(&self) -> bool {
        self.pricing_type == PricingType::Regular
            && self.regime.is_per_message()
            && self.category.has_tiers()
    }
}

/// What a message is charged as by itself; one that names no category takes that of its conversation.
pub fn message_category(message: &Message, conversation: ConversationCategory) -> ChargeCategory {
    match (message.kind(), message.category()) {
        (Kind::Template, Some(category)) => category.into(),
        (Kind::Template, None) => conversation.into(),
        _ => ChargeCategory::Service,
    }
}

impl PairMachine<'_> {
    /// Writes a charge, if its instant lies in the period asked for.
    pub(super) fn charge(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        decision: Decision,
        edges: Edges,
    ) {
        let charged_at = message.instant();
        let is_written = account.is_written(charged_at);
        if !is_written && !decision.uses_allowance && !decision.is_counted_by_tiers() {
            return;
        }
        let attributes = message.attributes();
        let zone_decides = !account.clock.is_known_at(charged_at)
            && account.is_near_midnight(charged_at, UNKNOWN_ZONE_MICROS);
        let is_assumed =
            decision.estimated || attributes.has(Flag::DeliveryAssumed) || zone_decides;
        let conversation = decision.conversation.map(|place| {
            let conversation = &mut self.findings.conversations[place as usize];
            conversation.is_estimated |=
                is_assumed && is_written && decision.pricing_type == PricingType::FreeEntryPoint;
            conversation.opened_by
        });
        let charge = Charge {
            pair: self.pair,
            charged_at,
            sent_at: message.sent(),
            row: message.row(),
            conversation,
            local_date: account.clock.local_date(charged_at),
            account: attributes.account(),
            unit: decision.unit,
            regime: decision.regime,
            rule: decision.rule,
            category: decision.category,
            pricing_type: decision.pricing_type,
            estimated: is_assumed || rests_on_inference(message, &decision),
            edge: edges.decide(account),
            uses_allowance: decision.uses_allowance,
            in_window: self.in_window,
            is_international: decision.unit == ChargeUnit::Conversation
                && decision.category == ChargeCategory::Authentication
                && self.is_international(message, account),
            in_group: self.is_group,
            is_written,
        };
        self.watch_charge(message, &charge);
        self.findings.charges.push(charge);
    }
}
