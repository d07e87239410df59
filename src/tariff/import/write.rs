//! Imported cards as `rates.csv` and `tiers.csv` of a folder for `--rates`.
//!
//! A card that the folder already has is replaced, an earlier one ends the day before the new one
//! begins, and the new one ends before a later one. The folder is changed only if the result loads.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{ImportTerms, Imported};
use crate::{
    rulebook::{ConfigError, Place, read_text},
    tariff::{
        Cards, Confidence, Ladders, Markets, RATE_COLUMNS, StepEnd, TIER_COLUMNS,
        card_file::{Cell, RateRow, rate_rows},
        tier_file::{LadderKey, TierRow, tier_rows},
    },
};

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, each whole.
    pub files: Vec<PathBuf>,
}

/// Adds imported rates and tiers to the tables of a folder, which is created if need be.
///
/// # Errors
/// If the folder's tables or the result are refused, or a file cannot be written.
pub fn write(
    imported: &Imported,
    terms: &ImportTerms,
    markets: &Markets,
    folder: &Path,
) -> Result<Written, ConfigError> {
    let (rates, tiers) = (folder.join("rates.csv"), folder.join("tiers.csv"));
    let rate_table = rate_table(imported, terms, markets, &rates)?;
    let tier_table = tier_table(imported, terms, markets, &tiers)?;
    let mut cards = Cards::embedded(markets);
    if let Some(table) = &rate_table {
        cards = Cards::parse_over_embedded(table, "the imported rates", markets);
    }
    if let Some(table) = &tier_table {
        Ladders::parse_over_embedded(table, "the imported tiers", markets, &cards?)?;
    } else {
        cards?;
    }
    let mut written = Written::default();
    std::fs::create_dir_all(folder).map_err(|cause| unwritable(folder, cause))?;
    for (path, table) in [(rates, rate_table), (tiers, tier_table)] {
        if let Some(table) = table {
            replace(&path, &table).map_err(|cause| unwritable(&path, cause))?;
            written.files.push(path);
        }
    }
    Ok(written)
}

/// The new text of `rates.csv`; none where no rates were imported.
fn rate_table(
    imported: &Imported,
    terms: &ImportTerms,
    markets: &Markets,
    path: &Path,
) -> Result<Option<String>, ConfigError> {
    if imported.rates.is_empty() {
        return Ok(None);
    }
    let mut rows = match existing(path)? {
        Some((text, name)) => rate_rows(&text, &name, markets, true)?,
        None => Vec::new(),
    };
    let from = terms.effective_from;
    let is_of_card = |cell: Cell| {
        let mut currencies = imported.rates.iter().map(|rate| rate.currency);
        cell.model == terms.model && currencies.any(|currency| currency == cell.currency)
    };
    rows.retain(|row| !(row.from == from && is_of_card(row.cell)));
    for rate in &imported.rates {
        let cell = Cell {
            model: terms.model,
            currency: rate.currency,
            market: rate.market,
            category: rate.category,
        };
        let of_cell = rows
            .iter_mut()
            .filter(|row| row.cell == cell && row.from != from);
        let mut next = None;
        for row in of_cell {
            if row.from > from {
                next = next.into_iter().chain([row.from]).min();
            } else if row.last_day() >= from {
                row.to = Some(from.previous());
            }
        }
        rows.push(RateRow {
            place: Place::file("imported"),
            cell,
            from,
            to: next.map(|next| next.previous()),
            card_from: from,
            rate: rate.rate,
            source: rate.source.clone(),
            confidence: Confidence::Official,
            is_own: true,
        });
    }
    rows.sort_by_key(|row| (row.cell.model, row.cell.currency, row.from));
    csv_text(
        &RATE_COLUMNS,
        rows.iter().map(|row| rate_cells(row, markets)),
    )
    .map(Some)
}

fn rate_cells(row: &RateRow, markets: &Markets) -> Vec<String> {
    vec![
        row.from.to_string(),
        row.to.map_or_else(String::new, |to| to.to_string()),
        row.cell.model.to_string(),
        row.cell.currency.to_string(),
        markets.name(row.cell.market).to_owned(),
        row.cell.category.to_string(),
        row.rate.to_string(),
        row.source.clone(),
        row.confidence.to_string(),
    ]
}

/// The new text of `tiers.csv`; none where no tiers were imported.
fn tier_table(
    imported: &Imported,
    terms: &ImportTerms,
    markets: &Markets,
    path: &Path,
) -> Result<Option<String>, ConfigError> {
    if imported.steps.is_empty() {
        return Ok(None);
    }
    let mut rows = match existing(path)? {
        Some((text, name)) => tier_rows(&text, &name, markets, true)?,
        None => Vec::new(),
    };
    let fresh: Vec<TierRow> = imported
        .steps
        .iter()
        .map(|step| TierRow {
            place: Place::file("imported"),
            ladder: LadderKey {
                currency: step.currency,
                market: step.market,
                category: step.category,
                from: terms.effective_from,
            },
            from: step.from,
            to: step.to,
            rate: step.rate,
            discount: step.discount.clone(),
            source: step.source.clone(),
            confidence: Confidence::Official,
            is_own: true,
        })
        .collect();
    rows.retain(|row| fresh.iter().all(|other| other.ladder != row.ladder));
    rows.extend(fresh);
    rows.sort_by_key(|row| (row.ladder.from, row.ladder, row.from));
    csv_text(
        &TIER_COLUMNS,
        rows.iter().map(|row| tier_cells(row, markets)),
    )
    .map(Some)
}

fn tier_cells(row: &TierRow, markets: &Markets) -> Vec<String> {
    let (to, is_known) = match row.to {
        StepEnd::At(last) => (last.to_string(), true),
        StepEnd::Open => (String::new(), true),
        StepEnd::Unknown => (String::new(), false),
    };
    vec![
        row.ladder.from.to_string(),
        row.ladder.currency.to_string(),
        markets.name(row.ladder.market).to_owned(),
        row.ladder.category.to_string(),
        row.from.to_string(),
        to,
        is_known.to_string(),
        row.rate.map_or_else(String::new, |rate| rate.to_string()),
        row.discount.clone(),
        row.source.clone(),
        row.confidence.to_string(),
    ]
}

fn existing(path: &Path) -> Result<Option<(String, String)>, ConfigError> {
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some((read_text(path)?, path.display().to_string())))
}

fn csv_text<const N: usize>(
    header: &[&str; N],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<String, ConfigError> {
    let refuse = |error: String| ConfigError::malformed(Place::file("the imported table"), error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(header)
        .map_err(|error| refuse(error.to_string()))?;
    for row in rows {
        writer
            .write_record(row)
            .map_err(|error| refuse(error.to_string()))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| refuse(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| refuse(error.to_string()))
}

/// Writes a file beside its place and renames it, so that it is there whole or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let partial = path.with_extension("csv.partial");
    let mut file = File::create(&partial)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&partial, path)
}

fn unwritable(path: &Path, cause: io::Error) -> ConfigError {
    ConfigError::malformed(
        Place::file(path.display().to_string()),
        format!("cannot be written: {cause}"),
    )
}
