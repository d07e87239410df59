//! Maps: how the records of another system become rows of the log.
//!
//! ```toml
//! # What the canonical column is drawn from: a column of a CSV file, a path into JSON.
//! message_id = "wamid"
//! direction = { path = "from_me", values = { true = "outbound", false = "inbound" } }
//! channel = { constant = "whatsapp" }
//! ```
//!
//! Where logs wrap something around a record, `wrapped_in` names the members in which it may stand: `["*"]` is
//! every one that the map asks nothing of. Times that are numbers of seconds or milliseconds, whichever the
//! size of each says, have the form `epoch`.
//!
//! Nothing about a source system stands in code: the presets in `data/maps/` are maps like any user's. A
//! record may hold several rows (a webhook's messages and statuses) and *evidence*, which is no row.

mod capture;
mod captured;
mod file;
mod path;
mod presets;
mod rule;
mod shape;
#[cfg(test)]
mod tests;

use std::path::Path as FilePath;

use super::csv::header::shown;
use super::{Column, LogError, Provenance};
use crate::accounts::TemplateRegistry;
use crate::rulebook::{ConfigError, read_text};
pub use captured::Captured;
pub use presets::PRESETS;
use rule::{Condition, Rule};
pub use shape::Shape;

/// How the records of a source become rows.
#[derive(Clone, Debug)]
pub struct Map {
    /// Its name, and what its source cannot settle.
    pub provenance: Provenance,
    /// What separates the cells of a CSV file; none: what fits its header best.
    pub delimiter: Option<u8>,
    shape: Shape,
    rows: Vec<Rows>,
    evidence: Vec<Evidence>,
    passed_over: Vec<Items>,
}

/// Items of a record: itself, or the elements of an array in it.
#[derive(Clone, Debug)]
struct Items {
    level: u16,
    conditions: Vec<Condition>,
}

/// Items that are rows.
#[derive(Clone, Debug)]
struct Rows {
    items: Items,
    columns: Vec<(Column, Rule)>,
}

/// Items that are rows of a table of evidence.
#[derive(Clone, Debug)]
struct Evidence {
    items: Items,
    table: String,
    columns: Vec<(String, Rule)>,
}

/// A row that a record holds.
#[derive(Clone, Copy, Debug)]
pub struct MappedRow<'m> {
    rows: &'m Rows,
    instance: u32,
}

/// A row of evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EvidenceRow {
    /// The table.
    pub table: String,
    /// Columns and cells.
    pub cells: Vec<(String, String)>,
}

impl Map {
    /// The preset of this name, or the map in this file.
    ///
    /// # Errors
    /// If there is neither, or it is no map.
    pub fn load(name: &FilePath) -> Result<Self, ConfigError> {
        let word = name.to_string_lossy();
        if let Some(&(preset, text)) = PRESETS.iter().find(|preset| preset.0 == word) {
            return Self::parse(text, &format!("preset {preset}"));
        }
        let is_word = !word.contains(['.', '/', '\\']);
        if is_word && !name.exists() {
            let names: Vec<&str> = PRESETS.iter().map(|preset| preset.0).collect();
            return Err(presets::unknown(&word, &names));
        }
        Self::parse(&read_text(name)?, &name.display().to_string())
    }

    /// Whether this is the name of a preset.
    pub fn is_preset(name: &FilePath) -> bool {
        let word = name.to_string_lossy();
        PRESETS.iter().any(|preset| preset.0 == word)
    }

