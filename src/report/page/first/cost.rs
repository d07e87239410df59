//! What page one says where no invoice was given: what the log comes to.

use crate::report::figures::thousands;
use crate::report::page::cost;
use crate::report::page::table::{Cell, Column, Table};
use crate::report::page::words::{money, plain};
use crate::report::summary::{Bill, Summary};

const ROWS_MOST: usize = 9;
const CURRENCIES_MOST: usize = 2;
const CURRENCY_SENTENCES_MOST: usize = 3;

/// What may be said, in a few words.
pub fn conclusion(summary: &Summary) -> String {
    let text = match (&summary.bill, summary.incomplete.is_empty()) {
        (_, false) => "The evidence is incomplete: this is not a conclusion.",
        (Some(_), true) => "What the log comes to. No invoice was held against it.",
        (None, true) => "What the log holds. A replay states no prices.",
    };
    text.to_owned()
}

/// One sentence for each currency.
pub fn sentences(summary: &Summary, bill: &Bill) -> Vec<String> {
    let mut sentences: Vec<String> = bill
        .totals
        .iter()
        .take(CURRENCY_SENTENCES_MOST)
        .map(|(currency, totals)| cost::sentence(currency, totals, summary))
        .collect();
    let all = bill.totals.len();
    if all == 0 {
        sentences.push("Nothing was charged.".to_owned());
    }
    if all > CURRENCY_SENTENCES_MOST {
        sentences.push(format!(
            "There are {all} currencies; see the section on cost."
        ));
    }
    sentences
}

/// What a replay found.
pub fn replayed(summary: &Summary) -> String {
    let tables = &summary.tables;
    format!(
        "The log leads to {} conversations and free entry points ({} of them free entry points) and to {} lines \
         of charges.",
        thousands(tables.conversations),
        thousands(summary.free_entry_points.count),
        thousands(tables.charges)
    )
}

/// The categories of each currency, the most money first.
pub fn categories(bill: &Bill) -> Vec<Table> {
    let most = match bill.totals.len() {
        0 | 1 => ROWS_MOST,
        _ => ROWS_MOST / CURRENCIES_MOST,
    };
    let currencies = bill.by_category.iter().take(CURRENCIES_MOST);
    let mut tables: Vec<Table> = currencies
        .map(|(currency, categories)| {
            let mut table = Table::new(
                format!("Cost by category, {currency}"),
                vec![
                    Column::words("Category").percent(45),
                    Column::numbers("Charged units"),
                    Column::numbers("Free units"),
                    Column::numbers("Amount"),
                ],
            );
            table.class = "one-line";
            for (name, totals) in cost::by_amount(categories) {
                table.row(vec![
                    Cell::words(plain(name)),
                    Cell::count(totals.rated),
                    Cell::count(totals.free),
                    Cell::number(money(totals.amount, currency)),
                ]);
            }
            table.cut(most, "the largest amounts", "the section on cost");
            if let Some(totals) = bill.totals.get(currency) {
                table.total(vec![
                    Cell::words("All"),
                    Cell::count(totals.rated),
                    Cell::count(totals.free),
                    Cell::number(money(totals.amount, currency)),
                ]);
            }
            table
        })
        .collect();
    if let (Some(table), true) = (tables.last_mut(), bill.totals.len() > CURRENCIES_MOST) {
        table.note(format!(
            "All {} currencies stand in the section on cost.",
            bill.totals.len()
        ));
    }
    tables
}

/// The accounts, the most money first.
pub fn accounts(bill: &Bill) -> Table {
    let mut rows: Vec<_> = bill
        .by_account
        .iter()
        .flat_map(|(account, currencies)| {
            let currencies = currencies.iter();
            currencies.map(move |(currency, totals)| (account, currency, totals))
        })
        .collect();
    rows.sort_by_key(|(_, _, totals)| std::cmp::Reverse(totals.amount));
    let mut table = Table::new(
        "Cost by account",
        vec![
            Column::words("Account").percent(44),
            Column::words("Currency").percent(12),
            Column::numbers("Charged units"),
            Column::numbers("Free units"),
            Column::numbers("Amount"),
        ],
    );
    table.class = "one-line";
    for (account, currency, totals) in rows {
        table.row(vec![
            Cell::words(account),
            Cell::words(currency),
            Cell::count(totals.rated),
            Cell::count(totals.free),
            Cell::number(money(totals.amount, currency)),
        ]);
    }
    table.cut(ROWS_MOST, "the largest amounts", "the section on cost");
    table
}

/// What a replay opened, by category.
pub fn conversations(summary: &Summary) -> Table {
    let mut table = Table::new(
        "Conversations and free entry points opened",
        vec![
            Column::words("Category").percent(48),
            Column::words("Rules").percent(28),
            Column::numbers("Opened"),
        ],
    );
    table.class = "one-line";
    for (regime, categories) in &summary.conversations {
        for (category, counts) in categories {
            table.row(vec![
                Cell::words(plain(category)),
                Cell::words(*regime),
                Cell::count(counts.count),
            ]);
        }
    }
    table.cut(
        ROWS_MOST,
        "the first in order",
        "the section on conversations",
    );
    table
}

/// What a replay charged, by account.
pub fn units(summary: &Summary) -> Table {
    let mut table = crate::report::page::units::by_account(summary);
    table.cut(ROWS_MOST, "the first in order", "the section on units");
    table.class = "one-line";
    if let Some(column) = table.columns.first_mut() {
        column.percent = Some(40);
    }
    table
}

/// How much of the money rests on rates that a single source states.
pub fn support(summary: &Summary) -> Vec<String> {
    let Some(bill) = &summary.bill else {
        return Vec::new();
    };
    let mut sentences = Vec::new();
    for (currency, totals) in bill.totals.iter().take(CURRENCIES_MOST) {
        let kinds = bill.by_support.get(currency);
        let single = kinds.and_then(|kinds| kinds.get("single_source"));
        let all = money(totals.amount, currency);
        sentences.push(match single {
            Some(single) => format!(
                "{} of {all} {currency} rests on rates that only a single copy of Meta's card states.",
                money(single.amount, currency)
            ),
            None => format!(
                "No part of {all} {currency} rests on rates that only a single copy of Meta's card states."
            ),
        });
    }
    sentences
}
