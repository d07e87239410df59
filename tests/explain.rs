//! `counterfoil explain`: timelines of small logs, written by hand from the rules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const HEADER: &str = "message_id,timestamp,direction,business,customer,type,category,status,delivered_at,\
    entry_point,group,meta_pricing_type,meta_category\n";

/// An ad is clicked under `pmp-2026`, answered in two hours; a marketing template follows inside the free
/// entry point (72 hours from the sending of the answer), another one after it. Brazil.
const CLICK: &str = "\
i1,2026-10-05T10:00:00Z,in,491,5511999990001,text,,,,ad,,,
o1,2026-10-05T12:00:00Z,out,491,5511999990001,text,,sent,2026-10-05T12:00:02Z,,,free_entry_point,service
o2,2026-10-06T12:00:00Z,out,491,5511999990001,template,marketing,sent,2026-10-06T12:00:02Z,,,regular,marketing
o3,2026-10-09T12:00:00Z,out,491,5511999990001,template,marketing,sent,2026-10-09T12:00:02Z,,,regular,marketing
o4,2026-10-09T13:00:00Z,out,491,5511999990001,template,marketing,failed,,,,,
x1,2026-10-05T11:00:00Z,in,491,5511999990002,text,,,,,,,
";

struct Home(tempfile::TempDir);

