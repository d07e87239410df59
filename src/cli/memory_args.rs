//! The bound on memory of the commands that keep it.

use std::path::Path;

use clap::Args;

use super::printer::Printer;
use crate::memory::{Limits, Memory};
use crate::run::exit::{Failure, OrFail};
use crate::run::interrupt;

/// How much memory a run may take.
#[derive(Debug, Args)]
pub struct MemoryArgs {
    /// Most memory the run may take (4GiB, 512MiB, 2GB, bytes); what does not fit goes to temporary files in
    /// --temp-dir, and the result is the same [default: as much as it takes, about 50 to 90 bytes a row]
    #[arg(long, value_name = "SIZE", value_parser = size, env = "COUNTERFOIL_MEMORY", help_heading = "Run")]
    pub memory: Option<u64>,
}

impl MemoryArgs {
    /// The memory of a run, whose threads have been set.
    ///
    /// # Errors
    /// If it is less than a run can do with, or no file can be made.
    pub fn memory(&self, temp_dir: Option<&Path>) -> Result<Memory, Failure> {
        let Some(bytes) = self.memory else {
            return Ok(Memory::unlimited());
        };
        let limits = Limits::within(bytes, rayon::current_num_threads()).or_usage()?;
        let memory = match temp_dir {
            Some(folder) => Memory::bounded(limits, folder),
            None => Memory::bounded(limits, &std::env::temp_dir()),
        };
        let memory = memory.or_output()?;
        memory.stop_with(|error| interrupt::give_up(error));
        Ok(memory)
    }
}

/// Says what a run with a bound took.
pub fn report(memory: &Memory, printer: &Printer) {
    if let Some(usage) = memory.usage() {
        printer.message(&usage.to_string());
    }
}

/// Reads a number of bytes: `KiB`, `MiB`, `GiB`, `TiB` are powers of 1,024, `KB`, `MB`, `GB`, `TB` of 1,000.
fn size(text: &str) -> Result<u64, String> {
    let refused = || {
        format!(
            "`{text}` is not a size such as 4GiB, 512MiB, 2GB, 1.5GiB or a whole number of bytes"
        )
    };
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err(refused()),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((_, fraction)) if fraction.is_empty() || fraction.len() > 6 || unit == 1 => {
            return Err(refused());
        }
        Some(split) => split,
        None => (number, ""),
    };
    let whole: u64 = whole.parse().map_err(|_| refused())?;
    let millionths: u64 = format!("{fraction:0<6}").parse().map_err(|_| refused())?;
    let bytes = u128::from(whole) * u128::from(unit)
        + u128::from(millionths) * u128::from(unit) / 1_000_000;
    u64::try_from(bytes).map_err(|_| format!("`{text}` is more than any machine has"))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_powers_of_1024_with_an_i_and_of_1000_without() {
        for (text, bytes) in [
            ("536870912", 536_870_912),
            ("0", 0),
            ("512MiB", 536_870_912),
            ("512 mib", 536_870_912),
            ("4GiB", 4_294_967_296),
            ("4g", 4_294_967_296),
            ("2GB", 2_000_000_000),
            ("2kb", 2_000),
            ("1.5GiB", 1_610_612_736),
            ("0.000001MB", 1),
            ("1TiB", 1_099_511_627_776),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "",
            "GiB",
            "4GiBs",
            "-1",
            "1.5",
            "1.",
            ".5GiB",
            "1.1234567GiB",
            "1e9",
            "4 G iB",
            "1.2.3GB",
            "18446744073709551616",
            "99999999TiB",
            "４GiB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
