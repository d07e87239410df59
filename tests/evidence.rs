//! An audit with tables of Meta's own messages beside the log: every result is worked out by hand.
//!
//! Rates used: USD, Germany, marketing 0.1365, utility 0.0550; India utility and authentication 0.0014,
//! authentication-international 0.0280; Egypt authentication 0.0036, authentication-international 0.0650 (March 2026).

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use calamine::{Reader, Xlsx, open_workbook};
use serde_json::Value;

const HEADER: &str = "message_id,timestamp,direction,business,customer,account,type,category,template,status,\
    delivered_at,error_code\n";
const ACCOUNT: &str = "[[account]]\nid = \"A\"\ntimezone = \"America/Sao_Paulo\"\ncurrency = \"USD\"\nnumbers = [\"49301\"]\n";

/// A folder with a log, accounts and a folder of evidence.
struct Home(tempfile::TempDir);

impl Home {
    fn new(accounts: &str, rows: &[String], evidence: &[(&str, &str)]) -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        home.write("log.csv", &format!("{HEADER}{}\n", rows.join("\n")));
        home.write("accounts.toml", accounts);
        fs::create_dir(home.path("evidence")).expect("a folder");
        for (name, text) in evidence {
            home.write(&format!("evidence/{name}"), text);
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_counterfoil"))
            .args(words)
            .current_dir(self.0.path())
            .output()
            .expect("the program runs")
    }

    /// An audit with the evidence, or without.
    fn audit(&self, more: &[&str]) -> Run<'_> {
        let mut words = vec![
            "audit",
            "log.csv",
            "--accounts",
            "accounts.toml",
            "--out",
            "out",
        ];
        words.extend(["--csv", "--force"]);
        words.extend(more);
        let output = self.run(&words);
        assert!(
            matches!(output.status.code(), Some(0 | 1 | 4)),
            "{}",
            errors(&output)
        );
        Run {
            home: self,
            terminal: String::from_utf8(output.stdout).expect("text"),
        }
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A finished audit.
struct Run<'h> {
    home: &'h Home,
    terminal: String,
}

impl Run<'_> {
    fn summary(&self) -> Value {
        let text = fs::read(self.home.path("out/summary.json")).expect("a summary");
        serde_json::from_slice(&text).expect("JSON")
    }

    /// Code, severity, message and money of each finding with one of these codes.
    fn findings(&self, code: &str) -> Vec<[String; 4]> {
        let mut reader =
            csv::Reader::from_path(self.home.path("out/tables/findings.csv")).expect("a table");
        let rows = reader.records().map(|row| row.expect("a row"));
        rows.filter(|row| &row[1] == code)
            .map(|row| [1, 2, 6, 8].map(|column| row[column].to_owned()))
            .collect()
    }

    /// Texts of the warnings with a code.
    fn warnings(&self, code: &str) -> Vec<(u64, String)> {
        let summary = self.summary();
        let warnings = summary["warnings"].as_array().expect("warnings").iter();
        warnings
            .filter(|warning| warning["code"] == code)
            .map(|warning| {
                let text = warning["text"].as_str().expect("a text");
                (warning["count"].as_u64().expect("a count"), text.to_owned())
            })
            .collect()
    }

    fn total(&self) -> String {
        let summary = self.summary();
        summary["bill"]["totals"]["USD"]["amount"]
            .as_str()
            .expect("an amount")
            .to_owned()
    }
}

/// A delivered template.
fn template(id: &str, at: &str, customer: &str, category: &str) -> String {
    format!("{id},{at},outbound,49301,{customer},A,template,{category},t{id},sent,{at},")
}

/// A template that failed.
fn failed(id: &str, at: &str, customer: &str, category: &str, error: &str) -> String {
    format!("{id},{at},outbound,49301,{customer},A,template,{category},t{id},failed,,{error}")
}

