//! What evidence adds to the accounts: eligibility, locations and limits that the accounts file does not state,
//! the tiers that Meta tells of, and opt-outs. What the file states stays, and a warning tells of what differs.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    EvidenceFolder, TierUpdate,
    auth_international::{Eligibility, Starts, differences, named},
};
use crate::{
    accounts::{Account, Accounts, MessagingLimits, Portfolio},
    vocabulary::{Instant, LocalDate},
};

/// How many differences a warning tells of; the others are counted.
const TOLD_MOST: usize = 3;

/// What the reader must know of evidence that does not agree with the accounts file or with itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceWarning {
    /// The rule it is about.
    pub code: &'static str,
    /// How many.
    pub count: u64,
    /// What, after the number.
    pub text: String,
}

/// Whose eligibility, location or limit it is: a portfolio, or the place of an account that belongs to none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Portfolio(String),
    Account(usize),
}

impl Accounts {
    /// The accounts with what evidence says where their file says nothing.
    #[must_use]
    pub fn completed_by(mut self, evidence: EvidenceFolder) -> Self {
        let eligible = evidence.eligibilities.iter().map(|row| &row.account);
        let located = evidence.locations.iter().map(|row| &row.account);
        let limited = evidence.limits.iter().map(|row| &row.account);
        for account in eligible.chain(located).chain(limited) {
            self.list(account);
        }
        self.add_eligibility(&evidence.eligibilities);
        self.add_locations(&evidence);
        self.add_limits(&evidence);
        self.add_tier_updates(evidence.tier_updates);
        self.opt_outs = evidence.opt_outs;
        self
    }

    /// Gives an account that only the evidence names a place of its own.
    fn list(&mut self, id: &str) {
        if !self.by_id.contains_key(id) {
            self.by_id.insert(id.to_owned(), self.accounts.len());
            self.accounts.push(Account {
                id: id.to_owned(),
                ..self.unlisted.clone()
            });
        }
    }

    fn owner(&self, account: &str, at: Instant) -> Owner {
        let place = self.by_id[account];
        let account = &self.accounts[place];
        match account.portfolio.on(account.clock.local_date(at)) {
            Some(portfolio) => Owner::Portfolio(portfolio.clone()),
            None => Owner::Account(place),
        }
    }

    /// The portfolio, or the account as its own; made where there is none yet.
    fn filled(&mut self, owner: &Owner) -> &mut Portfolio {
        match owner {
            Owner::Portfolio(id) => {
                let portfolios = &mut self.portfolios;
                let entry = portfolios.entry(id.clone());
                entry.or_insert_with(|| Portfolio::plain(id))
            }
            Owner::Account(place) => {
                let account = &mut self.accounts[*place];
                let id = &account.id;
                account.itself.get_or_insert_with(|| Portfolio::plain(id))
            }
        }
    }

    /// the earliest start of each country, for portfolios whose file says nothing of it.
    fn add_eligibility(&mut self, rows: &[Eligibility]) {
        let mut told: BTreeMap<Owner, BTreeMap<Option<[u8; 2]>, BTreeSet<Instant>>> =
            BTreeMap::new();
        for row in rows {
            let starts = told.entry(self.owner(&row.account, row.from)).or_default();
            starts.entry(row.country).or_default().insert(row.from);
        }
        let (mut differing, mut repeated) = (Vec::new(), Vec::new());
        for (owner, starts) in told {
            let mut earliest = Starts::new();
            let portfolio = self.filled(&owner);
            for (country, instants) in starts {
                let Some(&first) = instants.first() else {
                    continue;
                };
                if instants.len() > 1 {
                    repeated.push(format!("{} {}", portfolio.id, named(country)));
                }
                earliest.insert(country, first);
            }
            if portfolio.eligible_from.is_none() {
                portfolio.take_starts(&earliest);
                continue;
            }
            let stated = portfolio.clone();
            let clock = |at: Instant| self.dates_of(&owner, at);
            differing.extend(differences(&stated, &earliest, clock));
        }
        self.warn("X-1", differing, |told| {
            format!(
                "starts of authentication-international rates differ between accounts.toml, which counts, and \
                 auth_international.csv: {told}. Correct accounts.toml, or leave auth_international out of it."
            )
        });
        self.warn("X-1", repeated, |told| {
            format!(
                "starts in auth_international.csv stand there with several instants; the earliest counts: {told}."
            )
        });
    }

