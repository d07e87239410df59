//! The harness itself: what it understands, what it refuses, and that a wrong table does not pass.

use super::compare::differences;
use super::log::{self, Shape};
use super::{Ending, Fate, Outcome, instant, parse, run};

const GOOD: &str = "
case C23-1 C23-5: a template opens its category
set S-07=delivery
allowance_used account 2023-09 999
  2023-09-04 09:00 in text - ad
  2023-09-04 11:00+02:00 out template utility sent=10:59 read=2023-09-04T12:00 delivered=11:00 | opens utility
  opens utility 2023-09-04 09:00 -> 2023-09-05 09:00 closed 2023-09-04 23:00 entry_point_opened C23-1 out=1 | regular C23-5 edge
";

fn refusal(text: &str) -> String {
    parse::cases("bad.txt", text)
        .expect_err("must be refused")
        .join("\n")
}

#[test]
fn a_case_is_read_as_it_stands() {
    let case = parse::cases("good.txt", GOOD)
        .expect("well formed")
        .remove(0);
    assert_eq!(case.holds, ["C23-1", "C23-5"]);
    assert_eq!(case.arguments, ["--set", "S-07=delivery"]);
    assert_eq!(
        (
            case.allowances_used[0].name.as_str(),
            case.allowances_used[0].count
        ),
        ("waba", 999)
    );
    let at = |text: &str| instant::cell(text).expect("an instant").expect("not empty");
    let later = vec![
        ("read", at("2023-09-04T10:00:00Z")),
        ("delivered", at("2023-09-04T09:00:00Z")),
    ];
    assert_eq!(
        case.messages[1].fate,
        Fate::Statuses {
            sent: at("2023-09-04T08:59:00Z"),
            later
        }
    );
    assert_eq!(
        case.messages[1].outcome,
        Some(Outcome::Opens("utility".to_string()))
    );
    let closed = Ending::Closed {
        at: at("2023-09-04T23:00:00Z"),
        reason: "entry_point_opened".to_string(),
    };
    assert_eq!(
        (
            case.conversations[0].ending.clone(),
            case.conversations[0].outbound
        ),
        (closed, Some(1))
    );
    assert!(
        case.conversations[0]
            .charge
            .as_ref()
            .is_some_and(|charge| charge.edge)
    );
    assert_eq!(Shape::fitting(&case), [Shape::RowPerStatus]);
}

#[test]
fn malformed_lines_are_named_by_file_and_line() {
    let head = "case T-1: a case\n";
    for (line, reason) in [
        ("2023-09-04 9am in text -", "is no time"),
        ("2023-09-04 09:00 sideways text -", "a message reads"),
        ("2023-09-04 09:00 in letter -", "is no kind"),
        ("2023-09-04 09:00 in text - adz", "flag `adz`"),
        ("2023-09-04 09:00 in text - | covered", "no outcome but"),
        ("2023-09-04 09:00 out text - | fine", "is no outcome"),
        (
            "2023-09-04 09:00 out text - | free P25-1",
            "is no pricing type",
        ),
        ("2023-09-04 09:00 out text -", "without `| outcome`"),
        (
            "2023-09-04 09:00 out text - | opens service",
            "opens a conversation that is not listed",
        ),
        (
            "opens gold 2023-09-04 09:00 -> 2023-09-05 09:00 C23-1",
            "no category of a conversation",
        ),
        (
            "opens utility 2023-09-04 09:00 -> 2023-09-05 09:00 D-1",
            "opens no conversation",
        ),
        ("zonee UTC", "is not understood"),
        ("allowance_used town 2023-09 1", "neither account"),
    ] {
        let refused = refusal(&format!("{head}{line}\n"));
        assert!(
            refused.contains(reason) && refused.starts_with("bad.txt:"),
            "{line} gave: {refused}"
        );
    }
    assert!(refusal("case a title without a rule\n").contains("case RULE"));
    assert!(refusal("zone UTC\n").contains("before the first"));
}

#[test]
fn a_price_is_read_as_it_stands() {
    let text = "case R-2: priced\ncurrency INR\nvolume_used waba Rest_of_Africa utility 2026-10 4\n\
        ladder INR Rest_of_Africa utility 2026-10-01 1..2=0.5 3..?=\n\
        2026-10-05 09:00 out template utility | regular P26-3 edge = 0.50 INR card=2026-10-01 tier=0:2\n\
        2026-10-05 09:00 out text - | free_customer_service P26-2\nbill 0.5 INR\n";
    let case = parse::cases("priced.txt", text)
        .expect("well formed")
        .remove(0);
    assert!(case.is_priced() && !case.lacks_a_rate());
    assert_eq!(case.volumes_used[0].market, "Rest of Africa");
    let steps = [
        "2026-10-01,INR,Rest of Africa,utility,1,2,true,0.5,,a case,single-source",
        "2026-10-01,INR,Rest of Africa,utility,3,,false,,,a case,single-source",
    ];
    assert_eq!(case.tariff["tiers.csv"], steps);
    let Some(Outcome::Charge(charge)) = &case.messages[0].outcome else {
        panic!("a charge");
    };
    let wanted = super::expected::message_charge_cells(&case.messages[0], charge, true);
    for cell in [
        ("rate_card", "PMP-INR-2026-10-01"),
        ("tier", "0:2"),
        ("amount", "0.50"),
        ("state", "rated"),
    ] {
        assert!(wanted.contains(&(cell.0, cell.1.to_string())), "{cell:?}");
    }
    for (wrong, reason) in [
        ("regular P26-3", "every `regular` charge has one"),
        ("regular P26-3 = dear USD", "no decimal number"),
        ("regular P26-3 = 0.5 USD low", "no term of a price"),
    ] {
        let line = format!("2026-10-05 09:00 out template utility | {wrong}\nbill 1 USD\n");
        let refused = refusal(&format!("case R-1: a case\n{line}"));
        assert!(refused.contains(reason), "{wrong} gave: {refused}");
    }
}

