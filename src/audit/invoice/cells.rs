//! From the cells of one row to a line of an invoice.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    super::{
        InvoiceLine, Tier,
        error::{EvidenceError, Spot},
        line::{AMOUNT_MAX, DateBasis, LineKind, QUANTITY_MAX},
        words,
    },
    INVOICE_COLUMNS, InvoiceMap, column_index,
};
use crate::{
    rulebook::nearest,
    tariff::{Amount, AmountError, Markets, Period},
    vocabulary::{ChargeCategory, Currency, LocalDate, Month, PhoneDigits, PricingType},
};

/// One row, asked by canonical column.
pub(super) struct RowCells<'a> {
    spot: Spot<'a>,
    record: &'a csv::StringRecord,
    places: &'a [Option<usize>; INVOICE_COLUMNS.len()],
    map: &'a InvoiceMap,
}

impl<'a> RowCells<'a> {
    pub(super) fn new(
        spot: Spot<'a>,
        record: &'a csv::StringRecord,
        places: &'a [Option<usize>; INVOICE_COLUMNS.len()],
        map: &'a InvoiceMap,
    ) -> Self {
        Self {
            spot,
            record,
            places,
            map,
        }
    }

    /// The line.
    pub(super) fn line(
        &self,
        file: &Arc<str>,
        markets: &Markets,
    ) -> Result<InvoiceLine, EvidenceError> {
        let (amount, amount_digits) = self.amount()?;
        let period = self.period()?;
        let kind = match self.text("kind") {
            Some(_) => self.word("kind", |text| LineKind::parse(text.as_bytes()), &kinds())?,
            None if amount.is_negative() => Some(LineKind::Credit),
            None => Some(LineKind::Usage),
        };
        let market = match self.text("market") {
            Some(text) => Some(markets.named(text).ok_or_else(|| {
                let names: Vec<&str> = markets.names().collect();
                self.unknown("market", text, "a market of markets.csv", &names)
            })?),
            None => None,
        };
        let country = match self.text("country") {
            Some(text) => Some(markets.country_code(text).ok_or_else(|| {
                self.spot.refuse(
                    "country",
                    format!("`{text}`"),
                    "the two letters of ISO 3166 of a country in markets.csv",
                    "translate it in a map's [values.country]",
                )
            })?),
            None => None,
        };
        let tier = match self.text("tier") {
            Some(text) => Some(Tier::parse(text).ok_or_else(|| {
                self.spot.refuse(
                    "tier",
                    format!("`{text}`"),
                    "LOWER:UPPER such as 0:100000 or 50000001:MAX",
                    "translate it in a map's [values.tier]",
                )
            })?),
            None => None,
        };
        let category_names: Vec<&str> =
            ChargeCategory::ALL.iter().map(|each| each.name()).collect();
        let type_names: Vec<&str> = PricingType::ALL.iter().map(|each| each.name()).collect();
        Ok(InvoiceLine {
            file: file.clone(),
            row: self.spot.line,
            invoice_id: self
                .text("invoice_id")
                .map_or_else(|| file.clone(), Arc::from),
            period,
            basis: DateBasis::Local,
            account: self.text("account").map(Arc::from),
            business: self.text("business").map(number),
            market,
            country,
            category: self.word("category", words::category, &category_names)?,
            pricing_type: self.word("pricing_type", words::pricing_type, &type_names)?,
            tier: tier.filter(|tier| !tier.is_whole()),
            quantity: self.quantity()?,
            unit_price: self.unit_price()?,
            amount: Some(amount),
            amount_digits,
            currency: self.currency()?,
            kind: kind.unwrap_or(LineKind::Usage),
        })
    }

    /// A cell, translated and without blanks; none where it is empty or the column is missing.
    fn text(&self, column: &str) -> Option<&str> {
        let index = column_index(column)?;
        let cell = self.places[index]
            .and_then(|place| self.record.get(place))
            .map_or("", str::trim);
        let cell = match cell {
            "" => self.map.constant(index).unwrap_or_default(),
            cell => self.map.translate(index, cell),
        };
        Some(cell.trim()).filter(|cell| !cell.is_empty())
    }

