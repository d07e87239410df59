//! Charges grouped to invoice grain (contract 4, `lines`).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::ChargeRow;

/// The columns by which charges are alike, in the contract's order; `month` is that of the local date.
pub const GRAIN: [&str; 11] = [
    "account",
    "business",
    "month",
    "market",
    "category",
    "pricing_type",
    "tier",
    "rate_card",
    "rate",
    "currency",
    "state",
];

/// Cells of the grain → how many, and what they cost together (none where a price is missing).
pub type Lines = BTreeMap<Vec<String>, (u64, Option<Decimal>)>;

/// Messages that a conversation bills are rows of `--detail messages` only, not of an invoice.
pub fn is_billed_elsewhere(charge: &BTreeMap<String, String>) -> bool {
    charge["unit"] == "message" && charge["regime"].starts_with("cbp")
}

pub fn lines<'a>(charges: impl Iterator<Item = &'a BTreeMap<String, String>>) -> Lines {
    let mut lines = Lines::new();
    for charge in charges.filter(|charge| !is_billed_elsewhere(charge)) {
        let cell = |column: &&str| match *column {
            "month" => charge["local_date"][..7].to_string(),
            "rate" => plain(&charge["rate"]),
            column => charge[column].clone(),
        };
        let grain = GRAIN.iter().map(cell).collect();
        let amount: Option<Decimal> = charge["amount"].parse().ok();
        let line = lines.entry(grain).or_insert((0, Some(Decimal::ZERO)));
        line.0 += 1;
        line.1 = line.1.zip(amount).map(|(sum, amount)| sum + amount);
    }
    lines
}

/// A decimal without trailing zeros, so that equal values are equal texts.
pub fn plain(cell: &str) -> String {
    match cell.parse::<Decimal>() {
        Ok(value) => value.normalize().to_string(),
        Err(_) => cell.to_string(),
    }
}
