//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    counterfoil::cli::main().into()
}
