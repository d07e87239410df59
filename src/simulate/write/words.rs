//! The words and digits in which rows are written, whatever the form.

use crate::simulate::message::{Kind, Mark};
use crate::vocabulary::TemplateCategory;

/// What Meta's category of free-form messages is called.
const SERVICE: &str = "service";
/// What Meta calls a free entry point under conversation-based pricing.
const ENTRY_POINT: &str = "referral_conversion";

/// Meta's marks: model, billable, pricing type, category; each with a number of its own in its column.
pub fn marks(mark: Mark, category: Option<TemplateCategory>) -> [Option<(usize, &'static str)>; 4] {
    let (number, name) = category.map_or((0, SERVICE), |category| {
        (1 + category as usize, category.name())
    });
    let category = Some((number, name));
    let (conversation, message) = (Some((0, "CBP")), Some((1, "PMP")));
    let (free, billable) = (Some((0, "false")), Some((1, "true")));
    match mark {
        Mark::None => [None; 4],
        Mark::PerMessage => [message, None, None, category],
        Mark::FirstConversation => [conversation, None, None, None],
        Mark::Conversation => [conversation, None, None, category],
        Mark::ConversationEntryPoint => [conversation, None, None, Some((9, ENTRY_POINT))],
        Mark::Regular => [message, billable, Some((0, "regular")), category],
        Mark::FreeService => [message, free, Some((1, "free_customer_service")), category],
        Mark::FreeEntryPoint => [message, free, Some((2, "free_entry_point")), category],
    }
}

/// The cell of the column `type`.
pub fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Inbound | Kind::FreeForm => "text",
        Kind::Reaction => "reaction",
        Kind::System => "system",
        Kind::Call => "call",
        Kind::Template => "template",
    }
}

/// The digits of a number.
pub fn written(mut number: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &digits[first..];
        }
    }
}
