//! Why a cell was refused, in words: only for the few cells that are.

use super::super::marks::Billable;
use super::{CellCode, CellContext, CellParser, Column};
use crate::vocabulary::{Direction, EntryPoint, Origin, Status, TemplateCategory};

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellDefect {
    /// A stable code, such as `unknown_status`.
    pub code: &'static str,
    /// What was expected; lists the accepted values where there is a list.
    pub expected: String,
}

impl CellDefect {
    /// The defect of a cell that is empty although its column is needed in the row.
    pub fn missing(column: Column) -> Self {
        let code = match column {
            Column::MessageId => "missing_message_id",
            Column::Timestamp => "missing_timestamp",
            Column::Direction => "missing_direction",
            Column::Business => "missing_business",
            Column::Customer => "missing_customer",
            Column::Type => "missing_type",
            Column::Category => "missing_category",
            _ => "missing_cell",
        };
        Self {
            code,
            expected: format!(
                "`{column}` must not be empty: expected {}",
                expected(column)
            ),
        }
    }

    /// The defect of a cell whose column does not accept what it says.
    pub fn refused(column: Column) -> Self {
        let code = match column {
            Column::Direction => "unknown_direction",
            Column::Category => "unknown_category",
            Column::Status => "unknown_status",
            Column::EntryPoint => "unknown_entry_point",
            Column::Origin => "unknown_origin",
            Column::ErrorCode => "invalid_error_code",
            Column::MaxPrice => "invalid_max_price",
            Column::Inferred => "unknown_inferred",
            column if column.is_instant() => "invalid_time",
            _ => "invalid_cell",
        };
        Self {
            code,
            expected: format!("expected {}", expected(column)),
        }
    }
}

/// What is wrong with a cell by itself, if anything is; whether the row as a whole makes sense (such as
/// `service` on a template) is not looked at.
pub fn explain(context: &CellContext, column: Column, cell: &str) -> Option<CellDefect> {
    match CellParser::new(context).text(column, cell.as_bytes()) {
        CellCode::BAD => Some(CellDefect::refused(column)),
        CellCode::EMPTY if Column::REQUIRED.contains(&column) => Some(CellDefect::missing(column)),
        _ => None,
    }
}

fn expected(column: Column) -> String {
    let words = |words: &mut dyn Iterator<Item = &'static str>| {
        format!("one of {}", words.collect::<Vec<_>>().join(", "))
    };
    match column {
        Column::Direction => words(&mut Direction::ALL.iter().map(|word| word.name())),
        Column::Category => {
            words(&mut TemplateCategory::ALL.iter().map(|word| word.name()))
                + ", or `service` or nothing where `type` is not template"
        }
        Column::Status => {
            words(&mut Status::ALL.iter().map(|word| word.name()))
                + ", or nothing (inbound rows also `received`)"
        }
        Column::EntryPoint => {
            words(&mut EntryPoint::ALL.iter().map(|word| word.name())) + ", or nothing"
        }
        Column::Origin => words(&mut Origin::ALL.iter().map(|word| word.name())) + ", or nothing",
        Column::MetaBillable => words(&mut Billable::ALL.iter().map(|word| word.name())),
        Column::ErrorCode => "an integer".to_owned(),
        Column::MaxPrice => "a decimal number such as 0.0123".to_owned(),
        Column::Inferred => "`type`, `category`, both, or nothing".to_owned(),
        Column::Type => {
            "`template`, `reaction`, `system`, `call`, or the kind of free-form message".to_owned()
        }
        column if column.is_instant() => {
            "a time: RFC 3339 (2025-09-01T10:00:00Z), YYYY-MM-DD HH:MM:SS[.fff] that the clock of \
             --log-timezone shows, or epoch seconds or milliseconds"
                .to_owned()
        }
        _ => "some text".to_owned(),
    }
}
