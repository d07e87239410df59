//! The ladders of volume tiers: what a charged message of a given rank costs (R-2).
//!
//! A ladder belongs to a currency, a market, a category and a date. It holds until a newer ladder of the
//! same cell replaces it, or until the card gives the cell another list rate: the steps are discounts on
//! a list rate and say nothing about the next one. A new card that repeats the rate changes nothing, and
//! the ladder holds on.
//!
//! Where no ladder holds the list rate applies and the line is `estimated`; where one holds but no
//! published step contains the rank, or the step has no rate, the line is `unrated`. A step whose end was
//! not published holds no rank at all.

use std::collections::BTreeMap;

use super::{
    Amount, CardModel, Cards, Confidence, MarketId, Markets, UnratedReason,
    card_file::Cell,
    periods::{Period, Periods},
    tier_file::{LadderKey, StepEnd, TierRow, tier_rows},
};
use crate::{
    rulebook::ConfigError,
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

pub(super) const EMBEDDED: &str = include_str!("../../data/tariff/tiers.csv");
pub(super) const EMBEDDED_NAME: &str = "data/tariff/tiers.csv";

/// A step of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The first rank, counted from 1.
    pub from: u64,
    /// Where it ends.
    pub to: StepEnd,
    /// The price of one unit, if it was published.
    pub rate: Option<Amount>,
    /// `LOWER:UPPER` as Meta writes it: the first from 0, the last to `MAX`.
    pub label: String,
    /// How well it is supported.
    pub confidence: Confidence,
    /// Where it was read.
    pub source: Box<str>,
}

impl Step {
    /// Whether the step is known to contain a rank.
    #[inline]
    pub fn holds(&self, rank: u64) -> bool {
        self.from <= rank
            && match self.to {
                StepEnd::At(last) => rank <= last,
                StepEnd::Open => true,
                StepEnd::Unknown => false,
            }
    }
}

/// The steps of one cell from one date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Whose it is, and its first day.
    pub key: LadderKey,
    /// The last day.
    pub to: LocalDate,
    /// By rank; they never overlap, and may leave ranks out.
    pub steps: Vec<Step>,
    /// Whether it comes from the user's own file.
    pub is_own: bool,
}

impl Ladder {
    /// The step of the message with this rank in its month, counted from 1, and its rate.
    ///
    /// # Errors
    /// If no published step holds the rank, or it has no rate.
    #[inline]
    pub fn step(&self, rank: u64) -> Result<(&Step, Amount), UnratedReason> {
        let count = self.steps.partition_point(|step| step.from <= rank);
        let step = self.steps[..count]
            .last()
            .filter(|step| step.holds(rank))
            .ok_or(UnratedReason::NoStep)?;
        match step.rate {
            Some(rate) => Ok((step, rate)),
            None => Err(UnratedReason::StepWithoutRate),
        }
    }

    /// The days on which it holds.
    pub fn period(&self) -> Period {
        Period {
            from: self.key.from,
            to: self.to,
        }
    }
}

/// Every ladder that is known.
///
/// ```
/// use counterfoil::tariff::{Cards, Ladders, Markets};
/// use counterfoil::vocabulary::{ChargeCategory, Currency, LocalDate};
///
/// let markets = Markets::embedded()?;
/// let ladders = Ladders::embedded(&markets, &Cards::embedded(&markets)?)?;
/// let (inr, india) = (Currency::parse("INR").unwrap(), markets.named("India").unwrap());
/// let date = LocalDate::parse("2026-02-01").unwrap();
/// let ladder = ladders.ladder(inr, india, ChargeCategory::Utility, date).unwrap();
/// let (step, rate) = ladder.step(25_000_001).unwrap();
/// assert_eq!((step.label.as_str(), rate.to_string().as_str()), ("25000001:50000000", "0.1081"));
/// # Ok::<(), counterfoil::rulebook::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ladders {
    /// Sorted by their keys.
    ladders: Vec<Ladder>,
    /// The days on which a currency has any ladder.
    days: BTreeMap<Currency, Periods>,
}

impl Ladders {
    /// The ladders that are built in.
    ///
    /// # Errors
    /// If `markets` lacks one of their markets.
    pub fn embedded(markets: &Markets, cards: &Cards) -> Result<Self, ConfigError> {
        let rows = tier_rows(EMBEDDED, EMBEDDED_NAME, markets, false)?;
        Self::new(rows, markets, cards)
    }

    /// Reads the text of a `tiers.csv` that stands alone; `name` is what errors call it.
    ///
    /// # Errors
    /// If a row is malformed or names something unknown, or two steps of a ladder overlap.
    pub fn parse(
        text: &str,
        name: &str,
        markets: &Markets,
        cards: &Cards,
    ) -> Result<Self, ConfigError> {
        Self::new(tier_rows(text, name, markets, true)?, markets, cards)
    }

