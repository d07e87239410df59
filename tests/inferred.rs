//! Logs without a template mark: what an audit says of the range that this leaves, and of findings.
//!
//! Rates used: USD, Germany, October 2026: marketing 0.1365; utility, authentication and service 0.055. The ladder of
//! utility is the test's own: the first unit 0.055, every further one 0.04.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

const HEADER: &str = "message_id,timestamp,direction,business,customer,type,category,template,status,delivered_at,inferred\n";

/// Two messages of inferred kind, one inside a window and one outside, and two free-form ones inside.
const LOG: [&str; 5] = [
    "i1,2026-10-05T09:00:00Z,in,491,49170000001,text,,,,,",
    "o1,2026-10-05T10:00:00Z,out,491,49170000001,text,marketing,,,2026-10-05T10:00:00Z,\"type,category\"",
    "o2,2026-10-05T10:00:00Z,out,491,49170000002,text,marketing,,,2026-10-05T10:00:00Z,\"type,category\"",
    "o3,2026-10-05T11:00:00Z,out,491,49170000001,text,,,,2026-10-05T11:00:00Z,",
    "o4,2026-10-05T12:00:00Z,out,491,49170000001,text,,,,2026-10-05T12:00:00Z,",
];

struct Home(tempfile::TempDir);

impl Home {
    fn new(rows: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::write(
            home.path().join("log.csv"),
            format!("{HEADER}{}\n", rows.join("\n")),
        )
        .unwrap();
        let rates = home.path().join("rates");
        fs::create_dir(&rates).unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tariff");
        for name in [
            "rates.csv",
            "tiers.csv",
            "markets.csv",
            "auth_international.csv",
        ] {
            let mut text = fs::read_to_string(shipped.join(name)).unwrap();
            if name == "tiers.csv" {
                let step = "2026-10-01,USD,Germany,utility";
                text.push_str(&format!("{step},1,1,true,0.055,0%,a test,single-source\n"));
                text.push_str(&format!("{step},2,,true,0.04,27%,a test,single-source\n"));
            }
            fs::write(rates.join(name), text).unwrap();
        }
        Self(home)
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn run(&self, command: &str, options: &[&str]) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
            .current_dir(self.0.path())
            .args([command, "log.csv", "--rates", "rates", "--out", "out"])
            .args(["--csv", "--set", "allowance_pmp_2026=2"])
            .args(options)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{errors}");
        output
    }

    fn summary(&self) -> Value {
        serde_json::from_slice(&fs::read(self.out().join("summary.json")).unwrap()).unwrap()
    }
}

/// Setting values, amount in US dollars, charged units.
fn readings(summary: &Value) -> Vec<[String; 4]> {
    let readings = summary["inferred"]["readings"].as_array().unwrap();
    let cells = readings.iter().map(|reading| {
        let text = |value: &Value| value.to_string().replace('"', "");
        let totals = &reading["totals"]["USD"];
        [
            text(&reading["inferred_template"]),
            text(&reading["inferred_category"]),
            text(&totals["amount"]),
            text(&totals["rated"]),
        ]
    });
    cells.collect()
}

