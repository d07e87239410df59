//! `rates show`: the rates that hold on a date.

use std::io::Write;

use serde::Serialize;

use super::{
    COLUMNS, RatesError, RatesFormat, RatesStatus, ShowArgs, market, model_on, table::TextTable,
    tariff, write_json,
};
use crate::{
    rulebook::Rulebook,
    tariff::{Amount, CardModel, MarketId, Rate, Tariff, UnratedReason},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

#[derive(Serialize)]
struct Answer {
    date: LocalDate,
    model: &'static str,
    currency: String,
    /// None if the model has no card in the currency on that date.
    markets: Vec<MarketEntry>,
}

#[derive(Serialize)]
struct MarketEntry {
    market: String,
    rates: Vec<RateEntry>,
}

#[derive(Serialize)]
struct RateEntry {
    category: &'static str,
    rate: Option<Amount>,
    card: Option<String>,
    holds_from: Option<LocalDate>,
    holds_to: Option<LocalDate>,
    confidence: Option<&'static str>,
    source: Option<String>,
    tiers_from: Option<LocalDate>,
    tiers: Vec<StepEntry>,
}

#[derive(Serialize)]
struct StepEntry {
    tier: String,
    rate: Option<Amount>,
}

pub(super) fn run(args: &ShowArgs, out: &mut dyn Write) -> Result<RatesStatus, RatesError> {
    let tariff = tariff(&args.tables)?;
    let model = model_on(args.model, &Rulebook::embedded()?, args.date)?;
    let asked = args
        .market
        .as_deref()
        .map(|name| market(&tariff, name))
        .transpose()?;
    let answer = answer(&tariff, model, args.currency, args.date, asked);
    match args.tables.format {
        RatesFormat::Json => write_json(out, &answer)?,
        RatesFormat::Human if asked.is_some() => one_market(&answer, out)?,
        RatesFormat::Human => every_market(&answer, out)?,
    }
    let has_card = tariff
        .cards
        .days_with_card(model, args.currency)
        .iter()
        .any(|days| days.contains(args.date));
    Ok(if has_card {
        RatesStatus::Success
    } else {
        RatesStatus::Incomplete
    })
}

fn answer(
    tariff: &Tariff,
    model: CardModel,
    currency: Currency,
    date: LocalDate,
    asked: Option<MarketId>,
) -> Answer {
    let exists = |market: MarketId| {
        tariff
            .spans
            .of(market)
            .iter()
            .any(|span| span.contains(date))
    };
    let mut markets: Vec<(String, MarketId)> = tariff
        .spans
        .markets(&tariff.markets)
        .filter(|&market| asked.map_or_else(|| exists(market), |asked| asked == market))
        .map(|market| (tariff.markets.name(market).to_owned(), market))
        .collect();
    markets.sort_unstable();
    let entries = markets.into_iter().map(|(name, market)| MarketEntry {
        market: name,
        rates: categories(tariff, model, currency, date)
            .map(|category| rate_entry(tariff, model, currency, market, category, date))
            .collect(),
    });
    Answer {
        date,
        model: model.name(),
        currency: currency.to_string(),
        markets: entries.collect(),
    }
}

/// The usual columns, and those of other categories that some card has in this currency.
fn categories(
    tariff: &Tariff,
    model: CardModel,
    currency: Currency,
    date: LocalDate,
) -> impl Iterator<Item = ChargeCategory> {
    let is_priced = move |category: ChargeCategory| {
        tariff.cards.cells().any(|cell| {
            let of_table =
                (cell.model, cell.currency, cell.category) == (model, currency, category);
            of_table
                && tariff
                    .cards
                    .series(cell)
                    .iter()
                    .any(|rate| rate.from <= date && date <= rate.to)
        })
    };
    let others = ChargeCategory::ALL
        .iter()
        .copied()
        .filter(|category| !COLUMNS.contains(category));
    COLUMNS
        .into_iter()
        .chain(others.filter(move |&category| is_priced(category)))
}

fn rate_entry(
    tariff: &Tariff,
    model: CardModel,
    currency: Currency,
    market: MarketId,
    category: ChargeCategory,
    date: LocalDate,
) -> RateEntry {
    let rate: Option<&Rate> = tariff
        .cards
        .rate(model, currency, market, category, date)
        .ok();
    let ladder = match model {
        CardModel::Pmp => tariff.ladders.ladder(currency, market, category, date),
        CardModel::Cbp => None,
    };
    let steps = ladder.map_or(&[][..], |ladder| ladder.steps.as_slice());
    RateEntry {
        category: category.name(),
        rate: rate.map(|rate| rate.amount),
        card: rate.map(|rate| tariff.cards.card_name(rate.card).to_owned()),
        holds_from: rate.map(|rate| rate.from),
        holds_to: rate.map(|rate| rate.to).filter(|&to| to != LocalDate::MAX),
        confidence: rate.map(|rate| rate.confidence.name()),
        source: rate.map(|rate| rate.source.to_string()),
        tiers_from: ladder.map(|ladder| ladder.key.from),
        tiers: steps
            .iter()
            .map(|step| StepEntry {
                tier: step.label.clone(),
                rate: step.rate,
            })
            .collect(),
    }
}

fn text(rate: Option<Amount>) -> String {
    rate.map_or_else(|| "-".to_owned(), |rate| rate.to_string())
}

fn every_market(answer: &Answer, out: &mut dyn Write) -> Result<(), RatesError> {
    writeln!(
        out,
        "{} list rates in {} on {}; `-` where no card is known",
        answer.model, answer.currency, answer.date
    )?;
    let categories = answer
        .markets
        .first()
        .map_or(&[][..], |market| market.rates.as_slice());
    let header: Vec<&'static str> = std::iter::once("market")
        .chain(categories.iter().map(|entry| entry.category))
        .collect();
    let mut table = TextTable::new(&header);
    for entry in &answer.markets {
        let rates = entry.rates.iter().map(|rate| text(rate.rate));
        table.row(std::iter::once(entry.market.clone()).chain(rates));
    }
    table.write(out)?;
    Ok(())
}

fn one_market(answer: &Answer, out: &mut dyn Write) -> Result<(), RatesError> {
    for entry in &answer.markets {
        writeln!(
            out,
            "{}: {} rates in {} on {}",
            entry.market, answer.model, answer.currency, answer.date
        )?;
        let header = ["category", "rate", "card", "from", "to", "confidence"];
        let mut table = TextTable::new(&header);
        let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        for rate in &entry.rates {
            table.row([
                rate.category.to_owned(),
                text(rate.rate),
                dash(rate.card.clone()),
                dash(rate.holds_from.map(|date| date.to_string())),
                dash(rate.holds_to.map(|date| date.to_string())),
                dash(rate.confidence.map(str::to_owned)),
            ]);
        }
        table.write(out)?;
        for rate in entry.rates.iter().filter(|rate| !rate.tiers.is_empty()) {
            let from = rate
                .tiers_from
                .map_or_else(String::new, |date| date.to_string());
            writeln!(out, "\n{} tiers from {from}", rate.category)?;
            let mut table = TextTable::new(&["tier", "rate"]);
            for step in &rate.tiers {
                table.row([step.tier.clone(), text(step.rate)]);
            }
            table.write(out)?;
        }
        writeln!(out, "\nSources")?;
        for rate in &entry.rates {
            let missing = || format!("not known ({})", UnratedReason::NoCell);
            let source = rate.source.clone().unwrap_or_else(missing);
            writeln!(out, "  {}: {source}", rate.category)?;
        }
    }
    Ok(())
}
