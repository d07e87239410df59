//! List rates and ladders: the cell in force on a day, and which day is asked.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::World;
use super::message::Message;
use super::regime::basis_date;
use super::tariff::{Rate, Step, Tariff};

/// The date that picks card and ladder before a forced rulebook moves it: S-01, and S-05 over it.
pub fn asked_day(message: &Message, world: &World) -> NaiveDate {
    if world.settings.is("late_delivery_rate", "send") {
        let zone = world.settings;
        return world
            .accounts
            .local_date(&message.account, message.sent, zone);
    }
    basis_date(message, world)
}

fn holds(rate: &Rate, day: NaiveDate) -> bool {
    rate.from <= day && rate.to.is_none_or(|to| day <= to)
}

/// with a forced rulebook the nearest day on which the model has any card in the currency,
/// the earlier of two as near; otherwise the day itself.
pub fn card_day(model: &str, currency: &str, day: NaiveDate, world: &World) -> NaiveDate {
    if world.settings.rulebook.is_none() {
        return day;
    }
    let tariff = world.tariff.expect("a tariff");
    let of_model = |rate: &&Rate| rate.model == model && rate.currency == currency;
    let cards: Vec<&Rate> = tariff.rates.iter().filter(of_model).collect();
    if cards.iter().any(|rate| holds(rate, day)) {
        return day;
    }
    let first_days = cards.iter().map(|rate| rate.from);
    let last_days = cards.iter().filter_map(|rate| rate.to);
    nearest(day, first_days.chain(last_days))
}

/// R-1, "tiers likewise": the nearest day on which any ladder of the currency is in force.
pub fn ladder_day(currency: &str, day: NaiveDate, world: &World) -> NaiveDate {
    if world.settings.rulebook.is_none() {
        return day;
    }
    let tariff = world.tariff.expect("a tariff");
    let mut edges = Vec::new();
    for step in tariff.steps.iter().filter(|it| it.currency == currency) {
        let end = ladder_end(tariff, step);
        if step.from <= day && end.is_none_or(|end| day < end) {
            return day;
        }
        edges.push(step.from);
        edges.extend(end.and_then(|end| end.pred_opt()));
    }
    nearest(day, edges.into_iter())
}

fn nearest(day: NaiveDate, candidates: impl Iterator<Item = NaiveDate>) -> NaiveDate {
    let distance = |other: &NaiveDate| ((*other - day).num_days().abs(), *other);
    candidates.min_by_key(distance).unwrap_or(day)
}

/// A rate and the name of the card it stands on.
pub type Listed = (Decimal, String);

/// the cell of a card; none is never zero.
pub fn list_rate(
    model: &str,
    currency: &str,
    market: &str,
    category: &str,
    day: NaiveDate,
    tariff: &Tariff,
) -> Option<Listed> {
    let cell = |currency: &str, category: &str| {
        let found = tariff.rates.iter().find(|rate| {
            let same_card = rate.model == model && rate.currency == currency;
            same_card && rate.market == market && rate.category == category && holds(rate, day)
        });
        found.map(|rate| (rate.rate, format!("{model}-{currency}-{}", rate.from)))
    };
    let has_column = tariff.rates.iter().any(|rate| {
        let same_card = rate.model == model && rate.currency == currency;
        same_card && rate.category == category && holds(rate, day)
    });
    let own = cell(currency, category);
    match category {
        // the card, not the market, has the column or has none.
        "marketing_lite" if !has_column => cell(currency, "marketing"),
        // A free service is free in every currency, though entered in dollars only.
        "service" => own.or(cell("USD", category).filter(|(rate, _)| rate.is_zero())),
        _ => own,
    }
}

/// The first day on which a ladder no longer holds: a newer one of its cell has started, or the
/// list rate, of which its steps are discounts, is another than at its start.
fn ladder_end(tariff: &Tariff, step: &Step) -> Option<NaiveDate> {
    let same = |currency: &str, market: &str, category: &str| {
        currency == step.currency && market == step.market && category == step.category
    };
    let newer = tariff.steps.iter().filter(|other| {
        same(&other.currency, &other.market, &other.category) && other.from > step.from
    });
    let newer = newer.map(|other| other.from).min();
    let list =
        |rate: &&Rate| rate.model == "PMP" && same(&rate.currency, &rate.market, &rate.category);
    let mut cells = tariff.rates.iter().filter(list);
    let at_start = cells.find(|rate| holds(rate, step.from));
    let changed = at_start.and_then(|at_start| {
        let later = tariff.rates.iter().filter(list);
        let later = later.filter(|rate| rate.from > step.from && rate.rate != at_start.rate);
        later.map(|rate| rate.from).min()
    });
    [newer, changed].into_iter().flatten().min()
}

/// the steps of the ladder of a cell in force on a day, from the lowest up; empty if none is.
pub fn ladder<'a>(
    currency: &str,
    market: &str,
    category: &str,
    day: NaiveDate,
    tariff: &'a Tariff,
) -> Vec<&'a Step> {
    let in_force = tariff.steps.iter().filter(|step| {
        let same = step.currency == currency && step.market == market && step.category == category;
        same && step.from <= day && ladder_end(tariff, step).is_none_or(|end| day < end)
    });
    let mut steps: Vec<&Step> = in_force.collect();
    steps.sort_by_key(|step| step.tier_from);
    steps
}

impl Step {
    pub fn holds(&self, rank: u64) -> bool {
        let below_end = match self.tier_to {
            Some(last) => rank <= last,
            None => self.tier_to_known,
        };
        self.tier_from <= rank && below_end
    }

    /// As Meta writes it: the first step starts at 0, an open one ends in MAX.
    pub fn label(&self) -> String {
        let lower = if self.tier_from == 1 {
            0
        } else {
            self.tier_from
        };
        match self.tier_to {
            Some(upper) => format!("{lower}:{upper}"),
            None => format!("{lower}:MAX"),
        }
    }
}
