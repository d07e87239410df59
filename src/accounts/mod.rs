//! Who is billed: accounts with their zone, currency and portfolio, the numbers they own, and what
//! they have used up elsewhere.
//!
//! All of it is input (`accounts.toml`): nothing here can be read from a log. Which instant a date means
//! depends on the account's own zone, so the file is resolved once, when it is loaded, and asked by
//! instant or by local date ever after.

mod build;
mod clock;
mod file;
mod lookup;
mod numbers;
pub mod templates;
mod timeline;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use rust_decimal::Decimal;

pub use crate::vocabulary::Currency;
pub use clock::AccountClock;
pub use templates::TemplateRegistry;
pub use timeline::Timeline;

use crate::{
    rulebook::{ConfigError, Settings, read_text},
    tariff::Markets,
    vocabulary::{ChargeCategory, Instant, LocalDate, Month},
};
use numbers::NumberBook;

/// The accounts of a run.
#[derive(Debug)]
pub struct Accounts {
    accounts: Vec<Account>,
    by_id: HashMap<String, usize>,
    unlisted: Account,
    portfolios: BTreeMap<String, Portfolio>,
    numbers: NumberBook,
    used_volume: Vec<UsedVolume>,
    used_allowance: HashMap<(String, Month), u64>,
    is_absent: bool,
}

impl Accounts {
    /// No accounts file: every account bills in USD and runs on UTC (or S-02's zone), counted as known.
    pub fn absent(settings: &Settings) -> Self {
        let clock = settings
            .default_timezone
            .map_or_else(AccountClock::utc, AccountClock::of_zone);
        Self {
            accounts: Vec::new(),
            by_id: HashMap::new(),
            unlisted: Account::plain("", clock),
            portfolios: BTreeMap::new(),
            numbers: NumberBook::default(),
            used_volume: Vec::new(),
            used_allowance: HashMap::new(),
            is_absent: true,
        }
    }

    /// Reads an `accounts.toml`; its markets and countries are those that are built in.
    ///
    /// # Errors
    /// If the file cannot be read, names something unknown, or contradicts itself.
    pub fn load(path: &Path, settings: &Settings) -> Result<Self, ConfigError> {
        Self::load_with_markets(path, settings, &Markets::embedded()?)
    }

    /// Reads an `accounts.toml` whose markets and countries are those of another table.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_with_markets(
        path: &Path,
        settings: &Settings,
        markets: &Markets,
    ) -> Result<Self, ConfigError> {
        Self::parse(
            &read_text(path)?,
            &path.display().to_string(),
            settings,
            markets,
        )
    }

    /// Reads the text of an `accounts.toml`; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(
        text: &str,
        name: &str,
        settings: &Settings,
        markets: &Markets,
    ) -> Result<Self, ConfigError> {
        build::accounts(text, name, settings, markets)
    }

    /// The account with this id. One that the file does not list bills in USD, and its zone is unknown.
    pub fn account(&self, id: &str) -> &Account {
        self.by_id
            .get(id)
            .map_or(&self.unlisted, |&place| &self.accounts[place])
    }

    /// The accounts of the file, in its order.
    pub fn listed(&self) -> &[Account] {
        &self.accounts
    }

    /// Whether there was no file.
    pub fn is_absent(&self) -> bool {
        self.is_absent
    }

    /// Numbers that changed hands: each with the instants from which on it belonged to an account, ascending;
    /// `None` where it belonged to none.
    pub fn moved_numbers(&self) -> impl Iterator<Item = (&str, Vec<(Instant, Option<&str>)>)> {
        let id = |place: usize| self.accounts[place].id.as_str();
        self.numbers.moved().map(move |(number, moves)| {
            (
                number,
                moves
                    .into_iter()
                    .map(|(from, place)| (from, place.map(id)))
                    .collect(),
            )
        })
    }

    /// The account that a business number belonged to at an instant; without one, the latest.
    pub fn account_of_number(&self, business: &str, at: Option<Instant>) -> Option<&str> {
        self.numbers
            .account_at(business, at)
            .map(|place| self.accounts[place].id.as_str())
    }

    /// A portfolio that the file describes.
    pub fn portfolio(&self, id: &str) -> Option<&Portfolio> {
        self.portfolios.get(id)
    }

    /// What an account (cbp) or a business number (pmp-2026) has used of its allowance elsewhere.
    pub fn used_allowance(&self, account_or_number: &str, month: Month) -> u64 {
        if self.used_allowance.is_empty() {
            return 0;
        }
        self.used_allowance
            .get(&(numbers::key(account_or_number), month))
            .copied()
            .unwrap_or(0)
    }

    /// The volume that portfolios have used elsewhere, in the order of the file (S-23).
    pub fn used_volume(&self) -> &[UsedVolume] {
        &self.used_volume
    }
}

