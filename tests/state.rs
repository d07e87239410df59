//! A state as a user has it: for what it is refused, and how large it is. That pieces add up to the whole is tested by
//! `incremental.rs`.

mod continued;
mod run_folders;

use std::fs;

use continued::{Pieces, begun, is_sound, line, next_day, refused, sections, template};
use counterfoil::job::lock::Lock;
use run_folders::HEADER;

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
        &["version 3", "reads version 2"],
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

    // The number of rows that were read now belongs to another one.
    let moved = account("Europe/Berlin", "ours").replace("\"x\"", "\"z\"");
    fs::write(&accounts, moved).unwrap();
    with(
        &[],
        &["number 491 was of account x, now it is of account z"],
    );

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
fn a_state_that_another_run_is_to_replace_is_left_to_it() {
    let mut pieces = begun();
    let lock = Lock::take(&pieces.home.path("state.lock")).unwrap();
    refused(&mut pieces, &next_day(), &[], 2, &["another run holds"]);
    drop(lock);
    is_sound(&pieces.give(&next_day(), &[]));
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
    // The bill to date rests on an estimate, so the next run says so, too.
    let said = pieces.give(&[template("g", 7, "2026-10-22T10:00:00Z")], &[]);
    assert_eq!(said.code(), 4, "{}", said.errors());
    assert_eq!(pieces.lines(), [line("2026-10", "7", "0.9555")]);
}

/// A customer who wrote and was answered, a customer in a hundredth of a second.
fn chat(customer: u32) -> String {
    let second = customer / 100;
    let at = format!(
        "2026-10-05T{:02}:{:02}:{:02}",
        10 + second / 3600,
        second / 60 % 60,
        second % 60
    );
    // Ids as random as Meta's: they are most of a state.
    let random = |salt: u64| {
        let mixed = (u64::from(customer) + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("wamid.HBgM{mixed:016x}{:08x}", mixed.rotate_left(29) as u32)
    };
    let (question, answer) = (random(0), random(1 << 40));
    format!(
        "{question},{at}Z,inbound,491,49151{customer:08},text,,,\n\
         {answer},{at}Z,outbound,491,49151{customer:08},text,,delivered,\n"
    )
}

#[test]
fn a_state_is_small_and_lets_pairs_go_whose_windows_are_closed() {
    let pairs = 20_000;
    let mut pieces = Pieces::new();
    let rows: Vec<String> = (0..pairs).map(chat).collect();
    is_sound(&pieces.give(&rows, &[]));
    let active = fs::metadata(pieces.home.path("state")).unwrap().len();
    // docs/state.md: 100 bytes for each pair that wrote and was answered.
    assert!(active < 100 * u64::from(pairs), "{active} bytes");
    // Their windows are closed, their rows settled: what is left is that they were there.
    // More than one message in a thousand, which might be a clock that runs ahead.
    let later = (0..200).map(|second| template("later", second, "2026-10-20T10:00:00Z"));
    let later: Vec<String> = later
        .zip(0..)
        .map(|(row, number)| row.replace("later", &format!("later{number}")))
        .collect();
    is_sound(&pieces.give(&later, &["--allow-gap"]));
    let settled = fs::metadata(pieces.home.path("state")).unwrap().len();
    assert!(settled < 20 * u64::from(pairs), "{settled} bytes");
}

#[test]
fn rows_that_stay_are_taken_over_as_they_stand() {
    const LOG: u8 = 4;
    const GONE: u8 = 7;
    let mut pieces = Pieces::new();
    // 10 messages of one day and 40 of another, of two rows each.
    let day = |name: &str, count: u32, day: u32| -> Vec<String> {
        let at = format!("2026-10-{day:02}T10:00:00Z");
        let message = |number| template(&format!("{name}{number}"), number, &at);
        (0..count).map(message).collect()
    };
    is_sound(&pieces.give(&[day("a", 10, 5), day("b", 40, 7)].concat(), &[]));
    let state = |pieces: &Pieces| {
        let state = fs::read(pieces.home.path("state")).unwrap();
        let found = sections(&state);
        let of = |wanted: u8| {
            let found = found.iter().filter(|(number, _)| *number == wanted);
            found.map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>()
        };
        // Those that follow the parts of the log stand first.
        (of(LOG), of(GONE))
    };
    let (first, _) = state(&pieces);
    assert_eq!(first.len(), 1);

    // The day of the ten is settled more than a week later: a fifth of the part is gone, the rest stands as it stood.
    is_sound(&pieces.give(&day("c", 10, 14), &[]));
    let (second, gone) = state(&pieces);
    assert_eq!(second.len(), 2);
    assert_eq!(second[0], first[0]);
    let gone_rows: u32 = gone[0][8..].iter().map(|byte| byte.count_ones()).sum();
    assert_eq!(gone_rows, 20);
    assert_eq!(pieces.summary()["continued"]["rows_carried"], 100);
    assert_eq!(pieces.summary()["continued"]["rows_left"], 100);

    // Two days later all of it is gone but for what is new.
    is_sound(&pieces.give(&day("d", 10, 16), &[]));
    let (third, _) = state(&pieces);
    assert_eq!(third, [second[1].clone(), third[1].clone()]);
    assert_eq!(pieces.summary()["continued"]["rows_carried"], 100);
    assert_eq!(pieces.summary()["continued"]["rows_left"], 40);
    // 70 templates at 0.1365.
    assert_eq!(pieces.lines(), [line("2026-10", "70", "9.555")]);
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
    // A repeated row of the days before hides no gap.
    let with_old = [template("a", 1, "2026-10-05T10:00:00Z"), later[0].clone()];
    refused(&mut pieces, &with_old, &[], 2, &["more than 7 days"]);
    is_sound(&pieces.give(&later, &["--allow-gap"]));
    assert_eq!(pieces.lines(), [line("2026-10", "3", "0.4095")]);
}

#[test]
fn a_run_without_new_rows_or_with_a_wrong_log_leaves_the_state_as_it_was() {
    let pieces = begun();
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
