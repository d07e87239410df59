//! Lines that were published and may still change, held against those that the run has come to: what is new, and
//! what is adjusted.

use std::collections::BTreeSet;

use anyhow::Result;
use hashbrown::HashMap;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::log::{LogError, TableCell, TableFile, TableRows};
use crate::report::tables::{
    Adjustment, AdjustmentReason, CHARGE_COLUMNS, CONVERSATION_COLUMNS, Change, ColumnSpec,
    SIDE_WORDS, Side,
};
use crate::tariff::Amount;
use crate::vocabulary::{Instant, LocalDate};

/// The tables of lines that may still change.
#[derive(Debug)]
pub struct Published {
    /// Charges.
    pub charges: TableFile,
    /// Conversations.
    pub conversations: TableFile,
}

/// What a run adds to what was published.
#[derive(Debug, Default)]
pub struct News {
    /// By row of the charges that the run has come to: whether it is new.
    pub charges: Vec<bool>,
    /// By row of its conversations: whether it is new, or stands otherwise.
    pub conversations: Vec<bool>,
    /// Lines that changed, in the order of their table.
    pub adjustments: Vec<Adjustment>,
}

/// Which lines can no longer be published as such.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'a> {
    /// Charges before are settled.
    pub before: Instant,
    /// Local months that are closed.
    pub months: &'a BTreeSet<String>,
}

impl News {
    /// Holds the lines that a run has come to against those that were published.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn of(published: &Published, now: &Published, closed: Closed<'_>) -> Result<Self> {
        let mut news = Self::default();
        news.compare_charges(&published.charges, &now.charges, closed)?;
        news.compare_conversations(&published.conversations, &now.conversations)?;
        news.adjustments.sort_unstable();
        Ok(news)
    }

    fn compare_charges(
        &mut self,
        published: &TableFile,
        now: &TableFile,
        closed: Closed<'_>,
    ) -> Result<()> {
        let compared = compare(published, now, CHARGE_COLUMNS)?;
        self.charges = compared.is_new;
        let mut before = Lines::of_charges(published)?;
        let mut after = Lines::of_charges(now)?;
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
        for row in 0..self.charges.len() {
            if !self.charges[row] {
                continue;
            }
            let (line, side) = after.read(row as u64)?;
            let at = side.charged_at.map_or(Instant::MAX, Instant::from_micros);
            let reason = if at < closed.before {
                AdjustmentReason::BeyondHorizon
            } else if closed.months.contains(&line.month) {
                AdjustmentReason::LateRow
            } else {
                continue;
            };
            self.charges[row] = false;
            self.adjustments
                .push(line.adjustment(reason, Change::Added, None, Some(side)));
        }
        Ok(())
    }

    fn compare_conversations(&mut self, published: &TableFile, now: &TableFile) -> Result<()> {
        let compared = compare(published, now, CONVERSATION_COLUMNS)?;
        self.conversations = compared.is_new;
        for (_, row) in compared.changed {
            self.conversations[row as usize] = true;
        }
        let mut before = Lines::of_conversations(published)?;
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

/// How the rows of two tables meet by their ids, which stand in the first column.
struct Compared {
    is_new: Vec<bool>,
    changed: Vec<(u64, u64)>,
    withdrawn: Vec<u64>,
}

fn compare(
    published: &TableFile,
    now: &TableFile,
    columns: &[ColumnSpec],
) -> Result<Compared, LogError> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let (before, after) = rayon::join(|| marks(published, &names), || marks(now, &names));
    let known = before?.into_iter().zip(0..);
    let mut known: HashMap<u128, (u64, u64)> = known
        .map(|(mark, row)| (mark.id, (row, mark.content)))
        .collect();
    let mut compared = Compared {
        is_new: Vec::with_capacity(now.rows() as usize),
        changed: Vec::new(),
        withdrawn: Vec::new(),
    };
    for (mark, row) in after?.into_iter().zip(0..) {
        let known = known.remove(&mark.id);
        compared.is_new.push(known.is_none());
        if let Some((was, _)) = known.filter(|&(_, content)| content != mark.content) {
            compared.changed.push((was, row));
        }
    }
    compared.withdrawn = known.into_values().map(|(row, _)| row).collect();
    compared.withdrawn.sort_unstable();
    // Both are read in the order of the published table, which spares going back and forth.
    compared.changed.sort_unstable();
    Ok(compared)
}

/// Hashes by which a row is known, and by which it is seen to say something else.
struct Mark {
    id: u128,
    content: u64,
}

/// The marks of a table's rows, in their order.
fn marks(table: &TableFile, names: &[&str]) -> Result<Vec<Mark>, LogError> {
    let mut marks = Vec::with_capacity(table.rows() as usize);
    let mut rows = table.select(names)?;
    while rows.next_batch()? {
        for row in 0..rows.len() {
            let mut hash = Xxh3::new();
            for column in 0..names.len() {
                match rows.cell(column, row) {
                    TableCell::Null => hash.update(&[0]),
                    TableCell::Integer(number) => {
                        hash.update(&[1]);
                        hash.update(&number.to_le_bytes());
                    }
                    TableCell::Text(text) => {
                        hash.update(&[2]);
                        hash.update(&(text.len() as u64).to_le_bytes());
                        hash.update(text);
                    }
                }
            }
            marks.push(Mark {
                id: xxh3_128(rows.cell(0, row).text().unwrap_or_default()),
                content: hash.digest(),
            });
        }
    }
    Ok(marks)
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

/// Single rows of a table.
struct Lines<'a> {
    kind: &'static str,
    rows: TableRows<'a>,
    /// The places of [`SIDE_WORDS`], where the table has them.
    words: [Option<usize>; SIDE_WORDS.len()],
    rate: Option<usize>,
    amount: Option<usize>,
    /// Whether the place after the instant is a local date.
    has_date: bool,
}

impl<'a> Lines<'a> {
    fn of_charges(table: &'a TableFile) -> Result<Self, LogError> {
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
        Ok(Self {
            kind: CHARGE,
            rows: table.select(&names)?,
            words: std::array::from_fn(|place| Some(first + place)),
            rate: Some(end),
            amount: Some(end + 1),
            has_date: true,
        })
    }

    fn of_conversations(table: &'a TableFile) -> Result<Self, LogError> {
        let names = [
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
        Ok(Self {
            kind: CONVERSATION,
            rows: table.select(&names)?,
            words,
            rate: None,
            amount: None,
            has_date: false,
        })
    }

    fn read(&mut self, row: u64) -> Result<(Line, Side)> {
        anyhow::ensure!(self.rows.read_row(row)?, "row {row} of a table is gone");
        let place = (row - self.rows.batch().start) as usize;
        let cell = |column: usize| self.rows.cell(column, place);
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
