//! The rows of the pairs, read again as text.

use hashbrown::HashMap;

use super::view::RowView;
use crate::log::CellParser;
use crate::log::cell::CellContext;
use crate::log::chunk::TextRow;
use crate::log::columns::Column;
use crate::replay::outcome::RowNumber;
use crate::replay::pair::PairParts;
use crate::replay::reject::RejectReason;
use crate::replay::rows::{RowPlace, RowPlaces};
use crate::vocabulary::Instant;

/// A row of the log, and where it stands.
pub struct EvidenceRow {
    /// The row.
    pub number: RowNumber,
    /// How it is shown.
    pub view: RowView,
    /// Whose row it is.
    pub pair: PairParts,
    /// Its time, if it can be read.
    pub timestamp: Option<Instant>,
    cells: Vec<Option<String>>,
}

impl EvidenceRow {
    /// A cell that says something.
    pub fn cell(&self, column: Column) -> Option<&str> {
        self.cells.get(column.index())?.as_deref()
    }

    /// File and line.
    pub fn place(&self) -> String {
        format!("{}:{}", self.view.file, self.view.line)
    }
}

/// Reads rows, in the order of files and lines.
///
/// # Errors
/// If a file can no longer be read.
pub fn read(
    rows: &[RowNumber],
    places: &RowPlaces<'_>,
    rejects: &HashMap<RowPlace, RejectReason>,
    cells: &CellContext,
) -> anyhow::Result<Vec<EvidenceRow>> {
    let mut wanted: Vec<(RowPlace, RowNumber)> = places
        .places(rows)
        .into_iter()
        .zip(rows.iter().copied())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let row_places: Vec<RowPlace> = wanted.iter().map(|&(place, _)| place).collect();
    let mut parser = CellParser::new(cells);
    let mut found = Vec::with_capacity(wanted.len());
    places.text_rows(&row_places, |index, text| {
        let (place, number) = wanted[index];
        let file = places.path(place.file).display().to_string();
        let reason = rejects.get(&place);
        found.push(evidence(number, file, text, reason, &mut parser));
        Ok(())
    })?;
    Ok(found)
}

fn evidence(
    number: RowNumber,
    file: String,
    text: TextRow,
    reason: Option<&RejectReason>,
    parser: &mut CellParser<'_>,
) -> EvidenceRow {
    let cell = |column: Column| text.cells.get(column.index()).and_then(Option::as_deref);
    let mut code = |column: Column| parser.text(column, cell(column).unwrap_or("").as_bytes());
    let group = code(Column::Group);
    let pair = PairParts {
        business: code(Column::Business).0 as u32,
        customer: code(Column::Customer).0,
        group: group.is_value().then_some(group.0 as u32),
    };
    let timestamp = code(Column::Timestamp).instant();
    let rejected = reason.map(|reason| {
        let found = reason.column().and_then(cell);
        format!("{}: {}", reason.code(), reason.explain(found))
    });
    EvidenceRow {
        number,
        pair,
        timestamp,
        view: RowView {
            file,
            line: text.line,
            timestamp: cell(Column::Timestamp).unwrap_or("").to_owned(),
            status: cell(Column::Status).map(str::to_owned),
            delivered_at: cell(Column::DeliveredAt).map(str::to_owned),
            rejected,
        },
        cells: text.cells,
    }
}
