//! What a state belongs to: rules, settings, cards, accounts. A run under others would not continue it, it would
//! be another log's.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vocabulary::Month;

/// Under what a state was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belongs {
    /// `replay` or `audit`.
    pub command: String,
    /// The regime that was forced, `--detail`, `--shadow`.
    pub options: BTreeMap<String, String>,
    /// Settings by name.
    pub settings: BTreeMap<String, String>,
    /// BLAKE3 of the rulebook, the rate cards, and the files of own cards by name.
    pub tables: BTreeMap<String, String>,
    /// Volumes and allowances that were used elsewhere, each behind its month: they shift ranks.
    pub used_elsewhere: BTreeMap<String, String>,
    /// To whom the business numbers belong that the log has named so far.
    pub numbers: BTreeMap<String, String>,
    /// Zone, currency and portfolio of every account that the log has named so far.
    pub accounts: BTreeMap<String, String>,
}

/// In what a run differs from the state it is to continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(Vec<String>);

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("; "))
    }
}

impl Belongs {
    /// Says in what a run differs that would continue this; accounts and numbers that only one of both names do not count.
    ///
    /// What was used elsewhere counts up to the last month that has settled charges: ranks of later ones are counted
    /// again.
    pub fn mismatch(&self, run: &Self, settled_month: Month) -> Option<Mismatch> {
        let mut told = Vec::new();
        let (used_before, used_now) = (self.used_to(settled_month), run.used_to(settled_month));
        if self.command != run.command {
            told.push(format!(
                "it was made by `{}`, this is `{}`",
                self.command, run.command
            ));
        }
        for (what, mine, theirs) in [
            ("option", &self.options, &run.options),
            ("setting", &self.settings, &run.settings),
            ("use elsewhere in", &used_before, &used_now),
        ] {
            told.extend(differences(mine, theirs).map(|(name, mine, theirs)| {
                format!("{what} {name} was `{mine}`, now it is `{theirs}`")
            }));
        }
        told.extend(
            differences(&self.tables, &run.tables).map(|(name, mine, theirs)| {
                let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
                format!(
                    "{name} had the hash {}, now it has {}",
                    short(&mine),
                    short(&theirs)
                )
            }),
        );
        for (what, mine, theirs) in [
            ("number", &self.numbers, &run.numbers),
            ("account", &self.accounts, &run.accounts),
        ] {
            for (name, was) in mine {
                if let Some(is) = theirs.get(name)
                    && is != was
                {
                    told.push(format!("{what} {name} was {was}, now it is {is}"));
                }
            }
        }
        (!told.is_empty()).then_some(Mismatch(told))
    }

    fn used_to(&self, month: Month) -> BTreeMap<String, String> {
        let behind = format!("{}", month.next());
        let mut used = self.used_elsewhere.clone();
        used.split_off(&behind);
        used
    }

    /// With accounts that an earlier run knew.
    #[must_use]
    pub fn with_accounts_of(mut self, earlier: &Self) -> Self {
        let known = [
            (&mut self.accounts, &earlier.accounts),
            (&mut self.numbers, &earlier.numbers),
        ];
        for (mine, theirs) in known {
            for (name, terms) in theirs {
                mine.entry(name.clone()).or_insert_with(|| terms.clone());
            }
        }
        self
    }
}

fn differences<'a>(
    mine: &'a BTreeMap<String, String>,
    theirs: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = (&'a str, String, String)> {
    let value = |found: Option<&String>| found.cloned().unwrap_or_else(|| "none".to_owned());
    let others = theirs.keys().filter(|name| !mine.contains_key(*name));
    let names = mine.keys().chain(others);
    names.filter_map(move |name| {
        let (mine, theirs) = (mine.get(name), theirs.get(name));
        (mine != theirs).then(|| (name.as_str(), value(mine), value(theirs)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belongs() -> Belongs {
        let map = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            pairs
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        };
        Belongs {
            command: "audit".to_owned(),
            options: map(&[]),
            settings: map(&[("trust", "marks")]),
            tables: map(&[("rate cards", "0123456789abcdef")]),
            used_elsewhere: map(&[("2026-10 allowance of A", "910")]),
            numbers: map(&[("491", "of A")]),
            accounts: map(&[("A", "EUR, Europe/Berlin")]),
        }
    }

    fn mismatch(run: &Belongs) -> Option<Mismatch> {
        belongs().mismatch(run, Month::parse("2026-10").expect("a month"))
    }

    #[test]
    fn what_was_used_elsewhere_holds_for_months_with_settled_charges() {
        let mut run = belongs();
        let used = &mut run.used_elsewhere;
        used.insert("2026-11 allowance of A".to_owned(), "7".to_owned());
        assert_eq!(mismatch(&run), None);
        run.used_elsewhere
            .insert("2026-10 allowance of A".to_owned(), "911".to_owned());
        let told = mismatch(&run).expect("a difference").to_string();
        assert_eq!(
            told,
            "use elsewhere in 2026-10 allowance of A was `910`, now it is `911`"
        );
    }

    #[test]
    fn what_differs_is_named_with_both_values() {
        let mut run = belongs();
        assert_eq!(mismatch(&run), None);
        run.command = "replay".to_owned();
        run.settings.insert("trust".to_owned(), "rules".to_owned());
        run.options
            .insert("rulebook".to_owned(), "pmp-2026".to_owned());
        run.tables
            .insert("rate cards".to_owned(), "fedcba9876543210".to_owned());
        run.accounts
            .insert("A".to_owned(), "USD, Europe/Berlin".to_owned());
        run.numbers.insert("491".to_owned(), "of B".to_owned());
        let told = mismatch(&run).expect("differences").to_string();
        assert_eq!(
            told,
            "it was made by `audit`, this is `replay`; \
             option rulebook was `none`, now it is `pmp-2026`; \
             setting trust was `marks`, now it is `rules`; \
             rate cards had the hash 0123456789ab, now it has fedcba987654; \
             number 491 was of A, now it is of B; \
             account A was EUR, Europe/Berlin, now it is USD, Europe/Berlin"
        );
    }

    #[test]
    fn an_account_may_come_and_is_remembered() {
        let mut run = belongs();
        run.accounts = BTreeMap::from([("B".to_owned(), "USD".to_owned())]);
        assert_eq!(mismatch(&run), None);
        let both = run.with_accounts_of(&belongs());
        assert_eq!(both.accounts.len(), 2);
    }
}
