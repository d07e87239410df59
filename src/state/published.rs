//! Lines that were published and may still change, held against those that the run has come to: what is new, and
//! what is adjusted.

use std::collections::BTreeSet;

use anyhow::Result;
use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_128;

use crate::log::{LogError, TableFile, TableRows};
use crate::replay::outcome::Charge;
use crate::report::tables::{
    Adjustment, AdjustmentReason, CHARGE_COLUMNS, CONVERSATION_COLUMNS, Change, ColumnSpec,
    SIDE_WORDS, Side,
};
use crate::tariff::Amount;
use crate::vocabulary::{Instant, LocalDate};

/// What a run adds to what was published.
#[derive(Debug, Default)]
pub struct News {
    /// Of the charges that are not as they were published: whether each is new.
    pub charges: Vec<bool>,
    /// Of the conversations that are not as they were published: whether each is new, or stands otherwise.
    pub conversations: Vec<bool>,
    /// Lines that changed, in the order of their table.
    pub adjustments: Vec<Adjustment>,
}

/// Lines of a table that are not alike.
pub struct Unlike<'a> {
    /// What was published.
    pub published: &'a [TableFile],
    /// The published lines to which the run has not come as they were, ascending.
    pub not_met: Vec<u64>,
    /// What the run has written.
    pub written: &'a [TableFile],
    /// The lines among them that are not as they were published, ascending.
    pub others: Vec<u64>,
}

/// Which charges can no longer be published as such.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'a> {
    /// What was charged before is settled.
    pub before: Instant,
    /// Local months that are closed.
    pub months: &'a BTreeSet<String>,
}

impl Closed<'_> {
    /// Why a charge cannot, if it cannot.
    pub fn reason(self, charge: &Charge) -> Option<AdjustmentReason> {
        if charge.charged_at < self.before {
            return Some(AdjustmentReason::BeyondHorizon);
        }
        // Few months are, and mostly none.
        let is_closed =
            !self.months.is_empty() && self.months.contains(&charge.local_date.month().to_string());
        is_closed.then_some(AdjustmentReason::LateRow)
    }
}

impl News {
    /// Holds the lines that a run has come to against those that were published; `closed` says of the charges that are
    /// not as they were, by their place among these, why they can no longer be published as such, if they cannot.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn of(
        charges: &Unlike<'_>,
        conversations: &Unlike<'_>,
        closed: impl Fn(usize) -> Option<AdjustmentReason>,
    ) -> Result<Self> {
        let mut news = Self::default();
        news.compare_charges(charges, closed)?;
        news.compare_conversations(conversations)?;
        news.adjustments.sort_unstable();
        Ok(news)
    }

    fn compare_charges(
        &mut self,
        charges: &Unlike<'_>,
        closed: impl Fn(usize) -> Option<AdjustmentReason>,
    ) -> Result<()> {
        let compared = compare(charges, CHARGE_COLUMNS)?;
        self.charges = compared.is_new;
        let mut before = Lines::of_charges(charges.published);
        let mut after = Lines::of_charges(charges.written);
        for row in compared.withdrawn {
            let (line, side) = before.read(row)?;
            let reason = AdjustmentReason::LateRow;
            self.adjustments
                .push(line.adjustment(reason, Change::Withdrawn, Some(side), None));
        }
        for (was, is) in compared.changed {
            let (_, old) = before.read(was)?;
            let (line, new) = after.read(is)?;
            let reason = reason(&old, &new);
            self.adjustments
                .push(line.adjustment(reason, Change::Changed, Some(old), Some(new)));
        }
        for (place, is_new) in self.charges.iter_mut().enumerate() {
            if let Some(reason) = is_new.then(|| closed(place)).flatten() {
                let (line, side) = after.read(charges.others[place])?;
                *is_new = false;
                self.adjustments
                    .push(line.adjustment(reason, Change::Added, None, Some(side)));
            }
        }
        Ok(())
    }

    fn compare_conversations(&mut self, conversations: &Unlike<'_>) -> Result<()> {
        let compared = compare(conversations, CONVERSATION_COLUMNS)?;
        // One that stands otherwise is published again.
        self.conversations = vec![true; compared.is_new.len()];
        let mut before = Lines::of_conversations(conversations.published);
        for row in compared.withdrawn {
            let (line, side) = before.read(row)?;
            let reason = AdjustmentReason::LateRow;
            self.adjustments
                .push(line.adjustment(reason, Change::Withdrawn, Some(side), None));
        }
        Ok(())
    }
}

