//! `rates list`: every card, its coverage, the ladders, the moves of markets.

use std::{collections::BTreeMap, io::Write};

use serde::Serialize;

use super::{
    COLUMNS, ListArgs, RatesError, RatesFormat, RatesStatus, table::TextTable, tariff, write_json,
};
use crate::{
    tariff::{CardModel, Cell, Confidence, MarketId, MarketMove, Tariff},
    vocabulary::{ChargeCategory, Currency, LocalDate},
};

#[derive(Serialize)]
struct Listing {
    cards: Vec<CardEntry>,
    coverage: Vec<CoverageEntry>,
    ladders: Vec<LadderEntry>,
    authentication_international: BTreeMap<String, LocalDate>,
    market_moves: Vec<MoveEntry>,
}

#[derive(Serialize)]
struct CardEntry {
    card: String,
    model: &'static str,
    currency: String,
    effective_from: LocalDate,
    rates: usize,
    markets: usize,
    confirmed: usize,
    single_source: usize,
    official: usize,
    own: usize,
}

/// How many markets have a rate from a date on.
#[derive(Serialize)]
struct CoverageEntry {
    model: &'static str,
    currency: String,
    from: LocalDate,
    marketing: usize,
    utility: usize,
    authentication: usize,
    authentication_international: usize,
    service: usize,
    markets: usize,
}

#[derive(Serialize)]
struct LadderEntry {
    currency: String,
    effective_from: LocalDate,
    category: &'static str,
    markets: usize,
    steps: usize,
}

#[derive(Serialize)]
struct MoveEntry {
    date: LocalDate,
    country: String,
    from: String,
    to: String,
}

pub(super) fn run(args: &ListArgs, out: &mut dyn Write) -> Result<RatesStatus, RatesError> {
    let tariff = tariff(&args.tables)?;
    let is_wanted = |currency: Currency| args.currency.is_none_or(|wanted| wanted == currency);
    let listing = Listing {
        cards: cards(&tariff, is_wanted),
        coverage: coverage(&tariff, is_wanted),
        ladders: ladders(&tariff, is_wanted),
        authentication_international: tariff
            .auth_international
            .iter()
            .map(|(market, start)| (tariff.markets.name(market).to_owned(), start))
            .collect(),
        market_moves: tariff
            .spans
            .moves()
            .iter()
            .map(|moved| market_move(&tariff, moved))
            .collect(),
    };
    match args.tables.format {
        RatesFormat::Json => write_json(out, &listing)?,
        RatesFormat::Human => human(&listing, out)?,
    }
    Ok(RatesStatus::Success)
}

fn cards(tariff: &Tariff, is_wanted: impl Fn(Currency) -> bool) -> Vec<CardEntry> {
    let known = tariff
        .cards
        .cards()
        .filter(|(card, _)| is_wanted(card.currency));
    known
        .map(|(card, rates)| {
            let confident = |confidence: Confidence| {
                rates
                    .iter()
                    .filter(|(_, rate)| rate.confidence == confidence)
                    .count()
            };
            let mut markets: Vec<MarketId> = rates.iter().map(|(cell, _)| cell.market).collect();
            markets.sort_unstable();
            markets.dedup();
            CardEntry {
                card: card.name.clone(),
                model: card.model.name(),
                currency: card.currency.to_string(),
                effective_from: card.from,
                rates: rates.len(),
                markets: markets.len(),
                confirmed: confident(Confidence::Confirmed),
                single_source: confident(Confidence::SingleSource),
                official: confident(Confidence::Official),
                own: rates.iter().filter(|(_, rate)| rate.is_own).count(),
            }
        })
        .collect()
}

fn coverage(tariff: &Tariff, is_wanted: impl Fn(Currency) -> bool) -> Vec<CoverageEntry> {
    let mut entries = Vec::new();
    for &model in CardModel::ALL {
        for &currency in tariff
            .cards
            .currencies()
            .iter()
            .filter(|&&currency| is_wanted(currency))
        {
            for from in tariff.cards.dates(model, currency) {
                entries.push(coverage_on(tariff, model, currency, from));
            }
        }
    }
    entries
}

