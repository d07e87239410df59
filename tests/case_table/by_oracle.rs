//! The cases about money, worked out by the oracle instead of the program: three parties (a hand, the
//! oracle, the engine) must name the same amounts, so a slip of one of them shows by itself.

use super::log::Shape;
use super::run::{Output, TableRow};
use super::{Case, accounts, log, tariff};
use crate::oracle;
use crate::oracle::lines::{GRAIN, lines};
use crate::oracle::settings::SETTINGS;
use crate::oracle::{
    Account, Accounts, Change, International, Portfolio, Registered, Row, Settings, Tariff,
    UsedAllowance, UsedVolume, World, market,
};

/// What the program should write for a case, by the oracle.
pub fn output(case: &Case, shape: Shape) -> Output {
    let accounts = accounts_of(case);
    let settings = settings_of(case);
    let folder = tempfile::tempdir().expect("a folder");
    let own = tariff::write(case, folder.path()).expect("a folder to write to");
    let tariff = own.map_or_else(Tariff::shipped, |own| Tariff::read(&own));
    let registry = case.registry.iter().map(|cells| Registered {
        template: format!("{}/{}", cells[0], cells[1])
            .trim_end_matches('/')
            .to_string(),
        category: cells[2].clone(),
        status: cells[3].clone(),
        valid_from: oracle::clock::parse_instant(&cells[4]).expect("an instant"),
    });
    let templates: Vec<Registered> = registry.collect();
    let world = World {
        accounts: &accounts,
        settings: &settings,
        templates: &templates,
        country_of: &|customer| market::country(&tariff, customer),
        tariff: Some(&tariff),
    };
    let rows: Vec<Row> = log::rows(case, shape)
        .iter()
        .map(|it| row(&it.text))
        .collect();
    let outcome = oracle::replay(&rows, &world);
    let charges = owned(outcome.charges);
    let unrated = charges.iter().any(|charge| charge["state"] == "unrated");
    let lines = lines(charges.iter())
        .into_iter()
        .map(|(grain, (count, sum))| {
            let mut line: TableRow = GRAIN.map(str::to_string).into_iter().zip(grain).collect();
            line.insert("quantity".to_string(), count.to_string());
            let amount = sum.map_or(String::new(), |sum| sum.to_string());
            line.insert("amount".to_string(), amount);
            line
        });
    Output {
        exit_code: Some(if unrated { 4 } else { 0 }),
        stderr: String::new(),
        conversations: owned(outcome.conversations),
        lines: lines.collect(),
        charges,
        rejects: Vec::new(),
    }
}

fn owned(rows: Vec<oracle::ChargeRow>) -> Vec<TableRow> {
    let own = |row: oracle::ChargeRow| {
        row.into_iter()
            .map(|(column, cell)| (column.to_string(), cell))
            .collect()
    };
    rows.into_iter().map(own).collect()
}

/// A line of the log as the oracle takes it.
fn row(text: &str) -> Row {
    let text = format!("{}\n{text}\n", log::header());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let record = reader.records().next().expect("a row").expect("a row");
    let mut row = Row::default();
    for (column, cell) in header.iter().zip(&record) {
        row.set(column, cell);
    }
    row
}

fn accounts_of(case: &Case) -> Accounts {
    let mut accounts = Accounts {
        present: true,
        ..Accounts::default()
    };
    if !case.portfolio.is_empty() {
        accounts.portfolios.push(portfolio(case));
    }
    for id in accounts::named_portfolios(case) {
        accounts.portfolios.push(Portfolio {
            id,
            ..Portfolio::default()
        });
    }
    for (name, stated) in &case.accounts {
        let blank = case.messages.iter();
        let blank = blank.filter(|it| it.account_cell_blank && it.account == *name);
        let mut account = Account {
            id: name.clone(),
            numbers: blank.map(|message| message.business.clone()).collect(),
            ..Account::default()
        };
        for (term, value) in accounts::terms(case, stated) {
            match term.as_str() {
                "zone" => account.timezone = Some(value),
                "currency" => account.currency = Some(value),
                "portfolio" => account.portfolio = Some(value),
                "exempt" => account.exempt = value == "yes",
                _ => account.ai_provider = value == "yes",
            }
        }
        for (from, term, value) in &stated.changes {
            let mut change = Change {
                from: *from,
                ..Change::default()
            };
            match term.as_str() {
                "zone" => change.timezone = Some(value.clone()),
                "currency" => change.currency = Some(value.clone()),
                "portfolio" => change.portfolio = Some(value.clone()),
                "exempt" => change.exempt = Some(value == "yes"),
                _ => change.ai_provider = Some(value == "yes"),
            }
            account.changes.push(change);
        }
        accounts.accounts.push(account);
    }
    for used in &case.allowances_used {
        let of = |scope: &str| (used.scope == scope).then(|| used.name.clone());
        accounts.used_allowance.push(UsedAllowance {
            account: of("account"),
            number: of("number"),
            month: used.month.clone(),
            count: used.count.into(),
        });
    }
    for used in &case.volumes_used {
        accounts.used_volume.push(UsedVolume {
            portfolio: used.owner.clone(),
            market: used.market.clone(),
            category: used.category.clone(),
            month: used.month.clone(),
            count: used.count,
        });
    }
    accounts
}

fn portfolio(case: &Case) -> Portfolio {
    let mut portfolio = Portfolio {
        id: accounts::PORTFOLIO.to_string(),
        ..Portfolio::default()
    };
    let mut international = International::default();
    for (term, value) in &case.portfolio {
        match term.as_str() {
            "home" => portfolio.primary_location = Some(value.clone()),
            "international_from" => {
                international.everywhere_from = Some(value.parse().expect("a date"));
            }
            "international_except" => {
                let (country, from) = value.split_once(':').expect("COUNTRY:DATE");
                let from = from.parse().expect("a date");
                international.exceptions.push((country.to_string(), from));
            }
            other => panic!("{other} is no term of a portfolio"),
        }
    }
    if international.everywhere_from.is_some() {
        portfolio.international = Some(international);
    }
    portfolio
}

fn settings_of(case: &Case) -> Settings {
    let mut settings = Settings::default();
    let mut arguments = case.arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value").clone();
        match argument.as_str() {
            "--set" => {
                let value = value();
                let (key, value) = value.split_once('=').expect("KEY=VALUE");
                let known = SETTINGS.iter().find(|it| it.0 == key || it.1 == key);
                settings = settings.with(known.expect("a setting").1, value);
            }
            "--rulebook" => settings.rulebook = Some(value()),
            "--from" => settings.from = Some(value().parse().expect("a date")),
            "--to" => settings.to = Some(value().parse().expect("a date")),
            "--month" => {
                let first = format!("{}-01", value()).parse().expect("a month");
                settings.from = Some(first);
                let next = first.checked_add_months(chrono::Months::new(1));
                settings.to = next.and_then(|next: chrono::NaiveDate| next.pred_opt());
            }
            "--shadow" => settings.shadow = true,
            other => panic!("{other} is no argument of a case"),
        }
    }
    settings
}
