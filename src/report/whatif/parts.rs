//! Categories, markets, months and numbers of all scenarios side by side.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::summary::{WhatIfSummary, together};
use crate::tariff::Amount;
use crate::whatif::comparison::{Figures, ScenarioResult};

/// By currency, then name.
type Table = BTreeMap<String, BTreeMap<String, Figures>>;

/// A way to take the whole apart.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What the parts are, in words.
    pub name: &'static str,
    /// Several of them, in words.
    pub names: &'static str,
    /// Where a scenario holds them.
    pub table: fn(&ScenarioResult) -> &Table,
    /// Whether they follow each other in time.
    pub is_time: bool,
}

/// Every way, in the order of the report.
pub const KINDS: [Kind; 4] = [
    Kind {
        name: "category",
        names: "categories",
        table: |result| &result.by_category,
        is_time: false,
    },
    Kind {
        name: "market",
        names: "markets",
        table: |result| &result.by_market,
        is_time: false,
    },
    Kind {
        name: "month",
        names: "months",
        table: |result| &result.by_month,
        is_time: true,
    },
    Kind {
        name: "business number",
        names: "business numbers",
        table: |result| &result.by_business,
        is_time: false,
    },
];

/// A part under every scenario.
pub struct Part {
    /// Its name; of several parts together, none.
    pub name: Option<String>,
    /// How many parts it stands for.
    pub count: usize,
    /// Its figures, the base's first.
    pub figures: Vec<Figures>,
}

/// All parts in a currency: months in time, others by what they cost at most under any scenario.
pub fn parts(summary: &WhatIfSummary, kind: Kind, currency: &str) -> Vec<Part> {
    let tables: Vec<Option<&BTreeMap<String, Figures>>> = summary
        .scenarios
        .iter()
        .map(|scenario| (kind.table)(&scenario.result).get(currency))
        .collect();
    let names: BTreeSet<&String> = tables
        .iter()
        .flatten()
        .flat_map(|table| table.keys())
        .collect();
    let mut parts: Vec<Part> = names
        .into_iter()
        .map(|name| Part {
            name: Some(name.clone()),
            count: 1,
            figures: tables
                .iter()
                .map(|table| {
                    let figures = table.and_then(|table| table.get(name));
                    figures.copied().unwrap_or_default()
                })
                .collect(),
        })
        .collect();
    if !kind.is_time {
        // A stable sort: equals stay in the order of their names.
        parts.sort_by_key(|part| {
            let amounts = part.figures.iter().map(|figures| figures.amount.abs());
            let units = part.figures.iter().map(Figures::units);
            Reverse((amounts.max().unwrap_or(Amount::ZERO), units.max()))
        });
    }
    parts
}

/// The first parts, and all others as one.
pub fn most(mut parts: Vec<Part>, most: usize) -> Vec<Part> {
    if parts.len() <= most {
        return parts;
    }
    let rest = parts.split_off(most);
    let scenarios = rest.first().map_or(0, |part| part.figures.len());
    let sum = |place: usize| {
        let figures = rest.iter().map(|part| part.figures[place]);
        figures.fold(Figures::default(), together)
    };
    parts.push(Part {
        name: None,
        count: rest.len(),
        figures: (0..scenarios).map(sum).collect(),
    });
    parts
}
