//! `counterfoil.toml`: what it sets can be read off and set again.

use counterfoil::rulebook::Settings;
use counterfoil::rulebook::settings::{ConfigFile, Origin};

use super::refused;

/// A `counterfoil.toml`.
pub fn settings(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let settings = ConfigFile::parse(text, "counterfoil.toml")
        .and_then(|file| Settings::layered(Some(&file), [], &[]));
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return refused(&error, "counterfoil.toml"),
    };
    let mut again = Settings::default();
    let own = settings
        .merged()
        .into_iter()
        .filter(|setting| setting.origin != Origin::Default);
    for setting in own {
        if let Err(error) = again.set(setting.name, &setting.value, Origin::CommandLine) {
            panic!("{error}");
        }
    }
    let values = |settings: &Settings| -> Vec<_> {
        settings
            .merged()
            .into_iter()
            .map(|setting| (setting.name, setting.value))
            .collect()
    };
    assert_eq!(
        values(&again),
        values(&settings),
        "settings that were set again"
    );
    true
}
