//! The settings of rules.md section 15, kept as text: the oracle looks each one up by name.

use chrono::NaiveDate;

/// (id, name, values with the default first). Settings that a replay without prices does not feel
/// are listed too, so that the generator can show that they change nothing.
pub const SETTINGS: [(&str, &str, &[&str]); 28] = [
    ("S-01", "cutover_basis", &["regime", "send", "delivery"]),
    (
        "S-02",
        "default_timezone",
        &["none", "Asia/Kolkata", "America/Los_Angeles", "UTC"],
    ),
    ("S-04", "assume_sent_is_delivered", &["auto", "on", "off"]),
    ("S-05", "late_delivery_rate", &["delivery", "send"]),
    ("S-06", "category_basis", &["mark", "registry", "log"]),
    ("S-07", "window_instant", &["send", "delivery"]),
    (
        "S-08",
        "edge_tolerance_s",
        &["60", "0", "1", "59", "3600", "90000"],
    ),
    ("S-10", "entry_point_start", &["regime", "delivery", "send"]),
    (
        "S-11",
        "window_refreshing_types",
        &["all_but_system", "messages_only"],
    ),
    (
        "S-11b",
        "entry_point_hours_from_2026_09_28",
        &["72", "168", "96", "73"],
    ),
    (
        "S-12",
        "entry_point_sources",
        &[
            "ad,page_cta",
            "ad",
            "page_cta",
            "post",
            "ad,post",
            "ad,page_cta,post",
        ],
    ),
    (
        "S-14",
        "click_inside_entry_point",
        &["arms_for_after", "ignored"],
    ),
    ("S-16", "carry_over_2025", &["utility", "all", "none"]),
    ("S-18", "service_allowance_scope", &["number", "account"]),
    ("", "allowance_cbp_2022", &["1000", "0", "1", "2", "3", "5"]),
    ("", "allowance_cbp_2023", &["1000", "0", "1", "2", "3", "5"]),
    ("", "allowance_pmp_2026", &["1000", "0", "1", "2", "3", "5"]),
    ("S-21", "entry_point_uses_allowance", &["no", "yes"]),
    ("S-24", "tier_counts_window_utility_2026", &["yes", "no"]),
    ("S-26", "market_us_territories", &["other", "north_america"]),
    (
        "S-27",
        "market_kazakhstan_before_2026_10",
        &["other", "russia", "rest_of_cee"],
    ),
    ("S-28", "market_shared_codes", &["parent", "other"]),
    ("S-30", "group_marketing_in_window", &["charged", "free"]),
    ("S-33", "max_price_basis", &["mark", "list", "bid"]),
    ("S-34", "rounding", &["half_up", "half_even", "none"]),
    ("S-37", "trust", &["marks", "log"]),
    ("", "inferred_template", &["window", "always", "never"]),
    (
        "",
        "inferred_category",
        &["map", "marketing", "utility", "authentication"],
    ),
];

#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// (name, value), only what differs from the default or is said explicitly.
    pub set: Vec<(String, String)>,
    pub rulebook: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub shadow: bool,
    pub detail_messages: bool,
}

impl Settings {
    pub fn get(&self, name: &str) -> &str {
        for (set_name, value) in self.set.iter().rev() {
            if set_name == name {
                return value;
            }
        }
        let known = SETTINGS.iter().find(|setting| setting.1 == name);
        known.unwrap_or_else(|| panic!("no setting {name}")).2[0]
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }

    pub fn number(&self, name: &str) -> i64 {
        self.get(name).parse().expect("a number")
    }

    pub fn with(mut self, name: &str, value: &str) -> Settings {
        self.set.push((name.to_string(), value.to_string()));
        self
    }

    /// S-37: whether Meta's marks are an input.
    pub fn trusts_marks(&self) -> bool {
        self.is("trust", "marks")
    }
}