struct Answer {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Home {
    fn with(rows: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::write(home.path("log.csv"), [HEADER, rows].concat()).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Answer {
        let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil"));
        command.args(words).current_dir(self.0.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERFOIL_")) {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Answer {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    fn explain(&self, words: &[&str]) -> Answer {
        self.run(&[&["explain", "log.csv"], words].concat())
    }

    fn json(&self, words: &[&str]) -> Value {
        let answer = self.explain(&[words, &["--format", "json"]].concat());
        assert_eq!(answer.code, Some(0), "{}", answer.stderr);
        serde_json::from_str(&answer.stdout).unwrap()
    }
}

/// Each entry in a few words: time, what, effects by rule, charges as rule, type and amount.
fn told(timeline: &Value) -> Vec<String> {
    let entries = timeline["entries"].as_array().unwrap();
    entries.iter().map(entry).collect()
}

fn entry(entry: &Value) -> String {
    let at = entry["at"]["utc"].as_str().unwrap();
    let what = entry["what"].as_str().unwrap();
    if what != "message" {
        return format!("{at} {what}");
    }
    let words = |list: &Value, word: &dyn Fn(&Value) -> String| {
        let list: Vec<String> = list.as_array().unwrap().iter().map(word).collect();
        list.join(" ")
    };
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let effects = words(&entry["effects"], &|effect| text(&effect["rule"]));
    let charges = words(&entry["charges"], &|charge| {
        let (rule, kind) = (text(&charge["rule"]), text(&charge["pricing_type"]));
        format!("{rule}={kind}:{}", text(&charge["amount"]))
    });
    let line = format!("{at} {} [{effects}] {charges}", text(&entry["message_id"]));
    line.trim_end().to_owned()
}

fn ids(answer: &Answer) -> (String, String) {
    let found: Value = serde_json::from_str(&answer.stdout).unwrap();
    let pair = &found["pairs"][0];
    let conversation = pair["conversations"][0]["conversation_id"]
        .as_str()
        .unwrap();
    let charges = pair["entries"].as_array().unwrap().iter();
    let charge = charges
        .filter(|entry| entry["message_id"] == "o3")
        .map(|entry| {
            entry["charges"][0]["charge_id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .next()
        .unwrap();
    (conversation.to_owned(), charge)
}

#[test]
fn a_click_its_entry_point_and_what_comes_after_it() {
    let home = Home::with(CLICK);
    let found = home.json(&["--pair", "+491,5511999990001"]);
    assert_eq!(found["pairs"].as_array().unwrap().len(), 1);
    // Marketing to Brazil under the card of 2026-10-01 stands on the bill of `audit`, not here.
    let rate = found["pairs"][0]["entries"][5]["charges"][0]["rate"].as_str();
    let rate = rate.unwrap_or("?").to_owned();
    assert_eq!(
        told(&found["pairs"][0]),
        [
            "2026-10-05T10:00:00Z i1 [W-1 F-2]",
            "2026-10-05T12:00:02Z o1 [F-3] P26-1=free_entry_point:0",
            "2026-10-06T10:00:00Z window_closes",
            "2026-10-06T12:00:02Z o2 [F-6] P26-1=free_entry_point:0",
            "2026-10-08T12:00:00Z closes",
            &format!("2026-10-09T12:00:02Z o3 [] P26-4=regular:{rate}"),
            "2026-10-09T13:00:00Z o4 [D-2]",
            "2026-10-09T13:00:00Z log_ends",
        ]
    );
    let entries = &found["pairs"][0]["entries"];
    // Meta's mark of o1 says the same, that of o2 does not: it was charged inside the entry point.
    assert_eq!(entries[1]["marks_agree"], true);
    assert_eq!(entries[3]["marks_agree"], false);
    assert_eq!(entries[5]["marks_agree"], true);
    assert_eq!(entries[1]["in_window"], true);
    assert_eq!(entries[3]["in_window"], false);
    assert_eq!(entries[3]["rows"][0]["line"], 4);
    let conversation = &found["pairs"][0]["conversations"][0];
    assert_eq!(conversation["expires_at"]["utc"], "2026-10-08T12:00:00Z");
    assert_eq!(conversation["messages_outbound"], 2);
    let text = entries[5]["charges"][0]["rule_text"].as_str().unwrap();
    assert_eq!(found["rules"]["P26-4"], text);
    assert!(!text.is_empty());
}

#[test]
fn every_selector_finds_the_same_timeline() {
    let home = Home::with(CLICK);
    let whole = home.explain(&["--pair", "491,5511999990001", "--format", "json"]);
    let (conversation, charge) = ids(&whole);
    for words in [
        ["--message", "o3"],
        ["--charge", &charge],
        ["--conversation", &conversation],
    ] {
        let found = home.json(&words);
        let timeline = &found["pairs"][0];
        assert_eq!(timeline["customer"], "5511999990001", "{words:?}");
        let entries = timeline["entries"].as_array().unwrap();
        let asked: Vec<&str> = entries
            .iter()
            .filter(|entry| entry["is_asked_for"] == true)
            .map(|entry| entry["message_id"].as_str().unwrap())
            .collect();
        match words[0] {
            "--conversation" => assert_eq!(asked, ["o1", "o2"]),
            _ => assert_eq!(asked, ["o3"]),
        }
    }
}

#[test]
fn a_finished_run_explains_itself() {
    let home = Home::with(CLICK);
    let whole = home.explain(&["--pair", "491,5511999990001", "--format", "json"]);
    let (conversation, charge) = ids(&whole);
    let audit = home.run(&[
        "audit",
        "log.csv",
        "--out",
        "run",
        "--set",
        "S-11b=168",
        "--quiet",
    ]);
    assert_eq!(audit.code, Some(0), "{}", audit.stderr);
    for words in [
        ["--message", "o3"],
        ["--charge", &charge],
        ["--conversation", &conversation],
        ["--pair", "491,5511999990001"],
    ] {
        let words = [&["explain", "run"], &words[..], &["--format", "json"]].concat();
        let answer = home.run(&words);
        assert_eq!(answer.code, Some(0), "{}", answer.stderr);
        let found: Value = serde_json::from_str(&answer.stdout).unwrap();
        // The run's own setting: seven days.
        let ends = &found["pairs"][0]["conversations"][0]["expires_at"]["utc"];
        assert_eq!(*ends, "2026-10-12T12:00:00Z");
    }
    let two = home.run(&["explain", "run", "log.csv", "--message", "o3"]);
    assert_eq!(two.code, Some(2), "{}", two.stderr);
    fs::remove_file(home.path("log.csv")).unwrap();
    let gone = home.run(&["explain", "run", "--message", "o3"]);
    assert_eq!(gone.code, Some(3), "{}", gone.stderr);
    assert!(gone.stderr.contains("log.csv") && gone.stderr.contains("hint:"));
}

#[test]
fn a_group_shares_its_window_and_each_recipient_has_a_timeline() {
    // the window is the group's, opened by any member; each recipient is charged.
    let home = Home::with(
        "g1,2026-10-05T10:00:00Z,in,491,5511999990001,text,,,,,team,,\n\
         g2,2026-10-05T11:00:00Z,out,491,5511999990001,text,,sent,2026-10-05T11:00:01Z,,team,,\n\
         g2,2026-10-05T11:00:00Z,out,491,5511999990002,text,,sent,2026-10-05T11:00:02Z,,team,,\n",
    );
    let found = home.json(&["--message", "g2"]);
    let pairs = found["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 2);
    assert!(pairs.iter().all(|pair| pair["group"] == "team"));
    assert_eq!(
        told(&pairs[1])[..2],
        [
            "2026-10-05T10:00:00Z group_window",
            "2026-10-05T11:00:02Z g2 [] P26-2=free_customer_service:0"
        ]
    );
    let rows = &pairs[1]["entries"][0]["rows"];
    assert_eq!(rows[0], "log.csv:2");
    assert_eq!(pairs[1]["entries"][1]["in_window"], true);
}

#[test]
fn rows_that_contradict_each_other_are_all_shown() {
    // D-4: the row without a seen time that is first in time stands; the other customer's is rejected.
    let home = Home::with(
        "c1,2026-10-05T10:00:00Z,out,491,5511999990001,template,marketing,delivered,,,,,\n\
         c1,2026-10-05T10:00:05Z,out,491,5511999990002,template,marketing,delivered,,,,,\n",
    );
    let found = home.json(&["--message", "c1"]);
    let pairs = found["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 2);
    let first = &pairs[0]["entries"][0];
    assert_eq!(first["charges"][0]["rule"], "P26-4");
    assert_eq!(first["findings"][0]["code"], "Q-CONFLICT");
    // The log ends with its last accepted row, before the rejected one.
    assert_eq!(pairs[1]["entries"][0]["what"], "log_ends");
    let second = &pairs[1]["entries"][1];
    assert_eq!(second["charges"].as_array().unwrap().len(), 0);
    let reason = second["rows"][0]["rejected"].as_str().unwrap();
    assert!(reason.starts_with("conflict:"), "{reason}");
}

#[test]
fn an_entry_point_closes_conversations() {
    // F-5 under cbp-2023: the marketing conversation ends when the answer is delivered.
    let home = Home::with(
        "m1,2024-03-05T09:00:00Z,out,491,5511999990001,template,marketing,sent,2024-03-05T09:00:00Z,,,,\n\
         i1,2024-03-05T10:00:00Z,in,491,5511999990001,text,,,,ad,,,\n\
         o1,2024-03-05T11:00:00Z,out,491,5511999990001,text,,sent,2024-03-05T11:00:00Z,,,,\n\
         o2,2024-03-05T12:00:00Z,out,491,5511999990001,template,marketing,sent,2024-03-05T12:00:00Z,,,,\n",
    );
    let found = home.json(&["--pair", "491,5511999990001"]);
    let told = told(&found["pairs"][0]);
    assert!(
        told[0].starts_with("2024-03-05T09:00:00Z m1 [C23-1] C23-5=regular:"),
        "{told:?}"
    );
    assert_eq!(
        told[1..],
        [
            "2024-03-05T10:00:00Z i1 [W-1 C23-7 F-2]",
            "2024-03-05T11:00:00Z o1 [F-3 F-5] F-6=free_entry_point:0",
            "2024-03-05T12:00:00Z o2 [F-6]",
            "2024-03-05T12:00:00Z log_ends"
        ]
    );
    let closed = &found["pairs"][0]["conversations"][0];
    assert_eq!(closed["close_reason"], "entry_point_opened");
    assert_eq!(closed["closed_at"]["utc"], "2024-03-05T11:00:00Z");
}

#[test]
fn what_is_not_there_ends_with_one_and_help() {
    let home = Home::with(CLICK);
    for words in [
        ["--message", "gone"],
        ["--charge", "0123456789abcdef"],
        ["--conversation", "0123456789abcdef"],
        ["--pair", "491,33"],
        ["--pair", "492,5511999990001"],
    ] {
        let answer = home.explain(&words);
        assert_eq!(answer.code, Some(1), "{words:?}: {}", answer.stderr);
        assert!(answer.stdout.is_empty());
        assert!(answer.stderr.contains("hint:"), "{}", answer.stderr);
    }
    let near = home.explain(&["--pair", "492,5511999990001"]);
    assert!(near.stderr.contains("491"), "{}", near.stderr);
    for words in [
        &[][..],
        &["--message", "o1", "--pair", "491,5511999990001"],
        &["--charge", "o3"],
        &["--pair", "491"],
        &["--message", "o1", "--out", "timeline.gif"],
    ] {
        assert_eq!(home.explain(words).code, Some(2), "{words:?}");
    }
    let unreadable = home.run(&["explain", "gone.csv", "--message", "o1"]);
    assert_eq!(unreadable.code, Some(3));
}

#[test]
fn pages_fit_eighty_columns_and_pictures_are_well_formed() {
    let long = "w".repeat(300);
    let odd = format!(
        "{long},2026-10-05T10:00:00Z,out,491,5511999990009,template,marketing,delivered,,,,,\n\
         a<&>b,2026-10-05T11:00:00Z,out,491,5511999990009,template,utility,delivered,,,,,\n\
         bad,yesterday,out,491,5511999990009,template,utility,delivered,,,,,\n"
    );
    let home = Home::with(&[CLICK, &odd].concat());
    for pair in ["491,5511999990001", "491,5511999990009"] {
        let words = ["--pair", pair, "--out", "timeline.svg"];
        let answer = home.explain(&words);
        assert_eq!(answer.code, Some(0), "{}", answer.stderr);
        for line in answer.stdout.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert!(
            !answer.stdout.contains('\u{1b}'),
            "no colour off a terminal"
        );
        let again = home.explain(&words);
        assert_eq!(answer.stdout, again.stdout);
        assert_well_formed(&home.path("timeline.svg"));
    }
}

/// The PNG is as wide as the SVG, twice over, and the same bytes again; another ending is refused.
#[test]
fn a_picture_is_drawn_into_pixels_too() {
    let home = Home::with(CLICK);
    let draw = |name: &str| home.explain(&["--message", "o2", "--out", name]).code;
    assert_eq!(draw("o2.PNG"), Some(0));
    let png = fs::read(home.path("o2.PNG")).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(png[16..20], 2_400u32.to_be_bytes(), "the width in pixels");
    assert_eq!(draw("again.png"), Some(0));
    assert!(png == fs::read(home.path("again.png")).unwrap());
    assert_eq!(draw("o2.gif"), Some(2));
    assert!(!home.path("o2.gif").exists());
}

/// Every tag that opens closes in its turn, and text holds no bare `<` or `&`.
fn assert_well_formed(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        for entity in before.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;"];
            assert!(
                known.iter().any(|known| entity.starts_with(known)),
                "{entity}"
            );
        }
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
    }
    assert!(open.is_empty() && text.starts_with("<svg "), "{open:?}");
}

/// Three marketing messages to Germany at 0.1365 in October 2026 and one free one in its entry point: the
/// invoice bills three at 0.2, 0.60 instead of 0.41.
const GERMANY: &str = "\
g1,2026-10-05T10:00:00Z,out,491,4917000001,template,marketing,sent,2026-10-05T10:00:02Z,,,,
g2,2026-10-06T10:00:00Z,out,491,4917000002,template,marketing,sent,2026-10-06T10:00:02Z,,,,
g3,2026-10-07T10:00:00Z,out,491,4917000003,template,marketing,sent,2026-10-07T10:00:02Z,,,,
i4,2026-10-08T09:00:00Z,in,491,4917000004,text,,,,ad,,,
o4,2026-10-08T10:00:00Z,out,491,4917000004,template,marketing,sent,2026-10-08T10:00:02Z,,,free_entry_point,
";

const INVOICE: &str = "\
invoice_id,period_start,period_end,market,category,pricing_type,quantity,unit_price,amount,currency
I-1,2026-10-01,2026-10-31,Germany,marketing,regular,3,0.2,0.60,USD
I-1,2026-10-01,2026-10-31,Brazil,utility,regular,7,0.0068,0.05,USD
";

#[test]
fn a_difference_is_explained_down_to_its_messages() {
    let home = Home::with(GERMANY);
    fs::write(home.path("invoice.csv"), INVOICE).unwrap();
    let audit = [
        "audit",
        "log.csv",
        "--invoice",
        "invoice.csv",
        "--out",
        "run",
    ];
    assert_eq!(home.run(&audit).code, Some(1));
    let explain = |words: &[&str]| home.run(&[&["explain", "run", "--difference"], words].concat());

    let json = explain(&["1", "--format", "json"]);
    assert_eq!(json.code, Some(0), "{}", json.stderr);
    let answer: Value = serde_json::from_str(&json.stdout).unwrap();
    let difference = &answer["difference"];
    assert_eq!(difference["cause"], "A-RATE");
    assert_eq!(difference["difference"], "0.19");
    assert_eq!(
        difference["cause_is_said_if"],
        "the price of the line is not the card's"
    );
    assert_eq!(difference["billed_amount"], "0.6");
    let expected = difference["expected"].as_array().unwrap();
    let of = |place: usize| {
        let cell = &expected[place];
        let text = |name: &str| cell[name].as_str().unwrap_or("-").to_owned();
        (
            cell["quantity"].as_u64().unwrap(),
            text("pricing_type"),
            text("rate"),
            text("amount"),
            cell["is_in_cell"].as_bool().unwrap(),
        )
    };
    let words = |kind: &str, rate: &str, amount: &str| {
        (kind.to_owned(), rate.to_owned(), amount.to_owned())
    };
    let (regular, rate, amount) = words("regular", "0.1365", "0.4095");
    assert_eq!(of(0), (3, regular, rate, amount, true));
    let (free, rate, amount) = words("free_entry_point", "-", "0");
    assert_eq!(of(1), (1, free, rate, amount, false));
    assert_eq!(
        (expected.len(), difference["messages"].as_u64()),
        (2, Some(3))
    );
    let asked: Vec<&Value> = answer["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|pair| pair["entries"].as_array().unwrap())
        .filter(|entry| entry["is_asked_for"] == true)
        .collect();
    let ids: Vec<&str> = asked
        .iter()
        .map(|entry| entry["message_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["g1", "g2", "g3"]);
    assert_eq!(asked[0]["charges"][0]["rule"], "P26-4");

    let page = explain(&["1", "--out", "difference.svg"]);
    for text in [
        "A-RATE",
        "I-1, line 2",
        "3 units, 0.41 USD",
        "3 units, 0.6 USD",
        "the first 3 follow",
    ] {
        assert!(page.stdout.contains(text), "{text}: {}", page.stdout);
    }
    assert!(page.stdout.lines().all(|line| line.chars().count() <= 80));
    assert_well_formed(&home.path("difference.svg"));
    assert!(
        fs::read_to_string(home.path("difference.svg"))
            .unwrap()
            .contains("A-RATE")
    );

    // Seven messages to Brazil that the log does not hold: nothing stands behind them.
    let page = explain(&["2"]);
    assert_eq!(page.code, Some(0), "{}", page.stderr);
    for text in ["A-QUANTITY", "none of the log's"] {
        assert!(page.stdout.contains(text), "{text}: {}", page.stdout);
    }

    assert_eq!(explain(&["3"]).code, Some(1), "there are two rows");
    assert_eq!(explain(&["0"]).code, Some(2));
    assert_eq!(
        home.explain(&["--difference", "1"]).code,
        Some(2),
        "a log is no run"
    );
    assert_eq!(
        home.run(&["audit", "log.csv", "--out", "plain"]).code,
        Some(0)
    );
    let without = home.run(&["explain", "plain", "--difference", "1"]);
    assert_eq!(without.code, Some(3), "{}", without.stderr);
}
