//! Cards of a case's own: lines added to the shipped tariff, given to the program by `--rates`.
//!
//!     rate PMP GBP Germany utility 2026-10-01.. 0.05
//!     ladder GBP Germany utility 2026-10-01 1..2=0.05 3..=0.04

use super::price::{decimal, market};
use super::{Case, instant};
use std::path::{Path, PathBuf};

const FILES: [&str; 4] = [
    "rates.csv",
    "tiers.csv",
    "markets.csv",
    "auth_international.csv",
];

/// `rate MODEL CURRENCY MARKET CATEGORY FROM..[TO] RATE` as a line of rates.csv.
pub fn rate(words: &[&str]) -> Result<String, String> {
    let [model, currency, of_market, category, days, rate] = words else {
        return Err("reads `rate MODEL CURRENCY MARKET CATEGORY FROM..[TO] RATE`".to_string());
    };
    let (from, to) = days.split_once("..").ok_or("days read FROM..[TO]")?;
    instant::date(from)?;
    if !to.is_empty() {
        instant::date(to)?;
    }
    decimal(rate)?;
    let of_market = market(of_market);
    Ok(format!(
        "{from},{to},{model},{currency},{of_market},{category},{rate},a case,single-source"
    ))
}

/// `ladder CURRENCY MARKET CATEGORY FROM STEP...` as lines of tiers.csv; a step reads `3..5=0.04`,
/// `6..=0.03` (open-ended), `6..?=` (end and rate unknown).
pub fn ladder(words: &[&str]) -> Result<Vec<String>, String> {
    let [currency, of_market, category, from, steps @ ..] = words else {
        return Err("reads `ladder CURRENCY MARKET CATEGORY FROM STEP...`".to_string());
    };
    instant::date(from)?;
    let of_market = market(of_market);
    let step = |step: &&str| {
        let wrong = || format!("`{step}` is no step (`3..5=0.04`)");
        let (ranks, rate) = step.split_once('=').ok_or_else(wrong)?;
        let (low, high) = ranks.split_once("..").ok_or_else(wrong)?;
        let known = high != "?";
        let high = high.trim_end_matches('?');
        Ok(format!(
            "{from},{currency},{of_market},{category},{low},{high},{known},{rate},,a case,single-source"
        ))
    };
    steps.iter().map(step).collect()
}

/// Writes the shipped tariff with the case's lines into `folder/rates`, if the case has any.
pub fn write(case: &Case, folder: &Path) -> std::io::Result<Option<PathBuf>> {
    if case.tariff.is_empty() {
        return Ok(None);
    }
    let rates = folder.join("rates");
    std::fs::create_dir(&rates)?;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tariff");
    for name in FILES {
        let mut text = std::fs::read_to_string(shipped.join(name))?;
        for line in case.tariff.get(name).into_iter().flatten() {
            text.push_str(line);
            text.push('\n');
        }
        std::fs::write(rates.join(name), text)?;
    }
    Ok(Some(rates))
}
