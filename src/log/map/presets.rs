//! The maps that the program brings along.

use crate::rulebook::{ConfigError, Place};

/// Names and texts of the presets, by name.
pub const PRESETS: &[(&str, &str)] = &[(
    "cloud-api",
    include_str!("../../../data/maps/cloud-api.toml"),
)];

/// No preset has this name.
pub(super) fn unknown(name: &str, names: &[&str]) -> ConfigError {
    let accepted = format!("{}, or a file such as map.toml", names.join(", "));
    let place = Place::file("--map");
    ConfigError::unknown_value(place, "map", name, accepted, names.iter().copied())
}
