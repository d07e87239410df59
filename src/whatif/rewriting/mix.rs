//! Templates of another category.

use toml::Spanned;

use super::Circumstances;
use super::draw::Draw;
use super::reach::{MessageReach, Named, PairFacts};
use crate::replay::message::Message;
use crate::rulebook::ConfigError;
use crate::tariff::Amount;
use crate::vocabulary::{Kind, TemplateCategory};
use crate::whatif::scenario::{Shift, Source};

/// The shifts of a scenario.
pub struct Mix(Vec<(MessageReach, Amount, TemplateCategory)>);

impl Mix {
    /// Looks up what the shifts name.
    ///
    /// # Errors
    /// If a market or a template is unknown.
    pub fn new(
        shifts: &[Spanned<Shift>],
        circumstances: &Circumstances<'_>,
        source: &Source<'_>,
    ) -> Result<Self, ConfigError> {
        let compiled = shifts.iter().map(|entry| {
            let shift = entry.get_ref();
            let named = Named {
                category: Some(shift.from_category.0),
                market: shift.market.as_deref(),
                business: shift.business.as_ref(),
                from: shift.from,
                to: shift.to,
                template: shift.template.as_deref(),
            };
            let reach = MessageReach::new(named, circumstances, source.place(entry.span()))?;
            Ok((reach, shift.share.0, shift.to_category.0))
        });
        Ok(Self(compiled.collect::<Result<_, ConfigError>>()?))
    }

    /// Gives each template the category of the scenario. Shifts that mean one template take their shares one beside
    /// the other, so that the shares are those of all templates and not of what an earlier shift has left.
    pub fn apply(&self, messages: &mut [Message], pair: &PairFacts<'_>, draw: Draw) {
        if self.0.is_empty() {
            return;
        }
        for (place, slot) in messages.iter_mut().enumerate() {
            let message = *slot;
            if message.is_inbound() || message.kind() != Kind::Template {
                continue;
            }
            let date = pair.date(&message);
            let drawn = draw.of_message(&message, place).for_use(1);
            let mut taken = Amount::ZERO;
            for (reach, share, category) in &self.0 {
                if !reach.holds(pair, &message, date) {
                    continue;
                }
                taken = taken.plus(*share).unwrap_or(taken);
                if drawn.is_within(taken) {
                    let shifted = message.attributes().with_category(*category);
                    *slot = message.with_attributes(shifted);
                    break;
                }
            }
        }
    }
}
