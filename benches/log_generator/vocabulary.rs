//! What the rows say: words, templates, countries and the hours of the day. Repetition is weight.

/// Share of a day's traffic by hour (UTC).
pub const HOUR_WEIGHTS: [u64; 24] = [
    2, 1, 1, 1, 1, 2, 3, 5, 7, 9, 9, 8, 7, 8, 8, 8, 8, 9, 9, 8, 7, 6, 4, 3,
];

pub const INBOUND: [&str; 16] = [
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "interactive",
    "interactive",
    "image",
    "audio",
    "reaction",
];

pub const FREE_FORM: [&str; 8] = [
    "text",
    "text",
    "text",
    "text",
    "text",
    "interactive",
    "image",
    "document",
];

/// Calling prefixes of 40 countries (North America's with the first digits of an area code); the large
/// markets stand more than once.
pub const CALLING_PREFIXES: [u64; 64] = [
    91, 91, 91, 91, 91, 91, 91, 91, 91, 55, 55, 55, 55, 55, 55, 62, 62, 62, 62, 52, 52, 52, 49, 49,
    130, 130, 90, 90, 44, 44, 39, 34, 33, 31, 54, 57, 51, 56, 593, 20, 27, 234, 254, 233, 212, 966,
    971, 972, 965, 92, 880, 94, 977, 60, 65, 66, 84, 852, 48, 40, 36, 7, 420, 43,
];

/// Category and name: 18 marketing, 22 utility, 10 authentication.
pub const TEMPLATES: [(&str, &str); 50] = [
    ("marketing", "summer_sale"),
    ("marketing", "autumn_sale"),
    ("marketing", "winter_sale"),
    ("marketing", "new_arrivals"),
    ("marketing", "weekly_news"),
    ("marketing", "abandoned_cart"),
    ("marketing", "birthday"),
    ("marketing", "come_back"),
    ("marketing", "loyalty_gift"),
    ("marketing", "flash_sale"),
    ("marketing", "invite_friend"),
    ("marketing", "store_opening"),
    ("marketing", "last_chance"),
    ("marketing", "price_drop"),
    ("marketing", "survey"),
    ("marketing", "webinar"),
    ("marketing", "early_access"),
    ("marketing", "holiday_wish"),
    ("utility", "order_confirmed"),
    ("utility", "order_packed"),
    ("utility", "order_shipped"),
    ("utility", "order_arriving"),
    ("utility", "order_delivered"),
    ("utility", "order_cancelled"),
    ("utility", "refund_sent"),
    ("utility", "payment_due"),
    ("utility", "payment_made"),
    ("utility", "invoice_ready"),
    ("utility", "appointment"),
    ("utility", "appointment_soon"),
    ("utility", "booking"),
    ("utility", "boarding"),
    ("utility", "gate_change"),
    ("utility", "statement"),
    ("utility", "low_balance"),
    ("utility", "case_opened"),
    ("utility", "case_closed"),
    ("utility", "document_needed"),
    ("utility", "delivery_slot"),
    ("utility", "pickup_ready"),
    ("authentication", "login_code"),
    ("authentication", "login_code_en"),
    ("authentication", "login_code_es"),
    ("authentication", "login_code_pt"),
    ("authentication", "login_code_hi"),
    ("authentication", "login_code_id"),
    ("authentication", "sign_up_code"),
    ("authentication", "payment_code"),
    ("authentication", "reset_code"),
    ("authentication", "device_code"),
];
