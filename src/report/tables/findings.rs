//! The table of findings, in the order of [`Finding`]'s fields.

use anyhow::Result;

use super::charges::push_amount;
use super::files::write_small;
use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Columns, Decimals, Texts, Words};
use crate::findings::Finding;
use crate::run::output::Folder;

/// The columns of `findings` (contract: what a run writes).
const COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("finding_id", Kind::Text),
    ColumnSpec::required("code", Kind::Word),
    ColumnSpec::required("severity", Kind::Word),
    ColumnSpec::nullable("account", Kind::Word),
    ColumnSpec::nullable("business", Kind::Word),
    ColumnSpec::nullable("customer", Kind::Text),
    ColumnSpec::nullable("message_id", Kind::Text),
    ColumnSpec::nullable("at", Kind::Instant),
    ColumnSpec::required("money", Kind::Decimal),
    ColumnSpec::nullable("currency", Kind::Word),
    ColumnSpec::required("explanation", Kind::Text),
];

/// Writes the table; the findings stand in their order.
///
/// # Errors
/// If a file cannot be written.
pub fn write(findings: &[Finding], csv: bool, folder: &Folder) -> Result<u64> {
    write_small(
        "findings",
        COLUMNS,
        findings,
        FindingColumns::push,
        csv,
        folder,
    )
}

#[derive(Default)]
struct FindingColumns {
    id: Texts,
    code: Words,
    severity: Words,
    account: Words,
    business: Words,
    customer: Texts,
    message_id: Texts,
    at: Vec<Option<i64>>,
    money: Decimals,
    currency: Words,
    explanation: Texts,
}

impl FindingColumns {
    fn push(finding: &Finding, columns: &mut Self) {
        columns.id.push(&finding.id().digits());
        columns.code.push_word(finding.code.name());
        columns.severity.push_word(finding.severity.name());
        for (column, name) in [
            (&mut columns.account, &finding.account),
            (&mut columns.business, &finding.business),
        ] {
            match &**name {
                "" => column.push_null(),
                name => column.push_word(name),
            }
        }
        for (column, text) in [
            (&mut columns.customer, &finding.customer),
            (&mut columns.message_id, &finding.message_id),
        ] {
            match text.as_bytes() {
                b"" => column.push_null(),
                text => column.push(text),
            }
        }
        columns.at.push(finding.at.map(|at| at.micros()));
        push_amount(Some(finding.money), &mut columns.money);
        match finding.currency {
            Some(currency) => columns.currency.push_word(currency.code()),
            None => columns.currency.push_null(),
        }
        columns.explanation.push(finding.explanation.as_bytes());
    }
}

impl Columns for FindingColumns {
    fn clear_rows(&mut self) {
        self.id.clear_rows();
        self.code.clear_rows();
        self.severity.clear_rows();
        self.account.clear_rows();
        self.business.clear_rows();
        self.customer.clear_rows();
        self.message_id.clear_rows();
        self.at.clear();
        self.money.clear_rows();
        self.currency.clear_rows();
        self.explanation.clear_rows();
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        vec![
            Cells::Text(&self.id),
            Cells::Words(&self.code),
            Cells::Words(&self.severity),
            Cells::Words(&self.account),
            Cells::Words(&self.business),
            Cells::Text(&self.customer),
            Cells::Text(&self.message_id),
            Cells::Instants(&self.at),
            Cells::Decimals(&self.money),
            Cells::Words(&self.currency),
            Cells::Text(&self.explanation),
        ]
    }
}
