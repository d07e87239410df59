//! A-TAX: tax lines against the rate that the accounts state, and against nothing else.

use std::collections::BTreeSet;

use super::{
    super::{Evidence, InvoiceLine, LineKind, comparison::total, key::Key, matching::Matching},
    words::stake,
};
use crate::tariff::{Amount, Rounding};

/// What a tax line should come to.
pub(in super::super) enum TaxVerdict {
    /// The tax on what the invoice charges, and in words how far the line is from it.
    Expected(Amount, String),
    /// Why nothing can be said.
    NotTested(String),
}

/// Tests a tax line. The base is what the invoice itself charges in the line's currency: an error there is that
/// line's, not the tax's. Fees and what the replay expects are bases that are accepted too.
pub(in super::super) fn tax(
    evidence: &Evidence<'_>,
    matching: &Matching,
    line: &InvoiceLine,
) -> TaxVerdict {
    let billed = line.amount.unwrap_or(Amount::ZERO);
    let key = Key::of_line(line, matching.currency);
    let outer = Key {
        period: None,
        ..key.clone()
    };
    let of_invoice = |other: &&InvoiceLine| {
        other.invoice_id == line.invoice_id
            && outer.covers(&Key {
                period: None,
                basis: key.basis,
                ..Key::of_line(other, matching.currency)
            })
    };
    let taxed = || {
        let lines = evidence.lines.iter().filter(of_invoice);
        lines.filter(|other| !matches!(other.kind, LineKind::Tax))
    };
    let rate = match rate(evidence, &key, taxed()) {
        Ok(rate) => rate,
        Err(reason) => return TaxVerdict::NotTested(reason),
    };
    let base = |with_fees: bool| {
        let lines = taxed().filter(|other| with_fees || other.kind != LineKind::Fee);
        total(lines.filter_map(|other| other.amount))
    };
    let is_of_invoice = |place: usize| {
        let other = &evidence.lines[place];
        of_invoice(&other)
    };
    let expected_base = total(
        matching
            .comparisons
            .iter()
            .filter(|each| each.lines.iter().any(|&place| is_of_invoice(place)))
            .map(|each| each.expected_amount()),
    );
    let formation = matching.formations.of(line, key.currency);
    let tax_on = |base: Amount| {
        base.by_factor(rate, Rounding::None)
            .map(|tax| formation.round(tax))
    };
    let accepted = [base(false), base(true), expected_base];
    let matching_tax = accepted.iter().find(|&&base| tax_on(base) == Some(billed));
    if matching_tax.is_some() {
        return TaxVerdict::Expected(billed, String::new());
    }
    let Some(expected) = tax_on(base(false)) else {
        return TaxVerdict::NotTested("the tax is too large to be worked out".to_owned());
    };
    let difference = Amount::from_units(billed.units().saturating_sub(expected.units()));
    let text = format!(
        "{rate} of the {} that the invoice charges is {expected}; {billed} billed: {}",
        base(false),
        stake(difference)
    );
    TaxVerdict::Expected(expected, text)
}

/// The one rate that holds for a tax line: its account's, or that of all accounts it can be for.
fn rate<'a>(
    evidence: &Evidence<'_>,
    key: &Key,
    taxed: impl Iterator<Item = &'a InvoiceLine>,
) -> Result<Amount, String> {
    let stated = |account: &str| evidence.tax_rates.get(account).copied();
    if let Some(account) = &key.account {
        return stated(account)
            .ok_or_else(|| format!("the accounts state no tax_rate for {account}"));
    }
    let named: BTreeSet<&str> = taxed.filter_map(|line| line.account.as_deref()).collect();
    let accounts: BTreeSet<&str> = if named.is_empty() {
        evidence
            .groups
            .iter()
            .map(|group| group.account.as_ref())
            .collect()
    } else {
        named
    };
    let rates: BTreeSet<Option<Amount>> = accounts.iter().map(|account| stated(account)).collect();
    match rates.iter().collect::<Vec<_>>()[..] {
        [Some(rate)] => Ok(*rate),
        [] | [None] => Err("the accounts state no tax_rate".to_owned()),
        _ => Err("the accounts on this invoice state different tax rates, or some none".to_owned()),
    }
}
