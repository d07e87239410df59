//! A log that does not stand where it can be read several times, and is read from a copy.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::log::chunk::{TakeTexts, WantedRows};
use crate::log::texts::TextRows;
use crate::log::{Chunk, ChunkAddress, Column, LogFile, Provenance, TextRow};
use crate::store::LocalCopy;

/// A log whose content was copied here, and the copy for as long as it is needed.
pub(super) struct Copied {
    shown: PathBuf,
    log: Box<dyn LogFile>,
    copy: LocalCopy,
}

impl Copied {
    /// What was opened from a copy, under the name that the user knows.
    pub(super) fn new(shown: &Path, log: Box<dyn LogFile>, copy: LocalCopy) -> Self {
        Self {
            shown: shown.to_owned(),
            log,
            copy,
        }
    }
}

impl LogFile for Copied {
    fn path(&self) -> &Path {
        &self.shown
    }

    fn content_path(&self) -> &Path {
        self.copy.path()
    }

    fn columns(&self) -> &[Column] {
        self.log.columns()
    }

    fn ignored_columns(&self) -> &[String] {
        self.log.ignored_columns()
    }

    fn provenance(&self) -> Option<&Provenance> {
        self.log.provenance()
    }

    fn size_bytes(&self) -> u64 {
        self.log.size_bytes()
    }

    fn scan(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(ChunkAddress, &Chunk) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.scan(progress, consume)
    }

    fn scan_texts(
        &self,
        progress: &(dyn Fn(u64) + Sync),
        consume: &(dyn Fn(u32, &TextRows) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.scan_texts(progress, consume)
    }

    fn scan_wanted_texts(&self, wanted: &WantedRows, consume: TakeTexts<'_>) -> anyhow::Result<()> {
        self.log.scan_wanted_texts(wanted, consume)
    }

    fn message_ids(
        &self,
        wanted: &[(u32, u32)],
        consume: &(dyn Fn(Range<usize>, &[&[u8]]) -> anyhow::Result<()> + Sync),
    ) -> anyhow::Result<()> {
        self.log.message_ids(wanted, consume)
    }

    fn text_rows(
        &self,
        wanted: &[(u32, u32)],
        consume: &mut dyn FnMut(usize, TextRow) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.log.text_rows(wanted, consume)
    }
}
