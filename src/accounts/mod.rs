//! Who is billed: accounts with their zone, currency and portfolio, the numbers they own, and what
//! they have used up elsewhere.
//!
//! All of it is input (`accounts.toml`): nothing here can be read from a log. Which instant a date means
//! depends on the account's own zone, so the file is resolved once, when it is loaded, and asked by
//! instant or by local date ever after.

mod build;
mod clock;
pub mod evidence;
mod file;
mod limits;
mod lookup;
mod numbers;
mod portfolio;
pub mod templates;
mod timeline;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use rust_decimal::Decimal;

pub use crate::vocabulary::Currency;
pub use clock::AccountClock;
pub use evidence::{EvidenceFolder, OptOut, OptOutState, TierUpdate, complete::EvidenceWarning};
pub use limits::MessagingLimits;
pub use portfolio::{Portfolio, Start};
pub use templates::TemplateRegistry;
pub use timeline::Timeline;

use crate::{
    rulebook::{ConfigError, Settings, read_text},
    tariff::Markets,
    vocabulary::{ChargeCategory, Instant, LocalDate, Month},
};
use numbers::NumberBook;

/// The accounts of a run.
#[derive(Clone, Debug)]
pub struct Accounts {
    accounts: Vec<Account>,
    by_id: HashMap<String, usize>,
    unlisted: Account,
    portfolios: BTreeMap<String, Portfolio>,
    numbers: NumberBook,
    used_volume: Vec<UsedVolume>,
    used_allowance: HashMap<(String, Month), u64>,
    opt_outs: Vec<OptOut>,
    tier_updates: Vec<TierUpdate>,
    evidence_warnings: Vec<EvidenceWarning>,
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
            opt_outs: Vec::new(),
            tier_updates: Vec::new(),
            evidence_warnings: Vec::new(),
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

    /// The same accounts, all of them billed in one currency on all dates (`whatif`).
    #[must_use]
    pub fn billed_in(&self, currency: Currency) -> Self {
        let mut billed = self.clone();
        let accounts = billed.accounts.iter_mut();
        for account in accounts.chain([&mut billed.unlisted]) {
            account.currency = Timeline::constant(currency);
        }
        billed
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

    /// The ids of the accounts that the file lists.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(|account| account.id.as_str())
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

    /// To whom a business number belongs, in words that change where that does.
    pub fn described_number(&self, number: &str) -> String {
        let mut told = Vec::new();
        for (account, from, to) in self.numbers.assignments(number) {
            let mut text = format!("of account {}", self.accounts[account].id);
            if from != LocalDate::MIN {
                text.push_str(&format!(" from {from}"));
            }
            if to != LocalDate::MAX {
                text.push_str(&format!(" to {to}"));
            }
            told.push(text);
        }
        match told.is_empty() {
            true => "of no account".to_owned(),
            false => told.join(", "),
        }
    }

    /// Every allowance that was used elsewhere: whose, in which month, how much.
    pub fn used_allowances(&self) -> impl Iterator<Item = (&str, Month, u64)> {
        let used = self.used_allowance.iter();
        used.map(|((owner, month), count)| (owner.as_str(), *month, *count))
    }

    /// The volume that portfolios have used elsewhere, in the order of the file (S-23).
    pub fn used_volume(&self) -> &[UsedVolume] {
        &self.used_volume
    }

    /// What X-1 depends on for an account on a date: its portfolio, or itself where it belongs to none.
    pub fn portfolio_of<'a>(
        &'a self,
        account: &'a Account,
        date: LocalDate,
    ) -> Option<&'a Portfolio> {
        match account.portfolio.on(date) {
            Some(id) => self.portfolio(id),
            None => account.itself.as_ref(),
        }
    }

    /// Who has opted out of marketing or in again, in no order (C-OPT-OUT).
    pub fn opt_outs(&self) -> &[OptOut] {
        &self.opt_outs
    }

    /// The volume tiers that Meta says were reached, each once.
    pub fn tier_updates(&self) -> &[TierUpdate] {
        &self.tier_updates
    }

    /// Where evidence does not agree with the file.
    pub fn evidence_warnings(&self) -> &[EvidenceWarning] {
        &self.evidence_warnings
    }
}

/// One account and everything about it that prices depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The id in the log; empty for the account that stands for all unlisted ones.
    pub id: String,
    /// Local time.
    pub clock: AccountClock,
    /// The names of the zones behind it; none where none is stated (S-02).
    zone: Timeline<Option<String>>,
    /// The portfolio volume is counted on; an account without one is its own.
    pub portfolio: Timeline<Option<String>>,
    /// What it bills in.
    pub currency: Timeline<Currency>,
    /// Distinct customers it may start to write to in 24 hours, as far as that is known.
    pub messaging_limits: MessagingLimits,
    /// The tax it pays on top, as a fraction, if stated.
    pub tax_rate: Option<Decimal>,
    exempt: Timeline<bool>,
    ai_provider: Timeline<bool>,
    /// What evidence says of it in the place of the portfolio that it does not belong to.
    itself: Option<Portfolio>,
}

impl Account {
    fn plain(id: &str, clock: AccountClock) -> Self {
        Self {
            id: id.to_owned(),
            clock,
            zone: Timeline::constant(None),
            portfolio: Timeline::constant(None),
            currency: Timeline::constant(Currency::USD),
            messaging_limits: MessagingLimits::default(),
            tax_rate: None,
            exempt: Timeline::constant(false),
            ai_provider: Timeline::constant(false),
            itself: None,
        }
    }

    /// Whether it is an eligible government or non-profit on a date (P26-5).
    pub fn exempt(&self, date: LocalDate) -> bool {
        *self.exempt.on(date)
    }

    /// Whether it is exempt, an AI provider, part of a portfolio at any time, or eligible for itself: most logs have
    /// none of it.
    pub fn is_special(&self) -> bool {
        self.exempt
            .values()
            .chain(self.ai_provider.values())
            .any(|&is| is)
            || self.portfolio.values().any(Option::is_some)
            || self.itself.is_some()
    }

    /// What its bill depends on, in words that change where any of it does.
    pub fn described(&self) -> String {
        let joined = |values: Vec<String>| values.join(" then ");
        let currencies = self.currency.values().map(ToString::to_string).collect();
        let portfolios = self.portfolio.values().map(|portfolio| match portfolio {
            Some(portfolio) => format!("of portfolio {portfolio}"),
            None => "of no portfolio".to_owned(),
        });
        let zones = self.zone.values().map(|zone| match zone {
            Some(zone) => format!("in {zone}"),
            None => "without a zone".to_owned(),
        });
        // Offsets and dates are many: what they are made of stands for them.
        let rest = format!(
            "{:?}{:?}{:?}{:?}{:?}",
            self.clock, self.currency, self.portfolio, self.exempt, self.ai_provider
        );
        format!(
            "{}, {}, {}, dates {:08x}",
            joined(currencies),
            joined(portfolios.collect()),
            joined(zones.collect()),
            xxhash_rust::xxh3::xxh3_64(rest.as_bytes()) as u32
        )
    }

    /// Whether it is a declared AI provider on a date.
    pub fn ai_provider(&self, date: LocalDate) -> bool {
        *self.ai_provider.on(date)
    }
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
