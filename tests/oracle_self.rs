//! The oracle itself against examples made by hand: each case is a small log and what must follow.

mod oracle;

use oracle::hand::{charged, message, opened, plain, run};
use oracle::{Account, Accounts, Settings};

#[test]
fn ids_are_blake3_over_the_fields_of_contract_4() {
    let log = [message(
        "m0",
        "outbound",
        "template",
        "2023-09-04T09:00:00Z",
        &[("category", "utility")],
    )];
    let outcome = plain(&log);
    let text = "charge\u{1f}default\u{1f}15550001111\u{1f}919876500001\u{1f}m0\u{1f}conversation";
    let expected = &blake3::hash(text.as_bytes()).to_hex()[..16];
    assert_eq!(outcome.charges[0]["charge_id"], expected);
    let text = "conversation\u{1f}default\u{1f}15550001111\u{1f}919876500001\u{1f}utility\u{1f}1693818000000\u{1f}m0";
    let expected = &blake3::hash(text.as_bytes()).to_hex()[..16];
    assert_eq!(outcome.conversations[0]["conversation_id"], expected);
}

#[test]
fn an_inbound_at_the_instant_of_an_opening_precedes_it() {
    let at = "2023-09-04T09:00:00Z";
    let log = [
        message("m1", "outbound", "text", at, &[]),
        message("m0", "inbound", "text", at, &[]),
        message("m2", "inbound", "text", "2023-09-05T08:59:59.999Z", &[]),
        message("m3", "inbound", "text", "2023-09-05T09:00:00Z", &[]),
    ];
    let outcome = plain(&log);
    assert_eq!(
        opened(&outcome),
        ["service 2023-09-04T09:00:00Z -> 2023-09-05T09:00:00Z 1/1"]
    );
}

#[test]
fn status_rows_fold_and_the_control_totals_close() {
    let text = [("status", "read"), ("delivered_at", "")];
    let log = [
        message("m0", "inbound", "text", "2025-09-01T10:00:00Z", &[]),
        message(
            "m1",
            "outbound",
            "text",
            "2025-09-01T10:05:00Z",
            &[("status", "sent")],
        ),
        message("m1", "outbound", "", "2025-09-01T10:05:02Z", &text),
        message("m1", "out", "", "2025-09-01 10:05:02", &text),
        message("m1", "outbound", "template", "2025-09-01T10:05:03Z", &text),
        message(
            "m2",
            "outbound",
            "text",
            "2025-09-01T10:05:00Z",
            &[("channel", "sms")],
        ),
        message(
            "m3",
            "outbound",
            "text",
            "2025-09-01T10:06:00Z",
            &[("origin", "business_app")],
        ),
        message(
            "m4",
            "outbound",
            "text",
            "2025-09-01T10:07:00Z",
            &[("status", "failed")],
        ),
        message("m5", "outbound", "template", "2025-09-01T10:07:00Z", &[]),
        message("m6", "sideways", "text", "2025-09-01T10:07:00Z", &[]),
        message("m7", "inbound", "text", "2022-01-31T23:59:59Z", &[]),
    ];
    let outcome = plain(&log);
    let totals: Vec<u64> = outcome
        .totals
        .named()
        .iter()
        .map(|(_, rows)| *rows)
        .collect();
    assert_eq!(totals, [11, 1, 1, 1, 1, 1, 1, 1, 1, 3]);
    assert_eq!(charged(&outcome), ["m1 P25-2 free_customer_service"]);
    assert_eq!(outcome.charges[0]["charged_at"], "2025-09-01T10:05:02Z");
    assert_eq!(outcome.rejected["conflict"], 1);
    assert_eq!(outcome.rejected["missing_category"], 1);
    assert_eq!(outcome.rejected["unknown_direction"], 1);
}

#[test]
fn a_row_with_delivered_at_tells_the_sending_by_its_timestamp() {
    let delivered = [
        ("status", "delivered"),
        ("delivered_at", "2025-09-01T10:00:30Z"),
    ];
    let log = [message(
        "m1",
        "outbound",
        "text",
        "2025-09-01T10:00:00Z",
        &delivered,
    )];
    assert_eq!(plain(&log).charges[0]["charged_at"], "2025-09-01T10:00:30Z");
}

#[test]
fn a_click_inside_an_entry_point_arms_only_for_after_it() {
    let ad = [("entry_point", "ad")];
    let marketing = [("category", "marketing")];
    let log = [
        message("m0", "inbound", "text", "2025-09-01T00:00:00Z", &ad),
        message("m1", "outbound", "text", "2025-09-01T01:00:00Z", &[]),
        message("m2", "inbound", "text", "2025-09-03T23:00:00Z", &ad),
        message("m3", "outbound", "text", "2025-09-04T00:59:59Z", &[]),
        message(
            "m4",
            "outbound",
            "template",
            "2025-09-04T01:00:00Z",
            &marketing,
        ),
    ];
    let outcome = plain(&log);
    assert_eq!(
        opened(&outcome),
        [
            "free_entry_point 2025-09-01T01:00:00Z -> 2025-09-04T01:00:00Z 2/1",
            "free_entry_point 2025-09-04T01:00:00Z ->  1/0",
        ]
    );
    let edges: Vec<&str> = outcome.charges.iter().map(|c| c["edge"].as_str()).collect();
    assert_eq!(edges, ["false", "true", "false"]);
    let ignored = Settings::default().with("click_inside_entry_point", "ignored");
    let outcome = run(&log, &Accounts::default(), &ignored);
    assert_eq!(charged(&outcome)[2], "m4 P25-4 regular");
}

