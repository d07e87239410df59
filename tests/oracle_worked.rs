//! The oracle against the worked examples of the rules (`tests/oracle/worked.txt`).

mod oracle;

use oracle::hand::{message, run};
use oracle::{Account, Accounts, Settings, UsedAllowance};

#[test]
fn the_worked_examples() {
    let text = include_str!("oracle/worked.txt");
    let cases: Vec<&str> = text.split("\ncase ").skip(1).collect();
    assert_eq!(cases.len(), 14);
    for case in cases {
        worked_example(case);
    }
}

fn worked_example(case: &str) {
    let name = case.lines().next().unwrap();
    let mut log = Vec::new();
    let mut expected_messages = Vec::new();
    let mut expected_conversations = Vec::new();
    let mut accounts = Accounts::default();
    let mut regime = "";
    for line in case.lines().skip(1) {
        let (line, outcome) = line.split_once('|').unwrap_or((line, ""));
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            ["regime", id] => regime = id,
            ["allowance_used", count] => {
                accounts.present = true;
                accounts.accounts.push(Account {
                    id: "default".to_string(),
                    timezone: Some("UTC".to_string()),
                    ..Account::default()
                });
                accounts.used_allowance.push(UsedAllowance {
                    account: None,
                    number: Some("15550001111".to_string()),
                    month: "2026-10".to_string(),
                    count: count.parse().unwrap(),
                });
            }
            ["opens", category, from, "->", to, state @ ..] => {
                let state = state.first().unwrap_or(&"").to_string();
                expected_conversations.push((format!("{category} {from} -> {to}"), state));
            }
            [at, direction, kind, category, flags] => {
                let id = format!("m{}", log.len());
                let category = category.replace('-', "");
                let mut more = vec![("category", category.as_str())];
                match *flags {
                    "failed" => more.push(("status", "failed")),
                    "ad" => more.push(("entry_point", "ad")),
                    _ => {}
                }
                log.push(message(
                    &id,
                    direction,
                    &kind.replace("freeform", "text"),
                    at,
                    &more,
                ));
                if !outcome.trim().is_empty() {
                    expected_messages.push((id, outcome.trim().to_string()));
                }
            }
            other => panic!("{other:?}"),
        }
    }

    let outcome = run(&log, &accounts, &Settings::default());
    for (id, expected) in expected_messages {
        let row = outcome
            .charges
            .iter()
            .find(|c| c["message_id"] == id && c["unit"] == "message");
        let state = row.map_or("not delivered", |row| match row["state"].as_str() {
            "unpriced" => "charged",
            state => state,
        });
        let by_conversation = outcome.charges.iter().any(|c| c["message_id"] == id);
        let state = if row.is_none() && by_conversation {
            "charged"
        } else {
            state
        };
        assert_eq!(state, expected, "{name}: {id}");
    }
    let ends = |c: &oracle::ConversationRow| match c["closed_at"].as_str() {
        "" => c["expires_at"].clone(),
        at => at.to_string(),
    };
    let found: Vec<String> = outcome
        .conversations
        .iter()
        .map(|c| format!("{} {} -> {}", c["category"], c["opened_at"], ends(c)))
        .collect();
    let expected: Vec<String> = expected_conversations
        .iter()
        .map(|(text, _)| text.clone())
        .collect();
    assert_eq!(found, expected, "{name}");
    for (index, (_, state)) in expected_conversations.iter().enumerate() {
        let id = &outcome.conversations[index]["conversation_id"];
        let charge = outcome
            .charges
            .iter()
            .find(|c| c["unit"] == "conversation" && c["conversation_id"] == *id);
        let holds = match (state.as_str(), charge) {
            ("charged", Some(row)) => row["state"] == "unpriced",
            ("free", Some(row)) => row["state"] == "free",
            ("free", None) => regime == "pmp-2025",
            ("free_tier", Some(row)) => row["pricing_type"] == "free_tier",
            ("", row) => row.is_some(),
            _ => false,
        };
        assert!(holds, "{name}: {state} of conversation {index}");
    }
}
