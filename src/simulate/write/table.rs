//! Rows as the columns of the canonical log, a page at a time.

use std::borrow::Cow;

use anyhow::Result;

use super::words::{marks, type_of, written};
use crate::log::Column;
use crate::report::tables::csv;
use crate::report::tables::frame::{Cells, ColumnKind, ColumnSpec, Texts, Words};
use crate::report::tables::parquet::{RowGroup, Schema};
use crate::simulate::ids;
use crate::simulate::message::{ERRORS_FROM, Kind};
use crate::simulate::model::{Model, Shape};
use crate::simulate::rows::{Flaw, Row, carries_marks};
use crate::vocabulary::{Direction, EntryPoint, MICROS_PER_SECOND, Status};

/// Rows of a page: its columns fit the processor's cache.
const PAGE_ROWS: usize = 1 << 13;

/// The columns of a log in the order of the contract.
const COLUMNS: [Column; 18] = [
    Column::MessageId,
    Column::Timestamp,
    Column::Direction,
    Column::Business,
    Column::Customer,
    Column::Type,
    Column::Category,
    Column::Template,
    Column::Status,
    Column::DeliveredAt,
    Column::EntryPoint,
    Column::Account,
    Column::Channel,
    Column::ErrorCode,
    Column::MetaPricingModel,
    Column::MetaBillable,
    Column::MetaPricingType,
    Column::MetaCategory,
];

/// The table of a model's log.
pub struct Table<'m> {
    /// What words stand for.
    pub model: &'m Model,
    specs: Vec<ColumnSpec>,
    /// Whether a message's delivery stands on its one row.
    has_deliveries: bool,
}

impl<'m> Table<'m> {
    /// The table of a model's log.
    pub fn new(model: &'m Model) -> Self {
        let has_deliveries = model.shape == Shape::MessageRows;
        let columns = COLUMNS.iter();
        let columns = columns.filter(|&&column| has_deliveries || column != Column::DeliveredAt);
        Self {
            model,
            specs: columns.map(|&column| spec(column)).collect(),
            has_deliveries,
        }
    }

    /// Its columns.
    pub fn specs(&self) -> &[ColumnSpec] {
        &self.specs
    }

    /// Its header as CSV.
    ///
    /// # Errors
    /// None in practice: the bytes go to memory.
    pub fn header(&self) -> Result<Vec<u8>> {
        csv::header(&self.specs)
    }
}

fn spec(column: Column) -> ColumnSpec {
    let kind = match column {
        Column::MessageId | Column::Customer => ColumnKind::Text,
        column if column.is_instant() => ColumnKind::Instant,
        _ => ColumnKind::Word,
    };
    ColumnSpec::nullable(column.name(), kind)
}

/// A group of rows, column by column; words keep their numbers throughout.
pub struct Group<'t> {
    table: &'t Table<'t>,
    message_id: Texts,
    timestamp: Vec<Option<i64>>,
    direction: Words,
    business: Words,
    customer: Texts,
    kind: Words,
    category: Words,
    template: Words,
    status: Words,
    delivered_at: Vec<Option<i64>>,
    entry_point: Words,
    account: Words,
    channel: Words,
    error_code: Words,
    marks: [Words; 4],
}

impl<'t> Group<'t> {
    /// A group without rows.
    pub fn new(table: &'t Table<'t>) -> Self {
        Self {
            table,
            message_id: Texts::default(),
            timestamp: Vec::new(),
            direction: Words::default(),
            business: Words::default(),
            customer: Texts::default(),
            kind: Words::default(),
            category: Words::default(),
            template: Words::default(),
            status: Words::default(),
            delivered_at: Vec::new(),
            entry_point: Words::default(),
            account: Words::default(),
            channel: Words::default(),
            error_code: Words::default(),
            marks: Default::default(),
        }
    }

    /// The rows as a row group of Parquet.
    ///
    /// # Errors
    /// If the encoder fails: a bug, or no memory.
    pub fn parquet(mut self, schema: &Schema, rows: &[Row]) -> Result<RowGroup> {
        let mut group = schema.row_group()?;
        for rows in rows.chunks(PAGE_ROWS) {
            self.fill(rows);
            schema.add_page(&self.cells(), &mut group)?;
        }
        schema.add_dictionaries(&self.cells(), &mut group);
        Ok(group)
    }

