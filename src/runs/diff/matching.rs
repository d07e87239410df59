//! Rows of two tables matched by id, side by side in the order of their instants.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::{DiffError, row};
use crate::log::{LogError, TableCell, TableFile, TableRows};
use crate::report::tables::ColumnSpec;
use crate::tariff::Amount;

/// How many rows of a table became what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableDifference {
    /// Rows that are the same in every cell.
    pub same: u64,
    /// Rows of the second run alone.
    pub added: u64,
    /// Rows of the first run alone.
    pub removed: u64,
    /// Rows of both with other cells.
    pub changed: u64,
    /// Changed rows by column.
    pub changed_columns: BTreeMap<&'static str, u64>,
}

impl TableDifference {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.added + self.removed + self.changed == 0
    }
}

/// Which rows of two tables differ, by their numbers.
#[derive(Debug, Default)]
pub struct Matching {
    /// Rows that are the same.
    pub same: u64,
    /// Rows of both that differ, in the order of the first table.
    pub changed: Vec<(u64, u64)>,
    /// Rows of the first table alone, in its order.
    pub removed: Vec<u64>,
    /// Rows of the second table alone, in its order.
    pub added: Vec<u64>,
}

/// Which columns matching looks at, by place.
#[derive(Clone, Copy)]
pub struct Keys {
    /// The id.
    pub id: usize,
    /// The instant by which the table is ordered.
    pub at: usize,
    /// Currency and amount, where they are summed up.
    pub money: Option<(usize, usize)>,
}

/// Sums of amounts by currency.
pub type Totals = BTreeMap<String, Amount>;

/// Matches the rows of two tables with the same columns.
///
/// # Errors
/// If a table is damaged or a sum does not fit.
pub fn match_rows(
    tables: [&TableFile; 2],
    specs: &[ColumnSpec],
    keys: Keys,
) -> Result<(Matching, [Totals; 2]), DiffError> {
    let names: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
    let mut left = Cursor::new(tables[0], &names, keys)?;
    let mut right = Cursor::new(tables[1], &names, keys)?;
    let mut matching = Matching::default();
    loop {
        let is_left = match (left.at(), right.at()) {
            (None, None) => break,
            (Some(left), Some(right)) => left <= right,
            (left, _) => left.is_some(),
        };
        let (own, other) = if is_left {
            (&mut left, &mut right)
        } else {
            (&mut right, &mut left)
        };
        let (id, row) = own.take()?;
        match other.waiting.remove(&id) {
            Some(found) if found.digest == row.digest => matching.same += 1,
            Some(found) => {
                let pair = if is_left { (row, found) } else { (found, row) };
                matching.changed.push((pair.0.number, pair.1.number));
            }
            None => {
                // A second row with an id is a row that nothing matches.
                own.twice
                    .extend(own.waiting.insert(id, row).map(|row| row.number));
            }
        }
    }
    matching.changed.sort_unstable();
    (matching.removed, matching.added) = (left.unmatched(), right.unmatched());
    Ok((matching, [left.totals(), right.totals()]))
}

impl From<&Matching> for TableDifference {
    fn from(matching: &Matching) -> Self {
        Self {
            same: matching.same,
            added: matching.added.len() as u64,
            removed: matching.removed.len() as u64,
            changed: matching.changed.len() as u64,
            changed_columns: BTreeMap::new(),
        }
    }
}

/// A row that waits for its other half.
#[derive(Clone, Copy)]
struct Waiting {
    number: u64,
    digest: u64,
}

/// Goes through a table row by row.
struct Cursor<'a> {
    table: &'a TableFile,
    rows: TableRows<'a>,
    columns: usize,
    keys: Keys,
    row: usize,
    /// By hash of id.
    waiting: HashMap<u64, Waiting>,
    twice: Vec<u64>,
    buffer: Vec<u8>,
    totals: Vec<(Vec<u8>, Amount)>,
}

impl<'a> Cursor<'a> {
    fn new(table: &'a TableFile, names: &[&str], keys: Keys) -> Result<Self, LogError> {
        let mut rows = table.select(names)?;
        rows.next_batch()?;
        Ok(Self {
            table,
            rows,
            columns: names.len(),
            keys,
            row: 0,
            waiting: HashMap::new(),
            twice: Vec::new(),
            buffer: Vec::new(),
            totals: Vec::new(),
        })
    }

    /// The instant of the next row, if there is one.
    fn at(&self) -> Option<i64> {
        let is_there = self.row < self.rows.len();
        is_there.then(|| {
            let at = self.rows.cell(self.keys.at, self.row).integer();
            at.unwrap_or(i64::MIN)
        })
    }

    /// Passes the next row; gives the hash of its id.
    fn take(&mut self) -> Result<(u64, Waiting), DiffError> {
        let number = self.rows.batch().start + self.row as u64;
        let id = self.rows.cell(self.keys.id, self.row).text();
        let id = xxh3_64(id.unwrap_or_default());
        self.buffer.clear();
        for column in 0..self.columns {
            match self.rows.cell(column, self.row) {
                TableCell::Null => self.buffer.push(0),
                TableCell::Integer(number) => {
                    self.buffer.push(1);
                    self.buffer.extend_from_slice(&number.to_le_bytes());
                }
                TableCell::Text(text) => {
                    self.buffer.push(2);
                    let length = text.len() as u32;
                    self.buffer.extend_from_slice(&length.to_le_bytes());
                    self.buffer.extend_from_slice(text);
                }
            }
        }
        let digest = xxh3_64(&self.buffer);
        self.sum(number)?;
        self.row += 1;
        if self.row == self.rows.len() {
            self.rows.next_batch()?;
            self.row = 0;
        }
        Ok((id, Waiting { number, digest }))
    }

    fn sum(&mut self, number: u64) -> Result<(), DiffError> {
        let Some((currency, amount)) = self.keys.money else {
            return Ok(());
        };
        let amount = row::amount(self.rows.cell(amount, self.row));
        let amount = amount.map_err(|found| DiffError::Cell {
            table: self.table.path().display().to_string(),
            row: number + 1,
            found,
        })?;
        let currency = self.rows.cell(currency, self.row).text();
        let currency = currency.unwrap_or_default();
        let known = self.totals.iter().position(|(known, _)| known == currency);
        let place = known.unwrap_or_else(|| {
            self.totals.push((currency.to_vec(), Amount::ZERO));
            self.totals.len() - 1
        });
        let sum = &mut self.totals[place].1;
        *sum = sum
            .plus(amount)
            .ok_or_else(|| DiffError::TooLarge(self.table.path().display().to_string()))?;
        Ok(())
    }

    fn unmatched(&mut self) -> Vec<u64> {
        let waiting = self.waiting.drain().map(|(_, row)| row.number);
        let mut rows: Vec<u64> = waiting.chain(self.twice.drain(..)).collect();
        rows.sort_unstable();
        rows
    }

    fn totals(self) -> Totals {
        let totals = self.totals.into_iter();
        totals
            .map(|(currency, sum)| (String::from_utf8_lossy(&currency).into_owned(), sum))
            .collect()
    }
}
