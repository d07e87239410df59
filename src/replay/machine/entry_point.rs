//! The free entry point: armed by a click, opened by an answer in time, everything in it free (F-1…F-7).

use super::{Judgement, PairMachine};
use crate::replay::attributes::Flag;
use crate::replay::machine::charges::{Decision, message_category};
use crate::replay::machine::edge::Edges;
use crate::replay::message::Message;
use crate::replay::terms::AccountTerms;
use crate::replay::trace::Step;
use crate::rulebook::settings::{ClickInsideEntryPoint, EntryPointStart, Settings, Trust};
use crate::vocabulary::{
    ChargeCategory, ChargeUnit, ConversationCategory, Instant, Kind, PricingType, Regime, Rule,
};

/// A click that waits for an answer (F-2).
#[derive(Clone, Copy, Debug)]
pub struct Click {
    at: Instant,
    /// F-7: a click inside an entry point waits for an answer sent at or after its end.
    answer_from: Instant,
}

impl Click {
    /// What it did, for those who listen.
    pub fn step(self, armed_hours: i64) -> Step {
        Step::Armed {
            until: self.at.plus_hours(armed_hours),
            answer_from: (self.answer_from > self.at).then_some(self.answer_from),
        }
    }
}

/// A free entry point, open or over.
#[derive(Clone, Copy, Debug)]
pub struct EntryPoint {
    /// Its place among the findings.
    pub place: u32,
    /// Its end (F-4).
    pub end: Instant,
    /// Whether Meta's mark on the answer proves it (S-12).
    pub is_marked: bool,
}

/// Clicks and entry points of a pair.
#[derive(Debug, Default)]
pub struct EntryPoints {
    /// Clicks not yet used, ascending.
    clicks: Vec<Click>,
    /// Inbound messages since the last answer, ascending: any may prove to be a click (F-3).
    unused_inbound: Vec<Instant>,
    latest: Option<EntryPoint>,
}

impl EntryPoints {
    /// Forgets the pair.
    pub fn clear(&mut self) {
        self.clicks.clear();
        self.unused_inbound.clear();
        self.latest = None;
    }

    /// The entry point that is open at an instant. It opened earlier in the order T-5, so only its end counts.
    pub fn open_at(&self, at: Instant) -> Option<EntryPoint> {
        self.latest.filter(|entry_point| at < entry_point.end)
    }

    /// The latest entry point, open or over.
    pub fn latest(&self) -> Option<EntryPoint> {
        self.latest
    }

    /// Takes an inbound message; one that came through an entry point arms the pair (F-2, F-7), and the
    /// click comes back.
    pub fn inbound(&mut self, at: Instant, qualifies: bool, settings: &Settings) -> Option<Click> {
        self.unused_inbound.push(at);
        if !qualifies {
            return None;
        }
        let answer_from = match self.open_at(at) {
            None => Instant::MIN,
            Some(entry_point)
                if settings.click_inside_entry_point == ClickInsideEntryPoint::ArmsForAfter =>
            {
                entry_point.end
            }
            Some(_) => return None,
        };
        let click = Click { at, answer_from };
        self.clicks.push(click);
        Some(click)
    }

    /// The latest unused click at or before an instant.
    pub fn latest_click(&self, at: Instant) -> Option<Instant> {
        self.clicks
            .iter()
            .rev()
            .map(|click| click.at)
            .find(|&click| click <= at)
    }

    /// The click that a message answers, if it opens an entry point (F-3).
    pub fn answered_by(&self, message: &Message, judgement: &Judgement<'_>) -> Option<Instant> {
        if message.kind() == Kind::Reaction {
            return None;
        }
        let sent = message.sent();
        let armed_hours = judgement.terms.armed_hours;
        let in_time = |click: Instant| click <= sent && sent < click.plus_hours(armed_hours);
        // The latest click at or before the sending has the latest end; if it does not arm, none does.
        let armed = self
            .clicks
            .iter()
            .rev()
            .find(|click| click.at <= sent)
            .filter(|click| in_time(click.at) && click.answer_from <= sent)
            .map(|click| click.at);
        armed.or_else(|| {
            let inbound = self
                .unused_inbound
                .iter()
                .rev()
                .find(|&&at| at <= sent)
                .copied();
            inbound.filter(|&at| has_mark(message, judgement) && in_time(at))
        })
    }

