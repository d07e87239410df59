//! Rows that cannot be used, and why (contract: bad input).

use std::sync::Mutex;

use super::outcome::RowNumber;
use super::partition::lock;
use crate::log::cell::CellDefect;
use crate::log::chunk::RowDefect;
use crate::log::columns::Column;

/// Why a row was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// The row as a whole.
    Defect(RowDefect),
    /// A cell that is empty but must not be.
    Missing(Column),
    /// A cell that cannot be used.
    Unusable(Column),
    /// An outbound message with no type in any of its rows.
    MissingType,
    /// A template without a category from any source (D-9).
    MissingCategory,
    /// Contradicts an earlier row of the same message in this column (D-4).
    Conflict(Column),
}

impl RejectReason {
    /// The column at fault, if it is one.
    pub const fn column(self) -> Option<Column> {
        match self {
            Self::Defect(_) => None,
            Self::Missing(column) | Self::Unusable(column) | Self::Conflict(column) => Some(column),
            Self::MissingType => Some(Column::Type),
            Self::MissingCategory => Some(Column::Category),
        }
    }

    /// The stable code that `rejects.csv` and the counts use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Defect(defect) => defect.explain().0,
            Self::Missing(column) => CellDefect::missing(column).code,
            Self::Unusable(column) => CellDefect::refused(column).code,
            Self::MissingType => "missing_type",
            Self::MissingCategory => "missing_category",
            Self::Conflict(_) => "conflict",
        }
    }

    /// One sentence: what was found in the cell at fault, and what is accepted.
    pub fn explain(self, found: Option<&str>) -> String {
        let found = found.unwrap_or_default();
        match self {
            Self::Defect(defect) => defect.explain().1.to_owned(),
            Self::Missing(column) => format!(
                "`{column}` is empty; {}",
                CellDefect::missing(column).expected
            ),
            Self::Unusable(column) => {
                format!(
                    "`{found}` is no {column}; {}",
                    CellDefect::refused(column).expected
                )
            }
            Self::MissingType => {
                "no row of this outbound message has a type; fill `type` (template, text, ...)"
                    .to_owned()
            }
            Self::MissingCategory => {
                "a template needs a category from 2023-06-01 on (D-9); fill `category`, or bring \
                 the template registry with --templates"
                    .to_owned()
            }
            Self::Conflict(column) => format!(
                "`{found}`: an earlier row of the same message has another {column} (D-4); correct the id or the row"
            ),
        }
    }
}

/// A rejected row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Where it stands.
    pub row: RowNumber,
    /// Why.
    pub reason: RejectReason,
}

/// The rejected rows of a run, from all threads.
#[derive(Debug, Default)]
pub struct Rejects {
    rows: Mutex<Vec<Reject>>,
}

impl Rejects {
    /// Adds rejected rows.
    pub fn extend(&self, rejects: impl IntoIterator<Item = Reject>) {
        lock(&self.rows).extend(rejects);
    }

    /// All of them, in no particular order.
    pub fn into_vec(self) -> Vec<Reject> {
        self.rows
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
