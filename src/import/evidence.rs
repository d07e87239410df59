//! The tables of evidence that stand beside an imported log, which `--evidence` reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::log::map::EvidenceRow;
use crate::log::{CellContext, CellParser, Column};

/// Writes each table as a CSV file into a folder; gives the rows of each.
///
/// # Errors
/// If one cannot be written.
pub fn write(rows: &BTreeSet<EvidenceRow>, folder: &Path) -> Result<BTreeMap<String, u64>> {
    let mut tables: BTreeMap<&str, Vec<&EvidenceRow>> = BTreeMap::new();
    for row in rows {
        tables.entry(&row.table).or_default().push(row);
    }
    let mut written = BTreeMap::new();
    if !tables.is_empty() {
        let cannot = || format!("cannot create {}", folder.display());
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    for (table, rows) in tables {
        let names = rows
            .iter()
            .flat_map(|row| &row.cells)
            .map(|(name, _)| name.as_str());
        let mut columns: Vec<&str> = Vec::new();
        for name in names {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        let lines = rows
            .iter()
            .map(|row| columns.iter().map(|&name| cell(row, name)).collect());
        let lines: BTreeSet<Vec<String>> = lines.collect();
        let path = folder.join(format!("{table}.csv"));
        let cannot = || format!("cannot write {}", path.display());
        let mut writer = csv::Writer::from_path(&path).with_context(cannot)?;
        writer.write_record(&columns).with_context(cannot)?;
        for line in &lines {
            writer.write_record(line).with_context(cannot)?;
        }
        writer.flush().with_context(cannot)?;
        written.insert(table.to_owned(), lines.len() as u64);
    }
    Ok(written)
}

/// A cell; instants in the form of the log.
fn cell(row: &EvidenceRow, name: &str) -> String {
    let known = row.cells.iter().find(|(known, _)| known == name);
    let text = known.map(|(_, text)| text.as_str()).unwrap_or_default();
    if name != "at" && !name.ends_with("_at") && !name.ends_with("_from") {
        return text.to_owned();
    }
    let context = CellContext::default();
    let code = CellParser::new(&context).text(Column::Timestamp, text.as_bytes());
    code.instant()
        .map_or_else(|| text.to_owned(), |instant| instant.to_string())
}
