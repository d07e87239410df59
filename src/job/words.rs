//! A run of a job as an ordinary command line, which anyone can type again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::file::JobFile;

/// Options that the job gives by itself.
const OWN: [&str; 19] = [
    "help",
    "version",
    "logs",
    "out",
    "force",
    "csv",
    "dry-run",
    "format",
    "quiet",
    "fail-on",
    "set",
    "state-in",
    "state-out",
    "horizon",
    "close-month",
    "allow-gap",
    "month",
    "from",
    "to",
];

/// What a run of a job goes through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Files of the log.
    pub logs: Vec<PathBuf>,
    /// Invoices.
    pub invoices: Vec<PathBuf>,
    /// Analytics.
    pub analytics: Vec<PathBuf>,
    /// The folder that is written.
    pub out: PathBuf,
    /// Whether there is a state to continue from.
    pub continues: bool,
    /// Months that are closed after the run.
    pub closes: BTreeSet<String>,
}

/// The command line of a run, the program first.
///
/// # Errors
/// In words, if `[settings]` or `[options]` say something that no command line can.
pub fn words(job: &JobFile, wanted: &Wanted) -> Result<Vec<String>, String> {
    let mut words = vec![
        env!("CARGO_PKG_NAME").to_owned(),
        job.job.command.name().to_owned(),
    ];
    words.extend(wanted.logs.iter().map(|log| shown(log)));
    let mut give = |name: &str, value: String| words.push(format!("--{name}={value}"));
    let input = &job.input;
    let files = [
        ("map", &input.map),
        ("accounts", &input.accounts),
        ("templates", &input.templates),
        ("rates", &input.rates),
        ("evidence", &input.evidence),
    ];
    for (name, file) in files {
        if let Some(file) = file {
            give(name, file.display().to_string());
        }
    }
    if let Some(zone) = &input.log_timezone {
        give("log-timezone", zone.clone());
    }
    for invoice in &wanted.invoices {
        give("invoice", invoice.display().to_string());
    }
    if let (Some(map), false) = (&input.invoice_map, wanted.invoices.is_empty()) {
        give("invoice-map", map.display().to_string());
    }
    for analytics in &wanted.analytics {
        give("analytics", analytics.display().to_string());
    }
    if let Some(state) = &job.state {
        let file = state.file.display().to_string();
        if wanted.continues {
            give("state-in", file.clone());
        }
        give("state-out", file);
        if let Some(days) = state.horizon_days {
            give("horizon", days.to_string());
        }
        for month in &wanted.closes {
            give("close-month", month.clone());
        }
    }
    give("out", wanted.out.display().to_string());
    if !job.alerts.fail_on.is_empty() {
        give("fail-on", job.alerts.fail_on.join(","));
    }
    for (name, value) in plain(&job.settings, "settings")? {
        give("set", format!("{name}={value}"));
    }
    for (name, value) in plain(&job.options, "options")? {
        let name = name.replace('_', "-");
        if OWN.contains(&name.as_str()) {
            return Err(format!(
                "[options] {name}: the job gives this option itself, by its other tables"
            ));
        }
        match value.as_str() {
            "true" => words.push(format!("--{name}")),
            "false" => {}
            _ => words.push(format!("--{name}={value}")),
        }
    }
    let is_set = [
        (job.output.csv, "--csv"),
        (
            job.state.as_ref().is_some_and(|state| state.allow_gap),
            "--allow-gap",
        ),
    ];
    let flags = is_set.into_iter().filter(|(is_set, _)| *is_set);
    words.extend(flags.map(|(_, flag)| flag.to_owned()));
    Ok(words)
}

/// A path that no command line takes for an option.
fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    match text.starts_with('-') {
        true => format!("./{text}"),
        false => text,
    }
}

/// The entries of a table as texts.
fn plain(
    table: &BTreeMap<String, toml::Value>,
    name: &str,
) -> Result<Vec<(String, String)>, String> {
    let entries = table.iter().map(|(key, value)| {
        let text = text_of(value).ok_or_else(|| {
            format!(
                "[{name}] {key}: expected a text, a number, true, false or a list of these, found `{value}`"
            )
        });
        text.map(|text| (key.clone(), text))
    });
    entries.collect()
}

fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Datetime(time) => Some(time.to_string()),
        toml::Value::Array(list) => {
            let words: Option<Vec<String>> = list.iter().map(text_of).collect();
            words.map(|words| words.join(","))
        }
        toml::Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = r#"
[job]
name = "daily"
[input]
logs = ["in/*.csv"]
accounts = "accounts.toml"
invoice_map = "invoice-map.toml"
[state]
file = "state/a.state"
horizon_days = 10
allow_gap = true
[output]
csv = true
[alerts]
fail_on = ["Q-GAP", "C-UNAPPROVED"]
[settings]
S-07 = "delivery"
[options]
max_rejects = "2%"
threads = 2
shadow = true
detail = "messages"
"#;

    #[test]
    fn a_job_is_an_ordinary_command_line() {
        let job = JobFile::parse(JOB, "job.toml").expect("a job");
        let closes = BTreeSet::from(["2026-09".to_owned()]);
        let mut wanted = Wanted {
            logs: vec![PathBuf::from("in/a.csv"), PathBuf::from("-b.csv")],
            out: PathBuf::from("reports/daily/1"),
            closes,
            ..Wanted::default()
        };
        let first = words(&job, &wanted).expect("words").join(" ");
        assert_eq!(
            first,
            "counterfoil audit in/a.csv ./-b.csv --accounts=accounts.toml --state-out=state/a.state \
             --horizon=10 --close-month=2026-09 --out=reports/daily/1 --fail-on=Q-GAP,C-UNAPPROVED \
             --set=S-07=delivery --detail=messages --max-rejects=2% --shadow --threads=2 --csv --allow-gap"
        );
        wanted.continues = true;
        wanted.invoices = vec![PathBuf::from("i.csv")];
        let next = words(&job, &wanted).expect("words");
        assert!(next.contains(&"--state-in=state/a.state".to_owned()));
        assert!(next.contains(&"--invoice=i.csv".to_owned()));
        assert!(next.contains(&"--invoice-map=invoice-map.toml".to_owned()));
    }

    #[test]
    fn what_the_job_gives_itself_is_no_option() {
        for (change, expected) in [
            ("out = \"x\"", "[options] out: the job gives"),
            ("state_in = \"x\"", "[options] state-in: the job gives"),
            ("threads = { a = 1 }", "[options] threads: expected a text"),
        ] {
            let text = JOB.replace("threads = 2", change);
            let job = JobFile::parse(&text, "job.toml").expect("a job");
            let error = words(&job, &Wanted::default()).expect_err("refused");
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
