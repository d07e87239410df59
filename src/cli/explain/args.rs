//! The options of `explain`.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};

use crate::cli::source_args::SourceArgs;

/// In which form a timeline is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum TimelineFormat {
    /// A page of 80 columns.
    #[default]
    Human,
    /// The same as JSON.
    Json,
}

/// Help behind the options.
pub const HELP: &str = "\
Examples:
  counterfoil explain log.csv --pair 4930901820,5511999990001 --accounts accounts.toml
  counterfoil explain logs/ --message wamid.HBgM... --out message.svg
  counterfoil explain reports/q3 --charge 1f0c5e7a9b3d2468
  counterfoil explain reports/q3 --conversation 90ab12cd34ef5678 --out conversation.png
  counterfoil explain reports/q3 --difference 3

LOG may be the folder of a finished run: its log, accounts, settings and options are then taken
from its manifest.json. Options that are given count more.

Exit codes: 0 explained; 1 nothing with that id was found; 2 bad usage or configuration;
3 input unreadable; 70 a bug.";

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["pair", "message", "conversation", "charge", "difference"]).required(true).multiple(false))]
pub struct ExplainArgs {
    /// What is read, and by which rules; a LOG may be the folder of a finished run.
    #[command(flatten)]
    pub source: SourceArgs,

    /// Everything between a business number and a customer
    #[arg(long, value_name = "BUSINESS,CUSTOMER", value_parser = pair, help_heading = "What to explain")]
    pub pair: Option<(String, String)>,

    /// A message, by its message_id
    #[arg(long, value_name = "ID", help_heading = "What to explain")]
    pub message: Option<String>,

    /// A conversation or free entry point, by its conversation_id
    #[arg(long, value_name = "ID", value_parser = hex_id, help_heading = "What to explain")]
    pub conversation: Option<u64>,

    /// A charge, by its charge_id
    #[arg(long, value_name = "ID", value_parser = hex_id, help_heading = "What to explain")]
    pub charge: Option<u64>,

    /// A difference of an audit with an invoice, by its row in tables/differences (difference_row in
    /// claims.csv); LOG is the run's folder
    #[arg(long, value_name = "ROW", value_parser = clap::value_parser!(u64).range(1..), help_heading = "What to explain")]
    pub difference: Option<u64>,

    /// Draw the timeline into this file (.svg or .png), too
    #[arg(long, short, value_name = "FILE", value_parser = picture_file, help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// A page for people, or JSON
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub format: TimelineFormat,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let words = text
        .split_once(',')
        .map(|(business, customer)| (business.trim().to_owned(), customer.trim().to_owned()));
    words
        .filter(|(business, customer)| !business.is_empty() && !customer.is_empty())
        .ok_or_else(|| {
            "expected the business number and the customer, such as 4930901820,5511999990001"
                .to_owned()
        })
}

fn hex_id(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16)
        .ok()
        .filter(|_| is_id)
        .ok_or_else(|| {
            "expected 16 hex digits, as tables/charges and tables/conversations have them; a message is \
             named with --message"
                .to_owned()
        })
}

/// Whether a picture is to be drawn into pixels.
pub fn is_png(path: &Path) -> bool {
    ends_in(path, "png")
}

fn ends_in(path: &Path, ending: &str) -> bool {
    let own = path.extension();
    own.is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

fn picture_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = ends_in(&path, "svg") || is_png(&path);
    is_known
        .then_some(path)
        .ok_or_else(|| "expected a name that ends in .svg or .png".to_owned())
}
