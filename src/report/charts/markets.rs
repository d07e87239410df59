//! What each market costs: bars from the largest to the smallest.

use super::Names;
use super::header::{LABEL, STRONG, sentences};
use super::measure::{Measure, place};
use super::palette::Ink;
use super::paper::{Anchor, Frame, Paper, WIDTH};
use super::transcribe;
use crate::report::chart::Chart;
use crate::report::figures::thousands;
use crate::report::summary::{BillTotals, Summary};

/// One more and the smallest are one bar together.
const BARS_MOST: usize = 16;
const ROW: f64 = 22.0;
const NAME_WIDTH: f64 = 210.0;

/// A bar.
struct Row {
    name: String,
    amount: i128,
    is_tail: bool,
    unrated: u64,
}

/// One chart for each currency.
pub fn draw(summary: &Summary, names: &Names) -> Vec<Chart> {
    let tables = summary.bill.iter().flat_map(|bill| &bill.by_market);
    tables
        .filter(|(_, markets)| !markets.is_empty())
        .map(|(currency, markets)| {
            let rows = rows(markets.iter().map(|(name, totals)| (name.as_str(), totals)));
            chart(
                names.name("cost_by_market", currency),
                currency,
                markets.len(),
                &rows,
            )
        })
        .collect()
}

fn rows<'a>(markets: impl Iterator<Item = (&'a str, &'a BillTotals)>) -> Vec<Row> {
    let mut markets: Vec<_> = markets.collect();
    // A stable sort: equals stay in the order of their names.
    markets.sort_by_key(|(_, totals)| std::cmp::Reverse(totals.amount));
    let kept = match markets.len() > BARS_MOST {
        true => BARS_MOST - 1,
        false => markets.len(),
    };
    let tail = markets.split_off(kept);
    let row = |(name, totals): (&str, &BillTotals)| Row {
        name: name.to_owned(),
        amount: totals.amount.units(),
        is_tail: false,
        unrated: totals.unrated,
    };
    let mut rows: Vec<Row> = markets.into_iter().map(row).collect();
    if !tail.is_empty() {
        rows.push(Row {
            name: format!("{} others", tail.len()),
            amount: tail.iter().fold(0, |sum, (_, totals)| {
                sum.saturating_add(totals.amount.units())
            }),
            is_tail: true,
            unrated: tail.iter().map(|(_, totals)| totals.unrated).sum(),
        });
    }
    rows
}

fn chart(name: String, currency: &str, count: usize, rows: &[Row]) -> Chart {
    let measure = Measure::Money(currency);
    let title = format!("Cost by market, {currency}");
    let markets = match count {
        1 => "One market".to_owned(),
        count => format!("{count} markets"),
    };
    let unrated: u64 = rows.iter().map(|row| row.unrated).sum();
    let mut text = format!("{markets}, by cost in {currency}.");
    if unrated > 0 {
        text.push_str(&format!(
            " {} units have no known rate and are not in it.",
            thousands(unrated)
        ));
    }
    let mut alt = format!("Bars. {text}");
    for row in rows {
        alt.push_str(&format!(
            " {}: {}.",
            row.name,
            measure.exact_with_unit(row.amount)
        ));
    }
    transcribe::chart(name, title, &alt, |paper| bars(paper, &text, measure, rows))
}

fn bars(paper: &Paper<'_>, text: &str, measure: Measure<'_>, rows: &[Row]) -> f64 {
    let top = sentences(paper, 0.0, text) + 8.0;
    let names: Vec<String> = rows
        .iter()
        .map(|row| LABEL.fitted(&row.name, NAME_WIDTH))
        .collect();
    let figures: Vec<String> = rows.iter().map(|row| measure.exact(row.amount)).collect();
    let widest = |texts: &[String]| {
        texts
            .iter()
            .map(|text| LABEL.width(text))
            .fold(0.0, f64::max)
    };
    let left = widest(&names).ceil() + 10.0;
    // The currency stands above its figures, at the end of the largest bar.
    let unit_width = STRONG.width(measure.unit());
    let right = WIDTH - widest(&figures).max(unit_width).ceil() - 10.0;
    let bottom = top + 18.0 + ROW * rows.len() as f64;
    let frame = Frame {
        left,
        top: top + 18.0,
        right,
        bottom,
    };
    let largest = rows
        .iter()
        .map(|row| row.amount)
        .max()
        .unwrap_or_default()
        .max(1);
    let plane = paper.plane(frame, (0.0, place(largest)), (0.0, 1.0));
    paper.text(
        (WIDTH, top + 10.0),
        measure.unit(),
        STRONG,
        Ink::MUTED,
        Anchor::End,
    );
    for (number, row) in rows.iter().enumerate() {
        let y = frame.top + ROW * number as f64;
        let base = y + ROW / 2.0 + 4.0;
        let ink = if row.is_tail { Ink::MUTED } else { Ink::INK };
        paper.text((left - 8.0, base), &names[number], LABEL, ink, Anchor::End);
        let (end, _) = plane.pixels((place(row.amount.max(0)), 0.0));
        let kind = if row.is_tail { "other" } else { "whole" };
        let bar = Frame {
            left,
            top: y + 4.0,
            right: end,
            bottom: y + ROW - 4.0,
        };
        paper.rectangle(bar, Ink::named(kind));
        paper.text(
            (WIDTH, base),
            &figures[number],
            LABEL,
            Ink::INK,
            Anchor::End,
        );
    }
    paper.line(&[(left, frame.top), (left, bottom)], Ink::MUTED, 1.0);
    bottom + 6.0
}