/// Stopped from the 2nd to the 5th; the rows of the table stand out of order and one of them twice.
#[test]
fn marketing_between_stop_and_resume() {
    let rows = [
        template("before", "2026-03-01T23:59:59Z", "4917012345", "marketing"),
        template("first", "2026-03-02T00:00:00Z", "4917012345", "marketing"),
        template(
            "lite",
            "2026-03-03T10:00:00Z",
            "4917012345",
            "marketing_lite",
        ),
        template("utility", "2026-03-03T11:00:00Z", "4917012345", "utility"),
        failed(
            "failed",
            "2026-03-03T12:00:00Z",
            "4917012345",
            "marketing",
            "131049",
        ),
        template("other", "2026-03-03T13:00:00Z", "4917099999", "marketing"),
        template("resumed", "2026-03-05T00:00:00Z", "4917012345", "marketing"),
        // Error 131050 says stop as well; the second customer came back, the third did not.
        failed(
            "e2",
            "2026-03-06T00:00:00Z",
            "4917000002",
            "marketing",
            "131050",
        ),
        template("back", "2026-03-08T00:00:00Z", "4917000002", "marketing"),
        failed(
            "e3",
            "2026-03-06T00:00:00Z",
            "4917000003",
            "marketing",
            "131050",
        ),
        template("still", "2026-03-08T00:00:00Z", "4917000003", "marketing"),
    ];
    let opt_outs = "account,business,customer,state,at\n\
        A,+49301,+4917012345,resume,2026-03-05T00:00:00Z\nA,49301,4917012345,stop,2026-03-02T00:00:00Z\n\
        A,49301,4917012345,stop,2026-03-02T00:00:00Z\nA,49399,4917099999,stop,2026-03-01T00:00:00Z\n\
        A,,4917000002,resume,2026-03-07T00:00:00Z\n";
    let home = Home::new(ACCOUNT, &rows, &[("opt_outs.csv", opt_outs)]);
    let expected = [
        ["C-OPT-OUT", "violation", "first", "0.1365"],
        ["C-OPT-OUT", "violation", "lite", "0.1365"],
        ["C-OPT-OUT", "warning", "failed", "0"],
        ["C-OPT-OUT", "violation", "still", "0.1365"],
    ];
    assert_eq!(
        home.audit(&["--evidence", "evidence"])
            .findings("C-OPT-OUT"),
        expected
    );
    // Without the list only the error speaks, of both.
    let told = [
        ["C-OPT-OUT", "violation", "back", "0.1365"],
        ["C-OPT-OUT", "violation", "still", "0.1365"],
    ];
    assert_eq!(home.audit(&[]).findings("C-OPT-OUT"), told);
}

/// The row of the workbook's sheet of tiers that holds a tier in Meta's table.
fn sheet_row(home: &Home, tier: &str) -> Vec<String> {
    let mut book: Xlsx<_> = open_workbook(home.path("out/report.xlsx")).expect("a workbook");
    let sheet = book
        .worksheet_range("Allowances and tiers")
        .expect("a sheet");
    let rows = sheet
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect());
    let mut rows = rows.filter(|row: &Vec<String>| row.get(4).is_some_and(|cell| cell == tier));
    rows.next().expect("a row of the tier")
}

const TIERS: &str = "account,category,region,tier,effective_month,updated_at\n\
    A,UTILITY,India,6:MAX,2026-03,2026-03-20T00:00:00Z\nA,UTILITY,India,3:5,2026-03,2026-03-11T12:00:00Z\n\
    A,UTILITY,India,3:5,2026-03,2026-03-30T00:00:00Z\nA,AUTHENTICATION,India,1:2,2026-03,2026-03-12T00:00:00Z\n\
    A,UTILITY,India,3:5,2026-02,2026-02-20T00:00:00Z\nZ,UTILITY,India,3:5,2026-03,2026-03-11T00:00:00Z\n";

