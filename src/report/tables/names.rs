//! Names that rows share, looked up once for a whole table.

use std::cmp::Ordering;

use crate::log::intern::Intern;
use crate::replay::outcome::Outcome;
use crate::replay::pair::PairKey;

/// The words of an outcome.
pub struct Names<'a> {
    outcome: &'a Outcome,
    /// Accounts by code.
    pub accounts: Vec<String>,
    businesses: Vec<String>,
}

impl<'a> Names<'a> {
    /// Copies the words out of the tables that threads share.
    pub fn new(outcome: &'a Outcome) -> Self {
        let words = |table: &Intern| {
            (0..table.len() as u32)
                .map(|code| table.word(code))
                .collect()
        };
        Self {
            outcome,
            accounts: words(&outcome.cells.accounts),
            businesses: words(&outcome.cells.businesses),
        }
    }

    /// The business number of a pair, and its code.
    pub fn business(&self, pair: PairKey) -> (usize, &str) {
        let code = self.outcome.pairs.parts(pair).business as usize;
        (code, &self.businesses[code])
    }

    /// The customer's number, if it is one.
    #[inline]
    pub fn number(&self, pair: PairKey) -> Option<u64> {
        self.outcome.pairs.customer_number(pair)
    }

    /// Puts the customer of a pair into the buffer.
    #[inline]
    pub fn customer(&self, pair: PairKey, text: &mut Vec<u8>) {
        text.clear();
        match self.number(pair) {
            Some(number) => push_digits(number, text),
            None => {
                let mut id = String::new();
                self.outcome.pairs.push_customer(pair, &mut id);
                text.extend_from_slice(id.as_bytes());
            }
        }
    }

    /// Compares two pairs by customer, account and business, as bytes of their names.
    pub fn compare_pairs(
        &self,
        left: PairKey,
        left_account: u32,
        right: PairKey,
        right_account: u32,
    ) -> Ordering {
        let (mut left_customer, mut right_customer) = (Vec::new(), Vec::new());
        self.customer(left, &mut left_customer);
        self.customer(right, &mut right_customer);
        let account = |code: u32| &self.accounts[code as usize];
        left_customer
            .cmp(&right_customer)
            .then_with(|| account(left_account).cmp(account(right_account)))
            .then_with(|| self.business(left).1.cmp(self.business(right).1))
    }
}

/// Appends a number's digits, two at a time.
pub fn push_digits(mut number: u64, text: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    while number >= 10 {
        let pair = (number % 100) as u8;
        number /= 100;
        start -= 2;
        digits[start] = b'0' + pair / 10;
        digits[start + 1] = b'0' + pair % 10;
    }
    if number > 0 || start == digits.len() {
        start -= 1;
        digits[start] = b'0' + number as u8;
    }
    text.extend_from_slice(&digits[start..]);
}

/// How the identities of rows begin: what they are of, the account, the business number.
#[derive(Default)]
pub struct Prefixes {
    of_what: &'static str,
    /// By code of the business number: the account it was last seen with, and the bytes.
    known: Vec<Option<(u32, Vec<u8>)>>,
}

impl Prefixes {
    /// Identities of charges or conversations.
    pub fn new(of_what: &'static str) -> Self {
        Self {
            of_what,
            known: Vec::new(),
        }
    }

    /// The first bytes of an identity, up to its customer.
    #[inline]
    pub fn of(&mut self, names: &Names<'_>, pair: PairKey, account: u32) -> &[u8] {
        let (code, business) = names.business(pair);
        if self.known.len() <= code {
            self.known.resize(code + 1, None);
        }
        let known = &mut self.known[code];
        if known.as_ref().is_none_or(|(of, _)| *of != account) {
            *known = None;
        }
        &known
            .get_or_insert_with(|| {
                let account_name = &names.accounts[account as usize];
                let text = format!("{}\x1f{account_name}\x1f{business}\x1f", self.of_what);
                (account, text.into_bytes())
            })
            .1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        let powers = (0..20).map(|power| 10u64.pow(power));
        let around = powers.flat_map(|power| [power - 1, power, power + 1]);
        for number in around.chain([u64::MAX, 5_511_999_999_999, 105, 1_000_100]) {
            let mut text = Vec::new();
            push_digits(number, &mut text);
            assert_eq!(text, number.to_string().into_bytes());
        }
    }
}
