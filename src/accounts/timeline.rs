//! A value that changes on local dates.

use crate::vocabulary::LocalDate;

/// What held from the beginning, and what replaced it from which date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline<T> {
    first: T,
    changes: Vec<(LocalDate, T)>,
}

impl<T> Timeline<T> {
    /// A value that never changed.
    pub const fn constant(first: T) -> Self {
        Self {
            first,
            changes: Vec::new(),
        }
    }

    /// The value on a date.
    #[inline]
    pub fn on(&self, date: LocalDate) -> &T {
        match self.changes.partition_point(|(from, _)| *from <= date) {
            0 => &self.first,
            count => &self.changes[count - 1].1,
        }
    }

    /// Every value it ever had, the first one first.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(self.changes.iter().map(|(_, value)| value))
    }

    /// Lets another value hold from a date that is later than every change so far.
    pub(super) fn change(&mut self, from: LocalDate, value: T) {
        self.changes.push((from, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_holds_from_its_date_on() {
        let mut currency = Timeline::constant("USD");
        let change = LocalDate::parse("2026-04-01").expect("a date");
        currency.change(change, "EUR");
        assert_eq!(
            *currency.on(LocalDate::parse("2026-03-31").expect("a date")),
            "USD"
        );
        assert_eq!(*currency.on(change), "EUR");
        assert_eq!(*currency.on(LocalDate::MAX), "EUR");
        assert_eq!(currency.values().collect::<Vec<_>>(), [&"USD", &"EUR"]);
    }
}