#[test]
fn a_mark_proves_a_click_and_its_own_end_wins() {
    let marked = [
        ("meta_pricing_type", "Free_Entry_Point"),
        ("meta_expires_at", "2025-09-01T05:00:00Z"),
    ];
    let log = [
        message("m0", "inbound", "text", "2025-09-01T00:00:00Z", &[]),
        message("m1", "outbound", "text", "2025-09-01T01:00:00Z", &marked),
        message("m2", "outbound", "text", "2025-09-01T05:00:00Z", &[]),
    ];
    let outcome = plain(&log);
    assert_eq!(
        charged(&outcome),
        [
            "m1 P25-1 free_entry_point",
            "m2 P25-2 free_customer_service"
        ]
    );
    assert_eq!(outcome.charges[0]["estimated"], "false");
    assert_eq!(outcome.charges[1]["edge"], "true");
    let trust = Settings::default().with("trust", "log");
    assert_eq!(
        run(&log, &Accounts::default(), &trust).conversations.len(),
        0
    );
}

#[test]
fn the_month_and_the_regime_are_local() {
    let accounts = Accounts {
        present: true,
        accounts: vec![Account {
            id: "A".to_string(),
            timezone: Some("Asia/Kolkata".to_string()),
            numbers: vec!["15550001111".to_string()],
            ..Account::default()
        }],
        ..Accounts::default()
    };
    let settings = Settings::default().with("allowance_pmp_2026", "1");
    let log = [
        message("m1", "outbound", "text", "2026-09-30T18:29:59Z", &[]),
        message("m2", "outbound", "text", "2026-09-30T18:30:00Z", &[]),
        message("m3", "outbound", "text", "2026-10-31T18:29:59Z", &[]),
        message("m4", "outbound", "text", "2026-10-31T18:30:00Z", &[]),
    ];
    let outcome = run(&log, &accounts, &settings);
    assert_eq!(
        charged(&outcome),
        [
            "m1 P25-2 free_customer_service",
            "m2 P26-2 free_customer_service",
            "m3 P26-2 regular",
            "m4 P26-2 free_customer_service",
        ]
    );
    assert_eq!(outcome.charges[1]["local_date"], "2026-10-01");
}

#[test]
fn a_conversation_of_2022_covers_everything_over_the_switch() {
    let marketing = [("category", "marketing")];
    let log = [
        message("m1", "outbound", "template", "2023-05-31T12:00:00Z", &[]),
        message(
            "m2",
            "outbound",
            "template",
            "2023-06-01T11:59:59Z",
            &marketing,
        ),
        message(
            "m3",
            "outbound",
            "template",
            "2023-06-01T12:00:00Z",
            &marketing,
        ),
    ];
    let outcome = plain(&log);
    assert_eq!(
        charged(&outcome),
        ["m1 C22-3 free_tier", "m3 C23-5 regular"]
    );
    assert_eq!(outcome.conversations[0]["messages_outbound"], "2");
}

#[test]
fn groups_share_the_window_and_look_at_delivery() {
    let group = [("group", "G"), ("category", "utility")];
    let mut member = message(
        "m0",
        "inbound",
        "text",
        "2025-09-01T10:00:00Z",
        &[("group", "G")],
    );
    member.set("customer", "5511987650001");
    let mut late = message("m1", "outbound", "template", "2025-09-02T09:59:59Z", &group);
    late.set("delivered_at", "2025-09-02T10:00:00Z");
    let log = [
        member,
        message("m2", "outbound", "template", "2025-09-02T09:00:00Z", &group),
        late,
    ];
    let outcome = plain(&log);
    assert_eq!(
        charged(&outcome),
        ["m2 P25-3 free_customer_service", "m1 P25-4 regular"]
    );
}

#[test]
fn shadow_reconstructs_conversations_without_charging_them() {
    let log = [
        message("m0", "inbound", "text", "2025-09-01T10:00:00Z", &[]),
        message("m1", "outbound", "text", "2025-09-01T10:00:01Z", &[]),
        message(
            "m2",
            "outbound",
            "template",
            "2025-09-01T11:00:00Z",
            &[("category", "utility")],
        ),
    ];
    let settings = Settings {
        shadow: true,
        ..Settings::default()
    };
    let outcome = run(&log, &Accounts::default(), &settings);
    assert_eq!(
        opened(&outcome),
        [
            "service 2025-09-01T10:00:01Z ->  1/0",
            "utility 2025-09-01T11:00:00Z ->  1/0"
        ]
    );
    assert_eq!(outcome.charges.len(), 2);
    assert_eq!(outcome.charges[1]["conversation_id"], "");
}
