//! Invoices with known errors: what is expected as a table, the invoice as CSV, and what must be found.

mod causes;
mod conclusion;
mod footing;
mod injected;
mod injected_kinds;
mod marks;
mod matching;
mod mixed;
mod price;
mod small_amounts;

use std::{collections::BTreeMap, sync::LazyLock};

use super::{
    DifferenceStatus, Evidence, ExpectedGroup, InvoiceLine, Reconciliation, Tier, Tolerance,
    parse_invoice, reconcile,
};
use crate::{
    tariff::{Amount, CardModel, Period, Rounding, RoundingDigits, Tariff},
    vocabulary::{ChargeCategory, ChargeState, Currency, LocalDate, PricingType},
};

static TARIFF: LazyLock<Tariff> =
    LazyLock::new(|| Tariff::embedded().expect("the built-in tables"));

fn amount(text: &str) -> Amount {
    Amount::parse(text).expect("an amount")
}

fn date(text: &str) -> LocalDate {
    LocalDate::parse(text).expect("a date")
}

/// A case: both sides and the settings that matter.
struct Case {
    groups: Vec<ExpectedGroup>,
    lines: Vec<InvoiceLine>,
    covered: Option<Period>,
    tax_rates: BTreeMap<String, Amount>,
    rounding: Rounding,
    tolerance: Option<Tolerance>,
    open_points: Vec<String>,
}

/// Expected charges as a table: account, number, country, market (`_` for blanks), category, type, rate,
/// quantity, date; then any of `tier=`, `send=`, `utc=`, `currency=`, `mark=`, `as=`, `unrated`, `cbp`.
fn case(expected: &str, invoice: &str) -> Case {
    let rows = expected
        .lines()
        .map(str::trim)
        .filter(|row| !row.is_empty());
    Case {
        groups: rows.map(group).collect(),
        lines: parse_invoice(&table(invoice), "invoice.csv", None, &TARIFF.markets)
            .expect("an invoice"),
        covered: None,
        tax_rates: BTreeMap::new(),
        rounding: Rounding::HalfUp,
        tolerance: None,
        open_points: Vec::new(),
    }
}

/// CSV with blanks around the commas and before the lines.
fn table(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            cells.join(",") + "\n"
        })
        .collect()
}

fn group(row: &str) -> ExpectedGroup {
    let words: Vec<&str> = row.split_whitespace().collect();
    let [
        account,
        number,
        country,
        market,
        category,
        kind,
        rate,
        quantity,
        day,
        more @ ..,
    ] = &words[..]
    else {
        panic!("too few words: {row}");
    };
    let option = |name: &str| {
        let found = more.iter().filter_map(|word| word.split_once('='));
        found
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .next()
    };
    let pricing_type = PricingType::parse(kind.as_bytes()).expect("a pricing type");
    let is_free = pricing_type != PricingType::Regular;
    let is_unrated = more.contains(&"unrated");
    let quantity: u64 = quantity.parse().expect("a quantity");
    let (rate, state) = match (is_free, is_unrated) {
        (true, _) => (None, ChargeState::Free),
        (_, true) => (None, ChargeState::Unrated),
        _ => (Some(amount(rate)), ChargeState::Rated),
    };
    let day = date(day);
    ExpectedGroup {
        account: (*account).into(),
        business: (*number).into(),
        country: country.as_bytes().try_into().ok(),
        market: TARIFF
            .markets
            .named(&market.replace('_', " "))
            .expect("a market"),
        category: ChargeCategory::parse(category.as_bytes()).expect("a category"),
        pricing_type,
        tier: option("tier").map(|tier| Tier::parse(tier).expect("a tier")),
        model: match more.contains(&"cbp") {
            true => CardModel::Cbp,
            false => CardModel::Pmp,
        },
        rate_card: None,
        rate,
        currency: Currency::parse(option("currency").unwrap_or("USD")).expect("a currency"),
        local_date: day,
        send_date: option("send").map_or(day, date),
        utc_date: option("utc").map_or(day, date),
        meta_pricing_type: option("mark").and_then(|mark| PricingType::parse(mark.as_bytes())),
        meta_category: option("as").and_then(|mark| ChargeCategory::parse(mark.as_bytes())),
        quantity,
        amount: match state {
            ChargeState::Free => Some(Amount::ZERO),
            _ => rate.map(|rate| rate.times(quantity).expect("it fits")),
        },
        state,
    }
}

impl Case {
    fn run(&self) -> Reconciliation {
        let result = reconcile(&Evidence {
            groups: &self.groups,
            lines: &self.lines,
            tariff: &TARIFF,
            covered: self.covered,
            tax_rates: &self.tax_rates,
            rounding: self.rounding,
            rounding_digits: RoundingDigits::Currency,
            tolerance: self.tolerance,
            materiality: None,
            open_points: &self.open_points,
        });
        result.expect("it foots")
    }

    /// What differs or was not tested: the invoice's line (`-` for what it lacks), the cause, the difference.
    #[track_caller]
    fn finds(&self, expected: &[&str]) {
        let result = self.run();
        let found: Vec<String> = result
            .differences
            .iter()
            .filter(|row| row.status != DifferenceStatus::Matched)
            .map(|row| {
                let line = row
                    .invoice_line
                    .map_or_else(|| "-".to_owned(), |line| line.to_string());
                let cause = row.cause.map_or("not tested", |cause| cause.name());
                match row.difference {
                    Some(difference) => format!("{line} {cause} {difference}"),
                    None => format!("{line} {cause}"),
                }
            })
            .collect();
        assert_eq!(found, expected, "{:#?}", result.differences);
    }
}
