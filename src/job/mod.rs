//! A scheduled job: which files are new, what is kept between runs, and what is told about them.
//!
//! ```text
//!  job.toml ─▶ file ─▶ intake ─▶ words ─▶ the ordinary run ─▶ record ─▶ month, forecast ─▶ alerts, metrics
//!                 lock    space                folder, state     retention                     journal
//! ```
//!
//! A job adds nothing to what `audit` and `replay` find: it chooses files, writes a command line, and keeps books.
//! Its books are one [`record::Record`] beside the state. An intent stands in it before a run and goes after it, so a
//! run that was killed is either made again or only entered, and no file counts twice.

pub mod alerts;
pub mod file;
pub mod forecast;
pub mod found;
pub mod intake;
pub mod journal;
pub mod lock;
pub mod metrics;
pub mod month;
pub mod pattern;
pub mod record;
pub mod retention;
pub mod space;
pub mod words;
