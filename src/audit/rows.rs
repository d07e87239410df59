//! From comparisons to the rows of `differences`.

use std::cmp::Ordering;

use super::{
    Cause, Difference, DifferenceStatus, Evidence, InvoiceLine, LineKind,
    causes::{self, CreditVerdict, TaxVerdict},
    comparison::{Comparison, Progress, Step, minus, sum},
    key::Key,
    matching::{Matching, is_credit},
};
use crate::{
    tariff::{Amount, Markets},
    vocabulary::Currency,
};

/// Every row, in the order of invoices and lines, then what they lack.
pub(super) fn rows(evidence: &Evidence<'_>, matching: &Matching) -> Vec<Difference> {
    let writer = Writer {
        evidence,
        markets: &evidence.tariff.markets,
    };
    let mut rows = Vec::new();
    for comparison in matching.comparisons.iter().filter(|each| !each.is_silent) {
        writer.comparison(comparison, &mut rows);
    }
    for line in evidence.lines {
        match line.kind {
            LineKind::Tax => rows.push(writer.tax(matching, line)),
            LineKind::Fee => {
                let reason = "fees follow a contract that the log does not hold";
                rows.push(writer.untested(line, matching.currency, reason.to_owned()));
            }
            _ if is_credit(line) => rows.push(writer.credit(matching, line)),
            _ => {}
        }
    }
    rows.sort_by(order);
    rows
}

/// By invoice, file and line; what no invoice has comes last; then by cell and cause.
fn order(left: &Difference, right: &Difference) -> Ordering {
    let place = |row: &Difference| {
        (
            row.invoice_id.is_none(),
            row.invoice_id.clone(),
            row.file.clone(),
            row.invoice_line,
        )
    };
    let cell = |row: &Difference| {
        (
            (row.account.clone(), row.business.clone(), row.month),
            (row.market.clone(), row.category, row.pricing_type),
            (row.tier.clone(), row.currency),
        )
    };
    place(left)
        .cmp(&place(right))
        .then_with(|| cell(left).cmp(&cell(right)))
        .then_with(|| left.cause.cmp(&right.cause))
}

struct Writer<'a> {
    evidence: &'a Evidence<'a>,
    markets: &'a Markets,
}

