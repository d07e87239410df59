//! Formulas agree with what is stored beside them, and with the cells that they speak of.

use calamine::{Data, Range, Reader};

use super::run::{Run, amount, number, sheet, text};
use crate::pricing::Line;
use crate::report::summary::BillTotals;
use crate::vocabulary::Currency;

/// What the three forms of formula that a workbook holds come to.
pub fn evaluated(formula: &str, range: &Range<Data>) -> f64 {
    let (function, arguments) = formula.trim_end_matches(')').split_once('(').unwrap();
    let arguments: Vec<&str> = arguments.split(',').collect();
    let cells = |text: &str| {
        let (from, to) = text.split_once(':').unwrap();
        let (from, to) = (place(from), place(to));
        assert_eq!(from.1, to.1);
        (from.0..=to.0).map(move |row| (row, from.1))
    };
    let value = |cell: &(usize, usize)| match range.get(*cell) {
        Some(Data::Float(value)) => *value,
        Some(Data::Int(value)) => *value as f64,
        _ => 0.0,
    };
    match (function, arguments.as_slice()) {
        ("SUM", [summed]) | ("SUBTOTAL", ["109", summed]) => {
            cells(summed).map(|cell| value(&cell)).sum()
        }
        ("SUMIFS", [summed, where_, wanted]) => cells(summed)
            .zip(cells(where_))
            .filter(|(_, (row, column))| text(range, *row, *column) == wanted.trim_matches('"'))
            .map(|(cell, _)| value(&cell))
            .sum(),
        other => panic!("{other:?}"),
    }
}

/// `B12` as row and column from 0.
pub fn place(cell: &str) -> (usize, usize) {
    let digits = cell.find(|letter: char| letter.is_ascii_digit()).unwrap();
    let letters = cell[..digits].bytes();
    let column = letters.fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    (cell[digits..].parse::<usize>().unwrap() - 1, column - 1)
}

/// Checks every formula of every sheet; gives how many there are.
fn check(run: &Run) -> usize {
    let mut book = run.book(100_000);
    let mut checked = 0;
    for name in book.sheet_names() {
        let range = sheet(&mut book, &name);
        let formulas = book.worksheet_formula(&name).unwrap();
        let start = formulas.start().unwrap_or_default();
        for (row, column, formula) in formulas.used_cells() {
            let cell = (row + start.0 as usize, column + start.1 as usize);
            let stored = number(&range, cell.0, cell.1);
            let sum = evaluated(formula, &range);
            let distance = (stored - sum).abs();
            assert!(
                distance <= 1e-9 * stored.abs().max(1.0),
                "{name} {cell:?}: {formula} comes to {sum}, stored is {stored}"
            );
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_total_is_a_formula_that_agrees() {
    // Five tables of the bill with six sums each, findings, bridge, lines, differences, days, rows read.
    assert!(check(&Run::new(1500)) > 5 * 6 + 1 + 1 + 2 + 3 + 5);
}

#[test]
fn currencies_are_summed_each_on_its_own() {
    let mut run = Run::new(100);
    let line = |currency: &str, cost: &str| Line {
        currency: Currency::parse(currency).unwrap(),
        quantity: 2,
        amount: Some(amount(cost)),
        ..run.lines[0].clone()
    };
    run.lines = vec![line("EUR", "1.5"), line("JPY", "100"), line("EUR", "0.25")];
    let totals = |cost: &str, rated: u64| BillTotals {
        amount: amount(cost),
        rated,
        ..BillTotals::default()
    };
    let bill = run.summary.bill.as_mut().unwrap();
    bill.totals = [("EUR", totals("1.75", 4)), ("JPY", totals("100", 2))]
        .map(|(currency, totals)| (currency.to_owned(), totals))
        .into();
    let mut book = run.book(1000);
    let range = sheet(&mut book, "Lines");
    assert_eq!(text(&range, 2, 0), "Total EUR");
    assert_eq!((number(&range, 2, 10), number(&range, 2, 11)), (4.0, 1.75));
    assert_eq!((number(&range, 3, 10), number(&range, 3, 11)), (2.0, 100.0));
    let formulas = book.worksheet_formula("Lines").unwrap();
    let formulas = formulas
        .used_cells()
        .map(|(_, _, formula)| formula.as_str());
    let formulas: Vec<&str> = formulas.filter(|formula| !formula.is_empty()).collect();
    assert_eq!(formulas[1], "SUMIFS(L6:L8,J6:J8,\"EUR\")");
    let evaluated: Vec<f64> = formulas
        .iter()
        .map(|formula| evaluated(formula, &range))
        .collect();
    assert_eq!(evaluated, [4.0, 1.75, 2.0, 100.0]);
}

#[test]
fn what_fifteen_digits_cannot_say_is_said_beside_them() {
    let mut run = Run::new(100);
    run.lines.truncate(2);
    run.lines[0].amount = Some(amount("12345678901.234567"));
    run.lines[1].amount = Some(amount("12345678901.2345"));
    let range = sheet(&mut run.book(1000), "Lines");
    assert_eq!(text(&range, 3, 13), "exact values");
    assert_eq!(number(&range, 4, 11), 12_345_678_901.234_6);
    assert_eq!(text(&range, 4, 13), "amount 12345678901.234567");
    assert_eq!(text(&range, 5, 13), "");
}