/// Utility messages to India on the 10th, 11th, 12th, 13th and 25th. On the 11th at noon Meta is at the third where the
/// log has two; on the 20th Meta is at the sixth where the log has four.
#[test]
fn tiers_that_meta_reached_earlier() {
    let mut rows: Vec<String> = [10, 11, 12, 13, 25]
        .iter()
        .map(|day| {
            let at = format!("2026-03-{day}T09:00:00Z");
            template(
                &format!("u{day}"),
                &at,
                &format!("9198000000{day}"),
                "utility",
            )
        })
        .collect();
    rows.push(template(
        "auth",
        "2026-03-11T09:00:00Z",
        "919800000001",
        "authentication",
    ));
    rows.push(template(
        "april",
        "2026-04-02T09:00:00Z",
        "4917012345",
        "marketing",
    ));
    let accounts = format!("[[portfolio]]\nid = \"P\"\n{ACCOUNT}portfolio = \"P\"\n");
    let home = Home::new(&accounts, &rows, &[("tier_updates.csv", TIERS)]);
    let run = home.audit(&["--evidence", "evidence"]);
    let summary = run.summary();
    let told: Vec<String> = summary["bill"]["tiers_told"]
        .as_array()
        .expect("tiers")
        .iter()
        .map(|tier| {
            let cell = |name: &str| tier[name].to_string().replace('"', "");
            let cells = [
                "owner",
                "category",
                "tier",
                "crossing",
                "crossed_at",
                "counted_then",
                "counted",
                "missing",
            ];
            cells.map(cell).join(" ")
        })
        .collect();
    // February and the account Z are not in the log.
    assert_eq!(
        told,
        [
            "P utility 3:5 later 2026-03-12T09:00:00Z 2 5 1".to_owned(),
            "P utility 6:MAX never null 4 5 2".to_owned(),
            "P authentication 0:2 agrees 2026-03-11T09:00:00Z 1 1 0".to_owned(),
        ]
    );
    let warnings = run.warnings("S-23");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(
        warnings[0].0, 2,
        "the sixth of Meta's against four of the log"
    );
    let entry = "[[used_volume]] portfolio = \"P\", market = \"India\", category = \"utility\", month = \"2026-03\", count = 2";
    assert!(warnings[0].1.contains(entry), "{}", warnings[0].1);
    assert!(run.terminal.contains("S-23"), "{}", run.terminal);
    let page = fs::read_to_string(home.path("out/report.html")).expect("a page");
    assert!(
        page.contains("Volume tiers by Meta&#39;s word")
            || page.contains("Volume tiers by Meta's word")
    );
    assert_eq!(
        sheet_row(&home, "6:MAX")[5..],
        ["2026-03-20T00:00:00Z", "the log never", "0", "4", "2"]
    );
    let with = run.total();
    // Six messages to India at 0.0014 and one to Germany: no price moves.
    assert_eq!(with, "0.1449");
    assert_eq!(home.audit(&[]).total(), with);

    // With the entry that the warning names, four of the log are the sixth.
    let stated = "[[used_volume]]\nportfolio = \"P\"\nmarket = \"India\"\ncategory = \"utility\"\nmonth = \"2026-03\"\ncount = 2\n";
    home.write("accounts.toml", &format!("{accounts}{stated}"));
    let run = home.audit(&["--evidence", "evidence"]);
    assert_eq!(run.warnings("S-23"), []);
    let summary = run.summary();
    let sixth = &summary["bill"]["tiers_told"][1];
    assert_eq!(sixth["crossed_at"], "2026-03-13T09:00:00Z");
    // A log that ends before Meta's word says nothing of it.
    home.write("accounts.toml", &accounts);
    let run = home.audit(&["--evidence", "evidence", "--to", "2026-03-15"]);
    let summary = run.summary();
    assert_eq!(summary["bill"]["tiers_told"][1]["crossing"], "log_ended");
    assert_eq!(run.warnings("S-23")[0].0, 1, "the third tier alone");
}

/// Authentication templates to Egypt around noon of the 1st and to India around the 3rd.
fn authentication() -> Vec<String> {
    vec![
        template(
            "e1",
            "2026-03-01T11:59:59Z",
            "201001234567",
            "authentication",
        ),
        template(
            "e2",
            "2026-03-01T12:00:00Z",
            "201001234567",
            "authentication",
        ),
        template(
            "i1",
            "2026-03-02T23:59:59Z",
            "919800000001",
            "authentication",
        ),
        template(
            "i2",
            "2026-03-03T00:00:00Z",
            "919800000001",
            "authentication",
        ),
    ]
}

const ELIGIBLE: &str =
    "account,country,eligible_from\nA,IN,2026-03-03T00:00:00Z\nA,,2026-03-01T12:00:00Z\n";

