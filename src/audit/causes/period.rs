//! A-PERIOD: units that another calendar puts into the line's period, or out of it.
//!
//! A message belongs to the month of its delivery in the account's local time (T-2, T-3). An invoice that
//! counts by sending has late deliveries too early; one that counts days in UTC has the hours around midnight
//! in another month. The log knows how many units each calendar would move, cell by cell.

use std::collections::BTreeMap;

use super::{
    super::{
        Cause, Evidence, ExpectedGroup,
        comparison::{Comparison, minus, sum, times},
        line::DateBasis,
        matching::Matching,
    },
    words::{stake, units},
};
use crate::{tariff::Amount, vocabulary::LocalDate};

/// Another way to tell the day of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calendar {
    /// By sending, in local time.
    Sending,
    /// By delivery, in UTC.
    Utc,
}

impl Calendar {
    const ALL: [Self; 2] = [Self::Sending, Self::Utc];

    const fn name(self) -> &'static str {
        match self {
            Self::Sending => "were sent",
            Self::Utc => "were delivered by the days of UTC",
        }
    }
}

/// Units that come and go at the ends of a cell's period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Boundary {
    coming: i64,
    coming_money: Amount,
    going: i64,
    going_money: Amount,
}

/// Explains cells whose open quantity is what another calendar would make of them.
pub(super) fn by_other_calendars(evidence: &Evidence<'_>, matching: &mut Matching) {
    let is_dated = |comparison: &Comparison| {
        comparison.key.period.is_some() && comparison.is_open() && comparison.open_quantity() != 0
    };
    if !matching.comparisons.iter().any(is_dated) {
        return;
    }
    let known: Vec<(Calendar, BTreeMap<usize, Boundary>)> = Calendar::ALL
        .iter()
        .map(|&calendar| (calendar, boundaries(evidence, matching, calendar)))
        .collect();
    for (calendar, cells) in &known {
        for (&cell, boundary) in cells {
            exact(matching, *calendar, cell, boundary);
        }
    }
    for (calendar, cells) in &known {
        established(matching, *calendar, cells);
    }
    for (calendar, cells) in &known {
        if *calendar == Calendar::Sending {
            for (&cell, boundary) in cells {
                part(matching, cell, boundary);
            }
        }
    }
}

/// Most, but not all of the late deliveries of a cell are billed in the other period. Fewer than half of them are
/// no evidence: as many units may be missing for any reason.
fn part(matching: &mut Matching, cell: usize, boundary: &Boundary) {
    let Some(comparison) = open_comparison(matching, cell) else {
        return;
    };
    let open = comparison.open_quantity();
    let (late, money) = match open > 0 {
        true => (boundary.coming, boundary.coming_money),
        false => (boundary.going, boundary.going_money),
    };
    let is_most = open.abs() < late && open.abs() * 2 > late;
    let is_of_one_rate = late > 0 && money.units() % i128::from(late) == 0;
    if !is_most || !is_of_one_rate {
        return;
    }
    let rate = Amount::from_units(money.units() / i128::from(late));
    let money = times(rate, open);
    let text = format!(
        "{} of {late} late deliveries (sent in one period, delivered in another) are billed by the day of sending: {}",
        units(open),
        stake(money)
    );
    comparison.explain(Cause::Period, open, money, text);
}

/// The open quantity is exactly what the calendar moves.
fn exact(matching: &mut Matching, calendar: Calendar, cell: usize, boundary: &Boundary) {
    let Some(comparison) = open_comparison(matching, cell) else {
        return;
    };
    let open = comparison.open_quantity();
    let coming = (boundary.coming, boundary.coming_money);
    let going = (-boundary.going, minus(Amount::ZERO, boundary.going_money));
    let both = (coming.0 + going.0, sum(coming.1, going.1));
    let found = [both, coming, going]
        .into_iter()
        .find(|&(quantity, _)| quantity == open);
    if let Some((quantity, money)) = found {
        let text = wording(comparison, calendar, boundary, money);
        comparison.explain(Cause::Period, quantity, money, text);
    }
}

