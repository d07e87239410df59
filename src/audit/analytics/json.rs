//! JSON whose numbers stay text and whose values know their line.
//!
//! A JSON number such as `1.250` would pass through binary floating point in a general reader; money must
//! not. So numbers are kept as they were written.

use super::super::error::{EvidenceError, Spot};

/// How deep a document may nest: far deeper than Meta's, far short of the stack.
const DEPTH_MAX: usize = 64;

/// A value and the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub line: u64,
    pub value: Value,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// The digits as they were written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The value under a key, unless it is null.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Object(entries) = &self.value else {
            return None;
        };
        let entry = entries.iter().find(|(name, _)| name == key);
        entry
            .map(|(_, node)| node)
            .filter(|node| node.value != Value::Null)
    }

    /// What it is, for messages.
    pub(super) fn describe(&self) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(truth) => format!("`{truth}`"),
            Value::Number(text) => format!("`{text}`"),
            Value::Text(text) => format!("`{}`", text.chars().take(60).collect::<String>()),
            Value::List(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        }
    }

    /// The characters of a text or a number, without blanks around them.
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Number(text) | Value::Text(text) => Some(text.trim()),
            _ => None,
        }
    }
}

/// Reads every value of a text: one document, or one a line.
pub(super) fn parse(text: &str, file: &str) -> Result<Vec<Node>, EvidenceError> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        text,
        place: 0,
        line: 1,
        file,
    };
    let mut values = Vec::new();
    reader.skip_blanks();
    while reader.peek().is_some() {
        values.push(reader.value(0)?);
        reader.skip_blanks();
    }
    Ok(values)
}

struct Reader<'a> {
    bytes: &'a [u8],
    text: &'a str,
    place: usize,
    line: u64,
    file: &'a str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.place).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += u64::from(byte == b'\n');
            self.place += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, EvidenceError> {
        if depth > DEPTH_MAX {
            return Err(self.refuse(format!("at most {DEPTH_MAX} levels of nesting")));
        }
        let line = self.line;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node { line, value })
    }

    fn object(&mut self, depth: usize) -> Result<Value, EvidenceError> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        self.place += 1;
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Value::Object(entries));
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return Err(self.refuse("a key in quotes"));
            }
            let key = self.string()?;
            self.skip_blanks();
            if !self.take(b':') {
                return Err(self.refuse("a colon after a key"));
            }
            self.skip_blanks();
            let node = self.value(depth + 1)?;
            if entries.iter().any(|(name, _)| *name == key) {
                return Err(self.refuse(format!("`{key}` once in an object")));
            }
            entries.push((key, node));
            self.skip_blanks();
            if self.take(b'}') {
                return Ok(Value::Object(entries));
            }
            if !self.take(b',') {
                return Err(self.refuse("a comma or the end of an object"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, EvidenceError> {
        let mut items = Vec::new();
        self.place += 1;
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            self.skip_blanks();
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            if !self.take(b',') {
                return Err(self.refuse("a comma or the end of a list"));
            }
        }
    }

    /// A quoted text. Escapes are left to a general reader: texts hold no money.
    fn string(&mut self) -> Result<String, EvidenceError> {
        let start = self.place;
        self.place += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.place += 2,
                Some(0..=0x1f) | None => return Err(self.refuse("the end of a quoted text")),
                Some(_) => self.place += 1,
            }
        }
        self.place += 1;
        let quoted = self.text.get(start..self.place).unwrap_or_default();
        serde_json::from_str(quoted).map_err(|_| self.refuse("a quoted text without bad escapes"))
    }

    fn number(&mut self) -> Result<Value, EvidenceError> {
        let start = self.place;
        while let Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'e' | b'E') = self.peek() {
            self.place += 1;
        }
        let text = &self.text[start..self.place];
        // Only its form is asked for: the value that a general reader makes of it is thrown away.
        if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
            return Err(self.refuse("a number"));
        }
        Ok(Value::Number(text.to_owned()))
    }

    fn word(&mut self) -> Result<Value, EvidenceError> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ];
        for (word, value) in words {
            if self.bytes[self.place..].starts_with(word.as_bytes()) {
                self.place += word.len();
                return Ok(value);
            }
        }
        Err(self.refuse("a JSON value"))
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.place += usize::from(is_there);
        is_there
    }

    fn refuse(&self, expected: impl Into<String>) -> EvidenceError {
        let rest = self.bytes.get(self.place..).unwrap_or_default();
        let found = match rest.first() {
            None => "the end of the file".to_owned(),
            Some(_) => {
                let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
                let shown: String = String::from_utf8_lossy(line).chars().take(30).collect();
                format!("`{}`", shown.trim_end())
            }
        };
        let spot = Spot {
            file: self.file,
            line: self.line,
        };
        spot.refuse("", found, expected, "export the analytics again as JSON")
    }
}
