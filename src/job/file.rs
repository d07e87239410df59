//! The job file: what is read, what is kept, what is written, and what is worth a word.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::pattern::Pattern;
use crate::rulebook::{ConfigError, Place, read_text};
use crate::tariff::Amount;
use crate::vocabulary::Currency;

/// What a job file says. Paths are relative to the folder of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobFile {
    /// What the job is.
    pub job: Job,
    /// What it reads.
    pub input: Input,
    /// What it carries from run to run; without it every run reads the whole log.
    pub state: Option<State>,
    /// Where it writes.
    #[serde(default)]
    pub output: Output,
    /// What is worth a word and exit code 1.
    #[serde(default)]
    pub alerts: Alerts,
    /// Settings of the run, as `--set` takes them.
    #[serde(default)]
    pub settings: BTreeMap<String, toml::Value>,
    /// Other options of the command, by their long names.
    #[serde(default)]
    pub options: BTreeMap<String, toml::Value>,
    /// Log lines.
    #[serde(default)]
    pub log: Log,
    /// Numbers for scrapers.
    pub metrics: Option<Metrics>,
}

/// `[job]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its name, in folders, log lines and metrics.
    pub name: String,
    /// The command that it runs.
    #[serde(default)]
    pub command: JobCommand,
}

/// The command that a job runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobCommand {
    /// With prices.
    #[default]
    Audit,
    /// Without.
    Replay,
}

impl JobCommand {
    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Replay => "replay",
        }
    }
}

/// `[input]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Files, folders and globs of the log.
    pub logs: Vec<PathBuf>,
    /// A file that was changed less than so many minutes ago is left for the next run: it may still be written.
    #[serde(default)]
    pub settle_minutes: u32,
    /// Which of the files that were read are hashed again.
    #[serde(default)]
    pub recheck: Recheck,
    /// How rows of another system become rows of the log.
    pub map: Option<PathBuf>,
    /// Zone of times without one.
    pub log_timezone: Option<String>,
    /// Accounts.
    pub accounts: Option<PathBuf>,
    /// Templates.
    pub templates: Option<PathBuf>,
    /// Rate cards.
    pub rates: Option<PathBuf>,
    /// Tables that `import` keeps beside a log.
    pub evidence: Option<PathBuf>,
    /// Invoices, by a glob that may name the month; taken where they are there.
    pub invoice: Option<Pattern>,
    /// How the columns of invoices are named.
    pub invoice_map: Option<PathBuf>,
    /// Meta's analytics, by a glob that may name the month; taken where they are there.
    pub analytics: Option<Pattern>,
}

/// Which of the files that were read are hashed again to see whether they have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recheck {
    /// All of them.
    #[default]
    All,
    /// Those whose size or time of change is another one.
    Touched,
}

/// `[state]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The file that one run leaves to the next.
    pub file: PathBuf,
    /// `--horizon`.
    pub horizon_days: Option<u32>,
    /// A month is closed so many days after its end.
    pub close_after_days: Option<u32>,
    /// `--allow-gap`.
    #[serde(default)]
    pub allow_gap: bool,
}

/// `[output]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Output {
    /// The folder of a run.
    pub runs: Pattern,
    /// The folder of a month to date; none is written without it.
    pub month_to_date: Option<Pattern>,
    /// Tables as CSV too.
    pub csv: bool,
    /// So many runs are kept at least.
    pub keep_runs: Option<u32>,
    /// Runs of so many days are kept at least.
    pub keep_days: Option<u32>,
    /// So many mebibytes must stay free beside what the run is expected to need.
    pub spare_mib: u64,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            runs: Pattern::new("reports/{job}/{run}"),
            month_to_date: None,
            csv: false,
            keep_runs: None,
            keep_days: None,
            spare_mib: 256,
        }
    }
}

/// `[alerts]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    /// `--fail-on`.
    pub fail_on: Vec<String>,
    /// Budgets of a month.
    pub month_to_date: Vec<Budget>,
    /// Budgets of what the month may come to.
    pub forecast: Vec<ForecastBudget>,
    /// Positions on volume tiers.
    pub tier: Vec<TierAlert>,
    /// No new file for so many days.
    pub silence_days: Option<u32>,
}

