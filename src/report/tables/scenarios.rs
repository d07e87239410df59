//! The tables of what-if: lines and figures of every scenario, and what moved.

use anyhow::Result;

use super::charges::push_amount;
use super::files::write_small;
use super::frame::{Cells, ColumnKind as Kind, ColumnSpec, Columns, Decimals, Texts, Words};
use crate::pricing::Line;
use crate::run::output::Folder;
use crate::whatif::cells::CellKey;
use crate::whatif::comparison::{Figures, MovedPair};

/// The columns of `scenario_lines`: those of `lines`, behind the scenario.
const LINE_COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("scenario", Kind::Word),
    ColumnSpec::required("account", Kind::Word),
    ColumnSpec::required("business", Kind::Word),
    ColumnSpec::required("month", Kind::Word),
    ColumnSpec::required("market", Kind::Word),
    ColumnSpec::required("category", Kind::Word),
    ColumnSpec::required("pricing_type", Kind::Word),
    ColumnSpec::nullable("tier", Kind::Word),
    ColumnSpec::nullable("rate_card", Kind::Word),
    ColumnSpec::required("currency", Kind::Word),
    ColumnSpec::required("state", Kind::Word),
    ColumnSpec::required("quantity", Kind::Count),
    ColumnSpec::nullable("rate", Kind::Decimal),
    ColumnSpec::nullable("amount", Kind::Decimal),
];

/// The columns of `comparison`: the figures of every cell.
const COMPARISON_COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("scenario", Kind::Word),
    ColumnSpec::required("currency", Kind::Word),
    ColumnSpec::required("account", Kind::Word),
    ColumnSpec::required("business", Kind::Word),
    ColumnSpec::required("month", Kind::Word),
    ColumnSpec::required("market", Kind::Word),
    ColumnSpec::required("category", Kind::Word),
    ColumnSpec::required("rated", Kind::Count),
    ColumnSpec::required("free", Kind::Count),
    ColumnSpec::required("unrated", Kind::Count),
    ColumnSpec::required("estimated", Kind::Count),
    ColumnSpec::required("conversations", Kind::Count),
    ColumnSpec::required("amount", Kind::Decimal),
    ColumnSpec::required("charges", Kind::Decimal),
    ColumnSpec::required("discount", Kind::Decimal),
    ColumnSpec::required("provider", Kind::Decimal),
];

/// The columns of `moved_pairs`.
const PAIR_COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("scenario", Kind::Word),
    ColumnSpec::required("business", Kind::Word),
    ColumnSpec::required("currency", Kind::Word),
    ColumnSpec::required("customer", Kind::Text),
    ColumnSpec::required("base_units", Kind::Count),
    ColumnSpec::required("units", Kind::Count),
    ColumnSpec::required("base_amount", Kind::Decimal),
    ColumnSpec::required("amount", Kind::Decimal),
];

/// The columns of `moved_messages`.
const MESSAGE_COLUMNS: &[ColumnSpec] = &[
    ColumnSpec::required("scenario", Kind::Word),
    ColumnSpec::nullable("base_category", Kind::Word),
    ColumnSpec::nullable("base_pricing_type", Kind::Word),
    ColumnSpec::nullable("base_currency", Kind::Word),
    ColumnSpec::nullable("category", Kind::Word),
    ColumnSpec::nullable("pricing_type", Kind::Word),
    ColumnSpec::nullable("currency", Kind::Word),
    ColumnSpec::required("message_id", Kind::Text),
    ColumnSpec::required("base_units", Kind::Count),
    ColumnSpec::required("units", Kind::Count),
    ColumnSpec::nullable("base_amount", Kind::Decimal),
    ColumnSpec::nullable("amount", Kind::Decimal),
];

/// A message that moved, as the table shows it: the first charge of each side, and the sums. Rows stand in the
/// order of their fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MovedMessageRow {
    /// The scenario.
    pub scenario: String,
    /// Meta's id, or the exporter's.
    pub message_id: String,
    /// How the base charges it.
    pub base: MovedSide,
    /// How the scenario charges it.
    pub moved: MovedSide,
}

/// How one side charges a message; without units it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MovedSide {
    /// Category, pricing type, currency.
    pub words: Option<[String; 3]>,
    /// Units.
    pub units: u64,
    /// What they cost, where that is known.
    pub amount: Option<crate::tariff::Amount>,
}

/// Writes `scenario_lines`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_lines(lines: &[(&str, &Line)], csv: bool, folder: &Folder) -> Result<u64> {
    let push = |(scenario, line): &(&str, &Line), row: &mut Row<11, 1, 2>| {
        let month = line.month.to_string();
        row.words([
            Some(scenario),
            Some(&line.account),
            Some(&line.business),
            Some(&month),
            Some(&line.market),
            Some(line.category.0.name()),
            Some(line.pricing_type.0.name()),
            line.tier.as_ref().map(|tier| &*tier.label),
            line.rate_card.as_deref(),
            Some(line.currency.code()),
            Some(line.state.0.name()),
        ]);
        row.counts([line.quantity]);
        row.amounts([line.rate, line.amount]);
    };
    write_small("scenario_lines", LINE_COLUMNS, lines, push, csv, folder)
}

