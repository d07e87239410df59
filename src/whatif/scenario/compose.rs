//! Scenarios that contain others, and scenarios with one value put in another's place.
//!
//! Composition lays the texts over each other: tables are united, lists follow each other. Where two files state
//! one value differently they contradict each other and are refused.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Scenario;
use crate::rulebook::{ConfigError, Place, read_text};
use crate::tariff::Amount;

/// Keys that are a file's own and never taken over.
const OWN_KEYS: [&str; 3] = ["name", "says", "with"];

impl Scenario {
    /// Reads a scenario and those that it contains.
    ///
    /// # Errors
    /// If a file cannot be read or is refused, contains itself, or contradicts another.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        load(path, &mut Vec::new(), &mut Vec::new())
    }

    /// All of these scenarios as one.
    ///
    /// # Errors
    /// If two of them contradict each other.
    pub fn together(scenarios: &[Self]) -> Result<Self, ConfigError> {
        let names: Vec<&str> = scenarios.iter().map(|each| each.name.as_str()).collect();
        let own = Table::from_iter([
            ("name".to_owned(), Value::String(names.join(" + "))),
            (
                "says".to_owned(),
                Value::String(format!("{} together.", names.join(" and "))),
            ),
        ]);
        composed(own, "--together", scenarios)
    }

    /// The scenario with another value in one place, such as `prices.change[0].percent`; `option` is what errors
    /// call it.
    ///
    /// # Errors
    /// If there is no such place, or the scenario does not take the value.
    pub fn with_value(&self, key: &str, value: Amount, option: &str) -> Result<Self, ConfigError> {
        let name = format!("{option} {key}={value} in {}", self.file);
        let refused = |problem: String| ConfigError::malformed(Place::file(name.clone()), problem);
        let mut place = Value::Table(self.table());
        {
            let mut target = &mut place;
            for part in parts(key) {
                target = match (part, target) {
                    (Part::Key(key), Value::Table(table)) => table
                        .entry(key)
                        .or_insert_with(|| Value::Table(Table::new())),
                    (Part::Index(index), Value::Array(entries)) => {
                        let count = entries.len();
                        entries.get_mut(index).ok_or_else(|| {
                            refused(format!(
                                "there is no entry [{index}]: the list has {count}, counted from 0"
                            ))
                        })?
                    }
                    (Part::Key(key), _) => {
                        return Err(refused(format!("`{key}` is no key of a table here")));
                    }
                    (Part::Index(index), _) => {
                        return Err(refused(format!(
                            "[{index}] stands behind something that is no list"
                        )));
                    }
                };
            }
            *target = number(value);
        }
        let Value::Table(table) = place else {
            return Err(refused("names no value of the scenario".to_owned()));
        };
        let mut varied = Self::parse(&written(&table), &name)?;
        varied.name.clone_from(&self.name);
        varied.files.clone_from(&self.files);
        Ok(varied)
    }

    fn table(&self) -> Table {
        // The text was read as a scenario before.
        self.text.parse().unwrap_or_default()
    }
}

/// Loads a file. `within` are the files that contain it, `taken` all that stand in the scenario already: what two of
/// its parts contain applies once.
fn load(
    path: &Path,
    within: &mut Vec<PathBuf>,
    taken: &mut Vec<PathBuf>,
) -> Result<Scenario, ConfigError> {
    let name = path.display().to_string();
    let mut scenario = Scenario::parse(&read_text(path)?, &name)?;
    if scenario.name.is_empty() {
        let stem = path.file_stem().unwrap_or_default();
        scenario.name = stem.to_string_lossy().into_owned();
    }
    scenario.files = vec![path.to_owned()];
    if scenario.with.is_empty() {
        return Ok(scenario);
    }
    within.push(real(path));
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut parts = Vec::new();
    for other in &scenario.with {
        let path = folder.join(other.get_ref());
        if within.contains(&real(&path)) {
            let problem = format!("`{}` contains this scenario itself", other.get_ref());
            let place = scenario.source().place(other.span());
            return Err(ConfigError::malformed(place, problem));
        }
        if !taken.contains(&real(&path)) {
            taken.push(real(&path));
            parts.push(load(&path, within, taken)?);
        }
    }
    within.pop();
    let mut own = scenario.table();
    own.remove("with");
    own.insert("name".to_owned(), Value::String(scenario.name.clone()));
    let files = scenario.files;
    let mut sum = composed(own, &name, &parts)?;
    sum.files.splice(..0, files);
    Ok(sum)
}

/// The file behind a path, whatever way leads to it.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// A scenario of its own keys and those of its parts.
fn composed(own: Table, name: &str, parts: &[Scenario]) -> Result<Scenario, ConfigError> {
    let mut sum = Table::new();
    for part in parts {
        let mut table = part.table();
        table.retain(|key, _| !(OWN_KEYS.contains(&key) || key == "seed" && own.contains_key(key)));
        unite(&mut sum, table, "", &|key| {
            contradiction(name, key, &part.file)
        })?;
    }
    unite(&mut sum, own, "", &|key| contradiction(name, key, name))?;
    let mut scenario = Scenario::parse(&written(&sum), name)?;
    for file in parts.iter().flat_map(|part| &part.files) {
        if !scenario.files.contains(file) {
            scenario.files.push(file.clone());
        }
    }
    Ok(scenario)
}

fn contradiction(name: &str, key: &str, file: &str) -> ConfigError {
    let problem = format!(
        "`{key}` of {file} contradicts another of the scenarios put together; keep it in one of them"
    );
    ConfigError::malformed(Place::file(name), problem)
}

fn unite(
    sum: &mut Table,
    more: Table,
    above: &str,
    contradiction: &dyn Fn(&str) -> ConfigError,
) -> Result<(), ConfigError> {
    for (key, value) in more {
        let path = match above {
            "" => key.clone(),
            above => format!("{above}.{key}"),
        };
        match (sum.get_mut(&key), value) {
            (None, value) => {
                sum.insert(key, value);
            }
            (Some(Value::Table(known)), Value::Table(more)) => {
                unite(known, more, &path, contradiction)?;
            }
            (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
            (Some(known), value) if *known == value => {}
            (Some(_), _) => return Err(contradiction(&path)),
        }
    }
    Ok(())
}

/// A part of a key: `change[0]` is a key and an index.
enum Part {
    Key(String),
    Index(usize),
}

fn parts(key: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for word in key.split('.') {
        let (name, indices) = word.split_once('[').unwrap_or((word, ""));
        parts.push(Part::Key(name.trim().to_owned()));
        let indices = indices
            .split('[')
            .map(|index| index.trim_end_matches(']').trim());
        parts.extend(
            indices
                .filter_map(|index| index.parse().ok())
                .map(Part::Index),
        );
    }
    parts
}

/// A whole number as such: keys of hours and messages take nothing else, and all others take it too.
fn number(value: Amount) -> Value {
    let text = value.to_string();
    match text.parse() {
        Ok(whole) => Value::Integer(whole),
        Err(_) => Value::String(text),
    }
}

fn written(table: &Table) -> String {
    toml::to_string(table).unwrap_or_default()
}
