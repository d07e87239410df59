//! Break-even, sweeps and months after the log.

use super::{NAME_MOST, further, name, whole};
use crate::report::charts::clean;
use crate::report::figures::money;
use crate::report::terminal::section::Section;
use crate::report::whatif::summary::WhatIfSummary;
use crate::whatif::comparison::{BreakEven, Forecast, ForecastMonth, Sweep};

/// Letters of a scenario's name where a value's key follows.
const SHORT: usize = 24;
/// Letters of a value's key.
const KEY_MOST: usize = 48;
/// Texts of one kind that are shown.
const TEXTS_MOST: usize = 4;

/// Where a scenario costs what the base does.
pub fn break_even(summary: &WhatIfSummary) -> Option<Section<'_>> {
    let searches = summary.break_even.iter();
    let searches = searches.map(|search| {
        let words = break_even_in_words(search);
        format!("{}, {words}", name(&search.scenario, SHORT))
    });
    texts("Break-even", "searches", searches.collect())
}

/// Which value was looked for, and what was found.
pub fn break_even_in_words(search: &BreakEven) -> String {
    let currency = &search.currency;
    let base = money(search.base, currency);
    match search.found {
        Some((value, amount)) => format!(
            "{} at {value}: {} {currency} (base {base})",
            name(&search.key, KEY_MOST),
            money(amount, currency)
        ),
        None => {
            let [(from, _), (to, _)] = search.searched;
            format!(
                "{} not between {from} and {to} (base {base} {currency}). {}",
                name(&search.key, KEY_MOST),
                clean(&search.text)
            )
        }
    }
}

/// What a scenario comes to at both ends.
pub fn sweeps(summary: &WhatIfSummary) -> Option<Section<'_>> {
    let sweeps = summary.sweeps.iter().flat_map(sweep_in_words);
    texts("Sweep", "sweeps", sweeps.collect())
}

fn sweep_in_words(sweep: &Sweep) -> Vec<String> {
    let (Some(first), Some(last)) = (sweep.points.first(), sweep.points.last()) else {
        return Vec::new();
    };
    let mut currencies: Vec<&String> = first.totals.keys().chain(last.totals.keys()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let words = currencies.into_iter().map(|currency| {
        let amount = |point: &crate::whatif::comparison::SweepPoint| {
            let figures = point.totals.get(currency).copied().unwrap_or_default();
            money(figures.amount, currency)
        };
        format!(
            "{}, {} {} to {}: {} to {} {currency}",
            name(&sweep.scenario, SHORT),
            name(&sweep.key, KEY_MOST),
            first.value,
            last.value,
            amount(first),
            amount(last),
        )
    });
    words.collect()
}

/// What was asked for by name: the first texts, which give way to nothing.
fn texts<'a>(title: &'static str, kind: &'static str, texts: Vec<String>) -> Option<Section<'a>> {
    (!texts.is_empty()).then(|| {
        Section::new(0, move |page, _| {
            page.gap();
            page.heading(title, &[]);
            let whole = whole(TEXTS_MOST.min(texts.len()), texts.len());
            for text in &texts[..whole] {
                page.paragraph(text);
            }
            further(page, texts.len() - whole, kind);
        })
    })
}

/// Months after the log, each with its band.
pub fn forecasts(summary: &WhatIfSummary) -> Vec<Section<'_>> {
    let forecasts = summary.forecasts.iter();
    forecasts
        .flat_map(|forecast| {
            let months = forecast.months.iter();
            months.map(move |(currency, months)| {
                let months = months.iter().collect();
                of_currency(forecast, currency, months)
            })
        })
        .collect()
}

fn of_currency<'a>(
    forecast: &'a Forecast,
    currency: &'a str,
    months: Vec<(&'a String, &'a ForecastMonth)>,
) -> Section<'a> {
    Section::new(months.len(), move |page, shown| {
        page.gap();
        let title = format!("Forecast, {}", name(&forecast.scenario, NAME_MOST - 10));
        page.heading(&title, &[currency, "5% below", "5% above"]);
        let whole = whole(shown, months.len());
        for (month, figures) in &months[..whole] {
            let amounts = [figures.figures.amount, figures.low, figures.high];
            let cells = amounts.map(|amount| money(amount, currency));
            page.row(month, &cells.each_ref().map(String::as_str));
        }
        further(page, months.len() - whole, "months");
        page.note(&clean(&forecast.rests_on));
    })
}