    fn word<T>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Option<T>,
        accepted: &[&str],
    ) -> Result<Option<T>, EvidenceError> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        parse(text).map(Some).ok_or_else(|| {
            self.unknown(
                column,
                text,
                &format!("one of {}", accepted.join(", ")),
                accepted,
            )
        })
    }

    fn unknown(&self, column: &str, text: &str, expected: &str, names: &[&str]) -> EvidenceError {
        let next = match nearest(text, names.iter().copied()) {
            Some(name) => {
                format!("nearest is `{name}`; or translate it in a map's [values.{column}]")
            }
            None => format!("translate it in a map's [values.{column}]"),
        };
        self.spot
            .refuse(column, format!("`{text}`"), expected, next)
    }

    /// The money and how many digits it was written with.
    fn amount(&self) -> Result<(Amount, u32), EvidenceError> {
        let Some(text) = self.text("amount") else {
            return Err(self.spot.refuse(
                "amount",
                "an empty cell",
                "the money of the line, 0 where it is free",
                "fill it, or leave the row out",
            ));
        };
        let amount = self.decimal("amount", text)?;
        if amount.abs() > AMOUNT_MAX {
            return Err(self
                .spot
                .refuse("amount", format!("`{text}`"), "less than 10^15", ""));
        }
        let digits = text
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        Ok((amount, digits as u32))
    }

    fn unit_price(&self) -> Result<Option<Amount>, EvidenceError> {
        let Some(text) = self.text("unit_price") else {
            return Ok(None);
        };
        let price = self.decimal("unit_price", text)?;
        if price.abs() >= Amount::RATE_MAX {
            return Err(self.spot.refuse(
                "unit_price",
                format!("`{text}`"),
                "less than one million",
                "",
            ));
        }
        Ok(Some(price))
    }

    fn quantity(&self) -> Result<Option<i64>, EvidenceError> {
        let Some(text) = self.text("quantity") else {
            return Ok(None);
        };
        let number = self.decimal("quantity", text)?;
        let one = 10i128.pow(Amount::DIGITS);
        let whole = number.units() / one;
        let is_whole =
            number.units() % one == 0 && whole.unsigned_abs() <= u128::from(QUANTITY_MAX);
        match i64::try_from(whole) {
            Ok(whole) if is_whole => Ok(Some(whole)),
            _ => Err(self.spot.refuse(
                "quantity",
                format!("`{text}`"),
                "a whole number of messages or conversations",
                "correct the cell",
            )),
        }
    }

    fn decimal(&self, column: &str, text: &str) -> Result<Amount, EvidenceError> {
        Amount::parse(text).map_err(|error| {
            let is_grouped =
                |sign: char| matches!(sign, ',' | '\'' | '’' | '_') || sign.is_whitespace();
            let digits_only = text.replace(is_grouped, "");
            let (found, next) = match error {
                AmountError::Malformed
                    if digits_only != text && Amount::parse(&digits_only).is_ok() =>
                {
                    (
                        format!(
                            "`{text}`, with a separator that may group thousands or mark decimals"
                        ),
                        "export the numbers without separators, with a point before the decimals",
                    )
                }
                AmountError::Malformed => (
                    format!("`{text}`"),
                    "write digits with a point before the decimals, and nothing else",
                ),
                error => (format!("`{text}`, which {error}"), "correct the cell"),
            };
            self.spot.refuse(
                column,
                found,
                "a decimal number such as 1234.50 or -12",
                next,
            )
        })
    }

    fn currency(&self) -> Result<Option<Currency>, EvidenceError> {
        let Some(text) = self.text("currency") else {
            return Ok(None);
        };
        Currency::parse(text).map(Some).ok_or_else(|| {
            let codes: Vec<&str> = Currency::codes().collect();
            self.unknown("currency", text, "a code of ISO 4217 such as USD", &codes)
        })
    }

    /// The days of the line. An end at midnight, and the first of a month after a first of a month, is the
    /// end of the day before: nobody bills a month and a day.
    fn period(&self) -> Result<Option<Period>, EvidenceError> {
        let (start, end) = match (self.text("period_start"), self.text("period_end")) {
            (None, None) => return Ok(None),
            (Some(start), Some(end)) => (start, end),
            (start, _) => {
                let missing = if start.is_some() {
                    "period_end"
                } else {
                    "period_start"
                };
                return Err(self.spot.refuse(
                    missing,
                    "an empty cell",
                    "the other end of the period",
                    "fill both ends, or neither where the invoice does not say",
                ));
            }
        };
        let (from, _) = self.date("period_start", start, false)?;
        let (mut to, is_midnight) = self.date("period_end", end, true)?;
        let is_first = |date: LocalDate| date == date.month().first_day();
        if to > from && (is_midnight || (is_first(from) && is_first(to))) {
            to = to.previous();
        }
        if to < from {
            return Err(self.spot.refuse(
                "period_end",
                format!("`{end}`, before period_start `{start}`"),
                "a date on or after it",
                "correct the cell, or the map's date_format",
            ));
        }
        Ok(Some(Period { from, to }))
    }

    /// A date, and whether it was written as an instant at midnight. A month is its first or last day.
    fn date(
        &self,
        column: &str,
        text: &str,
        is_end: bool,
    ) -> Result<(LocalDate, bool), EvidenceError> {
        let date = match self.map.date_format() {
            Some(format) => NaiveDate::parse_from_str(text, format)
                .ok()
                .map(|date| (date.into(), false)),
            None => canonical_date(text, is_end),
        };
        date.ok_or_else(|| {
            self.spot.refuse(
                column,
                format!("`{text}`"),
                self.map.date_format().map_or_else(
                    || "a date YYYY-MM-DD or a month YYYY-MM".to_owned(),
                    |format| format!("a date as the map's date_format `{format}`"),
                ),
                "say how dates are written in a map's date_format",
            )
        })
    }
}

fn canonical_date(text: &str, is_end: bool) -> Option<(LocalDate, bool)> {
    if let Some(month) = Month::parse(text).filter(|_| text.len() == 7) {
        let day = if is_end {
            month.last_day()
        } else {
            month.first_day()
        };
        return Some((day, false));
    }
    let day = text.get(..10).filter(|day| is_date_shaped(day))?;
    let date = LocalDate::parse(day)?;
    match text.get(10..)? {
        "" => Some((date, false)),
        time if time.starts_with(['T', ' ']) => Some((date, time[1..].starts_with("00:00"))),
        _ => None,
    }
}

fn is_date_shaped(day: &str) -> bool {
    let bytes = day.bytes().enumerate();
    bytes.fold(true, |is, (place, byte)| {
        is && if matches!(place, 4 | 7) {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    })
}

fn kinds() -> Vec<&'static str> {
    LineKind::ALL.iter().map(|kind| kind.name()).collect()
}

/// A business number as both sides write it.
pub(in crate::audit) fn number(text: &str) -> Arc<str> {
    let digits = PhoneDigits::strip_plus(text.as_bytes());
    // Only ASCII was taken off the front.
    std::str::from_utf8(digits).unwrap_or(text).into()
}
