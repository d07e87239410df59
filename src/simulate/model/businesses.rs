//! The businesses of a model, checked: numbers, zones, countries and campaigns are looked up.

use super::cells::unknown;
use super::check::{Check, cumulative};
use super::file::BusinessTable;
use super::{BUSINESSES_MAX, Business, Campaign, Codes, Orders};
use crate::accounts::AccountClock;
use crate::rulebook::{ConfigError, Place};
use crate::simulate::countries::{COUNTRIES, Country};
use crate::vocabulary::PhoneDigits;

impl Check<'_> {
    /// Every business, in the order of the file.
    pub(super) fn businesses(
        &self,
        tables: Vec<BusinessTable>,
        campaigns: &[Campaign],
        orders: &Orders,
        codes: &Codes,
    ) -> Result<Vec<Business>, ConfigError> {
        let mut businesses: Vec<Business> = Vec::new();
        for table in tables {
            let span = table.number.span();
            let found = self.business(table, campaigns)?;
            if businesses.iter().any(|known| known.number == found.number) {
                return Err(ConfigError::Duplicate {
                    place: self.at(span),
                    what: format!("business `{}`", found.number),
                });
            }
            let same = businesses
                .iter()
                .find(|known| known.account == found.account);
            if same.is_some_and(|same| {
                (same.zone, same.currency, &same.portfolio)
                    != (found.zone, found.currency, &found.portfolio)
            }) {
                return self.refuse(
                    span,
                    format!(
                        "account `{}` has another timezone, currency or portfolio than where it stood before",
                        found.account
                    ),
                );
            }
            if found.orders > 0.0 && orders.steps.is_empty() {
                return self.refuse(
                    span,
                    "`orders` of a business contradicts [orders] without `steps`",
                );
            }
            if found.codes > 0.0 && codes.template.is_none() {
                return self.refuse(
                    span,
                    "`codes` of a business contradicts [codes] without `template`",
                );
            }
            if businesses.len() == BUSINESSES_MAX {
                return self.refuse(span, format!("more businesses than {BUSINESSES_MAX}"));
            }
            businesses.push(found);
        }
        match businesses.is_empty() {
            true => Err(ConfigError::malformed(
                Place::file(self.name),
                "no [[business]]: a model needs one at least",
            )),
            false => Ok(businesses),
        }
    }

    fn business(
        &self,
        table: BusinessTable,
        campaigns: &[Campaign],
    ) -> Result<Business, ConfigError> {
        let number = &table.number.get_ref().0;
        if PhoneDigits::parse(number.as_bytes()).is_none() || number.starts_with('+') {
            return self.refuse(
                table.number.span(),
                format!("`{number}` is no number: expected 1 to 15 digits, the first not 0"),
            );
        }
        let mut countries: Vec<(&'static Country, f64)> = Vec::new();
        for (code, weight) in table.countries.get_ref() {
            let name = code.get_ref();
            let Some(country) = Country::of_code(name) else {
                let known = COUNTRIES.iter().map(|country| country.code);
                let what = "country of the simulation (docs/simulate.md lists them)";
                return self.refuse(code.span(), unknown(what, name, known));
            };
            countries.push((country, weight.0));
        }
        let Some(countries) = cumulative(countries) else {
            return self.refuse(
                table.countries.span(),
                "no country has a weight: expected such as { BR = 9, PT = 1 }",
            );
        };
        let mut own = Vec::new();
        for wanted in &table.campaigns {
            let name = wanted.get_ref();
            match campaigns.iter().position(|campaign| &campaign.name == name) {
                Some(place) => own.push(place),
                None => {
                    return Err(ConfigError::unknown_value(
                        self.at(wanted.span()),
                        "campaign",
                        name,
                        "the name of a [[campaign]]",
                        campaigns.iter().map(|campaign| campaign.name.as_str()),
                    ));
                }
            }
        }
        let zone = table.timezone.get_ref().0;
        let customers = *table.customers.get_ref();
        let business = Business {
            number: number.clone(),
            account: table.account.get_ref().0.clone(),
            portfolio: table.portfolio.map(|id| id.0),
            zone,
            clock: AccountClock::of_zone(zone),
            currency: table.currency.0,
            customers,
            countries,
            orders: table.orders.0,
            codes: table.codes.0,
            chats: table.chats.0,
            clicks: table.clicks.0,
            campaigns: own,
        };
        let most = business.customers_max();
        match (1..=most).contains(&customers) {
            true => Ok(business),
            false => self.refuse(
                table.customers.span(),
                format!("`customers` is {customers}: expected 1 to {most}, as many as the smallest of its countries has numbers"),
            ),
        }
    }
}
