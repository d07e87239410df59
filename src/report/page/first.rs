//! Page one: what was done, what may be said, what it rests on, and who stands for it.
//!
//! It must fit one printed page with any summary, so every list on it is short and says how long the whole is.

mod cost;
pub(in crate::report) mod identity;

use super::compared;
use super::figure::Figure;
use super::table::{Cell, Column, Table};
use super::words;
use crate::log::totals::ControlTotals;
use crate::report::figures::thousands;
use crate::report::summary::{Comparison, Summary};

/// Printed lines that sentences, reasons, bridges, differences and limits share on Letter, the shorter paper.
const LINES_TOGETHER: usize = 33;
/// Letters of a printed line, at least.
const LETTERS_OF_LINE: usize = 90;
/// What is longer is cut by the style sheet.
const LINES_OF_SENTENCE: usize = 2;
const DIFFERENCES: std::ops::RangeInclusive<usize> = 2..=10;
const BRIDGE_ROWS_MOST: usize = 16;
const SENTENCES_MOST: usize = 2;
const REASONS_MOST: usize = 2;
const LIMITS_MOST: usize = 4;

/// Page one.
#[derive(Clone, Debug)]
pub struct First {
    /// What the page is.
    pub title: &'static str,
    /// Label and value.
    pub identity: Vec<(&'static str, String)>,
    /// What kind of statement follows.
    pub label: &'static str,
    /// What may be said, in a few words.
    pub conclusion: String,
    /// What follows from the numbers alone.
    pub sentences: Vec<String>,
    /// Why nothing better can be said.
    pub reasons: Vec<String>,
    /// From expected to invoiced, or what the log comes to.
    pub main: Vec<Table>,
    /// What became of every row.
    pub control_totals: Table,
    /// Charts that belong beside the answer.
    pub figures: Vec<Figure>,
    /// Top differences, or the accounts.
    pub top: Option<Table>,
    /// What the money rests on.
    pub support: Vec<String>,
    /// What may not be concluded.
    pub limits: Vec<String>,
    /// How many limits there are, where not all are shown.
    pub limits_note: Option<String>,
    /// Seals the run.
    pub fingerprint: String,
    /// Makes it again.
    pub command_line: String,
}

impl First {
    /// Lays out page one.
    pub fn new(summary: &Summary) -> Self {
        let mut first = Self {
            title: identity::title(summary),
            identity: identity::identity(summary),
            label: if summary.invoice.is_some() {
                "Conclusion"
            } else {
                "Result"
            },
            conclusion: String::new(),
            sentences: Vec::new(),
            reasons: Vec::new(),
            main: Vec::new(),
            control_totals: control_totals(&summary.control_totals),
            figures: Vec::new(),
            top: None,
            support: cost::support(summary),
            limits: Vec::new(),
            limits_note: None,
            fingerprint: summary.fingerprint.clone(),
            command_line: summary.command_line.clone(),
        };
        let mut limits = LIMITS_MOST;
        match (&summary.invoice, &summary.bill) {
            (Some(comparison), _) => limits = first.compare(comparison),
            (None, Some(bill)) => {
                first.conclusion = cost::conclusion(summary);
                first.sentences = cost::sentences(summary, bill);
                first.main = cost::categories(bill);
                first.top = Some(cost::accounts(bill));
            }
            (None, None) => {
                first.conclusion = cost::conclusion(summary);
                first.sentences = vec![cost::replayed(summary)];
                first.main = vec![cost::conversations(summary)];
                first.top = Some(cost::units(summary));
            }
        }
        first.limit(&summary.limits, limits);
        first
    }

    /// Its tables, in the order in which they stand.
    pub fn tables(&mut self) -> impl Iterator<Item = &mut Table> {
        let others = std::iter::once(&mut self.control_totals).chain(&mut self.top);
        self.main.iter_mut().chain(others)
    }

