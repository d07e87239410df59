//! One cell becomes one code.
//!
//! A code says all that the replay needs of a cell, so that a row is a handful of integers. Two cells of
//! a column have the same code exactly if they are equal after parsing (but for hashes of long texts,
//! which are 64 bits), so equal codes mean an exact duplicate (D-4).

mod epoch;
mod explain;
#[cfg(test)]
mod tests;
mod time;
mod words;

use std::io::Write;

use rust_decimal::Decimal;
use xxhash_rust::xxh3::xxh3_64;

pub use epoch::EpochUnits;
pub use explain::{CellDefect, explain};

use super::Column;
use super::intern::Intern;
use super::marks::{
    self, Billable, MarkedCategory, MarkedPricingSubtype, MarkedPricingType, PricingModel,
};
use super::one_time_code::looks_like_one_time_code;
use crate::accounts::TemplateRegistry;
use crate::vocabulary::{
    Direction, EntryPoint, Instant, Kind, Origin, PhoneDigits, Status, TemplateCategory,
};
pub(super) use time::instant_of_epoch;
use time::{ParsedTime, TimeParser};
use words::{WordCache, WordMemory};

/// What a cell says, by column:
///
/// | columns | code |
/// |---|---|
/// | `message_id`, `text` (its lowest bit says one-time code), `meta_conversation_id`, `meta_cost`, `meta_cost_currency`, `max_price` | hash of the parsed cell, never a reserved code |
/// | instants | microseconds since the epoch + 2^62 ([`CellCode::instant`]) |
/// | `direction`, `category`, `status`, `entry_point`, `origin` | index of the word's enum value, or [`CellCode::CATEGORY_SERVICE`], [`CellCode::STATUS_RECEIVED`] |
/// | `type` | index of the [`Kind`] in the low 3 bits, hash of the lower-cased word above |
/// | `template` | number of the registry entry or of another name in the low 20 bits (0: too many), hash of the cell above |
/// | `business`, `account`, `group` | code in the intern table |
/// | `customer` | the number itself, or 2^50 + code in the intern table of odd ids |
/// | `channel` | 0 for WhatsApp, else 1 + code in the intern table |
/// | `error_code` | the integer + 2^62 |
/// | `inferred` | [`CellCode::INFERRED_TYPE`], [`CellCode::INFERRED_CATEGORY`], or their sum |
/// | `meta_*` words | index of the value in `marks`, hash above for unknown words |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellCode(pub u64);

impl CellCode {
    /// The cell is empty.
    pub const EMPTY: Self = Self(u64::MAX);
    /// The cell cannot be parsed; parsing it again as text says why.
    pub const BAD: Self = Self(u64::MAX - 1);
    /// Added to an instant's microseconds.
    pub const INSTANT_BIAS: i64 = 1 << 62;
    /// Added to an error code.
    pub const INTEGER_BIAS: i64 = 1 << 62;
    /// Added to the intern code of a customer that is no telephone number.
    pub const CUSTOMER_ID_BIAS: u64 = 1 << 50;
    /// `category` is `service`: as good as empty, but only where `type` is not template.
    pub const CATEGORY_SERVICE: Self = Self(4);
    /// `status` is `received`: as good as empty, but only where the message is inbound.
    pub const STATUS_RECEIVED: Self = Self(6);

    /// Set in the code of a `text` that looks like a one-time code, if texts are looked at.
    pub const ONE_TIME_CODE: u64 = 1;

    /// `inferred`: the source does not say whether the message is a template.
    pub const INFERRED_TYPE: u64 = 1;
    /// `inferred`: the source does not say the template's category.
    pub const INFERRED_CATEGORY: u64 = 2;

    /// The code of an instant.
    #[inline]
    pub const fn of_instant(instant: Instant) -> Self {
        Self((instant.micros() + Self::INSTANT_BIAS) as u64)
    }

    /// The instant of a code from a column of instants; none if it is empty or bad.
    #[inline]
    pub const fn instant(self) -> Option<Instant> {
        if self.is_value() {
            Some(Instant::from_micros(self.0 as i64 - Self::INSTANT_BIAS))
        } else {
            None
        }
    }

    /// Whether the cell says something: neither empty nor bad.
    #[inline]
    pub const fn is_value(self) -> bool {
        self.0 < Self::BAD.0
    }
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
    /// The template registry.
    pub templates: TemplateRegistry,
    /// Names of templates that the registry lacks.
    pub other_templates: Intern,
    /// Whether texts are looked at for one-time codes (C-AUTH-MISUSE); otherwise they only tell rows apart.
    pub reads_texts: bool,
}