/// 0.0036 + 0.0650 for Egypt, 0.0014 + 0.0280 for India: 0.0980 instead of 0.0100.
#[test]
fn international_rates_begin_when_meta_says() {
    let home = Home::new(
        ACCOUNT,
        &authentication(),
        &[("auth_international.csv", ELIGIBLE)],
    );
    assert_eq!(home.audit(&[]).total(), "0.01");
    let run = home.audit(&["--evidence", "evidence"]);
    assert_eq!(run.total(), "0.098");
    assert_eq!(run.warnings("X-1"), []);
    // The business moved to India: 0.0014 for both there. The older row does not count.
    let locations = "account,country,at\nA,IN,2026-02-01T00:00:00Z\nA,EG,2026-01-01T00:00:00Z\n";
    home.write("evidence/primary_locations.csv", locations);
    assert_eq!(home.audit(&["--evidence", "evidence"]).total(), "0.0714");
    // The accounts state another start and another place: all of Egypt and nothing of India is domestic.
    let stated = "[[portfolio]]\nid = \"P\"\nprimary_location = \"EG\"\n\
        auth_international = { eligible_from = \"2026-01-01\" }\n";
    home.write(
        "accounts.toml",
        &format!("{stated}{ACCOUNT}portfolio = \"P\"\n"),
    );
    let run = home.audit(&["--evidence", "evidence"]);
    // 2 x 0.0036 + 2 x 0.0280.
    assert_eq!(run.total(), "0.0632");
    let warnings = run.warnings("X-1");
    assert_eq!(
        warnings.iter().map(|warning| warning.0).collect::<Vec<_>>(),
        [2, 1]
    );
    assert!(
        warnings[0]
            .1
            .contains("P all countries 2026-01-01 instead of 2026-03-01T12:00:00Z")
    );
    assert!(warnings[1].1.contains("P EG instead of IN"));
}

/// A limit of two from the 1st, of three from the 3rd at noon, none from the 5th.
#[test]
fn a_limit_that_changes_within_the_log() {
    let reach = |id: &str, at: &str| template(id, at, &format!("49170000{id}"), "marketing");
    let rows = [
        // No limit is known yet.
        reach("01", "2026-02-27T10:00:00Z"),
        reach("02", "2026-02-27T10:01:00Z"),
        reach("03", "2026-02-27T10:02:00Z"),
        // The third under a limit of two.
        reach("11", "2026-03-01T10:00:00Z"),
        reach("12", "2026-03-01T10:01:00Z"),
        reach("13", "2026-03-01T10:02:00Z"),
        // The third comes when three are allowed; the fourth is one too many.
        reach("21", "2026-03-03T11:00:00Z"),
        reach("22", "2026-03-03T11:01:00Z"),
        reach("23", "2026-03-03T12:00:00Z"),
        reach("24", "2026-03-03T12:01:00Z"),
        // No limit any more.
        reach("31", "2026-03-05T10:00:00Z"),
        reach("32", "2026-03-05T10:01:00Z"),
        reach("33", "2026-03-05T10:02:00Z"),
        reach("34", "2026-03-05T10:03:00Z"),
    ];
    let limits = "account,business,limit,at\nA,,TIER_UNLIMITED,2026-03-05T00:00:00Z\nA,,3,2026-03-03T12:00:00Z\n\
        A,,2,2026-03-01T00:00:00Z\n";
    let home = Home::new(ACCOUNT, &rows, &[("messaging_limits.csv", limits)]);
    let found = home.audit(&["--evidence", "evidence"]).findings("C-LIMIT");
    let expected = [
        ["C-LIMIT", "violation", "13", "0"],
        ["C-LIMIT", "violation", "24", "0"],
    ];
    assert_eq!(found, expected);
    // What the accounts state holds at all times.
    home.write("accounts.toml", &format!("{ACCOUNT}messaging_limit = 3\n"));
    let found = home.audit(&["--evidence", "evidence"]).findings("C-LIMIT");
    let messages: Vec<&str> = found.iter().map(|finding| finding[2].as_str()).collect();
    assert_eq!(messages, ["24", "34"]);
}

/// Before 2025-10-07 each number has its own limit.
#[test]
fn a_number_has_its_own_limit_before_portfolios_had() {
    let reach = |id: &str, day: &str, number: &str| {
        let at = format!("{day}T10:{id}:00Z");
        template(id, &at, &format!("49170000{id}"), "marketing").replace("49301", number)
    };
    let rows = [
        reach("01", "2025-09-01", "49301"),
        reach("02", "2025-09-01", "49301"),
        reach("03", "2025-09-01", "49302"),
        reach("04", "2025-09-01", "49302"),
        // From 2025-10-07 on the numbers count together, and only a row without a number counts.
        reach("11", "2025-11-01", "49301"),
        reach("12", "2025-11-01", "49302"),
    ];
    let limits = "account,business,limit,at\nA,+49301,1,2025-08-01T00:00:00Z\nA,49302,2,2025-08-01T00:00:00Z\n";
    let home = Home::new(ACCOUNT, &rows, &[("messaging_limits.csv", limits)]);
    let messages = |home: &Home| -> Vec<String> {
        let found = home.audit(&["--evidence", "evidence"]).findings("C-LIMIT");
        found
            .into_iter()
            .map(|[_, _, message, _]| message)
            .collect()
    };
    assert_eq!(messages(&home), ["02"]);
    home.write(
        "evidence/messaging_limits.csv",
        &format!("{limits}A,,1,2025-10-07T12:00:00Z\n"),
    );
    assert_eq!(messages(&home), ["02", "12"]);
}

