//! Every setting: where Meta publishes nothing, the choice is named here and its reason given.

use std::fmt;

/// One setting as `counterfoil settings` lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The id, such as `S-07`; empty for the sizes of the allowances.
    pub id: &'static str,
    /// The name, such as `window_instant`.
    pub name: &'static str,
    /// The values it takes.
    pub accepted: Accepted,
    /// The value it has unless someone says otherwise.
    pub default: &'static str,
    /// What it decides, and why it is open.
    pub reason: &'static str,
}

/// The values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number from zero.
    Count,
    /// Seconds, with at most six decimals.
    Seconds,
    /// Whole hours between two bounds, both included.
    Hours(i64, i64),
    /// `none` or an IANA time zone.
    ZoneOrNone,
    /// A list of entry points.
    EntryPoints,
    /// `currency` or a number of digits.
    Digits,
    /// Recorded, but without another value.
    Fixed,
    /// Not set here: it comes with the accounts file.
    Input,
}

impl fmt::Display for Accepted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(words) => formatter.write_str(&words.join(", ")),
            Self::Count => formatter.write_str("a whole number from 0"),
            Self::Seconds => formatter.write_str("a number of seconds from 0"),
            Self::Hours(least, most) => write!(formatter, "{least} to {most} hours"),
            Self::ZoneOrNone => {
                formatter.write_str("none, or an IANA time zone such as Europe/Berlin")
            }
            Self::EntryPoints => formatter.write_str("any of ad, page_cta, post, joined by commas"),
            Self::Digits => formatter.write_str("currency, or a number of digits from 0 to 28"),
            Self::Fixed => formatter.write_str("fixed"),
            Self::Input => formatter.write_str("an input of the accounts file"),
        }
    }
}

/// Every setting, in the order of the ids.
pub fn catalogue() -> &'static [Setting] {
    CATALOGUE
}

/// The setting with this id or name, in any case, `-` and `_` alike.
pub fn find(key: &str) -> Option<&'static Setting> {
    let key = plain(key);
    CATALOGUE.iter().find(|setting| {
        plain(setting.name) == key || (!setting.id.is_empty() && plain(setting.id) == key)
    })
}

/// The form in which keys are compared.
fn plain(key: &str) -> String {
    key.trim().to_ascii_lowercase().replace('-', "_")
}

const fn setting(
    id: &'static str,
    name: &'static str,
    accepted: Accepted,
    default: &'static str,
    reason: &'static str,
) -> Setting {
    Setting {
        id,
        name,
        accepted,
        default,
        reason,
    }
}

use Accepted::{Count, Digits, EntryPoints, Fixed, Hours, Input, OneOf, Seconds, ZoneOrNone};