fn coverage_on(
    tariff: &Tariff,
    model: CardModel,
    currency: Currency,
    date: LocalDate,
) -> CoverageEntry {
    let existing = |market: &MarketId| {
        let spans = tariff.spans.of(*market);
        spans.iter().any(|span| span.contains(date))
    };
    let markets: Vec<MarketId> = tariff
        .spans
        .markets(&tariff.markets)
        .filter(existing)
        .collect();
    let [
        marketing,
        utility,
        authentication,
        authentication_international,
        service,
    ] = COLUMNS.map(|category: ChargeCategory| {
        let has_rate = |&&market: &&MarketId| {
            let cell = Cell {
                model,
                currency,
                market,
                category,
            };
            tariff
                .cards
                .series(cell)
                .iter()
                .any(|rate| rate.from <= date && date <= rate.to)
        };
        markets.iter().filter(has_rate).count()
    });
    CoverageEntry {
        model: model.name(),
        currency: currency.to_string(),
        from: date,
        marketing,
        utility,
        authentication,
        authentication_international,
        service,
        markets: markets.len(),
    }
}

fn ladders(tariff: &Tariff, is_wanted: impl Fn(Currency) -> bool) -> Vec<LadderEntry> {
    let mut entries: BTreeMap<(Currency, LocalDate, ChargeCategory), (usize, usize)> =
        BTreeMap::new();
    for ladder in tariff
        .ladders
        .iter()
        .filter(|ladder| is_wanted(ladder.key.currency))
    {
        let key = (ladder.key.currency, ladder.key.from, ladder.key.category);
        let (markets, steps) = entries.entry(key).or_default();
        *markets += 1;
        *steps += ladder.steps.len();
    }
    entries
        .into_iter()
        .map(
            |((currency, effective_from, category), (markets, steps))| LadderEntry {
                currency: currency.to_string(),
                effective_from,
                category: category.name(),
                markets,
                steps,
            },
        )
        .collect()
}

fn market_move(tariff: &Tariff, moved: &MarketMove) -> MoveEntry {
    MoveEntry {
        date: moved.date,
        country: moved.country.clone(),
        from: tariff.markets.name(moved.from).to_owned(),
        to: tariff.markets.name(moved.to).to_owned(),
    }
}

fn human(listing: &Listing, out: &mut dyn Write) -> Result<(), RatesError> {
    writeln!(out, "Cards")?;
    let header = [
        "card",
        "rates",
        "markets",
        "confirmed",
        "single-source",
        "official",
        "own",
    ];
    let mut table = TextTable::new(&header);
    for card in &listing.cards {
        let counts = [
            card.rates,
            card.markets,
            card.confirmed,
            card.single_source,
            card.official,
            card.own,
        ];
        table.row(
            [card.card.clone()]
                .into_iter()
                .chain(counts.map(|count| count.to_string())),
        );
    }
    table.write(out)?;

    writeln!(out, "\nMarkets with a rate from each date on")?;
    let header = [
        "model",
        "currency",
        "from",
        "marketing",
        "utility",
        "authentication",
        "auth. intl",
        "service",
        "of",
    ];
    let mut table = TextTable::new(&header);
    for entry in &listing.coverage {
        let counts = [
            entry.marketing,
            entry.utility,
            entry.authentication,
            entry.authentication_international,
            entry.service,
            entry.markets,
        ];
        let names = [
            entry.model.to_owned(),
            entry.currency.clone(),
            entry.from.to_string(),
        ];
        table.row(
            names
                .into_iter()
                .chain(counts.map(|count| count.to_string())),
        );
    }
    table.write(out)?;

    writeln!(out, "\nVolume tiers")?;
    let mut table = TextTable::new(&["currency", "from", "category", "markets", "steps"]);
    for entry in &listing.ladders {
        table.row([
            entry.currency.clone(),
            entry.effective_from.to_string(),
            entry.category.to_owned(),
            entry.markets.to_string(),
            entry.steps.to_string(),
        ]);
    }
    table.write(out)?;

    writeln!(out, "\nAuthentication-international")?;
    let mut table = TextTable::new(&["market", "from"]);
    for (market, start) in &listing.authentication_international {
        table.row([market.clone(), start.to_string()]);
    }
    table.write(out)?;

    writeln!(out, "\nMoves of markets")?;
    let mut table = TextTable::new(&["date", "country", "from", "to"]);
    for moved in &listing.market_moves {
        table.row([
            moved.date.to_string(),
            moved.country.clone(),
            moved.from.clone(),
            moved.to.clone(),
        ]);
    }
    table.write(out)?;
    Ok(())
}
