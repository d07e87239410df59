//! Conversation-based pricing: which message opens a conversation and which is covered (C22, C23).

use super::charges::{Decision, message_category};
use super::{Findings, PairMachine};
use crate::replay::message::Message;
use crate::replay::terms::AccountTerms;
use crate::replay::trace::Step;
use crate::vocabulary::{
    ChargeUnit, CloseReason, ConversationCategory, Instant, Kind, PricingType, Regime, Rule,
};

/// A conversation of the pair: the latest of its category.
#[derive(Clone, Copy, Debug)]
pub struct OpenConversation {
    /// Its place among the findings; places grow in the order of opening.
    pub place: u32,
    /// Its regime.
    pub regime: Regime,
    /// Its actual end.
    pub end: Instant,
}

/// The latest conversation of each category, open or over. One of a category never opens beside another.
#[derive(Debug, Default)]
pub struct OpenConversations {
    latest: [Option<OpenConversation>; SLOTS],
}

/// The four categories of C23, and the one conversation of C22.
const SLOTS: usize = 5;
const FIRST_PRICING: usize = 4;

fn slot(category: ConversationCategory) -> usize {
    match category {
        ConversationCategory::Marketing => 0,
        ConversationCategory::Utility => 1,
        ConversationCategory::Authentication => 2,
        ConversationCategory::Service => 3,
        ConversationCategory::UserInitiated
        | ConversationCategory::BusinessInitiated
        // Entry points are kept by their own mechanism and never come here.
        | ConversationCategory::FreeEntryPoint => FIRST_PRICING,
    }
}

impl OpenConversations {
    /// Forgets the pair.
    pub fn clear(&mut self) {
        self.latest = [None; SLOTS];
    }

    /// The latest conversation of a category, open or over.
    pub fn latest(&self, category: ConversationCategory) -> Option<OpenConversation> {
        self.latest[slot(category)]
    }

    /// The conversation of a category that is open at an instant.
    pub fn open_of(&self, category: ConversationCategory, at: Instant) -> Option<OpenConversation> {
        self.latest(category)
            .filter(|conversation| at < conversation.end)
    }

    /// The conversation that was opened last, open or over.
    pub fn most_recent(&self) -> Option<OpenConversation> {
        self.latest
            .iter()
            .flatten()
            .copied()
            .max_by_key(|conversation| conversation.place)
    }

    /// The most recently opened conversation that is open at an instant (C23-7).
    pub fn most_recent_open(&self, at: Instant) -> Option<OpenConversation> {
        let open = self
            .latest
            .iter()
            .flatten()
            .filter(|conversation| at < conversation.end);
        open.copied().max_by_key(|conversation| conversation.place)
    }

    /// Keeps a conversation as the latest of its category.
    pub fn add(&mut self, category: ConversationCategory, conversation: OpenConversation) {
        self.latest[slot(category)] = Some(conversation);
    }

    /// Both, the later of each category.
    pub fn beside(&self, other: &Self) -> Self {
        let later = |slot: usize| {
            let both = self.latest[slot].into_iter().chain(other.latest[slot]);
            both.max_by_key(|conversation| conversation.place)
        };
        Self {
            latest: std::array::from_fn(later),
        }
    }

    /// F-5: an entry point closes every open conversation.
    pub fn close_all(&mut self, at: Instant, findings: &mut Findings) {
        for conversation in self.latest.iter_mut().flatten() {
            if at < conversation.end {
                conversation.end = at;
                let record = &mut findings.conversations[conversation.place as usize];
                record.closed_at = at;
                record.close_reason = CloseReason::EntryPointOpened;
            }
        }
    }
}

/// What a message does under conversation-based pricing.
enum Effect {
    /// It belongs to an open conversation.
    Covered(OpenConversation),
    /// It opens one; the latest earlier one could have covered it (S-08).
    Opens(ConversationCategory, Option<OpenConversation>),
    /// It opens none: free-form outside the window (W-2), or a reaction (D-6).
    Nothing,
}

