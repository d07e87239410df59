//! Messages whose rows contradict each other (D-4): looked at again as text, row by row.
//!
//! Only here the order (seen time, event time, bytes of the row) is needed, and only here it shows
//! whether two different message ids share a hash.

use hashbrown::HashMap;

use super::fold::Folder;
use super::folded::Folded;
use super::message::Message;
use super::outcome::RowNumber;
use super::partition::PartitionWriter;
use super::reject::{Reject, RejectReason};
use super::row::Row;
use super::rows::{RowPlace, RowPlaces};
use super::sighting::Detail;
use crate::log::cell::{CellContext, CellParser};
use crate::log::chunk::TextRow;
use crate::log::columns::Column;
use crate::vocabulary::{Direction, FindingCode, Instant, PhoneDigits};

/// A row with what orders it among the rows of its message.
struct OrderedRow {
    row: Row,
    message_id: String,
    /// Rows without a seen time come last.
    seen_at: Instant,
    canonical: Vec<u8>,
}

/// Folds the messages that [`Folder::fold`] left over.
///
/// # Errors
/// If their rows can no longer be read.
pub fn fold_contradictory(
    folder: &Folder<'_>,
    groups: Vec<Vec<Row>>,
    places: &RowPlaces<'_>,
    cells: &CellContext,
    messages: &mut PartitionWriter<'_, Message>,
) -> anyhow::Result<Folded> {
    let mut folded = Folded::default();
    let texts = read_again(&groups, places)?;
    let mut parser = CellParser::new(cells);
    for group in groups {
        let mut rows: Vec<OrderedRow> = group
            .into_iter()
            .map(|row| ordered(row, &texts[&row.number()], cells, &mut parser))
            .collect();
        rows.sort_unstable_by(|left, right| {
            let key = |row: &OrderedRow| (row.seen_at, row.row.timestamp());
            left.message_id
                .cmp(&right.message_id)
                .then_with(|| key(left).cmp(&key(right)))
                .then_with(|| left.canonical.cmp(&right.canonical))
        });
        for message in rows.chunk_by(|left, right| left.message_id == right.message_id) {
            fold_message(folder, message, messages, &mut folded);
        }
    }
    Ok(folded)
}

fn read_again(
    groups: &[Vec<Row>],
    places: &RowPlaces<'_>,
) -> anyhow::Result<HashMap<RowNumber, TextRow>> {
    let numbers: Vec<RowNumber> = groups.iter().flatten().map(Row::number).collect();
    let mut wanted: Vec<(RowPlace, RowNumber)> =
        places.places(&numbers).into_iter().zip(numbers).collect();
    wanted.sort_unstable();
    let row_places: Vec<RowPlace> = wanted.iter().map(|&(place, _)| place).collect();
    let mut texts = HashMap::with_capacity(wanted.len());
    places.text_rows(&row_places, |index, text| {
        texts.insert(wanted[index].1, text);
        Ok(())
    })?;
    Ok(texts)
}

fn ordered(
    row: Row,
    text: &TextRow,
    cells: &CellContext,
    parser: &mut CellParser<'_>,
) -> OrderedRow {
    let cell = |column: Column| {
        text.cells
            .get(column.index())
            .and_then(Option::as_deref)
            .unwrap_or("")
    };
    let mut instant = |column: Column| {
        parser
            .text(column, cell(column).as_bytes())
            .instant()
            .map(Instant::micros)
    };
    let mut canonical = Vec::new();
    for (index, &column) in Column::ALL.iter().enumerate() {
        if index > 0 {
            canonical.push(0x1f);
        }
        if column.is_instant() {
            if let Some(micros) = instant(column) {
                canonical.extend_from_slice(micros.to_string().as_bytes());
            }
        } else if column == Column::Account {
            canonical.extend_from_slice(cells.accounts.word(row.attributes().account()).as_bytes());
        } else {
            canonical.extend_from_slice(&parsed(column, cell(column)));
        }
    }
    OrderedRow {
        row,
        message_id: cell(Column::MessageId).to_owned(),
        seen_at: instant(Column::SeenAt).map_or(Instant::MAX, Instant::from_micros),
        canonical,
    }
}

/// A cell after parsing: words in lower case, numbers without `+`, everything else as it stands.
fn parsed(column: Column, cell: &str) -> Vec<u8> {
    match column {
        Column::Direction => Direction::parse(cell.as_bytes())
            .map_or("", Direction::name)
            .into(),
        Column::Business | Column::Customer => PhoneDigits::strip_plus(cell.as_bytes()).to_vec(),
        // Words that say nothing where they are accepted, see `CellCode`.
        Column::Category if cell.eq_ignore_ascii_case("service") => Vec::new(),
        Column::Status if cell.eq_ignore_ascii_case("received") => Vec::new(),
        Column::Category | Column::Status | Column::EntryPoint | Column::Origin => {
            cell.to_ascii_lowercase().replace('-', "_").into_bytes()
        }
        Column::Inferred => inferred_names(cell),
        Column::Type | Column::Channel => cell.to_ascii_lowercase().into_bytes(),
        _ => cell.as_bytes().to_vec(),
    }
}

/// The columns that a map's rule has inferred, in the order of the columns.
fn inferred_names(cell: &str) -> Vec<u8> {
    let has = |name: &str| {
        let mut names = cell.split([' ', ',']);
        names.any(|each| each.eq_ignore_ascii_case(name))
    };
    let names = [Column::Type.name(), Column::Category.name()];
    let names: Vec<&str> = names.into_iter().filter(|name| has(name)).collect();
    names.join(" ").into_bytes()
}

/// The first row stands; each later one folds into it or, if it contradicts what stands, is rejected.
fn fold_message(
    folder: &Folder<'_>,
    rows: &[OrderedRow],
    messages: &mut PartitionWriter<'_, Message>,
    folded: &mut Folded,
) {
    let mut message = folder.start(&rows[0].row);
    let mut kept = vec![rows[0].row];
    let mut rejected = Vec::new();
    for OrderedRow { row, .. } in &rows[1..] {
        match folder.contradiction(&message, row) {
            None => {
                folder.add(&mut message, row);
                kept.push(*row);
            }
            Some(column) => {
                rejected.push(row.number());
                folded.rejects.push(Reject {
                    row: row.number(),
                    reason: RejectReason::Conflict(column),
                });
            }
        }
    }
    if !rejected.is_empty() {
        folded.notices.conflicts += 1;
        let at = rows[0].row.timestamp();
        folder.sight(FindingCode::Conflict, &message, at, Detail::Rows, folded);
        folded.totals.rows_read += rejected.len() as u64;
        folded.totals.rejected += rejected.len() as u64;
    }
    folder.finish(message, &kept, messages, folded);
    folder
        .carrying
        .track_conflicts(&rejected, &mut folded.track);
}
