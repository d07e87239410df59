//! What messages did, and what they are charged, in words.

use super::Moment;
use super::build::{Asked, PricedCharge};
use super::evidence::EvidenceRow;
use super::find::Sought;
use super::messages::{PairStory, cell_of, effect};
use super::view::{ChargeView, EffectView};
use crate::log::columns::Column;
use crate::replay::outcome::Conversation;
use crate::replay::trace::{Step, TracedMessage};
use crate::vocabulary::{
    CloseReason, ConversationCategory, Instant, Kind, Origin, Regime, charge_id,
};

/// What the log does not say of a message.
fn inferences(traced: &TracedMessage) -> Vec<EffectView> {
    let message = &traced.message;
    let is_template = message.kind() == Kind::Template;
    let mut effects = Vec::new();
    if message.has_inferred_kind() {
        let kind = if is_template {
            "a template"
        } else {
            "free-form"
        };
        let text = format!(
            "the log does not say whether it is a template: taken for {kind} (inferred_template)"
        );
        effects.push(effect("W-2", text));
    }
    if let Some(category) = message.category()
        && is_template
        && message.has_inferred_category()
    {
        let text = format!(
            "the log does not state its category: taken for {category} (inferred_category)"
        );
        effects.push(effect("D-7", text));
    }
    effects
}

