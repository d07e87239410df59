//! Finished runs, read again: whether one is what it was, and why two differ.
//!
//! A run folder says all that is needed: the manifest seals every file, the summary states every sum, and
//! the tables hold every row. Nothing here replays or prices; what must be computed again is computed
//! from the tables, row by row, so that a run of any size fits.

pub mod diff;
mod folder;
mod sealed;
pub mod verify;

pub use folder::{RunError, RunFolder};
