//! `[forecast]`: months after the log.

use serde::Deserialize;

use super::Source;
use super::behaviour::Limit;
use super::volume::check_growth;
use super::words::{Number, deserialize_listed};
use crate::rulebook::ConfigError;
use crate::vocabulary::named_enum;

/// Months after the log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastMonths {
    /// How many months after the last one of the log.
    pub months: Limit<24>,
    /// So many percent more customers in each of them than in the one before.
    pub growth_percent_per_month: Option<Number>,
    /// Whether months differ as those of the log did.
    #[serde(default)]
    pub seasonality: Seasonality,
}

named_enum! {
    /// Whether months differ from each other.
    #[derive(Default)]
    pub enum Seasonality {
        /// Every month is as the last four weeks of the log.
        #[default]
        None = "none",
        /// A month stands to the log's last one as the same two stood a year before.
        Log = "log",
    }
}

deserialize_listed!(Seasonality, "seasonality");

impl ForecastMonths {
    /// Refuses what cannot be.
    ///
    /// # Errors
    /// If the growth is impossible.
    pub fn check(&self, source: &Source<'_>) -> Result<(), ConfigError> {
        check_growth(self.growth_percent_per_month, source)
    }

    /// What is otherwise, in a sentence.
    pub fn change(&self) -> String {
        let growth = self.growth_percent_per_month.map_or_else(
            || "without growth".to_owned(),
            |percent| format!("with {} percent more customers a month", percent.0),
        );
        let season = match self.seasonality {
            Seasonality::None => "",
            Seasonality::Log => ", and seasons as a year before",
        };
        format!(
            "{} months follow the log: its last four weeks again and again, {growth}{season}.",
            self.months.0
        )
    }
}
