//! Countries, markets and currencies of the tables, from the market table and the accounts.

use crate::accounts::Accounts;
use crate::replay::CustomerPlaces;
use crate::report::tables::{Place, Places};
use crate::rulebook::{ConfigError, Settings};
use crate::tariff::{AuthInternational, MarketId, Markets};
use crate::vocabulary::LocalDate;

/// What the tables ask for.
pub struct MarketPlaces<'a> {
    /// Markets and countries of numbers.
    pub markets: &'a Markets,
    /// Billing currencies.
    pub accounts: &'a Accounts,
    /// S-26, S-27 and S-28.
    pub settings: &'a Settings,
    /// Names by [`MarketId::index`].
    pub names: Vec<String>,
}

impl<'a> MarketPlaces<'a> {
    /// Places of these tables.
    pub fn new(markets: &'a Markets, accounts: &'a Accounts, settings: &'a Settings) -> Self {
        Self {
            markets,
            accounts,
            settings,
            names: markets.names().map(str::to_owned).collect(),
        }
    }
}

/// What the replay asks for: countries, and markets with international rates.
pub struct MarketCustomers<'a> {
    markets: &'a Markets,
    settings: &'a Settings,
    international: AuthInternational,
}

impl<'a> MarketCustomers<'a> {
    /// Customers by these markets and the built-in list of international rates.
    ///
    /// # Errors
    /// If the markets lack one of the list.
    pub fn new(markets: &'a Markets, settings: &'a Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            markets,
            settings,
            international: AuthInternational::embedded(markets)?,
        })
    }
}

impl CustomerPlaces for MarketCustomers<'_> {
    fn country(&self, number: u64) -> Option<[u8; 2]> {
        self.markets.country(number)
    }

    fn has_international_rate(&self, number: u64, date: LocalDate) -> bool {
        let market = self.markets.market(number, date, self.settings);
        self.international
            .start(market)
            .is_some_and(|start| start <= date)
    }
}

impl Places for MarketPlaces<'_> {
    fn place(&self, number: Option<u64>, date: LocalDate) -> Place {
        match number {
            Some(number) => Place {
                country: self.markets.country(number),
                market: self.markets.market(number, date, self.settings).index(),
            },
            None => Place {
                country: None,
                market: MarketId::UNKNOWN.index(),
            },
        }
    }

    fn market_name(&self, market: usize) -> &str {
        &self.names[market]
    }

    fn currency(&self, account: &str, date: LocalDate) -> String {
        self.accounts.account(account).currency.on(date).to_string()
    }
}
