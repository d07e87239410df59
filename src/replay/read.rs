//! From the files of a log to rows by message, and from these to messages by pair.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use rayon::prelude::*;

use super::Request;
use super::assemble::{Assembled, Assembler};
use super::carried::Seen;
use super::conflict;
use super::fold::Folder;
use super::folded::Folded;
use super::message::Message;
use super::pair::PairTable;
use super::partition::{PARTITIONS, Partitions, lock};
use super::reject::Rejects;
use super::row::Row;
use super::rows::RowPlaces;
use crate::log::Gone;
use crate::log::cell::CellContext;
use crate::log::chunk::LogFile;

/// Smaller files are scanned side by side.
const SMALL_FILE_BYTES: u64 = 8 << 20;

/// Reads all files into packed rows, partitioned by message.
///
/// The rows that an earlier run left come first, so that a row's number tells whether it is one of them: how many
/// there are comes back.
///
/// # Errors
/// If a file cannot be read, or the log is larger than one run can take.
pub fn read(
    request: &Request<'_, '_>,
    places: &RowPlaces<'_>,
    pairs: &PairTable,
    rows: &Partitions<Row>,
    rejects: &Rejects,
) -> anyhow::Result<(Assembled, u32)> {
    let assembler = Assembler {
        cells: &request.cells,
        pairs,
        accounts: request.accounts,
        keeps_notes: request.scope.findings,
        memory: &request.memory,
        rows,
        rejects,
        assembled: Default::default(),
    };
    let bytes_read = AtomicU64::new(0);
    let carried: &[Gone] = request.carried.map_or(&[], |carried| &carried.gone);
    let scan = |index: usize| {
        let file = &request.files[index];
        let progress = |bytes: u64| {
            (request.progress)(bytes_read.fetch_add(bytes, Ordering::Relaxed) + bytes);
        };
        let scanned = file.scan(&progress, &|address, chunk| {
            let first_row = places.register(index as u32, address, chunk.rows)?;
            if let Some(tracer) = request.tracer {
                tracer.look(chunk, first_row);
            }
            request.memory.check()?;
            let gone = carried.get(index).map(|gone| {
                let first = address.first_line.saturating_sub(1);
                gone.within(first, chunk.rows)
            });
            assembler.take(chunk, first_row, &gone.unwrap_or_default())
        });
        // The file can be read, but what is kept of it not.
        request.memory.check()?;
        scanned.with_context(|| format!("cannot read {}", file.path().display()))
    };
    let scan_all = |files: Range<usize>| {
        let mut first = files.start;
        while first < files.end {
            let wave = first..first + files_at_once(&request.files[first..files.end]);
            first = wave.end;
            let scanned: Vec<anyhow::Result<()>> = wave.into_par_iter().map(scan).collect();
            scanned.into_iter().collect::<anyhow::Result<()>>()?;
        }
        anyhow::Ok(())
    };
    scan_all(0..carried.len())?;
    let carried_rows = places.rows();
    scan_all(carried.len()..request.files.len())?;
    let assembled = assembler.assembled.into_inner();
    let assembled = assembled.unwrap_or_else(|poisoned| poisoned.into_inner());
    Ok((assembled, carried_rows))
}

/// How many of the next files are scanned side by side: a large one keeps all threads busy by itself.
fn files_at_once(files: &[Box<dyn LogFile>]) -> usize {
    let small = files
        .iter()
        .take_while(|file| file.size_bytes() < SMALL_FILE_BYTES)
        .count();
    // Not more: a thread that waits for one may take up the next, and has a stack to keep.
    small.clamp(1, 4 * rayon::current_num_threads())
}

/// Folds rows into messages; what the next run may need of them goes to `seen`.
///
/// # Errors
/// If rows of contradictory messages can no longer be read.
pub fn fold(
    folder: &Folder<'_>,
    rows: &Partitions<Row>,
    messages: &Partitions<Message>,
    places: &RowPlaces<'_>,
    cells: &CellContext,
    seen: &Mutex<Seen>,
) -> anyhow::Result<Folded> {
    // Memory for the rows of a partition: as much of it as there are threads.
    let benches: Mutex<Vec<Vec<Row>>> = Mutex::default();
    let mut folded = (0..PARTITIONS)
        .into_par_iter()
        .with_max_len(1)
        .map(|partition| {
            let mut bench = lock(&benches).pop().unwrap_or_default();
            bench.clear();
            rows.take_into(partition, &mut bench);
            let mut folded = messages.write(|writer| folder.fold(&bench, writer));
            lock(seen).take(&mut folded.track);
            lock(&benches).push(bench);
            folded
        })
        .reduce(Folded::default, |mut left, right| {
            left.add(right);
            left
        });
    let contradictory = std::mem::take(&mut folded.contradictory);
    if !contradictory.is_empty() {
        let mut again = messages.write(|writer| {
            conflict::fold_contradictory(folder, contradictory, places, cells, writer)
        })?;
        lock(seen).take(&mut again.track);
        folded.add(again);
    }
    Ok(folded)
}
