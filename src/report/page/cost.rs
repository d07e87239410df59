//! What the log costs: by category, market, day, number, account and tier, and what the rates rest on.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::figure::Figures;
use super::section::Section;
use super::table::{Cell, Column, ROWS_MOST, Table};
use super::words::{money, plain, support};
use crate::report::figures::thousands;
use crate::report::summary::{Bill, BillTotals, InferredSummary, Summary};

/// Days that are shown one by one; a longer log is shown by month.
pub const DAYS_MOST: usize = 62;
const CARDS_MOST: usize = 40;

/// The section, in a run with prices.
pub fn section(summary: &Summary, figures: &mut Figures<'_>) -> Option<Section> {
    let bill = summary.bill.as_ref()?;
    let mut section = Section::new("cost", "Cost");
    for (currency, totals) in &bill.totals {
        section.text(sentence(currency, totals, summary));
    }
    if bill.totals.is_empty() {
        section.text("Nothing was charged.");
        return Some(section);
    }
    section.text(
        "Amounts are exact sums of counts times rates, neither rounded nor converted. Days and months are the \
         local dates of the accounts.",
    );
    for (currency, rows) in &bill.by_category {
        let names = rows.iter().map(|(name, totals)| (plain(name), totals));
        let table = table(bill, "category", currency, names.collect());
        section.table(table);
    }
    section.figures(figures.named("cost_by_market"));
    tables(&mut section, bill, "market", &bill.by_market);
    by_time(&mut section, summary, bill, figures);
    tables(&mut section, bill, "business number", &bill.by_business);
    section.table(by_account(bill));
    for (currency, rows) in &bill.by_tier {
        section.table(by_tier(bill, currency, rows));
    }
    rests(&mut section, bill);
    if let Some(inferred) = &summary.inferred {
        readings(&mut section, inferred);
    }
    Some(section)
}

/// What a currency comes to.
pub fn sentence(currency: &str, totals: &BillTotals, summary: &Summary) -> String {
    let inferred = summary.inferred.as_ref();
    let range = match inferred.and_then(|inferred| inferred.range(currency)) {
        Some((lowest, highest)) if lowest != highest => format!(
            ", and to {} to {} by how inferred messages are read",
            money(lowest, currency),
            money(highest, currency)
        ),
        _ => String::new(),
    };
    let mut text = format!(
        "The log comes to {} {currency}{range}: {} charged units and {} free ones.",
        money(totals.amount, currency),
        thousands(totals.rated),
        thousands(totals.free)
    );
    if totals.unrated > 0 {
        text.push_str(&format!(
            " {} units have no rate: what they cost is not known and not part of the sum.",
            thousands(totals.unrated)
        ));
    }
    text
}

/// The parts of a total, the most money first.
pub fn by_amount(rows: &BTreeMap<String, BillTotals>) -> Vec<(&String, &BillTotals)> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by_key(|(_, totals)| Reverse((totals.amount, totals.rated + totals.unrated)));
    rows
}

fn tables(
    section: &mut Section,
    bill: &Bill,
    name: &str,
    by_currency: &BTreeMap<String, BTreeMap<String, BillTotals>>,
) {
    for (currency, rows) in by_currency {
        let rows = rows.iter().map(|(name, totals)| (name.clone(), totals));
        section.table(table(bill, name, currency, rows.collect()));
    }
}

/// The parts, the most money first, and their total.
fn table(bill: &Bill, name: &str, currency: &str, mut rows: Vec<(String, &BillTotals)>) -> Table {
    rows.sort_by_key(|(_, totals)| Reverse((totals.amount, totals.rated + totals.unrated)));
    let mut table = empty_table(bill, name, currency);
    for (name, totals) in rows {
        table.row(cells(bill, &name, currency, totals));
    }
    table.cut(ROWS_MOST, "the largest amounts", "summary.json");
    if let Some(totals) = bill.totals.get(currency) {
        table.total(cells(bill, "All", currency, totals));
    }
    table
}

