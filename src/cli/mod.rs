//! x
/// x
pub fn main() -> crate::run::exit::ExitStatus { crate::run::exit::ExitStatus::Success }
