//! Runs that continue each other (`--state-in`, `--state-out`): what is read before a run, what is published by
//! it, and what it leaves.

mod belongs;
mod leave;
mod publish;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use super::args::LogArgs;
use super::batch::Purpose;
use super::inputs::Inputs;
use super::opened_log::{OpenedLog, Replayed};
use super::priced::{self, Priced};
use super::values::month;
use crate::accounts::Accounts;
use crate::job::lock::Lock;
use crate::log::{self, CellContext, LogFile};
use crate::pricing::{SettledCharges, TierPosition};
use crate::replay::carried::{Carried, Keeping};
use crate::replay::outcome::Outcome;
use crate::report::summary::ContinuedSummary;
use crate::report::tables::{Adjustment, Content};
use crate::run::exit::{Failure, OrFail};
use crate::state::{
    Belongs, HORIZON_DAYS, Header, Parts, PublishedTable, Section, State, StateFile,
};
use crate::vocabulary::{Instant, MICROS_PER_SECOND, Month};
pub use leave::NextState;

/// Meta repeats a webhook that was not taken for up to 7 days.
pub const HORIZON_DAYS_DEFAULT: u32 = 7;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Options of runs that continue each other.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// Continue from the state that an earlier run left: LOG holds the new rows only
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_STATE_IN",
        help_heading = "State"
    )]
    pub state_in: Option<PathBuf>,

    /// Leave a state from which the next run continues; written last, whole or not at all
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERFOIL_STATE_OUT",
        help_heading = "State"
    )]
    pub state_out: Option<PathBuf>,

    /// How many days back a late or repeated row is judged exactly; a longer horizon makes a larger state
    /// [default: that of the state, else 7]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(i64::from(*HORIZON_DAYS.start())..=i64::from(*HORIZON_DAYS.end())), requires = "state_out", env = "COUNTERFOIL_HORIZON", help_heading = "State")]
    pub horizon: Option<u32>,

    /// Close a local month after this run: from then on its lines change by adjustments only (repeatable)
    #[arg(long, value_name = "YYYY-MM", value_parser = month, requires = "state_out", env = "COUNTERFOIL_CLOSE_MONTH", help_heading = "State")]
    pub close_month: Vec<Month>,

    /// Continue though no row at all lies in a time longer than the horizon
    #[arg(long, env = "COUNTERFOIL_ALLOW_GAP", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue, help_heading = "State")]
    pub allow_gap: bool,

    /// Whether the caller holds the lock of the state.
    #[arg(skip)]
    pub is_locked: bool,
}

/// A run that continues another, or is to be continued.
pub struct Continued<'a> {
    args: &'a StateArgs,
    belongs: Belongs,
    earlier: Option<Earlier>,
    /// Where temporary files go, which have no names, so that none stays.
    temp_dir: PathBuf,
    /// Keeps others from the state that is to be replaced.
    _lock: Option<Lock>,
}

/// What the earlier run left.
struct Earlier {
    file: StateFile,
    log: Parts,
    state: State,
    carried: Carried,
    tiers: Vec<TierPosition>,
    charges: PublishedTable,
    conversations: PublishedTable,
}

impl<'a> Continued<'a> {
    /// Reads the state that is to be continued; none where no option asks for states.
    ///
    /// # Errors
    /// If it cannot be read, or belongs to other rules, settings, cards or accounts.
    pub fn load(
        args: &'a LogArgs,
        purpose: Purpose<'_>,
        inputs: &Inputs,
    ) -> Result<Option<Self>, Failure> {
        let state_args = &args.state;
        if state_args.state_in.is_none() && state_args.state_out.is_none() {
            return Ok(None);
        }
        if inputs.from.is_some() || inputs.to.is_some() {
            let error = anyhow::anyhow!("a state continues a whole log, not a part of it");
            return Err(Failure::usage(error)
                .hint("leave out --month, --from and --to, or --state-in and --state-out"));
        }
        if let Purpose::Audit(audit) = purpose
            && audit.sample.is_some()
        {
            let error =
                anyhow::anyhow!("a sample is drawn from a whole log, not from a piece of it");
            return Err(
                Failure::usage(error).hint("leave out --sample, or --state-in and --state-out")
            );
        }
        let lock = match &state_args.state_out {
            Some(path) if !state_args.is_locked => Some(lock(path)?),
            _ => None,
        };
        let temp_dir = args.source.temp_dir.clone();
        let temp_dir = temp_dir.unwrap_or_else(std::env::temp_dir);
        let belongs = belongs::of_run(args, purpose, inputs).or_usage()?;
        let earlier = state_args.state_in.as_deref();
        let earlier = earlier
            .map(|path| Earlier::read(path, &belongs, &inputs.accounts))
            .transpose()?;
        let continued = Self {
            args: state_args,
            belongs,
            earlier,
            temp_dir,
            _lock: lock,
        };
        // Better said now than after the log is read.
        continued.file()?;
        Ok(Some(continued))
    }

