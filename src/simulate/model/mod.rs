//! A model of businesses and their customers, read from TOML and checked: a simulation of it cannot fail.

mod businesses;
mod cells;
mod check;
mod file;
#[cfg(test)]
mod tests;

use std::path::Path;

use chrono_tz::Tz;

use super::countries::Country;
use super::wrong_invoice::Wish;
use crate::accounts::AccountClock;
use crate::rulebook::{ConfigError, read_text};
use crate::vocabulary::{Currency, EntryPoint, Instant, LocalDate, TemplateCategory};

pub use cells::Shape;
pub use file::{Activity, Delivery, Faults, Reading, Replies, Rhythm};

/// A model.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the random numbers follow from.
    pub seed: u64,
    /// The first local day.
    pub from: LocalDate,
    /// The last one.
    pub to: LocalDate,
    /// As which exporter the log is written.
    pub shape: Shape,
    /// Business numbers with their customers.
    pub businesses: Vec<Business>,
    /// Templates, by their place.
    pub templates: Vec<Template>,
    /// Campaigns, by their place.
    pub campaigns: Vec<Campaign>,
    /// When things happen.
    pub rhythm: Rhythm,
    /// How unequal customers are.
    pub activity: Activity,
    /// What becomes of messages of the business.
    pub delivery: Delivery,
    /// Who reads them.
    pub reading: Reading,
    /// How fast people answer.
    pub replies: Replies,
    /// What follows an order.
    pub orders: Orders,
    /// One-time codes.
    pub codes: Codes,
    /// Customers who write by themselves.
    pub chats: Chats,
    /// Customers who come through an ad, a Page button or a post.
    pub clicks: Clicks,
    /// What goes wrong on the way into the log.
    pub faults: Faults,
    /// Which errors a wrong invoice has, where the model says so.
    pub wrong_invoice: Option<Wish>,
}

/// A business number with its customers.
#[derive(Clone, Debug)]
pub struct Business {
    /// Its number, digits alone.
    pub number: String,
    /// The account that owns it.
    pub account: String,
    /// The portfolio that owns the account.
    pub portfolio: Option<String>,
    /// The account's time zone.
    pub zone: Tz,
    /// The same as a clock.
    pub clock: AccountClock,
    /// The account's billing currency.
    pub currency: Currency,
    /// How many customers it has.
    pub customers: u64,
    /// Where they are: each country with the share of customers in it and in those before.
    pub countries: Vec<(&'static Country, f64)>,
    /// Orders of a customer in 30 days.
    pub orders: f64,
    /// One-time codes of a customer in 30 days.
    pub codes: f64,
    /// Chats that a customer begins in 30 days.
    pub chats: f64,
    /// Clicks of a customer in 30 days.
    pub clicks: f64,
    /// Its campaigns, by their place.
    pub campaigns: Vec<usize>,
}

/// A template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Name, and language after `/`.
    pub name: String,
    /// Category.
    pub category: TemplateCategory,
}

/// One template to many customers on some days.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// By which businesses call it.
    pub name: String,
    /// The template's place.
    pub template: u16,
    /// Local days.
    pub dates: Vec<LocalDate>,
    /// Days of the week, Monday first.
    pub weekdays: [bool; 7],
    /// The share of customers it goes to, each time.
    pub share: f64,
    /// Seconds from local midnight to its beginning.
    pub starts_s: f64,
    /// Seconds it takes.
    pub takes_s: f64,
    /// The share of its readers who answer.
    pub answered: f64,
}

/// What follows an order.
#[derive(Clone, Debug)]
pub struct Orders {
    /// Its messages.
    pub steps: Vec<Step>,
    /// The share of orders about which the customer asks something.
    pub asked: f64,
}

/// A message of an order.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The template's place.
    pub template: u16,
    /// Seconds from the order to the earliest time of it.
    pub after_s: f64,
    /// Seconds from there to the latest.
    pub within_s: f64,
}

/// One-time codes.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// The template's place, where there is one.
    pub template: Option<u16>,
    /// The share of codes that are asked for again.
    pub repeated: f64,
}

/// Customers who write by themselves.
#[derive(Clone, Copy, Debug)]
pub struct Chats {
    /// The share of answers that the customer answers in turn.
    pub continued: f64,
    /// The share of answers that come in more than one message.
    pub more_than_one: f64,
    /// The share of turns that nobody answers.
    pub unanswered: f64,
    /// The share of turns that are answered after the window has closed, by a template.
    pub late: f64,
    /// That template's place, where there is one.
    pub late_template: Option<u16>,
    /// The share of chats that end with a reaction.
    pub reactions: f64,
    /// The share of chats that end with a call.
    pub calls: f64,
    /// The share of chats with a notice of the platform.
    pub notices: f64,
}

/// Customers who come through an ad, a Page button or a post.
#[derive(Clone, Debug)]
pub struct Clicks {
    /// Through what: each source with the share of clicks of it and of those before.
    pub sources: Vec<(EntryPoint, f64)>,
    /// The share of clicks that nobody answers.
    pub unanswered: f64,
    /// The share that is answered after more than a day, by the template of late answers.
    pub late: f64,
    /// The share of answered clicks that an offer follows in the three days after.
    pub offer: f64,
    /// That template's place, where there is one.
    pub offer_template: Option<u16>,
}

impl Model {
    /// Reads and checks a model file.
    ///
    /// # Errors
    /// If it cannot be read, or says something that cannot be.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&read_text(path)?, &path.display().to_string())
    }

    /// Reads and checks a model; errors call it by this name.
    ///
    /// # Errors
    /// If it says something that cannot be.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        check::model(text, name)
    }

    /// The same businesses without faults, as rows of messages: what the truth is told of.
    #[must_use]
    pub fn without_faults(&self) -> Self {
        Self {
            shape: Shape::MessageRows,
            faults: Faults::default(),
            ..self.clone()
        }
    }

    /// The same model with more or fewer customers, at least one for each business.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for business in &mut scaled.businesses {
            let most = business.customers_max();
            let customers = (business.customers as f64 * factor).round();
            business.customers = (customers.max(1.0) as u64).min(most);
        }
        scaled
    }
}

impl Business {
    /// More customers than this have no numbers of their own.
    pub fn customers_max(&self) -> u64 {
        let numbers = self.countries.iter().map(|(country, _)| country.numbers());
        numbers.min().unwrap_or(1).min(CUSTOMERS_MAX)
    }

    /// The second at which a local day begins.
    pub fn midnight(&self, day: LocalDate) -> i64 {
        self.clock.midnight(day).micros().div_euclid(1_000_000)
    }

    /// The local day of a second.
    pub fn local_date(&self, second: i64) -> LocalDate {
        self.clock.local_date(Instant::from_seconds(second))
    }
}

/// Bits of a message's id that tell customers of a business apart.
pub const CUSTOMER_BITS: u32 = 28;
/// Customers of a business.
pub const CUSTOMERS_MAX: u64 = 1 << CUSTOMER_BITS;
/// Bits of a message's id that tell days apart.
pub const DAY_BITS: u32 = 12;
/// Days of a model, so that those around it can be told apart as well.
pub const DAYS_MAX: i32 = (1 << DAY_BITS) - 8;
/// Bits of a message's id that tell businesses apart.
pub const BUSINESS_BITS: u32 = 10;
/// Businesses of a model.
pub const BUSINESSES_MAX: usize = 1 << BUSINESS_BITS;
