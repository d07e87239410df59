//! Runs that continue each other, as a user has them: what a state is refused for, days that are empty or come twice,
//! month ends, closed months, contradictions. That pieces add up to the whole is tested by `incremental.rs`.
//!
//! A marketing template to Germany costs 0.1365 USD from 2025-07-01 on.

mod run_folders;

use std::fs;

use run_folders::{HEADER, Home, Said};
use serde_json::Value;

/// A marketing template to Germany that was delivered in the instant it was sent.
fn template(id: &str, customer: u32, at: &str) -> String {
    format!(
        "{id},{at},outbound,491,49151{customer:08},template,marketing,sent,\n\
         {id},{at},outbound,491,49151{customer:08},template,marketing,delivered,\n"
    )
}

/// A template that is known to be sent and no more.
fn sent(id: &str, customer: u32, at: &str) -> String {
    format!("{id},{at},outbound,491,49151{customer:08},template,marketing,sent,\n")
}

/// What a run without anything to tell of says, with its limits that are no part of the test.
fn is_sound(said: &Said) {
    assert!(matches!(said.code(), 0 | 4), "{}", said.errors());
}

/// Runs that continue each other in a folder.
struct Pieces {
    home: Home,
    runs: usize,
}

impl Pieces {
    fn new() -> Self {
        Self {
            home: Home::new(),
            runs: 0,
        }
    }

    /// The next run over these rows.
    fn give(&mut self, rows: &[String], more: &[&str]) -> Said {
        self.home.log("new.csv", rows);
        let out = self.out();
        let mut words = vec!["audit", "new.csv", "--out", &out, "--force", "--csv"];
        if self.runs > 0 {
            words.extend(["--state-in", "state"]);
        }
        words.extend(["--state-out", "state"]);
        words.extend(more);
        let said = self.home.run(&words);
        if matches!(said.code(), 0 | 1 | 4) {
            self.runs += 1;
        }
        said
    }

    /// The folder of the next run.
    fn out(&self) -> String {
        format!("run{}", self.runs)
    }

    fn summary(&self) -> Value {
        let run = format!("run{}/summary.json", self.runs - 1);
        serde_json::from_slice(&fs::read(self.home.path(&run)).unwrap()).unwrap()
    }

    /// Rows of a table of the last run, by column.
    fn table(&self, name: &str, columns: &[&str]) -> Vec<Vec<String>> {
        let path = format!("run{}/tables/{name}.csv", self.runs - 1);
        let mut reader = csv::Reader::from_path(self.home.path(&path)).unwrap();
        let headers = reader.headers().unwrap().clone();
        let places = columns
            .iter()
            .map(|column| headers.iter().position(|header| header == *column).unwrap());
        let places: Vec<usize> = places.collect();
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            places.iter().map(|&place| row[place].to_owned()).collect()
        });
        rows.collect()
    }

    /// Month, quantity and amount of each line of the bill to date.
    fn lines(&self) -> Vec<Vec<String>> {
        self.table("lines", &["month", "quantity", "amount"])
    }
}

fn line(month: &str, quantity: &str, amount: &str) -> Vec<String> {
    vec![month.to_owned(), quantity.to_owned(), amount.to_owned()]
}

/// A first day of two templates.
fn begun() -> Pieces {
    let mut pieces = Pieces::new();
    let rows = [
        template("a", 1, "2026-10-05T10:00:00Z"),
        template("b", 2, "2026-10-05T11:00:00Z"),
    ];
    is_sound(&pieces.give(&rows, &[]));
    pieces
}

fn next_day() -> Vec<String> {
    vec![template("c", 3, "2026-10-06T10:00:00Z")]
}

/// A run that must not continue: its exit code and what it says; nothing of it stands, the state is as it was.
fn refused(pieces: &mut Pieces, rows: &[String], more: &[&str], code: i32, words: &[&str]) {
    let before = fs::read(pieces.home.path("state")).unwrap();
    let said = pieces.give(rows, more);
    assert_eq!(said.code(), code, "{}", said.errors());
    for word in words {
        assert!(
            said.errors().contains(word),
            "{word:?} in: {}",
            said.errors()
        );
    }
    assert!(!pieces.home.path(&pieces.out()).exists());
    assert_eq!(fs::read(pieces.home.path("state")).unwrap(), before);
}

