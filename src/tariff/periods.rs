//! Sets of days, as sorted periods that neither touch nor overlap.

use crate::vocabulary::LocalDate;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first day.
    pub from: LocalDate,
    /// The last day; [`LocalDate::MAX`] if it has not ended.
    pub to: LocalDate,
}

impl Period {
    /// Whether a day lies in it.
    #[inline]
    pub fn contains(self, date: LocalDate) -> bool {
        self.from <= date && date <= self.to
    }

    /// The days in both.
    pub fn common(self, other: Self) -> Option<Self> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some(Self { from, to })
    }
}

impl std::fmt::Display for Period {
    /// `FROM..TO`, without the end where there is none.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self.to {
            LocalDate::MAX => format!("{}..", self.from),
            to => format!("{}..{to}", self.from),
        };
        formatter.pad(&text)
    }
}

/// A set of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods(Vec<Period>);

impl Periods {
    /// Adds the days of a period.
    pub fn add(&mut self, period: Period) {
        let first = self
            .0
            .partition_point(|known| known.to.next() < period.from);
        let last = self
            .0
            .partition_point(|known| known.from <= period.to.next());
        let merged = self.0[first..last.max(first)]
            .iter()
            .fold(period, |sum, known| Period {
                from: sum.from.min(known.from),
                to: sum.to.max(known.to),
            });
        self.0.splice(first..last.max(first), [merged]);
    }

    /// Whether a day is in the set.
    pub fn contains(&self, date: LocalDate) -> bool {
        self.0.iter().any(|period| period.contains(date))
    }

    /// The day of the set nearest to a date; the earlier of two that are as near.
    pub fn nearest(&self, date: LocalDate) -> Option<LocalDate> {
        self.0
            .iter()
            .map(|period| date.clamp(period.from, period.to))
            .min_by_key(|day| (day.days().abs_diff(date.days()), *day))
    }

    /// The days of a period that are not in the set.
    pub fn missing_in(&self, whole: Period) -> Vec<Period> {
        let mut missing = Vec::new();
        let mut from = whole.from;
        for known in &self.0 {
            if known.from > from {
                let hole = Period {
                    from,
                    to: known.from.previous(),
                };
                missing.extend(hole.common(whole));
            }
            from = from.max(known.to.next());
            if known.to == LocalDate::MAX {
                return missing;
            }
        }
        missing.extend(
            Period {
                from,
                to: LocalDate::MAX,
            }
            .common(whole),
        );
        missing
    }

    /// The periods, in order.
    pub fn as_slice(&self) -> &[Period] {
        &self.0
    }
}

impl FromIterator<Period> for Periods {
    fn from_iter<I: IntoIterator<Item = Period>>(periods: I) -> Self {
        let mut set = Self::default();
        periods.into_iter().for_each(|period| set.add(period));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: i32, to: i32) -> Period {
        Period {
            from: LocalDate::from_days(from),
            to: LocalDate::from_days(to),
        }
    }

    #[test]
    fn neighbours_and_overlaps_become_one() {
        let set: Periods = [
            period(10, 20),
            period(30, 40),
            period(21, 22),
            period(15, 31),
        ]
        .into_iter()
        .collect();
        assert_eq!(set.as_slice(), [period(10, 40)]);
        let set: Periods = [period(30, 40), period(1, 2), period(10, 20)]
            .into_iter()
            .collect();
        assert_eq!(
            set.as_slice(),
            [period(1, 2), period(10, 20), period(30, 40)]
        );
        let open = Period {
            to: LocalDate::MAX,
            ..period(5, 5)
        };
        assert_eq!(
            [open, period(9, 9)]
                .into_iter()
                .collect::<Periods>()
                .as_slice(),
            [open]
        );
    }

    #[test]
    fn the_nearest_day_is_the_earlier_of_two() {
        let set: Periods = [period(10, 20), period(30, 40)].into_iter().collect();
        let nearest = |day| set.nearest(LocalDate::from_days(day)).map(LocalDate::days);
        assert_eq!(
            [1, 15, 24, 25, 26, 99].map(nearest),
            [10, 15, 20, 20, 30, 40].map(Some)
        );
        assert_eq!(Periods::default().nearest(LocalDate::from_days(0)), None);
    }

    #[test]
    fn what_is_missing_is_named_to_the_day() {
        let set: Periods = [period(10, 20), period(30, 40)].into_iter().collect();
        assert_eq!(
            set.missing_in(period(5, 50)),
            [period(5, 9), period(21, 29), period(41, 50)]
        );
        assert_eq!(set.missing_in(period(12, 18)), []);
        assert_eq!(set.missing_in(period(15, 35)), [period(21, 29)]);
        assert_eq!(Periods::default().missing_in(period(1, 2)), [period(1, 2)]);
    }
}