/// Parses the cells of one file on one thread.
#[derive(Debug)]
pub struct CellParser<'a> {
    context: &'a CellContext,
    /// By [`Column::index`].
    words: Vec<WordCache>,
    businesses: WordMemory,
    accounts: WordMemory,
    groups: WordMemory,
    customers: WordMemory,
    templates: WordMemory,
    times: TimeParser,
    epoch_units: EpochUnits,
}

impl<'a> CellParser<'a> {
    /// A parser that knows nothing yet.
    pub fn new(context: &'a CellContext) -> Self {
        let slots = |column: &Column| match column {
            Column::Business | Column::Account | Column::Template => WordCache::new(8),
            _ => WordCache::new(4),
        };
        Self {
            context,
            words: Column::ALL.iter().map(slots).collect(),
            businesses: WordMemory::default(),
            accounts: WordMemory::default(),
            groups: WordMemory::default(),
            customers: WordMemory::default(),
            templates: WordMemory::default(),
            times: TimeParser::new(context.zone),
            epoch_units: EpochUnits::default(),
        }
    }

    /// The code of a cell as a text file writes it.
    #[inline]
    pub fn text(&mut self, column: Column, cell: &[u8]) -> CellCode {
        self.any_text(column, cell)
    }

    /// Appends the codes of cells of one column: the same as [`Self::text`] for each, but faster.
    pub fn texts<'t>(
        &mut self,
        column: Column,
        cells: impl Iterator<Item = &'t [u8]>,
        codes: &mut Vec<CellCode>,
    ) {
        /// A loop of its own for each of the columns that most logs have.
        macro_rules! by_column {
            ($($known:ident)+) => {
                match column {
                    $(Column::$known => codes.extend(cells.map(|cell| self.any_text(Column::$known, cell))),)+
                    _ => codes.extend(cells.map(|cell| self.text(column, cell))),
                }
            };
        }
        by_column!(
            MessageId Timestamp Direction Business Customer Type Category Template Status DeliveredAt Account
        );
    }

    #[inline(always)]
    fn any_text(&mut self, column: Column, cell: &[u8]) -> CellCode {
        let cell = match cell {
            [] => return CellCode::EMPTY,
            [first, .., last] if *first > b' ' && *last > b' ' => cell,
            _ => cell.trim_ascii(),
        };
        if cell.is_empty() {
            return CellCode::EMPTY;
        }
        match column {
            Column::MessageId | Column::MetaConversationId => hash_code(cell),
            Column::Text if self.context.reads_texts => {
                let bit = u64::from(looks_like_one_time_code(cell));
                CellCode(hash_code(cell).0 & !CellCode::ONE_TIME_CODE | bit)
            }
            Column::Text => hash_code(cell),
            Column::Timestamp | Column::DeliveredAt | Column::SeenAt | Column::MetaExpiresAt => {
                let time = self.times.parse(cell);
                self.time(column, time)
            }
            Column::Customer => self.customer(cell),
            Column::Type => self.word(column, cell, kind_code),
            Column::Direction => self.word(column, cell, |cell| index(Direction::parse(cell))),
            Column::Status => self.word(column, cell, status_code),
            Column::Category => self.word(column, cell, category_code),
            Column::EntryPoint => self.word(column, cell, |cell| index(EntryPoint::parse(cell))),
            Column::Origin => self.word(column, cell, |cell| index(Origin::parse(cell))),
            Column::Business | Column::Account | Column::Channel => self.interned(column, cell),
            Column::Group => CellCode(self.groups.interned(cell, &self.context.groups)),
            Column::Template => self.template(cell),
            Column::ErrorCode => self.word(column, cell, error_code),
            Column::MaxPrice => self.word(column, cell, |cell| {
                decimal_code(cell).unwrap_or(CellCode::BAD)
            }),
            Column::MetaCost => self.word(column, cell, |cell| {
                decimal_code(cell).unwrap_or_else(|| hash_code(cell))
            }),
            Column::MetaCostCurrency => {
                self.word(column, cell, |cell| hash_code(&cell.to_ascii_uppercase()))
            }
            Column::MetaPricingModel => {
                self.word(column, cell, |cell| mark(cell, PricingModel::parse))
            }
            Column::MetaBillable => self.word(column, cell, |cell| mark(cell, Billable::parse)),
            Column::MetaPricingType => {
                self.word(column, cell, |cell| mark(cell, MarkedPricingType::parse))
            }
            Column::MetaCategory | Column::MetaConversationOrigin => {
                self.word(column, cell, |cell| mark(cell, MarkedCategory::parse))
            }
            Column::MetaPricingSubtype => {
                self.word(column, cell, |cell| mark(cell, MarkedPricingSubtype::parse))
            }
            Column::Inferred => self.word(column, cell, inferred_code),
        }
    }

    /// The code of a cell that is an integer: an epoch in a column of times, digits elsewhere.
    #[inline]
    pub fn integer(&mut self, column: Column, value: i64) -> CellCode {
        if column.is_instant() {
            return self.time(column, time::epoch_instant(value));
        }
        if column == Column::Customer && (1..1_000_000_000_000_000).contains(&value) {
            return CellCode(value as u64);
        }
        let mut digits = [0; 20];
        let mut left = &mut digits[..];
        // 20 bytes hold every integer.
        let written = write!(left, "{value}").map_or(0, |()| 20 - left.len());
        self.text(column, &digits[..written])
    }

    /// The code of a cell that is an instant in microseconds.
    #[inline]
    pub fn micros_utc(&mut self, column: Column, micros: i64) -> CellCode {
        if column.is_instant() {
            return instant_code(time::in_range(micros));
        }
        self.text(column, Instant::from_micros(micros).to_string().as_bytes())
    }

    /// The code of a cell that is a date and time without a zone, in microseconds.
    #[inline]
    pub fn micros_local(&mut self, column: Column, micros: i64) -> CellCode {
        if column.is_instant() {
            return instant_code(self.times.local(micros));
        }
        self.micros_utc(column, micros)
    }

    /// The code of a cell that is true or false.
    #[inline]
    pub fn boolean(&mut self, column: Column, value: bool) -> CellCode {
        self.text(column, if value { b"true" } else { b"false" })
    }

    /// Which epoch units this parser saw; to be merged over the file's parsers and checked.
    pub fn epoch_units(&self) -> &EpochUnits {
        &self.epoch_units
    }

    #[inline]
    fn word(
        &mut self,
        column: Column,
        cell: &[u8],
        parse: impl FnOnce(&[u8]) -> CellCode,
    ) -> CellCode {
        CellCode(self.words[column.index()].code(cell, |cell| parse(cell).0))
    }

    #[inline]
    fn time(&mut self, column: Column, time: Option<ParsedTime>) -> CellCode {
        match time {
            Some(ParsedTime::Calendar(micros)) => instant_code(Some(micros)),
            Some(ParsedTime::Epoch(micros, unit, value)) => {
                self.epoch_units.record(column, unit, value);
                instant_code(Some(micros))
            }
            None => CellCode::BAD,
        }
    }

    #[inline]
    fn customer(&mut self, cell: &[u8]) -> CellCode {
        if let Some(number) = words::phone_number(cell) {
            return CellCode(number);
        }
        let id = PhoneDigits::strip_plus(cell);
        CellCode(CellCode::CUSTOMER_ID_BIAS + self.customers.interned(id, &self.context.customers))
    }

    #[inline]
    fn interned(&mut self, column: Column, cell: &[u8]) -> CellCode {
        let (context, businesses, accounts) =
            (self.context, &mut self.businesses, &mut self.accounts);
        CellCode(self.words[column.index()].code(cell, |cell| match column {
            Column::Business => {
                businesses.interned(PhoneDigits::strip_plus(cell), &context.businesses)
            }
            Column::Account => accounts.interned(cell, &context.accounts),
            _ => channel_code(cell, context),
        }))
    }

    #[inline]
    fn template(&mut self, cell: &[u8]) -> CellCode {
        let (context, templates) = (self.context, &mut self.templates);
        let code =
            |cell: &[u8]| templates.code(cell, |hash, cell| template_code(hash, cell, context));
        CellCode(self.words[Column::Template.index()].code(cell, code))
    }
}

