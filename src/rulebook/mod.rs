//! The rulebook: dated regimes and parameters with their sources, and the settings for what is open.

mod csv_table;
mod error;
pub mod settings;

pub(crate) use csv_table::{CsvRow, CsvTable};
pub(crate) use error::read_text;
pub use error::{ConfigError, Place, nearest};
pub use settings::Settings;
