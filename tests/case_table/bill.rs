//! Holds `lines` against `charges` and against the sums of a case: the same quantities and amounts.

use super::Case;
use super::run::TableRow;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The columns by which charges are alike, apart from the month.
const GRAIN: [&str; 10] = [
    "account",
    "business",
    "market",
    "category",
    "pricing_type",
    "tier",
    "rate_card",
    "rate",
    "currency",
    "state",
];

type Lines = BTreeMap<Vec<String>, (Decimal, Option<Decimal>)>;

/// What is wrong with `lines`, as (line of the case, sentence).
pub fn differences(case: &Case, charges: &[TableRow], lines: &[TableRow]) -> Vec<(usize, String)> {
    let mut wrong = Vec::new();
    let mut expected = Lines::new();
    for charge in charges.iter().filter(|charge| !is_billed_elsewhere(charge)) {
        let month = charge["local_date"][..7].to_string();
        put(&mut expected, charge, month, Decimal::ONE);
    }
    let mut found = Lines::new();
    for line in lines {
        let quantity = line["quantity"].parse().unwrap_or_default();
        if found.contains_key(&grain(line, line["month"].clone())) {
            wrong.push((case.line, format!("two lines of one grain: {line:?}")));
        }
        put(&mut found, line, line["month"].clone(), quantity);
    }
    if expected != found {
        wrong.push((
            case.line,
            format!(
                "the charges make the lines\n      {expected:?}\n    lines has\n      {found:?}"
            ),
        ));
    }
    for bill in &case.bills {
        let of_currency = lines
            .iter()
            .filter(|line| line["currency"] == bill.currency);
        let sum: Decimal = of_currency
            .filter_map(|line| line["amount"].parse::<Decimal>().ok())
            .sum();
        if sum != bill.amount {
            let (amount, currency) = (bill.amount, &bill.currency);
            wrong.push((
                bill.line,
                format!("expected a bill of {amount} {currency}, got {sum}"),
            ));
        }
    }
    wrong
}

/// Messages that a conversation bills are details, not lines.
fn is_billed_elsewhere(charge: &TableRow) -> bool {
    charge["unit"] == "message" && charge["regime"].starts_with("cbp")
}

fn grain(row: &TableRow, month: String) -> Vec<String> {
    let cell = |column: &&str| match row[*column].parse::<Decimal>() {
        Ok(value) if *column == "rate" => value.normalize().to_string(),
        _ => row[*column].clone(),
    };
    GRAIN.iter().map(cell).chain([month]).collect()
}

fn put(lines: &mut Lines, row: &TableRow, month: String, quantity: Decimal) {
    let amount: Option<Decimal> = row["amount"].parse().ok();
    let line = lines
        .entry(grain(row, month))
        .or_insert((Decimal::ZERO, Some(Decimal::ZERO)));
    line.0 += quantity;
    line.1 = line.1.zip(amount).map(|(sum, amount)| sum + amount);
}
