//! What-if, from the command line: each kind of overlay with amounts worked out by hand.
//!
//! Rates in US dollars, November 2026: marketing India 0.0118, Brazil 0.0625; utility India 0.0014, Brazil 0.0068.
//! The base: two marketing templates to India and one to Brazil are 0.0861; utility templates, two to India (one of
//! them in an open window, charged all the same by P26-3) and one to Brazil, are 0.0096; the answer inside the
//! window is one of the first 1,000 service messages (P26-2). Together 0.0957, six rated units and a free one.

mod whatif_run;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use whatif_run::{check, run, summary, told};

const LOG: &str = "\
message_id,timestamp,direction,business,customer,type,category,status,delivered_at,entry_point
a1,2026-11-02T10:00:00Z,outbound,111,919800000001,template,marketing,delivered,2026-11-02T10:00:00Z,
b1,2026-11-03T10:00:00Z,outbound,111,5511900000001,template,marketing,delivered,2026-11-03T10:00:00Z,
a3,2026-11-04T10:00:00Z,outbound,111,919800000002,template,utility,delivered,2026-11-04T10:00:00Z,
b2,2026-11-04T11:00:00Z,outbound,222,5511900000001,template,utility,delivered,2026-11-04T11:00:00Z,
in,2026-11-05T10:00:00Z,inbound,111,919800000002,text,,,,
s1,2026-11-05T10:05:00Z,outbound,111,919800000002,text,,delivered,2026-11-05T10:05:00Z,
u2,2026-11-05T10:10:00Z,outbound,111,919800000002,template,utility,delivered,2026-11-05T10:10:00Z,
a2,2026-11-09T10:00:00Z,outbound,111,919800000001,template,marketing,delivered,2026-11-09T10:00:00Z,
";

/// Amount, rated and free units of the base.
const BASE: (&str, u64, u64) = ("0.0957", 6, 1);

#[test]
fn rules_are_laid_over_the_rulebook() {
    check(
        LOG,
        BASE,
        &[
            // P25-3: the utility template in the open window is free.
            ("[rules]\nregime = \"pmp-2025\"\n", "0.0943", (5, 2)),
            // The same, on the one day that has it.
            (
                "[[rules.regimes]]\nregime = \"pmp-2025\"\nfrom = 2026-11-05\nto = 2026-11-05\n",
                "0.0943",
                (5, 2),
            ),
            // On another day it changes nothing.
            (
                "[[rules.regimes]]\nregime = \"pmp-2025\"\nfrom = 2026-11-06\nto = 2026-11-08\n",
                "0.0957",
                (6, 1),
            ),
            // A window of one hour is open at 10:10 still.
            (
                "[rules]\nregime = \"pmp-2025\"\ncustomer_service_window_hours = 1\n",
                "0.0943",
                (5, 2),
            ),
            // P26-2: without an allowance the answer costs the utility rate of India.
            (
                "[rules.settings]\nallowance_pmp_2026 = 0\n",
                "0.0971",
                (7, 0),
            ),
            // What costs nothing is a unit at a rate of zero.
            ("[[rules.free]]\ncategory = \"utility\"\n", "0.0861", (6, 1)),
            (
                "[[rules.free]]\ncategory = \"utility\"\nmarket = \"Brazil\"\n",
                "0.0889",
                (6, 1),
            ),
        ],
    );
}

/// C23: six conversations, by the cards of 2025-06-30, the nearest day that has any: marketing India 0.0107
/// twice, Brazil 0.0625; utility India 0.0014 twice, Brazil 0.0080; the service conversation is free (C23-6).
#[test]
fn conversations_come_back_under_their_regime() {
    let summary = summary(LOG, &["[rules]\nregime = \"cbp-2023\"\n"], &[]);
    assert_eq!(told(&summary, 1), ("0.0947".to_owned(), 6, 1, 0));
    let figures = &summary["scenarios"][1]["totals"]["USD"];
    assert_eq!(figures["conversations"], 7);
    assert_eq!(summary["scenarios"][0]["totals"]["USD"]["conversations"], 0);
    let nearest = &summary["scenarios"][1]["nearest_cards"];
    assert_eq!(nearest, &serde_json::json!({"2025-06-30": 6}));
}

