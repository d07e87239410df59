//! The sheets "Sweep", "Break-even" and "Forecast".

use anyhow::Result;

use crate::report::whatif::summary::{WhatIfSummary, apart};
use crate::report::workbook::book::Book;
use crate::report::workbook::cell::Cell;
use crate::report::workbook::grid::{Grid, first_row};
use crate::tariff::Amount;
use crate::whatif::comparison::{BreakEven, Figures, ForecastMonth};

/// A number of no currency.
fn plain<'a>(number: Amount) -> Cell<'a> {
    Cell::money(Some(number), "")
}

/// Writes "Sweep": each value in each currency.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_sweeps(summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let mut rows: Vec<([&str; 3], Amount, &Figures)> = Vec::new();
    for sweep in &summary.sweeps {
        for point in &sweep.points {
            for (currency, figures) in &point.totals {
                let names = [sweep.scenario.as_str(), sweep.key.as_str(), currency];
                rows.push((names, point.value, figures));
            }
        }
    }
    Grid {
        name: "Sweep",
        source: "summary.json (sweeps)",
        columns: &[
            "scenario",
            "key",
            "value",
            "currency",
            "base amount",
            "amount",
            "difference",
            "units",
            "without a rate",
        ],
        count: rows.len(),
        rows_max: book.rows_max,
        rows: rows
            .iter()
            .zip(first_row(0)..)
            .map(|((names, value, figures), at)| {
                let [scenario, key, currency] = *names;
                let money = |amount| Cell::money(Some(amount), currency);
                let base = summary.base(currency).amount;
                let difference = money(apart(base, figures.amount));
                vec![
                    Cell::text(scenario),
                    Cell::text(key),
                    plain(*value),
                    Cell::text(currency),
                    money(base),
                    money(figures.amount),
                    Cell::computed(format!("=F{at}-E{at}"), difference),
                    Cell::count(figures.units()),
                    Cell::count(figures.unrated),
                ]
            }),
        totals: Vec::new(),
    }
    .write(book)
}

/// Writes "Break-even": each search.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_break_even(summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let row = |search: &BreakEven| {
        let currency = search.currency.clone();
        let money = |amount: Amount| Cell::Money(amount, currency.clone().into());
        let [(from, at_from), (to, at_to)] = search.searched;
        let (value, amount) = search.found.unzip();
        vec![
            Cell::text(search.scenario.clone()),
            Cell::text(search.key.clone()),
            Cell::text(search.currency.clone()),
            money(search.base),
            value.map_or(Cell::Empty, plain),
            amount.map_or(Cell::Empty, money),
            plain(from),
            money(at_from),
            plain(to),
            money(at_to),
            Cell::text(search.text.clone()),
        ]
    };
    Grid {
        name: "Break-even",
        source: "summary.json (break_even)",
        columns: &[
            "scenario",
            "key",
            "currency",
            "base amount",
            "break-even",
            "amount there",
            "searched from",
            "amount at its start",
            "searched to",
            "amount at its end",
            "how",
        ],
        count: summary.break_even.len(),
        rows_max: book.rows_max,
        rows: summary.break_even.iter().map(row),
        totals: Vec::new(),
    }
    .write(book)
}

/// Writes "Forecast": each month with its band.
///
/// # Errors
/// If a cell cannot be written.
pub fn write_forecasts(summary: &WhatIfSummary, book: &mut Book) -> Result<()> {
    let mut rows: Vec<([&str; 4], &ForecastMonth)> = Vec::new();
    for forecast in &summary.forecasts {
        for (currency, months) in &forecast.months {
            for (month, figures) in months {
                let names = [&forecast.scenario, currency, month, &forecast.rests_on];
                rows.push((names.map(String::as_str), figures));
            }
        }
    }
    let rows = rows.iter();
    Grid {
        name: "Forecast",
        source: "summary.json (forecasts)",
        columns: &[
            "scenario",
            "currency",
            "month",
            "amount",
            "nineteen of twenty above",
            "nineteen of twenty below",
            "units",
            "free units",
            "without a rate",
            "rests on",
        ],
        count: rows.len(),
        rows_max: book.rows_max,
        rows: rows.map(|([scenario, currency, month, rests_on], figures)| {
            let money = |amount| Cell::money(Some(amount), currency);
            let own = figures.figures;
            vec![
                Cell::text(*scenario),
                Cell::text(*currency),
                Cell::month(month),
                money(own.amount),
                money(figures.low),
                money(figures.high),
                Cell::count(own.units()),
                Cell::count(own.free),
                Cell::count(own.unrated),
                Cell::text(*rests_on),
            ]
        }),
        totals: Vec::new(),
    }
    .write(book)
}
