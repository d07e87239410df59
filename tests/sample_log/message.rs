//! A message as it really happened, before anybody exports it; and the author who writes them down.

use super::cast::{Business, Customer};
use super::catalogue::Template;
use super::random::Random;

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Instants are seconds since the epoch, as in Meta's webhooks.
#[derive(Clone)]
pub struct Message {
    pub id: String,
    pub business: &'static Business,
    pub customer: Customer,
    pub inbound: bool,
    /// Received or sent.
    pub at: i64,
    pub delivered: Option<i64>,
    pub read: Option<i64>,
    /// When it failed, and Meta's error code.
    pub failed: Option<(i64, u32)>,
    pub kind: &'static str,
    pub template: Option<&'static Template>,
    pub entry_point: &'static str,
    pub group: &'static str,
    pub channel: &'static str,
    pub origin: &'static str,
    pub marks: Marks,
}

/// What Meta's status webhook says of a message's price; empty where it says nothing.
#[derive(Clone, Default)]
pub struct Marks {
    pub model: &'static str,
    pub billable: &'static str,
    pub pricing_type: &'static str,
    pub category: &'static str,
    pub conversation_id: String,
    pub conversation_origin: &'static str,
    pub expires_at: Option<i64>,
}

impl Message {
    /// The instant that places a message: receipt, delivery, or sending if never delivered.
    pub fn instant(&self) -> i64 {
        self.delivered.unwrap_or(self.at)
    }

    pub fn category(&self) -> &'static str {
        self.template.map_or("", |template| template.category)
    }

    pub fn is_on_whatsapp(&self) -> bool {
        self.channel.is_empty() || self.channel == "whatsapp"
    }

    pub fn never_delivered(&mut self) {
        (self.delivered, self.read) = (None, None);
    }

    pub fn fails(&mut self, code: u32) {
        self.never_delivered();
        self.failed = Some((self.at + 2, code));
    }

    pub fn delivered_at(&mut self, instant: i64) {
        (self.delivered, self.read, self.failed) = (Some(instant), None, None);
    }
}

pub struct Author {
    pub messages: Vec<Message>,
    pub random: Random,
}

impl Author {
    pub fn new(random: Random) -> Self {
        Self {
            messages: Vec::new(),
            random,
        }
    }

    /// The customer writes to the business.
    pub fn receives(
        &mut self,
        business: &'static Business,
        customer: &Customer,
        at: i64,
        kind: &'static str,
    ) -> &mut Message {
        self.write(business, customer, at, kind, true)
    }

    /// The business writes free-form; it arrives at once and is mostly read.
    pub fn sends(
        &mut self,
        business: &'static Business,
        customer: &Customer,
        at: i64,
        kind: &'static str,
    ) -> &mut Message {
        let delivered = at + self.random.between(1, 6);
        let read = self
            .random
            .chance(70)
            .then(|| delivered + self.random.between(2, 10 * MINUTE));
        let message = self.write(business, customer, at, kind, false);
        (message.delivered, message.read) = (Some(delivered), read);
        message
    }

    /// The business sends a template, which may find a phone that is off, or none at all.
    pub fn sends_template(
        &mut self,
        business: &'static Business,
        customer: &Customer,
        at: i64,
        template: &'static Template,
    ) -> &mut Message {
        let fate = self.random.below(100);
        let delivered = at
            + match fate {
                0..8 => self.random.between(10 * MINUTE, 12 * HOUR),
                _ => self.random.between(1, 40),
            };
        let read = self
            .random
            .chance(60)
            .then(|| delivered + self.random.between(5, 3 * HOUR));
        let message = self.write(business, customer, at, "template", false);
        message.template = Some(template);
        (message.delivered, message.read) = (Some(delivered), read);
        match fate {
            96..98 => message.never_delivered(),
            98 => message.fails(131_026),
            _ => {}
        }
        if template.category == "marketing" && is_in_us_pause(customer, at) {
            message.fails(131_049);
        }
        message
    }

    fn write(
        &mut self,
        business: &'static Business,
        customer: &Customer,
        at: i64,
        kind: &'static str,
        inbound: bool,
    ) -> &mut Message {
        let id = format!("wamid.HBgN{}", self.random.letters(22));
        self.messages.push(Message {
            id,
            business,
            customer: customer.clone(),
            inbound,
            at,
            delivered: None,
            read: None,
            failed: None,
            kind,
            template: None,
            entry_point: "",
            group: "",
            channel: "",
            origin: "",
            marks: Marks::default(),
        });
        self.messages.last_mut().expect("a message was pushed")
    }
}

/// Since 2025-04-01 Meta delivers no marketing templates to US numbers.
fn is_in_us_pause(customer: &Customer, at: i64) -> bool {
    customer.country == "US" && at >= 1_743_465_600
}