/// Why a charge has another content.
fn reason(before: &Side, after: &Side) -> AdjustmentReason {
    let differs = |column: &str| before.word(column) != after.word(column);
    let is_allowance = |side: &Side| {
        side.word("pricing_type") == Some("free_tier") || side.word("rule") == Some("P26-2")
    };
    if differs("category") {
        AdjustmentReason::Recategorisation
    } else if before.charged_at != after.charged_at {
        AdjustmentReason::LateDelivery
    } else if differs("pricing_type") && (is_allowance(before) || is_allowance(after)) {
        AdjustmentReason::AllowanceKnockOn
    } else if !differs("pricing_type") && (differs("tier") || before.rate != after.rate) {
        AdjustmentReason::TierKnockOn
    } else {
        AdjustmentReason::LateRow
    }
}

/// How lines that are not alike meet by their ids, which stand in the first column.
struct Compared {
    /// By place among the others.
    is_new: Vec<bool>,
    /// Rows of both tables.
    changed: Vec<(u64, u64)>,
    withdrawn: Vec<u64>,
}

fn compare(lines: &Unlike<'_>, columns: &[ColumnSpec]) -> Result<Compared, LogError> {
    let ids = |tables, rows: &[u64]| {
        let mut ids = Vec::with_capacity(rows.len());
        let mut table = TableParts::new(tables, vec![columns[0].name]);
        for &row in rows {
            let (rows, place) = table.at(row)?;
            ids.push(xxh3_128(rows.cell(0, place).text().unwrap_or_default()));
        }
        Ok::<_, LogError>(ids)
    };
    let before = ids(lines.published, &lines.not_met)?;
    let before = before.into_iter().zip(lines.not_met.iter().copied());
    let mut before: HashMap<u128, u64> = before.collect();
    let mut compared = Compared {
        is_new: Vec::with_capacity(lines.others.len()),
        changed: Vec::new(),
        withdrawn: Vec::new(),
    };
    for (id, &row) in ids(lines.written, &lines.others)?.iter().zip(&lines.others) {
        let was = before.remove(id);
        compared.is_new.push(was.is_none());
        compared.changed.extend(was.map(|was| (was, row)));
    }
    compared.withdrawn = before.into_values().collect();
    compared.withdrawn.sort_unstable();
    // Both are read in the order of the published table, which spares going back and forth.
    compared.changed.sort_unstable();
    Ok(compared)
}

/// Single rows of a table in parts, best read in their order.
struct TableParts<'a> {
    tables: &'a [TableFile],
    names: Vec<&'static str>,
    /// The part that was read last: its number, its first row, its rows.
    open: Option<(usize, u64, TableRows<'a>)>,
}

impl<'a> TableParts<'a> {
    fn new(tables: &'a [TableFile], names: Vec<&'static str>) -> Self {
        Self {
            tables,
            names,
            open: None,
        }
    }

    /// A row, as rows and its place among them.
    fn at(&mut self, row: u64) -> Result<(&TableRows<'a>, usize), LogError> {
        let mut first = 0;
        let mut number = 0;
        while let Some(table) = self.tables.get(number) {
            if row < first + table.rows() {
                break;
            }
            first += table.rows();
            number += 1;
        }
        let open = match self.open.take() {
            Some(open) if open.0 == number => open,
            _ => (number, first, self.tables[number].select(&self.names)?),
        };
        let (_, first, rows) = self.open.insert(open);
        rows.read_row(row - *first)?;
        let place = (row - *first).saturating_sub(rows.batch().start) as usize;
        Ok((rows, place))
    }
}

