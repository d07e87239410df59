//! Days that are read one after another: empty ones, one that comes twice, ends of months, closed months, late rows,
//! contradictions. That pieces add up to the whole is tested by `incremental.rs`.

mod continued;
mod run_folders;

use std::fs;

use continued::{Pieces, begun, is_sound, line, next_day, sent, template};

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
fn a_failed_message_that_was_delivered_after_all_is_judged_within_the_horizon_and_told_of_later() {
    let at = |id: &str, customer: u32, at: &str, status: &str| {
        format!("{id},{at},outbound,491,49151{customer:08},template,marketing,{status},\n")
    };
    let mut pieces = Pieces::new();
    is_sound(&pieces.give(
        &[
            template("a", 1, "2026-10-05T10:00:00Z"),
            at("soon", 2, "2026-10-05T10:00:00Z", "failed"),
            at("later", 3, "2026-10-05T10:00:00Z", "failed"),
        ],
        &[],
    ));
    assert_eq!(pieces.lines(), [line("2026-10", "1", "0.1365")]);
    is_sound(&pieces.give(
        &[
            at("soon", 2, "2026-10-06T10:00:00Z", "delivered"),
            template("b", 4, "2026-10-20T10:00:00Z"),
            template("c", 5, "2026-10-20T10:00:01Z"),
            template("d", 6, "2026-10-20T10:00:02Z"),
        ],
        &[],
    ));
    assert_eq!(pieces.lines(), [line("2026-10", "5", "0.6825")]);
    let said = pieces.give(&[at("later", 3, "2026-10-21T10:00:00Z", "delivered")], &[]);
    assert_eq!(said.code(), 4, "{}", said.errors());
    let told = "1 messages were settled as failed or never delivered, and were delivered after all";
    let text = said.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(told), "{text}");
    assert_eq!(pieces.lines(), [line("2026-10", "5", "0.6825")]);
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
        &["--allow-gap"],
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
