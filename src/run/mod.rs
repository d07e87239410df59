//! A run as a whole: its output folder, its manifest, its progress, its interruption and its exit code.

pub mod exit;
pub mod interrupt;
pub mod manifest;
pub mod output;
pub mod progress;
