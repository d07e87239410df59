//! Which run folders go, and how: only folders that a run of this job wrote, and never through a link.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::file::Output;
use super::record::FinishedRun;
use crate::runs::RunFolder;
use crate::vocabulary::LocalDate;

/// The runs whose folders may go, oldest first: neither among the last `keep_runs` nor younger than `keep_days`, and
/// with no month that is open. Nothing goes where neither is asked for; the last run never does.
pub fn too_old<'a>(
    output: &Output,
    runs: &'a [FinishedRun],
    closed_months: &BTreeSet<String>,
    holds_months: bool,
    today: LocalDate,
) -> Vec<&'a FinishedRun> {
    if output.keep_runs.is_none() && output.keep_days.is_none() {
        return Vec::new();
    }
    let kept = output.keep_runs.unwrap_or(0).max(1) as usize;
    let older = &runs[..runs.len().saturating_sub(kept)];
    let is_young = |run: &FinishedRun| {
        let day = LocalDate::parse(&run.day).unwrap_or(today);
        let age = today.days().saturating_sub(day.days());
        output
            .keep_days
            .is_some_and(|days| i64::from(age) < i64::from(days))
    };
    let is_needed = |run: &FinishedRun| holds_months && !run.months.is_subset(closed_months);
    let older = older.iter();
    older
        .filter(|run| !is_young(run) && !is_needed(run))
        .collect()
}

/// Removes a run's folder, and what a removal that was cut off has left of it; false if it is gone already.
///
/// # Errors
/// If it is a link, no run, or cannot be removed: then it stays.
pub fn remove(folder: &Path) -> Result<bool> {
    let shown = folder.display();
    let Some(name) = folder.file_name() else {
        bail!("{shown} has no name of its own, so it stays");
    };
    let doomed = folder.with_file_name(format!(".{}.removed", name.to_string_lossy()));
    let remove_doomed = || {
        let removed = fs::remove_dir_all(&doomed);
        removed.with_context(|| format!("cannot remove {}", doomed.display()))
    };
    if fs::symlink_metadata(&doomed).is_ok_and(|left| left.is_dir()) {
        remove_doomed()?;
    }
    let Ok(found) = fs::symlink_metadata(folder) else {
        return Ok(false);
    };
    if !found.is_dir() {
        bail!("{shown} is no folder, so it stays");
    }
    RunFolder::open(folder).with_context(|| format!("{shown} stays"))?;
    // Renamed first: nobody takes a half-removed folder for a run.
    fs::rename(folder, &doomed).with_context(|| format!("cannot remove {shown}"))?;
    remove_doomed()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn run(name: &str, day: &str, months: &[&str]) -> FinishedRun {
        FinishedRun {
            run: name.to_owned(),
            folder: PathBuf::from(name),
            day: day.to_owned(),
            months: months.iter().map(|month| (*month).to_owned()).collect(),
        }
    }

    #[test]
    fn runs_go_by_number_age_and_open_months() {
        let runs = [
            run("1", "2026-11-01", &["2026-09"]),
            run("2", "2026-11-10", &["2026-09", "2026-10"]),
            run("3", "2026-11-20", &["2026-09"]),
            run("4", "2026-11-22", &["2026-10"]),
        ];
        let closed = BTreeSet::from(["2026-09".to_owned()]);
        let today = LocalDate::parse("2026-11-23").expect("a date");
        let names = |keep_runs, keep_days, holds_months| {
            let output = Output {
                keep_runs,
                keep_days,
                ..Output::default()
            };
            let old = too_old(&output, &runs, &closed, holds_months, today);
            old.iter().map(|run| run.run.as_str()).collect::<Vec<_>>()
        };
        assert!(names(None, None, true).is_empty());
        assert_eq!(names(Some(1), None, true), ["1", "3"]);
        assert_eq!(names(Some(1), None, false), ["1", "2", "3"]);
        assert_eq!(names(Some(2), None, false), ["1", "2"]);
        // The 10th is 13 days ago, the 20th 3.
        assert_eq!(names(None, Some(13), false), ["1", "2"]);
        assert_eq!(names(None, Some(14), false), ["1"]);
        assert_eq!(names(Some(3), Some(1), false), ["1"]);
        assert_eq!(names(Some(0), None, false), ["1", "2", "3"]);
    }

    #[test]
    fn only_runs_go_and_no_link_is_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let other = folder.path().join("other");
        fs::create_dir(&other).expect("made");
        fs::write(other.join("manifest.json"), "{}").expect("written");
        assert!(remove(&other).is_err());
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&other, &link).expect("linked");
            let error = remove(&link).expect_err("a link").to_string();
            assert!(error.contains("no folder"), "{error}");
        }
        assert!(other.join("manifest.json").exists());
        let half = folder.path().join(".cut.removed");
        fs::create_dir(&half).expect("made");
        fs::write(half.join("charges.parquet"), "").expect("written");
        assert!(!remove(&folder.path().join("cut")).expect("no error"));
        assert!(!half.exists());
        assert!(!remove(&folder.path().join("gone")).expect("no error"));
    }
}
