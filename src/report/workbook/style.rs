//! How cells look: one format for each kind of number, so that a spreadsheet knows what it shows.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::vocabulary::Currency;

/// Decimals that rates have; an amount shows no fewer, and as many more as it has.
const RATE_DIGITS: u32 = 4;
const AMOUNT_DIGITS: u32 = crate::tariff::Amount::DIGITS;
const HEADER_FILL: Color = Color::RGB(0x1F_3A_5F);
const TOTAL_FILL: Color = Color::RGB(0xE8_EE_F5);
const MUTED: Color = Color::RGB(0x55_5F_6B);

/// Formats of one tone: body or total.
pub struct Tone {
    /// Text.
    pub text: Format,
    /// Whole numbers.
    pub count: Format,
    /// Percentages.
    pub percent: Format,
    /// Days.
    pub day: Format,
    /// Months.
    pub month: Format,
    /// Instants in UTC.
    pub instant: Format,
    amount: Format,
    money: BTreeMap<&'static str, Format>,
}

impl Tone {
    fn new(base: &Format) -> Self {
        let number = |format: &str| base.clone().set_num_format(format);
        let money = Currency::codes().map(|code| {
            let digits = Currency::parse(code).map_or(RATE_DIGITS, Currency::digits);
            (code, number(&format!("[${code}] {}", decimals(digits))))
        });
        Self {
            // Text must not touch the number to its left.
            text: base.clone().set_align(FormatAlign::Left).set_indent(1),
            count: number("#,##0"),
            percent: number("0.00"),
            day: number("yyyy-mm-dd"),
            month: number("yyyy-mm"),
            instant: number("yyyy-mm-dd hh:mm:ss"),
            amount: number(&decimals(RATE_DIGITS)),
            money: money.collect(),
        }
    }

    /// Amounts and rates in a currency; a plain number where it is none.
    pub fn money(&self, currency: &str) -> &Format {
        self.money.get(currency).unwrap_or(&self.amount)
    }
}

/// All formats of a workbook.
pub struct Styles {
    /// Cells of a table.
    pub body: Tone,
    /// The same, but long text takes several lines: for tables that are not too long to be laid out so.
    pub wrapping: Tone,
    /// Totals.
    pub total: Tone,
    /// The name of a sheet, on top of it.
    pub title: Format,
    /// The name of a part of a sheet.
    pub heading: Format,
    header: Format,
    header_of_numbers: Format,
    /// What a line says, before it.
    pub label: Format,
    /// Sentences that take several lines.
    pub paragraph: Format,
    /// Remarks.
    pub note: Format,
}

impl Styles {
    /// The only ones there are.
    pub fn new() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        let total = top.clone().set_bold().set_background_color(TOTAL_FILL);
        let header = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(HEADER_FILL);
        let mut wrapping = Tone::new(&top);
        wrapping.text = wrapping.text.set_text_wrap();
        Self {
            body: Tone::new(&top),
            wrapping,
            total: Tone::new(&total),
            title: Format::new().set_bold().set_font_size(16),
            heading: Format::new()
                .set_bold()
                .set_font_size(12)
                .set_border_bottom(FormatBorder::Thin),
            header: header.clone().set_indent(1),
            header_of_numbers: header.set_align(FormatAlign::Right),
            label: top.clone().set_bold(),
            paragraph: top.clone().set_text_wrap(),
            note: top.set_font_color(MUTED).set_text_wrap(),
        }
    }
}

impl Styles {
    /// The name of a column: on the side on which the column stands.
    pub fn header_over(&self, is_of_numbers: bool) -> &Format {
        match is_of_numbers {
            true => &self.header_of_numbers,
            false => &self.header,
        }
    }
}

/// At least as many decimals as rates have, and all others where they are not zero.
fn decimals(digits: u32) -> String {
    let shown = digits.max(RATE_DIGITS);
    let (zeros, others) = ("0".repeat(shown as usize), AMOUNT_DIGITS - shown);
    format!("#,##0.{zeros}{}", "#".repeat(others as usize))
}

#[cfg(test)]
mod tests {
    #[test]
    fn amounts_show_every_decimal_that_they_have() {
        assert_eq!(super::decimals(2), "#,##0.0000########");
        assert_eq!(super::decimals(0), "#,##0.0000########");
    }
}