#[test]
fn a_state_that_is_cut_off_damaged_newer_or_something_else_is_refused() {
    let mut pieces = begun();
    let path = pieces.home.path("state");
    let whole = fs::read(&path).unwrap();

    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let cut = format!("cut off at byte {}", whole.len() / 2);
    refused(&mut pieces, &next_day(), &[], 3, &["state", &cut]);

    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0x10;
    fs::write(&path, damaged).unwrap();
    refused(
        &mut pieces,
        &next_day(),
        &[],
        3,
        &["damaged", "its checksum is"],
    );

    let mut newer = whole.clone();
    newer[16] += 1;
    fs::write(&path, newer).unwrap();
    refused(
        &mut pieces,
        &next_day(),
        &[],
        3,
        &["version 2", "reads version 1"],
    );

    fs::write(&path, HEADER).unwrap();
    refused(&mut pieces, &next_day(), &[], 3, &["is no state"]);

    fs::remove_file(&path).unwrap();
    let said = pieces.give(&next_day(), &[]);
    assert_eq!(said.code(), 3, "{}", said.errors());

    fs::write(&path, whole).unwrap();
    is_sound(&pieces.give(&next_day(), &[]));
    assert_eq!(pieces.lines(), [line("2026-10", "3", "0.4095")]);
}

#[test]
fn a_state_of_other_settings_options_cards_or_accounts_is_refused_with_both_values() {
    let account = |zone: &str, portfolio: &str| {
        format!(
            "[[account]]\nid = \"x\"\nportfolio = \"{portfolio}\"\ntimezone = \"{zone}\"\n\
             currency = \"USD\"\nnumbers = [\"491\"]\n"
        )
    };
    let mut pieces = Pieces::new();
    let accounts = pieces.home.path("accounts.toml");
    fs::write(&accounts, account("Europe/Berlin", "ours")).unwrap();
    let cards = pieces.home.path("cards");
    fs::create_dir(&cards).unwrap();
    let card = |rate: &str| {
        format!(
            "effective_from,effective_to,model,currency,market,category,rate,source,confidence\n\
             2025-07-01,,PMP,USD,Germany,marketing,{rate},contract,official\n"
        )
    };
    fs::write(cards.join("rates.csv"), card("0.1")).unwrap();
    let usual = ["--accounts", "accounts.toml", "--rates", "cards"];
    let first = [template("a", 1, "2026-10-05T10:00:00Z")];
    is_sound(&pieces.give(&first, &usual));

    let mut with = |more: &[&str], words: &[&str]| {
        let words: Vec<&str> = [words, &["does not belong to this run"]].concat();
        refused(
            &mut pieces,
            &next_day(),
            &[&usual, more].concat(),
            2,
            &words,
        );
    };
    with(
        &["--set", "S-07=delivery"],
        &["setting window_instant was `send`, now it is `delivery`"],
    );
    with(
        &["--rulebook", "pmp-2025"],
        &["option rulebook was `none`, now it is `pmp-2025`"],
    );
    with(
        &["--detail", "messages"],
        &["option detail was `none`, now it is `messages`"],
    );
    fs::write(cards.join("rates.csv"), card("0.2")).unwrap();
    with(&[], &["own rates.csv had the hash"]);
    fs::write(cards.join("rates.csv"), card("0.1")).unwrap();
    fs::write(&accounts, account("Europe/Berlin", "theirs")).unwrap();
    with(&[], &["account x was", "ours", "theirs"]);
    fs::write(&accounts, account("Asia/Tokyo", "ours")).unwrap();
    with(&[], &["Europe/Berlin", "Asia/Tokyo"]);

    fs::write(&accounts, account("Europe/Berlin", "ours")).unwrap();
    let words = ["replay", "new.csv", "--out", "other", "--rates", "cards"];
    let more = ["--accounts", "accounts.toml", "--state-in", "state"];
    let said = pieces.home.run(&[&words[..], &more].concat());
    assert_eq!(said.code(), 2);
    assert!(
        said.errors().contains("made by `audit`, this is `replay`"),
        "{}",
        said.errors()
    );

    // Another account may come.
    let two = account("Europe/Berlin", "ours") + "[[account]]\nid = \"y\"\nnumbers = [\"492\"]\n";
    fs::write(&accounts, two).unwrap();
    is_sound(&pieces.give(&next_day(), &usual));
    assert_eq!(pieces.lines(), [line("2026-10", "2", "0.2")]);
}

