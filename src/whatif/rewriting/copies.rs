//! How often each message stands in the scenario, and in whose timeline: volume, growth, coming months.

use super::Circumstances;
use super::coming::Coming;
use super::draw::Draw;
use super::reach::{MessageReach, Named, PairFacts};
use crate::replay::message::Message;
use crate::replay::rewriting::Timelines;
use crate::rulebook::ConfigError;
use crate::tariff::{Amount, Rounding};
use crate::vocabulary::{LocalDate, Month};
use crate::whatif::scenario::volume::{FACTOR_MAX, ScaleUnit};
use crate::whatif::scenario::{Source, Volume};

/// One.
const ONE: Amount = Amount::from_units(1_000_000_000_000);
/// What scales and growth together may make of one message.
const COPIES_MAX: usize = 1_000_000;

/// What a scenario makes of the number of messages and customers.
pub struct Copies {
    scales: Vec<(MessageReach, ScaleUnit, Amount)>,
    /// The monthly factor of growth, and the log's first month.
    growth: Option<(Amount, Month)>,
    coming: Option<Coming>,
}

impl Copies {
    /// Looks up what a scenario names.
    ///
    /// # Errors
    /// If a market is unknown.
    pub fn new(
        volume: &Volume,
        coming: Option<Coming>,
        circumstances: &Circumstances<'_>,
        source: &Source<'_>,
    ) -> Result<Self, ConfigError> {
        let scales = volume.scale.iter().map(|entry| {
            let scale = entry.get_ref();
            let named = Named {
                category: scale.category.map(|word| word.0),
                market: scale.market.as_deref(),
                business: scale.business.as_ref(),
                from: scale.from,
                to: scale.to,
                template: None,
            };
            let reach = MessageReach::new(named, circumstances, source.place(entry.span()))?;
            Ok((reach, scale.unit, scale.factor.0))
        });
        let growth = volume
            .growth_percent_per_month
            .zip(circumstances.time_range);
        if let Some((percent, (first, last))) = growth {
            let month = |instant| LocalDate::at_offset(instant, 0).month();
            let months = months_between(month(first), month(last));
            refuse_excess(grown(percent.0), months, source)?;
        }
        Ok(Self {
            scales: scales.collect::<Result<_, ConfigError>>()?,
            growth: growth.map(|(percent, (first, _))| {
                let month = LocalDate::at_offset(first, 0).month();
                (grown(percent.0), month)
            }),
            coming,
        })
    }

    /// Adds the timelines of a pair's messages.
    pub fn add(
        &self,
        messages: Vec<Message>,
        pair: &PairFacts<'_>,
        draw: Draw,
        timelines: &mut Timelines,
    ) {
        if self.scales.is_empty() && self.growth.is_none() && self.coming.is_none() {
            timelines.add(messages);
            return;
        }
        let customer = draw.for_use(2);
        let mut copies: Vec<(Message, usize, usize)> = Vec::with_capacity(messages.len());
        for (place, message) in messages.into_iter().enumerate() {
            let again = draw.of_message(&message, place).for_use(3);
            let (in_line, customers) = self.factors(&message, pair);
            copies.push((
                message,
                copies_of(again, in_line),
                copies_of(customer, customers),
            ));
            for (coming, growth) in self.coming.iter().flat_map(|coming| coming.after(&message)) {
                let (in_line, customers) = self.factors(&coming, pair);
                let customers = product(customers, growth);
                copies.push((
                    coming,
                    copies_of(again, in_line),
                    copies_of(customer, customers),
                ));
            }
        }
        let lines = copies.iter().map(|&(.., customers)| customers).max();
        for line in 0..lines.unwrap_or(0) {
            let in_line = copies.iter().filter(|(.., customers)| *customers > line);
            timelines
                .add(in_line.flat_map(|&(message, times, _)| std::iter::repeat_n(message, times)));
        }
    }

    /// How often a message stands in a timeline, and in how many timelines.
    fn factors(&self, message: &Message, pair: &PairFacts<'_>) -> (Amount, Amount) {
        let date = pair.date(message);
        let (mut in_line, mut customers) = (ONE, ONE);
        for (reach, unit, factor) in &self.scales {
            let is_meant = match unit {
                ScaleUnit::Messages => !message.is_inbound(),
                ScaleUnit::Customers => true,
            };
            if !is_meant || !reach.holds(pair, message, date) {
                continue;
            }
            match unit {
                ScaleUnit::Messages => in_line = product(in_line, *factor),
                ScaleUnit::Customers => customers = product(customers, *factor),
            }
        }
        if let Some((growth, first)) = self.growth {
            customers = product(
                customers,
                power(growth, months_between(first, date.month())),
            );
        }
        (in_line, customers)
    }
}

/// Refuses a growth that comes to more than a scenario may multiply by.
///
/// # Errors
/// If it does.
pub fn refuse_excess(growth: Amount, months: u32, source: &Source<'_>) -> Result<(), ConfigError> {
    let most = Amount::from_units(FACTOR_MAX * ONE.units());
    match power(growth, months) > most {
        false => Ok(()),
        true => Err(ConfigError::malformed(
            source.file(),
            format!(
                "`growth_percent_per_month` comes to more than {FACTOR_MAX} times the customers in {months} months; \
                 state less growth or fewer months"
            ),
        )),
    }
}

/// The factor of a growth in percent.
pub fn grown(percent: Amount) -> Amount {
    let more = ONE.percent(percent, Rounding::HalfUp);
    more.and_then(|more| ONE.plus(more)).unwrap_or(ONE)
}

/// The factor after so many months; each step is rounded to twelve digits.
pub fn power(factor: Amount, months: u32) -> Amount {
    (0..months).fold(ONE, |product_so_far, _| product(product_so_far, factor))
}

/// How many months one lies after another; none if it lies before.
pub fn months_between(from: Month, to: Month) -> u32 {
    let mut month = from;
    let mut count = 0;
    while month < to {
        month = month.next();
        count += 1;
    }
    count
}

fn copies_of(draw: Draw, factor: Amount) -> usize {
    draw.copies(factor).min(COPIES_MAX)
}

fn product(left: Amount, right: Amount) -> Amount {
    left.by_factor(right, Rounding::HalfUp).unwrap_or(left)
}
