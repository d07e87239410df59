//! From the text of a map to its rules: every key known, every path found, every word placed.

use std::ops::Range;

use chrono::format::{Item, StrftimeItems};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::captured::SlotPlace;
use super::path::{Path, Step};
use super::rule::{Condition, Origin, Rule, TimeForm, Way};
use super::{Evidence, Items, Map, Rows, Shape};
use crate::log::Column;
use crate::rulebook::{ConfigError, Place};

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
const RULE_KEYS: [&str; 12] = [
    "path",
    "constant",
    "join",
    "with",
    "strip",
    "digits",
    "formats",
    "zone",
    "values",
    "otherwise",
    "when",
    "registered",
];

type Value<'t> = Spanned<DeValue<'t>>;
type Span = Range<usize>;
/// Words of a source and what they mean.
type Words = Vec<(String, String)>;

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

impl<'t> Reader<'t> {
    fn map(&mut self, table: &DeTable<'_>) -> Result<Map, ConfigError> {
        let mut map = Map {
            name: self.name.to_owned(),
            lacks: Vec::new(),
            is_raw_webhooks: false,
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
                "name" => map.name = self.string(value)?.to_owned(),
                "title" => drop(self.string(value)?),
                "sources" => drop(self.strings(value)?),
                "lacks" => map.lacks = self.strings(value)?,
                "raw_webhooks" => map.is_raw_webhooks = self.boolean(value)?,
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

    fn conditions(
        &mut self,
        when: Option<&Value<'_>>,
        item: &[Step],
    ) -> Result<Vec<Condition>, ConfigError> {
        let Some(when) = when else {
            return Ok(Vec::new());
        };
        let mut conditions = Vec::new();
        for (key, value) in self.table(when)?.iter() {
            let slot = self.slot(key.get_ref(), key.span(), item)?;
            let words = self.scalars(value)?;
            let is_negated = words.iter().any(|word| word.starts_with('!'));
            if is_negated && !words.iter().all(|word| word.starts_with('!')) {
                let problem = format!("`{}`: expected all words with `!` or none", key.get_ref());
                return Err(self.malformed(value.span(), problem));
            }
            let plain =
                |word: &String| word.strip_prefix('!').unwrap_or(word).trim().to_lowercase();
            conditions.push(Condition {
                slot,
                accepted: words.iter().map(plain).collect(),
                is_negated,
            });
        }
        Ok(conditions)
    }

    /// A path, a table, or a list of these of which the first that gives something counts.
    fn rule(&mut self, value: &Value<'_>, item: &[Step]) -> Result<Rule, ConfigError> {
        let ways = match value.get_ref() {
            DeValue::Array(ways) => {
                let ways = ways.iter().map(|way| self.way(way, item));
                ways.collect::<Result<_, _>>()?
            }
            _ => vec![self.way(value, item)?],
        };
        Ok(Rule {
            ways: ways.into_iter().flatten().collect(),
        })
    }

    /// One way; none if its path leads out of the record.
    fn way(&mut self, value: &Value<'_>, item: &[Step]) -> Result<Option<Way>, ConfigError> {
        let table = match value.get_ref() {
            DeValue::String(path) => {
                let slot = self.slot(path, value.span(), item)?;
                return Ok(slot.map(|slot| Way::of(Origin::Slot(slot))));
            }
            DeValue::Table(table) => table,
            _ => {
                let problem = "expected a path, a table such as { constant = \"whatsapp\" }, or a list of these";
                return Err(self.malformed(value.span(), problem));
            }
        };
        self.known_keys(table, &RULE_KEYS)?;
        let Some(origin) = self.origin(table, value.span(), item)? else {
            return Ok(None);
        };
        let mut way = Way::of(origin);
        way.conditions = self.conditions(get(table, "when"), item)?;
        if let Some(path) = get(table, "registered") {
            let text = self.string(path)?.to_owned();
            way.registered = self.slot(&text, path.span(), item)?;
            if way.registered.is_none() {
                return Ok(None);
            }
        }
        if let Some(starts) = get(table, "strip") {
            way.strip = self.strings(starts)?;
        }
        if let Some(digits) = get(table, "digits") {
            way.digits = self.boolean(digits)?;
        }
        if get(table, "formats").is_some() || get(table, "zone").is_some() {
            way.time = Some(self.time_form(table)?);
        }
        if let Some(values) = get(table, "values") {
            way.values = self.words(values)?;
        }
        if let Some(otherwise) = get(table, "otherwise") {
            way.otherwise = Some(self.string(otherwise)?.to_owned());
        }
        Ok(Some(way))
    }

    fn origin(
        &mut self,
        table: &DeTable<'_>,
        span: Span,
        item: &[Step],
    ) -> Result<Option<Origin>, ConfigError> {
        let given = ["path", "constant", "join"].map(|key| get(table, key));
        match given {
            [Some(path), None, None] => {
                let text = self.string(path)?.to_owned();
                let slot = self.slot(&text, path.span(), item)?;
                Ok(slot.map(Origin::Slot))
            }
            [None, Some(constant), None] => {
                Ok(Some(Origin::Constant(self.string(constant)?.to_owned())))
            }
            [None, None, Some(join)] => {
                let with = match get(table, "with") {
                    Some(with) => self.string(with)?.to_owned(),
                    None => String::new(),
                };
                let mut slots = Vec::new();
                for (span, path) in self.spanned_strings(join)? {
                    slots.extend(self.slot(&path, span, item)?);
                }
                Ok(Some(Origin::Joined(slots, with)))
            }
            _ => Err(self.malformed(span, "expected one of `path`, `constant`, `join`")),
        }
    }

    /// The slot of a rule's path; none if the path leads out of the record.
    fn slot(
        &mut self,
        text: &str,
        span: Span,
        item: &[Step],
    ) -> Result<Option<SlotPlace>, ConfigError> {
        let path = Path::parse(text).map_err(|problem| self.malformed(span.clone(), problem))?;
        if path.steps.contains(&Step::Each) {
            let problem =
                format!("`{text}`: `[]` stands in `each` only; `[0]` is the first element");
            return Err(self.malformed(span, problem));
        }
        let Some(steps) = path.resolved(item) else {
            return Ok(None);
        };
        let slot = self.shape.slot(&steps).ok_or_else(|| {
            let problem =
                format!("`{text}`: another rule goes through every element of this array");
            self.malformed(span, problem)
        })?;
        Ok(Some(slot))
    }

    fn time_table(&self, value: &Value<'_>) -> Result<TimeForm, ConfigError> {
        let table = self.table(value)?;
        self.known_keys(table, &["formats", "zone"])?;
        self.time_form(table)
    }

    fn time_form(&self, table: &DeTable<'_>) -> Result<TimeForm, ConfigError> {
        let mut form = TimeForm {
            formats: Vec::new(),
            zone: None,
        };
        if let Some(formats) = get(table, "formats") {
            for (span, format) in self.spanned_strings(formats)? {
                if StrftimeItems::new(&format).any(|item| item == Item::Error) {
                    let problem = format!("`{format}` is no pattern such as %d.%m.%Y %H:%M:%S");
                    return Err(self.malformed(span, problem));
                }
                form.formats.push(format);
            }
        }
        if let Some(zone) = get(table, "zone") {
            let name = self.string(zone)?;
            form.zone = Some(name.parse().map_err(|_| {
                let problem = format!("`{name}` is no IANA time zone such as Europe/Berlin");
                self.malformed(zone.span(), problem)
            })?);
        }
        Ok(form)
    }

    fn by_column<'v>(
        &self,
        value: &'v Value<'v>,
    ) -> Result<Vec<(Column, &'v Value<'v>)>, ConfigError> {
        let table = self.table(value)?;
        let column = |(key, value): (&Spanned<_>, &'v Value<'v>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            match column_of(name) {
                Some(column) => Ok((column, value)),
                None => {
                    let names = Column::ALL.iter().map(|column| column.name());
                    Err(self.unknown_key("column of the log", key.span(), name, names))
                }
            }
        };
        table.iter().map(column).collect()
    }

    fn words(&self, value: &Value<'_>) -> Result<Words, ConfigError> {
        let mut words = Vec::new();
        for (key, value) in self.table(value)?.iter() {
            let meaning = self.string(value)?.to_owned();
            words.push((key.get_ref().trim().to_lowercase(), meaning));
        }
        Ok(words)
    }

    fn delimiter(&self, value: &Value<'_>) -> Result<u8, ConfigError> {
        let text = self.string(value)?;
        match text.as_bytes() {
            &[delimiter] if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\n' | b'\r') => {
                Ok(delimiter)
            }
            _ => {
                let problem = format!("delimiter `{text}` is not one ASCII sign such as `;`");
                Err(self.malformed(value.span(), problem))
            }
        }
    }