#[test]
fn prices_are_laid_over_the_cards() {
    check(
        LOG,
        BASE,
        &[
            (
                "[[prices.change]]\ncategory = \"marketing\"\npercent = -10\n",
                "0.08709",
                (6, 1),
            ),
            (
                "[[prices.change]]\ncategory = \"utility\"\nmarket = \"India\"\nadd = \"0.001\"\n",
                "0.0977",
                (6, 1),
            ),
            (
                "[[prices.change]]\ncategory = \"marketing\"\nmarket = \"Brazil\"\nrate = \"0.01\"\n",
                "0.0432",
                (6, 1),
            ),
            // Only the template of 9 November.
            (
                "[[prices.change]]\nfrom = 2026-11-09\npercent = 100\n",
                "0.1075",
                (6, 1),
            ),
            // Marketing to India cost 0.0107 in 2025.
            ("[prices]\ncard_date = 2025-12-01\n", "0.0935", (6, 1)),
            // The second utility template to India is the only one beyond a first of its market.
            (
                "[[prices.tiers]]\ncategory = \"utility\"\nsteps = [{ after = 1, discount_percent = 50 }]\n",
                "0.095",
                (6, 1),
            ),
            // A fifth of the one template of number 222.
            (
                "[[prices.discount]]\nbusiness = 222\npercent = 20\n",
                "0.09434",
                (6, 1),
            ),
            ("[prices.provider]\npercent = 10\n", "0.10527", (6, 1)),
            (
                "[[prices.provider.fee]]\namount = \"0.005\"\nper = \"charged\"\n",
                "0.1257",
                (6, 1),
            ),
            (
                "[[prices.provider.fee]]\namount = \"0.005\"\nper = \"unit\"\n",
                "0.1307",
                (6, 1),
            ),
            (
                "[[prices.provider.fee]]\namount = \"0.005\"\nper = \"outbound\"\n",
                "0.1307",
                (6, 1),
            ),
            (
                "[[prices.provider.fee]]\namount = \"0.005\"\nper = \"inbound\"\n",
                "0.1007",
                (6, 1),
            ),
            // A mark-up on what is left after a discount: 0.09434 and a tenth of it.
            (
                "[[prices.discount]]\nbusiness = 222\npercent = 20\n[prices.provider]\npercent = 10\n",
                "0.103774",
                (6, 1),
            ),
        ],
    );
}

#[test]
fn another_currency_has_its_own_cards_or_none() {
    let summary = summary(
        LOG,
        &[
            "[prices]\ncurrency = \"INR\"\n",
            "[prices]\ncurrency = \"XAF\"\n",
            "[prices.exchange]\nto = \"EUR\"\nrates = { USD = \"0.5\" }\n",
        ],
        &[],
    );
    let rupees = &summary["scenarios"][1]["totals"];
    assert_eq!(
        rupees.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["INR"]
    );
    // No card in Central African francs is known: quantities, and no money.
    let francs = &summary["scenarios"][2]["totals"]["XAF"];
    assert_eq!(
        (&francs["unrated"], &francs["amount"]),
        (&6.into(), &"0".into())
    );
    assert!(!summary["incomplete"].as_array().unwrap().is_empty());
    let converted = &summary["scenarios"][3]["converted"];
    assert_eq!(
        (&converted["currency"], &converted["amount"]),
        (&"EUR".into(), &"0.04785".into())
    );
}

