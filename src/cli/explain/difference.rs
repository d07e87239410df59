//! A difference of a finished run: its row in the table, and the messages that were listed for it.

use std::path::Path;

use anyhow::Context;

use crate::explain::{DifferenceView, NamedMessage};
use crate::log::{TableCell, TableFile, TableRows};
use crate::tariff::Amount;

/// So many timelines are shown: who wants all has `claims.csv`.
const MESSAGES_SHOWN: usize = 5;

/// The columns that are read, in the order of the fields that they fill.
const COLUMNS: [&str; 18] = [
    "invoice_id",
    "invoice_line",
    "account",
    "business",
    "month",
    "market",
    "category",
    "pricing_type",
    "tier",
    "currency",
    "expected_quantity",
    "billed_quantity",
    "expected_amount",
    "billed_amount",
    "difference",
    "status",
    "cause",
    "explanation",
];

/// Reads a row of the table `differences`, counted from 1; none if there are not so many.
///
/// # Errors
/// If the run compared no invoice, or its files are damaged.
pub fn read(folder: &Path, row: u64) -> anyhow::Result<Option<DifferenceView>> {
    let path = folder.join("tables").join("differences.parquet");
    let table = TableFile::open(&path).with_context(|| {
        format!(
            "{} has no table of differences: it is written by audit --invoice",
            folder.display()
        )
    })?;
    let Some(place) = row.checked_sub(1).filter(|place| *place < table.rows()) else {
        return Ok(None);
    };
    let mut rows = table.select(&COLUMNS)?;
    if !rows.read_row(place)? {
        return Ok(None);
    }
    let in_batch = (place - rows.batch().start) as usize;
    let mut view = of_row(&rows, in_batch);
    view.row = row;
    claimed(folder, &mut view)?;
    Ok(Some(view))
}

fn of_row(rows: &TableRows<'_>, row: usize) -> DifferenceView {
    let text = |column: usize| {
        let text = rows.cell(column, row).text()?;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    let number = |column: usize| match rows.cell(column, row) {
        TableCell::Integer(number) => Some(number),
        _ => None,
    };
    // The table keeps twelve digits; people read the number.
    let amount = |column: usize| {
        let text = text(column)?;
        Some(Amount::parse(&text).map_or(text, |amount| amount.to_string()))
    };
    DifferenceView {
        invoice_id: text(0),
        invoice_line: number(1),
        account: text(2),
        business: text(3),
        month: text(4),
        market: text(5),
        category: text(6),
        pricing_type: text(7),
        tier: text(8),
        currency: text(9),
        expected_quantity: number(10),
        billed_quantity: number(11),
        expected_amount: amount(12),
        billed_amount: amount(13),
        difference: amount(14),
        status: text(15).unwrap_or_default(),
        cause: text(16),
        explanation: text(17).unwrap_or_default(),
        ..DifferenceView::default()
    }
}

/// Counts the messages that `claims.csv` lists for the difference, and names the first.
fn claimed(folder: &Path, view: &mut DifferenceView) -> anyhow::Result<()> {
    let path = folder.join("claims.csv");
    let cannot_read = || format!("cannot read {}", path.display());
    let mut reader = csv::Reader::from_path(&path).with_context(cannot_read)?;
    let header = reader.headers().with_context(cannot_read)?.clone();
    let place = |name: &str| {
        let place = header.iter().position(|column| column == name);
        place.with_context(|| format!("{}: expected a column {name}", path.display()))
    };
    let row = place("difference_row")?;
    let names = [place("business")?, place("customer")?, place("message_id")?];
    let wanted = view.row.to_string();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).with_context(cannot_read)? {
        if record.get(row) != Some(wanted.as_str()) {
            continue;
        }
        view.messages += 1;
        if view.messages_shown.len() < MESSAGES_SHOWN {
            let [business, customer, message_id] =
                names.map(|name| record.get(name).unwrap_or_default().to_owned());
            view.messages_shown.push(NamedMessage {
                business,
                customer,
                message_id,
            });
        }
    }
    Ok(())
}
