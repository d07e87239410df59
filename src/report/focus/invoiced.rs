//! Rows for what only an invoice can tell: its taxes, fees, credits and adjustments, as they stand there.

use super::row::{Row, Source};
use crate::audit::{InvoiceLine, LineKind};
use crate::pricing::Line;
use crate::tariff::Tariff;
use crate::vocabulary::{Currency, LocalDate};

/// Stands where an invoice names no account and the log has several.
const ACCOUNT_NOT_STATED: &str = "not-stated";

/// Makes rows of lines of invoices. What a line does not state is taken from the run where that is certain.
pub struct Invoiced<'a> {
    tariff: &'a Tariff,
    only_account: Option<&'a str>,
    only_currency: Option<Currency>,
    days: Option<(LocalDate, LocalDate)>,
}

impl<'a> Invoiced<'a> {
    /// For the invoices of a run with these lines.
    pub fn new(lines: &'a [Line], tariff: &'a Tariff) -> Self {
        let first = lines.first();
        let account = first.map(|line| line.account.as_str());
        let currency = first.map(|line| line.currency);
        let months = || lines.iter().map(|line| line.month);
        let days = months().min().zip(months().max());
        Self {
            tariff,
            only_account: account.filter(|name| lines.iter().all(|line| line.account == *name)),
            only_currency: currency.filter(|code| lines.iter().all(|line| line.currency == *code)),
            days: days.map(|(first, last)| (first.first_day(), last.last_day())),
        }
    }

    /// The row of a line; none for usage, and where neither the line nor the run knows its currency or days.
    pub fn row(&self, line: &InvoiceLine) -> Option<Row> {
        let (charge_category, noun) = match line.kind {
            LineKind::Usage => return None,
            LineKind::Tax => ("Tax", "tax"),
            // A fee bought nothing in advance, so it is no purchase, whose effective cost would be zero.
            LineKind::Fee => ("Adjustment", "fee"),
            LineKind::Credit => ("Credit", "credit"),
            LineKind::Adjustment => ("Adjustment", "adjustment"),
        };
        let cost = line.amount?;
        let currency = line.currency.or(self.only_currency)?;
        let stated = line.period.map(|period| (period.from, period.to));
        let days = stated.filter(|(_, last)| *last < LocalDate::MAX);
        let days = days.or(self.days)?;
        let account = line.account.as_deref().or(self.only_account);
        let market = line.market.map(|market| self.tariff.markets.name(market));
        let category = line.category.map(|category| category.name());
        let tag = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Some(Row {
            cost,
            currency,
            account: account.unwrap_or(ACCOUNT_NOT_STATED).to_owned(),
            business: tag(line.business.as_deref()),
            market: tag(market),
            billing_days: (days.0.month().first_day(), days.1.month().last_day()),
            charge_days: days,
            charge_category,
            description: format!(
                "WhatsApp: {noun} of {cost} {currency} on invoice {}, row {}",
                line.invoice_id, line.row
            ),
            usage: None,
            tags: vec![
                ("counterfoil/account", tag(account)),
                ("counterfoil/business", tag(line.business.as_deref())),
                ("counterfoil/market", tag(market)),
                ("counterfoil/category", tag(category)),
                ("counterfoil/state", "invoiced".to_owned()),
            ],
            cost_basis: "invoiced",
            source: Some(Source {
                kind: line.kind.name(),
                invoice_id: line.invoice_id.to_string(),
                file: line.file.to_string(),
                row: line.row,
            }),
        })
    }
}
