//! The sample log: three invented businesses over five slices of time, one around every switch of regime.
//!
//! - **Morgenrot**, a coffee roaster in Berlin: newsletters, orders, a busy support desk, a tasting club.
//! - **Larkspur**, bike hire, in Denver until July 2024, then in San Diego: lives from ads and bookings.
//! - **Chaitra**, a wallet in Kolkata: one-time codes and receipts; exports raw statuses with Meta's marks.
//!
//! It is read in this order: `cast` (who), `catalogue` (which templates), `scenes` (how people and
//! businesses behave), `calendar` (what happens on which day), `oddities` (what happens once), `marks`
//! (what Meta says of it), `export` and `damage` (how the businesses' systems write it down, well and
//! badly), `paperwork` (the files beside the log). Everything follows from [`SEED`] and integer
//! arithmetic, so the sample is the same on every machine.

mod calendar;
mod cast;
mod catalogue;
mod damage;
mod export;
mod marks;
mod message;
mod oddities;
mod paperwork;
mod random;
mod scenes;

use std::path::Path;
use std::{fs, io};

use message::Author;
use random::Random;

/// Another seed gives another sample with the same stories.
pub const SEED: u64 = 20_220_201;

/// Writes the sample's files into a folder.
pub fn write(folder: &Path) -> io::Result<()> {
    let mut author = Author::new(Random::seeded(SEED));
    calendar::play(&mut author);
    oddities::play(&mut author);
    let Author {
        mut messages,
        mut random,
    } = author;
    messages.sort_by(|left, right| {
        (left.at, &left.id, &left.customer.id).cmp(&(right.at, &right.id, &right.customer.id))
    });
    marks::mark(&mut messages);

    let message_rows = export::message_rows(&messages, &mut random);
    let status_rows = export::status_rows(&messages, &mut random);
    fs::create_dir_all(folder.join("log"))?;
    fs::write(
        folder.join("log/messages.csv"),
        export::messages_csv(&message_rows)?,
    )?;
    fs::write(
        folder.join("log/statuses.csv"),
        export::statuses_csv(&status_rows)?,
    )?;
    fs::write(folder.join("accounts.toml"), paperwork::accounts_toml())?;
    fs::write(folder.join("templates.csv"), paperwork::templates_csv())?;
    let readme = paperwork::readme(&messages, message_rows.len(), status_rows.len());
    fs::write(folder.join("README.md"), readme)
}