#[test]
fn options_of_a_whole_log_are_refused() {
    let mut pieces = begun();
    for more in [
        &["--month", "2026-10"][..],
        &["--from", "2026-10-06"],
        &["--sample", "5"],
    ] {
        refused(&mut pieces, &next_day(), more, 2, &["whole log"]);
    }
}

#[test]
fn an_empty_day_publishes_nothing_and_loses_nothing() {
    let mut pieces = begun();
    is_sound(&pieces.give(&[], &[]));
    assert_eq!(pieces.table("charges", &["charge_id"]).len(), 0);
    assert_eq!(pieces.table("adjustments", &["charge_id"]).len(), 0);
    assert_eq!(pieces.lines(), [line("2026-10", "2", "0.273")]);
    is_sound(&pieces.give(&next_day(), &[]));
    assert_eq!(pieces.table("charges", &["message_id"]), [["c"]]);
    assert_eq!(pieces.lines(), [line("2026-10", "3", "0.4095")]);
}

#[test]
fn a_first_day_may_be_empty() {
    let mut pieces = Pieces::new();
    is_sound(&pieces.give(&[], &[]));
    is_sound(&pieces.give(&next_day(), &[]));
    assert_eq!(pieces.lines(), [line("2026-10", "1", "0.1365")]);
}

#[test]
fn a_day_that_is_delivered_twice_counts_once() {
    let mut pieces = begun();
    is_sound(&pieces.give(&next_day(), &[]));
    is_sound(&pieces.give(&next_day(), &[]));
    assert_eq!(pieces.table("charges", &["charge_id"]).len(), 0);
    assert_eq!(pieces.table("adjustments", &["charge_id"]).len(), 0);
    assert_eq!(pieces.lines(), [line("2026-10", "3", "0.4095")]);
    // Two rows of it, both repeated in every byte.
    let totals = &pieces.summary()["control_totals"];
    assert_eq!(totals["rows_read"], 8, "{totals}");
    assert_eq!(totals["exact_duplicates"], 2, "{totals}");
}

#[test]
fn control_totals_are_those_of_one_run() {
    let days = [
        [
            template("a", 1, "2026-10-05T10:00:00Z"),
            sent("b", 2, "2026-10-05T11:00:00Z"),
            "bad,2026-10-05T12:00:00Z,sideways,491,49151,template,marketing,sent,\n".to_owned(),
        ],
        [
            // The delivery of a message of the day before, a repeated row, a contradiction of D-4.
            "b,2026-10-06T09:00:00Z,outbound,491,4915100000002,template,marketing,delivered,\n"
                .to_owned(),
            template("a", 1, "2026-10-05T10:00:00Z"),
            "b,2026-10-06T09:00:00Z,inbound,491,4915100000002,text,,received,\n".to_owned(),
        ],
        [
            template("c", 3, "2026-10-20T10:00:00Z"),
            template("d", 4, "2026-10-20T10:00:01Z"),
            sent("e", 5, "2026-10-20T11:00:00Z"),
        ],
    ];
    let many = ["--max-rejects", "100", "--allow-gap"];
    let mut pieces = Pieces::new();
    for day in &days {
        is_sound(&pieces.give(day, &many));
    }
    let mut whole = Pieces::new();
    is_sound(&whole.give(&days.concat(), &many));
    assert_eq!(
        pieces.summary()["control_totals"],
        whole.summary()["control_totals"]
    );
    assert_eq!(pieces.lines(), whole.lines());
    assert_eq!(pieces.lines(), [line("2026-10", "4", "0.546")]);
}

