//! The bill of the summary against the lines, sum by sum.

use std::collections::BTreeMap;

use super::charge_sums::ChargeSums;
use super::lines::SealedLine;
use super::report::AreaReport;
use crate::report::summary::BillTotals;
use crate::runs::sealed::{ByName, SealedSummary};
use crate::tariff::Amount;

/// Sums by two names, joined for people.
type Sums = BTreeMap<String, Sum>;

/// Amount and units by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    amount: Amount,
    rated: u64,
    free: u64,
    unrated: u64,
}

/// Tests every sum of the bill that lines or charges determine.
pub fn test(
    summary: Option<&SealedSummary>,
    charges: Option<&ChargeSums>,
    lines: Option<&Vec<SealedLine>>,
    report: &mut AreaReport,
) {
    let Some(summary) = summary else {
        return report.not_tested("summary.json cannot be read");
    };
    let (bill, lines) = match (&summary.bill, lines) {
        (None, None) => return report.not_tested("the run has no prices"),
        (Some(_), None) => return report.not_tested("there are no lines to sum up"),
        (None, Some(_)) => return report.difference("the run has lines, but summary.json no bill"),
        (Some(bill), Some(lines)) => (bill, lines),
    };
    let one = |_: &SealedLine| String::new();
    let tables: [(&str, Sums, Sums); 5] = [
        ("totals", flat_totals(&bill.totals), sums(lines, one)),
        (
            "by_account",
            flat(&bill.by_account, |account, currency| {
                join(currency, account)
            }),
            sums(lines, |line| line.account.clone()),
        ),
        (
            "by_month",
            flat(&bill.by_month, join),
            sums(lines, |line| line.month.clone()),
        ),
        (
            "by_category",
            flat(&bill.by_category, join),
            sums(lines, |line| line.category.clone()),
        ),
        (
            "by_market",
            flat(&bill.by_market, join),
            sums(lines, |line| line.market.clone()),
        ),
    ];
    for (name, stated, summed) in tables {
        compare(name, &stated, &summed, report);
    }
    if let Some(charges) = charges {
        let stated = bill.totals.iter();
        let stated: BTreeMap<String, (u64, u64)> = stated
            .map(|(currency, totals)| (currency.clone(), (totals.estimated, totals.edge)))
            .collect();
        if stated != charges.marks {
            report.difference(format!(
                "bill.totals: units estimated and at an edge, by currency: {stated:?} stated, \
                 {:?} in the charges",
                charges.marks
            ));
        }
    }
    if report.count() == 0 {
        let totals: Vec<String> = bill
            .totals
            .iter()
            .map(|(currency, totals)| format!("{} {currency}", totals.amount))
            .collect();
        report.sound(format!(
            "totals, accounts, months, categories and markets of the bill are the sums of the lines: {}",
            totals.join(", ")
        ));
    }
}

fn compare(name: &str, stated: &Sums, summed: &Sums, report: &mut AreaReport) {
    let mut keys: Vec<&String> = stated.keys().chain(summed.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let of = |sums: &Sums| sums.get(key).copied().unwrap_or_default();
        let (stated, summed) = (of(stated), of(summed));
        if stated != summed {
            report.difference(format!(
                "bill.{name}: {key}: {} stated, the lines sum to {}",
                stated.described(),
                summed.described()
            ));
        }
    }
}

fn join(currency: &str, name: &str) -> String {
    format!("{currency} {name}")
}

fn flat_totals(totals: &ByName<BillTotals>) -> Sums {
    let totals = totals.iter();
    totals
        .map(|(currency, totals)| (join(currency, ""), Sum::from(*totals)))
        .collect()
}

fn flat(table: &ByName<ByName<BillTotals>>, name: impl Fn(&str, &str) -> String) -> Sums {
    let mut sums = Sums::new();
    for (outer, totals) in table {
        for (inner, totals) in totals {
            sums.insert(name(outer, inner), Sum::from(*totals));
        }
    }
    sums
}

fn sums(lines: &[SealedLine], name: impl Fn(&SealedLine) -> String) -> Sums {
    let mut sums = Sums::new();
    for line in lines {
        let sum = sums.entry(join(&line.currency, &name(line))).or_default();
        sum.add(line);
    }
    sums
}

impl Sum {
    fn add(&mut self, line: &SealedLine) {
        let amount = line.amount.unwrap_or_default();
        // A sum that does not fit equals none that is stated.
        let largest = Amount::from_units(i128::MAX);
        self.amount = self.amount.plus(amount).unwrap_or(largest);
        let units = match line.state.as_str() {
            "rated" => &mut self.rated,
            "free" => &mut self.free,
            _ => &mut self.unrated,
        };
        *units = units.saturating_add(line.quantity);
    }

    fn described(self) -> String {
        format!(
            "{} for {} units with a rate, {} free, {} without a rate",
            self.amount, self.rated, self.free, self.unrated
        )
    }
}

impl From<BillTotals> for Sum {
    fn from(totals: BillTotals) -> Self {
        Self {
            amount: totals.amount,
            rated: totals.rated,
            free: totals.free,
            unrated: totals.unrated,
        }
    }
}