/// One account and everything about it that prices depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The id in the log; empty for the account that stands for all unlisted ones.
    pub id: String,
    /// Local time.
    pub clock: AccountClock,
    /// The portfolio volume is counted on; an account without one is its own.
    pub portfolio: Timeline<Option<String>>,
    /// What it bills in.
    pub currency: Timeline<Currency>,
    /// Distinct customers it may start to write to in 24 hours, if stated.
    pub messaging_limit: Option<u64>,
    /// The tax it pays on top, as a fraction, if stated.
    pub tax_rate: Option<Decimal>,
    exempt: Timeline<bool>,
    ai_provider: Timeline<bool>,
}

impl Account {
    fn plain(id: &str, clock: AccountClock) -> Self {
        Self {
            id: id.to_owned(),
            clock,
            portfolio: Timeline::constant(None),
            currency: Timeline::constant(Currency::USD),
            messaging_limit: None,
            tax_rate: None,
            exempt: Timeline::constant(false),
            ai_provider: Timeline::constant(false),
        }
    }

    /// Whether it is an eligible government or non-profit on a date (P26-5).
    pub fn exempt(&self, date: LocalDate) -> bool {
        *self.exempt.on(date)
    }

    /// Whether it is exempt, an AI provider or part of a portfolio at any time: most logs have none of it.
    pub fn is_special(&self) -> bool {
        self.exempt
            .values()
            .chain(self.ai_provider.values())
            .any(|&is| is)
            || self.portfolio.values().any(Option::is_some)
    }

    /// Whether it is a declared AI provider on a date.
    pub fn ai_provider(&self, date: LocalDate) -> bool {
        *self.ai_provider.on(date)
    }
}

/// A business portfolio, as far as authentication-international rates depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portfolio {
    /// Its id.
    pub id: String,
    /// Where the business mainly is.
    pub primary_location: Option<[u8; 2]>,
    eligible_from: Option<EligibleFrom>,
    exceptions: BTreeMap<[u8; 2], LocalDate>,
}

impl Portfolio {
    /// From when authentication templates to a country are charged at the international rate, if ever.
    pub fn auth_international_from(&self, country: [u8; 2]) -> Option<LocalDate> {
        let eligible = match self.eligible_from.as_ref()? {
            EligibleFrom::Everywhere(date) => *date,
            EligibleFrom::ByCountry(dates) => *dates.get(&country)?,
        };
        Some(self.exceptions.get(&country).copied().unwrap_or(eligible))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum EligibleFrom {
    Everywhere(LocalDate),
    ByCountry(BTreeMap<[u8; 2], LocalDate>),
}

/// Volume used elsewhere in a month: it shifts the ranks of R-2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedVolume {
    /// The portfolio, or the account that is its own.
    pub portfolio: String,
    /// The market's name.
    pub market: String,
    /// Utility, authentication or authentication-international.
    pub category: ChargeCategory,
    /// The local month.
    pub month: Month,
    /// How many charged messages.
    pub count: u64,
}

#[cfg(test)]
mod tests;
