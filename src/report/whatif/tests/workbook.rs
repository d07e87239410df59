//! The workbook read back: number by number, and every formula against its stored result.

use calamine::{Data, DataType, Range, Reader};

use super::extremes::extremes;
use super::told::{mask, summary};
use super::world::{CUSTOMER, comparison};
use crate::report::whatif::WhatIfSummary;
use crate::report::whatif::workbook::workbook;
use crate::report::workbook::tests::archive::{assert_well_formed, parts};
use crate::report::workbook::tests::formulas::{evaluated, place};
use crate::report::workbook::tests::run::{Book, number, row_of, sheet, text};

fn book(summary: &WhatIfSummary) -> Book {
    let bytes = workbook(summary).expect("a workbook");
    Book::new(std::io::Cursor::new(bytes)).expect("it can be read")
}

#[test]
fn there_is_a_sheet_for_each_question() {
    let names = book(&summary(&comparison())).sheet_names();
    assert_eq!(
        names,
        [
            "Scenarios",
            "By category",
            "By market",
            "By month",
            "By number",
            "Bridge",
            "Moved pairs",
            "Sweep",
            "Break-even",
            "Forecast",
            "About",
            "Settings"
        ]
    );
    let (_, alone) = extremes().swap_remove(3);
    assert_eq!(book(&alone).sheet_names().len(), 7);
}

/// The figures of the world: EUR first, three scenarios each.
#[test]
fn scenarios_stand_side_by_side() {
    let range = sheet(&mut book(&summary(&comparison())), "Scenarios");
    assert_eq!(range.height(), 3 + 6);
    let row = |row: usize| -> Vec<String> {
        let columns = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15];
        columns.map(|column| text(&range, row, column)).into()
    };
    assert_eq!(
        row(6),
        [
            "base", "USD", "89.5", "89.5", "", "", "89.5", "0", "0", "4500", "1000", "22.22", "410"
        ]
    );
    assert_eq!(
        row(7),
        [
            "dearer", "USD", "89.5", "196.9", "107.4", "120", "196.9", "0", "0", "9000", "2000",
            "22.22", "820"
        ]
    );
    assert_eq!(
        row(8),
        [
            "provider", "USD", "89.5", "105.025", "15.525", "17.35", "89.5", "-4.475", "20",
            "4500", "1000", "22.22", "410"
        ]
    );
}

#[test]
fn parts_stand_under_every_scenario_and_sum() {
    let mut book = book(&summary(&comparison()));
    let range = sheet(&mut book, "By market");
    let headings = (0..range.width()).map(|column| text(&range, 4, column));
    let headings: Vec<String> = headings.collect();
    assert_eq!(
        headings[..11],
        [
            "currency",
            "market",
            "base: amount",
            "base: units",
            "base: free units",
            "base: without a rate",
            "dearer: amount",
            "dearer: difference",
            "dearer: units",
            "dearer: free units",
            "dearer: without a rate"
        ]
    );
    // Totals of EUR and USD, then Germany, Brazil and India.
    assert_eq!(text(&range, 3, 0), "Total USD");
    assert_eq!((number(&range, 3, 2), number(&range, 3, 6)), (89.5, 196.9));
    let row = (5..8)
        .find(|row| text(&range, *row, 1) == "Brazil")
        .expect("Brazil");
    // 62.50 + 3.40, 137.50 + 7.48, and what lies between.
    let cells = [2, 6, 7, 8, 9].map(|column| number(&range, row, column));
    assert_eq!(cells, [65.9, 144.98, 79.08, 3_600.0, 600.0]);
    let months = sheet(&mut book, "By month");
    assert!(months[(5, 1)].is_datetime(), "a month is a date");
}

#[test]
fn bridges_foot() {
    let range = sheet(&mut book(&summary(&comparison())), "Bridge");
    let first = row_of(&range, "dearer, USD");
    let labels: Vec<String> = (1..6).map(|row| text(&range, first + row, 0)).collect();
    assert_eq!(
        labels,
        ["Base", "Rates", "Volume", "Only together", "dearer"]
    );
    let amounts = [1, 2, 3, 4, 5].map(|row| number(&range, first + row, 1));
    assert_eq!(amounts, [89.5, 8.95, 89.5, 8.95, 196.9]);
}

