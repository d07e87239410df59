//! How exports go wrong: rows repeated, a contradiction, and a few that cannot be read.

use super::export::{MESSAGE_COLUMNS, Row, STATUS_COLUMNS};
use super::random::Random;

/// Rows of each table that must be rejected, contradictions included.
pub const REJECTED_MESSAGE_ROWS: usize = 7;
pub const REJECTED_STATUS_ROWS: usize = 6;

pub fn spoil_messages(rows: &mut Vec<Row>, random: &mut Random) {
    repeat_exactly(rows, random);
    let place = |name| place(&MESSAGE_COLUMNS, name);
    let mut template = |change: &dyn Fn(&mut Vec<String>)| {
        let is_late_template =
            |row: &Row| row.cells[place("type")] == "template" && row.time > 1_700_000_000;
        let mut row = example(rows, random, is_late_template);
        row.cells[place("message_id")] = format!("wamid.HBgN{}", random.letters(22));
        change(&mut row.cells);
        rows.push(row);
    };
    template(&|cells| cells[place("status")] = "deliverd".to_owned());
    template(&|cells| cells[place("timestamp")] = "2024-10-31T25:61:00Z".to_owned());
    template(&|cells| cells[place("customer")].clear());
    template(&|cells| cells[place("category")] = "promo".to_owned());
    template(&|cells| cells[place("direction")] = "sideways".to_owned());
    template(&|cells| cells.truncate(place("template")));
    // No category here, and none in templates.csv.
    template(&|cells| {
        cells[place("category")].clear();
        cells[place("template")] = "unregistered_notice/de".to_owned();
    });
}

pub fn spoil_statuses(rows: &mut Vec<Row>, random: &mut Random) {
    repeat_exactly(rows, random);
    deliver_webhooks_again(rows, random);
    let place = |name| place(&STATUS_COLUMNS, name);
    let is_receipt = |row: &Row| {
        let cell = |name| row.cells[place(name)].as_str();
        (cell("Status"), cell("Channel"), cell("Seen_at")) == ("delivered", "WhatsApp", "")
            && row.time > 1_700_000_000
    };
    let mut spoil = |with_new_id: bool, change: &dyn Fn(&mut Vec<String>)| {
        let mut row = example(rows, random, is_receipt);
        if with_new_id {
            row.cells[place("Message_id")] = format!("wamid.HBgN{}", random.letters(22));
        }
        change(&mut row.cells);
        rows.push(row);
    };
    spoil(true, &|cells| {
        cells[place("Timestamp")] = "yesterday".to_owned()
    });
    spoil(true, &|cells| cells.push("one cell too many".to_owned()));
    spoil(true, &|cells| cells[place("Message_id")].clear());
    spoil(true, &|cells| cells[place("Type")].clear());
    // Contradictions: a message that exists, said to have gone to somebody else (D-4).
    spoil(false, &|cells| {
        another_customer(cells, place("Customer"), place("Timestamp"))
    });
    spoil(false, &|cells| {
        another_customer(cells, place("Customer"), place("Timestamp"))
    });
}

/// Some minutes later, so that the true rows come first and stand.
fn another_customer(cells: &mut [String], customer: usize, timestamp: usize) {
    cells[customer] = "44000999999".to_owned();
    let time: i64 = cells[timestamp].parse().expect("epoch seconds");
    cells[timestamp] = (time + 600).to_string();
}

fn repeat_exactly(rows: &mut Vec<Row>, random: &mut Random) {
    let repeated: Vec<_> = rows
        .iter()
        .filter(|_| random.below(1000) < 8)
        .cloned()
        .collect();
    rows.extend(repeated);
}

/// Meta sends a webhook again when nobody answered the first: the same event, seen later.
fn deliver_webhooks_again(rows: &mut Vec<Row>, random: &mut Random) {
    let seen_at = place(&STATUS_COLUMNS, "Seen_at");
    let mut again: Vec<_> = rows.iter().filter(|_| random.chance(3)).cloned().collect();
    for row in &mut again {
        row.cells[seen_at] = (row.time + random.between(30, 900)).to_string();
    }
    rows.extend(again);
}

fn example(rows: &[Row], random: &mut Random, suits: impl Fn(&Row) -> bool) -> Row {
    let suitable: Vec<_> = rows.iter().filter(|row| suits(row)).collect();
    (*random.pick(&suitable)).clone()
}

fn place(columns: &[&str], name: &str) -> usize {
    columns
        .iter()
        .position(|&column| column == name)
        .expect("a column of the table")
}
