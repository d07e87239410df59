//! Tables of Meta's own messages beside a log (`--evidence DIR`): what its webhooks have said of templates,
//! opt-outs, tiers, eligibility, locations and limits.
//!
//! All files are optional. What the accounts file states counts more; where both speak and differ, a warning says
//! so ([`complete`]).

mod auth_international;
mod cells;
pub(super) mod complete;
mod limits;
mod locations;
mod opt_outs;
#[cfg(test)]
mod tests;
mod tiers;

use std::path::{Path, PathBuf};

pub use opt_outs::{OptOut, OptOutState};
pub use tiers::TierUpdate;

use crate::{
    rulebook::{ConfigError, Place, read_text},
    tariff::Markets,
};
use auth_international::Eligibility;
use cells::Source;
use limits::LimitRow;
use locations::Location;

/// The tables that a folder may hold.
pub const EVIDENCE_FILES: [&str; 9] = [
    "templates.csv",
    "opt_outs.csv",
    "tier_updates.csv",
    "auth_international.csv",
    "primary_locations.csv",
    "messaging_limits.csv",
    "other_events.csv",
    "provider_prices.csv",
    "billing_events.csv",
];

/// What the tables of a folder say, row by row.
#[derive(Clone, Debug, Default)]
pub struct EvidenceFolder {
    /// Its `templates.csv`, if there is one that is not empty.
    templates: Option<Source>,
    opt_outs: Vec<OptOut>,
    tier_updates: Vec<TierUpdate>,
    eligibilities: Vec<Eligibility>,
    locations: Vec<Location>,
    limits: Vec<LimitRow>,
    /// The files that were read, for the manifest.
    pub files: Vec<PathBuf>,
}

impl EvidenceFolder {
    /// Reads the tables of a folder. The last three of the list are not read, and count as inputs all the same.
    ///
    /// # Errors
    /// If the folder holds none of them, or a cell is not what its column holds.
    pub fn load(folder: &Path, markets: &Markets) -> Result<Self, ConfigError> {
        let paths = EVIDENCE_FILES.map(|file| folder.join(file));
        let files: Vec<PathBuf> = paths.iter().filter(|path| path.exists()).cloned().collect();
        if files.is_empty() {
            let problem = format!(
                "no evidence table in this folder: expected one of {}; `counterfoil import` writes them",
                EVIDENCE_FILES.join(", ")
            );
            let place = Place::file(folder.display().to_string());
            return Err(ConfigError::malformed(place, problem));
        }
        let [templates, opt_outs, tiers, auth, locations, limits, ..] = paths;
        Ok(Self {
            templates: source(&templates)?,
            opt_outs: read(&opt_outs, opt_outs::read)?,
            tier_updates: read(&tiers, |source| tiers::read(source, markets))?,
            eligibilities: read(&auth, |source| auth_international::read(source, markets))?,
            locations: read(&locations, |source| locations::read(source, markets))?,
            limits: read(&limits, limits::read)?,
            files,
        })
    }

    /// The text of its `templates.csv` and what errors call it.
    pub fn templates(&self) -> Option<(&str, &str)> {
        let source = self.templates.as_ref()?;
        Some((&source.text, &source.name))
    }
}

/// The rows of a file; none of one that is absent or empty.
fn read<T>(
    path: &Path,
    rows: impl FnOnce(&Source) -> Result<Vec<T>, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    match source(path)? {
        Some(source) => rows(&source),
        None => Ok(Vec::new()),
    }
}

/// The text of a file, if it exists and is not empty.
fn source(path: &Path) -> Result<Option<Source>, ConfigError> {
    if !path.exists() {
        return Ok(None);
    }
    let text = read_text(path)?;
    let is_empty = text.trim_start_matches('\u{feff}').trim().is_empty();
    Ok((!is_empty).then(|| Source {
        text,
        name: path.display().to_string(),
    }))
}
