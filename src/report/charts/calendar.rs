//! Time along a chart: days, or weeks and months where days would be too many to tell apart.

use chrono::{Datelike, NaiveDate};

use super::letters::Type;
use crate::report::summary::Summary;
use crate::vocabulary::LocalDate;

/// More bars than this are too thin.
const DAYS_MOST: i64 = 100;
const SLOTS_MOST: i64 = 170;
const DAYS_PER_WEEK: i64 = 7;
/// 1970-01-01 was a Thursday; weeks start on Monday.
const WEEKDAY_OF_DAY_ZERO: i64 = 3;
const MONTHS_PER_YEAR: i64 = 12;
/// Space between two dates on an axis, in pixels.
const GAP: f64 = 10.0;

/// What a bar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Day,
    /// From Monday to Sunday.
    Week,
    /// So many months.
    Months(i64),
}

/// The slots of a time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// What a slot is.
    pub step: Step,
    /// How many there are, empty ones among them.
    pub count: usize,
    first_slot: i64,
    first: LocalDate,
    last: LocalDate,
}

/// A date on an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateTick {
    pub slot: usize,
    pub text: String,
    /// The year, where it begins.
    pub year: Option<String>,
}

impl Calendar {
    /// The days of a run, and those that were asked for; `None` where nothing is known of either.
    pub fn of(summary: &Summary) -> Option<Self> {
        let over_time = &summary.over_time;
        let amounts = over_time.amounts.values().flat_map(|days| days.keys());
        let days = over_time
            .conversations
            .keys()
            .chain(over_time.charges.keys())
            .chain(amounts);
        let period = [&summary.period.from, &summary.period.to];
        let mut dates: Vec<LocalDate> = days
            .chain(period.into_iter().flatten())
            .filter_map(|text| LocalDate::parse(text))
            .collect();
        if dates.is_empty() {
            let range = summary.time_range.iter();
            let instants = range.flat_map(|range| [&range.first, &range.last]);
            dates.extend(instants.filter_map(|text| LocalDate::parse(text.split('T').next()?)));
        }
        Some(Self::between(*dates.iter().min()?, *dates.iter().max()?))
    }

    fn between(first: LocalDate, last: LocalDate) -> Self {
        let months = [1, 12, 120, 1_200, 12_000, 120_000];
        let steps = [Step::Day, Step::Week];
        let steps = steps.into_iter().chain(months.map(Step::Months));
        let count = |step: Step| slot(step, last) - slot(step, first) + 1;
        let fits = |step: &Step| match step {
            Step::Day => count(*step) <= DAYS_MOST,
            _ => count(*step) <= SLOTS_MOST,
        };
        let step = steps
            .into_iter()
            .find(fits)
            .unwrap_or(Step::Months(1_200_000));
        Self {
            step,
            count: count(step).max(1) as usize,
            first_slot: slot(step, first),
            first,
            last,
        }
    }

    /// The slot of a date.
    pub fn slot(&self, date: &str) -> Option<usize> {
        let slot = slot(self.step, LocalDate::parse(date)?) - self.first_slot;
        usize::try_from(slot).ok().filter(|&slot| slot < self.count)
    }

    /// What a slot is called: `12 Jul 2025`, `week of 7 Jul 2025`, `Jul 2025`, `2025`.
    pub fn name(&self, slot: usize) -> String {
        let first = self.first_day(slot);
        match self.step {
            Step::Day => date(first),
            Step::Week => format!("week of {}", date(first)),
            Step::Months(1) => format!("{} {}", month(first), first.to_naive().year()),
            Step::Months(MONTHS_PER_YEAR) => first.to_naive().year().to_string(),
            Step::Months(months) => {
                let from = i64::from(first.to_naive().year());
                format!("{from}–{}", from + months / MONTHS_PER_YEAR - 1)
            }
        }
    }

    /// `day`, `week`, `month`, `year`.
    pub fn step_name(&self) -> String {
        match self.step {
            Step::Day => "day".to_owned(),
            Step::Week => "week".to_owned(),
            Step::Months(1) => "month".to_owned(),
            Step::Months(MONTHS_PER_YEAR) => "year".to_owned(),
            Step::Months(months) => format!("{} years", months / MONTHS_PER_YEAR),
        }
    }