/// The calendar explains most of the cells it touches: then it was used for the others too, and what is left
/// of them has another cause.
fn established(matching: &mut Matching, calendar: Calendar, cells: &BTreeMap<usize, Boundary>) {
    let moving = |boundary: &Boundary| boundary.coming != boundary.going;
    let touched = cells.values().filter(|boundary| moving(boundary)).count();
    let explained = cells
        .keys()
        .filter(|&&cell| {
            let comparisons = matching.of_cell[cell]
                .iter()
                .map(|&each| &matching.comparisons[each]);
            comparisons
                .flat_map(|comparison| &comparison.steps)
                .any(|step| step.cause == Cause::Period && step.text.contains(calendar.name()))
        })
        .count();
    if explained < 2 || explained * 2 <= touched {
        return;
    }
    for (&cell, boundary) in cells.iter().filter(|(_, boundary)| moving(boundary)) {
        let Some(comparison) = open_comparison(matching, cell) else {
            continue;
        };
        if comparison
            .steps
            .iter()
            .any(|step| step.cause == Cause::Period)
        {
            continue;
        }
        let money = minus(boundary.coming_money, boundary.going_money);
        let text = wording(comparison, calendar, boundary, money);
        comparison.explain(Cause::Period, boundary.coming - boundary.going, money, text);
    }
}

fn wording(
    comparison: &Comparison,
    calendar: Calendar,
    boundary: &Boundary,
    money: Amount,
) -> String {
    let period = comparison
        .key
        .period
        .map_or_else(String::new, |period| period.to_string());
    format!(
        "{} {} in {period} but belong to another period, {} the reverse; the bill follows that: {}",
        units(boundary.coming),
        calendar.name(),
        boundary.going,
        stake(money)
    )
}

/// The comparison of a cell that still lacks an explanation of its quantity.
fn open_comparison(matching: &mut Matching, cell: usize) -> Option<&mut Comparison> {
    let place = matching.of_cell[cell].iter().copied().find(|&each| {
        let comparison = &matching.comparisons[each];
        comparison.is_open() && !comparison.is_quantity_implied && comparison.open_quantity() != 0
    })?;
    matching.comparisons.get_mut(place)
}

/// What a calendar moves into and out of each cell.
fn boundaries(
    evidence: &Evidence<'_>,
    matching: &Matching,
    calendar: Calendar,
) -> BTreeMap<usize, Boundary> {
    let mut cells: BTreeMap<usize, Boundary> = BTreeMap::new();
    let own = |group: &ExpectedGroup| {
        let group_date = (group.local_date, group.utc_date);
        move |basis: DateBasis| match basis {
            DateBasis::Local => group_date.0,
            DateBasis::Utc => group_date.1,
        }
    };
    let other = |group: &ExpectedGroup| -> LocalDate {
        match calendar {
            Calendar::Sending => group.send_date,
            Calendar::Utc => group.utc_date,
        }
    };
    let moved = evidence
        .groups
        .iter()
        .filter(|group| other(group) != group.local_date);
    for group in moved {
        let here = matching.cells.look_up(group, own(group));
        let date = other(group);
        let there = matching.cells.look_up(group, |_| date);
        if here == there {
            continue;
        }
        let quantity = i64::try_from(group.quantity).unwrap_or(i64::MAX);
        let money = group.amount.unwrap_or(Amount::ZERO);
        let counts =
            |cell: usize| group.is_charged() || matching.cells.key(cell).pricing_type.is_some();
        if let Some(cell) = there.filter(|&cell| counts(cell)) {
            let boundary = cells.entry(cell).or_default();
            boundary.coming += quantity;
            boundary.coming_money = sum(boundary.coming_money, money);
        }
        if let Some(cell) = here.filter(|&cell| counts(cell)) {
            let boundary = cells.entry(cell).or_default();
            boundary.going += quantity;
            boundary.going_money = sum(boundary.going_money, money);
        }
    }
    cells
}
