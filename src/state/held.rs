//! The lines of a run held against those that were published: lines of the same digest say the same, and of the rest
//! a look at their ids tells which are new and which have changed.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::file::{Section, StateFile};
use super::parts::{self, Part, Parts};
use crate::log::{Gone, LogError, TableFile};
use crate::report::tables::{Entry, PartSize};

/// A table of lines that were published and may still change.
#[derive(Debug)]
pub struct PublishedTable {
    parts: Parts,
    tables: Vec<TableFile>,
}

impl PublishedTable {
    /// Opens a table of a state that should have so many rows.
    ///
    /// # Errors
    /// If it is damaged, or has not.
    pub fn open(state: &StateFile, table: Section, rows: u64) -> Result<Self> {
        let parts = Parts {
            file: state.file(),
            parts: state.parts(table)?,
        };
        let tables = parts.open(state.path())?;
        for (part, opened) in parts.parts.iter().zip(&tables) {
            state.check_rows(table, opened.rows(), part.gone.rows())?;
        }
        state.check_rows(table, parts.rows(), rows)?;
        Ok(Self { parts, tables })
    }

    /// Its parts, opened.
    pub fn tables(&self) -> &[TableFile] {
        &self.tables
    }
}

/// Lines of a table in their order, of whom some are to be looked at or to be kept.
pub struct Held<'a> {
    earlier: Option<&'a PublishedTable>,
    /// Place of a published line among all of its table, by its digest.
    known: HashMap<u64, u32>,
    /// What became of each published line.
    met: Vec<Met>,
    /// Whether the part of a published line is to be written again.
    is_worn: Vec<bool>,
    /// Lines that stand as they were published.
    standing: Vec<Entry>,
    /// Lines that are written.
    written: Written,
}

/// What became of a published line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// It is gone since an earlier run.
    Gone,
    /// The run has not come to it.
    NotYet,
    /// The run has come to the same.
    Standing,
    /// The same, and the next run needs it from where it stands.
    StandingAndLeft,
}

/// Lines that are written, by their place.
#[derive(Default)]
struct Written {
    digests: Vec<u64>,
    is_left: Vec<bool>,
    /// Those that are not as they were published: by place, in a run that continues another.
    others: Vec<(u64, Entry)>,
}

impl<'a> Held<'a> {
    /// Nothing yet, against what was published.
    pub fn new(earlier: Option<&'a PublishedTable>) -> Self {
        let parts = earlier.map_or(&[][..], |earlier| &earlier.parts.parts);
        let rows = parts.iter().map(|part| part.digests.len()).sum();
        let mut known = HashMap::with_capacity(rows);
        let mut met = Vec::with_capacity(rows);
        let mut is_worn = Vec::with_capacity(rows);
        for (part, is_part_worn) in parts.iter().zip(parts::worn(parts)) {
            for (row, digest) in part.digests.iter().enumerate() {
                let is_gone = part.gone.contains(row as u64);
                if !is_gone {
                    known.insert(*digest, met.len() as u32);
                }
                met.push(if is_gone { Met::Gone } else { Met::NotYet });
            }
            is_worn.resize(met.len(), is_part_worn);
        }
        Self {
            earlier,
            known,
            met,
            is_worn,
            standing: Vec::new(),
            written: Written::default(),
        }
    }

    /// Takes the next lines of the run with their digests, and which of them the next run needs; those to be written
    /// come back: what is not as it was published, and what the next run needs and stands nowhere else.
    pub fn take(
        &mut self,
        entries: &[Entry],
        digests: &[u64],
        is_left: impl Fn(Entry) -> bool + Sync,
    ) -> Vec<Entry> {
        let looked: Vec<(Option<u32>, bool)> = entries
            .par_iter()
            .zip(digests)
            .map(|(entry, digest)| (self.known.get(digest).copied(), is_left(*entry)))
            .collect();
        let mut written = Vec::new();
        for ((&entry, &digest), (known, is_left)) in entries.iter().zip(digests).zip(looked) {
            if let Some(row) = known.map(|row| row as usize) {
                self.standing.push(entry);
                let is_copied = is_left && !self.is_worn[row];
                self.met[row] = match is_copied {
                    true => Met::StandingAndLeft,
                    false => Met::Standing,
                };
                if is_copied || !is_left {
                    continue;
                }
            } else if self.earlier.is_some() {
                let place = self.written.digests.len() as u64;
                self.written.others.push((place, entry));
            } else if !is_left {
                continue;
            }
            self.written.digests.push(digest);
            self.written.is_left.push(is_left);
            written.push(entry);
        }
        written
    }

