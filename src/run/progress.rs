//! A progress bar on standard error, where that is a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far a run is; shows nothing where nobody watches.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over this many bytes of input.
    pub fn new(bytes: u64, quiet: bool) -> Self {
        let template =
            "{msg:<10} {wide_bar} {bytes:>10} of {total_bytes} {binary_bytes_per_sec:>12} {eta:>4}";
        Self::of(bytes, template, quiet)
    }

    /// A bar over this many days of a simulation.
    pub fn of_days(days: u64, quiet: bool) -> Self {
        Self::of(
            days,
            "{msg:<10} {wide_bar} {pos:>4} of {len} days {eta:>4}",
            quiet,
        )
    }

    fn of(length: u64, template: &str, quiet: bool) -> Self {
        let watched = !quiet && std::io::stderr().is_terminal();
        let target = if watched {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if watched {
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Self { bar }
    }

    /// Names the stage that begins.
    pub fn stage(&self, name: &'static str) {
        self.bar.set_message(name);
    }

    /// Counts what is done.
    pub fn add(&self, done: u64) {
        self.bar.inc(done);
    }
}

impl Drop for Progress {
    /// Takes the bar away, also where a run ends early.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
