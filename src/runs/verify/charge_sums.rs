//! What charges sum to, by line and by kind.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::CHARGES;
use super::rows::Reports;
use crate::report::summary::ChargeCounts;
use crate::runs::sealed::{ByName, SealedSummary};
use crate::tariff::Amount;

/// What charges sum to.
#[derive(Default)]
pub struct ChargeSums {
    /// By the fields of a line, joined.
    pub groups: HashMap<Vec<u8>, GroupSum>,
    /// Units that rest on an assumption, and those that an edge decided, by currency.
    pub marks: BTreeMap<String, (u64, u64)>,
    /// Rows of the table.
    pub rows: u64,
    /// By regime, then category, then pricing type.
    pub counts: ByName<ByName<ByName<ChargeCounts>>>,
}

/// The charges of one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupSum {
    /// How many.
    pub quantity: u64,
    /// What they cost together; none where their cost is not known.
    pub amount: Option<Amount>,
}

impl GroupSum {
    /// Adds units, and what they cost. What does not fit is no sum.
    pub fn add(&mut self, quantity: u64, amount: Option<Amount>) {
        self.quantity = self.quantity.saturating_add(quantity);
        let is_first = self.quantity == quantity;
        self.amount = match (self.amount, amount) {
            (None, amount) if is_first => amount,
            (Some(sum), Some(amount)) => sum.plus(amount),
            _ => None,
        };
    }
}

/// Compares rows and counts with those of the summary.
pub fn compare_counts(sums: &ChargeSums, summary: &SealedSummary, reports: &mut Reports<'_>) {
    let (rows, listed) = (sums.rows, summary.tables.charges);
    if rows != listed {
        reports.tables.difference(format!(
            "{CHARGES}: has {rows} rows, summary.json says {listed}"
        ));
    }
    let counts = |counts: &ByName<ByName<ByName<ChargeCounts>>>| {
        let mut flat = BTreeMap::new();
        for (regime, categories) in counts {
            for (category, types) in categories {
                for (pricing_type, counts) in types {
                    let name = format!("{regime}, {category}, {pricing_type}");
                    flat.insert(name, [counts.count, counts.estimated, counts.edge]);
                }
            }
        }
        flat
    };
    let (found, listed) = (counts(&sums.counts), counts(&summary.charges));
    let names: BTreeSet<&String> = found.keys().chain(listed.keys()).collect();
    for name in names {
        let (found, listed) = (found.get(name), listed.get(name));
        if found != listed {
            let described = |counts: Option<&[u64; 3]>| {
                let [count, estimated, edge] = counts.copied().unwrap_or_default();
                format!("{count} charges ({estimated} estimated, {edge} at an edge)")
            };
            reports.tables.difference(format!(
                "{CHARGES}: {name}: {}; summary.json says {}",
                described(found),
                described(listed)
            ));
        }
    }
}
