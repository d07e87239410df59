//! Rejected rows with their text, fetched again from the log in batches.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::replay::reject;
use crate::replay::rows::{RowPlace, RowPlaces};
use crate::report::rejects::Reject;

/// Rows that are fetched at once: a compact file is read from its start for each batch.
const BATCH_ROWS: usize = 65_536;

/// Rejected rows in the order of files and rows.
pub struct RejectTexts<'l> {
    places: Arc<RowPlaces<'l>>,
    /// Not yet fetched, the last one first.
    left: Vec<(RowPlace, reject::RejectReason)>,
    fetched: VecDeque<Reject>,
}

impl<'l> RejectTexts<'l> {
    /// The texts of these rejected rows.
    pub fn new(places: Arc<RowPlaces<'l>>, rejects: Vec<reject::Reject>) -> Self {
        let rows: Vec<_> = rejects.iter().map(|reject| reject.row).collect();
        let reasons = rejects.into_iter().map(|reject| reject.reason);
        let mut left: Vec<_> = places.places(&rows).into_iter().zip(reasons).collect();
        left.sort_unstable_by_key(|&(place, _)| std::cmp::Reverse(place));
        Self {
            places,
            left,
            fetched: VecDeque::new(),
        }
    }

    /// Where the rejected rows stand and why they were rejected, as long as none has been taken.
    pub fn reasons(&self) -> impl Iterator<Item = (RowPlace, reject::RejectReason)> {
        self.left.iter().copied()
    }

    fn fetch(&mut self) -> anyhow::Result<()> {
        let mut batch = self
            .left
            .split_off(self.left.len().saturating_sub(BATCH_ROWS));
        batch.reverse();
        let places: Vec<RowPlace> = batch.iter().map(|&(place, _)| place).collect();
        self.places.text_rows(&places, |index, text| {
            let (place, reason) = batch[index];
            let found = reason
                .column()
                .and_then(|column| text.cells.get(column.index())?.as_deref());
            self.fetched.push_back(Reject {
                file: self.places.path(place.file).display().to_string(),
                line: text.line,
                byte_offset: text.byte_offset,
                column: reason.column().map(|column| column.name()),
                code: reason.code(),
                reason: reason.explain(found),
                raw: text.raw,
            });
            Ok(())
        })
    }
}

impl Iterator for RejectTexts<'_> {
    type Item = anyhow::Result<Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.fetched.is_empty()
            && !self.left.is_empty()
            && let Err(error) = self.fetch()
        {
            self.left.clear();
            return Some(Err(error));
        }
        self.fetched.pop_front().map(Ok)
    }
}