#[test]
fn templates_of_the_evidence_are_a_registry() {
    let rows = [
        template("x", "2026-03-01T10:00:00Z", "4917012345", "").replace(",tx,", ",promo,"),
        template("y", "2026-03-02T10:00:00Z", "4917012346", "").replace(",ty,", ",promo,"),
    ];
    let told = "account,template,language,category,status,valid_from\nA,promo,,marketing,APPROVED,2026-02-01T00:00:00Z\n\
        A,promo,,,PAUSED,2026-03-02T00:00:00Z\nA,promo,,UTILITY,,2026-03-02T00:00:00Z\n";
    let home = Home::new(ACCOUNT, &rows, &[("templates.csv", told)]);
    let run = home.audit(&["--evidence", "evidence"]);
    // Marketing, then utility: 0.1365 + 0.0550.
    assert_eq!(run.total(), "0.1915");
    let expected = [["C-UNAPPROVED", "violation", "y", "0.055"]];
    assert_eq!(run.findings("C-UNAPPROVED"), expected);
    // The user's own file says otherwise of the same instant.
    let own = "template,language,category,status,valid_from\npromo,,marketing,approved,2026-03-02T00:00:00Z\n";
    home.write("own.csv", own);
    let run = home.audit(&["--evidence", "evidence", "--templates", "own.csv"]);
    assert_eq!(run.total(), "0.273");
    assert!(run.findings("C-UNAPPROVED").is_empty());
}

#[test]
fn every_file_is_an_input_and_the_run_can_be_performed_again() {
    let evidence = [
        ("auth_international.csv", ELIGIBLE),
        ("opt_outs.csv", ""),
        (
            "other_events.csv",
            "account,field,event,at\nA,account_alerts,X,2026-03-01T00:00:00Z\n",
        ),
    ];
    let home = Home::new(ACCOUNT, &authentication(), &evidence);
    let run = home.audit(&["--evidence", "evidence"]);
    let summary = run.summary();
    let inputs = summary["inputs"].as_array().expect("inputs").iter();
    let told: Vec<&str> = inputs
        .filter(|input| input["role"] == "evidence")
        .map(|input| input["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        told,
        [
            "evidence/auth_international.csv",
            "evidence/opt_outs.csv",
            "evidence/other_events.csv"
        ]
    );
    let line = summary["command_line"].as_str().expect("a command line");
    assert!(line.contains("--evidence evidence"), "{line}");
    let again = home.run(&["verify", "out", "--re-perform", "--strict"]);
    assert_eq!(
        again.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&again.stdout)
    );
    // A timeline of the run knows the evidence as well: the rate is the international one.
    let shown = home.run(&["explain", "out", "--message", "e2"]);
    let page = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(page.contains("0.065"), "{page}{}", errors(&shown));
    // Changed behind the back of the run.
    home.write("evidence/other_events.csv", "account,field,event,at\n");
    let changed = home.run(&["verify", "out"]);
    assert_eq!(changed.status.code(), Some(1));
    let page = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(page.contains("other_events.csv"), "{page}");
}

#[test]
fn a_wrong_folder_or_cell_is_refused() {
    let wrong = "account,business,limit,at\nA,,lots,2026-03-01T00:00:00Z\n";
    let home = Home::new(
        ACCOUNT,
        &authentication(),
        &[("messaging_limits.csv", wrong)],
    );
    for command in ["audit", "replay", "check"] {
        let refused = home.run(&[command, "log.csv", "--evidence", "evidence"]);
        assert_eq!(refused.status.code(), Some(2));
        let said = errors(&refused);
        assert!(
            said.contains("messaging_limits.csv:2: column `limit` holds `lots`: expected"),
            "{said}"
        );
    }
    let refused = home.run(&["audit", "log.csv", "--evidence", "nowhere"]);
    assert_eq!(refused.status.code(), Some(2));
    for name in [
        "templates.csv",
        "opt_outs.csv",
        "tier_updates.csv",
        "other_events.csv",
    ] {
        assert!(errors(&refused).contains(name), "{}", errors(&refused));
    }
}
