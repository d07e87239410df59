//! What a column of a rate card holds, told by its heading.

use crate::vocabulary::ChargeCategory;

/// The meaning of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    Market,
    Currency,
    /// A column of rates of one category, or the label of a section of a tier table.
    Category(ChargeCategory),
    /// A column that names the category of each row.
    CategoryName,
    From,
    To,
    /// Lower and upper bound in one cell.
    Range,
    /// "List rate" or "Tier rate".
    RateType,
    Rate,
    Discount,
}

/// Words that qualify a category without changing it.
const FILLERS: [&str; 17] = [
    "rate",
    "rates",
    "list",
    "price",
    "per",
    "message",
    "messages",
    "conversation",
    "conversations",
    "template",
    "templates",
    "api",
    "msg",
    "cost",
    "tiers",
    "volume",
    "usd",
];

/// The meaning of a heading, if it has one.
pub(super) fn heading(text: &str) -> Option<Heading> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > 6 {
        return None;
    }
    let known = match words.join(" ").as_str() {
        "market" | "markets" | "market name" | "country" | "country market" | "market country"
        | "region" | "market region" | "country region" | "country or region" => Heading::Market,
        "currency" | "billing currency" | "rate currency" => Heading::Currency,
        "category" | "message category" | "template category" | "message type"
        | "pricing category" => Heading::CategoryName,
        "from" | "tier from" | "volume from" | "from messages" | "lower" | "lower bound"
        | "min" | "minimum" | "start" | "tier start" | "tier min" | "from volume" => Heading::From,
        "to" | "tier to" | "volume to" | "to messages" | "upper" | "upper bound" | "max"
        | "maximum" | "end" | "tier end" | "tier max" | "to volume" => Heading::To,
        "tier"
        | "tiers"
        | "volume"
        | "volume tier"
        | "volume tiers"
        | "range"
        | "tier range"
        | "volume range"
        | "monthly volume"
        | "messages"
        | "monthly messages"
        | "message volume"
        | "monthly message volume"
        | "messages per month" => Heading::Range,
        "rate type" | "type" => Heading::RateType,
        "rate" | "price" | "tier rate" | "tier price" | "unit rate" | "unit price"
        | "rate per message" | "price per message" | "list rate" => Heading::Rate,
        _ if words.contains(&"discount") || words.first() == Some(&"vs") => Heading::Discount,
        _ => Heading::Category(category(&words)?),
    };
    Some(known)
}

/// The category that words name, whatever else they say about it.
pub(super) fn category_named(text: &str) -> Option<ChargeCategory> {
    match heading(text)? {
        Heading::Category(category) => Some(category),
        _ => None,
    }
}

fn category(words: &[&str]) -> Option<ChargeCategory> {
    let kept: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !FILLERS.contains(word))
        .collect();
    let category = match kept.join(" ").as_str() {
        "marketing" => ChargeCategory::Marketing,
        "marketing lite" | "mm lite" => ChargeCategory::MarketingLite,
        "utility" => ChargeCategory::Utility,
        "authentication" | "auth" => ChargeCategory::Authentication,
        "authentication international"
        | "authentication intl"
        | "auth international"
        | "auth intl"
        | "international authentication" => ChargeCategory::AuthenticationInternational,
        "service" => ChargeCategory::Service,
        "user initiated" => ChargeCategory::UserInitiated,
        "business initiated" => ChargeCategory::BusinessInitiated,
        "general purpose ai" => ChargeCategory::GeneralPurposeAi,
        _ => return None,
    };
    Some(category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_their_words() {
        use ChargeCategory::{Authentication, AuthenticationInternational, MarketingLite, Utility};
        for (text, expected) in [
            ("Market", Some(Heading::Market)),
            ("Country / Region", Some(Heading::Market)),
            (
                "Authentication- International",
                Some(Heading::Category(AuthenticationInternational)),
            ),
            (
                "Authentication-International",
                Some(Heading::Category(AuthenticationInternational)),
            ),
            ("Authentication", Some(Heading::Category(Authentication))),
            ("Utility (list rate)", Some(Heading::Category(Utility))),
            (
                "Marketing Messages Lite",
                Some(Heading::Category(MarketingLite)),
            ),
            ("vs. List rate", Some(Heading::Discount)),
            ("% discount", Some(Heading::Discount)),
            ("List rate", Some(Heading::Rate)),
            ("From", Some(Heading::From)),
            ("Volume tier", Some(Heading::Range)),
            ("Note: the authentication rate", None),
            ("0.0618", None),
            ("", None),
        ] {
            assert_eq!(heading(text), expected, "{text}");
        }
    }
}