impl Writer<'_> {
    fn comparison(&self, comparison: &Comparison, rows: &mut Vec<Difference>) {
        // Lines that are compared together: all but the largest agree, the largest carries the difference.
        let amount = |&place: &usize| self.evidence.lines[place].amount.unwrap_or(Amount::ZERO);
        let carrier = comparison
            .lines
            .iter()
            .copied()
            .max_by_key(|place| (amount(place), std::cmp::Reverse(*place)));
        let others = comparison
            .lines
            .iter()
            .copied()
            .filter(|&place| Some(place) != carrier);
        let mut elsewhere = Amount::ZERO;
        for place in others {
            let line = &self.evidence.lines[place];
            let mut row = self.row(&comparison.key, Some(line));
            if let Progress::NotTested(reason) = &comparison.progress {
                row.explanation.clone_from(reason);
                row.is_evidence_missing = true;
                rows.push(row);
                continue;
            }
            elsewhere = sum(elsewhere, amount(&place));
            row.status = DifferenceStatus::Matched;
            row.expected_amount = line.amount;
            row.difference = Some(Amount::ZERO);
            row.explanation = "compared together with the other lines of its cell".to_owned();
            rows.push(row);
        }
        let line = carrier.map(|place| &self.evidence.lines[place]);
        let mut first = self.row(&comparison.key, line);
        if let Progress::NotTested(reason) = &comparison.progress {
            first.explanation.clone_from(reason);
            first.is_evidence_missing = true;
            if line.is_none() {
                first.billed_quantity = Some(0);
                first.billed_amount = Some(Amount::ZERO);
                first.explanation = format!(
                    "{reason} ({} units, {} expected)",
                    comparison.expected_quantity(),
                    comparison.expected_amount()
                );
            }
            rows.push(first);
            return;
        }
        let expected = minus(comparison.expected_amount(), elsewhere);
        let counted_free = comparison.quantity
            - comparison
                .steps
                .iter()
                .map(|step| step.quantity)
                .sum::<i64>();
        first.expected_quantity = Some(counted_free);
        first.expected_amount = Some(expected);
        let states_quantity = comparison.billed_quantity.is_some();
        match comparison.steps.split_first() {
            None => {
                first.status = DifferenceStatus::Matched;
                first.billed_quantity = comparison.billed_quantity;
                first.billed_amount = Some(expected);
                first.difference = Some(Amount::ZERO);
                rows.push(first);
            }
            Some((step, further)) => {
                let template = first.clone();
                fill(&mut first, step, counted_free, expected, states_quantity);
                rows.push(first);
                for step in further {
                    let mut row = template.clone();
                    row.expected_quantity = Some(0);
                    row.expected_amount = Some(Amount::ZERO);
                    fill(&mut row, step, 0, Amount::ZERO, states_quantity);
                    rows.push(row);
                }
            }
        }
    }

    fn tax(&self, matching: &Matching, line: &InvoiceLine) -> Difference {
        let billed = line.amount.unwrap_or(Amount::ZERO);
        match causes::tax(self.evidence, matching, line) {
            TaxVerdict::NotTested(reason) => self.untested(line, matching.currency, reason),
            TaxVerdict::Expected(expected, text) => {
                let mut row = self.row(&Key::of_line(line, matching.currency), Some(line));
                let difference = minus(billed, expected);
                row.expected_amount = Some(expected);
                row.difference = Some(difference);
                row.status = DifferenceStatus::Matched;
                if difference != Amount::ZERO {
                    row.status = DifferenceStatus::Different;
                    row.cause = Some(Cause::Tax);
                }
                row.explanation = text;
                row
            }
        }
    }

    fn credit(&self, matching: &Matching, line: &InvoiceLine) -> Difference {
        match causes::credit(self.evidence, matching, line) {
            CreditVerdict::NotTested(reason) => Difference {
                is_evidence_missing: true,
                ..self.untested(line, matching.currency, reason)
            },
            CreditVerdict::Explained(cause, text) => {
                let mut row = self.row(&Key::of_line(line, matching.currency), Some(line));
                row.expected_quantity = Some(0);
                row.expected_amount = Some(Amount::ZERO);
                row.difference = line.amount;
                row.status = DifferenceStatus::Matched;
                row.explanation = text;
                if line.amount != Some(Amount::ZERO) {
                    row.status = DifferenceStatus::Different;
                    row.cause = Some(cause);
                }
                row
            }
        }
    }

    fn untested(
        &self,
        line: &InvoiceLine,
        currency: Option<Currency>,
        reason: String,
    ) -> Difference {
        let mut row = self.row(&Key::of_line(line, currency), Some(line));
        row.explanation = reason;
        row
    }

    /// A row that says nothing yet.
    fn row(&self, key: &Key, line: Option<&InvoiceLine>) -> Difference {
        let own = line.map(|line| Key::of_line(line, key.currency));
        let key = own.as_ref().unwrap_or(key);
        let month = key.period.and_then(|period| {
            let month = period.from.month();
            (month == period.to.month()).then_some(month)
        });
        let country = || {
            key.country
                .map(|code| String::from_utf8_lossy(&code).into_owned())
        };
        Difference {
            invoice_id: line.map(|line| line.invoice_id.clone()),
            invoice_line: line.map(|line| line.row),
            file: line.map(|line| line.file.clone()),
            account: key.account.clone(),
            business: key.business.clone(),
            month,
            market: key
                .market
                .map(|market| self.markets.name(market).to_owned())
                .or_else(country),
            category: key.category.map(|each| each.name()),
            pricing_type: key.pricing_type.map(|each| each.name()),
            tier: key.tier.map(|tier| tier.to_string()),
            currency: key.currency,
            expected_quantity: None,
            billed_quantity: line.and_then(|line| line.quantity),
            expected_amount: None,
            billed_amount: line.and_then(|line| line.amount),
            difference: None,
            status: DifferenceStatus::NotTested,
            cause: None,
            is_evidence_missing: false,
            explanation: String::new(),
        }
    }
}

/// Makes a row that of one cause: what it carries as expected, and as billed that and the cause's part.
fn fill(row: &mut Difference, step: &Step, quantity: i64, amount: Amount, states_quantity: bool) {
    row.billed_quantity = states_quantity.then_some(quantity + step.quantity);
    row.billed_amount = Some(sum(amount, step.amount));
    row.difference = Some(step.amount);
    row.status = DifferenceStatus::Different;
    row.cause = Some(step.cause);
    row.explanation.clone_from(&step.text);
}
