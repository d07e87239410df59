//! A run whose names want the page to do what it should not.

use std::collections::BTreeMap;

use super::audit;
use crate::replay::outcome::Warning;
use crate::report::summary::{CitedRule, CitedSource, SettingInForce, Summary};

const HOSTILE: [&str; 6] = [
    "<script>alert('x')</script><img src=x onerror=\"alert(1)\">",
    "=cmd|' /C calc'!A0",
    "\u{202e}gnp.exe\u{2066} and \0 a NUL",
    "שלום تونس",
    "👩‍💻🧾 東京都千代田区",
    "]]>--></style></title></svg>{{ 7 * 7 }}{% raw %}&#x3c;",
];

/// Names by somebody who wants the page to do what it should not.
pub fn hostile() -> Summary {
    let mut summary = audit();
    let evil = |place: usize| HOSTILE[place % HOSTILE.len()].to_owned();
    let long = "W".repeat(600);
    summary.command_line = format!("counterfoil audit '{}' {}", HOSTILE.join("' '"), long);
    for (place, file) in summary.files.iter_mut().enumerate() {
        file.path = evil(place);
        file.ignored_columns = HOSTILE.map(str::to_owned).to_vec();
        file.ignored_columns.push(long.clone());
    }
    for (place, input) in summary.inputs.iter_mut().enumerate() {
        input.path = format!("{}{long}", evil(place));
    }
    let counts = *summary.charges_by_account.values().next().unwrap();
    summary.charges_by_account.clear();
    for (place, name) in HOSTILE.iter().enumerate() {
        summary
            .charges_by_account
            .insert((*name).to_owned(), counts);
        let months = BTreeMap::from([("2025-07".to_owned(), counts)]);
        summary
            .charges_by_business
            .insert((*name).to_owned(), months);
        summary
            .other_channels
            .insert((*name).to_owned(), place as u64);
        summary.limits.insert(0, format!("{name} {long}"));
        summary.incomplete.push((*name).to_owned());
        summary.warnings.push(Warning {
            code: "Q-CONFLICT".into(),
            count: 1,
            text: (*name).to_owned(),
        });
    }
    summary.charges_by_account.insert(long.clone(), counts);
    let bill = summary.bill.as_mut().unwrap();
    let totals = bill.totals["USD"];
    let by_business = bill.by_business.get_mut("USD").unwrap();
    for name in HOSTILE {
        by_business.insert(name.to_owned(), totals);
        let currencies = BTreeMap::from([("USD".to_owned(), totals)]);
        bill.by_account.insert(name.to_owned(), currencies);
    }
    by_business.insert(long.clone(), totals);
    let comparison = summary.invoice.as_mut().unwrap();
    for (place, row) in comparison.largest.iter_mut().enumerate() {
        (row.invoice_id, row.account) = (evil(place), evil(place + 1));
        (row.business, row.market) = (format!("{}{long}", evil(place + 2)), evil(place + 3));
        row.explanation = format!("{} {}", evil(place + 4), evil(place));
    }
    comparison.notes = HOSTILE.map(str::to_owned).to_vec();
    comparison.reasons.insert(0, HOSTILE.join(" "));
    comparison.reasons.insert(1, long.clone());
    for counts in summary.findings.as_mut().unwrap().values_mut() {
        for (place, example) in counts.examples.iter_mut().enumerate() {
            (example.account, example.business) = (evil(place), evil(place + 1));
            example.explanation = format!("{} {long}", evil(place + 2));
        }
    }
    summary.settings.push(SettingInForce {
        id: String::new(),
        name: "rates_folder".into(),
        value: evil(0),
        origin: "flag".into(),
    });
    summary.rules.push(CitedRule {
        id: "X-5",
        text: evil(0),
        confidence: "meta",
        sources: vec![CitedSource {
            title: evil(1),
            url: Some("javascript:alert(1)".into()),
        }],
        conversations: 0,
        charges: 1,
    });
    summary
}
