//! How causes are worded: what was found, in numbers, and what it may mean. Never more than that.

use super::super::key::{Dimension, Key};
use crate::tariff::{Amount, Markets};

/// Whether the customer would pay too much or too little.
pub(super) fn stake(amount: Amount) -> String {
    match amount.units() {
        0 => "no money at stake".to_owned(),
        1.. => format!("potential overcharge of {amount}"),
        _ => format!("potential undercharge of {}", amount.abs()),
    }
}

/// Units, in the singular where there is one.
pub(super) fn units(count: i64) -> String {
    match count.abs() {
        1 => "1 unit".to_owned(),
        count => format!("{count} units"),
    }
}

/// Where a cell lies along a column.
pub(super) fn place(key: &Key, dimension: Dimension, markets: &Markets) -> String {
    let or_any = |value: Option<String>, what: &str| value.unwrap_or_else(|| format!("no {what}"));
    match dimension {
        Dimension::PricingType => or_any(
            key.pricing_type.map(|each| each.to_string()),
            "pricing type",
        ),
        Dimension::PricingTypeAndCategory => {
            let pricing_type = place(key, Dimension::PricingType, markets);
            format!(
                "{} {pricing_type}",
                place(key, Dimension::Category, markets)
            )
        }
        Dimension::Category => or_any(key.category.map(|each| each.to_string()), "category"),
        Dimension::Market => or_any(
            key.market
                .map(|market| markets.name(market).to_owned())
                .or_else(|| {
                    key.country
                        .map(|code| String::from_utf8_lossy(&code).into_owned())
                }),
            "market",
        ),
        Dimension::Tier => or_any(key.tier.map(|tier| format!("tier {tier}")), "tier"),
        Dimension::Period => or_any(key.period.map(|period| period.to_string()), "period"),
        Dimension::Currency => or_any(key.currency.map(|each| each.to_string()), "currency"),
    }
}
