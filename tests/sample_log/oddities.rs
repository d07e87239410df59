//! What happens once: the evening of every switch, and everything rare.

use chrono::NaiveDate;

use super::cast::{
    BIKE_COUNTRIES, Business, CHAITRA, CODE_COUNTRIES, Customer, LARKSPUR, MORGENROT,
    ROASTER_COUNTRIES, WALLET_COUNTRIES, newcomer,
};
use super::catalogue::{
    BOOKING_REMINDER, CLUB_INVITATION, FLASH_SALE, LOGIN_CODE, ORDER_CONFIRMED, ORDER_DELIVERED,
    ORDER_SHIPPED, PAYMENT_RECEIVED, PAYMENT_SENT, POINTS_REMINDER, ROAST_OF_THE_MONTH, Template,
    WEEKEND_RIDE,
};
use super::message::{Author, DAY, HOUR, MINUTE};
use super::scenes::{Answer, click, support_chat};

pub fn play(author: &mut Author) {
    for (year, month, day) in [
        (2023, 6, 1),
        (2024, 11, 1),
        (2025, 7, 1),
        (2026, 9, 28),
        (2026, 10, 1),
    ] {
        let switch = NaiveDate::from_ymd_opt(year, month, day).expect("a date");
        for business in [&MORGENROT, &LARKSPUR, &CHAITRA] {
            over_the_switch(author, business, business.clock(switch, 0, 0, 0));
        }
    }
    utility_conversations_into_2025_07(author);
    marked_entry_points(author);
    tasting_club(author);
    without_a_number(author);
    calls_and_system_messages(author);
    contested_templates(author);
    unusual_deliveries(author);
}

