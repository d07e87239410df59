//! Counts conversations and charges in one parallel pass over the parts, in integers.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::cited::{Citations, CitedRule, cited};
use super::{ChargeCounts, ConversationCounts, EntryPointCounts, PricedCounts};
use crate::pricing::Pricing;
use crate::replay::outcome::{Charge, Outcome};
use crate::rulebook::Rulebook;
use crate::vocabulary::{
    ChargeCategory, CloseReason, ConversationCategory, LocalDate, Month, PricingType, Regime,
};

const REGIMES: usize = Regime::ALL.len();
const CONVERSATION_CATEGORIES: usize = ConversationCategory::ALL.len();
const CHARGE_CATEGORIES: usize = ChargeCategory::ALL.len();
const PRICING_TYPES: usize = PricingType::ALL.len();

/// Counts of some parts.
pub struct Counts {
    conversations: [[ConversationCounts; CONVERSATION_CATEGORIES]; REGIMES],
    charges: Box<[[[ChargeCounts; PRICING_TYPES]; CHARGE_CATEGORIES]; REGIMES]>,
    /// Free entry points.
    pub entry_points: EntryPointCounts,
    conversations_by_rule: Citations,
    charges_by_rule: Citations,
    by_account: HashMap<u32, PricedCounts>,
    by_business: HashMap<(u32, Month), PricedCounts>,
}

impl Counts {
    fn none() -> Self {
        Self {
            conversations: Default::default(),
            charges: Box::default(),
            entry_points: EntryPointCounts::default(),
            conversations_by_rule: [0; _],
            charges_by_rule: [0; _],
            by_account: HashMap::new(),
            by_business: HashMap::new(),
        }
    }

    /// Counts every part of an outcome; a missing ladder makes a charge estimated.
    pub fn of(outcome: &Outcome, pricing: &Pricing) -> Self {
        (0..outcome.parts.len())
            .into_par_iter()
            .fold(Self::none, |mut counts, part| {
                counts.add_part(outcome, pricing, part);
                counts
            })
            .reduce(Self::none, Self::plus)
    }

    fn add_part(&mut self, outcome: &Outcome, pricing: &Pricing, number: usize) {
        let part = &outcome.parts[number];
        for row in part.conversations.iter().filter(|row| row.is_written) {
            let counts = &mut self.conversations[row.regime as usize][row.category as usize];
            counts.count += 1;
            counts.open_at_end_of_log += u64::from(row.close_reason == CloseReason::OpenAtEndOfLog);
            counts.messages_outbound += u64::from(row.messages_outbound);
            counts.messages_inbound += u64::from(row.messages_inbound);
            self.conversations_by_rule[row.rule as usize] += 1;
            self.entry_points.count +=
                u64::from(row.category == ConversationCategory::FreeEntryPoint);
            self.entry_points.estimated += u64::from(row.is_estimated);
        }
        let mut month_of = MonthOf::default();
        let charges = part.charges.iter().enumerate();
        for (place, row) in charges.filter(|(_, row)| row.is_written) {
            let price = pricing.price(pricing.code(number as u32, place as u32));
            let row = Charge {
                estimated: row.estimated || price.lacks_ladder,
                ..row
            };
            let pricing_type = row.pricing_type as usize;
            let counts =
                &mut self.charges[row.regime as usize][row.category as usize][pricing_type];
            counts.count += 1;
            counts.estimated += u64::from(row.estimated);
            counts.edge += u64::from(row.edge);
            self.charges_by_rule[row.rule as usize] += 1;
            add_priced(self.by_account.entry(row.account).or_default(), &row);
            let business = outcome.pairs.parts(row.pair).business;
            let month = month_of.date(row.local_date);
            add_priced(self.by_business.entry((business, month)).or_default(), &row);
        }
    }