#[inline]
fn instant_code(micros: Option<i64>) -> CellCode {
    micros.map_or(CellCode::BAD, |micros| {
        CellCode::of_instant(Instant::from_micros(micros))
    })
}

/// A hash that is no reserved code.
#[inline]
fn hash_code(text: &[u8]) -> CellCode {
    let hash = xxh3_64(text);
    CellCode(if hash >= CellCode::BAD.0 {
        hash - 2
    } else {
        hash
    })
}

/// The index of an enum's value, or bad.
fn index<E: WordEnum>(value: Option<E>) -> CellCode {
    value.map_or(CellCode::BAD, |value| CellCode(value.position()))
}

/// The index of a mark, or that of an unknown word, which is kept as evidence.
fn mark<E: WordEnum>(cell: &[u8], parse: impl FnOnce(&[u8]) -> Option<E>) -> CellCode {
    parse(cell).map_or_else(
        || marks::unknown_mark(xxh3_64(&cell.to_ascii_lowercase())),
        |value| CellCode(value.position()),
    )
}

fn kind_code(cell: &[u8]) -> CellCode {
    CellCode(xxh3_64(&cell.to_ascii_lowercase()) & !7 | Kind::of_type(cell) as u64)
}

fn status_code(cell: &[u8]) -> CellCode {
    if cell.eq_ignore_ascii_case(b"received") {
        return CellCode::STATUS_RECEIVED;
    }
    index(Status::parse(cell))
}