/// Alone the cheaper cards are -0.00861 and the mark-up is +0.00957; together 0.08709 * 1.1 is 0.095799, so the two
/// change another -0.000861 together.
#[test]
fn a_bridge_shows_each_effect_and_their_interaction() {
    let both = "[[prices.change]]\ncategory = \"marketing\"\npercent = -10\n[prices.provider]\npercent = 10\n";
    let summary = summary(LOG, &[both], &[]);
    let bridge = &summary["bridges"][0];
    assert_eq!(
        (&bridge["base"], &bridge["total"]),
        (&"0.0957".into(), &"0.095799".into())
    );
    let steps = bridge["steps"].as_array().unwrap();
    let steps: Vec<(&str, &str)> = steps
        .iter()
        .map(|step| {
            (
                step["effect"].as_str().unwrap(),
                step["amount"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("rate", "-0.00861"),
            ("provider", "0.00957"),
            ("interaction", "-0.000861"),
        ]
    );
}

#[test]
fn sweeps_and_break_even_run_the_scenario_at_other_values() {
    let cheaper = "[[prices.change]]\ncategory = \"marketing\"\npercent = -10\n";
    let summary = summary(
        LOG,
        &[cheaper],
        &[
            "--sweep",
            "prices.change[0].percent=-10..10:10",
            "--break-even",
            "prices.provider.percent=0..50",
            "--break-even",
            "prices.provider.percent=20..50",
        ],
    );
    let points = summary["sweeps"][0]["points"].as_array().unwrap();
    let points: Vec<(&str, &str)> = points
        .iter()
        .map(|point| {
            (
                point["value"].as_str().unwrap(),
                point["totals"]["USD"]["amount"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        points,
        [("-10", "0.08709"), ("0", "0.0957"), ("10", "0.10431")]
    );
    // 0.08709 * (1 + p/100) = 0.0957 has p = 9.886324...; of the places searched, 0.00005 apart, 9.8863 is nearest.
    let found = &summary["break_even"][0]["found"];
    assert_eq!(found, &serde_json::json!(["9.8863", "0.09569997867"]));
    assert_eq!(summary["break_even"][1]["found"], Value::Null);
}

#[test]
fn what_moved_is_named() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), LOG, &["[rules]\nregime = \"pmp-2025\"\n"], &[]);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let moved = &summary["moved"][0];
    assert_eq!(
        (&moved["pairs"], &moved["messages"]),
        (&1.into(), &1.into())
    );
    let messages = fs::read_to_string(home.path().join("out/tables/moved_messages.csv")).unwrap();
    let rows: Vec<&str> = messages.lines().skip(1).collect();
    assert_eq!(
        rows,
        ["1,utility,regular,USD,utility,free_customer_service,USD,u2,1,1,0.0014,0"]
    );
    // The customer stands in the table, and nowhere that people read.
    let pairs = fs::read_to_string(home.path().join("out/tables/moved_pairs.csv")).unwrap();
    assert!(
        pairs.contains("1,111,USD,919800000002,2,1,0.0028,0.0014"),
        "{pairs}"
    );
    let page = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    let json = fs::read_to_string(home.path().join("out/summary.json")).unwrap();
    assert!(!page.contains("919800000002") && !json.contains("919800000002"));
}

#[test]
fn scenarios_contain_others_and_are_put_together() {
    let home = tempfile::tempdir().unwrap();
    fs::write(
        home.path().join("cheaper.toml"),
        "[[prices.change]]\ncategory = \"marketing\"\npercent = -10\n",
    )
    .unwrap();
    let both = "with = [\"cheaper.toml\"]\n[prices.provider]\npercent = 10\n";
    let other = "[[prices.change]]\ncategory = \"utility\"\npercent = 100\n";
    let output = run(home.path(), LOG, &[both, other], &["--together"]);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told(&summary, 1).0, "0.095799");
    assert_eq!(told(&summary, 2).0, "0.1053");
    assert_eq!(summary["scenarios"][3]["name"], "1 + 2");
    // Marketing 0.07749 and utility 0.0192 are 0.09669, and a tenth more 0.106359.
    assert_eq!(told(&summary, 3).0, "0.106359");
}

#[test]
fn what_cannot_be_is_refused_before_the_log_is_read() {
    for (scenario, expected) in [
        (
            "[rules]\nregim = \"pmp-2025\"\n",
            "1.toml:2: unknown key `regim`",
        ),
        (
            "[[prices.change]]\nmarket = \"Brasil\"\npercent = 1\n",
            "1.toml:1: unknown market `Brasil`, nearest is `Brazil`",
        ),
        (
            "[[prices.change]]\nadd = -1\n",
            "would leave the range of rates",
        ),
        (
            "[rules.settings]\nallowance_pmp_2062 = 3\n",
            "1.toml:2: unknown setting `allowance_pmp_2062`, nearest is `allowance_pmp_2026`",
        ),
    ] {
        let home = tempfile::tempdir().unwrap();
        let output = run(home.path(), LOG, &[scenario], &[]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(expected), "{scenario}: {errors}");
        assert!(!home.path().join("out").exists());
    }
}

/// What two parts of a scenario contain applies once; a file that contains itself is refused.
#[test]
fn what_two_parts_contain_applies_once() {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    file(
        "cheaper.toml",
        "[[prices.change]]\ncategory = \"marketing\"\npercent = -10\n",
    );
    file("left.toml", "with = [\"cheaper.toml\"]\n");
    file("right.toml", "with = [\"./cheaper.toml\"]\n");
    file("circle.toml", "with = [\"round.toml\"]\n");
    file("round.toml", "with = [\"circle.toml\"]\n");
    let output = run(
        home.path(),
        LOG,
        &["with = [\"left.toml\", \"right.toml\"]\n"],
        &[],
    );
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told(&summary, 1).0, "0.08709");
    let output = run(home.path(), LOG, &["with = [\"circle.toml\"]\n"], &[]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.contains("`circle.toml` contains this scenario itself"),
        "{errors}"
    );
}

