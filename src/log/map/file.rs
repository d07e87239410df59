//! From the text of a map to its rules: every key known, every path found, every word placed.

mod rules;
mod typed;

use toml::de::DeTable;

use self::typed::{Value, Words, column_of, get};
use super::path::{Path, Step};
use super::rule::{Origin, Rule, TimeForm, Way};
use super::{Evidence, Items, Map, Rows, Shape};
use crate::log::{Column, Provenance};
use crate::rulebook::ConfigError;

const TOP_KEYS: [&str; 14] = [
    "name",
    "title",
    "sources",
    "lacks",
    "raw_webhooks",
    "delimiter",
    "wrapped_in",
    "time",
    "constants",
    "values",
    "columns",
    "rows",
    "evidence",
    "passed_over",
];

/// Reads a map.
pub(super) fn read(text: &str, name: &str) -> Result<Map, ConfigError> {
    let table = DeTable::parse(text).map_err(|error| ConfigError::from_toml(&error, name, text))?;
    let mut reader = Reader {
        text,
        name,
        shape: Shape::default(),
        time: None,
    };
    reader.map(table.get_ref())
}

struct Reader<'t> {
    text: &'t str,
    name: &'t str,
    shape: Shape,
    /// How times are written throughout.
    time: Option<TimeForm>,
}

/// What is said of every row beside its own rules.
#[derive(Default)]
struct Shared<'v> {
    columns: Vec<(Column, &'v Value<'v>)>,
    constants: Vec<(Column, String)>,
    values: Vec<(Column, Words)>,
    /// Whether a column that nothing is said of is drawn from its namesake.
    has_namesakes: bool,
}

