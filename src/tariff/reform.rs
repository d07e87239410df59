//! The tariff with other rates or ladders: what scenarios lay over the cards (`whatif`).
//!
//! A reform gives a new tariff and leaves the old one as it is. Nothing is invented: a change of a rate that no
//! card has changes nothing, unless it states the rate of one whole cell.

use super::{
    Amount, CardModel, Cards, Cell, Ladder, LadderKey, Ladders, MarketId, Period, Rounding, Step,
    StepEnd, Tariff, card_file::RateRow, model::Confidence,
};
use crate::rulebook::Place;
use crate::vocabulary::{ChargeCategory, Currency, LocalDate};

/// Which cells of which days are meant; what is not named is not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The pricing model.
    pub model: Option<CardModel>,
    /// The currency of the card.
    pub currency: Option<Currency>,
    /// The market.
    pub market: Option<MarketId>,
    /// The category.
    pub category: Option<ChargeCategory>,
    /// The days of T-3.
    pub days: Period,
}

impl Reach {
    fn holds(&self, cell: Cell) -> bool {
        self.model.is_none_or(|model| model == cell.model)
            && self
                .currency
                .is_none_or(|currency| currency == cell.currency)
            && self.market.is_none_or(|market| market == cell.market)
            && self
                .category
                .is_none_or(|category| category == cell.category)
    }

    /// The cells that are named in full, one for each model.
    fn named_cells(&self) -> impl Iterator<Item = Cell> + use<> {
        let models = match self.model {
            Some(model) => vec![model],
            None => CardModel::ALL.to_vec(),
        };
        let named = (|| Some((self.currency?, self.market?, self.category?)))();
        models.into_iter().filter_map(move |model| {
            let (currency, market, category) = named?;
            Some(Cell {
                model,
                currency,
                market,
                category,
            })
        })
    }
}

/// How a rate changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateMove {
    /// By this many percent; half of the twelfth digit is rounded up.
    Percent(Amount),
    /// By this much.
    Add(Amount),
    /// To this rate, flat: no volume tiers hold then.
    To(Amount),
}

impl RateMove {
    /// The rate afterwards; none if it would be negative or too large for a card.
    fn of(self, rate: Amount) -> Option<Amount> {
        let moved = match self {
            Self::Percent(percent) => rate.plus(rate.percent(percent, Rounding::HalfUp)?)?,
            Self::Add(more) => rate.plus(more)?,
            Self::To(rate) => rate,
        };
        (!moved.is_negative() && moved < Amount::RATE_MAX).then_some(moved)
    }
}

/// A change of rates, and of the steps of ladders with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateChange {
    /// Of which cells.
    pub reach: Reach,
    /// How.
    pub by: RateMove,
}

/// A change of ladders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderChange {
    /// Of which cells; the model is always per-message pricing.
    pub reach: Reach,
    /// How.
    pub by: LadderMove,
}

/// How a ladder changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LadderMove {
    /// Every step begins after this many times as many messages, in percent, rounded down.
    Thresholds(u64),
    /// Other steps: after how many messages, and how many percent below the list rate. Before the first one the
    /// list rate holds.
    Steps(Vec<(u64, Amount)>),
}

/// A change that no card can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which of the changes, as they were given.
    pub change: usize,
    /// The cell.
    pub cell: Cell,
    /// The rate before.
    pub rate: Amount,
}

impl Tariff {
    /// The same tariff with the cards and ladders of one day on all days.
    #[must_use]
    pub fn as_of(&self, date: LocalDate) -> Self {
        let rows = self.cards.rows().into_iter();
        let held = rows.filter(|row| row.from <= date && date <= row.last_day());
        let always = held.map(|row| RateRow {
            from: LocalDate::MIN,
            to: None,
            ..row
        });
        let ladders = self.ladders.iter();
        let held = ladders.filter(|ladder| ladder.key.from <= date && date <= ladder.to);
        let always_climbed = held.map(|ladder| Ladder {
            key: LadderKey {
                from: LocalDate::MIN,
                ..ladder.key
            },
            to: LocalDate::MAX,
            ..ladder.clone()
        });
        Self {
            cards: Cards::of_rows(always.collect(), &self.markets),
            ladders: Ladders::of_ladders(always_climbed.collect()),
            ..self.clone()
        }
    }

