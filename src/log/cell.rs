//! One cell becomes one code.
//!
//! A code says all that the replay needs of a cell, so that a row is a handful of integers. Two cells of
//! a column have the same code exactly if they are equal after parsing (but for hashes of long texts,
//! which are 64 bits), so equal codes mean an exact duplicate (D-4).

use super::intern::Intern;

/// What a cell says, by column:
///
/// | columns | code |
/// |---|---|
/// | `message_id`, `text`, `meta_conversation_id`, `meta_cost`, `meta_cost_currency`, `max_price` | hash of the parsed cell, never a reserved code |
/// | instants | microseconds since the epoch + 2^62 ([`CellCode::instant`]) |
/// | `direction`, `category`, `status`, `entry_point`, `origin` | index of the word's enum value |
/// | `type` | index of the [`Kind`](crate::vocabulary::Kind) in the low 3 bits, hash of the lower-cased word above |
/// | `template` | number of the registry entry in the low 20 bits (0: none), hash of the cell above |
/// | `business`, `account`, `group` | code in the intern table |
/// | `customer` | the number itself, or 2^50 + code in the intern table of odd ids |
/// | `channel` | 0 for WhatsApp, else 1 + code in the intern table |
/// | `error_code` | the integer + 2^62 |
/// | `meta_*` words | index of the value in [`marks`](super::marks), hash above for unknown words |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellCode(pub u64);

impl CellCode {
    /// The cell is empty.
    pub const EMPTY: Self = Self(u64::MAX);
    /// The cell cannot be parsed; parsing it again as text says why.
    pub const BAD: Self = Self(u64::MAX - 1);
    /// Added to an instant's microseconds.
    pub const INSTANT_BIAS: i64 = 1 << 62;
}

/// What cells are parsed against: the tables shared by all threads of a run.
#[derive(Debug, Default)]
pub struct CellContext {
    /// Business numbers, without `+`.
    pub businesses: Intern,
    /// Account ids.
    pub accounts: Intern,
    /// Customers that are no telephone number.
    pub customers: Intern,
    /// Group ids.
    pub groups: Intern,
    /// Channels other than WhatsApp, lower-cased.
    pub channels: Intern,
    /// The zone of times that carry none (`--log-timezone`).
    pub zone: Option<chrono_tz::Tz>,
    /// Template names of the registry (lower-cased? no: exact), to their number from 1; with language after `/`.
    pub templates: hashbrown::HashMap<String, u32>,
}

/// Parses the cells of one file on one thread.
#[derive(Debug)]
pub struct CellParser<'a> {
    context: &'a CellContext,
}