    /// Opens the rows that the earlier run left, as the first files of the log.
    ///
    /// # Errors
    /// If they are no log.
    pub fn carried_log(&self, cells: &Arc<CellContext>) -> anyhow::Result<Vec<Box<dyn LogFile>>> {
        let Some(earlier) = &self.earlier else {
            return Ok(Vec::new());
        };
        let parts = earlier.log.parts.iter();
        let opened = parts.map(|part| {
            let place = (Arc::clone(&earlier.log.file), part.start, part.length);
            let file = log::open_part(place, earlier.file.path(), Arc::clone(cells))?;
            let rows = file.rows().unwrap_or_default();
            earlier
                .file
                .check_rows(Section::Log, rows, part.gone.rows())?;
            Ok(file)
        });
        opened.collect()
    }

    /// What the replay needs of what the earlier run left.
    pub fn carried(&self) -> Option<&Carried> {
        self.earlier.as_ref().map(|earlier| &earlier.carried)
    }

    /// What the replay is to leave.
    pub fn keeping(&self) -> Option<Keeping> {
        self.args.state_out.as_ref().map(|_| Keeping {
            horizon_micros: i64::from(self.horizon_days()) * MICROS_PER_DAY,
        })
    }

    /// Volumes that are settled.
    pub fn tiers(&self) -> &[TierPosition] {
        self.earlier.as_ref().map_or(&[], |earlier| &earlier.tiers)
    }

    /// Charges that are settled.
    pub fn charges(&self) -> &[SettledCharges] {
        let earlier = self.earlier.as_ref();
        earlier.map_or(&[], |earlier| &earlier.state.charges)
    }

    /// What the earlier run left in numbers.
    pub fn header(&self) -> Option<&Header> {
        self.earlier.as_ref().map(|earlier| &earlier.state.header)
    }

    /// Refuses new rows that do not follow on what was read so far.
    ///
    /// # Errors
    /// If all of them lie before the horizon, or far behind the last row.
    pub fn check_time(&self, outcome: &Outcome) -> Result<(), Failure> {
        let (Some(earlier), Some(rows)) = (&self.earlier, outcome.new_rows) else {
            return Ok(());
        };
        let settled = earlier.carried.settled_before;
        let last = rows.last;
        if last < settled {
            let error = anyhow::anyhow!(
                "the new rows end on {last}, before {settled}, up to which the state is settled"
            );
            return Err(Failure::usage(error).hint(
                "give rows in the order of time: is this file older than the ones that were read, or the state another log's?",
            ));
        }
        let Some(first) = rows
            .first_after_end
            .filter(|_| earlier.carried.time_range.is_some())
        else {
            return Ok(());
        };
        let end = earlier.carried.ends;
        let gap_micros = i64::from(self.horizon_days()) * MICROS_PER_DAY;
        let is_gap = first.micros().saturating_sub(end.micros()) > gap_micros;
        if is_gap && !self.args.allow_gap {
            let error = anyhow::anyhow!(
                "the state ends on {end} and the new rows begin on {first}: more than {} days without any row",
                self.horizon_days()
            );
            return Err(Failure::usage(error).hint(
                "give the rows in between as well; if there are none, say so with --allow-gap",
            ));
        }
        Ok(())
    }

    fn horizon_days(&self) -> u32 {
        let earlier = self.header().map(|header| header.horizon_days);
        self.args
            .horizon
            .or(earlier)
            .unwrap_or(HORIZON_DAYS_DEFAULT)
    }

    /// A temporary file.
    fn file(&self) -> Result<File, Failure> {
        tempfile::tempfile_in(&self.temp_dir).map_err(|error| {
            let folder = self.temp_dir.display();
            Failure::output(anyhow::anyhow!("cannot write to {folder}: {error}"))
                .hint("give another folder for temporary files with --temp-dir")
        })
    }
}

/// Two runs that replace one state would lose what one of them has read.
fn lock(state: &Path) -> Result<Lock, Failure> {
    let mut path = state.as_os_str().to_owned();
    path.push(".lock");
    Lock::take(Path::new(&path)).map_err(|error| {
        Failure::usage(error).hint("wait until the other run has ended; the lock goes with it")
    })
}

