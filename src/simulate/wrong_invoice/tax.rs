//! The tax lines: what the invoice charges, times the rate that an account states, or a wrong one (A-TAX).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    InjectedError, InvoiceRow, Part, Stated, Truth,
    lines::{file_line, less},
    random::Random,
    wish::{Column, Grain},
};
use crate::audit::Cause;
use crate::tariff::{Amount, Rounding};
use crate::vocabulary::{Currency, Month};

/// How many points of percent a wrong tax is off.
const POINTS: (i64, i64) = (1, 9);
/// How many rates are tried.
const TRIES_MAX: u32 = 16;

/// What a tax line states.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaxKey {
    /// The account that is taxed; none where the invoice has no such column.
    pub account: Option<String>,
    /// The month of its invoice.
    pub month: Month,
    /// The currency.
    pub currency: Currency,
}

/// What is taxed.
#[derive(Clone, Copy, Default)]
struct Base {
    /// What the invoice charges.
    billed: Amount,
    /// What it should have charged on the same lines.
    right: Amount,
}

/// Adds a tax line for all that an invoice charges an account that states a rate, so many of them wrong. None if an
/// amount does not fit.
pub(super) fn add(
    truth: &Truth<'_>,
    grain: &Grain,
    wished: u32,
    rows: &mut Vec<InvoiceRow>,
    random: &mut Random,
) -> Option<Vec<InjectedError>> {
    let mut taxed: Vec<(TaxKey, Base, Amount)> = Vec::new();
    for (key, base) in bases(rows)? {
        if let Some(rate) = rate(truth, grain, &key) {
            taxed.push((key, base, rate));
        }
    }
    let mut order: Vec<usize> = (0..taxed.len()).collect();
    random.shuffle(&mut order);
    let mut wrong: BTreeMap<usize, (Amount, Amount)> = BTreeMap::new();
    for place in order {
        let (key, base, rate) = &taxed[place];
        if wrong.len() < wished as usize
            && let Some(found) = wrong_tax(truth, key, *base, *rate, random)
        {
            wrong.insert(place, found);
        }
    }
    let mut errors = Vec::new();
    for (place, (key, base, rate)) in taxed.into_iter().enumerate() {
        let right = tax(truth, &key, base.billed, rate)?;
        let error = wrong.remove(&place);
        let amount = error.map_or(right, |(_, amount)| amount);
        if let Some((other, amount)) = error {
            errors.push(InjectedError {
                cause: Cause::Tax,
                parts: vec![Part {
                    line: Some(file_line(rows.len())),
                    stated: Stated::Tax(key.clone()),
                    quantity: 0,
                    amount: less(amount, right),
                }],
                text: format!("taxed at {other} instead of {rate}"),
            });
        }
        rows.push(InvoiceRow {
            invoice: key.month,
            digits: truth.digits(key.currency),
            stated: Stated::Tax(key),
            quantity: None,
            unit_price: None,
            amount,
            right,
        });
    }
    Some(errors)
}

/// What each invoice charges each account in each currency.
fn bases(rows: &[InvoiceRow]) -> Option<BTreeMap<TaxKey, Base>> {
    let mut bases: BTreeMap<TaxKey, Base> = BTreeMap::new();
    for row in rows {
        let Stated::Usage(key) = &row.stated else {
            continue;
        };
        let key = TaxKey {
            account: key.account.clone(),
            month: row.invoice,
            currency: key.currency,
        };
        let base = bases.entry(key).or_default();
        base.billed = base.billed.plus(row.amount)?;
        base.right = base.right.plus(row.right)?;
    }
    Some(bases)
}

/// The rate of a tax line: its account's, or that of all accounts.
fn rate(truth: &Truth<'_>, grain: &Grain, key: &TaxKey) -> Option<Amount> {
    let stated = |account: &str| truth.tax_rates.get(account).copied();
    let rate = match &key.account {
        Some(account) => stated(account),
        None if grain.has(Column::Account) => None,
        None => {
            let accounts: BTreeSet<&str> = truth.lines.iter().map(|line| &*line.account).collect();
            let rates: BTreeSet<Option<Amount>> = accounts.into_iter().map(stated).collect();
            rates
                .first()
                .copied()
                .flatten()
                .filter(|_| rates.len() == 1)
        }
    };
    rate.filter(|&rate| rate > Amount::ZERO)
}

/// Another rate and what it comes to: neither on what is billed nor on what should be is that the right tax.
fn wrong_tax(
    truth: &Truth<'_>,
    key: &TaxKey,
    base: Base,
    rate: Amount,
    random: &mut Random,
) -> Option<(Amount, Amount)> {
    (0..TRIES_MAX).find_map(|_| {
        let points = u64::try_from(random.between(POINTS.0, POINTS.1)).ok()?;
        let points = Amount::from_units(10i128.pow(Amount::DIGITS - 2)).times(points)?;
        let less = rate.minus(points).filter(|&less| less > Amount::ZERO);
        let other = less.filter(|_| random.coin()).or(rate.plus(points))?;
        let amount = tax(truth, key, base.billed, other)?;
        let accepted = [base.billed, base.right].map(|base| tax(truth, key, base, rate));
        (!accepted.contains(&Some(amount))).then_some((other, amount))
    })
}

fn tax(truth: &Truth<'_>, key: &TaxKey, base: Amount, rate: Amount) -> Option<Amount> {
    Some(truth.rounded(base.by_factor(rate, Rounding::None)?, key.currency))
}
