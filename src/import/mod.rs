//! From the files of another system to one canonical log, in bounded memory.
//!
//! Chunks are read and checked in parallel and taken up in the order of files and rows, so the same input
//! gives the same bytes. A row group is sorted by time: what stands near in time is read together.

mod evidence;
mod rows;
mod sink;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

pub use evidence::write as write_evidence;
pub use rows::{Refused, Taken};
pub use sink::{Form, Sink};

use sink::{Encoder, Group};

use crate::log::chunk::WantedRows;
use crate::log::map::EvidenceRow;
use crate::log::totals::CountByName;
use crate::log::{CellContext, Column, EpochUnits, LogFile};

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Files read.
    pub files: u64,
    /// Rows read from them.
    pub rows_read: u64,
    /// Rows written.
    pub rows_written: u64,
    /// Of these, rows of other channels, which a replay leaves out (D-5), by channel.
    pub other_channels: CountByName,
    /// Rows that cannot be used, by code; they stand in the file of rejects.
    pub rejected: CountByName,
    /// Rows of evidence, by table.
    pub evidence: BTreeMap<String, u64>,
}

/// An import, with what its caller has to write beside the log.
pub struct Finished {
    /// What it did; the evidence is not counted yet.
    pub imported: Imported,
    /// Rows that cannot be used, in order.
    pub refused: Vec<RefusedRow>,
    /// What the files hold besides rows.
    pub evidence: BTreeSet<EvidenceRow>,
}

/// A row that cannot be used: its file, its place in it, and why.
pub type RefusedRow = (usize, (u32, u32), Refused);

/// Reads every file and writes its usable rows.
///
/// # Errors
/// If a file cannot be read to its end or holds instants of two units in a column, or nothing can be
/// written.
///
/// # Panics
/// If a row is lost: a bug in the program.
pub fn import(
    files: &[Box<dyn LogFile>],
    cells: &CellContext,
    sink: &mut Sink<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> anyhow::Result<Finished> {
    let mut imported = Imported::default();
    let mut refused = Vec::new();
    let evidence = Mutex::new(BTreeSet::new());
    for (number, file) in files.iter().enumerate() {
        imported.files += 1;
        let queue = Queue::new(sink, &mut imported);
        let epoch_units = Mutex::new(EpochUnits::default());
        file.scan_texts(progress, &|sequence, texts| {
            let taken = Taken::of(texts, cells);
            if !texts.evidence.is_empty() {
                locked(&evidence).extend(texts.evidence.iter().cloned());
            }
            locked(&epoch_units).merge(&taken.epoch_units);
            queue.take(sequence, taken)
        })?;
        locked(&epoch_units).check(file.path())?;
        let rows = queue.finish().into_iter();
        refused.extend(rows.map(|(place, why)| (number, place, why)));
    }
    sink.finish()?;
    let rejected: u64 = imported.rejected.values().sum();
    assert_eq!(
        imported.rows_read,
        imported.rows_written + rejected,
        "every row is written or rejected: {imported:?}"
    );
    Ok(Finished {
        imported,
        refused,
        evidence: evidence
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner),
    })
}

/// Reads a file and writes some of its rows, by chunk and row, all of which are usable; says how many.
///
/// # Errors
/// If the file cannot be read to its end, or nothing can be written.
///
/// # Panics
/// If a row is lost: a bug in the program.
pub fn some_rows(
    file: &dyn LogFile,
    wanted: &WantedRows,
    cells: &CellContext,
    sink: &mut Sink<'_>,
) -> anyhow::Result<u64> {
    let mut imported = Imported::default();
    let queue = Queue::new(sink, &mut imported);
    file.scan_wanted_texts(wanted, &|sequence, texts, rows| {
        let taken = Taken::of_usable(texts, rows, cells);
        queue.take(sequence, taken)
    })?;
    assert!(queue.finish().is_empty(), "every row was usable before");
    Ok(imported.rows_written)
}

/// The columns that some file has, in the contract's order.
pub fn columns(files: &[Box<dyn LogFile>]) -> Vec<Column> {
    let columns = files.iter().flat_map(|file| file.columns());
    let columns: BTreeSet<Column> = columns.copied().collect();
    columns.into_iter().collect()
}

/// Chunks on their way from the threads that read them to the file.
struct Queue<'q, 's> {
    encoder: Arc<Encoder>,
    state: Mutex<QueueState<'q, 's>>,
}

struct QueueState<'q, 's> {
    next: u32,
    /// Chunks that wait for those before them.
    waiting: BTreeMap<u32, Taken>,
    sink: &'q mut Sink<'s>,
    imported: &'q mut Imported,
    refused: Vec<((u32, u32), Refused)>,
}

impl<'q, 's> Queue<'q, 's> {
    fn new(sink: &'q mut Sink<'s>, imported: &'q mut Imported) -> Self {
        Self {
            encoder: sink.encoder(),
            state: Mutex::new(QueueState {
                next: 0,
                waiting: BTreeMap::new(),
                sink,
                imported,
                refused: Vec::new(),
            }),
        }
    }

    /// Takes a chunk; the thread whose chunk fills a group encodes it while others go on.
    fn take(&self, sequence: u32, taken: Taken) -> anyhow::Result<()> {
        let groups = locked(&self.state).take(sequence, taken);
        for group in groups {
            let number = group.number();
            let encoded = self.encoder.encode(group)?;
            locked(&self.state).sink.write(number, encoded)?;
        }
        Ok(())
    }

    /// The rows that cannot be used.
    fn finish(self) -> Vec<((u32, u32), Refused)> {
        let state = self.state.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        assert!(state.waiting.is_empty(), "every chunk has been taken up");
        state.refused
    }
}

impl QueueState<'_, '_> {
    fn take(&mut self, sequence: u32, taken: Taken) -> Vec<Group> {
        let mut groups = Vec::new();
        self.waiting.insert(sequence, taken);
        while let Some(taken) = self.waiting.remove(&self.next) {
            let imported = &mut *self.imported;
            imported.rows_read += taken.rows_read;
            imported.rows_written += taken.rows() as u64;
            for (channel, count) in &taken.other_channels {
                *imported.other_channels.entry(channel.clone()).or_default() += count;
            }
            for &(row, refused) in &taken.refused {
                let code = refused.code().to_owned();
                *imported.rejected.entry(code).or_default() += 1;
                self.refused.push(((self.next, row), refused));
            }
            groups.extend(self.sink.add(taken));
            self.next += 1;
        }
        groups
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