    /// First and last day in words.
    pub fn span(&self) -> String {
        match self.first == self.last {
            true => date(self.first),
            false => format!("{} to {}", date(self.first), date(self.last)),
        }
    }

    /// Whether the first or last slot begins before the first day or ends behind the last.
    pub fn is_cut(&self) -> bool {
        let starts = |day: LocalDate| slot(self.step, day.previous()) != slot(self.step, day);
        !starts(self.first) || !starts(self.last.next())
    }

    fn first_day(&self, place: usize) -> LocalDate {
        let slot = self.first_slot.saturating_add(place as i64);
        let days = |days: i64| {
            LocalDate::from_days(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
        };
        match self.step {
            Step::Day => days(slot),
            Step::Week => days(slot * DAYS_PER_WEEK - WEEKDAY_OF_DAY_ZERO),
            Step::Months(months) => {
                let first = slot * months;
                let year = first.div_euclid(MONTHS_PER_YEAR) as i32;
                let month = first.rem_euclid(MONTHS_PER_YEAR) as u32 + 1;
                NaiveDate::from_ymd_opt(year, month, 1).map_or(self.first, LocalDate::from)
            }
        }
    }

    /// As many dates as fit side by side when a slot is this wide.
    pub fn ticks(&self, slot_width: f64, letters: Type) -> Vec<DateTick> {
        const YEARS: [i64; 8] = [1, 2, 5, 10, 50, 100, 1_000, 10_000];
        let months = [1, 2, 3, 6].into_iter();
        let levels = [Level::Day, Level::Week].into_iter();
        let levels = levels
            .chain(months.map(Level::Months))
            .chain(YEARS.map(|years| Level::Months(years * MONTHS_PER_YEAR)));
        let fits = |ticks: &Vec<DateTick>| {
            let width = |tick: &DateTick| letters.width(&tick.text);
            !ticks.is_empty()
                && ticks.windows(2).all(|pair| {
                    let distance = (pair[1].slot - pair[0].slot) as f64 * slot_width;
                    distance >= (width(&pair[0]) + width(&pair[1])) / 2.0 + GAP
                })
        };
        let mut ticks = levels
            .map(|level| self.ticks_at(level))
            .find(fits)
            .unwrap_or_else(|| self.ticks_at(Level::Day).into_iter().take(1).collect());
        // A year that begins too soon behind the first one leaves that one no room.
        let years: Vec<usize> = (0..ticks.len())
            .filter(|&tick| ticks[tick].year.is_some())
            .collect();
        for pair in years.windows(2) {
            let distance = (ticks[pair[1]].slot - ticks[pair[0]].slot) as f64 * slot_width;
            if distance < letters.width("0000") + GAP / 2.0 {
                ticks[pair[0]].year = None;
            }
        }
        ticks
    }

    fn ticks_at(&self, level: Level) -> Vec<DateTick> {
        let mut ticks: Vec<DateTick> = Vec::new();
        let mut year = None;
        for slot in 0..self.count {
            let Some(day) = self.date_in(slot, level) else {
                continue;
            };
            let (text, own_year) = match level {
                Level::Day | Level::Week => (day_and_month(day), Some(day.to_naive().year())),
                Level::Months(months) if months < MONTHS_PER_YEAR => {
                    (month(day).to_owned(), Some(day.to_naive().year()))
                }
                Level::Months(_) => (day.to_naive().year().to_string(), None),
            };
            let is_new = own_year.is_some() && own_year != year;
            year = own_year;
            ticks.push(DateTick {
                slot,
                text,
                year: own_year.filter(|_| is_new).map(|year| year.to_string()),
            });
        }
        ticks
    }

    /// The date of a level that lies in a slot.
    fn date_in(&self, slot: usize, level: Level) -> Option<LocalDate> {
        let first = self.first_day(slot);
        match (level, self.step) {
            (Level::Day, Step::Day | Step::Week) => Some(first),
            (Level::Week, Step::Week) => Some(first),
            (Level::Week, Step::Day) => {
                let is_monday =
                    (i64::from(first.days()) + WEEKDAY_OF_DAY_ZERO) % DAYS_PER_WEEK == 0;
                is_monday.then_some(first)
            }
            (Level::Day | Level::Week, Step::Months(_)) => None,
            (Level::Months(months), _) => {
                let next = self.first_day(slot + 1);
                let number = |day: LocalDate| months_since_year_zero(day).div_euclid(months);
                let begins = number(first.previous()) != number(first);
                if begins {
                    return Some(first);
                }
                // A month that begins inside of a week.
                let last = next.previous();
                (number(last) != number(first) && last > first).then(|| last.month().first_day())
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Level {
    Day,
    Week,
    Months(i64),
}

fn slot(step: Step, date: LocalDate) -> i64 {
    match step {
        Step::Day => i64::from(date.days()),
        Step::Week => (i64::from(date.days()) + WEEKDAY_OF_DAY_ZERO).div_euclid(DAYS_PER_WEEK),
        Step::Months(months) => months_since_year_zero(date).div_euclid(months),
    }
}

fn months_since_year_zero(date: LocalDate) -> i64 {
    let date = date.to_naive();
    i64::from(date.year()) * MONTHS_PER_YEAR + i64::from(date.month0())
}

/// `12 Jul 2025`.
pub fn date(date: LocalDate) -> String {
    format!("{} {}", day_and_month(date), date.to_naive().year())
}

/// `12 Jul`.
pub fn day_and_month(date: LocalDate) -> String {
    format!("{} {}", date.to_naive().day(), month(date))
}

/// `2025-07` as `Jul 2025`; what is no month stays as it is.
pub fn month_of(text: &str) -> String {
    match crate::vocabulary::Month::parse(text) {
        Some(own) => {
            let first = own.first_day();
            format!("{} {}", month(first), first.to_naive().year())
        }
        None => text.to_owned(),
    }
}

fn month(date: LocalDate) -> &'static str {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    NAMES[date.to_naive().month0() as usize % NAMES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(first: &str, last: &str) -> Calendar {
        let date = |text| LocalDate::parse(text).expect("a date");
        Calendar::between(date(first), date(last))
    }

    #[test]
    fn the_longer_the_time_the_longer_the_step() {
        for (last, step, count, name) in [
            ("2025-07-01", "day", 1, "1 Jul 2025"),
            ("2025-07-31", "day", 31, "1 Jul 2025"),
            ("2028-06-30", "week", 157, "week of 30 Jun 2025"),
            ("2032-06-30", "month", 84, "Jul 2025"),
            ("2125-06-30", "year", 101, "2025"),
            ("9999-12-31", "100 years", 80, "2000–2099"),
        ] {
            let calendar = calendar("2025-07-01", last);
            assert_eq!(calendar.step_name(), step);
            assert_eq!(calendar.count, count, "{last}");
            assert_eq!(calendar.name(0), name);
            assert_eq!(calendar.slot(last), Some(count - 1));
        }
    }

    #[test]
    fn axis_dates_keep_apart_and_years_stand_where_they_begin() {
        let letters = Type::plain(11.0);
        let texts = |calendar: Calendar, width: f64| -> Vec<String> {
            let ticks = calendar.ticks(width / calendar.count as f64, letters);
            let text = |tick: DateTick| match tick.year {
                Some(year) => format!("{} {year}", tick.text),
                None => tick.text,
            };
            ticks.into_iter().map(text).collect()
        };
        assert_eq!(
            texts(calendar("2025-07-01", "2025-07-01"), 600.0),
            ["1 Jul 2025"]
        );
        assert_eq!(
            texts(calendar("2025-12-01", "2026-01-11"), 600.0),
            [
                "1 Dec 2025",
                "8 Dec",
                "15 Dec",
                "22 Dec",
                "29 Dec",
                "5 Jan 2026"
            ]
        );
        assert_eq!(
            texts(calendar("2025-07-01", "2028-06-30"), 600.0)[..2],
            ["Jul 2025", "Oct"]
        );
    }

    #[test]
    fn the_ends_of_time_are_days_like_others() {
        let calendar = Calendar::between(LocalDate::MIN, LocalDate::MAX);
        assert!(calendar.count < 200);
        calendar.ticks(4.0, Type::plain(11.0));
        calendar.name(calendar.count - 1);
    }
}