fn empty_table(bill: &Bill, name: &str, currency: &str) -> Table {
    let mut heading = name.to_owned();
    heading[..1].make_ascii_uppercase();
    let mut columns = vec![
        Column::words(heading),
        Column::numbers("Charged units"),
        Column::numbers("Free units"),
    ];
    if lacks_rates(bill) {
        columns.push(Column::numbers("Without a rate"));
    }
    columns.extend(["Estimated", "At an edge"].map(Column::numbers));
    columns.push(Column::numbers(format!("Amount, {currency}")));
    Table::new(format!("Cost by {name}, {currency}"), columns)
}

fn cells(bill: &Bill, name: &str, currency: &str, totals: &BillTotals) -> Vec<Cell> {
    let mut cells = vec![
        Cell::words(name),
        Cell::count(totals.rated),
        Cell::count(totals.free),
    ];
    if lacks_rates(bill) {
        cells.push(Cell::count(totals.unrated));
    }
    cells.extend([totals.estimated, totals.edge].map(Cell::count));
    cells.push(Cell::number(money(totals.amount, currency)));
    cells
}

fn lacks_rates(bill: &Bill) -> bool {
    bill.totals.values().any(|totals| totals.unrated > 0)
}

/// Charges on a ladder, from its first step up.
fn by_tier(bill: &Bill, currency: &str, rows: &BTreeMap<String, BillTotals>) -> Table {
    let mut table = empty_table(bill, "volume tier", currency);
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by_key(|(tier, _)| (lower_end(tier), *tier));
    for (name, totals) in rows {
        table.row(cells(bill, name, currency, totals));
    }
    table.cut(ROWS_MOST, "the lowest", "summary.json");
    table.note("Only charges on a ladder of volume tiers.");
    table
}

/// Where a tier written as `LOWER:UPPER` begins.
fn lower_end(tier: &str) -> Option<u64> {
    tier.split(':').next().and_then(|lower| lower.parse().ok())
}

/// By month, and by day where there are few.
fn by_time(section: &mut Section, summary: &Summary, bill: &Bill, figures: &mut Figures<'_>) {
    section.figures(figures.named("cost_by_day"));
    for (currency, rows) in &bill.by_month {
        let mut table = empty_table(bill, "month", currency);
        for (name, totals) in rows {
            table.row(cells(bill, name, currency, totals));
        }
        table.cut(ROWS_MOST, "the first in time", "summary.json");
        if let Some(totals) = bill.totals.get(currency) {
            table.total(cells(bill, "All", currency, totals));
        }
        section.table(table);
    }
    for (currency, days) in &summary.over_time.amounts {
        if days.len() > DAYS_MOST {
            section.text(format!(
                "{} days have a cost in {currency}; summary.json holds each of them.",
                thousands(days.len() as u64)
            ));
            continue;
        }
        let amount = |amount: &_| money(*amount, currency);
        section.table(by_day(
            format!("Cost by day and category, {currency}"),
            days,
            amount,
        ));
    }
}

/// Days down, names across.
pub fn by_day<T>(
    caption: String,
    days: &BTreeMap<String, BTreeMap<&'static str, T>>,
    shown: impl Fn(&T) -> String,
) -> Table {
    let mut names: Vec<&str> = days.values().flat_map(BTreeMap::keys).copied().collect();
    names.sort_unstable();
    names.dedup();
    let mut columns = vec![Column::words("Local date")];
    columns.extend(names.iter().map(|name| Column::numbers(plain(name))));
    let mut table = Table::new(caption, columns);
    for (day, parts) in days {
        let mut cells = vec![Cell::words(day)];
        cells.extend(names.iter().map(|name| {
            let part = parts.get(name).map(&shown);
            Cell::number(part.unwrap_or_else(|| super::words::NONE.to_owned()))
        }));
        table.row(cells);
    }
    table
}

