//! `rates import`: Meta's own rate-card files as tables for `--rates`.

use std::{collections::BTreeMap, io::Write};

use serde::Serialize;

use super::{ImportArgs, RatesError, RatesFormat, RatesStatus, model_on, write_json};
use crate::{
    rulebook::Rulebook,
    tariff::{
        Markets,
        import::{ImportTerms, Imported, read, write},
    },
    vocabulary::Currency,
};

#[derive(Serialize)]
struct Answer {
    cards: BTreeMap<String, Counts>,
    files: Vec<String>,
    unplaced: Vec<UnplacedEntry>,
}

#[derive(Default, Serialize)]
struct Counts {
    rates: usize,
    tiers: usize,
}

#[derive(Serialize)]
struct UnplacedEntry {
    place: String,
    what: String,
}

pub(super) fn run(
    args: &ImportArgs,
    out: &mut dyn Write,
    messages: &mut dyn Write,
) -> Result<RatesStatus, RatesError> {
    let terms = ImportTerms {
        effective_from: args.effective_from,
        currency: args.currency,
        model: model_on(args.model, &Rulebook::embedded()?, args.effective_from)?,
    };
    let markets = markets(args)?;
    let imported = read(&args.files, &terms, &markets)
        .map_err(|error| RatesError::Input(error.to_string()))?;
    if imported.is_empty() {
        for entry in &imported.unplaced {
            writeln!(messages, "not placed: {}: {}", entry.place, entry.what)?;
        }
        let problem =
            "nothing in these files could be placed: no rate card or tier table was found";
        return Err(RatesError::Input(problem.to_owned()));
    }
    let written = write(&imported, &terms, &markets, &args.out)?;
    let answer = Answer {
        cards: cards(&imported, &terms),
        files: written
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect(),
        unplaced: imported
            .unplaced
            .iter()
            .map(|entry| UnplacedEntry {
                place: entry.place.to_string(),
                what: entry.what.clone(),
            })
            .collect(),
    };
    match args.tables.format {
        RatesFormat::Json => write_json(out, &answer)?,
        RatesFormat::Human => human(&answer, out)?,
    }
    Ok(RatesStatus::Success)
}

/// The markets that names are looked up in: those of the output folder, of `--rates`, or the built-in ones.
fn markets(args: &ImportArgs) -> Result<Markets, RatesError> {
    let folders = [Some(&args.out), args.tables.rates.as_ref()];
    let own = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join("markets.csv"))
        .find(|path| path.exists());
    Ok(match own {
        Some(path) => Markets::load(&path)?,
        None => Markets::embedded()?,
    })
}

fn cards(imported: &Imported, terms: &ImportTerms) -> BTreeMap<String, Counts> {
    let name = |currency: Currency| format!("{}-{currency}-{}", terms.model, terms.effective_from);
    let mut cards: BTreeMap<String, Counts> = BTreeMap::new();
    for rate in &imported.rates {
        cards.entry(name(rate.currency)).or_default().rates += 1;
    }
    for step in &imported.steps {
        cards.entry(name(step.currency)).or_default().tiers += 1;
    }
    cards
}

fn human(answer: &Answer, out: &mut dyn Write) -> Result<(), RatesError> {
    for (card, counts) in &answer.cards {
        writeln!(
            out,
            "{card}: {} rates, {} steps of tiers",
            counts.rates, counts.tiers
        )?;
    }
    for file in &answer.files {
        writeln!(out, "wrote {file}")?;
    }
    if !answer.unplaced.is_empty() {
        writeln!(out, "\nNot placed")?;
        for entry in &answer.unplaced {
            writeln!(out, "  {}: {}", entry.place, entry.what)?;
        }
    }
    Ok(())
}
