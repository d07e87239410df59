//! Writes what the program reads: the log in one of two shapes, and the template registry.

use super::instant::rfc3339;
use super::{Case, Fate, Message};

const COLUMNS: [&str; 25] = [
    "message_id",
    "timestamp",
    "direction",
    "business",
    "customer",
    "type",
    "category",
    "template",
    "status",
    "delivered_at",
    "entry_point",
    "account",
    "group",
    "channel",
    "origin",
    "seen_at",
    "meta_pricing_type",
    "meta_category",
    "meta_conversation_origin",
    "meta_expires_at",
    "meta_pricing_subtype",
    "max_price",
    "meta_cost",
    "meta_cost_currency",
    "inferred",
];
/// Columns that every status row of a message carries; the others stand on its first row only.
const ON_EVERY_ROW: [&str; 9] = [
    "message_id",
    "timestamp",
    "direction",
    "business",
    "customer",
    "account",
    "group",
    "channel",
    "origin",
];

/// How the same messages are told. A log with raw rows has only those, told in both orders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// One row per message, rows in the order of the table.
    RowPerMessage,
    /// One row per status of a message, the last one first: the order of rows never matters (T-5).
    RowPerStatus,
}

impl Shape {
    pub fn fitting(case: &Case) -> Vec<Shape> {
        let one_row_each = case
            .messages
            .iter()
            .all(|message| message.fate.fits_one_row());
        let shapes = [
            (one_row_each, Shape::RowPerMessage),
            (true, Shape::RowPerStatus),
        ];
        shapes
            .into_iter()
            .filter_map(|(fits, shape)| fits.then_some(shape))
            .collect()
    }
}

/// A row of the log and the message line it tells of.
pub struct Row<'a> {
    pub message: &'a Message,
    pub text: String,
}

pub fn header() -> String {
    COLUMNS.join(",")
}

pub fn rows(case: &Case, shape: Shape) -> Vec<Row<'_>> {
    let mut rows: Vec<Row> = case
        .messages
        .iter()
        .flat_map(|message| message_rows(message, shape))
        .collect();
    if shape == Shape::RowPerStatus {
        rows.reverse();
    }
    rows
}

fn message_rows(message: &Message, shape: Shape) -> Vec<Row<'_>> {
    let per_message = shape == Shape::RowPerMessage;
    let statuses = match &message.fate {
        Fate::Received { at } => vec![("", *at, None)],
        Fate::RawRow {
            at,
            status,
            delivered_at,
        } => vec![(status.as_str(), *at, *delivered_at)],
        Fate::Delivered { sent, delivered } if per_message => vec![("", *sent, Some(*delivered))],
        Fate::Delivered { sent, delivered } => {
            vec![("sent", *sent, None), ("delivered", *delivered, None)]
        }
        Fate::Undelivered { sent } if per_message => vec![("", *sent, None)],
        Fate::Undelivered { sent } => vec![("accepted", *sent, None), ("sent", *sent, None)],
        Fate::Failed { at, .. } if per_message => vec![("failed", *at, None)],
        Fate::Failed { sent, at } => vec![("sent", *sent, None), ("failed", *at, None)],
        Fate::Statuses { sent, later } => {
            let later = later.iter().map(|(status, at)| (*status, *at, None));
            std::iter::once(("sent", *sent, None))
                .chain(later)
                .collect()
        }
    };
    let last = statuses.len() - 1;
    let row = |(index, (status, at, delivered_at)): (usize, (&str, _, Option<_>))| {
        let cell = |column: &str| match column {
            "timestamp" => rfc3339(at),
            "status" => status.to_string(),
            "delivered_at" => delivered_at.map(rfc3339).unwrap_or_default(),
            mark if mark.starts_with("meta_") => {
                if index == last {
                    own_cell(message, mark)
                } else {
                    String::new()
                }
            }
            column if index == 0 || ON_EVERY_ROW.contains(&column) => own_cell(message, column),
            _ => String::new(),
        };
        Row {
            message,
            text: csv_line(COLUMNS.map(cell)),
        }
    };
    statuses.into_iter().enumerate().map(row).collect()
}

fn own_cell(message: &Message, column: &str) -> String {
    match column {
        "message_id" => message.id.clone(),
        "direction" => if message.inbound {
            "inbound"
        } else {
            "outbound"
        }
        .to_string(),
        "business" => message.business.clone(),
        "customer" => message.customer.clone(),
        "type" => message.kind.clone(),
        "category" => message.category.clone(),
        "account" if message.account_cell_blank => String::new(),
        "account" => message.account.clone(),
        _ => message.cells.get(column).cloned().unwrap_or_default(),
    }
}

fn csv_line<const N: usize>(cells: [String; N]) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells).expect("a row fits in memory");
    let bytes = writer.into_inner().expect("a row fits in memory");
    String::from_utf8(bytes)
        .expect("cells are text")
        .trim_end()
        .to_string()
}

pub fn templates_csv(case: &Case) -> String {
    let lines = case.registry.iter().map(|cells| csv_line(cells.clone()));
    let header = "template,language,category,status,valid_from".to_string();
    std::iter::once(header)
        .chain(lines)
        .map(|line| line + "\n")
        .collect()
}