impl Reader<'_> {
    fn map(&mut self, table: &DeTable<'_>) -> Result<Map, ConfigError> {
        let mut map = Map {
            provenance: Provenance {
                name: self.name.to_owned(),
                ..Provenance::default()
            },
            delimiter: None,
            shape: Shape::default(),
            rows: Vec::new(),
            evidence: Vec::new(),
            passed_over: Vec::new(),
        };
        if let Some(time) = get(table, "time") {
            self.time = Some(self.time_table(time)?);
        }
        let mut shared = Shared::default();
        let (mut rows, mut evidence, mut passed_over) = (None, None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "name" => map.provenance.name = self.string(value)?.to_owned(),
                "title" => drop(self.string(value)?),
                "sources" => drop(self.strings(value)?),
                "lacks" => map.provenance.lacks = self.strings(value)?,
                "raw_webhooks" => map.provenance.is_raw_webhooks = self.boolean(value)?,
                "wrapped_in" => self.shape.wrapped_in(self.strings(value)?),
                "delimiter" => map.delimiter = Some(self.delimiter(value)?),
                "time" => {}
                "constants" => {
                    for (column, value) in self.by_column(value)? {
                        shared
                            .constants
                            .push((column, self.string(value)?.to_owned()));
                    }
                }
                "values" => {
                    for (column, value) in self.by_column(value)? {
                        shared.values.push((column, self.words(value)?));
                    }
                }
                "columns" => shared.columns.extend(self.by_column(value)?),
                "rows" => rows = Some(value),
                "evidence" => evidence = Some(value),
                "passed_over" => passed_over = Some(value),
                name => match column_of(name) {
                    Some(column) => shared.columns.push((column, value)),
                    None => {
                        let columns = Column::ALL.iter().map(|column| column.name());
                        let known = TOP_KEYS.into_iter().chain(columns);
                        return Err(self.unknown_key("key of a map", key.span(), name, known));
                    }
                },
            }
        }
        shared.has_namesakes = rows.is_none();
        match rows {
            Some(rows) => {
                for table in self.tables(rows)? {
                    map.rows.extend(self.rows(table, &shared)?);
                }
            }
            None => map.rows.push(self.row_columns(
                Items {
                    level: 0,
                    conditions: Vec::new(),
                },
                &[],
                Vec::new(),
                &shared,
            )?),
        }
        for table in evidence
            .map(|found| self.tables(found))
            .transpose()?
            .into_iter()
            .flatten()
        {
            map.evidence.extend(self.evidence(table)?);
        }
        for table in passed_over
            .map(|found| self.tables(found))
            .transpose()?
            .into_iter()
            .flatten()
        {
            self.known_keys(table, &["each", "when"])?;
            map.passed_over
                .extend(self.items(table)?.into_iter().map(|found| found.0));
        }
        map.shape = std::mem::take(&mut self.shape);
        Ok(map)
    }

    /// `[[rows]]`: one set of rows for each of the places where they may stand.
    fn rows<'v>(
        &mut self,
        table: &'v DeTable<'v>,
        shared: &Shared<'v>,
    ) -> Result<Vec<Rows>, ConfigError> {
        self.known_keys(table, &["each", "when", "columns"])?;
        let mut own = Vec::new();
        if let Some(columns) = get(table, "columns") {
            own = self.by_column(columns)?;
        }
        let items = self.items(table)?;
        let items = items.into_iter();
        items
            .map(|(items, steps)| self.row_columns(items, &steps, own.clone(), shared))
            .collect()
    }

    fn row_columns<'v>(
        &mut self,
        items: Items,
        steps: &[Step],
        mut own: Vec<(Column, &'v Value<'v>)>,
        shared: &Shared<'v>,
    ) -> Result<Rows, ConfigError> {
        for &(column, value) in &shared.columns {
            if own.iter().all(|known| known.0 != column) {
                own.push((column, value));
            }
        }
        let mut columns = Vec::new();
        for (column, value) in own {
            let mut rule = self.rule(value, steps)?;
            if let Some((_, values)) = shared.values.iter().find(|known| known.0 == column) {
                for way in rule.ways.iter_mut().filter(|way| way.values.is_empty()) {
                    way.values.clone_from(values);
                }
            }
            if column.is_instant()
                && let Some(time) = &self.time
            {
                for way in rule.ways.iter_mut().filter(|way| way.time.is_none()) {
                    way.time = Some(time.clone());
                }
            }
            columns.push((column, rule));
        }
        for (column, text) in &shared.constants {
            if columns.iter().all(|known| known.0 != *column) {
                columns.push((*column, Rule::constant(text.clone())));
            }
        }
        if shared.has_namesakes {
            self.add_namesakes(&mut columns, shared);
        }
        columns.sort_by_key(|known| known.0);
        Ok(Rows { items, columns })
    }

    /// Draws the columns that nothing is said of from their namesakes, unless the map draws another column
    /// from those.
    fn add_namesakes(&mut self, columns: &mut Vec<(Column, Rule)>, shared: &Shared<'_>) {
        let used: Vec<String> = self
            .shape
            .columns()
            .into_iter()
            .map(|(name, _)| name.to_lowercase())
            .collect();
        for &column in Column::ALL {
            let is_used = used.iter().any(|name| name == column.name());
            if is_used || columns.iter().any(|known| known.0 == column) {
                continue;
            }
            let steps = [Step::Name(column.name().to_owned())];
            let Some(slot) = self.shape.slot(&steps) else {
                continue;
            };
            let values = shared.values.iter().find(|known| known.0 == column);
            let time = self.time.clone().filter(|_| column.is_instant());
            let way = Way {
                values: values.map(|known| known.1.clone()).unwrap_or_default(),
                time,
                ..Way::of(Origin::Slot(slot))
            };
            columns.push((column, Rule { ways: vec![way] }));
        }
    }

    /// `[[evidence]]`.
    fn evidence(&mut self, table: &DeTable<'_>) -> Result<Vec<Evidence>, ConfigError> {
        self.known_keys(table, &["table", "each", "when", "columns"])?;
        let Some(name) = get(table, "table") else {
            return Err(
                self.malformed(0..0, "[[evidence]] without `table`, the file that it fills")
            );
        };
        let name = self.string(name)?.to_owned();
        let mut found = Vec::new();
        for (items, steps) in self.items(table)? {
            let mut columns = Vec::new();
            if let Some(rules) = get(table, "columns") {
                // In the order in which the map has them, which the table does not keep.
                let mut rules: Vec<_> = self.table(rules)?.iter().collect();
                rules.sort_by_key(|(key, _)| key.span().start);
                for (key, value) in rules {
                    columns.push((key.get_ref().to_string(), self.rule(value, &steps)?));
                }
            }
            found.push(Evidence {
                items,
                table: name.clone(),
                columns,
            });
        }
        Ok(found)
    }

    /// The places where items may stand (`each`), with what must hold of them (`when`).
    fn items(&mut self, table: &DeTable<'_>) -> Result<Vec<(Items, Vec<Step>)>, ConfigError> {
        let places = match get(table, "each") {
            None => vec![(0..0, String::new())],
            Some(value) => self.spanned_strings(value)?,
        };
        let mut found = Vec::new();
        for (span, text) in places {
            let path =
                Path::parse(&text).map_err(|problem| self.malformed(span.clone(), problem))?;
            let level = self.shape.level(&path.steps).filter(|_| path.outward == 0);
            let level = level.ok_or_else(|| {
                let problem =
                    format!("`each` is `{text}`: expected a path that ends with `[]`, or nothing");
                self.malformed(span, problem)
            })?;
            let conditions = self.conditions(get(table, "when"), &path.steps)?;
            found.push((Items { level, conditions }, path.steps));
        }
        Ok(found)
    }
}
