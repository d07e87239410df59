//! The messages of a log, each as the rows an exporter might have written for it.

use super::random::Random;
use super::rows::{self, Style};
use super::spoil;
use super::times::Times;
use super::world::{BUSINESSES, TEMPLATES};
use crate::oracle::Row;
use crate::oracle::clock::date;

const CUSTOMERS: [&str; 9] = [
    "919876500001",
    "5511987650001",
    "393331234567",
    "4915112345678",
    "14155550123",
    "447700900123",
    "77011234567",
    "IN.8899aabbccddeeff", // a business-scoped id
    "0123456789",          // not a number: it starts with 0
];

/// A message before it is written down.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub id: String,
    pub inbound: bool,
    pub business: String,
    pub customer: String,
    pub account: String,
    pub group: String,
    pub kind: String,
    pub category: String,
    pub template: String,
    pub entry_point: String,
    pub channel: String,
    pub origin: String,
    pub sent: i64,
    pub delivered: Option<i64>,
    pub read: Option<i64>,
    pub failed: Option<i64>,
    pub marks: Vec<(&'static str, String)>,
}

/// Who writes to whom, and how often.
pub struct Habits {
    pub customers: &'static [&'static str],
    /// Percent of messages that come in, and of those that come by a click.
    pub inbound: u64,
    pub clicks: u64,
    /// The category that most templates of a log have, if any.
    pub favourites: &'static [&'static str],
}

pub const ADVERSARIAL: Habits = Habits {
    customers: &CUSTOMERS,
    inbound: 45,
    clicks: 35,
    favourites: &["", "", "utility", "utility", "marketing"],
};

pub fn log(r: &mut Random, times: &mut Times, habits: &Habits) -> Vec<Row> {
    let known = habits.customers;
    let style = Style::random(r, times.precision);
    let businesses = &BUSINESSES[..r.pick(&[1, 1, 2, 3])];
    let start = r.below(known.len() - 2);
    let customers = &known[start..start + r.pick(&[1, 1, 2, 3])];
    let mut favourite = r.pick(habits.favourites);
    if times.days.contains(&date(2025, 7, 1)) && r.chance(50) {
        favourite = "utility"; // P25-5
    }
    let count = r.between(3, 60);
    let groups = r.chance(25);
    let mut ids: Vec<i64> = (0..count).collect();
    r.shuffle(&mut ids); // the order of ids is not the order of time

    let mut all = Vec::new();
    for number in ids {
        let mut draft = Draft {
            id: format!("m{number}"),
            business: r.pick(businesses).to_string(),
            customer: r.pick(customers).to_string(),
            account: r
                .weighted(&[(70, ""), (15, "A"), (10, "B"), (5, "elsewhere")])
                .to_string(),
            ..Draft::default()
        };
        draft.sent = times.next(r, &format!("{} {}", draft.business, draft.customer));
        if groups && r.chance(35) {
            draft.id = format!("g{number}");
            draft.group = r.pick(&["G1", "G2"]).to_string();
        }
        if r.chance(3) {
            draft.channel = r.pick(&["sms", "Messenger", "email"]).to_string();
        }
        if r.chance(habits.inbound) {
            inbound(r, &mut draft, habits.clicks);
        } else {
            outbound(r, times, &mut draft);
            if draft.kind == "template" && !favourite.is_empty() && r.chance(60) {
                draft.category = favourite.to_string(); // many of one category meet each other
            }
        }
        let recipients = if !draft.group.is_empty() && !draft.inbound {
            customers
        } else {
            &[""]
        };
        for recipient in recipients {
            let mut one = draft.clone();
            if !recipient.is_empty() {
                one.customer = recipient.to_string(); // one row per recipient
            }
            all.extend(rows::write(r, times, &one, &style));
        }
    }
    if r.chance(85) {
        spoil::spoil(r, &mut all, &style);
    }
    all.truncate(120);
    r.shuffle(&mut all);
    all
}

fn inbound(r: &mut Random, draft: &mut Draft, clicks: u64) {
    draft.inbound = true;
    draft.kind = r
        .weighted(&[
            (70, "text"),
            (8, ""),
            (6, "image"),
            (6, "reaction"),
            (5, "system"),
            (5, "call"),
        ])
        .to_string();
    if r.chance(clicks) {
        let sources = [(55, "ad"), (25, "page_cta"), (20, "post")];
        draft.entry_point = r.weighted(&sources).to_string();
    }
    if r.chance(3) {
        draft.origin = "business_app".to_string(); // ignored on inbound rows
    }
}

