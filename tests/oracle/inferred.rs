//! Messages whose log does not say whether they are templates, or of which category: what the settings
//! `inferred_template` and `inferred_category` make of them, and which lines rest on that (S-12).

use super::World;
use super::cells::{Cells, Kind};
use super::charges::Line;
use super::message::{Message, needs_category};
use super::window;

/// The category where no source of D-7 names one. A message whose very kind is open gets one from the
/// setting even if no row guesses.
pub fn category(rows: &[Cells], kind_is_inferred: bool, world: &World) -> String {
    let guess = rows.iter().find(|row| row.guesses_category);
    match (world.settings.get("inferred_category"), guess) {
        ("map", Some(row)) => row.category.clone(),
        ("map", None) => String::new(),
        (named, Some(_)) => named.to_string(),
        (named, None) if kind_is_inferred => named.to_string(),
        (_, None) => String::new(),
    }
}

/// W-2 read backwards: outside the window only templates arrive.
pub fn with_decided_kinds(messages: Vec<Message>, world: &World) -> Vec<Message> {
    let mut decided = messages.clone();
    for message in decided.iter_mut().filter(|it| it.kind_is_inferred) {
        let has_what_a_template_needs =
            !message.category.is_empty() || !needs_category(message, world);
        let rule_says_template = match world.settings.get("inferred_template") {
            "always" => true,
            "never" => false,
            _ => !window::is_inside(message, &messages, world),
        };
        message.kind = match has_what_a_template_needs && rule_says_template {
            true => Kind::Template,
            false => Kind::FreeForm,
        };
    }
    decided
}

/// Whether a guess stands behind the line: behind what it costs, or behind its category.
pub fn is_behind(line: &Line, message: &Message) -> bool {
    if line.unit == "conversation" {
        match line.category.as_str() {
            // Whatever it is, it answers the click (F-3) and opens inside the window (C22-2).
            "free_entry_point" | "user_initiated" => return false,
            // Outside the window C22-2 asks for a template, of whatever category.
            "business_initiated" => return message.kind_is_inferred,
            _ => {}
        }
    }
    let category_counts = message.kind == Kind::Template;
    message.kind_is_inferred || (category_counts && message.category_is_inferred)
}
