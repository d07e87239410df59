//! `rates diff`: what changes between two dates.

use std::{collections::BTreeSet, io::Write};

use serde::Serialize;

use super::{
    DiffArgs, RatesError, RatesFormat, RatesStatus, market, model_on, table::TextTable, tariff,
    write_json,
};
use crate::{
    rulebook::Rulebook,
    tariff::{Amount, CardModel, Ladder, MarketId, Rate, Rounding, Tariff},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

/// Digits after the point of a percentage, rounded half up.
const PERCENT_DIGITS: u32 = 2;

#[derive(Serialize)]
struct Answer {
    from: LocalDate,
    to: LocalDate,
    from_model: &'static str,
    to_model: &'static str,
    rates: Vec<RateChange>,
    tiers: Vec<TierChange>,
    market_moves: Vec<MoveEntry>,
}

#[derive(Serialize)]
struct RateChange {
    currency: String,
    market: String,
    category: &'static str,
    before: Option<Amount>,
    after: Option<Amount>,
    change: Option<Amount>,
    percent: Option<Amount>,
    card_before: Option<String>,
    card_after: Option<String>,
}

#[derive(Serialize)]
struct TierChange {
    currency: String,
    market: String,
    category: &'static str,
    before: Vec<String>,
    after: Vec<String>,
}

#[derive(Serialize)]
struct MoveEntry {
    date: LocalDate,
    country: String,
    from: String,
    to: String,
}

pub(super) fn run(args: &DiffArgs, out: &mut dyn Write) -> Result<RatesStatus, RatesError> {
    let tariff = tariff(&args.tables)?;
    let rulebook = Rulebook::embedded()?;
    let before = (model_on(None, &rulebook, args.from)?, args.from);
    let after = (model_on(None, &rulebook, args.to)?, args.to);
    let only = args
        .market
        .as_deref()
        .map(|name| market(&tariff, name))
        .transpose()?;
    let cells: BTreeSet<(Currency, String, MarketId, ChargeCategory)> = tariff
        .cards
        .cells()
        .filter(|cell| {
            args.currency
                .is_none_or(|currency| currency == cell.currency)
        })
        .filter(|cell| only.is_none_or(|market| market == cell.market))
        .map(|cell| {
            let name = tariff.markets.name(cell.market).to_owned();
            (cell.currency, name, cell.market, cell.category)
        })
        .collect();
    let mut answer = Answer {
        from: args.from,
        to: args.to,
        from_model: before.0.name(),
        to_model: after.0.name(),
        rates: Vec::new(),
        tiers: Vec::new(),
        market_moves: moves(&tariff, args.from, args.to, only),
    };
    for (currency, name, market, category) in cells {
        let cell = (currency, market, category);
        answer
            .rates
            .extend(rate_change(&tariff, cell, &name, before, after));
        answer
            .tiers
            .extend(tier_change(&tariff, cell, &name, before, after));
    }
    match args.tables.format {
        RatesFormat::Json => write_json(out, &answer)?,
        RatesFormat::Human => human(&answer, out)?,
    }
    Ok(RatesStatus::Success)
}

fn rate_change(
    tariff: &Tariff,
    (currency, market, category): (Currency, MarketId, ChargeCategory),
    name: &str,
    before: (CardModel, LocalDate),
    after: (CardModel, LocalDate),
) -> Option<RateChange> {
    let rate = |(model, date)| {
        tariff
            .cards
            .rate(model, currency, market, category, date)
            .ok()
    };
    let (old, new): (Option<&Rate>, Option<&Rate>) = (rate(before), rate(after));
    let (before, after) = (old.map(|rate| rate.amount), new.map(|rate| rate.amount));
    if before == after {
        return None;
    }
    let card = |rate: Option<&Rate>| rate.map(|rate| tariff.cards.card_name(rate.card).to_owned());
    Some(RateChange {
        currency: currency.to_string(),
        market: name.to_owned(),
        category: category.name(),
        before,
        after,
        change: after
            .zip(before)
            .and_then(|(after, before)| after.minus(before)),
        percent: after.zip(before).and_then(|(after, before)| {
            after.percent_above(before, Rounding::HalfUp, PERCENT_DIGITS)
        }),
        card_before: card(old),
        card_after: card(new),
    })
}

fn tier_change(
    tariff: &Tariff,
    (currency, market, category): (Currency, MarketId, ChargeCategory),
    name: &str,
    before: (CardModel, LocalDate),
    after: (CardModel, LocalDate),
) -> Option<TierChange> {
    let steps = |(model, date)| {
        let ladder = match model {
            CardModel::Pmp => tariff.ladders.ladder(currency, market, category, date),
            CardModel::Cbp => None,
        };
        ladder.map_or_else(Vec::new, written)
    };
    let (before, after) = (steps(before), steps(after));
    (before != after).then(|| TierChange {
        currency: currency.to_string(),
        market: name.to_owned(),
        category: category.name(),
        before,
        after,
    })
}

fn written(ladder: &Ladder) -> Vec<String> {
    let rate = |rate: Option<Amount>| rate.map_or_else(|| "-".to_owned(), |rate| rate.to_string());
    let steps = ladder.steps.iter();
    steps
        .map(|step| format!("{}={}", step.label, rate(step.rate)))
        .collect()
}

fn moves(
    tariff: &Tariff,
    from: LocalDate,
    to: LocalDate,
    only: Option<MarketId>,
) -> Vec<MoveEntry> {
    let (first, last) = (from.min(to), from.max(to));
    let moved = tariff.spans.moves().iter();
    moved
        .filter(|moved| first < moved.date && moved.date <= last)
        .filter(|moved| only.is_none_or(|market| market == moved.from || market == moved.to))
        .map(|moved| MoveEntry {
            date: moved.date,
            country: moved.country.clone(),
            from: tariff.markets.name(moved.from).to_owned(),
            to: tariff.markets.name(moved.to).to_owned(),
        })
        .collect()
}

fn human(answer: &Answer, out: &mut dyn Write) -> Result<(), RatesError> {
    let Answer {
        from,
        to,
        from_model,
        to_model,
        ..
    } = answer;
    writeln!(out, "From {from} ({from_model}) to {to} ({to_model})")?;
    let header = [
        "currency", "market", "category", "before", "after", "change", "percent", "card",
    ];
    let mut table = TextTable::new(&header);
    let text = |rate: Option<Amount>| rate.map_or_else(|| "-".to_owned(), |rate| rate.to_string());
    let signed = |rate: Amount| {
        if rate > Amount::ZERO {
            format!("+{rate}")
        } else {
            rate.to_string()
        }
    };
    for change in &answer.rates {
        let percent = |percent: Amount| {
            format!(
                "{}{percent:.2}%",
                if percent > Amount::ZERO { "+" } else { "" }
            )
        };
        table.row([
            change.currency.clone(),
            change.market.clone(),
            change.category.to_owned(),
            text(change.before),
            text(change.after),
            change.change.map_or_else(String::new, signed),
            change.percent.map_or_else(String::new, percent),
            change.card_after.clone().unwrap_or_default(),
        ]);
    }
    if table.is_empty() {
        writeln!(out, "no list rate changes")?;
    } else {
        table.write(out)?;
    }
    if !answer.tiers.is_empty() {
        writeln!(out, "\nTiers that change")?;
        for change in &answer.tiers {
            writeln!(
                out,
                "{} {} {}",
                change.currency, change.market, change.category
            )?;
            writeln!(out, "  before: {}", ladder_text(&change.before))?;
            writeln!(out, "  after:  {}", ladder_text(&change.after))?;
        }
    }
    if !answer.market_moves.is_empty() {
        writeln!(out, "\nCountries that change their market")?;
        let mut table = TextTable::new(&["date", "country", "from", "to"]);
        for moved in &answer.market_moves {
            table.row([
                moved.date.to_string(),
                moved.country.clone(),
                moved.from.clone(),
                moved.to.clone(),
            ]);
        }
        table.write(out)?;
    }
    Ok(())
}

fn ladder_text(steps: &[String]) -> String {
    if steps.is_empty() {
        "none known".to_owned()
    } else {
        steps.join(" ")
    }
}
