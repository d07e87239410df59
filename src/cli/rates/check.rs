//! `rates check`: the holes of the tables, before a run falls into them.

use std::io::Write;

use serde::Serialize;

use super::{CheckArgs, RatesError, RatesFormat, RatesStatus, tariff, write_json};
use crate::{
    accounts::Accounts,
    rulebook::{Rulebook, Settings},
    tariff::{Hole, Period, Tariff, holes},
    vocabulary::{Currency, LocalDate},
};

#[derive(Serialize)]
struct Answer {
    currencies: Vec<String>,
    holes: Vec<Hole>,
}

pub(super) fn run(args: &CheckArgs, out: &mut dyn Write) -> Result<RatesStatus, RatesError> {
    let tariff = tariff(&args.tables)?;
    let currencies = currencies(args, &tariff)?;
    let scope = Period {
        from: args.from.unwrap_or(LocalDate::MIN),
        to: args.to.unwrap_or(LocalDate::MAX),
    };
    let answer = Answer {
        currencies: currencies.iter().map(Currency::to_string).collect(),
        holes: holes(&tariff, &Rulebook::embedded()?, &currencies, scope),
    };
    match args.tables.format {
        RatesFormat::Json => write_json(out, &answer)?,
        RatesFormat::Human => human(&answer, out)?,
    }
    let is_incomplete = answer.holes.iter().any(|hole| hole.kind.is_unrated());
    Ok(if is_incomplete {
        RatesStatus::Incomplete
    } else {
        RatesStatus::Success
    })
}

/// The currencies asked for, those of the accounts, or else every one that has a card.
fn currencies(args: &CheckArgs, tariff: &Tariff) -> Result<Vec<Currency>, RatesError> {
    let mut asked = args.currency.clone();
    if let Some(path) = &args.accounts {
        let accounts = Accounts::load_with_markets(path, &Settings::default(), &tariff.markets)?;
        for account in accounts.listed() {
            asked.extend(account.currency.values());
        }
    }
    if args.accounts.is_none() && asked.is_empty() {
        asked.extend(tariff.cards.currencies());
    }
    asked.sort_unstable();
    asked.dedup();
    Ok(asked)
}

fn human(answer: &Answer, out: &mut dyn Write) -> Result<(), RatesError> {
    if answer.holes.is_empty() {
        writeln!(out, "no holes in {}", answer.currencies.join(", "))?;
    }
    for hole in &answer.holes {
        let Hole {
            kind,
            model,
            currency,
            period,
            steps,
            ..
        } = hole;
        write!(out, "{kind:<17}  {model} {currency}")?;
        if let Some(category) = hole.category {
            write!(out, " {category}")?;
        }
        write!(out, " {period}")?;
        if !steps.is_empty() {
            write!(out, " tier {steps}")?;
        }
        if !hole.markets.is_empty() {
            write!(out, ": {}", hole.markets.join(", "))?;
        }
        writeln!(out)?;
    }
    let unrated = answer
        .holes
        .iter()
        .filter(|hole| hole.kind.is_unrated())
        .count();
    writeln!(
        out,
        "{} holes in {}; {unrated} of them leave charges unrated, the others are charged at the list rate",
        answer.holes.len(),
        answer.currencies.join(", ")
    )?;
    Ok(())
}
