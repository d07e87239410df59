//! What Meta says of a message's price in its status webhooks, for the wallet, which keeps them.
//!
//! The wallet runs no ads, so its price follows from two things: the customer's last message before
//! the send (24 hours), and the utility conversation that may still run on 1 July 2025.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::cast::Export;
use super::catalogue::WALLET_TIPS;
use super::message::{DAY, Message};

/// Marks the wallet's delivered messages; `messages` are in order of receipt and sending.
pub fn mark(messages: &mut [Message]) {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    let mut last_inbound: HashMap<(&str, String), i64> = HashMap::new();
    let mut utility_until: HashMap<(&str, String), i64> = HashMap::new();
    let mut tip_was_charged = false;
    for message in messages.iter_mut() {
        let business = message.business;
        if business.export != Export::Statuses || !message.is_on_whatsapp() {
            continue;
        }
        let pair = (business.number, message.customer.id.clone());
        if message.inbound {
            last_inbound.insert(pair, message.at);
            continue;
        }
        let Some(delivered) = message.delivered.or(message.read) else {
            continue;
        };
        let date = business.date(delivered);
        let category = message.category();
        let running = utility_until.get(&pair).is_some_and(|&end| delivered < end);
        if date < day(2025, 7, 1) && category == "utility" && !running {
            utility_until.insert(pair.clone(), delivered + DAY);
        }
        let in_window = last_inbound
            .get(&pair)
            .is_some_and(|&received| message.at < received + DAY);

        let marks = &mut message.marks;
        if date < day(2023, 6, 1) {
            continue;
        }
        if date < day(2025, 7, 1) {
            // What a conversation costs stands on its opening, so only the category is told here.
            (marks.model, marks.category) = if category.is_empty() {
                ("", "")
            } else {
                ("CBP", category)
            };
        } else if category == "utility" && running {
            (marks.model, marks.category) = ("CBP", "utility");
        } else {
            let free = category.is_empty()
                || category == "utility" && in_window && date < day(2026, 10, 1);
            marks.model = "PMP";
            marks.category = if category.is_empty() {
                "service"
            } else {
                category
            };
            marks.pricing_type = if free {
                "free_customer_service"
            } else {
                "regular"
            };
            marks.billable = if free { "false" } else { "true" };
        }
        // Meta takes the tips for marketing, and in 2026 the first of them is charged as such.
        let is_tip = message
            .template
            .is_some_and(|template| std::ptr::eq(template, &WALLET_TIPS));
        if is_tip && !tip_was_charged && date > day(2026, 1, 1) {
            tip_was_charged = true;
            (marks.category, marks.pricing_type, marks.billable) = ("marketing", "regular", "true");
        }
    }
}
