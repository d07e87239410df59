//! A case as files and as the arguments of `counterfoil replay` or `audit`.

use std::fmt::Write;
use std::path::Path;

use chrono::NaiveDate;

use super::Case;
use super::tariff::{self, Tables};
use crate::oracle::clock::show_instant;
use crate::oracle::settings::SETTINGS;
use crate::oracle::tariff::shipped_folder;
use crate::oracle::{Accounts, COLUMNS, Portfolio, Registered};

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
    for portfolio in &accounts.portfolios {
        put_portfolio(&mut text, portfolio);
    }
    for account in &accounts.accounts {
        writeln!(text, "[[account]]\nid = \"{}\"", account.id).unwrap();
        put_text(&mut text, "currency", &account.currency);
        put_text(&mut text, "portfolio", &account.portfolio);
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
            put_text(&mut text, "currency", &change.currency);
            put_text(&mut text, "portfolio", &change.portfolio);
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
    for used in &accounts.used_volume {
        let (portfolio, market) = (&used.portfolio, &used.market);
        writeln!(
            text,
            "[[used_volume]]\nportfolio = \"{portfolio}\"\nmarket = \"{market}\""
        )
        .unwrap();
        let (category, month) = (&used.category, &used.month);
        writeln!(text, "category = \"{category}\"\nmonth = \"{month}\"").unwrap();
        writeln!(text, "count = {}\n", used.count).unwrap();
    }
    text
}

fn put_text(text: &mut String, term: &str, value: &Option<String>) {
    if let Some(value) = value {
        writeln!(text, "{term} = \"{value}\"").unwrap();
    }
}

fn put_portfolio(text: &mut String, portfolio: &Portfolio) {
    writeln!(text, "[[portfolio]]\nid = \"{}\"", portfolio.id).unwrap();
    put_text(text, "primary_location", &portfolio.primary_location);
    if let Some(international) = &portfolio.international {
        let table = |countries: &[(String, NaiveDate)]| {
            let pairs = countries.iter();
            let pairs = pairs.map(|(country, from)| format!("{country} = \"{from}\""));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        };
        let from = match international.everywhere_from {
            Some(from) => format!("\"{from}\""),
            None => table(&international.country_from),
        };
        let exceptions = match international.exceptions.as_slice() {
            [] => String::new(),
            countries => format!(", exceptions = {}", table(countries)),
        };
        writeln!(
            text,
            "auth_international = {{ eligible_from = {from}{exceptions} }}"
        )
        .unwrap();
    }
    text.push('\n');
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
    let command = match case.tables {
        Some(_) => "audit",
        None => "replay",
    };
    let mut arguments = vec![command.to_string(), put("log.csv", csv(case))];
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
    if let Some(Tables::Own(tariff)) = &case.tables {
        let rates = folder.join("rates");
        std::fs::create_dir(&rates).expect("the temporary folder can be written");
        put("rates/rates.csv", tariff::rates_csv(tariff));
        put("rates/tiers.csv", tariff::tiers_csv(tariff));
        for name in ["markets.csv", "auth_international.csv"] {
            let shipped = shipped_folder().join(name);
            std::fs::copy(shipped, rates.join(name)).expect("a shipped table");
        }
        option("--rates", rates.to_string_lossy().into_owned());
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
