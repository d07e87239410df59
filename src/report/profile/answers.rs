//! What an audit of a log can conclude, by what its rows state.

use serde::Serialize;

use super::Profile;

/// What the log settles of one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What is asked.
    pub question: &'static str,
    /// `settled`, `partly`, or `open`.
    pub state: &'static str,
    /// How many of the rows that could state it do, and of how many.
    pub rows: [u64; 2],
    /// What follows.
    pub consequence: &'static str,
    /// What to bring to conclude more; empty where nothing is missing.
    pub bring: &'static str,
}

/// How much of an answer some rows give.
struct Evidence {
    question: &'static str,
    rows: [u64; 2],
    /// Whether some rows are enough: the others cannot state it, or need not.
    some_suffice: bool,
    settled: &'static str,
    lacking: &'static str,
    bring: &'static str,
}

impl Evidence {
    fn answer(self) -> Answer {
        let [have, of] = self.rows;
        let state = match (have, of) {
            (_, 0) => "open",
            (0, _) => "open",
            (have, of) if have >= of || self.some_suffice => "settled",
            _ => "partly",
        };
        let is_settled = state == "settled";
        Answer {
            question: self.question,
            state,
            rows: self.rows,
            consequence: if is_settled {
                self.settled
            } else {
                self.lacking
            },
            bring: if is_settled { "" } else { self.bring },
        }
    }
}

/// Every question, in the order in which they weigh.
pub(super) fn answers(profile: &Profile, accounts_file_absent: bool) -> Vec<Answer> {
    let stated = &profile.stated;
    let lacks = |column: &str| profile.columns_missing.contains(&column);
    // A column that is there and empty says as much as one that is full.
    let stated_by_column = |column: &str, of: u64| [if lacks(column) { 0 } else { of }, of];
    let rows = stated.inbound + stated.outbound;
    let evidence = [
        Evidence {
            question: "What did customers write?",
            rows: [stated.inbound, rows],
            some_suffice: true,
            settled: "customer service windows can be followed",
            lacking: "no window ever opens: free and cheaper messages look chargeable",
            bring: "the inbound messages of the same days",
        },
        Evidence {
            question: "What was delivered?",
            rows: [stated.delivery, stated.outbound],
            some_suffice: true,
            settled: "delivery and its time are known where the log tells of one",
            lacking: "sent counts as delivered (D-3), every charge is estimated",
            bring: "delivered_at, or the status webhooks",
        },
        Evidence {
            question: "Which category have templates?",
            rows: match lacks("category") && lacks("meta_category") {
                true => [0, stated.templates],
                false => [stated.category, stated.templates],
            },
            some_suffice: false,
            settled: "every template has a category",
            lacking: "templates without one are rejected from 2023-06-01 unless the registry knows them (D-9)",
            bring: "the column category, or --templates",
        },
        Evidence {
            question: "Which messages came through an ad or a Page button?",
            rows: stated_by_column("entry_point", stated.inbound),
            some_suffice: true,
            settled: "clicks are known; free entry points follow",
            lacking: "free entry points are found by Meta's marks only",
            bring: "the column entry_point (the webhook's referral)",
        },
        Evidence {
            question: "What does Meta say of each message?",
            rows: [stated.marks, stated.outbound],
            some_suffice: false,
            settled: "Meta's marks are a third side of the match",
            lacking: "where none is, free entry points stay estimated (S-12), recategorisations unseen (C-RECATEGORISED)",
            bring: "the meta_* columns from the status webhooks",
        },
        Evidence {
            question: "Which template was it?",
            rows: [stated.template_name, stated.templates],
            some_suffice: false,
            settled: "repeats and approvals can be tested",
            lacking: "C-UNAPPROVED and O-DUPLICATE-TEMPLATE are not tested where the name is missing",
            bring: "the column template",
        },
        Evidence {
            question: "Why were messages refused?",
            rows: stated_by_column("error_code", stated.outbound),
            some_suffice: true,
            settled: "opt-outs show (131050)",
            lacking: "C-OPT-OUT is not tested",
            bring: "the column error_code, or --evidence with opt_outs.csv",
        },
        Evidence {
            question: "Whose local time and currency count?",
            rows: [if accounts_file_absent { 0 } else { rows }, rows],
            some_suffice: true,
            settled: "each account has its zone and currency",
            lacking: "every account counts in UTC and US dollars",
            bring: "--accounts accounts.toml",
        },
    ];
    evidence.into_iter().map(Evidence::answer).collect()
}
