//! Page one: what was done, what may be said, what it rests on, and who stands for it.
//!
//! It must fit one printed page with any summary, so every list on it is short and says how long the whole is.

mod cost;
mod identity;

use super::compared;
use super::table::{Cell, Column, Table};
use super::words;
use crate::report::summary::{Comparison, Summary};

/// Rows that bridges and top differences share: a long bridge leaves less room for the others.
const ROWS_TOGETHER: usize = 22;
const DIFFERENCES_MOST: usize = 10;
const BRIDGE_ROWS_MOST: usize = 16;
const SENTENCES_MOST: usize = 3;
const REASONS_MOST: usize = 3;
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
            control_totals: control_totals(summary),
            top: None,
            support: cost::support(summary),
            limits: summary.limits.iter().take(LIMITS_MOST).cloned().collect(),
            limits_note: (summary.limits.len() > LIMITS_MOST).then(|| {
                format!(
                    "The weightiest of {}; all of them stand in the last sections.",
                    summary.limits.len()
                )
            }),
            fingerprint: summary.fingerprint.clone(),
            command_line: summary.command_line.clone(),
        };
        match (&summary.invoice, &summary.bill) {
            (Some(comparison), _) => first.compare(comparison),
            (None, Some(bill)) => {
                first.conclusion = cost::conclusion(summary);
                first.sentences = cost::sentences(bill);
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
        first
    }

    /// Its tables, in the order in which they stand.
    pub fn tables(&mut self) -> impl Iterator<Item = &mut Table> {
        let others = std::iter::once(&mut self.control_totals).chain(&mut self.top);
        self.main.iter_mut().chain(others)
    }

    fn compare(&mut self, comparison: &Comparison) {
        self.conclusion = words::verdict(comparison.verdict, "The invoice");
        self.sentences = shortened(&comparison.sentences, SENTENCES_MOST, "sentences");
        let reasons: Vec<String> = comparison
            .reasons
            .iter()
            .map(|text| words::sentence(text))
            .collect();
        self.reasons = shortened(&reasons, REASONS_MOST, "reasons");
        let mut rows = 0;
        for bridge in &comparison.bridges {
            let mut table = compared::bridge(bridge, "invoiced");
            let fits = rows + table.rows.len() <= BRIDGE_ROWS_MOST;
            if !fits && !self.main.is_empty() {
                break;
            }
            rows += table.rows.len();
            table.class = "one-line";
            self.main.push(table);
        }
        let (shown, all) = (self.main.len(), comparison.bridges.len());
        if let Some(table) = self.main.last_mut()
            && shown < all
        {
            table.note(format!(
                "Bridges of {all} currencies stand in the section on the invoice."
            ));
        }
        let most = ROWS_TOGETHER.saturating_sub(rows).min(DIFFERENCES_MOST);
        self.top = differences(comparison, most);
    }
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
            Column::words("What is billed").percent(35),
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
        crate::report::figures::thousands(count)
    };
    if comparison.largest.len() > most {
        table.note(format!(
            "The largest only: rows that differ {}, rows that could not be tested {}.",
            count("different"),
            count("not_tested")
        ));
    }
    Some(table)
}

/// The outcomes of all rows, which sum to the rows read.
fn control_totals(summary: &Summary) -> Table {
    let mut table = Table::new(
        "Control totals",
        vec![
            Column::words("Outcome").percent(70),
            Column::numbers("Rows"),
        ],
    );
    table.class = "one-line";
    for (name, count) in super::evidence::outcomes(&summary.control_totals) {
        table.row(vec![Cell::words(name), Cell::count(count)]);
    }
    let read = summary.control_totals.rows_read;
    table.total(vec![
        Cell::words("Rows read, the sum of these"),
        Cell::count(read),
    ]);
    table
}
