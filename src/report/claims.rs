//! `claims.csv`: the messages behind each difference, for the letter to Meta or to the provider.

use std::io::Write;

use anyhow::Result;

use super::neutral::neutral;
use crate::audit::{Claims, Difference};
use crate::pricing::Pricing;
use crate::replay::outcome::Outcome;
use crate::tariff::{Amount, Tariff};
use crate::vocabulary::charge_id;

const HEADER: [&str; 20] = [
    "difference_row",
    "invoice_id",
    "invoice_line",
    "cause",
    "difference",
    "charge_id",
    "account",
    "business",
    "customer",
    "message_id",
    "charged_at",
    "local_date",
    "market",
    "category",
    "pricing_type",
    "tier",
    "rate",
    "currency",
    "amount",
    "state",
];

/// Writes the messages of the differences; `difference_row` counts the rows of the table from 1.
///
/// # Errors
/// If the file cannot be written.
pub fn write(
    claims: &Claims,
    differences: &[Difference],
    outcome: &Outcome,
    pricing: &Pricing,
    tariff: &Tariff,
    file: impl Write,
) -> Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(HEADER)?;
    let text =
        |amount: Option<Amount>| amount.map_or_else(String::new, |amount| amount.to_string());
    let mut buffer = Vec::new();
    for claim in &claims.list {
        let row = &differences[claim.difference];
        let charge = outcome.parts[claim.part as usize]
            .charges
            .get(claim.place as usize);
        let price = pricing.price(pricing.code(claim.part, claim.place));
        let account = outcome.cells.accounts.word(charge.account);
        let business = outcome.pairs.parts(charge.pair).business;
        let business = outcome.cells.businesses.word(business);
        let mut customer = String::new();
        outcome.pairs.push_customer(charge.pair, &mut customer);
        let message = claims.ids.get(charge.row);
        let id = charge_id(
            &mut buffer,
            &account,
            &business,
            &customer,
            message,
            charge.unit,
        );
        let message = String::from_utf8_lossy(message);
        // Numbers of this program have signs and digits alone: nothing of them is touched.
        writer.write_record(
            [
                (claim.difference + 1).to_string().as_str(),
                row.invoice_id.as_deref().unwrap_or_default(),
                &row.invoice_line
                    .map_or_else(String::new, |line| line.to_string()),
                row.cause.map_or("", |cause| cause.name()),
                &text(row.difference),
                &id.to_string(),
                &account,
                &business,
                &customer,
                &message,
                &charge.charged_at.to_string(),
                &charge.local_date.to_string(),
                tariff.markets.name(price.market),
                charge.category.name(),
                charge.pricing_type.name(),
                pricing.tier_label(price).unwrap_or_default(),
                &text(price.rate),
                price.currency.code(),
                &text(price.amount()),
                price.state.name(),
            ]
            .map(|cell: &str| neutral(cell.as_bytes())),
        )?;
    }
    writer.flush()?;
    Ok(())
}
