//! How people and businesses behave: each scene writes the messages of one small story.

use super::cast::{Business, CHAITRA, CHAITRA_CODES, Customer, LARKSPUR, MORGENROT};
use super::catalogue::{
    BOOKING_CONFIRMED, BOOKING_REMINDER, CASE_REOPENED, FOLLOW_UP, LOGIN_CODE, ORDER_CONFIRMED,
    ORDER_DELIVERED, ORDER_SHIPPED, PAYMENT_RECEIVED, PAYMENT_SENT, Template,
};
use super::message::{Author, DAY, HOUR, MINUTE};

/// A newsletter goes out over half an hour; one in eight answers, and gets an answer.
pub fn campaign(
    author: &mut Author,
    business: &'static Business,
    template: &'static Template,
    start: i64,
    audience: &[Customer],
) {
    for customer in audience {
        let at = start + author.random.between(0, 30 * MINUTE);
        let arrived = author
            .sends_template(business, customer, at, template)
            .delivered;
        if let Some(delivered) = arrived.filter(|_| author.random.chance(12)) {
            let replied = delivered + author.random.between(MINUTE, 5 * HOUR);
            support_chat(author, business, customer, replied);
        }
    }
}

/// The customer asks, an agent answers, a few times over, minutes apart. Returns when it ended.
pub fn support_chat(
    author: &mut Author,
    business: &'static Business,
    customer: &Customer,
    start: i64,
) -> i64 {
    let mut at = start;
    for turn in 0..author.random.between(1, 3) {
        let kind = *author
            .random
            .pick(&["text", "text", "text", "image", "audio"]);
        author.receives(business, customer, at, kind);
        for _ in 0..author.random.between(1, 2) {
            at += author.random.between(20, 25 * MINUTE);
            let kind = *author
                .random
                .pick(&["text", "text", "text", "interactive", "document"]);
            author.sends(business, customer, at, kind);
        }
        if turn == 0 && author.random.chance(10) {
            author.receives(business, customer, at + 30, "reaction");
        }
        if turn == 1 && author.random.chance(15) {
            author.sends(business, customer, at + 45, "reaction");
        }
        at += author.random.between(MINUTE, 3 * HOUR);
    }
    at
}

/// A question at the weekend: the agent's answer comes after the window (error 131047), so a paid
/// template must reopen the case.
pub fn answer_too_late(
    author: &mut Author,
    business: &'static Business,
    customer: &Customer,
    start: i64,
) {
    author.receives(business, customer, start, "text");
    let answered = start + DAY + author.random.between(HOUR, 9 * HOUR);
    author
        .sends(business, customer, answered, "text")
        .fails(131_047);
    let template = if business.account == MORGENROT.account {
        &CASE_REOPENED
    } else {
        &PAYMENT_SENT
    };
    author.sends_template(business, customer, answered + 4 * MINUTE, template);
}

/// Confirmed, shipped, delivered; some ask where the parcel is, and get the next notice inside the window.
pub fn order(author: &mut Author, customer: &Customer, start: i64) {
    author.sends_template(&MORGENROT, customer, start, &ORDER_CONFIRMED);
    let shipped = start + author.random.between(8 * HOUR, 30 * HOUR);
    if author.random.chance(40) {
        let asked = shipped - author.random.between(30 * MINUTE, 6 * HOUR);
        support_chat(author, &MORGENROT, customer, asked);
    }
    author.sends_template(&MORGENROT, customer, shipped, &ORDER_SHIPPED);
    let arrived = shipped + author.random.between(16 * HOUR, 40 * HOUR);
    author.sends_template(&MORGENROT, customer, arrived, &ORDER_DELIVERED);
}

/// A booking and a reminder; half of the customers write back.
pub fn booking(author: &mut Author, customer: &Customer, start: i64) {
    author.sends_template(&LARKSPUR, customer, start, &BOOKING_CONFIRMED);
    let reminded = start + author.random.between(6 * HOUR, 40 * HOUR);
    if author.random.chance(50) {
        let asked = reminded - author.random.between(10 * MINUTE, 5 * HOUR);
        support_chat(author, &LARKSPUR, customer, asked);
    }
    author.sends_template(&LARKSPUR, customer, reminded, &BOOKING_REMINDER);
}

/// A code, and one in seven asks for another within two minutes.
pub fn one_time_code(author: &mut Author, customer: &Customer, at: i64) {
    author.sends_template(&CHAITRA_CODES, customer, at, &LOGIN_CODE);
    if author.random.chance(14) {
        let again = at + author.random.between(35, 2 * MINUTE);
        author.sends_template(&CHAITRA_CODES, customer, again, &LOGIN_CODE);
    }
}

/// A code by SMS: on another channel, it must change nothing.
pub fn code_by_sms(author: &mut Author, customer: &Customer, at: i64) {
    let message = author.sends_template(&CHAITRA_CODES, customer, at, &LOGIN_CODE);
    (message.channel, message.kind) = ("sms", "text");
}

/// Money arrives, or leaves, or both on one day.
pub fn payment(author: &mut Author, customer: &Customer, at: i64) {
    let template = *author.random.pick(&[&PAYMENT_RECEIVED, &PAYMENT_SENT]);
    author.sends_template(&CHAITRA, customer, at, template);
    if author.random.chance(30) {
        let later = at + author.random.between(HOUR, 20 * HOUR);
        author.sends_template(&CHAITRA, customer, later, &PAYMENT_SENT);
    }
}

/// What became of a click on an ad or a Page button.
#[derive(Clone, Copy, PartialEq)]
pub enum Answer {
    InTime,
    TooLate,
    Never,
}

/// A stranger comes through an ad or the Page button. Answered within a day, three days are free: the
/// chat, the booking and even the marketing in it. Returns the place of the answer that opened it.
pub fn click(
    author: &mut Author,
    business: &'static Business,
    customer: &Customer,
    at: i64,
    entry_point: &'static str,
    answer: Answer,
) -> Option<usize> {
    author.receives(business, customer, at, "text").entry_point = entry_point;
    match answer {
        Answer::InTime => {
            let answered = at + author.random.between(2 * MINUTE, 5 * HOUR);
            author.sends(business, customer, answered, "text");
            let opener = author.messages.len() - 1;
            if author.random.chance(60) {
                let asked = answered + author.random.between(10 * MINUTE, 4 * HOUR);
                support_chat(author, business, customer, asked);
            }
            if business.account == LARKSPUR.account {
                let booked = answered + author.random.between(5 * HOUR, 30 * HOUR);
                author.sends_template(business, customer, booked, &BOOKING_CONFIRMED);
                let followed_up = answered + author.random.between(40 * HOUR, 80 * HOUR);
                author.sends_template(business, customer, followed_up, &FOLLOW_UP);
            }
            Some(opener)
        }
        Answer::TooLate => {
            let answered = at + DAY + author.random.between(20 * MINUTE, 10 * HOUR);
            author.sends_template(business, customer, answered, &FOLLOW_UP);
            None
        }
        Answer::Never => None,
    }
}