/// `verify` hashes a run of `whatif` and adds up its bridges; a summary that was touched is found.
#[test]
fn a_run_can_be_verified() {
    let home = tempfile::tempdir().unwrap();
    let both = "[[prices.change]]\npercent = -10\n[prices.provider]\npercent = 10\n";
    assert!(run(home.path(), LOG, &[both], &[]).status.success());
    let verify = || {
        let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
            .current_dir(home.path())
            .args(["verify", "out"])
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (code, said) = verify();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 bridges add up"), "{said}");
    let path = home.path().join("out/summary.json");
    let summary = fs::read_to_string(&path).unwrap();
    fs::write(&path, summary.replacen("0.0957", "0.0958", 1)).unwrap();
    assert_eq!(verify().0, Some(1));
}

/// A scenario that changes nothing is the base, and the base is the audit, byte for byte.
#[test]
fn a_scenario_that_changes_nothing_is_the_base() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("nothing.toml"), "name = \"nothing\"\n").unwrap();
    let counterfoil = |command: &str, options: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_counterfoil"))
            .current_dir(home.path())
            .args([command.as_ref(), sample.join("log").as_os_str()])
            .args(["--csv", "--quiet", "--out", command])
            .arg("--accounts")
            .arg(sample.join("accounts.toml"))
            .arg("--templates")
            .arg(sample.join("templates.csv"))
            .args(options)
            .output()
            .unwrap();
        assert!(
            matches!(output.status.code(), Some(0 | 4)),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    counterfoil("audit", &[]);
    counterfoil("whatif", &["--scenario", "nothing.toml"]);
    let read = |path: &str| fs::read(home.path().join(path)).unwrap();
    assert_eq!(
        read("audit/tables/lines.parquet"),
        read("whatif/tables/lines.parquet")
    );
    let rows = |path: &str| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(home.path().join(path)).unwrap();
        let header = reader.headers().unwrap().clone();
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            let cells = header
                .iter()
                .zip(&row)
                .filter(|(name, _)| *name != "scenario");
            let mut cells: Vec<String> =
                cells.map(|(name, cell)| format!("{name}={cell}")).collect();
            cells.sort();
            cells
        });
        rows.collect()
    };
    assert_eq!(
        rows("whatif/tables/lines.csv"),
        rows("whatif/tables/scenario_lines.csv")
    );
    let summary: Value = serde_json::from_slice(&read("whatif/summary.json")).unwrap();
    let scenarios = &summary["scenarios"];
    for part in [
        "totals",
        "by_category",
        "by_market",
        "by_month",
        "by_business",
        "unrated",
    ] {
        assert_eq!(scenarios[0][part], scenarios[1][part], "{part}");
    }
}
