//! After a run: what it found is entered, months to date are written, old runs go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::Work;
use crate::job::alerts;
use crate::job::file::JobCommand;
use crate::job::forecast::{self, Forecast};
use crate::job::found::{Days, FoundRun};
use crate::job::journal::Level;
use crate::job::month::{self, Latest};
use crate::job::record::{FinishedRun, Intent};
use crate::job::retention;
use crate::run::exit::{ExitStatus, Failure, OrFail};
use crate::tariff::Amount;
use crate::vocabulary::LocalDate;

/// Days whose amounts are kept: those of a month and of the four weeks before it.
const DAYS_KEPT: i32 = 62;

impl Work<'_> {
    /// Enters a run whose folder stands. `status` is how it ended, clean where that is not known any more.
    pub(super) fn finish(
        &mut self,
        intent: &Intent,
        status: ExitStatus,
    ) -> Result<ExitStatus, Failure> {
        let found = FoundRun::read(&intent.folder).or_output()?;
        let days = Days::read(&intent.folder).or_output()?;
        let state = self.state_hash()?;
        // Rejected rows are in no bill: without a state the files wait until they are mended.
        let counts = match self.job.state {
            Some(_) => state != intent.state_blake3,
            None => status != ExitStatus::Input,
        };
        let finished = FinishedRun {
            run: intent.run.clone(),
            folder: intent.folder.clone(),
            day: self.today().to_string(),
            months: days.months.clone(),
        };
        self.record.runs.push(finished);
        self.record.run_count += 1;
        self.record.state_blake3 = state;
        self.record.intent = None;
        self.record.known.files_read = intent.files.len() as u64;
        self.record.known.rows = found.rows();
        let closed_before = self.record.known.closed_months.clone();
        if counts {
            self.record.files.extend(intent.files.clone());
            self.enter(&found, days, intent)?;
            self.write_months(&found, &closed_before, intent)?;
        }
        let known = &self.record.known;
        let month = alerts::month_of(known.as_of.as_deref());
        let raised = alerts::of_run(
            &self.job.alerts,
            &found,
            known,
            month.as_deref(),
            status == ExitStatus::Findings,
        );
        let named = raised.iter().map(|alert| (alert.name(), 1));
        self.record.known.alerts = named.collect();
        self.record.write(&self.record_path).or_output()?;
        for alert in &raised {
            self.alert(alert);
        }
        self.retain();
        self.tell_finished(intent, &found, status);
        Ok(ExitStatus::of_run(
            status == ExitStatus::Input,
            !found.incomplete.is_empty() || status == ExitStatus::Incomplete,
            !raised.is_empty(),
        ))
    }

    /// Brings what is known up to date.
    fn enter(&mut self, found: &FoundRun, days: Days, intent: &Intent) -> Result<(), Failure> {
        let now = self.now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let known = &mut self.record.known;
        for (month, sums) in found.adjusted() {
            let of_month = known.adjusted.entry(month).or_default();
            for (currency, more) in sums {
                let sum = of_month.entry(currency).or_default();
                sum.count += more.count;
                let amount = sum.amount.plus(more.amount);
                sum.amount = amount
                    .ok_or_else(|| anyhow::anyhow!("a sum of adjustments does not fit"))
                    .or_output()?;
            }
        }
        known.by_month.clone_from(&found.bill.by_month);
        known.closed_months.extend(intent.closes.iter().cloned());
        if let Some(range) = &found.time_range {
            let first = range.first.get(..10).unwrap_or_default().to_owned();
            let first = known
                .first_day
                .take()
                .map_or(first.clone(), |known| known.min(first));
            known.first_day = Some(first);
            // Instants of one form in UTC stand in the order of their texts. A clock that ran ahead of this run's own
            // moves neither the month that budgets are held against nor the days that a forecast rests on.
            let last = known.as_of.take().unwrap_or_default();
            known.as_of = Some(last.max(range.last.clone().min(now)));
        }
        if self.job.state.is_none() {
            known.by_day.clear();
        }
        for (currency, amounts) in days.amounts {
            let of_currency = known.by_day.entry(currency).or_default();
            for (day, amount) in amounts {
                let sum = of_currency.entry(day).or_default();
                *sum = sum
                    .plus(amount)
                    .ok_or_else(|| anyhow::anyhow!("a sum of a day does not fit"))
                    .or_output()?;
            }
        }
        let last = known.as_of.as_deref().and_then(day_of);
        if let Some(last) = last {
            let oldest = LocalDate::from_days(last.days().saturating_sub(DAYS_KEPT)).to_string();
            for amounts in known.by_day.values_mut() {
                amounts.retain(|day, _| *day >= oldest);
            }
        }
        self.record.known.forecast = self.forecast();
        Ok(())
    }

    /// What the month of the log's last row may come to, by currency.
    fn forecast(&self) -> Vec<Forecast> {
        let known = &self.record.known;
        let day = |text: &Option<String>| text.as_deref().and_then(day_of);
        let (Some(first), Some(last)) = (day(&known.first_day), day(&known.as_of)) else {
            return Vec::new();
        };
        // A clock that ran far behind makes no days without charges.
        let charged = known
            .by_day
            .values()
            .filter_map(|amounts| amounts.keys().next());
        let charged = charged.filter_map(|day| LocalDate::parse(day)).min();
        let first = charged.map_or(first, |charged| first.max(charged));
        let month = last.month().to_string();
        let forecasts = known.by_day.iter().filter_map(|(currency, amounts)| {
            let amounts: BTreeMap<LocalDate, Amount> = amounts
                .iter()
                .filter_map(|(day, amount)| Some((LocalDate::parse(day)?, *amount)))
                .collect();
            let months = known.by_month.get(currency);
            let so_far = months.and_then(|months| months.get(&month));
            let so_far = so_far.map_or(Amount::ZERO, |totals| totals.amount);
            let days = forecast::Days {
                amounts: &amounts,
                first,
                last,
            };
            forecast::forecast(currency, so_far, days)
        });
        forecasts.collect()
    }

    /// Writes the folder of each month that was open before the run.
    fn write_months(
        &mut self,
        found: &FoundRun,
        closed_before: &BTreeSet<String>,
        intent: &Intent,
    ) -> Result<(), Failure> {
        let Some(pattern) = self.job.output.month_to_date.clone() else {
            return Ok(());
        };
        if self.job.job.command == JobCommand::Replay {
            return Ok(());
        }
        let known = &self.record.known;
        let months = known.by_month.values().flat_map(|months| months.keys());
        let open: BTreeSet<String> = months
            .filter(|month| !closed_before.contains(*month))
            .cloned()
            .collect();
        for month in &open {
            let job = self.job.job.name.as_str();
            let target = pattern.fill(&[("job", job), ("month", month)]);
            let latest = Latest {
                job,
                run: &intent.run,
                folder: &intent.folder,
                known: &self.record.known,
                tiers: &found.bill.tiers,
                adjusted: &self.record.known.adjusted,
            };
            month::write(month, &target, latest).map_err(|error| {
                Failure::output(error).hint("the run stands; the next one completes its books")
            })?;
        }
        for month in &intent.closes {
            let text =
                format!("{month} is closed: from now on its lines change by adjustments only");
            let fields = [("month", json!(month))];
            self.journal
                .line(Level::Info, "month_closed", &text, &fields);
        }
        Ok(())
    }

    /// Removes the folders of old runs. What cannot be removed stays, and is told.
    fn retain(&mut self) {
        let known = &self.record.known;
        let old: Vec<FinishedRun> = retention::too_old(
            &self.job.output,
            &self.record.runs,
            &known.closed_months,
            self.job.state.is_some(),
            self.today(),
        )
        .into_iter()
        .cloned()
        .collect();
        let mut gone = BTreeSet::new();
        for run in &old {
            let fields = [("run", json!(run.run)), ("folder", json!(run.folder))];
            match retention::remove(&run.folder) {
                Ok(_) => {
                    let text = format!("{} is removed", run.folder.display());
                    self.journal
                        .line(Level::Info, "run_removed", &text, &fields);
                    gone.insert(run.run.clone());
                }
                Err(error) => {
                    let text = format!("{error:#}");
                    self.journal
                        .line(Level::Warning, "run_not_removed", &text, &fields);
                }
            }
        }
        if !gone.is_empty() {
            self.record.runs.retain(|run| !gone.contains(&run.run));
            if let Err(error) = self.record.write(&self.record_path) {
                let text = format!("{error:#}");
                self.journal
                    .line(Level::Warning, "record_not_written", &text, &[]);
            }
        }
    }

    fn tell_finished(&mut self, intent: &Intent, found: &FoundRun, status: ExitStatus) {
        let known = &self.record.known;
        self.told.forecast.clone_from(&known.forecast);
        self.told.months = known.by_month.clone();
        for months in self.told.months.values_mut() {
            months.retain(|month, _| !known.closed_months.contains(month));
        }
        let (read, rejected) = found.rows();
        let text = format!(
            "run {} has read {read} rows, rejected {rejected}, and stands in {}",
            intent.run,
            intent.folder.display()
        );
        let fields = [
            ("run", json!(intent.run)),
            ("folder", json!(intent.folder)),
            ("rows_read", json!(read)),
            ("rows_rejected", json!(rejected)),
            ("month_to_date", json!(self.told.months)),
            ("forecast", json!(self.told.forecast)),
            ("incomplete", json!(found.incomplete)),
        ];
        self.journal
            .line(Level::Info, "run_finished", &text, &fields);
        if status == ExitStatus::Input {
            let text = format!(
                "{rejected} of {read} rows were rejected, more than max_rejects allows; see {}",
                intent.folder.join("rejects.csv").display()
            );
            self.journal
                .line(Level::Error, "too_many_rejects", &text, &[]);
        }
        for reason in &found.incomplete {
            self.journal.line(Level::Warning, "incomplete", reason, &[]);
        }
    }
}

fn day_of(instant: &str) -> Option<LocalDate> {
    LocalDate::parse(instant.get(..10)?)
}
