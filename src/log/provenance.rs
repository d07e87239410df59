//! Where a log comes from, as far as that changes what can be concluded from it.

use serde::{Deserialize, Serialize};

/// The source of a file that was read through a map, or imported through one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Provenance {
    /// The map's name.
    pub name: String,
    /// What the source cannot settle, in sentences.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Whether the rows are Meta's own webhooks, of whose deliveries nothing is assumed (D-3).
    #[serde(default)]
    pub is_raw_webhooks: bool,
}

impl Provenance {
    /// The key under which a Parquet file's footer keeps it, as JSON.
    pub const KEY: &str = "counterfoil.source";

    /// The value of [`Self::KEY`].
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Reads a value of [`Self::KEY`]; what cannot be read says nothing.
    pub fn from_json(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }
}
