//! Names of effects in words.

use crate::whatif::Effect;

/// What was changed, as a reader would call it.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Rule => "Rules",
        Effect::Rate => "Rates",
        Effect::Tier => "Volume tiers",
        Effect::Provider => "Provider",
        Effect::Mix => "Mix of categories",
        Effect::Behaviour => "Behaviour",
        Effect::Volume => "Volume",
        Effect::Forecast => "Months after the log",
        Effect::Interaction => "Only together",
    }
}

/// What it covers, in a few more words.
pub fn covers(effect: Effect) -> &'static str {
    match effect {
        Effect::Rule => "regimes, lengths, allowances, settings",
        Effect::Rate => "list rates, discounts, currencies",
        Effect::Tier => "volume tiers",
        Effect::Provider => "mark-up and fees of a provider",
        Effect::Mix => "which categories messages are of",
        Effect::Behaviour => "when and whether messages are sent and answered",
        Effect::Volume => "how many messages or customers there are",
        Effect::Forecast => "months that the scenario adds",
        Effect::Interaction => "what the changes do together beyond what each does alone",
    }
}
