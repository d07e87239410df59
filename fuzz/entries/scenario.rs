//! A scenario of what-if: it is refused with its file, or can be laid over the tables and said in words.

use std::sync::LazyLock;

use counterfoil::accounts::Accounts;
use counterfoil::replay::Scope;
use counterfoil::rulebook::{Rulebook, Settings};
use counterfoil::tariff::Tariff;
use counterfoil::whatif::{Scenario, Tables};

use super::refused;

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    rulebook: Rulebook::embedded().expect("the built-in rulebook"),
    settings: Settings::default(),
    scope: Scope::default(),
    accounts: Accounts::absent(&Settings::default()),
    tariff: Tariff::embedded().expect("the built-in tariff"),
});

/// The text of a scenario.
pub fn scenario(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let scenario = match Scenario::parse(text, "scenario.toml") {
        Ok(scenario) => scenario,
        Err(error) => return refused(&error, "scenario.toml"),
    };
    let effects = scenario.effects();
    assert!(
        effects.is_empty() || !scenario.changes().is_empty(),
        "an effect that is not said"
    );
    for &effect in &effects {
        assert_eq!(scenario.only(effect).effects(), [effect]);
    }
    // A scenario beside itself: lists come twice, values are the same.
    if let Err(error) = Scenario::together(&[scenario.clone(), scenario.clone()]) {
        refused(&error, "--together");
    }
    match TABLES.under(&scenario) {
        Ok(tables) => {
            assert!(!tables.rulebook.regimes().is_empty());
            true
        }
        Err(error) => refused(&error, "scenario.toml"),
    }
}
