//! Months after the log: its last four weeks again and again, as many times as they fit.
//!
//! Four whole weeks keep the days of the week where they are, and the windows and conversations that run over the
//! end of one repetition go on in the next.

use super::Circumstances;
use super::copies::{grown, months_between, power, refuse_excess};
use crate::replay::message::Message;
use crate::rulebook::ConfigError;
use crate::tariff::{Amount, Rounding};
use crate::vocabulary::{Instant, LocalDate, Month};
use crate::whatif::scenario::forecast::Seasonality;
use crate::whatif::scenario::{ForecastMonths, Source};

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;
const HOUR_MICROS: i64 = 3600 * 1_000_000;
/// The weeks that are repeated.
const BLOCK_DAYS: i64 = 28;

/// What comes after a log.
#[derive(Clone, Debug)]
pub struct Coming {
    /// The first instant that is repeated, and the end of the last complete day.
    block: (Instant, Instant),
    /// The end of the last coming month.
    end: Instant,
    /// The month in which the log ends.
    last_month: Month,
    growth: Amount,
    /// How each coming month stands to the last one of the log, by months ahead.
    seasons: Vec<Amount>,
}

impl Coming {
    /// Plans the months after a log.
    ///
    /// # Errors
    /// If the log is too short for what is asked.
    pub fn new(
        forecast: &ForecastMonths,
        circumstances: &Circumstances<'_>,
        source: &Source<'_>,
    ) -> Result<Self, ConfigError> {
        let refused = |problem: String| ConfigError::malformed(source.file(), problem);
        let Some((first, last)) = circumstances.time_range else {
            return Err(refused("a forecast needs a log with rows".to_owned()));
        };
        // A day whose last hour has rows is complete.
        let complete = Instant::from_micros(last.micros().saturating_add(HOUR_MICROS));
        let end_of_block = LocalDate::at_offset(complete, 0).midnight_utc();
        let start = Instant::from_micros(end_of_block.micros() - BLOCK_DAYS * DAY_MICROS);
        if LocalDate::at_offset(first, 0) > LocalDate::at_offset(start, 0) {
            return Err(refused(format!(
                "a forecast repeats the last four weeks of the log, but the log begins on {} and its last complete day \
                 is {}; bring a longer log",
                LocalDate::at_offset(first, 0),
                LocalDate::at_offset(end_of_block, 0).previous()
            )));
        }
        let last_month = LocalDate::at_offset(end_of_block, 0).previous().month();
        let months = forecast.months.0 as u32;
        let end_month = (0..months).fold(last_month, |month, _| month.next());
        let growth = forecast.growth_percent_per_month;
        let factor = grown(growth.map_or(Amount::ZERO, |percent| percent.0));
        refuse_excess(factor, months, source)?;
        let seasons = match forecast.seasonality {
            Seasonality::None => Vec::new(),
            Seasonality::Log => {
                seasons(last_month, months, circumstances.messages_by_month).map_err(refused)?
            }
        };
        Ok(Self {
            block: (start, end_of_block),
            end: end_month.last_day().next().midnight_utc(),
            last_month,
            growth: factor,
            seasons,
        })
    }

    /// The end of the last coming month.
    pub fn end(&self) -> Instant {
        self.end
    }

    /// The month in which the log ends: coming months are those after it.
    pub fn last_month(&self) -> Month {
        self.last_month
    }

    /// The repetitions of a message, and how many customers stand for one in each.
    pub fn after(&self, message: &Message) -> impl Iterator<Item = (Message, Amount)> {
        let (start, end) = self.block;
        let is_repeated = start <= message.instant() && message.instant() < end;
        let message = *message;
        let later = (1i64..)
            .take_while(move |_| is_repeated)
            .map(move |time| message.later(time * BLOCK_DAYS * DAY_MICROS))
            .take_while(|later| later.instant() < self.end);
        later.map(|later| {
            (
                later,
                self.factor(LocalDate::at_offset(later.instant(), 0).month()),
            )
        })
    }

    /// What it rests on, in a sentence.
    pub fn rests_on(&self) -> String {
        let (start, end) = self.block;
        let seasons = match self.seasons.is_empty() {
            true => "Seasons are not known: every month is as these weeks.",
            false => "Months stand to each other as they did a year before.",
        };
        format!(
            "It repeats what happened from {} to {}, grown as the scenario states, under the rules and cards that are \
             known today for each coming day. {seasons} The band shows only what other customers of the same kind \
             would have changed: it knows nothing of new campaigns, prices or habits.",
            LocalDate::at_offset(start, 0),
            LocalDate::at_offset(end, 0).previous()
        )
    }

    fn factor(&self, month: Month) -> Amount {
        let ahead = months_between(self.last_month, month);
        let grown = power(self.growth, ahead);
        match (ahead as usize)
            .checked_sub(1)
            .and_then(|place| self.seasons.get(place))
        {
            None => grown,
            Some(season) => grown.by_factor(*season, Rounding::HalfUp).unwrap_or(grown),
        }
    }
}

/// How the months after one stood to it a year before.
fn seasons(last: Month, months: u32, known: &dyn Fn(Month) -> u64) -> Result<Vec<Amount>, String> {
    let year_before = |month: Month| (0..12).fold(month, |month, _| month.previous());
    if months > 12 {
        return Err("`seasonality = \"log\"` knows the next 12 months at most".to_owned());
    }
    let base_month = year_before(last);
    let base = known(base_month);
    if base == 0 || known(base_month.previous()) == 0 {
        return Err(format!(
            "`seasonality = \"log\"` compares months with those of the year before, and the log has no whole \
             {base_month}; bring a longer log, or leave it out"
        ));
    }
    let mut month = base_month;
    let seasons = (0..months).map(|_| {
        month = month.next();
        let units = i128::from(known(month)) * 1_000_000_000_000 / i128::from(base);
        Amount::from_units(units)
    });
    Ok(seasons.collect())
}
