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
        let watched = !quiet && std::io::stderr().is_terminal();
        let target = if watched {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        if let Ok(style) = ProgressStyle::with_template(
            "{msg:<10} {wide_bar} {bytes:>10} of {total_bytes} {binary_bytes_per_sec:>12} {eta:>4}",
        ) {
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

    /// Counts bytes that are done.
    pub fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

impl Drop for Progress {
    /// Takes the bar away, also where a run ends early.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
