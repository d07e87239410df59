//! Accounts as `accounts.toml` states them: zones with their changes, exemptions, used allowances.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use super::clock;
use super::portfolio::{Portfolio, UsedVolume};
use super::settings::Settings;

#[derive(Clone, Debug, Default)]
pub struct Account {
    pub id: String,
    pub timezone: Option<String>,
    pub numbers: Vec<String>,
    pub exempt: bool,
    pub ai_provider: bool,
    pub currency: Option<String>,
    pub portfolio: Option<String>,
    pub changes: Vec<Change>,
}

/// `[[account.change]]`, in order of `from`.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub from: NaiveDate,
    pub timezone: Option<String>,
    pub exempt: Option<bool>,
    pub ai_provider: Option<bool>,
    pub currency: Option<String>,
    pub portfolio: Option<String>,
}

#[derive(Clone, Debug)]
pub struct UsedAllowance {
    pub account: Option<String>,
    pub number: Option<String>,
    pub month: String,
    pub count: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Accounts {
    /// Whether there is an accounts file at all (reading 1).
    pub present: bool,
    pub accounts: Vec<Account>,
    pub used_allowance: Vec<UsedAllowance>,
    pub portfolios: Vec<Portfolio>,
    pub used_volume: Vec<UsedVolume>,
}

/// A time zone, and whether the accounts file (or S-02) really states it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    pub tz: Tz,
    pub known: bool,
}

impl Accounts {
    pub fn find(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The account of a row whose own cell is blank (contract 3).
    pub fn of_number(&self, business: &str) -> String {
        for account in &self.accounts {
            if account.numbers.iter().any(|number| number == business) {
                return account.id.clone();
            }
        }
        "default".to_string()
    }

    /// The zone an account starts with (reading 1, S-02).
    fn first_zone(&self, id: &str, settings: &Settings) -> Zone {
        if !self.present {
            return Zone {
                tz: Tz::UTC,
                known: true,
            };
        }
        let stated = self.find(id).and_then(|account| account.timezone.clone());
        let default = settings.get("default_timezone");
        match (stated, default) {
            (Some(name), _) => Zone {
                tz: tz(&name),
                known: true,
            },
            (None, "none") => Zone {
                tz: Tz::UTC,
                known: false,
            },
            (None, name) => Zone {
                tz: tz(name),
                known: true,
            },
        }
    }

    /// The zone in force at an instant. Reading 29: a new zone holds from the instant at which the
    /// old zone's local date reaches `from`.
    pub fn zone_at(&self, id: &str, instant: i64, settings: &Settings) -> Zone {
        let mut zone = self.first_zone(id, settings);
        for change in self.find(id).map_or(&[][..], |account| &account.changes) {
            if clock::local_date(zone.tz, instant) < change.from {
                break;
            }
            if let Some(name) = &change.timezone {
                zone = Zone {
                    tz: tz(name),
                    known: true,
                };
            }
        }
        zone
    }

    pub fn local_date(&self, id: &str, instant: i64, settings: &Settings) -> NaiveDate {
        clock::local_date(self.zone_at(id, instant, settings).tz, instant)
    }

    /// The instants at which the account's own clock shows the first moment of `day`.
    pub fn midnights(&self, id: &str, day: NaiveDate, settings: &Settings) -> Vec<i64> {
        let mut zones = vec![self.first_zone(id, settings)];
        for change in self.find(id).map_or(&[][..], |account| &account.changes) {
            zones.extend(change.timezone.as_deref().map(|name| Zone {
                tz: tz(name),
                known: true,
            }));
        }
        let mut instants = Vec::new();
        for zone in zones {
            let instant = clock::midnight(zone.tz, day);
            if self.zone_at(id, instant, settings) == zone && !instants.contains(&instant) {
                instants.push(instant);
            }
        }
        instants
    }

    /// The local midnights of S-08 (first days of months, and 2026-09-28) between two instants.
    pub fn switch_midnights(&self, id: &str, lo: i64, hi: i64, settings: &Settings) -> Vec<i64> {
        let last = clock::local_date(Tz::UTC, hi + 2 * clock::DAY);
        let mut day = clock::local_date(Tz::UTC, lo - 2 * clock::DAY);
        let mut instants = Vec::new();
        while day <= last {
            if day.day() == 1 || day == clock::date(2026, 9, 28) {
                instants.extend(self.midnights(id, day, settings));
            }
            day = day.succ_opt().expect("a next day");
        }
        instants
    }

    /// P26-5: an eligible government or non-profit at a local date (reading 22).
    pub fn is_exempt(&self, id: &str, day: NaiveDate) -> bool {
        let Some(account) = self.find(id) else {
            return false;
        };
        let mut exempt = account.exempt;
        for change in &account.changes {
            if change.from <= day {
                exempt = change.exempt.unwrap_or(exempt);
            }
        }
        exempt
    }

    /// declared an AI provider at a local date.
    pub fn is_ai_provider(&self, id: &str, day: NaiveDate) -> bool {
        let Some(account) = self.find(id) else {
            return false;
        };
        let mut ai_provider = account.ai_provider;
        for change in &account.changes {
            if change.from <= day {
                ai_provider = change.ai_provider.unwrap_or(ai_provider);
            }
        }
        ai_provider
    }

    /// S-23: what an account used of a month's allowance elsewhere.
    pub fn used_by_account(&self, id: &str, month: &str) -> u64 {
        let entries = self.used_allowance.iter();
        let matching = entries.filter(|used| used.account.as_deref() == Some(id));
        matching
            .filter(|used| used.month == month)
            .map(|used| used.count)
            .sum()
    }

    /// S-23: what a number used of a month's allowance elsewhere.
    pub fn used_by_number(&self, number: &str, month: &str) -> u64 {
        let entries = self.used_allowance.iter();
        let matching = entries.filter(|used| used.number.as_deref() == Some(number));
        matching
            .filter(|used| used.month == month)
            .map(|used| used.count)
            .sum()
    }
}

fn tz(name: &str) -> Tz {
    name.parse()
        .unwrap_or_else(|_| panic!("no time zone {name}"))
}
