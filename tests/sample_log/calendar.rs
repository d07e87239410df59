//! What happens on which day: five slices of time and the ordinary days in them.

use chrono::NaiveDate;

use super::cast::{
    BIKE_COUNTRIES, BIKE_COUNTRIES_LATER, Business, CHAITRA, CHAITRA_CODES, CODE_COUNTRIES,
    Customer, LARKSPUR, MORGENROT, NEWS_COUNTRIES, ROASTER_COUNTRIES, WALLET_COUNTRIES, newcomer,
    pool,
};
use super::catalogue::{
    FESTIVAL_CASHBACK, ROAST_LITE, ROAST_OF_THE_MONTH, WALLET_TIPS, WEEKEND_RIDE,
};
use super::message::Author;
use super::scenes::{
    Answer, answer_too_late, booking, campaign, click, code_by_sms, one_time_code, order, payment,
    support_chat,
};

/// First day and number of days.
pub const SLICES: [((i32, u32, u32), u64); 5] = [
    ((2022, 5, 9), 7),   // conversations of one kind (cbp-2022)
    ((2023, 5, 28), 8),  // to conversations by category (cbp-2023) on 1 June
    ((2024, 10, 28), 7), // service conversations become free on 1 November
    ((2025, 6, 27), 8),  // to prices per message (pmp-2025) on 1 July
    ((2026, 9, 25), 14), // to charged service messages (pmp-2026) on 1 October
];

/// Customers who come back through the years.
struct Regulars {
    coffee: Vec<Customer>,
    bikes: Vec<Customer>,
    bikes_later: Vec<Customer>,
    wallet: Vec<Customer>,
    codes: Vec<Customer>,
    news: Vec<Customer>,
}

pub fn play(author: &mut Author) {
    let regulars = Regulars {
        coffee: pool(&mut author.random, ROASTER_COUNTRIES, 150),
        bikes: pool(&mut author.random, BIKE_COUNTRIES, 110),
        bikes_later: pool(&mut author.random, BIKE_COUNTRIES_LATER, 20),
        wallet: pool(&mut author.random, WALLET_COUNTRIES, 90),
        codes: pool(&mut author.random, CODE_COUNTRIES, 90),
        news: pool(&mut author.random, NEWS_COUNTRIES, 20),
    };
    for ((year, month, day), days) in SLICES {
        let first = NaiveDate::from_ymd_opt(year, month, day).expect("a date");
        for (number, date) in first.iter_days().take(days as usize).enumerate() {
            roaster_day(author, &regulars, date, number);
            bike_day(author, &regulars, date, number);
            wallet_day(author, &regulars, date, number);
        }
    }
}

fn during_the_day(author: &mut Author, business: &'static Business, date: NaiveDate) -> i64 {
    let (hour, minute) = (author.random.between(7, 21), author.random.between(0, 59));
    business.clock(
        date,
        hour as u32,
        minute as u32,
        author.random.below(60) as u32,
    )
}

/// A part of the regulars, a different one on every call.
fn some_of(author: &mut Author, people: &[Customer], count: usize) -> Vec<Customer> {
    let first = author.random.below(people.len() as u64) as usize;
    people
        .iter()
        .cycle()
        .skip(first)
        .take(count)
        .cloned()
        .collect()
}

fn anyone(author: &mut Author, people: &[Customer]) -> Customer {
    author.random.pick(people).clone()
}

fn roaster_day(author: &mut Author, regulars: &Regulars, date: NaiveDate, number: usize) {
    let business = &MORGENROT;
    if number % 7 == 1 {
        let audience = some_of(author, &regulars.coffee, 30);
        let start = business.clock(date, 9, 30, 0);
        campaign(author, business, &ROAST_OF_THE_MONTH, start, &audience);
        for customer in &audience[..4] {
            newsletter_by_email(author, customer, start);
        }
    }
    if date >= NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date") && number % 6 == 3 {
        let audience = some_of(author, &regulars.coffee, 8);
        campaign(
            author,
            business,
            &ROAST_LITE,
            business.clock(date, 11, 0, 0),
            &audience,
        );
    }
    for _ in 0..2 {
        let (customer, at) = (
            anyone(author, &regulars.coffee),
            during_the_day(author, business, date),
        );
        order(author, &customer, at);
    }
    // The desk is busier in 2026: at 1 October its number crosses the 1,000 free service messages.
    let chats = if date >= NaiveDate::from_ymd_opt(2026, 9, 30).expect("a date") {
        5
    } else {
        1
    };
    for _ in 0..chats {
        let (customer, at) = (
            anyone(author, &regulars.coffee),
            during_the_day(author, business, date),
        );
        support_chat(author, business, &customer, at);
    }
    if number % 4 == 2 {
        let (customer, at) = (
            anyone(author, &regulars.coffee),
            during_the_day(author, business, date),
        );
        answer_too_late(author, business, &customer, at);
    }
    if number.is_multiple_of(2) {
        let customer = newcomer(&mut author.random, ROASTER_COUNTRIES);
        let at = during_the_day(author, business, date);
        let answer = if number % 8 == 6 {
            Answer::Never
        } else {
            Answer::InTime
        };
        click(
            author,
            business,
            &customer,
            at,
            if number % 6 == 4 { "page_cta" } else { "ad" },
            answer,
        );
    }
}

