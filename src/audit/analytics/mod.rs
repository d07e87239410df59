//! Meta's analytics: the answers of `conversation_analytics` and `pricing_analytics`, as the API returns them.
//!
//! They come nested under the account with its id, bare, as pages, as lists, several in a file. Every data
//! point becomes a line as an invoice has them, so that the same matching holds it against the replay. Meta
//! calls its figures approximate: they are evidence, not a bill.

mod decimal;
mod json;
mod point;

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

use super::{
    InvoiceLine,
    error::{EvidenceError, Spot, read},
    key::Key,
};
use crate::accounts::Accounts;
use json::{Node, Value};
use point::PointReader;

/// What analytics files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analytics {
    /// One line for each data point, or for each day of half hours; `row` counts the points of a file from 1.
    pub lines: Vec<InvoiceLine>,
    /// What is odd about them and how it was read, each sentence once.
    pub notes: BTreeSet<String>,
}

/// Which of the two answers a data point belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AnswerKind {
    Conversation,
    Pricing,
}

/// Reads analytics files into one.
///
/// # Errors
/// If a file cannot be read, is no JSON, or has a data point that says nothing that can be tested.
pub fn read_analytics<'a>(
    paths: impl IntoIterator<Item = &'a Path>,
    accounts: &Accounts,
) -> Result<Analytics, EvidenceError> {
    let mut all = Analytics::default();
    for path in paths {
        let mut one = parse_analytics(&read(path)?, &path.display().to_string(), accounts)?;
        all.lines.append(&mut one.lines);
        all.notes.append(&mut one.notes);
    }
    Ok(all)
}

/// Reads the text of one analytics file; `name` is what errors call it.
///
/// ```
/// use counterfoil::{accounts::Accounts, audit::parse_analytics, rulebook::Settings};
///
/// let text = r#"{"pricing_analytics": {"data": [{"data_points": [
///     {"start": 1790812800, "end": 1790899200, "country": "IN", "pricing_type": "REGULAR",
///      "pricing_category": "MARKETING", "volume": 100, "cost": 1.180}]}]}, "id": "1001"}"#;
/// let analytics = parse_analytics(text, "a.json", &Accounts::absent(&Settings::default()))?;
/// assert_eq!(analytics.lines[0].amount.unwrap().to_string(), "1.18");
/// assert_eq!(analytics.lines[0].account.as_deref(), Some("1001"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`read_analytics`].
pub fn parse_analytics(
    text: &str,
    name: &str,
    accounts: &Accounts,
) -> Result<Analytics, EvidenceError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut walk = Walk {
        file: name.into(),
        name,
        accounts,
        found: Analytics::default(),
        of_day: HashMap::new(),
        points: 0,
        has_answer: false,
    };
    for node in json::parse(text, name)? {
        walk.node(&node, &Context::default())?;
    }
    if !walk.has_answer {
        return Err(Spot {
            file: name,
            line: 0,
        }
        .refuse(
            "",
            "no `data_points`",
            "the answer of conversation_analytics or pricing_analytics",
            "ask the API for /ACCOUNT?fields=pricing_analytics… and save the whole answer",
        ));
    }
    Ok(walk.found)
}

/// What the objects around a node say about it.
#[derive(Clone, Default)]
struct Context {
    account: Option<Arc<str>>,
    kind: Option<AnswerKind>,
    path: String,
}

