//! Exit codes: the one place where an outcome or an error becomes a number (contract: exit codes).

use std::io;
use std::process::ExitCode;

use crate::memory::MemoryError;

/// Where bugs are reported.
pub const ISSUES: &str = "the issue tracker named in README.md";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Clean.
    Success = 0,
    /// Sound, and found what `--fail-on` names.
    Findings = 1,
    /// Bad usage or configuration, or the output cannot be written.
    Usage = 2,
    /// Input unreadable, or more rejects than allowed.
    Input = 3,
    /// Incomplete evidence: the result is not a conclusion.
    Incomplete = 4,
    /// A bug in the program.
    Bug = 70,
    /// Interrupted; nothing half written.
    Interrupted = 130,
}

impl ExitStatus {
    /// The status of a run that wrote its output; where several apply, 3 over 4 over 1.
    pub fn of_run(too_many_rejects: bool, incomplete: bool, findings: bool) -> Self {
        if too_many_rejects {
            Self::Input
        } else if incomplete {
            Self::Incomplete
        } else if findings {
            Self::Findings
        } else {
            Self::Success
        }
    }

    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// Why a command could not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub status: ExitStatus,
    /// What went wrong, the cause last.
    pub error: anyhow::Error,
    /// What to do next, each on a line of its own.
    pub hints: Vec<String>,
}

impl Failure {
    /// The command line or a configuration file is wrong.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::new(ExitStatus::Usage, error)
    }

    /// The log cannot be read, or what is kept of it not within the memory that the run may take.
    pub fn input(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        match error.is::<MemoryError>() {
            true => Self::output(error),
            false => Self::new(ExitStatus::Input, error),
        }
    }

    /// The output cannot be written. A reader that has seen enough of standard output is no failure.
    pub fn output(error: impl Into<anyhow::Error>) -> Self {
        Self::new(ExitStatus::Usage, error)
    }

    fn new(status: ExitStatus, error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        let status = if is_broken_pipe(&error) {
            ExitStatus::Success
        } else {
            status
        };
        Self {
            status,
            error,
            hints: Vec::new(),
        }
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// Turns errors into failures of one kind.
pub trait OrFail<T> {
    /// See [`Failure::usage`].
    fn or_usage(self) -> Result<T, Failure>;
    /// See [`Failure::input`].
    fn or_input(self) -> Result<T, Failure>;
    /// See [`Failure::output`].
    fn or_output(self) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for Result<T, E> {
    fn or_usage(self) -> Result<T, Failure> {
        self.map_err(Failure::usage)
    }

    fn or_input(self) -> Result<T, Failure> {
        self.map_err(Failure::input)
    }

    fn or_output(self) -> Result<T, Failure> {
        self.map_err(Failure::output)
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Makes a panic say what it is: a bug, and how to report it.
pub fn install_bug_report() {
    std::panic::set_hook(Box::new(|panic| {
        let what = panic.payload_as_str().unwrap_or("no further description");
        let place = panic
            .location()
            .map_or_else(String::new, |place| format!(" at {place}"));
        eprintln!("bug: {what}{place}");
        eprintln!(
            "counterfoil {} has a bug; no output was written. Please report it to {ISSUES}",
            env!("CARGO_PKG_VERSION")
        );
        eprintln!(
            "with the two lines above, the command line, and if you can the smallest log that shows it."
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_outranks_incompleteness_outranks_findings() {
        assert_eq!(ExitStatus::of_run(true, true, true).code(), 3);
        assert_eq!(ExitStatus::of_run(false, true, true).code(), 4);
        assert_eq!(ExitStatus::of_run(false, false, true).code(), 1);
        assert_eq!(ExitStatus::of_run(false, false, false).code(), 0);
    }

    #[test]
    fn a_broken_pipe_is_success() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(
            Failure::output(error.context("writing")).status,
            ExitStatus::Success
        );
    }
}
