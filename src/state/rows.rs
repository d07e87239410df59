//! The rows that the next run reads again, as a log of their own.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;

use crate::import::{self, Form, Sink};
use crate::log::{CellContext, Column, LogFile};
use crate::replay::outcome::{RowNumber, RowSet};
use crate::replay::rows::RowPlaces;

/// Writes rows of a log as a canonical log, and says how many. Texts of messages are left out: they are written
/// nowhere.
///
/// # Errors
/// If the log can no longer be read, or nothing can be written.
///
/// # Panics
/// If a row is lost: a bug in the program.
pub fn write(
    files: &[Box<dyn LogFile>],
    places: &RowPlaces<'_>,
    rows: &RowSet,
    cells: &CellContext,
    out: &mut (dyn Write + Send),
) -> Result<u64> {
    let mut columns = import::columns(files);
    columns.retain(|&column| column != Column::Text);
    let mut sink = Sink::new(Form::Parquet, columns, None, out)?;
    let numbers: Vec<RowNumber> = rows.iter().collect();
    let mut wanted: Vec<BTreeMap<u32, Vec<u32>>> = vec![BTreeMap::new(); files.len()];
    for place in places.places(&numbers) {
        let rows = wanted[place.file as usize]
            .entry(place.sequence)
            .or_default();
        rows.push(place.row);
    }
    let mut written = 0;
    for (file, mut wanted) in files.iter().zip(wanted) {
        if wanted.is_empty() {
            continue;
        }
        wanted.values_mut().for_each(|rows| rows.sort_unstable());
        written += import::some_rows(&**file, &wanted, cells, &mut sink)?;
    }
    sink.finish()?;
    assert_eq!(
        written,
        numbers.len() as u64,
        "every row that is carried is written"
    );
    Ok(written)
}