#[test]
fn both_shapes_tell_the_same_messages() {
    let text = "case T-1: two\n2023-09-04 09:00 in text -\n2023-09-04 09:10 out text - sent=09:09 mark=regular | covered\n";
    let case = parse::cases("two.txt", text)
        .expect("well formed")
        .remove(0);
    let texts = |shape| {
        log::rows(&case, shape)
            .into_iter()
            .map(|row| row.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        texts(Shape::RowPerMessage),
        [
            "m01,2023-09-04T09:00:00Z,inbound,15550100001,4917610000001,text,,,,,,waba,,,,,,,,,,,,,",
            "m02,2023-09-04T09:09:00Z,outbound,15550100001,4917610000001,text,,,,2023-09-04T09:10:00Z,,waba,,,,,regular,,,,,,,,",
        ]
    );
    assert_eq!(
        texts(Shape::RowPerStatus),
        [
            "m02,2023-09-04T09:10:00Z,outbound,15550100001,4917610000001,,,,delivered,,,waba,,,,,regular,,,,,,,,",
            "m02,2023-09-04T09:09:00Z,outbound,15550100001,4917610000001,text,,,sent,,,waba,,,,,,,,,,,,,",
            "m01,2023-09-04T09:00:00Z,inbound,15550100001,4917610000001,text,,,,,,waba,,,,,,,,,,,,,",
        ]
    );
}

const CONVERSATIONS: &str = "conversation_id,account,business,customer,category,opened_at,expires_at,closed_at,close_reason,opened_by,regime,rule,messages_outbound,messages_inbound
c1,waba,15550100001,4917610000001,utility,2023-09-04T09:00:00Z,2023-09-05T09:00:00Z,2023-09-04T23:00:00Z,entry_point_opened,m02,cbp-2023,C23-1,1,0
";
const CHARGES: &str = "charge_id,account,business,customer,message_id,conversation_id,unit,regime,rule,category,pricing_type,charged_at,local_date,state,estimated,edge
h1,waba,15550100001,4917610000001,m02,c1,conversation,cbp-2023,C23-5,utility,regular,2023-09-04T09:00:00.000Z,2023-09-04,unpriced,false,true
";

fn differences_with(conversations: &str, charges: &str) -> String {
    let case = parse::cases("good.txt", GOOD)
        .expect("well formed")
        .remove(0);
    let out = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(out.path().join("tables")).expect("a folder");
    for (name, text) in [("conversations", conversations), ("charges", charges)] {
        std::fs::write(out.path().join(format!("tables/{name}.csv")), text).expect("a file");
    }
    let output = run::read_output(out.path(), Some(0), String::new()).expect("readable");
    differences(&case, Shape::RowPerStatus, &output).join("\n")
}

#[test]
fn a_right_table_passes_and_a_wrong_one_does_not() {
    assert_eq!(differences_with(CONVERSATIONS, CHARGES), "");
    let wrong = |from: &str, to: &str| {
        let conversations = CONVERSATIONS.replace(from, to);
        differences_with(&conversations, &CHARGES.replace(from, to))
    };
    for (from, to, said) in [
        ("C23-5", "C23-6", "rule: expected `C23-5`, got `C23-6`"),
        (
            "false,true",
            "false,false",
            "edge: expected `true`, got `false`",
        ),
        ("2023-09-05T09:00:00Z", "2023-09-05T09:00:01Z", "expires_at"),
        ("entry_point_opened", "expired", "close_reason"),
        (
            "m02,cbp",
            "m03,cbp",
            "a conversation the case does not know",
        ),
        ("m02,c1", "m03,c1", "a charge the case does not know"),
        ("unpriced", "free", "state"),
        ("C23-1,1,0", "C23-1,2,0", "messages_outbound"),
    ] {
        let found = wrong(from, to);
        assert!(
            found.contains(said) && found.starts_with("tests/cases/good.txt:"),
            "{from} -> {to} gave: {found}"
        );
    }
    let twice = format!("{CHARGES}{}", CHARGES.lines().last().expect("a row"));
    assert!(
        differences_with(CONVERSATIONS, &twice)
            .contains("expected one conversation charge of m02, got 2")
    );
}
