//! Stories: what people write to each other for a reason.

use super::scene::Scene;
use crate::simulate::message::Kind;
use crate::simulate::model::Campaign;
use crate::vocabulary::EntryPoint;

const HOUR: i64 = 3600;
const WINDOW: i64 = 24 * HOUR;
/// Turns of a chat.
const TURNS_MAX: u32 = 11;
/// Messages of one answer, beyond the first.
const MORE_MAX: u32 = 3;

impl Scene<'_> {
    /// An order: its templates, and perhaps a question of the customer.
    pub fn order(&mut self, at: i64) {
        let model = self.model;
        let mut last = at;
        for step in &model.orders.steps {
            let within = step.within_s * self.draw().unit();
            let sent = at + (step.after_s + within) as i64;
            self.template(sent, step.template);
            last = last.max(sent);
        }
        if self.draw().chance(model.orders.asked) {
            let within = (last - at + 2 * HOUR) as u64;
            let asked = at + 60 + self.draw().below(within) as i64;
            self.chat(asked, None);
        }
    }

    /// A one-time code, perhaps asked for again a little later.
    pub fn code(&mut self, at: i64) {
        let codes = self.model.codes;
        let Some(template) = codes.template else {
            return;
        };
        self.template(at, template);
        if self.draw().chance(codes.repeated) {
            let later = 30 + self.draw().below(120) as i64;
            self.template(at + later, template);
        }
    }

    /// The customer writes; answers and questions take turns.
    pub fn chat(&mut self, at: i64, entry_point: Option<EntryPoint>) {
        let chats = self.model.chats;
        let mut asked = at;
        self.inbound(asked, Kind::Inbound, entry_point);
        if self.draw().chance(chats.notices) {
            self.inbound(asked + 1, Kind::System, None);
        }
        for _ in 0..TURNS_MAX {
            if self.draw().chance(chats.unanswered) {
                return;
            }
            if self.draw().chance(chats.late) {
                self.late_answer(asked);
                return;
            }
            let mut answered = asked + self.answer_delay();
            let closes = asked + WINDOW - 1;
            self.free_form(answered);
            for _ in 0..self.draw().geometric(chats.more_than_one, MORE_MAX) {
                answered = (answered + 2 + self.draw().below(40) as i64).min(closes);
                self.free_form(answered);
            }
            if !self.draw().chance(chats.continued) {
                asked = answered;
                break;
            }
            asked = answered + self.customer_delay();
            self.inbound(asked, Kind::Inbound, None);
        }
        if self.draw().chance(chats.reactions) {
            let at = asked + self.customer_delay();
            self.inbound(at, Kind::Reaction, None);
        }
        if self.draw().chance(chats.calls) {
            let at = asked + self.customer_delay();
            self.inbound(at, Kind::Call, None);
        }
    }

    /// The customer comes through an ad, a Page button or a post.
    pub fn click(&mut self, at: i64) {
        let model = self.model;
        let clicks = &model.clicks;
        let sought = self.draw().unit();
        let mut sources = clicks.sources.iter();
        let source = sources.find(|&&(_, share)| sought < share);
        let source = source.or(clicks.sources.last()).map(|&(source, _)| source);
        if self.draw().chance(clicks.unanswered) {
            return self.inbound(at, Kind::Inbound, source);
        }
        if self.draw().chance(clicks.late) {
            self.inbound(at, Kind::Inbound, source);
            return self.late_answer(at);
        }
        self.chat(at, source);
        if let Some(template) = clicks.offer_template
            && self.draw().chance(clicks.offer)
        {
            let later = HOUR + self.draw().below(70 * HOUR as u64) as i64;
            self.template(at + later, template);
        }
    }

    /// A campaign's message, and perhaps an answer of who has read it.
    pub fn campaign(&mut self, at: i64, campaign: &Campaign) {
        let sent = self.template(at, campaign.template);
        if let (Some(_), Some(read)) = (sent.delivered, sent.read)
            && self.draw().chance(campaign.answered)
        {
            let delay = self.customer_delay();
            self.chat(read + delay, None);
        }
    }

    /// An answer after the window has closed needs a template; without one there is none.
    fn late_answer(&mut self, asked: i64) {
        if let Some(template) = self.model.chats.late_template {
            let delay = self.answer_delay();
            self.template(asked + WINDOW + delay, template);
        }
    }
}