fn category_code(cell: &[u8]) -> CellCode {
    if cell.eq_ignore_ascii_case(b"service") {
        return CellCode::CATEGORY_SERVICE;
    }
    index(TemplateCategory::parse(cell))
}

fn channel_code(cell: &[u8], context: &CellContext) -> u64 {
    let channel = cell.to_ascii_lowercase();
    if channel == b"whatsapp" {
        0
    } else {
        1 + u64::from(context.channels.code(&channel))
    }
}

/// The registry's entry for the cell; names that it lacks are numbered behind its own.
fn template_code(hash: u64, cell: &[u8], context: &CellContext) -> u64 {
    const NUMBER_BITS: u64 = 0xf_ffff;
    let number = std::str::from_utf8(cell)
        .ok()
        .and_then(|name| context.templates.number(name));
    let number = match number {
        Some(number) => u64::from(number),
        None => {
            let other = context.other_templates.code(cell);
            context.templates.len() as u64 + 1 + u64::from(other)
        }
    };
    // Beyond a million names no number is left, which the two reserved codes need.
    hash & !NUMBER_BITS | if number < NUMBER_BITS - 1 { number } else { 0 }
}

/// Names of columns, between blanks or commas.
fn inferred_code(cell: &[u8]) -> CellCode {
    let names = cell.split(|byte| matches!(byte, b' ' | b','));
    let mut columns = 0;
    for name in names.filter(|name| !name.is_empty()) {
        columns |= match name.to_ascii_lowercase().as_slice() {
            b"type" => CellCode::INFERRED_TYPE,
            b"category" => CellCode::INFERRED_CATEGORY,
            _ => return CellCode::BAD,
        };
    }
    CellCode(columns)
}

/// An integer; spreadsheets and data frames may have put `.0` behind it.
fn error_code(cell: &[u8]) -> CellCode {
    const MAGNITUDE_MAX: u64 = 1 << 61;
    let value = std::str::from_utf8(cell).ok().and_then(|text| {
        let digits = text
            .split_once('.')
            .map_or(Some(text), |(digits, fraction)| {
                (!fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0'))
                    .then_some(digits)
            })?;
        digits
            .parse::<i64>()
            .ok()
            .filter(|value| value.unsigned_abs() < MAGNITUDE_MAX)
    });
    value.map_or(CellCode::BAD, |value| {
        CellCode((value + CellCode::INTEGER_BIAS) as u64)
    })
}

/// The hash of a decimal number's shortest form, so that `0.5` and `0.50` are equal.
fn decimal_code(cell: &[u8]) -> Option<CellCode> {
    let number = Decimal::from_str_exact(std::str::from_utf8(cell).ok()?).ok()?;
    Some(hash_code(number.normalize().to_string().as_bytes()))
}

/// Enums whose values are coded by their position.
trait WordEnum {
    fn position(self) -> u64;
}

macro_rules! word_enums {
    ($($type:ty),+) => {
        $(impl WordEnum for $type {
            fn position(self) -> u64 {
                self as u64
            }
        })+
    };
}
word_enums!(
    Direction,
    Status,
    TemplateCategory,
    EntryPoint,
    Origin,
    PricingModel,
    Billable,
    MarkedPricingType,
    MarkedPricingSubtype,
    MarkedCategory
);
