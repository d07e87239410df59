//! One value from here to there, where it breaks even, and months after the log.

use crate::report::figures::thousands;
use crate::report::page::figure::Figures;
use crate::report::page::section::Section;
use crate::report::page::table::{Cell, Column, ROWS_MOST, Table};
use crate::report::page::words::{NONE, money, signed};
use crate::report::whatif::charts::names;
use crate::report::whatif::summary::{WhatIfSummary, apart};
use crate::tariff::Amount;
use crate::whatif::comparison::{Forecast, Sweep};

/// Scenarios with one value going from here to there, where there are some.
pub fn sweeps(summary: &WhatIfSummary, figures: &mut Figures<'_>) -> Option<Section> {
    if summary.sweeps.is_empty() {
        return None;
    }
    let mut section = Section::new("one-value", "One value from here to there");
    for (number, sweep) in summary.sweeps.iter().enumerate() {
        section.heading(format!("{}: {}", sweep.scenario, sweep.key));
        section.figures(figures.named(&names::numbered("sweep", number)));
        for currency in &summary.currencies {
            section.table(sweep_table(summary, sweep, currency));
        }
    }
    Some(section)
}

fn sweep_table(summary: &WhatIfSummary, sweep: &Sweep, currency: &str) -> Table {
    let mut table = Table::new(
        format!("{} by {}, {currency}", sweep.scenario, sweep.key),
        vec![
            Column::words("Value"),
            Column::numbers("Amount"),
            Column::numbers("Difference from the base"),
            Column::numbers("Units"),
            Column::numbers("Without a rate"),
        ],
    );
    let base = summary.base(currency);
    for point in &sweep.points {
        let Some(figures) = point.totals.get(currency) else {
            continue;
        };
        table.row(vec![
            Cell::words(number(point.value)),
            Cell::number(money(figures.amount, currency)),
            Cell::number(signed(apart(base.amount, figures.amount), currency)),
            Cell::count(figures.units()),
            Cell::count(figures.unrated),
        ]);
    }
    table.cut(ROWS_MOST, "the smallest values", "summary.json");
    table
}

/// A value without a currency.
fn number(value: Amount) -> String {
    value.to_string().replace('-', "−")
}

/// Values at which a scenario costs what the base does, where they were asked for.
pub fn break_even(summary: &WhatIfSummary) -> Option<Section> {
    if summary.break_even.is_empty() {
        return None;
    }
    let mut section = Section::new("break-even", "Break-even");
    let mut table = Table::new(
        "Values at which a scenario costs what the base does",
        vec![
            Column::words("Scenario and value"),
            Column::numbers("Break-even"),
            Column::numbers("Amount there"),
            Column::numbers("Base"),
            Column::words("Currency"),
            Column::numbers("Searched"),
        ],
    );
    for search in &summary.break_even {
        let currency = &search.currency;
        let amount = |amount: Amount| money(amount, currency);
        let [(from, _), (to, _)] = search.searched;
        let mut searched = Cell::number(format!("{} to {}", number(from), number(to)));
        for (value, total) in search.searched {
            searched = searched.detail(format!("{}: {}", number(value), amount(total)));
        }
        let found = search.found;
        let none = || NONE.to_owned();
        table.row(vec![
            Cell::words(format!("{}: {}", search.scenario, search.key)).detail(&search.text),
            Cell::number(found.map_or_else(none, |(value, _)| number(value))),
            Cell::number(found.map_or_else(none, |(_, total)| amount(total))),
            Cell::number(amount(search.base)),
            Cell::words(currency),
            searched,
        ]);
    }
    section.table(table);
    Some(section)
}

/// Months after the log, where a scenario states some.
pub fn forecasts(summary: &WhatIfSummary, figures: &mut Figures<'_>) -> Option<Section> {
    if summary.forecasts.is_empty() {
        return None;
    }
    let mut section = Section::new("months-after", "Months after the log");
    section.text(
        "A forecast is no measurement: it carries what the scenario states into months that nobody has seen.",
    );
    for (number, forecast) in summary.forecasts.iter().enumerate() {
        section.heading(format!("Under {}", forecast.scenario));
        section.text(&forecast.rests_on);
        section.figures(figures.named(&names::numbered("forecast", number)));
        for currency in forecast.months.keys() {
            section.table(forecast_table(forecast, currency));
        }
    }
    Some(section)
}

fn forecast_table(forecast: &Forecast, currency: &str) -> Table {
    let mut table = Table::new(
        format!(
            "Months after the log under {}, {currency}",
            forecast.scenario
        ),
        vec![
            Column::words("Month"),
            Column::numbers("Amount"),
            Column::numbers("Nineteen of twenty above"),
            Column::numbers("Nineteen of twenty below"),
            Column::numbers("Units"),
            Column::numbers("Without a rate"),
        ],
    );
    for (month, figures) in forecast.months.get(currency).into_iter().flatten() {
        let amounts = [figures.figures.amount, figures.low, figures.high];
        let mut cells = vec![Cell::words(month)];
        cells.extend(amounts.map(|amount| Cell::number(money(amount, currency))));
        cells.push(Cell::count(figures.figures.units()));
        cells.push(Cell::count(figures.figures.unrated));
        table.row(cells);
    }
    let months = table.rows.len() as u64;
    table.cut(ROWS_MOST, "the first in time", "summary.json");
    table.note(format!(
        "{} months, each with the band in which nine of ten resamplings of the pairs lie.",
        thousands(months)
    ));
    table
}