/// With an allowance of two service messages:
///
/// - `window`: o1 is service and free, o2 marketing, o3 free, o4 the third: 0.1365 + 0.055 = 0.1915.
/// - `never`: four service messages, two of them free: 2 × 0.055 = 0.11.
/// - `always`: o3 and o4 are free; o1 and o2 cost 2 × 0.1365 = 0.273 as marketing, 0.055 + 0.04 = 0.095 as
///   utility on its ladder, 2 × 0.055 = 0.11 as authentication.
#[test]
fn the_bill_is_a_range_over_the_readings() {
    let home = Home::new(&LOG);
    let output = home.run("audit", &[]);
    let summary = home.summary();
    assert_eq!(
        readings(&summary),
        [
            ["window", "map", "0.1915", "2"],
            ["never", "map", "0.11", "2"],
            ["always", "marketing", "0.273", "2"],
            ["always", "utility", "0.095", "2"],
            ["always", "authentication", "0.11", "2"],
        ]
    );
    let inferred = &summary["inferred"];
    assert_eq!(
        (&inferred["kinds"], &inferred["categories"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(inferred["lowest"], json!({"USD": "0.095"}));
    assert_eq!(inferred["highest"], json!({"USD": "0.273"}));
    assert_eq!(summary["bill"]["totals"]["USD"]["amount"], "0.1915");
    assert_eq!(summary["bill"]["totals"]["USD"]["estimated"], 2);

    let limits = summary["limits"].as_array().unwrap();
    assert_eq!(
        limits[0],
        "The bill lies between 0.0950 and 0.2730 USD by how inferred messages are read \
         (inferred_template, inferred_category); it stands at 0.1915."
    );
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(
        page.contains("Between 0.0950 and 0.2730 USD by how inferred messages are read."),
        "{page}"
    );
    let page = fs::read_to_string(home.out().join("report.html")).unwrap();
    let first =
        "The log comes to 0.1915 USD, and to 0.0950 to 0.2730 by how inferred messages are read";
    assert!(page.contains(first));
}

/// The reading of the run is not told twice.
#[test]
fn a_run_with_another_reading_has_the_same_range() {
    let home = Home::new(&LOG);
    home.run(
        "audit",
        &[
            "--set",
            "inferred_template=always",
            "--set",
            "inferred_category=utility",
        ],
    );
    assert_eq!(
        readings(&home.summary()),
        [
            ["always", "utility", "0.095", "2"],
            ["never", "utility", "0.11", "2"],
            ["always", "marketing", "0.273", "2"],
            ["always", "authentication", "0.11", "2"],
        ]
    );
}

/// A template by the log, of which only the category is inferred: 0.1365 as marketing, 0.055 otherwise.
#[test]
fn where_the_kind_is_stated_only_the_category_is_open() {
    let row = "o1,2026-10-05T10:00:00Z,out,491,49170000001,template,marketing,,,2026-10-05T10:00:00Z,category";
    let home = Home::new(&[row]);
    home.run("audit", &[]);
    let summary = home.summary();
    assert_eq!(
        readings(&summary),
        [
            ["window", "map", "0.1365", "1"],
            ["window", "marketing", "0.1365", "1"],
            ["window", "utility", "0.055", "1"],
            ["window", "authentication", "0.055", "1"],
        ]
    );
    assert_eq!(summary["inferred"]["kinds"], 0);
}

/// A stated category leaves one question: 0.1365 as a template, the first free service message otherwise.
#[test]
fn where_the_category_is_stated_only_the_kind_is_open() {
    let row =
        "o1,2026-10-05T10:00:00Z,out,491,49170000001,text,marketing,,,2026-10-05T10:00:00Z,type";
    let home = Home::new(&[row]);
    home.run("audit", &[]);
    assert_eq!(
        readings(&home.summary()),
        [
            ["window", "map", "0.1365", "1"],
            ["never", "map", "0", "0"],
            ["always", "map", "0.1365", "1"],
        ]
    );
}

#[test]
fn a_replay_counts_and_a_log_that_states_everything_says_nothing() {
    let home = Home::new(&LOG);
    home.run("replay", &[]);
    let summary = home.summary();
    assert_eq!(
        summary["inferred"],
        json!({"kinds": 2, "categories": 2, "readings": [], "lowest": {}, "highest": {}})
    );
    let warnings = summary["warnings"].as_array().unwrap();
    let count = |code: &str| {
        let found = warnings.iter().find(|warning| warning["code"] == code);
        found.map(|warning| warning["count"].clone())
    };
    assert_eq!(count("inferred_template"), Some(json!(2)));
    assert_eq!(count("inferred_category"), Some(json!(2)));

    // Inbound rows are the customer's, whatever was inferred of them.
    let home = Home::new(&[
        "i1,2026-10-05T09:00:00Z,in,491,49170000001,text,,,,,type",
        LOG[3],
    ]);
    home.run("audit", &[]);
    assert_eq!(home.summary()["inferred"], Value::Null);
}

/// What a rule inferred is no declaration: no other source contradicts it (C-RECATEGORISED).
#[test]
fn an_inferred_category_is_never_recategorised() {
    let row = |inferred: &str| {
        format!(
            "o1,2026-10-05T10:00:00Z,out,491,49170000001,template,marketing,order/en,,2026-10-05T10:00:00Z,{inferred}"
        )
    };
    for (inferred, expected) in [("", 1), ("category", 0)] {
        let home = Home::new(&[&row(inferred)]);
        fs::write(
            home.0.path().join("templates.csv"),
            "template,language,category,status,valid_from\norder,en,utility,approved,2026-01-01\n",
        )
        .unwrap();
        home.run("audit", &["--templates", "templates.csv"]);
        let found = home.summary()["findings"]["C-RECATEGORISED"]["count"].clone();
        assert_eq!(found.as_u64().unwrap_or(0), expected, "`{inferred}`");
    }
}

/// W-2: outside of the window a message of inferred kind is a template if it can be one, else free-form sent too late.
#[test]
fn free_form_outside_the_window_is_found_where_it_cannot_be_a_template() {
    let undelivered = |category: &str| {
        format!(
            "o1,2026-10-05T10:00:00Z,out,491,49170000001,text,{category},,failed,,\"type,category\""
        )
    };
    for (category, options, expected) in [
        ("marketing", &[][..], 0),
        ("", &[], 1),
        ("marketing", &["--set", "inferred_template=never"], 1),
    ] {
        let home = Home::new(&[&undelivered(category)]);
        home.run("audit", options);
        let found = home.summary()["findings"]["C-OUTSIDE-WINDOW"]["count"].clone();
        assert_eq!(
            found.as_u64().unwrap_or(0),
            expected,
            "`{category}` {options:?}"
        );
    }
}

/// The timeline names the rule that took the message for what it is.
#[test]
fn a_timeline_says_what_was_inferred() {
    let home = Home::new(&LOG);
    for (id, expected) in [
        ("o1", vec!["taken for free-form (inferred_template)"]),
        (
            "o2",
            vec![
                "taken for a template (inferred_template)",
                "taken for marketing (inferred_category)",
            ],
        ),
        ("o3", vec![]),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
            .current_dir(home.0.path())
            .args(["explain", "log.csv", "--message", id, "--format", "json"])
            .output()
            .unwrap();
        let timeline: Value = serde_json::from_slice(&output.stdout).unwrap();
        let entries = timeline["pairs"][0]["entries"].as_array().unwrap();
        let entry = entries
            .iter()
            .find(|entry| entry["message_id"] == id)
            .unwrap();
        let effects = entry["effects"].as_array().unwrap().iter();
        let texts: Vec<&str> = effects
            .map(|effect| effect["text"].as_str().unwrap())
            .filter(|text| text.contains("inferred_"))
            .collect();
        assert_eq!(texts.len(), expected.len(), "{id}: {texts:?}");
        for (text, expected) in texts.iter().zip(expected) {
            assert!(text.ends_with(expected), "{id}: {text}");
        }
    }
}

/// The readings are part of what a run can be asked to show again.
#[test]
fn a_run_with_a_range_can_be_performed_again() {
    let home = Home::new(&LOG);
    home.run("audit", &[]);
    let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
        .current_dir(home.0.path())
        .args(["verify", "out", "--re-perform"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
}