    /// Reads the text of a map; `name` is what errors call it.
    ///
    /// # Errors
    /// If it is no TOML, or says what no map can say, with the line.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        file::read(text, name)
    }

    /// The places of a record that the map asks for.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The columns that rows can have.
    pub fn columns(&self) -> Vec<Column> {
        let columns = self.rows.iter().flat_map(|rows| &rows.columns);
        let mut columns: Vec<Column> = columns.map(|(column, _)| *column).collect();
        columns.sort();
        columns.dedup();
        columns
    }

    /// The columns that rows can have if the record itself has only some of the slots it is asked for, as of
    /// a CSV file; rows that can never have a needed column do not count.
    pub fn columns_with(&self, has_slot: &dyn Fn(u16) -> bool) -> Vec<Column> {
        let mut found = Vec::new();
        for rows in self.rows.iter().filter(|rows| rows.items.level == 0) {
            let columns = rows.columns.iter();
            let possible = columns.filter(|(_, rule)| rule.is_possible(has_slot));
            found.extend(possible.map(|(column, _)| *column));
        }
        found.sort();
        found.dedup();
        found
    }

    /// Refuses a flat file that has not all columns which every row needs.
    ///
    /// # Errors
    /// [`LogError::Header`] with what is missing, and what the map looks for.
    pub fn refuse_missing(
        &self,
        path: &FilePath,
        columns: &[Column],
        names: &[String],
    ) -> Result<(), LogError> {
        let missing = Column::REQUIRED
            .into_iter()
            .filter(|column| !columns.contains(column));
        let missing: Vec<&str> = missing.map(Column::name).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let wanted: Vec<String> = self
            .shape
            .columns()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        Err(LogError::Header {
            path: path.to_owned(),
            message: format!(
                "the map `{}` finds no {} here\nit looks for: {}\nfound: {}\nhelp: correct the map, or draft \
                 one with `counterfoil check {} --suggest-map`",
                self.provenance.name,
                missing.join(", "),
                shown(&wanted),
                shown(names),
                path.display()
            ),
        })
    }

    /// Whether rows only stand in arrays of a record, which CSV has none of.
    pub fn is_json_only(&self) -> bool {
        self.rows.iter().all(|rows| rows.items.level != 0)
    }

    /// The rows that a record holds.
    pub fn rows<'m>(&'m self, record: &'m Captured) -> impl Iterator<Item = MappedRow<'m>> {
        self.rows.iter().flat_map(move |rows| {
            let instances = rows.items.of(record);
            instances.map(move |instance| MappedRow { rows, instance })
        })
    }

    /// Whether the record is one of the source's that holds no row.
    pub fn passes_over(&self, record: &Captured) -> bool {
        let evidence = self.evidence.iter().map(|evidence| &evidence.items);
        let mut items = self.passed_over.iter().chain(evidence);
        items.any(|items| items.of(record).next().is_some())
    }

    /// The evidence that a record holds.
    pub fn evidence(&self, record: &Captured, templates: &TemplateRegistry) -> Vec<EvidenceRow> {
        let mut found = Vec::new();
        for evidence in &self.evidence {
            for instance in evidence.items.of(record) {
                let cell = |(name, rule): &(String, Rule)| {
                    let mut text = Vec::new();
                    rule.write(record, instance, templates, &mut text);
                    let text = String::from_utf8_lossy(&text).trim().to_owned();
                    (name.clone(), text)
                };
                found.push(EvidenceRow {
                    table: evidence.table.clone(),
                    cells: evidence.columns.iter().map(cell).collect(),
                });
            }
        }
        found
    }
}

impl Items {
    /// The instances of a record that are these items.
    fn of<'r>(&'r self, record: &'r Captured) -> impl Iterator<Item = u32> + 'r {
        let holds = |instance: &u32| {
            let mut conditions = self.conditions.iter();
            conditions.all(|condition| condition.holds(record, *instance))
        };
        record.instances(self.level).filter(holds)
    }
}

impl MappedRow<'_> {
    /// Hands over the cells of the row, in memory that is used again and again.
    pub fn cells(
        &self,
        record: &Captured,
        templates: &TemplateRegistry,
        cell: &mut Vec<u8>,
        take: &mut dyn FnMut(Column, &[u8]),
    ) {
        for (column, rule) in &self.rows.columns {
            cell.clear();
            rule.write(record, self.instance, templates, cell);
            take(*column, cell);
        }
    }
}
