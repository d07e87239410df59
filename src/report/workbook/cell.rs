//! A cell: what it holds, and how it gets into a sheet.

use std::borrow::Cow;

use anyhow::Result;
use rust_xlsxwriter::{ColNum, Format, Formula, RowNum, Worksheet};

use super::number::CellNumber;
use super::style::Tone;
use super::text::{cell_text, height};
use crate::tariff::Amount;
use crate::vocabulary::{Instant, LocalDate, Month};

/// 1970-01-01 as spreadsheets count days.
const DAY_ZERO: i64 = 25_569;
/// The first day that all of them count alike: before it Excel has a day too many.
const DAY_MIN: i64 = 61;
/// 9999-12-31.
const DAY_MAX: i64 = 2_958_465;
const MICROS_PER_DAY: i128 = 86_400_000_000;
const UNITS_PER_ONE: i128 = 10i128.pow(Amount::DIGITS);

/// What a cell holds.
#[derive(Clone, Debug)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text, never a formula.
    Text(Cow<'a, str>),
    /// A whole number.
    Count(i128),
    /// An amount or a rate in a currency.
    Money(Amount, Cow<'a, str>),
    /// A percentage.
    Percent(Amount),
    /// What a formula comes to.
    Computed {
        /// The formula, with `=` in front.
        formula: String,
        /// Its result: a reader that computes nothing shows that.
        stored: Box<Cell<'a>>,
    },
    /// A date.
    Day(LocalDate),
    /// A month: its first day.
    Month(Month),
    /// A point in time, in UTC.
    Instant(Instant),
}

impl<'a> Cell<'a> {
    /// Text; nothing where there is none.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        match text.into() {
            text if text.is_empty() => Self::Empty,
            text => Self::Text(text),
        }
    }

    /// A number of things.
    pub fn count(count: impl Into<i128>) -> Self {
        Self::Count(count.into())
    }

    /// An amount, where there is one.
    pub fn money(amount: Option<Amount>, currency: &'a str) -> Self {
        amount.map_or(Self::Empty, |amount| Self::Money(amount, currency.into()))
    }

    /// A formula with its result; where that is no number, the result alone.
    pub fn computed(formula: impl Into<String>, stored: Cell<'a>) -> Self {
        match stored.number() {
            None => stored,
            Some(_) => Self::Computed {
                formula: formula.into(),
                stored: Box::new(stored),
            },
        }
    }

    /// `YYYY-MM-DD` as a date, or as the text that it is.
    pub fn day(text: &'a str) -> Self {
        LocalDate::parse(text).map_or_else(|| Self::text(text), Self::Day)
    }

    /// `YYYY-MM` as a month, or as the text that it is.
    pub fn month(text: &'a str) -> Self {
        Month::parse(text).map_or_else(|| Self::text(text), Self::Month)
    }

    /// Its number, where it is one.
    pub fn number(&self) -> Option<CellNumber> {
        match self {
            Self::Empty | Self::Text(_) => None,
            Self::Count(count) => Some(CellNumber::whole(*count)),
            Self::Money(amount, _) | Self::Percent(amount) => Some(CellNumber::from(*amount)),
            Self::Computed { stored, .. } => stored.number(),
            Self::Day(day) => serial(*day),
            Self::Month(month) => serial(month.first_day()),
            Self::Instant(instant) => {
                let micros = i128::from(instant.micros());
                let day = micros.div_euclid(MICROS_PER_DAY) + i128::from(DAY_ZERO);
                let is_known = i128::from(DAY_MIN) <= day && day <= i128::from(DAY_MAX);
                let units = (micros * UNITS_PER_ONE).div_euclid(MICROS_PER_DAY);
                let units = units + i128::from(DAY_ZERO) * UNITS_PER_ONE;
                is_known.then(|| CellNumber::from(Amount::from_units(units)))
            }
        }
    }

    /// The exact text of an amount or count of which a number keeps only fifteen digits.
    pub fn exact_text(&self) -> Option<String> {
        let number = self.number()?;
        match self {
            Self::Computed { stored, .. } => stored.exact_text(),
            Self::Money(amount, _) if !number.is_exact => Some(amount.to_string()),
            Self::Count(count) if !number.is_exact => Some(count.to_string()),
            _ => None,
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// If the sheet has no such cell.
    pub fn write(&self, sheet: &mut Worksheet, place: (RowNum, ColNum), tone: &Tone) -> Result<()> {
        let (row, column) = place;
        let format = self.format(tone);
        match (self, self.number()) {
            (Self::Computed { formula, .. }, Some(number)) => {
                let formula = Formula::new(formula).set_result(number.text());
                sheet.write_formula_with_format(row, column, formula, format)?
            }
            (_, Some(number)) => sheet.write_number_with_format(row, column, number, format)?,
            (_, None) => sheet.write_string_with_format(row, column, self.shown(), &tone.text)?,
        };
        Ok(())
    }

    /// How it looks.
    pub fn format<'t>(&self, tone: &'t Tone) -> &'t Format {
        match self {
            Self::Empty | Self::Text(_) => &tone.text,
            Self::Count(_) => &tone.count,
            Self::Money(_, currency) => tone.money(currency),
            Self::Percent(_) => &tone.percent,
            Self::Computed { stored, .. } => stored.format(tone),
            Self::Day(_) => &tone.day,
            Self::Month(_) => &tone.month,
            Self::Instant(_) => &tone.instant,
        }
    }

    /// About what it shows.
    fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => "".into(),
            Self::Text(text) => cell_text(text),
            Self::Count(count) => {
                crate::report::figures::thousands(count.unsigned_abs() as u64).into()
            }
            Self::Money(amount, currency) => format!(
                "{currency} {}",
                crate::report::figures::money(*amount, currency)
            )
            .into(),
            Self::Percent(percent) => format!("{percent:.2}").into(),
            Self::Computed { stored, .. } => stored.shown(),
            Self::Day(day) => day.to_string().into(),
            Self::Month(month) => month.to_string().into(),
            Self::Instant(instant) => instant.to_string().into(),
        }
    }

    /// How high its row must be if a line has so many letters; none where it is text of one line, or no text.
    pub fn height(&self, letters: usize) -> Option<u16> {
        match self {
            Self::Text(text) => height(&cell_text(text), letters),
            _ => None,
        }
    }

    /// How many letters wide it is; of several lines the widest.
    pub fn width(&self) -> usize {
        let shown = self.shown();
        let lines = shown.lines().map(|line| line.chars().count());
        lines.max().unwrap_or_default()
    }
}

/// A day as spreadsheets count them; none where they do not.
fn serial(day: LocalDate) -> Option<CellNumber> {
    let serial = i64::from(day.days()) + DAY_ZERO;
    let is_known = (DAY_MIN..=DAY_MAX).contains(&serial);
    is_known.then(|| CellNumber::whole(i128::from(serial)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        let text = |cell: Cell<'_>| cell.number().map(CellNumber::text);
        assert_eq!(text(Cell::day("1970-01-01")).as_deref(), Some("25569"));
        assert_eq!(text(Cell::day("2026-10-01")).as_deref(), Some("46296"));
        assert_eq!(text(Cell::month("2026-10")).as_deref(), Some("46296"));
        // 2026-10-01T18:00:00Z is three quarters of the day.
        let evening = Cell::Instant(Instant::from_seconds((46_296 - DAY_ZERO) * 86_400 + 64_800));
        assert_eq!(text(evening).as_deref(), Some("46296.75"));
        assert_eq!(text(Cell::day("1900-02-28")), None);
        assert_eq!(text(Cell::Instant(Instant::MAX)), None);
        assert_eq!(text(Cell::Instant(Instant::MIN)), None);
        assert_eq!(text(Cell::month("soon")), None);
    }
}