impl Earlier {
    fn read(path: &Path, run: &Belongs, accounts: &Accounts) -> Result<Self, Failure> {
        let file = StateFile::open(path).or_input()?;
        let state = State::read(&file).or_input()?;
        let numbers = state.header.belongs.numbers.keys().cloned();
        let run = &Belongs {
            numbers: belongs::described(numbers, accounts),
            ..run.clone()
        };
        if let Some(mismatch) = state
            .header
            .belongs
            .mismatch(run, state.header.settled_month())
        {
            let error =
                anyhow::anyhow!("{} does not belong to this run: {mismatch}", path.display());
            return Err(Failure::usage(error).hint(
                "run as before, or begin again from the whole log without --state-in to have all of it under the new ones",
            ));
        }
        let log = Parts {
            file: file.file(),
            parts: file.parts(Section::Log).or_input()?,
        };
        let rows_left = state.header.rows_left();
        file.check_rows(Section::Log, log.rows(), rows_left)
            .or_input()?;
        let table = |table: Section, rows: u64| PublishedTable::open(&file, table, rows).or_input();
        let gone = log.parts.iter().map(|part| part.gone.clone()).collect();
        let carried = state.carried(gone);
        let carried = carried
            .map_err(|error| file.malformed("header", error))
            .or_input()?;
        let tiers = state.header.tiers();
        let tiers = tiers
            .map_err(|error| file.malformed("header", error))
            .or_input()?;
        Ok(Self {
            carried,
            tiers,
            charges: table(Section::PublishedCharges, state.header.charges_left)?,
            conversations: table(
                Section::PublishedConversations,
                state.header.conversations_left,
            )?,
            state,
            log,
            file,
        })
    }
}

/// What comes of a run beside its tables, where it continues another or is to be continued.
#[derive(Default)]
pub struct Left {
    /// What changed of lines that were published before; none where none were.
    pub adjustments: Option<Vec<Adjustment>>,
    /// The state of the next run.
    pub next: Option<NextState>,
    /// What the summary says of it.
    pub summary: Option<ContinuedSummary>,
}

impl Continued<'_> {
    /// Finds out what is new and what the next run needs; what was published before is no longer written.
    ///
    /// # Errors
    /// If the log can no longer be read, or temporary files cannot be written.
    pub fn settle(
        &self,
        args: &LogArgs,
        log: &OpenedLog,
        inputs: &Inputs,
        replayed: &mut Replayed<'_>,
        priced: &mut Priced,
    ) -> Result<Left, Failure> {
        let content = Content {
            outcome: &replayed.outcome,
            pricing: &priced.pricing,
            lines: None,
            differences: None,
            analytics_differences: None,
            findings: None,
            adjustments: None,
            tariff: &inputs.tariff,
            ids: &replayed.ids,
        };
        let with_rates = priced.billed.is_some();
        let request = priced::request(replayed, inputs, args, with_rates, Some(self));
        let lines = self.hold(&content)?;
        let published = self.publish(content.outcome, &lines)?;
        let next = self.leave(&content, lines, (log, replayed), (inputs, &request))?;
        let settles_before = replayed
            .outcome
            .kept
            .as_ref()
            .map(|kept| kept.settles_before);
        let mut findings = BTreeSet::new();
        if let Some(billed) = &mut priced.billed {
            let found = std::mem::take(&mut billed.findings);
            (billed.findings, findings) =
                self.new_findings(found, settles_before.unwrap_or(Instant::MIN));
        }
        let adjustments = published.map(|(adjustments, republished)| {
            republished.take_from(&mut replayed.outcome);
            adjustments
        });
        let next = next
            .map(|next| next.with_published(findings, adjustments.as_deref().unwrap_or_default()));
        let summary = self.summary(&replayed.outcome, adjustments.as_deref(), next.as_ref());
        Ok(Left {
            adjustments,
            next,
            summary: Some(summary),
        })
    }

    fn summary(
        &self,
        outcome: &Outcome,
        adjustments: Option<&[Adjustment]>,
        next: Option<&NextState>,
    ) -> ContinuedSummary {
        let earlier = self.header();
        let mut adjusted = BTreeMap::new();
        for adjustment in adjustments.unwrap_or_default() {
            leave::add_adjusted(&mut adjusted, adjustment);
        }
        let reasons = adjustments.unwrap_or_default().iter();
        let mut reasons_of = BTreeMap::new();
        for adjustment in reasons {
            *reasons_of.entry(adjustment.reason.name()).or_default() += 1;
        }
        let settled = earlier.map(Header::settled_before);
        let next = next.map(NextState::header);
        ContinuedSummary {
            run: earlier.map_or(0, |header| header.runs) + 1,
            settled_before: settled.map(|settled| settled.to_string()),
            settles_before: next.map(|next| next.settled_before().to_string()),
            horizon_days: self.horizon_days(),
            totals_before: earlier
                .map(|header| header.totals_so_far.clone())
                .unwrap_or_default(),
            new_rejects: outcome.new_rejects,
            rows_carried: self
                .earlier
                .as_ref()
                .map_or(0, |earlier| earlier.log.rows()),
            rows_left: outcome
                .kept
                .as_ref()
                .map_or(0, |kept| kept.rows.len() as u64),
            settled_rows: outcome.settled_rows,
            late_messages: outcome.doubts.late,
            adjustments: reasons_of,
            adjusted,
            closed_months: earlier
                .map(|header| header.closed_months.clone())
                .unwrap_or_default(),
        }
    }
}