#[test]
fn a_clock_that_goes_backwards_is_refused_or_told_of() {
    let mut pieces = begun();
    is_sound(&pieces.give(
        &[
            template("c", 3, "2026-10-20T10:00:00Z"),
            template("d", 4, "2026-10-20T11:00:00Z"),
        ],
        &["--allow-gap"],
    ));
    // All of it lies before what is settled: an older file, or another log's state.
    let old = [template("e", 5, "2026-10-06T10:00:00Z")];
    refused(&mut pieces, &old, &[], 2, &["settled", "order of time"]);
    // One row of many does not stop the others.
    let mixed = [old.concat(), template("f", 6, "2026-10-21T10:00:00Z")];
    let said = pieces.give(&mixed, &[]);
    assert_eq!(said.code(), 4, "{}", said.errors());
    assert_eq!(pieces.table("charges", &["message_id"]), [["f"]]);
    assert_eq!(
        pieces.table(
            "adjustments",
            &[
                "message_id",
                "change",
                "reason",
                "amount_before",
                "amount_after"
            ]
        ),
        [["e", "added", "beyond_horizon", "", "0.1365"]]
    );
    assert_eq!(pieces.lines(), [line("2026-10", "6", "0.819")]);
}

#[test]
fn a_clock_that_ran_ahead_settles_nothing() {
    let mut pieces = Pieces::new();
    let rows = [
        template("a", 1, "2026-10-05T10:00:00Z"),
        template("b", 2, "2026-10-05T11:00:00Z"),
        sent("ahead", 9, "2031-01-01T00:00:00Z"),
    ];
    is_sound(&pieces.give(&rows, &[]));
    is_sound(&pieces.give(&next_day(), &[]));
    assert_eq!(pieces.table("charges", &["message_id"]), [["c"]]);
    assert_eq!(pieces.table("adjustments", &["charge_id"]).len(), 0);
    assert_eq!(pieces.lines(), [line("2026-10", "3", "0.4095")]);
}

#[test]
fn a_gap_longer_than_the_horizon_is_refused_unless_it_is_allowed() {
    let mut pieces = begun();
    let later = [template("c", 3, "2026-10-16T10:00:00Z")];
    refused(
        &mut pieces,
        &later,
        &[],
        2,
        &["more than 7 days", "--allow-gap"],
    );
    is_sound(&pieces.give(&later, &["--allow-gap"]));
    assert_eq!(pieces.lines(), [line("2026-10", "3", "0.4095")]);
}

#[test]
fn months_end_where_the_accounts_are_though_runs_are_cut_at_midnight_in_utc() {
    // Kiritimati is 14 hours ahead of UTC, Samoa (Pago Pago) 11 hours behind.
    let accounts = "[[account]]\nid = \"east\"\ntimezone = \"Pacific/Kiritimati\"\ncurrency = \"USD\"\nnumbers = [\"491\"]\n\
                    [[account]]\nid = \"west\"\ntimezone = \"Pacific/Pago_Pago\"\ncurrency = \"USD\"\nnumbers = [\"492\"]\n";
    let west = |rows: String| rows.replace(",491,", ",492,");
    let mut pieces = Pieces::new();
    fs::write(pieces.home.path("accounts.toml"), accounts).unwrap();
    let with = ["--accounts", "accounts.toml"];
    is_sound(&pieces.give(
        &[
            template("a", 1, "2026-10-31T09:59:59Z"), // 23:59:59 on 31 October in the east
            template("b", 2, "2026-10-31T10:00:00Z"), // midnight
            west(template("c", 1, "2026-10-31T23:59:59Z")),
        ],
        &with,
    ));
    // October is over in the east, and goes on in the west.
    is_sound(&pieces.give(
        &[
            template("d", 3, "2026-11-01T00:00:00Z"),
            west(template("e", 2, "2026-11-01T10:59:59Z")), // 23:59:59 on 31 October
            west(template("f", 3, "2026-11-01T11:00:00Z")), // midnight
        ],
        &with,
    ));
    let lines = pieces.table("lines", &["account", "month", "quantity", "amount"]);
    assert_eq!(
        lines,
        [
            ["east", "2026-10", "1", "0.1365"],
            ["east", "2026-11", "2", "0.273"],
            ["west", "2026-10", "2", "0.273"],
            ["west", "2026-11", "1", "0.1365"],
        ]
    );
}