/// A budget of a month.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Its currency.
    pub currency: String,
    /// Reached or passed, it is told.
    pub amount: Amount,
}

/// A budget of what a month may come to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastBudget {
    /// Its currency.
    pub currency: String,
    /// Reached or passed, it is told.
    pub amount: Amount,
    /// By which end of the range.
    #[serde(default)]
    pub bound: Bound,
}

/// An end of the range of a forecast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The lower end: it will come to that even if all is quiet.
    Low,
    /// The middle.
    Middle,
    /// The upper end: it may come to that.
    #[default]
    High,
}

/// A position on a volume tier.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierAlert {
    /// Portfolio or account; any without it.
    pub owner: Option<String>,
    /// Market; any without it.
    pub market: Option<String>,
    /// Category; any without it.
    pub category: Option<String>,
    /// So many units of a month, or more.
    pub units: Option<u64>,
    /// So many units before the next tier, or fewer.
    pub within: Option<u64>,
}

/// `[log]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How lines are written.
    pub format: LogFormat,
    /// A file that lines are added to, beside standard error.
    pub file: Option<PathBuf>,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// A JSON object on each line.
    #[default]
    Json,
    /// For people.
    Human,
}

/// `[metrics]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The file, replaced whole.
    pub file: PathBuf,
}

impl JobFile {
    /// Reads a job file.
    ///
    /// # Errors
    /// If it cannot be read, is no TOML, or says what cannot be.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read_text(path)?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a job file; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let job: Self =
            toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
        let tables: toml::Table =
            toml::from_str(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
        let fault = tables
            .iter()
            .find_map(|(table, value)| address(table, value));
        match job.fault().or(fault) {
            Some(fault) => Err(ConfigError::malformed(Place::file(name), fault)),
            None => Ok(job),
        }
    }

    fn fault(&self) -> Option<String> {
        let name = &self.job.name;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
            return Some(format!(
                "[job] name `{name}` must be of letters, digits, `-`, `_` and `.`, not beginning with a dot: it names files"
            ));
        }
        if self.input.logs.is_empty() {
            return Some("[input] logs names no file, folder or glob".to_owned());
        }
        if self.input.logs.iter().any(|log| log.as_os_str() == "-") {
            return Some(
                "[input] logs: standard input cannot be remembered, name files".to_owned(),
            );
        }
        let runs = self.output.runs.fault(&["job", "run"], "run");
        let months = self.output.month_to_date.as_ref();
        let months = months.and_then(|months| months.fault(&["job", "month"], "month"));
        let named = [&self.input.invoice, &self.input.analytics];
        let mut named = named.into_iter().flatten();
        let evidence = named.find_map(|pattern| pattern.fault(&["job", "month"], ""));
        let fault = runs.map(|fault| format!("[output] runs: {fault}"));
        let fault =
            fault.or_else(|| months.map(|fault| format!("[output] month_to_date: {fault}")));
        let fault = fault.or_else(|| evidence.map(|fault| format!("[input]: {fault}")));
        fault.or_else(|| self.alerts.fault()).or_else(|| {
            let needs_prices = self.job.command == JobCommand::Replay
                && (self.input.invoice.is_some() || self.input.analytics.is_some());
            needs_prices
                .then(|| "[input] invoice and analytics need [job] command = \"audit\"".to_owned())
        })
    }

    /// Where the books are kept: beside the state, or beside the job file.
    pub fn record(&self) -> PathBuf {
        match &self.state {
            Some(state) => beside(&state.file, ".job.json"),
            None => PathBuf::from(format!("{}.job.json", self.job.name)),
        }
    }

    /// The file whose lock keeps two runs apart: one per state.
    pub fn lock(&self) -> PathBuf {
        match &self.state {
            Some(state) => beside(&state.file, ".lock"),
            None => PathBuf::from(format!("{}.job.lock", self.job.name)),
        }
    }
}

