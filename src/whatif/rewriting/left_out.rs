//! Templates that are not sent: duplicates, those merged into another, those beyond a cap.

use hashbrown::HashMap;

use super::reach::PairFacts;
use crate::replay::message::Message;
use crate::vocabulary::{Kind, LocalDate, TemplateCategory};
use crate::whatif::scenario::Behaviour;

const MINUTE_MICROS: i64 = 60_000_000;
const DAY_MICROS: i64 = 24 * 60 * MINUTE_MICROS;

/// Leaves out what is not sent; messages stand in the order T-5.
pub fn leave_out(behaviour: &Behaviour, messages: &mut Vec<Message>, pair: &PairFacts<'_>) {
    if let Some(part) = behaviour.drop_duplicates {
        let within = part.within_minutes.0 * MINUTE_MICROS;
        let mut last: HashMap<(Option<TemplateCategory>, Option<u32>), i64> = HashMap::new();
        messages.retain(|message| {
            if !is_template(message) {
                return true;
            }
            let kind = (message.category(), message.attributes().template());
            let sent = message.sent().micros();
            // What is left out starts no new span: a template once an hour stays one in an hour.
            let repeats = last
                .get(&kind)
                .is_some_and(|&before| sent - before <= within);
            if !repeats {
                last.insert(kind, sent);
            }
            !repeats
        });
    }
    if let Some(part) = behaviour.merge_templates {
        let mut last: Option<LocalDate> = None;
        messages.retain(|message| {
            if !is_template(message) || message.category() != Some(part.category.0) {
                return true;
            }
            let day = pair.date(message);
            last.replace(day) != Some(day)
        });
    }
    if let Some(part) = behaviour.frequency_cap {
        let span = part.per_days.0 * DAY_MICROS;
        let most = part.messages_max.0 as usize;
        let mut sent: Vec<i64> = Vec::new();
        messages.retain(|message| {
            if !is_template(message) || message.category() != Some(part.category.0) {
                return true;
            }
            let at = message.sent().micros();
            sent.retain(|&before| at - before < span);
            let is_kept = sent.len() < most;
            if is_kept {
                sent.push(at);
            }
            is_kept
        });
    }
}

fn is_template(message: &Message) -> bool {
    !message.is_inbound() && message.kind() == Kind::Template
}