    /// The same tariff with changed rates, one change after the other. The steps of ladders change with the list
    /// rates that they are discounts on.
    ///
    /// # Errors
    /// If a rate would be negative or too large for a card.
    pub fn with_rates(&self, changes: &[RateChange]) -> Result<Self, Refused> {
        let mut rows = self.cards.rows();
        let mut ladders: Vec<Ladder> = self.ladders.iter().cloned().collect();
        for (place, change) in changes.iter().enumerate() {
            let refused = |cell, rate| Refused {
                change: place,
                cell,
                rate,
            };
            rows = change
                .of_rows(rows)
                .map_err(|(cell, rate)| refused(cell, rate))?;
            ladders = change
                .of_ladders(ladders)
                .map_err(|(cell, rate)| refused(cell, rate))?;
        }
        Ok(Self {
            cards: Cards::of_rows(rows, &self.markets),
            ladders: Ladders::of_ladders(ladders),
            ..self.clone()
        })
    }

    /// The same tariff with other ladders, one change after the other.
    #[must_use]
    pub fn with_ladders(&self, changes: &[LadderChange]) -> Self {
        let mut ladders: Vec<Ladder> = self.ladders.iter().cloned().collect();
        for change in changes {
            ladders = change.of(ladders, &self.cards);
        }
        Self {
            ladders: Ladders::of_ladders(ladders),
            ..self.clone()
        }
    }
}

impl RateChange {
    fn of_rows(&self, rows: Vec<RateRow>) -> Result<Vec<RateRow>, (Cell, Amount)> {
        let mut changed = Vec::with_capacity(rows.len());
        for row in rows {
            let days = Period {
                from: row.from,
                to: row.last_day(),
            };
            for (piece, is_meant) in self.pieces(row.cell, days) {
                let rate = match is_meant {
                    true => self.by.of(row.rate).ok_or((row.cell, row.rate))?,
                    false => row.rate,
                };
                changed.push(RateRow {
                    from: piece.from,
                    to: Some(piece.to),
                    rate,
                    is_own: row.is_own || is_meant,
                    ..row.clone()
                });
            }
        }
        if let RateMove::To(rate) = self.by {
            for cell in self.reach.named_cells() {
                self.state(cell, rate, &mut changed);
            }
        }
        Ok(changed)
    }

    /// Gives a cell a rate on the days of the change on which no card has one.
    fn state(&self, cell: Cell, rate: Amount, rows: &mut Vec<RateRow>) {
        let mut known = super::Periods::default();
        for row in rows.iter().filter(|row| row.cell == cell) {
            known.add(Period {
                from: row.from,
                to: row.last_day(),
            });
        }
        for days in known.missing_in(self.reach.days) {
            rows.push(RateRow {
                place: Place::file("scenario"),
                cell,
                from: days.from,
                to: Some(days.to),
                card_from: days.from,
                rate,
                source: "scenario".to_owned(),
                confidence: Confidence::Official,
                is_own: true,
            });
        }
    }

    fn of_ladders(&self, ladders: Vec<Ladder>) -> Result<Vec<Ladder>, (Cell, Amount)> {
        let mut changed = Vec::with_capacity(ladders.len());
        for ladder in ladders {
            let cell = cell_of(ladder.key);
            for (piece, is_meant) in self.pieces(cell, ladder.period()) {
                let mut ladder = Ladder {
                    key: LadderKey {
                        from: piece.from,
                        ..ladder.key
                    },
                    to: piece.to,
                    ..ladder.clone()
                };
                if is_meant {
                    self.climb(&mut ladder, cell)?;
                }
                changed.push(ladder);
            }
        }
        Ok(changed)
    }

    fn climb(&self, ladder: &mut Ladder, cell: Cell) -> Result<(), (Cell, Amount)> {
        ladder.is_own = true;
        if let RateMove::To(rate) = self.by {
            ladder.steps = vec![step(1, StepEnd::Open, rate)];
            return Ok(());
        }
        for step in &mut ladder.steps {
            if let Some(rate) = step.rate {
                step.rate = Some(self.by.of(rate).ok_or((cell, rate))?);
            }
        }
        Ok(())
    }

    /// The days before, during and after the change, and whether each is meant.
    fn pieces(&self, cell: Cell, days: Period) -> Vec<(Period, bool)> {
        let common = self.reach.days.common(days);
        match common.filter(|_| self.reach.holds(cell)) {
            None => vec![(days, false)],
            Some(common) => around(days, common),
        }
    }
}