    /// Reads the text of a `tiers.csv` and lays it over the built-in ladders: each replaces the one of
    /// the same cell and date.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_over_embedded(
        text: &str,
        name: &str,
        markets: &Markets,
        cards: &Cards,
    ) -> Result<Self, ConfigError> {
        let own = tier_rows(text, name, markets, true)?;
        let mut rows = tier_rows(EMBEDDED, EMBEDDED_NAME, markets, false)?;
        rows.retain(|row| own.iter().all(|other| other.ladder != row.ladder));
        rows.extend(own);
        Self::new(rows, markets, cards)
    }

    fn new(mut rows: Vec<TierRow>, markets: &Markets, cards: &Cards) -> Result<Self, ConfigError> {
        rows.sort_by_key(|row| (row.ladder, row.from));
        refuse_overlaps(&rows, markets)?;
        let mut ladders: Vec<Ladder> = rows
            .chunk_by(|left, right| left.ladder == right.ladder)
            .map(ladder)
            .collect();
        for place in 0..ladders.len() {
            let next = ladders.get(place + 1).map(|next| next.key);
            ladders[place].to = last_day(&ladders[place], next, cards);
        }
        Ok(Self::of_ladders(ladders))
    }

    /// Ladders of which no two of a cell hold on the same day.
    pub(super) fn of_ladders(mut ladders: Vec<Ladder>) -> Self {
        ladders.sort_by_key(|ladder| ladder.key);
        let mut days: BTreeMap<Currency, Periods> = BTreeMap::new();
        for ladder in &ladders {
            days.entry(ladder.key.currency)
                .or_default()
                .add(ladder.period());
        }
        Self { ladders, days }
    }

    /// The ladder that holds for a cell on a local date.
    #[inline]
    pub fn ladder(
        &self,
        currency: Currency,
        market: MarketId,
        category: ChargeCategory,
        date: LocalDate,
    ) -> Option<&Ladder> {
        let key = LadderKey {
            currency,
            market,
            category,
            from: date,
        };
        let count = self.ladders.partition_point(|ladder| ladder.key <= key);
        self.ladders[..count]
            .last()
            .filter(|ladder| is_same_cell(ladder.key, key) && date <= ladder.to)
    }

    /// The date whose ladders price a unit under a forced rulebook (R-1): the date itself where the currency
    /// has any ladder on it, else the nearest day on which it has. None where it never has.
    pub fn date_for(&self, currency: Currency, date: LocalDate) -> Option<LocalDate> {
        self.days.get(&currency)?.nearest(date)
    }

    /// The ladder with this key.
    pub fn of(&self, key: LadderKey) -> Option<&Ladder> {
        let place = self.ladders.binary_search_by_key(&key, |ladder| ladder.key);
        place.ok().map(|place| &self.ladders[place])
    }

    /// Every ladder, by currency, market, category and date.
    pub fn iter(&self) -> impl Iterator<Item = &Ladder> {
        self.ladders.iter()
    }
}

fn is_same_cell(left: LadderKey, right: LadderKey) -> bool {
    LadderKey {
        from: left.from,
        ..right
    } == left
}

/// A ladder of rows that are sorted by rank.
fn ladder(rows: &[TierRow]) -> Ladder {
    let steps = rows.iter().enumerate().map(|(place, row)| Step {
        from: row.from,
        to: row.to,
        rate: row.rate,
        label: label(row, place == 0),
        confidence: row.confidence,
        source: row.source.clone().into_boxed_str(),
    });
    Ladder {
        key: rows[0].ladder,
        to: LocalDate::MAX,
        steps: steps.collect(),
        is_own: rows[0].is_own,
    }
}

/// `LOWER:UPPER`; `?` where the upper bound was not published.
fn label(row: &TierRow, is_first: bool) -> String {
    let lower = if is_first && row.from == 1 {
        0
    } else {
        row.from
    };
    match row.to {
        StepEnd::At(last) => format!("{lower}:{last}"),
        StepEnd::Open => format!("{lower}:MAX"),
        StepEnd::Unknown => format!("{lower}:?"),
    }
}

/// The day before a newer ladder, or before a card with another list rate, whichever comes first.
fn last_day(ladder: &Ladder, next: Option<LadderKey>, cards: &Cards) -> LocalDate {
    let LadderKey {
        currency,
        market,
        category,
        from,
    } = ladder.key;
    let series = cards.series(Cell {
        model: CardModel::Pmp,
        currency,
        market,
        category,
    });
    let list = series
        .iter()
        .find(|rate| rate.from <= from && from <= rate.to)
        .map(|rate| rate.amount)
        .or_else(|| ladder.steps.first().and_then(|step| step.rate));
    let repriced = series
        .iter()
        .filter(|rate| rate.from > from && Some(rate.amount) != list)
        .map(|rate| rate.from);
    let replaced = next
        .filter(|&next| is_same_cell(next, ladder.key))
        .map(|next| next.from);
    repriced
        .chain(replaced)
        .min()
        .map_or(LocalDate::MAX, LocalDate::previous)
}

/// Refuses two steps of a ladder that hold the same rank.
fn refuse_overlaps(rows: &[TierRow], markets: &Markets) -> Result<(), ConfigError> {
    for pair in rows.windows(2) {
        let [lower, upper] = pair else { continue };
        let is_clear = match lower.to {
            StepEnd::At(last) => last < upper.from,
            StepEnd::Open => false,
            // It ends somewhere before the next one starts.
            StepEnd::Unknown => lower.from < upper.from,
        };
        if lower.ladder != upper.ladder || is_clear {
            continue;
        }
        let LadderKey {
            currency,
            market,
            category,
            from,
        } = upper.ladder;
        let problem = format!(
            "{currency} {} {category} from {from}: the step from {} overlaps the one from {} ({})",
            markets.name(market),
            upper.from,
            lower.from,
            lower.place
        );
        return Err(ConfigError::malformed(upper.place.clone(), problem));
    }
    Ok(())
}

#[cfg(test)]
#[path = "tiers_tests.rs"]
mod tests;
