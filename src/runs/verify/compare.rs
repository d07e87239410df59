//! Two folders of one command, file by file: what was sealed, and what the same command writes now.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::report::AreaReport;
use crate::runs::folder::RunFolder;

const BLOCK_BYTES: usize = 1 << 16;

/// Compares every file that either manifest lists, byte for byte.
pub fn compare(sealed: &RunFolder, again: &RunFolder, report: &mut AreaReport) {
    let mut names: Vec<&str> = [sealed, again]
        .iter()
        .flat_map(|run| run.manifest.outputs.iter().map(|output| &*output.path))
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut same = 0;
    for name in names {
        match (sealed.lists(name), again.lists(name)) {
            (true, false) => {
                report.difference(format!("{name}: the same command does not write it now"));
            }
            (false, _) => report.difference(format!(
                "{name}: the same command writes it now, the run did not"
            )),
            (true, true) => match first_difference(&sealed.file(name), &again.file(name)) {
                Ok(None) => same += 1,
                Ok(Some(byte)) => report.difference(format!(
                    "{name}: the same command gives other bytes, the first at byte {byte}"
                )),
                Err(error) => report.difference(format!("{name}: cannot be compared: {error}")),
            },
        }
    }
    if report.count() == 0 {
        report.sound(format!(
            "the same command gives the same bytes for all {same} files"
        ));
    }
}

/// Where two files differ first, if they do.
fn first_difference(left: &Path, right: &Path) -> io::Result<Option<u64>> {
    let mut left = BufReader::new(File::open(left)?);
    let mut right = BufReader::new(File::open(right)?);
    let mut position = 0;
    loop {
        let one = block(&mut left)?;
        let other = block(&mut right)?;
        let shared = one
            .iter()
            .zip(&other)
            .take_while(|(one, other)| one == other);
        let shared = shared.count();
        if shared < one.len().max(other.len()) {
            return Ok(Some(position + shared as u64));
        }
        if one.is_empty() {
            return Ok(None);
        }
        position += shared as u64;
    }
}

fn block(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    file.take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
    Ok(block)
}
