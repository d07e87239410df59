//! Single messages between a customer and a business: sent, delivered, read.

use crate::simulate::draw::Draw;
use crate::simulate::ids;
use crate::simulate::message::{HELD_BACK, Kind, Mark, Message, NEVER, UNDELIVERABLE};
use crate::simulate::model::Model;
use crate::vocabulary::{EntryPoint, TemplateCategory};

/// No message is longer under way: Meta gives up later, but a log need not wait for it.
pub const DELIVERY_MAX_S: u32 = 86_399;
/// 2025-04-01T00:00:00Z: from here on no marketing template is delivered to American numbers.
const AMERICAN_PAUSE: i64 = 1_743_465_600;
/// Hours by which X-6 is respected early, since its day begins at each account's midnight.
const PAUSE_MARGIN: i64 = 14 * 3600;

/// Who writes to whom.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    /// The business's place in the model.
    pub business: u16,
    /// The customer's number.
    pub customer: u64,
    /// Whether the number is one of the United States.
    pub is_american: bool,
    /// The customer's place in its block.
    pub place: u32,
    /// What ids of the day's messages begin with.
    pub key: u64,
}

/// What became of a message of the business.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// When it was delivered, if it was.
    pub delivered: Option<i64>,
    /// When it was read, if it was.
    pub read: Option<i64>,
}

/// The messages of one customer that follow from one day.
pub struct Scene<'s> {
    pub(super) model: &'s Model,
    cast: Cast,
    draw: Draw,
    end: i64,
    messages: &'s mut Vec<Message>,
    serial: u64,
}

impl<'s> Scene<'s> {
    /// A scene in which nobody has written yet.
    pub fn new(
        model: &'s Model,
        cast: Cast,
        draw: Draw,
        end: i64,
        messages: &'s mut Vec<Message>,
    ) -> Self {
        Self {
            model,
            cast,
            draw,
            end,
            messages,
            serial: 0,
        }
    }

    /// The scene's chance.
    pub fn draw(&mut self) -> &mut Draw {
        &mut self.draw
    }

    /// The customer writes, reacts or calls.
    pub fn inbound(&mut self, at: i64, kind: Kind, entry_point: Option<EntryPoint>) {
        self.push(Message {
            entry_point,
            ..self.blank(at, kind)
        });
    }

    /// The business writes without a template.
    pub fn free_form(&mut self, at: i64) -> Sent {
        let message = self.blank(at, Kind::FreeForm);
        self.send(message)
    }

    /// The business sends a template.
    pub fn template(&mut self, at: i64, template: u16) -> Sent {
        let category = self.model.templates[usize::from(template)].category;
        let is_marketing = matches!(
            category,
            TemplateCategory::Marketing | TemplateCategory::MarketingLite
        );
        let message = Message {
            template,
            ..self.blank(at, Kind::Template)
        };
        if is_marketing && self.cast.is_american && at >= AMERICAN_PAUSE - PAUSE_MARGIN {
            return self.fail(message, HELD_BACK);
        }
        self.send(message)
    }

    /// How long the business takes to answer; at most 23 hours, so that a window is still open.
    pub fn answer_delay(&mut self) -> i64 {
        let replies = &self.model.replies;
        let (median, spread) = (replies.median_s.0, replies.spread.0);
        self.draw.log_normal(median, spread).clamp(1.0, 82_800.0) as i64
    }

    /// How long the customer takes to answer.
    pub fn customer_delay(&mut self) -> i64 {
        let replies = &self.model.replies;
        let (median, spread) = (replies.customer_median_s.0, replies.customer_spread.0);
        self.draw.log_normal(median, spread).clamp(1.0, 604_800.0) as i64
    }

    fn blank(&self, at: i64, kind: Kind) -> Message {
        Message {
            at,
            id: ids::unique(self.model.seed, self.cast.key | self.serial),
            customer: self.cast.customer,
            delivered_after: NEVER,
            read_after: NEVER,
            place: self.cast.place,
            business: self.cast.business,
            template: 0,
            error: 0,
            kind,
            entry_point: None,
            mark: Mark::None,
        }
    }

    fn send(&mut self, message: Message) -> Sent {
        let delivery = &self.model.delivery;
        let fate = self.draw.unit();
        if fate < delivery.failed.0 {
            return self.fail(message, UNDELIVERABLE);
        }
        let nowhere = Sent {
            delivered: None,
            read: None,
        };
        if fate < delivery.failed.0 + delivery.never.0 {
            self.push(message);
            return nowhere;
        }
        let is_offline = self.draw.chance(delivery.offline.0);
        let seconds = match is_offline {
            true => self.draw.unit() * delivery.offline_hours.0 * 3600.0,
            false => {
                let (median, spread) = (delivery.median_s.0, delivery.spread.0);
                self.draw.log_normal(median, spread)
            }
        };
        let delivered_after = (seconds as u32).clamp(1, DELIVERY_MAX_S);
        let reading = &self.model.reading;
        let read_after = match self.draw.chance(reading.share.0) {
            true => {
                let (median, spread) = (reading.median_s.0, reading.spread.0);
                let seconds = self.draw.log_normal(median, spread);
                delivered_after + seconds.clamp(1.0, 604_800.0) as u32
            }
            false => NEVER,
        };
        let message = Message {
            delivered_after,
            read_after,
            ..message
        };
        self.push(message);
        Sent {
            delivered: message.delivered(),
            read: message.read(),
        }
    }

    fn fail(&mut self, message: Message, error: u16) -> Sent {
        self.push(Message { error, ..message });
        Sent {
            delivered: None,
            read: None,
        }
    }

    /// Keeps the message if it lies within the log.
    fn push(&mut self, message: Message) {
        if message.at < self.end && self.serial < ids::SERIALS {
            self.serial += 1;
            self.messages.push(message);
        }
    }
}
