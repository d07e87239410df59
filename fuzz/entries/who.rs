//! `accounts.toml` and `templates.csv`.

use std::sync::LazyLock;

use counterfoil::accounts::{Accounts, TemplateRegistry};
use counterfoil::rulebook::Settings;
use counterfoil::tariff::Markets;
use counterfoil::vocabulary::{Instant, LocalDate};

use super::refused;

static MARKETS: LazyLock<Markets> =
    LazyLock::new(|| Markets::embedded().expect("the built-in markets"));

/// Instants at which whatever a file says is asked for, the ends of time among them.
fn instants() -> impl Iterator<Item = Instant> {
    let known = [
        i64::MIN,
        -1,
        0,
        1_700_000_000_000_000,
        1_790_812_800_000_000,
        i64::MAX,
    ];
    known.into_iter().map(Instant::from_micros)
}

/// An `accounts.toml`.
pub fn accounts(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let accounts = match Accounts::parse(text, "accounts.toml", &Settings::default(), &MARKETS) {
        Ok(accounts) => accounts,
        Err(error) => return refused(&error, "accounts.toml"),
    };
    for account in accounts.listed() {
        assert_eq!(
            accounts.account(&account.id),
            account,
            "an account that is found by its id"
        );
        for instant in instants() {
            let date = account.clock.local_date(instant);
            account.clock.offset_seconds(instant);
            account.clock.is_known_at(instant);
            account.portfolio.on(date);
            account.currency.on(date);
            account.exempt(date);
            account.ai_provider(date);
        }
        for date in [LocalDate::MIN, LocalDate::from_days(20_000), LocalDate::MAX] {
            account.clock.midnight(date);
        }
    }
    for (number, moves) in accounts.moved_numbers() {
        for (from, account) in moves {
            assert_eq!(
                accounts.account_of_number(number, Some(from)),
                account,
                "{number} at {from:?}"
            );
        }
    }
    for used in accounts.used_volume() {
        accounts.portfolio(&used.portfolio);
    }
    true
}

/// A `templates.csv`.
pub fn templates(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let registry = match TemplateRegistry::parse(text, "templates.csv") {
        Ok(registry) => registry,
        Err(error) => return refused(&error, "templates.csv"),
    };
    assert_eq!(
        registry.len(),
        registry.names().len(),
        "a history for each name"
    );
    for (name, &number) in registry.names() {
        assert_eq!(registry.number(name), Some(number), "the number of {name}");
        for instant in instants() {
            registry.category_at(number, instant);
            registry.status_at(number, instant);
        }
    }
    true
}
