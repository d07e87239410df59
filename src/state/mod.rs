//! A state: what one run leaves to the next, so that a log can come in pieces and no row is read twice.
//!
//! ```text
//!  state ─┬─ rows ───────────┐                      ┌─▶ what is new, what changed
//!         ├─ counts, months ─┼─▶ replay, price ─────┤
//!         └─ published lines ┘    (the same code)   └─▶ the next state
//! new rows ──────────────────┘
//! ```
//!
//! The rows of the last days are carried and judged again together with the new ones, so a late or repeated row
//! changes what it would have changed in one run over the whole log; lines that were published and come out
//! otherwise become adjustments. What lies before the horizon is settled, and only counted.

mod belongs;
mod file;
mod header;
mod held;
mod keys;
mod parts;
mod published;
mod rows;

use std::io::{self, Read, Write};

use anyhow::{Context, Result};

pub use belongs::{Belongs, Mismatch};
pub use file::{STATE_VERSION, Section, StateFile, StateFileError, StateWriter};
pub use header::{HORIZON_DAYS, Header, TierName, allowance_units};
pub use held::{Held, PublishedTable};
pub use parts::{Part, Parts};
pub use published::{Closed, News, Unlike};
pub use rows::write as write_rows;

use crate::audit::{AMOUNT_MAX, QUANTITY_MAX};
use crate::log::Gone;
use crate::pricing::SettledCharges;
use crate::replay::carried::{Carried, SettledMessages};
use crate::tariff::Amount;

/// What an earlier run left, read.
#[derive(Debug)]
pub struct State {
    /// Everything small.
    pub header: Header,
    /// Charges that are settled, in a run with prices.
    pub charges: Vec<SettledCharges>,
    /// Messages that are settled.
    pub messages: SettledMessages,
}

impl State {
    /// Reads everything of a state but its tables and rows.
    ///
    /// # Errors
    /// If a part cannot be read or says what none can say.
    pub fn read(file: &StateFile) -> Result<Self, StateFileError> {
        let unpacked = |section: Section, part: &'static str| {
            let bytes = file.bytes(section)?;
            unpack(&bytes).map_err(|error| file.malformed(part, error))
        };
        let header = unpacked(Section::Header, "header")?;
        let header: Header =
            serde_json::from_slice(&header).map_err(|error| file.malformed("header", error))?;
        if let Some(fault) = header.fault() {
            return Err(file.malformed("header", fault));
        }
        let charges = unpacked(Section::Charges, "settled charges")?;
        let charges: Vec<SettledCharges> = serde_json::from_slice(&charges)
            .map_err(|error| file.malformed("settled charges", error))?;
        if let Some(fault) = charges.iter().find_map(fault) {
            return Err(file.malformed("settled charges", fault));
        }
        let messages = unpacked(Section::Messages, "settled messages")?;
        let messages = keys::decode(&messages)
            .ok_or_else(|| file.malformed("settled messages", "they are no keys"))?;
        Ok(Self {
            header,
            charges,
            messages,
        })
    }

    /// What the replay needs of it, and which of the carried rows are gone.
    ///
    /// # Errors
    /// If it names something that is not known.
    pub fn carried(&self, gone: Vec<Gone>) -> Result<Carried> {
        self.header.carried(gone, self.messages.clone())
    }

    /// Writes a state whose rows and tables stand in files.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn write<W: Write>(&self, tables: &Tables, out: W) -> Result<W> {
        let packed = |bytes: &[u8]| zstd::stream::encode_all(bytes, PACKING_LEVEL);
        let write = || -> io::Result<W> {
            let mut writer = StateWriter::new(out)?;
            let header = serde_json::to_vec(&self.header)?;
            writer.section(Section::Header, &packed(&header)?)?;
            let charges = serde_json::to_vec(&self.charges)?;
            writer.section(Section::Charges, &packed(&charges)?)?;
            writer.section(Section::Messages, &packed(&keys::encode(&self.messages))?)?;
            let parts = [
                (Section::Log, &tables.log),
                (Section::PublishedCharges, &tables.charges),
                (Section::PublishedConversations, &tables.conversations),
            ];
            for (table, parts) in parts {
                for parts in parts {
                    parts.write(table, &mut writer)?;
                }
            }
            writer.finish()
        };
        write().context("cannot write the state")
    }
}

/// Tables that go into a state as they are.
#[derive(Debug)]
pub struct Tables {
    /// The rows that the next run reads again.
    pub log: Vec<Parts>,
    /// Charges that may still change.
    pub charges: Vec<Parts>,
    /// Conversations that may still change.
    pub conversations: Vec<Parts>,
}

/// What no run can have written of settled charges, if anything.
fn fault(charges: &SettledCharges) -> Option<String> {
    let rate = charges.price.rate.unwrap_or(Amount::ZERO);
    let amount = rate.times(charges.quantity);
    let fits = charges.quantity <= QUANTITY_MAX
        && charges.estimated <= charges.quantity
        && charges.edge <= charges.quantity
        && amount.is_some_and(|amount| amount.abs() <= AMOUNT_MAX);
    (!fits).then(|| format!("{} charges of {rate} each", charges.quantity))
}

/// Unpacks a section, which is never larger than a run could make it.
fn unpack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    let decoder = zstd::stream::Decoder::new(bytes)?;
    decoder
        .take(UNPACKED_BYTES_MAX)
        .read_to_end(&mut unpacked)?;
    match unpacked.len() as u64 == UNPACKED_BYTES_MAX {
        true => Err(io::Error::other(format!(
            "it unpacks to {UNPACKED_BYTES_MAX} bytes or more"
        ))),
        false => Ok(unpacked),
    }
}

/// Room for the keys of half a milliard messages, far more than a machine that makes them has.
const UNPACKED_BYTES_MAX: u64 = 4 << 30;

/// Fast, and half of what it could be.
const PACKING_LEVEL: i32 = 3;