fn outbound(r: &mut Random, times: &mut Times, draft: &mut Draft) {
    draft.kind = r
        .weighted(&[
            (50, "template"),
            (30, "text"),
            (5, "interactive"),
            (7, "reaction"),
            (3, "system"),
            (4, "call"),
            (1, ""),
        ])
        .to_string();
    match draft.kind.as_str() {
        "template" => {
            draft.category = r
                .weighted(&[
                    (30, "marketing"),
                    (38, "utility"),
                    (16, "authentication"),
                    (8, "marketing_lite"),
                    (8, ""),
                ])
                .to_string();
            if r.chance(60) {
                draft.template = r.pick(&TEMPLATES).to_string();
            }
        }
        "text" if r.chance(5) => draft.category = r.pick(&["service", "marketing"]).to_string(),
        _ => {}
    }
    if r.chance(5) {
        draft.origin = r.pick(&["business_app", "business_agent"]).to_string();
    }
    match r.below(100) {
        0..78 => draft.delivered = Some(times.after(r, draft.sent)),
        78..86 => draft.failed = Some(times.after(r, draft.sent)),
        86..91 => draft.read = Some(times.after(r, draft.sent)), // `delivered` left out
        91..94 => {
            draft.delivered = Some(times.after(r, draft.sent));
            draft.failed = Some(times.after(r, draft.sent));
        }
        _ => {}
    }
    if let (Some(delivered), true) = (draft.delivered, r.chance(30)) {
        draft.read = Some(times.after(r, delivered));
    }
    if r.chance(15) {
        marks(r, times, draft);
    }
}

/// Meta's marks, as a status webhook carries them.
fn marks(r: &mut Random, times: &mut Times, draft: &mut Draft) {
    let mut mark = |column, cell: &str| draft.marks.push((column, cell.to_string()));
    match r.below(12) {
        0 | 1 => mark("meta_pricing_type", "free_entry_point"),
        2 => mark("meta_conversation_origin", "referral_conversion"),
        3 => mark("meta_category", "referral-conversion"),
        4 => mark("meta_conversation_origin", "free_entry_point"),
        5 => mark("meta_pricing_type", "free_customer_service"),
        6 => mark("meta_pricing_type", "regular"),
        7 => mark("meta_pricing_type", "paid_exempt"),
        8 => mark("meta_pricing_subtype", "paid_exempt"),
        9 => mark("meta_category", "service"),
        _ => {
            let categories = [
                "marketing",
                "utility",
                "authentication",
                "authentication_international",
            ];
            mark("meta_category", r.pick(&categories));
        }
    }
    if r.chance(35) {
        let end = times.after(r, draft.sent);
        draft.marks.push(("meta_expires_at", end.to_string())); // µs until it is written
    }
    if r.chance(30) {
        draft
            .marks
            .push(("meta_billable", r.pick(&["true", "false"]).to_string()));
        draft
            .marks
            .push(("meta_pricing_model", r.pick(&["CBP", "PMP"]).to_string()));
    }
}

/// About a thousand outbound messages that know no delivery (D-3).
pub fn sent_only(r: &mut Random, times: &mut Times) -> Vec<Row> {
    let style = Style::random(r, times.precision);
    let outbound = r.pick(&[999, 1_000, 1_001]);
    let mut all = Vec::new();
    for number in 0..outbound + 60 {
        let mut draft = Draft {
            id: format!("m{number}"),
            business: BUSINESSES[number % 2].to_string(),
            customer: format!("91987650{:04}", r.below(40)),
            sent: times.next(r, ""),
            inbound: number >= outbound,
            kind: "text".to_string(),
            ..Draft::default()
        };
        if draft.inbound {
            draft.entry_point = r.pick(&["", "", "ad"]).to_string();
        } else if r.chance(50) {
            draft.kind = "template".to_string();
            draft.category = r
                .pick(&["marketing", "utility", "authentication"])
                .to_string();
        }
        let status = r.pick(&["", "sent", "accepted"]);
        all.push(rows::single(r, &draft, &style, status));
    }
    r.shuffle(&mut all);
    all
}