fn newsletter_by_email(author: &mut Author, customer: &Customer, at: i64) {
    let mut reader = customer.clone();
    reader.id = format!("kunde{}@example.org", &customer.id[customer.id.len() - 3..]);
    let message = author.sends(&MORGENROT, &reader, at, "newsletter");
    message.channel = "email";
}

fn bike_day(author: &mut Author, regulars: &Regulars, date: NaiveDate, number: usize) {
    let business = &LARKSPUR;
    let later = date >= NaiveDate::from_ymd_opt(2025, 1, 1).expect("a date");
    if number % 7 == 4 {
        let mut audience = some_of(author, &regulars.bikes, 24);
        if later {
            audience.extend(some_of(author, &regulars.bikes_later, 6));
        }
        let start = business.clock(date, 10, 0, 0);
        campaign(author, business, &WEEKEND_RIDE, start, &audience);
    }
    let people = if later && number.is_multiple_of(3) {
        &regulars.bikes_later
    } else {
        &regulars.bikes
    };
    for _ in 0..1 + number % 2 {
        let (customer, at) = (
            anyone(author, people),
            during_the_day(author, business, date),
        );
        booking(author, &customer, at);
    }
    let (customer, at) = (
        anyone(author, people),
        during_the_day(author, business, date),
    );
    if number.is_multiple_of(2) {
        support_chat(author, business, &customer, at);
    }
    // A message typed in the WhatsApp Business app.
    if number % 3 == 1 {
        author.sends(business, &customer, at + 400, "text").origin = "business_app";
    }
    let customer = newcomer(&mut author.random, BIKE_COUNTRIES);
    let at = during_the_day(author, business, date);
    let entry_point = *author.random.pick(&["ad", "ad", "ad", "page_cta", "post"]);
    let answer = *author.random.pick(&[
        Answer::InTime,
        Answer::InTime,
        Answer::InTime,
        Answer::TooLate,
        Answer::Never,
    ]);
    click(author, business, &customer, at, entry_point, answer);
}

fn wallet_day(author: &mut Author, regulars: &Regulars, date: NaiveDate, number: usize) {
    let business = &CHAITRA;
    if number % 7 == 2 {
        let mut audience = some_of(author, &regulars.wallet, 7);
        audience.extend(some_of(author, &regulars.news, 6));
        let start = business.clock(date, 18, 0, 0);
        campaign(author, business, &FESTIVAL_CASHBACK, start, &audience);
    }
    let sms_to_india = date < NaiveDate::from_ymd_opt(2024, 7, 1).expect("a date");
    for _ in 0..3 {
        let customer = anyone(author, &regulars.codes);
        let at = during_the_day(author, &CHAITRA_CODES, date);
        if customer.country == "IN" && sms_to_india {
            code_by_sms(author, &customer, at);
        } else {
            one_time_code(author, &customer, at);
        }
    }
    for _ in 0..2 {
        let (customer, at) = (
            anyone(author, &regulars.wallet),
            during_the_day(author, business, date),
        );
        payment(author, &customer, at);
    }
    let (customer, at) = (
        anyone(author, &regulars.wallet),
        during_the_day(author, business, date),
    );
    match number % 5 {
        0 | 3 => {
            let end = support_chat(author, business, &customer, at);
            payment(author, &customer, end);
        }
        2 => answer_too_late(author, business, &customer, at),
        4 => drop(author.sends_template(business, &customer, at, &WALLET_TIPS)),
        _ => {}
    }
}
