//! Before a run: its name, its command line, and whether the disks have room.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Work;
use crate::job::intake::Intake;
use crate::job::pattern::Pattern;
use crate::job::record::Intent;
use crate::job::space::{self, Need};
use crate::job::words::{Wanted, words};
use crate::run::exit::{Failure, OrFail};
use crate::run::manifest::hash_file;
use crate::vocabulary::{LocalDate, Month};

/// Months before this one whose invoices and analytics are looked for.
const MONTHS_BACK: usize = 24;
/// What a run needs beside what its input makes: reports, charts, summaries.
const REPORT_BYTES: u64 = 32 << 20;

impl Work<'_> {
    /// Today, UTC.
    pub(super) fn today(&self) -> LocalDate {
        LocalDate::from(self.now.date_naive())
    }

    /// A name that no folder has yet: the instant at which the run begins.
    pub(super) fn name_of_run(&self) -> String {
        let instant = self.now.format("%Y%m%dT%H%M%SZ").to_string();
        let names = (2u32..).map(|number| format!("{instant}-{number}"));
        let is_free = |name: &String| {
            let is_known = self.record.runs.iter().any(|run| run.run == *name);
            !is_known && !self.folder_of_run(name).exists()
        };
        let mut names = std::iter::once(instant.clone()).chain(names);
        names.find(is_free).unwrap_or(instant)
    }

    fn folder_of_run(&self, run: &str) -> PathBuf {
        let values = [("job", self.job.job.name.as_str()), ("run", run)];
        self.job.output.runs.fill(&values)
    }

    /// BLAKE3 of the state as it stands; none where there is none.
    pub(super) fn state_hash(&self) -> Result<Option<String>, Failure> {
        let state = self.job.state.as_ref();
        let Some(file) = state.map(|state| &state.file).filter(|file| file.exists()) else {
            return Ok(None);
        };
        let hashed = hash_file(file).map_err(|error| {
            Failure::input(error.context(format!("cannot read {}", file.display())))
        });
        hashed.map(|(_, blake3)| Some(blake3))
    }

    /// What the run will do, once the disks are known to have room for it.
    pub(super) fn prepare(
        &self,
        intake: &Intake,
        run: String,
    ) -> Result<(Intent, Vec<String>), Failure> {
        let folder = self.folder_of_run(&run);
        let state_blake3 = self.state_hash()?;
        let closes = self.closes();
        // Without a state every run reads the whole log.
        let new = intake.new.keys().cloned();
        let logs: Vec<PathBuf> = match self.job.state {
            Some(_) => new.collect(),
            None => {
                let known = intake.known.iter();
                let known = known.filter(|path| !self.is_repeat(path)).cloned();
                let all: BTreeSet<PathBuf> = known.chain(new).collect();
                all.into_iter().collect()
            }
        };
        self.check_space(&logs, &folder)?;
        let wanted = Wanted {
            logs,
            invoices: self.there(self.job.input.invoice.as_ref())?,
            analytics: self.there(self.job.input.analytics.as_ref())?,
            out: folder.clone(),
            continues: state_blake3.is_some(),
            closes: closes.clone(),
        };
        let words = words(&self.job, &wanted).map_err(|fault| {
            Failure::usage(anyhow::anyhow!("{}: {fault}", self.args.job.display()))
        })?;
        let intent = Intent {
            run,
            folder,
            state_blake3,
            files: intake.entries(),
            closes,
        };
        Ok((intent, words))
    }

    /// Whether a known file repeats another one that sorts before it: one of them is enough.
    fn is_repeat(&self, path: &Path) -> bool {
        let Some(own) = self.record.files.get(path) else {
            return false;
        };
        let mut before = self.record.files.range::<PathBuf, _>(..path.to_path_buf());
        before.any(|(other, file)| file.blake3 == own.blake3 && other.exists())
    }

    /// The months that are over for so long that they are closed.
    fn closes(&self) -> BTreeSet<String> {
        let state = self.job.state.as_ref();
        let Some(days) = state.and_then(|state| state.close_after_days) else {
            return BTreeSet::new();
        };
        let today = i64::from(self.today().days());
        let known = &self.record.known;
        let billed = known.by_month.values().flat_map(|months| months.keys());
        let charged = self.record.runs.iter().flat_map(|run| &run.months);
        let is_over = |month: &&String| {
            let last = Month::parse(month).map(|month| i64::from(month.last_day().days()));
            last.is_some_and(|last| last + i64::from(days) < today)
        };
        let months = billed.chain(charged).filter(is_over);
        months
            .filter(|month| !known.closed_months.contains(*month))
            .cloned()
            .collect()
    }

    /// The files of a pattern that are there, for months that are open.
    fn there(&self, pattern: Option<&Pattern>) -> Result<Vec<PathBuf>, Failure> {
        let Some(pattern) = pattern else {
            return Ok(Vec::new());
        };
        let back =
            std::iter::successors(Some(self.today().month()), |month| Some(month.previous()));
        let months = match pattern.has("month") {
            true => MONTHS_BACK,
            false => 1,
        };
        let months = back.take(months).map(|month| month.to_string());
        let mut found = BTreeSet::new();
        for month in months {
            if pattern.has("month") && self.record.known.closed_months.contains(&month) {
                continue;
            }
            let values = [("job", self.job.job.name.as_str()), ("month", &month)];
            let path = pattern.fill(&values);
            let paths = glob::glob(&path.to_string_lossy()).or_usage()?;
            for path in paths {
                found.insert(path.or_input()?);
            }
        }
        Ok(found.into_iter().collect())
    }

    fn check_space(&self, logs: &[PathBuf], folder: &Path) -> Result<(), Failure> {
        let size = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        let input: u64 = logs.iter().map(|log| size(log)).sum();
        let state_file = self.job.state.as_ref().map(|state| state.file.clone());
        let state = state_file.as_deref().map_or(0, size);
        let temp = self.job.options.get("temp_dir");
        let temp = temp.or_else(|| self.job.options.get("temp-dir"));
        let temp = temp.and_then(toml::Value::as_str).map(PathBuf::from);
        let is_bounded = self.job.options.contains_key("memory");
        // What is spilled has 80 bytes for a row and its message, which take 30 bytes of Parquet, and more of CSV.
        let spilled = match is_bounded {
            true => input.saturating_add(state).saturating_mul(3),
            false => 0,
        };
        // Tables are of the size of the input or below; as CSV, some three times that.
        let tables = input.saturating_mul(if self.job.output.csv { 4 } else { 1 });
        let mut needs = vec![
            Need {
                what: "reports",
                path: folder.to_owned(),
                bytes: tables.saturating_add(state).saturating_add(REPORT_BYTES),
            },
            Need {
                what: "temporary files",
                path: temp.unwrap_or_else(std::env::temp_dir),
                bytes: input.saturating_add(state).saturating_add(spilled),
            },
        ];
        needs.extend(state_file.map(|path| Need {
            what: "the state",
            path,
            bytes: state.saturating_add(input),
        }));
        let spare = self.job.output.spare_mib.saturating_mul(1 << 20);
        space::check(&needs, spare, space::free_of).map_err(|error| {
            Failure::output(error).hint(
                "make room, let [output] keep_runs or keep_days remove old runs, move temporary files with [options] temp_dir, or lower [output] spare_mib",
            )
        })
    }
}