impl LadderChange {
    fn of(&self, ladders: Vec<Ladder>, cards: &Cards) -> Vec<Ladder> {
        let mut changed = Vec::with_capacity(ladders.len());
        for ladder in ladders {
            let common = self.reach.days.common(ladder.period());
            let Some(common) = common.filter(|_| self.reach.holds(cell_of(ladder.key))) else {
                changed.push(ladder);
                continue;
            };
            for (piece, is_meant) in around(ladder.period(), common) {
                let mut ladder = Ladder {
                    key: LadderKey {
                        from: piece.from,
                        ..ladder.key
                    },
                    to: piece.to,
                    ..ladder.clone()
                };
                match (&self.by, is_meant) {
                    (_, false) => changed.push(ladder),
                    (LadderMove::Thresholds(percent), true) => {
                        scale(&mut ladder, *percent);
                        changed.push(ladder);
                    }
                    // Built anew below, from the list rates.
                    (LadderMove::Steps(_), true) => {}
                }
            }
        }
        if let LadderMove::Steps(steps) = &self.by {
            changed.extend(self.built(steps, cards));
        }
        changed
    }

    fn built(&self, steps: &[(u64, Amount)], cards: &Cards) -> Vec<Ladder> {
        let mut built = Vec::new();
        let reach = Reach {
            model: Some(CardModel::Pmp),
            ..self.reach
        };
        let cells = cards.cells();
        for cell in cells.filter(|cell| reach.holds(*cell) && cell.category.has_tiers()) {
            for rate in cards.series(cell) {
                let days = Period {
                    from: rate.from,
                    to: rate.to,
                };
                let Some(days) = days.common(reach.days) else {
                    continue;
                };
                built.push(Ladder {
                    key: LadderKey {
                        currency: cell.currency,
                        market: cell.market,
                        category: cell.category,
                        from: days.from,
                    },
                    to: days.to,
                    steps: steps_below(rate.amount, steps),
                    is_own: true,
                });
            }
        }
        built
    }
}

fn cell_of(key: LadderKey) -> Cell {
    Cell {
        model: CardModel::Pmp,
        currency: key.currency,
        market: key.market,
        category: key.category,
    }
}

/// The parts of a period before, in and after another that lies inside it.
fn around(days: Period, inner: Period) -> Vec<(Period, bool)> {
    let before = (days.from < inner.from).then(|| Period {
        from: days.from,
        to: inner.from.previous(),
    });
    let after = (inner.to < days.to).then(|| Period {
        from: inner.to.next(),
        to: days.to,
    });
    let before = before.map(|before| (before, false));
    let after = after.map(|after| (after, false));
    before
        .into_iter()
        .chain([(inner, true)])
        .chain(after)
        .collect()
}

/// The steps of a list rate: after so many messages, so many percent below it.
fn steps_below(list: Amount, steps: &[(u64, Amount)]) -> Vec<Step> {
    let mut built = vec![step(1, StepEnd::Open, list)];
    for &(after, percent) in steps {
        let less = list.percent(percent, Rounding::HalfUp).unwrap_or_default();
        let rate = list.minus(less).unwrap_or_default();
        match built.last_mut() {
            Some(last) if after >= last.from => {
                *last = Step {
                    to: StepEnd::At(after),
                    label: label(last.from, StepEnd::At(after)),
                    ..last.clone()
                };
            }
            _ => built.clear(),
        }
        built.push(step(after + 1, StepEnd::Open, rate));
    }
    built
}

fn scale(ladder: &mut Ladder, percent: u64) {
    // A bound beyond every count of messages stays one, and leaves room for the next step's.
    let scaled = |count: u64| {
        let scaled = u128::from(count) * u128::from(percent) / 100;
        u64::try_from(scaled).unwrap_or(u64::MAX).min(u64::MAX - 1)
    };
    ladder.is_own = true;
    for step in &mut ladder.steps {
        step.from = scaled(step.from - 1) + 1;
        if let StepEnd::At(last) = step.to {
            step.to = StepEnd::At(scaled(last));
        }
        step.label = label(step.from, step.to);
    }
    // A step that shrinks to nothing holds no rank.
    ladder.steps.retain(|step| match step.to {
        StepEnd::At(last) => step.from <= last,
        StepEnd::Open | StepEnd::Unknown => true,
    });
}

fn step(from: u64, to: StepEnd, rate: Amount) -> Step {
    Step {
        from,
        to,
        rate: Some(rate),
        label: label(from, to),
        confidence: Confidence::Official,
        source: "scenario".into(),
    }
}

/// `LOWER:UPPER` as Meta writes it, the first from 0.
fn label(from: u64, to: StepEnd) -> String {
    let lower = if from == 1 { 0 } else { from };
    match to {
        StepEnd::At(last) => format!("{lower}:{last}"),
        StepEnd::Open => format!("{lower}:MAX"),
        StepEnd::Unknown => format!("{lower}:?"),
    }
}

#[cfg(test)]
#[path = "reform_tests.rs"]
mod tests;
