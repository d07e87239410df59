//! Units that are missing in one cell and too many in another which differs from it in one column: billed
//! under another category, market, tier, period or currency, or free instead of charged.
//!
//! Only numbers that meet exactly are believed: one cell lacks what another has too much of, or all cells of a
//! family balance to zero. Otherwise two independent errors would be taken for one move. The one exception
//! is a cell in which the replay holds nothing at all, beside a single cell that lacks enough.

use std::collections::BTreeMap;

use super::{
    super::{
        Cause,
        comparison::{Comparison, Progress, Slice, sum, times},
        key::{Dimension, Key},
    },
    rates::RateBook,
    rest::entry_rate,
    words::{place, stake, units},
};
use crate::tariff::{Amount, Markets, Period};

/// How many cells an explanation names one by one.
const NAMES_MAX: usize = 5;

/// Finds moved units.
pub(super) struct Mover<'a> {
    pub rates: RateBook<'a>,
    pub markets: &'a Markets,
}

impl Mover<'_> {
    /// Explains what was moved along a column.
    pub fn along(&self, comparisons: &mut [Comparison], dimension: Dimension) {
        let mut families: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (each, comparison) in comparisons.iter().enumerate() {
            let is_candidate =
                comparison.is_open() && comparison.open_quantity() != 0 && !comparison.is_silent;
            if is_candidate {
                families
                    .entry(comparison.key.without(dimension))
                    .or_default()
                    .push(each);
            }
        }
        for family in families.into_values().filter(|family| family.len() > 1) {
            self.pairs(comparisons, &family, dimension);
            self.balanced(comparisons, &family, dimension);
            match dimension {
                Dimension::Category | Dimension::Market => {
                    self.unexpected(comparisons, &family, dimension)
                }
                Dimension::Currency => self.whole_lines(comparisons, &family),
                _ => {}
            }
        }
    }

    /// A part of what one category lacks and another has too much of, which Meta's own marks tell apart: they name
    /// the very messages, so the rest may have another cause.
    pub fn marked(&self, comparisons: &mut [Comparison]) {
        for from in 0..comparisons.len() {
            let is_marked = |slice: &Slice| !slice.marked_as.is_empty();
            if !comparisons[from].slices.iter().any(is_marked) {
                continue;
            }
            for to in 0..comparisons.len() {
                let (Some(category), true) = (
                    comparisons[to].key.category,
                    comparisons[from]
                        .key
                        .differs_in(&comparisons[to].key, Dimension::Category),
                ) else {
                    continue;
                };
                let count = comparisons[from].marked_as(category);
                let is_supported = count > 0
                    && comparisons[from].is_open()
                    && comparisons[to].is_open()
                    && comparisons[from].open_quantity() <= -count
                    && comparisons[to].open_quantity() >= count;
                if is_supported {
                    let (from, to) = ([(from, count)], [(to, count)]);
                    self.shift(comparisons, &from, &to, Dimension::Category);
                }
            }
        }
    }

    /// A line dated into a period that its invoice is not for, with the very units that one of the invoice's own
    /// periods lacks: it is that line with another date, whatever the other period expects.
    pub fn redated(&self, comparisons: &mut [Comparison], main: &[Period]) {
        let is_odd = |period: Option<Period>| period.is_some_and(|period| !main.contains(&period));
        for to in 0..comparisons.len() {
            let line = &comparisons[to];
            let billed = line.billed_quantity.unwrap_or(0);
            let is_candidate = !line.is_missing()
                && line.steps.is_empty()
                && !matches!(line.progress, Progress::Settled)
                && billed > 0
                && is_odd(line.key.period);
            if !is_candidate {
                continue;
            }
            let family = line.key.without(Dimension::Period);
            let from = comparisons.iter().position(|each| {
                each.is_missing()
                    && each.is_open()
                    && !each.is_silent
                    && each.open_quantity() == -billed
                    && each.key.without(Dimension::Period) == family
            });
            if let Some(from) = from {
                let line = &mut comparisons[to];
                line.progress = Progress::Open;
                line.slices.clear();
                (line.quantity, line.exact) = (0, Amount::ZERO);
                self.shift(
                    comparisons,
                    &[(from, billed)],
                    &[(to, billed)],
                    Dimension::Period,
                );
            }
        }
    }

    /// One cell has as many too many as another lacks.
    fn pairs(&self, comparisons: &mut [Comparison], family: &[usize], dimension: Dimension) {
        for &to in family {
            let open = comparisons[to].open_quantity();
            if open <= 0 {
                continue;
            }
            let from = family.iter().copied().find(|&from| {
                comparisons[from].open_quantity() == -open
                    && can_move(&comparisons[from], &comparisons[to], dimension)
            });
            if let Some(from) = from {
                self.shift(comparisons, &[(from, open)], &[(to, open)], dimension);
            }
        }
    }

    /// All cells together are billed right: units went from several to several.
    fn balanced(&self, comparisons: &mut [Comparison], family: &[usize], dimension: Dimension) {
        let open = |&each: &usize| comparisons[each].open_quantity();
        let (from, to): (Vec<usize>, Vec<usize>) = family
            .iter()
            .copied()
            .filter(|each| open(each) != 0)
            .partition(|each| open(each) < 0);
        let balance: i64 = from.iter().chain(&to).map(open).sum();
        let all_can = from.iter().all(|&from| {
            to.iter()
                .all(|&to| can_move(&comparisons[from], &comparisons[to], dimension))
        });
        if balance != 0 || from.is_empty() || !all_can {
            return;
        }
        let from: Vec<(usize, i64)> = from.iter().map(|each| (*each, -open(each))).collect();
        let to: Vec<(usize, i64)> = to.iter().map(|each| (*each, open(each))).collect();
        self.shift(comparisons, &from, &to, dimension);
    }

    /// Units in a cell for which the replay holds nothing come from the one cell that lacks enough.
    fn unexpected(&self, comparisons: &mut [Comparison], family: &[usize], dimension: Dimension) {
        for &to in family {
            let open = comparisons[to].open_quantity();
            let is_unexpected =
                comparisons[to].slices.is_empty() && comparisons[to].steps.is_empty();
            if open <= 0 || !is_unexpected {
                continue;
            }
            let mut lacking = family.iter().copied().filter(|&from| {
                comparisons[from].open_quantity() <= -open
                    && !comparisons[from].is_missing()
                    && can_move(&comparisons[from], &comparisons[to], dimension)
            });
            if let (Some(from), None) = (lacking.next(), lacking.next()) {
                self.shift(comparisons, &[(from, open)], &[(to, open)], dimension);
            }
        }
    }

    /// A cell billed in a currency in which the replay expects nothing, and the same cell missing in another.
    fn whole_lines(&self, comparisons: &mut [Comparison], family: &[usize]) {
        for &to in family {
            let mut missing = family.iter().copied().filter(|&from| {
                comparisons[from].is_missing()
                    && comparisons[from].is_open()
                    && comparisons[from]
                        .key
                        .differs_in(&comparisons[to].key, Dimension::Currency)
            });
            let is_unexpected = comparisons[to].slices.is_empty()
                && comparisons[to].steps.is_empty()
                && !comparisons[to].is_missing();
            if let (true, Some(from), None) = (is_unexpected, missing.next(), missing.next()) {
                let (lacks, billed) = (
                    -comparisons[from].open_quantity(),
                    comparisons[to].open_quantity(),
                );
                self.shift(
                    comparisons,
                    &[(from, lacks)],
                    &[(to, billed)],
                    Dimension::Currency,
                );
            }
        }
    }

    /// Explains what left some cells and came to others.
    fn shift(
        &self,
        comparisons: &mut [Comparison],
        from: &[(usize, i64)],
        to: &[(usize, i64)],
        dimension: Dimension,
    ) {
        let names = |list: &[(usize, i64)]| {
            let names: Vec<String> = list
                .iter()
                .map(|&(each, count)| {
                    format!(
                        "{} of {}",
                        units(count),
                        place(&comparisons[each].key, dimension, self.markets)
                    )
                })
                .collect();
            match names.len() {
                0..=NAMES_MAX => names.join(", "),
                count => format!(
                    "{} and {} more",
                    names[..NAMES_MAX].join(", "),
                    count - NAMES_MAX
                ),
            }
        };
        let (sources, targets) = (names(from), names(to));
        let left = |&(each, count): &(usize, i64)| comparisons[each].money_of_last(count);
        let left = from.iter().map(left).fold(Amount::ZERO, sum);
        let is_to_free = to.iter().all(|&(each, _)| comparisons[each].key.is_free());
        let cause = match dimension {
            Dimension::PricingType | Dimension::PricingTypeAndCategory if is_to_free => {
                Cause::FreeBilled
            }
            Dimension::PricingType | Dimension::PricingTypeAndCategory => Cause::BilledFree,
            Dimension::Category => Cause::Category,
            Dimension::Market => Cause::Market,
            Dimension::Tier => Cause::Tier,
            Dimension::Period => Cause::Period,
            Dimension::Currency => Cause::Currency,
        };
        for &(each, count) in from {
            let comparison = &mut comparisons[each];
            let money = times(comparison.money_of_last(count), -1);
            let text = format!(
                "{sources} expected here are billed as {targets}: {}",
                stake(money)
            );
            comparison.explain(cause, -count, money, text);
            close(comparison);
        }
        for &(each, count) in to {
            let comparison = &mut comparisons[each];
            let rate = entry_rate(comparison, self.rates);
            // The very line with another date: it is at the prices of the days that it is for.
            let is_same_line = dimension == Dimension::Period
                && comparison.slices.is_empty()
                && comparison.billed == Some(comparison.formation.round(left));
            let money = match (rate, comparison.billed) {
                _ if comparison.key.is_free() => Amount::ZERO,
                _ if is_same_line => left,
                (Some(rate), _) if dimension != Dimension::Currency => times(rate, count),
                (_, Some(billed)) => sum(billed, times(comparison.exact, -1)),
                _ => Amount::ZERO,
            };
            let text = format!(
                "{targets} billed here are held by the replay as {sources}: {}",
                stake(money)
            );
            comparison.explain(cause, count, money, text);
            close(comparison);
        }
    }
}

/// What a step leaves is only rounding of the same line, or still open.
fn close(comparison: &mut Comparison) {
    if comparison.open_quantity() == 0 && comparison.open_amount() == Amount::ZERO {
        comparison.progress = Progress::Settled;
    }
}

/// Whether units can have gone from one cell to the other along a column.
fn can_move(from: &Comparison, to: &Comparison, dimension: Dimension) -> bool {
    let differ = from.key.differs_in(&to.key, dimension);
    match dimension {
        // Between two free types no money moves.
        Dimension::PricingType | Dimension::PricingTypeAndCategory => {
            differ && from.key.is_free() != to.key.is_free()
        }
        _ => differ,
    }
}
