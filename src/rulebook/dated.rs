//! Values in force between two dates, checked so that no date has two values or none in between.

use super::error::{ConfigError, Place};
use crate::vocabulary::LocalDate;

/// A value with its first and its last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dated<T> {
    pub from: LocalDate,
    pub to: Option<LocalDate>,
    pub place: Place,
    pub value: T,
}

/// Puts entries in order and refuses gaps and overlaps between them.
pub(super) fn in_sequence<T>(
    mut entries: Vec<Dated<T>>,
    what: &str,
) -> Result<Vec<Dated<T>>, ConfigError> {
    entries.sort_by_key(|entry| entry.from);
    for pair in entries.windows(2) {
        let (earlier, later) = (&pair[0], &pair[1]);
        let (place, what) = (later.place.clone(), what.to_owned());
        match earlier.to {
            Some(to) if to >= later.from => {
                return Err(ConfigError::Overlap {
                    place,
                    what,
                    date: later.from.to_string(),
                });
            }
            None => {
                return Err(ConfigError::Overlap {
                    place,
                    what,
                    date: later.from.to_string(),
                });
            }
            Some(to) if to.next() < later.from => {
                return Err(ConfigError::Gap {
                    place,
                    what,
                    date: to.next().to_string(),
                });
            }
            Some(_) => {}
        }
    }
    Ok(entries)
}
