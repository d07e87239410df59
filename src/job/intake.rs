//! The watermark: which files of the input are new, which were read, and which must not be there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::file::{Input, Recheck};
use super::record::{Record, SeenFile};
use crate::log::source;
use crate::run::manifest::hash_file;

/// The files of the input, sorted by what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// Never read: they count.
    pub new: BTreeMap<PathBuf, SeenFile>,
    /// Read before, and as they were.
    pub known: Vec<PathBuf>,
    /// New names of a content that was read, with the path it was read under: left out.
    pub repeated: BTreeMap<PathBuf, (SeenFile, PathBuf)>,
    /// Changed too recently: left for the next run.
    pub unsettled: Vec<PathBuf>,
    /// Read before, and changed since.
    pub changed: Vec<Changed>,
}

/// A file that was read and has changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The file.
    pub path: PathBuf,
    /// As it was read.
    pub before: SeenFile,
    /// As it is.
    pub now: SeenFile,
}

impl Intake {
    /// Sorts the files of the input; `run` is the run that is about to begin.
    ///
    /// # Errors
    /// If a file or folder that is named is not there or cannot be read.
    pub fn take(input: &Input, record: &Record, run: &str, now: SystemTime) -> Result<Self> {
        let files = source::find(&input.logs, input.map.is_some())?;
        let settle = Duration::from_secs(u64::from(input.settle_minutes) * 60);
        let sighted = files.into_par_iter().map(|path| {
            let sighted = Sighted::of(&path, record, input.recheck, settle, run, now)
                .with_context(|| format!("cannot read {}", path.display()))?;
            Ok((path, sighted))
        });
        let mut sighted: Vec<(PathBuf, Sighted)> = sighted.collect::<Result<_>>()?;
        sighted.sort_by(|left, right| left.0.cmp(&right.0));
        let mut intake = Self::default();
        for (path, sighted) in sighted {
            intake.add(path, sighted, record);
        }
        Ok(intake)
    }

    fn add(&mut self, path: PathBuf, sighted: Sighted, record: &Record) {
        let now = match sighted {
            Sighted::Unsettled => return self.unsettled.push(path),
            Sighted::Untouched => return self.known.push(path),
            Sighted::Hashed(now) => now,
        };
        if let Some(before) = record.files.get(&path) {
            if before.blake3 == now.blake3 {
                return self.known.push(path);
            }
            return self.changed.push(Changed {
                path,
                before: before.clone(),
                now,
            });
        }
        let mut new = self.new.iter();
        let twin = new.find(|(_, file)| file.blake3 == now.blake3);
        let original = twin.map(|(path, _)| path.as_path());
        match original.or_else(|| record.path_of_content(&now.blake3)) {
            Some(original) => {
                let original = original.to_owned();
                self.repeated.insert(path, (now, original));
            }
            None => {
                self.new.insert(path, now);
            }
        }
    }

    /// What is entered once the run has counted: the new files and those that repeat one.
    pub fn entries(&self) -> BTreeMap<PathBuf, SeenFile> {
        let repeated = self.repeated.iter();
        let repeated = repeated.map(|(path, (file, _))| (path.clone(), file.clone()));
        self.new.clone().into_iter().chain(repeated).collect()
    }

    /// Bytes of the new files.
    pub fn new_bytes(&self) -> u64 {
        self.new.values().map(|file| file.bytes).sum()
    }
}

/// A file that was looked at.
enum Sighted {
    Unsettled,
    Untouched,
    Hashed(SeenFile),
}

impl Sighted {
    fn of(
        path: &Path,
        record: &Record,
        recheck: Recheck,
        settle: Duration,
        run: &str,
        now: SystemTime,
    ) -> Result<Self> {
        let found = fs::metadata(path)?;
        let modified = found.modified()?;
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let stamp = since.as_nanos().to_string();
        let before = record.files.get(path);
        let is_untouched =
            |before: &SeenFile| before.bytes == found.len() && before.modified == stamp;
        if recheck == Recheck::Touched && before.is_some_and(is_untouched) {
            return Ok(Self::Untouched);
        }
        // A time that lies ahead of the clock has no age: the file waits until it has one.
        let age = now.duration_since(modified).unwrap_or_default();
        if before.is_none() && age < settle {
            return Ok(Self::Unsettled);
        }
        let (bytes, blake3) = hash_file(path)?;
        Ok(Self::Hashed(SeenFile {
            blake3,
            bytes,
            modified: stamp,
            run: run.to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::file::JobFile;

    fn input(folder: &Path, more: &str) -> Input {
        let logs = folder.join("*.csv");
        let text = format!(
            "[job]\nname = \"a\"\n[input]\nlogs = ['{}']\n{more}",
            logs.display()
        );
        JobFile::parse(&text, "job.toml").expect("a job").input
    }

    fn take(folder: &Path, record: &Record, more: &str) -> Intake {
        let later = SystemTime::now() + Duration::from_secs(100);
        Intake::take(&input(folder, more), record, "r1", later).expect("files")
    }

    #[test]
    fn files_are_new_once_whatever_their_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.csv"), "one").expect("written");
        fs::write(at("b.csv"), "two").expect("written");
        fs::write(at("c.csv"), "one").expect("written");
        let mut record = Record::default();
        let first = take(folder.path(), &record, "");
        assert_eq!(
            first.new.keys().collect::<Vec<_>>(),
            [&at("a.csv"), &at("b.csv")]
        );
        assert_eq!(first.repeated[&at("c.csv")].1, at("a.csv"));
        assert_eq!(first.new_bytes(), 6);
        record.files = first.entries();
        fs::write(at("d.csv"), "two").expect("written");
        fs::remove_file(at("a.csv")).expect("removed");
        let second = take(folder.path(), &record, "");
        assert!(second.new.is_empty() && second.changed.is_empty());
        assert_eq!(second.known, [at("b.csv"), at("c.csv")]);
        assert_eq!(second.repeated[&at("d.csv")].1, at("b.csv"));
    }

    #[test]
    fn a_changed_file_is_told_and_never_read_as_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "one").expect("written");
        let record = Record {
            files: take(folder.path(), &Record::default(), "").entries(),
            ..Record::default()
        };
        fs::write(&path, "one and more").expect("written");
        for recheck in ["all", "touched"] {
            let more = format!("recheck = \"{recheck}\"\n");
            let intake = take(folder.path(), &record, &more);
            assert!(intake.new.is_empty());
            assert_eq!(intake.changed.len(), 1);
            assert_eq!(intake.changed[0].path, path);
            assert_eq!(
                (intake.changed[0].before.bytes, intake.changed[0].now.bytes),
                (3, 12)
            );
        }
    }

    #[test]
    fn a_file_that_may_still_be_written_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "one").expect("written");
        // `take` looks 100 seconds later: less than 2 minutes, more than 1.
        let intake = take(folder.path(), &Record::default(), "settle_minutes = 2\n");
        assert_eq!(intake.unsettled, std::slice::from_ref(&path));
        let intake = take(folder.path(), &Record::default(), "settle_minutes = 1\n");
        assert_eq!(intake.new.keys().collect::<Vec<_>>(), [&path]);
    }

    #[test]
    fn a_glob_may_lead_to_nothing_yet_and_a_name_may_not() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(
            take(folder.path(), &Record::default(), ""),
            Intake::default()
        );
        let mut named = input(folder.path(), "");
        named.logs = vec![folder.path().join("a.csv")];
        let taken = Intake::take(&named, &Record::default(), "r1", SystemTime::now());
        assert!(taken.is_err());
    }
}
