//! A draft as the text of a map.

use std::fmt::Write as _;
use std::path::Path;

use super::guess::{Guess, Pick};
use super::sample::Field;
use crate::log::Column;

/// The text of the map.
pub(super) fn draft(path: &Path, guess: &Guess<'_>) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let file = file.replace(char::is_control, " ");
    let mut text = format!(
        "# Draft of a map for {file}, from its first {} records. Look at every line with a question mark,\n\
         # then see what comes of it: counterfoil check {file} --map THIS.toml\n\n",
        guess.candidate.items
    );
    if let Some(delimiter) = guess
        .candidate
        .delimiter
        .filter(|&delimiter| delimiter != b',')
    {
        let _ = writeln!(
            text,
            "delimiter = {}\n",
            quoted(&char::from(delimiter).to_string())
        );
    }
    text.push_str("[[rows]]\n");
    if !guess.candidate.each.is_empty() {
        let _ = writeln!(text, "each = {}", quoted(&guess.candidate.each));
    }
    text.push_str("\n[rows.columns]\n");
    for &column in Column::ALL {
        if let Some(line) = line(column, guess) {
            let _ = writeln!(text, "{line}");
        }
    }
    let used: Vec<&str> = guess
        .picks
        .iter()
        .map(|pick| pick.field.path.as_str())
        .collect();
    let unused = guess
        .candidate
        .fields
        .iter()
        .filter(|field| !used.contains(&field.path.as_str()));
    let unused: Vec<String> = unused.map(described).collect();
    if !unused.is_empty() {
        let _ = write!(text, "\n# Not drawn from:\n{}", unused.concat());
    }
    text
}

/// The line of a column; none if the file has nothing for it and it is not needed.
fn line(column: Column, guess: &Guess<'_>) -> Option<String> {
    let is_end = matches!(column, Column::Business | Column::Customer);
    if is_end && let (Some(ends), Some(direction)) = (guess.ends, guess.pick(Column::Direction)) {
        return Some(end_line(column, ends, direction));
    }
    if let Some(pick) = guess.pick(column) {
        return Some(pick_line(pick));
    }
    let needed = match column {
        Column::Direction => "inbound or outbound",
        Column::Business => {
            "the business number; where the file has one only: { constant = \"4930123456\" }"
        }
        Column::Customer => "the customer's number",
        Column::MessageId => "an id of the message",
        Column::Timestamp => "when it was sent, received, or got its status",
        Column::Type => {
            "template, or the kind of free-form message: without it outbound messages cannot be priced"
        }
        _ => return None,
    };
    Some(format!("# {column} = \"?\"  # {needed}"))
}

fn pick_line(pick: &Pick<'_>) -> String {
    let (column, fit) = (pick.column, &pick.fit);
    let mut parts = vec![format!("path = {}", quoted(&pick.field.path))];
    if let Some(format) = fit.formats.first() {
        parts.push(format!("formats = [{}]", quoted(format)));
    }
    if let Some(strip) = fit.strip {
        parts.push(format!("strip = [{}]", quoted(strip)));
    }
    if fit.has_signs {
        parts.push("digits = true".to_owned());
    }
    let meanings = fit.meanings.iter().map(|(word, meaning)| (word, *meaning));
    let unknown = fit.unknown.iter().map(|word| (word, "?"));
    let values: Vec<String> = meanings
        .chain(unknown)
        .map(|(word, meaning)| format!("{} = {}", quoted(word), quoted(meaning)))
        .collect();
    if !values.is_empty() {
        parts.push(format!("values = {{ {} }}", values.join(", ")));
    }
    if column == Column::Channel {
        let channels = distinct(pick.field);
        let values: Vec<String> = channels
            .iter()
            .filter(|word| word.contains("whatsapp") && *word != "whatsapp")
            .map(|word| format!("{} = \"whatsapp\"", quoted(word)))
            .collect();
        if !values.is_empty() {
            parts.push(format!("values = {{ {} }}", values.join(", ")));
        }
    }
    let rule = match parts.as_slice() {
        [_] => quoted(&pick.field.path),
        parts => format!("{{ {} }}", parts.join(", ")),
    };
    let mut line = format!("{column} = {rule}");
    let doubts = doubts(pick);
    if !doubts.is_empty() {
        let _ = write!(line, "  # {doubts}");
    }
    line
}

/// What a person has to look at.
fn doubts(pick: &Pick<'_>) -> String {
    let fit = &pick.fit;
    let mut doubts = Vec::new();
    if !fit.unknown.is_empty() {
        doubts.push("? say what each word means".to_owned());
    }
    if fit.formats.len() > 1 {
        doubts.push(format!("? or {}", fit.formats[1..].join(", ")));
    }
    if !fit.formats.is_empty() && !fit.formats[0].contains("%z") {
        doubts.push("local times need zone = \"...\" too".to_owned());
    }
    if fit.percent < 90 {
        doubts.push(format!("? {} % of the values fit", fit.percent));
    }
    doubts.join("; ")
}

/// From and to change places with the direction.
fn end_line(column: Column, (from, to): (&Field, &Field), direction: &Pick<'_>) -> String {
    let inbound = |word: &String| {
        let own = crate::vocabulary::Direction::parse(word.as_bytes());
        let meanings = &direction.fit.meanings;
        own == Some(crate::vocabulary::Direction::Inbound)
            || meanings
                .iter()
                .any(|(known, meaning)| known == word && *meaning == "inbound")
    };
    let words: Vec<String> = distinct(direction.field)
        .into_iter()
        .filter(inbound)
        .collect();
    let (of_inbound, otherwise) = match column {
        Column::Business => (to, from),
        _ => (from, to),
    };
    let rule = |field: &Field, when: &str| {
        let prefix = field
            .values
            .iter()
            .any(|value| value.starts_with("whatsapp:"));
        let strip = if prefix {
            ", strip = [\"whatsapp:\"]"
        } else {
            ""
        };
        format!("{{ path = {}{strip}{when} }}", quoted(&field.path))
    };
    if words.is_empty() {
        return format!(
            "# {column} = [{}, {}]  # ? which of them depends on the direction: add when = {{ {} = \"...\" }}",
            rule(of_inbound, ""),
            rule(otherwise, ""),
            quoted(&direction.field.path)
        );
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    let when = format!(
        ", when = {{ {} = [{}] }}",
        quoted(&direction.field.path),
        words.join(", ")
    );
    format!(
        "{column} = [{}, {}]",
        rule(of_inbound, &when),
        rule(otherwise, "")
    )
}

fn distinct(field: &Field) -> Vec<String> {
    let mut words: Vec<String> = field
        .values
        .iter()
        .map(|value| value.to_lowercase())
        .collect();
    words.sort();
    words.dedup();
    words
}

/// A field with an example of what it holds, as a comment; numbers and texts of people are not shown.
fn described(field: &Field) -> String {
    let words = distinct(field);
    let are_words = words.len() <= 8
        && words
            .iter()
            .all(|word| word.len() <= 24 && !word.contains(' '));
    let shown = match (
        words.is_empty(),
        are_words && field.values.len() > words.len(),
    ) {
        (true, _) => "empty".to_owned(),
        (false, true) => words.join(", "),
        (false, false) => format!("{} different values", words.len()),
    };
    // A comment of TOML holds no control characters.
    let line = format!("#   {} ({shown})", field.path);
    line.replace(char::is_control, " ") + "\n"
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