impl PairMachine<'_> {
    /// Applies C22 or C23 to a delivered message outside of any entry point.
    pub(super) fn converse(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        in_window: bool,
    ) {
        match effect(&self.conversations, message, regime, in_window) {
            Effect::Nothing => {}
            Effect::Covered(conversation) => self.covered(message, account, regime, conversation),
            Effect::Opens(category, earlier) => {
                let conversation = self.open_conversation(message, account, regime, category);
                self.conversations.add(category, conversation);
                self.charge_opening(message, account, regime, category, conversation, earlier);
            }
        }
    }

    /// P25-6: what the message would have done under `cbp-2023`, beside its per-message charge. It joins
    /// conversations that run over the switch, unless P25-5 counted it there (`is_counted`).
    pub(super) fn shadow_conversation(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        in_window: bool,
        is_counted: bool,
    ) {
        match effect(
            &self.conversations.beside(&self.shadow),
            message,
            Regime::Cbp2023,
            in_window,
        ) {
            Effect::Nothing => {}
            Effect::Covered(conversation) => {
                if !is_counted {
                    self.findings.conversations[conversation.place as usize].messages_outbound += 1;
                    self.trace_joined(conversation.place);
                }
            }
            Effect::Opens(category, _) => {
                let conversation = self.open_conversation(message, account, regime, category);
                self.shadow.add(category, conversation);
            }
        }
    }

    fn open_conversation(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        category: ConversationCategory,
    ) -> OpenConversation {
        let end = message
            .instant()
            .plus_hours(self.judgement.terms.conversation_hours);
        let rule = match category {
            ConversationCategory::UserInitiated | ConversationCategory::BusinessInitiated => {
                Rule::C22_2
            }
            ConversationCategory::Service => Rule::C23_2,
            _ => Rule::C23_1,
        };
        let place = self.open(message, account, category, regime, rule, end);
        if let Some(trace) = &mut self.trace {
            trace.step(Step::Opened(message.row()));
        }
        OpenConversation { place, regime, end }
    }

    /// C22-3, C22-5, C23-5, C23-6: one charge for each opened conversation.
    fn charge_opening(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        category: ConversationCategory,
        conversation: OpenConversation,
        earlier: Option<OpenConversation>,
    ) {
        let cutover = self
            .judgement
            .terms
            .cutover_instant(message.instant(), message.sent());
        let (rule, pricing_type) = match category {
            // Whether it is one of the month's first is decided over all pairs.
            ConversationCategory::UserInitiated | ConversationCategory::BusinessInitiated => {
                (Rule::C22_5, PricingType::Regular)
            }
            ConversationCategory::Service if account.free_service_from <= cutover => {
                (Rule::C23_6, PricingType::FreeCustomerService)
            }
            ConversationCategory::Service => (Rule::C23_6, PricingType::Regular),
            _ => (Rule::C23_5, PricingType::Regular),
        };
        let mut edges = self.edges_outside(message).at_end_of(earlier);
        if rule != Rule::C23_5 {
            edges = edges.at_some(self.window.end_before(message.sent()));
        }
        let decision = Decision {
            unit: ChargeUnit::Conversation,
            regime,
            rule,
            category: category.into(),
            pricing_type,
            conversation: Some(conversation.place),
            estimated: false,
            uses_allowance: pricing_type == PricingType::Regular && rule != Rule::C23_5,
        };
        self.charge(message, account, decision, edges);
    }

    /// C22-1, C23-5: a covered message costs nothing and is counted.
    fn covered(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        conversation: OpenConversation,
    ) {
        let record = &mut self.findings.conversations[conversation.place as usize];
        record.messages_outbound += 1;
        let category = record.category;
        self.trace_joined(conversation.place);
        if !self.judgement.terms.scope.detail_messages {
            return;
        }
        let rule = if conversation.regime == Regime::Cbp2022 {
            Rule::C22_1
        } else {
            Rule::C23_5
        };
        let decision = Decision {
            unit: ChargeUnit::Message,
            regime,
            rule,
            category: message_category(message, category),
            pricing_type: PricingType::Covered,
            conversation: Some(conversation.place),
            estimated: false,
            uses_allowance: false,
        };
        let edges = self.edges_outside(message);
        self.charge(message, account, decision, edges);
    }
}

fn effect(
    conversations: &OpenConversations,
    message: &Message,
    regime: Regime,
    in_window: bool,
) -> Effect {
    let at = message.instant();
    let kind = message.kind();
    if kind == Kind::Reaction {
        return Effect::Nothing;
    }
    // C22-1, C22-4: a conversation of the first pricing covers everything to its end.
    if let Some(conversation) = conversations.open_of(ConversationCategory::UserInitiated, at) {
        return Effect::Covered(conversation);
    }
    if regime == Regime::Cbp2022 {
        // C22-2.
        let category = match (in_window, kind) {
            (true, _) => ConversationCategory::UserInitiated,
            (false, Kind::Template) => ConversationCategory::BusinessInitiated,
            (false, _) => return Effect::Nothing,
        };
        return Effect::Opens(category, conversations.latest(category));
    }
    match message.category() {
        // C23-1: the customer service window plays no part.
        Some(category) if kind == Kind::Template => {
            let category = category.into();
            if let Some(conversation) = conversations.open_of(category, at) {
                return Effect::Covered(conversation);
            }
            let first_pricing = conversations.latest(ConversationCategory::UserInitiated);
            let earlier = conversations
                .latest(category)
                .into_iter()
                .chain(first_pricing);
            Effect::Opens(
                category,
                earlier.max_by_key(|conversation| conversation.place),
            )
        }
        // C23-2: a service conversation never opens beside another.
        _ => match conversations.most_recent_open(at) {
            Some(conversation) => Effect::Covered(conversation),
            None if in_window => {
                Effect::Opens(ConversationCategory::Service, conversations.most_recent())
            }
            None => Effect::Nothing,
        },
    }
}