/// Whose line it is.
struct Line {
    kind: &'static str,
    id: String,
    conversation_id: Option<String>,
    month: String,
    account: String,
    business: String,
    customer: String,
    message_id: String,
}

impl Line {
    fn adjustment(
        self,
        reason: AdjustmentReason,
        change: Change,
        before: Option<Side>,
        after: Option<Side>,
    ) -> Adjustment {
        let is_charge = self.kind == CHARGE;
        let (charge_id, conversation_id) = match is_charge {
            true => (Some(self.id), self.conversation_id),
            false => (None, Some(self.id)),
        };
        Adjustment {
            line: self.kind,
            month: self.month,
            account: self.account,
            business: self.business,
            customer: self.customer,
            message_id: self.message_id,
            charge_id,
            conversation_id,
            reason,
            change,
            before,
            after,
        }
    }
}

const CHARGE: &str = "charge";
const CONVERSATION: &str = "conversation";
/// The columns of a line, before those of its side.
const LINE_COLUMNS: usize = 7;

/// Single lines of a table.
struct Lines<'a> {
    kind: &'static str,
    rows: TableParts<'a>,
    /// The places of [`SIDE_WORDS`], where the table has them.
    words: [Option<usize>; SIDE_WORDS.len()],
    rate: Option<usize>,
    amount: Option<usize>,
    /// Whether the place after the instant is a local date.
    has_date: bool,
}

impl<'a> Lines<'a> {
    fn of_charges(tables: &'a [TableFile]) -> Self {
        let mut names = vec![
            "charge_id",
            "account",
            "business",
            "customer",
            "message_id",
            "charged_at",
            "local_date",
            "conversation_id",
        ];
        let first = names.len();
        names.extend(SIDE_WORDS);
        names.extend(["rate", "amount"]);
        let end = first + SIDE_WORDS.len();
        Self {
            kind: CHARGE,
            rows: TableParts::new(tables, names),
            words: std::array::from_fn(|place| Some(first + place)),
            rate: Some(end),
            amount: Some(end + 1),
            has_date: true,
        }
    }

    fn of_conversations(tables: &'a [TableFile]) -> Self {
        let names = vec![
            "conversation_id",
            "account",
            "business",
            "customer",
            "opened_by",
            "opened_at",
            "rule",
            "category",
        ];
        let mut words = [None; SIDE_WORDS.len()];
        for (place, word) in SIDE_WORDS.iter().enumerate() {
            words[place] = names.iter().position(|name| name == word);
        }
        Self {
            kind: CONVERSATION,
            rows: TableParts::new(tables, names),
            words,
            rate: None,
            amount: None,
            has_date: false,
        }
    }

    fn read(&mut self, row: u64) -> Result<(Line, Side)> {
        let (rows, place) = self.rows.at(row)?;
        let cell = |column: usize| rows.cell(column, place);
        let text = |column: usize| {
            cell(column)
                .text()
                .map(|text| String::from_utf8_lossy(text).into_owned())
        };
        let at = cell(5).integer();
        let date = match self.has_date {
            true => cell(6)
                .integer()
                .map(|days| LocalDate::from_days(days as i32)),
            // Of a conversation the table has no local date: that of its opening in UTC stands for it.
            false => at.map(|at| LocalDate::at_offset(Instant::from_micros(at), 0)),
        };
        let month = date.map(|date| date.month().to_string());
        let amount = |column: Option<usize>| {
            let text = column.and_then(text);
            text.map(|text| Amount::parse(&text)).transpose()
        };
        let side = Side {
            charged_at: at,
            month: month.clone(),
            words: self.words.map(|column| column.and_then(text)),
            rate: amount(self.rate)?,
            amount: amount(self.amount)?,
        };
        let word = |column: usize| text(column).unwrap_or_default();
        let line = Line {
            kind: self.kind,
            id: word(0),
            conversation_id: self.has_date.then(|| text(LINE_COLUMNS)).flatten(),
            month: month.unwrap_or_default(),
            account: word(1),
            business: word(2),
            customer: word(3),
            message_id: word(4),
        };
        Ok((line, side))
    }
}
