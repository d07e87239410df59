//! A pair as one 64-bit key (rules: words).
//!
//! Almost every pair is a business number that came up among the first 8,192 and a customer with a
//! telephone number: both fit into the key, exactly and reversibly. Every other pair (business-scoped
//! ids, group members) is kept in a table and the key is its place there.

use std::sync::Arc;

use super::partition::spread;
use crate::log::cell::CellContext;
use crate::log::intern::Intern;

const CUSTOMER_BITS: u32 = 50;
const CUSTOMER_MASK: u64 = (1 << CUSTOMER_BITS) - 1;
/// Set in keys that are a place in the table.
const LISTED: u64 = 1 << 63;
/// Businesses with a code below this fit into a key beside the customer.
const BUSINESS_CODES: u32 = 1 << 13;
/// Customers with this bit set are odd ids (see [`crate::log::cell::CellCode`]).
pub const CUSTOMER_LISTED: u64 = 1 << CUSTOMER_BITS;

/// A pair: (business number, customer), and for a group message the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairKey(pub u64);

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairParts {
    /// Code of the business number.
    pub business: u32,
    /// Number or odd id of the customer, as a cell code.
    pub customer: u64,
    /// Code of the group.
    pub group: Option<u32>,
}

/// Gives pairs their keys and keys their names back.
#[derive(Debug)]
pub struct PairTable {
    cells: Arc<CellContext>,
    listed: Intern,
}

impl PairTable {
    /// A table over the words of a log.
    pub fn new(cells: Arc<CellContext>) -> Self {
        Self {
            cells,
            listed: Intern::default(),
        }
    }

    /// The key of a pair.
    #[inline]
    pub fn key(&self, parts: PairParts) -> PairKey {
        if parts.business < BUSINESS_CODES
            && parts.customer < CUSTOMER_LISTED
            && parts.group.is_none()
        {
            return PairKey(u64::from(parts.business) << CUSTOMER_BITS | parts.customer);
        }
        let mut entry = [0; 17];
        entry[..4].copy_from_slice(&parts.business.to_le_bytes());
        entry[4..12].copy_from_slice(&parts.customer.to_le_bytes());
        entry[12] = u8::from(parts.group.is_some());
        entry[13..].copy_from_slice(&parts.group.unwrap_or(0).to_le_bytes());
        PairKey(LISTED | u64::from(self.listed.code(&entry)))
    }

    /// What a key stands for.
    pub fn parts(&self, key: PairKey) -> PairParts {
        if key.0 & LISTED == 0 {
            return PairParts {
                business: (key.0 >> CUSTOMER_BITS) as u32,
                customer: key.0 & CUSTOMER_MASK,
                group: None,
            };
        }
        self.listed.with_word((key.0 & !LISTED) as u32, |entry| {
            let number = |range: std::ops::Range<usize>| {
                let mut bytes = [0; 8];
                bytes[..range.len()].copy_from_slice(&entry[range]);
                u64::from_le_bytes(bytes)
            };
            PairParts {
                business: number(0..4) as u32,
                customer: number(4..12),
                group: (entry[12] == 1).then(|| number(13..17) as u32),
            }
        })
    }

    /// Spreads pairs over partitions; members of one group stay together, since they share its customer
    /// service window.
    #[inline]
    pub fn scope_hash(&self, key: PairKey) -> u64 {
        if key.0 & LISTED == 0 {
            return spread(key.0);
        }
        match self.parts(key) {
            PairParts {
                business,
                group: Some(group),
                ..
            } => spread(u64::from(business) << 32 | u64::from(group) | LISTED),
            _ => spread(key.0),
        }
    }

    /// The group of a pair, with its business number, if it is a group member's.
    #[inline]
    pub fn group(&self, key: PairKey) -> Option<(u32, u32)> {
        if key.0 & LISTED == 0 {
            return None;
        }
        let parts = self.parts(key);
        parts.group.map(|group| (parts.business, group))
    }

    /// The business number, as digits or as it stands in the log.
    pub fn business(&self, key: PairKey) -> String {
        self.cells.businesses.word(self.parts(key).business)
    }

    /// Appends the customer, as digits without `+` or as the id in the log.
    pub fn push_customer(&self, key: PairKey, text: &mut String) {
        self.push_customer_word(self.parts(key).customer, text);
    }

    /// Appends the customer with a cell code.
    pub fn push_customer_word(&self, customer: u64, text: &mut String) {
        use std::fmt::Write;
        if customer < CUSTOMER_LISTED {
            let _ = write!(text, "{customer}");
        } else {
            self.cells
                .customers
                .with_word((customer - CUSTOMER_LISTED) as u32, |word| {
                    text.push_str(&String::from_utf8_lossy(word))
                });
        }
    }

    /// The customer's telephone number, if it is one.
    pub fn customer_number(&self, key: PairKey) -> Option<u64> {
        let customer = self.parts(key).customer;
        (customer < CUSTOMER_LISTED).then_some(customer)
    }
}