    /// The rows as CSV.
    ///
    /// # Errors
    /// None in practice: the bytes go to memory.
    pub fn csv(mut self, rows: &[Row]) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        for rows in rows.chunks(PAGE_ROWS) {
            self.fill(rows);
            csv::append(self.table.specs(), &self.cells(), &mut text)?;
        }
        Ok(text)
    }

    fn cells(&self) -> Vec<Cells<'_>> {
        let mut cells = vec![
            Cells::Text(&self.message_id),
            Cells::Instants(&self.timestamp),
            Cells::Words(&self.direction),
            Cells::Words(&self.business),
            Cells::Text(&self.customer),
            Cells::Words(&self.kind),
            Cells::Words(&self.category),
            Cells::Words(&self.template),
            Cells::Words(&self.status),
        ];
        if self.table.has_deliveries {
            cells.push(Cells::Instants(&self.delivered_at));
        }
        cells.extend([
            Cells::Words(&self.entry_point),
            Cells::Words(&self.account),
            Cells::Words(&self.channel),
            Cells::Words(&self.error_code),
        ]);
        cells.extend(self.marks.iter().map(Cells::Words));
        cells
    }

    fn fill(&mut self, rows: &[Row]) {
        self.message_id.clear_rows();
        self.customer.clear_rows();
        self.timestamp.clear();
        self.delivered_at.clear();
        for words in [
            &mut self.direction,
            &mut self.business,
            &mut self.kind,
            &mut self.category,
            &mut self.template,
            &mut self.status,
            &mut self.entry_point,
            &mut self.account,
            &mut self.channel,
            &mut self.error_code,
        ] {
            words.clear_rows();
        }
        self.marks.iter_mut().for_each(Words::clear_rows);
        for row in rows {
            self.push(row);
        }
    }

    fn push(&mut self, row: &Row) {
        let model = self.table.model;
        let message = &row.message;
        let mut id = [0; ids::ID_BYTES];
        ids::write(message.id, &mut id);
        self.message_id.push(&id);
        self.timestamp.push(Some(row.at * MICROS_PER_SECOND));
        let direction = match message.kind.is_outbound() {
            true => Direction::Outbound,
            false => Direction::Inbound,
        };
        put(&mut self.direction, direction as usize, direction.name());
        let place = usize::from(message.business);
        let business = &model.businesses[place];
        put(&mut self.business, place, &business.number);
        put(&mut self.account, place, &business.account);
        let mut digits = [0; 20];
        self.customer.push(written(row.customer(), &mut digits));
        put(&mut self.kind, message.kind as usize, type_of(message.kind));
        let template = usize::from(message.template);
        let template = (message.kind == Kind::Template).then_some(template);
        put_some(
            &mut self.template,
            template.map(|place| (place, model.templates[place].name.as_str())),
        );
        let category = template.map(|place| model.templates[place].category);
        put_some(
            &mut self.category,
            category.map(|category| (category as usize, category.name())),
        );
        let status = row.status.map(|status| (status as usize, status.name()));
        put_some(&mut self.status, status);
        if self.table.has_deliveries {
            let delivered = message.delivered();
            self.delivered_at
                .push(delivered.map(|at| at * MICROS_PER_SECOND));
        }
        let source = message.entry_point;
        put_some(
            &mut self.entry_point,
            source.map(|source: EntryPoint| (source as usize, source.name())),
        );
        let channel = match row.flaw {
            Flaw::WrongChannel => "sms",
            _ => "whatsapp",
        };
        put(
            &mut self.channel,
            usize::from(row.flaw == Flaw::WrongChannel),
            channel,
        );
        let has_failed = row.status == Some(Status::Failed);
        match has_failed {
            true => self.error_code.push_code(usize::from(message.error), || {
                Cow::Owned((ERRORS_FROM + u32::from(message.error)).to_string())
            }),
            false => self.error_code.push_null(),
        }
        let is_marked = carries_marks(row, model.shape) && row.flaw != Flaw::MissingMarks;
        let marks = match is_marked {
            true => marks(message.mark, category),
            false => [None; 4],
        };
        for (words, mark) in self.marks.iter_mut().zip(marks) {
            put_some(words, mark);
        }
    }
}

fn put(words: &mut Words, number: usize, word: &str) {
    words.push_code(number, || Cow::Borrowed(word));
}

fn put_some(words: &mut Words, word: Option<(usize, &str)>) {
    match word {
        Some((number, word)) => put(words, number, word),
        None => words.push_null(),
    }
}
