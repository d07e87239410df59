//! The table of adjustments: what changed of lines that an earlier run has published.

use anyhow::Result;

use super::charges::push_amount;
use super::files::write_small;
use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Columns, Decimals, Texts, Words};
use crate::run::output::Folder;
use crate::tariff::Amount;
use crate::vocabulary::named_enum;

/// The columns of `adjustments`. Sums of `amount` over the charges of all runs plus those of `amount_after` less
/// `amount_before` are the sums of one run over the whole log.
pub const COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("line", Kind::Word),
    ColumnSpec::nullable("charge_id", Kind::Text),
    ColumnSpec::nullable("conversation_id", Kind::Text),
    ColumnSpec::required("reason", Kind::Word),
    ColumnSpec::required("change", Kind::Word),
    ColumnSpec::required("account", Kind::Word),
    ColumnSpec::required("business", Kind::Word),
    ColumnSpec::required("customer", Kind::Text),
    ColumnSpec::required("message_id", Kind::Text),
    ColumnSpec::required("month", Kind::Word),
    ColumnSpec::nullable("currency", Kind::Word),
    ColumnSpec::nullable("charged_at_before", Kind::Instant),
    ColumnSpec::nullable("charged_at_after", Kind::Instant),
    ColumnSpec::nullable("month_before", Kind::Word),
    ColumnSpec::nullable("month_after", Kind::Word),
    ColumnSpec::nullable("rule_before", Kind::Word),
    ColumnSpec::nullable("rule_after", Kind::Word),
    ColumnSpec::nullable("category_before", Kind::Word),
    ColumnSpec::nullable("category_after", Kind::Word),
    ColumnSpec::nullable("pricing_type_before", Kind::Word),
    ColumnSpec::nullable("pricing_type_after", Kind::Word),
    ColumnSpec::nullable("market_before", Kind::Word),
    ColumnSpec::nullable("market_after", Kind::Word),
    ColumnSpec::nullable("tier_before", Kind::Word),
    ColumnSpec::nullable("tier_after", Kind::Word),
    ColumnSpec::nullable("rate_card_before", Kind::Word),
    ColumnSpec::nullable("rate_card_after", Kind::Word),
    ColumnSpec::nullable("currency_before", Kind::Word),
    ColumnSpec::nullable("currency_after", Kind::Word),
    ColumnSpec::nullable("state_before", Kind::Word),
    ColumnSpec::nullable("state_after", Kind::Word),
    ColumnSpec::nullable("rate_before", Kind::Decimal),
    ColumnSpec::nullable("rate_after", Kind::Decimal),
    ColumnSpec::nullable("amount_before", Kind::Decimal),
    ColumnSpec::nullable("amount_after", Kind::Decimal),
];

named_enum! {
    /// Why a published line changed.
    pub enum AdjustmentReason {
        /// The message was delivered at another instant than was known.
        LateDelivery = "late_delivery",
        /// A row came late: of this message, or of another one that decides about it.
        LateRow = "late_row",
        /// Its category is another one by what came later (D-7).
        Recategorisation = "recategorisation",
        /// Its rank in the month moved over the edge of a volume tier.
        TierKnockOn = "tier_knock_on",
        /// Its rank in the month moved over the edge of an allowance (C22-3, C23-6, P26-2).
        AllowanceKnockOn = "allowance_knock_on",
        /// A row came after its time was settled: what is charged for it is an estimate.
        BeyondHorizon = "beyond_horizon",
    }
}

named_enum! {
    /// What happened to a line.
    pub enum Change {
        /// It has another content.
        Changed = "changed",
        /// It does not exist any more.
        Withdrawn = "withdrawn",
        /// It came into a month that is closed, or into a time that is settled.
        Added = "added",
    }
}

/// A line as it stood, or stands, in its table.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// The instant of T-3; the opening of a conversation.
    pub charged_at: Option<i64>,
    /// Local month.
    pub month: Option<String>,
    /// Rule, category, pricing type, market, tier, card, currency and state, as the table writes them.
    pub words: [Option<String>; SIDE_WORDS.len()],
    /// The price of one unit.
    pub rate: Option<Amount>,
    /// The amount.
    pub amount: Option<Amount>,
}

/// The words of a side, by column of its table.
pub const SIDE_WORDS: [&str; 8] = [
    "rule",
    "category",
    "pricing_type",
    "market",
    "tier",
    "rate_card",
    "currency",
    "state",
];

