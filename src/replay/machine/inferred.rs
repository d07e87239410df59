//! Messages whose log has no template mark: what they are, and which lines rest on that (S-12).

use super::PairMachine;
use super::charges::Decision;
use crate::replay::message::Message;
use crate::rulebook::settings::InferredTemplate;
use crate::vocabulary::{ChargeCategory, ChargeUnit, Kind};

impl PairMachine<'_> {
    /// The message with the kind that `inferred_template` gives it.
    ///
    /// `window` follows W-2 backwards: outside of the window only templates arrive. A template needs a category
    /// where D-9 asks for one; a message that has none stays free-form.
    pub(super) fn with_decided_kind(&mut self, message: &Message) -> Message {
        let terms = self.judgement.terms;
        let (instant, sent) = (message.instant(), message.sent());
        let account = terms.account(message.attributes().account());
        let can_be_template = message.category().is_some()
            || !account.needs_category(instant, terms.cutover_instant(instant, sent));
        let is_template = can_be_template
            && match terms.settings.inferred_template {
                InferredTemplate::Window => !self.is_in_window(message),
                InferredTemplate::Always => true,
                InferredTemplate::Never => false,
            };
        message.of_kind(if is_template {
            Kind::Template
        } else {
            Kind::FreeForm
        })
    }
}

/// Whether an inferred kind or category decided a line: what it costs, or what it is called.
pub(super) fn rests_on_inference(message: &Message, decision: &Decision) -> bool {
    if !message.attributes().is_inferred() {
        return false;
    }
    let has_kind = message.has_inferred_kind();
    match (decision.unit, decision.category) {
        // Template or free-form: both answer a click, and both open these.
        (
            ChargeUnit::Conversation,
            ChargeCategory::FreeEntryPoint | ChargeCategory::UserInitiated,
        ) => false,
        // C22-2 asks for a template of any category.
        (ChargeUnit::Conversation, ChargeCategory::BusinessInitiated) => has_kind,
        _ => {
            let has_category = message.has_inferred_category();
            has_kind || (has_category && message.kind() == Kind::Template)
        }
    }
}
