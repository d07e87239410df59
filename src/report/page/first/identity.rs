//! What was done: the lines under the title of page one.

use crate::report::page::words::{among, regime, time};
use crate::report::summary::{InputSummary, LogFileSummary, Period, Summary, TimeRange};

const NAMES_MOST: usize = 3;

/// What the page is.
pub fn title(summary: &Summary) -> &'static str {
    match (&summary.invoice, &summary.bill) {
        (Some(_), _) => "Audit of a WhatsApp invoice",
        (None, Some(_)) => "Cost of WhatsApp messages",
        (None, None) => "Replay of WhatsApp messages",
    }
}

/// Label and value.
pub fn identity(summary: &Summary) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "Made by",
            format!("counterfoil {}, {}", summary.version, summary.command),
        ),
        ("Period", period(&summary.period)),
        ("Log", range(summary.time_range.as_ref())),
        ("Files", files(&summary.files)),
        ("Accounts", accounts(summary)),
    ];
    let invoices: Vec<&InputSummary> = summary
        .inputs
        .iter()
        .filter(|input| input.role == "invoice")
        .collect();
    if !invoices.is_empty() {
        let paths = invoices.iter().map(|input| input.path.as_str());
        lines.push(("Invoice", among(paths, "files", NAMES_MOST)));
    }
    lines.push(("Rules", rules(summary)));
    lines
}

/// The files of the log.
pub fn files(files: &[LogFileSummary]) -> String {
    let paths = files.iter().map(|file| file.path.as_str());
    among(paths, "files", NAMES_MOST)
}

/// The period asked for.
pub fn period(period: &Period) -> String {
    match (&period.from, &period.to) {
        (None, None) => "the whole log".to_owned(),
        (from, to) => format!(
            "{} to {}, local dates",
            from.as_deref().unwrap_or("the beginning of the log"),
            to.as_deref().unwrap_or("the end of the log")
        ),
    }
}

/// First and last instant of the log.
pub fn range(range: Option<&TimeRange>) -> String {
    match range {
        Some(range) => format!("{} to {} UTC", time(&range.first), time(&range.last)),
        None => "no usable row".to_owned(),
    }
}

fn accounts(summary: &Summary) -> String {
    let names = summary.charges_by_account.keys().map(String::as_str);
    match summary.charges_by_account.is_empty() {
        true => "none with charges".to_owned(),
        false => among(names, "accounts", NAMES_MOST),
    }
}

fn rules(summary: &Summary) -> String {
    if let Some(forced) = &summary.assumptions.rulebook {
        return format!("{}, forced on the whole log", regime(forced));
    }
    let regimes = summary.regimes();
    match regimes.is_empty() {
        true => "none applied".to_owned(),
        false => regimes.join(", "),
    }
}