    /// Published lines to which the run has not come as they were, by their place.
    pub fn not_met(&self) -> impl Iterator<Item = u64> {
        let met = self.met.iter().zip(0..);
        met.filter(|(met, _)| **met == Met::NotYet)
            .map(|(_, row)| row)
    }

    /// Lines that are not as they were published, by their place among those written.
    pub fn others(&self) -> &[(u64, Entry)] {
        &self.written.others
    }

    /// Lines that stand as they were published.
    pub fn standing(&self) -> &[Entry] {
        &self.standing
    }

    /// The parts that were written, of these sizes.
    pub fn written(&self, file: File, sizes: &[PartSize]) -> Parts {
        let Written {
            digests, is_left, ..
        } = &self.written;
        let mut parts = Vec::new();
        let (mut start, mut first) = (0, 0);
        for size in sizes {
            let rows = first..first + size.rows as usize;
            first = rows.end;
            let left = is_left[rows.clone()].iter().zip(0..);
            let left = left.filter(|(is_left, _)| **is_left);
            parts.push(Part {
                start,
                length: size.bytes,
                gone: Gone::all_but(size.rows, left.map(|(_, row)| row)),
                digests: digests[rows].to_vec(),
            });
            start += size.bytes;
        }
        Parts {
            file: Arc::new(file),
            parts,
        }
    }

    /// What the next run needs: parts that stay, and of those that were written.
    pub fn left(&self, mut written: Parts) -> Vec<Parts> {
        let mut left = Vec::new();
        if let Some(earlier) = self.earlier {
            let mut met = &self.met[..];
            let mut parts = Vec::new();
            for part in &earlier.parts.parts {
                let (of_part, rest) = met.split_at(part.digests.len());
                met = rest;
                let rows = of_part.iter().zip(0..);
                let rows = rows.filter(|(met, _)| **met == Met::StandingAndLeft);
                let gone = Gone::all_but(part.gone.rows(), rows.map(|(_, row)| row));
                let part = Part {
                    gone,
                    ..part.clone()
                };
                parts.extend((part.rows() > 0).then_some(part));
            }
            let file = Arc::clone(&earlier.parts.file);
            left.push(Parts { file, parts });
        }
        written.parts.retain(|part| part.rows() > 0);
        left.push(written);
        left
    }
}

impl Parts {
    /// Opens each as a table; errors call the file `path`.
    ///
    /// # Errors
    /// If one is no sound table.
    pub fn open(&self, path: &Path) -> Result<Vec<TableFile>, LogError> {
        let parts = self.parts.iter();
        let opened = parts.map(|part| {
            let place = (Arc::clone(&self.file), part.start, part.length);
            TableFile::open_part(path, place)
        });
        opened.collect()
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use crate::report::tables::{CHARGE_COLUMNS, CONVERSATION_COLUMNS};
    use crate::state::STATE_VERSION;

    #[test]
    fn other_columns_need_another_version_of_the_state() {
        let columns = CHARGE_COLUMNS.iter().chain(CONVERSATION_COLUMNS);
        let columns: Vec<String> = columns
            .map(|column| format!("{} {:?}", column.name, column.kind))
            .collect();
        // Each line of an older state would have another digest, and so be taken for changed.
        assert_eq!(
            (STATE_VERSION, xxh3_64(columns.join("\n").as_bytes())),
            (2, 6_158_431_500_918_554_001),
            "raise STATE_VERSION and note the columns' new hash"
        );
    }
}
