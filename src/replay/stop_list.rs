//! Customers who have opted out of marketing, as evidence tells (C-OPT-OUT).
//!
//! Looked at for marketing templates alone, and of these first by the customer: nearly no customer is on it.

use hashbrown::HashMap;

use super::pair::{CUSTOMER_LISTED, PairKey, PairParts, PairTable};
use crate::accounts::{OptOut, OptOutState};
use crate::log::cell::CellContext;
use crate::vocabulary::{Instant, PhoneDigits};

/// By customer as a cell code: what each asked for, ascending by time.
#[derive(Debug, Default)]
pub struct StopList(HashMap<u64, Vec<Entry>>);

/// What a customer asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: Instant,
    /// Of one instant a stop counts more than its end.
    state: OptOutState,
    of: Scope,
}

/// Whose messages it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// Those of a business number, by code.
    Business(u32),
    /// Those of all numbers of an account, by code.
    Account(u32),
    /// Everybody's.
    Any,
}

impl StopList {
    /// Looks customers, numbers and accounts up in the words of the log, which has been read: what it does not name
    /// concerns none of its messages.
    pub fn compile(opt_outs: &[OptOut], cells: &CellContext) -> Self {
        let mut list: HashMap<u64, Vec<Entry>> = HashMap::new();
        for opt_out in opt_outs {
            let of = match (opt_out.business.as_str(), opt_out.account.as_str()) {
                ("", "") => Some(Scope::Any),
                ("", account) => cells.accounts.find(account.as_bytes()).map(Scope::Account),
                (number, _) => cells
                    .businesses
                    .find(number.as_bytes())
                    .map(Scope::Business),
            };
            let customer = match PhoneDigits::parse(opt_out.customer.as_bytes()) {
                Some(number) => Some(number),
                None => {
                    let code = cells.customers.find(opt_out.customer.as_bytes());
                    code.map(|code| CUSTOMER_LISTED + u64::from(code))
                }
            };
            if let (Some(of), Some(customer)) = (of, customer) {
                let (at, state) = (opt_out.at, opt_out.state);
                list.entry(customer)
                    .or_default()
                    .push(Entry { at, state, of });
            }
        }
        for entries in list.values_mut() {
            entries.sort_unstable();
        }
        Self(list)
    }

    /// Whether the customer of a pair is on it, in whatever state. Without a list nobody asks who that is.
    #[inline]
    pub fn names(&self, pairs: &PairTable, pair: PairKey) -> bool {
        !self.0.is_empty() && self.0.contains_key(&pairs.parts(pair).customer)
    }

    /// What the customer of a pair has last asked for until an instant, and when.
    pub fn latest(
        &self,
        pair: PairParts,
        account: u32,
        at: Instant,
    ) -> Option<(OptOutState, Instant)> {
        let entries = self.0.get(&pair.customer)?;
        let until = entries.partition_point(|entry| entry.at <= at);
        let concerns = |entry: &&Entry| match entry.of {
            Scope::Business(business) => business == pair.business,
            Scope::Account(of) => of == account,
            Scope::Any => true,
        };
        let entry = entries[..until].iter().rev().find(concerns)?;
        Some((entry.state, entry.at))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn opt_out(
        account: &str,
        business: &str,
        customer: &str,
        state: OptOutState,
        at: i64,
    ) -> OptOut {
        OptOut {
            account: account.to_owned(),
            business: business.to_owned(),
            customer: customer.to_owned(),
            state,
            at: Instant::from_seconds(at),
        }
    }

    #[test]
    fn the_latest_word_of_the_pair_counts() {
        use OptOutState::{Resume, Stop};
        let cells = Arc::new(CellContext::default());
        let (first, second) = (cells.businesses.code(b"491"), cells.businesses.code(b"492"));
        let (own, other) = (cells.accounts.code(b"A"), cells.accounts.code(b"B"));
        let hidden = CUSTOMER_LISTED + u64::from(cells.customers.code(b"DE.1"));
        let list = StopList::compile(
            &[
                opt_out("A", "491", "4917", Resume, 20),
                opt_out("A", "491", "4917", Stop, 10),
                opt_out("A", "", "4917", Stop, 30),
                opt_out("", "", "DE.1", Stop, 10),
                opt_out("", "", "DE.1", Resume, 10),
                opt_out("A", "499", "4917", Stop, 40),
            ],
            &cells,
        );
        let latest = |business, customer, account, at| {
            let group = None;
            let pair = PairParts {
                business,
                customer,
                group,
            };
            let found = list.latest(pair, account, Instant::from_seconds(at));
            found.map(|(state, since)| (state, since.micros() / 1_000_000))
        };
        assert_eq!(latest(first, 4917, own, 9), None);
        assert_eq!(latest(first, 4917, own, 10), Some((Stop, 10)));
        assert_eq!(latest(first, 4917, own, 29), Some((Resume, 20)));
        assert_eq!(
            latest(first, 4917, own, 30),
            Some((Stop, 30)),
            "the account's"
        );
        assert_eq!(latest(first, 4917, other, 99), Some((Resume, 20)));
        assert_eq!(latest(second, 4917, own, 29), None, "another number");
        assert_eq!(latest(second, hidden, other, 10), Some((Stop, 10)));
        let pairs = PairTable::new(Arc::clone(&cells));
        let names = |list: &StopList, customer| {
            let (business, group) = (first, None);
            let parts = PairParts {
                business,
                customer,
                group,
            };
            list.names(&pairs, pairs.key(parts))
        };
        assert!(names(&list, 4917) && names(&list, hidden) && !names(&list, 4918));
        assert!(!names(&StopList::default(), 4917));
    }
}