fn by_account(bill: &Bill) -> Table {
    let mut rows: Vec<_> = bill
        .by_account
        .iter()
        .flat_map(|(account, currencies)| {
            let currencies = currencies.iter();
            currencies.map(move |(currency, totals)| (currency, account, totals))
        })
        .collect();
    rows.sort_by_key(|(currency, _, totals)| (*currency, Reverse(totals.amount)));
    let mut table = empty_table(bill, "account", "each in its currency");
    table.columns.insert(1, Column::words("Currency"));
    if let Some(column) = table.columns.last_mut() {
        column.heading = "Amount".to_owned();
    }
    let with_currency = |name: &str, currency: &str, totals: &BillTotals| {
        let mut cells = cells(bill, name, currency, totals);
        cells.insert(1, Cell::words(currency));
        cells
    };
    for (currency, account, totals) in rows {
        table.row(with_currency(account, currency, totals));
    }
    table.cut(ROWS_MOST, "the largest amounts", "summary.json");
    for (currency, totals) in &bill.totals {
        table.total(with_currency("All", currency, totals));
    }
    table
}

/// What the rates rest on, and what could move them.
fn rests(section: &mut Section, bill: &Bill) {
    section.heading("What the rates rest on");
    let mut table = Table::new(
        "Sources of the rates",
        vec![
            Column::words("The rates are stated by"),
            Column::words("Currency"),
            Column::numbers("Charged units"),
            Column::numbers("Amount"),
        ],
    );
    for (currency, kinds) in &bill.by_support {
        for (kind, totals) in by_amount(kinds) {
            table.row(vec![
                Cell::words(support(kind)),
                Cell::words(currency),
                Cell::count(totals.rated),
                Cell::number(money(totals.amount, currency)),
            ]);
        }
    }
    section.table(table);
    let mut range = Table::new(
        "What volume that the log does not show could change (S-23)",
        vec![
            Column::words("Currency"),
            Column::numbers("Tiered charges as priced"),
            Column::numbers("All at list"),
            Column::numbers("All at the lowest step"),
        ],
    );
    for (currency, amounts) in &bill.tier_range {
        let amounts = [amounts.amount, amounts.list, amounts.best];
        let mut cells = vec![Cell::words(currency)];
        cells.extend(amounts.map(|amount| Cell::number(money(amount, currency))));
        range.row(cells);
    }
    section.table(range);
    for (currency, totals) in &bill.bounded {
        section.text(format!(
            "{} max-price messages have no known price: they cost at most {} {currency} (X-3, S-33).",
            thousands(totals.rated),
            money(totals.amount, currency)
        ));
    }
    for (day, units) in &bill.nearest_cards {
        section.text(format!(
            "{} units under the forced rulebook are priced by the nearest card, that of {day} (R-1).",
            thousands(*units)
        ));
    }
    if !bill.rate_cards.is_empty() {
        let cards = bill.rate_cards.iter().map(String::as_str);
        section.text(format!(
            "Cards that priced anything: {}.",
            super::words::among(cards, "cards", CARDS_MOST)
        ));
    }
}

/// What the log comes to by how inferred messages are read.
fn readings(section: &mut Section, inferred: &InferredSummary) {
    section.heading("Inferred templates and categories");
    for sentence in inferred.sentences() {
        section.text(sentence);
    }
    let mut table = Table::new(
        "What the log comes to under each reading",
        vec![
            Column::words("inferred_template"),
            Column::words("inferred_category"),
            Column::words("Currency"),
            Column::numbers("Charged units"),
            Column::numbers("Units without a rate"),
            Column::numbers("Amount"),
        ],
    );
    for reading in &inferred.readings {
        let kind = match reading.in_force {
            true => format!("{}, as in this run", reading.inferred_template),
            false => reading.inferred_template.clone(),
        };
        for (currency, totals) in &reading.totals {
            table.row(vec![
                Cell::words(&kind),
                Cell::words(&reading.inferred_category),
                Cell::words(currency),
                Cell::count(totals.rated + totals.unrated),
                Cell::count(totals.unrated),
                Cell::number(money(totals.amount, currency)),
            ]);
        }
    }
    section.table(table);
}
