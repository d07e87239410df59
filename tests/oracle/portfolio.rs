//! What decides whose volume a message is and in which money it is billed: portfolios, currencies,
//! volume used elsewhere (R-2, S-23), and since when a portfolio pays authentication-international.

use chrono::NaiveDate;

use super::accounts::Accounts;

/// `[[portfolio]]`.
#[derive(Clone, Debug, Default)]
pub struct Portfolio {
    pub id: String,
    pub primary_location: Option<String>,
    pub international: Option<International>,
}

/// X-1, S-31: `auth_international` of a portfolio.
#[derive(Clone, Debug, Default)]
pub struct International {
    /// One start for every country, or …
    pub everywhere_from: Option<NaiveDate>,
    /// … a start for each country that has one.
    pub country_from: Vec<(String, NaiveDate)>,
    /// Countries with a later start of their own.
    pub exceptions: Vec<(String, NaiveDate)>,
}

impl International {
    pub fn begins(&self, country: &str) -> Option<NaiveDate> {
        let named = |list: &[(String, NaiveDate)]| {
            let entry = list.iter().find(|(name, _)| name == country);
            entry.map(|(_, from)| *from)
        };
        named(&self.exceptions)
            .or(named(&self.country_from))
            .or(self.everywhere_from)
    }
}

/// `[[used_volume]]`; `portfolio` is an account's id where the account has no portfolio.
#[derive(Clone, Debug)]
pub struct UsedVolume {
    pub portfolio: String,
    pub market: String,
    pub category: String,
    pub month: String,
    pub count: u64,
}

impl Accounts {
    /// The billing currency of an account on a local date; dollars where none is stated.
    pub fn currency(&self, id: &str, day: NaiveDate) -> String {
        let Some(account) = self.find(id) else {
            return "USD".to_string();
        };
        let mut currency = account.currency.clone();
        for change in account.changes.iter().filter(|change| change.from <= day) {
            currency = change.currency.clone().or(currency);
        }
        currency.unwrap_or("USD".to_string())
    }

    pub fn portfolio(&self, id: &str, day: NaiveDate) -> Option<&Portfolio> {
        let account = self.find(id)?;
        let mut name = account.portfolio.clone();
        for change in account.changes.iter().filter(|change| change.from <= day) {
            name = change.portfolio.clone().or(name);
        }
        let name = name?;
        let known = self.portfolios.iter().find(|it| it.id == name);
        Some(known.unwrap_or_else(|| panic!("no portfolio {name}")))
    }

    /// whose volume it is, the portfolio's or that of an account without one.
    pub fn owner_of_volume(&self, id: &str, day: NaiveDate) -> String {
        let portfolio = self.portfolio(id, day);
        portfolio.map_or(id.to_string(), |portfolio| portfolio.id.clone())
    }

    /// S-23: what the owner used of a month's volume elsewhere.
    pub fn used_volume(&self, owner: &str, market: &str, category: &str, month: &str) -> u64 {
        let mut sum = 0;
        for used in &self.used_volume {
            let same_cell = used.market == market && used.category == category;
            if used.portfolio == owner && same_cell && used.month == month {
                sum += used.count;
            }
        }
        sum
    }
}
