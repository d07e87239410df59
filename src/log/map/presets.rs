//! The maps that the program brings along.

use crate::rulebook::{ConfigError, Place};

/// A preset's name, and its text.
macro_rules! preset {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../data/maps/", $name, ".toml")),
        )
    };
}

/// Names and texts of the presets, by name.
pub const PRESETS: &[(&str, &str)] = &[
    preset!("cloud-api"),
    preset!("chatwoot"),
    preset!("frappe"),
    preset!("gohighlevel"),
    preset!("gupshup-billing"),
    preset!("kaleyra"),
    preset!("turn"),
    preset!("twilio"),
    preset!("ycloud"),
];

/// No preset has this name.
pub(super) fn unknown(name: &str, names: &[&str]) -> ConfigError {
    let accepted = format!("{}, or a file such as map.toml", names.join(", "));
    let place = Place::file("--map");
    ConfigError::unknown_value(place, "map", name, accepted, names.iter().copied())
}
