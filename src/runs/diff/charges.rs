//! The charges that differ between two runs: fetched again, a few at a time, each with its cause.

use std::collections::BTreeMap;

use super::DiffError;
use super::causes::{self, Cause, Change};
use super::evidence::{Circumstances, OneSided, Side};
use super::matching::{Keys, Matching, TableDifference, match_rows};
use super::row::{Places, Row};
use super::sums::{CauseSums, Causes, Example, Money};
use crate::log::{TableFile, TableRows};
use crate::report::tables::CHARGE_COLUMNS;
use crate::runs::folder::RunFolder;
use crate::runs::verify::CHARGES;

/// Changed rows that are fetched at a time.
const PAIRS: usize = 1 << 12;

/// A charge that differs.
#[derive(Clone, Debug)]
pub struct DifferingCharge {
    /// What became of it.
    pub change: Change,
    /// Why.
    pub cause: Cause,
    /// The row of the first run.
    pub before: Option<Row>,
    /// The row of the second run.
    pub after: Option<Row>,
    /// The columns that differ, by place; of a charge that both runs have.
    pub columns: Vec<usize>,
    /// Where columns stand.
    pub places: Places,
}

impl DifferingCharge {
    /// The row, that of the second run if both have one.
    pub fn row(&self) -> Option<&Row> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// The charge as it is told without its customer.
    pub fn example(&self) -> Example {
        let of = |row: &Option<Row>, column| {
            let cell = row.as_ref().and_then(|row| row.cell(column));
            cell.map(str::to_owned)
        };
        let money = [self.places.amount, self.places.currency];
        let columns = match self.change {
            Change::Changed => &self.columns[..],
            Change::Added | Change::Removed => &money[..],
        };
        let id = self.row().map(|row| row.text(self.places.charge_id));
        Example {
            charge_id: id.unwrap_or_default().to_owned(),
            change: self.change,
            columns: columns
                .iter()
                .map(|&column| {
                    let name = CHARGE_COLUMNS[column].name;
                    (name, of(&self.before, column), of(&self.after, column))
                })
                .collect(),
        }
    }
}

/// What became of all charges.
pub struct Compared {
    /// Rows.
    pub table: TableDifference,
    /// Amounts.
    pub totals: BTreeMap<String, Money>,
    /// Causes.
    pub causes: Vec<CauseSums>,
}

/// Compares the tables of charges: removed rows first, then added, then changed ones, each in the order
/// of their table.
///
/// # Errors
/// If a table is damaged, a sum does not fit, or `take` fails.
pub fn compare(
    before: &RunFolder,
    after: &RunFolder,
    circumstances: &Circumstances,
    take: &mut dyn FnMut(&DifferingCharge) -> anyhow::Result<()>,
) -> Result<Compared, DiffError> {
    let places = Places::new();
    let tables = [
        TableFile::open(&before.file(CHARGES))?,
        TableFile::open(&after.file(CHARGES))?,
    ];
    let keys = Keys {
        id: places.charge_id,
        at: places.charged_at,
        money: Some((places.currency, places.amount)),
    };
    let (matching, totals) = match_rows([&tables[0], &tables[1]], CHARGE_COLUMNS, keys)?;
    let mut pass = Pass {
        tables: &tables,
        places,
        circumstances,
        table: TableDifference::from(&matching),
        causes: Causes::default(),
        take,
    };
    pass.one_sided(&matching)?;
    pass.changed(&matching)?;
    let table = pass.table;
    let (totals, causes) = pass.causes.finish(totals)?;
    Ok(Compared {
        table,
        totals,
        causes,
    })
}

/// The second pass: over the rows that differ.
struct Pass<'a> {
    tables: &'a [TableFile; 2],
    places: Places,
    circumstances: &'a Circumstances,
    table: TableDifference,
    causes: Causes,
    take: &'a mut dyn FnMut(&DifferingCharge) -> anyhow::Result<()>,
}

impl<'a> Pass<'a> {
    fn one_sided(&mut self, matching: &Matching) -> Result<(), DiffError> {
        let [before, after] = self.tables;
        let removed = OneSided::read(before, &matching.removed, after)?;
        let added = OneSided::read(after, &matching.added, before)?;
        for (side, numbers) in [
            (Side::Before, &matching.removed),
            (Side::After, &matching.added),
        ] {
            let (own, other) = match side {
                Side::Before => (&removed, &added),
                Side::After => (&added, &removed),
            };
            let mut rows = self.rows(side)?;
            for &number in numbers {
                let row = self.fetch(side, &mut rows, number)?;
                let places = &self.places;
                let of = [row.text(places.account), row.text(places.unit)];
                let (message, customer) = (row.text(places.message_id), row.text(places.customer));
                let other = own.other(other, message, customer, of);
                let cause = causes::of_one_sided(&row, places, side, other, self.circumstances);
                let (change, before, after) = match side {
                    Side::Before => (Change::Removed, Some(row), None),
                    Side::After => (Change::Added, None, Some(row)),
                };
                self.give(change, cause, before, after, Vec::new())?;
            }
        }
        Ok(())
    }

    fn changed(&mut self, matching: &Matching) -> Result<(), DiffError> {
        let (mut left, mut right) = (self.rows(Side::Before)?, self.rows(Side::After)?);
        for pairs in matching.changed.chunks(PAIRS) {
            // The second table's rows in their own order, so that it is read forward.
            let mut order: Vec<usize> = (0..pairs.len()).collect();
            order.sort_unstable_by_key(|&pair| pairs[pair].1);
            let mut after: Vec<Option<Row>> = vec![None; pairs.len()];
            for pair in order {
                after[pair] = Some(self.fetch(Side::After, &mut right, pairs[pair].1)?);
            }
            for (&(number, _), after) in pairs.iter().zip(after) {
                let Some(after) = after else { continue };
                let before = self.fetch(Side::Before, &mut left, number)?;
                let columns = before.differing(&after);
                for &column in &columns {
                    let name = CHARGE_COLUMNS[column].name;
                    *self.table.changed_columns.entry(name).or_default() += 1;
                }
                let cause = causes::of_changed(&columns, &self.places);
                self.give(Change::Changed, cause, Some(before), Some(after), columns)?;
            }
        }
        Ok(())
    }

    fn give(
        &mut self,
        change: Change,
        cause: Cause,
        before: Option<Row>,
        after: Option<Row>,
        columns: Vec<usize>,
    ) -> Result<(), DiffError> {
        let charge = DifferingCharge {
            change,
            cause,
            before,
            after,
            columns,
            places: self.places,
        };
        self.causes.add(&charge)?;
        (self.take)(&charge)?;
        Ok(())
    }

    fn table(&self, side: Side) -> &'a TableFile {
        match side {
            Side::Before => &self.tables[0],
            Side::After => &self.tables[1],
        }
    }

    fn rows(&self, side: Side) -> Result<TableRows<'a>, DiffError> {
        let names: Vec<&str> = CHARGE_COLUMNS.iter().map(|spec| spec.name).collect();
        Ok(self.table(side).select(&names)?)
    }

    fn fetch(&self, side: Side, rows: &mut TableRows<'_>, number: u64) -> Result<Row, DiffError> {
        let bad = |found| DiffError::Cell {
            table: self.table(side).path().display().to_string(),
            row: number + 1,
            found,
        };
        if !rows.read_row(number)? {
            return Err(bad("it is no longer there".to_owned()));
        }
        let row = (number - rows.batch().start) as usize;
        Row::read(rows, row, &self.places).map_err(bad)
    }
}
