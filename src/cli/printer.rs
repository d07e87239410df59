//! Decides what is shown, where, and with how much colour.
//!
//! Data goes to standard output, messages to standard error. A reader of standard output that has seen
//! enough and left is no error.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

use crate::report::terminal::error_annotation;
use crate::run::exit::{ExitStatus, Failure};

/// In which form results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A page for people.
    #[default]
    Human,
    /// The content of summary.json.
    Json,
    /// Annotations for GitHub Actions.
    Github,
}

/// Prints for one run.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    format: Format,
    quiet: bool,
}

impl Printer {
    /// A printer for this form.
    pub fn new(format: Format, quiet: bool) -> Self {
        Self { format, quiet }
    }

    /// A printer for people.
    pub fn plain() -> Self {
        Self::new(Format::Human, false)
    }

    /// Whether only errors and the asked-for data are shown.
    pub fn quiet(&self) -> bool {
        self.quiet
    }

    /// Whether the page may be coloured.
    pub fn colour(&self) -> bool {
        colour_on(&io::stdout())
    }

    /// Prints data.
    ///
    /// # Errors
    /// If standard output cannot be written; a closed one is [`ExitStatus::Success`].
    pub fn data(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(Failure::output)
    }

    /// Prints a message.
    pub fn message(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Prints what went wrong: the error with its causes, then each hint on a line of its own.
    pub fn failure(&self, failure: &Failure) {
        if failure.status == ExitStatus::Success {
            return;
        }
        let text = format!("{:#}", failure.error);
        if self.format == Format::Github {
            let _ = self.data(&error_annotation(&text));
        }
        self.labelled("error", AnsiColor::Red, &text);
        for hint in &failure.hints {
            self.labelled("hint", AnsiColor::Cyan, hint);
        }
    }

    fn labelled(&self, label: &str, colour: AnsiColor, text: &str) {
        let mut err = io::stderr();
        let style = if colour_on(&err) {
            colour.on_default().bold()
        } else {
            Style::new()
        };
        let _ = writeln!(err, "{style}{label}:{style:#} {text}");
    }
}

/// Whether a stream is a terminal that wants colour (NO_COLOR, TERM=dumb).
fn colour_on(stream: &impl IsTerminal) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    stream.is_terminal()
        && !is_set("NO_COLOR")
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