#[test]
fn customers_stand_under_pseudonyms() {
    let summary = summary(&comparison());
    let range = sheet(&mut book(&summary), "Moved pairs");
    assert_eq!(text(&range, 3, 2), mask().pseudonym(CUSTOMER));
    assert_eq!(number(&range, 3, 6), 1.8);
    for (name, part) in parts(&workbook(&summary).unwrap()) {
        assert!(!part.contains(CUSTOMER), "{name}");
    }
}

#[test]
fn values_bounds_and_bands_stand_as_they_are() {
    let mut book = book(&summary(&comparison()));
    let range = sheet(&mut book, "Sweep");
    assert_eq!(range.height(), 3 + 10);
    let cells = [2, 4, 5, 6].map(|column| number(&range, 12, column));
    assert_eq!(cells, [10.0, 89.5, 125.025, 35.525]);
    let range = sheet(&mut book, "Break-even");
    assert_eq!(
        (number(&range, 3, 4), number(&range, 3, 5)),
        (1.11875, 89.5)
    );
    assert_eq!(
        (text(&range, 4, 4), number(&range, 4, 8)),
        (String::new(), 10.0)
    );
    let range = sheet(&mut book, "Forecast");
    let cells = [3, 4, 5].map(|column| number(&range, 5, column));
    assert_eq!(cells, [104.5, 95.75, 114.5]);
}

/// Sums and differences of cells of the same row, rounded or not, besides the formulas of every workbook.
fn worked_out(formula: &str, range: &Range<Data>) -> f64 {
    let value = |cell: &str| {
        let (row, column) = place(cell.trim_start_matches("100*"));
        number(range, row, column)
    };
    if let Some((dividend, rest)) = formula
        .strip_prefix("ROUND(100*")
        .and_then(|rest| rest.split_once('/'))
    {
        let quotient = 100.0 * value(dividend) / value(rest.trim_end_matches(",2)"));
        return (quotient * 100.0).round() / 100.0;
    }
    if formula.contains('(') {
        return evaluated(formula, range);
    }
    match formula.split_once('-') {
        Some((one, other)) => value(one) - value(other),
        None => formula.split('+').map(value).sum(),
    }
}

#[test]
fn every_formula_agrees_with_its_stored_result() {
    let mut checked = 0;
    for (world, summary) in extremes() {
        let mut book = book(&summary);
        for name in book.sheet_names() {
            let range = sheet(&mut book, &name);
            let formulas = book.worksheet_formula(&name).unwrap();
            let start = formulas.start().unwrap_or_default();
            for (row, column, formula) in formulas.used_cells() {
                let cell = (row + start.0 as usize, column + start.1 as usize);
                let stored = number(&range, cell.0, cell.1);
                let result = worked_out(formula, &range);
                // Differences of large numbers lose the digits that the numbers share.
                let scale = (0..range.width())
                    .filter_map(|column| range.get((cell.0, column)))
                    .filter_map(|cell| match cell {
                        Data::Float(value) => Some(value.abs()),
                        _ => None,
                    })
                    .fold(1.0, f64::max);
                assert!(
                    (stored - result).abs() <= 1e-9 * scale,
                    "{world}, {name} {cell:?}: {formula} comes to {result}, stored is {stored}"
                );
                checked += 1;
            }
        }
    }
    // 3,000 markets and as many numbers under two scenarios have a difference each.
    assert!(checked > 6_000, "{checked}");
}

#[test]
fn every_part_is_well_formed_and_hostile_text_is_text() {
    for (world, summary) in extremes() {
        for (name, part) in parts(&workbook(&summary).unwrap()) {
            if name.ends_with(".xml") || name.ends_with(".rels") {
                assert_well_formed(&format!("{world}, {name}"), &part);
            }
        }
    }
    let (_, hostile) = extremes().swap_remove(7);
    let range = sheet(&mut book(&hostile), "Scenarios");
    assert_eq!(text(&range, 5, 0), "=cmd|' /C calc'!A0");
}

#[test]
fn the_same_comparison_gives_the_same_bytes() {
    let summary = summary(&comparison());
    assert_eq!(workbook(&summary).unwrap(), workbook(&summary).unwrap());
}
