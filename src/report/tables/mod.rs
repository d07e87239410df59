//! The tables of a run: conversations, charges and lines, as Parquet and on request as CSV.
//!
//! Same rows in, same bytes out, whatever the number of threads and the order of the parts: rows are
//! sorted by a total order, row groups hold a fixed number of rows, dictionaries list words in the
//! order in which rows first use them.

mod charges;
mod conversations;
mod csv;
mod delta;
mod frame;
mod identities;
mod lines;
mod names;
mod order;
mod pages;
mod parquet;
mod runs;
#[cfg(test)]
mod tests;

use std::io::Write;

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;

use crate::pricing::{Line, Pricing};
use crate::replay::outcome::{FetchMessageIds, Outcome, Part};
use crate::run::output::Folder;
use crate::tariff::Tariff;
use crate::vocabulary::Instant;
use frame::{ColumnSpec, Columns};
use order::{Entry, Ordered, Slice};

/// Ids of messages may take this much memory, and [`ID_BYTES_PER_ROW`] for each row that was read.
const ID_BYTES_MIN: usize = 64 << 20;
const ID_BYTES_PER_ROW: usize = 6;
/// Rows that are copied next to each other before they are looked at.
const BLOCK_ROWS: usize = 256;
/// Rows of a page: its columns fit the processor's cache.
const PAGE_ROWS: usize = 1 << 13;

/// How many rows each table has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableRows {
    /// Rows of `conversations`.
    pub conversations: u64,
    /// Rows of `charges`.
    pub charges: u64,
    /// Rows of `lines`, in a run with prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<u64>,
}

/// What the tables are made of.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// Conversations and charges.
    pub outcome: &'a Outcome,
    /// What the charges cost.
    pub pricing: &'a Pricing,
    /// The charges at the grain of an invoice, in a run with prices.
    pub lines: Option<&'a [Line]>,
    /// Countries, and names of markets and cards.
    pub tariff: &'a Tariff,
    /// Message ids.
    pub ids: &'a dyn FetchMessageIds,
}

/// Writes the tables of an outcome into the folder.
///
/// # Errors
/// If ids can no longer be fetched from the log, or a file cannot be written.
pub fn write(content: &Content<'_>, csv: bool, folder: &Folder) -> Result<TableRows> {
    let Content {
        outcome,
        ids: fetch,
        ..
    } = *content;
    let budget = ID_BYTES_MIN + ID_BYTES_PER_ROW * outcome.totals.rows_read as usize;
    let names = names::Names::new(outcome);
    let conversations = conversations::Conversations::new(outcome, &names);
    // Conversations before the period are not written, but charges inside it name them.
    order::in_order(
        conversations.entries(false),
        &conversations,
        fetch,
        budget,
        &mut |groups| {
            groups.par_iter().for_each(|slice| {
                let mut columns = conversations.columns();
                for page in slice.pages(PAGE_ROWS) {
                    columns.clear_rows();
                    conversations.fill(&page, &mut columns);
                }
            });
            Ok(())
        },
    )?;
    let mut files = TableFiles::create("conversations", conversations::COLUMNS, csv, folder)?;
    order::in_order(
        conversations.entries(true),
        &conversations,
        fetch,
        budget,
        &mut |groups| files.write(groups, &conversations),
    )?;
    let conversation_rows = files.finish()?;
    let charges = charges::Charges {
        outcome,
        names: &names,
        pricing: content.pricing,
        tariff: content.tariff,
        conversation_ids: &conversations.into_ids(),
    };
    let mut files = TableFiles::create("charges", charges::COLUMNS, csv, folder)?;
    order::in_order(charges.entries(), &charges, fetch, budget, &mut |groups| {
        files.write(groups, &charges)
    })?;
    let charge_rows = files.finish()?;
    let lines = content.lines.map(|lines| lines::write(lines, csv, folder));
    Ok(TableRows {
        conversations: conversation_rows,
        charges: charge_rows,
        lines: lines.transpose()?,
    })
}

/// A table that builds its columns page by page.
trait Table: Ordered {
    /// The columns of a row group.
    type Columns: Columns;

    /// Columns without rows.
    fn columns(&self) -> Self::Columns;

    /// Adds the rows of a slice.
    fn fill(&self, slice: &Slice<'_>, columns: &mut Self::Columns);
}

/// The files of one table.
struct TableFiles<'a> {
    specs: &'static [ColumnSpec],
    schema: parquet::Schema,
    parquet: parquet::ParquetTable<crate::run::output::OutputFile<'a>>,
    csv: Option<crate::run::output::OutputFile<'a>>,
    rows: u64,
}

impl<'a> TableFiles<'a> {
    fn create(
        name: &str,
        specs: &'static [ColumnSpec],
        csv: bool,
        folder: &'a Folder,
    ) -> Result<Self> {
        let schema = parquet::Schema::new(specs);
        let file = folder.create_file(&format!("tables/{name}.parquet"))?;
        let csv = if csv {
            let mut file = folder.create_file(&format!("tables/{name}.csv"))?;
            file.write_all(&csv::header(specs)?)?;
            Some(file)
        } else {
            None
        };
        Ok(Self {
            specs,
            parquet: parquet::ParquetTable::new(file, &schema),
            schema,
            csv,
            rows: 0,
        })
    }

    fn write(&mut self, groups: &[Slice<'_>], table: &impl Table) -> Result<()> {
        let encoded: Vec<_> = groups
            .par_iter()
            .map(|slice| {
                self.encode(slice.pages(PAGE_ROWS), table.columns(), |page, columns| {
                    table.fill(&page, columns);
                })
            })
            .collect::<Result<_>>()?;
        for (group, text) in encoded {
            self.append(&group, &text)?;
        }
        Ok(())
    }

    fn append(&mut self, group: &parquet::RowGroup, text: &[u8]) -> Result<()> {
        self.rows += group.rows() as u64;
        self.parquet.write(group)?;
        if let Some(file) = &mut self.csv {
            file.write_all(text)?;
        }
        Ok(())
    }

    /// A row group, and its rows as CSV where that is asked for.
    fn encode<P, C: Columns>(
        &self,
        pages: impl Iterator<Item = P>,
        mut columns: C,
        fill: impl Fn(P, &mut C),
    ) -> Result<(parquet::RowGroup, Vec<u8>)> {
        let mut group = self.schema.row_group()?;
        let mut text = Vec::new();
        for page in pages {
            columns.clear_rows();
            fill(page, &mut columns);
            let cells = columns.cells();
            self.schema.add_page(&cells, &mut group)?;
            if self.csv.is_some() {
                csv::append(self.specs, &cells, &mut text)?;
            }
        }
        self.schema.add_dictionaries(&columns.cells(), &mut group);
        Ok((group, text))
    }

    fn finish(self) -> Result<u64> {
        self.parquet.finish()?.finish()?;
        if let Some(file) = self.csv {
            file.finish()?;
        }
        Ok(self.rows)
    }
}

/// One entry for each row of a kind that is to be written, in every part.
fn rows_of<T: Sync>(
    parts: &[Part],
    rows: impl Fn(&Part) -> &Vec<T> + Sync,
    instants: impl Fn(&T) -> Option<(Instant, Instant)> + Sync,
) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(parts.iter().map(|part| rows(part).len()).sum());
    for (part, content) in parts.iter().enumerate() {
        entries.extend(rows(content).iter().enumerate().filter_map(|(place, row)| {
            let (at, then) = instants(row)?;
            Some(Entry {
                at: at.micros(),
                then: then.micros(),
                part: part as u32,
                place: place as u32,
            })
        }));
    }
    entries
}
