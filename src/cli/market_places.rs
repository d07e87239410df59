//! Countries, markets and currencies of the tables, from the market table and the accounts.

use crate::accounts::Accounts;
use crate::report::tables::{Place, Places};
use crate::rulebook::Settings;
use crate::tariff::{MarketId, Markets};
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
