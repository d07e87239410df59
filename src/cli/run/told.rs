//! What `run` shows on standard output.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::printer::{Format, Printer};
use crate::job::forecast::Forecast;
use crate::report::summary::BillTotals;
use crate::report::terminal::error_annotation;
use crate::run::exit::{Failure, OrFail};

/// What a run of a job did, or would do.
#[derive(Debug, Default, Serialize)]
pub struct Told {
    /// The job.
    pub job: String,
    /// `no_new_rows`, `finished`, or `would_run`.
    pub outcome: &'static str,
    /// The run, where there was or would be one.
    pub run: Option<String>,
    /// The command line that it is.
    pub command: Option<Vec<String>>,
    /// Its folder.
    pub folder: Option<String>,
    /// New files.
    pub new_files: Vec<String>,
    /// New names of files that were read.
    pub repeated_files: Vec<String>,
    /// Files that were changed too recently.
    pub unsettled_files: Vec<String>,
    /// Months that it closes.
    pub closes: Vec<String>,
    /// Open months by currency, then month.
    pub months: BTreeMap<String, BTreeMap<String, BillTotals>>,
    /// What the month may come to.
    pub forecast: Vec<Forecast>,
    /// What is worth a word.
    pub alerts: Vec<String>,
}

impl Told {
    /// Shows it.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn show(&self, format: Format, printer: &Printer) -> Result<(), Failure> {
        let text = match format {
            Format::Json => {
                let mut text = serde_json::to_string_pretty(self).or_output()?;
                text.push('\n');
                text
            }
            Format::Human if printer.quiet() => return Ok(()),
            Format::Human => self.page(),
            Format::Github => {
                let alerts = self.alerts.iter();
                alerts.map(|alert| error_annotation(alert)).collect()
            }
        };
        printer.data(&text)
    }

    fn page(&self) -> String {
        let mut page = String::new();
        let mut line = |label: &str, text: &str| {
            let _ = writeln!(page, "{label:<11}{text}");
        };
        let outcome = match self.outcome {
            "no_new_rows" => "no new rows",
            "would_run" => "would run",
            other => other,
        };
        line("Job", &format!("{}: {outcome}", self.job));
        let lists = [
            ("New", &self.new_files),
            ("Repeated", &self.repeated_files),
            ("Left", &self.unsettled_files),
            ("Closes", &self.closes),
        ];
        for (label, list) in lists {
            if !list.is_empty() {
                line(label, &list.join(", "));
            }
        }
        for (currency, months) in &self.months {
            for (month, totals) in months {
                let unrated = match totals.unrated {
                    0 => String::new(),
                    units => format!(", {units} units without a rate"),
                };
                line(month, &format!("{} {currency}{unrated}", totals.amount));
            }
        }
        for told in &self.forecast {
            let text = format!(
                "{} may come to {} to {} {}: {}",
                told.month, told.low, told.high, told.currency, told.rests_on
            );
            line("Forecast", &text);
        }
        for alert in &self.alerts {
            line("Alert", alert);
        }
        if let (Some(command), "would_run") = (&self.command, self.outcome) {
            line("Command", &command.join(" "));
        }
        if let Some(folder) = &self.folder {
            line("Output", folder);
        }
        page
    }
}
