//! The head of the page that explains a difference.

use super::Page;
use crate::explain::difference::{DifferenceView, ExpectedView};

impl Page<'_> {
    pub(super) fn difference(&mut self, view: &DifferenceView) {
        self.pair("Line", &view.line());
        self.pair("Cell", &view.cell());
        for (label, text) in view.sides() {
            self.pair(label, &text);
        }
        match &view.cause {
            Some(cause) => self.pair("Cause", &format!("{cause} ({})", view.status)),
            None => self.pair("Status", &view.status),
        }
        if let Some(meaning) = view.cause_is_said_if {
            self.pair("Said if", meaning);
        }
        self.pair("Found", &view.explanation);
        self.heading("Charges that the replay expects in the cell");
        if view.expected.is_empty() {
            self.line("  none");
        }
        for expected in &view.expected {
            self.expected(expected, view.currency.as_deref().unwrap_or(""));
        }
        self.heading("Messages behind it");
        let text = match (view.messages, view.messages_shown.len()) {
            (0, _) => "none of the log's".to_owned(),
            (all, shown) => {
                format!("{all} in claims.csv; the timelines of the first {shown} follow")
            }
        };
        self.wrapped(2, &text);
    }

    fn expected(&mut self, expected: &ExpectedView, currency: &str) {
        let amount = match &expected.amount {
            Some(amount) => format!("{amount} {currency}"),
            None => "no rate known".to_owned(),
        };
        let rate = match (&expected.rate, &expected.rate_card) {
            (Some(rate), Some(card)) => format!(" at {rate} ({card})"),
            (Some(rate), None) => format!(" at {rate} (stated on the message)"),
            (None, _) => String::new(),
        };
        let tier = match &expected.tier {
            Some(tier) => format!(", tier {tier}"),
            None => String::new(),
        };
        let beside = match expected.is_in_cell {
            true => "",
            false => "; beside the line",
        };
        let text = format!(
            "{} {} {} {}{rate}{tier}: {amount}{beside}",
            expected.quantity, expected.market, expected.category, expected.pricing_type
        );
        self.wrapped(2, &text);
    }
}