    fn plus(mut self, other: Self) -> Self {
        for (mine, theirs) in self
            .conversations
            .iter_mut()
            .flatten()
            .zip(other.conversations.iter().flatten())
        {
            mine.count += theirs.count;
            mine.open_at_end_of_log += theirs.open_at_end_of_log;
            mine.messages_outbound += theirs.messages_outbound;
            mine.messages_inbound += theirs.messages_inbound;
        }
        let theirs = other.charges.iter().flatten().flatten();
        for (mine, theirs) in self.charges.iter_mut().flatten().flatten().zip(theirs) {
            mine.count += theirs.count;
            mine.estimated += theirs.estimated;
            mine.edge += theirs.edge;
        }
        for (mine, theirs) in [
            (&mut self.conversations_by_rule, other.conversations_by_rule),
            (&mut self.charges_by_rule, other.charges_by_rule),
        ] {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        self.entry_points.count += other.entry_points.count;
        self.entry_points.estimated += other.entry_points.estimated;
        merge(&mut self.by_account, other.by_account);
        merge(&mut self.by_business, other.by_business);
        self
    }

    /// Conversations by regime and category, those that occur.
    pub fn conversations(
        &self,
    ) -> BTreeMap<&'static str, BTreeMap<&'static str, ConversationCounts>> {
        let mut table = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (&regime, categories) in Regime::ALL.iter().zip(&self.conversations) {
            for (&category, &counts) in ConversationCategory::ALL.iter().zip(categories) {
                if counts.count > 0 {
                    table
                        .entry(regime.name())
                        .or_default()
                        .insert(category.name(), counts);
                }
            }
        }
        table
    }

    /// Charges by regime, category and pricing type, those that occur.
    pub fn charges(
        &self,
    ) -> BTreeMap<&'static str, BTreeMap<&'static str, BTreeMap<&'static str, ChargeCounts>>> {
        let mut table = BTreeMap::<_, BTreeMap<_, BTreeMap<_, _>>>::new();
        for (&regime, categories) in Regime::ALL.iter().zip(self.charges.iter()) {
            for (&category, types) in ChargeCategory::ALL.iter().zip(categories) {
                for (&pricing_type, &counts) in PricingType::ALL.iter().zip(types) {
                    if counts.count > 0 {
                        table
                            .entry(regime.name())
                            .or_default()
                            .entry(category.name())
                            .or_default()
                            .insert(pricing_type.name(), counts);
                    }
                }
            }
        }
        table
    }

    /// The rules that are cited.
    pub fn rules(&self, rulebook: &Rulebook) -> Vec<CitedRule> {
        cited(rulebook, &self.conversations_by_rule, &self.charges_by_rule)
    }

    /// Charges by account.
    pub fn by_account(&self, outcome: &Outcome) -> BTreeMap<String, PricedCounts> {
        self.by_account
            .iter()
            .map(|(&code, &counts)| (outcome.cells.accounts.word(code), counts))
            .collect()
    }

    /// Charges by business number and month.
    pub fn by_business(
        &self,
        outcome: &Outcome,
    ) -> BTreeMap<String, BTreeMap<String, PricedCounts>> {
        let mut table = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (&(business, month), &counts) in &self.by_business {
            table
                .entry(outcome.cells.businesses.word(business))
                .or_default()
                .insert(month.to_string(), counts);
        }
        table
    }
}

fn add_priced(counts: &mut PricedCounts, row: &Charge) {
    counts.count += 1;
    counts.chargeable += u64::from(row.pricing_type == PricingType::Regular);
    counts.estimated += u64::from(row.estimated);
    counts.edge += u64::from(row.edge);
}

fn merge<K: std::hash::Hash + Eq>(
    mine: &mut HashMap<K, PricedCounts>,
    theirs: HashMap<K, PricedCounts>,
) {
    for (key, counts) in theirs {
        let sum = mine.entry(key).or_default();
        sum.count += counts.count;
        sum.chargeable += counts.chargeable;
        sum.estimated += counts.estimated;
        sum.edge += counts.edge;
    }
}

/// The month of a date; asked for the same date again, it remembers.
#[derive(Default)]
struct MonthOf {
    months: HashMap<LocalDate, Month>,
}

impl MonthOf {
    fn date(&mut self, date: LocalDate) -> Month {
        *self.months.entry(date).or_insert_with(|| date.month())
    }
}
