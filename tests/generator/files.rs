//! A case as files and as the arguments of `counterfoil replay`.

use std::fmt::Write;
use std::path::Path;

use super::Case;
use crate::oracle::clock::show_instant;
use crate::oracle::settings::SETTINGS;
use crate::oracle::{Accounts, COLUMNS, Registered};

/// The columns that the log uses, or all of them.
fn columns(case: &Case) -> Vec<&'static str> {
    let needed = [
        "message_id",
        "timestamp",
        "direction",
        "business",
        "customer",
        "type",
    ];
    let used = |column: &&str| {
        needed.contains(column) || case.rows.iter().any(|row| !row.get(column).is_empty())
    };
    COLUMNS
        .into_iter()
        .filter(|column| case.all_columns || used(column))
        .collect()
}

pub fn csv(case: &Case) -> String {
    let columns = columns(case);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = columns.iter().map(|column| match case.upper_case_header {
        true => column.to_uppercase(),
        false => column.to_string(),
    });
    writer.write_record(header).expect("memory");
    for row in &case.rows {
        writer
            .write_record(columns.iter().map(|column| row.get(column)))
            .expect("memory");
    }
    String::from_utf8(writer.into_inner().expect("memory")).expect("text")
}

pub fn accounts_toml(accounts: &Accounts) -> String {
    let mut text = String::new();
    for account in &accounts.accounts {
        writeln!(
            text,
            "[[account]]\nid = \"{}\"\ncurrency = \"USD\"",
            account.id
        )
        .unwrap();
        if let Some(timezone) = &account.timezone {
            writeln!(text, "timezone = \"{timezone}\"").unwrap();
        }
        if !account.numbers.is_empty() {
            writeln!(text, "numbers = {:?}", account.numbers).unwrap();
        }
        if account.exempt {
            writeln!(text, "exempt = true").unwrap();
        }
        if account.ai_provider {
            writeln!(text, "ai_provider = true").unwrap();
        }
        for change in &account.changes {
            writeln!(text, "\n[[account.change]]\nfrom = \"{}\"", change.from).unwrap();
            if let Some(timezone) = &change.timezone {
                writeln!(text, "timezone = \"{timezone}\"").unwrap();
            }
            if let Some(exempt) = change.exempt {
                writeln!(text, "exempt = {exempt}").unwrap();
            }
            if let Some(ai_provider) = change.ai_provider {
                writeln!(text, "ai_provider = {ai_provider}").unwrap();
            }
        }
        text.push('\n');
    }
    for used in &accounts.used_allowance {
        writeln!(text, "[[used_allowance]]\nmonth = \"{}\"", used.month).unwrap();
        writeln!(text, "count = {}", used.count).unwrap();
        if let Some(account) = &used.account {
            writeln!(text, "account = \"{account}\"").unwrap();
        }
        if let Some(number) = &used.number {
            writeln!(text, "number = \"{number}\"").unwrap();
        }
        text.push('\n');
    }
    text
}

pub fn templates_csv(templates: &[Registered]) -> String {
    let mut text = "template,language,category,status,valid_from\n".to_string();
    for entry in templates {
        let (name, language) = entry
            .template
            .split_once('/')
            .unwrap_or((&entry.template, ""));
        let valid_from = show_instant(entry.valid_from);
        let (category, status) = (&entry.category, &entry.status);
        writeln!(text, "{name},{language},{category},{status},{valid_from}").unwrap();
    }
    text
}

/// Writes the case into a folder and gives the arguments that replay it into `folder/out`.
pub fn write(case: &Case, folder: &Path) -> Vec<String> {
    let put = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("the temporary folder can be written");
        path.to_string_lossy().into_owned()
    };
    let mut arguments = vec!["replay".to_string(), put("log.csv", csv(case))];
    let mut option = |name: &str, value: String| arguments.extend([name.to_string(), value]);
    option("--out", folder.join("out").to_string_lossy().into_owned());
    if case.accounts.present {
        option(
            "--accounts",
            put("accounts.toml", accounts_toml(&case.accounts)),
        );
    }
    if !case.templates.is_empty() {
        option(
            "--templates",
            put("templates.csv", templates_csv(&case.templates)),
        );
    }
    for (index, (name, value)) in case.settings.set.iter().enumerate() {
        let id = SETTINGS
            .iter()
            .find(|setting| setting.1 == name)
            .expect("a setting")
            .0;
        // By id or by name, both are accepted (contract 1).
        let by_id = !id.is_empty() && (case.seed as usize + index).is_multiple_of(3);
        option(
            "--set",
            format!("{}={value}", if by_id { id } else { name }),
        );
    }
    if let Some(rulebook) = &case.settings.rulebook {
        option("--rulebook", rulebook.clone());
    }
    if let Some(from) = case.settings.from {
        option("--from", from.to_string());
    }
    if let Some(to) = case.settings.to {
        option("--to", to.to_string());
    }
    if case.settings.detail_messages {
        option("--detail", "messages".to_string());
    }
    option("--max-rejects", "100%".to_string());
    arguments.extend(["--csv".to_string(), "--quiet".to_string()]);
    if case.settings.shadow {
        arguments.push("--shadow".to_string());
    }
    arguments
}