#[rustfmt::skip]
const CATALOGUE: &[Setting] = &[
    setting("S-01", "cutover_basis", OneOf(&["regime", "send", "delivery"]), "regime",
        "Which instant is compared with the midnight of a switch. Meta's wording names the opening for conversations and the delivery for messages; some invoices suggest otherwise."),
    setting("S-02", "default_timezone", ZoneOrNone, "none",
        "The zone of accounts that state none. With none they run on UTC, are warned about, and what lies within 14 hours of a switch is listed."),
    setting("S-04", "assume_sent_is_delivered", OneOf(&["auto", "on", "off"]), "auto",
        "Many exports know one status per message and never a delivery. Automatic takes sending for delivery only in a large log that knows no later status at all."),
    setting("S-05", "late_delivery_rate", OneOf(&["delivery", "send"]), "delivery",
        "The date that picks the card when a message is delivered days after it was sent. Meta charges on delivery; the card is nowhere stated."),
    setting("S-06", "category_basis", OneOf(&["mark", "registry", "log"]), "mark",
        "Which source is asked first for a template's category: Meta bills by its own, which a mark shows best. The other sources follow in the listed order."),
    setting("S-07", "window_instant", OneOf(&["send", "delivery"]), "send",
        "When the customer service window is looked at. Meta's check stands at sending; for groups it always is the delivery."),
    setting("S-08", "edge_tolerance_s", Seconds, "60",
        "Whether the end of a window belongs to it is unpublished: windows are half open, and lines decided this close to an end or a switch are marked."),
    setting("S-10", "entry_point_start", OneOf(&["regime", "delivery", "send"]), "regime",
        "What the length of a free entry point counts from: Meta's pages say delivery of the answer for conversations and its sending for messages."),
    setting("S-11", "window_refreshing_types", OneOf(&["all_but_system", "messages_only"]), "all_but_system",
        "Whether reactions and calls refresh the customer service window as messages do; Meta speaks of messages and calls, not of reactions."),
    setting("S-11b", "entry_point_hours_from_2026_09_28", Hours(72, 168), "72",
        "From 2026-09-28 Meta speaks of up to seven days without saying what decides. The shortest is assumed."),
    setting("S-12", "entry_point_sources", EntryPoints, "ad,page_cta",
        "Which entry points are free. Providers report that posts are not."),
    setting("S-14", "click_inside_entry_point", OneOf(&["arms_for_after", "ignored"]), "arms_for_after",
        "What a new click inside an open free entry point does once that has ended. Unpublished."),
    setting("S-15", "entry_point_scope", Fixed, "pair",
        "A free entry point belongs to one business number and one customer, as Meta stated in September 2026."),
    setting("S-16", "carry_over_2025", OneOf(&["utility", "all", "none"]), "utility",
        "Which conversations that ran over 2025-07-01 still cover messages. Meta's page names utility; how the others ended is told by nobody."),
    setting("S-17", "free_tier_order", Fixed, "opening",
        "The free conversations of a month are its first by opening, in the account's local month. Unpublished beyond that."),
    setting("S-18", "service_allowance_scope", OneOf(&["number", "account"]), "number",
        "On what the free service messages of a month are counted: Meta says the business number, one provider the account."),
    setting("", "allowance_cbp_2022", Count, "1000",
        "How many conversations per account and month were free under the first conversation pricing."),
    setting("", "allowance_cbp_2023", Count, "1000",
        "How many service conversations per account and month were free until the end of October 2024."),
    setting("", "allowance_pmp_2026", Count, "1000",
        "How many service messages per business number and month are free from October 2026."),
    setting("S-19", "service_allowance_order", Fixed, "T-5",
        "Which messages are the first of the month: by delivery, then sending, then id. How Meta breaks ties is unpublished."),
    setting("S-21", "entry_point_uses_allowance", OneOf(&["no", "yes"]), "no",
        "Whether free messages of a free entry point use up the service allowance. They carry a pricing type of their own, so they should not."),
    setting("S-23", "used_volume", Input, "none",
        "Volume and allowances already used elsewhere in the month, as [[used_volume]] and [[used_allowance]]: one export cannot know them."),
    setting("S-24", "tier_counts_window_utility_2026", OneOf(&["yes", "no"]), "yes",
        "Whether utility messages inside the window count toward volume tiers again once they are charged, from October 2026. Inferred."),
    setting("S-26", "market_us_territories", OneOf(&["other", "north_america"]), "other",
        "The market of American Samoa, Guam, the Northern Marianas and the US Virgin Islands, on which Meta's table is silent."),
    setting("S-27", "market_kazakhstan_before_2026_10", OneOf(&["other", "russia", "rest_of_cee"]), "other",
        "The market of Kazakhstan before it became one of its own; sources disagree."),
    setting("S-28", "market_shared_codes", OneOf(&["parent", "other"]), "parent",
        "The market of territories that share a calling code with a listed country: Meta lists only the code."),
    setting("S-30", "group_marketing_in_window", OneOf(&["charged", "free"]), "charged",
        "What a marketing template to a group inside the window costs: Meta's page and its webhooks differ."),
    setting("S-31", "auth_international", Input, "not eligible",
        "Whether a portfolio is eligible for authentication-international rates, and from when: known only to the business."),
    setting("S-32", "ai_provider", Input, "false",
        "Whether an account is an AI provider under Meta's terms: known only to the business."),
    setting("S-33", "max_price_basis", OneOf(&["mark", "list", "bid"]), "mark",
        "What a marketing message with a maximum price is taken to cost: Meta's cost mark where there is one, the list rate as the upper bound otherwise."),
    setting("S-34", "rounding", OneOf(&["half_up", "half_even", "none"]), "half_up",
        "How an invoice line is rounded; everything below the line stays exact."),
    setting("S-34", "rounding_digits", Digits, "currency",
        "How many digits an invoice line keeps."),
    setting("S-37", "trust", OneOf(&["marks", "log"]), "marks",
        "Whether Meta's marks decide about entry points and categories, or stand only as evidence against a replay that ignores them."),
    setting("", "inferred_template", OneOf(&["window", "always", "never"]), "window",
        "Whether a message is a template where the log has no mark of it. Outside of the customer service window only templates arrive; inside it nothing tells."),
    setting("", "inferred_category", OneOf(&["map", "marketing", "utility", "authentication"]), "map",
        "The category of a template where the log names none: what the map's rule says, or one category for all of them."),
];
