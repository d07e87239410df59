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
mod keys;
mod published;
mod rows;

use std::fs::File;
use std::io::{self, Write};

use anyhow::{Context, Result};

pub use belongs::{Belongs, Mismatch};
pub use file::{STATE_VERSION, Section, StateFile, StateFileError, StateWriter};
pub use header::{Header, TierName, allowance_units};
pub use published::{Closed, News, Published};
pub use rows::write as write_rows;

use crate::pricing::SettledCharges;
use crate::replay::carried::{Carried, SettledMessages};

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
            let unpacked = zstd::stream::decode_all(&*bytes);
            unpacked.map_err(|error| file.malformed(part, error))
        };
        let header = unpacked(Section::Header, "header")?;
        let header: Header =
            serde_json::from_slice(&header).map_err(|error| file.malformed("header", error))?;
        let charges = unpacked(Section::Charges, "settled charges")?;
        let charges: Vec<SettledCharges> = serde_json::from_slice(&charges)
            .map_err(|error| file.malformed("settled charges", error))?;
        let messages = unpacked(Section::Messages, "settled messages")?;
        let messages = keys::decode(&messages)
            .ok_or_else(|| file.malformed("settled messages", "they are no keys"))?;
        Ok(Self {
            header,
            charges,
            messages,
        })
    }

    /// What the replay needs of it.
    ///
    /// # Errors
    /// If it names something that is not known.
    pub fn carried(&self) -> Result<Carried> {
        self.header.carried(self.messages.clone())
    }

    /// Writes a state whose rows and tables stand in files.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn write<W: Write>(&self, tables: Tables<'_>, out: W) -> Result<W> {
        let packed = |bytes: &[u8]| zstd::stream::encode_all(bytes, PACKING_LEVEL);
        let write = || -> io::Result<W> {
            let mut writer = StateWriter::new(out)?;
            let header = serde_json::to_vec(&self.header)?;
            writer.section(Section::Header, &packed(&header)?)?;
            let charges = serde_json::to_vec(&self.charges)?;
            writer.section(Section::Charges, &packed(&charges)?)?;
            writer.section(Section::Messages, &packed(&keys::encode(&self.messages))?)?;
            writer.section_of(Section::Log, tables.log)?;
            writer.section_of(Section::PublishedCharges, tables.charges)?;
            writer.section_of(Section::PublishedConversations, tables.conversations)?;
            writer.finish()
        };
        write().context("cannot write the state")
    }
}

/// Files whose content goes into a state as it is.
#[derive(Debug)]
pub struct Tables<'a> {
    /// The rows that the next run reads again.
    pub log: &'a mut File,
    /// Charges that may still change.
    pub charges: &'a mut File,
    /// Conversations that may still change.
    pub conversations: &'a mut File,
}

/// Fast, and half of what it could be.
const PACKING_LEVEL: i32 = 3;
