//! The shape of a model file: every key, what it may be, and what holds where it is not written.
//! `docs/simulate.md` says what each means.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::cells::{
    Category, Date, DayHours, Exponent, Hour, Hours, Id, Minutes, Money, PerMonth, Seconds, Shape,
    ShapeCell, Share, Spread, Weekday, Weight, Weights, Zone,
};
use crate::simulate::wrong_invoice::Wish;
use crate::vocabulary::EntryPoint;

/// Declares a table whose every key has a default.
macro_rules! table {
    ($($(#[$meta:meta])* $name:ident { $($(#[$key_meta:meta])* $key:ident: $type:ty = $default:expr,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$key_meta])* pub $key: $type,)+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }
    )+};
}

/// A whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    #[serde(default = "one")]
    pub seed: u64,
    pub from: Date,
    pub to: Spanned<Date>,
    #[serde(default = "message_rows")]
    pub shape: ShapeCell,
    pub business: Vec<BusinessTable>,
    #[serde(default)]
    pub template: Vec<TemplateTable>,
    #[serde(default)]
    pub campaign: Vec<CampaignTable>,
    #[serde(default)]
    pub rhythm: Rhythm,
    #[serde(default)]
    pub activity: Activity,
    #[serde(default)]
    pub delivery: Delivery,
    #[serde(default)]
    pub reading: Reading,
    #[serde(default)]
    pub replies: Replies,
    #[serde(default)]
    pub orders: Orders,
    #[serde(default)]
    pub codes: Codes,
    #[serde(default)]
    pub chats: Chats,
    #[serde(default)]
    pub clicks: Clicks,
    pub faults: Option<Spanned<Faults>>,
    pub wrong_invoice: Option<Wish>,
}

fn one() -> u64 {
    1
}

fn message_rows() -> ShapeCell {
    ShapeCell(Shape::MessageRows)
}

/// A business number with its customers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessTable {
    pub number: Spanned<Id>,
    pub account: Spanned<Id>,
    pub portfolio: Option<Id>,
    pub timezone: Spanned<Zone>,
    #[serde(default = "dollars")]
    pub currency: Money,
    pub customers: Spanned<u64>,
    pub countries: Spanned<BTreeMap<Spanned<String>, Weight>>,
    #[serde(default = "never")]
    pub orders: PerMonth,
    #[serde(default = "never")]
    pub codes: PerMonth,
    #[serde(default = "never")]
    pub chats: PerMonth,
    #[serde(default = "never")]
    pub clicks: PerMonth,
    #[serde(default)]
    pub campaigns: Vec<Spanned<String>>,
}

fn dollars() -> Money {
    Money(crate::vocabulary::Currency::USD)
}

fn never() -> PerMonth {
    PerMonth(0.0)
}

/// A template.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateTable {
    pub name: Spanned<Id>,
    pub category: Category,
}

/// A campaign: one template to many customers on some days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignTable {
    pub name: Spanned<String>,
    pub template: Spanned<String>,
    #[serde(default)]
    pub dates: Vec<Spanned<Date>>,
    #[serde(default)]
    pub weekdays: Vec<Weekday>,
    pub share: Share,
    #[serde(default = "ten")]
    pub hour: Hour,
    #[serde(default = "two_hours")]
    pub within_hours: Hours,
    #[serde(default = "some")]
    pub answered: Share,
}

fn ten() -> Hour {
    Hour(10.0)
}

fn two_hours() -> Hours {
    Hours(2.0)
}

fn some() -> Share {
    Share(0.03)
}

/// A message of an order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTable {
    pub template: Spanned<String>,
    #[serde(default = "now")]
    pub after_hours: Hours,
    #[serde(default = "now")]
    pub within_hours: Hours,
}

fn now() -> Hours {
    Hours(0.0)
}

table! {
    /// When things happen, in the business's local time.
    Rhythm {
        hours: Weights<24> = Weights([
            1.0, 0.5, 0.3, 0.2, 0.2, 0.5, 1.5, 3.0, 5.0, 7.0, 8.0, 8.0, 7.5, 7.0, 7.0, 7.0, 7.0, 7.0, 7.5, 7.5, 6.5, 5.0, 3.5, 2.0,
        ]),
        weekdays: Weights<7> = Weights([1.0, 1.0, 1.0, 1.0, 1.1, 0.7, 0.5]),
    }
    /// How unequal customers are.
    Activity {
        exponent: Exponent = Exponent(1.6),
    }
    /// What becomes of messages of the business.
    Delivery {
        median_s: Seconds = Seconds(2.0),
        spread: Spread = Spread(1.0),
        offline: Share = Share(0.06),
        offline_hours: DayHours = DayHours(8.0),
        failed: Share = Share(0.02),
        never: Share = Share(0.01),
    }
    /// Who reads them, and when.
    Reading {
        share: Share = Share(0.7),
        median_s: Seconds = Seconds(240.0),
        spread: Spread = Spread(1.8),
    }
    /// How fast the business answers, and the customer.
    Replies {
        median_s: Seconds = Seconds(150.0),
        spread: Spread = Spread(1.5),
        customer_median_s: Seconds = Seconds(90.0),
        customer_spread: Spread = Spread(1.3),
    }
    /// What follows an order.
    Orders {
        steps: Vec<StepTable> = Vec::new(),
        asked: Share = Share(0.12),
    }
    /// One-time codes.
    Codes {
        template: Option<Spanned<String>> = None,
        repeated: Share = Share(0.08),
    }
    /// Customers who write by themselves.
    Chats {
        continued: Share = Share(0.55),
        more_than_one: Share = Share(0.2),
        unanswered: Share = Share(0.04),
        late: Share = Share(0.03),
        late_template: Option<Spanned<String>> = None,
        reactions: Share = Share(0.1),
        calls: Share = Share(0.01),
        notices: Share = Share(0.002),
    }
    /// Customers who come through an ad, a Page button or a post.
    Clicks {
        sources: BTreeMap<Spanned<String>, Weight> = BTreeMap::new(),
        unanswered: Share = Share(0.05),
        late: Share = Share(0.05),
        offer: Share = Share(0.3),
        offer_template: Option<Spanned<String>> = None,
    }
    /// What goes wrong on the way into the log, as shares of its rows.
    Faults {
        duplicates: Share = Share(0.0),
        conflicts: Share = Share(0.0),
        late: Share = Share(0.0),
        late_hours: Hours = Hours(72.0),
        lost: Share = Share(0.0),
        reordered: Share = Share(0.0),
        reordered_minutes: Minutes = Minutes(10.0),
        clock_skew: Share = Share(0.0),
        clock_skew_s: Seconds = Seconds(90.0),
        wrong_channel: Share = Share(0.0),
        missing_marks: Share = Share(0.0),
    }
}

/// The sources of clicks where none are named.
pub const SOURCES: [(EntryPoint, f64); 3] = [
    (EntryPoint::Ad, 0.85),
    (EntryPoint::PageCta, 0.1),
    (EntryPoint::Post, 0.05),
];
