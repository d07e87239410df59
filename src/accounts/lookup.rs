//! Everything that an accounts file names and that must exist: zones, currencies, countries, markets.

use std::ops::Range;

use toml::Spanned;

use super::{AccountClock, Currency, clock::ClockShop};
use crate::{
    rulebook::{ConfigError, Place, Settings, settings::zone},
    tariff::Markets,
    vocabulary::{ChargeCategory, Month},
};

/// What the names of an accounts file are looked up in, and where the file stands.
pub(super) struct Lookup<'a> {
    pub text: &'a str,
    pub name: &'a str,
    pub settings: &'a Settings,
    pub markets: &'a Markets,
    pub shop: ClockShop,
}

impl Lookup<'_> {
    /// The line that a value stands on.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place::at_offset(self.name, self.text, span.start)
    }

    /// The clock of an account that states no zone (S-02).
    pub(super) fn default_clock(&mut self) -> AccountClock {
        self.settings
            .default_timezone
            .map_or_else(AccountClock::unknown, |zone| self.shop.clock(zone).clone())
    }

    /// The clock of the zone that is named.
    pub(super) fn clock(&mut self, cell: &Spanned<String>) -> Result<AccountClock, ConfigError> {
        let name = cell.get_ref().trim();
        if let Some(zone) = zone(name) {
            return Ok(self.shop.clock(zone).clone());
        }
        let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let accepted = "an IANA time zone such as Europe/Berlin";
        Err(ConfigError::unknown_value(
            self.place(cell.span()),
            "time zone",
            name,
            accepted,
            zones,
        ))
    }

    /// The currency with this code.
    pub(super) fn currency(&self, cell: &Spanned<String>) -> Result<Currency, ConfigError> {
        let code = cell.get_ref().trim();
        Currency::parse(code).ok_or_else(|| {
            let accepted = "a code of ISO 4217 such as USD";
            ConfigError::unknown_value(
                self.place(cell.span()),
                "currency",
                code,
                accepted,
                Currency::codes(),
            )
        })
    }

    /// The country with this code.
    pub(super) fn country(&self, code: &str, place: Place) -> Result<[u8; 2], ConfigError> {
        let found = code.trim();
        self.markets.country_code(found).ok_or_else(|| {
            let accepted = "a code of ISO 3166-1 alpha-2 such as DE";
            ConfigError::unknown_value(
                place,
                "country",
                found,
                accepted,
                self.markets.country_codes(),
            )
        })
    }

    /// The name of a market as the rate cards write it.
    pub(super) fn market(&self, cell: &Spanned<String>) -> Result<String, ConfigError> {
        let found = cell.get_ref().trim();
        match self.markets.named(found) {
            Some(market) => Ok(self.markets.name(market).to_owned()),
            None => {
                let accepted = "a market of the rate cards such as India or Rest of Africa";
                let place = self.place(cell.span());
                Err(ConfigError::unknown_value(
                    place,
                    "market",
                    found,
                    accepted,
                    self.markets.names(),
                ))
            }
        }
    }

    /// A category that has volume tiers.
    pub(super) fn tiered_category(
        &self,
        cell: &Spanned<String>,
    ) -> Result<ChargeCategory, ConfigError> {
        const TIERED: [ChargeCategory; 3] = [
            ChargeCategory::Utility,
            ChargeCategory::Authentication,
            ChargeCategory::AuthenticationInternational,
        ];
        let found = cell.get_ref().trim();
        ChargeCategory::parse(found.as_bytes())
            .filter(|category| TIERED.contains(category))
            .ok_or_else(|| {
                let names = TIERED.map(ChargeCategory::name);
                let place = self.place(cell.span());
                ConfigError::unknown_value(
                    place,
                    "category with volume tiers",
                    found,
                    names.join(", "),
                    names,
                )
            })
    }

    /// A month.
    pub(super) fn month(&self, cell: &Spanned<String>) -> Result<Month, ConfigError> {
        Month::parse(cell.get_ref().trim()).ok_or_else(|| {
            let problem = format!("`{}` is no month: expected YYYY-MM", cell.get_ref());
            ConfigError::malformed(self.place(cell.span()), problem)
        })
    }
}
