//! A file of numbers for scrapers, in the text format of Prometheus, replaced whole.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::record::Record;
use crate::run::output::LoneFile;

/// How a run of a job went, as a scraper is told.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The job.
    pub job: &'a str,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Its exit code.
    pub exit_code: u8,
    /// How long it took, in milliseconds.
    pub took_ms: u128,
    /// New files.
    pub new_files: u64,
    /// Files that are left for the next run.
    pub unsettled_files: u64,
    /// What is known after it.
    pub record: &'a Record,
}

/// The text of the file.
pub fn text(told: &Told<'_>) -> String {
    let mut page = Page {
        job: escaped(told.job),
        text: String::new(),
    };
    let known = &told.record.known;
    let count = |page: &mut Page, name: &str, help: &str, value: u64| {
        page.one(name, help, &value.to_string());
    };
    page.one(
        "last_run_timestamp_seconds",
        "When the last run of the job began, in seconds since 1970.",
        &told.at.timestamp().to_string(),
    );
    page.one(
        "last_exit_code",
        "Exit code of the last run: 0 clean, 1 alerts, 2 configuration, 3 input, 4 incomplete evidence, 70 a bug.",
        &told.exit_code.to_string(),
    );
    page.one(
        "last_duration_seconds",
        "How long the last run took.",
        &format!("{}.{:03}", told.took_ms / 1000, told.took_ms % 1000),
    );
    count(
        &mut page,
        "last_new_files",
        "New files of the last run.",
        told.new_files,
    );
    count(
        &mut page,
        "unsettled_files",
        "Files that were changed too recently and wait for the next run.",
        told.unsettled_files,
    );
    let seen = told.record.files.len() as u64;
    count(
        &mut page,
        "files",
        "Files that were read or repeat one.",
        seen,
    );
    count(
        &mut page,
        "runs_total",
        "Runs that counted files.",
        told.record.run_count,
    );
    count(
        &mut page,
        "last_rows_read",
        "Rows of the last run that counted files.",
        known.rows.0,
    );
    count(
        &mut page,
        "last_rows_rejected",
        "Rejected rows of that run.",
        known.rows.1,
    );
    if let Some(at) = &told.record.last_new_at {
        page.instant(
            "last_new_file_timestamp_seconds",
            "When a file was new for the last time.",
            at,
        );
    }
    if let Some(as_of) = &known.as_of {
        page.instant(
            "log_end_timestamp_seconds",
            "The last instant of the log.",
            as_of,
        );
    }
    page.head(
        "month_amount",
        "What an open month has come to, in its currency.",
    );
    for (currency, months) in &known.by_month {
        for (month, totals) in months {
            if known.closed_months.contains(month) {
                continue;
            }
            let labels = [("currency", currency.as_str()), ("month", month)];
            page.sample("month_amount", &labels, &totals.amount.to_string());
        }
    }
    page.head(
        "month_unrated_units",
        "Units of an open month without a rate: not part of the amount.",
    );
    for (currency, months) in &known.by_month {
        for (month, totals) in months {
            if known.closed_months.contains(month) {
                continue;
            }
            let labels = [("currency", currency.as_str()), ("month", month)];
            page.sample("month_unrated_units", &labels, &totals.unrated.to_string());
        }
    }
    page.head(
        "forecast_amount",
        "What the month may come to: an end of a range.",
    );
    for forecast in &known.forecast {
        let ends = [
            ("low", forecast.low),
            ("middle", forecast.middle),
            ("high", forecast.high),
        ];
        for (bound, amount) in ends {
            let labels = [
                ("currency", forecast.currency.as_str()),
                ("month", &forecast.month),
                ("bound", bound),
            ];
            page.sample("forecast_amount", &labels, &amount.to_string());
        }
    }
    page.head("alert", "Alerts that stood after the last run, each 1.");
    for alert in known.alerts.keys() {
        page.sample("alert", &[("alert", alert)], "1");
    }
    page.text
}

/// Writes the file.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, told: &Told<'_>) -> Result<()> {
    let mut file = LoneFile::create(path, true)?;
    file.write_all(text(told).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.finish()
}

struct Page {
    job: String,
    text: String,
}

impl Page {
    fn head(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP counterfoil_job_{name} {help}");
        let kind = match name.ends_with("_total") {
            true => "counter",
            false => "gauge",
        };
        let _ = writeln!(self.text, "# TYPE counterfoil_job_{name} {kind}");
    }

    fn one(&mut self, name: &str, help: &str, value: &str) {
        self.head(name, help);
        self.sample(name, &[], value);
    }

    fn instant(&mut self, name: &str, help: &str, at: &str) {
        if let Ok(at) = DateTime::parse_from_rfc3339(at) {
            self.one(name, help, &at.timestamp().to_string());
        }
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        let _ = write!(self.text, "counterfoil_job_{name}{{job=\"{}\"", self.job);
        for (label, text) in labels {
            let _ = write!(self.text, ",{label}=\"{}\"", escaped(text));
        }
        let _ = writeln!(self.text, "}} {value}");
    }
}

/// The value of a label: backslash, quote and line break are escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::job::record::Known;
    use crate::report::summary::BillTotals;
    use crate::tariff::Amount;

    #[test]
    fn a_scraper_reads_every_line() {
        let totals = |text| BillTotals {
            amount: Amount::parse(text).expect("an amount"),
            unrated: 2,
            ..BillTotals::default()
        };
        let months = BTreeMap::from([
            ("2026-09".to_owned(), totals("7")),
            ("2026-10".to_owned(), totals("12.345")),
        ]);
        let record = Record {
            run_count: 3,
            known: Known {
                as_of: Some("2026-10-08T00:00:01Z".to_owned()),
                by_month: BTreeMap::from([("EUR".to_owned(), months)]),
                closed_months: BTreeSet::from(["2026-09".to_owned()]),
                alerts: BTreeMap::from([("fail_on \"a\\b\nc".to_owned(), 1)]),
                rows: (10, 1),
                ..Known::default()
            },
            ..Record::default()
        };
        let text = text(&Told {
            job: "daily",
            at: DateTime::from_timestamp(1_795_500_000, 0).expect("an instant"),
            exit_code: 1,
            took_ms: 1_042,
            new_files: 1,
            unsettled_files: 0,
            record: &record,
        });
        for expected in [
            "# HELP counterfoil_job_last_exit_code Exit code of the last run",
            "# TYPE counterfoil_job_runs_total counter\ncounterfoil_job_runs_total{job=\"daily\"} 3\n",
            "# TYPE counterfoil_job_month_amount gauge\ncounterfoil_job_month_amount{job=\"daily\",currency=\"EUR\",month=\"2026-10\"} 12.345\n#",
            "counterfoil_job_last_run_timestamp_seconds{job=\"daily\"} 1795500000\n",
            "counterfoil_job_last_duration_seconds{job=\"daily\"} 1.042\n",
            "counterfoil_job_log_end_timestamp_seconds{job=\"daily\"} 1791417601\n",
            "counterfoil_job_alert{job=\"daily\",alert=\"fail_on \\\"a\\\\b\\nc\"} 1\n",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        let is_sound = |line: &str| {
            line.starts_with("# HELP counterfoil_job_")
                || line.starts_with("# TYPE counterfoil_job_")
                || line.starts_with("counterfoil_job_") && line.contains("} ")
        };
        assert!(text.lines().all(is_sound), "{text}");
    }
}
