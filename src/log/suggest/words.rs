//! The words by which exports call columns and values.

use crate::log::Column;

/// Names that exports give to a column, lower-cased, with `_` between words.
pub(in crate::log) fn names(column: Column) -> &'static [&'static str] {
    match column {
        Column::MessageId => &[
            "message_id",
            "wamid",
            "id",
            "msg_id",
            "message_sid",
            "sid",
            "uuid",
            "whatsapp_id",
            "source_id",
            "external_id",
            "message_uuid",
        ],
        Column::Timestamp => &[
            "timestamp",
            "time",
            "date",
            "datetime",
            "created_at",
            "sent_at",
            "event_time",
            "date_added",
            "sent_date",
            "date_sent",
            "created",
            "creation",
            "message_time",
            "create_time",
            "inserted_at",
        ],
        Column::Direction => &[
            "direction",
            "type",
            "dir",
            "flow",
            "in_out",
            "message_direction",
            "is_incoming",
            "incoming",
            "outgoing",
            "from_me",
            "is_outgoing",
        ],
        Column::Business => &[
            "business",
            "phone_number_id",
            "business_phone",
            "sender",
            "from",
            "channel_number",
            "waba_number",
            "business_number",
            "display_phone_number",
            "our_number",
            "inbox_id",
            "location_id",
        ],
        Column::Customer => &[
            "customer",
            "wa_id",
            "recipient",
            "to",
            "contact",
            "phone",
            "user",
            "recipient_id",
            "msisdn",
            "contact_id",
            "customer_phone",
            "contact_phone",
            "mobile",
        ],
        Column::Type => &[
            "type",
            "message_type",
            "kind",
            "content_type",
            "msg_type",
            "format",
        ],
        Column::Category => &[
            "category",
            "template_category",
            "pricing_category",
            "message_category",
        ],
        Column::Template => &[
            "template",
            "template_name",
            "hsm",
            "template_id",
            "hsm_name",
        ],
        Column::Status => &[
            "status",
            "state",
            "message_status",
            "delivery_status",
            "last_status",
        ],
        Column::DeliveredAt => &[
            "delivered_at",
            "delivery_time",
            "delivered",
            "delivered_time",
            "date_delivered",
        ],
        Column::EntryPoint => &["entry_point", "referral_source_type", "source_type"],
        Column::Account => &[
            "account",
            "waba_id",
            "waba",
            "account_id",
            "business_account_id",
            "account_sid",
        ],
        Column::Group => &["group", "group_id"],
        Column::Channel => &[
            "channel",
            "channel_type",
            "message_channel",
            "medium",
            "platform",
            "message_type",
        ],
        Column::ErrorCode => &["error_code", "error", "failure_code"],
        Column::Text => &[
            "text",
            "body",
            "message",
            "content",
            "message_body",
            "message_text",
        ],
        Column::SeenAt => &["exported_at", "received_at", "ingested_at"],
        _ => &[],
    }
}

/// What values of a column mean that are none of its own words.
pub(super) fn meanings(column: Column) -> &'static [(&'static str, &'static str)] {
    match column {
        Column::Direction => &[
            ("outbound-api", "outbound"),
            ("outbound-call", "outbound"),
            ("outbound-reply", "outbound"),
            ("business", "outbound"),
            ("agent", "outbound"),
            ("bot", "outbound"),
            ("mt", "outbound"),
            ("user", "inbound"),
            ("customer", "inbound"),
            ("contact", "inbound"),
            ("mo", "inbound"),
        ],
        Column::Status => &[
            ("undelivered", "failed"),
            ("error", "failed"),
            ("rejected", "failed"),
            ("expired", "failed"),
            ("seen", "read"),
            ("opened", "read"),
            ("queued", "accepted"),
            ("enqueued", "accepted"),
            ("pending", "accepted"),
            ("submitted", "accepted"),
            ("success", "delivered"),
        ],
        Column::EntryPoint => &[("ads", "ad"), ("ctwa", "ad"), ("page", "page_cta")],
        _ => &[],
    }
}

/// How a word would have to be written as `name`.
pub(in crate::log) fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for letter in name.chars() {
        // `dateAdded` is `date_added`.
        if letter.is_uppercase() && was_lower {
            plain.push('_');
        }
        was_lower = letter.is_lowercase();
        match letter {
            '-' | ' ' | '.' | '/' => plain.push('_'),
            letter => plain.extend(letter.to_lowercase()),
        }
    }
    plain
}

/// How alike two words are, in percent.
pub(in crate::log) fn alike(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) =
        (left.chars().collect(), right.chars().take(64).collect());
    let length = left.len().max(right.len()).max(1);
    let mut costs: Vec<usize> = (0..=right.len()).collect();
    for (row, &l) in left.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut costs[0], row + 1);
        for (place, &r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != r);
            diagonal = costs[place + 1];
            costs[place + 1] = replaced.min(diagonal + 1).min(costs[place] + 1);
        }
    }
    100 - 100 * costs[right.len()] / length
}

/// How much a name is like those that exports give to a column, in percent.
pub(in crate::log) fn likeness(column: Column, name: &str) -> usize {
    let name = plain(name);
    let words = names(column).iter();
    words.map(|word| alike(word, &name)).max().unwrap_or(0)
}
