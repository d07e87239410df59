//! Holds what `summary.json` counts and adds up against the charges of the oracle.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::oracle::lines::is_billed_elsewhere;

type Row = BTreeMap<String, String>;

/// The sums of one part of the bill, in the names of the summary.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sums {
    amount: Decimal,
    rated: u64,
    free: u64,
    unrated: u64,
    estimated: u64,
    edge: u64,
}

impl Sums {
    fn add(&mut self, charge: &Row) {
        self.amount += charge["amount"].parse().unwrap_or(Decimal::ZERO);
        match charge["state"].as_str() {
            "rated" => self.rated += 1,
            "free" => self.free += 1,
            _ => self.unrated += 1,
        }
        self.estimated += u64::from(charge["estimated"] == "true");
        self.edge += u64::from(charge["edge"] == "true");
    }

    fn read(value: &Value) -> Option<Sums> {
        let count = |name: &str| value[name].as_u64();
        Some(Sums {
            amount: value["amount"].as_str()?.parse().ok()?,
            rated: count("rated")?,
            free: count("free")?,
            unrated: count("unrated")?,
            estimated: count("estimated")?,
            edge: count("edge")?,
        })
    }
}

/// The bill by currency, and by currency and month, category, market: each must add up.
pub fn compare_bill<'a>(
    summary: &Value,
    charges: impl Iterator<Item = &'a Row>,
    found: &mut Vec<String>,
) {
    let mut expected: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
    for charge in charges.filter(|charge| !is_billed_elsewhere(charge)) {
        let currency = || charge["currency"].clone();
        let month = charge["local_date"][..7].to_string();
        for part in [
            vec!["totals".to_string(), currency()],
            vec!["by_month".to_string(), currency(), month],
            vec![
                "by_category".to_string(),
                currency(),
                charge["category"].clone(),
            ],
            vec![
                "by_market".to_string(),
                currency(),
                charge["market"].clone(),
            ],
        ] {
            expected.entry(part).or_default().add(charge);
        }
    }
    for (part, sums) in &expected {
        let value = part
            .iter()
            .fold(&summary["bill"], |value, name| &value[name.as_str()]);
        if Sums::read(value).as_ref() != Some(sums) {
            found.push(format!(
                "summary: bill {part:?}: oracle {sums:?}, engine {value}"
            ));
        }
    }
}

/// `charges` of the summary: how many, and how many of them estimated or at an edge.
pub fn compare_counts<'a>(
    summary: &Value,
    charges: impl Iterator<Item = &'a Row>,
    found: &mut Vec<String>,
) {
    let mut expected: BTreeMap<[String; 3], [u64; 3]> = BTreeMap::new();
    for charge in charges {
        let part = ["regime", "category", "pricing_type"].map(|column| charge[column].clone());
        let counts = expected.entry(part).or_default();
        counts[0] += 1;
        counts[1] += u64::from(charge["estimated"] == "true");
        counts[2] += u64::from(charge["edge"] == "true");
    }
    for (part, counts) in &expected {
        let value = part
            .iter()
            .fold(&summary["charges"], |value, name| &value[name.as_str()]);
        let engine = ["count", "estimated", "edge"].map(|name| value[name].as_u64());
        if engine != counts.map(Some) {
            let counts = format!("count, estimated, edge {counts:?}");
            found.push(format!(
                "summary: charges {part:?}: oracle {counts}, engine {value}"
            ));
        }
    }
}
