//! The rulebook: dated regimes and parameters with their sources, and the settings for what is open.

mod error;
pub mod settings;

pub(crate) use error::read_text;
pub use error::{ConfigError, Place, nearest};
pub use settings::Settings;
