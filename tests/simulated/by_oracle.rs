//! What the oracle makes of a simulated log.

use super::Rows;
use crate::oracle::lines::{GRAIN, Lines, lines, plain};
use crate::oracle::{self, Account, Accounts, Row, Settings, Tariff, World, market, replay};

/// What the accounts beside a log say, for the oracle.
pub fn accounts(text: &str) -> Accounts {
    let file: toml::Table = text.parse().unwrap();
    let word = |table: &toml::Value, key: &str| {
        table.get(key).map(|cell| cell.as_str().unwrap().to_owned())
    };
    let list = |key: &str| file.get(key).and_then(|list| list.as_array()).cloned();
    let mut accounts = Accounts {
        present: true,
        ..Accounts::default()
    };
    for table in list("portfolio").unwrap_or_default() {
        accounts.portfolios.push(oracle::Portfolio {
            id: word(&table, "id").unwrap(),
            primary_location: None,
            international: None,
        });
    }
    for table in list("account").unwrap() {
        let numbers = table["numbers"].as_array().unwrap().iter();
        accounts.accounts.push(Account {
            id: word(&table, "id").unwrap(),
            timezone: word(&table, "timezone"),
            currency: word(&table, "currency"),
            portfolio: word(&table, "portfolio"),
            numbers: numbers
                .map(|cell| cell.as_str().unwrap().to_owned())
                .collect(),
            ..Account::default()
        });
    }
    accounts
}

/// The lines that the oracle makes of the rows of a canonical log.
pub fn oracle_lines(rows: &Rows, accounts: &Accounts) -> Lines {
    let tariff = Tariff::shipped();
    let mut log = Vec::new();
    for cells in rows {
        let mut row = Row::default();
        for (column, cell) in cells.iter().filter(|(_, cell)| !cell.is_empty()) {
            row.set(column, cell);
        }
        log.push(row);
    }
    let outcome = replay(
        &log,
        &World {
            accounts,
            settings: &Settings::default(),
            templates: &[],
            country_of: &|customer| market::country(&tariff, customer),
            tariff: Some(&tariff),
        },
    );
    let charges: Rows = outcome
        .charges
        .into_iter()
        .map(|row| {
            row.into_iter()
                .map(|(column, cell)| (column.to_owned(), cell))
                .collect()
        })
        .collect();
    lines(charges.iter())
}

/// The lines of a file, in the form of the oracle's.
pub fn written_lines(rows: &Rows) -> Lines {
    let mut found = Lines::new();
    for row in rows {
        let cell = |column: &&str| match *column {
            "rate" => plain(&row["rate"]),
            column => row[column].clone(),
        };
        let grain = GRAIN.iter().map(cell).collect();
        let before = found.insert(
            grain,
            (row["quantity"].parse().unwrap(), row["amount"].parse().ok()),
        );
        assert_eq!(before, None, "two lines of one grain");
    }
    found
}
