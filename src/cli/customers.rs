//! Where customers are, as far as the replay asks: countries, and markets with international rates.

use crate::replay::CustomerPlaces;
use crate::rulebook::Settings;
use crate::tariff::Tariff;
use crate::vocabulary::LocalDate;

/// Customers by the markets of a tariff.
pub struct MarketCustomers<'a> {
    /// Markets, and those with international rates.
    pub tariff: &'a Tariff,
    /// S-26, S-27 and S-28.
    pub settings: &'a Settings,
}

impl CustomerPlaces for MarketCustomers<'_> {
    fn country(&self, number: u64) -> Option<[u8; 2]> {
        self.tariff.markets.country(number)
    }

    fn has_international_rate(&self, number: u64, date: LocalDate) -> bool {
        let market = self.tariff.markets.market(number, date, self.settings);
        self.tariff
            .auth_international
            .start(market)
            .is_some_and(|start| start <= date)
    }
}
