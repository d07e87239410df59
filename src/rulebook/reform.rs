//! The rulebook with other regimes or lengths: what scenarios lay over it (`whatif`).

use super::dated::Dated;
use super::error::Place;
use super::{Hours, RegimePeriod, Rulebook};
use crate::vocabulary::{LocalDate, Regime};

/// What is otherwise; what is not stated stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reform {
    /// Other regimes on some dates; the last entry that holds on a date stands.
    pub regimes: Vec<RegimeDays>,
    /// Length of the customer service window (W-1).
    pub window_hours: Option<i64>,
    /// Length of a conversation (C22-1, C23-4).
    pub conversation_hours: Option<i64>,
    /// How long a click waits for its answer (F-2).
    pub armed_hours: Option<i64>,
    /// Length of every free entry point (F-4).
    pub entry_point_hours: Option<i64>,
    /// From when on all service conversations are free (C23-6).
    pub free_service_from: Option<LocalDate>,
}

/// A regime on some dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegimeDays {
    /// The regime.
    pub regime: Regime,
    /// Its first local date.
    pub from: LocalDate,
    /// Its last local date; none if it never ends.
    pub to: Option<LocalDate>,
}

impl Rulebook {
    /// The same rulebook, reformed.
    #[must_use]
    pub fn reformed(&self, reform: &Reform) -> Self {
        let mut reformed = self.clone();
        for days in &reform.regimes {
            let meant = self
                .regimes
                .iter()
                .find(|known| known.regime == days.regime);
            if let Some(meant) = meant {
                reformed.regimes = with_days(&reformed.regimes, meant, days);
            }
        }
        reformed.window_hours = reform.window_hours.unwrap_or(self.window_hours);
        reformed.conversation_hours = reform.conversation_hours.unwrap_or(self.conversation_hours);
        reformed.armed_hours = reform.armed_hours.unwrap_or(self.armed_hours);
        if let Some(hours) = reform.entry_point_hours {
            reformed.entry_point_hours = vec![Dated {
                from: LocalDate::MIN,
                to: None,
                place: Place::file("scenario"),
                value: Hours::Fixed(hours),
            }];
        }
        reformed.free_service_from = reform.free_service_from.unwrap_or(self.free_service_from);
        reformed
    }
}

/// The regimes with another one on some days. Days before the first regime stay without one.
fn with_days(
    regimes: &[RegimePeriod],
    meant: &RegimePeriod,
    days: &RegimeDays,
) -> Vec<RegimePeriod> {
    let first = regimes.first().map_or(LocalDate::MIN, |first| first.from);
    let from = days.from.max(first);
    if days.to.is_some_and(|to| to < from) {
        return regimes.to_vec();
    }
    let mut pieces = vec![RegimePeriod {
        from,
        to: days.to,
        ..meant.clone()
    }];
    for period in regimes {
        let last = period.to.unwrap_or(LocalDate::MAX);
        if period.from < from {
            pieces.push(RegimePeriod {
                to: Some(last.min(from.previous())),
                ..period.clone()
            });
        }
        if let Some(to) = days.to
            && last > to
        {
            pieces.push(RegimePeriod {
                from: period.from.max(to.next()),
                ..period.clone()
            });
        }
    }
    pieces.sort_by_key(|piece| piece.from);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> LocalDate {
        LocalDate::parse(text).expect("a date")
    }

    fn regimes(days: &[RegimeDays]) -> Vec<String> {
        let reform = Reform {
            regimes: days.to_vec(),
            ..Reform::default()
        };
        let rulebook = Rulebook::embedded().expect("the built-in rulebook");
        let reformed = rulebook.reformed(&reform);
        let regimes = reformed.regimes().iter();
        regimes
            .map(|period| {
                let to = period.to.map_or(String::new(), |to| to.to_string());
                format!("{} {}..{to}", period.regime, period.from)
            })
            .collect()
    }

    #[test]
    fn a_regime_takes_the_place_of_others_on_its_days() {
        let days = |regime, from: &str, to: Option<&str>| RegimeDays {
            regime,
            from: date(from),
            to: to.map(date),
        };
        assert_eq!(
            regimes(&[days(Regime::Cbp2023, "2026-01-01", Some("2026-10-31"))]),
            [
                "cbp-2022 2022-02-01..2023-05-31",
                "cbp-2023 2023-06-01..2025-06-30",
                "pmp-2025 2025-07-01..2025-12-31",
                "cbp-2023 2026-01-01..2026-10-31",
                "pmp-2026 2026-11-01..",
            ]
        );
        assert_eq!(
            regimes(&[days(Regime::Pmp2026, "2020-01-01", None)]),
            ["pmp-2026 2022-02-01.."]
        );
        // The last entry stands where two meet, and days before the first regime stay without one.
        assert_eq!(
            regimes(&[
                days(Regime::Cbp2022, "2023-06-01", Some("2023-06-30")),
                days(Regime::Pmp2025, "2023-06-10", Some("2023-06-20")),
                days(Regime::Pmp2025, "2020-01-01", Some("2021-12-31")),
            ])[..4],
            [
                "cbp-2022 2022-02-01..2023-05-31",
                "cbp-2022 2023-06-01..2023-06-09",
                "pmp-2025 2023-06-10..2023-06-20",
                "cbp-2022 2023-06-21..2023-06-30",
            ]
        );
    }

    #[test]
    fn lengths_that_are_not_stated_stay() {
        let rulebook = Rulebook::embedded().expect("the built-in rulebook");
        let reform = Reform {
            window_hours: Some(48),
            entry_point_hours: Some(96),
            ..Reform::default()
        };
        let reformed = rulebook.reformed(&reform);
        assert_eq!(
            (reformed.window_hours(), reformed.armed_hours()),
            (48, rulebook.armed_hours())
        );
        let settings = crate::rulebook::Settings::default();
        assert_eq!(
            reformed.entry_point_hours(&settings),
            [(LocalDate::MIN, 96)]
        );
    }
}
