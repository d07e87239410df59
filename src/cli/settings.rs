//! `settings`: every open point of the rules, its values, its default and why it is open.

use serde_json::json;

use super::args::SettingsArgs;
use super::printer::{Format, Printer};
use crate::rulebook::settings::{Setting, catalogue};
use crate::run::exit::{ExitStatus, Failure};

const WIDTH: usize = 80;
const INDENT: usize = 8;

/// Prints the catalogue.
///
/// # Errors
/// If standard output cannot be written.
pub fn run(args: &SettingsArgs, printer: &Printer) -> Result<ExitStatus, Failure> {
    let text = match args.format {
        Format::Json => as_json()?,
        Format::Human | Format::Github => as_page(),
    };
    printer.data(&text)?;
    Ok(ExitStatus::Success)
}

fn as_json() -> Result<String, Failure> {
    let settings: Vec<_> = catalogue()
        .iter()
        .map(|setting| {
            json!({
                "id": setting.id,
                "name": setting.name,
                "default": setting.default,
                "values": setting.accepted.to_string(),
                "reason": setting.reason,
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&settings).map_err(Failure::output)?;
    text.push('\n');
    Ok(text)
}

fn as_page() -> String {
    let mut text = String::new();
    for setting in catalogue() {
        text.push_str(&entry(setting));
        text.push('\n');
    }
    text.push_str(
        "Set one with --set KEY=VALUE (id or name), COUNTERFOIL_<NAME>=VALUE, or under\n",
    );
    text.push_str("[settings] in counterfoil.toml; the first of these that speaks wins.\n");
    text
}

fn entry(setting: &Setting) -> String {
    let id = if setting.id.is_empty() {
        "-"
    } else {
        setting.id
    };
    let mut text = format!("{id:<INDENT$}{} = {}\n", setting.name, setting.default);
    wrap(&format!("Values: {}.", setting.accepted), &mut text);
    wrap(setting.reason, &mut text);
    text
}

fn wrap(words: &str, text: &mut String) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if column == 0 || column + 1 + length > WIDTH {
            if column > 0 {
                text.push('\n');
            }
            text.push_str(&" ".repeat(INDENT));
            column = INDENT + length;
        } else {
            text.push(' ');
            column += 1 + length;
        }
        text.push_str(word);
    }
    text.push('\n');
}