/// Sent before midnight, delivered after it, or just on one side; and what was open runs across.
fn over_the_switch(author: &mut Author, business: &'static Business, midnight: i64) {
    let (countries, marketing, utility) = if business.account == MORGENROT.account {
        (ROASTER_COUNTRIES, &ROAST_OF_THE_MONTH, &ORDER_SHIPPED)
    } else if business.account == LARKSPUR.account {
        (BIKE_COUNTRIES, &WEEKEND_RIDE, &BOOKING_REMINDER)
    } else {
        (WALLET_COUNTRIES, &PAYMENT_RECEIVED, &PAYMENT_SENT)
    };
    let sent_and_delivered: [(i64, i64, &'static Template); 5] = [
        (-3 * HOUR, 20 * MINUTE, marketing),
        (-50 * MINUTE, 7 * HOUR, utility),
        (-10, -1, marketing),
        (-9, 0, utility),
        (-5, 40, marketing),
    ];
    for (sent, delivered, template) in sent_and_delivered {
        let customer = abroad(author, countries);
        author
            .sends_template(business, &customer, midnight + sent, template)
            .delivered_at(midnight + delivered);
    }
    // A chat before midnight goes on after it; so does an entry point, and a click answered across it.
    let customer = newcomer(&mut author.random, countries);
    support_chat(author, business, &customer, midnight - 40 * MINUTE);
    support_chat(author, business, &customer, midnight + 10 * MINUTE);
    if business.account != CHAITRA.account {
        let customer = abroad(author, countries);
        click(
            author,
            business,
            &customer,
            midnight - 30 * HOUR,
            "ad",
            Answer::InTime,
        );
        author.sends_template(business, &customer, midnight + 8 * HOUR, marketing);
        support_chat(author, business, &customer, midnight + 9 * HOUR);
        let customer = abroad(author, countries);
        click(
            author,
            business,
            &customer,
            midnight - 20 * MINUTE,
            "ad",
            Answer::InTime,
        );
    }
}

/// Somebody outside the United States, where marketing is paused.
fn abroad(author: &mut Author, countries: &[super::cast::Country]) -> Customer {
    loop {
        let customer = newcomer(&mut author.random, countries);
        if customer.country != "US" {
            return customer;
        }
    }
}

/// Utility conversations opened on 30 June 2025 cover utility templates of 1 July until they end (P25-5).
fn utility_conversations_into_2025_07(author: &mut Author) {
    let switch = NaiveDate::from_ymd_opt(2025, 7, 1).expect("a date");
    for number in 0..5 {
        let midnight = MORGENROT.clock(switch, 0, 0, 0);
        let customer = newcomer(&mut author.random, ROASTER_COUNTRIES);
        let opened = midnight - 8 * HOUR + number * 40 * MINUTE;
        for (sent, template) in [
            (opened, &ORDER_CONFIRMED),
            (midnight + 9 * HOUR, &ORDER_SHIPPED),
            (opened + DAY + HOUR, &ORDER_DELIVERED),
        ] {
            author
                .sends_template(&MORGENROT, &customer, sent, template)
                .delivered_at(sent + 4);
        }
        let midnight = CHAITRA.clock(switch, 0, 0, 0);
        let customer = newcomer(&mut author.random, WALLET_COUNTRIES);
        let opened = midnight - 5 * HOUR + number * 30 * MINUTE;
        for (sent, template) in [
            (opened, &PAYMENT_RECEIVED),
            (opened + 12 * HOUR, &PAYMENT_SENT),
            (opened + DAY + 1, &PAYMENT_SENT),
        ] {
            author
                .sends_template(&CHAITRA, &customer, sent, template)
                .delivered_at(sent + 3);
        }
    }
}

/// Answers that Meta itself marked as opening a free entry point; for half of them the log shows no
/// click, because the Page button is invisible in webhooks.
fn marked_entry_points(author: &mut Author) {
    for (year, month, day) in [
        (2023, 5, 29),
        (2024, 10, 29),
        (2025, 6, 29),
        (2026, 9, 27),
        (2026, 10, 3),
    ] {
        let date = NaiveDate::from_ymd_opt(year, month, day).expect("a date");
        for entry_point in ["ad", ""] {
            let customer = abroad(author, BIKE_COUNTRIES);
            let at = LARKSPUR.clock(date, 13, 5, 0) + author.random.between(0, HOUR);
            let Some(opener) = click(
                author,
                &LARKSPUR,
                &customer,
                at,
                entry_point,
                Answer::InTime,
            ) else {
                continue;
            };
            let conversation_id = author.random.letters(16);
            let answer = &mut author.messages[opener];
            let per_message = year > 2025;
            let start = if per_message {
                Some(answer.at)
            } else {
                answer.delivered
            };
            answer.marks.expires_at = start.map(|start| start + 3 * DAY);
            answer.marks.conversation_id = conversation_id;
            answer.marks.billable = "false";
            if per_message {
                (answer.marks.model, answer.marks.pricing_type) = ("PMP", "free_entry_point");
                answer.marks.category = "service";
            } else {
                (answer.marks.model, answer.marks.conversation_origin) =
                    ("CBP", "referral_conversion");
                answer.marks.category = "referral_conversion";
            }
        }
    }
}

/// A group of seven with one row per recipient of what the business writes.
fn tasting_club(author: &mut Author) {
    const CLUB: &str = "120363000000000017@g.us";
    let members: Vec<_> = (0..6)
        .map(|_| newcomer(&mut author.random, &ROASTER_COUNTRIES[..4]))
        .collect();
    for (month, day) in [(9, 29), (10, 2), (10, 6)] {
        let date = NaiveDate::from_ymd_opt(2026, month, day).expect("a date");
        let at = MORGENROT.clock(date, 17, 0, 0);
        to_group(author, CLUB, &members, at, Some(&CLUB_INVITATION));
        for number in 0..2 {
            let asked = at + (number * 20 + 15) * MINUTE;
            author
                .receives(&MORGENROT, &members[number as usize * 2], asked, "text")
                .group = CLUB;
            to_group(author, CLUB, &members, asked + 3 * MINUTE, None);
        }
    }
}

fn to_group(
    author: &mut Author,
    group: &'static str,
    members: &[Customer],
    at: i64,
    template: Option<&'static Template>,
) {
    let first = author.messages.len();
    for (number, member) in members.iter().enumerate() {
        let message = author.sends(
            &MORGENROT,
            member,
            at,
            if template.is_some() {
                "template"
            } else {
                "text"
            },
        );
        (message.group, message.template) = (group, template);
        message.delivered_at(at + 2 + number as i64 * 3);
    }
    let id = author.messages[first].id.clone();
    author.messages[first..]
        .iter_mut()
        .for_each(|message| message.id.clone_from(&id));
}

/// People who hide their number have a business-scoped id. They only write in, and stay inside what is free.
fn without_a_number(author: &mut Author) {
    for (business, id) in [
        (&CHAITRA, "IN.8147000000000301"),
        (&LARKSPUR, "US.8147000000000302"),
    ] {
        let customer = Customer {
            id: id.to_owned(),
            country: "",
        };
        for day in [26, 29] {
            let date = NaiveDate::from_ymd_opt(2026, 9, day).expect("a date");
            support_chat(author, business, &customer, business.clock(date, 14, 12, 0));
        }
    }
}

fn calls_and_system_messages(author: &mut Author) {
    let date = NaiveDate::from_ymd_opt(2026, 10, 5).expect("a date");
    for (business, countries) in [(&MORGENROT, ROASTER_COUNTRIES), (&LARKSPUR, BIKE_COUNTRIES)] {
        let customer = newcomer(&mut author.random, countries);
        let at = business.clock(date, 12, 0, 0);
        author.receives(business, &customer, at, "call");
        author.sends(business, &customer, at + 20 * MINUTE, "text");
        author.sends(business, &customer, at + 23 * HOUR, "call");
        author.sends(business, &customer, at + 30 * HOUR, "text");
        author.receives(business, &customer, at - 2 * HOUR, "system");
        author.sends(business, &customer, at - 2 * HOUR + 3, "system");
        // Answered by Meta's own agent: its bill is another one.
        author.receives(business, &customer, at + 40 * HOUR, "text");
        author
            .sends(business, &customer, at + 40 * HOUR + 5, "text")
            .origin = "business_agent";
    }
}

/// Templates about whose category or standing somebody disagrees.
fn contested_templates(author: &mut Author) {
    for day in [27, 28, 29, 30] {
        let date = NaiveDate::from_ymd_opt(2025, 6, day).expect("a date");
        for _ in 0..3 {
            let customer = newcomer(&mut author.random, ROASTER_COUNTRIES);
            let at = MORGENROT.clock(date, 15, 0, 0) + author.random.between(0, HOUR);
            author.sends_template(&MORGENROT, &customer, at, &POINTS_REMINDER);
        }
    }
    let paused = NaiveDate::from_ymd_opt(2026, 9, 30).expect("a date");
    for _ in 0..6 {
        let customer = abroad(author, BIKE_COUNTRIES);
        let at = LARKSPUR.clock(paused, 16, 0, 0) + author.random.between(0, HOUR);
        author.sends_template(&LARKSPUR, &customer, at, &FLASH_SALE);
    }
    // One marketing message to the United States got through in the pause.
    let customer = newcomer(&mut author.random, &BIKE_COUNTRIES[..2]);
    let at = LARKSPUR.clock(paused, 16, 30, 0);
    author
        .sends_template(&LARKSPUR, &customer, at, &WEEKEND_RIDE)
        .delivered_at(at + 3);
    // Two customers had opted out (131050).
    for _ in 0..2 {
        let customer = abroad(author, BIKE_COUNTRIES);
        author
            .sends_template(&LARKSPUR, &customer, at + 60, &WEEKEND_RIDE)
            .fails(131_050);
    }
}

/// Read without delivered, delivered and failed, free-form delivered outside the window.
fn unusual_deliveries(author: &mut Author) {
    for (year, month, day) in [(2024, 10, 30), (2025, 7, 2), (2026, 10, 4)] {
        let date = NaiveDate::from_ymd_opt(year, month, day).expect("a date");
        for business in [&MORGENROT, &CHAITRA] {
            let customer = newcomer(&mut author.random, CODE_COUNTRIES);
            let at = business.clock(date, 10, 0, 0) + author.random.between(0, 5 * HOUR);
            author.receives(business, &customer, at, "text");
            let message = author.sends(business, &customer, at + 90, "text");
            (message.delivered, message.read) = (None, Some(at + 95));
        }
        let customer = newcomer(&mut author.random, CODE_COUNTRIES);
        let at = CHAITRA.clock(date, 11, 30, 0);
        let message = author.sends_template(&CHAITRA, &customer, at, &LOGIN_CODE);
        message.delivered_at(at + 9);
        message.failed = Some((at + 7, 131_026));
        let customer = newcomer(&mut author.random, WALLET_COUNTRIES);
        author.receives(&CHAITRA, &customer, at, "text");
        author
            .sends(&CHAITRA, &customer, at + DAY, "text")
            .delivered_at(at + DAY + 2);
    }
}