struct Walk<'a> {
    file: Arc<str>,
    name: &'a str,
    accounts: &'a Accounts,
    found: Analytics,
    /// Where the sum of a day's half hours stands among the lines.
    of_day: HashMap<Key, usize>,
    /// How many points were read.
    points: u64,
    has_answer: bool,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node, context: &Context) -> Result<(), EvidenceError> {
        match &node.value {
            Value::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    let path = format!("{}[{place}]", context.path);
                    let context = Context {
                        path,
                        ..context.clone()
                    };
                    self.node(item, &context)?;
                }
                Ok(())
            }
            Value::Object(_) if node.get("start").is_some() => self.point(node, context),
            Value::Object(entries) => self.object(node, entries, context),
            // A scalar beside an answer (paging, names) says nothing; instead of one it is refused below.
            _ => Ok(()),
        }
    }

    fn object(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        context: &Context,
    ) -> Result<(), EvidenceError> {
        if let Some(error) = node.get("error") {
            let message = error.get("message").unwrap_or(error).describe();
            return Err(self.refuse(
                error,
                &context.path,
                message,
                "an answer, not an error of the API",
                "ask the API again",
            ));
        }
        let own = node.get("id").and_then(Node::scalar).map(Arc::from);
        for (key, value) in entries {
            let path = match context.path.as_str() {
                "" => key.clone(),
                path => format!("{path}.{key}"),
            };
            let kind = match key.as_str() {
                "conversation_analytics" => Some(AnswerKind::Conversation),
                "pricing_analytics" => Some(AnswerKind::Pricing),
                _ => context.kind,
            };
            let inner = Context {
                account: own.clone().or_else(|| context.account.clone()),
                kind,
                path,
            };
            match key.as_str() {
                "conversation_analytics" | "pricing_analytics" => self.answer(value, &inner)?,
                "data_points" => self.points(value, &inner)?,
                "granularity" => self.granularity(value, &inner)?,
                _ => self.node(value, &inner)?,
            }
        }
        Ok(())
    }

    /// The value of `conversation_analytics` or `pricing_analytics`.
    fn answer(&mut self, node: &Node, context: &Context) -> Result<(), EvidenceError> {
        let is_empty = match &node.value {
            Value::Object(entries) => entries.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Null => true,
            _ => {
                let expected = "an object with `data`, or a list";
                return Err(self.refuse(
                    node,
                    &context.path,
                    node.describe(),
                    expected,
                    "save the whole answer of the API",
                ));
            }
        };
        self.has_answer |= is_empty
            || matches!(node.get("data").map(|data| &data.value), Some(Value::List(items)) if items.is_empty());
        self.node(node, context)
    }

    fn points(&mut self, node: &Node, context: &Context) -> Result<(), EvidenceError> {
        let Value::List(items) = &node.value else {
            return Err(self.refuse(
                node,
                &context.path,
                node.describe(),
                "a list of data points",
                "save the whole answer of the API",
            ));
        };
        self.has_answer = true;
        for (place, item) in items.iter().enumerate() {
            let path = format!("{}[{place}]", context.path);
            if !matches!(item.value, Value::Object(_)) {
                return Err(self.refuse(
                    item,
                    &path,
                    item.describe(),
                    "a data point, an object with `start` and `end`",
                    "save the whole answer of the API",
                ));
            }
            self.point(
                item,
                &Context {
                    path,
                    ..context.clone()
                },
            )?;
        }
        Ok(())
    }

    fn granularity(&mut self, node: &Node, context: &Context) -> Result<(), EvidenceError> {
        let known = ["HALF_HOUR", "DAILY", "DAY", "MONTHLY", "MONTH"];
        match node.scalar() {
            Some(word) if known.iter().any(|known| known.eq_ignore_ascii_case(word)) => Ok(()),
            _ => Err(self.refuse(
                node,
                &context.path,
                node.describe(),
                known.join(", "),
                "ask the API for one of these",
            )),
        }
    }

    fn point(&mut self, node: &Node, context: &Context) -> Result<(), EvidenceError> {
        self.has_answer = true;
        let reader = PointReader {
            node,
            path: &context.path,
            file: self.name,
            accounts: self.accounts,
        };
        let kind = context.kind.unwrap_or(
            if node.get("volume").is_some() || node.get("pricing_type").is_some() {
                AnswerKind::Pricing
            } else {
                AnswerKind::Conversation
            },
        );
        self.points += 1;
        let line = reader.line(
            &self.file,
            self.points,
            context.account.as_ref(),
            kind,
            &mut self.found.notes,
        )?;
        if reader.is_part_of_day() {
            self.add_to_day(line);
        } else {
            self.found.lines.push(line);
        }
        Ok(())
    }

    /// Half hours are added up by day: the replay is held against days.
    fn add_to_day(&mut self, line: InvoiceLine) {
        let lines = &mut self.found.lines;
        let place = *self
            .of_day
            .entry(Key::of_line(&line, None))
            .or_insert(lines.len());
        let Some(sum) = lines.get_mut(place) else {
            lines.push(line);
            return;
        };
        let quantity = sum.quantity.zip(line.quantity);
        sum.quantity = quantity.map(|(left, right)| left.saturating_add(right));
        sum.amount = sum
            .amount
            .zip(line.amount)
            .and_then(|(left, right)| left.plus(right));
        sum.amount_digits = sum.amount_digits.max(line.amount_digits);
    }

    fn refuse(
        &self,
        node: &Node,
        path: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
        next: &str,
    ) -> EvidenceError {
        let spot = Spot {
            file: self.name,
            line: node.line,
        };
        spot.refuse(path, found, expected, next)
    }
}

#[cfg(test)]
mod tests;
