//! A user's cards over the built-in ones: each overrides only itself.
//!
//! A row of the user's replaces what the built-in cards say for its cell, from its first day to its last
//! one. An open-ended row ends where the built-in cards know a newer rate for the cell: whoever gives an
//! old card does not take back the newer ones. Other cells, currencies and dates stay as they are.

use std::collections::BTreeMap;

use super::card_file::{Cell, RateRow};
use crate::vocabulary::LocalDate;

/// The rows that hold when `own` is laid over `built_in`.
pub(super) fn overlay(built_in: Vec<RateRow>, own: Vec<RateRow>) -> Vec<RateRow> {
    let own = close_before_newer(&built_in, own);
    let mut covered: BTreeMap<Cell, Vec<(LocalDate, LocalDate)>> = BTreeMap::new();
    for row in &own {
        let days = (row.from, row.last_day());
        covered.entry(row.cell).or_default().push(days);
    }
    let mut rows = Vec::with_capacity(built_in.len() + own.len());
    for row in built_in {
        match covered.get_mut(&row.cell) {
            None => rows.push(row),
            Some(days) => {
                days.sort_unstable();
                remainder(row, days, &mut rows);
            }
        }
    }
    rows.extend(own);
    rows
}

/// Ends open-ended rows on the day before the next built-in row of their cell.
fn close_before_newer(built_in: &[RateRow], mut own: Vec<RateRow>) -> Vec<RateRow> {
    for row in own.iter_mut().filter(|row| row.to.is_none()) {
        let next = built_in
            .iter()
            .filter(|other| other.cell == row.cell && other.from > row.from)
            .map(|other| other.from)
            .min();
        row.to = next.map(LocalDate::previous);
    }
    own
}

/// What is left of a row outside of the days that are covered.
fn remainder(mut row: RateRow, covered: &[(LocalDate, LocalDate)], rows: &mut Vec<RateRow>) {
    for &(from, to) in covered {
        if to < row.from || row.last_day() < from {
            continue;
        }
        if row.from < from {
            rows.push(RateRow {
                to: Some(from.previous()),
                ..row.clone()
            });
        }
        if row.last_day() <= to {
            return;
        }
        row.from = to.next();
    }
    rows.push(row);
}