/// Writes `comparison`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_comparison(
    cells: &[(&str, &CellKey, &Figures)],
    csv: bool,
    folder: &Folder,
) -> Result<u64> {
    let push = |(scenario, key, figures): &(&str, &CellKey, &Figures), row: &mut Row<7, 5, 4>| {
        let month = key.month.to_string();
        row.words([
            Some(scenario),
            Some(&key.currency),
            Some(&key.account),
            Some(&key.business),
            Some(&month),
            Some(&key.market),
            Some(key.category),
        ]);
        row.counts([
            figures.rated,
            figures.free,
            figures.unrated,
            figures.estimated,
            figures.conversations,
        ]);
        row.amounts([
            Some(figures.amount),
            Some(figures.charges),
            Some(figures.discount),
            Some(figures.provider),
        ]);
    };
    write_small("comparison", COMPARISON_COLUMNS, cells, push, csv, folder)
}

/// Writes `moved_pairs`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_moved_pairs(pairs: &[(&str, &MovedPair)], csv: bool, folder: &Folder) -> Result<u64> {
    let push = |(scenario, pair): &(&str, &MovedPair), row: &mut Row<3, 2, 2>| {
        row.words([Some(scenario), Some(&pair.business), Some(&pair.currency)]);
        row.text(&pair.customer);
        row.counts([pair.base_units, pair.units]);
        row.amounts([Some(pair.base), Some(pair.amount)]);
    };
    write_small("moved_pairs", PAIR_COLUMNS, pairs, push, csv, folder)
}

/// Writes `moved_messages`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_moved_messages(
    messages: &[MovedMessageRow],
    csv: bool,
    folder: &Folder,
) -> Result<u64> {
    let push = |message: &MovedMessageRow, row: &mut Row<7, 2, 2>| {
        let words = |side: &MovedSide| {
            side.words
                .clone()
                .map_or([None, None, None], |words| words.map(Some))
        };
        let [base, moved] = [words(&message.base), words(&message.moved)];
        let sides = base.iter().chain(&moved).map(Option::as_deref);
        let mut cells = [None; 7];
        cells[0] = Some(message.scenario.as_str());
        for (cell, word) in cells[1..].iter_mut().zip(sides) {
            *cell = word;
        }
        row.words(cells);
        row.text(&message.message_id);
        row.counts([message.base.units, message.moved.units]);
        row.amounts([message.base.amount, message.moved.amount]);
    };
    write_small(
        "moved_messages",
        MESSAGE_COLUMNS,
        messages,
        push,
        csv,
        folder,
    )
}

/// The columns of these tables: words, then a text where there is one, then counts, then amounts.
struct Row<const WORDS: usize, const COUNTS: usize, const AMOUNTS: usize> {
    words: [Words; WORDS],
    /// Of which nearly every cell differs: a dictionary would only grow.
    text: Option<Texts>,
    counts: [Vec<i64>; COUNTS],
    amounts: [Decimals; AMOUNTS],
}

impl<const WORDS: usize, const COUNTS: usize, const AMOUNTS: usize> Default
    for Row<WORDS, COUNTS, AMOUNTS>
{
    fn default() -> Self {
        Self {
            words: std::array::from_fn(|_| Words::default()),
            text: None,
            counts: std::array::from_fn(|_| Vec::new()),
            amounts: std::array::from_fn(|_| Decimals::default()),
        }
    }
}

impl<const WORDS: usize, const COUNTS: usize, const AMOUNTS: usize> Row<WORDS, COUNTS, AMOUNTS> {
    fn words(&mut self, cells: [Option<&str>; WORDS]) {
        for (column, cell) in self.words.iter_mut().zip(cells) {
            match cell {
                Some(cell) => column.push_word(cell),
                None => column.push_null(),
            }
        }
    }

    fn text(&mut self, cell: &str) {
        let text = self.text.get_or_insert_default();
        text.push(cell.as_bytes());
    }

    fn counts(&mut self, cells: [u64; COUNTS]) {
        for (column, cell) in self.counts.iter_mut().zip(cells) {
            column.push(cell as i64);
        }
    }

    fn amounts(&mut self, cells: [Option<crate::tariff::Amount>; AMOUNTS]) {
        for (column, cell) in self.amounts.iter_mut().zip(cells) {
            push_amount(cell, column);
        }
    }
}

impl<const WORDS: usize, const COUNTS: usize, const AMOUNTS: usize> Columns
    for Row<WORDS, COUNTS, AMOUNTS>
{
    fn clear_rows(&mut self) {
        self.words.iter_mut().for_each(Words::clear_rows);
        self.text.iter_mut().for_each(Texts::clear_rows);
        self.counts.iter_mut().for_each(Vec::clear);
        self.amounts.iter_mut().for_each(Decimals::clear_rows);
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        let words = self.words.iter().map(Cells::Words);
        let counts = self.counts.iter().map(|counts| Cells::Integers(counts));
        let amounts = self.amounts.iter().map(Cells::Decimals);
        let text = self.text.iter().map(Cells::Text);
        words.chain(text).chain(counts).chain(amounts).collect()
    }
}