    /// The answer uses up every click and message before it (F-2).
    fn open(&mut self, entry_point: EntryPoint) {
        self.clicks.clear();
        self.unused_inbound.clear();
        self.latest = Some(entry_point);
    }
}

/// Whether Meta's mark says that the message is part of an entry point (F-3, S-37).
fn has_mark(message: &Message, judgement: &Judgement<'_>) -> bool {
    judgement.terms.settings.trust == Trust::Marks && message.attributes().has(Flag::EntryPointMark)
}

impl PairMachine<'_> {
    /// F-3: the answer opens the entry point. Under conversation-based pricing it closes every open
    /// conversation (F-5) and is charged, at nothing, as a conversation (F-6).
    pub(super) fn open_entry_point(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        cutover: Instant,
        click: Instant,
    ) {
        self.watch.answered();
        let end = self.entry_point_end(message, account, regime, cutover);
        let place = self.open(
            message,
            account,
            ConversationCategory::FreeEntryPoint,
            regime,
            Rule::F3,
            end,
        );
        let entry_point = EntryPoint {
            place,
            end,
            is_marked: has_mark(message, &self.judgement),
        };
        self.entry_points.open(entry_point);
        if let Some(trace) = &mut self.trace {
            trace.step(Step::OpenedEntryPoint {
                conversation: message.row(),
                click,
                is_marked: entry_point.is_marked,
            });
        }
        self.shadow.close_all(message.instant(), self.findings);
        let edges = self
            .edges(message)
            .at(end)
            .at(click.plus_hours(self.judgement.terms.armed_hours));
        if regime.is_per_message() {
            self.charge_inside(message, account, regime, entry_point, edges);
            return;
        }
        self.conversations
            .close_all(message.instant(), self.findings);
        let decision = Decision {
            unit: ChargeUnit::Conversation,
            regime,
            rule: Rule::F6,
            category: ChargeCategory::FreeEntryPoint,
            pricing_type: PricingType::FreeEntryPoint,
            conversation: Some(place),
            estimated: !entry_point.is_marked,
            uses_allowance: false,
        };
        self.charge(message, account, decision, edges);
    }

    /// F-4: the fixed length from delivery or sending, unless Meta's own mark names the end.
    fn entry_point_end(
        &self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        cutover: Instant,
    ) -> Instant {
        let settings = &self.judgement.terms.settings;
        if settings.trust == Trust::Marks
            && message.attributes().has(Flag::HasExpiry)
            && let Some(&end) = self.judgement.odd_values.expires_at.get(&message.row())
        {
            return end;
        }
        let start = match settings.entry_point_start {
            EntryPointStart::Delivery => message.instant(),
            EntryPointStart::Send => message.sent(),
            EntryPointStart::Regime if regime.is_per_message() => message.sent(),
            EntryPointStart::Regime => message.instant(),
        };
        start.plus_hours(account.entry_point_hours_at(cutover))
    }

    /// F-6: a message delivered inside an entry point belongs to it and is free.
    pub(super) fn inside_entry_point(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        entry_point: EntryPoint,
    ) {
        if message.kind() != Kind::Reaction {
            self.findings.conversations[entry_point.place as usize].messages_outbound += 1;
        }
        self.trace_joined(entry_point.place);
        let edges = self.edges(message).at(entry_point.end);
        self.charge_inside(message, account, regime, entry_point, edges);
    }

    fn charge_inside(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        entry_point: EntryPoint,
        edges: Edges,
    ) {
        let is_reaction = message.kind() == Kind::Reaction;
        let rule = match regime {
            Regime::Pmp2025 => Rule::P25_1,
            Regime::Pmp2026 => Rule::P26_1,
            Regime::Cbp2022 | Regime::Cbp2023
                if is_reaction || !self.judgement.terms.scope.detail_messages =>
            {
                return;
            }
            Regime::Cbp2022 | Regime::Cbp2023 => Rule::F6,
        };
        let decision = Decision {
            unit: ChargeUnit::Message,
            regime,
            rule,
            category: message_category(message, ConversationCategory::FreeEntryPoint),
            pricing_type: PricingType::FreeEntryPoint,
            conversation: Some(entry_point.place),
            estimated: !entry_point.is_marked,
            // S-21: only service messages can use the allowance.
            uses_allowance: regime == Regime::Pmp2026
                && message.kind() == Kind::FreeForm
                && self
                    .judgement
                    .terms
                    .settings
                    .entry_point_uses_allowance
                    .is_yes(),
        };
        self.charge(message, account, decision, edges);
    }
}
