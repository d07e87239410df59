//! Per-message pricing: each delivered message of the business has exactly one pricing type (P25, P26).

use super::PairMachine;
use super::charges::{Decision, message_category};
use super::conversations::OpenConversation;
use super::edge::Edges;
use crate::replay::attributes::Flag;
use crate::replay::message::Message;
use crate::replay::terms::AccountTerms;
use crate::rulebook::settings::{CarryOver2025, GroupMarketingInWindow, Trust};
use crate::vocabulary::{
    ChargeCategory, ChargeUnit, ConversationCategory, Kind, LocalDate, PricingType, Regime, Rule,
    TemplateCategory,
};

impl PairMachine<'_> {
    /// Prices a message outside of any entry point, in the order of the rules: X-5, P25-5, then the rest.
    /// Says whether a conversation that runs over the switch covers it.
    pub(super) fn price_message(
        &mut self,
        message: &Message,
        account: &AccountTerms,
        regime: Regime,
        in_window: bool,
    ) -> bool {
        let category = message_category(message, ConversationCategory::Service);
        let mut decision = Decision {
            unit: ChargeUnit::Message,
            regime,
            rule: Rule::P25_4,
            category,
            pricing_type: PricingType::Regular,
            conversation: None,
            estimated: false,
            uses_allowance: false,
        };
        let date = account.clock.local_date(message.instant());
        let mut edges = self.edges_outside(message);
        if self.is_of_ai_provider(message, date) {
            decision.rule = Rule::X5;
            decision.category = ChargeCategory::GeneralPurposeAi;
        } else if let Some(carried) = self.carried_over(message, regime) {
            decision.rule = Rule::P25_5;
            decision.pricing_type = PricingType::Covered;
            decision.conversation = Some(carried.place);
            edges = edges.at(carried.end);
            self.findings.conversations[carried.place as usize].messages_outbound += 1;
            self.trace_joined(carried.place);
        } else {
            (decision.rule, decision.pricing_type) = self.rule(message, regime, in_window);
            if decision.rule == Rule::P26_2 {
                decision.uses_allowance = true;
                // P26-5: what the allowance does not cover is free for exempt organisations.
                if self.is_exempt(message, account, date) {
                    decision.rule = Rule::P26_5;
                    decision.pricing_type = PricingType::FreeCustomerService;
                }
            }
            edges = self.utility_edges(message, decision.rule, edges);
            if category == ChargeCategory::Authentication && self.is_international(message, account)
            {
                decision.category = ChargeCategory::AuthenticationInternational;
            }
        }
        self.charge(message, account, decision, edges);
        decision.rule == Rule::P25_5
    }

    /// P25-2…P25-4, P26-2…P26-4, D-6, S-30.
    fn rule(&self, message: &Message, regime: Regime, in_window: bool) -> (Rule, PricingType) {
        let is_2026 = regime == Regime::Pmp2026;
        match (message.kind(), message.category()) {
            (Kind::Reaction, _) => (Rule::D6, PricingType::FreeCustomerService),
            (Kind::Template, Some(category)) => match category {
                TemplateCategory::Utility if is_2026 => (Rule::P26_3, PricingType::Regular),
                TemplateCategory::Utility if in_window => {
                    (Rule::P25_3, PricingType::FreeCustomerService)
                }
                TemplateCategory::Marketing | TemplateCategory::MarketingLite
                    if self.is_group
                        && in_window
                        && self.judgement.terms.settings.group_marketing_in_window
                            == GroupMarketingInWindow::Free =>
                {
                    let rule = if is_2026 { Rule::P26_4 } else { Rule::P25_4 };
                    (rule, PricingType::FreeCustomerService)
                }
                _ if is_2026 => (Rule::P26_4, PricingType::Regular),
                _ => (Rule::P25_4, PricingType::Regular),
            },
            // Whether it is one of the month's first is decided over all pairs.
            _ if is_2026 => (Rule::P26_2, PricingType::Regular),
            _ => (Rule::P25_2, PricingType::FreeCustomerService),
        }
    }

    /// P25-5, S-16: the conversation of `cbp-2023` that runs over the switch and covers the message.
    fn carried_over(&self, message: &Message, regime: Regime) -> Option<OpenConversation> {
        if regime != Regime::Pmp2025 || message.kind() == Kind::Reaction {
            return None;
        }
        let at = message.instant();
        let category = message
            .category()
            .filter(|_| message.kind() == Kind::Template);
        let conversation = match (self.judgement.terms.settings.carry_over_2025, category) {
            (CarryOver2025::Utility, Some(TemplateCategory::Utility)) => self
                .conversations
                .open_of(ConversationCategory::Utility, at),
            (CarryOver2025::All, Some(category)) => self.conversations.open_of(category.into(), at),
            (CarryOver2025::All, None) => self.conversations.most_recent_open(at),
            (CarryOver2025::Utility | CarryOver2025::None, _) => None,
        };
        conversation.filter(|conversation| conversation.regime == Regime::Cbp2023)
    }

    /// S-08: what decides whether a utility template is free.
    fn utility_edges(&mut self, message: &Message, rule: Rule, edges: Edges) -> Edges {
        let is_utility = message.kind() == Kind::Template
            && message.category() == Some(TemplateCategory::Utility);
        if !is_utility || !matches!(rule, Rule::P25_3 | Rule::P25_4) {
            return edges;
        }
        let carried = self.conversations.latest(ConversationCategory::Utility);
        edges
            .at_some(self.window.end_before(message.sent()))
            .at_end_of(carried)
    }

    /// free-form of an account that is declared an AI provider, to a country and date listed.
    fn is_of_ai_provider(&self, message: &Message, date: LocalDate) -> bool {
        let code = message.attributes().account();
        if message.kind() != Kind::FreeForm || !self.judgement.special_accounts[code as usize] {
            return false;
        }
        let account = self.judgement.account(code);
        account.ai_provider(date)
            && self
                .judgement
                .pairs
                .customer_number(self.pair)
                .and_then(|number| self.judgement.customers.country(number))
                .is_some_and(|country| self.judgement.is_ai_country(country, date))
    }

    /// P26-5: the account is exempt, or Meta's mark says so.
    fn is_exempt(&self, message: &Message, account: &AccountTerms, date: LocalDate) -> bool {
        let code = message.attributes().account();
        let is_marked = self.judgement.terms.settings.trust == Trust::Marks
            && message.attributes().has(Flag::ExemptMark);
        date <= account.exempt_until
            && (is_marked
                || self.judgement.special_accounts[code as usize]
                    && self.judgement.account(code).exempt(date))
    }
}
