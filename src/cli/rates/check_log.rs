//! `rates check LOG`: what the charges of a log need and the tables lack.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::{
    CheckArgs, RatesError, RatesFormat, RatesStatus, table::TextTable, tariff, write_json,
};
use crate::accounts::{Accounts, TemplateRegistry};
use crate::cli::opened_log::{LogRequest, OpenedLog, ReplayRequest};
use crate::log::map::Map;
use crate::memory::Memory;
use crate::pricing::{self, Groups, TierPosition};
use crate::report::summary::{Bill, MissingRate};
use crate::rulebook::Settings;

#[derive(Serialize)]
struct Answer {
    charges: u64,
    unrated: Vec<MissingRate>,
    without_ladder: Vec<WithoutLadder>,
}

/// Charges with tiers that are priced at list (Q-NO-LADDER).
#[derive(Serialize)]
struct WithoutLadder {
    currencies: String,
    market: String,
    category: &'static str,
    month: String,
    quantity: u64,
}

pub(super) fn run(args: &CheckArgs, out: &mut dyn Write) -> Result<RatesStatus, RatesError> {
    let answer = answer(args)?;
    match args.tables.format {
        RatesFormat::Json => write_json(out, &answer)?,
        RatesFormat::Human => human(&answer, out)?,
    }
    Ok(if answer.unrated.is_empty() {
        RatesStatus::Success
    } else {
        RatesStatus::Incomplete
    })
}

fn answer(args: &CheckArgs) -> Result<Answer, RatesError> {
    let tariff = tariff(&args.tables)?;
    let settings = Settings::default();
    let accounts = match &args.accounts {
        Some(path) => Accounts::load_with_markets(path, &settings, &tariff.markets)?,
        None => Accounts::absent(&settings),
    };
    let templates = match &args.templates {
        Some(path) => TemplateRegistry::load(path)?,
        None => TemplateRegistry::default(),
    };
    let map = args.map.as_deref().map(Map::load).transpose();
    let map = map.map_err(|error| RatesError::Usage(format!("{error:#}")))?;
    let request = LogRequest {
        logs: args.logs.clone(),
        map: map.map(Arc::new),
        format: None,
        zone: args.log_timezone,
        temp_dir: None,
        reads_texts: false,
        memory: Memory::unlimited(),
    };
    let unreadable = |error: anyhow::Error| RatesError::Input(format!("{error:#}"));
    let log = OpenedLog::open(&request, &templates).map_err(unreadable)?;
    let request = ReplayRequest {
        settings: &settings,
        accounts: &accounts,
        templates: &templates,
        tariff: &tariff,
        rulebook: None,
        from: args.from,
        to: args.to,
        detail_messages: false,
        shadow: false,
        findings: false,
        carried: None,
        keeping: None,
        tracer: None,
    };
    let replayed = log.replay(&request, &|_| {}).map_err(unreadable)?;
    let outcome = &replayed.outcome;
    let pricing = pricing::price(&pricing::Request {
        outcome,
        tariff: &tariff,
        accounts: &accounts,
        settings: &settings,
        cards: pricing::CardDays::Real,
        with_rates: true,
        settled_tiers: &[],
        ids: &replayed.ids,
    })
    .map_err(unreadable)?;
    let groups = Groups::of(outcome, &pricing);
    let bill = Bill::new(outcome, pricing.list(), &groups, &tariff);
    Ok(Answer {
        charges: groups.iter().map(|(_, totals)| totals.quantity).sum(),
        unrated: bill.unrated,
        without_ladder: pricing
            .list()
            .tiers
            .iter()
            .filter_map(without_ladder)
            .collect(),
    })
}

fn without_ladder(position: &TierPosition) -> Option<WithoutLadder> {
    let currencies: Vec<&str> = position.currencies.iter().map(|code| code.code()).collect();
    (position.without_ladder > 0).then(|| WithoutLadder {
        currencies: currencies.join(" "),
        market: position.market.clone(),
        category: position.category.name(),
        month: position.month.to_string(),
        quantity: position.without_ladder,
    })
}

fn human(answer: &Answer, out: &mut dyn Write) -> Result<(), RatesError> {
    let header = [
        "without a rate",
        "market",
        "category",
        "from",
        "to",
        "units",
    ];
    let mut table = TextTable::new(&header);
    for cell in &answer.unrated {
        table.row([
            cell.currency.clone(),
            cell.market.clone(),
            cell.category.to_owned(),
            cell.first_date.clone(),
            cell.last_date.clone(),
            cell.quantity.to_string(),
        ]);
    }
    write_if_any(&table, out)?;
    let header = ["at list, no ladder", "market", "category", "month", "units"];
    let mut table = TextTable::new(&header);
    for position in &answer.without_ladder {
        table.row([
            position.currencies.clone(),
            position.market.clone(),
            position.category.to_owned(),
            position.month.clone(),
            position.quantity.to_string(),
        ]);
    }
    write_if_any(&table, out)?;
    writeln!(
        out,
        "{} units; {} missing cells leave some unrated, {} counters are priced at list",
        answer.charges,
        answer.unrated.len(),
        answer.without_ladder.len()
    )?;
    Ok(())
}

fn write_if_any(table: &TextTable, out: &mut dyn Write) -> Result<(), RatesError> {
    if !table.is_empty() {
        table.write(out)?;
        writeln!(out)?;
    }
    Ok(())
}
