//! A log that commands open and replay.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use chrono_tz::Tz;

use super::customers::MarketCustomers;
use super::reject_texts::RejectTexts;
use crate::accounts::{Accounts, TemplateRegistry};
use crate::log::map::Map;
use crate::log::source::{self, InputFormat, Reading};
use crate::log::{CellContext, CellParser, Chunk, Column, LogFile, Provenance};
use crate::memory::Memory;
use crate::replay::carried::{Carried, Keeping};
use crate::replay::outcome::Outcome;
use crate::replay::rows::RowPlaces;
use crate::replay::trace::{Tracer, Wanted};
use crate::replay::{self, FoldedLog, Scope};
use crate::rulebook::{Rulebook, Settings, nearest};
use crate::tariff::Tariff;
use crate::vocabulary::{LocalDate, Regime};

/// Which log is to be opened, and how.
#[derive(Clone, Debug)]
pub struct LogRequest {
    /// Files, folders, globs, or `-`.
    pub logs: Vec<PathBuf>,
    /// The form of standard input and of files with unknown endings.
    pub format: Option<InputFormat>,
    /// How records of another system become rows.
    pub map: Option<Arc<Map>>,
    /// The zone of times that carry none.
    pub zone: Option<Tz>,
    /// Where temporary files go.
    pub temp_dir: Option<PathBuf>,
    /// Whether an audit asks what texts look like.
    pub reads_texts: bool,
    /// Where what is kept of the log lies.
    pub memory: Memory,
}

/// An opened file of the log.
#[derive(Clone, Debug)]
pub struct FileInfo {
    /// Path as given; `-` for standard input.
    pub path: PathBuf,
    /// Where its content can be read again.
    pub content: PathBuf,
    /// Size on disk.
    pub bytes: u64,
    /// Columns of the canonical log that it has.
    pub columns: Vec<&'static str>,
    /// Header names that are none.
    pub ignored_columns: Vec<String>,
    /// The source of its rows, where it is known.
    pub provenance: Option<Provenance>,
}

/// What a replay is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct ReplayRequest<'a> {
    /// Settings in force.
    pub settings: &'a Settings,
    /// Accounts.
    pub accounts: &'a Accounts,
    /// Templates.
    pub templates: &'a TemplateRegistry,
    /// Markets and countries of numbers.
    pub tariff: &'a Tariff,
    /// The regime that is forced on the whole log.
    pub rulebook: Option<Regime>,
    /// First local date whose rows are written.
    pub from: Option<LocalDate>,
    /// Last one.
    pub to: Option<LocalDate>,
    /// Whether covered messages have rows of their own.
    pub detail_messages: bool,
    /// Whether conversations are reconstructed under per-message pricing too (P25-6).
    pub shadow: bool,
    /// Whether findings are looked for.
    pub findings: bool,
    /// What an earlier run left.
    pub carried: Option<&'a Carried>,
    /// What is to be left for the next one.
    pub keeping: Option<Keeping>,
    /// Told what happens to a few pairs (`explain`).
    pub tracer: Option<&'a Tracer>,
}

impl<'a> ReplayRequest<'a> {
    /// Where customers are.
    pub fn customers(&self) -> MarketCustomers<'a> {
        MarketCustomers {
            tariff: self.tariff,
            settings: self.settings,
        }
    }

    /// Period, regime and detail.
    pub fn scope(&self) -> Scope {
        Scope {
            forced_regime: self.rulebook,
            from: self.from,
            to: self.to,
            shadow: self.shadow,
            detail_messages: self.detail_messages,
            findings: self.findings,
        }
    }
}

/// What a replay gives.
pub struct Replayed<'l> {
    /// Conversations, charges, totals.
    pub outcome: Outcome,
    /// Message ids of rows.
    pub ids: Arc<RowPlaces<'l>>,
    /// Rejected rows, by file and place.
    pub rejects: RejectTexts<'l>,
}

/// Opens the files of rows that an earlier run left.
pub type OpenCarried<'a> = &'a dyn Fn(&Arc<CellContext>) -> anyhow::Result<Vec<Box<dyn LogFile>>>;

/// An opened log, and the words its cells are parsed into.
pub struct OpenedLog {
    files: Vec<Box<dyn LogFile>>,
    /// How many of the first files hold rows that an earlier run left.
    carried_files: usize,
    cells: Arc<CellContext>,
    memory: Memory,
}

impl OpenedLog {
    /// Finds the files of a log and reads their headers.
    ///
    /// # Errors
    /// If one cannot be read, or is no log.
    pub fn open(request: &LogRequest, templates: &TemplateRegistry) -> anyhow::Result<Self> {
        Self::open_after(&|_| Ok(Vec::new()), request, templates)
    }