    /// The dates that an instant has in UTC and on the clocks of an owner's accounts.
    fn dates_of(&self, owner: &Owner, at: Instant) -> BTreeSet<LocalDate> {
        let is_of_owner = |(place, account): &(usize, &Account)| match owner {
            Owner::Portfolio(id) => account.portfolio.values().flatten().any(|of| of == id),
            Owner::Account(own) => place == own,
        };
        let accounts = self.accounts.iter().enumerate().filter(is_of_owner);
        let dates = accounts.map(|(_, account)| account.clock.local_date(at));
        dates.chain([LocalDate::at_offset(at, 0)]).collect()
    }

    /// the latest primary location, for portfolios whose file states none.
    fn add_locations(&mut self, evidence: &EvidenceFolder) {
        let mut latest: BTreeMap<Owner, (Instant, [u8; 2])> = BTreeMap::new();
        for row in &evidence.locations {
            let told = (row.at, row.country);
            let known = latest
                .entry(self.owner(&row.account, row.at))
                .or_insert(told);
            *known = told.max(*known);
        }
        let mut differing = Vec::new();
        for (owner, (_, country)) in latest {
            let portfolio = self.filled(&owner);
            match portfolio.primary_location {
                None => portfolio.primary_location = Some(country),
                Some(stated) if stated == country => {}
                Some(stated) => differing.push(format!(
                    "{} {} instead of {}",
                    portfolio.id,
                    named(Some(stated)),
                    named(Some(country))
                )),
            }
        }
        self.warn("X-1", differing, |told| {
            format!(
                "primary locations in accounts.toml, which count, differ from Meta's in primary_locations.csv: {told}."
            )
        });
    }

    /// C-LIMIT: limits over time, for accounts whose file states none. A portfolio shares its limit.
    fn add_limits(&mut self, evidence: &EvidenceFolder) {
        let mut told: BTreeMap<usize, MessagingLimits> = BTreeMap::new();
        for row in &evidence.limits {
            let place = self.by_id[&row.account];
            let shared = match (row.business.as_str(), self.owner(&row.account, row.at)) {
                ("", Owner::Portfolio(portfolio)) => self.accounts_in(&portfolio, row.at),
                _ => vec![place],
            };
            for place in shared {
                let limits = told.entry(place).or_default();
                limits.add(&row.business, row.at, row.limit);
            }
        }
        for (place, mut limits) in told {
            let account = &mut self.accounts[place];
            if account.messaging_limits.is_empty() {
                limits.close();
                account.messaging_limits = limits;
            }
        }
    }

    fn accounts_in(&self, portfolio: &str, at: Instant) -> Vec<usize> {
        let accounts = self.accounts.iter().enumerate();
        let within = accounts.filter(|(_, account)| {
            let own = account.portfolio.on(account.clock.local_date(at));
            own.as_deref() == Some(portfolio)
        });
        within.map(|(place, _)| place).collect()
    }

    /// who climbed is the portfolio of the month's first day; of repeated updates the earliest counts.
    fn add_tier_updates(&mut self, updates: Vec<TierUpdate>) {
        let mut updates: Vec<TierUpdate> = updates
            .into_iter()
            .map(|update| {
                let portfolio = self
                    .account(&update.owner)
                    .portfolio
                    .on(update.month.first_day());
                match portfolio {
                    Some(portfolio) => TierUpdate {
                        owner: portfolio.clone(),
                        ..update
                    },
                    None => update,
                }
            })
            .collect();
        updates.sort_unstable();
        updates.dedup_by(|later, earlier| later.is_of_the_same(earlier));
        self.tier_updates = updates;
    }

    /// Adds a warning where there is something to tell.
    fn warn(&mut self, code: &'static str, found: Vec<String>, text: impl Fn(&str) -> String) {
        if found.is_empty() {
            return;
        }
        let mut told = found[..found.len().min(TOLD_MOST)].join("; ");
        if found.len() > TOLD_MOST {
            told.push_str(&format!("; {} more", found.len() - TOLD_MOST));
        }
        self.evidence_warnings.push(EvidenceWarning {
            code,
            count: found.len() as u64,
            text: text(&told),
        });
    }
}

impl TierUpdate {
    /// Whether both are about one tier of one owner.
    fn is_of_the_same(&self, other: &Self) -> bool {
        let about = |update: &Self| (update.category, update.month, update.tier);
        self.owner == other.owner && self.market == other.market && about(self) == about(other)
    }
}
