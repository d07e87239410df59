//! `run`: a scheduled job from one file. What new files there are goes through `audit` or `replay`; the rest is books.

pub mod args;
mod finish;
mod prepare;
mod told;

use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde_json::json;

use self::args::RunArgs;
use self::told::Told;
use super::batch;
use super::config::{self, Refused};
use super::printer::{Format, Printer};
use crate::job::file::JobFile;
use crate::job::found::FoundRun;
use crate::job::intake::Intake;
use crate::job::journal::{Journal, Level};
use crate::job::lock::{Lock, LockError};
use crate::job::metrics;
use crate::job::record::Record;
use crate::job::{alerts, retention};
use crate::report::terminal::error_annotation;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::run::interrupt;
use crate::run::output::Folder;
use crate::runs::RunFolder;

/// Runs a job.
///
/// # Errors
/// If the job file is wrong, or another run has the lock. What goes wrong later is told in the job's own log lines.
pub fn run(args: &RunArgs, printer: &Printer) -> Result<ExitStatus, Failure> {
    interrupt::listen().map_err(Failure::output)?;
    let began = Instant::now();
    let job = JobFile::load(&args.job).or_usage()?;
    enter_folder_of(&args.job)?;
    // What is only looked at needs no lock, and leaves none.
    let lock = match args.dry_run {
        true => None,
        false => Some(Lock::take(&job.lock()).map_err(not_locked)?),
    };
    let log_file = job.log.file.as_deref().filter(|_| !args.dry_run);
    let journal = Journal::open(&job.job.name, job.log.format, args.quiet, log_file).or_output()?;
    let mut work = Work {
        args,
        now: args.at.unwrap_or_else(Utc::now),
        record_path: job.record(),
        record: Record::default(),
        is_read: false,
        journal,
        told: Told {
            job: job.job.name.clone(),
            ..Told::default()
        },
        job,
    };
    let status = match work.go(printer) {
        Ok(status) => status,
        Err(failure) => work.fail(&failure, printer),
    };
    work.tell_scrapers(status, began);
    drop(lock);
    Ok(status)
}

/// One run of a job.
struct Work<'a> {
    args: &'a RunArgs,
    job: JobFile,
    now: DateTime<Utc>,
    record_path: PathBuf,
    record: Record,
    /// Whether the books were read: what is not known is told to no scraper.
    is_read: bool,
    journal: Journal,
    told: Told,
}