/// The first address of another machine that stands where a job needs a path.
fn address(key: &str, value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) if text.contains("://") => Some(format!(
            "{key} `{text}`: a job reads and writes files of this machine, since it remembers them and replaces folders; \
             fetch the logs before it and store the folders after it"
        )),
        toml::Value::Array(values) => values.iter().find_map(|value| address(key, value)),
        toml::Value::Table(table) => {
            let mut inner = table.iter();
            inner.find_map(|(name, value)| address(&format!("[{key}] {name}"), value))
        }
        _ => None,
    }
}

impl Alerts {
    fn fault(&self) -> Option<String> {
        let budgets = self.month_to_date.iter().map(|budget| &budget.currency);
        let forecasts = self.forecast.iter().map(|budget| &budget.currency);
        for currency in budgets.chain(forecasts) {
            if Currency::parse(currency).is_none_or(|known| known.code() != currency) {
                return Some(format!(
                    "[alerts] currency `{currency}` is no currency: expected a code of ISO 4217 such as EUR"
                ));
            }
        }
        let is_idle = |tier: &&TierAlert| tier.units.is_none() && tier.within.is_none();
        let idle = self.tier.iter().find(is_idle);
        idle.map(|_| {
            "[alerts] tier needs `units` (told from so many on) or `within` (so many before the next tier)".to_owned()
        })
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[job]\nname = \"daily\"\n[input]\nlogs = [\"in/*.csv\"]\n";

    fn error(text: &str) -> String {
        JobFile::parse(text, "job.toml").map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn the_least_job_has_a_name_and_logs() {
        let job = JobFile::parse(LEAST, "job.toml").expect("a job");
        assert_eq!(job.record(), PathBuf::from("daily.job.json"));
        assert_eq!(job.lock(), PathBuf::from("daily.job.lock"));
        assert_eq!(job.job.command, JobCommand::Audit);
    }

    #[test]
    fn books_and_lock_stand_beside_the_state() {
        let text = format!("{LEAST}[state]\nfile = \"state/a.state\"\n");
        let job = JobFile::parse(&text, "job.toml").expect("a job");
        assert_eq!(job.record(), PathBuf::from("state/a.state.job.json"));
        assert_eq!(job.lock(), PathBuf::from("state/a.state.lock"));
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_one_and_its_line() {
        let error = error(&format!("{LEAST}setle_minutes = 5\n"));
        assert!(error.starts_with("job.toml:5: "), "{error}");
        assert!(error.contains("nearest is `settle_minutes`"), "{error}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let cases = [
            (
                LEAST.replace("daily", "../daily"),
                "must be of letters, digits",
            ),
            (LEAST.replace("\"in/*.csv\"", ""), "names no file"),
            (LEAST.replace("in/*.csv", "-"), "standard input"),
            (
                LEAST.replace("in/*.csv", "s3://bucket/*.csv"),
                "[input] logs `s3://bucket/*.csv`: a job reads and writes files of this machine",
            ),
            (
                format!("{LEAST}[output]\nruns = \"gs://bucket/{{run}}\"\n"),
                "[output] runs `gs://bucket/{run}`",
            ),
            (
                format!("{LEAST}[output]\nruns = \"reports\"\n"),
                "lacks {run}",
            ),
            (
                format!("{LEAST}[output]\nmonth_to_date = \"m/{{run}}\"\n"),
                "there are {job}, {month}",
            ),
            (
                format!(
                    "{LEAST}[alerts]\nmonth_to_date = [{{ currency = \"Euro\", amount = \"1\" }}]\n"
                ),
                "`Euro` is no currency",
            ),
            (
                format!(
                    "{LEAST}[alerts]\nmonth_to_date = [{{ currency = \"EUR\", amount = \"1e3\" }}]\n"
                ),
                "is no decimal number",
            ),
            (
                format!("{LEAST}[alerts]\ntier = [{{ market = \"India\" }}]\n"),
                "needs `units`",
            ),
            (
                LEAST
                    .replace("[input]", "command = \"replay\"\n[input]\ninvoice = \"x\"")
                    .clone(),
                "need [job] command",
            ),
        ];
        for (text, expected) in cases {
            let error = error(&text);
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }
}