/// A row of the table; rows are ordered as their fields stand here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Adjustment {
    /// `charge` or `conversation`.
    pub line: &'static str,
    /// Local month, of the line as it stands now, else as it stood.
    pub month: String,
    /// Account.
    pub account: String,
    /// Business number.
    pub business: String,
    /// Customer.
    pub customer: String,
    /// Message of the charge, or the one that opened the conversation.
    pub message_id: String,
    /// The charge.
    pub charge_id: Option<String>,
    /// The conversation.
    pub conversation_id: Option<String>,
    /// Why.
    pub reason: AdjustmentReason,
    /// What happened.
    pub change: Change,
    /// The line as it was published; none where it was not.
    pub before: Option<Side>,
    /// The line as it stands; none where it does not.
    pub after: Option<Side>,
}

impl Side {
    /// A word, by the column of its table.
    pub fn word(&self, column: &str) -> Option<&str> {
        let place = SIDE_WORDS.iter().position(|word| *word == column)?;
        self.words[place].as_deref()
    }
}

impl Adjustment {
    /// The currency of the line as it stands now, else as it stood.
    pub fn currency(&self) -> Option<&str> {
        let side = self.after.as_ref().or(self.before.as_ref())?;
        side.word("currency")
    }
}

/// Writes the table.
///
/// # Errors
/// If a file cannot be written.
pub fn write(rows: &[Adjustment], csv: bool, folder: &Folder) -> Result<u64> {
    let push = AdjustmentColumns::push;
    write_small("adjustments", COLUMNS, rows, push, csv, folder)
}

/// The words before the sides.
const WORDS: usize = 7;

#[derive(Default)]
struct AdjustmentColumns {
    ids: [Texts; 2],
    texts: [Texts; 2],
    words: [Words; WORDS],
    charged_at: [Vec<Option<i64>>; 2],
    months: [Words; 2],
    sides: [[Words; 2]; SIDE_WORDS.len()],
    rates: [Decimals; 2],
    amounts: [Decimals; 2],
}

impl AdjustmentColumns {
    fn push(row: &Adjustment, columns: &mut Self) {
        let ids = [&row.charge_id, &row.conversation_id];
        for (column, id) in columns.ids.iter_mut().zip(ids) {
            match id {
                Some(id) => column.push(id.as_bytes()),
                None => column.push_null(),
            }
        }
        for (column, text) in columns
            .texts
            .iter_mut()
            .zip([&row.customer, &row.message_id])
        {
            column.push(text.as_bytes());
        }
        let words = [
            Some(row.line),
            Some(row.reason.name()),
            Some(row.change.name()),
            Some(&*row.account),
            Some(&*row.business),
            Some(&*row.month),
            row.currency(),
        ];
        for (column, word) in columns.words.iter_mut().zip(words) {
            push_word(column, word);
        }
        let nothing = Side::default();
        for (place, side) in [&row.before, &row.after].into_iter().enumerate() {
            let side = side.as_ref().unwrap_or(&nothing);
            columns.charged_at[place].push(side.charged_at);
            push_word(&mut columns.months[place], side.month.as_deref());
            for (columns, word) in columns.sides.iter_mut().zip(&side.words) {
                push_word(&mut columns[place], word.as_deref());
            }
            push_amount(side.rate, &mut columns.rates[place]);
            push_amount(side.amount, &mut columns.amounts[place]);
        }
    }
}

fn push_word(column: &mut Words, word: Option<&str>) {
    match word {
        Some(word) => column.push_word(word),
        None => column.push_null(),
    }
}

impl Columns for AdjustmentColumns {
    fn clear_rows(&mut self) {
        self.ids.iter_mut().for_each(Texts::clear_rows);
        self.texts.iter_mut().for_each(Texts::clear_rows);
        let sides = self.sides.iter_mut().flatten();
        let words = self.words.iter_mut().chain(&mut self.months).chain(sides);
        words.for_each(Words::clear_rows);
        self.charged_at.iter_mut().for_each(Vec::clear);
        let decimals = self.rates.iter_mut().chain(&mut self.amounts);
        decimals.for_each(Decimals::clear_rows);
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        let [line, reason, change, account, business, month, currency] = &self.words;
        let ([charge, conversation], [customer, message]) = (&self.ids, &self.texts);
        let mut cells = vec![
            Cells::Words(line),
            Cells::Text(charge),
            Cells::Text(conversation),
            Cells::Words(reason),
            Cells::Words(change),
            Cells::Words(account),
            Cells::Words(business),
            Cells::Text(customer),
            Cells::Text(message),
            Cells::Words(month),
            Cells::Words(currency),
        ];
        cells.extend(self.charged_at.iter().map(|column| Cells::Instants(column)));
        cells.extend(self.months.iter().map(Cells::Words));
        cells.extend(self.sides.iter().flatten().map(Cells::Words));
        let decimals = self.rates.iter().chain(&self.amounts);
        cells.extend(decimals.map(Cells::Decimals));
        cells
    }
}
