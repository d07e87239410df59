//! One rule of a map: where a cell comes from, what is changed of it, and when it counts.

use chrono::format::{Item, StrftimeItems};
use toml::de::{DeTable, DeValue};

use super::Reader;
use super::typed::{Span, Value, get};
use crate::log::map::captured::SlotPlace;
use crate::log::map::path::{Path, Step};
use crate::log::map::rule::{Condition, Origin, Rule, TimeForm, Way};
use crate::rulebook::ConfigError;

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

impl Reader<'_> {
    /// A path, a table, or a list of these of which the first that gives something counts.
    pub(super) fn rule(&mut self, value: &Value<'_>, item: &[Step]) -> Result<Rule, ConfigError> {
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
    pub(super) fn slot(
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

    pub(super) fn conditions(
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

    pub(super) fn time_table(&self, value: &Value<'_>) -> Result<TimeForm, ConfigError> {
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
}