impl PairStory<'_> {
    /// What a message did that the machine was shown.
    pub fn effects(&self, traced: &TracedMessage, account: &str) -> Vec<EffectView> {
        let moment = |at: Instant| self.moment_of(account, at);
        let mut effects = Vec::new();
        for step in &traced.steps {
            self.tell(*step, traced, &moment, &mut effects);
        }
        let message = &traced.message;
        if !message.is_inbound() {
            if message.kind() != Kind::Call && !message.is_delivered() {
                effects.push(effect(
                    "D-2",
                    "was never delivered: opens nothing, costs nothing",
                ));
            } else if message.is_assumed() {
                effects.push(effect(
                    "D-3",
                    "counts as delivered because it was sent: the log knows no deliveries",
                ));
            }
            if message.is_delivered() && traced.regime.is_none() && message.kind() == Kind::System {
                effects.push(effect(
                    "D-6",
                    "a notice of the platform, no business message",
                ));
            }
        }
        let is_without_effect = effects.is_empty() && traced.regime.is_some();
        let is_charged = self
            .charges
            .iter()
            .any(|priced| priced.charge.row == message.row());
        if is_without_effect && !is_charged {
            let rule = if message.kind() == Kind::Reaction {
                "D-6"
            } else {
                "W-2"
            };
            effects.push(effect(rule, "opens nothing, costs nothing"));
        }
        effects.extend(inferences(traced));
        effects
    }

    fn tell(
        &self,
        step: Step,
        traced: &TracedMessage,
        moment: &dyn Fn(Instant) -> Moment,
        effects: &mut Vec<EffectView>,
    ) {
        match step {
            Step::StartedWindow { until, extends } => {
                let verb = if extends { "extends" } else { "opens" };
                let rule = match (traced.message.kind(), &self.group) {
                    (Kind::Call, _) => "W-4",
                    (_, Some(_)) => "X-4",
                    _ => "W-1",
                };
                effects.push(EffectView {
                    until: Some(moment(until)),
                    ..effect(rule, format!("{verb} the customer service window"))
                });
            }
            Step::Armed { until, answer_from } => {
                let (rule, text) = match answer_from {
                    None => (
                        "F-2",
                        "a click: an answer sent in time opens a free entry point".to_owned(),
                    ),
                    Some(from) => (
                        "F-7",
                        format!(
                            "a click inside a free entry point: arms for answers sent from {} on",
                            moment(from)
                        ),
                    ),
                };
                effects.push(EffectView {
                    until: Some(moment(until)),
                    ..effect(rule, text)
                });
            }
            Step::ClickIgnored => {
                effects.push(effect(
                    "F-7",
                    "a click inside a free entry point: ignored (S-14)",
                ));
            }
            Step::OpenedEntryPoint {
                conversation,
                click,
                is_marked,
            } => {
                let proof = if is_marked {
                    "Meta's mark proves it"
                } else {
                    "no mark of Meta's confirms it"
                };
                let text = format!(
                    "answers the click of {}, opens a free entry point; {proof}",
                    moment(click)
                );
                if let Some(opened) = self.opened_by(conversation) {
                    effects.push(EffectView {
                        conversation_id: Some(self.id_of(opened)),
                        until: Some(moment(opened.expires_at)),
                        ..effect(opened.rule.name(), text)
                    });
                    effects.extend(self.closed_by(opened));
                }
            }
            Step::Opened(row) => {
                if let Some(opened) = self.opened_by(row) {
                    effects.push(EffectView {
                        conversation_id: Some(self.id_of(opened)),
                        until: Some(moment(opened.expires_at)),
                        ..effect(
                            opened.rule.name(),
                            format!("opens a {} conversation", opened.category),
                        )
                    });
                }
            }
            Step::Joined(row) => {
                if let Some(joined) = self.opened_by(row) {
                    effects.push(EffectView {
                        conversation_id: Some(self.id_of(joined)),
                        ..joins(joined, traced)
                    });
                }
            }
        }
    }

    /// F-5: what the opening of an entry point closed.
    fn closed_by(&self, opened: &Conversation) -> Vec<EffectView> {
        self.conversations
            .iter()
            .filter(|other| {
                other.close_reason == CloseReason::EntryPointOpened
                    && other.closed_at == opened.opened_at
            })
            .map(|other| EffectView {
                conversation_id: Some(self.id_of(other)),
                ..effect("F-5", format!("closes the {} conversation", other.category))
            })
            .collect()
    }

    /// Why nothing can follow from a message that the machine was not shown.
    pub fn why_untraced(&self, rows: &[&EvidenceRow], is_outbound: bool) -> EffectView {
        if rows.iter().all(|row| row.view.rejected.is_some()) {
            return effect("D-4", "rejected: its rows have no effect");
        }
        let channel = cell_of(rows, Column::Channel);
        if channel.is_some_and(|channel| !channel.eq_ignore_ascii_case("whatsapp")) {
            return effect("D-5", "another channel: opens nothing, refreshes nothing");
        }
        let origin = cell_of(rows, Column::Origin).and_then(|cell| Origin::parse(cell.as_bytes()));
        match origin {
            Some(Origin::BusinessApp) if is_outbound => {
                return effect(
                    "X-7",
                    "typed in the WhatsApp Business app: free, opens nothing",
                );
            }
            Some(Origin::BusinessAgent) if is_outbound => {
                return effect(
                    "X-2",
                    "sent by Meta Business Agent, which is billed by token",
                );
            }
            _ => {}
        }
        if is_outbound {
            return effect("D-2", "was never delivered: opens nothing, costs nothing");
        }
        effect("T-2", "lies outside the period of the run")
    }

    /// A charge as it is shown.
    pub fn charge(&self, priced: &PricedCharge<'_>, message_id: &str) -> ChargeView {
        let PricedCharge { charge, price } = priced;
        let account = self.account_name(charge.account);
        let id = charge_id(
            &mut Vec::new(),
            &account,
            &self.business,
            &self.customer,
            message_id.as_bytes(),
            charge.unit,
        );
        let rule = charge.rule.name();
        let tariff = self.request.tariff;
        let conversation = charge.conversation.and_then(|row| self.opened_by(row));
        ChargeView {
            charge_id: id.to_string(),
            is_asked_for: *self.request.asked == Asked::Unit(Sought::Charge(id)),
            unit: charge.unit.name(),
            conversation_id: conversation.map(|conversation| self.id_of(conversation)),
            regime: charge.regime.name(),
            rule,
            rule_text: self
                .request
                .rulebook
                .rule_text(rule)
                .unwrap_or_default()
                .to_owned(),
            category: charge.category.name(),
            pricing_type: charge.pricing_type.name(),
            local_date: charge.local_date.to_string(),
            market: tariff.markets.name(price.market).to_owned(),
            rate_card: price
                .card
                .map(|card| tariff.cards.card_name(card).to_owned()),
            tier: self.request.pricing.tier_label(price).map(str::to_owned),
            rate: price.rate.map(|rate| rate.to_string()),
            currency: price.currency.code().to_owned(),
            amount: price.amount().map(|amount| amount.to_string()),
            state: price.state.name(),
            estimated: charge.estimated || price.lacks_ladder,
            edge: charge.edge,
            remarks: self.remarks(priced, &account),
        }
    }

    /// What else decided a charge: other pairs, missing figures, the period.
    fn remarks(&self, priced: &PricedCharge<'_>, account: &str) -> Vec<String> {
        let PricedCharge { charge, price } = priced;
        let mut remarks = Vec::new();
        if charge.uses_allowance {
            let month = charge.local_date.month();
            let position = self.request.outcome.allowances.iter().find(|position| {
                position.regime == charge.regime
                    && position.month == month
                    && (position.owner == self.business || position.owner == account)
            });
            remarks.push(match position {
                Some(position) => format!(
                    "depends on other pairs: the allowance of {} in {month} covers the first {} units; \
                     the log has {}, {} were used elsewhere",
                    position.owner, position.size, position.units, position.used_elsewhere
                ),
                None => "depends on other pairs: the month's allowance covers the first units".to_owned(),
            });
        }
        if price.tier.is_some() {
            remarks.push(
                "depends on other pairs: the tier is that of its rank among the month's charged messages \
                 of the portfolio to this market (R-2)"
                    .to_owned(),
            );
        }
        if price.lacks_ladder {
            remarks.push(
                "the category has volume tiers, but no ladder is known: priced at list (Q-NO-LADDER)"
                    .to_owned(),
            );
        }
        if price.is_bounded {
            remarks.push("a maximum price was bid: the charge is at most this (X-3)".to_owned());
        }
        if let Some(date) = price.nearest_card {
            remarks.push(format!(
                "the regime is forced: the card of the nearest day, {date} (R-1)"
            ));
        }
        if let Some(unrated) = &price.unrated {
            let missing = unrated.describe(&self.request.tariff.markets);
            remarks.push(format!("no rate: {missing}"));
        }
        if !charge.is_written {
            remarks.push(
                "outside the period that was asked for: it only uses up allowances and tiers"
                    .to_owned(),
            );
        }
        remarks
    }
}

/// A message that belongs to a conversation; if it is the business's, it is paid with it.
fn joins(conversation: &Conversation, traced: &TracedMessage) -> EffectView {
    let is_entry_point = conversation.category == ConversationCategory::FreeEntryPoint;
    let name = if is_entry_point {
        "free entry point".to_owned()
    } else {
        format!("{} conversation", conversation.category)
    };
    if traced.message.is_inbound() {
        return effect("C23-7", format!("belongs to the {name}"));
    }
    let rule = match (is_entry_point, conversation.regime, traced.regime) {
        (true, ..) => "F-6",
        (_, Regime::Cbp2022, _) => "C22-1",
        (_, _, Some(regime)) if regime.is_per_message() => "P25-5",
        _ => "C23-5",
    };
    effect(rule, format!("belongs to the {name}, which covers it"))
}
