//! The rows that the next run reads again, as a log of their own.

use std::fs::File;
use std::sync::Arc;

use anyhow::Result;

use super::parts::{self, Part, Parts};
use crate::import::{self, Sink};
use crate::log::chunk::WantedRows;
use crate::log::{CellContext, Column, Gone, LogFile};
use crate::replay::outcome::{RowNumber, RowSet};
use crate::replay::rows::RowPlaces;

/// Writes rows of a log whose first files are the parts of an earlier state. A part of which most rows stay is taken
/// over; what is written anew comes behind. Texts of messages are left out: they are written nowhere.
///
/// # Errors
/// If the log can no longer be read, or nothing can be written.
///
/// # Panics
/// If a row is lost: a bug in the program.
pub fn write(
    (files, earlier): (&[Box<dyn LogFile>], Option<&Parts>),
    places: &RowPlaces<'_>,
    rows: &RowSet,
    cells: &CellContext,
    mut out: File,
) -> Result<Vec<Parts>> {
    let kept = kept(earlier.map_or(&[], |earlier| &earlier.parts), places, rows);
    let is_kept = |file: u32| kept.get(file as usize).is_some_and(Option::is_some);
    let mut wanted: Vec<WantedRows> = vec![WantedRows::new(); files.len()];
    let mut untouched = 0;
    for numbers in some_at_a_time(rows) {
        for place in places.places(&numbers) {
            if is_kept(place.file) {
                untouched += 1;
                continue;
            }
            let rows = wanted[place.file as usize]
                .entry(place.sequence)
                .or_default();
            rows.push(place.row);
        }
    }
    let mut columns = import::columns(files);
    columns.retain(|&column| column != Column::Text);
    let mut sink = Sink::in_parts(columns, &mut out);
    let mut written = 0;
    for (file, mut wanted) in files.iter().zip(wanted) {
        if wanted.is_empty() {
            continue;
        }
        wanted.values_mut().for_each(|rows| rows.sort_unstable());
        written += import::some_rows(&**file, &wanted, cells, &mut sink)?;
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for size in sink.finish()? {
        parts.push(Part {
            start,
            length: size.bytes,
            gone: Gone::none(size.rows),
            digests: Vec::new(),
        });
        start += size.bytes;
    }
    assert_eq!(
        written + untouched,
        rows.len() as u64,
        "every row that is carried is written"
    );
    let mut left = Vec::new();
    if let Some(earlier) = earlier {
        left.push(Parts {
            file: Arc::clone(&earlier.file),
            parts: kept.into_iter().flatten().collect(),
        });
    }
    left.push(Parts {
        file: Arc::new(out),
        parts,
    });
    Ok(left)
}

/// The parts of the earlier state, by their number, that stay as they are but for rows that go.
fn kept(earlier: &[Part], places: &RowPlaces<'_>, rows: &RowSet) -> Vec<Option<Part>> {
    let mut gone: Vec<Gone> = earlier
        .iter()
        .map(|part| Gone::all(part.gone.rows()))
        .collect();
    for numbers in some_at_a_time(rows) {
        for (file, row) in places.places_in_files(&numbers) {
            if let Some(gone) = gone.get_mut(file as usize) {
                gone.bring_back(row);
            }
        }
    }
    let parts = earlier.iter().zip(gone).map(|(part, mut gone)| {
        gone.shorten();
        Part {
            gone,
            ..part.clone()
        }
    });
    let parts: Vec<Part> = parts.collect();
    let worn = parts::worn(&parts);
    let parts = parts.into_iter().zip(worn);
    parts
        .map(|(part, is_worn)| (!is_worn && part.rows() > 0).then_some(part))
        .collect()
}

/// The rows of a set, in pieces whose places take little memory.
fn some_at_a_time(rows: &RowSet) -> impl Iterator<Item = Vec<RowNumber>> {
    let mut rows = rows.iter();
    std::iter::from_fn(move || {
        let some: Vec<RowNumber> = rows.by_ref().take(ROWS_AT_A_TIME).collect();
        (!some.is_empty()).then_some(some)
    })
}

/// Of which places are asked for together.
const ROWS_AT_A_TIME: usize = 1 << 18;