    fn tables<'v>(&self, value: &'v Value<'v>) -> Result<Vec<&'v DeTable<'v>>, ConfigError> {
        match value.get_ref() {
            DeValue::Array(tables) => tables.iter().map(|table| self.table(table)).collect(),
            _ => Err(self.malformed(
                value.span(),
                "expected tables in double brackets, such as [[rows]]",
            )),
        }
    }

    fn table<'v>(&self, value: &'v Value<'v>) -> Result<&'v DeTable<'v>, ConfigError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.malformed(value.span(), "expected a table")),
        }
    }

    fn string<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.malformed(value.span(), "expected a text in quotes")),
        }
    }

    fn boolean(&self, value: &Value<'_>) -> Result<bool, ConfigError> {
        match value.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.malformed(value.span(), "expected true or false")),
        }
    }

    /// A text, or a list of texts.
    fn strings(&self, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        let texts = self.spanned_strings(value)?;
        Ok(texts.into_iter().map(|(_, text)| text).collect())
    }

    fn spanned_strings(&self, value: &Value<'_>) -> Result<Vec<(Span, String)>, ConfigError> {
        match value.get_ref() {
            DeValue::Array(texts) => {
                let text = |text: &Value<'_>| Ok((text.span(), self.string(text)?.to_owned()));
                texts.iter().map(text).collect()
            }
            _ => Ok(vec![(value.span(), self.string(value)?.to_owned())]),
        }
    }

    /// Words to compare with: texts, numbers, truths, or a list of these.
    fn scalars(&self, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        match value.get_ref() {
            DeValue::Array(words) => {
                let words = words.iter().map(|word| self.scalars(word));
                Ok(words.collect::<Result<Vec<_>, _>>()?.concat())
            }
            DeValue::String(text) => Ok(vec![text.to_string()]),
            DeValue::Integer(number) => Ok(vec![number.to_string()]),
            DeValue::Boolean(value) => Ok(vec![value.to_string()]),
            _ => Err(self.malformed(value.span(), "expected a word or a list of words")),
        }
    }

    fn known_keys(&self, table: &DeTable<'_>, known: &[&str]) -> Result<(), ConfigError> {
        match table
            .keys()
            .find(|key| !known.contains(&key.get_ref().as_ref()))
        {
            None => Ok(()),
            Some(key) => {
                let known = known.iter().copied();
                Err(self.unknown_key("key", key.span(), key.get_ref(), known))
            }
        }
    }

    fn unknown_key<'k>(
        &self,
        what: &str,
        span: Span,
        found: &str,
        known: impl Iterator<Item = &'k str>,
    ) -> ConfigError {
        let known: Vec<&str> = known.collect();
        let place = Place::at_offset(self.name, self.text, span.start);
        let accepted = known.join(", ");
        ConfigError::unknown_value(place, what, found, accepted, known)
    }

    fn malformed(&self, span: Span, problem: impl Into<String>) -> ConfigError {
        ConfigError::malformed(Place::at_offset(self.name, self.text, span.start), problem)
    }
}

fn get<'v, 't>(table: &'v DeTable<'t>, key: &str) -> Option<&'v Value<'t>> {
    let mut entries = table.iter();
    entries
        .find(|(name, _)| name.get_ref().as_ref() == key)
        .map(|(_, value)| value)
}

fn column_of(name: &str) -> Option<Column> {
    let mut columns = Column::ALL.iter().copied();
    columns.find(|column| column.name() == name)
}