#[test]
fn a_closed_month_changes_by_adjustments_only() {
    let mut pieces = begun();
    is_sound(&pieces.give(
        &[template("c", 3, "2026-11-01T10:00:00Z")],
        &["--close-month", "2026-10", "--allow-gap"],
    ));
    // The third was sent in October and comes late, within the horizon; the fourth is of an open month.
    let said = pieces.give(
        &[
            template("late", 4, "2026-10-31T10:00:00Z"),
            template("d", 5, "2026-11-01T11:00:00Z"),
        ],
        &[],
    );
    is_sound(&said);
    assert_eq!(pieces.table("charges", &["message_id"]), [["d"]]);
    let told = [
        "message_id",
        "change",
        "reason",
        "amount_before",
        "amount_after",
    ];
    assert_eq!(
        pieces.table("adjustments", &told),
        [["late", "added", "late_row", "", "0.1365"]]
    );
    assert_eq!(
        pieces.lines(),
        [
            line("2026-10", "3", "0.4095"),
            line("2026-11", "2", "0.273"),
        ]
    );
    let closed = &pieces.summary()["continued"]["closed_months"];
    assert_eq!(closed, &serde_json::json!(["2026-10"]));
}

/// So many messages that are known to be sent and no more, a second apart.
fn sent_only(name: &str, count: u32, day: u32) -> Vec<String> {
    let row = |number: u32| {
        let (minute, second) = (number / 60, number % 60);
        sent(
            &format!("{name}{number}"),
            number,
            &format!("2026-10-{day:02}T10:{minute:02}:{second:02}Z"),
        )
    };
    (0..count).map(row).collect()
}

#[test]
fn that_sent_is_delivered_is_decided_by_the_first_run_and_a_contradiction_is_told() {
    let mut pieces = Pieces::new();
    // D-3: a thousand messages of which nothing more is known count as delivered.
    is_sound(&pieces.give(&sent_only("a", 1000, 5), &[]));
    assert_eq!(pieces.lines(), [line("2026-10", "1000", "136.5")]);
    is_sound(&pieces.give(&sent_only("b", 1, 6), &[]));
    assert_eq!(pieces.lines(), [line("2026-10", "1001", "136.6365")]);
    // One run over all of it would count only this one.
    let said = pieces.give(&[template("c", 3, "2026-10-07T10:00:00Z")], &[]);
    assert_eq!(said.code(), 4, "{}", said.errors());
    assert!(said.text().contains("D-3"), "{}", said.text());
    assert_eq!(pieces.lines(), [line("2026-10", "1002", "136.773")]);
}

#[test]
fn a_first_run_too_small_to_assume_deliveries_is_told_of_when_the_log_has_grown() {
    let mut pieces = Pieces::new();
    is_sound(&pieces.give(&sent_only("a", 999, 5), &[]));
    assert!(pieces.lines().is_empty());
    let said = pieces.give(&sent_only("b", 1, 6), &[]);
    assert_eq!(said.code(), 4, "{}", said.errors());
    assert!(said.text().contains("D-3"), "{}", said.text());
    // Under a setting there is nothing to contradict.
    let mut told = Pieces::new();
    let off = ["--set", "assume_sent_is_delivered=off"];
    is_sound(&told.give(&sent_only("a", 999, 5), &off));
    let said = told.give(&sent_only("b", 1, 6), &off);
    assert!(!said.text().contains("D-3"), "{}", said.text());
}

#[test]
fn a_run_without_new_rows_or_with_a_wrong_log_leaves_the_state_as_it_was() {
    let mut pieces = begun();
    fs::write(pieces.home.path("broken.csv"), "no,such,columns\n1,2,3\n").unwrap();
    let before = fs::read(pieces.home.path("state")).unwrap();
    let said = pieces.home.run(&[
        "audit",
        "broken.csv",
        "--out",
        "run1",
        "--state-in",
        "state",
        "--state-out",
        "state",
    ]);
    assert_eq!(said.code(), 3, "{}", said.errors());
    assert_eq!(fs::read(pieces.home.path("state")).unwrap(), before);
    assert!(!pieces.home.path("run1").exists());
}