    /// Like [`Self::open`], behind files of rows that an earlier run left.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_after(
        carried: OpenCarried<'_>,
        request: &LogRequest,
        templates: &TemplateRegistry,
    ) -> anyhow::Result<Self> {
        let cells = Arc::new(CellContext {
            zone: request.zone,
            templates: templates.clone(),
            reads_texts: request.reads_texts,
            ..CellContext::default()
        });
        let temp_dir = request.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        let reading = Reading {
            context: Arc::clone(&cells),
            map: request.map.clone(),
        };
        let logs = source::open(&request.logs, request.format, &temp_dir, &reading)?;
        let mut files = carried(&cells)?;
        let carried_files = files.len();
        files.extend(logs.files);
        Ok(Self {
            files,
            carried_files,
            cells,
            memory: request.memory.clone(),
        })
    }

    /// The files of the log, in the order in which they were found; not what an earlier run left.
    pub fn files(&self) -> Vec<FileInfo> {
        let info = |file: &dyn LogFile| FileInfo {
            path: file.path().to_path_buf(),
            content: file.content_path().to_path_buf(),
            bytes: file.size_bytes(),
            columns: file.columns().iter().map(|column| column.name()).collect(),
            ignored_columns: file.ignored_columns().to_vec(),
            provenance: file.provenance().cloned(),
        };
        let given = &self.files[self.carried_files..];
        given.iter().map(|file| info(&**file)).collect()
    }

    /// The files themselves.
    pub fn opened(&self) -> &[Box<dyn LogFile>] {
        &self.files
    }

    /// The words of the log.
    pub fn cells(&self) -> &CellContext {
        &self.cells
    }

    /// A business number and a customer, as the log would have them.
    pub fn pair(&self, business: &str, customer: &str) -> Wanted {
        let mut parser = CellParser::new(&self.cells);
        Wanted {
            business: parser.text(Column::Business, business.as_bytes()),
            customer: parser.text(Column::Customer, customer.as_bytes()),
        }
    }

    /// The pairs that have a row with this message id: more than one for a group's message, or where
    /// rows contradict each other (D-4).
    ///
    /// # Errors
    /// If the log cannot be read to its end.
    pub fn pairs_of_message(&self, message_id: &str) -> anyhow::Result<Vec<Wanted>> {
        let code = CellParser::new(&self.cells).text(Column::MessageId, message_id.as_bytes());
        let found: Mutex<Vec<Wanted>> = Mutex::default();
        self.scan(&|_| {}, &|chunk| {
            let column = |column: Column| &chunk.columns[column.index()];
            let (businesses, customers) = (column(Column::Business), column(Column::Customer));
            for (row, id) in column(Column::MessageId).iter().enumerate() {
                if *id == code {
                    let wanted = Wanted {
                        business: businesses[row],
                        customer: customers[row],
                    };
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    if !found.contains(&wanted) {
                        found.push(wanted);
                    }
                }
            }
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Hands over every chunk of every file, in any order.
    ///
    /// # Errors
    /// If the log cannot be read to its end.
    pub fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        take: &(dyn Fn(&Chunk) + Sync),
    ) -> anyhow::Result<()> {
        for file in &self.files {
            let scanned = file.scan(progress, &|_, chunk| {
                take(chunk);
                Ok(())
            });
            scanned.with_context(|| format!("cannot read {}", file.path().display()))?;
        }
        Ok(())
    }

    /// The business number of the log that is nearest to a word; the log was read before.
    pub fn nearest_business(&self, word: &str) -> Option<String> {
        let businesses = &self.cells.businesses;
        // The word itself was looked up before any row was read, so it came first.
        let known: Vec<String> = (1..businesses.len() as u32)
            .map(|code| businesses.word(code))
            .collect();
        nearest(
            word.trim_start_matches('+'),
            known.iter().map(String::as_str),
        )
    }

    /// Replays the log; `progress` hears of bytes that are done.
    ///
    /// # Errors
    /// If the log cannot be read to its end.
    pub fn replay(
        &self,
        request: &ReplayRequest<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> anyhow::Result<Replayed<'_>> {
        let rulebook = Rulebook::embedded()?;
        let customers = request.customers();
        let request = self.asked(request, &rulebook, &customers, progress);
        let replayed = replay::replay(&request)?;
        let places = Arc::new(replayed.places);
        Ok(Replayed {
            outcome: replayed.outcome,
            rejects: RejectTexts::new(Arc::clone(&places), replayed.rejects),
            ids: places,
        })
    }

    /// Reads the log and folds its rows into messages, to be judged several times under other rules.
    ///
    /// # Errors
    /// If the log cannot be read to its end.
    pub fn fold(
        &self,
        request: &ReplayRequest<'_>,
        rulebook: &Rulebook,
        progress: &(dyn Fn(u64) + Sync),
    ) -> anyhow::Result<FoldedLog<'_>> {
        let customers = request.customers();
        FoldedLog::read(&self.asked(request, rulebook, &customers, progress))
    }

    fn asked<'a>(
        &self,
        request: &ReplayRequest<'a>,
        rulebook: &'a Rulebook,
        customers: &'a MarketCustomers<'a>,
        progress: &'a (dyn Fn(u64) + Sync),
    ) -> replay::Request<'_, 'a> {
        replay::Request {
            files: &self.files,
            cells: Arc::clone(&self.cells),
            accounts: request.accounts,
            templates: Some(request.templates),
            rulebook,
            settings: request.settings.clone(),
            scope: request.scope(),
            customers,
            carried: request.carried,
            keeping: request.keeping,
            tracer: request.tracer,
            memory: self.memory.clone(),
            progress,
        }
    }
}

/// The name that a log gives to its output folder: the first file's, without its endings.
pub fn stem(log: &Path) -> String {
    let name = match log.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => return "log".to_owned(),
    };
    if name == "-" {
        return "stdin".to_owned();
    }
    let mut stem = name.as_str();
    for ending in [
        ".gz", ".zst", ".csv", ".parquet", ".jsonl", ".json", ".ndjson", ".tsv", ".txt",
    ] {
        stem = stem.strip_suffix(ending).unwrap_or(stem);
    }
    match stem.trim_start_matches('.') {
        "" => name.trim_start_matches('.').to_owned(),
        stem => stem.to_owned(),
    }
}