    /// Says what a comparison showed; how many limits there is room for comes back.
    fn compare(&mut self, comparison: &Comparison) -> usize {
        self.conclusion = words::verdict(comparison.verdict, "The invoice");
        self.sentences = shortened(&comparison.sentences, SENTENCES_MOST, "sentences");
        let reasons = comparison.reasons.iter();
        let reasons: Vec<String> = reasons.map(|text| words::sentence(text)).collect();
        self.reasons = shortened(&reasons, REASONS_MOST, "reasons");
        let mut lines = 0;
        for bridge in &comparison.bridges {
            let mut table = compared::bridge(bridge, "invoiced");
            let fits = lines + table.rows.len() <= BRIDGE_ROWS_MOST;
            if !fits && !self.main.is_empty() {
                break;
            }
            lines += table.rows.len() + table.notes.len();
            table.class = "one-line";
            self.main.push(table);
        }
        let (shown, all) = (self.main.len(), comparison.bridges.len());
        if let Some(table) = self.main.last_mut()
            && shown < all
        {
            lines += 1;
            table.note(format!(
                "Bridges of {all} currencies stand in the section on the invoice."
            ));
        }
        let texts = self.sentences.iter().chain(&self.reasons);
        lines += texts.map(|text| lines_of(text)).sum::<usize>();
        let left = LINES_TOGETHER.saturating_sub(lines);
        let wanted = comparison.largest.len().min(*DIFFERENCES.end());
        // Each list may have a note.
        let limits = left.saturating_sub(wanted + 2) / LINES_OF_SENTENCE;
        let limits = limits.clamp(1, LIMITS_MOST);
        let left = left.saturating_sub(limits * LINES_OF_SENTENCE + 2);
        let most = left.clamp(*DIFFERENCES.start(), *DIFFERENCES.end());
        self.top = differences(comparison, most);
        limits
    }

    /// Shows so many limits, and how many there are.
    pub fn limit(&mut self, limits: &[String], most: usize) {
        self.limits = limits.iter().take(most).cloned().collect();
        self.limits_note = (limits.len() > most).then(|| {
            format!(
                "The weightiest of {}; all of them stand under Limits.",
                thousands(limits.len() as u64)
            )
        });
    }
}

/// How many printed lines a text takes.
pub fn lines_of(text: &str) -> usize {
    let letters = text.chars().take(LETTERS_OF_LINE * LINES_OF_SENTENCE);
    letters.count().div_ceil(LETTERS_OF_LINE).max(1)
}

/// The first sentences, and how many there are.
fn shortened(sentences: &[String], most: usize, kind: &str) -> Vec<String> {
    let mut shown: Vec<String> = sentences.iter().take(most).cloned().collect();
    if sentences.len() > most {
        let all = sentences.len();
        shown.push(format!(
            "These are the first of {all} {kind}; all of them stand in the section on the invoice."
        ));
    }
    shown
}

fn differences(comparison: &Comparison, most: usize) -> Option<Table> {
    if comparison.largest.is_empty() {
        return None;
    }
    let currency = match &comparison.bridges[..] {
        [bridge] => format!(", {}", bridge.currency),
        _ => String::new(),
    };
    let mut table = Table::new(
        format!("Top differences{currency}"),
        vec![
            Column::words("Line").percent(17),
            Column::words("What is billed").percent(44),
            Column::words("Cause").percent(15),
            Column::numbers("Expected"),
            Column::numbers("Billed"),
            Column::numbers("Difference"),
        ],
    );
    table.class = "one-line";
    for row in comparison.largest.iter().take(most) {
        let amount = |amount| compared::amount(amount, &row.currency);
        table.row(vec![
            Cell::words(compared::line(row)),
            Cell::words(compared::place(row, currency.is_empty())),
            Cell::mark(compared::cause(row)),
            Cell::number(amount(row.expected_amount)),
            Cell::number(amount(row.billed_amount)),
            Cell::number(compared::difference(row)),
        ]);
    }
    let count = |status: &str| {
        let count = comparison.rows.get(status).copied().unwrap_or(0);
        thousands(count)
    };
    if comparison.largest.len() > most {
        table.note(format!(
            "Only the largest are shown: {} rows differ, {} could not be tested.",
            count("different"),
            count("not_tested")
        ));
    }
    Some(table)
}

/// The outcomes of all rows, which sum to the rows read.
pub fn control_totals(totals: &ControlTotals) -> Table {
    let mut table = Table::new(
        "Control totals",
        vec![
            Column::words("Outcome").percent(70),
            Column::numbers("Rows"),
        ],
    );
    table.class = "one-line";
    for (name, count) in super::evidence::outcomes(totals) {
        table.row(vec![Cell::words(name), Cell::count(count)]);
    }
    let read = totals.rows_read;
    table.total(vec![
        Cell::words("Rows read, the sum of these"),
        Cell::count(read),
    ]);
    table
}