impl Work<'_> {
    fn go(&mut self, printer: &Printer) -> Result<ExitStatus, Failure> {
        let record = Record::read(&self.record_path);
        let record = record.map_err(|error| {
            Failure::usage(error).hint(
                "restore the record together with the state from a copy, or remove both and begin again from the whole log",
            )
        })?;
        let is_first = record.is_none();
        self.record = record.unwrap_or_default();
        self.is_read = true;
        let recovered = self.recover()?;
        self.check_state(is_first)?;
        let run = self.name_of_run();
        let intake = Intake::take(
            &self.job.input,
            &self.record,
            &run,
            std::time::SystemTime::now(),
        );
        let intake = intake.or_input()?;
        self.tell_intake(&intake)?;
        let status = match intake.new.is_empty() || (is_first && self.args.adopt) {
            true => self.without_new(&intake)?,
            false => self.with_new(&intake, run)?,
        };
        self.told.show(self.args.format, printer)?;
        Ok(worse(recovered, status))
    }

    /// What a run that was cut off has left: its books are completed if the state is its, else it is made again.
    fn recover(&mut self) -> Result<ExitStatus, Failure> {
        let Some(intent) = self.record.intent.clone() else {
            return Ok(ExitStatus::Success);
        };
        let state = self.state_hash()?;
        let is_finished = self.job.state.is_some() && state != intent.state_blake3;
        let run = json!(intent.run);
        if self.args.dry_run {
            return Ok(ExitStatus::Success);
        }
        if !is_finished {
            let text = format!(
                "run {} was cut off before it counted; it is made again",
                intent.run
            );
            self.journal
                .line(Level::Warning, "cut_off", &text, &[("run", run)]);
            Folder::sweep(&intent.folder);
            retention::remove(&intent.folder).or_output()?;
            self.record.intent = None;
            return Ok(ExitStatus::Success);
        }
        if let Err(error) = RunFolder::open(&intent.folder) {
            let error = anyhow::Error::from(error).context(format!(
                "the state was changed after run {} began, and not by it",
                intent.run
            ));
            return Err(Failure::usage(error).hint(
                "restore the record and the state from one copy, or remove both and begin again from the whole log",
            ));
        }
        let text = format!(
            "run {} was cut off after it counted; its books are completed",
            intent.run
        );
        self.journal
            .line(Level::Warning, "completed", &text, &[("run", run)]);
        self.record.last_new_at = Some(self.now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        let found = FoundRun::read(&intent.folder).or_output()?;
        let status = match self.job.alerts.fail_on.is_empty() && found.disagrees() {
            true => ExitStatus::Findings,
            false => ExitStatus::Success,
        };
        self.finish(&intent, status)
    }

    /// Refuses a state that this job's last run did not leave: files would count twice, or never.
    fn check_state(&mut self, is_first: bool) -> Result<(), Failure> {
        let found = self.state_hash()?;
        if is_first && self.args.adopt && found.is_none() {
            let error = anyhow::anyhow!("--adopt goes on from a state, and there is none");
            return Err(Failure::usage(error).hint(
                "leave --adopt out to read every file, or put the state where [state] file says",
            ));
        }
        let Some(state) = &self.job.state else {
            return Ok(());
        };
        let file = state.file.display().to_string();
        if found == self.record.state_blake3 || self.record.intent.is_some() {
            return Ok(());
        }
        if is_first && self.args.adopt {
            self.record.state_blake3 = found;
            return Ok(());
        }
        let problem = match (is_first, found.is_some()) {
            (true, _) => format!("{file} is there, and this job has no record of it"),
            (false, true) => format!("{file} is not the state that the last run of this job left"),
            (false, false) => format!("{file} is gone, and this job has runs behind it"),
        };
        let failure = Failure::usage(anyhow::anyhow!(problem));
        Err(match is_first {
            true => failure.hint("--adopt goes on from it and counts every file that is there now as read; without it, remove the state to begin anew"),
            false => failure.hint(format!(
                "restore it and {} from one copy, or remove both and begin again from the whole log",
                self.record_path.display()
            )),
        })
    }

    fn tell_intake(&mut self, intake: &Intake) -> Result<(), Failure> {
        let names = |paths: &mut dyn Iterator<Item = &PathBuf>| -> Vec<String> {
            paths.map(|path| path.display().to_string()).collect()
        };
        self.told.new_files = names(&mut intake.new.keys());
        self.told.repeated_files = names(&mut intake.repeated.keys());
        self.told.unsettled_files = names(&mut intake.unsettled.iter());
        for (path, (_, original)) in &intake.repeated {
            let text = format!(
                "{} has the content of {}, which counts already; it is left out",
                path.display(),
                original.display()
            );
            let fields = [("file", json!(path)), ("original", json!(original))];
            self.journal
                .line(Level::Info, "file_repeated", &text, &fields);
        }
        for path in &intake.unsettled {
            let text = format!(
                "{} was changed less than {} minutes ago; it is left for the next run",
                path.display(),
                self.job.input.settle_minutes
            );
            self.journal
                .line(Level::Info, "file_left", &text, &[("file", json!(path))]);
        }
        let Some(first) = intake.changed.first() else {
            return Ok(());
        };
        for changed in &intake.changed {
            let text = format!(
                "{} was read by run {} with {} bytes and has changed since: it has {} bytes now",
                changed.path.display(),
                changed.before.run,
                changed.before.bytes,
                changed.now.bytes
            );
            let fields = [
                ("file", json!(changed.path)),
                ("blake3_before", json!(changed.before.blake3)),
                ("blake3_now", json!(changed.now.blake3)),
            ];
            self.journal
                .line(Level::Error, "file_changed", &text, &fields);
        }
        let error = anyhow::anyhow!(
            "{} has changed since it was read ({} files in all): its rows may count twice or never",
            first.path.display(),
            intake.changed.len()
        );
        Err(Failure::input(error).hint(
            "put the file back as it was and give new rows in a file of their own; if exports are still being written when the job runs, set [input] settle_minutes",
        ))
    }

    /// Nothing to do: said, and no more.
    fn without_new(&mut self, intake: &Intake) -> Result<ExitStatus, Failure> {
        self.told.outcome = "no_new_rows";
        let silence = alerts::of_silence(
            &self.job.alerts,
            self.record.last_new_at.as_deref(),
            self.now,
        );
        let kind = silence.as_ref().map(alerts::Alert::name);
        let alerts = &mut self.record.known.alerts;
        alerts.retain(|name, _| !name.starts_with("silence "));
        alerts.extend(kind.map(|name| (name, 1)));
        if self.args.dry_run {
            return Ok(ExitStatus::Success);
        }
        // With --adopt what is there counts as read.
        self.record.files.extend(intake.entries());
        self.record.write(&self.record_path).or_output()?;
        self.journal.line(
            Level::Info,
            "no_new_rows",
            "no new file: nothing is read and no folder is written",
            &[
                ("known", json!(intake.known.len())),
                ("left", json!(intake.unsettled.len())),
            ],
        );
        if let Some(alert) = &silence {
            self.alert(alert);
            return Ok(ExitStatus::Findings);
        }
        Ok(ExitStatus::Success)
    }

    /// Runs the command over what is new.
    fn with_new(&mut self, intake: &Intake, run: String) -> Result<ExitStatus, Failure> {
        let (intent, words) = self.prepare(intake, run)?;
        let parsed = config::parse(words.iter().map(Into::into));
        let mut parsed = parsed.map_err(|refused| self.refused(refused))?;
        let log = parsed.command.batch_args_mut().ok_or_else(no_batch)?;
        log.state.is_locked = true;
        let output = &mut log.output;
        // What the environment says of looks is meant for this command, not for the one in it.
        (output.quiet, output.dry_run, output.format) = (true, false, Format::Human);
        self.told.run = Some(intent.run.clone());
        self.told.folder = Some(intent.folder.display().to_string());
        self.told.command = Some(words.clone());
        self.told.closes = intent.closes.iter().cloned().collect();
        if self.args.dry_run {
            self.told.outcome = "would_run";
            return Ok(ExitStatus::Success);
        }
        self.record.intent = Some(intent.clone());
        self.record.write(&self.record_path).or_output()?;
        let text = format!("run {}: {} new files", intent.run, intake.new.len());
        let fields = [
            ("run", json!(intent.run)),
            ("command", json!(words)),
            ("files", json!(intake.new.keys().collect::<Vec<_>>())),
            ("bytes", json!(intake.new_bytes())),
        ];
        self.journal
            .line(Level::Info, "run_started", &text, &fields);
        let printer = Printer::new(Format::Human, true);
        let (purpose, log) = parsed.command.batch().ok_or_else(no_batch)?;
        let status = batch::run(purpose, log, &parsed, &words, &printer)?;
        self.told.outcome = "finished";
        self.record.last_new_at = Some(self.now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        self.finish(&intent, status)
    }

    /// Why the command of the job is none.
    fn refused(&self, refused: Refused) -> Failure {
        match refused {
            Refused::Failure(failure) => failure,
            Refused::Clap(error) => {
                let text = error.to_string();
                let said = text.split("\n\nUsage").next().unwrap_or_default();
                let said = said.trim_start_matches("error: ").trim();
                Failure::usage(anyhow::anyhow!("{}: {said}", self.args.job.display())).hint(
                    format!(
                        "`counterfoil help {}` lists what [options] and [settings] may hold",
                        self.job.job.command.name()
                    ),
                )
            }
        }
    }

    fn alert(&mut self, alert: &alerts::Alert) {
        self.told.alerts.push(alert.text.clone());
        let fields = [
            ("alert", json!(alert.kind)),
            ("subject", json!(alert.subject)),
        ];
        self.journal
            .line(Level::Warning, "alert", &alert.text, &fields);
    }

    /// Says what went wrong, as the job says everything.
    fn fail(&mut self, failure: &Failure, printer: &Printer) -> ExitStatus {
        if failure.status != ExitStatus::Success {
            let text = format!("{:#}", failure.error);
            let fields = [
                ("exit_code", json!(failure.status.code())),
                ("hints", json!(failure.hints)),
            ];
            let shown = match failure.hints.is_empty() {
                true => text.clone(),
                false => format!("{text}; hint: {}", failure.hints.join("; ")),
            };
            self.journal.line(Level::Error, "failed", &shown, &fields);
            if self.args.format == Format::Github {
                let _ = printer.data(&error_annotation(&text));
            }
        }
        failure.status
    }

    fn tell_scrapers(&mut self, status: ExitStatus, began: Instant) {
        let Some(metrics) = self.job.metrics.as_ref().filter(|_| self.is_read) else {
            return;
        };
        if self.args.dry_run {
            return;
        }
        let told = metrics::Told {
            job: &self.job.job.name,
            at: self.now,
            exit_code: status.code(),
            took_ms: began.elapsed().as_millis(),
            new_files: self.told.new_files.len() as u64,
            unsettled_files: self.told.unsettled_files.len() as u64,
            record: &self.record,
        };
        // The run stands; a scraper that learns nothing of it is worth a word, not an exit code.
        if let Err(error) = metrics::write(&metrics.file, &told) {
            let text = format!("{error:#}");
            self.journal
                .line(Level::Warning, "metrics_failed", &text, &[]);
        }
    }
}

/// Of a command that a job cannot be.
fn no_batch() -> Failure {
    Failure::usage(anyhow::anyhow!("a job runs `audit` or `replay`"))
}

/// Makes the folder of the job file the one that paths start from.
fn enter_folder_of(job: &Path) -> Result<(), Failure> {
    let folder = job.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else {
        return Ok(());
    };
    std::env::set_current_dir(folder).map_err(|error| {
        Failure::usage(anyhow::anyhow!(
            "cannot go to {}: {error}",
            folder.display()
        ))
    })
}

fn not_locked(error: LockError) -> Failure {
    let hint = match &error {
        LockError::Held { .. } => {
            "it needs no remedy: the next run takes up what is new; if runs often meet, let them start less often"
        }
        LockError::Io { .. } => "put [state] file on a file system that knows locks",
    };
    Failure::usage(error).hint(hint)
}

/// The weightier of two outcomes: 3 over 4 over 1.
fn worse(left: ExitStatus, right: ExitStatus) -> ExitStatus {
    let has = |status| left == status || right == status;
    ExitStatus::of_run(
        has(ExitStatus::Input),
        has(ExitStatus::Incomplete),
        has(ExitStatus::Findings),
    )
}
